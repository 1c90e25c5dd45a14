/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FAKE_TRANSPORT_H
#define TESTS_FAKE_TRANSPORT_H
/* Transports that answer what a test says and remember what they were asked, and the rest of what a notifier is given. */
#include <stdlib.h>
#include <string.h>

#include "rootwatch/notifier.h"
#include "sample_alert.h"

enum { FAKE_NOW_S = SAMPLE_TIME_S + 240, FAKE_ANSWERS_MAX = 4, FAKE_TIMEOUT_MS = 5000 };

/* error: no answer at all, and why. */
struct fake_answer {
	long status;
	const char *body;
	const char *error;
	bool gives_retry_after;
	long retry_after_s;
};

struct fake_http {
	struct http_client client;
	struct fake_answer answers[FAKE_ANSWERS_MAX]; /* the last one that is filled is repeated */
	size_t calls;
	struct http_request request; /* the last one; its body and headers are the copies below */
	char *body;
	char *header_texts[2 * HTTP_HEADERS_MAX];
};

static inline void fake_http_keep_headers(struct fake_http *fake)
{
	struct http_request *request = &fake->request;
	for (size_t i = 0; i < request->header_count && i < HTTP_HEADERS_MAX; i++) {
		char **texts = &fake->header_texts[2 * i];
		free(texts[0]);
		free(texts[1]);
		request->headers[i].name = texts[0] = strdup(request->headers[i].name);
		request->headers[i].value = texts[1] = strdup(request->headers[i].value);
	}
}

static inline bool fake_http_perform(struct http_client *self, const struct http_request *request,
                                     struct http_response *ret_response, struct err *err)
{
	struct fake_http *fake = (struct fake_http *)self;
	size_t turn = fake->calls++;
	while (turn > 0 && (turn >= FAKE_ANSWERS_MAX || (!fake->answers[turn].status && !fake->answers[turn].error)))
		turn--;
	const struct fake_answer *answer = &fake->answers[turn];
	free(fake->body);
	fake->request = *request;
	fake->body = request->body ? strndup(request->body, request->body_length) : NULL;
	fake_http_keep_headers(fake);
	if (answer->error)
		return err_set(err, "%s", answer->error);
	ret_response->status = answer->status;
	ret_response->retry_after_s = answer->gives_retry_after ? answer->retry_after_s : -1;
	strbuf_puts(&ret_response->body, answer->body ? answer->body : "");
	return true;
}

/* How every recipient fares: the fate at the same place in `to`, the last one that is filled repeated. */
struct fake_mail {
	struct mail_client client;
	struct {
		const char *address; /* NULL: everybody */
		enum mail_fate fate;
		const char *reply;
	} fates[FAKE_ANSWERS_MAX];
	const char *error;
	size_t calls;
	char tried[1024]; /* addresses of the last call, each followed by a blank */
	struct mail_message message;
	char *data;
};

static inline void fake_mail_decide(const struct fake_mail *fake, struct mail_recipient *recipient)
{
	recipient->fate = MAIL_ACCEPTED;
	snprintf(recipient->reply, sizeof recipient->reply, "250 ok");
	for (size_t i = 0; i < FAKE_ANSWERS_MAX && fake->fates[i].reply; i++) {
		if (fake->fates[i].address && strcmp(fake->fates[i].address, recipient->address) != 0)
			continue;
		recipient->fate = fake->fates[i].fate;
		snprintf(recipient->reply, sizeof recipient->reply, "%s", fake->fates[i].reply);
		return;
	}
}

static inline bool fake_mail_send(struct mail_client *self, struct mail_message *message, struct err *err)
{
	struct fake_mail *fake = (struct fake_mail *)self;
	bool accepted = false;
	fake->calls++;
	free(fake->data);
	fake->message = *message;
	fake->data = strndup(message->data, message->data_length);
	fake->tried[0] = '\0';
	for (size_t i = 0; i < message->recipient_count; i++) {
		struct mail_recipient *recipient = &message->recipients[i];
		fake_mail_decide(fake, recipient);
		accepted |= recipient->fate == MAIL_ACCEPTED;
		size_t used = strlen(fake->tried);
		snprintf(fake->tried + used, sizeof fake->tried - used, "%s ", recipient->address);
	}
	if (!accepted)
		err_set(err, "%s", fake->error ? fake->error : message->recipients[0].reply);
	return accepted;
}

/* error: what sending fails with. */
struct fake_stream {
	struct stream_client client;
	const char *error;
	size_t calls;
	struct stream_message message; /* the last one; its data is the copy below */
	char *data;
};

static inline bool fake_stream_send(struct stream_client *self, const struct stream_message *message, struct err *err)
{
	struct fake_stream *fake = (struct fake_stream *)self;
	fake->calls++;
	free(fake->data);
	fake->message = *message;
	fake->data = strndup(message->data, message->length);
	return !fake->error || err_set(err, "%s", fake->error);
}

static inline int64_t fake_now_s(void)
{
	return FAKE_NOW_S;
}

struct fake_transport {
	struct fake_http http;
	struct fake_mail mail;
	struct fake_stream stream;
	struct notifier_env env;
};

static inline void fake_transport_init(struct fake_transport *fake)
{
	*fake = (struct fake_transport){
	    .http = {.client = {fake_http_perform}},
	    .mail = {.client = {fake_mail_send}},
	    .stream = {.client = {fake_stream_send}},
	    .env = {.name = "test", .timeout_ms = FAKE_TIMEOUT_MS, .now_s = fake_now_s},
	};
	fake->env.http = &fake->http.client;
	fake->env.mail = &fake->mail.client;
	fake->env.stream = &fake->stream.client;
}

static inline void fake_transport_scope(struct fake_transport *fake)
{
	free(fake->http.body);
	for (size_t i = 0; i < sizeof fake->http.header_texts / sizeof fake->http.header_texts[0]; i++)
		free(fake->http.header_texts[i]);
	free(fake->mail.data);
	free(fake->stream.data);
}

/* A setting with one text. */
#define FAKE_SETTING(setting_name, value)                                         \
	{                                                                             \
		.name = (setting_name), .texts = (const char *const[]){value}, .count = 1 \
	}

#endif
