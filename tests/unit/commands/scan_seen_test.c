/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/commands/scan_seen.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "commands/scan_seen.h"

enum { KNOWN = 512 * 1024 }; /* of those that are not kept for good, at least */

static bool seen_before(struct seen *seen, int number, bool for_good)
{
	char key[32];
	bool before = false;
	snprintf(key, sizeof key, "e:%d", number);
	assert_true(seen_add(seen, key, for_good, &before));
	return before;
}

static void a_key_is_new_once(void **state)
{
	(void)state;
	enum { KEYS = 20 * 1000 }; /* tables grow on the way */
	struct seen *seen = seen_new();
	for (int i = 0; i < KEYS; i++)
		assert_false(seen_before(seen, i, i % 2 == 0));
	for (int i = 0; i < KEYS; i++)
		assert_true(seen_before(seen, i, i % 2 == 0));
	seen_free(seen);
}

static void a_key_is_known_whichever_way_it_came(void **state)
{
	(void)state;
	struct seen *seen = seen_new();
	assert_false(seen_before(seen, 1, true));
	assert_true(seen_before(seen, 1, false));
	assert_false(seen_before(seen, 2, false));
	assert_true(seen_before(seen, 2, true));
	seen_free(seen);
}

static void what_matters_is_never_forgotten_and_the_rest_in_the_end(void **state)
{
	(void)state;
	struct seen *seen = seen_new();
	assert_false(seen_before(seen, -1, true));
	assert_false(seen_before(seen, -2, false));
	for (int i = 0; i < KNOWN; i++)
		assert_false(seen_before(seen, i, false));
	assert_true(seen_before(seen, -2, false));
	for (int i = KNOWN; i < 3 * KNOWN; i++)
		assert_false(seen_before(seen, i, false));
	assert_true(seen_before(seen, -1, true));
	assert_true(seen_before(seen, 3 * KNOWN - 1, false));
	assert_false(seen_before(seen, -2, false));
	seen_free(seen);
}

static void nothing_to_free_is_fine(void **state)
{
	(void)state;
	seen_free(NULL);
	seen_free(seen_new());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_is_new_once),
	    cmocka_unit_test(a_key_is_known_whichever_way_it_came),
	    cmocka_unit_test(what_matters_is_never_forgotten_and_the_rest_in_the_end),
	    cmocka_unit_test(nothing_to_free_is_fine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
