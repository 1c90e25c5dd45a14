/* SPDX-License-Identifier: Apache-2.0 */
/* What the API and `rootwatch outbox` read: pages, filters, one object, depths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "store/sqlite.h"
#include "temporary_store.h"

enum { FINDINGS = 5, LARGE_BYTES = 1024 * 1024 };

/* Five findings: 1, 3 and 5 of one account, the others of another; 1 and 2 are routine, 5 is only medium. Two notifiers
 * are told of each: deliveries 1, 3, 5... are soc's, 2, 4, 6... mail's. */
static void fill(struct store *store)
{
	static const char *const notifiers[] = {"soc", "mail"};
	for (unsigned number = 1; number <= FINDINGS; number++) {
		SCOPED(finding) struct finding finding = sample_finding(number);
		snprintf(finding.account, sizeof finding.account, "%s", number % 2 ? "111122223333" : "444455556666");
		finding.verdict = number <= 2 ? VERDICT_ROUTINE : VERDICT_ANOMALY;
		finding.severity = number == FINDINGS ? SEVERITY_MEDIUM : SEVERITY_HIGH;
		free(finding.json);
		assert_true(asprintf(&finding.json, "{\"n\":%u}", number) > 0);
		struct store_entry entry = {.finding = &finding, .notifiers = notifiers, .notifier_count = 2};
		assert_true(store->ops->commit(store, &entry, 1, NULL));
	}
}

static void settle(struct store *store, int64_t id, enum delivery_state outcome)
{
	struct settlement settlement = {.delivery_id = id,
	                                .state = outcome,
	                                .at_ms = INT64_C(4102444800000),
	                                .next_ms = INT64_C(4102444800000),
	                                .detail = "said \"no\"\n",
	                                .resume = ""};
	assert_true(store->ops->settle(store, &settlement, NULL));
}

/* ---- pages ---- */

static void assert_findings(struct store *store, const struct store_page *page, const char *expected, int64_t next)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(LARGE_BYTES);
	int64_t next_page = -1;
	assert_true(store->ops->list_findings(store, page, &out, &next_page, NULL));
	assert_string_equal(strbuf_text(&out), expected);
	assert_int_equal(next_page, next);
}

/* "8 6 " of a listing of deliveries. */
static void assert_deliveries(struct store *store, const struct store_page *page, const char *expected, int64_t next)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(LARGE_BYTES);
	SCOPED(strbuf) struct strbuf ids = STRBUF_INIT(LARGE_BYTES);
	SCOPED(json) cJSON *rows = NULL;
	const cJSON *row;
	int64_t next_page = -1;
	assert_true(store->ops->list_deliveries(store, page, &out, &next_page, NULL));
	assert_int_equal(json_read(out.data, out.length, &rows, NULL), JSON_OK);
	cJSON_ArrayForEach(row, rows) strbuf_printf(&ids, "%d ", json_member(row, "id")->valueint);
	assert_string_equal(strbuf_text(&ids), expected);
	assert_int_equal(next_page, next);
}

static void findings_come_newest_first_and_in_pages(void **state)
{
	struct temporary_store *place = *state;
	struct store_page page = {.limit = 2};
	assert_findings(place->store, &page, "[]", 0);
	fill(place->store);
	assert_findings(place->store, &page, "[{\"n\":5},{\"n\":4}]", 4);
	page.before = 4;
	assert_findings(place->store, &page, "[{\"n\":3},{\"n\":2}]", 2);
	page.before = 2;
	assert_findings(place->store, &page, "[{\"n\":1}]", 0);
	page = (struct store_page){.limit = FINDINGS};
	assert_findings(place->store, &page, "[{\"n\":5},{\"n\":4},{\"n\":3},{\"n\":2},{\"n\":1}]", 0);
}

static void findings_are_filtered(void **state)
{
	struct temporary_store *place = *state;
	fill(place->store);
	assert_findings(place->store, &(struct store_page){.account = "111122223333"}, "[{\"n\":5},{\"n\":3},{\"n\":1}]",
	                0);
	assert_findings(place->store, &(struct store_page){.verdict = "routine"}, "[{\"n\":2},{\"n\":1}]", 0);
	assert_findings(place->store, &(struct store_page){.severity = "medium"}, "[{\"n\":5}]", 0);
	struct store_page page = {.account = "111122223333", .verdict = "anomaly", .limit = 1};
	assert_findings(place->store, &page, "[{\"n\":5}]", 5);
	page.before = 5;
	assert_findings(place->store, &page, "[{\"n\":3}]", 0); /* 1 is routine: there is no further page */
	assert_findings(place->store, &(struct store_page){.account = "1' OR '1'='1"}, "[]", 0);
}

static void deliveries_are_filtered_and_in_pages(void **state)
{
	struct temporary_store *place = *state;
	SCOPED(finding) struct finding second = sample_finding(2);
	fill(place->store);
	settle(place->store, 3, DELIVERY_DEAD);
	settle(place->store, 7, DELIVERY_DEAD);
	settle(place->store, 8, DELIVERY_DELIVERED);
	struct store_page page = {.state = -1, .limit = 4};
	assert_deliveries(place->store, &page, "10 9 8 7 ", 7);
	page.before = 7;
	assert_deliveries(place->store, &page, "6 5 4 3 ", 3);
	assert_deliveries(place->store, &(struct store_page){.state = DELIVERY_DEAD}, "7 3 ", 0);
	assert_deliveries(place->store, &(struct store_page){.state = DELIVERY_WAITING, .notifier = "soc"}, "9 5 1 ", 0);
	assert_deliveries(place->store, &(struct store_page){.state = -1, .finding_id = second.id}, "4 3 ", 0);
	assert_deliveries(place->store, &(struct store_page){.state = -1, .finding_id = "f-none"}, "", 0);
}

static void a_page_ends_where_the_buffer_does(void **state)
{
	struct temporary_store *place = *state;
	fill(place->store);
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(sizeof "[{\"n\":5},{\"n\":4}]" - 1);
	struct store_page page = {.limit = FINDINGS};
	int64_t next = 0;
	assert_true(place->store->ops->list_findings(place->store, &page, &out, &next, NULL));
	assert_string_equal(strbuf_text(&out), "[{\"n\":5},{\"n\":4}]");
	assert_int_equal(next, 4);

	SCOPED(strbuf) struct strbuf tight = STRBUF_INIT(sizeof "[{\"n\":5},{\"n\":4}" - 1); /* no room for the end */
	assert_true(place->store->ops->list_findings(place->store, &page, &tight, &next, NULL));
	assert_string_equal(strbuf_text(&tight), "[{\"n\":5}]");
	assert_int_equal(next, 5);

	SCOPED(strbuf) struct strbuf tiny = STRBUF_INIT(sizeof "[{\"n\":5}" - 1); /* one byte too few */
	struct err err = {0};
	assert_false(place->store->ops->list_findings(place->store, &page, &tiny, &next, &err));
	assert_string_equal(err.text, "no room for the listing");
}

/* ---- one object ---- */

static void a_finding_is_shown_as_it_was_stored(void **state)
{
	struct temporary_store *place = *state;
	SCOPED(finding) struct finding finding = sample_finding(1);
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(LARGE_BYTES);
	bool found = false;
	store_findings(place->store, 1, "soc");
	assert_true(place->store->ops->show_finding(place->store, finding.id, &out, &found, NULL));
	assert_true(found);
	assert_string_equal(strbuf_text(&out), finding.json);
	assert_true(place->store->ops->show_finding(place->store, "f-none", &out, &found, NULL));
	assert_false(found);
	assert_int_equal(out.length, strlen(finding.json));
}

static void a_delivery_is_shown_with_its_attempts(void **state)
{
	struct temporary_store *place = *state;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(LARGE_BYTES);
	SCOPED(json) cJSON *shown = NULL;
	bool found = false;
	store_findings(place->store, 1, "soc");
	settle(place->store, 1, DELIVERY_WAITING);
	settle(place->store, 1, DELIVERY_DEAD);
	assert_true(place->store->ops->show_delivery(place->store, 1, &out, &found, NULL));
	assert_true(found);
	assert_int_equal(json_read(out.data, out.length, &shown, NULL), JSON_OK);
	assert_int_equal(json_member(shown, "id")->valueint, 1);
	assert_string_equal(json_text(shown, "notifier"), "soc");
	assert_string_equal(json_text(shown, "state"), "dead");
	assert_string_equal(json_text(shown, "detail"), "said \"no\"\n");
	assert_string_equal(json_text(shown, "settled"), "2100-01-01T00:00:00Z");
	assert_true(cJSON_IsNull(json_member(shown, "next")));
	assert_int_equal(cJSON_GetArraySize(json_member(shown, "history")), 2);
	assert_true(place->store->ops->show_delivery(place->store, 2, &out, &found, NULL));
	assert_false(found);
}

/* ---- depths ---- */

static void depths_are_counted_by_notifier(void **state)
{
	struct temporary_store *place = *state;
	struct store *store = place->store;
	struct store_depth depths[4] = {0};
	size_t count = 99;
	assert_true(store->ops->depths(store, depths, 4, &count, NULL));
	assert_int_equal(count, 0);
	fill(store);
	for (int64_t id = 2; id <= 2 * FINDINGS; id += 2)
		settle(store, id, id == 4 ? DELIVERY_DEAD : DELIVERY_DELIVERED);
	settle(store, 1, DELIVERY_DEAD);
	bool found;
	assert_true(store->ops->retry(store, 1, 1234, &found, NULL));
	settle(store, 3, DELIVERY_DELIVERED);
	assert_true(store->ops->depths(store, depths, 4, &count, NULL));
	assert_int_equal(count, 2);
	assert_string_equal(depths[0].notifier, "mail");
	assert_int_equal(depths[0].waiting, 0);
	assert_int_equal(depths[0].dead, 1);
	assert_int_equal(depths[0].oldest_waiting_ms, 0);
	assert_string_equal(depths[1].notifier, "soc");
	assert_int_equal(depths[1].waiting, FINDINGS - 1);
	assert_int_equal(depths[1].dead, 0);
	assert_int_equal(depths[1].oldest_waiting_ms, 1234);
	assert_true(store->ops->depths(store, depths, 1, &count, NULL));
	assert_int_equal(count, 1);
}

static void reading_waits_for_no_commit(void **state)
{
	struct temporary_store *place = *state;
	struct sqlite_store *store = sqlite_store(place->store);
	store_findings(place->store, 1, "soc");
	assert_true(
	    sqlite_begin(store, NULL)); /* a commit under way: the writer is locked, in this process and in the file */
	struct store_depth depth;
	size_t count = 0;
	assert_true(place->store->ops->depths(place->store, &depth, 1, &count, NULL));
	assert_int_equal(count, 1);
	assert_true(sqlite_end(store, true, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(findings_come_newest_first_and_in_pages), STORE_TEST(findings_are_filtered),
	    STORE_TEST(deliveries_are_filtered_and_in_pages),    STORE_TEST(a_page_ends_where_the_buffer_does),
	    STORE_TEST(a_finding_is_shown_as_it_was_stored),     STORE_TEST(a_delivery_is_shown_with_its_attempts),
	    STORE_TEST(depths_are_counted_by_notifier),          STORE_TEST(reading_waits_for_no_commit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
