/* SPDX-License-Identifier: Apache-2.0 */
/* Retry-After in its two forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/http.h"

enum { DAY_S = 24 * 60 * 60, NOW_S = 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */ };

static const struct retry_row {
	const char *value;
	long pause_s;
} retry_rows[] = {
    {"0", 0},
    {"120", 120},
    {"86401", DAY_S},
    {"99999999999999999", DAY_S},
    {"99999999999999999999999", -1},
    {"-5", -1},
    {"1.5", -1},
    {"5 seconds", -1},
    {"", -1},
    {"soon", -1},
    {"Tomorrow", -1},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
    {"Sun, 06 Nov 1994 08:50:07 GMT", 30},
    {"Sunday, 06-Nov-94 08:50:07 GMT", 30},
    {"Sun Nov  6 08:50:07 1994", 30},
    {"Sun, 06 Nov 1994 08:48:37 GMT", 0},
    {"Mon, 06 Nov 2034 08:49:37 GMT", DAY_S},
};

static void reads_retry_after(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof retry_rows / sizeof retry_rows[0]; i++) {
		print_message("  \"%s\"\n", retry_rows[i].value);
		assert_int_equal(http_retry_after(retry_rows[i].value, NOW_S), retry_rows[i].pause_s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reads_retry_after)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
