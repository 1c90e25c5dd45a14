/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that print keys, and commands that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/aws_process.h"

enum { TIMEOUT_MS = 20 * 1000, SHORT_TIMEOUT_MS = 300 };

#define KEYS "\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\""

static void reads_what_it_prints(void **state)
{
	(void)state;
	struct aws_keys keys = {0};
	assert_true(aws_process_fetch("printf '{\"Version\":1," KEYS
	                              ",\"Expiration\":\"2030-01-01T00:00:00+00:00\"}' | cat",
	                              TIMEOUT_MS, &keys, NULL));
	assert_string_equal(keys.access_key_id, "A");
	assert_string_equal(keys.secret_access_key, "s");
	assert_string_equal(keys.session_token, "t");
	assert_int_equal(keys.expires_s, 1893456000);
}

static void gives_it_no_input(void **state)
{
	(void)state;
	struct aws_keys keys;
	assert_true(aws_process_fetch("cat && echo '{\"Version\":1," KEYS "}'", TIMEOUT_MS, &keys, NULL));
}

static const struct bad_row {
	const char *command, *word;
} bad_rows[] = {
    {"exit 7", "status 7"},
    {"kill -TERM $$", "signal 15"},
    {"true", "Version"},
    {"echo '{" KEYS "}'", "Version"},
    {"echo '{\"Version\":2," KEYS "}'", "Version"},
    {"echo '{\"Version\":\"1\"," KEYS "}'", "Version"},
    {"echo '{\"Version\":1}'", "access key id is missing"},
    {"echo '{\"Version\":1," KEYS "}'; exit 1", "status 1"},
    {"yes", "more than"},
    {"/nonexistent/command 2>/dev/null", "status 127"},
};

static void says_what_went_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
		struct aws_keys keys;
		struct err err = {0};
		assert_false(aws_process_fetch(bad_rows[i].command, TIMEOUT_MS, &keys, &err));
		print_message("  %s\n", err.text);
		assert_non_null(strstr(err.text, bad_rows[i].word));
		assert_ptr_equal(strstr(err.text, "credential_process: "), err.text);
	}
}

/* The sleep is a grandchild that holds the pipe open. */
static void ends_it_with_all_it_started(void **state)
{
	(void)state;
	struct aws_keys keys;
	struct err err = {0};
	int64_t start_ms = clock_monotonic_ms();
	assert_false(aws_process_fetch("(sleep 60; true) & sleep 60", SHORT_TIMEOUT_MS, &keys, &err));
	assert_true(clock_monotonic_ms() - start_ms < TIMEOUT_MS);
	assert_non_null(strstr(err.text, "no end within"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_what_it_prints),
	    cmocka_unit_test(gives_it_no_input),
	    cmocka_unit_test(says_what_went_wrong),
	    cmocka_unit_test(ends_it_with_all_it_started),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
