/* SPDX-License-Identifier: Apache-2.0 */
/* The pause between attempts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>

#include "backoff.h"

static void test_bound_doubles_up_to_the_cap(void **state)
{
	(void)state;
	static const struct {
		int attempts;
		int64_t longest_ms;
	} rows[] = {
	    {1, 1000},   {2, 2000},    {3, 4000},    {4, 8000},    {8, 128000},
	    {9, 256000}, {10, 300000}, {64, 300000}, {65, 300000}, {INT_MAX, 300000},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(backoff_delay_ms(rows[i].attempts, UINT32_MAX), rows[i].longest_ms);
		assert_int_equal(backoff_delay_ms(rows[i].attempts, 0), 1);
		assert_in_range(backoff_delay_ms(rows[i].attempts, UINT32_MAX / 2), rows[i].longest_ms / 2 - 1,
		                rows[i].longest_ms / 2 + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bound_doubles_up_to_the_cap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
