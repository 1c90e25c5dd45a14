/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/history.c as a scan uses it: begun from a store, written back to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "history.h"
#include "temporary_store.h"

enum { NOW_S = 1793505600 };

static const struct policy no_policy;

/* Root of this account acts from this address, so long ago. */
static void act(struct history *history, const char *account, const char *address, int64_t ago_s,
                struct judgement *ret_judgement)
{
	struct event event;
	struct err err = {""};
	event_blank(&event);
	event.identity.present = true;
	event.identity.type = "Root";
	event.event_name = "GetBucketTagging";
	event.event_source = "s3.amazonaws.com";
	event.recipient_account = account;
	event.source_ip = address;
	event.time_s = NOW_S - ago_s;
	snprintf(event.dedupe_key, sizeof event.dedupe_key, "e:%s/%s/%lld", account, address, (long long)ago_s);
	const struct inquiry inquiry = {.event = &event, .policy = &no_policy, .received_s = NOW_S, .learn = true};
	if (!history_judge(history, &inquiry, ret_judgement, &err))
		fail_msg("%s", err.text);
}

static bool has_hit(const struct judgement *judgement, const char *id)
{
	for (size_t i = 0; i < judgement->hit_count; i++)
		if (strcmp(judgement->hits[i].signal->id, id) == 0)
			return true;
	return false;
}

enum { DAY_S = 24 * 60 * 60 };

static void what_is_saved_is_known_the_next_time(void **state)
{
	struct temporary_store *place = *state;
	struct judgement judgement;
	struct err err = {""};
	SCOPED(history) struct history *first = history_open(place->store);
	act(first, "111122223333", "203.0.113.7", 30 * DAY_S, &judgement);
	assert_true(has_hit(&judgement, "first_seen"));
	assert_true(history_save(first, &err));

	SCOPED(history) struct history *second = history_open(place->store);
	act(second, "111122223333", "203.0.113.9", 0, &judgement);
	assert_false(has_hit(&judgement, "first_seen"));
	assert_false(has_hit(&judgement, "new_network"));
	act(second, "111122223333", "198.51.100.1", 0, &judgement);
	assert_true(has_hit(&judgement, "new_network"));
}

/* What the store knew before stays. */
static void saving_adds_to_what_was_there(void **state)
{
	struct temporary_store *place = *state;
	struct judgement judgement;
	struct err err = {""};
	for (int i = 0; i < 2; i++) {
		SCOPED(history) struct history *history = history_open(place->store);
		act(history, "111122223333", i == 0 ? "203.0.113.7" : "198.51.100.7", (30 + i) * DAY_S, &judgement);
		act(history, i == 0 ? "222233334444" : "333344445555", "203.0.113.7", 30 * DAY_S, &judgement);
		assert_true(history_save(history, &err));
	}
	static const char *const accounts[] = {"111122223333", "222233334444", "333344445555"};
	for (size_t i = 0; i < 3; i++) {
		SCOPED(strbuf) struct strbuf text = STRBUF_INIT(BASELINE_TEXT_BYTES);
		assert_true(place->store->ops->read_baseline(place->store, accounts[i], &text, &err));
		assert_non_null(strstr(strbuf_text(&text), "203.0.113.0/24"));
		assert_int_equal(strstr(strbuf_text(&text), "198.51.100.0/24") != NULL, i == 0);
	}
}

/* More accounts than are held in memory: a scan that learns loses none of them. */
static void what_makes_room_is_saved_before(void **state)
{
	enum { ACCOUNTS = 4100 };
	struct temporary_store *place = *state;
	struct judgement judgement;
	struct err err = {""};
	SCOPED(history) struct history *history = history_open(place->store);
	history_keep_all(history);
	for (int i = 0; i < ACCOUNTS; i++) {
		char account[16];
		snprintf(account, sizeof account, "%012d", i);
		act(history, account, "203.0.113.7", DAY_S, &judgement);
	}
	act(history, "000000000000", "203.0.113.7", 0, &judgement);
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(BASELINE_TEXT_BYTES);
	assert_true(place->store->ops->read_baseline(place->store, "000000000000", &text, &err));
	assert_non_null(strstr(strbuf_text(&text), "203.0.113.0/24"));
	text.length = 0;
	assert_true(place->store->ops->read_baseline(place->store, "000000004099", &text, &err));
	assert_int_equal(text.length, 0); /* still in memory alone */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(what_is_saved_is_known_the_next_time),
	    STORE_TEST(saving_adds_to_what_was_there),
	    STORE_TEST(what_makes_room_is_saved_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
