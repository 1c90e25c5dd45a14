/* SPDX-License-Identifier: Apache-2.0 */
/* Which key is presented, and what its role may do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "auth.h"

static struct api_key keys[3] = {
    {.name = "eventbridge", .role = ROLE_INGEST},
    {.name = "soc", .role = ROLE_READ},
    {.name = "operator", .role = ROLE_ADMIN},
};

static int hash_keys(void **state)
{
	(void)state;
	static const char *const values[] = {"first key", "second key", "third key"};
	for (size_t i = 0; i < 3; i++)
		if (!crypto_sha256(values[i], strlen(values[i]), keys[i].sha256))
			return -1;
	return 0;
}

static const char *who(const char *value, size_t length)
{
	const struct api_key *key = auth_check(keys, 3, value, length);
	return key ? key->name : "nobody";
}

static void test_each_key_is_found(void **state)
{
	(void)state;
	assert_string_equal(who("first key", 9), "eventbridge");
	assert_string_equal(who("second key", 10), "soc");
	assert_string_equal(who("third key", 9), "operator");
}

static void test_other_values_are_nobody(void **state)
{
	(void)state;
	assert_string_equal(who("", 0), "nobody");
	assert_string_equal(who("first ke", 8), "nobody");
	assert_string_equal(who("first key", 10), "nobody"); /* the NUL counts */
	assert_string_equal(who("First key", 9), "nobody");
	assert_null(auth_check(NULL, 0, "first key", 9));
}

static void test_roles(void **state)
{
	(void)state;
	static const bool allowed[3][3] = {
	    [ROLE_INGEST] = {[ROLE_INGEST] = true},
	    [ROLE_READ] = {[ROLE_READ] = true},
	    [ROLE_ADMIN] = {[ROLE_INGEST] = true, [ROLE_READ] = true, [ROLE_ADMIN] = true},
	};
	for (enum role role = ROLE_INGEST; role <= ROLE_ADMIN; role++)
		for (enum role needed = ROLE_INGEST; needed <= ROLE_ADMIN; needed++)
			assert_int_equal(role_allows(role, needed), allowed[role][needed]);
}

static void test_role_names_go_both_ways(void **state)
{
	(void)state;
	for (enum role role = ROLE_INGEST; role <= ROLE_ADMIN; role++) {
		enum role parsed = ROLE_INGEST;
		assert_true(role_parse(role_name(role), &parsed));
		assert_int_equal(parsed, role);
	}
	enum role untouched = ROLE_READ;
	assert_false(role_parse("Admin", &untouched));
	assert_false(role_parse("", &untouched));
	assert_int_equal(untouched, ROLE_READ);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_key_is_found),
	    cmocka_unit_test(test_other_values_are_nobody),
	    cmocka_unit_test(test_roles),
	    cmocka_unit_test(test_role_names_go_both_ways),
	};
	return cmocka_run_group_tests(tests, hash_keys, NULL);
}
