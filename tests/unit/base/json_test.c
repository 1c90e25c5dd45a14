/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from strangers: what is repaired, what is refused, and that nothing is hidden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define TEXT(literal) (literal), sizeof(literal) - 1
#define FFFD          "\xef\xbf\xbd"

static void test_reads_and_repairs(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t length;
		const char *printed;
	} rows[] = {
	    {TEXT("{}"), "{}"},
	    {TEXT(" \t\r\n[1, 2 ,3]\n "), "[1,2,3]"},
	    {TEXT("null"), "null"},
	    {TEXT("\"text\""), "\"text\""},
	    {TEXT("[0,-0,10,1.5,1e2,1E+2,1e-1,-12.25]"), "[0,-0,10,1.5,100,100,0.1,-12.25]"},
	    {TEXT("\xef\xbb\xbf{\"a\":1}"), "{\"a\":1}"},
	    {TEXT("1e999"), "null"},
	    /* NULs, which cJSON would end the string at */
	    {TEXT("\"Root\\u0000x\""), "\"Root" FFFD "x\""},
	    {TEXT("\"Root\0x\""), "\"Root" FFFD "x\""},
	    {TEXT("{\"a\\u0000\":1}"), "{\"a" FFFD "\":1}"},
	    {TEXT("\"\\\\u0000\""), "\"\\\\u0000\""}, /* a backslash and five letters */
	    {TEXT("\"\\\\\\u0000\""), "\"\\\\" FFFD "\""},
	    {TEXT("\"\\u0041\\u00e4\\n\\/\""), "\"A\xc3\xa4\\n/\""},
	    /* surrogates */
	    {TEXT("\"\\ud83d\\udd25\""), "\"\xf0\x9f\x94\xa5\""},
	    {TEXT("\"\\uD83D\\uDD25\""), "\"\xf0\x9f\x94\xa5\""},
	    {TEXT("\"\\ud83d\""), "\"" FFFD "\""},
	    {TEXT("\"\\udd25\""), "\"" FFFD "\""},
	    {TEXT("\"\\ud83dx\\udd25\""), "\"" FFFD "x" FFFD "\""},
	    {TEXT("\"\\udd25\\ud83d\""), "\"" FFFD FFFD "\""},
	    {TEXT("\"\\ud83d\\ud83d\\udd25\""), "\"" FFFD "\xf0\x9f\x94\xa5\""},
	    {TEXT("\"\\ud83d\\u0041\""), "\"" FFFD "A\""},
	    {TEXT("\"\\ud83d\\\\udd25\""), "\"" FFFD "\\\\udd25\""},
	    /* broken UTF-8: one U+FFFD a byte */
	    {TEXT("\"\xff\""), "\"" FFFD "\""},
	    {TEXT("\"\xc3\""), "\"" FFFD "\""}, /* truncated */
	    {TEXT("\"\xe2\x82\""), "\"" FFFD FFFD "\""},
	    {TEXT("\"\xe2\x82\xac\""), "\"\xe2\x82\xac\""},
	    {TEXT("\"\xc0\x80\""), "\"" FFFD FFFD "\""}, /* overlong NUL */
	    {TEXT("\"\xc1\xd2oot\""), "\"" FFFD FFFD "oot\""},
	    {TEXT("\"\xed\xa0\x80\""), "\"" FFFD FFFD FFFD "\""}, /* a surrogate */
	    {TEXT("\"\xf4\x90\x80\x80\""), "\"" FFFD FFFD FFFD FFFD "\""},
	    {TEXT("\"\xc3\\u0041\""), "\"" FFFD "A\""},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(json) cJSON *tree = NULL;
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(1000);
		if (json_read(rows[i].text, rows[i].length, &tree, NULL) != JSON_OK)
			fail_msg("refused: %s", rows[i].text);
		assert_true(json_print(tree, &out));
		assert_string_equal(strbuf_text(&out), rows[i].printed);
	}
}

static void test_refuses_and_says_where(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t length;
		size_t offset;
	} rows[] = {
	    {TEXT(""), 0},
	    {TEXT("   "), 3},
	    {TEXT("{}x"), 2},
	    {TEXT("{} {}"), 3},
	    {TEXT("nullx"), 4},
	    {TEXT("{}\0"), 2},
	    {TEXT("\0{}"), 0},
	    {TEXT("\x01{}"), 0},
	    {TEXT("[1,]"), 3},
	    {TEXT("[1 2]"), 3},
	    {TEXT("{\"a\" 1}"), 5},
	    {TEXT("{a:1}"), 2},
	    {TEXT("[True]"), 1},
	    {TEXT("/**/1"), 0},
	    {TEXT("['a']"), 1},
	    /* numbers that cJSON forgives */
	    {TEXT("[012]"), 1},
	    {TEXT("[-012]"), 1},
	    {TEXT("[1.]"), 1},
	    {TEXT("[.5]"), 1},
	    {TEXT("[-.5]"), 1},
	    {TEXT("[+1]"), 1},
	    {TEXT("[-]"), 1},
	    {TEXT("[1e]"), 1},
	    {TEXT("[1e+]"), 1},
	    {TEXT("[1-2]"), 2},
	    {TEXT("0x10"), 1},
	    {TEXT("[NaN]"), 1},
	    {TEXT("-"), 0},
	    {TEXT("1."), 0},
	    {TEXT("1e"), 0},
	    /* strings that cJSON forgives, and broken ones */
	    {TEXT("\"a\nb\""), 2},
	    {TEXT("\"a\x1f\""), 2},
	    {TEXT("\"\\uZZZZ\""), 1},
	    {TEXT("\"\\u00G0\""), 1},
	    {TEXT("\"\\u12\""), 1},
	    {TEXT("\"\\x41\""), 1},
	    {TEXT("\"abc"), 4},
	    {TEXT("\"abc\\"), 4},
	    {TEXT("\"abc\\\""), 6},
	    {TEXT("\"\\u"), 1},
	    /* the offset is one of the caller's text, not of the repaired copy */
	    {TEXT("[\"\xff\xff\xff\", x]"), 8},
	    {TEXT("\xef\xbb\xbf[\"\0\" 1]"), 8},
	    {TEXT("\xef\xbb\xbf"), 3},
	    {TEXT("\xff"), 0},
	    {TEXT("[]]"), 2},
	    {TEXT("[}"), 1},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		cJSON *tree = NULL;
		size_t offset = 99;
		if (json_read(rows[i].text, rows[i].length, &tree, &offset) != JSON_INVALID || offset != rows[i].offset)
			fail_msg("row %zu: %s: stopped at %zu", i, rows[i].text, offset);
		assert_null(tree);
	}
}

/* `levels` of [ or {"k": around `inside`, closed again. */
static char *nest(const char *open, const char *close, size_t levels, const char *inside)
{
	struct strbuf text = STRBUF_INIT(SIZE_MAX);
	for (size_t i = 0; i < levels; i++)
		strbuf_puts(&text, open);
	strbuf_puts(&text, inside);
	for (size_t i = 0; i < levels; i++)
		strbuf_puts(&text, close);
	return strbuf_steal(&text);
}

static void test_depth(void **state)
{
	(void)state;
	static const struct {
		const char *open, *close;
		size_t levels;
		const char *inside;
		enum json_status status;
	} rows[] = {
	    {"[", "]", 1000, "", JSON_OK},
	    {"[", "]", 1000, "1", JSON_OK},
	    {"[", "]", 1001, "", JSON_TOO_DEEP},
	    {"[", "]", 100000, "", JSON_TOO_DEEP},
	    {"{\"k\":", "}", 1000, "1", JSON_OK},
	    {"{\"k\":", "}", 1001, "1", JSON_TOO_DEEP},
	    {"[ ", " ]\n", 1001, "\"]\\\"]\"", JSON_TOO_DEEP}, /* brackets in strings do not count */
	    {"{\"[[\\\\\":", "}", 1001, "1", JSON_TOO_DEEP},
	    {"[", "]", 1001, "{", JSON_INVALID},
	    {"[", "]", 1001, "]", JSON_INVALID},
	    {"[", "}", 1001, "", JSON_INVALID},
	    {"[", "]", 1001, "\"", JSON_INVALID},
	    {"[", "]", 1001, "01", JSON_INVALID},
	    {"[", "", 2000, "", JSON_INVALID},
	    {"", "]", 2000, "", JSON_INVALID},
	    {"[]", "", 2000, "", JSON_INVALID},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(text) char *text = nest(rows[i].open, rows[i].close, rows[i].levels, rows[i].inside);
		SCOPED(json) cJSON *tree = NULL;
		enum json_status status = json_read(text, strlen(text), &tree, NULL);
		if (status != rows[i].status)
			fail_msg("row %zu: %d", i, (int)status);
	}
}

static void test_too_deep_is_one_value(void **state)
{
	(void)state;
	SCOPED(text) char *deep = nest("[", "]", 1001, "");
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(SIZE_MAX);
	cJSON *tree = NULL;
	strbuf_printf(&text, " %s \n", deep);
	assert_int_equal(json_read(text.data, text.length, &tree, NULL), JSON_TOO_DEEP);
	strbuf_puts(&text, "[]");
	assert_int_equal(json_read(text.data, text.length, &tree, NULL), JSON_INVALID);
	strbuf_reset(&text);
	strbuf_printf(&text, "1%s", deep);
	assert_int_equal(json_read(text.data, text.length, &tree, NULL), JSON_INVALID);
}

/* Generous: what is not linear takes minutes here. */
static void test_a_mebibyte_of_anything_ends_soon(void **state)
{
	(void)state;
	static const char *const units[] = {"[", "{\"a\":", "\"", "\\", "{", "]", "[[]", "1", "[\"\\ud800\",", "\xff"};
	for (size_t i = 0; i < LENGTH(units); i++) {
		SCOPED(text) char *text = nest(units[i], "", (1 << 20) / strlen(units[i]), "");
		cJSON *tree = NULL;
		int64_t start_ms = clock_monotonic_ms();
		enum json_status status = json_read(text, strlen(text), &tree, NULL);
		cJSON_Delete(tree);
		assert_in_range(clock_monotonic_ms() - start_ms, 0, 5000);
		assert_int_equal(status, units[i][0] == '1' ? JSON_OK : JSON_INVALID);
	}
}

static cJSON *read_fine(const char *text)
{
	cJSON *tree = NULL;
	assert_int_equal(json_read(text, strlen(text), &tree, NULL), JSON_OK);
	return tree;
}

static void test_members_by_exact_name(void **state)
{
	(void)state;
	SCOPED(json) cJSON *tree = read_fine("{\"TYPE\":\"x\",\"type\":\"Root\",\"type\":\"second\",\"n\":5,\"z\":null}");
	assert_string_equal(json_text(tree, "type"), "Root");
	assert_null(json_member(tree, "Type"));
	assert_string_equal(json_text(tree, "Type"), "");
	assert_string_equal(json_text(tree, "n"), "");
	assert_string_equal(json_text(tree, "z"), "");
	assert_true(cJSON_IsNull(json_member(tree, "z")));
	assert_null(json_member(NULL, "type"));
	assert_string_equal(json_text(NULL, "type"), "");
	SCOPED(json) cJSON *array = read_fine("[{\"type\":\"Root\"}]");
	assert_null(json_member(array, "type"));
}

static void test_duplicates(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *name; /* NULL: none */
	} rows[] = {
	    {"{}", NULL},
	    {"{\"a\":1}", NULL},
	    {"{\"a\":1,\"A\":2}", NULL},
	    {"{\"a\":1,\"b\":2,\"a\":3}", "a"},
	    {"{\"a\":1,\"\\u0061\":2}", "a"},
	    {"{\"\":1,\"\":2}", ""},
	    {"{\"a\":{\"b\":1,\"b\":2}}", NULL}, /* not below */
	    {"[{\"b\":1,\"b\":2}]", NULL},
	    {"\"a\"", NULL},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(json) cJSON *tree = read_fine(rows[i].text);
		const char *name = NULL;
		assert_int_equal(json_has_duplicate(tree, &name), rows[i].name != NULL);
		assert_int_equal(json_has_duplicate(tree, NULL), rows[i].name != NULL);
		if (rows[i].name)
			assert_string_equal(name, rows[i].name);
	}
	assert_false(json_has_duplicate(NULL, NULL));
}

static cJSON *wide_object(int members, const char *last)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(SIZE_MAX);
	strbuf_putc(&text, '{');
	for (int i = 0; i < members; i++)
		strbuf_printf(&text, "\"%d\":0,", i);
	strbuf_printf(&text, "\"%s\":0}", last);
	return read_fine(strbuf_text(&text));
}

static void test_duplicates_in_wide_objects(void **state)
{
	(void)state;
	static const int sizes[] = {31, 32, 33, 100000};
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		int64_t start_ms = clock_monotonic_ms();
		SCOPED(json) cJSON *twice = wide_object(sizes[i], "7");
		SCOPED(json) cJSON *once = wide_object(sizes[i], "x");
		const char *name = NULL;
		assert_true(json_has_duplicate(twice, &name));
		assert_string_equal(name, "7");
		assert_false(json_has_duplicate(once, NULL));
		assert_in_range(clock_monotonic_ms() - start_ms, 0, 5000);
	}
}

static void test_quote(void **state)
{
	(void)state;
	static const struct {
		const char *text, *quoted;
	} rows[] = {
	    {"", "\"\""},
	    {"plain", "\"plain\""},
	    {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
	    {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
	    {"\x01\x1b\x7f", "\"\\u0001\\u001b\\u007f\""},
	    {"\xc2\x80\xc2\x9b\xc2\xa0", "\"\\u0080\\u009b\xc2\xa0\""},
	    {"\xe2\x82\xac\xf0\x9f\x94\xa5", "\"\xe2\x82\xac\xf0\x9f\x94\xa5\""},
	    {"\xff\xc3", "\"" FFFD FFFD "\""},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(100);
		json_quote(rows[i].text, &out);
		assert_string_equal(strbuf_text(&out), rows[i].quoted);
		SCOPED(json) cJSON *tree = read_fine(strbuf_text(&out));
		assert_true(cJSON_IsString(tree));
	}
}

static void test_print_says_when_it_does_not_fit(void **state)
{
	(void)state;
	SCOPED(json) cJSON *tree = read_fine("[\"0123456789\"]");
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(10);
	assert_false(json_print(tree, &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reads_and_repairs),
	    cmocka_unit_test(test_refuses_and_says_where),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_too_deep_is_one_value),
	    cmocka_unit_test(test_a_mebibyte_of_anything_ends_soon),
	    cmocka_unit_test(test_members_by_exact_name),
	    cmocka_unit_test(test_duplicates),
	    cmocka_unit_test(test_duplicates_in_wide_objects),
	    cmocka_unit_test(test_quote),
	    cmocka_unit_test(test_print_says_when_it_does_not_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
