/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets for every address that a host name stands for, all on one port, and the
 * thread that takes connections from them. Judges nobody: limits are the caller's.
 */
#include "server/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	SOCKETS_MAX = 8,             /* "localhost" is two */
	BACKLOG = 1024,              /* bursts wait in the kernel while handshakes are made; capped by net.core.somaxconn */
	OUT_OF_DESCRIPTORS_MS = 100, /* accept() would fail again at once */
};

struct listener {
	struct pollfd polled[1 + SOCKETS_MAX]; /* the first is `stop` */
	nfds_t count;
	uint16_t port;
	pthread_t thread;
	void (*accepted)(void *context, int fd, const struct sockaddr *peer, socklen_t length);
	void *context;
};

/* ---- sockets ---- */

static void set_port(struct sockaddr *name, uint16_t port)
{
	if (name->sa_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)name)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)(void *)name)->sin_port = htons(port);
}

static uint16_t bound_port(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} name;
	socklen_t length = sizeof name;
	memset(&name, 0, sizeof name);
	if (getsockname(fd, &name.any, &length) != 0)
		return 0;
	return ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port);
}

static int open_socket(const struct addrinfo *info, bool only_ipv6)
{
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	int on = 1, only = only_ipv6;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (info->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int failure = errno;
	close(fd);
	errno = failure;
	return -1;
}

static bool open_addresses(struct listener *listener, const struct addrinfo *infos, bool only_ipv6, struct err *err)
{
	for (const struct addrinfo *info = infos; info && listener->count <= SOCKETS_MAX; info = info->ai_next) {
		set_port(info->ai_addr, listener->port);
		int fd = open_socket(info, only_ipv6);
		if (fd < 0 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL) && info->ai_next)
			continue; /* a name may stand for more than this machine has */
		if (fd < 0 && listener->count > 1 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
			continue;
		if (fd < 0)
			return err_set(err, "%s", strerror(errno));
		listener->polled[listener->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
		listener->port = bound_port(fd);
	}
	return true;
}

/* All addresses: one IPv6 socket takes both kinds; a machine without IPv6 gets an IPv4 one. */
static bool open_any(struct listener *listener, struct err *err)
{
	struct sockaddr_in6 any6 = {.sin6_family = AF_INET6};
	struct sockaddr_in any4 = {.sin_family = AF_INET};
	struct addrinfo infos[] = {
	    {.ai_family = AF_INET6, .ai_addr = (struct sockaddr *)&any6, .ai_addrlen = sizeof any6},
	    {.ai_family = AF_INET, .ai_addr = (struct sockaddr *)&any4, .ai_addrlen = sizeof any4},
	};
	struct err ignored;
	return open_addresses(listener, &infos[0], false, &ignored) || open_addresses(listener, &infos[1], false, err);
}

static bool open_host(struct listener *listener, const char *host, struct err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	struct addrinfo *infos = NULL;
	int failure = getaddrinfo(host, NULL, &hints, &infos);
	if (failure != 0)
		return err_set(err, "%s", gai_strerror(failure));
	bool ok = open_addresses(listener, infos, infos->ai_next != NULL, err);
	freeaddrinfo(infos);
	return ok;
}

/* ---- accepting ---- */

/* Takes one connection; false when there is none, or none can be had now. */
static bool accept_one(const struct listener *listener, int socket_fd)
{
	struct sockaddr_storage peer = {0};
	socklen_t length = sizeof peer;
	int fd = accept4(socket_fd, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0) {
		listener->accepted(listener->context, fd, (struct sockaddr *)&peer, length);
		return true;
	}
	bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
	if (exhausted)
		poll((struct pollfd *)&listener->polled[0], 1, OUT_OF_DESCRIPTORS_MS);
	/* Otherwise this one has gone away already (accept(2)): look at the next. */
	return errno != EAGAIN && !exhausted;
}

static void *accept_loop(void *context)
{
	struct listener *listener = context;
	while (poll(listener->polled, listener->count, -1) >= 0 || errno == EINTR) {
		if (listener->polled[0].revents)
			break;
		for (nfds_t i = 1; i < listener->count; i++)
			if (listener->polled[i].revents)
				while (accept_one(listener, listener->polled[i].fd))
					;
	}
	return NULL;
}

/* ---- life ---- */

static void close_sockets(struct listener *listener)
{
	for (nfds_t i = 0; i < listener->count; i++)
		close(listener->polled[i].fd);
	free(listener);
}

struct listener *listener_open(const char *host, uint16_t port,
                               void (*accepted)(void *context, int fd, const struct sockaddr *peer, socklen_t length),
                               void *context, struct err *err)
{
	struct listener *listener = calloc(1, sizeof *listener);
	int stop = listener ? eventfd(0, EFD_CLOEXEC) : -1;
	if (stop < 0) {
		free(listener);
		err_set(err, "%s", strerror(errno));
		return NULL;
	}
	*listener = (struct listener){.count = 1, .port = port, .accepted = accepted, .context = context};
	listener->polled[0] = (struct pollfd){.fd = stop, .events = POLLIN};
	bool ok = *host ? open_host(listener, host, err) : open_any(listener, err);
	if (ok && pthread_create(&listener->thread, NULL, accept_loop, listener) != 0)
		ok = err_set(err, "no thread could be started");
	if (ok)
		return listener;
	err_prefix(err, "listen on %s:%u", host, (unsigned)port);
	close_sockets(listener);
	return NULL;
}

uint16_t listener_port(const struct listener *listener)
{
	return listener->port;
}

void listener_close(struct listener *listener)
{
	if (!listener)
		return;
	eventfd_write(listener->polled[0].fd, 1);
	pthread_join(listener->thread, NULL);
	close_sockets(listener);
}
