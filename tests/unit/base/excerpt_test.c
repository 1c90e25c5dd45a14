/* SPDX-License-Identifier: Apache-2.0 */
/* Untrusted values inside our sentences: short, one line, whole characters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/excerpt.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define TEN     "0123456789"
#define SIXTY   TEN TEN TEN TEN TEN TEN
#define EURO    "\xe2\x82\xac"
#define TEN_EUR EURO EURO EURO EURO EURO EURO EURO EURO EURO EURO

static void values_are_cut_on_a_character(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} rows[] = {
	    {"", ""},
	    {"alice", "alice"},
	    {EURO "\xf0\x9f\x94\xa5", EURO "\xf0\x9f\x94\xa5"},
	    {SIXTY "0123456", SIXTY "0123456"}, /* what fits is not cut */
	    {SIXTY "01234567", SIXTY "0123..."},
	    {SIXTY SIXTY, SIXTY "0123..."},
	    {SIXTY "0" EURO EURO EURO, SIXTY "0" EURO "..."},
	    {SIXTY "01" EURO EURO EURO, SIXTY "01..."},
	    {SIXTY "012" EURO "z", SIXTY "012" EURO "z"},
	    {TEN_EUR TEN_EUR EURO EURO, TEN_EUR TEN_EUR EURO EURO},
	    {TEN_EUR TEN_EUR EURO EURO EURO, TEN_EUR TEN_EUR EURO "..."},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_string_equal(excerpt(rows[i].text).text, rows[i].expected);
}

static void control_characters_are_questions(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} rows[] = {
	    {"a\r\nb", "a??b"},
	    {"\x01\x1f\x7f\t", "????"},
	    {"\x1b[31mred", "?[31mred"},
	    {"\xc2\x80\xc2\x85\xc2\x9b\xc2\x9f", "????"}, /* C1, of two bytes each */
	    {"\xc2\xa0\xc3\xa4", "\xc2\xa0\xc3\xa4"},
	    {"\xc2", "\xc2"},
	    {"\n\n" SIXTY "012345678", "??" SIXTY "01..."},
	    {SIXTY "012\xc2\x85\xc2\x85\xc2\x85", SIXTY "012..."},
	    {SIXTY "01\xc2\x85\xc2\x85\xc2\x85", SIXTY "01?..."},
	    {"<b>&\"'%s", "<b>&\"'%s"}, /* escaping is the channel's */
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_string_equal(excerpt(rows[i].text).text, rows[i].expected);
}

static void no_more_is_read_than_shown(void **state)
{
	(void)state;
	char bytes[EXCERPT_BYTES]; /* no NUL in it: a sanitizer sees a byte too many */
	memset(bytes, 'x', sizeof bytes);
	char *exact = malloc(sizeof bytes);
	assert_non_null(exact);
	memcpy(exact, bytes, sizeof bytes);
	assert_int_equal(strlen(excerpt(exact).text), EXCERPT_BYTES - 1);
	assert_string_equal(excerpt(exact).text + EXCERPT_BYTES - 4, "...");
	free(exact);
}

static void keys_are_shown_by_their_ends(void **state)
{
	(void)state;
	static const struct {
		const char *key, *expected;
	} rows[] = {
	    {"AKIAIOSFODNN7EXAMPLE", "AKIA...MPLE"},
	    {"ASIAI44QH8DHBEXAMPLE", "ASIA...MPLE"},
	    {"AKIA567890123456", "AKIA...3456"},
	    {"A" SIXTY "12", "A012...8912"},
	    /* no key, no secret: shown like any value */
	    {"", ""},
	    {"AKIA56789012345", "AKIA56789012345"},
	    {"akiaiosfodnn7example", "akiaiosfodnn7example"},
	    {"AKIAIOSFODNN7EXAMPL\n", "AKIAIOSFODNN7EXAMPL?"},
	    {"AKIAIOSFODNN7 EXAMPLE", "AKIAIOSFODNN7 EXAMPLE"},
	    {"A" SIXTY "1234", "A" SIXTY "1234"},
	    {"A" SIXTY SIXTY, "A" SIXTY "012..."},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_string_equal(excerpt_key(rows[i].key).text, rows[i].expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_cut_on_a_character),
	    cmocka_unit_test(control_characters_are_questions),
	    cmocka_unit_test(no_more_is_read_than_shown),
	    cmocka_unit_test(keys_are_shown_by_their_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
