/* SPDX-License-Identifier: Apache-2.0 */
/* The capped string: growth, the sticky overflow, cutting, handing over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "rootwatch/scope.h"
#include "rootwatch/strbuf.h"

static void test_empty_buffer_is_empty_text(void **state)
{
	(void)state;
	struct strbuf buffer = STRBUF_INIT(10);
	assert_string_equal(strbuf_text(&buffer), "");
	strbuf_puts(&buffer, "");
	strbuf_truncate(&buffer, 0);
	strbuf_reset(&buffer);
	strbuf_done(&buffer);
	assert_string_equal(strbuf_text(&buffer), "");
}

static void test_grows_to_the_limit_and_not_beyond(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf buffer = STRBUF_INIT(1000);
	for (int i = 0; i < 1000; i++)
		strbuf_putc(&buffer, (char)('a' + i % 26));
	assert_false(buffer.overflowed);
	assert_int_equal(buffer.length, 1000);
	assert_int_equal(strlen(buffer.data), 1000);
	strbuf_putc(&buffer, 'x');
	assert_true(buffer.overflowed);
	assert_int_equal(buffer.length, 1000);
}

static void test_too_long_piece_is_left_out_whole(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf buffer = STRBUF_INIT(8);
	strbuf_puts(&buffer, "12345");
	strbuf_printf(&buffer, "%s", "6789");
	assert_true(buffer.overflowed);
	assert_string_equal(strbuf_text(&buffer), "12345");
	strbuf_reset(&buffer);
	assert_false(buffer.overflowed);
	assert_string_equal(strbuf_text(&buffer), "");
}

static void test_bytes_may_hold_nuls(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf buffer = STRBUF_INIT(8);
	strbuf_add(&buffer, "a\0b", 3);
	assert_int_equal(buffer.length, 3);
	assert_memory_equal(buffer.data, "a\0b", 4);
}

static void test_printf_longer_than_the_first_capacity(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf buffer = STRBUF_INIT(SIZE_MAX);
	strbuf_printf(&buffer, "%0500d|", 7);
	strbuf_printf(&buffer, "%s", "end");
	assert_int_equal(buffer.length, 504);
	assert_string_equal(buffer.data + 499, "7|end");
}

static void test_steal_hands_over(void **state)
{
	(void)state;
	struct strbuf buffer = STRBUF_INIT(8);
	SCOPED(text) char *nothing = strbuf_steal(&buffer);
	assert_string_equal(nothing, "");
	strbuf_puts(&buffer, "text");
	SCOPED(text) char *text = strbuf_steal(&buffer);
	assert_string_equal(text, "text");
	assert_null(buffer.data);
	strbuf_puts(&buffer, "too much text");
	assert_null(strbuf_steal(&buffer));
	assert_false(buffer.overflowed);
}

static void test_utf8_prefix(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t limit, expected;
	} rows[] = {
	    {"abc", 5, 3},
	    {"abc", 3, 3},
	    {"abc", 2, 2},
	    {"", 0, 0},
	    {"a\xc3\xa4", 2, 1},
	    {"a\xc3\xa4", 3, 3},
	    {"\xe2\x82\xac!", 2, 0},
	    {"\xe2\x82\xac!", 3, 3},
	    {"\xf0\x9f\x94\xa5", 3, 0},
	    {"x\xf0\x9f\x94\xa5y", 4, 1},
	    {"\x80\x80\x80\x80\x80\x80", 5, 5}, /* no UTF-8: cut where the limit says */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(utf8_prefix(rows[i].text, strlen(rows[i].text), rows[i].limit), rows[i].expected);
}

static void test_truncate_keeps_characters_whole(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf buffer = STRBUF_INIT(16);
	strbuf_puts(&buffer, "a\xe2\x82\xac");
	strbuf_truncate(&buffer, 9);
	assert_int_equal(buffer.length, 4);
	strbuf_truncate(&buffer, 3);
	assert_string_equal(buffer.data, "a");
}

static void test_utf8_character(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t expected;
	} rows[] = {
	    {"a", 1},
	    {"\x7f", 1},
	    {"\x80", 0},
	    {"\xc1\xbf", 0}, /* overlong */
	    {"\xc2\x80", 2},
	    {"\xc2", 0},
	    {"\xc2\x41", 0},
	    {"\xe0\x9f\xbf", 0}, /* overlong */
	    {"\xe0\xa0\x80", 3},
	    {"\xed\x9f\xbf", 3},
	    {"\xed\xa0\x80", 0}, /* a surrogate */
	    {"\xee\x80\x80", 3},
	    {"\xef\xbf", 0},
	    {"\xf0\x8f\xbf\xbf", 0}, /* overlong */
	    {"\xf0\x90\x80\x80", 4},
	    {"\xf0\x90\x80", 0},
	    {"\xf4\x8f\xbf\xbf", 4},
	    {"\xf4\x90\x80\x80", 0}, /* beyond U+10FFFF */
	    {"\xf5\x80\x80\x80", 0},
	    {"\xff", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(utf8_character(rows[i].text, strlen(rows[i].text)), rows[i].expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_empty_buffer_is_empty_text),
	    cmocka_unit_test(test_grows_to_the_limit_and_not_beyond),
	    cmocka_unit_test(test_too_long_piece_is_left_out_whole),
	    cmocka_unit_test(test_bytes_may_hold_nuls),
	    cmocka_unit_test(test_printf_longer_than_the_first_capacity),
	    cmocka_unit_test(test_steal_hands_over),
	    cmocka_unit_test(test_utf8_prefix),
	    cmocka_unit_test(test_truncate_keeps_characters_whole),
	    cmocka_unit_test(test_utf8_character),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
