/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H
/*
 * The listening sockets and the thread that accepts. Our own, and not
 * libmicrohttpd's, so that limits hold exactly and stopping to accept is only that:
 * MHD_quiesce_daemon() has a race with its own workers that ends in abort().
 */
#include <stdint.h>
#include <sys/socket.h>

#include "rootwatch/err.h"

struct listener;

/* `accepted` owns the descriptor (non-blocking, close-on-exec); called in the one thread that accepts. */
struct listener *listener_open(const char *host, uint16_t port,
                               void (*accepted)(void *context, int fd, const struct sockaddr *peer, socklen_t length),
                               void *context, struct err *err);
uint16_t listener_port(const struct listener *listener);

/* Accepts no more; the sockets are closed when it returns. NULL is fine. */
void listener_close(struct listener *listener);

#endif
