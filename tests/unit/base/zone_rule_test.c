/* SPDX-License-Identifier: Apache-2.0 */
/* The rule at the end of a time zone file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "base/zone_rule.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define BERLIN        "CET-1CEST,M3.5.0,M10.5.0/3"
#define NEW_YORK      "EST5EDT,M3.2.0,M11.1.0"
#define SYDNEY        "AEST-10AEDT,M10.1.0,M4.1.0/3"
#define DUBLIN        "IST-1GMT0,M10.5.0,M3.5.0/1"
#define NUUK          "<-02>2<-01>,M3.5.0/-1,M10.5.0/0"
#define GAZA          "EET-2EEST,M3.4.4/50,M10.4.4/50"

static void test_offsets(void **state)
{
	(void)state;
	static const struct {
		const char *rule, *time;
		int32_t offset_s;
	} rows[] = {
	    {"UTC0", "2026-07-01T00:00:00Z", 0},
	    {"<+0545>-5:45", "2026-07-01T00:00:00Z", 20700},
	    {"<-03>3", "2026-07-01T00:00:00Z", -10800},
	    {BERLIN, "2026-03-29T00:59:59Z", 3600},
	    {BERLIN, "2026-03-29T01:00:00Z", 7200},
	    {BERLIN, "2026-10-25T00:59:59Z", 7200},
	    {BERLIN, "2026-10-25T01:00:00Z", 3600},
	    {BERLIN, "2400-07-01T00:00:00Z", 7200},
	    {BERLIN, "2025-12-31T23:30:00Z", 3600},
	    {NEW_YORK, "2026-03-08T06:59:59Z", -18000},
	    {NEW_YORK, "2026-03-08T07:00:00Z", -14400},
	    {NEW_YORK, "2026-11-01T05:59:59Z", -14400},
	    {NEW_YORK, "2026-11-01T06:00:00Z", -18000},
	    {SYDNEY, "2026-01-01T00:00:00Z", 39600}, /* saving spans the new year */
	    {SYDNEY, "2026-07-01T00:00:00Z", 36000},
	    {SYDNEY, "2026-12-31T23:00:00Z", 39600},
	    {DUBLIN, "2026-01-15T00:00:00Z", 0}, /* "saving" is winter, and negative */
	    {DUBLIN, "2026-07-15T00:00:00Z", 3600},
	    {NUUK, "2026-03-29T00:59:59Z", -7200}, /* an hour before its day begins */
	    {NUUK, "2026-03-29T01:00:00Z", -3600},
	    {GAZA, "2026-03-27T23:59:59Z", 7200}, /* fifty hours after its day began */
	    {GAZA, "2026-03-28T00:00:00Z", 10800},
	    {"AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0}, /* J60 is the first of March in every year */
	    {"AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 3600},
	    {"AAA0BBB,J60/0,J300/0", "2026-03-01T00:00:00Z", 3600},
	    {"AAA0BBB,J59/0,J300/0", "2026-02-28T00:00:00Z", 3600},
	    {"AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z", 3600}, /* day 59 is not */
	    {"AAA0BBB,59/0,300/0", "2026-02-28T23:59:59Z", 0},
	    {"AAA0BBB,59/0,300/0", "2026-03-01T00:00:00Z", 3600},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_rule rule;
		int64_t time_s;
		assert_true(zone_rule_parse(rows[i].rule, &rule));
		assert_true(clock_parse_utc(rows[i].time, &time_s));
		int32_t offset_s = zone_rule_offset_s(&rule, time_s);
		if (offset_s != rows[i].offset_s)
			fail_msg("%s at %s: %d", rows[i].rule, rows[i].time, (int)offset_s);
	}
}

static void test_refuses(void **state)
{
	(void)state;
	static const char *const rows[] = {
	    "",
	    "U0",
	    "UTC",
	    "UTC0 ",
	    "UTC25",
	    "UTC0:60",
	    "UTC0:00:60",
	    "<+01-1",
	    "CET-1CEST",
	    "CET-1CEST,M3.5.0",
	    "CET-1CEST,M3.5.0,",
	    "CET-1CEST,M3.5.0,M10.5.0/3x",
	    "CET-1CEST,M0.5.0,M10.5.0",
	    "CET-1CEST,M13.5.0,M10.5.0",
	    "CET-1CEST,M3.0.0,M10.5.0",
	    "CET-1CEST,M3.6.0,M10.5.0",
	    "CET-1CEST,M3.5.7,M10.5.0",
	    "CET-1CEST,M3.5,M10.5.0",
	    "CET-1CEST,J0,J10",
	    "CET-1CEST,J366,J10",
	    "CET-1CEST,366,10",
	    "CET-1CEST,M3.5.0/168,M10.5.0",
	    "CET-1CEST,M3.5.0/,M10.5.0",
	    "CET-1C,M3.5.0,M10.5.0",
	    "CET-99999999999999999999",
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct zone_rule rule;
		if (zone_rule_parse(rows[i], &rule))
			fail_msg("accepted \"%s\"", rows[i]);
	}
}

static void test_ends_of_time(void **state)
{
	(void)state;
	struct zone_rule rule;
	assert_true(zone_rule_parse(BERLIN, &rule));
	assert_int_equal(zone_rule_offset_s(&rule, INT64_MIN), 3600);
	assert_int_equal(zone_rule_offset_s(&rule, INT64_MAX), 3600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_offsets),
	    cmocka_unit_test(test_refuses),
	    cmocka_unit_test(test_ends_of_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
