/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/commands/scan_files.c, on a small tree of its own. */
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

#include "base/clock.h"
#include "commands/scan_files.h"
#include "rootwatch/scope.h"
#include "rootwatch/strbuf.h"

static void names_say_their_time(void **state)
{
	(void)state;
	static const struct {
		const char *path, *time; /* NULL: none */
	} cases[] = {
	    {"111122223333_CloudTrail_us-east-1_20261124T0355Z_abc.json.gz", "2026-11-24T03:55:00Z"},
	    {"logs/2026/111122223333_CloudTrail_us-east-1_20261124T0355Z_abc.json.gz", "2026-11-24T03:55:00Z"},
	    {"1_CloudTrail-Digest_us-east-1_t_us-east-1_20261124T035501Z.json.gz", "2026-11-24T03:55:01Z"},
	    {"20261124T0355Z", "2026-11-24T03:55:00Z"},
	    {"20261324T0355Z_20261124T0355Z.json", "2026-11-24T03:55:00Z"}, /* no thirteenth month */
	    {"20261124T0355Z/events.json", NULL},                           /* the directory's name */
	    {"x20261124T0355Z.json", NULL},
	    {"20261124T0355Zx.json", NULL},
	    {"020261124T0355Z.json", NULL},
	    {"20261124T03555Z.json", NULL},
	    {"20261124T2560Z.json", NULL},
	    {"20261124.json", NULL},
	    {"-", NULL},
	    {"", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t expected_s = 0;
		if (cases[i].time)
			assert_true(clock_parse_utc(cases[i].time, &expected_s));
		assert_int_equal(scan_file_time_s(cases[i].path), expected_s);
	}
}

static void digests_are_known_by_name(void **state)
{
	(void)state;
	assert_true(scan_file_is_digest("a/1_CloudTrail-Digest_us-east-1_t_us-east-1_20261124T035501Z.json.gz"));
	assert_false(scan_file_is_digest("1_CloudTrail_us-east-1_20261124T0355Z_x.json.gz"));
	assert_false(scan_file_is_digest("1_CloudTrail-Digest_/1_CloudTrail_us-east-1_20261124T0355Z_x.json.gz"));
}

/* The files, as "a b c", of a scan of these arguments. */
static void assert_order(const char *const *arguments, size_t count, const char *expected)
{
	SCOPED(scan_files) struct scan_files files;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(4096);
	assert_true(scan_files_find(arguments, count, &files));
	for (size_t i = 0; i < files.count; i++)
		strbuf_printf(&out, "%s%s", i > 0 ? " " : "", files.list[i].path);
	assert_string_equal(strbuf_text(&out), expected);
}

static void arguments_keep_their_order_but_for_times(void **state)
{
	(void)state;
	static const char *const given[] = {"c_20261124T0400Z.gz", "b", "-",
	                                    "d_20261124T0300Z.gz", "a", "e_20261124T0300Z"};
	assert_order(NULL, 0, "-");
	assert_order(given, 6, "b - a d_20261124T0300Z.gz e_20261124T0300Z c_20261124T0400Z.gz");
}

static void touch(const char *path)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
}

/* In a directory of its own, which becomes the working directory. */
static int enter_tree(void **state)
{
	char *root = strdup("/tmp/scan_files_XXXXXX");
	*state = root;
	if (!mkdtemp(root) || chdir(root) != 0)
		return -1;
	mkdir("d", 0700);
	mkdir("d/b", 0700);
	mkdir("d/empty.json", 0700);
	mkdir("elsewhere", 0700);
	touch("d/c.json");
	touch("d/a.jsonl");
	touch("d/b/x.gz");
	touch("d/b/x_20261124T0355Z.json");
	touch("d/notes.txt");
	touch("d/json");
	touch("d/.gz");
	touch("elsewhere/far.json");
	return symlink("../../d", "d/b/loop") | symlink("../elsewhere", "d/elsewhere.json") |
	       symlink("../elsewhere/far.json", "d/near.json") | symlink("nowhere", "d/dangling.json") |
	       symlink("d", "link") | mkfifo("d/pipe.json", 0600);
}

static int leave_tree(void **state)
{
	static const char *const files[] = {
	    "d/c.json", "d/a.jsonl",   "d/b/x.gz",           "d/b/x_20261124T0355Z.json", "d/notes.txt", "d/json",
	    "d/.gz",    "d/b/loop",    "elsewhere/far.json", "d/elsewhere.json",          "d/near.json", "d/dangling.json",
	    "link",     "d/pipe.json",
	};
	static const char *const directories[] = {"d/b", "d/empty.json", "d", "elsewhere"};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		unlink(files[i]);
	for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
		rmdir(directories[i]);
	int failed = chdir("/") | rmdir(*state);
	free(*state);
	return failed;
}

static void directories_are_searched_in_order_and_without_loops(void **state)
{
	(void)state;
	static const char *const given[] = {"d"};
	assert_order(given, 1, "d/a.jsonl d/b/x.gz d/c.json d/near.json d/b/x_20261124T0355Z.json");
}

static void a_link_that_is_named_is_followed(void **state)
{
	(void)state;
	static const char *const given[] = {"z.txt", "link"};
	assert_order(given, 2, "z.txt link/a.jsonl link/b/x.gz link/c.json link/near.json link/b/x_20261124T0355Z.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_say_their_time),
	    cmocka_unit_test(digests_are_known_by_name),
	    cmocka_unit_test(arguments_keep_their_order_but_for_times),
	    cmocka_unit_test(directories_are_searched_in_order_and_without_loops),
	    cmocka_unit_test(a_link_that_is_named_is_followed),
	};
	return cmocka_run_group_tests(tests, enter_tree, leave_tree);
}
