/* SPDX-License-Identifier: Apache-2.0 */
/* Walks directories with fts(3), which keeps no recursion of ours and enters no link. Opens no file. */
#include "commands/scan_files.h"

#include <ctype.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "rootwatch/scope.h"

static void fts_scope(FTS **walk)
{
	if (*walk)
		fts_close(*walk);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* "20261124T0355Z" or "20261124T035500Z" at the start of `text`; 0 when it is none. */
static int64_t stamp_time_s(const char *text)
{
	static const char digits[] = "0123456789";
	size_t day = strspn(text, digits);
	if (day != 8 || text[day] != 'T')
		return 0;
	const char *clock = text + day + 1;
	size_t length = strspn(clock, digits);
	if ((length != 4 && length != 6) || clock[length] != 'Z' || isalnum((unsigned char)clock[length + 1]))
		return 0;
	char time[CLOCK_UTC_BYTES];
	snprintf(time, sizeof time, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 4, text + 6, clock, clock + 2,
	         length == 6 ? clock + 4 : "00");
	int64_t time_s = 0;
	clock_parse_utc(time, &time_s);
	return time_s;
}

int64_t scan_file_time_s(const char *path)
{
	bool after_word = false;
	for (const char *at = last_part(path); *at != '\0'; at++) {
		int64_t time_s = after_word ? 0 : stamp_time_s(at);
		if (time_s != 0)
			return time_s;
		after_word = isalnum((unsigned char)*at);
	}
	return 0;
}

bool scan_file_is_digest(const char *path)
{
	return strstr(last_part(path), "_CloudTrail-Digest_") != NULL;
}

static bool add_file(struct scan_files *files, const char *path)
{
	if (files->count == files->capacity) {
		size_t capacity = files->capacity ? 2 * files->capacity : 16;
		struct scan_file *list = reallocarray(files->list, capacity, sizeof *list);
		if (!list)
			return false;
		files->list = list;
		files->capacity = capacity;
	}
	char *copy = strdup(path);
	if (!copy)
		return false;
	files->list[files->count] = (struct scan_file){copy, scan_file_time_s(path), files->count};
	files->count++;
	return true;
}

static bool has_wanted_ending(const char *name)
{
	static const char *const endings[] = {".json", ".jsonl", ".gz"};
	size_t length = strlen(name);
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		size_t tail = strlen(endings[i]);
		if (length > tail && strcmp(name + length - tail, endings[i]) == 0)
			return true;
	}
	return false;
}

static bool is_file(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool is_directory(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool is_wanted(const FTSENT *entry)
{
	switch (entry->fts_info) {
	case FTS_F: return has_wanted_ending(entry->fts_name);
	case FTS_SL: return has_wanted_ending(entry->fts_name) && is_file(entry->fts_path);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS: return true; /* no way in: whoever opens it will say why */
	default: return false;
	}
}

static int by_name(const FTSENT **left, const FTSENT **right)
{
	return strcmp((*left)->fts_name, (*right)->fts_name);
}

static bool add_directory(struct scan_files *files, const char *path)
{
	SCOPED(text) char *root = strdup(path); /* fts(3) wants to write to it */
	if (!root)
		return false;
	char *const roots[] = {root, NULL};
	SCOPED(fts) FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	if (!walk)
		return false;
	for (FTSENT *entry; (entry = fts_read(walk));)
		if (is_wanted(entry) && !add_file(files, entry->fts_path))
			return false;
	return true;
}

static int by_time(const void *left, const void *right)
{
	const struct scan_file *a = left, *b = right;
	if (a->time_s != b->time_s)
		return a->time_s < b->time_s ? -1 : 1;
	return a->place < b->place ? -1 : 1;
}

bool scan_files_find(const char *const *arguments, size_t count, struct scan_files *ret_files)
{
	*ret_files = (struct scan_files){.list = NULL};
	if (count == 0)
		return add_file(ret_files, "-");
	for (size_t i = 0; i < count; i++)
		if (!(is_directory(arguments[i]) ? add_directory : add_file)(ret_files, arguments[i]))
			return false;
	if (ret_files->count > 0)
		qsort(ret_files->list, ret_files->count, sizeof *ret_files->list, by_time);
	return true;
}

void scan_files_done(struct scan_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->list[i].path);
	free(files->list);
	*files = (struct scan_files){.list = NULL};
}
