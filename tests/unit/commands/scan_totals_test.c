/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/commands/scan_totals.c: what is counted, bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "commands/scan_totals.h"
#include "rootwatch/scope.h"

static const struct policy_account accounts[] = {{.id = "111122223333", .name = "prod"}};
static const struct policy named = {.accounts = accounts, .account_count = 1};

static void add(struct scan_totals *totals, const char *time, const char *account, enum verdict verdict,
                enum severity severity)
{
	struct event event;
	const struct judgement judgement = {.verdict = verdict, .severity = severity};
	event_blank(&event);
	event.recipient_account = account;
	if (time)
		assert_true(clock_parse_utc(time, &event.time_s));
	scan_totals_add(totals, &event, &judgement, false);
}

static void assert_summary(const struct scan_totals *totals, const char *expected)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(16 * 1024);
	scan_totals_render(totals, &named, &out);
	assert_string_equal(strbuf_text(&out), expected);
}

static void nothing_is_little_to_say(void **state)
{
	(void)state;
	const struct scan_totals totals = {.files = 1};
	assert_summary(&totals, "0 events in 1 file\n");
}

static void one_event_is_a_time_and_no_finding(void **state)
{
	(void)state;
	struct scan_totals totals = {.files = 1};
	add(&totals, "2026-11-25T00:00:00Z", "111122223333", VERDICT_NOT_ROOT, SEVERITY_INFO);
	assert_summary(&totals, "1 event in 1 file, 2026-11-25 00:00:00 UTC\n"
	                        "verdicts    0 anomaly, 0 routine, 0 service, 1 not_root\n"
	                        "accounts    prod (111122223333): 1 event\n");
	scan_totals_done(&totals);
}

static void everything_is_counted(void **state)
{
	(void)state;
	struct scan_totals totals = {.files = 2, .digests = 1};
	add(&totals, "2026-11-25T00:00:00Z", "111122223333", VERDICT_ROUTINE, SEVERITY_LOW);
	add(&totals, NULL, "444455556666", VERDICT_ANOMALY, SEVERITY_HIGH);
	add(&totals, "2026-11-24T03:55:01Z", "444455556666", VERDICT_ANOMALY, SEVERITY_CRITICAL);
	add(&totals, "2026-11-24T05:00:00Z", "", VERDICT_SERVICE, SEVERITY_INFO);
	const struct judgement again = {.verdict = VERDICT_ANOMALY, .severity = SEVERITY_CRITICAL};
	struct event event;
	event_blank(&event);
	scan_totals_add(&totals, &event, &again, true);
	assert_summary(&totals,
	               "5 events in 2 files, 2026-11-24 03:55:01 UTC to 2026-11-25 00:00:00 UTC; 1 file is a "
	               "CloudTrail digest\n"
	               "verdicts    2 anomaly, 1 routine, 1 service, 0 not_root; 1 duplicate; worst severity: critical\n"
	               "severities  1 critical, 1 high, 1 low\n"
	               "accounts    444455556666: 2 events, 2 findings, worst critical\n"
	               "            prod (111122223333): 1 event, 1 finding, worst low\n"
	               "            unknown account: 1 event\n");
	scan_totals_done(&totals);
}

/* The worst are shown; nothing is lost however many there are. */
static void accounts_are_bounded(void **state)
{
	(void)state;
	enum { ACCOUNTS = 20000 };
	struct scan_totals totals = {.files = 1};
	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < ACCOUNTS; i++) {
			char id[16];
			snprintf(id, sizeof id, "%012d", i * 7919 % ACCOUNTS);
			bool worst = i * 7919 % ACCOUNTS == 15;
			add(&totals, NULL, id, worst ? VERDICT_ANOMALY : VERDICT_NOT_ROOT, worst ? SEVERITY_HIGH : SEVERITY_INFO);
		}
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(16 * 1024);
	scan_totals_render(&totals, &named, &out);
	assert_non_null(strstr(strbuf_text(&out), "40000 events"));
	assert_non_null(strstr(strbuf_text(&out), "accounts    000000000015: 2 events, 2 findings, worst high\n"));
	assert_non_null(strstr(strbuf_text(&out), "and 16374 or more\n"));
	scan_totals_done(&totals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_little_to_say),
	    cmocka_unit_test(one_event_is_a_time_and_no_finding),
	    cmocka_unit_test(everything_is_counted),
	    cmocka_unit_test(accounts_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
