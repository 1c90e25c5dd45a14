/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a configuration, as it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "config/problems.h"
#include "rootwatch/scope.h"

enum { ROOM = 256 * 1024 };

static struct position at(int line, int column)
{
	return (struct position){.line = line, .column = column};
}

static void problems_are_told_in_the_order_of_the_file(void **state)
{
	(void)state;
	static struct problems problems;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(ROOM);
	problems_add(&problems, at(10, 2), "fifth");
	problems_add(&problems, at(2, 11), "%s %d", "third", 3);
	problems_add(&problems, at(2, 3), "second");
	problems_add(&problems, at(2, 11), "fourth: found after the third at the same place");
	problems_add(&problems, at(0, 0), "first: of the document as a whole");
	problems_print(&problems, "a.yaml", &out);
	assert_string_equal(strbuf_text(&out), "a.yaml: first: of the document as a whole\n"
	                                       "a.yaml:2:3: second\n"
	                                       "a.yaml:2:11: third 3\n"
	                                       "a.yaml:2:11: fourth: found after the third at the same place\n"
	                                       "a.yaml:10:2: fifth\n");
}

static void nothing_wrong_says_nothing(void **state)
{
	(void)state;
	static struct problems problems;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(ROOM);
	problems_print(&problems, "a.yaml", &out);
	assert_string_equal(strbuf_text(&out), "");
}

static void more_than_anybody_mends_at_once_is_counted(void **state)
{
	(void)state;
	static struct problems problems;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(ROOM);
	for (int i = 1; i <= PROBLEMS_MAX; i++)
		problems_add(&problems, at(i, 1), "wrong");
	problems_print(&problems, "a.yaml", &out);
	assert_non_null(strstr(out.data, "a.yaml:100:1: wrong\n"));
	assert_null(strstr(out.data, "more"));

	for (int i = 0; i < 7; i++)
		problems_add(&problems, at(1, 1), "wrong, and not kept");
	assert_int_equal(problems.count, PROBLEMS_MAX + 7);
	strbuf_reset(&out);
	problems_print(&problems, "a.yaml", &out);
	assert_null(strstr(out.data, "not kept"));
	const char *last = strstr(out.data, "a.yaml:100:1: wrong\n");
	assert_non_null(last);
	assert_string_equal(last, "a.yaml:100:1: wrong\na.yaml: and 7 more problems\n");
}

static void a_long_sentence_is_cut_between_characters(void **state)
{
	(void)state;
	static struct problems problems;
	char path[3 * ERR_TEXT_BYTES];
	for (size_t i = 0; i + 3 < sizeof path; i += 3)
		memcpy(path + i, "\xe2\x82\xac", 4); /* U+20AC */
	problems_add(&problems, at(1, 1), "%s", path);
	const char *kept = problems.list[0].sentence.text;
	size_t length = strlen(kept);
	assert_int_equal(length, ERR_TEXT_BYTES - 1 - (ERR_TEXT_BYTES - 1) % 3);
	assert_memory_equal(kept, path, length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(problems_are_told_in_the_order_of_the_file),
	    cmocka_unit_test(nothing_wrong_says_nothing),
	    cmocka_unit_test(more_than_anybody_mends_at_once_is_counted),
	    cmocka_unit_test(a_long_sentence_is_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
