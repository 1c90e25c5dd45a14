/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LOG_H
#define BASE_LOG_H
/*
 * The log: one JSON object a line, in a small fixed vocabulary (the table in
 * log.c, from which docs are generated). Any thread may write; a line is written
 * whole. Values are escaped; never pass a secret. Only the top (commands, service,
 * server, dispatcher) logs; everything below returns an error instead.
 *
 * {"time":"2026-11-24T03:55:01.123Z","level":"info","event":"request","status":"200",...}
 */
#include <stddef.h>
#include <stdio.h>

enum log_event {
	LOG_STARTED,
	LOG_READY,
	LOG_STOPPING,
	LOG_STOPPED,
	LOG_WARNING, /* something an operator should look at */
	LOG_ERROR,   /* something that failed */
	LOG_CONFIG_RELOADED,
	LOG_CONFIG_REFUSED, /* a reload with errors: the old configuration stays */
	LOG_CERTIFICATE_LOADED,
	LOG_CERTIFICATE_REFUSED,
	LOG_REQUEST,         /* one request on /v1: method, path, status, key, client, duration_ms */
	LOG_REQUEST_REFUSED, /* 4xx or 5xx: and why */
	LOG_FINDING,         /* stored: id, account, verdict, severity, title */
	LOG_EXPECTATION,     /* root work was announced, or that revoked */
	LOG_DELIVERED,
	LOG_DELIVERY_RETRY,
	LOG_DELIVERY_DEAD,
	LOG_STORE_FAILED,
	LOG_PURGED,
	LOG_EVENT_COUNT
};

struct log_event_info {
	const char *name;    /* "delivery_dead" */
	const char *level;   /* debug info warning error */
	const char *summary; /* one line for the documentation */
};

extern const struct log_event_info log_events[LOG_EVENT_COUNT];

/* Where lines go; NULL (the state before) drops them. Call before threads start. */
void log_open(FILE *output);

/* Pairs of key and value, ended by NULL; a NULL value leaves its pair out. */
void log_write(enum log_event event, ...) __attribute__((sentinel));

#endif
