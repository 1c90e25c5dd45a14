/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_H
#define SERVER_H
/*
 * HTTP over TLS: sockets, limits, deadlines, bodies; then one call into a handler.
 * The only user of libmicrohttpd. Knows nothing of events.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"
#include "rootwatch/err.h"
#include "rootwatch/strbuf.h"

enum {
	SERVER_BODY_LIMIT_BYTES = 1280 * 1024, /* an EventBridge entry may be 1 MiB; envelope and body parameters on top */
	SERVER_CLIENT_BYTES = 46,
};

/* One request and its answer. Lives from admit() to answered(). */
struct exchange {
	const char *method, *path;        /* path: percent-decoded, without the query */
	char client[SERVER_CLIENT_BYTES]; /* the real client: X-Forwarded-For's where a trusted proxy said so */
	const char *body;                 /* NUL-terminated; "" without one */
	size_t body_length;
	int64_t received_ms; /* wall clock, when the header had arrived */
	int64_t started_us;  /* the same moment, monotonic */
	void *context;       /* server_options.context */
	void *state;         /* the handler's own; NULL at first */

	/* Set by a handle() that returns PENDING: called once, in a thread of the server, after server_resume(), to fill
	 * the answer in. NULL: it is filled in already. */
	void (*finish)(struct exchange *exchange);

	unsigned status;          /* the answer, filled by the handler */
	const char *content_type; /* static text */
	struct strbuf answer;
	long retry_after_s;       /* 0: no such header */
	const char *allow;        /* 405: methods; NULL */
	const char *authenticate; /* 401: the challenge; NULL */
};

const char *exchange_header(const struct exchange *exchange, const char *name); /* NULL: absent; any letter case */
const char *exchange_query(const struct exchange *exchange, const char *name);  /* NULL: absent; "" without a value */

enum handled {
	HANDLED, /* the answer is filled in */
	PENDING, /* server_resume() will be called, by any thread, exactly once, perhaps already */
};

/* What answers. Called in the server's threads, for many exchanges at a time. */
struct server_handler {
	/* The header has arrived, the body has not. False: the answer is filled in; the body is read to its end and dropped,
	 * so that the peer sees the answer, and handle() is not called. */
	bool (*admit)(struct exchange *exchange);

	enum handled (*handle)(struct exchange *exchange);

	/* Fills in a refusal that the server itself decided on (400 413 429 500 503); `detail` is a sentence. */
	void (*refuse)(struct exchange *exchange, unsigned status, const char *detail);

	/* Exactly once for each exchange: its answer is complete and about to be sent, or its peer vanished before there
	 * was one (status 0). Releases exchange->state. */
	void (*answered)(struct exchange *exchange);

	/* What was sent was no HTTP, and libmicrohttpd answered it with this status; no exchange came of it. May be NULL. */
	void (*malformed)(void *context, unsigned status);
};

struct server_options {
	const char *host; /* an address or a name; "" all addresses, IPv6 and IPv4 */
	uint16_t port;    /* 0: any */
	bool plaintext;
	const char *certificate, *private_key; /* paths; NULL, NULL: self-signed */
	int max_connections, max_connections_per_address;
	const struct cidr *trusted_proxies; /* borrowed; as long as the server lives */
	size_t trusted_proxy_count;
	int64_t request_timeout_ms; /* absolute: handshake to the last byte of the body; also for taking the answer */
	const struct server_handler *handler;
	void (*connection_refused)(void *context); /* over a limit; may be NULL */
	void (*deadline_passed)(void *context);    /* a slow peer was cut off; may be NULL */
	void *context;
};

struct server;

struct server *server_open(const struct server_options *options, struct err *err);
uint16_t server_port(const struct server *server);

void server_resume(struct exchange *exchange);

/* Reads certificate and key again, from these paths from now on. False: the old ones stay. Also done by itself when the
 * files change. */
bool server_reload_certificate(struct server *server, const char *certificate, const char *private_key,
                               struct err *err);
/* Both take NULL, for who asks while the server is still being opened. */
int64_t server_certificate_expires_s(const struct server *server); /* 0: plaintext */
size_t server_connections(const struct server *server);

/* Stops accepting; returns when no request is under way or after `grace_ms`. */
void server_drain(struct server *server, long grace_ms);

/* Waits for every PENDING exchange to be resumed, then ends. NULL is fine. */
void server_close(struct server *server);

#endif
