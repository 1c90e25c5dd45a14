/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the parts together: listener -> table of connections -> libmicrohttpd's pool
 * of threads -> requests; and the keeper, a thread that watches deadlines and the
 * certificate's files. What happens to one request is in request.c.
 */
#include "server/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/request.h"
#include "server/state.h"
#include "server/tls.h"

enum {
	WORKERS_MAX = 4, /* requests are short; more threads only take turns */
	KEEPER_TICK_MS = 200,
	CERTIFICATE_EVERY_TICKS = 5,
	/* Request line and header, and libmicrohttpd's buffers, for one connection; also what a header may be long. */
	CONNECTION_MEMORY_BYTES = 32 * 1024,
	/* The store, the notifiers' connections, libraries: descriptors that are not a client's. */
	DESCRIPTORS_RESERVED = 256,
};

/* ---- libmicrohttpd's callbacks ---- */

static void on_accepted(void *context, int fd, const struct sockaddr *peer, socklen_t length)
{
	struct server *server = context;
	struct connection *connection = connection_accepted(&server->connections, fd, peer);
	if (!connection) {
		close(fd);
		if (server->options.connection_refused)
			server->options.connection_refused(server->options.context);
		return;
	}
	if (MHD_add_connection(server->daemon, fd, peer, length) != MHD_YES)
		connection_closed(connection); /* it has closed the descriptor */
}

static void on_connection(void *context, struct MHD_Connection *mhd, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
	struct server *server = context;
	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		struct connection *connection = *socket_context;
		tls_release(connection->shown);
		connection_closed(connection);
		return;
	}
	int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	*socket_context = connection_started(&server->connections, fd);
	if (server->connections.tls)
		tls_enable_tickets(server->connections.tls,
		                   MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session);
}

/* GnuTLS asks what to present. Not called for a resumed session. */
static int on_handshake(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **ret_chain,
                        unsigned *ret_length, gnutls_ocsp_data_st **ret_ocsp, unsigned *ret_ocsp_length,
                        gnutls_privkey_t *ret_key, unsigned *ret_flags)
{
	(void)info;
	struct MHD_Connection *mhd = gnutls_session_get_ptr(session);
	struct connection *connection = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	if (!connection->shown)
		connection->shown = tls_hold(connection->table->tls);
	tls_present(connection->shown, ret_chain, ret_length, ret_key);
	*ret_ocsp = NULL;
	*ret_ocsp_length = 0;
	*ret_flags = 0;
	return 0;
}

/* What libmicrohttpd answers by itself it only tells its log, by this one message. The rest of its log is about peers that went
 * away in the middle of something, and of no use. */
__attribute__((format(printf, 2, 0))) static void on_message(void *context, const char *format, va_list arguments)
{
	static const char refusal[] = "Error processing request (HTTP response code is %u";
	const struct server *server = context;
	if (strncmp(format, refusal, strlen(refusal)) == 0 && server->options.handler->malformed)
		server->options.handler->malformed(server->options.context, va_arg(arguments, unsigned));
}

/* ---- the keeper ---- */

static void *keep(void *context)
{
	struct server *server = context;
	int64_t next_ms = clock_monotonic_ms();
	for (unsigned tick = 0;; tick++) {
		next_ms += KEEPER_TICK_MS;
		struct timespec next = {.tv_sec = next_ms / 1000, .tv_nsec = next_ms % 1000 * 1000000};
		if (sem_clockwait(&server->stopping, CLOCK_MONOTONIC, &next) == 0)
			return NULL;
		size_t late = connections_sweep(&server->connections, clock_monotonic_ms());
		for (size_t i = 0; i < late && server->options.deadline_passed; i++)
			server->options.deadline_passed(server->options.context);
		if (server->connections.tls && tick % CERTIFICATE_EVERY_TICKS == 0)
			tls_refresh(server->connections.tls);
	}
}

/* ---- starting ---- */

/* Gets as many descriptors as connections may need; how many connections there may be with those there are. */
static size_t fit_to_descriptors(size_t connections)
{
	struct rlimit limit;
	rlim_t wanted = connections + DESCRIPTORS_RESERVED;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return connections;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur >= wanted)
		return connections;
	size_t fitting =
	    limit.rlim_cur > 2 * DESCRIPTORS_RESERVED ? limit.rlim_cur - DESCRIPTORS_RESERVED : limit.rlim_cur / 2;
	char text[24];
	snprintf(text, sizeof text, "%zu", fitting);
	log_write(LOG_WARNING, "detail", "the limit of open files (RLIMIT_NOFILE) allows fewer connections than configured",
	          "max_connections", text, NULL);
	return fitting;
}

static unsigned worker_count(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	return processors < 1 ? 1 : processors > WORKERS_MAX ? WORKERS_MAX : (unsigned)processors;
}

static bool start_daemon(struct server *server, struct err *err)
{
	unsigned workers = worker_count();
	/* Its own limit is split among its threads; ours, kept at accept, must be the one that is reached. */
	unsigned limit = (unsigned)server->connections.limits.total * workers + workers;
	struct MHD_OptionItem options[] = {
	    {MHD_OPTION_THREAD_POOL_SIZE, workers, NULL},
	    {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)limit, NULL},
	    {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, NULL},
	    /* The value that makes 0.9.75 refuse white space before a header's colon. */
	    {MHD_OPTION_STRICT_FOR_CLIENT, -1, NULL},
	    {server->connections.tls ? MHD_OPTION_HTTPS_PRIORITIES : MHD_OPTION_END, 0, (void *)tls_priorities},
	    {MHD_OPTION_HTTPS_CERT_CALLBACK2, 0, (void *)on_handshake},
	    {MHD_OPTION_END, 0, NULL},
	};
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET |
	                 MHD_USE_ERROR_LOG | (server->connections.tls ? MHD_USE_TLS : 0);
	server->daemon =
	    MHD_start_daemon(flags, 0, NULL, NULL, request_access, server, MHD_OPTION_EXTERNAL_LOGGER, on_message, server,
	                     MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_NOTIFY_COMPLETED,
	                     request_completed, server, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	return server->daemon || err_set(err, "libmicrohttpd did not start: %s", strerror(errno));
}

static bool start(struct server *server, struct err *err)
{
	const struct server_options *options = &server->options;
	if (!options->plaintext) {
		server->connections.tls = tls_open(options->certificate, options->private_key, err);
		if (!server->connections.tls)
			return false;
	}
	if (!start_daemon(server, err))
		return false;
	if (pthread_create(&server->keeper, NULL, keep, server) != 0)
		return err_set(err, "no thread could be started");
	server->keeper_runs = true;
	server->listener = listener_open(options->host, options->port, on_accepted, server, err);
	if (!server->listener)
		return false;
	server->port = listener_port(server->listener);
	return true;
}

struct server *server_open(const struct server_options *options, struct err *err)
{
	struct server *server = calloc(1, sizeof *server);
	if (!server) {
		err_set(err, "out of memory");
		return NULL;
	}
	server->options = *options;
	struct connection_limits limits = {
	    .total = fit_to_descriptors((size_t)options->max_connections),
	    .per_address = (size_t)options->max_connections_per_address,
	    .request_timeout_ms = options->request_timeout_ms,
	    .proxies = {options->trusted_proxies, options->trusted_proxy_count},
	};
	connections_init(&server->connections, &limits);
	sem_init(&server->stopping, 0, 0);
	if (start(server, err))
		return server;
	server_close(server);
	return NULL;
}

/* ---- while it runs ---- */

uint16_t server_port(const struct server *server)
{
	return server->port;
}

bool server_reload_certificate(struct server *server, const char *certificate, const char *private_key, struct err *err)
{
	if (!server->connections.tls)
		return err_set(err, "the server speaks no TLS");
	return tls_load(server->connections.tls, certificate, private_key, err);
}

int64_t server_certificate_expires_s(const struct server *server)
{
	return server && server->connections.tls ? tls_expires_s(server->connections.tls) : 0;
}

size_t server_connections(const struct server *server)
{
	return server ? connections_count((struct connection_table *)&server->connections) : 0;
}

/* ---- stopping ---- */

void server_drain(struct server *server, long grace_ms)
{
	listener_close(server->listener);
	server->listener = NULL;
	connections_drain(&server->connections, clock_monotonic_ms() + grace_ms);
}

void server_close(struct server *server)
{
	enum { LAST_ANSWERS_MS = 500 };
	if (!server)
		return;
	if (server->daemon) {
		server_drain(server, 0);
		/* libmicrohttpd aborts when it is stopped while a connection is suspended. */
		connections_finish(&server->connections);
		connections_drain(&server->connections, clock_monotonic_ms() + LAST_ANSWERS_MS);
		MHD_stop_daemon(server->daemon);
	}
	if (server->keeper_runs) {
		sem_post(&server->stopping);
		pthread_join(server->keeper, NULL);
	}
	sem_destroy(&server->stopping);
	tls_close(server->connections.tls);
	connections_done(&server->connections);
	free(server);
}
