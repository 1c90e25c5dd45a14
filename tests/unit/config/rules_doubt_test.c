/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that are legal but probably not meant, and near misses that must not be doubted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "loading.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define ACCOUNTS         "accounts: { \"111122223333\": prod, \"444455556666\": sandbox }\n"
#define RULE(conditions) ACCOUNTS "policy:\n  routine:\n    - { name: r, " conditions " }\n"

static struct config *load(const char *text)
{
	return load_good(text, CONFIG_JUDGING);
}

static void a_rule_for_nearly_everything_is_doubted(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config = load(RULE("accounts: [prod], until: 2027-01-01"));
	assert_int_equal(config->warning_count, 1);
	assert_string_equal(config->warnings[0],
	                    "routine rule \"r\" has no condition but accounts and time limit: it makes "
	                    "nearly everything routine");
	static const char *const narrower[] = {
	    RULE("events: \"iam:*\""),   RULE("source_ips: 203.0.113.7"),
	    RULE("regions: us-east-1"),  RULE("user_agent: \"aws-cli/*\""),
	    RULE("mfa: true"),           RULE("window: Sat"),
	    RULE("known_network: true"),
	};
	for (size_t i = 0; i < LENGTH(narrower); i++) {
		SCOPED(config) struct config *other = load(narrower[i]);
		assert_int_equal(other->warning_count, 0);
	}
}

static void what_holds_for_everything_does_not_narrow(void **state)
{
	(void)state;
	static const char *const wide[] = {
	    RULE("events: \"*\""),
	    RULE("events: [\"iam:CreateUser\", \"*:*\"]"),
	    RULE("user_agent: \"*\""),
	    RULE("source_ips: 0.0.0.0/0"),
	    RULE("source_ips: \"::/0\""),
	    RULE("events: \"*\", user_agent: \"**\", source_ips: [10.0.0.0/8, 0.0.0.0/0], accounts: prod, until: "
	         "2027-01-01"),
	};
	for (size_t i = 0; i < LENGTH(wide); i++) {
		SCOPED(config) struct config *config = load(wide[i]);
		if (config->warning_count != 1)
			fail_msg("%s: %zu warnings", wide[i], config->warning_count);
	}
	static const char *const narrow[] = {
	    RULE("events: \"*:Create*\""),    RULE("events: \"iam:*\""),     RULE("source_ips: 128.0.0.0/1"),
	    RULE("source_ips: \"2000::/3\""), RULE("user_agent: \"*aws*\""),
	};
	for (size_t i = 0; i < LENGTH(narrow); i++) {
		SCOPED(config) struct config *config = load(narrow[i]);
		if (config->warning_count != 0)
			fail_msg("%s: %s", narrow[i], config->warnings[0]);
	}
}

static const struct pair {
	const char *first, *second;
	bool shadowed;
} pairs[] = {
    {"events: 'iam:CreateUser'", "events: 'iam:CreateUser'", true},
    {"events: 'iam:*'", "events: 'iam:CreateUser'", true},
    {"events: 'iam:*'", "events: 'iam:Create*'", true},
    {"events: 'iam:*'", "events: ['iam:CreateUser', 's3:*']", false},
    {"events: ['s3:*', 'iam:*']", "events: ['iam:CreateUser', 's3:*']", true},
    {"events: 'iam:CreateUser'", "events: 'iam:*'", false},
    {"events: 'iam:CreateUse?'", "events: 'iam:CreateUse*'", false},
    {"events: 'iam:CreateUse?'", "events: 'iam:CreateUser'", true},
    {"events: 'iam:*'", "mfa: true", false},
    {"events: 'iam:*'", "events: 'iam:CreateUser', mfa: true", true},
    {"events: 'iam:*', mfa: true", "events: 'iam:CreateUser'", false},
    {"events: 'iam:*', mfa: true", "events: 'iam:CreateUser', mfa: false", false},
    {"mfa: true, accounts: prod", "mfa: true, accounts: prod", true},
    {"mfa: true, accounts: prod", "mfa: true, accounts: '111122223333'", true},
    {"mfa: true, accounts: prod", "mfa: true, accounts: [prod, sandbox]", false},
    {"mfa: true, accounts: [prod, sandbox]", "mfa: true, accounts: sandbox", true},
    {"mfa: true, accounts: prod", "mfa: true", false},
    {"source_ips: 203.0.113.0/24", "source_ips: 203.0.113.7", true},
    {"source_ips: 203.0.113.0/25", "source_ips: 203.0.113.200", false},
    {"source_ips: 203.0.113.0/24", "source_ips: 203.0.0.0/16", false},
    {"source_ips: '2001:db8::/32'", "source_ips: '2001:db8:1::/48'", true},
    {"source_ips: '2001:db8::/32'", "mfa: true", false},
    {"known_network: true", "known_network: true, mfa: true", true},
    {"known_network: true", "mfa: true", false},
    {"regions: [us-east-1, eu-west-1]", "regions: us-east-1", true},
    {"regions: us-east-1", "regions: [us-east-1, eu-west-1]", false},
    {"regions: us-east-1", "mfa: true", false},
    {"user_agent: 'aws-*'", "user_agent: 'aws-cli/*'", true},
    {"user_agent: 'aws-cli/*'", "user_agent: 'aws-*'", false},
    {"user_agent: 'aws-cli/*'", "mfa: true", false},
    {"window: 'Mon-Fri 08:00-18:00'", "window: 'Tue 09:00-10:00'", true},
    {"window: 'Mon-Fri 08:00-18:00'", "window: ['Tue 09:00-10:00', 'Sat 09:00-10:00']", false},
    {"window: 'Mon-Fri 08:00-18:00'", "window: 'Tue 17:00-19:00'", false},
    {"window: 'Mon 22:00-04:00'", "window: 'Mon 23:00-02:00'", true},
    {"window: 'Mon 22:00-04:00'", "window: 'Mon 01:00-02:00'", false},
    {"window: 'Mon 22:00-04:00'", "mfa: true", false},
    {"mfa: true, until: 2027-06-01", "mfa: true, until: 2027-01-01", true},
    {"mfa: true, until: 2027-01-01", "mfa: true, until: 2027-06-01", false},
    {"mfa: true, until: 2027-01-01", "mfa: true", false},
    {"mfa: true", "mfa: true, allow: burst", false},
    {"mfa: true, allow: [burst, new_network]", "mfa: true, allow: burst", true},
};

static void a_rule_that_never_has_its_turn_is_doubted(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(pairs); i++) {
		char text[512];
		snprintf(text, sizeof text, ACCOUNTS "policy: { routine: [{ name: a, %s }, { name: b, %s }] }\n",
		         pairs[i].first, pairs[i].second);
		SCOPED(config) struct config *config = load(text);
		if (config->warning_count != pairs[i].shadowed)
			fail_msg("%s; %s: %zu warnings", pairs[i].first, pairs[i].second, config->warning_count);
		if (pairs[i].shadowed)
			assert_string_equal(config->warnings[0],
			                    "routine rule \"b\" explains nothing that \"a\", which stands before it, does not "
			                    "explain");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_rule_for_nearly_everything_is_doubted),
	    cmocka_unit_test(what_holds_for_everything_does_not_narrow),
	    cmocka_unit_test(a_rule_that_never_has_its_turn_is_doubted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
