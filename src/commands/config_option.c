/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/config_option.h"

#include <stdio.h>

enum { PROBLEMS_LIMIT_BYTES = 256 * 1024 };

struct config *config_option_load(const char *path, enum config_scope scope)
{
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(PROBLEMS_LIMIT_BYTES);
	struct config *config = config_load(path, scope, &problems);
	fputs(strbuf_text(&problems), stderr);
	for (size_t i = 0; config && i < config->warning_count; i++)
		fprintf(stderr, "%s: warning: %s\n", config->origin, config->warnings[i]);
	for (size_t i = 0; config && i < config->skipped_count; i++)
		fprintf(stderr, "%s: left out: %s\n", config->origin, config->skipped[i]);
	return config;
}
