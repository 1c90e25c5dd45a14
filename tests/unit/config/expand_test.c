/* SPDX-License-Identifier: Apache-2.0 */
/* ${NAME}, ${NAME:-default} and ${file:/path}: what becomes of them, and what is said when nothing does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/expand.h"
#include "rootwatch/scope.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define SECRET        "hunter2hunter2"

static char long_variable[EXPAND_MAX_BYTES + 2]; /* "L=" and more than half of what a value may have */

static const char *const environment[] = {
    "A=alpha",
    "A_1=first",
    "EMPTY=",
    "NESTED=${A}",
    "EQUALS=a=b=c",
    "KEY=" SECRET,
    "LINES=" SECRET "\n" SECRET,
    "CONTROL=" SECRET "\x1b[2J",
    "BYTES=" SECRET "\xff",
    "a=small",
    "no value",
    long_variable,
    NULL,
};
static char *const *const variables = (char *const *)environment;

struct fixture {
	struct expander expander;
	struct arena arena;
	char directory[64];
	struct err why;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	if (!fixture)
		return -1;
	memset(long_variable, 'x', sizeof long_variable - 1);
	memcpy(long_variable, "L=", 2);
	long_variable[EXPAND_MAX_BYTES / 2 + 2] = '\0';
	fixture->expander.variables = variables;
	snprintf(fixture->directory, sizeof fixture->directory, "/tmp/rootwatch-expand-XXXXXX");
	*state = fixture;
	return mkdtemp(fixture->directory) ? 0 : -1;
}

static void remove_file(const struct fixture *fixture, const char *name)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", fixture->directory, name);
	remove(path);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	remove_file(fixture, "file");
	remove_file(fixture, "");
	arena_wipe(&fixture->arena);
	free(fixture);
	return 0;
}

static enum expansion expand_text(struct fixture *fixture, const char *text, const char **ret_text)
{
	*ret_text = NULL;
	fixture->why.text[0] = '\0';
	return expand(&fixture->expander, text, &fixture->arena, ret_text, &fixture->why);
}

static void assert_expands(struct fixture *fixture, const char *text, const char *expected)
{
	const char *expanded;
	if (expand_text(fixture, text, &expanded) != EXPAND_DONE)
		fail_msg("%s: %s", text, fixture->why.text);
	assert_string_equal(expanded, expected);
}

static void assert_fails(struct fixture *fixture, const char *text, enum expansion status, const char *why)
{
	const char *expanded;
	assert_int_equal(expand_text(fixture, text, &expanded), status);
	assert_string_equal(fixture->why.text, why);
	assert_null(expanded);
}

/* A file of these bytes; returns a text that asks for it, good until the next call. */
static const char *reference_to(const struct fixture *fixture, const void *bytes, size_t length)
{
	static char text[128];
	snprintf(text, sizeof text, "%s/file", fixture->directory);
	FILE *file = fopen(text, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	snprintf(text, sizeof text, "${file:%s/file}", fixture->directory);
	return text;
}

static void references_are_replaced_once(void **state)
{
	static const struct {
		const char *text, *expanded;
	} rows[] = {
	    {"", ""},
	    {"plain", "plain"},
	    {"${A}", "alpha"},
	    {"${a}", "small"},
	    {"<${A}>${A_1}.", "<alpha>first."},
	    {"${EMPTY}", ""},
	    {"${EQUALS}", "a=b=c"},
	    {"${A:-default}", "alpha"},
	    {"${UNSET:-default}", "default"},
	    {"${EMPTY:-default}", "default"}, /* as in a shell */
	    {"${UNSET:-}", ""},
	    {"${UNSET:-a:-b}", "a:-b"},
	    {"${UNSET:-two words}", "two words"},
	    {"${UNSET:-{}x", "{x"},
	    {"${NESTED}", "${A}"}, /* what comes out is data */
	    {"$${A}", "${A}"},
	    {"$$${A}", "$${A}"},
	    {"$${${A}", "${alpha"},
	    {"$A $$ $ {A} $(A)", "$A $$ $ {A} $(A)"},
	    {"100$", "100$"},
	    {"}", "}"},
	    {"\xc3\xa4${A}\xc3\xa4", "\xc3\xa4"
	                             "alpha\xc3\xa4"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_expands(*state, rows[i].text, rows[i].expanded);
}

static void only_a_variable_that_is_not_set_is_missing(void **state)
{
	assert_fails(*state, "${UNSET}", EXPAND_MISSING, "UNSET is not set");
	assert_fails(*state, "${A}${UNSET_2}", EXPAND_MISSING, "UNSET_2 is not set");
	assert_fails(*state, "${A_}", EXPAND_MISSING, "A_ is not set"); /* no prefix of A_1, nor A of it */
	assert_fails(*state, "${no}", EXPAND_MISSING, "no is not set");
}

static void what_is_no_reference_is_wrong(void **state)
{
	static const char forms[] =
	    "only ${NAME}, ${NAME:-default} and ${file:/path} are expanded; write $${ for a literal ${";
	static const char *const odd[] = {"${}",   "${ A}",  "${A }",  "${1}",   "${A-b}",      "${A:=b}",
	                                  "${A:}", "${A:b}", "${A.b}", "${:-x}", "${\xc3\xa4}", "${A?}"};
	for (size_t i = 0; i < LENGTH(odd); i++)
		assert_fails(*state, odd[i], EXPAND_WRONG, forms);
	assert_fails(*state, "x${A", EXPAND_WRONG, "a ${ without its }");
	assert_fails(*state, "${", EXPAND_WRONG, "a ${ without its }");
	assert_fails(*state, "${UNSET:-${A}}", EXPAND_WRONG, "a ${ inside of another");
	assert_fails(*state, "${file:/${A}}", EXPAND_WRONG, "a ${ inside of another");

	char text[2000];
	memset(text, 'N', sizeof text);
	memcpy(text, "${", 2);
	memcpy(text + sizeof text - 2, "}", 2);
	assert_fails(*state, text, EXPAND_WRONG, "too much stands between ${ and }");
}

static void a_file_is_its_content_without_the_line_end(void **state)
{
	static const struct {
		const char *content, *expanded;
	} rows[] = {
	    {"secret", "<secret>"},
	    {"secret\n", "<secret>"},
	    {"secret\r\n", "<secret>"},
	    {"secret\n\n", "<secret>"},
	    {" secret ", "< secret >"},
	    {"", "<>"},
	    {"\n", "<>"},
	    {"${A}\n", "<${A}>"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char text[160];
		snprintf(text, sizeof text, "<%s>", reference_to(*state, rows[i].content, strlen(rows[i].content)));
		assert_expands(*state, text, rows[i].expanded);
	}
}

static void a_file_that_is_not_there_is_missing_and_one_that_cannot_be_read_is_wrong(void **state)
{
	const struct fixture *fixture = *state;
	assert_fails(*state, "${file:/nonexistent/key}", EXPAND_MISSING, "the file /nonexistent/key does not exist");
	assert_fails(*state, "${file:/dev/null/key}", EXPAND_MISSING, "the file /dev/null/key does not exist");
	assert_fails(*state, "${file:}", EXPAND_MISSING, "the file  does not exist");
	char text[128], why[256];
	snprintf(text, sizeof text, "${file:%s}", fixture->directory);
	snprintf(why, sizeof why, "cannot read the file %s: Is a directory", fixture->directory);
	assert_fails(*state, text, EXPAND_WRONG, why);
}

static void sentences_name_the_source_and_nothing_that_is_in_it(void **state)
{
	static const char no_text[] = "holds more than one line, a control character or invalid UTF-8";
	static const char *const names[] = {"LINES", "CONTROL", "BYTES"};
	char text[64], why[256];
	for (size_t i = 0; i < LENGTH(names); i++) {
		snprintf(text, sizeof text, "${%s}", names[i]);
		snprintf(why, sizeof why, "%s %s", names[i], no_text);
		assert_fails(*state, text, EXPAND_WRONG, why);
		snprintf(text, sizeof text, "${KEY}${%s:-%s}", names[i], SECRET);
		assert_fails(*state, text, EXPAND_WRONG, why);
	}
	static const char *const contents[] = {SECRET "\n" SECRET, SECRET "\t", SECRET "\xc2\x9b"};
	for (size_t i = 0; i < LENGTH(contents); i++) {
		const char *reference = reference_to(*state, contents[i], strlen(contents[i]));
		snprintf(why, sizeof why, "the file %.*s %s", (int)strlen(reference) - 8, reference + 7, no_text);
		assert_fails(*state, reference, EXPAND_WRONG, why);
	}
	snprintf(why, sizeof why, "the file %s/file %s", ((struct fixture *)*state)->directory, no_text);
	assert_fails(*state, reference_to(*state, SECRET "\0", sizeof SECRET), EXPAND_WRONG, why);
}

static void values_are_bounded(void **state)
{
	const char *expanded;
	assert_int_equal(expand_text(*state, "${L}${L}", &expanded), EXPAND_DONE);
	assert_int_equal(strlen(expanded), EXPAND_MAX_BYTES);
	assert_fails(*state, "${L}${L}x", EXPAND_WRONG, "the expanded value is too long");
	assert_fails(*state, "${L}x${L}", EXPAND_WRONG, "the expanded value is too long");

	SCOPED(text) char *content = malloc(EXPAND_MAX_BYTES + 1);
	assert_non_null(content);
	memset(content, 'y', EXPAND_MAX_BYTES + 1);
	assert_int_equal(expand_text(*state, reference_to(*state, content, EXPAND_MAX_BYTES), &expanded), EXPAND_DONE);
	assert_int_equal(strlen(expanded), EXPAND_MAX_BYTES);
	char why[256];
	snprintf(why, sizeof why, "the file %s/file is too large", ((struct fixture *)*state)->directory);
	assert_fails(*state, reference_to(*state, content, EXPAND_MAX_BYTES + 1), EXPAND_WRONG, why);
	char text[160];
	snprintf(text, sizeof text, "x%s", reference_to(*state, content, EXPAND_MAX_BYTES));
	assert_fails(*state, text, EXPAND_WRONG, why);
}

static void a_path_that_no_sentence_can_hold_is_cut(void **state)
{
	const char *expanded;
	char text[1000];
	memset(text, 'p', sizeof text);
	memcpy(text, "${file:/", 8);
	memcpy(text + sizeof text - 2, "}", 2);
	assert_int_not_equal(expand_text(*state, text, &expanded), EXPAND_DONE);
	assert_non_null(strstr(((struct fixture *)*state)->why.text, "the file /pppp"));
}

static void variables_are_found_by_their_whole_name(void **state)
{
	(void)state;
	assert_string_equal(expand_variable(variables, "A", 1), "alpha");
	assert_string_equal(expand_variable(variables, "A_1 and more", 3), "first");
	assert_string_equal(expand_variable(variables, "EMPTY", 5), "");
	assert_null(expand_variable(variables, "EMPT", 4));
	assert_null(expand_variable(variables, "A=al", 4));
	assert_null(expand_variable(variables, "no value", 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(references_are_replaced_once),
	    cmocka_unit_test(only_a_variable_that_is_not_set_is_missing),
	    cmocka_unit_test(what_is_no_reference_is_wrong),
	    cmocka_unit_test(a_file_is_its_content_without_the_line_end),
	    cmocka_unit_test(a_file_that_is_not_there_is_missing_and_one_that_cannot_be_read_is_wrong),
	    cmocka_unit_test(sentences_name_the_source_and_nothing_that_is_in_it),
	    cmocka_unit_test(values_are_bounded),
	    cmocka_unit_test(a_path_that_no_sentence_can_hold_is_cut),
	    cmocka_unit_test(variables_are_found_by_their_whole_name),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
