/* SPDX-License-Identifier: Apache-2.0 */
/* `accounts:` and `policy:` as they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/zone.h"
#include "loading.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define ACCOUNTS         "accounts: { \"111122223333\": prod, \"444455556666\": sandbox }\n"
#define RULE(conditions) ACCOUNTS "policy:\n  routine:\n    - { name: r, " conditions " }\n"

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

static void a_rule_is_what_is_written(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config = load("policy:\n"
	                             "  routine:\n"
	                             "    - name: \"yearly drill\"\n"
	                             "      events: [\"iam:CreateUser\", \"s3:*\", \"*\"]\n"
	                             "      accounts: [prod, \"444455556666\", \"777788889999\"]\n"
	                             "      source_ips: 203.0.113.0/24, 2001:db8::/32\n"
	                             "      regions: [us-east-1]\n"
	                             "      user_agent: \"aws-cli/*\"\n"
	                             "      mfa: false\n"
	                             "      window: [\"Sat 02:00-04:00\", \"Sat,Sun\"]\n"
	                             "      until: 2027-01-01T08:00:00Z\n"
	                             "    - { name: other, mfa: true, window: \"Mon,Wed 23:00-01:00\" }\n"
	                             "accounts: { 111122223333: prod }\n"); /* behind the rules that name it */
	const struct policy_rule *rules = config->policy.rules;
	assert_int_equal(config->policy.rule_count, 2);
	assert_string_equal(rules[0].name, "yearly drill");
	assert_int_equal(rules[0].event_count, 3);
	assert_string_equal(rules[0].events[1], "s3:*");
	assert_int_equal(rules[0].account_count, 3);
	assert_string_equal(rules[0].accounts[0], "prod");
	assert_int_equal(rules[0].source_ip_count, 2);
	assert_true(cidr_contains(&rules[0].source_ips[1], "2001:db8::7"));
	assert_string_equal(rules[0].regions[0], "us-east-1");
	assert_string_equal(rules[0].user_agent, "aws-cli/*");
	assert_int_equal(rules[0].mfa, TRISTATE_NO);
	assert_int_equal(rules[0].window_count, 2);
	assert_int_equal(rules[0].windows[1].days, 1 << 5 | 1 << 6);
	assert_int_equal(rules[0].until_s, 1798790400);
	assert_int_equal(rules[1].mfa, TRISTATE_YES);
	assert_int_equal(rules[1].window_count, 1); /* its comma parts days, not windows */
	assert_int_equal(rules[1].windows[0].days, 1 << 0 | 1 << 2);
	assert_int_equal(rules[1].until_s, 0);
	assert_int_equal(config->warning_count, 0);
}

static void every_wrong_condition_is_told(void **state)
{
	(void)state;
	assert_problems(
	    ACCOUNTS "policy:\n"
	             "  routine:\n"
	             "    - name: r\n"
	             "      events: [\"CreateUser\", \"IAM:CreateUser\", \"iam:\", \":x\", \"iam:*\"]\n"
	             "      accounts: [\"sandbx\", \"11112222333\"]\n"
	             "      source_ips: [\"300.0.0.1\", \"10.0.0.0/8\"]\n"
	             "      mfa: \"yes\"\n"
	             "      window: \"Sum 02:00-04:00\"\n"
	             "      until: \"2027-02-30\"\n"
	             "      windw: Sat\n"
	             "    - { events: [\"iam:*\"] }\n"
	             "    - r\n",
	    "5:16: events must be a list of calls such as iam:CreateUser or iam:*, the service in small letters\n"
	    "5:30: events must be a list of calls such as iam:CreateUser or iam:*, the service in small letters\n"
	    "5:48: events must be a list of calls such as iam:CreateUser or iam:*, the service in small letters\n"
	    "5:56: events must be a list of calls such as iam:CreateUser or iam:*, the service in small letters\n"
	    "6:18: accounts must be a list of account ids or of names given under accounts; did you mean "
	    "\"sandbox\"?\n"
	    "6:28: accounts must be a list of account ids or of names given under accounts\n"
	    "7:20: source_ips must be a list of addresses or networks such as 203.0.113.0/24\n"
	    "8:12: mfa must be true or false\n"
	    "9:15: window must be times such as \"Sat 02:00-04:00\", \"Mon-Fri 08:00-18:00\" or \"Sat,Sun\", or a "
	    "list of them\n"
	    "10:14: until must be a date or time such as 2027-01-01 or 2027-01-01T08:00:00Z\n"
	    "11:7: a routine rule has no key \"windw\"; did you mean \"window\"?\n"
	    "12:7: a routine rule needs \"name\"\n"
	    "13:7: a routine rule must be a mapping of keys to values, not a text\n");
}

/* An empty condition would hold always: the rule would explain more than it says. */
static void no_condition_may_come_to_nothing(void **state)
{
	(void)state;
	static const char *const conditions[] = {"events",     "accounts", "source_ips", "regions",
	                                         "user_agent", "mfa",      "window",     "until"};
	static const char *const nothings[] = {"null", "\"\"", "\"${ROOTWATCH_TEST_NOT_SET:-}\"", "~"};
	for (size_t i = 0; i < LENGTH(conditions) * LENGTH(nothings); i++) {
		const char *condition = conditions[i / LENGTH(nothings)];
		char text[256], expected[128];
		snprintf(text, sizeof text, "policy:\n  routine:\n    - name: r\n      %s: %s\n", condition,
		         nothings[i % LENGTH(nothings)]);
		snprintf(expected, sizeof expected, "4:%zu: %s is empty\n", strlen(condition) + 9, condition);
		assert_problems(text, expected);
	}
	assert_problems(RULE("source_ips: []"), "4:30: source_ips is empty\n");
	assert_problems(RULE("source_ips: [\"\", ~]"), "4:30: source_ips is empty\n");
	assert_problems(RULE("source_ips: \"${ROOTWATCH_TEST_NOT_SET}\""),
	                "4:30: source_ips: ROOTWATCH_TEST_NOT_SET is not set\n");
}

static void until_is_a_moment_where_the_clock_hangs(void **state)
{
	(void)state;
	static const struct {
		const char *zone, *until;
		int64_t time_s;
	} rows[] = {
	    {"UTC", "2027-01-01", 1798761600},
	    {"UTC", "2027-01-01T00:00:01Z", 1798761601},
	    {"Europe/Berlin", "2027-01-01", 1798758000}, /* 2026-12-31T23:00:00Z */
	    {"Europe/Berlin", "2027-07-01", 1814392800}, /* summer: 22:00 */
	    {"Europe/Berlin", "2027-03-28", 1806188400}, /* the night to summer time begins in winter's */
	    {"Europe/Berlin", "2027-03-29", 1806271200}, /* and the day after begins in summer's */
	    {"Pacific/Auckland", "2027-04-04",
	     1806750000}, /* UTC's midnight is behind the end of summer time, theirs is not */
	    {"America/New_York", "2027-01-01", 1798779600},        /* 05:00 */
	    {"Europe/Berlin", "2027-01-01T00:00:00Z", 1798761600}, /* says itself where it is */
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char text[256];
		snprintf(text, sizeof text, "policy:\n  routine: [{ name: r, mfa: true, until: \"%s\" }]\n  timezone: %s\n",
		         rows[i].until, rows[i].zone);
		SCOPED(config) struct config *config = load(text);
		if (config->policy.rules[0].until_s != rows[i].time_s)
			fail_msg("%s %s: %lld", rows[i].zone, rows[i].until, (long long)config->policy.rules[0].until_s);
		assert_string_equal(config->timezone, rows[i].zone);
	}
}

static void a_date_that_is_none_is_refused(void **state)
{
	(void)state;
	static const char *const dates[] = {"tomorrow",   "2027-1-1",   "2027-13-01",          "2027-01-01T",
	                                    "01.01.2027", "1798761600", "2027-01-01T00:00:00", "2027-01-01 00:00:00Z",
	                                    "1970-01-01", "1969-12-31", "1970-01-01T00:00:00Z"};
	for (size_t i = 0; i < LENGTH(dates); i++) {
		char text[256];
		snprintf(text, sizeof text, "policy:\n  routine:\n    - { name: r, mfa: true, until: \"%s\" }\n", dates[i]);
		assert_problems(text, "3:36: until must be a date or time such as 2027-01-01 or 2027-01-01T08:00:00Z\n");
	}
}

static void the_time_zone_is_known_here(void **state)
{
	(void)state;
	SCOPED(config) struct config *config = load("policy: { timezone: Europe/Berlin }\n");
	assert_int_equal(zone_offset_s(config->policy.zone, 1798761600), 3600);
	SCOPED(config) struct config *none = load("");
	assert_string_equal(none->timezone, "UTC");
	assert_int_equal(zone_offset_s(none->policy.zone, 1798761600), 0);
	assert_problems("policy: { timezone: Berlin }\n",
	                "1:21: timezone must be a time zone that this system knows (package tzdata), such as "
	                "Europe/Berlin\n");
	assert_problems("policy: { timezone: ../../../etc/passwd }\n",
	                "1:21: timezone must be a time zone that this system knows (package tzdata), such as "
	                "Europe/Berlin\n");
}

static void severities_of_signals_are_overridden(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config = load("policy: { severity: { console_login: critical, root_activity: info } }\n");
	assert_int_equal(config->policy.override_count, 2);
	assert_string_equal(config->policy.overrides[0].signal, "console_login");
	assert_int_equal(config->policy.overrides[0].severity, SEVERITY_CRITICAL);
	assert_string_equal(config->policy.overrides[1].signal, "root_activity");
	assert_int_equal(config->policy.overrides[1].severity, SEVERITY_INFO);
}

static void signals_and_severities_must_exist(void **state)
{
	(void)state;
	assert_problems("policy:\n"
	                "  severity:\n"
	                "    console_loginn: high\n"
	                "    no_such_thing_at_all: high\n"
	                "    console_login: hihg\n"
	                "    root_activity: [low]\n",
	                "3:5: there is no signal \"console_loginn\"; did you mean \"console_login\"?\n"
	                "4:5: there is no signal \"no_such_thing_at_all\"\n"
	                "5:20: severity must be one of info, low, medium, high, critical; did you mean \"high\"?\n"
	                "6:20: severity must be a text, not a list\n");
	assert_problems("policy: { severity: high }\n", "1:21: severity must be a mapping of keys to values, not a text\n");
	assert_problems("policy: { routine: { name: r } }\n", "1:20: routine must be a list of rules, not a mapping\n");
	assert_problems("policy: { rutine: [] }\n", "1:11: policy has no key \"rutine\"; did you mean \"routine\"?\n");
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
	    RULE("events: \"iam:*\""),  RULE("source_ips: 203.0.113.7"),
	    RULE("regions: us-east-1"), RULE("user_agent: \"*\""),
	    RULE("mfa: true"),          RULE("window: Sat"),
	};
	for (size_t i = 0; i < LENGTH(narrower); i++) {
		SCOPED(config) struct config *other = load(narrower[i]);
		assert_int_equal(other->warning_count, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(accounts_have_names),
	    cmocka_unit_test(an_account_may_begin_with_zero),
	    cmocka_unit_test(accounts_may_be_left_out),
	    cmocka_unit_test(wrong_accounts_are_refused_at_their_place),
	    cmocka_unit_test(a_rule_is_what_is_written),
	    cmocka_unit_test(every_wrong_condition_is_told),
	    cmocka_unit_test(no_condition_may_come_to_nothing),
	    cmocka_unit_test(until_is_a_moment_where_the_clock_hangs),
	    cmocka_unit_test(a_date_that_is_none_is_refused),
	    cmocka_unit_test(the_time_zone_is_known_here),
	    cmocka_unit_test(severities_of_signals_are_overridden),
	    cmocka_unit_test(signals_and_severities_must_exist),
	    cmocka_unit_test(a_rule_for_nearly_everything_is_doubted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
