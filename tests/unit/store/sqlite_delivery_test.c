/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a delivery: leased, settled, given up, sent again. Times are made up: the store has no clock of its own here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/sqlite.h"
#include "temporary_store.h"

/* After every creation, which is by the real clock. */
#define NOW_MS INT64_C(4102444800000)

enum { ROOM = 8, HOUR_MS = 3600 * 1000, HISTORY_ROWS = 50 };

/* ---- helpers ---- */

/* Leases for an hour; "1 2 3 " are the ids that came. The deliveries are freed. */
static const char *lease_ids(struct store *store, const char *notifier, int64_t now_ms, size_t maximum)
{
	static char ids[64];
	struct delivery deliveries[ROOM];
	size_t count = 0;
	assert_true(store->ops->lease(store, notifier, now_ms, now_ms + HOUR_MS, maximum, deliveries, &count, NULL));
	ids[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(ids);
		snprintf(ids + used, sizeof ids - used, "%d ", (int)deliveries[i].id);
		delivery_done(&deliveries[i]);
	}
	return ids;
}

/* The only one that is due. The caller ends it with delivery_done(). */
static struct delivery lease_one(struct store *store, int64_t now_ms)
{
	struct delivery deliveries[ROOM];
	size_t count = 0;
	assert_true(store->ops->lease(store, "soc", now_ms, now_ms + HOUR_MS, ROOM, deliveries, &count, NULL));
	assert_int_equal(count, 1);
	return deliveries[0];
}

static void settle(struct store *store, int64_t id, enum delivery_state outcome, int64_t at_ms, const char *detail)
{
	struct settlement settlement = {.delivery_id = id,
	                                .state = outcome,
	                                .at_ms = at_ms,
	                                .next_ms = at_ms + HOUR_MS,
	                                .detail = detail,
	                                .resume = outcome == DELIVERY_DELIVERED ? "" : "two of three"};
	assert_true(store->ops->settle(store, &settlement, NULL));
}

static int64_t next_due(struct store *store)
{
	int64_t due_ms = 0;
	assert_true(store->ops->next_due(store, "soc", &due_ms, NULL));
	return due_ms;
}

static void assert_delivery(struct store *store, int64_t id, const char *part)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(64 * 1024);
	bool found = false;
	assert_true(store->ops->show_delivery(store, id, &out, &found, NULL));
	assert_true(found);
	if (!strstr(strbuf_text(&out), part))
		fail_msg("%s does not hold %s", strbuf_text(&out), part);
}

/* ---- leasing ---- */

static void a_lease_brings_all_that_a_send_needs(void **state)
{
	struct temporary_store *place = *state;
	SCOPED(finding) struct finding finding = sample_finding(1);
	store_findings(place->store, 1, "soc");
	settle(place->store, 1, DELIVERY_WAITING, NOW_MS, "503 busy");
	struct delivery delivery = lease_one(place->store, NOW_MS + HOUR_MS);
	assert_int_equal(delivery.id, 1);
	assert_int_equal(delivery.state, DELIVERY_WAITING);
	assert_int_equal(delivery.attempts, 1);
	assert_int_equal(delivery.next_ms, NOW_MS + HOUR_MS);
	assert_in_range(delivery.created_ms, 1, NOW_MS);
	assert_string_equal(delivery.notifier, "soc");
	assert_string_equal(delivery.finding_id, finding.id);
	assert_string_equal(delivery.finding_json, finding.json);
	assert_string_equal(delivery.detail, "503 busy");
	assert_string_equal(delivery.resume, "two of three");
	delivery_done(&delivery);
}

static void what_is_leased_is_nobody_elses(void **state)
{
	struct temporary_store *place = *state;
	store_findings(place->store, 3, "soc");
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS, 2), "1 2 ");
	assert_string_equal(lease_ids(place->store, "other", NOW_MS, ROOM), "");
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS + 1, ROOM), "3 ");
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS + 1, ROOM), "");
	/* A worker that died is not waited for longer than its lease. */
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS + HOUR_MS, ROOM), "1 2 ");
}

static void what_waits_longest_goes_first(void **state)
{
	struct temporary_store *place = *state;
	store_findings(place->store, 3, "soc");
	settle(place->store, 1, DELIVERY_WAITING, NOW_MS + 1, "");
	settle(place->store, 2, DELIVERY_WAITING, NOW_MS, "");
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS + HOUR_MS - 1, ROOM), "3 ");
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS + HOUR_MS + 1, ROOM), "2 1 ");
}

static void a_released_delivery_is_due_again_without_an_attempt(void **state)
{
	struct temporary_store *place = *state;
	store_findings(place->store, 1, "soc");
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS, ROOM), "1 ");
	assert_true(place->store->ops->release(place->store, 1, NULL));
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS, ROOM), "1 ");
	assert_delivery(place->store, 1, "\"attempts\":0");
}

static void leases_end_with_the_process(void **state)
{
	struct temporary_store *place = *state;
	store_findings(place->store, 2, "soc");
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS, ROOM), "1 2 ");
	temporary_store_close(place);
	temporary_store_open(place);
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS, ROOM), "1 2 ");
}

static void a_look_from_outside_ends_no_lease(void **state)
{
	struct temporary_store *place = *state;
	store_findings(place->store, 1, "soc");
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS, ROOM), "1 ");
	store_close(store_open(place->url, STORE_INSPECT, NULL));
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS, ROOM), "");
}

static void says_when_to_look_again(void **state)
{
	struct temporary_store *place = *state;
	assert_int_equal(next_due(place->store), INT64_MAX);
	store_findings(place->store, 2, "soc");
	assert_in_range(next_due(place->store), 1, NOW_MS);
	settle(place->store, 1, DELIVERY_DELIVERED, NOW_MS, "");
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS, ROOM), "2 ");
	assert_int_equal(next_due(place->store), NOW_MS + HOUR_MS); /* the lease's end */
	settle(place->store, 2, DELIVERY_WAITING, NOW_MS + 1, "");
	assert_int_equal(next_due(place->store), NOW_MS + 1 + HOUR_MS);
	settle(place->store, 2, DELIVERY_DEAD, NOW_MS, "");
	assert_int_equal(next_due(place->store), INT64_MAX);
}

/* ---- settling ---- */

static void every_attempt_is_on_record(void **state)
{
	struct temporary_store *place = *state;
	store_findings(place->store, 1, "soc");
	settle(place->store, 1, DELIVERY_WAITING, NOW_MS, "503 busy");
	assert_delivery(place->store, 1, "\"state\":\"waiting\",\"attempts\":1");
	settle(place->store, 1, DELIVERY_DELIVERED, NOW_MS + 1000, "200 ok");
	assert_delivery(place->store, 1, "\"state\":\"delivered\",\"attempts\":2");
	assert_delivery(place->store, 1,
	                "\"history\":[{\"at\":\"2100-01-01T00:00:00Z\",\"outcome\":\"waiting\",\"detail\":\"503 busy\"},"
	                "{\"at\":\"2100-01-01T00:00:01Z\",\"outcome\":\"delivered\",\"detail\":\"200 ok\"}]");
	assert_string_equal(lease_ids(place->store, "soc", INT64_MAX - HOUR_MS, ROOM), "");
}

static void a_long_history_forgets_its_beginning(void **state)
{
	struct temporary_store *place = *state;
	char detail[32];
	store_findings(place->store, 1, "soc");
	for (int i = 1; i <= HISTORY_ROWS + 1; i++) {
		snprintf(detail, sizeof detail, "attempt %d.", i);
		settle(place->store, 1, DELIVERY_WAITING, NOW_MS, detail);
	}
	assert_delivery(place->store, 1, "\"attempts\":51");
	assert_delivery(place->store, 1,
	                "\"history\":[{\"at\":\"2100-01-01T00:00:00Z\",\"outcome\":\"waiting\",\"detail\":\"attempt 2.\"}");
	assert_delivery(place->store, 1, "\"attempt 51.\"}]}");
}

static void settling_what_is_gone_is_no_failure(void **state)
{
	struct temporary_store *place = *state;
	store_findings(place->store, 1, "soc");
	settle(place->store, 99, DELIVERY_DELIVERED, NOW_MS, "200 ok");
	assert_delivery(place->store, 1, "\"state\":\"waiting\",\"attempts\":0");
}

static void a_settlement_that_cannot_be_recorded_changes_nothing(void **state)
{
	struct temporary_store *place = *state;
	struct settlement settlement = {.delivery_id = 1, .state = DELIVERY_DELIVERED, .at_ms = NOW_MS, .resume = ""};
	struct err err = {0};
	store_findings(place->store, 1, "soc");
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS, ROOM), "1 ");
	assert_false(place->store->ops->settle(place->store, &settlement, &err)); /* no detail: NOT NULL fails */
	assert_string_not_equal(err.text, "");
	assert_delivery(place->store, 1, "\"state\":\"waiting\",\"attempts\":0");
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS, ROOM), ""); /* still leased */
}

/* ---- giving up, sending again ---- */

static void what_nobody_serves_is_given_up(void **state)
{
	struct temporary_store *place = *state;
	struct store *store = place->store;
	int64_t count = 0;
	bool found;
	store_findings(store, 4, "soc");
	settle(store, 1, DELIVERY_WAITING, NOW_MS, "503 busy"); /* not due for an hour: given up all the same */
	settle(store, 3, DELIVERY_DEAD, NOW_MS, "");
	settle(store, 4, DELIVERY_DEAD, NOW_MS, "");
	assert_true(store->ops->retry(store, 4, NOW_MS, &found, NULL)); /* 4 is young */
	assert_true(store->ops->expire(store, "other", NOW_MS, NOW_MS, &count, NULL));
	assert_int_equal(count, 0);
	assert_true(store->ops->expire(store, "soc", NOW_MS, NOW_MS, &count, NULL));
	assert_int_equal(count, 2);
	assert_delivery(store, 1, "\"state\":\"dead\"");
	assert_delivery(store, 1, "gave up, no such notifier is configured; before: 503 busy");
	assert_delivery(store, 2, "gave up: no such notifier is configured");
	assert_delivery(store, 2, "\"settled\":\"2100-01-01T00:00:00Z\"");
	assert_delivery(store, 4, "\"state\":\"waiting\"");
}

static void what_is_being_sent_is_not_given_up(void **state)
{
	struct temporary_store *place = *state;
	int64_t count = 0;
	store_findings(place->store, 1, "soc");
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS, ROOM), "1 ");
	assert_true(place->store->ops->expire(place->store, "soc", NOW_MS, NOW_MS, &count, NULL));
	assert_int_equal(count, 0);
	assert_true(place->store->ops->expire(place->store, "soc", NOW_MS, NOW_MS + HOUR_MS, &count, NULL));
	assert_int_equal(count, 1);
}

static void a_dead_letter_starts_over_with_those_it_did_not_reach(void **state)
{
	struct temporary_store *place = *state;
	bool found = false;
	store_findings(place->store, 1, "soc");
	settle(place->store, 1, DELIVERY_DEAD, NOW_MS, "404");
	assert_true(place->store->ops->retry(place->store, 1, NOW_MS + 5, &found, NULL));
	assert_true(found);
	struct delivery delivery = lease_one(place->store, NOW_MS + 5);
	assert_int_equal(delivery.attempts, 0);
	assert_int_equal(delivery.created_ms, NOW_MS + 5); /* it has its 24 h again */
	assert_string_equal(delivery.resume, "two of three");
	delivery_done(&delivery);
	assert_delivery(place->store, 1, "\"settled\":null");
}

static void what_was_delivered_goes_to_everybody_again(void **state)
{
	struct temporary_store *place = *state;
	bool found = false;
	store_findings(place->store, 1, "soc");
	settle(place->store, 1, DELIVERY_WAITING, NOW_MS, "");
	struct settlement settlement = {
	    .delivery_id = 1, .state = DELIVERY_DELIVERED, .at_ms = NOW_MS, .detail = "", .resume = "all three"};
	assert_true(place->store->ops->settle(place->store, &settlement, NULL));
	assert_true(place->store->ops->retry(place->store, 1, NOW_MS, &found, NULL));
	assert_true(found);
	struct delivery delivery = lease_one(place->store, NOW_MS);
	assert_string_equal(delivery.resume, "");
	delivery_done(&delivery);
}

static void only_what_has_ended_can_start_over(void **state)
{
	struct temporary_store *place = *state;
	bool found = true;
	store_findings(place->store, 1, "soc");
	assert_true(place->store->ops->retry(place->store, 1, NOW_MS, &found, NULL));
	assert_false(found); /* it waits */
	found = true;
	assert_true(place->store->ops->retry(place->store, 2, NOW_MS, &found, NULL));
	assert_false(found);
}

static void all_dead_letters_start_over(void **state)
{
	struct temporary_store *place = *state;
	int64_t count = 0;
	store_findings(place->store, 4, "soc");
	settle(place->store, 1, DELIVERY_DEAD, NOW_MS, "");
	settle(place->store, 2, DELIVERY_DELIVERED, NOW_MS, "");
	settle(place->store, 4, DELIVERY_DEAD, NOW_MS, "");
	assert_true(place->store->ops->retry_dead(place->store, NOW_MS, &count, NULL));
	assert_int_equal(count, 2);
	assert_string_equal(lease_ids(place->store, "soc", NOW_MS, ROOM), "3 1 4 ");
}

/* ---- names ---- */

static void states_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < DELIVERY_STATE_COUNT; i++) {
		enum delivery_state parsed;
		assert_true(delivery_state_parse(delivery_state_name((enum delivery_state)i), &parsed));
		assert_int_equal(parsed, i);
	}
	enum delivery_state untouched = DELIVERY_DEAD;
	assert_false(delivery_state_parse("Waiting", &untouched));
	assert_int_equal(untouched, DELIVERY_DEAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(a_lease_brings_all_that_a_send_needs),
	    STORE_TEST(what_is_leased_is_nobody_elses),
	    STORE_TEST(what_waits_longest_goes_first),
	    STORE_TEST(a_released_delivery_is_due_again_without_an_attempt),
	    STORE_TEST(leases_end_with_the_process),
	    STORE_TEST(a_look_from_outside_ends_no_lease),
	    STORE_TEST(says_when_to_look_again),
	    STORE_TEST(every_attempt_is_on_record),
	    STORE_TEST(a_long_history_forgets_its_beginning),
	    STORE_TEST(settling_what_is_gone_is_no_failure),
	    STORE_TEST(a_settlement_that_cannot_be_recorded_changes_nothing),
	    STORE_TEST(what_nobody_serves_is_given_up),
	    STORE_TEST(what_is_being_sent_is_not_given_up),
	    STORE_TEST(a_dead_letter_starts_over_with_those_it_did_not_reach),
	    STORE_TEST(what_was_delivered_goes_to_everybody_again),
	    STORE_TEST(only_what_has_ended_can_start_over),
	    STORE_TEST(all_dead_letters_start_over),
	    cmocka_unit_test(states_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
