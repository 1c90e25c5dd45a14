/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_TRANSPORT_H
#define NET_TRANSPORT_H
/*
 * The real transports behind http_client.h and stream_client.h, on libcurl. Safe
 * from any thread: one handle per call, AWS credentials shared and cached.
 */
#include <stdatomic.h>

#include "net/aws_credentials.h"
#include "rootwatch/err.h"
#include "rootwatch/http_client.h"
#include "rootwatch/stream_client.h"

struct handle_pool;

struct transport {
	struct http_client http;
	struct mail_client mail;
	struct stream_client stream;
	struct aws_credentials *credentials;
	struct handle_pool *handles; /* http's idle handles and their connections */
	atomic_bool cancelled;
};

/* `environment` looks a variable up (NULL: unset); it is asked now, never later. NULL, with err, on failure. */
struct transport *transport_open(const char *(*environment)(const char *name), struct err *err);

/* Every exchange under way, and any to come, fails within a second. Any thread. */
void transport_cancel(struct transport *transport);
void transport_close(struct transport *transport); /* NULL is fine */

#endif
