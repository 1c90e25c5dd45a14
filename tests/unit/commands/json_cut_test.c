/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/commands/json_cut.c. Cuts are written down as the pieces between bars. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "commands/json_cut.h"
#include "rootwatch/scope.h"
#include "rootwatch/strbuf.h"

static struct json_slice slice(const char *text)
{
	return (struct json_slice){text, text + strlen(text)};
}

static void put(struct json_slice piece, struct strbuf *out)
{
	strbuf_putc(out, '|');
	strbuf_add(out, piece.at, (size_t)(piece.end - piece.at));
}

static void values_end_with_their_bracket_or_their_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *pieces;
	} cases[] = {
	    {"", ""},
	    {" \r\n\t", ""},
	    {"{}", "|{}"},
	    {"{\"a\":1}\r\n\r\n{\"b\":2}\r\n", "|{\"a\":1}|{\"b\":2}"},
	    {"{}{}[]", "|{}|{}|[]"},
	    {"{\n \"a\": [\n {}\n ]\n}\n[]", "|{\n \"a\": [\n {}\n ]\n}|[]"},
	    {"{\"}\":\"]\\\"}\"}[]", "|{\"}\":\"]\\\"}\"}|[]"},
	    {"{\"\\\\\":1}{}", "|{\"\\\\\":1}|{}"},
	    {"oops {}\n{}", "|oops {}|{}"},
	    {"}\n{}", "|}|{}"},
	    {"{\"open\":\n{}", "|{\"open\":\n{}"},
	    {"{\"open", "|{\"open"},
	    {"{\"open\\", "|{\"open\\"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(200);
		struct json_slice rest = slice(cases[i].text), value;
		while (json_cut_value(&rest, &value))
			put(value, &out);
		assert_string_equal(strbuf_text(&out), cases[i].pieces);
	}
}

static void lists_are_arrays_and_log_files(void **state)
{
	(void)state;
	static const struct {
		const char *text, *inside; /* NULL: it is no list */
	} cases[] = {
	    {"[1,2]", "1,2"},
	    {"[]", ""},
	    {"[ ]", ""},
	    {"{\"Records\":[{}]}", "{}"},
	    {"{\n  \"Events\": [{}]\n}", "{}"},
	    {"{\"Events\":[{}],\"NextToken\":\"t\"}", NULL},
	    {" { \"Records\" :\n[ {} ] } ", "{} "},
	    {"{\"Records\":[{}],\"more\":1}", NULL},
	    {"{\"more\":1,\"Records\":[{}]}", NULL},
	    {"{\"Records\":[{}],\"Records\":[]}", NULL},
	    {"{\"records\":[{}]}", NULL},
	    {"{\"Records\":{}}", NULL},
	    {"{\"Records\":[{}}", NULL},
	    {"{\"Records\":[{}]", NULL},
	    {"[{}", NULL},
	    {"[{}}", NULL},
	    {"[", NULL},
	    {"{}", NULL},
	    {"oops", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(200);
		struct json_slice inside;
		assert_int_equal(json_cut_list(slice(cases[i].text), &inside), cases[i].inside != NULL);
		if (!cases[i].inside)
			continue;
		strbuf_add(&out, inside.at, (size_t)(inside.end - inside.at));
		assert_string_equal(strbuf_text(&out), cases[i].inside);
	}
}

static void elements_are_parted_by_single_commas(void **state)
{
	(void)state;
	static const struct {
		const char *inside, *pieces;
		enum json_cut last;
	} cases[] = {
	    {"", "", JSON_CUT_END},
	    {"{\"a\":[1,2]} , \"x,y\" ,\n[3,4],null", "|{\"a\":[1,2]}|\"x,y\"|[3,4]|null", JSON_CUT_END},
	    {"{} {}", "", JSON_CUT_BROKEN},
	    {"{},,{}", "|{}", JSON_CUT_BROKEN},
	    {"{},", "", JSON_CUT_BROKEN},
	    {",", "", JSON_CUT_BROKEN},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(200);
		struct json_slice inside = slice(cases[i].inside), element;
		enum json_cut cut;
		while ((cut = json_cut_element(&inside, &element)) == JSON_CUT_ELEMENT)
			put(element, &out);
		assert_int_equal(cut, cases[i].last);
		assert_string_equal(strbuf_text(&out), cases[i].pieces);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_end_with_their_bracket_or_their_line),
	    cmocka_unit_test(lists_are_arrays_and_log_files),
	    cmocka_unit_test(elements_are_parted_by_single_commas),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
