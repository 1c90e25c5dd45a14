/* SPDX-License-Identifier: Apache-2.0 */
/* One notifier's thread against a real store and a channel that does as it is told. */
#include "worker.h"

#include "fake_channel.h"
#include "spy_store.h"
#include "temporary_store.h"

enum {
	SECOND_MS = 1000,
	MINUTE_MS = 60 * 1000,
	HOUR_MS = 60 * MINUTE_MS,
	FAR_MS = 1000 * MONITOR_PATIENCE_S,
};

static struct stage {
	struct temporary_store place;
	struct spy_store spy;
	struct fake_channel channel;
	struct worker_shared shared;
	struct worker *worker;

	/* Under the monitor's lock. */
	size_t reported;
	struct dispatcher_report report; /* the last one, without its texts */
} stage;

static void note_report(void *context, const struct dispatcher_report *report)
{
	(void)context;
	monitor_enter();
	stage.reported++;
	stage.report = *report;
	monitor_leave();
}

static int setup(void **state)
{
	(void)state;
	stage = (struct stage){.worker = NULL};
	temporary_store_make(&stage.place);
	spy_store_init(&stage.spy, temporary_store_open(&stage.place));
	fake_channel_init(&stage.channel, "soc");
	stage.shared = (struct worker_shared){.store = &stage.spy.store, .hooks = {.settled = note_report}};
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
	stage.worker = worker_start(&stage.shared, &stage.channel.instance, NULL);
	assert_non_null(stage.worker);
	assert_string_equal(worker_name(stage.worker), "soc");
}

static void finish(void)
{
	worker_stop(stage.worker);
	worker_join(stage.worker);
}

/* How many could be leased this very moment. */
static size_t count_due(void)
{
	struct delivery deliveries[CHANNEL_SENDS_MAX];
	size_t count = 0;
	int64_t now_ms = clock_wall_ms();
	assert_true(stage.place.store->ops->lease(stage.place.store, "soc", now_ms, now_ms + HOUR_MS, CHANNEL_SENDS_MAX,
	                                          deliveries, &count, NULL));
	for (size_t i = 0; i < count; i++)
		delivery_done(&deliveries[i]);
	return count;
}

/* ---- sending ---- */

static void what_waits_is_delivered_in_order(void **state)
{
	(void)state;
	store_findings(stage.place.store, 3, "soc");
	start();
	AWAIT(stage.reported == 3);
	finish();
	assert_int_equal(stage.channel.sent, 3);
	for (unsigned i = 0; i < 3; i++) {
		SCOPED(finding) struct finding finding = sample_finding(i + 1);
		assert_string_equal(stage.channel.sends[i].finding_id, finding.id);
		assert_string_equal(stage.channel.sends[i].resume, "");
		assert_int_equal(stage.spy.settlements[i].state, DELIVERY_DELIVERED);
		assert_string_equal(stage.spy.texts[i].detail, "200 ok");
	}
	assert_int_equal(stage.report.state, DELIVERY_DELIVERED);
	assert_int_equal(store_depth_of(stage.place.store, "soc").waiting, 0);
}

static void what_comes_later_is_sent_when_told_so(void **state)
{
	(void)state;
	start();
	AWAIT(stage.spy.looks > 0);
	store_findings(stage.place.store, 1, "soc");
	worker_wake(stage.worker);
	AWAIT(stage.channel.sent == 1);
	finish();
}

static void store_one_and_wake(struct spy_store *spy)
{
	if (spy->looks > 0)
		return;
	struct finding finding = sample_finding(1);
	const char *notifier = "soc";
	struct store_entry entry = {.finding = &finding, .notifiers = &notifier, .notifier_count = 1};
	spy->real->ops->commit(spy->real, &entry, 1, NULL);
	finding_done(&finding);
	worker_wake(stage.worker);
}

static void a_wake_between_looking_and_waiting_is_not_lost(void **state)
{
	(void)state;
	stage.spy.looked = store_one_and_wake;
	monitor_enter(); /* the store holds the worker up until it is known here */
	start();
	monitor_leave();
	AWAIT(stage.channel.sent == 1);
	finish();
}

static void the_pace_is_kept(void **state)
{
	(void)state;
	enum { PACE_MS = 100 };
	stage.channel.config.interval_ms = PACE_MS;
	store_findings(stage.place.store, 3, "soc");
	int64_t begin_ms = clock_monotonic_ms();
	start();
	AWAIT(stage.channel.sent == 3);
	finish();
	for (size_t i = 1; i < 3; i++)
		assert_true(stage.channel.sends[i].begin_ms - begin_ms >= (int64_t)i * PACE_MS);
}

static void a_finding_that_cannot_be_read_holds_nobody_up(void **state)
{
	(void)state;
	SCOPED(finding) struct finding finding = sample_finding(99);
	const char *notifier = "soc";
	struct store_entry entry = {.finding = &finding, .notifiers = &notifier, .notifier_count = 1};
	finding.json[0] = '[';
	assert_true(stage.place.store->ops->commit(stage.place.store, &entry, 1, NULL));
	store_findings(stage.place.store, 1, "soc");
	start();
	AWAIT(stage.reported == 2);
	finish();
	assert_int_equal(stage.channel.sent, 1);
	assert_int_equal(stage.spy.settlements[0].state, DELIVERY_DEAD);
	assert_non_null(strstr(stage.spy.texts[0].detail, "the stored finding cannot be read"));
}

/* ---- trying again ---- */

static void a_failed_send_is_repeated_with_what_it_left_behind(void **state)
{
	(void)state;
	stage.spy.hurries = true;
	struct outcome *outcome = fake_channel_say(&stage.channel, outcome_retry(-1, "503 busy"));
	snprintf(outcome->resume, sizeof outcome->resume, "two of three");
	store_findings(stage.place.store, 1, "soc");
	start();
	AWAIT(stage.reported == 2);
	finish();
	const struct settlement *failed = &stage.spy.settlements[0], *done = &stage.spy.settlements[1];
	assert_int_equal(failed->state, DELIVERY_WAITING);
	assert_in_range(failed->next_ms - failed->at_ms, 1, SECOND_MS);
	assert_string_equal(stage.spy.texts[0].detail, "503 busy");
	assert_string_equal(stage.channel.sends[1].resume, "two of three");
	assert_int_equal(done->state, DELIVERY_DELIVERED);
	assert_string_equal(stage.spy.texts[1].resume, "");
}

/* By chance a pause may be short, but hardly three in a row: 1 in 27 million. */
static void pauses_grow_with_the_attempts(void **state)
{
	(void)state;
	enum { FINDINGS = 3, ATTEMPTS = 20 };
	store_findings(stage.place.store, FINDINGS, "soc");
	int64_t longest_ms = 0;
	for (int64_t id = 1; id <= FINDINGS; id++) {
		fake_channel_say(&stage.channel, outcome_retry(-1, "503"));
		for (int attempt = 0; attempt < ATTEMPTS; attempt++)
			store_postpone(stage.place.store, id, 0);
	}
	start();
	AWAIT(stage.spy.settled == FINDINGS);
	finish();
	for (size_t i = 0; i < FINDINGS; i++) {
		int64_t pause_ms = stage.spy.settlements[i].next_ms - stage.spy.settlements[i].at_ms;
		assert_in_range(pause_ms, 1, 5 * MINUTE_MS);
		longest_ms = pause_ms > longest_ms ? pause_ms : longest_ms;
	}
	assert_true(longest_ms > SECOND_MS);
}

static void retry_after_pauses_the_whole_channel(void **state)
{
	(void)state;
	fake_channel_say(&stage.channel, outcome_retry(1, "429 slow down"));
	store_findings(stage.place.store, 3, "soc");
	start();
	AWAIT(stage.channel.sent == 4);
	finish();
	assert_in_range(stage.spy.settlements[0].next_ms - stage.spy.settlements[0].at_ms, SECOND_MS, SECOND_MS);
	assert_int_equal(stage.spy.releases, 2); /* what was leased with it did not wait in the worker's hands */
	assert_true(stage.channel.sends[1].begin_ms - stage.channel.sends[0].begin_ms >= SECOND_MS);
}

static void what_waits_behind_a_pause_is_nobodys(void **state)
{
	(void)state;
	fake_channel_say(&stage.channel, outcome_retry(HOUR_MS / SECOND_MS, "429 slow down"));
	store_findings(stage.place.store, 3, "soc");
	start();
	AWAIT(stage.spy.releases == 2 || stage.channel.sent > 1);
	assert_int_equal(count_due(), 2);
	finish();
	assert_int_equal(stage.channel.sent, 1);
}

static void a_senseless_retry_after_is_cut_to_an_hour(void **state)
{
	(void)state;
	fake_channel_say(&stage.channel, outcome_retry(INT32_MAX, "429"));
	store_findings(stage.place.store, 1, "soc");
	start();
	AWAIT(stage.spy.settled == 1);
	finish();
	assert_int_equal(stage.spy.settlements[0].next_ms - stage.spy.settlements[0].at_ms, HOUR_MS);
}

static void a_channel_that_keeps_failing_is_probed_not_flooded(void **state)
{
	(void)state;
	enum { FINDINGS = 5, FAILURES_BEFORE_PAUSE = 3 };
	for (int i = 0; i < FINDINGS; i++)
		fake_channel_say(&stage.channel, outcome_retry(-1, "connection refused"));
	store_findings(stage.place.store, FINDINGS, "soc");
	start();
	AWAIT(stage.spy.settled + stage.spy.releases == FINDINGS);
	assert_int_equal(stage.spy.releases, FINDINGS - FAILURES_BEFORE_PAUSE);
	finish();
}

/* ---- giving up ---- */

static void a_refused_alert_is_dead_at_once(void **state)
{
	(void)state;
	fake_channel_say(&stage.channel, outcome_rejected("404 no_service"));
	store_findings(stage.place.store, 2, "soc");
	start();
	AWAIT(stage.reported == 2);
	finish();
	assert_int_equal(stage.channel.sent, 2);
	assert_int_equal(stage.spy.settlements[0].state, DELIVERY_DEAD);
	assert_string_equal(stage.spy.texts[0].detail, "404 no_service");
	assert_int_equal(stage.spy.settlements[1].state, DELIVERY_DELIVERED);
	assert_int_equal(store_depth_of(stage.place.store, "soc").dead, 1);
}

static void after_a_day_it_is_given_up_but_never_untried(void **state)
{
	(void)state;
	stage.spy.hurries = true;
	store_findings(stage.place.store, 3, "soc");
	store_age(stage.place.store, 1, 26 * (int64_t)HOUR_MS);
	store_age(stage.place.store, 2, 25 * (int64_t)HOUR_MS);
	store_age(stage.place.store, 3, 23 * (int64_t)HOUR_MS);
	fake_channel_say(&stage.channel, outcome_retry(-1, "still down"));
	fake_channel_say(&stage.channel, outcome_delivered("200 ok"));
	fake_channel_say(&stage.channel, outcome_retry(-1, "down again"));
	start();
	AWAIT(stage.reported == 4);
	finish();
	assert_int_equal(stage.spy.settlements[0].delivery_id, 1);
	assert_int_equal(stage.spy.settlements[0].state, DELIVERY_DEAD);
	assert_string_equal(stage.spy.texts[0].detail, "still down");
	assert_int_equal(stage.spy.settlements[1].state, DELIVERY_DELIVERED);
	assert_int_equal(stage.spy.settlements[2].delivery_id, 3);
	assert_int_equal(stage.spy.settlements[2].state, DELIVERY_WAITING);
	assert_int_equal(stage.spy.settlements[3].state, DELIVERY_DELIVERED);
}

/* ---- clocks ---- */

static void a_clock_that_was_set_back_strands_nothing(void **state)
{
	(void)state;
	store_findings(stage.place.store, 1, "soc");
	store_postpone(stage.place.store, 1, 48 * (int64_t)HOUR_MS); /* a retry that was planned before */
	start();
	AWAIT(stage.channel.sent == 1);
	finish();
	assert_int_equal(store_depth_of(stage.place.store, "soc").waiting, 0);
}

/* Looks twice: whatever it thought of what it saw the first time is done by then. */
static void look_twice(void)
{
	AWAIT(stage.spy.looks >= 1);
	worker_wake(stage.worker);
	AWAIT(stage.spy.looks >= 2);
}

static void nothing_is_sent_before_its_time(void **state)
{
	(void)state;
	store_findings(stage.place.store, 1, "soc");
	store_postpone(stage.place.store, 1, HOUR_MS);
	start();
	look_twice();
	finish();
	assert_int_equal(stage.channel.begun, 0);
}

static void what_another_worker_holds_is_left_to_it(void **state)
{
	(void)state;
	enum { BATCH = 16 };
	struct delivery delivery;
	size_t count = 0;
	stage.channel.config.interval_ms = HOUR_MS;
	store_findings(stage.place.store, 1, "soc");
	int64_t now_ms = clock_wall_ms();
	assert_true(stage.place.store->ops->lease(stage.place.store, "soc", now_ms, now_ms + BATCH * (int64_t)HOUR_MS, 1,
	                                          &delivery, &count, NULL));
	delivery_done(&delivery);
	start();
	look_twice();
	finish();
	assert_int_equal(stage.channel.begun, 0);
}

/* ---- a store that fails ---- */

static void an_outcome_that_cannot_be_recorded_is_kept(void **state)
{
	(void)state;
	stage.spy.failing_settles = 1;
	store_findings(stage.place.store, 1, "soc");
	start();
	AWAIT(stage.reported == 1);
	finish();
	assert_int_equal(stage.spy.attempts_to_settle, 2);
	assert_int_equal(stage.channel.sent, 1);
	assert_int_equal(store_depth_of(stage.place.store, "soc").waiting, 0);
}

static void a_store_that_cannot_be_read_is_asked_again(void **state)
{
	(void)state;
	stage.spy.failing_leases = 1;
	store_findings(stage.place.store, 1, "soc");
	start();
	AWAIT(stage.reported == 1);
	finish();
	assert_int_equal(stage.channel.sent, 1);
}

/* ---- stopping ---- */

static void a_send_in_flight_settles_before_the_end(void **state)
{
	(void)state;
	stage.channel.held = true;
	store_findings(stage.place.store, 2, "soc");
	start();
	AWAIT(stage.channel.begun == 1);
	worker_stop(stage.worker);
	assert_false(worker_await(stage.worker, clock_monotonic_ms()));
	fake_channel_hold(&stage.channel, false);
	assert_true(worker_await(stage.worker, clock_monotonic_ms() + FAR_MS));
	worker_join(stage.worker);
	assert_int_equal(stage.channel.sent, 1);
	assert_int_equal(stage.spy.settlements[0].state, DELIVERY_DELIVERED);
	assert_int_equal(stage.spy.releases, 1);
	assert_int_equal(count_due(), 1);
}

static void no_pause_holds_up_the_end(void **state)
{
	(void)state;
	fake_channel_say(&stage.channel, outcome_retry(HOUR_MS / SECOND_MS, "429"));
	store_findings(stage.place.store, 1, "soc");
	start();
	AWAIT(stage.spy.settled == 1);
	finish();
}

static void no_pace_holds_up_the_end(void **state)
{
	(void)state;
	stage.channel.config.interval_ms = HOUR_MS;
	store_findings(stage.place.store, 2, "soc");
	start();
	AWAIT(stage.spy.settled == 1);
	finish();
	assert_int_equal(stage.channel.sent, 1);
	assert_int_equal(count_due(), 1); /* the lease is given back */
}

static void a_broken_store_holds_not_up_the_end(void **state)
{
	(void)state;
	stage.spy.failing_settles = INT32_MAX;
	store_findings(stage.place.store, 1, "soc");
	start();
	AWAIT(stage.spy.attempts_to_settle >= 1);
	finish();
	temporary_store_close(&stage.place);
	temporary_store_open(&stage.place);
	assert_int_equal(count_due(), 1); /* rather twice than never */
}

int main(void)
{
#define WORKER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    WORKER_TEST(what_waits_is_delivered_in_order),
	    WORKER_TEST(what_comes_later_is_sent_when_told_so),
	    WORKER_TEST(a_wake_between_looking_and_waiting_is_not_lost),
	    WORKER_TEST(the_pace_is_kept),
	    WORKER_TEST(a_finding_that_cannot_be_read_holds_nobody_up),
	    WORKER_TEST(a_failed_send_is_repeated_with_what_it_left_behind),
	    WORKER_TEST(pauses_grow_with_the_attempts),
	    WORKER_TEST(retry_after_pauses_the_whole_channel),
	    WORKER_TEST(what_waits_behind_a_pause_is_nobodys),
	    WORKER_TEST(a_senseless_retry_after_is_cut_to_an_hour),
	    WORKER_TEST(a_channel_that_keeps_failing_is_probed_not_flooded),
	    WORKER_TEST(a_refused_alert_is_dead_at_once),
	    WORKER_TEST(after_a_day_it_is_given_up_but_never_untried),
	    WORKER_TEST(a_clock_that_was_set_back_strands_nothing),
	    WORKER_TEST(nothing_is_sent_before_its_time),
	    WORKER_TEST(what_another_worker_holds_is_left_to_it),
	    WORKER_TEST(an_outcome_that_cannot_be_recorded_is_kept),
	    WORKER_TEST(a_store_that_cannot_be_read_is_asked_again),
	    WORKER_TEST(a_send_in_flight_settles_before_the_end),
	    WORKER_TEST(no_pause_holds_up_the_end),
	    WORKER_TEST(no_pace_holds_up_the_end),
	    WORKER_TEST(a_broken_store_holds_not_up_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
