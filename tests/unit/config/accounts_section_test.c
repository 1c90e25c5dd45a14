/* SPDX-License-Identifier: Apache-2.0 */
/* `accounts:` as they are read, and their time zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/zone.h"
#include "loading.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define ACCOUNTS "accounts: { \"111122223333\": prod, \"444455556666\": sandbox }\n"

static struct config *load(const char *text)
{
	return load_good(text, CONFIG_JUDGING);
}

static void assert_problems(const char *text, const char *expected)
{
	assert_refused(text, CONFIG_JUDGING, expected);
}

static void accounts_have_names(void **state)
{
	(void)state;
	setenv("ROOTWATCH_TEST_NAME", "sandbox", 1);
	setenv("ROOTWATCH_TEST_ACCOUNTS", "111122223333=prod, 444455556666=sandbox=2", 1);
	static const struct {
		const char *text, *sandbox;
	} rows[] = {
	    {ACCOUNTS, "sandbox"},
	    {"accounts: { 111122223333: prod, 444455556666: \"${ROOTWATCH_TEST_NAME}\" }\n", "sandbox"},
	    {"accounts: \"${ROOTWATCH_TEST_ACCOUNTS}\"\n", "sandbox=2"},
	    {"accounts: 111122223333=prod,,444455556666=the sandbox,\n", "the sandbox"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(config) struct config *config = load(rows[i].text);
		assert_int_equal(config->policy.account_count, 2);
		assert_string_equal(policy_account_name(&config->policy, "111122223333"), "prod");
		assert_string_equal(policy_account_name(&config->policy, "444455556666"), rows[i].sandbox);
		assert_string_equal(policy_account_name(&config->policy, "777788889999"), "");
	}
}

static void an_account_may_begin_with_zero(void **state)
{
	(void)state;
	SCOPED(config) struct config *config = load("accounts: { 001122223333: old }\n");
	assert_string_equal(policy_account_name(&config->policy, "001122223333"), "old");
}

static void accounts_may_be_left_out(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "accounts:\n", "accounts: {}\n", "accounts: \"\"\n",
	                                    "accounts: \"${ROOTWATCH_TEST_NOT_SET:-}\"\n"};
	for (size_t i = 0; i < LENGTH(texts); i++) {
		SCOPED(config) struct config *config = load(texts[i]);
		assert_int_equal(config->policy.account_count, 0);
	}
}

static void wrong_accounts_are_refused_at_their_place(void **state)
{
	(void)state;
	assert_problems("accounts:\n"
	                "  prod: 111122223333\n"
	                "  1111-2222-3333: dashes\n"
	                "  444455556666: [sandbox]\n"
	                "  444455556666: twice\n",
	                "2:3: accounts: an account id has twelve digits\n"
	                "3:3: accounts: an account id has twelve digits\n"
	                "4:17: the account's name must be a text, not a list\n"
	                "5:3: the key \"444455556666\" stands here twice, first in line 4\n");
	assert_problems("accounts: [prod]\n", "1:11: accounts must be a mapping of account ids to names, not a list\n");
	assert_problems("accounts: 111122223333\n",
	                "1:11: accounts, as one text, must look like 111122223333=prod,444455556666=test\n");
	assert_problems("accounts: prod=111122223333\n", "1:11: accounts: an account id has twelve digits\n");
	assert_problems("accounts: { 11112222333\xd9\xa3: prod }\n", "1:13: accounts: an account id has twelve digits\n");
}

static void an_account_may_have_more_than_a_name(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config = load("policy: { timezone: America/New_York }\n"
	                             "accounts:\n"
	                             "  \"111122223333\": prod\n"
	                             "  \"444455556666\":\n"
	                             "    name: sandbox\n"
	                             "    timezone: Asia/Tokyo\n"
	                             "    hours: [\"Mon-Fri 09:00-18:00\", \"Sat\"]\n"
	                             "    networks: [198.51.100.0/24, \"2001:db8::/48\"]\n"
	                             "  \"777788889999\": { hours: \"Mon,Tue 09:00-18:00\", networks: 192.0.2.7 }\n");
	const struct policy_account *accounts = config->policy.accounts;
	assert_int_equal(config->policy.account_count, 3);
	assert_null(accounts[0].zone);
	assert_int_equal(accounts[0].hour_count + accounts[0].network_count, 0);
	assert_string_equal(accounts[1].name, "sandbox");
	assert_string_equal(config_zone_name(config, accounts[1].zone), "Asia/Tokyo");
	assert_int_equal(zone_offset_s(accounts[1].zone, 1798761600), 9 * 3600);
	assert_int_equal(accounts[1].hour_count, 2);
	assert_int_equal(accounts[1].network_count, 2);
	assert_true(cidr_contains(&accounts[1].networks[1], "2001:db8::7"));
	assert_string_equal(accounts[2].name, "");
	assert_int_equal(accounts[2].hour_count, 1); /* its comma parts days */
	assert_int_equal(accounts[2].network_count, 1);
}

/* LeakSanitizer would tell, or a double free, were they not. */
static void accounts_share_their_zones(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config = load("accounts:\n"
	                             "  \"111122223333\": { timezone: Europe/Berlin }\n"
	                             "  \"444455556666\": { timezone: Asia/Tokyo }\n"
	                             "  \"777788889999\": { timezone: Europe/Berlin }\n"
	                             "policy: { timezone: Europe/Berlin }\n");
	const struct policy_account *accounts = config->policy.accounts;
	assert_ptr_equal(accounts[0].zone, accounts[2].zone);
	assert_ptr_equal(accounts[0].zone, config->policy.zone);
	assert_ptr_not_equal(accounts[0].zone, accounts[1].zone);
	assert_problems("accounts:\n"
	                "  \"111122223333\": { timezone: Europe/Berlin }\n"
	                "policy: { hours: never }\n",
	                "3:18: hours must be times such as \"Sat 02:00-04:00\", \"Mon-Fri 08:00-18:00\" or "
	                "\"Sat,Sun\", or a list of them\n");
}

static void what_is_wrong_with_an_account_is_told(void **state)
{
	(void)state;
	assert_problems("accounts:\n"
	                "  \"111122223333\":\n"
	                "    nme: prod\n"
	                "    timezone: Nowhere\n"
	                "    hours: [\"Mon 25:00-26:00\"]\n"
	                "    networks: [300.0.0.1]\n"
	                "  \"4444\": { name: [sandbox] }\n",
	                "3:5: an account has no key \"nme\"; did you mean \"name\"?\n"
	                "4:15: timezone must be a time zone that this system knows (package tzdata), such as "
	                "Europe/Berlin\n"
	                "5:13: hours must be times such as \"Sat 02:00-04:00\", \"Mon-Fri 08:00-18:00\" or \"Sat,Sun\", "
	                "or a list of them\n"
	                "6:16: networks must be a list of addresses or networks such as 203.0.113.0/24\n"
	                "7:3: accounts: an account id has twelve digits\n"
	                "7:19: name must be a text, not a list\n");
}

static void an_account_without_a_name_is_meant_by_its_id(void **state)
{
	(void)state;
	static const char text[] = "accounts: { \"111122223333\": { timezone: UTC } }\n"
	                           "policy: { routine: [{ name: r, mfa: true, accounts: [prod] }] }\n";
	assert_problems(text, "2:54: accounts must be a list of account ids or of names given under accounts\n");
	SCOPED(config) struct config *config = load("accounts: { \"111122223333\": { timezone: UTC } }\n");
	assert_true(policy_account_is(&config->policy, "111122223333", "111122223333"));
	assert_false(policy_account_is(&config->policy, "", "111122223333"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(accounts_have_names),
	    cmocka_unit_test(an_account_may_begin_with_zero),
	    cmocka_unit_test(accounts_may_be_left_out),
	    cmocka_unit_test(wrong_accounts_are_refused_at_their_place),
	    cmocka_unit_test(an_account_may_have_more_than_a_name),
	    cmocka_unit_test(accounts_share_their_zones),
	    cmocka_unit_test(what_is_wrong_with_an_account_is_told),
	    cmocka_unit_test(an_account_without_a_name_is_meant_by_its_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
