/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CONFORMANCE_ATTEMPT_H
#define TESTS_CONFORMANCE_ATTEMPT_H
/* One attempt of a notifier, with everything checked that must hold of any: what is sent, what comes back, what is written. */
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/subject.h"

enum { REQUEST_MAX_BYTES = 1024 * 1024, MAIL_LINE_MAX = 998 }; /* what any channel takes; RFC 5322, 2.1.1 */

static inline long long file_size(FILE *file)
{
	struct stat status;
	fflush(file);
	return fstat(fileno(file), &status) == 0 ? (long long)status.st_size : -1;
}

/* Sends with standard output and error put away; *ret_written is what came there. */
static inline struct outcome send_captured(struct subject *subject, const struct alert *alert, const char *resume,
                                           long long *ret_written)
{
	FILE *file = tmpfile();
	assert_non_null(file);
	fflush(stdout);
	int out = dup(STDOUT_FILENO), error = dup(STDERR_FILENO);
	dup2(fileno(file), STDOUT_FILENO);
	dup2(fileno(file), STDERR_FILENO);
	struct outcome outcome = subject->type->send(subject->set->instances[0].self, alert, resume);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(error, STDERR_FILENO);
	close(out);
	close(error);
	*ret_written = file_size(file);
	fclose(file);
	return outcome;
}

static inline bool is_shown(const char *text)
{
	size_t length = strlen(text);
	for (size_t i = 0, bytes; i < length; i += bytes) {
		bytes = utf8_character(text + i, length - i);
		if (bytes == 0 || (unsigned char)text[i] < ' ' || text[i] == 0x7f ||
		    (bytes == 2 && text[i] == '\xc2' && (unsigned char)text[i + 1] < 0xa0))
			return false;
	}
	return true;
}

static inline void check_outcome(const struct subject *subject, const struct outcome *outcome)
{
	bool retry = outcome->kind == OUTCOME_RETRY;
	expect(outcome->kind == OUTCOME_DELIVERED || retry || outcome->kind == OUTCOME_REJECTED, subject,
	       "the kind is none");
	expect(outcome->retry_after_s >= -1, subject, "the pause is negative");
	expect(retry || outcome->retry_after_s == -1, subject, "only what is tried again has a pause");
	expect(memchr(outcome->detail, '\0', sizeof outcome->detail), subject, "the detail has no end");
	expect(outcome->detail[0] != '\0', subject, "no detail");
	expect(is_shown(outcome->detail), subject, "the detail is not one line of text");
	expect(memchr(outcome->resume, '\0', sizeof outcome->resume), subject, "the resume state has no end");
	expect(is_shown(outcome->resume), subject, "the resume state is not one line of text");
	expect(retry || outcome->resume[0] == '\0', subject, "only what is tried again has a resume state");
	for (size_t i = 0; i < subject->secret_count; i++)
		expect(!strstr(outcome->detail, subject->secrets[i]) && !strstr(outcome->resume, subject->secrets[i]), subject,
		       "the outcome tells a secret");
}

static inline void check_request(const struct subject *subject)
{
	const struct http_request *request = &subject->fake.http.request;
	expect(request->method && request->url, subject, "no method or URL");
	expect(request->timeout_ms > 0 && request->timeout_ms <= FAKE_TIMEOUT_MS, subject, "the deadline is not kept");
	expect(request->header_count <= HTTP_HEADERS_MAX, subject, "too many headers");
	for (size_t i = 0; i < request->header_count && i < HTTP_HEADERS_MAX; i++)
		expect(is_shown(request->headers[i].name) && is_shown(request->headers[i].value), subject,
		       "a header is not one line of text");
	expect(request->body_length <= REQUEST_MAX_BYTES, subject, "the request is too large");
	if (!request->body)
		return;
	expect(strlen(subject->fake.http.body) == request->body_length, subject, "a NUL in the request, or a wrong length");
	for (size_t i = 0, bytes; i < request->body_length; i += bytes) {
		bytes = utf8_character(subject->fake.http.body + i, request->body_length - i);
		expect(bytes > 0, subject, "the request is not UTF-8");
	}
}

static inline void check_mail(const struct subject *subject)
{
	const struct mail_message *message = &subject->fake.mail.message;
	const char *data = subject->fake.mail.data;
	expect(message->url && message->from && message->recipient_count > 0, subject, "a mail from or to nobody");
	expect(message->recipient_count <= MAIL_RECIPIENTS_MAX, subject, "too many recipients");
	expect(message->timeout_ms > 0 && message->timeout_ms <= FAKE_TIMEOUT_MS, subject, "the deadline is not kept");
	expect(message->data_length <= REQUEST_MAX_BYTES, subject, "the mail is too large");
	expect(strlen(data) == message->data_length, subject, "a NUL in the mail, or a wrong length");
	for (const char *line = data; *line != '\0'; line += strcspn(line, "\r\n") + 2) {
		size_t length = strcspn(line, "\r\n");
		expect(length <= MAIL_LINE_MAX && strncmp(line + length, "\r\n", 2) == 0, subject,
		       "a line of the mail is too long or no line");
	}
}

static inline void check_stream(const struct subject *subject)
{
	const struct stream_message *message = &subject->fake.stream.message;
	const char *data = subject->fake.stream.data;
	expect(message->url && message->length > 0, subject, "nothing for nobody");
	expect(message->timeout_ms > 0 && message->timeout_ms <= FAKE_TIMEOUT_MS, subject, "the deadline is not kept");
	expect(message->length <= REQUEST_MAX_BYTES, subject, "the message is too large");
	expect(strlen(data) == message->length, subject, "a NUL in the message, or a wrong length");
	for (size_t i = 0, bytes; i < message->length; i += bytes) {
		bytes = utf8_character(data + i, message->length - i);
		expect(bytes > 0, subject, "the message is not UTF-8");
	}
}

/* How often any channel was asked. */
static inline size_t network_calls(const struct subject *subject)
{
	return subject->fake.http.calls + subject->fake.mail.calls + subject->fake.stream.calls;
}

/* Exactly one attempt through exactly one channel: a request (two when the first was answered with "fresh credentials, please"),
 * a mail, a stream, or something written. */
static inline struct outcome attempt(struct subject *subject, const struct alert *alert, const char *resume)
{
	struct fake_transport *fake = &subject->fake;
	long long before = file_size(fake->env.output), strayed;
	fake->http.calls = fake->mail.calls = fake->stream.calls = 0;
	struct outcome outcome = send_captured(subject, alert, resume, &strayed);
	bool wrote = file_size(fake->env.output) != before;
	long status = fake->http.answers[0].status;
	bool renewed = fake->http.calls == 2 && fake->http.request.aws_renew && status >= 400 && status < 500;
	size_t attempts = network_calls(subject) - renewed + wrote;
	check_outcome(subject, &outcome);
	expect(strayed == 0, subject, "it wrote to standard output or error");
	expect(attempts == 1 || (attempts == 0 && outcome.kind == OUTCOME_RETRY), subject, "not one attempt");
	if (fake->http.calls > 0)
		check_request(subject);
	if (fake->mail.calls > 0)
		check_mail(subject);
	if (fake->stream.calls > 0)
		check_stream(subject);
	return outcome;
}

/* ---- what the channel answers ---- */

static inline void answer_http(struct subject *subject, const char *what, struct fake_answer answer)
{
	subject->answer = what;
	memset(subject->fake.http.answers, 0, sizeof subject->fake.http.answers);
	subject->fake.http.answers[0] = answer;
}

static inline void answer_mail(struct subject *subject, const char *what, enum mail_fate fate)
{
	subject->answer = what;
	subject->fake.mail.fates[0].fate = fate;
	subject->fake.mail.fates[0].reply = what;
}

/* NULL: the peer takes it. */
static inline void answer_stream(struct subject *subject, const char *error)
{
	subject->fake.stream.error = error;
}

/* Bodies of answers that are a success somewhere. */
static const char *const successes[] = {
    "ok",
    "",
    "{}",
    "{\"ok\":true}",
    "{\"status\":\"success\"}",
    "<PublishResult><MessageId>94f20ce6</MessageId></PublishResult>",
};

/* Makes the channel answer so that the notifier is content; fails when nothing does. */
static inline void answer_success(struct subject *subject)
{
	struct alert alert = sample_alert();
	answer_mail(subject, "250 ok", MAIL_ACCEPTED);
	answer_stream(subject, NULL);
	for (long status = 200; status < 205; status++) {
		for (size_t i = 0; i < sizeof successes / sizeof successes[0]; i++) {
			answer_http(subject, "a success", (struct fake_answer){.status = status, .body = successes[i]});
			if (attempt(subject, &alert, "").kind == OUTCOME_DELIVERED)
				return;
		}
	}
	expect(false, subject, "nothing is a success");
}

#endif
