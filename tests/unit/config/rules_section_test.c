/* SPDX-License-Identifier: Apache-2.0 */
/* `policy.routine:` as it is read. */
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

static void assert_problems(const char *text, const char *expected)
{
	assert_refused(text, CONFIG_JUDGING, expected);
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
		assert_string_equal(config_zone_name(config, config->policy.zone), rows[i].zone);
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

static void known_networks_are_asked_for_or_not(void **state)
{
	(void)state;
	SCOPED(config) struct config *config = load(RULE("mfa: true, known_network: true"));
	assert_true(config->policy.rules[0].known_network);
	SCOPED(config) struct config *other = load(RULE("mfa: true"));
	assert_false(other->policy.rules[0].known_network);
	assert_problems(RULE("known_network: false"), "4:33: known_network must be true, or left out\n");
	assert_problems(RULE("known_network: maybe"), "4:33: known_network must be true, or left out\n");
}

static void what_is_unusual_is_allowed_by_name(void **state)
{
	(void)state;
	SCOPED(config) struct config *config = load(RULE("mfa: true, allow: [new_network, dormant_root]"));
	const struct policy_rule *rule = config->policy.rules;
	assert_int_equal(rule->allow_count, 2);
	assert_string_equal(rule->allow[0], "new_network");
	assert_string_equal(rule->allow[1], "dormant_root");
	assert_problems(
	    RULE("mfa: true, allow: [new_netwrk, console_login, burst, no_such_thing_at_all]"),
	    "4:37: there is no signal \"new_netwrk\"; did you mean \"new_network\"?\n"
	    "4:49: allow: console_login breaks no rule; what can be allowed is what is unusual, such as new_network\n"
	    "4:71: there is no signal \"no_such_thing_at_all\"\n");
	assert_problems(RULE("mfa: true, allow: { burst: true }"), "4:36: allow must be a list of texts, not a mapping\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_rule_is_what_is_written),          cmocka_unit_test(every_wrong_condition_is_told),
	    cmocka_unit_test(no_condition_may_come_to_nothing),   cmocka_unit_test(until_is_a_moment_where_the_clock_hangs),
	    cmocka_unit_test(a_date_that_is_none_is_refused),     cmocka_unit_test(known_networks_are_asked_for_or_not),
	    cmocka_unit_test(what_is_unusual_is_allowed_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
