/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: every fixture's actor, verdict and signals; a person or a service; what a policy may and may not explain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "sample_judgement.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* One row an event, in the order of the files and of the events in them. */
static const struct {
	const char *fixture, *actor, *verdict, *severity, *signals;
} judgements[] = {
    {"array", "root_user", "anomaly", "critical", "console_login_no_mfa:critical console_login:medium"},
    {"array", "other", "not_root", "info", ""},
    {"assume_root_call", "assumed_root", "anomaly", "medium", "assumed_root_opened:medium"},
    {"assume_root_call_unknown_policy", "assumed_root", "anomaly", "high", "assumed_root_opened:high"},
    {"assumed_root_session", "assumed_root", "anomaly", "low", "root_login_profile_deleted:low assumed_root_used:low"},
    {"attach_admin_policy", "root_user", "anomaly", "high", "admin_granted:high"},
    {"aws_account", "other", "not_root", "info", ""},
    {"cloudevents", "root_user", "anomaly", "critical", "console_login_no_mfa:critical console_login:medium"},
    {"cloudtrail_insight", "other", "not_root", "info", ""},
    {"create_access_key_for_user", "root_user", "anomaly", "medium", "iam_key_created:medium"},
    {"create_login_profile_user", "root_user", "anomaly", "low", "iam_user_provisioned:low"},
    {"create_user", "root_user", "anomaly", "low", "iam_user_provisioned:low"},
    {"deactivate_mfa", "root_user", "anomaly", "critical", "root_mfa_disabled:critical"},
    {"deactivate_mfa_of_user", "root_user", "anomaly", "medium", "root_activity:medium"},
    {"delete_db_instance", "root_user", "anomaly", "high", "data_destroyed:high"},
    {"delete_detector", "root_user", "anomaly", "critical", "detection_tampered:critical"},
    {"ec2_state_change", "other", "not_root", "info", ""},
    {"forged_envelope", "root_user", "anomaly", "high", "compute_started:high unusual_envelope:medium"},
    {"guardduty", "root_user", "anomaly", "high", "guardduty_root_finding:high"},
    {"guardduty_other", "other", "not_root", "info", ""},
    {"iam_user_call", "other", "not_root", "info", ""},
    {"iam_user_federated", "other", "not_root", "info", ""},
    {"iam_user_named_root", "other", "not_root", "info", ""},
    {"identity_is_text", "other", "anomaly", "high", "unreadable_event:high"},
    {"identity_null", "other", "not_root", "info", ""},
    {"leave_organization", "root_user", "anomaly", "critical", "account_at_risk:critical"},
    {"password_recovery", "unauthenticated", "anomaly", "high", "root_password_recovery_requested:high"},
    {"password_recovery_completed", "root_user", "anomaly", "critical", "root_password_recovered:critical"},
    {"principal_in_policy", "other", "not_root", "info", ""},
    {"put_bucket_policy_own", "root_user", "anomaly", "medium", "root_activity:medium"},
    {"put_bucket_policy_public", "root_user", "anomaly", "high", "data_opened:high"},
    {"put_bucket_versioning_mfa_delete", "root_user", "anomaly", "low", "root_only_task:low"},
    {"put_user_policy_admin", "root_user", "anomaly", "high", "admin_granted:high"},
    {"records_file", "root_user", "anomaly", "low", "read_only:low"},
    {"records_file", "other", "not_root", "info", ""},
    {"root_access_key_used", "root_user", "anomaly", "high", "root_access_key_used:high read_only:low"},
    {"root_access_key_write", "root_user", "anomaly", "high", "root_access_key_used:high root_activity:medium"},
    {"root_bare_record", "root_user", "anomaly", "high", "data_destroyed:high"},
    {"root_check_mfa", "root_user", "anomaly", "medium", "root_activity:medium"},
    {"root_china", "root_user", "anomaly", "low", "read_only:low"},
    {"root_console_aws_internal", "root_user", "anomaly", "low", "read_only:low"},
    {"root_console_invoked_by_signin", "root_user", "anomaly", "medium", "root_activity:medium"},
    {"root_console_login_failed", "root_user", "anomaly", "medium", "console_login_failed:medium"},
    {"root_console_login_mfa", "root_user", "anomaly", "medium", "console_login:medium"},
    {"root_console_login_no_mfa", "root_user", "anomaly", "critical",
     "console_login_no_mfa:critical console_login:medium"},
    {"root_create_access_key", "root_user", "anomaly", "critical",
     "root_access_key_created:critical session_no_mfa:high"},
    {"root_create_login_profile", "root_user", "anomaly", "high", "root_login_profile_created:high"},
    {"root_delete_access_key", "root_user", "anomaly", "low", "root_access_key_deleted:low"},
    {"root_delete_login_profile", "root_user", "anomaly", "low", "root_login_profile_deleted:low"},
    {"root_denied", "root_user", "anomaly", "medium", "root_activity:medium denied:info"},
    {"root_denied_key", "root_user", "anomaly", "critical", "root_access_key_created:critical denied:info"},
    {"root_email_changed", "root_user", "anomaly", "critical", "root_email_changed:critical"},
    {"root_enable_mfa", "root_user", "anomaly", "low", "root_mfa_changed:low"},
    {"root_federated", "root_federated", "anomaly", "critical", "root_federated:critical"},
    {"root_get_federation_token", "root_user", "anomaly", "critical",
     "root_federated:critical root_access_key_used:high credentials_minted:high"},
    {"root_get_session_token", "root_user", "anomaly", "high", "credentials_minted:high"},
    {"root_govcloud", "root_user", "anomaly", "low", "read_only:low"},
    {"root_name_twice", "root_user", "anomaly", "high",
     "unreadable_event:high root_access_key_used:high iam_user_provisioned:low"},
    {"root_odd_types", "root_user", "anomaly", "medium", "console_login:medium"},
    {"root_password_changed", "root_user", "anomaly", "high", "root_password_changed:high"},
    {"root_read", "root_user", "anomaly", "low", "read_only:low"},
    {"root_replayed", "root_user", "anomaly", "high", "data_destroyed:high"},
    {"root_service_event", "aws_service", "service", "info", ""},
    {"root_session_no_mfa", "root_user", "anomaly", "high", "session_no_mfa:high root_activity:medium"},
    {"root_update_access_key", "root_user", "anomaly", "high", "root_access_key_updated:high"},
    {"root_write", "root_user", "anomaly", "medium", "root_activity:medium"},
    {"run_instances", "root_user", "anomaly", "high", "compute_started:high"},
    {"scheduled_event", "other", "not_root", "info", ""},
    {"service_deletes_trail", "aws_service", "anomaly", "critical", "logging_tampered:critical"},
    {"service_event_stop_logging", "aws_service", "service", "info", ""},
    {"service_event_without_identity", "other", "not_root", "info", ""},
    {"service_for_root", "aws_service", "service", "info", ""},
    {"service_for_root_read", "aws_service", "service", "info", ""},
    {"sqs_record", "root_user", "anomaly", "critical", "console_login_no_mfa:critical console_login:medium"},
    {"stop_logging", "root_user", "anomaly", "critical", "logging_tampered:critical session_no_mfa:high"},
    {"stop_logging_denied", "root_user", "anomaly", "critical", "logging_tampered:critical denied:info"},
    {"update_assume_role_policy", "root_user", "anomaly", "high", "trust_changed:high"},
    {"watch_tampered_root", "root_user", "anomaly", "critical", "watch_tampered:critical"},
    {"watch_tampered_user", "other", "anomaly", "high", "watch_tampered:high"},
};

static void assert_judgement(size_t row, const struct event *event)
{
	struct judgement judgement;
	detector_judge(event, &no_policy, NULL, NULL, &judgement);
	SCOPED(strbuf) struct strbuf signals_text = STRBUF_INIT(2000);
	signals_of(&judgement, &signals_text);
	if (strcmp(actor_name(judgement.actor), judgements[row].actor) != 0 ||
	    strcmp(verdict_name(judgement.verdict), judgements[row].verdict) != 0 ||
	    strcmp(severity_name(judgement.severity), judgements[row].severity) != 0 ||
	    strcmp(strbuf_text(&signals_text), judgements[row].signals) != 0)
		fail_msg("%s: %s %s %s \"%s\"", judgements[row].fixture, actor_name(judgement.actor),
		         verdict_name(judgement.verdict), severity_name(judgement.severity), strbuf_text(&signals_text));
	bool told = judgement.verdict == VERDICT_ANOMALY || judgement.verdict == VERDICT_ROUTINE;
	assert_int_equal(judgement_is_finding(&judgement), told);
	assert_null(judgement.rule);
}

static void every_fixture_is_judged(void **state)
{
	(void)state;
	for (size_t row = 0; row < LENGTH(judgements);) {
		SCOPED(event_batch) struct event_batch batch = fixture(judgements[row].fixture);
		for (size_t i = 0; i < batch.count; i++, row++) {
			assert_in_range(row, 0, LENGTH(judgements) - 1);
			assert_judgement(row, &batch.events[i]);
		}
	}
}

static void no_fixture_is_left_out(void **state)
{
	(void)state;
	DIR *directory = opendir("tests/fixtures");
	assert_non_null(directory);
	size_t found = 0, known = 0;
	for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory))
		found += strstr(entry->d_name, ".json") != NULL;
	closedir(directory);
	for (size_t i = 0; i < LENGTH(judgements); i++)
		known += i == 0 || strcmp(judgements[i].fixture, judgements[i - 1].fixture) != 0;
	assert_int_equal(found, known);
}

/* FACTS 3, "a person or a service?": every row, with root's identity. */
static void a_person_or_a_service(void **state)
{
	(void)state;
#define ABSENT NULL
	static const struct {
		const char *invoked_by, *source;
		const char *actor;
	} rows[] = {
	    /* nobody invoked it: a person, unless the source is a service */
	    {ABSENT, "203.0.113.7", "root_user"},
	    {ABSENT, "2001:db8::7", "root_user"},
	    {ABSENT, "AWS Internal", "root_user"},
	    {ABSENT, ABSENT, "root_user"},
	    {ABSENT, "", "root_user"},
	    {ABSENT, "cloudformation.amazonaws.com", "aws_service"},
	    {ABSENT, "CloudFormation.AmazonAWS.com", "aws_service"},
	    {ABSENT, "ec2.cn-north-1.amazonaws.com.cn", "aws_service"},
	    /* null and "" are absent */
	    {"", "AWS Internal", "root_user"},
	    {"", "autoscaling.amazonaws.com", "aws_service"},
	    /* somebody's address: a person, whatever invoked it (older console calls) */
	    {"signin.amazonaws.com", "203.0.113.7", "root_user"},
	    {"signin.amazonaws.com", "2001:db8::7", "root_user"},
	    {"cloudformation.amazonaws.com", "203.0.113.7", "root_user"},
	    {"AWS Internal", "203.0.113.7", "root_user"},
	    /* AWS on root's behalf */
	    {"autoscaling.amazonaws.com", "AWS Internal", "aws_service"},
	    {"autoscaling.amazonaws.com", "aws internal", "aws_service"},
	    {"AWS Internal", "AWS Internal", "aws_service"},
	    {"autoscaling.amazonaws.com", "autoscaling.amazonaws.com", "aws_service"},
	    {"cloudformation.amazonaws.com", "ec2.amazonaws.com", "aws_service"},
	    /* in doubt, a person */
	    {"autoscaling.amazonaws.com", ABSENT, "root_user"},
	    {"autoscaling.amazonaws.com", "", "root_user"},
	    {"autoscaling.amazonaws.com", "somewhere", "root_user"},
	    {ABSENT, ".amazonaws.com", "root_user"},
	    {ABSENT, "amazonaws.com", "root_user"},
	    {ABSENT, "evilamazonaws.com", "root_user"},
	    {ABSENT, "x.amazonaws.com.example.net", "root_user"},
	    {ABSENT, "x.amazonaws.com ", "root_user"},
	    {"autoscaling.amazonaws.com", "AWS Internals", "root_user"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct event event;
		event_blank(&event);
		event.identity.type = "Root";
		event.event_type = "AwsApiCall";
		event.identity.invoked_by = rows[i].invoked_by ? rows[i].invoked_by : "";
		event.source_ip = rows[i].source ? rows[i].source : "";
		const char *actor = actor_name(detector_actor(&event, NULL));
		if (strcmp(actor, rows[i].actor) != 0)
			fail_msg("invoked by %s from %s: %s", rows[i].invoked_by, rows[i].source, actor);
		event.event_type = "AwsServiceEvent";
		assert_int_equal(detector_actor(&event, NULL), ACTOR_AWS_SERVICE);
	}
#undef ABSENT
}

static void who_has_to_do_with_root(void **state)
{
	(void)state;
#define ROOT_ISSUER  "'sessionContext':{'sessionIssuer':{'type':'Root'}}"
#define ASSUMED_ROOT "'type':'Root','sessionContext':{'assumedRoot':"
	static const struct {
		const char *identity, *record, *actor;
	} rows[] = {
	    {"'type':'Root'", "", "root_user"},
	    {"'type':'Root','userName':'our-alias','arn':'x'", "", "root_user"},
	    /* the type is missing: by its ARN */
	    {"'arn':'arn:aws:iam::111122223333:root'", "", "root_user"},
	    {"'type':null,'arn':'arn:aws-us-gov:iam::111122223333:root'", "", "root_user"},
	    {"'type':'','arn':'arn:aws-cn:iam::111122223333:root'", "", "root_user"},
	    {"'arn':'arn:aws:iam::111122223333:user/root'", "", "other"},
	    {"'arn':'arn:aws:iam::11112222333:root'", "", "other"},
	    {"'arn':'arn:aws:iam::1111222233334:root'", "", "other"},
	    {"'arn':'arn:aws:iam::111122223333:root2'", "", "other"},
	    {"'arn':'arn:aws:sts::111122223333:root'", "", "other"},
	    {"'arn':'x arn:aws:iam::111122223333:root'", "", "other"},
	    {"'arn':'root'", "", "other"},
	    {"", "", "other"},
	    /* another type is believed, letter case and all */
	    {"'type':'AWSAccount','arn':'arn:aws:iam::111122223333:root'", "", "other"},
	    {"'type':'IAMUser','userName':'root'", "", "other"},
	    {"'type':'AssumedRole','arn':'arn:aws:sts::111122223333:assumed-role/root/root'", "", "other"},
	    {"'type':'root'", "", "other"},
	    {"'type':'Root '", "", "other"},
	    /* minted from root's credentials */
	    {"'type':'FederatedUser'," ROOT_ISSUER, "", "root_federated"},
	    {ROOT_ISSUER, "", "root_federated"},
	    {"'type':'FederatedUser','sessionContext':{'sessionIssuer':{'arn':'arn:aws:iam::111122223333:root'}}", "",
	     "root_federated"},
	    {"'type':'FederatedUser','sessionContext':{'sessionIssuer':{'type':'IAMUser',"
	     "'arn':'arn:aws:iam::111122223333:root'}}",
	     "", "other"},
	    {"'type':'FederatedUser'", "", "other"},
	    {"'type':'AssumedRole'," ROOT_ISSUER, "", "other"},
	    {"'type':'FederatedUser'," ROOT_ISSUER, ",'sourceIPAddress':'s3.amazonaws.com'", "aws_service"},
	    /* an AssumeRoot session, and the call that opens one */
	    {ASSUMED_ROOT "'true'}", "", "assumed_root"},
	    {ASSUMED_ROOT "true}", "", "assumed_root"},
	    {ASSUMED_ROOT "'false'}", "", "root_user"},
	    {ASSUMED_ROOT "false}", "", "root_user"},
	    {ASSUMED_ROOT "'perhaps'}", "", "root_user"},
	    {ASSUMED_ROOT "true}", ",'eventType':'AwsServiceEvent'", "aws_service"},
	    {"'type':'AssumedRole','sessionContext':{'assumedRoot':true}", "", "other"},
	    {"'type':'AssumedRole'", ",'eventSource':'sts.amazonaws.com','eventName':'AssumeRoot'", "assumed_root"},
	    {"'type':'IAMUser'", ",'eventSource':'sts.amazonaws.com','eventName':'AssumeRoot'", "assumed_root"},
	    {"'type':'IAMUser'", ",'eventSource':'sts.amazonaws.com','eventName':'AssumeRole'", "other"},
	    {"'type':'IAMUser'", ",'eventSource':'iam.amazonaws.com','eventName':'AssumeRoot'", "other"},
	    {"'type':'Root'", ",'eventSource':'sts.amazonaws.com','eventName':'AssumeRoot'", "root_user"},
	    /* recovery of root's password, whoever the identity is */
	    {"", ",'eventSource':'signin.amazonaws.com','eventName':'PasswordRecoveryRequested'", "unauthenticated"},
	    {"", ",'eventSource':'signin.amazonaws.com','eventName':'PasswordRecoveryCompleted'", "unauthenticated"},
	    {"'type':'Unknown'", ",'eventSource':'signin.amazonaws.com','eventName':'PasswordRecoveryRequested'",
	     "unauthenticated"},
	    {"", ",'eventSource':'signin.amazonaws.com','eventName':'PasswordUpdated'", "other"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(strbuf) struct strbuf body = STRBUF_INIT(2000);
		strbuf_printf(&body, "{'userIdentity':{%s}%s}", rows[i].identity, rows[i].record);
		SCOPED(sample) struct sample sample = judged_batch(events_of(strbuf_text(&body)), &no_policy);
		if (strcmp(actor_name(sample.judgement.actor), rows[i].actor) != 0)
			fail_msg("%s: %s", strbuf_text(&body), actor_name(sample.judgement.actor));
	}
}

static void guardduty_is_believed_about_root_alone(void **state)
{
	(void)state;
	static const struct {
		const char *changes;
		enum actor actor;
	} rows[] = {
	    {NULL, ACTOR_ROOT_USER},
	    {"{'type':'PenTest:IAMUser/KaliLinux'}", ACTOR_OTHER},
	    {"{'/detail-type':'AWS API Call via CloudTrail'}", ACTOR_OTHER},
	    {"{'type':7}", ACTOR_OTHER},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(sample) struct sample sample = judged("guardduty", rows[i].changes, &no_policy);
		assert_int_equal(sample.judgement.actor, rows[i].actor);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_fixture_is_judged),
	    cmocka_unit_test(no_fixture_is_left_out),
	    cmocka_unit_test(a_person_or_a_service),
	    cmocka_unit_test(who_has_to_do_with_root),
	    cmocka_unit_test(guardduty_is_believed_about_root_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
