/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of connections. Lists are walked from end to end: at the default limit
 * that is some microseconds per TLS handshake, which costs a thousand of them.
 */
#include "server/connection.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "base/clock.h"

void connections_init(struct connection_table *table, const struct connection_limits *limits)
{
	*table = (struct connection_table){.limits = *limits};
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&table->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&table->lock, NULL);
}

void connections_done(struct connection_table *table)
{
	while (table->first)
		connection_closed(table->first);
	pthread_mutex_destroy(&table->lock);
	pthread_cond_destroy(&table->changed);
}

/* ---- coming and going ---- */

static bool over_limit(const struct connection_table *table, const struct connection *newcomer)
{
	if (table->count >= table->limits.total)
		return true;
	if (newcomer->peer_trusted)
		return false;
	size_t same = 0;
	for (const struct connection *other = table->first; other; other = other->next)
		same += address_same_client(&other->peer, &newcomer->peer);
	return same >= table->limits.per_address;
}

struct connection *connection_accepted(struct connection_table *table, int fd, const struct sockaddr *peer)
{
	struct connection *connection = calloc(1, sizeof *connection);
	if (!connection || !address_of(peer, &connection->peer)) {
		free(connection);
		return NULL;
	}
	connection->table = table;
	connection->fd = fd;
	connection->phase = PHASE_REQUEST;
	connection->peer_trusted = address_trusted(&table->limits.proxies, &connection->peer);
	connection->deadline_ms = clock_monotonic_ms() + table->limits.request_timeout_ms;

	pthread_mutex_lock(&table->lock);
	bool refused = over_limit(table, connection);
	if (!refused) {
		connection->next = table->first;
		if (table->first)
			table->first->previous = connection;
		table->first = connection;
		table->count++;
	}
	pthread_mutex_unlock(&table->lock);
	if (!refused)
		return connection;
	free(connection);
	return NULL;
}

struct connection *connection_started(struct connection_table *table, int fd)
{
	pthread_mutex_lock(&table->lock);
	struct connection *connection = table->first;
	while (connection && (connection->started || connection->fd != fd))
		connection = connection->next;
	if (connection)
		connection->started = true;
	pthread_mutex_unlock(&table->lock);
	return connection;
}

void connection_closed(struct connection *connection)
{
	struct connection_table *table = connection->table;
	pthread_mutex_lock(&table->lock);
	*(connection->previous ? &connection->previous->next : &table->first) = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	table->count--;
	pthread_cond_broadcast(&table->changed);
	pthread_mutex_unlock(&table->lock);
	free(connection);
}

/* ---- phases ---- */

static void enter(struct connection *connection, enum phase phase)
{
	const struct connection_table *table = connection->table;
	int64_t time_ms = phase == PHASE_IDLE ? KEEP_ALIVE_IDLE_MS : table->limits.request_timeout_ms;
	connection->phase = phase;
	connection->deadline_ms = phase == PHASE_HANDLING ? INT64_MAX : clock_monotonic_ms() + time_ms;
	if (phase == PHASE_IDLE) {
		connection->idle_bytes = 0;
		connection->forwarded = false;
	}
}

void connection_header(struct connection *connection)
{
	pthread_mutex_lock(&connection->table->lock);
	if (connection->phase == PHASE_IDLE)
		enter(connection, PHASE_REQUEST);
	pthread_mutex_unlock(&connection->table->lock);
}

bool connection_handling(struct connection *connection)
{
	struct connection_table *table = connection->table;
	pthread_mutex_lock(&table->lock);
	bool allowed = !table->closing;
	if (allowed)
		enter(connection, PHASE_HANDLING);
	pthread_mutex_unlock(&table->lock);
	return allowed;
}

static void enter_and_tell(struct connection *connection, enum phase phase)
{
	struct connection_table *table = connection->table;
	pthread_mutex_lock(&table->lock);
	enter(connection, phase);
	if (table->draining)
		pthread_cond_broadcast(&table->changed);
	pthread_mutex_unlock(&table->lock);
}

void connection_answer(struct connection *connection)
{
	enter_and_tell(connection, PHASE_ANSWER);
}

void connection_idle(struct connection *connection)
{
	enter_and_tell(connection, PHASE_IDLE);
}

bool connection_forwarded(struct connection *connection, const struct address *client)
{
	struct connection_table *table = connection->table;
	size_t same = 0;
	pthread_mutex_lock(&table->lock);
	for (const struct connection *other = table->first; other; other = other->next)
		same += other->forwarded && address_same_client(&other->client, client);
	connection->client = *client;
	connection->forwarded = same < table->limits.per_address;
	bool allowed = connection->forwarded;
	pthread_mutex_unlock(&table->lock);
	return allowed;
}

/* ---- deadlines ---- */

/* Nothing tells us that the first bytes of a further request came, until its header is whole. The kernel knows. */
static bool has_spoken(struct connection *connection)
{
	struct tcp_info info = {0};
	socklen_t length = sizeof info;
	if (getsockopt(connection->fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
		return false;
	if (connection->idle_bytes == 0)
		connection->idle_bytes = info.tcpi_bytes_received;
	return connection->idle_bytes != info.tcpi_bytes_received;
}

static void cut(struct connection *connection)
{
	connection->cut = true;
	shutdown(connection->fd, SHUT_RDWR);
}

size_t connections_sweep(struct connection_table *table, int64_t now_ms)
{
	size_t late = 0;
	pthread_mutex_lock(&table->lock);
	for (struct connection *connection = table->first; connection; connection = connection->next) {
		if (!connection->started || connection->cut)
			continue;
		if (connection->phase == PHASE_IDLE && has_spoken(connection))
			enter(connection, PHASE_REQUEST);
		if (now_ms < connection->deadline_ms)
			continue;
		late += connection->phase != PHASE_IDLE;
		cut(connection);
	}
	pthread_mutex_unlock(&table->lock);
	return late;
}

/* ---- the end ---- */

static bool is_quiet(struct connection_table *table)
{
	bool quiet = true;
	for (struct connection *connection = table->first; connection; connection = connection->next) {
		if (connection->phase != PHASE_IDLE)
			quiet = false;
		else if (connection->started && !connection->cut)
			cut(connection);
	}
	return quiet;
}

bool connections_drain(struct connection_table *table, int64_t until_ms)
{
	struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
	pthread_mutex_lock(&table->lock);
	table->draining = true;
	int waited = 0;
	bool quiet;
	while (!(quiet = is_quiet(table)) && waited == 0)
		waited = pthread_cond_timedwait(&table->changed, &table->lock, &until);
	pthread_mutex_unlock(&table->lock);
	return quiet;
}

static bool is_handling(const struct connection_table *table)
{
	for (const struct connection *connection = table->first; connection; connection = connection->next)
		if (connection->phase == PHASE_HANDLING)
			return true;
	return false;
}

void connections_finish(struct connection_table *table)
{
	pthread_mutex_lock(&table->lock);
	table->draining = true;
	table->closing = true;
	while (is_handling(table))
		pthread_cond_wait(&table->changed, &table->lock);
	pthread_mutex_unlock(&table->lock);
}

size_t connections_count(struct connection_table *table)
{
	pthread_mutex_lock(&table->lock);
	size_t count = table->count;
	pthread_mutex_unlock(&table->lock);
	return count;
}
