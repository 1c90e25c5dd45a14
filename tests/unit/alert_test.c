/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/alert.c and src/alert_text.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rootwatch/scope.h"
#include "sample_alert.h"

enum { NOW_S = SAMPLE_TIME_S + 240 };

static void every_name_is_read_back(void **state)
{
	(void)state;
	for (int i = 0; i < SEVERITY_COUNT; i++) {
		enum severity severity = (enum severity)(SEVERITY_COUNT - 1 - i);
		assert_true(severity_parse(severity_name((enum severity)i), &severity));
		assert_int_equal(severity, i);
	}
	for (int i = 0; i < VERDICT_COUNT; i++) {
		enum verdict verdict = (enum verdict)(VERDICT_COUNT - 1 - i);
		assert_true(verdict_parse(verdict_name((enum verdict)i), &verdict));
		assert_int_equal(verdict, i);
	}
	for (int i = 0; i < ACTOR_COUNT; i++) {
		enum actor actor = (enum actor)(ACTOR_COUNT - 1 - i);
		assert_true(actor_parse(actor_name((enum actor)i), &actor));
		assert_int_equal(actor, i);
	}
	assert_string_equal(severity_name(SEVERITY_CRITICAL), "critical");
	assert_string_equal(verdict_name(VERDICT_NOT_ROOT), "not_root");
	assert_string_equal(actor_name(ACTOR_ROOT_FEDERATED), "root_federated");
}

static void unknown_names_leave_the_result_alone(void **state)
{
	(void)state;
	enum severity severity = SEVERITY_HIGH;
	enum verdict verdict = VERDICT_ROUTINE;
	enum actor actor = ACTOR_ASSUMED_ROOT;
	assert_false(severity_parse("Critical", &severity));
	assert_false(severity_parse("", &severity));
	assert_false(verdict_parse("normal", &verdict));
	assert_false(actor_parse("root", &actor));
	assert_int_equal(severity, SEVERITY_HIGH);
	assert_int_equal(verdict, VERDICT_ROUTINE);
	assert_int_equal(actor, ACTOR_ASSUMED_ROOT);
}

static void times_are_utc_and_say_how_long_ago(void **state)
{
	(void)state;
	static const struct {
		int64_t time_s, now_s;
		const char *expected;
	} cases[] = {
	    {0, SAMPLE_TIME_S, "unknown"},
	    {SAMPLE_TIME_S, SAMPLE_TIME_S, "2026-11-24 03:55:01 UTC (0 seconds ago)"},
	    {SAMPLE_TIME_S, SAMPLE_TIME_S + 1, "2026-11-24 03:55:01 UTC (1 second ago)"},
	    {SAMPLE_TIME_S, SAMPLE_TIME_S + 119, "2026-11-24 03:55:01 UTC (119 seconds ago)"},
	    {SAMPLE_TIME_S, SAMPLE_TIME_S + 120, "2026-11-24 03:55:01 UTC (2 minutes ago)"},
	    {SAMPLE_TIME_S, SAMPLE_TIME_S + 7199, "2026-11-24 03:55:01 UTC (119 minutes ago)"},
	    {SAMPLE_TIME_S, SAMPLE_TIME_S + 7200, "2026-11-24 03:55:01 UTC (2 hours ago)"},
	    {SAMPLE_TIME_S, SAMPLE_TIME_S + 172800, "2026-11-24 03:55:01 UTC (2 days ago)"},
	    {SAMPLE_TIME_S, SAMPLE_TIME_S - 300, "2026-11-24 03:55:01 UTC (5 minutes ahead of this clock)"},
	    {INT64_MAX, SAMPLE_TIME_S, "unknown"},
	    {INT64_MIN, INT64_MAX, "unknown"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(200);
		alert_render_time_ago(cases[i].time_s, cases[i].now_s, &out);
		assert_string_equal(strbuf_text(&out), cases[i].expected);
	}
}

static void accounts_are_named_when_they_have_a_name(void **state)
{
	(void)state;
	static const struct {
		const char *id, *name, *expected, *subject;
	} cases[] = {
	    {"111122223333", "prod", "prod (111122223333)", "[CRITICAL] prod 111122223333: Root"},
	    {"111122223333", "", "111122223333", "[CRITICAL] 111122223333: Root"},
	    {"", "prod", "unknown account", "[CRITICAL] unknown account: Root"},
	    {"", "", "unknown account", "[CRITICAL] unknown account: Root"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		SCOPED(strbuf) struct strbuf account = STRBUF_INIT(200), subject = STRBUF_INIT(200);
		struct alert alert = sample_alert();
		alert.account_id = cases[i].id;
		alert.account_name = cases[i].name;
		alert.title = "Root";
		alert_render_account(&alert, &account);
		alert_render_subject(&alert, 200, &subject);
		assert_string_equal(strbuf_text(&account), cases[i].expected);
		assert_string_equal(strbuf_text(&subject), cases[i].subject);
	}
}

static void a_subject_keeps_its_limit_and_says_drill_first(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.drill = true;
	SCOPED(strbuf) struct strbuf whole = STRBUF_INIT(200), cut = STRBUF_INIT(200);
	alert_render_subject(&alert, 200, &whole);
	assert_string_equal(strbuf_text(&whole),
	                    "DRILL [CRITICAL] prod 111122223333: Root signed in to the console without MFA");
	alert_render_subject(&alert, 40, &cut);
	assert_string_equal(strbuf_text(&cut), "DRILL [CRITICAL] prod 111122223333: R\xe2\x80\xa6");
}

static void the_text_tells_everything_in_order(void **state)
{
	(void)state;
	static const char expected[] =
	    "[CRITICAL] prod 111122223333: Root signed in to the console without MFA\n"
	    "\n"
	    "Verdict: anomaly, critical: no routine rule explains it\n"
	    "Account: prod (111122223333)\n"
	    "Call:    ConsoleLogin on signin.amazonaws.com, succeeded\n"
	    "Who:     root user, console session, without MFA\n"
	    "From:    203.0.113.7, region us-east-1\n"
	    "Agent:   Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\n"
	    "When:    2026-11-24 03:55:01 UTC (4 minutes ago)\n"
	    "\n"
	    "Why\n"
	    "  - critical: ConsoleLogin succeeded and additionalEventData.MFAUsed is \"No\" (T1078.004)\n"
	    "  - high: responseElements.ConsoleLogin is \"Success\" (T1078.004)\n"
	    "\n"
	    "What to do now\n"
	    "  1. Ask the people who hold root's password whether this was them, on another channel than e-mail.\n"
	    "  2. If it was not: reset root's password, then look at every event of this session.\n"
	    "\n"
	    "CloudTrail: https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events/"
	    "8a7b1c2d-0000-4000-8000-000000000001\n"
	    "finding f-01JDEXAMPLE000000000000000, event 8a7b1c2d-0000-4000-8000-000000000001\n";
	struct alert alert = sample_alert();
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(8192);
	alert_render_text(&alert, NOW_S, &out);
	assert_string_equal(strbuf_text(&out), expected);
}

/* The lines that change with what happened. */
static void the_text_says_what_is_special(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.drill = alert.failed = true;
	alert.verdict = VERDICT_ROUTINE;
	alert.severity = SEVERITY_LOW;
	alert.explanation = "routine rule \"yearly drill\"";
	alert.error_code = "AccessDenied";
	alert.error_message = "not authorized";
	alert.late_s = 9000;
	static const char *const lines[] = {
	    "DRILL [LOW] prod 111122223333: ",
	    "\nDrill:   a test of this channel. Nothing happened in any account.\n",
	    "\nVerdict: routine, low: explained by routine rule \"yearly drill\"\n",
	    "\nCall:    ConsoleLogin on signin.amazonaws.com, FAILED: AccessDenied: not authorized\n",
	    "(4 minutes ago); LATE: arrived 2 hours later than usual\n",
	};
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(8192);
	alert_render_text(&alert, NOW_S, &out);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (!strstr(strbuf_text(&out), lines[i]))
			fail_msg("\"%s\" is not in:\n%s", lines[i], strbuf_text(&out));
	assert_ptr_equal(strstr(strbuf_text(&out), "DRILL"), strbuf_text(&out));
}

static void the_text_of_an_empty_alert_is_still_a_text(void **state)
{
	(void)state;
	static const char expected[] = "[HIGH] unknown account: no title\n"
	                               "\n"
	                               "Verdict: anomaly, high: no routine rule explains it\n"
	                               "Account: unknown account\n"
	                               "Call:    unknown call, succeeded\n"
	                               "Who:     root_user\n"
	                               "From:    unknown address\n"
	                               "When:    unknown; received 2026-11-24 03:55:21 UTC (2 minutes ago)\n"
	                               "\n"
	                               "finding f-01JDEXAMPLE000000000000000\n";
	struct alert alert = hostile_alert("");
	alert.failed = false;
	alert.severity = SEVERITY_HIGH;
	alert.event_time_s = 0;
	alert.signal_count = alert.step_count = 0;
	alert.console_url = "";
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(8192);
	alert_render_text(&alert, SAMPLE_TIME_S + 20 + 120, &out);
	assert_string_equal(strbuf_text(&out), expected);
}

/* In columns, not bytes. */
static size_t longest_line(const char *text)
{
	size_t longest = 0, columns = 0;
	for (; *text != '\0'; text++) {
		columns = *text == '\n' ? 0 : columns + (((unsigned char)*text & 0xc0) != 0x80);
		longest = columns > longest ? columns : longest;
	}
	return longest;
}

static void long_values_are_wrapped_and_cut(void **state)
{
	(void)state;
	enum { MEGABYTE = 1000000 };
	SCOPED(text) char *words = malloc(MEGABYTE + 1);
	assert_non_null(words);
	for (size_t i = 0; i < MEGABYTE; i++)
		words[i] = i % 7 == 6 ? ' ' : 'w';
	words[MEGABYTE] = '\0';
	struct alert alert = hostile_alert(words);
	alert.console_url = "";
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(16384);
	alert_render_text(&alert, NOW_S, &out);
	assert_false(out.overflowed);
	assert_in_range(longest_line(strbuf_text(&out)), 80, 100);
	assert_non_null(strstr(strbuf_text(&out), "\n         w"));        /* hanging below a fact */
	assert_non_null(strstr(strbuf_text(&out), "\n  - and 58 more\n")); /* signals beyond the six shown */
}

static void untrusted_text_makes_no_lines_of_its_own(void **state)
{
	(void)state;
	struct alert plain = hostile_alert("ab"), hostile = hostile_alert("\r\n");
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(16384);
	SCOPED(strbuf) struct strbuf expected = STRBUF_INIT(16384);
	alert_render_text(&plain, NOW_S, &expected);
	alert_render_text(&hostile, NOW_S, &out);
	size_t lines = 0;
	for (const char *p = strbuf_text(&expected); *p != '\0'; p++)
		lines += *p == '\n';
	for (const char *p = strbuf_text(&out); *p != '\0'; p++) {
		assert_true(*p != '\r');
		lines -= *p == '\n';
	}
	assert_int_equal(lines, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_name_is_read_back),
	    cmocka_unit_test(unknown_names_leave_the_result_alone),
	    cmocka_unit_test(times_are_utc_and_say_how_long_ago),
	    cmocka_unit_test(accounts_are_named_when_they_have_a_name),
	    cmocka_unit_test(a_subject_keeps_its_limit_and_says_drill_first),
	    cmocka_unit_test(the_text_tells_everything_in_order),
	    cmocka_unit_test(the_text_says_what_is_special),
	    cmocka_unit_test(the_text_of_an_empty_alert_is_still_a_text),
	    cmocka_unit_test(long_values_are_wrapped_and_cut),
	    cmocka_unit_test(untrusted_text_makes_no_lines_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
