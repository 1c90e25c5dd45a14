/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CONFIG_LOADING_H
#define TESTS_CONFIG_LOADING_H
/* Whole configurations in texts, read as ROOTWATCH_CONFIG is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "rootwatch/scope.h"

#define KEY    "0123456789abcdef0123456789abcdef"
#define SERVER "server: { api_keys: [{ name: eventbridge, value: " KEY " }] }\n" /* all that must be there: one line */

enum { LOADING_PROBLEMS_BYTES = 256 * 1024 };

DEFINE_SCOPE(config, struct config, config_free)

/* "LINE:COLUMN: sentence" lines: what stands in front of each is taken off. */
static inline void loading_strip(const char *problems, struct strbuf *out)
{
	static const char origin[] = "ROOTWATCH_CONFIG:";
	while (*problems) {
		if (strncmp(problems, origin, sizeof origin - 1) != 0)
			fail_msg("no origin: %s", problems);
		problems += sizeof origin - 1;
		size_t length = strcspn(problems, "\n") + 1;
		strbuf_add(out, problems, length);
		problems += length;
	}
}

/* NULL, with `problems`, when anything is wrong; the caller frees it. */
static inline struct config *load_any(const char *text, enum config_scope scope, struct strbuf *problems)
{
	SCOPED(strbuf) struct strbuf told = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
	setenv("ROOTWATCH_CONFIG", text, 1);
	struct config *config = config_load(NULL, scope, &told);
	loading_strip(strbuf_text(&told), problems);
	return config;
}

static inline struct config *load_good(const char *text, enum config_scope scope)
{
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
	struct config *config = load_any(text, scope, &problems);
	if (!config || problems.length > 0)
		fail_msg("%s%s", text, strbuf_text(&problems));
	return config;
}

static inline void assert_refused(const char *text, enum config_scope scope, const char *expected)
{
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
	SCOPED(config) struct config *config = load_any(text, scope, &problems);
	if (!config && strcmp(strbuf_text(&problems), expected) == 0)
		return;
	fprintf(stderr, "%s\nexpected\n%s\ngot\n%s", text, expected, strbuf_text(&problems)); /* cmocka cuts it */
	fail();
}

#endif
