/* SPDX-License-Identifier: Apache-2.0 */
/* Findings that wait for an answer: kept with the event's own, found when due, told or dropped once. */
#include "temporary_store.h"

static const char *const mail[] = {"mail"};

/* Number `number`, due then; and the finding of the event that it waits with. The caller frees both. */
struct pair {
	struct finding own;
	struct deferred deferred;
};

static struct pair pair_of(unsigned number, int64_t due_s)
{
	struct pair pair = {.own = sample_finding(number), .deferred = {.due_s = due_s}};
	pair.deferred.finding = sample_finding(number);
	pair.deferred.finding.severity = SEVERITY_HIGH;
	pair.deferred.finding.id[2] = 'z';
	deferred_name(&pair.deferred, "mfa_unanswered");
	return pair;
}

static void pair_scope(struct pair *pair)
{
	finding_done(&pair->own);
	deferred_done(&pair->deferred);
}

static void keep(struct store *store, const struct pair *pair)
{
	struct store_entry entry = {.finding = &pair->own, .deferred = &pair->deferred};
	assert_true(store->ops->commit(store, &entry, 1, NULL));
	free(entry.stored_json);
}

/* False: none is due. */
static bool due(struct store *store, int64_t now_s, struct deferred *ret_deferred)
{
	bool found;
	struct err err = {""};
	if (!store->ops->read_deferred(store, now_s, ret_deferred, &found, &err))
		fail_msg("%s", err.text);
	return found;
}

static bool is_due(struct store *store, int64_t now_s)
{
	SCOPED(deferred) struct deferred deferred = {.id = 0};
	return due(store, now_s, &deferred);
}

static void it_comes_back_as_it_was_when_it_is_due(void **state)
{
	struct temporary_store *place = *state;
	SCOPED(pair) struct pair pair = pair_of(1, 1000), later = pair_of(2, 2000);
	keep(place->store, &later);
	keep(place->store, &pair);
	assert_false(is_due(place->store, 999));
	temporary_store_close(place);
	temporary_store_open(place);
	SCOPED(deferred) struct deferred read = {.id = 0};
	assert_true(due(place->store, 5000, &read)); /* what is due first */
	const struct finding *finding = &read.finding, *expected = &pair.deferred.finding;
	assert_string_equal(read.signal, "mfa_unanswered");
	assert_int_equal(read.due_s, 1000);
	assert_string_equal(finding->id, expected->id);
	assert_string_equal(finding->dedupe_key, expected->dedupe_key);
	assert_string_equal(finding->account, expected->account);
	assert_string_equal(finding->json, expected->json);
	assert_int_equal(finding->event_time_s, expected->event_time_s);
	assert_int_equal(finding->received_s, expected->received_s);
	assert_int_equal(finding->severity, expected->severity);
	assert_int_equal(finding->verdict, expected->verdict);
	assert_int_equal(finding->actor, expected->actor);
}

static void told_it_waits_no_more_and_is_no_duplicate(void **state)
{
	struct temporary_store *place = *state;
	SCOPED(pair) struct pair pair = pair_of(1, 1000);
	keep(place->store, &pair);
	SCOPED(deferred) struct deferred read = {.id = 0};
	assert_true(due(place->store, 1000, &read));
	struct store_entry entry = {
	    .finding = &read.finding, .notifiers = mail, .notifier_count = 1, .deferred_id = read.id};
	assert_true(place->store->ops->commit(place->store, &entry, 1, NULL));
	assert_false(entry.duplicate);
	assert_int_equal(store_depth_of(place->store, "mail").waiting, 1);
	assert_false(is_due(place->store, INT64_MAX));
	keep(place->store, &pair); /* the event once more: a duplicate, and nothing waits again */
	assert_false(is_due(place->store, INT64_MAX));
}

static void answered_it_is_gone(void **state)
{
	struct temporary_store *place = *state;
	SCOPED(pair) struct pair pair = pair_of(1, 1000);
	keep(place->store, &pair);
	SCOPED(deferred) struct deferred read = {.id = 0};
	assert_true(due(place->store, 1000, &read));
	assert_true(place->store->ops->drop_deferred(place->store, read.id, NULL));
	assert_false(is_due(place->store, INT64_MAX));
}

static void an_account_has_so_many_at_a_time(void **state)
{
	struct temporary_store *place = *state;
	for (unsigned number = 1; number <= DEFERRED_MAX + 5; number++) {
		SCOPED(pair) struct pair pair = pair_of(number, 1000);
		keep(place->store, &pair);
	}
	int count = 0;
	for (bool found = true; found; count += found) {
		SCOPED(deferred) struct deferred read = {.id = 0};
		found = due(place->store, 1000, &read);
		assert_true(!found || place->store->ops->drop_deferred(place->store, read.id, NULL));
	}
	assert_int_equal(count, DEFERRED_MAX);
}

/* The longest key there is gets its ending whole. */
static void its_key_is_its_own(void **state)
{
	(void)state;
	struct deferred deferred = {.id = 0};
	memset(deferred.finding.dedupe_key, 'f', 2 + 64);
	deferred_name(&deferred, "mfa_unanswered");
	assert_string_equal(deferred.finding.dedupe_key + 2 + 64, "/absent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(it_comes_back_as_it_was_when_it_is_due),
	    STORE_TEST(told_it_waits_no_more_and_is_no_duplicate),
	    STORE_TEST(answered_it_is_gone),
	    STORE_TEST(an_account_has_so_many_at_a_time),
	    cmocka_unit_test(its_key_is_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
