/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets that wait for deliveries, for their deadline, or for the end. */
#include "ack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "monitor.h"

enum { IDS_MAX = 4, FAR_MS = 60 * 60 * 1000 };

struct request {
	struct ack_ticket ticket; /* first */
	char ids[IDS_MAX][FINDING_ID_BYTES];

	/* Under the monitor's lock. */
	int done;
	bool delivered;
	int64_t done_ms; /* monotonic */
};

static void note_done(struct ack_ticket *ticket, bool delivered)
{
	struct request *request = (struct request *)ticket;
	monitor_enter();
	request->done++;
	request->delivered = delivered;
	request->done_ms = clock_monotonic_ms();
	monitor_leave();
}

/* Watches for the findings of these ids, parted by blanks. */
static void watch(struct ack *ack, struct request *request, const char *ids, int64_t wait_ms)
{
	*request = (struct request){.ticket = {.done = note_done, .deadline_ms = clock_monotonic_ms() + wait_ms}};
	for (int used = 0; sscanf(ids, "%31s%n", request->ids[request->ticket.count], &used) == 1; ids += used)
		request->ticket.count++;
	request->ticket.finding_ids = request->ids;
	ack_watch(ack, &request->ticket);
}

static struct ack *open_ack(void)
{
	struct ack *ack = ack_open(NULL);
	assert_non_null(ack);
	return ack;
}

static bool is_done(struct request *request)
{
	monitor_enter();
	bool done = request->done > 0;
	monitor_leave();
	return done;
}

/* Once, and so: from now on nothing happens to it. */
static void assert_ended(const struct request *request, bool delivered)
{
	assert_int_equal(request->done, 1);
	assert_int_equal(request->delivered, delivered);
}

static void every_finding_must_be_delivered(void **state)
{
	(void)state;
	struct ack *ack = open_ack();
	struct request request;
	watch(ack, &request, "a b c", FAR_MS);
	ack_arm(ack, &request.ticket);
	ack_settled(ack, "b");
	ack_settled(ack, "b"); /* by a second channel */
	ack_settled(ack, "x");
	ack_settled(ack, "c");
	assert_false(is_done(&request));
	ack_settled(ack, "a");
	assert_true(is_done(&request));
	ack_close(ack);
	assert_ended(&request, true);
}

static void a_delivery_before_the_ticket_is_armed_counts(void **state)
{
	(void)state;
	struct ack *ack = open_ack();
	struct request request;
	watch(ack, &request, "a", FAR_MS);
	ack_settled(ack, "a"); /* the channel was faster than the commit's way back */
	assert_false(is_done(&request));
	ack_arm(ack, &request.ticket);
	assert_true(is_done(&request));
	ack_close(ack);
	assert_ended(&request, true);
}

static void one_delivery_ends_every_wait_for_it(void **state)
{
	(void)state;
	struct ack *ack = open_ack();
	struct request first, second, other;
	watch(ack, &first, "a", FAR_MS);
	watch(ack, &second, "a a", FAR_MS); /* an array may hold an event twice */
	watch(ack, &other, "b", FAR_MS);
	ack_arm(ack, &first.ticket);
	ack_arm(ack, &other.ticket);
	ack_arm(ack, &second.ticket);
	ack_settled(ack, "a");
	assert_true(is_done(&first) && is_done(&second));
	assert_false(is_done(&other));
	ack_close(ack);
	assert_ended(&first, true);
	assert_ended(&second, true);
	assert_ended(&other, false);
}

static void a_repeated_finding_waits_for_the_first_one(void **state)
{
	(void)state;
	struct ack *ack = open_ack();
	struct request request;
	watch(ack, &request, "new other", FAR_MS);
	ack_rename(ack, &request.ticket, "new", "stored");
	ack_arm(ack, &request.ticket);
	ack_settled(ack, "new");
	ack_settled(ack, "other");
	assert_false(is_done(&request));
	ack_settled(ack, "stored");
	assert_true(is_done(&request));
	ack_close(ack);
}

static void what_is_excused_is_not_waited_for(void **state)
{
	(void)state;
	struct ack *ack = open_ack();
	struct request request, nothing;
	watch(ack, &request, "a b", FAR_MS);
	ack_excuse(ack, &request.ticket, "a");
	ack_arm(ack, &request.ticket);
	assert_false(is_done(&request));
	ack_settled(ack, "b");
	assert_true(is_done(&request));
	watch(ack, &nothing, "a", FAR_MS);
	ack_excuse(ack, &nothing.ticket, "a");
	assert_false(is_done(&nothing));
	ack_arm(ack, &nothing.ticket);
	assert_true(is_done(&nothing));
	ack_close(ack);
	assert_ended(&request, true);
	assert_ended(&nothing, true);
}

/* The nearer deadlines come later, so the thread that waits for the far one has to think again. */
static void a_deadline_ends_the_wait(void **state)
{
	(void)state;
	enum { NEAR_MS = 30, TIMES = 2 };
	struct ack *ack = open_ack();
	struct request far, near;
	watch(ack, &far, "a", FAR_MS);
	ack_arm(ack, &far.ticket);
	for (int i = 0; i < TIMES; i++) {
		watch(ack, &near, "a b", NEAR_MS);
		ack_settled(ack, "b");
		ack_arm(ack, &near.ticket);
		AWAIT(near.done > 0);
		assert_ended(&near, false);
		assert_true(near.done_ms >= near.ticket.deadline_ms);
	}
	assert_false(is_done(&far));
	ack_settled(ack, "a");
	ack_close(ack);
	assert_ended(&far, true);
}

static void a_deadline_that_has_passed_ends_it_at_once(void **state)
{
	(void)state;
	struct ack *ack = open_ack();
	struct request late, late_but_delivered;
	watch(ack, &late, "a", -1);
	watch(ack, &late_but_delivered, "b", -1);
	ack_settled(ack, "b");
	ack_arm(ack, &late.ticket);
	ack_arm(ack, &late_but_delivered.ticket);
	assert_true(is_done(&late) && is_done(&late_but_delivered));
	ack_close(ack);
	assert_ended(&late, false);
	assert_ended(&late_but_delivered, true);
}

static void a_dropped_ticket_hears_nothing(void **state)
{
	(void)state;
	struct ack *ack = open_ack();
	struct request first, dropped, last;
	watch(ack, &first, "a", FAR_MS);
	watch(ack, &dropped, "a", FAR_MS);
	watch(ack, &last, "a", FAR_MS);
	ack_arm(ack, &first.ticket);
	ack_arm(ack, &last.ticket);
	ack_drop(ack, &dropped.ticket);
	memset(&dropped.ticket, 0xff, sizeof dropped.ticket);
	ack_settled(ack, "a");
	ack_close(ack);
	assert_ended(&first, true);
	assert_ended(&last, true);
	assert_int_equal(dropped.done, 0);
}

static void the_end_is_the_end_of_every_wait(void **state)
{
	(void)state;
	struct ack *ack = open_ack();
	struct request waiting, later;
	watch(ack, &waiting, "a", FAR_MS);
	watch(ack, &later, "a", FAR_MS);
	ack_arm(ack, &waiting.ticket);
	ack_stop(ack);
	assert_ended(&waiting, false);
	assert_int_equal(later.done, 0); /* its requester is still at work */
	ack_arm(ack, &later.ticket);
	assert_ended(&later, false);
	ack_close(ack);
	ack_close(NULL);
}

/* ---- many at a time ---- */

enum { THREADS = 4, ROUNDS = 200 };

/* done() may free the ticket: this one is made anew each time. Returns how many of the patient ones were delivered. */
static void *request_again_and_again(void *argument)
{
	struct ack *ack = argument;
	intptr_t delivered = 0;
	for (int i = 0; i < ROUNDS; i++) {
		bool patient = i % 2;
		struct request *request = malloc(sizeof *request);
		watch(ack, request, "a b", patient ? FAR_MS : 1);
		ack_arm(ack, &request->ticket);
		monitor_enter();
		while (request->done == 0)
			pthread_cond_wait(&monitor_changed, &monitor_lock);
		delivered += patient && request->delivered;
		monitor_leave();
		free(request);
	}
	return (void *)delivered;
}

static void many_wait_while_many_deliver(void **state)
{
	(void)state;
	struct ack *ack = open_ack();
	pthread_t threads[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, request_again_and_again, ack), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *delivered;
		while (pthread_tryjoin_np(threads[i], &delivered) != 0) {
			ack_settled(ack, "a");
			ack_settled(ack, "b");
		}
		assert_int_equal((intptr_t)delivered, ROUNDS / 2);
	}
	ack_close(ack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_finding_must_be_delivered),
	    cmocka_unit_test(a_delivery_before_the_ticket_is_armed_counts),
	    cmocka_unit_test(one_delivery_ends_every_wait_for_it),
	    cmocka_unit_test(a_repeated_finding_waits_for_the_first_one),
	    cmocka_unit_test(what_is_excused_is_not_waited_for),
	    cmocka_unit_test(a_deadline_ends_the_wait),
	    cmocka_unit_test(a_deadline_that_has_passed_ends_it_at_once),
	    cmocka_unit_test(a_dropped_ticket_hears_nothing),
	    cmocka_unit_test(the_end_is_the_end_of_every_wait),
	    cmocka_unit_test(many_wait_while_many_deliver),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
