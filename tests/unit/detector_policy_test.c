/* SPDX-License-Identifier: Apache-2.0 */
/* Policy and past together: the built-in rule, what breaks a rule and what is allowed, hours and networks by account. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/zone.h"
#include "sample_judgement.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { DAY_S = 24 * 60 * 60 };

DEFINE_SCOPE(zone, struct zone, zone_free)

static const struct policy defaults = {.defaults = true};

/* Root of the event's account read something from where the event comes from, so many days before it. */
static void remember(struct baseline *baseline, const struct event *event, int days_before, int number)
{
	struct judgement judgement;
	struct event before = *event;
	before.time_s -= (int64_t)days_before * DAY_S;
	before.event_name = "ListUsers";
	before.read_only = TRISTATE_YES;
	snprintf(before.dedupe_key, sizeof before.dedupe_key, "e:%d", number);
	detector_judge(&before, &no_policy, baseline, NULL, &judgement);
	assert_true(detector_learn(&before, &judgement, baseline));
}

static struct judgement judge(const struct event *event, const struct policy *policy, const struct baseline *baseline)
{
	struct judgement judgement;
	detector_judge(event, policy, baseline, NULL, &judgement);
	return judgement;
}

/* The fixture, changed, of an account that is known from 40 days of that network. */
static struct judgement judge_settled(const char *fixture_name, const char *changes, const struct policy *policy)
{
	SCOPED(sample) struct sample usual = judged(fixture_name, NULL, &no_policy);
	SCOPED(sample) struct sample sample = judged(fixture_name, changes, &no_policy);
	SCOPED(baseline) struct baseline baseline = {.first_s = 0};
	for (int day = 40; day > 0; day -= 3)
		remember(&baseline, usual.event, day, day);
	return judge(sample.event, policy, &baseline);
}

static void the_founding_example_is_routine(void **state)
{
	(void)state;
	static const struct {
		const char *changes;
		bool routine;
	} rows[] = {
	    {NULL, true},
	    {"{'eventName':'CreateGroup'}", true},
	    {"{'sourceIPAddress':'203.0.113.200'}", true}, /* of the same /24 */
	    {"{'sourceIPAddress':'198.51.100.9'}", false},
	    {"{'sourceIPAddress':'AWS Internal'}", false}, /* no network at all */
	    {"{'userIdentity.sessionContext.attributes.mfaAuthenticated':'false'}", false},
	    {"{'-userIdentity.sessionContext':0}", false},
	    {"{'userIdentity.accessKeyId':'AKIAIOSFODNN7EXAMPLE','-userIdentity.sessionContext':0}", false},
	    {"{'eventName':'AddUserToGroup'}", false},
	    {"{'eventName':'AttachUserPolicy'}", false},
	    {"{'eventName':'PutUserPolicy'}", false},
	    {"{'eventName':'CreateLoginProfile'}", false},
	    {"{'eventName':'CreateAccessKey'}", false},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct judgement judgement = judge_settled("create_user", rows[i].changes, &defaults);
		if ((judgement.verdict == VERDICT_ROUTINE) != rows[i].routine)
			fail_msg("%s: %s", rows[i].changes, verdict_name(judgement.verdict));
		assert_true(!rows[i].routine || judgement.severity <= SEVERITY_LOW);
	}
	struct judgement judgement = judge_settled("create_user", NULL, &defaults);
	assert_string_equal(judgement.rule, "built-in: user provisioning");
	assert_int_equal(judge_settled("create_user", NULL, &no_policy).verdict, VERDICT_ANOMALY);
}

/* Not even from a network that is configured: nobody knows yet what root does there. */
static void nothing_is_routine_by_itself_without_a_history(void **state)
{
	(void)state;
	struct cidr home;
	assert_true(parse_cidr("203.0.113.0/24", &home));
	const struct policy policy = {.defaults = true, .networks = &home, .network_count = 1};
	SCOPED(sample) struct sample sample = judged("create_user", NULL, &policy);
	assert_int_equal(sample.judgement.verdict, VERDICT_ANOMALY);
	SCOPED(baseline) struct baseline baseline = {.first_s = 0};
	assert_int_equal(judge(sample.event, &policy, &baseline).verdict, VERDICT_ANOMALY);
	remember(&baseline, sample.event, 6, 1);
	assert_int_equal(judge(sample.event, &policy, &baseline).verdict, VERDICT_ANOMALY);
	remember(&baseline, sample.event, 8, 2);
	assert_int_equal(judge(sample.event, &policy, &baseline).verdict, VERDICT_ROUTINE);
}

static void a_configured_network_is_a_known_one(void **state)
{
	(void)state;
	struct cidr networks[2];
	assert_true(parse_cidr("198.51.100.0/24", &networks[0]) && parse_cidr("2001:db8::/48", &networks[1]));
	const struct policy_account accounts[] = {
	    {.id = "111122223333", .name = "prod", .networks = networks, .network_count = 2}};
	const struct policy_account others[] = {
	    {.id = "444455556666", .name = "b", .networks = networks, .network_count = 2}};
	const struct {
		struct policy policy;
		const char *changes;
		bool routine;
	} rows[] = {
	    {{.defaults = true, .networks = networks, .network_count = 2}, "{'sourceIPAddress':'198.51.100.9'}", true},
	    {{.defaults = true, .networks = networks, .network_count = 2}, "{'sourceIPAddress':'2001:db8:0:1::9'}", true},
	    {{.defaults = true, .networks = networks, .network_count = 2}, "{'sourceIPAddress':'2001:db8:1::9'}", false},
	    {{.defaults = true, .networks = networks, .network_count = 2}, "{'sourceIPAddress':'198.51.101.9'}", false},
	    {{.defaults = true, .accounts = accounts, .account_count = 1}, "{'sourceIPAddress':'198.51.100.9'}", true},
	    {{.defaults = true, .accounts = others, .account_count = 1}, "{'sourceIPAddress':'198.51.100.9'}", false},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct judgement judgement = judge_settled("create_user", rows[i].changes, &rows[i].policy);
		if ((judgement.verdict == VERDICT_ROUTINE) != rows[i].routine)
			fail_msg("row %zu: %s", i, verdict_name(judgement.verdict));
		assert_int_equal(hit_of(&judgement, "new_network") == NULL, rows[i].routine);
	}
}

/* ---- what breaks a rule ---- */

static const struct policy_rule lax_rules[] = {{.name = "anything"}};
static const struct policy lax = {.rules = lax_rules, .rule_count = 1};

static void what_is_unusual_breaks_a_rule_unless_it_is_allowed(void **state)
{
	(void)state;
	static const char *const networks[] = {"burst", "new_network"}, *const bursts[] = {"burst"};
	static const struct policy_rule allowing[] = {
	    {.name = "nothing"},
	    {.name = "burst", .allow = bursts, .allow_count = 1},
	    {.name = "network", .allow = networks, .allow_count = 2},
	};
	struct policy policy = {.rules = allowing, .rule_count = 2};
	static const char abroad[] = "{'sourceIPAddress':'198.51.100.9'}";
	struct judgement judgement = judge_settled("create_user", abroad, &policy);
	assert_int_equal(judgement.verdict, VERDICT_ANOMALY);
	assert_int_equal(judgement.severity, SEVERITY_HIGH);
	policy.rule_count = 3;
	judgement = judge_settled("create_user", abroad, &policy);
	assert_int_equal(judgement.verdict, VERDICT_ROUTINE);
	assert_string_equal(judgement.rule, "network");
	assert_int_equal(judgement.severity, SEVERITY_LOW);
	assert_string_equal(judge_settled("create_user", NULL, &policy).rule, "nothing");
}

static void below_high_it_breaks_none(void **state)
{
	(void)state;
	static const char elsewhere[] = "{'awsRegion':'ap-southeast-7'}";
	struct judgement judgement = judge_settled("create_user", elsewhere, &lax);
	assert_int_equal(hit_of(&judgement, "new_region")->severity, SEVERITY_MEDIUM);
	assert_int_equal(judgement.verdict, VERDICT_ROUTINE);
	/* the severity that counts is the policy's, for this account */
	const struct policy_override overrides[] = {{.signal = "new_region", .severity = SEVERITY_HIGH}};
	struct policy strict = lax;
	strict.overrides = overrides;
	strict.override_count = 1;
	assert_int_equal(judge_settled("create_user", elsewhere, &strict).verdict, VERDICT_ANOMALY);
	const struct policy_override others[] = {
	    {.signal = "new_network", .account = "444455556666", .severity = SEVERITY_MEDIUM},
	    {.signal = "new_network", .account = "111122223333", .severity = SEVERITY_MEDIUM},
	};
	static const char abroad[] = "{'sourceIPAddress':'198.51.100.9'}";
	strict.overrides = others;
	assert_int_equal(judge_settled("create_user", abroad, &strict).verdict, VERDICT_ANOMALY);
	strict.override_count = 2;
	assert_int_equal(judge_settled("create_user", abroad, &strict).verdict, VERDICT_ROUTINE);
}

static void what_is_critical_is_never_routine(void **state)
{
	(void)state;
	static const char *const fixtures[] = {"root_console_login_no_mfa", "stop_logging", "root_create_access_key",
	                                       "root_federated", "watch_tampered_root"};
	for (size_t i = 0; i < LENGTH(fixtures); i++) {
		struct judgement judgement = judge_settled(fixtures[i], NULL, &lax);
		assert_int_equal(judgement.verdict, VERDICT_ANOMALY);
		assert_int_equal(judgement.severity, SEVERITY_CRITICAL);
		assert_null(judgement.rule);
	}
	/* an unusual thing that is made critical is not allowed by its name */
	static const char *const networks[] = {"new_network"};
	static const struct policy_rule rules[] = {{.name = "allowed", .allow = networks, .allow_count = 1}};
	static const struct policy_override overrides[] = {{.signal = "new_network", .severity = SEVERITY_CRITICAL}};
	const struct policy policy = {.rules = rules, .rule_count = 1, .overrides = overrides, .override_count = 1};
	static const char abroad[] = "{'sourceIPAddress':'198.51.100.9'}";
	assert_int_equal(judge_settled("create_user", abroad, &policy).verdict, VERDICT_ANOMALY);
}

static void a_long_silence_breaks_a_rule(void **state)
{
	(void)state;
	static const char *const silence[] = {"dormant_root"};
	static const struct policy_rule rules[] = {{.name = "yearly", .allow = silence, .allow_count = 1}};
	static const struct policy yearly = {.rules = rules, .rule_count = 1};
	SCOPED(sample) struct sample sample = judged("create_user", NULL, &no_policy);
	SCOPED(baseline) struct baseline baseline = {.first_s = 0};
	remember(&baseline, sample.event, 365, 1);
	assert_int_equal(judge(sample.event, &lax, &baseline).verdict, VERDICT_ANOMALY);
	assert_int_equal(judge(sample.event, &defaults, &baseline).verdict, VERDICT_ANOMALY);
	assert_int_equal(judge(sample.event, &yearly, &baseline).verdict, VERDICT_ROUTINE);
}

static void the_trace_names_what_broke_a_rule(void **state)
{
	(void)state;
	static const char *const users[] = {"iam:*"};
	static const struct policy_rule rules[] = {{.name = "mine", .events = users, .event_count = 1}};
	static const struct policy policy = {.rules = rules, .rule_count = 1, .defaults = true};
	SCOPED(sample) struct sample sample = judged("create_user", NULL, &no_policy);
	SCOPED(baseline) struct baseline baseline = {.first_s = 0};
	SCOPED(strbuf) struct strbuf trace = STRBUF_INIT(10000);
	remember(&baseline, sample.event, 365, 1);
	detector_judge(sample.event, &policy, &baseline, &trace, &sample.judgement);
	assert_non_null(strstr(strbuf_text(&trace),
	                       "rule     \"mine\": does not hold: dormant_root\n"
	                       "rule     \"built-in: user provisioning\": does not hold: dormant_root\n"));
	SCOPED(strbuf) struct strbuf blank = STRBUF_INIT(10000);
	detector_judge(sample.event, &defaults, NULL, &blank, &sample.judgement);
	assert_non_null(strstr(strbuf_text(&blank), "rule     \"built-in: user provisioning\": does not hold: history\n"));
}

/* ---- hours ---- */

static void hours_hang_on_the_accounts_clock(void **state)
{
	(void)state;
	struct err err;
	SCOPED(zone) struct zone *berlin = zone_load("Europe/Berlin", &err);
	SCOPED(zone) struct zone *tokyo = zone_load("Asia/Tokyo", &err);
	assert_true(berlin && tokyo);
	struct policy_window office, night;
	assert_true(policy_window_parse("Mon-Fri 08:00-18:00", &office) && policy_window_parse("22:00-04:00", &night));
	const struct policy_account accounts[] = {
	    {.id = "111122223333", .name = "berlin", .zone = berlin},
	    {.id = "444455556666", .name = "tokyo", .zone = tokyo, .hours = &night, .hour_count = 1},
	};
	const struct policy policy = {.accounts = accounts, .account_count = 2, .hours = &office, .hour_count = 1};
	static const struct {
		const char *changes;
		bool off;
	} rows[] = {
	    /* Berlin: +1 in winter, +2 in summer; the policy's hours on the account's clock */
	    {"{'eventTime':'2026-11-23T06:59:59Z'}", true},
	    {"{'eventTime':'2026-11-23T07:00:00Z'}", false},
	    {"{'eventTime':'2026-07-13T06:00:00Z'}", false},
	    {"{'eventTime':'2026-07-13T16:00:00Z'}", true},
	    {"{'eventTime':'2026-11-22T12:00:00Z'}", true}, /* a Sunday */
	    /* Tokyo: +9, hours of its own */
	    {"{'eventTime':'2026-11-23T13:00:00Z','recipientAccountId':'444455556666'}", false},
	    {"{'eventTime':'2026-11-23T18:59:59Z','recipientAccountId':'444455556666'}", false},
	    {"{'eventTime':'2026-11-23T19:00:00Z','recipientAccountId':'444455556666'}", true},
	    /* another account: the policy's hours in UTC */
	    {"{'eventTime':'2026-11-23T07:30:00Z','recipientAccountId':'777788889999'}", true},
	    {"{'eventTime':'2026-11-23T08:00:00Z','recipientAccountId':'777788889999'}", false},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(sample) struct sample sample = judged("root_write", rows[i].changes, &policy);
		if ((hit_of(&sample.judgement, "off_hours") != NULL) != rows[i].off)
			fail_msg("%s", rows[i].changes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_founding_example_is_routine),
	    cmocka_unit_test(nothing_is_routine_by_itself_without_a_history),
	    cmocka_unit_test(a_configured_network_is_a_known_one),
	    cmocka_unit_test(what_is_unusual_breaks_a_rule_unless_it_is_allowed),
	    cmocka_unit_test(below_high_it_breaks_none),
	    cmocka_unit_test(what_is_critical_is_never_routine),
	    cmocka_unit_test(a_long_silence_breaks_a_rule),
	    cmocka_unit_test(the_trace_names_what_broke_a_rule),
	    cmocka_unit_test(hours_hang_on_the_accounts_clock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
