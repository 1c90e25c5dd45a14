/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks once over the text, by RFC 8259 and not a hair wider, so that what passes
 * here is read there. Knows of event.c what makes an object one event: a detail that
 * is an object, else a userIdentity. tests/unit/commands/event_peek_test.c holds the two together.
 */
#include "commands/event_peek.h"

#include <string.h>

#include "base/clock.h"

enum {
	LEVELS_MAX = 64,       /* the recursion's bound; events have ten */
	NUMBER_BYTES_MAX = 32, /* cJSON reads numbers of at most 63 bytes */
	TIME_BYTES_MAX = 64,
};

struct walk {
	const char *at, *end;
};

/* What was met among the members of the event, or of its detail. */
struct found {
	bool detail, type, identity, time;
	int64_t time_s;
};

static char next(const struct walk *walk)
{
	return walk->at < walk->end ? *walk->at : '\0';
}

static void skip_white(struct walk *walk)
{
	while (walk->at < walk->end && (*walk->at == ' ' || *walk->at == '\n' || *walk->at == '\r' || *walk->at == '\t'))
		walk->at++;
}

static bool take(struct walk *walk, char c)
{
	skip_white(walk);
	if (next(walk) != c || walk->at == walk->end)
		return false;
	walk->at++;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool skip_escape(struct walk *walk)
{
	walk->at++;
	char c = next(walk);
	if (c == '\0' || !strchr("\"\\/bfnrtu", c))
		return false;
	walk->at++;
	for (int i = 0; c == 'u' && i < 4; i++)
		if (!is_hex(next(walk)) || ++walk->at > walk->end)
			return false;
	return true;
}

/* The run of characters that need no second look: most of every event. */
static const char *plain_end(const char *at, const char *end)
{
	while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80 && *at != '"' && *at != '\\')
		at++;
	return at;
}

/* A string, *ret_text what stands between its quotes. */
static bool skip_string(struct walk *walk, struct walk *ret_text, bool *ret_plain)
{
	*ret_plain = true;
	if (!take(walk, '"'))
		return false;
	ret_text->at = walk->at;
	while ((walk->at = plain_end(walk->at, walk->end)) < walk->end) {
		char c = *walk->at;
		if (c == '"') {
			ret_text->end = walk->at++;
			return true;
		}
		*ret_plain = false;
		if ((unsigned char)c < 0x20 || (c == '\\' && !skip_escape(walk)))
			return false;
		walk->at += c != '\\';
	}
	return false;
}

static bool skip_digits(struct walk *walk)
{
	const char *start = walk->at;
	while (is_digit(next(walk)))
		walk->at++;
	return walk->at > start;
}

static bool skip_number(struct walk *walk)
{
	const char *start = walk->at;
	walk->at += next(walk) == '-';
	bool zero = next(walk) == '0';
	const char *digits = walk->at;
	if (!skip_digits(walk) || (zero && walk->at > digits + 1))
		return false;
	if (next(walk) == '.') {
		walk->at++;
		if (!skip_digits(walk))
			return false;
	}
	if (next(walk) == 'e' || next(walk) == 'E') {
		walk->at++;
		walk->at += next(walk) == '+' || next(walk) == '-';
		if (!skip_digits(walk))
			return false;
	}
	return walk->at - start < NUMBER_BYTES_MAX;
}

static bool skip_word(struct walk *walk, const char *word)
{
	size_t length = strlen(word);
	if ((size_t)(walk->end - walk->at) < length || memcmp(walk->at, word, length) != 0)
		return false;
	walk->at += length;
	return true;
}

static bool skip_value(struct walk *walk, int level);

/* Behind the opening bracket, and over the closing one. */
static bool skip_list(struct walk *walk, int level)
{
	if (take(walk, ']'))
		return true;
	do {
		if (!skip_value(walk, level))
			return false;
	} while (take(walk, ','));
	return take(walk, ']');
}

static bool skip_object(struct walk *walk, int level)
{
	struct walk name;
	bool plain;
	if (take(walk, '}'))
		return true;
	do {
		if (!skip_string(walk, &name, &plain) || !take(walk, ':') || !skip_value(walk, level))
			return false;
	} while (take(walk, ','));
	return take(walk, '}');
}

static bool skip_value(struct walk *walk, int level)
{
	struct walk text;
	bool plain;
	skip_white(walk);
	if (level == LEVELS_MAX)
		return false;
	switch (next(walk)) {
	case '{': walk->at++; return skip_object(walk, level + 1);
	case '[': walk->at++; return skip_list(walk, level + 1);
	case '"': return skip_string(walk, &text, &plain);
	case 't': return skip_word(walk, "true");
	case 'f': return skip_word(walk, "false");
	case 'n': return skip_word(walk, "null");
	default: return skip_number(walk);
	}
}

static bool is_called(const struct walk *name, const char *wanted)
{
	size_t length = strlen(wanted);
	return (size_t)(name->end - name->at) == length && memcmp(name->at, wanted, length) == 0;
}

static bool read_time(struct walk *walk, struct found *found)
{
	struct walk text;
	bool plain;
	char time[TIME_BYTES_MAX];
	if (!skip_string(walk, &text, &plain) || !plain || found->time || text.end - text.at >= TIME_BYTES_MAX)
		return false;
	memcpy(time, text.at, (size_t)(text.end - text.at));
	time[text.end - text.at] = '\0';
	found->time = clock_parse_utc(time, &found->time_s) && found->time_s != 0;
	return found->time;
}

/* The members of an event; of its detail, where `detail` is NULL. */
static bool read_members(struct walk *walk, struct found *found, struct found *detail);

static bool read_member(struct walk *walk, const struct walk *name, struct found *found, struct found *detail)
{
	if (is_called(name, "eventTime"))
		return read_time(walk, found);
	found->identity |= is_called(name, "userIdentity");
	found->type |= is_called(name, "detail-type");
	if (!detail || !is_called(name, "detail"))
		return skip_value(walk, 1);
	if (found->detail) /* which of two is meant, the reader decides */
		return false;
	found->detail = true;
	return read_members(walk, detail, NULL);
}

static bool read_members(struct walk *walk, struct found *found, struct found *detail)
{
	struct walk name;
	bool plain;
	if (!take(walk, '{') || take(walk, '}'))
		return false;
	do {
		if (!skip_string(walk, &name, &plain) || !plain || !take(walk, ':') || !read_member(walk, &name, found, detail))
			return false;
	} while (take(walk, ','));
	return take(walk, '}');
}

bool event_peek(const char *text, size_t length, int64_t *ret_time_s)
{
	struct walk walk = {text, text + length};
	struct found event = {.detail = false}, detail = {.detail = false};
	if (!read_members(&walk, &event, &detail))
		return false;
	skip_white(&walk);
	const struct found *record = event.detail ? &detail : &event;
	if (walk.at != walk.end || !record->time || (!event.detail && (event.type || !event.identity)))
		return false;
	*ret_time_s = record->time_s;
	return true;
}
