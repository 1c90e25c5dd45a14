/* SPDX-License-Identifier: Apache-2.0 */
/* The results of an attempt, made from a sentence or an answer: one line, cut between characters, without secrets. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rootwatch/notifier.h"
#include "rootwatch/render.h"
#include "rootwatch/scope.h"

enum {
	SENTENCE_BYTES = 1024,
	PIECE_BYTES = 6, /* of a secret; "hook" alone tells nothing */
};

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

struct outcome outcome_of_status(const struct http_response *response, const char *words)
{
	const char *colon = words[0] != '\0' ? ": " : "";
	if (response->status >= 200 && response->status < 300)
		return outcome_delivered("%ld%s%s", response->status, colon, words);
	if (http_status_is_transient(response->status))
		return outcome_retry(response->retry_after_s, "%ld%s%s", response->status, colon, words);
	return outcome_rejected("%ld%s%s", response->status, colon, words);
}

/* A secret as a whole, or what stands between the marks that part a URL, a header or a list. */
static bool holds_secret(const char *said, const char *secret)
{
	static const char marks[] = "/?&=:@%;,. ";
	if (*secret != '\0' && strstr(said, secret))
		return true;
	for (size_t length; *secret != '\0'; secret += length) {
		size_t between = strspn(secret, marks);
		secret += between;
		if (between > 0 && secret[-1] == '%') /* an escape, which may come back decoded */
			secret += strnlen(secret, 2);
		length = strcspn(secret, marks);
		if (length >= PIECE_BYTES && memmem(said, strlen(said), secret, length))
			return true;
	}
	return false;
}

void outcome_quote(const char *said, const char *const *secrets, size_t count, size_t limit, struct strbuf *out)
{
	for (size_t i = 0; i < count; i++)
		if (secrets[i] && holds_secret(said, secrets[i]))
			return;
	SCOPED(strbuf) struct strbuf line = STRBUF_INIT(strlen(said));
	said += strspn(said, " \t\r\n");
	strbuf_add(&line, said, strcspn(said, "\r\n"));
	render_line(strbuf_text(&line), limit, out);
}
