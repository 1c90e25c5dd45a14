/* SPDX-License-Identifier: Apache-2.0 */
/* `policy:` but for its rules, and `watch:`, as they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

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

static void the_time_zone_is_known_here(void **state)
{
	(void)state;
	SCOPED(config) struct config *config = load("policy: { timezone: Europe/Berlin }\n");
	assert_int_equal(zone_offset_s(config->policy.zone, 1798761600), 3600);
	SCOPED(config) struct config *none = load("");
	assert_string_equal(config_zone_name(none, none->policy.zone), "UTC");
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

static void severities_may_differ_by_account(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config = load(ACCOUNTS "policy:\n"
	                                      "  severity:\n"
	                                      "    console_login: { sandbox: low, default: high, \"777788889999\": info }\n"
	                                      "    off_hours: { prod: high }\n"
	                                      "    burst: critical\n");
	static const struct {
		const char *signal, *account;
		enum severity severity;
	} rows[] = {
	    {"console_login", "444455556666", SEVERITY_LOW},  {"console_login", "111122223333", SEVERITY_HIGH},
	    {"console_login", "777788889999", SEVERITY_INFO}, {"console_login", "", SEVERITY_HIGH},
	    {"off_hours", "111122223333", SEVERITY_HIGH},     {"off_hours", "444455556666", SEVERITY_MEDIUM},
	    {"burst", "111122223333", SEVERITY_CRITICAL},     {"new_client", "111122223333", SEVERITY_MEDIUM},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (policy_severity(&config->policy, rows[i].signal, rows[i].account, SEVERITY_MEDIUM) != rows[i].severity)
			fail_msg("%s in %s", rows[i].signal, rows[i].account);
	assert_int_equal(config->warning_count, 0);
}

static void accounts_of_severities_must_be_known(void **state)
{
	(void)state;
	assert_problems(ACCOUNTS "policy:\n"
	                         "  severity:\n"
	                         "    console_login: { sandbx: low, defalt: high, 1234: low, prod: hihg, default: [low] }\n"
	                         "    console_logn: { prod: low }\n",
	                "4:22: severity must be by account ids, names given under accounts, or default; did you mean "
	                "\"sandbox\"?\n"
	                "4:35: severity must be by account ids, names given under accounts, or default; did you mean "
	                "\"default\"?\n"
	                "4:49: severity must be by account ids, names given under accounts, or default\n"
	                "4:66: severity must be one of info, low, medium, high, critical; did you mean \"high\"?\n"
	                "4:81: severity must be a text, not a list\n"
	                "5:5: there is no signal \"console_logn\"; did you mean \"console_login\"?\n");
}

static void to_lower_a_critical_signal_is_doubted(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config = load(ACCOUNTS "policy:\n"
	                                      "  severity:\n"
	                                      "    logging_tampered: high\n"
	                                      "    root_federated: critical\n"
	                                      "    console_login: low\n"
	                                      "    watch_tampered: { sandbox: low, default: critical }\n");
	assert_int_equal(config->warning_count, 2);
	assert_string_equal(config->warnings[0], "severity: logging_tampered is critical, and is lowered to high: a rule "
	                                         "can then make it routine");
	assert_string_equal(config->warnings[1], "severity: watch_tampered is critical, and is lowered to low in account "
	                                         "sandbox: a rule can then make it routine");
}

static void hours_and_networks_are_every_accounts(void **state)
{
	(void)state;
	setenv("ROOTWATCH_TEST_NETWORKS", "198.51.100.0/24, 2001:db8::/48", 1);
	SCOPED(config)
	struct config *config = load("policy:\n"
	                             "  hours: [\"Mon-Fri 08:00-18:00\", \"Sat\"]\n"
	                             "  known_networks: \"${ROOTWATCH_TEST_NETWORKS}\"\n");
	assert_int_equal(config->policy.hour_count, 2);
	assert_int_equal(config->policy.hours[1].days, 1 << 5);
	assert_int_equal(config->policy.network_count, 2);
	assert_true(cidr_contains(&config->policy.networks[1], "2001:db8::7"));
	assert_problems("policy:\n  hours: Nonday\n  known_networks: [10.0.0.0/33]\n",
	                "2:10: hours must be times such as \"Sat 02:00-04:00\", \"Mon-Fri 08:00-18:00\" or \"Sat,Sun\", or "
	                "a list of them\n"
	                "3:20: known_networks must be a list of addresses or networks such as 203.0.113.0/24\n");
}

static void the_built_in_rule_holds_unless_it_is_switched_off(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool holds;
	} rows[] = {{"", true}, {"policy: { defaults: true }\n", true}, {"policy: { defaults: false }\n", false}};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(config) struct config *config = load(*rows[i].text ? rows[i].text : "{}");
		assert_int_equal(policy_rule_at(&config->policy, 0) != NULL, rows[i].holds);
	}
	unsetenv("ROOTWATCH_CONFIG");
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
	SCOPED(config) struct config *none = config_load(NULL, CONFIG_JUDGING, &problems); /* scan without -c */
	assert_non_null(none);
	assert_string_equal(policy_rule_at(&none->policy, 0)->name, "built-in: user provisioning");
}

static void the_watch_is_what_is_listed(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config = load("watch:\n"
	                             "  arns:\n"
	                             "    - arn:aws:events:us-east-1:111122223333:rule/root-activity\n"
	                             "    - arn:aws-us-gov:sns:*:111122223333:root-alerts\n"
	                             "    - arn:aws:cloudtrail:us-east-1:111122223333:trail/management\n"
	                             "  principals: \"arn:aws:iam::111122223333:role/deployer\"\n");
	const struct policy_watch *watch = &config->policy.watch;
	assert_int_equal(watch->arn_count, 3);
	assert_string_equal(watch->arns[1], "arn:aws-us-gov:sns:*:111122223333:root-alerts");
	assert_int_equal(watch->principal_count, 1);
	assert_string_equal(watch->principals[0], "arn:aws:iam::111122223333:role/deployer");
}

static void an_arn_that_would_stand_there_in_vain_is_refused(void **state)
{
	(void)state;
	static const char *const arns[] = {
	    "root-activity",
	    "arn:aws:iam::111122223333:role/deployer",
	    "arn:aws:lambda:us-east-1:111122223333:function:x",
	    "arn:aws:events:us-east-1:111122223333:",
	    "arn:aws:events:us-east-1:rule/root-activity",
	    "arn:aws:events::111122223333:rule/root-activity",
	    "*",
	};
	for (size_t i = 0; i < LENGTH(arns); i++) {
		char text[128];
		snprintf(text, sizeof text, "watch: { arns: [\"%s\"] }\n", arns[i]);
		assert_problems(text, "1:17: arns must be a list of ARNs of EventBridge, SNS or CloudTrail, such as "
		                      "arn:aws:events:us-east-1:111122223333:rule/root-activity\n");
	}
	assert_problems("watch: { principals: [deployer, \"*\"], arn: x }\n",
	                "1:23: principals must be a list of ARNs of users, roles or sessions, such as "
	                "arn:aws:iam::111122223333:role/deployer\n"
	                "1:33: principals must be a list of ARNs of users, roles or sessions, such as "
	                "arn:aws:iam::111122223333:role/deployer\n"
	                "1:39: watch has no key \"arn\"; did you mean \"arns\"?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_time_zone_is_known_here),
	    cmocka_unit_test(severities_of_signals_are_overridden),
	    cmocka_unit_test(signals_and_severities_must_exist),
	    cmocka_unit_test(severities_may_differ_by_account),
	    cmocka_unit_test(accounts_of_severities_must_be_known),
	    cmocka_unit_test(to_lower_a_critical_signal_is_doubted),
	    cmocka_unit_test(hours_and_networks_are_every_accounts),
	    cmocka_unit_test(the_built_in_rule_holds_unless_it_is_switched_off),
	    cmocka_unit_test(the_watch_is_what_is_listed),
	    cmocka_unit_test(an_arn_that_would_stand_there_in_vain_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
