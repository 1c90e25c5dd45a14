/* SPDX-License-Identifier: Apache-2.0 */
/* From signals and policy to a verdict: what a rule explains and what none may, overrides, and the trace for a person. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sample_judgement.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* A rule without conditions explains whatever a rule may explain. */
static const struct policy_rule everything[] = {{.name = "everything"}};
static const struct policy lax = {.rules = everything, .rule_count = LENGTH(everything)};

static void rules_explain_root_and_nothing_critical(void **state)
{
	(void)state;
	static const struct {
		const char *fixture, *verdict, *severity;
	} rows[] = {
	    /* at most low, whatever the signals say */
	    {"root_read", "routine", "low"},
	    {"root_write", "routine", "low"},
	    {"run_instances", "routine", "low"},
	    {"root_access_key_used", "routine", "low"},
	    {"root_console_login_mfa", "routine", "low"},
	    {"root_console_login_failed", "routine", "low"},
	    {"assume_root_call", "routine", "low"},
	    {"assumed_root_session", "routine", "low"},
	    {"password_recovery", "routine", "low"},
	    {"guardduty", "routine", "low"},
	    /* a critical signal is never routine */
	    {"root_console_login_no_mfa", "anomaly", "critical"},
	    {"root_federated", "anomaly", "critical"},
	    {"root_create_access_key", "anomaly", "critical"},
	    {"deactivate_mfa", "anomaly", "critical"},
	    {"password_recovery_completed", "anomaly", "critical"},
	    {"stop_logging", "anomaly", "critical"},
	    {"stop_logging_denied", "anomaly", "critical"},
	    {"watch_tampered_root", "anomaly", "critical"},
	    {"service_deletes_trail", "anomaly", "critical"},
	    /* nor is what cannot be read, nor somebody else who weakens the watch */
	    {"root_name_twice", "anomaly", "high"},
	    {"identity_is_text", "anomaly", "high"},
	    {"watch_tampered_user", "anomaly", "high"},
	    /* and who is not root needs no explanation */
	    {"iam_user_call", "not_root", "info"},
	    {"service_for_root", "service", "info"},
	    {"service_event_stop_logging", "service", "info"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(sample) struct sample sample = judged(rows[i].fixture, NULL, &lax);
		const struct judgement *judgement = &sample.judgement;
		if (strcmp(verdict_name(judgement->verdict), rows[i].verdict) != 0 ||
		    strcmp(severity_name(judgement->severity), rows[i].severity) != 0)
			fail_msg("%s: %s %s", rows[i].fixture, verdict_name(judgement->verdict),
			         severity_name(judgement->severity));
		assert_ptr_equal(judgement->rule, judgement->verdict == VERDICT_ROUTINE ? everything[0].name : NULL);
		assert_int_equal(judgement->hit_count > 0, judgement_is_finding(judgement));
	}
}

static void the_first_rule_that_holds_explains(void **state)
{
	(void)state;
	static const char *const users[] = {"iam:CreateUser"};
	static const char *const reads[] = {"*:List*"};
	static const struct policy_rule rules[] = {
	    {.name = "users", .events = users, .event_count = 1},
	    {.name = "reads", .events = reads, .event_count = 1},
	    {.name = "reads again", .events = reads, .event_count = 1},
	};
	static const struct policy policy = {.rules = rules, .rule_count = LENGTH(rules)};
	static const struct {
		const char *fixture, *rule;
	} rows[] = {{"create_user", "users"}, {"root_read", "reads"}, {"root_write", NULL}};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(sample) struct sample sample = judged(rows[i].fixture, NULL, &policy);
		assert_int_equal(sample.judgement.verdict, rows[i].rule ? VERDICT_ROUTINE : VERDICT_ANOMALY);
		if (rows[i].rule)
			assert_string_equal(sample.judgement.rule, rows[i].rule);
	}
}

static void overrides_change_severity_order_and_verdict(void **state)
{
	(void)state;
	static const struct {
		const char *fixture, *signal;
		enum severity severity;
		const char *verdict, *overall, *signals;
	} rows[] = {
	    {"root_read", "read_only", SEVERITY_HIGH, "routine", "low", "read_only:high"},
	    {"root_read", "read_only", SEVERITY_INFO, "routine", "info", "read_only:info"},
	    {"root_read", "read_only", SEVERITY_CRITICAL, "anomaly", "critical", "read_only:critical"},
	    {"root_read", "root_activity", SEVERITY_CRITICAL, "routine", "low", "read_only:low"},
	    {"root_console_login_no_mfa", "console_login", SEVERITY_HIGH, "anomaly", "critical",
	     "console_login_no_mfa:critical console_login:high"},
	    {"root_console_login_no_mfa", "console_login_no_mfa", SEVERITY_LOW, "routine", "low",
	     "console_login:medium console_login_no_mfa:low"},
	    {"root_access_key_used", "read_only", SEVERITY_CRITICAL, "anomaly", "critical",
	     "read_only:critical root_access_key_used:high"},
	    /* equals stay in the table's order */
	    {"root_access_key_used", "read_only", SEVERITY_HIGH, "routine", "low",
	     "root_access_key_used:high read_only:high"},
	    /* the predicate's own severity gives way, too */
	    {"assume_root_call_unknown_policy", "assumed_root_opened", SEVERITY_INFO, "routine", "info",
	     "assumed_root_opened:info"},
	    {"watch_tampered_user", "watch_tampered", SEVERITY_LOW, "anomaly", "low", "watch_tampered:low"},
	    {"service_for_root", "compute_started", SEVERITY_CRITICAL, "anomaly", "critical", "compute_started:critical"},
	    {"service_deletes_trail", "logging_tampered", SEVERITY_HIGH, "service", "info", ""},
	    {"identity_is_text", "unreadable_event", SEVERITY_LOW, "anomaly", "low", "unreadable_event:low"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct policy_override override = {.signal = rows[i].signal, .severity = rows[i].severity};
		struct policy policy = lax;
		policy.overrides = &override;
		policy.override_count = 1;
		SCOPED(sample) struct sample sample = judged(rows[i].fixture, NULL, &policy);
		SCOPED(strbuf) struct strbuf signals_text = STRBUF_INIT(1000);
		signals_of(&sample.judgement, &signals_text);
		assert_string_equal(strbuf_text(&signals_text), rows[i].signals);
		assert_string_equal(verdict_name(sample.judgement.verdict), rows[i].verdict);
		assert_string_equal(severity_name(sample.judgement.severity), rows[i].overall);
	}
}

static void the_trace_tells_a_person_every_step(void **state)
{
	(void)state;
	static const char *const users[] = {"iam:*"};
	static const struct policy_rule rules[] = {{.name = "users", .events = users, .event_count = 1},
	                                           {.name = "mfa", .mfa = TRISTATE_YES}};
	static const struct policy_override overrides[] = {{.signal = "read_only", .severity = SEVERITY_INFO}};
	static const struct policy policy = {.rules = rules, .rule_count = 2, .overrides = overrides, .override_count = 1};
	static const struct {
		const char *fixture;
		const struct policy *policy;
		const char *trace;
	} rows[] = {
	    {"root_console_aws_internal", &policy,
	     "identity userIdentity.type is Root\n"
	     "identity sessionContext.assumedRoot is not true: no AssumeRoot session\n"
	     "identity eventType is \"AwsApiCall\": not AWS's own event\n"
	     "identity invokedBy is \"\" and sourceIPAddress is \"AWS Internal\": a person or a "
	     "program of theirs\n"
	     "actor    root_user\n"
	     "signal   read_only (info, by the policy): eventName is DescribeAccountAttributes at ec2.amazonaws.com; "
	     "readOnly is true\n"
	     "rule     \"users\": does not hold: events\n"
	     "rule     \"mfa\": holds\n"
	     "verdict  routine, info: Root called ec2:DescribeAccountAttributes\n"},
	    {"service_deletes_trail", &policy,
	     "identity userIdentity.type is Root\n"
	     "identity sessionContext.assumedRoot is not true: no AssumeRoot session\n"
	     "identity eventType is \"AwsApiCall\": not AWS's own event\n"
	     "identity invokedBy is \"cloudformation.amazonaws.com\" and sourceIPAddress is "
	     "\"cloudformation.amazonaws.com\": AWS, on root's behalf\n"
	     "actor    aws_service\n"
	     "signal   logging_tampered (critical): eventName is DeleteTrail at cloudtrail.amazonaws.com; "
	     "requestParameters.name is \"organisation-trail\"\n"
	     "verdict  anomaly, critical: An AWS service, for root, changed or stopped CloudTrail logging\n"},
	    {"deactivate_mfa", &policy,
	     "identity userIdentity.type is Root\n"
	     "identity sessionContext.assumedRoot is not true: no AssumeRoot session\n"
	     "identity eventType is \"AwsApiCall\": not AWS's own event\n"
	     "identity invokedBy is \"\" and sourceIPAddress is \"203.0.113.7\": a person or a "
	     "program of theirs\n"
	     "actor    root_user\n"
	     "signal   root_mfa_disabled (critical): requestParameters.serialNumber "
	     "\"arn:aws:iam::111122223333:mfa/root-account-mfa-device\" is root's device\n"
	     "rule     not tried: a critical signal is never routine\n"
	     "verdict  anomaly, critical: Root removed root's MFA device\n"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(event_batch) struct event_batch batch = fixture(rows[i].fixture);
		SCOPED(strbuf) struct strbuf trace = STRBUF_INIT(4000);
		struct judgement judgement;
		detector_judge(&batch.events[0], rows[i].policy, NULL, &trace, &judgement);
		assert_string_equal(strbuf_text(&trace), rows[i].trace);
	}
}

static void the_trace_says_when_there_is_nothing_to_say(void **state)
{
	(void)state;
	SCOPED(event_batch) struct event_batch read = fixture("root_read");
	SCOPED(event_batch) struct event_batch other = fixture("aws_account");
	SCOPED(event_batch) struct event_batch odd = fixture("identity_is_text");
	SCOPED(strbuf) struct strbuf trace = STRBUF_INIT(4000);
	struct judgement judgement;
	detector_judge(&other.events[0], &no_policy, NULL, &trace, &judgement);
	assert_non_null(strstr(strbuf_text(&trace), "\nsignal   none of "));
	assert_null(strstr(strbuf_text(&trace), "\nrule "));
	detector_judge(&read.events[0], &no_policy, NULL, &trace, &judgement);
	assert_non_null(strstr(strbuf_text(&trace), "\nrule     the policy has none\n"));
	detector_judge(&odd.events[0], &lax, NULL, &trace, &judgement);
	assert_non_null(strstr(strbuf_text(&trace), "\nrule     not tried: what cannot be read with certainty"));
}

static void the_identity_line_says_which_field_decided(void **state)
{
	(void)state;
	static const struct {
		const char *fixture, *changes, *says;
	} rows[] = {
	    {"root_service_event", NULL, "eventType is AwsServiceEvent: AWS itself"},
	    {"assumed_root_session", NULL, "sessionContext.assumedRoot is true: an AssumeRoot session"},
	    {"root_federated", NULL, "type is \"FederatedUser\" and sessionContext.sessionIssuer.type is Root"},
	    {"root_federated", "{'userIdentity.sessionContext.sessionIssuer.type':''}",
	     "sessionIssuer.arn \"arn:aws:iam::111122223333:root\" is root's"},
	    {"root_write", "{'-userIdentity.type':0}", "no type, and its arn \"arn:aws:iam::111122223333:root\" is root's"},
	    {"assume_root_call", NULL, "the call is sts:AssumeRoot"},
	    {"password_recovery", NULL, "only root's password is recovered this way"},
	    {"guardduty", NULL, "GuardDuty reports the use of root's credentials"},
	    {"iam_user_named_root", NULL,
	     "userIdentity.type is \"IAMUser\", arn is \"arn:aws:iam::111122223333:user/root\""},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(event_batch) struct event_batch batch = fixture_with(rows[i].fixture, rows[i].changes);
		SCOPED(strbuf) struct strbuf trace = STRBUF_INIT(1000);
		detector_actor(&batch.events[0], &trace);
		if (!strstr(strbuf_text(&trace), rows[i].says))
			fail_msg("%s: %s", rows[i].fixture, strbuf_text(&trace));
	}
}

static const char *const odd_values[] = {"null", "7", "true", "'x'", "''", "[]", "{}", "['Root']", "{'type':'x'}"};

/* Without these nothing calls it root any more. */
static bool names_root(const char *path)
{
	static const char *const paths[] = {"/detail", "userIdentity", "userIdentity.type"};
	for (size_t i = 0; i < LENGTH(paths); i++)
		if (strcmp(path, paths[i]) == 0)
			return true;
	return false;
}

static void assert_told(const char *name, const char *changes)
{
	SCOPED(sample) struct sample sample = judged(name, changes, &no_policy);
	if (!judgement_is_finding(&sample.judgement))
		fail_msg("%s with %s: %s", name, changes, verdict_name(sample.judgement.verdict));
}

static void assert_members_do_not_hide_root(const char *name, const cJSON *object, const char *prefix)
{
	const cJSON *member;
	cJSON_ArrayForEach(member, object)
	{
		char path[200], changes[300];
		snprintf(path, sizeof path, "%s%s", prefix, member->string);
		if (names_root(path))
			continue;
		snprintf(changes, sizeof changes, "{'-%s':0}", path);
		assert_told(name, changes);
		for (size_t i = 0; i < LENGTH(odd_values); i++) {
			snprintf(changes, sizeof changes, "{'%s':%s}", path, odd_values[i]);
			assert_told(name, changes);
		}
	}
}

/* Removed, or of another type: root who is still called Root is never passed over. */
static void no_single_field_hides_root(void **state)
{
	(void)state;
	static const char *const names[] = {"root_read", "root_console_login_no_mfa", "root_create_access_key",
	                                    "root_console_invoked_by_signin", "assumed_root_session"};
	for (size_t i = 0; i < LENGTH(names); i++) {
		SCOPED(text) char *text = fixture_text(names[i]);
		SCOPED(json) cJSON *event = cJSON_Parse(text);
		const cJSON *record = json_member(event, "detail");
		const cJSON *identity = json_member(record, "userIdentity");
		assert_members_do_not_hide_root(names[i], event, "/");
		assert_members_do_not_hide_root(names[i], record, "");
		assert_members_do_not_hide_root(names[i], identity, "userIdentity.");
		assert_members_do_not_hide_root(names[i], json_member(identity, "sessionContext"),
		                                "userIdentity.sessionContext.");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules_explain_root_and_nothing_critical),
	    cmocka_unit_test(the_first_rule_that_holds_explains),
	    cmocka_unit_test(overrides_change_severity_order_and_verdict),
	    cmocka_unit_test(the_trace_tells_a_person_every_step),
	    cmocka_unit_test(the_trace_says_when_there_is_nothing_to_say),
	    cmocka_unit_test(the_identity_line_says_which_field_decided),
	    cmocka_unit_test(no_single_field_hides_root),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
