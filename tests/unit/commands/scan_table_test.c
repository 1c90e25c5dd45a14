/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/commands/scan_table.c: bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "commands/scan_table.h"
#include "rootwatch/scope.h"

static const struct policy_account accounts[] = {{.id = "111122223333", .name = "prod"},
                                                 {.id = "444455556666", .name = "Zo\xc3\xab"}};
static const struct policy named = {.accounts = accounts, .account_count = 2};
static const struct policy unnamed;

static struct event event_at(const char *time, const char *account)
{
	struct event event;
	event_blank(&event);
	event.recipient_account = account;
	if (time)
		assert_true(clock_parse_utc(time, &event.time_s));
	return event;
}

static struct judgement judged(enum verdict verdict, enum severity severity, const char *title)
{
	struct judgement judgement = {.verdict = verdict, .severity = severity};
	snprintf(judgement.title, sizeof judgement.title, "%s", title);
	return judgement;
}

static void columns_line_up(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(4096);
	struct scan_table table = scan_table_of(&named);
	struct event first = event_at("2026-11-24T03:55:01Z", "111122223333");
	struct event second = event_at("2026-11-24T03:55:02Z", "444455556666");
	struct event third = event_at(NULL, "");
	struct judgement critical = judged(VERDICT_ANOMALY, SEVERITY_CRITICAL, "Root signed in");
	struct judgement other = judged(VERDICT_NOT_ROOT, SEVERITY_INFO, "Not root");
	first.source_ip = "203.0.113.7";
	scan_table_head(&table, &out);
	scan_table_row(&table, &first, &critical, &out);
	scan_table_row(&table, &second, &other, &out);
	scan_table_row(&table, &third, &other, &out);
	assert_string_equal(
	    strbuf_text(&out),
	    "TIME                     SEVERITY  VERDICT   ACCOUNT              WHAT\n"
	    "2026-11-24 03:55:01 UTC  critical  anomaly   prod (111122223333)  Root signed in, from 203.0.113.7\n"
	    "2026-11-24 03:55:02 UTC  info      not_root  Zo\xc3\xab (444455556666)   Not root\n"
	    "unknown                  info      not_root  unknown account      Not root\n");
}

static void untrusted_text_stays_in_its_line(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(4096);
	struct scan_table table = scan_table_of(&unnamed);
	struct event event = event_at("2026-11-24T03:55:01Z", "111122223333");
	struct judgement judgement = judged(VERDICT_ANOMALY, SEVERITY_HIGH, "a\x1b[31m\nb\xe2\x80\xae");
	event.source_ip = "\x1b]0;x\x07";
	scan_table_row(&table, &event, &judgement, &out);
	assert_null(strpbrk(strbuf_text(&out), "\x1b\x07"));
	assert_null(strstr(strbuf_text(&out), "\xe2\x80\xae"));
	assert_ptr_equal(strchr(strbuf_text(&out), '\n'), strbuf_text(&out) + out.length - 1);
}

static void assert_summary(const struct scan_totals *totals, const char *expected)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(1024);
	scan_totals_render(totals, &out);
	assert_string_equal(strbuf_text(&out), expected);
}

static void the_summary_counts(void **state)
{
	(void)state;
	struct scan_totals totals = {.files = 1};
	assert_summary(&totals, "0 events in 1 file\n");

	struct event early = event_at("2026-11-24T03:55:01Z", ""), late = event_at("2026-11-25T00:00:00Z", "");
	struct event timeless = event_at(NULL, "");
	struct judgement other = judged(VERDICT_NOT_ROOT, SEVERITY_INFO, "");
	scan_totals_add(&totals, &late, &other, false);
	assert_summary(&totals,
	               "1 event in 1 file, 2026-11-25 00:00:00 UTC: 0 anomaly, 0 routine, 0 service, 1 not_root\n");

	struct judgement low = judged(VERDICT_ROUTINE, SEVERITY_LOW, ""), high = judged(VERDICT_ANOMALY, SEVERITY_HIGH, "");
	totals.files = 2;
	totals.digests = 1;
	scan_totals_add(&totals, &timeless, &low, false);
	scan_totals_add(&totals, &early, &high, false);
	scan_totals_add(&totals, &early, &high, true);
	assert_summary(&totals,
	               "4 events in 2 files, 2026-11-24 03:55:01 UTC to 2026-11-25 00:00:00 UTC: 1 anomaly, 1 routine, "
	               "0 service, 1 not_root, 1 duplicate; worst severity: high; 1 file is a CloudTrail digest\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(columns_line_up),
	    cmocka_unit_test(untrusted_text_stays_in_its_line),
	    cmocka_unit_test(the_summary_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
