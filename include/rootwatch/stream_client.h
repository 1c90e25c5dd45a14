/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_STREAM_CLIENT_H
#define ROOTWATCH_STREAM_CLIENT_H
/*
 * The outbound transport for protocols in which only the sender speaks: bytes over
 * TCP, with or without TLS. Like those of http_client.h a struct of one function;
 * one call is one connection and one attempt, never through a proxy. Any thread.
 */
#include <stdbool.h>
#include <stddef.h>

#include "rootwatch/err.h"

struct stream_message {
	const char *url;  /* tcp://host:port or tls://host:port */
	const char *data; /* borrowed */
	size_t length;
	const char *ca_file; /* NULL: the system's */
	long timeout_ms;     /* for the whole exchange, name look-up included */
};

struct stream_client {
	/* Connects, sends everything and closes. True: the peer's system has acknowledged every byte and did not break the
	 * connection off; no more can be known of a peer that says nothing. False, with err, when it may have been lost. */
	bool (*send)(struct stream_client *self, const struct stream_message *message, struct err *err);
};

#endif
