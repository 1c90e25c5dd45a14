/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/outcome.c: what a status comes to, and what of a peer's words may be quoted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>

#include "rootwatch/notifier.h"
#include "rootwatch/scope.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static void a_status_decides(void **state)
{
	(void)state;
	static const struct {
		long status, pause;
		const char *words;
		enum outcome_kind kind;
		long retry_after_s;
		const char *detail;
	} rows[] = {
	    {200, -1, "", OUTCOME_DELIVERED, -1, "200"},
	    {202, 5, "Event processed", OUTCOME_DELIVERED, -1, "202: Event processed"},
	    {302, -1, "", OUTCOME_RETRY, -1, "302"},
	    {400, 9, "no title", OUTCOME_REJECTED, -1, "400: no title"},
	    {404, -1, "", OUTCOME_REJECTED, -1, "404"},
	    {408, -1, "", OUTCOME_RETRY, -1, "408"},
	    {425, -1, "", OUTCOME_RETRY, -1, "425"},
	    {429, 30, "slow down", OUTCOME_RETRY, 30, "429: slow down"},
	    {503, 0, "%s\r\n\x1b", OUTCOME_RETRY, 0, "503: %s\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	    {599, LONG_MAX, "", OUTCOME_RETRY, INT32_MAX, "599"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct http_response response = {.status = rows[i].status, .retry_after_s = rows[i].pause};
		struct outcome outcome = outcome_of_status(&response, rows[i].words);
		assert_string_equal(outcome.detail, rows[i].detail);
		assert_int_equal(outcome.kind, rows[i].kind);
		assert_int_equal(outcome.retry_after_s, rows[i].retry_after_s);
	}
}

static void words_are_quoted_unless_they_tell_a_secret(void **state)
{
	(void)state;
	static const char *const secrets[] = {"https://hooks.example.com/in/8f3a9c0d?sig=AbC%2FdEf0123", NULL, "",
	                                      "Bearer s3cr3t-token", "k3y"};
	static const struct {
		const char *said, *quoted;
	} rows[] = {
	    {"", ""},
	    {"no such hook", "no such hook"},
	    {"\r\n  not today\nsecond line", "not today"},
	    {"in: 200 sig", "in: 200 sig"},
	    {"a\x1b[31m\xff", "a\xef\xbf\xbd[31m\xef\xbf\xbd"},
	    {"no hook /in/8f3a9c0d", ""},
	    {"ok\nbut in the second line 8f3a9c0d", ""},
	    {"bad signature AbC/dEf0123", ""},
	    {"token s3cr3t-token is unknown", ""},
	    {"key k3y", ""}, /* a short secret, as a whole */
	    {"0123456789012345678901234567890123456789", "01234567890123456789012345678\xe2\x80\xa6"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(64);
		outcome_quote(rows[i].said, secrets, LENGTH(secrets), 32, &out);
		assert_string_equal(strbuf_text(&out), rows[i].quoted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_status_decides),
	    cmocka_unit_test(words_are_quoted_unless_they_tell_a_secret),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
