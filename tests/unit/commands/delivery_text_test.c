/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/commands/delivery_text.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "commands/delivery_text.h"
#include "rootwatch/scope.h"

enum { NOW_S = 1795492501 /* 2026-11-24 03:55:01 UTC */, OUT_BYTES = 16 * 1024 };

/* A delivery as the store lists it. */
#define DELIVERY(id, state, created, next, settled, detail)                                                     \
	"{\"id\":" #id ",\"finding_id\":\"f-1\",\"notifier\":\"soc-slack\",\"state\":\"" state "\",\"attempts\":3," \
	"\"created\":\"" created "\",\"next\":" next ",\"settled\":" settled ",\"detail\":\"" detail "\""

static void assert_table(const char *json, const char *table)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(OUT_BYTES);
	assert_true(delivery_text_table(json, strlen(json), NOW_S, &out));
	assert_string_equal(strbuf_text(&out), table);
}

static void a_list_is_a_table(void **state)
{
	(void)state;
	assert_table("[" DELIVERY(1234, "waiting", "2026-11-24T03:54:10Z", "\"2026-11-24T03:57:02Z\"", "null",
	                          "503 not now") "}," DELIVERY(7, "dead", "2026-11-21T03:55:01Z", "null",
	                                                       "\"2026-11-24T03:55:01Z\"", "404") "}]",
	             "ID    STATE    NOTIFIER   FINDING  TRIES  AGE  NEXT  DETAIL\n"
	             "1234  waiting  soc-slack  f-1      3      51s  2m    503 not now\n"
	             "7     dead     soc-slack  f-1      3      3d   -     404\n");
}

static void nothing_is_no_table(void **state)
{
	(void)state;
	assert_table("[]", "");
}

static void what_is_due_is_due_now(void **state)
{
	(void)state;
	assert_table("[" DELIVERY(1, "waiting", "2026-11-24T01:55:01Z", "\"2026-11-24T03:55:01Z\"", "null", "") "}]",
	             "ID  STATE    NOTIFIER   FINDING  TRIES  AGE  NEXT  DETAIL\n"
	             "1   waiting  soc-slack  f-1      3      2h   now   \n");
}

/* A clock that was set back must not make a negative age. */
static void what_comes_from_the_future_is_new(void **state)
{
	(void)state;
	assert_table("[" DELIVERY(1, "waiting", "2026-11-24T09:00:00Z", "\"2026-11-24T03:55:02Z\"", "null", "") "}]",
	             "ID  STATE    NOTIFIER   FINDING  TRIES  AGE  NEXT  DETAIL\n"
	             "1   waiting  soc-slack  f-1      3      0s   1s    \n");
}

static void a_channels_words_stay_on_their_line(void **state)
{
	(void)state;
	static const char json[] =
	    "[" DELIVERY(1, "dead", "2026-11-24T03:55:01Z", "null", "null", "\\u001b[2J\\n\xe2\x80\xae") "}]";
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(OUT_BYTES);
	assert_true(delivery_text_table(json, sizeof json - 1, NOW_S, &out));
	assert_null(strchr(strbuf_text(&out), '\033'));
	assert_null(strstr(strbuf_text(&out), "\xe2\x80\xae"));
	assert_string_equal(strchr(strchr(strbuf_text(&out), '\n') + 1, '\n'), "\n");
}

static void one_is_shown_with_every_attempt(void **state)
{
	(void)state;
	static const char json[] = DELIVERY(
	    7, "dead", "2026-11-24T03:00:00Z", "null", "\"2026-11-24T03:10:00Z\"",
	    "404 no_service") ",\"history\":["
	                      "{\"at\":\"2026-11-24T03:00:01Z\",\"outcome\":\"waiting\",\"detail\":\"503\"},"
	                      "{\"at\":\"2026-11-24T03:10:00Z\",\"outcome\":\"dead\",\"detail\":\"404 no_service\"}]}";
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(OUT_BYTES);
	assert_true(delivery_text_one(json, sizeof json - 1, &out));
	assert_string_equal(strbuf_text(&out), "delivery  7\n"
	                                       "finding   f-1\n"
	                                       "notifier  soc-slack\n"
	                                       "state     dead\n"
	                                       "created   2026-11-24T03:00:00Z\n"
	                                       "settled   2026-11-24T03:10:00Z\n"
	                                       "attempts  3\n"
	                                       "  2026-11-24T03:00:01Z  waiting: 503\n"
	                                       "  2026-11-24T03:10:00Z  dead: 404 no_service\n");
}

static void what_is_no_listing_is_refused(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(OUT_BYTES);
	assert_false(delivery_text_table("{}", 2, NOW_S, &out));
	assert_false(delivery_text_table("[", 1, NOW_S, &out));
	assert_false(delivery_text_one("[]", 2, &out));
	assert_int_equal(out.length, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_is_a_table),
	    cmocka_unit_test(nothing_is_no_table),
	    cmocka_unit_test(what_is_due_is_due_now),
	    cmocka_unit_test(what_comes_from_the_future_is_new),
	    cmocka_unit_test(a_channels_words_stay_on_their_line),
	    cmocka_unit_test(one_is_shown_with_every_attempt),
	    cmocka_unit_test(what_is_no_listing_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
