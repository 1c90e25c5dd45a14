/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/config/print.c: what is printed, and that it is read back as what it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "config/print.h"
#include "rootwatch/scope.h"

static void assert_text(const char *text, const char *printed)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(256);
	print_text(text, &out);
	assert_string_equal(strbuf_text(&out), printed);
}

static void text_is_quoted_for_yaml(void **state)
{
	(void)state;
	assert_text("", "\"\"");
	assert_text("true", "\"true\"");
	assert_text("a \"b\" \\ c: #d", "\"a \\\"b\\\" \\\\ c: #d\"");
	assert_text("M\xc3\xbcller \xf0\x9f\x94\x92", "\"M\xc3\xbcller \xf0\x9f\x94\x92\"");
}

static void text_breaks_no_line_and_steers_no_terminal(void **state)
{
	(void)state;
	assert_text("a\nb\033\x7f", "\"a\\u000ab\\u001b\\u007f\"");
	assert_text("\xc2\x85\xe2\x80\xa8\xe2\x80\xae\xef\xbb\xbf", "\"\\u0085\\u2028\\u202e\\ufeff\"");
	assert_text("a\xff\xc3", "\"a\\ufffd\\ufffd\"");
}

static void text_is_not_expanded_when_it_is_read_back(void **state)
{
	(void)state;
	assert_text("${HOME}", "\"$${HOME}\"");
	assert_text("$${HOME} $HOME ${", "\"$$${HOME} $HOME $${\"");
}

static void durations_are_read_back(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *printed;
	} rows[] = {
	    {1, "1ms"},        {1500, "1500ms"},    {1000, "1s"},         {90 * 1000, "90s"},
	    {60 * 1000, "1m"}, {3600 * 1000, "1h"}, {86400 * 1000, "1d"}, {INT64_C(400) * 86400 * 1000, "400d"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(32);
		int64_t ms;
		print_duration(rows[i].ms, &out);
		assert_string_equal(strbuf_text(&out), rows[i].printed);
		assert_true(parse_duration_ms(strbuf_text(&out), &ms));
		assert_true(ms == rows[i].ms);
	}
}

static void assert_rate_is_read_back(const char *rate)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(32);
	int64_t interval_ms, again_ms;
	assert_true(parse_rate_ms(rate, &interval_ms));
	print_rate(interval_ms, &out);
	if (!parse_rate_ms(strbuf_text(&out), &again_ms) || again_ms != interval_ms)
		fail_msg("%s was printed as \"%s\"", rate, strbuf_text(&out));
}

static void every_rate_is_read_back(void **state)
{
	(void)state;
	for (int count = 1; count < 3000; count++)
		for (const char *unit = "smhd"; *unit; unit++) {
			char rate[16];
			snprintf(rate, sizeof rate, "%d/%c", count, *unit);
			assert_rate_is_read_back(rate);
		}
}

static void usual_rates_look_as_usual(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(32);
	print_rate(1000, &out);
	strbuf_puts(&out, " ");
	print_rate(3600, &out);
	assert_string_equal(strbuf_text(&out), "1/s 1000/h");
	strbuf_reset(&out);
	print_rate(0, &out);
	assert_string_equal(strbuf_text(&out), "");
}

static void networks_are_printed_in_their_own_family(void **state)
{
	(void)state;
	static const struct {
		const char *text, *printed;
	} rows[] = {
	    {"203.0.113.0/24", "\"203.0.113.0/24\""},
	    {"203.0.113.7", "\"203.0.113.7/32\""},
	    {"0.0.0.0/0", "\"0.0.0.0/0\""},
	    {"2001:db8::/32", "\"2001:db8::/32\""},
	    {"::1", "\"::1/128\""},
	    {"::/0", "\"::/0\""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(64);
		struct cidr cidr;
		assert_true(parse_cidr(rows[i].text, &cidr));
		print_cidr(&cidr, &out);
		assert_string_equal(strbuf_text(&out), rows[i].printed);
	}
}

static void windows_are_read_back(void **state)
{
	(void)state;
	static const struct {
		const char *text, *printed;
	} rows[] = {
	    {"Sat 02:00-04:00", "Sat 02:00-04:00"}, {"Mon-Wed 22:30-02:05", "Mon,Tue,Wed 22:30-02:05"},
	    {"02:00-04:00", "02:00-04:00"},         {"Sun,Sat", "Sat,Sun"},
	    {"Sat-Sun 00:00-24:00", "Sat,Sun"},     {"Mon-Sun", "00:00-24:00"},
	    {"Mon-Sun 08:00-18:00", "08:00-18:00"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(64);
		struct policy_window window, again;
		char quoted[64];
		assert_true(policy_window_parse(rows[i].text, &window));
		print_window(&window, &out);
		snprintf(quoted, sizeof quoted, "\"%s\"", rows[i].printed);
		assert_string_equal(strbuf_text(&out), quoted);
		assert_true(policy_window_parse(rows[i].printed, &again));
		assert_memory_equal(&again, &window, sizeof window);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_is_quoted_for_yaml),
	    cmocka_unit_test(text_breaks_no_line_and_steers_no_terminal),
	    cmocka_unit_test(text_is_not_expanded_when_it_is_read_back),
	    cmocka_unit_test(durations_are_read_back),
	    cmocka_unit_test(every_rate_is_read_back),
	    cmocka_unit_test(usual_rates_look_as_usual),
	    cmocka_unit_test(networks_are_printed_in_their_own_family),
	    cmocka_unit_test(windows_are_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
