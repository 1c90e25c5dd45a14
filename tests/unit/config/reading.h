/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CONFIG_READING_H
#define TESTS_CONFIG_READING_H
/* A text read by one table of keys, as a section of a configuration is. */
#include <stdlib.h>
#include <string.h>

#include "config/schema.h"
#include "rootwatch/strbuf.h"

enum { READING_PROBLEMS_BYTES = 64 * 1024 };

struct reading {
	struct reader reader;
	struct config config;
	struct strbuf problems; /* "t:LINE:COLUMN: sentence" lines; "" when there are none */
};

static inline void reading_free(struct reading *reading)
{
	arena_wipe(&reading->reader.keep);
	arena_wipe(&reading->reader.scratch);
	strbuf_done(&reading->problems);
	free(reading);
}

static inline void reading_scope(struct reading **place)
{
	if (*place)
		reading_free(*place);
}

/* A reader that has read nothing yet; `variables` as in struct expander, NULL: none. The caller frees it. */
static inline struct reading *reading_new(const char *const *variables)
{
	static const char *const none[] = {NULL};
	struct reading *reading = calloc(1, sizeof *reading);
	if (!reading)
		abort();
	reading->reader.config = &reading->config;
	reading->reader.expander.variables = (char *const *)(variables ? variables : none);
	reading->problems = STRBUF_INIT(READING_PROBLEMS_BYTES);
	return reading;
}

/* Fills `target`. True when nothing is wrong. */
static inline bool reading_run(struct reading *reading, const char *text, const struct key *keys, void *target)
{
	struct reader *reader = &reading->reader;
	const struct node *root = tree_read(text, strlen(text), &reader->scratch, &reader->problems);
	if (root)
		schema_read_map(reader, "a thing", keys, root, target);
	problems_print(&reader->problems, "t", &reading->problems);
	return reader->problems.count == 0;
}

#endif
