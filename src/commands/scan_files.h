/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SCAN_FILES_H
#define COMMANDS_SCAN_FILES_H
/* Which files a scan reads, and in which order. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan_file {
	char *path;     /* owned; "-" is standard input */
	int64_t time_s; /* from its name; 0: it says none */
	size_t place;   /* in the order of the arguments, in directories by name */
};

struct scan_files {
	struct scan_file *list; /* those without a time first, then by time; of the same time: by place */
	size_t count, capacity;
};

/* What the arguments name: files as they are, and of directories every .json, .jsonl and .gz file in and below them; links to
 * directories are not followed. Nothing: standard input. What cannot be looked into is listed too, so that reading it says why. False: out of
 * memory. The caller owns the list either way. */
bool scan_files_find(const char *const *arguments, size_t count, struct scan_files *ret_files);
void scan_files_done(struct scan_files *files);
static inline void scan_files_scope(struct scan_files *files)
{
	scan_files_done(files);
}

/* The time in a name such as 111122223333_CloudTrail_us-east-1_20261124T0355Z_Ab3.json.gz (docs.aws.amazon.com/awscloudtrail,
 * "CloudTrail log file names"; a digest's has seconds); 0 when there is none. Looks at the last part of a path alone. */
int64_t scan_file_time_s(const char *path);

/* Is it, by its name, a CloudTrail digest file? Those stand beside the log files and hold no events. */
bool scan_file_is_digest(const char *path);

#endif
