/* SPDX-License-Identifier: Apache-2.0 */
/* Routine rules: every condition where it holds and where it just does not; windows over midnight, weeks and zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/zone.h"
#include "policy.h"
#include "rootwatch/scope.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

DEFINE_SCOPE(zone, struct zone, zone_free)

static const struct policy_moment somewhere;

static const struct policy_account accounts[] = {{.id = "111122223333", .name = "prod"},
                                                 {.id = "444455556666", .name = "sandbox"}};
static const struct policy policy = {.accounts = accounts, .account_count = LENGTH(accounts)};

/* CreateUser by root of prod with MFA, on a Tuesday. */
static struct event an_event(void)
{
	struct event event;
	event_blank(&event);
	event.event_source = "iam.amazonaws.com";
	event.event_name = "CreateUser";
	event.recipient_account = "111122223333";
	event.source_ip = "203.0.113.7";
	event.region = "us-east-1";
	event.user_agent = "aws-cli/2.22.4 md/awscrt";
	event.identity.mfa_authenticated = TRISTATE_YES;
	assert_true(clock_parse_utc("2026-11-24T03:55:01Z", &event.time_s));
	return event;
}

static void assert_fails(const struct policy_rule *rule, const struct event *event, const char *expected)
{
	const char *fails = policy_rule_fails(&policy, rule, event, &somewhere);
	if (strcmp(fails ? fails : "nothing", expected ? expected : "nothing") != 0)
		fail_msg("%s: fails %s, not %s", rule->name, fails, expected);
}

#define COUNT(...)    (sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define EVENTS(...)   .events = (const char *const[]){__VA_ARGS__}, .event_count = COUNT(__VA_ARGS__)
#define ACCOUNTS(...) .accounts = (const char *const[]){__VA_ARGS__}, .account_count = COUNT(__VA_ARGS__)
#define REGIONS(...)  .regions = (const char *const[]){__VA_ARGS__}, .region_count = COUNT(__VA_ARGS__)

static void conditions_of_text(void **state)
{
	(void)state;
	const struct {
		struct policy_rule rule;
		const char *fails;
	} rows[] = {
	    {{.name = "nothing asked"}, NULL},
	    {{EVENTS("iam:CreateUser")}, NULL},
	    {{EVENTS("iam:*")}, NULL},
	    {{EVENTS("*")}, NULL},
	    {{EVENTS("iam:Create????")}, NULL},
	    {{EVENTS("s3:*", "iam:CreateUser")}, NULL},
	    {{EVENTS("iam:CreateUse")}, "events"},
	    {{EVENTS("iam:createuser")}, "events"},
	    {{EVENTS("CreateUser")}, "events"},
	    {{EVENTS("iam.amazonaws.com:CreateUser")}, "events"},
	    {{EVENTS("iam:Create?????")}, "events"},
	    {{EVENTS("s3:*", "sts:*")}, "events"},
	    {{ACCOUNTS("111122223333")}, NULL},
	    {{ACCOUNTS("prod")}, NULL},
	    {{ACCOUNTS("sandbox", "prod")}, NULL},
	    {{ACCOUNTS("sandbox")}, "accounts"},
	    {{ACCOUNTS("Prod")}, "accounts"},
	    {{ACCOUNTS("pro*")}, "accounts"},
	    {{ACCOUNTS("444455556666", "")}, "accounts"},
	    {{REGIONS("us-east-1")}, NULL},
	    {{REGIONS("eu-west-1", "us-east-1")}, NULL},
	    {{REGIONS("us-east-2")}, "regions"},
	    {{REGIONS("us-east-*")}, "regions"},
	    {{.user_agent = "aws-cli/*"}, NULL},
	    {{.user_agent = "*awscrt"}, NULL},
	    {{.user_agent = "aws-cli"}, "user_agent"},
	    {{.user_agent = ""}, "user_agent"},
	    {{.user_agent = "curl/*"}, "user_agent"},
	    /* all must hold; the first that does not is named */
	    {{EVENTS("iam:*"), ACCOUNTS("prod"), REGIONS("us-east-1"), .user_agent = "aws-cli/*"}, NULL},
	    {{EVENTS("iam:*"), ACCOUNTS("prod"), REGIONS("us-east-1"), .user_agent = "curl/*"}, "user_agent"},
	    {{EVENTS("s3:*"), ACCOUNTS("sandbox"), REGIONS("us-east-2"), .user_agent = "curl/*"}, "events"},
	    {{EVENTS("iam:*"), ACCOUNTS("sandbox"), REGIONS("us-east-2"), .user_agent = "curl/*"}, "accounts"},
	};
	struct event event = an_event();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *fails = policy_rule_fails(&policy, &rows[i].rule, &event, &somewhere);
		if (strcmp(fails ? fails : "", rows[i].fails ? rows[i].fails : "") != 0)
			fail_msg("row %zu fails %s, not %s", i, fails, rows[i].fails);
	}
}

static void an_account_nobody_knows_is_no_account_of_a_rule(void **state)
{
	(void)state;
	struct event event = an_event();
	const struct policy_rule rule = {.name = "prod", ACCOUNTS("prod", "")};
	event.recipient_account = "";
	assert_fails(&rule, &event, "accounts");
	event.recipient_account = "999999999999";
	assert_fails(&rule, &event, "accounts");
	event.recipient_account = "prod";
	assert_fails(&rule, &event, "accounts");
}

static void source_addresses(void **state)
{
	(void)state;
	static const struct {
		const char *networks[2], *source;
		bool holds;
	} rows[] = {
	    {{"203.0.113.0/24"}, "203.0.113.7", true},
	    {{"203.0.113.0/24"}, "203.0.113.255", true},
	    {{"203.0.113.0/24"}, "203.0.114.0", false},
	    {{"203.0.113.0/24"}, "203.0.112.255", false},
	    {{"203.0.113.7"}, "203.0.113.7", true},
	    {{"203.0.113.7"}, "203.0.113.8", false},
	    {{"198.51.100.0/24", "203.0.113.0/24"}, "203.0.113.7", true},
	    {{"198.51.100.0/24", "192.0.2.0/24"}, "203.0.113.7", false},
	    {{"2001:db8::/32"}, "2001:db8:ffff::1", true},
	    {{"2001:db8::/32"}, "2001:db9::1", false},
	    {{"203.0.113.0/24"}, "::ffff:203.0.113.7", true},
	    {{"2001:db8::/32"}, "203.0.113.7", false},
	    /* only an address is in a network */
	    {{"0.0.0.0/0", "::/0"}, "AWS Internal", false},
	    {{"0.0.0.0/0", "::/0"}, "autoscaling.amazonaws.com", false},
	    {{"0.0.0.0/0", "::/0"}, "", false},
	    {{"0.0.0.0/0", "::/0"}, "203.0.113.7 ", false},
	    {{"0.0.0.0/0", "::/0"}, "198.51.100.1", true},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct cidr networks[2];
		size_t count = rows[i].networks[1] ? 2 : 1;
		for (size_t k = 0; k < count; k++)
			assert_true(parse_cidr(rows[i].networks[k], &networks[k]));
		const struct policy_rule rule = {.name = rows[i].source, .source_ips = networks, .source_ip_count = count};
		struct event event = an_event();
		event.source_ip = rows[i].source;
		assert_fails(&rule, &event, rows[i].holds ? NULL : "source_ips");
	}
}

static void second_factors(void **state)
{
	(void)state;
	enum { ABSENT = TRISTATE_UNKNOWN, NO = TRISTATE_NO, YES = TRISTATE_YES };
	static const struct {
		int wanted, used, session;
		bool holds;
	} rows[] = {
	    {ABSENT, NO, NO, true},       {YES, ABSENT, YES, true}, {YES, YES, ABSENT, true},
	    {YES, ABSENT, ABSENT, false}, {YES, YES, NO, false},    {YES, NO, YES, false},
	    {NO, ABSENT, NO, true},       {NO, ABSENT, YES, false}, {NO, ABSENT, ABSENT, false},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct policy_rule rule = {.name = "mfa", .mfa = (enum tristate)rows[i].wanted};
		struct event event = an_event();
		event.mfa_used = (enum tristate)rows[i].used;
		event.identity.mfa_authenticated = (enum tristate)rows[i].session;
		assert_fails(&rule, &event, rows[i].holds ? NULL : "mfa");
	}
	const struct policy_rule rule = {.name = "key", .mfa = TRISTATE_YES};
	struct event event = an_event();
	event.identity.mfa_authenticated = TRISTATE_UNKNOWN;
	event.identity.access_key_id = "AKIAIOSFODNN7EXAMPLE";
	assert_fails(&rule, &event, "mfa");
}

static void rules_end(void **state)
{
	(void)state;
	struct event event = an_event();
	struct policy_rule rule = {.name = "until", .until_s = event.time_s + 1};
	assert_fails(&rule, &event, NULL);
	rule.until_s = event.time_s;
	assert_fails(&rule, &event, "until");
	event.time_s = 0; /* unknown: before no date */
	assert_fails(&rule, &event, "until");
	rule.until_s = 0;
	assert_fails(&rule, &event, NULL);
}

static void networks_and_accounts_must_be_known_when_that_is_asked(void **state)
{
	(void)state;
	static const struct {
		struct policy_rule rule;
		struct policy_moment moment;
		const char *fails;
	} rows[] = {
	    {{.name = "nothing asked"}, {.known_network = false, .history = false}, NULL},
	    {{.name = "network", .known_network = true}, {.known_network = true, .history = false}, NULL},
	    {{.name = "network", .known_network = true}, {.known_network = false, .history = true}, "known_network"},
	    {{.name = "history", .history = true}, {.known_network = false, .history = true}, NULL},
	    {{.name = "history", .history = true}, {.known_network = true, .history = false}, "history"},
	};
	struct event event = an_event();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *fails = policy_rule_fails(&policy, &rows[i].rule, &event, &rows[i].moment);
		if (strcmp(fails ? fails : "", rows[i].fails ? rows[i].fails : "") != 0)
			fail_msg("row %zu fails %s, not %s", i, fails, rows[i].fails);
	}
}

/* ---- the built-in rule ---- */

static const char *built_in_fails(const struct event *event, struct policy_moment moment)
{
	static const struct policy defaults = {.defaults = true};
	return policy_rule_fails(&defaults, policy_rule_at(&defaults, 0), event, &moment);
}

static void rules_are_tried_in_order_the_built_in_one_last(void **state)
{
	(void)state;
	static const struct policy_rule own[] = {{.name = "first"}, {.name = "second"}};
	struct policy both = {.rules = own, .rule_count = LENGTH(own), .defaults = true};
	assert_string_equal(policy_rule_at(&both, 0)->name, "first");
	assert_string_equal(policy_rule_at(&both, 1)->name, "second");
	assert_string_equal(policy_rule_at(&both, 2)->name, "built-in: user provisioning");
	assert_null(policy_rule_at(&both, 3));
	both.defaults = false;
	assert_null(policy_rule_at(&both, 2));
	assert_null(policy_rule_at(&policy, 0));
}

static void making_users_and_groups_is_normal_by_itself(void **state)
{
	(void)state;
	static const struct {
		const char *source, *name;
		bool holds;
	} rows[] = {
	    {"iam.amazonaws.com", "CreateUser", true},       {"iam.amazonaws.com", "CreateGroup", true},
	    {"iam.amazonaws.com", "AddUserToGroup", false},  {"iam.amazonaws.com", "AttachUserPolicy", false},
	    {"iam.amazonaws.com", "PutGroupPolicy", false},  {"iam.amazonaws.com", "CreateLoginProfile", false},
	    {"iam.amazonaws.com", "CreateAccessKey", false}, {"iam.amazonaws.com", "CreateRole", false},
	    {"iam.amazonaws.com", "TagUser", false},         {"cognito-idp.amazonaws.com", "CreateGroup", false},
	};
	const struct policy_moment known = {.known_network = true, .history = true};
	struct event event = an_event();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		event.event_source = rows[i].source;
		event.event_name = rows[i].name;
		if ((built_in_fails(&event, known) == NULL) != rows[i].holds)
			fail_msg("%s", rows[i].name);
	}
}

static void and_only_with_mfa_from_where_root_is_known(void **state)
{
	(void)state;
	struct event event = an_event();
	assert_string_equal(built_in_fails(&event, (struct policy_moment){.history = true}), "known_network");
	assert_string_equal(built_in_fails(&event, (struct policy_moment){.known_network = true}), "history");
	event.identity.mfa_authenticated = TRISTATE_UNKNOWN;
	assert_string_equal(built_in_fails(&event, (struct policy_moment){.known_network = true, .history = true}), "mfa");
}

enum { MON = 1, TUE = 2, WED = 4, THU = 8, FRI = 16, SAT = 32, SUN = 64, ANY_DAY = 127 };

static void windows_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned days;
		int start_min, end_min;
	} rows[] = {
	    {"Sat 02:00-04:00", SAT, 120, 240},
	    {"Mon-Fri 08:00-18:00", MON | TUE | WED | THU | FRI, 480, 1080},
	    {"02:00-04:00", ANY_DAY, 120, 240},
	    {"Sat,Sun", SAT | SUN, 0, 1440},
	    {"Sun", SUN, 0, 1440},
	    {"Sat-Mon", SAT | SUN | MON, 0, 1440},
	    {"Mon-Mon", MON, 0, 1440},
	    {"Mon-Sun", ANY_DAY, 0, 1440},
	    {"Mon,Wed-Thu,Sat 22:30-06:15", MON | WED | THU | SAT, 1350, 375},
	    {"00:00-24:00", ANY_DAY, 0, 1440},
	    {"22:00-00:00", ANY_DAY, 1320, 0},
	    {"08:00-08:00", ANY_DAY, 480, 480},
	    {"23:59-24:00", ANY_DAY, 1439, 1440},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct policy_window window = {.days = 0};
		if (!policy_window_parse(rows[i].text, &window) || window.days != rows[i].days ||
		    window.start_min != rows[i].start_min || window.end_min != rows[i].end_min)
			fail_msg("%s: %x %d %d", rows[i].text, window.days, window.start_min, window.end_min);
	}
}

static void windows_that_mean_nothing_are_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "",
	    " ",
	    "Sat ",
	    "Sat  02:00-04:00",
	    "Sat 02:00-04:00 ",
	    " Sat",
	    "sat",
	    "Saturday",
	    "Sat;Sun",
	    "Sat,",
	    ",Sat",
	    "Sat, Sun",
	    "Mon-",
	    "-Mon",
	    "Mon--Tue",
	    "Mon-Tue-Wed",
	    "Sat02:00-04:00",
	    "Sat 02:00",
	    "02:00",
	    "02:00-",
	    "-04:00",
	    "02:00-04:00x",
	    "2:00-04:00",
	    "02:00-4:00",
	    "02:0-04:00",
	    "02:00-4:000",
	    "002:00-04:00",
	    "02:60-04:00",
	    "24:00-25:00",
	    "24:00-02:00",
	    "24:01-02:00",
	    "02:00-24:01",
	    "25:00-26:00",
	    "-2:00-04:00",
	    "02:-1-04:00",
	    "02:+3-04:00",
	    "02: 3-04:00",
	    "02:-04:00",
	    "+2:00-04:00",
	    "02.00-04.00",
	    "02:00-04:00,Sat",
	    "0200-0400",
	    "\xc3\xa4",
	};
	for (size_t i = 0; i < LENGTH(texts); i++) {
		struct policy_window window = {.days = 99};
		if (policy_window_parse(texts[i], &window))
			fail_msg("\"%s\" was read", texts[i]);
		assert_int_equal(window.days, 99);
	}
}

static void assert_windows(const struct policy *zoned, const char *text, const char *time, bool holds)
{
	struct policy_window window;
	struct event event = an_event();
	assert_true(policy_window_parse(text, &window));
	assert_true(clock_parse_utc(time, &event.time_s));
	const struct policy_rule rule = {.name = text, .windows = &window, .window_count = 1};
	const char *fails = policy_rule_fails(zoned, &rule, &event, &somewhere);
	if ((fails == NULL) != holds || (fails && strcmp(fails, "window") != 0))
		fail_msg("%s at %s fails: %s", text, time, fails);
}

static void windows_in_utc(void **state)
{
	(void)state;
	static const struct {
		const char *window, *time;
		bool holds;
	} rows[] = {
	    /* 2026-11-24 is a Tuesday */
	    {"Tue", "2026-11-24T00:00:00Z", true},
	    {"Tue", "2026-11-24T23:59:59Z", true},
	    {"Tue", "2026-11-23T23:59:59Z", false},
	    {"Tue", "2026-11-25T00:00:00Z", false},
	    {"Mon,Wed-Sun", "2026-11-24T12:00:00Z", false},
	    {"Tue 02:00-04:00", "2026-11-24T01:59:59Z", false},
	    {"Tue 02:00-04:00", "2026-11-24T02:00:00Z", true},
	    {"Tue 02:00-04:00", "2026-11-24T03:59:59Z", true},
	    {"Tue 02:00-04:00", "2026-11-24T04:00:00Z", false},
	    {"Tue 02:00-04:00", "2026-11-25T03:00:00Z", false},
	    /* over midnight: the day is the start's */
	    {"Mon 22:00-02:00", "2026-11-23T21:59:59Z", false},
	    {"Mon 22:00-02:00", "2026-11-23T22:00:00Z", true},
	    {"Mon 22:00-02:00", "2026-11-24T01:59:59Z", true},
	    {"Mon 22:00-02:00", "2026-11-24T02:00:00Z", false},
	    {"Mon 22:00-02:00", "2026-11-23T01:00:00Z", false},
	    {"Mon 22:00-02:00", "2026-11-24T22:00:00Z", false},
	    {"Sun 22:00-02:00", "2026-11-23T01:00:00Z", true}, /* and over the week's end */
	    {"Tue 22:00-00:00", "2026-11-24T23:59:59Z", true},
	    {"Tue 22:00-00:00", "2026-11-25T00:00:00Z", false},
	    {"Tue 22:00-24:00", "2026-11-24T23:59:59Z", true},
	    {"Tue 22:00-24:00", "2026-11-25T00:00:00Z", false},
	    {"Tue 08:00-08:00", "2026-11-24T08:00:00Z", true}, /* a whole day from then on */
	    {"Tue 08:00-08:00", "2026-11-25T07:59:59Z", true},
	    {"Tue 08:00-08:00", "2026-11-24T07:59:59Z", false},
	    {"Tue 08:00-08:00", "2026-11-25T08:00:00Z", false},
	    {"Thu", "1970-01-08T00:00:00Z", true},
	    {"00:00-24:00", "1970-01-01T00:00:00Z", false}, /* no time at all */
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_windows(&policy, rows[i].window, rows[i].time, rows[i].holds);
}

static void windows_in_a_zone_with_daylight_saving(void **state)
{
	(void)state;
	static const struct {
		const char *window, *time;
		bool holds;
	} rows[] = {
	    /* Berlin: +1 in winter, +2 from 2026-03-29T01:00Z to 2026-10-25T01:00Z */
	    {"Tue 02:00-04:00", "2026-11-24T00:59:59Z", false},
	    {"Tue 02:00-04:00", "2026-11-24T01:00:00Z", true},
	    {"Tue 02:00-04:00", "2026-11-24T03:00:00Z", false},
	    {"Tue 02:00-04:00", "2026-07-14T00:00:00Z", true},
	    {"Tue 02:00-04:00", "2026-07-14T02:00:00Z", false},
	    {"Tue", "2026-11-23T23:00:00Z", true}, /* the day is the local one */
	    {"Tue", "2026-11-24T23:00:00Z", false},
	    {"Sun 00:00-03:00", "2026-03-29T00:59:59Z", true}, /* 01:59:59, then it is 03:00 */
	    {"Sun 00:00-03:00", "2026-03-29T01:00:00Z", false},
	    {"Sun 02:00-03:00", "2026-10-25T00:30:00Z", true}, /* 02:30 comes twice */
	    {"Sun 02:00-03:00", "2026-10-25T01:30:00Z", true},
	    {"Sun 02:00-03:00", "2026-10-25T02:00:00Z", false},
	};
	struct err err;
	SCOPED(zone) struct zone *zone = zone_load("Europe/Berlin", &err);
	assert_non_null(zone);
	const struct policy zoned = {.zone = zone};
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_windows(&zoned, rows[i].window, rows[i].time, rows[i].holds);
}

static void one_of_several_windows_is_enough(void **state)
{
	(void)state;
	struct policy_window windows[2];
	assert_true(policy_window_parse("Sat", &windows[0]) && policy_window_parse("Tue", &windows[1]));
	struct policy_rule rule = {.name = "two", .windows = windows, .window_count = 2};
	struct event event = an_event();
	assert_fails(&rule, &event, NULL);
	rule.window_count = 1;
	assert_fails(&rule, &event, "window");
	event.time_s = 0;
	rule.window_count = 2;
	assert_fails(&rule, &event, "window");
}

static void accounts_have_names(void **state)
{
	(void)state;
	assert_string_equal(policy_account_name(&policy, "111122223333"), "prod");
	assert_string_equal(policy_account_name(&policy, "444455556666"), "sandbox");
	assert_string_equal(policy_account_name(&policy, "999999999999"), "");
	assert_string_equal(policy_account_name(&policy, ""), "");
	assert_string_equal(policy_account_name(&(struct policy){.accounts = NULL}, "111122223333"), "");
	assert_true(policy_account_is(&policy, "prod", "111122223333"));
	assert_true(policy_account_is(&policy, "999999999999", "999999999999"));
	assert_false(policy_account_is(&policy, "prod", "444455556666"));
	assert_false(policy_account_is(&policy, "", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(conditions_of_text),
	    cmocka_unit_test(an_account_nobody_knows_is_no_account_of_a_rule),
	    cmocka_unit_test(source_addresses),
	    cmocka_unit_test(second_factors),
	    cmocka_unit_test(rules_end),
	    cmocka_unit_test(networks_and_accounts_must_be_known_when_that_is_asked),
	    cmocka_unit_test(rules_are_tried_in_order_the_built_in_one_last),
	    cmocka_unit_test(making_users_and_groups_is_normal_by_itself),
	    cmocka_unit_test(and_only_with_mfa_from_where_root_is_known),
	    cmocka_unit_test(windows_are_read),
	    cmocka_unit_test(windows_that_mean_nothing_are_refused),
	    cmocka_unit_test(windows_in_utc),
	    cmocka_unit_test(windows_in_a_zone_with_daylight_saving),
	    cmocka_unit_test(one_of_several_windows_is_enough),
	    cmocka_unit_test(accounts_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
