/* SPDX-License-Identifier: Apache-2.0 */
/* What is usual: learned in any order, new for a week, bounded, and the same after being kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "baseline.h"
#include "rootwatch/scope.h"

enum { MINUTE_S = 60, DAY_S = 24 * 60 * 60 };
static const int64_t NOW_S = 1780000000;

static struct baseline_facts fact(int64_t time_s, const char *network, const char *key)
{
	struct event event;
	event_blank(&event);
	event.time_s = time_s;
	event.source_ip = network;
	event.event_name = "CreateBucket";
	snprintf(event.dedupe_key, sizeof event.dedupe_key, "%s", key);
	struct baseline_facts facts;
	baseline_facts(&event, &facts);
	return facts;
}

static void learn(struct baseline *baseline, int64_t time_s, const char *address, const char *key)
{
	struct baseline_facts facts = fact(time_s, address, key);
	assert_true(baseline_learn(baseline, &facts, LESSON_HABIT));
}

static void networks_are_24_and_48(void **state)
{
	(void)state;
	static const struct {
		const char *address, *network;
	} rows[] = {
	    {"203.0.113.77", "203.0.113.0/24"},
	    {"2001:db8:1:2:3::4", "2001:db8:1::/48"},
	    {"::ffff:203.0.113.9", "203.0.113.0/24"},
	    {"AWS Internal", ""},
	    {"cloudformation.amazonaws.com", ""},
	    {"203.0.113.0/24", ""},
	    {"", ""},
	    {"203.0.113.300", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct baseline_facts facts = fact(NOW_S, rows[i].address, "k");
		assert_string_equal(facts.values[BASELINE_NETWORK], rows[i].network);
	}
}

static void agents_are_families(void **state)
{
	(void)state;
	static const struct {
		const char *agent, *family;
	} rows[] = {
	    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0 Safari/537.36",
	     "Chrome on Windows"},
	    {"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0", "Edge on Windows"},
	    {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/17 Safari/605", "Safari on macOS"},
	    {"Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox on Linux"},
	    {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) CriOS/119 Mobile Safari/604", "Chrome on iOS"},
	    {"Mozilla/4.0", "a browser on an unknown system"},
	    {"aws-cli/2.13.5 Python/3.11.4 Linux/6.1", "aws-cli"},
	    {"Boto3/1.28.1 md/Botocore#1.31", "Boto3"},
	    {"[S3Console/0.4, aws-internal/3]", "S3Console"},
	    {"signin.amazonaws.com", "signin.amazonaws.com"},
	    {"AWS Internal", "AWS"},
	    {"", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event event;
		event_blank(&event);
		event.user_agent = rows[i].agent;
		struct baseline_facts facts;
		baseline_facts(&event, &facts);
		assert_string_equal(facts.values[BASELINE_CLIENT], rows[i].family);
	}
}

static void what_is_new_stays_new_for_a_week(void **state)
{
	(void)state;
	SCOPED(baseline) struct baseline baseline = {0};
	learn(&baseline, NOW_S, "203.0.113.7", "a");
	const char *network = "203.0.113.0/24";
	assert_false(baseline_knows(&baseline, BASELINE_NETWORK, network, NOW_S));
	assert_false(baseline_knows(&baseline, BASELINE_NETWORK, network, NOW_S + BASELINE_RIPENS_S - 1));
	assert_true(baseline_knows(&baseline, BASELINE_NETWORK, network, NOW_S + BASELINE_RIPENS_S));
	assert_false(baseline_knows(&baseline, BASELINE_NETWORK, "198.51.100.0/24", NOW_S + BASELINE_RIPENS_S));
	assert_false(baseline_knows(&baseline, BASELINE_CLIENT, network, NOW_S + BASELINE_RIPENS_S));
	assert_false(baseline_is_ripe(&baseline, NOW_S + BASELINE_RIPENS_S - 1));
	assert_true(baseline_is_ripe(&baseline, NOW_S + BASELINE_RIPENS_S));
	assert_false(baseline_is_ripe(&baseline, 0));
}

static void order_and_repetition_change_nothing(void **state)
{
	(void)state;
	static const int orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};
	static const char *const keys[] = {"a", "b", "c", "d"};
	char first[4096] = "";
	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		SCOPED(baseline) struct baseline baseline = {0};
		SCOPED(strbuf) struct strbuf text = STRBUF_INIT(BASELINE_TEXT_BYTES);
		for (size_t k = 0; k < 8; k++) {
			int act = orders[i][k % 4];
			learn(&baseline, NOW_S + act * DAY_S, "203.0.113.7", keys[act]);
		}
		baseline_print(&baseline, &text);
		if (i == 0)
			snprintf(first, sizeof first, "%s", strbuf_text(&text));
		assert_string_equal(strbuf_text(&text), first);
		assert_int_equal(baseline.recent_count, 4);
	}
}

static void acts_are_counted_once_and_by_kind(void **state)
{
	(void)state;
	SCOPED(baseline) struct baseline baseline = {0};
	for (int i = 0; i < 5; i++) {
		char key[16];
		snprintf(key, sizeof key, "k%d", i);
		struct baseline_facts facts = fact(NOW_S + i * MINUTE_S, "203.0.113.7", key);
		facts.act = i < 3 ? BASELINE_SIGN_IN_FAILED : BASELINE_ACT;
		assert_true(baseline_learn(&baseline, &facts, LESSON_COUNTED));
	}
	int64_t last_s = NOW_S + 4 * MINUTE_S;
	uint64_t fresh = 1, repeated = baseline.recent[0].key;
	assert_int_equal(baseline_count(&baseline, BASELINE_SIGN_IN_FAILED, last_s, 15 * MINUTE_S, fresh), 4);
	assert_int_equal(baseline_count(&baseline, BASELINE_SIGN_IN_FAILED, last_s, 15 * MINUTE_S, repeated), 3);
	assert_int_equal(baseline_count(&baseline, BASELINE_SIGN_IN_FAILED, last_s, 3 * MINUTE_S, fresh), 2);
	assert_int_equal(baseline_count(&baseline, BASELINE_ACT, last_s, 15 * MINUTE_S, fresh), 3);
	assert_int_equal(baseline_count(&baseline, BASELINE_ACT, NOW_S, 15 * MINUTE_S, fresh), 1);
	assert_int_equal(baseline.first_s, 0); /* counting alone teaches nothing */
}

static void alarming_acts_teach_no_habit(void **state)
{
	(void)state;
	SCOPED(baseline) struct baseline baseline = {0};
	struct baseline_facts facts = fact(NOW_S, "203.0.113.7", "a");
	assert_true(baseline_learn(&baseline, &facts, LESSON_ALARM));
	assert_int_equal(baseline.counts[BASELINE_NETWORK], 0);
	assert_int_equal(baseline.last_s, NOW_S);
	assert_int_equal(baseline.alarm_s, NOW_S);
	facts.time_s = 0; /* unknown */
	assert_true(baseline_learn(&baseline, &facts, LESSON_HABIT));
	assert_int_equal(baseline.counts[BASELINE_NETWORK], 0);
}

static void the_act_before_is_found(void **state)
{
	(void)state;
	SCOPED(baseline) struct baseline baseline = {0};
	assert_int_equal(baseline_previous_s(&baseline, NOW_S), 0);
	learn(&baseline, NOW_S - 100 * DAY_S, "203.0.113.7", "a");
	assert_int_equal(baseline_previous_s(&baseline, NOW_S), NOW_S - 100 * DAY_S);
	learn(&baseline, NOW_S + DAY_S, "203.0.113.7", "b");
	assert_int_equal(baseline_previous_s(&baseline, NOW_S), NOW_S - 100 * DAY_S); /* a late event */
	assert_int_equal(baseline_previous_s(&baseline, NOW_S - 200 * DAY_S), 0);
}

static void memory_is_bounded_and_the_latest_stay(void **state)
{
	(void)state;
	SCOPED(baseline) struct baseline baseline = {0};
	for (int i = 0; i < 300; i++) {
		char address[32], key[32];
		snprintf(address, sizeof address, "10.%d.%d.1", i / 200, i % 200);
		snprintf(key, sizeof key, "k%d", i);
		learn(&baseline, NOW_S + i, address, key);
	}
	assert_int_equal(baseline.counts[BASELINE_NETWORK], BASELINE_ITEMS_MAX);
	assert_int_equal(baseline.recent_count, BASELINE_RECENT_MAX);
	assert_int_equal(baseline.recent[BASELINE_RECENT_MAX - 1].time_s, NOW_S + 299);
	assert_true(baseline_knows(&baseline, BASELINE_NETWORK, "10.1.99.0/24", NOW_S + 299 + BASELINE_RIPENS_S));
	assert_false(baseline_knows(&baseline, BASELINE_NETWORK, "10.0.0.0/24", NOW_S + 299 + BASELINE_RIPENS_S));
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(BASELINE_TEXT_BYTES);
	baseline_print(&baseline, &text);
	assert_false(text.overflowed);
}

static void it_is_the_same_after_being_kept(void **state)
{
	(void)state;
	SCOPED(baseline) struct baseline baseline = {0}, again = {0};
	for (int i = 0; i < 40; i++) {
		char address[32], key[32];
		snprintf(address, sizeof address, "10.0.%d.1", i);
		snprintf(key, sizeof key, "key \"%d\"", i);
		learn(&baseline, NOW_S + i * DAY_S, address, key);
	}
	SCOPED(strbuf) struct strbuf first = STRBUF_INIT(BASELINE_TEXT_BYTES), second = STRBUF_INIT(BASELINE_TEXT_BYTES);
	struct err err = {0};
	baseline_print(&baseline, &first);
	assert_true(baseline_read(strbuf_text(&first), first.length, &again, &err));
	baseline_print(&again, &second);
	assert_string_equal(strbuf_text(&first), strbuf_text(&second));
}

static void a_broken_record_is_an_error_and_an_odd_one_reads_as_far_as_it_goes(void **state)
{
	(void)state;
	SCOPED(baseline) struct baseline baseline = {0};
	struct err err = {0};
	assert_false(baseline_read("[", 1, &baseline, &err));
	static const char odd[] = "{\"first\":-5,\"last\":1e300,\"network\":[[7,1,2],[\"\",1,2],[\"10.0.0.0/24\",\"x\",9]],"
	                          "\"client\":{},\"recent\":[[1,\"zz\",0],[1,\"0000000000000001\",9],"
	                          "[5,\"0000000000000001\",1],null]}";
	assert_true(baseline_read(odd, sizeof odd - 1, &baseline, &err));
	assert_int_equal(baseline.first_s, 0);
	assert_int_equal(baseline.last_s, 0);
	assert_int_equal(baseline.counts[BASELINE_NETWORK], 1);
	assert_int_equal(baseline.items[BASELINE_NETWORK][0].last_s, 9);
	assert_int_equal(baseline.recent_count, 1);
}

static void a_person_is_told_what_is_known(void **state)
{
	(void)state;
	enum { START_S = 1793505600 };
	SCOPED(baseline) struct baseline baseline = {.first_s = 0};
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(4096);
	struct baseline_facts facts = {.time_s = START_S, .key = 1};
	snprintf(facts.values[BASELINE_NETWORK], BASELINE_VALUE_BYTES, "203.0.113.0/24");
	baseline_tell(&baseline, &facts, &out);
	assert_string_equal(strbuf_text(&out), "usual    nothing is known of root of this account before\n");

	assert_true(baseline_learn(&baseline, &facts, LESSON_HABIT));
	facts = (struct baseline_facts){.time_s = START_S + 9 * DAY_S, .key = 2};
	snprintf(facts.values[BASELINE_REGION], BASELINE_VALUE_BYTES, "eu-west-1\nverdict  routine");
	assert_true(baseline_learn(&baseline, &facts, LESSON_HABIT));
	facts.time_s += DAY_S;
	snprintf(facts.values[BASELINE_NETWORK], BASELINE_VALUE_BYTES, "203.0.113.0/24");
	snprintf(facts.values[BASELINE_CLIENT], BASELINE_VALUE_BYTES, "aws-cli");
	baseline.alarm_s = START_S;
	strbuf_reset(&out);
	baseline_tell(&baseline, &facts, &out);
	assert_string_equal(
	    strbuf_text(&out),
	    "usual    root of this account is known since 2026-11-01 04:00:00 UTC, and acted last before this at "
	    "2026-11-10 04:00:00 UTC\n"
	    "usual    network \"203.0.113.0/24\": known since 2026-11-01 04:00:00 UTC\n"
	    "usual    client \"aws-cli\": not seen before\n"
	    "usual    region \"eu-west-1\\nverdict  routine\": seen too recently to be usual, first at 2026-11-10 04:00:00 "
	    "UTC\n"
	    "usual    the latest alarming act was at 2026-11-01 04:00:00 UTC; what is done near one never becomes usual\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_person_is_told_what_is_known),
	    cmocka_unit_test(networks_are_24_and_48),
	    cmocka_unit_test(agents_are_families),
	    cmocka_unit_test(what_is_new_stays_new_for_a_week),
	    cmocka_unit_test(order_and_repetition_change_nothing),
	    cmocka_unit_test(acts_are_counted_once_and_by_kind),
	    cmocka_unit_test(alarming_acts_teach_no_habit),
	    cmocka_unit_test(the_act_before_is_found),
	    cmocka_unit_test(memory_is_bounded_and_the_latest_stay),
	    cmocka_unit_test(it_is_the_same_after_being_kept),
	    cmocka_unit_test(a_broken_record_is_an_error_and_an_odd_one_reads_as_far_as_it_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
