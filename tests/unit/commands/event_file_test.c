/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/commands/event_file.c: which events are found, in which order, and what is complained about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "commands/event_file.h"
#include "rootwatch/scope.h"
#include "rootwatch/strbuf.h"

/* A record with this id, at this minute. */
#define AT(id, minute) "{\"eventID\":\"" id "\",\"eventName\":\"X\",\"eventTime\":\"2026-11-24T03:" minute ":00Z\"}"
#define EVENT(id)      AT(id, "00")

/* Ids of the events in the order in which they are judged, and the lines complained about: "a b !3". */
static void digest(const char *text, struct strbuf *out)
{
	SCOPED(event_file) struct event_file file;
	struct err err = {""};
	assert_int_equal(event_file_read(text, strlen(text), &file, &err), EVENT_FILE_READ);
	for (size_t i = 0; i < file.count; i++)
		strbuf_printf(out, "%s ", event_file_event(&file, i)->event_id);
	for (size_t i = 0; i < file.complaint_count; i++)
		strbuf_printf(out, "!%zu ", file.complaints[i].line);
}

static void assert_digest(const char *text, const char *expected)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(1000);
	digest(text, &out);
	strbuf_truncate(&out, out.length > 0 ? out.length - 1 : 0);
	assert_string_equal(strbuf_text(&out), expected);
}

static void every_shape_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} cases[] = {
	    {"", ""},
	    {"\r\n \n", ""},
	    {EVENT("a"), "a"},
	    {"\xef\xbb\xbf" EVENT("a"), "a"},
	    {EVENT("a") "\n" EVENT("b") "\n", "a b"},
	    {EVENT("a") "\r\n\r\n" EVENT("b") "\r\n", "a b"},
	    {EVENT("a") EVENT("b"), "a b"},
	    {"[" EVENT("a") ",\n" EVENT("b") "]", "a b"},
	    {"{\"Records\":[" EVENT("a") "," EVENT("b") "]}", "a b"},
	    {"{\"Records\":[" EVENT("a") "]}{\"Records\":[" EVENT("b") "]}", "a b"},
	    {"{\"Records\":[{\"body\":\"[]\"}," EVENT("a") "],\"more\":1}", "a"},
	    {"{\n  \"Records\": [\n    " EVENT("a") ",\n    " EVENT("b") "\n  ]\n}\n", "a b"},
	    {"[]", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_digest(cases[i].text, cases[i].expected);
}

static void events_are_in_time_order(void **state)
{
	(void)state;
	assert_digest(AT("c", "03") "\n" AT("a", "01") "\n" AT("b", "02"), "a b c");
	assert_digest("[" AT("c", "03") "," AT("a1", "01") "," AT("a2", "01") "," AT("a3", "01") "]", "a1 a2 a3 c");
	assert_digest(AT("a", "01") "{\"eventID\":\"none\",\"eventName\":\"X\"}", "none a");
}

static void what_is_broken_spoils_only_itself(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} cases[] = {
	    {EVENT("a") "\noops\n" EVENT("b"), "a b !2"},
	    {"{\"open\":\n" EVENT("a") "\n" EVENT("b"), "a b !1"},
	    {EVENT("a") "\n{\"text\n" EVENT("b") "\n" EVENT("c"), "a b c !2"},
	    {EVENT("a") "\n{\"x\":[}\n" EVENT("b") "\n]}\n" EVENT("c"), "a b c !2 !4"},
	    {"\n{\"x\":\n" EVENT("a") "\n" EVENT("b") "} " EVENT("c") "\n" EVENT("d"), "a b d !2 !4"},
	    {"[" EVENT("a") ",{\"x\":tru},5,{\"no\":1},\n" EVENT("b") "]", "a b !1 !1 !1"},
	    {"[\n" EVENT("a") "\n" EVENT("b") "\n]", "a b !1 !4"},
	    {"{\"no\":1}\n" EVENT("a"), "a !1"},
	    {"{\n\"Records\":\n[\n" EVENT("a") ",\n{\"eventID\":\"b\"", "a !1 !2 !3 !4 !5"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_digest(cases[i].text, cases[i].expected);
}

static void a_broken_document_is_one_complaint(void **state)
{
	(void)state;
	assert_digest("\n{\n  \"detail\": {\n    \"eventID\": \"a\",\n    \"eventName\": ", "!2");
	assert_digest("{\n  \"detail\": tru\n}\n", "!1");
}

/* One that nests too deep must hide neither itself nor the others. */
static void a_deep_one_does_not_hide_the_others(void **state)
{
	(void)state;
	enum { LEVELS = 1100 };
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(8192);
	strbuf_puts(&text, "[" EVENT("a") ",{\"detail\":");
	for (int i = 0; i < LEVELS; i++)
		strbuf_putc(&text, '[');
	for (int i = 0; i < LEVELS; i++)
		strbuf_putc(&text, ']');
	strbuf_puts(&text, "}," EVENT("b") "]");

	SCOPED(event_file) struct event_file file;
	struct err err = {""};
	assert_int_equal(event_file_read(text.data, text.length, &file, &err), EVENT_FILE_READ);
	assert_int_equal(file.count, 3);
	assert_int_equal(file.complaint_count, 0);
	assert_string_not_equal(event_file_event(&file, 0)->unreadable, "");
	assert_string_equal(event_file_event(&file, 1)->event_id, "a");
	assert_string_equal(event_file_event(&file, 2)->event_id, "b");
}

static void complaints_say_what_is_wrong(void **state)
{
	(void)state;
	static const char text[] = "[{\"no\":1}]\noops";
	SCOPED(event_file) struct event_file file;
	struct err err = {""};
	assert_int_equal(event_file_read(text, sizeof text - 1, &file, &err), EVENT_FILE_READ);
	assert_int_equal(file.complaint_count, 2);
	assert_int_equal(file.complaints[0].status, EVENT_NOT_AN_EVENT);
	assert_non_null(strstr(file.complaints[0].err.text, "element 1: neither an EventBridge event"));
	assert_int_equal(file.complaints[1].status, EVENT_NOT_JSON);
	assert_non_null(strstr(file.complaints[1].err.text, "no JSON"));
}

static void only_the_first_complaints_are_kept_and_all_are_counted(void **state)
{
	(void)state;
	enum { LINES = 3 * EVENT_FILE_COMPLAINTS_MAX };
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(8192);
	for (int i = 0; i < LINES; i++)
		strbuf_puts(&text, "oops\n");
	strbuf_puts(&text, EVENT("a"));
	SCOPED(event_file) struct event_file file;
	struct err err = {""};
	assert_int_equal(event_file_read(text.data, text.length, &file, &err), EVENT_FILE_READ);
	assert_int_equal(file.complaint_count, LINES);
	assert_int_equal(file.complaints[EVENT_FILE_COMPLAINTS_MAX - 1].line, EVENT_FILE_COMPLAINTS_MAX);
	assert_int_equal(file.count, 1);
}

/* Many lines that each begin a value which none ends: a second look at each, not one for each line. */
static void a_bracket_on_every_line_is_read_in_linear_time(void **state)
{
	(void)state;
	enum { LINES = 300 * 1000 };
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(4 * LINES);
	for (int i = 0; i < LINES; i++)
		strbuf_puts(&text, "{\n");
	strbuf_puts(&text, EVENT("a"));
	SCOPED(event_file) struct event_file file;
	struct err err = {""};
	assert_int_equal(event_file_read(text.data, text.length, &file, &err), EVENT_FILE_READ);
	assert_int_equal(file.complaint_count, LINES);
	assert_int_equal(file.count, 1);
}

static void too_many_values_are_refused(void **state)
{
	(void)state;
	enum { VALUES = 1000 * 1000 + 1 };
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(4 * VALUES);
	strbuf_puts(&text, "[{}");
	for (int i = 1; i < VALUES; i++)
		strbuf_puts(&text, ",{}");
	strbuf_puts(&text, "]");
	struct event_file file;
	struct err err = {""};
	assert_int_equal(event_file_read(text.data, text.length, &file, &err), EVENT_FILE_TOO_LARGE);
	assert_non_null(strstr(err.text, "more than 1000000"));
	assert_int_equal(file.count, 0);
	assert_null(file.events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_shape_is_read),
	    cmocka_unit_test(events_are_in_time_order),
	    cmocka_unit_test(what_is_broken_spoils_only_itself),
	    cmocka_unit_test(a_broken_document_is_one_complaint),
	    cmocka_unit_test(a_deep_one_does_not_hide_the_others),
	    cmocka_unit_test(complaints_say_what_is_wrong),
	    cmocka_unit_test(only_the_first_complaints_are_kept_and_all_are_counted),
	    cmocka_unit_test(a_bracket_on_every_line_is_read_in_linear_time),
	    cmocka_unit_test(too_many_values_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
