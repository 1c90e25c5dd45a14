/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_STATE_H
#define SERVER_STATE_H
/* What the files of the server share; for no one else. */
#include <microhttpd.h>
#include <pthread.h>
#include <semaphore.h>

#include "server/connection.h"
#include "server/listener.h"
#include "server/server.h"

struct server {
	struct server_options options;       /* its strings are not to be used after server_open() */
	struct connection_table connections; /* and what handshakes present */
	struct listener *listener;           /* NULL once draining */
	struct MHD_Daemon *daemon;
	uint16_t port;
	pthread_t keeper;
	bool keeper_runs;
	sem_t stopping;
};

#endif
