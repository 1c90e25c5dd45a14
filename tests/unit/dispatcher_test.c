/* SPDX-License-Identifier: Apache-2.0 */
/* Several channels at once, reloads, the end, and deliveries that nobody serves any more. */
#include "dispatcher.h"

#include <string.h>

#include "fake_channel.h"
#include "spy_store.h"
#include "temporary_store.h"

enum { HOUR_MS = 60 * 60 * 1000, FOREVER_MS = 100 * HOUR_MS, CHANNELS = 2 };

/* Channels and the set that is made of them: one before, one after a reload. */
struct fleet {
	struct fake_channel channels[CHANNELS];
	struct notifier_instance instances[CHANNELS];
	struct notifier_set set;
};

static struct stage {
	struct temporary_store place;
	struct spy_store spy;
	struct fleet fleet, next;
	struct dispatcher *dispatcher;
	pthread_t helper;

	/* Under the monitor's lock. */
	size_t delivered[CHANNELS];
	size_t cancelled;
	bool replaced, closed;
} stage;

static void note_report(void *context, const struct dispatcher_report *report)
{
	(void)context;
	monitor_enter();
	for (size_t i = 0; i < CHANNELS; i++)
		stage.delivered[i] +=
		    report->state == DELIVERY_DELIVERED && strcmp(report->notifier, stage.fleet.channels[i].config.name) == 0;
	monitor_leave();
}

static void let_go_of_all(void *context)
{
	(void)context;
	monitor_enter();
	stage.cancelled++;
	for (size_t i = 0; i < CHANNELS; i++)
		stage.fleet.channels[i].held = false;
	monitor_leave();
}

/* At most two channels of these names; NULL: there is no such. */
static void fleet_init(struct fleet *fleet, const char *first, const char *second)
{
	const char *const names[CHANNELS] = {first, second};
	fleet->set = (struct notifier_set){.instances = fleet->instances};
	for (size_t i = 0; i < CHANNELS && names[i]; i++) {
		fake_channel_init(&fleet->channels[i], names[i]);
		fleet->instances[fleet->set.count++] = fleet->channels[i].instance;
	}
}

static int setup(void **state)
{
	(void)state;
	stage = (struct stage){.dispatcher = NULL};
	temporary_store_make(&stage.place);
	spy_store_init(&stage.spy, temporary_store_open(&stage.place));
	fleet_init(&stage.fleet, "slack", "mail");
	fleet_init(&stage.next, "slack", "mail");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	temporary_store_remove(&stage.place);
	return 0;
}

static void start(void)
{
	const struct dispatcher_hooks hooks = {.settled = note_report, .cancel = let_go_of_all};
	stage.dispatcher = dispatcher_open(&stage.spy.store, &stage.fleet.set, &hooks, NULL);
	assert_non_null(stage.dispatcher);
}

static void tell(unsigned number, const char *notifier)
{
	SCOPED(finding) struct finding finding = sample_finding(number);
	struct store_entry entry = {.finding = &finding, .notifiers = &notifier, .notifier_count = 1};
	assert_true(stage.place.store->ops->commit(stage.place.store, &entry, 1, NULL));
}

static struct store_depth depth_of(const char *notifier)
{
	return store_depth_of(stage.place.store, notifier);
}

/* ---- channels ---- */

static void every_channel_gets_its_own(void **state)
{
	(void)state;
	tell(1, "slack");
	tell(2, "mail");
	tell(3, "slack");
	start();
	AWAIT(stage.delivered[0] == 2 && stage.delivered[1] == 1);
	dispatcher_close(stage.dispatcher, FOREVER_MS);
	assert_int_equal(stage.cancelled, 0);
}

static void a_hanging_channel_delays_no_other(void **state)
{
	(void)state;
	stage.fleet.channels[0].held = true;
	tell(1, "slack");
	start();
	AWAIT(stage.fleet.channels[0].begun == 1);
	for (unsigned number = 2; number <= 4; number++) {
		tell(number, "mail");
		dispatcher_wake(stage.dispatcher);
		AWAIT(stage.delivered[1] == number - 1);
	}
	assert_int_equal(stage.delivered[0], 0);
	fake_channel_hold(&stage.fleet.channels[0], false);
	AWAIT(stage.delivered[0] == 1);
	dispatcher_close(stage.dispatcher, FOREVER_MS);
}

static void what_a_killed_process_had_leased_is_sent(void **state)
{
	(void)state;
	struct delivery delivery;
	size_t count = 0;
	tell(1, "slack");
	int64_t now_ms = clock_wall_ms();
	assert_true(stage.place.store->ops->lease(stage.place.store, "slack", now_ms, now_ms + FOREVER_MS, 1, &delivery,
	                                          &count, NULL));
	assert_int_equal(count, 1);
	delivery_done(&delivery);
	temporary_store_close(&stage.place);
	spy_store_init(&stage.spy, temporary_store_open(&stage.place));
	start();
	AWAIT(stage.delivered[0] == 1);
	dispatcher_close(stage.dispatcher, FOREVER_MS);
}

/* ---- reloads ---- */

static void *replace(void *unused)
{
	(void)unused;
	bool ok = dispatcher_replace(stage.dispatcher, &stage.next.set, NULL);
	monitor_enter();
	stage.replaced = ok;
	monitor_leave();
	return NULL;
}

static void a_reload_lets_a_send_finish_and_others_begin(void **state)
{
	(void)state;
	stage.fleet.channels[0].held = true;
	tell(1, "slack");
	start();
	AWAIT(stage.fleet.channels[0].begun == 1);
	tell(2, "slack"); /* the old crew has no hand free */
	assert_int_equal(pthread_create(&stage.helper, NULL, replace, NULL), 0);
	AWAIT(stage.next.channels[0].sent == 1);
	assert_false(stage.replaced);
	fake_channel_hold(&stage.fleet.channels[0], false);
	AWAIT(stage.replaced);
	pthread_join(stage.helper, NULL);
	memset(&stage.fleet.instances, 0xff, sizeof stage.fleet.instances); /* nobody uses the old set any more */
	tell(3, "mail");
	dispatcher_wake(stage.dispatcher);
	AWAIT(stage.next.channels[1].sent == 1);
	dispatcher_close(stage.dispatcher, FOREVER_MS);
	assert_int_equal(stage.fleet.channels[0].sent, 1);
	assert_int_equal(stage.next.channels[0].sent, 1);
	assert_int_equal(depth_of("slack").waiting, 0);
}

static void a_reload_hands_over_what_was_leased(void **state)
{
	(void)state;
	stage.fleet.channels[0].held = true;
	tell(1, "slack");
	tell(2, "slack");
	start();
	AWAIT(stage.fleet.channels[0].begun == 1);
	AWAIT(stage.spy.looks == 1); /* of the idle channel */
	assert_int_equal(pthread_create(&stage.helper, NULL, replace, NULL), 0);
	AWAIT(stage.spy.looks >= 1 + CHANNELS); /* the new crew has found nothing to do */
	fake_channel_hold(&stage.fleet.channels[0], false);
	AWAIT(stage.fleet.channels[0].sent + stage.next.channels[0].sent == 2);
	pthread_join(stage.helper, NULL);
	dispatcher_close(stage.dispatcher, FOREVER_MS);
}

static void a_reload_adds_and_removes_channels(void **state)
{
	(void)state;
	fleet_init(&stage.next, "pager", NULL);
	start();
	assert_true(dispatcher_replace(stage.dispatcher, &stage.next.set, NULL));
	tell(1, "slack");
	tell(2, "pager");
	dispatcher_wake(stage.dispatcher);
	AWAIT(stage.next.channels[0].sent == 1);
	assert_true(dispatcher_replace(stage.dispatcher, &stage.fleet.set, NULL));
	AWAIT(stage.delivered[0] == 1); /* what waited meanwhile was kept */
	dispatcher_close(stage.dispatcher, FOREVER_MS);
}

static void without_channels_nothing_happens(void **state)
{
	(void)state;
	stage.fleet.set.count = 0;
	tell(1, "slack");
	start();
	dispatcher_wake(stage.dispatcher);
	assert_true(dispatcher_replace(stage.dispatcher, &stage.next.set, NULL));
	AWAIT(stage.delivered[0] == 1);
	dispatcher_close(stage.dispatcher, FOREVER_MS);
	dispatcher_close(NULL, 0);
}

/* ---- the end ---- */

static void *close_it(void *grace_ms)
{
	dispatcher_close(stage.dispatcher, *(long *)grace_ms);
	monitor_enter();
	stage.closed = true;
	monitor_leave();
	return NULL;
}

static void the_end_waits_for_a_send_in_flight(void **state)
{
	(void)state;
	long grace_ms = FOREVER_MS;
	stage.fleet.channels[0].held = true;
	tell(1, "slack");
	tell(2, "slack");
	start();
	AWAIT(stage.fleet.channels[0].begun == 1);
	assert_int_equal(pthread_create(&stage.helper, NULL, close_it, &grace_ms), 0);
	fake_channel_hold(&stage.fleet.channels[0], false);
	AWAIT(stage.closed);
	pthread_join(stage.helper, NULL);
	assert_int_equal(stage.cancelled, 0);
	assert_true(stage.delivered[0] >= 1);
	assert_int_equal(depth_of("slack").waiting, 2 - (int64_t)stage.delivered[0]);
}

static void a_hanging_send_is_cancelled_after_the_grace(void **state)
{
	(void)state;
	for (size_t i = 0; i < CHANNELS; i++) {
		stage.fleet.channels[i].held = true;
		fake_channel_say(&stage.fleet.channels[i], outcome_retry(-1, "given up: stopping"));
		tell((unsigned)i + 1, stage.fleet.channels[i].config.name);
	}
	start();
	AWAIT(stage.fleet.channels[0].begun == 1 && stage.fleet.channels[1].begun == 1);
	dispatcher_close(stage.dispatcher, 1);
	assert_int_equal(stage.cancelled, 1);
	assert_int_equal(stage.spy.settled, CHANNELS); /* also what was cancelled is on record */
	assert_int_equal(depth_of("slack").waiting, 1);
	assert_int_equal(depth_of("mail").waiting, 1);
}

/* ---- deliveries that nobody serves ---- */

/* All are old but the third; all wait for their next attempt but the first. The fourth's channel is there. */
static void what_nobody_serves_is_given_up_after_a_day(void **state)
{
	(void)state;
	static const char *const notifiers[] = {"removed", "removed", "removed", "mail"};
	for (unsigned number = 1; number <= 4; number++)
		tell(number, notifiers[number - 1]);
	for (int64_t id = 1; id <= 4; id++) {
		store_age(stage.place.store, id, id == 3 ? HOUR_MS : 25 * (int64_t)HOUR_MS);
		if (id > 1)
			store_postpone(stage.place.store, id, HOUR_MS);
	}
	start();
	AWAIT(depth_of("removed").dead == 2);
	dispatcher_close(stage.dispatcher, FOREVER_MS);
	assert_int_equal(depth_of("removed").waiting, 1);
	assert_int_equal(depth_of("mail").dead, 0);
	assert_int_equal(depth_of("mail").waiting, 1);
}

int main(void)
{
#define DISPATCHER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    DISPATCHER_TEST(every_channel_gets_its_own),
	    DISPATCHER_TEST(a_hanging_channel_delays_no_other),
	    DISPATCHER_TEST(what_a_killed_process_had_leased_is_sent),
	    DISPATCHER_TEST(a_reload_lets_a_send_finish_and_others_begin),
	    DISPATCHER_TEST(a_reload_hands_over_what_was_leased),
	    DISPATCHER_TEST(a_reload_adds_and_removes_channels),
	    DISPATCHER_TEST(without_channels_nothing_happens),
	    DISPATCHER_TEST(the_end_waits_for_a_send_in_flight),
	    DISPATCHER_TEST(a_hanging_send_is_cancelled_after_the_grace),
	    DISPATCHER_TEST(what_nobody_serves_is_given_up_after_a_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
