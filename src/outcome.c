/* SPDX-License-Identifier: Apache-2.0 */
/* The results of an attempt, made from a sentence: one line, cut between characters. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rootwatch/notifier.h"
#include "rootwatch/render.h"
#include "rootwatch/scope.h"

enum { SENTENCE_BYTES = 1024 };

static struct outcome outcome_of(enum outcome_kind kind, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
static struct outcome outcome_of(enum outcome_kind kind, const char *format, va_list arguments)
{
	struct outcome outcome = {.kind = kind, .retry_after_s = -1};
	char sentence[SENTENCE_BYTES];
	SCOPED(strbuf) struct strbuf line = STRBUF_INIT(OUTCOME_DETAIL_BYTES - 1);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	render_line(sentence, OUTCOME_DETAIL_BYTES - 1, &line);
	memcpy(outcome.detail, strbuf_text(&line), line.length + 1);
	return outcome;
}

struct outcome outcome_delivered(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	struct outcome outcome = outcome_of(OUTCOME_DELIVERED, format, arguments);
	va_end(arguments);
	return outcome;
}

struct outcome outcome_retry(long retry_after_s, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	struct outcome outcome = outcome_of(OUTCOME_RETRY, format, arguments);
	va_end(arguments);
	outcome.retry_after_s = retry_after_s > INT32_MAX ? INT32_MAX : (int32_t)(retry_after_s < -1 ? -1 : retry_after_s);
	return outcome;
}

struct outcome outcome_rejected(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	struct outcome outcome = outcome_of(OUTCOME_REJECTED, format, arguments);
	va_end(arguments);
	return outcome;
}
