/* SPDX-License-Identifier: Apache-2.0 */
/* Error sentences: formatting, prefixing, and cutting without breaking a character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "rootwatch/err.h"

static void test_set_formats_and_says_false(void **state)
{
	(void)state;
	struct err err = {"old"};
	assert_false(err_set(&err, "open %s: error %d", "x.db", 5));
	assert_string_equal(err.text, "open x.db: error 5");
}

static void test_prefix_goes_in_front(void **state)
{
	(void)state;
	struct err err = {"disk I/O error"};
	assert_false(err_prefix(&err, "open store %s", "/data/x.db"));
	assert_string_equal(err.text, "open store /data/x.db: disk I/O error");
}

static void test_null_is_fine(void **state)
{
	(void)state;
	assert_false(err_set(NULL, "%d", 1));
	assert_false(err_prefix(NULL, "%d", 1));
}

static void test_argument_may_be_the_text_itself(void **state)
{
	(void)state;
	struct err err = {"inner"};
	err_set(&err, "%s, twice: %s", err.text, err.text);
	assert_string_equal(err.text, "inner, twice: inner");
}

static void test_long_text_is_cut_between_characters(void **state)
{
	(void)state;
	char longer[2 * ERR_TEXT_BYTES];
	for (size_t i = 0; i + 1 < sizeof longer; i += 2)
		memcpy(longer + i, "\xc3\xa4", 2);
	longer[sizeof longer - 2] = '\0';
	struct err err;
	err_set(&err, "%s", longer);
	assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 2); /* 511 would end inside a character */
	err_set(&err, "x%s", longer);
	assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
}

static void test_long_prefix_keeps_its_beginning(void **state)
{
	(void)state;
	char longer[2 * ERR_TEXT_BYTES];
	memset(longer, 'p', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	struct err err = {"cause"};
	err_prefix(&err, "%s", longer);
	assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
	assert_int_equal(strspn(err.text, "p"), ERR_TEXT_BYTES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_set_formats_and_says_false),
	    cmocka_unit_test(test_prefix_goes_in_front),
	    cmocka_unit_test(test_null_is_fine),
	    cmocka_unit_test(test_argument_may_be_the_text_itself),
	    cmocka_unit_test(test_long_text_is_cut_between_characters),
	    cmocka_unit_test(test_long_prefix_keeps_its_beginning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
