/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FAKE_HTTP_H
#define TESTS_FAKE_HTTP_H
/*
 * An HTTP client that answers from a list and remembers what it was asked, and an
 * environment made of a list.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rootwatch/http_client.h"

enum { FAKE_CALLS_MAX = 32, FAKE_TEXT_BYTES = 1024, FAKE_VARIABLES_MAX = 10 };

struct fake_answer {
	long status; /* 0: no answer came */
	const char *body;
};

struct fake_call {
	char method[8];
	char url[FAKE_TEXT_BYTES];
	char header[FAKE_TEXT_BYTES]; /* "Name: value" of the first; "" for none */
	char body[FAKE_TEXT_BYTES];
	bool direct, is_signed;
	long timeout_ms;
};

struct fake_http {
	struct http_client client;
	pthread_mutex_t lock;
	struct fake_answer answers[8]; /* in order; the last one stays */
	useconds_t delay_us;
	size_t call_count;
	struct fake_call calls[FAKE_CALLS_MAX];
};

static inline void fake_remember(struct fake_http *fake, const struct http_request *request)
{
	if (fake->call_count >= FAKE_CALLS_MAX)
		abort();
	struct fake_call *call = &fake->calls[fake->call_count++];
	snprintf(call->method, sizeof call->method, "%s", request->method);
	snprintf(call->url, sizeof call->url, "%s", request->url);
	if (request->header_count > 0)
		snprintf(call->header, sizeof call->header, "%s: %s", request->headers[0].name, request->headers[0].value);
	snprintf(call->body, sizeof call->body, "%.*s", (int)request->body_length, request->body ? request->body : "");
	call->direct = request->direct;
	call->is_signed = request->aws_service != NULL;
	call->timeout_ms = request->timeout_ms;
}

static inline const struct fake_answer *fake_answer_to(struct fake_http *fake, const struct http_request *request)
{
	pthread_mutex_lock(&fake->lock);
	size_t turn = fake->call_count;
	fake_remember(fake, request);
	size_t last = 0;
	while (last + 1 < sizeof fake->answers / sizeof fake->answers[0] && fake->answers[last + 1].body)
		last++;
	pthread_mutex_unlock(&fake->lock);
	return &fake->answers[turn < last ? turn : last];
}

static inline bool fake_perform(struct http_client *self, const struct http_request *request,
                                struct http_response *ret_response, struct err *err)
{
	struct fake_http *fake = (struct fake_http *)(void *)self;
	const struct fake_answer *answer = fake_answer_to(fake, request);
	usleep(fake->delay_us);
	if (answer->status == 0)
		return err_set(err, "no route to host");
	*ret_response = (struct http_response){
	    .status = answer->status, .retry_after_s = -1, .body = STRBUF_INIT(HTTP_RESPONSE_LIMIT_BYTES)};
	strbuf_puts(&ret_response->body, answer->body);
	return true;
}

#define FAKE_HTTP(...)   \
	((struct fake_http){ \
	    .client = {.perform = fake_perform}, .lock = PTHREAD_MUTEX_INITIALIZER, .answers = {__VA_ARGS__}})

/* "NAME=value" texts; what fake_look_up() sees. */
static const char *fake_environment[FAKE_VARIABLES_MAX + 1];

static inline const char *fake_look_up(const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; fake_environment[i]; i++)
		if (strncmp(fake_environment[i], name, length) == 0 && fake_environment[i][length] == '=')
			return fake_environment[i] + length + 1;
	return NULL;
}

/* `variables` end with NULL. */
static inline void fake_set_environment(const char *const *variables)
{
	size_t count = 0;
	for (; variables[count]; count++)
		fake_environment[count] = variables[count];
	fake_environment[count] = NULL;
}

static inline void fake_write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

#endif
