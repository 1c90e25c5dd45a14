/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CONNECTION_H
#define SERVER_CONNECTION_H
/*
 * Every open connection: how many there may be, what each is doing, and until when
 * its peer has time for that. libmicrohttpd's own time-out counts inactivity only;
 * the deadlines here are absolute.
 *
 * One mutex guards the table. A connection is in it from accept until libmicrohttpd
 * says "closed", which is before the descriptor can be used again: that is what
 * makes cutting it off from another thread safe.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "server/address.h"

enum {
	/* Longer than the 60 s for which an AWS load balancer keeps a connection idle: the side that sends requests must
	 * be the one that closes, or a request gets lost in between. */
	KEEP_ALIVE_IDLE_MS = 75 * 1000,
};

enum phase {
	PHASE_REQUEST,  /* handshake, header, body: the peer's turn, with a deadline */
	PHASE_HANDLING, /* ours: no deadline */
	PHASE_ANSWER,   /* the peer takes the answer: with a deadline */
	PHASE_IDLE,     /* kept alive, waiting for the first byte of a request */
};

struct connection {
	struct connection_table *table;
	int fd;
	bool started; /* libmicrohttpd has it */
	bool cut;
	struct address peer;
	bool peer_trusted;
	enum phase phase;
	int64_t deadline_ms;        /* monotonic */
	uint64_t idle_bytes;        /* received when it was first seen idle; 0: not seen so yet */
	bool forwarded;             /* a request of `client` is under way, through a trusted proxy */
	struct address client;      /* valid when forwarded */
	struct tls_identity *shown; /* what the handshake presented; NULL */
	struct connection *previous, *next;
};

struct connection_limits {
	size_t total, per_address;
	int64_t request_timeout_ms;
	struct trusted_proxies proxies;
};

struct connection_table {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* a phase or the number, while draining */
	struct connection_limits limits;
	struct tls *tls; /* what handshakes present; NULL: plaintext */
	struct connection *first;
	size_t count;
	atomic_bool draining; /* answers say so */
	bool closing;         /* no request is handled any more */
};

void connections_init(struct connection_table *table, const struct connection_limits *limits);
void connections_done(struct connection_table *table);

/* A connection was accepted; NULL when it is one too many (or memory is short). */
struct connection *connection_accepted(struct connection_table *table, int fd, const struct sockaddr *peer);

/* libmicrohttpd has taken over this descriptor. NULL: it is none of ours. */
struct connection *connection_started(struct connection_table *table, int fd);

/* Takes it out and frees it; the descriptor must still be open. */
void connection_closed(struct connection *connection);

/* The header of a request has arrived. A first request keeps the deadline it got at accept. */
void connection_header(struct connection *connection);

/* False when the server is closing and the request can not be handled any more. */
bool connection_handling(struct connection *connection);
void connection_answer(struct connection *connection);
void connection_idle(struct connection *connection);

/* A request of `client` came through a trusted proxy; false when as many of that client's as are allowed are under way.
 * It counts until the connection is idle again. */
bool connection_forwarded(struct connection *connection, const struct address *client);

/* Cuts off every peer whose time is over; how many. Call several times a second. */
size_t connections_sweep(struct connection_table *table, int64_t now_ms);

/* From now on: idle connections are closed at once. Returns when no request is under way or at `until_ms` (monotonic);
 * whether none is. */
bool connections_drain(struct connection_table *table, int64_t until_ms);

/* No request is handled from now on; returns when none is. */
void connections_finish(struct connection_table *table);

size_t connections_count(struct connection_table *table);

#endif
