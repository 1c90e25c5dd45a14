/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads TZif files (RFC 8536), version 2 and up: 64-bit transitions, then a rule
 * for the time after them. A damaged or foreign file is refused, never half used.
 * Leap seconds and abbreviations are skipped.
 */
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone_rule.h"
#include "rootwatch/scope.h"

enum {
	NAME_MAX_BYTES = 64,
	FILE_MAX_BYTES = 64 * 1024, /* the largest of tzdata has 4 KiB */
	RULE_MAX_BYTES = 128,
	OFFSET_MAX_S = 26 * 3600, /* RFC 8536 3.2 */
	TYPE_BYTES = 6,           /* offset, is-daylight, abbreviation */
	TIME_BYTES = 8,
};

struct transition {
	int64_t time_s;
	int32_t offset_s; /* from then on */
};

struct zone {
	int32_t first_offset_s; /* before any transition */
	bool has_rule;          /* for the time from the last transition on */
	struct zone_rule rule;
	size_t count;
	struct transition transitions[]; /* ascending */
};

/* A read of the file that cannot leave it. */
struct cursor {
	const unsigned char *next;
	size_t left;
};

DEFINE_SCOPE(file, FILE, fclose)
DEFINE_SCOPE(zone, struct zone, zone_free)

static const unsigned char *take(struct cursor *cursor, size_t length)
{
	if (length > cursor->left)
		return NULL;
	const unsigned char *taken = cursor->next;
	cursor->next += length;
	cursor->left -= length;
	return taken;
}

static uint32_t big_endian_32(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint64_t big_endian_64(const unsigned char *bytes)
{
	return (uint64_t)big_endian_32(bytes) << 32 | big_endian_32(bytes + 4);
}

struct header {
	char version;
	uint32_t ut_count, standard_count, leap_count, time_count, type_count, name_bytes;
};

static bool take_header(struct cursor *cursor, struct header *ret_header)
{
	const unsigned char *bytes = take(cursor, 44);
	if (!bytes || memcmp(bytes, "TZif", 4) != 0)
		return false;
	*ret_header = (struct header){
	    .version = (char)bytes[4],
	    .ut_count = big_endian_32(bytes + 20),
	    .standard_count = big_endian_32(bytes + 24),
	    .leap_count = big_endian_32(bytes + 28),
	    .time_count = big_endian_32(bytes + 32),
	    .type_count = big_endian_32(bytes + 36),
	    .name_bytes = big_endian_32(bytes + 40),
	};
	return true;
}

/* What follows the local time types. 32-bit counts cannot overflow 64-bit sums of this size. */
static size_t tail_bytes(const struct header *header, size_t time_bytes)
{
	return (size_t)header->name_bytes + (size_t)header->leap_count * (time_bytes + 4) + header->standard_count +
	       header->ut_count;
}

/* The version 1 block with its 32-bit times: passed over. */
static bool skip_old_block(struct cursor *cursor)
{
	struct header header;
	if (!take_header(cursor, &header) || header.version < '2')
		return false;
	size_t length = (size_t)header.time_count * 5 + (size_t)header.type_count * TYPE_BYTES + tail_bytes(&header, 4);
	return take(cursor, length);
}

static bool type_offset_s(const unsigned char *types, uint32_t type_count, unsigned type, int32_t *ret_offset_s)
{
	if (type >= type_count)
		return false;
	int32_t offset_s = (int32_t)big_endian_32(types + (size_t)type * TYPE_BYTES);
	if (offset_s > OFFSET_MAX_S || offset_s < -OFFSET_MAX_S)
		return false;
	*ret_offset_s = offset_s;
	return true;
}

static bool take_transitions(struct cursor *cursor, const struct header *header, struct zone *zone)
{
	const unsigned char *times = take(cursor, (size_t)header->time_count * TIME_BYTES);
	const unsigned char *indexes = times ? take(cursor, header->time_count) : NULL;
	const unsigned char *types = indexes ? take(cursor, (size_t)header->type_count * TYPE_BYTES) : NULL;
	if (!types || !take(cursor, tail_bytes(header, TIME_BYTES)) ||
	    !type_offset_s(types, header->type_count, 0, &zone->first_offset_s))
		return false;
	for (uint32_t i = 0; i < header->time_count; i++) {
		struct transition *transition = &zone->transitions[i];
		transition->time_s = (int64_t)big_endian_64(times + (size_t)i * TIME_BYTES);
		if (i > 0 && transition->time_s <= transition[-1].time_s)
			return false;
		if (!type_offset_s(types, header->type_count, indexes[i], &transition->offset_s))
			return false;
	}
	zone->count = header->time_count;
	return true;
}

/* "\nCET-1CEST,M3.5.0,M10.5.0/3\n"; an empty one says that the last offset stays. */
static bool take_rule(struct cursor *cursor, struct zone *zone)
{
	const unsigned char *start = take(cursor, 1);
	const unsigned char *end = start && *start == '\n' ? memchr(cursor->next, '\n', cursor->left) : NULL;
	if (!end || end - cursor->next >= RULE_MAX_BYTES)
		return false;
	char text[RULE_MAX_BYTES] = "";
	memcpy(text, cursor->next, (size_t)(end - cursor->next));
	zone->has_rule = text[0] != '\0';
	return !zone->has_rule || zone_rule_parse(text, &zone->rule);
}

struct zone *zone_read(const void *bytes, size_t length)
{
	struct cursor cursor = {.next = bytes, .left = length};
	struct header header;
	if (!skip_old_block(&cursor) || !take_header(&cursor, &header) || header.time_count > cursor.left / TIME_BYTES)
		return NULL;
	SCOPED(zone) struct zone *zone = calloc(1, sizeof *zone + header.time_count * sizeof zone->transitions[0]);
	if (!zone || !take_transitions(&cursor, &header, zone) || !take_rule(&cursor, zone))
		return NULL;
	return steal(&zone);
}

/* tzdata's names only: without dots and a leading slash nothing outside of its directory can be named. */
static bool is_zone_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";
	size_t length = strlen(name);
	return length > 0 && length <= NAME_MAX_BYTES && strspn(name, allowed) == length && name[0] != '/';
}

static struct zone *load_file(const char *name, struct err *err)
{
	char path[sizeof "/usr/share/zoneinfo/" + NAME_MAX_BYTES];
	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
	SCOPED(file) FILE *file = fopen(path, "re");
	SCOPED(text) char *bytes = malloc(FILE_MAX_BYTES);
	size_t length = file && bytes ? fread(bytes, 1, FILE_MAX_BYTES, file) : 0;
	if (length == 0) {
		err_set(err, "no time zone \"%s\" on this system (is tzdata installed?)", name);
		return NULL;
	}
	struct zone *zone = zone_read(bytes, length);
	if (!zone)
		err_set(err, "%s is no time zone file", path);
	return zone;
}

struct zone *zone_load(const char *name, struct err *err)
{
	if (!is_zone_name(name)) {
		err_set(err, "\"%s\" is no time zone name such as Europe/Berlin", name);
		return NULL;
	}
	if (strcmp(name, "UTC") != 0 && strcmp(name, "Etc/UTC") != 0)
		return load_file(name, err);
	struct zone *zone = calloc(1, sizeof *zone); /* small containers have no tzdata */
	if (!zone)
		err_set(err, "out of memory");
	return zone;
}

void zone_free(struct zone *zone)
{
	free(zone);
}

int32_t zone_offset_s(const struct zone *zone, int64_t time_s)
{
	if (!zone)
		return 0;
	size_t low = 0, high = zone->count; /* the number of transitions that have happened */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (zone->transitions[middle].time_s <= time_s)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->count && zone->has_rule)
		return zone_rule_offset_s(&zone->rule, time_s);
	return low > 0 ? zone->transitions[low - 1].offset_s : zone->first_offset_s;
}
