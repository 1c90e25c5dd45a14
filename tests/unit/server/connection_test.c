/* SPDX-License-Identifier: Apache-2.0 */
/* Limits, deadlines and the end of connections, over sockets of this test's own. */
#include "server/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "monitor.h"

enum { REQUEST_MS = 60 * 1000, TOTAL = 4, PER_ADDRESS = 2, PATIENCE_MS = 1000 * MONITOR_PATIENCE_S };

static struct cidr trusted;
static struct connection_table table;

static int setup(void **state)
{
	(void)state;
	const struct connection_limits limits = {
	    .total = TOTAL,
	    .per_address = PER_ADDRESS,
	    .request_timeout_ms = REQUEST_MS,
	    .proxies = {.cidrs = &trusted, .count = 1},
	};
	connections_init(&table, &limits);
	return parse_cidr("10.0.0.0/8", &trusted) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	connections_done(&table);
	return 0;
}

static struct connection *accept_from(const char *peer, int fd)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	assert_int_equal(inet_pton(AF_INET, peer, &address.sin_addr), 1);
	return connection_accepted(&table, fd, (const struct sockaddr *)&address);
}

/* Two ends of a connection over TCP. */
static void connect_pair(int ret_ends[2])
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	ret_ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(ret_ends[1], (const struct sockaddr *)&address, sizeof address), 0);
	ret_ends[0] = accept(listener, NULL, NULL);
	assert_true(ret_ends[0] >= 0);
	close(listener);
}

static void close_pair(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

/* The far end has been told that nothing more will come. */
static bool is_cut(int far_end)
{
	char byte;
	return recv(far_end, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

/* ---- how many ---- */

static void an_address_has_its_share(void **state)
{
	(void)state;
	struct connection *first = accept_from("203.0.113.7", 10);
	assert_non_null(first);
	assert_non_null(accept_from("203.0.113.7", 11));
	assert_null(accept_from("203.0.113.7", 12));
	assert_non_null(accept_from("203.0.113.8", 12));
	assert_int_equal(connections_count(&table), 3);
	connection_closed(first);
	assert_non_null(accept_from("203.0.113.7", 10));
	assert_int_equal(connections_count(&table), 3);
}

static void all_together_have_a_limit(void **state)
{
	(void)state;
	static const char *const peers[TOTAL] = {"203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"};
	for (int i = 0; i < TOTAL; i++)
		assert_non_null(accept_from(peers[i], 10 + i));
	assert_null(accept_from("203.0.113.5", 20));
	assert_null(accept_from("10.0.0.1", 20)); /* nor a proxy's */
}

static void a_trusted_proxy_counts_for_its_clients(void **state)
{
	(void)state;
	struct connection *hops[PER_ADDRESS + 1];
	struct address client = {.bytes = {[10] = 0xff, [11] = 0xff, [12] = 203, [14] = 113, [15] = 7}};
	struct address other = client;
	other.bytes[15] = 8;
	for (int i = 0; i <= PER_ADDRESS; i++) {
		hops[i] = accept_from("10.0.0.1", 10 + i);
		assert_non_null(hops[i]);
		assert_true(hops[i]->peer_trusted);
	}
	assert_true(connection_forwarded(hops[0], &client));
	assert_true(connection_forwarded(hops[1], &client));
	assert_false(connection_forwarded(hops[2], &client));
	assert_true(connection_forwarded(hops[2], &other));
	connection_idle(hops[0]);
	assert_true(connection_forwarded(hops[2], &client));
}

/* ---- until when ---- */

static void libmicrohttpd_finds_what_was_accepted(void **state)
{
	(void)state;
	assert_null(connection_started(&table, 10));
	struct connection *connection = accept_from("203.0.113.7", 10);
	assert_ptr_equal(connection_started(&table, 10), connection);
	assert_null(connection_started(&table, 10)); /* it has it already */
	assert_null(connection_started(&table, 11));
}

static void who_is_late_is_cut_off(void **state)
{
	(void)state;
	int ends[2];
	connect_pair(ends);
	struct connection *connection = accept_from("203.0.113.7", ends[0]);
	assert_int_equal(connections_sweep(&table, INT64_MAX), 0); /* libmicrohttpd does not have it yet */
	connection_started(&table, ends[0]);
	assert_int_equal(connections_sweep(&table, connection->deadline_ms - 1), 0);
	assert_false(is_cut(ends[1]));
	assert_int_equal(connections_sweep(&table, connection->deadline_ms), 1);
	assert_true(is_cut(ends[1]));
	assert_int_equal(connections_sweep(&table, INT64_MAX), 0); /* only once */
	connection_closed(connection);
	close_pair(ends);
}

static void a_first_request_has_one_deadline_for_all(void **state)
{
	(void)state;
	struct connection *connection = accept_from("203.0.113.7", 10);
	connection->deadline_ms = 1; /* got at accept, long ago */
	connection_header(connection);
	assert_int_equal(connection->deadline_ms, 1);
	connection_idle(connection);
	connection->deadline_ms = 1;
	connection_header(connection); /* a further one begins when it begins */
	assert_true(connection->deadline_ms > clock_monotonic_ms());
}

static void our_own_work_has_no_deadline(void **state)
{
	(void)state;
	struct connection *connection = accept_from("203.0.113.7", 10);
	connection_started(&table, 10);
	assert_true(connection_handling(connection));
	assert_int_equal(connections_sweep(&table, INT64_MAX - 1), 0);
	connection_answer(connection);
	assert_true(connection->deadline_ms <= clock_monotonic_ms() + REQUEST_MS);
}

static void an_idle_connection_is_closed_without_blame(void **state)
{
	(void)state;
	int ends[2];
	connect_pair(ends);
	struct connection *connection = accept_from("203.0.113.7", ends[0]);
	connection_started(&table, ends[0]);
	connection_idle(connection);
	int64_t now_ms = clock_monotonic_ms();
	assert_int_equal(connections_sweep(&table, now_ms + KEEP_ALIVE_IDLE_MS - REQUEST_MS / 2), 0);
	assert_false(is_cut(ends[1]));
	assert_int_equal(connections_sweep(&table, now_ms + 2 * KEEP_ALIVE_IDLE_MS), 0);
	assert_true(is_cut(ends[1]));
	connection_closed(connection);
	close_pair(ends);
}

/* A peer that begins a further request and never ends it does not get the time of an idle one. */
static void the_first_byte_ends_idleness(void **state)
{
	(void)state;
	int ends[2];
	struct connection *connection;
	connect_pair(ends);
	assert_int_equal(write(ends[1], "GET /", 5), 5); /* bytes of a request before */
	connection = accept_from("203.0.113.7", ends[0]);
	connection_started(&table, ends[0]);
	struct pollfd arrival = {.fd = ends[0], .events = POLLIN};
	assert_int_equal(poll(&arrival, 1, PATIENCE_MS), 1);
	char bytes[8];
	assert_int_equal(read(ends[0], bytes, sizeof bytes), 5);
	connection_idle(connection);
	connections_sweep(&table, clock_monotonic_ms());
	assert_int_equal(connection->phase, PHASE_IDLE);
	assert_int_equal(write(ends[1], "P", 1), 1);
	assert_int_equal(poll(&arrival, 1, PATIENCE_MS), 1);
	connections_sweep(&table, clock_monotonic_ms());
	assert_int_equal(connection->phase, PHASE_REQUEST);
	assert_true(connection->deadline_ms <= clock_monotonic_ms() + REQUEST_MS);
	connection_closed(connection);
	close_pair(ends);
}

/* ---- the end ---- */

static struct {
	bool over, quiet;
} ending; /* under the monitor's lock */

static void *drain(void *until_ms)
{
	bool quiet = connections_drain(&table, *(const int64_t *)until_ms);
	monitor_enter();
	ending.over = true;
	ending.quiet = quiet;
	monitor_leave();
	return NULL;
}

static void *end(void *unused)
{
	(void)unused;
	connections_finish(&table);
	monitor_enter();
	ending.over = true;
	monitor_leave();
	return NULL;
}

static void draining_lets_requests_end_and_closes_the_idle(void **state)
{
	(void)state;
	int idle[2];
	pthread_t thread;
	int64_t until_ms = clock_monotonic_ms() + 10 * PATIENCE_MS;
	connect_pair(idle);
	ending.over = false;
	struct connection *waiting = accept_from("203.0.113.7", idle[0]);
	struct connection *busy = accept_from("203.0.113.8", 900);
	connection_started(&table, idle[0]);
	connection_idle(waiting);
	assert_true(connection_handling(busy));
	assert_int_equal(pthread_create(&thread, NULL, drain, &until_ms), 0);
	struct pollfd end_of_idle = {.fd = idle[1], .events = POLLIN};
	assert_int_equal(poll(&end_of_idle, 1, PATIENCE_MS), 1);
	assert_true(is_cut(idle[1]));
	assert_true(table.draining);
	monitor_enter();
	assert_false(ending.over);
	monitor_leave();
	connection_answer(busy);
	connection_closed(busy);
	AWAIT(ending.over);
	pthread_join(thread, NULL);
	assert_true(ending.quiet);
	connection_closed(waiting);
	close_pair(idle);
}

static void draining_ends_at_its_time(void **state)
{
	(void)state;
	struct connection *busy = accept_from("203.0.113.7", 900);
	assert_true(connection_handling(busy));
	assert_false(connections_drain(&table, clock_monotonic_ms()));
	connection_answer(busy);
	assert_false(connections_drain(&table, clock_monotonic_ms() + 1));
	connection_idle(busy);
	assert_true(connections_drain(&table, clock_monotonic_ms()));
}

static void the_end_waits_for_handlers_and_lets_no_more_begin(void **state)
{
	(void)state;
	pthread_t thread;
	struct connection *busy = accept_from("203.0.113.7", 900);
	struct connection *late = accept_from("203.0.113.8", 901);
	assert_true(connection_handling(busy));
	ending.over = false;
	assert_int_equal(pthread_create(&thread, NULL, end, NULL), 0);
	while (connection_handling(late)) /* until the end has begun */
		connection_answer(late);
	monitor_enter();
	assert_false(ending.over);
	monitor_leave();
	connection_answer(busy);
	AWAIT(ending.over);
	pthread_join(thread, NULL);
}

int main(void)
{
#define TABLE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TABLE_TEST(an_address_has_its_share),
	    TABLE_TEST(all_together_have_a_limit),
	    TABLE_TEST(a_trusted_proxy_counts_for_its_clients),
	    TABLE_TEST(libmicrohttpd_finds_what_was_accepted),
	    TABLE_TEST(who_is_late_is_cut_off),
	    TABLE_TEST(a_first_request_has_one_deadline_for_all),
	    TABLE_TEST(our_own_work_has_no_deadline),
	    TABLE_TEST(an_idle_connection_is_closed_without_blame),
	    TABLE_TEST(the_first_byte_ends_idleness),
	    TABLE_TEST(draining_lets_requests_end_and_closes_the_idle),
	    TABLE_TEST(draining_ends_at_its_time),
	    TABLE_TEST(the_end_waits_for_handlers_and_lets_no_more_begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
