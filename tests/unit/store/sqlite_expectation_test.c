/* SPDX-License-Identifier: Apache-2.0 */
/* Announced root work in the store: kept with its notice or not at all, found by account and time, revoked, purged. */
#include "announce.h"
#include "temporary_store.h"

enum { NOW_S = SAMPLE_TIME_S, HOUR_S = 60 * 60 };

static const struct notifier_config notifiers[] = {{.name = "slack", .min_severity = SEVERITY_CRITICAL},
                                                   {.name = "mail"}};
static const struct config config = {.notifiers = notifiers, .notifier_count = 2};

static struct expectation announced(struct store *store, const char *account, int64_t from_s)
{
	struct expectation expectation = {
	    .reason = "because", .events = "iam:*", .made_by = "boss", .from_s = from_s, .until_s = from_s + HOUR_S};
	snprintf(expectation.account, sizeof expectation.account, "%s", account);
	struct err err = {""};
	if (announce_work(store, &config, &expectation, &err) != ANNOUNCED)
		fail_msg("%s", err.text);
	return expectation;
}

static size_t found(struct store *store, const char *account, int64_t at_s, struct expectation *ret_all)
{
	const struct expectation_query query = {.account = account, .at_s = at_s};
	size_t count = 99;
	assert_true(store->ops->read_expectations(store, &query, ret_all, EXPECTATIONS_MAX, &count, NULL));
	return count;
}

static void it_is_found_by_its_account_and_time(void **state)
{
	struct temporary_store *place = *state;
	struct expectation all[EXPECTATIONS_MAX];
	struct expectation first = announced(place->store, "111122223333", NOW_S);
	announced(place->store, "111122223333", NOW_S + 60);
	announced(place->store, "444455556666", NOW_S);

	assert_int_equal(found(place->store, "111122223333", NOW_S - 1, all), 0);
	assert_int_equal(found(place->store, "111122223333", NOW_S, all), 1);
	assert_memory_equal(&all[0], &first, sizeof first);
	assert_int_equal(found(place->store, "111122223333", NOW_S + 60, all), 2);
	assert_string_equal(all[1].id, first.id); /* the last made first */
	assert_int_equal(found(place->store, "111122223333", NOW_S + HOUR_S, all), 1);
	assert_int_equal(found(place->store, "999900001111", NOW_S, all), 0);
	assert_int_equal(found(place->store, NULL, 0, all), 3);
	assert_int_equal(found(place->store, "444455556666", 0, all), 1);

	temporary_store_close(place);
	assert_int_equal(found(temporary_store_open(place), "111122223333", NOW_S, all), 1);
}

static void every_notifier_is_told_whatever_it_filters(void **state)
{
	struct temporary_store *place = *state;
	struct expectation expectation = announced(place->store, "111122223333", NOW_S);
	struct err err;
	assert_int_equal(announce_revoke(place->store, &config, expectation.id, "soc", NOW_S + 5, &expectation, &err),
	                 ANNOUNCED);
	assert_int_equal(store_depth_of(place->store, "slack").waiting, 2);
	assert_int_equal(store_depth_of(place->store, "mail").waiting, 2);
}

static void revoked_it_explains_nothing_and_is_remembered(void **state)
{
	struct temporary_store *place = *state;
	struct expectation all[EXPECTATIONS_MAX], revoked;
	struct err err;
	struct expectation expectation = announced(place->store, "111122223333", NOW_S);
	assert_int_equal(announce_revoke(place->store, &config, "x-none", "soc", NOW_S, &revoked, &err), ANNOUNCE_UNKNOWN);
	assert_int_equal(announce_revoke(place->store, &config, expectation.id, "soc", NOW_S + 5, &revoked, &err),
	                 ANNOUNCED);
	assert_int_equal(found(place->store, "111122223333", NOW_S, all), 0);
	assert_int_equal(found(place->store, NULL, 0, all), 1);
	assert_memory_equal(&all[0], &revoked, sizeof revoked);
	assert_string_equal(revoked.revoked_by, "soc");
	assert_int_equal(announce_revoke(place->store, &config, expectation.id, "soc", NOW_S + 6, &revoked, &err),
	                 ANNOUNCE_REFUSED);
	assert_string_equal(err.text, "it is revoked already");

	expectation = announced(place->store, "111122223333", NOW_S);
	assert_int_equal(announce_revoke(place->store, &config, expectation.id, "soc", NOW_S + HOUR_S, &revoked, &err),
	                 ANNOUNCE_REFUSED);
	assert_string_equal(err.text, "it is ended already");
}

static void an_account_has_so_many_at_a_time(void **state)
{
	struct temporary_store *place = *state;
	for (int i = 0; i < EXPECTATIONS_MAX; i++)
		announced(place->store, "111122223333", NOW_S);
	struct expectation more = {.account = "111122223333", .from_s = NOW_S, .until_s = NOW_S + 1};
	struct err err;
	assert_int_equal(announce_work(place->store, &config, &more, &err), ANNOUNCE_REFUSED);
	announced(place->store, "444455556666", NOW_S);
	announced(place->store, "111122223333", NOW_S + HOUR_S);
}

static void those_long_ended_are_purged(void **state)
{
	struct temporary_store *place = *state;
	struct expectation all[EXPECTATIONS_MAX];
	int64_t count;
	announced(place->store, "111122223333", NOW_S);
	announced(place->store, "111122223333", NOW_S + HOUR_S);
	assert_true(place->store->ops->purge(place->store, NOW_S + HOUR_S + 1, &count, NULL));
	assert_int_equal(found(place->store, NULL, 0, all), 1);
	assert_int_equal(all[0].from_s, NOW_S + HOUR_S);
}

/* What a notice says, in the words that people read. */
static void a_notice_names_account_end_reason_and_maker(void **state)
{
	struct temporary_store *place = *state;
	struct expectation expectation = announced(place->store, "111122223333", NOW_S);
	struct delivery delivery;
	size_t count;
	assert_true(place->store->ops->lease(place->store, "mail", INT64_MAX - 1, INT64_MAX, 1, &delivery, &count, NULL));
	assert_int_equal(count, 1);
	struct finding_alert read;
	assert_true(finding_alert_read(delivery.finding_json, &read, NULL));
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(4000);
	alert_render_text(&read.alert, NOW_S + 60, &text);
	char expected[2000];
	snprintf(expected, sizeof expected,
	         "[INFO] 111122223333: Root work is expected in 111122223333 until 2026-11-24 04:55:01 UTC: because\n\n"
	         "Verdict: none: this is a notice, no event\n"
	         "Account: 111122223333\n"
	         "Who:     boss\n"
	         "When:    2026-11-24 03:55:01 UTC (60 seconds ago)\n\n"
	         "Why\n"
	         "  - info: boss announced it: because\n"
	         "  - info: until then iam:* are routine, unless critical or from a network that is new\n\n"
	         "What to do now\n"
	         "  1. If nobody you trust announced this, revoke it (rootwatch expect --revoke\n"
	         "     %s) and change the key that did.\n\n"
	         "finding f%s\n",
	         expectation.id, expectation.id + 1);
	assert_string_equal(strbuf_text(&text), expected);
	assert_true(read.alert.notice);
	finding_alert_done(&read);
	delivery_done(&delivery);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(it_is_found_by_its_account_and_time),
	    STORE_TEST(every_notifier_is_told_whatever_it_filters),
	    STORE_TEST(revoked_it_explains_nothing_and_is_remembered),
	    STORE_TEST(an_account_has_so_many_at_a_time),
	    STORE_TEST(those_long_ended_are_purged),
	    STORE_TEST(a_notice_names_account_end_reason_and_maker),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
