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
	struct scan_table table = scan_table_of(&named, false);
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
	struct scan_table table = scan_table_of(&unnamed, false);
	struct event event = event_at("2026-11-24T03:55:01Z", "111122223333");
	struct judgement judgement = judged(VERDICT_ANOMALY, SEVERITY_HIGH, "a\x1b[31m\nb\xe2\x80\xae");
	event.source_ip = "\x1b]0;x\x07";
	scan_table_row(&table, &event, &judgement, &out);
	assert_null(strpbrk(strbuf_text(&out), "\x1b\x07"));
	assert_null(strstr(strbuf_text(&out), "\xe2\x80\xae"));
	assert_ptr_equal(strchr(strbuf_text(&out), '\n'), strbuf_text(&out) + out.length - 1);
}

static void colours_change_no_column(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(4096);
	struct scan_table table = scan_table_of(&named, true);
	struct event event = event_at("2026-11-24T03:55:01Z", "111122223333");
	struct judgement critical = judged(VERDICT_ANOMALY, SEVERITY_CRITICAL, "Root signed in");
	struct judgement low = judged(VERDICT_ROUTINE, SEVERITY_LOW, "Root read");
	scan_table_head(&table, &out);
	scan_table_row(&table, &event, &critical, &out);
	scan_table_row(&table, &event, &low, &out);
	assert_string_equal(
	    strbuf_text(&out),
	    "\x1b[1mTIME                     SEVERITY  VERDICT   ACCOUNT              WHAT\x1b[0m\n"
	    "2026-11-24 03:55:01 UTC  \x1b[1;31mcritical\x1b[0m  anomaly   prod (111122223333)  Root signed in\n"
	    "2026-11-24 03:55:01 UTC  \x1b[36mlow\x1b[0m       routine   prod (111122223333)  Root read\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(columns_line_up),
	    cmocka_unit_test(untrusted_text_stays_in_its_line),
	    cmocka_unit_test(colours_change_no_column),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
