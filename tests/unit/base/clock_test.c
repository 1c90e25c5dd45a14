/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text, both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

static const struct {
	const char *text;
	int64_t time_s;
} same_both_ways[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1969-12-31T23:59:59Z", -1},
    {"2026-11-24T03:55:01Z", 1795492501},
    {"2024-02-29T12:00:00Z", 1709208000},
    {"2038-01-19T03:14:08Z", 2147483648},
    {"0000-01-01T00:00:00Z", -62167219200},
    {"9999-12-31T23:59:59Z", 253402300799},
};

static void test_format_and_parse_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof same_both_ways / sizeof same_both_ways[0]; i++) {
		char text[CLOCK_UTC_BYTES];
		clock_format_utc(same_both_ways[i].time_s, text);
		assert_string_equal(text, same_both_ways[i].text);
		int64_t time_s;
		assert_true(clock_parse_utc(text, &time_s));
		assert_int_equal(time_s, same_both_ways[i].time_s);
	}
}

static void test_format_outside_of_four_digit_years(void **state)
{
	(void)state;
	static const int64_t outside[] = {-62167219201, 253402300800, INT64_MIN, INT64_MAX};
	for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
		char text[CLOCK_UTC_BYTES] = "x";
		clock_format_utc(outside[i], text);
		assert_string_equal(text, "");
	}
}

static void test_parse_variants(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t time_s;
	} rows[] = {
	    {"2026-11-24T03:55:01.999Z", 1795492501},  {"2026-11-24t03:55:01.123456789z", 1795492501},
	    {"2026-11-24T05:55:01+02:00", 1795492501}, {"2026-11-23T22:25:01-05:30", 1795492501},
	    {"2026-11-24T03:55:01-00:00", 1795492501}, {"2016-12-31T23:59:60Z", 1483228800}, /* a leap second */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t time_s;
		assert_true(clock_parse_utc(rows[i].text, &time_s));
		assert_int_equal(time_s, rows[i].time_s);
	}
}

static void test_parse_refuses(void **state)
{
	(void)state;
	static const char *const rows[] = {
	    "",
	    "2026",
	    "2026-11-24",
	    "2026-11-24T03:55Z",
	    "2026-11-24T03:55:01",
	    "2026-11-24 03:55:01Z",
	    "2026-11-24T03:55:01Zx",
	    "2026-11-24T03:55:01.Z",
	    "2026-11-24T03:55:01+2",
	    "2026-11-24T03:55:01+02:60",
	    "2026-11-24T03:55:01+24:00",
	    "2026-11-24T24:00:00Z",
	    "2026-11-24T03:60:01Z",
	    "2026-11-24T03:55:61Z",
	    "2026-13-01T00:00:00Z",
	    "2026-00-01T00:00:00Z",
	    "2026-01-00T00:00:00Z",
	    "2026-02-29T00:00:00Z",
	    "2026-04-31T00:00:00Z",
	    "-026-11-24T03:55:01Z",
	    "+2026-11-24T03:55:01Z",
	    " 2026-11-24T03:55:01Z",
	    "2026-1-24T03:55:01Z",
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t time_s = 42;
		if (clock_parse_utc(rows[i], &time_s))
			fail_msg("accepted: %s", rows[i]);
		assert_int_equal(time_s, 42);
	}
}

static void test_clocks_run(void **state)
{
	(void)state;
	int64_t monotonic_ms = clock_monotonic_ms();
	assert_true(clock_wall_s() > 1700000000);
	assert_in_range(clock_wall_ms() - clock_wall_s() * 1000, 0, 1999);
	assert_true(clock_monotonic_ms() >= monotonic_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_format_and_parse_agree),
	    cmocka_unit_test(test_format_outside_of_four_digit_years),
	    cmocka_unit_test(test_parse_variants),
	    cmocka_unit_test(test_parse_refuses),
	    cmocka_unit_test(test_clocks_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
