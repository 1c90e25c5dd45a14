/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_NOTIFIER_H
#define ROOTWATCH_NOTIFIER_H
/*
 * The contract a notifier is written against. A notifier tells one channel about
 * one alert, once. It does not retry, sleep, pace, queue, log or keep state
 * between calls beyond what open() made: the dispatcher does all that.
 *
 * Life: open (at start and at every reload) -> send, any number of times ->
 * close. Calls into one instance never overlap; different instances run in
 * different threads at the same time. Adding one: src/notifiers/NAME.c and one
 * line in src/notifier.c; see CONTRIBUTING.md.
 */
#include <stdint.h>
#include <stdio.h>

#include "rootwatch/alert.h"
#include "rootwatch/err.h"
#include "rootwatch/http_client.h"
#include "rootwatch/setting.h"
#include "rootwatch/stream_client.h"

enum {
	OUTCOME_DETAIL_BYTES = 256,
	OUTCOME_RESUME_BYTES = 256,
};

enum outcome_kind {
	OUTCOME_DELIVERED, /* the channel has it */
	OUTCOME_RETRY,     /* not now: try again (no sooner than retry_after_s) */
	OUTCOME_REJECTED,  /* never: the same alert will be refused again */
};

/* The result of one attempt. A value; no secrets in it: it is stored, logged and shown. */
struct outcome {
	enum outcome_kind kind;
	int32_t retry_after_s;             /* RETRY: the channel asked for this pause; -1: it did not */
	char detail[OUTCOME_DETAIL_BYTES]; /* one line: what the channel said, "200 ok", "404 no_service" */
	char resume[OUTCOME_RESUME_BYTES]; /* RETRY: opaque text handed to the next attempt at this alert: who is done */
};

struct outcome outcome_delivered(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct outcome outcome_retry(long retry_after_s, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct outcome outcome_rejected(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What an answer comes to whose status alone decides: 2xx is delivered, what may pass is tried again after the pause that was
 * asked for, everything else is rejected. The detail is the status and `words`, if any: "404: no such hook". */
struct outcome outcome_of_status(const struct http_response *response, const char *words);

/* Appends the beginning of what a peer said as one line of at most `limit` bytes; nothing when a secret, or a longer piece of
 * one, stands anywhere in it: servers quote what they were sent. NULL among the secrets is fine. */
void outcome_quote(const char *said, const char *const *secrets, size_t count, size_t limit, struct strbuf *out);

/* What an instance is given to work with. Outlives the instance. */
struct notifier_env {
	const char *name; /* this instance's configured name; for messages */
	long timeout_ms;  /* the deadline of one send */
	struct http_client *http;
	struct mail_client *mail;
	struct stream_client *stream;
	FILE *output;           /* where the log notifier writes: standard output */
	int64_t (*now_s)(void); /* UTC */
};

struct notifier_type {
	const char *name;               /* [a-z]+: the `type:` in the configuration */
	const char *summary;            /* one line for --help and the documentation */
	const struct setting *settings; /* ends with a row whose name is NULL */
	const char *default_rate;       /* "1/s"; NULL: none */
	bool local; /* what it tells may die with this machine: it does not count for `ack: delivered` */

	/* Checks what the settings table cannot, allocates, touches no network. `settings` and `env` outlive the instance.
	 * NULL, with err, on failure. */
	void *(*open)(const struct settings *settings, const struct notifier_env *env, struct err *err);

	/* ONE attempt within env->timeout_ms. `resume` is "" or what the last attempt at this alert returned. */
	struct outcome (*send)(void *self, const struct alert *alert, const char *resume);

	/* Frees. NULL is fine. */
	void (*close)(void *self);
};

#endif
