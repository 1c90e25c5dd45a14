/* SPDX-License-Identifier: Apache-2.0 */
/* Time zone files: one made here, whole and damaged in every byte, and those of this system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "rootwatch/scope.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

DEFINE_SCOPE(zone, struct zone, zone_free)

/* An empty version 1 block, then: +1:00 until 1000, +2:00 until 2000, -1:00 until 3000, then by the rule. */
static const char made[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                           "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1"
                           "\0\0\0\0\0\0\0"
                           "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                           "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\3\0\0\0\3\0\0\0\4"
                           "\0\0\0\0\0\0\x03\xe8\0\0\0\0\0\0\x07\xd0\0\0\0\0\0\0\x0b\xb8"
                           "\1\2\0"
                           "\0\0\x0e\x10\0\0\0\0\x1c\x20\1\0\xff\xff\xf1\xf0\0\0"
                           "ABC\0"
                           "\nCET-1CEST,M3.5.0,M10.5.0/3\n";
enum { MADE_BYTES = sizeof made - 1, TIMES_AT = 44 + 7 + 44, INDEXES_AT = TIMES_AT + 24, TYPES_AT = INDEXES_AT + 3 };

static void test_offsets_of_a_file(void **state)
{
	(void)state;
	SCOPED(zone) struct zone *zone = zone_read(made, MADE_BYTES);
	assert_non_null(zone);
	static const struct {
		int64_t time_s;
		int32_t offset_s;
	} rows[] = {
	    {INT64_MIN, 3600}, {999, 3600},  {1000, 7200},       {1999, 7200},       {2000, -3600},
	    {2999, -3600},     {3000, 3600}, {1774745999, 3600}, {1774746000, 7200}, {INT64_MAX, 3600},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_int_equal(zone_offset_s(zone, rows[i].time_s), rows[i].offset_s);
}

static void test_without_a_rule_the_last_offset_stays(void **state)
{
	(void)state;
	char bytes[MADE_BYTES];
	memcpy(bytes, made, sizeof bytes);
	size_t rule_at = MADE_BYTES - strlen("CET-1CEST,M3.5.0,M10.5.0/3\n");
	bytes[rule_at] = '\n';
	bytes[INDEXES_AT + 2] = 2;
	SCOPED(zone) struct zone *zone = zone_read(bytes, rule_at + 1);
	assert_non_null(zone);
	assert_int_equal(zone_offset_s(zone, 1782864000), -3600);
}

static void test_truncated_file_is_refused(void **state)
{
	(void)state;
	for (size_t length = 0; length < MADE_BYTES; length++) {
		SCOPED(text) char *bytes = malloc(length ? length : 1); /* exact: a sanitizer sees a read beyond it */
		assert_non_null(bytes);
		memcpy(bytes, made, length);
		if (zone_read(bytes, length))
			fail_msg("read from %zu bytes", length);
	}
}

static void test_damaged_file_is_refused(void **state)
{
	(void)state;
	static const struct {
		size_t place;
		char byte;
	} rows[] = {
	    {0, 'X'},                /* magic */
	    {4, '\0'},               /* version 1 */
	    {TIMES_AT - 44, 'X'},    /* the second magic */
	    {TIMES_AT - 12, '\x7f'}, /* a count of transitions that overflows 32 bits of bytes */
	    {TIMES_AT - 8, '\x7f'},  /* of types */
	    {TIMES_AT - 4, '\x7f'},  /* of names */
	    {TIMES_AT - 16, '\x7f'}, /* of leap seconds */
	    {TIMES_AT + 14, '\x01'}, /* transitions out of order */
	    {INDEXES_AT, '\3'},      /* a type that is not there */
	    {TYPES_AT + 6, '\x40'},  /* an offset of years */
	    {MADE_BYTES - 1, 'x'},   /* the rule's end */
	    {MADE_BYTES - 4, 'x'},   /* the rule */
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char bytes[MADE_BYTES];
		memcpy(bytes, made, sizeof bytes);
		bytes[rows[i].place] = rows[i].byte;
		if (zone_read(bytes, sizeof bytes))
			fail_msg("accepted row %zu", i);
	}
}

static void test_names_cannot_leave_the_directory(void **state)
{
	(void)state;
	static const char *const rows[] = {
	    "",
	    "/etc/passwd",
	    "../../../etc/passwd",
	    "Europe/../../../../etc/passwd",
	    "Europe/Berlin\n",
	    "Europe Berlin",
	    "zone.tab",
	    "Europe",
	    "Nowhere/At_All",
	    "Europe_with_a_name_that_is_longer_than_any_that_tzdata_will_ever_have",
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct err err = {""};
		if (zone_load(rows[i], &err))
			fail_msg("loaded \"%s\"", rows[i]);
		assert_string_not_equal(err.text, "");
	}
}

static void test_utc_and_null_are_zero(void **state)
{
	(void)state;
	SCOPED(zone) struct zone *utc = zone_load("UTC", NULL);
	SCOPED(zone) struct zone *long_name = zone_load("Etc/UTC", NULL);
	assert_non_null(utc);
	assert_non_null(long_name);
	assert_int_equal(zone_offset_s(utc, 1782864000), 0);
	assert_int_equal(zone_offset_s(long_name, INT64_MIN), 0);
	assert_int_equal(zone_offset_s(NULL, 1782864000), 0);
	zone_free(NULL);
}

static void test_zones_of_this_system(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int64_t time_s;
		int32_t offset_s;
	} rows[] = {
	    {"Europe/Berlin", 1782864000, 7200}, /* 2026-07-01 */
	    {"Europe/Berlin", 1767225600, 3600}, /* 2026-01-01 */
	    {"Europe/Berlin", 4118860800, 7200}, /* 2100-07-10 */
	    {"Europe/Berlin", 268099200, 3600},  /* 1978-07-01, before there was daylight saving */
	    {"America/New_York", 1782864000, -14400}, {"Australia/Sydney", 1767225600, 39600},
	    {"Asia/Kolkata", 1782864000, 19800},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct err err = {""};
		SCOPED(zone) struct zone *zone = zone_load(rows[i].name, &err);
		if (!zone)
			fail_msg("%s", err.text);
		if (zone_offset_s(zone, rows[i].time_s) != rows[i].offset_s)
			fail_msg("%s %lld", rows[i].name, (long long)rows[i].time_s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_offsets_of_a_file),
	    cmocka_unit_test(test_without_a_rule_the_last_offset_stays),
	    cmocka_unit_test(test_truncated_file_is_refused),
	    cmocka_unit_test(test_damaged_file_is_refused),
	    cmocka_unit_test(test_names_cannot_leave_the_directory),
	    cmocka_unit_test(test_utc_and_null_are_zero),
	    cmocka_unit_test(test_zones_of_this_system),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
