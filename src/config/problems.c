/* SPDX-License-Identifier: Apache-2.0 */
/* The list of mistakes. */
#include "config/problems.h"

#include <stdio.h>
#include <stdlib.h>

void problems_vadd(struct problems *problems, struct position at, const char *format, va_list arguments)
{
	size_t order = problems->count++;
	if (order >= PROBLEMS_MAX)
		return;
	char draft[2 * ERR_TEXT_BYTES]; /* more than is kept: err_set() cuts it between characters */
	vsnprintf(draft, sizeof draft, format, arguments);
	struct problem *problem = &problems->list[order];
	problem->at = at;
	problem->order = order;
	err_set(&problem->sentence, "%s", draft);
}

void problems_add(struct problems *problems, struct position at, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	problems_vadd(problems, at, format, arguments);
	va_end(arguments);
}

static int compare(const void *left, const void *right)
{
	const struct problem *a = left, *b = right;
	if (a->at.line != b->at.line)
		return a->at.line < b->at.line ? -1 : 1;
	if (a->at.column != b->at.column)
		return a->at.column < b->at.column ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

void problems_print(struct problems *problems, const char *origin, struct strbuf *out)
{
	size_t kept = problems->count < PROBLEMS_MAX ? problems->count : PROBLEMS_MAX;
	qsort(problems->list, kept, sizeof problems->list[0], compare);
	for (size_t i = 0; i < kept; i++) {
		const struct problem *problem = &problems->list[i];
		if (problem->at.line > 0)
			strbuf_printf(out, "%s:%d:%d: %s\n", origin, problem->at.line, problem->at.column, problem->sentence.text);
		else
			strbuf_printf(out, "%s: %s\n", origin, problem->sentence.text);
	}
	if (kept < problems->count)
		strbuf_printf(out, "%s: and %zu more problems\n", origin, problems->count - kept);
}
