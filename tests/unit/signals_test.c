/* SPDX-License-Identifier: Apache-2.0 */
/* Every signal: where it holds and how bad it is, near misses where it must not, what it says; and the table itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sample_judgement.h"
#include "signal_rows.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static void every_signal_holds_where_it_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(sample) struct sample sample = judged(rows[i].fixture, rows[i].changes, &no_policy);
		const struct signal_hit *hit = hit_of(&sample.judgement, rows[i].id);
		const char *severity = hit ? severity_name(hit->severity) : "none";
		if (strcmp(severity, rows[i].severity ? rows[i].severity : "none") != 0)
			fail_msg("%s of %s with %s: %s", rows[i].id, rows[i].fixture, rows[i].changes, severity);
	}
}

static void every_signal_has_a_hit_and_a_near_miss(void **state)
{
	(void)state;
	for (size_t i = 0; i < signal_count; i++) {
		size_t hits = 0, misses = 0;
		for (size_t k = 0; k < LENGTH(rows); k++)
			if (strcmp(rows[k].id, signals[i].id) == 0)
				*(rows[k].severity ? &hits : &misses) += 1;
		bool elsewhere = signals[i].about == SIGNAL_PAST; /* signal_past_test.c */
		if (!elsewhere && (hits == 0 || misses == 0))
			fail_msg("%s: %zu hits, %zu near misses", signals[i].id, hits, misses);
	}
}

static void reasons_name_the_fields_that_were_read(void **state)
{
	(void)state;
	static const struct {
		const char *id, *fixture, *changes, *reason;
	} reasons[] = {
	    {"console_login_no_mfa", "root_console_login_no_mfa", NULL,
	     "additionalEventData.MFAUsed is No: the password alone was enough"},
	    {"console_login", "root_odd_types", NULL,
	     "responseElements.ConsoleLogin is Success; additionalEventData.MFAUsed is Yes"},
	    {"console_login", "root_odd_types", "{'-additionalEventData.MFAUsed':0}",
	     "responseElements.ConsoleLogin is Success; additionalEventData.MFAUsed is absent"},
	    {"console_login_failed", "root_console_login_failed", NULL,
	     "responseElements.ConsoleLogin is Failure; errorMessage is \"Failed authentication\""},
	    {"root_access_key_used", "root_access_key_used", NULL,
	     "userIdentity.accessKeyId AKIA...MPLE is a long-lived access key of root"},
	    {"root_access_key_created", "root_create_access_key", NULL,
	     "eventName is CreateAccessKey and requestParameters.userName is absent: root's own"},
	    {"root_mfa_disabled", "deactivate_mfa", "{'-requestParameters.serialNumber':0}",
	     "eventName is DeactivateMFADevice and requestParameters.userName is AWS ROOT USER: root's own"},
	    {"root_federated", "root_get_federation_token", NULL,
	     "eventName is GetFederationToken: credentials that outlive the session, for \"backup\""},
	    {"assumed_root_opened", "assume_root_call_unknown_policy", NULL,
	     "eventName is AssumeRoot for account \"111122223333\"; the task policy "
	     "\"arn:aws:iam::aws:policy/root-task/SomethingNew\" is none that AWS has published"},
	    {"logging_tampered", "service_deletes_trail", NULL,
	     "eventName is DeleteTrail at cloudtrail.amazonaws.com; requestParameters.name is \"organisation-trail\""},
	    {"root_password_changed", "root_password_changed", NULL,
	     "eventName is PasswordUpdated at signin.amazonaws.com"},
	    {"iam_user_provisioned", "create_user", NULL,
	     "eventName is CreateUser at iam.amazonaws.com; requestParameters.userName is \"alice\""},
	    {"unusual_envelope", "forged_envelope", NULL,
	     "source \"com.example.tools\" does not begin with aws.: anybody who may put events on the bus can write that"},
	    {"unusual_envelope", "root_write", "{'/account':'444455556666'}",
	     "account \"444455556666\" of the envelope is not recipientAccountId \"111122223333\""},
	    {"unreadable_event", "identity_is_text", NULL,
	     "userIdentity is no object: who acted, and what was done, is uncertain"},
	    {"guardduty_root_finding", "guardduty", NULL,
	     "GuardDuty's finding type is \"Policy:IAMUser/RootCredentialUsage\""},
	    {"read_only", "root_read", "{'-readOnly':0}",
	     "eventName is ListUsers at iam.amazonaws.com; readOnly is absent, the name decides"},
	    {"root_activity", "root_write", NULL, "eventName is PutBucketTagging at s3.amazonaws.com; readOnly is false"},
	    {"session_no_mfa", "root_session_no_mfa", NULL,
	     "sessionContext.attributes.mfaAuthenticated is false; userIdentity.accessKeyId is \"ASIA...MPLE\""},
	    {"iam_key_created", "create_access_key_for_user", NULL,
	     "eventName is CreateAccessKey and requestParameters.userName is \"alice\""},
	    {"admin_granted", "attach_admin_policy", NULL,
	     "eventName is AttachUserPolicy and requestParameters.policyArn is "
	     "\"arn:aws:iam::aws:policy/AdministratorAccess\""},
	    {"admin_granted", "put_user_policy_admin", NULL,
	     "eventName is PutUserPolicy and requestParameters.policyDocument allows every action on every resource"},
	    {"admin_granted", "put_user_policy_admin", "{'requestParameters.policyDocument':'{'}",
	     "requestParameters.policyDocument is no policy that can be read: it may allow everything"},
	    {"trust_changed", "update_assume_role_policy", NULL,
	     "eventName is UpdateAssumeRolePolicy, and requestParameters.policyDocument trusts "
	     "\"arn:aws:iam::444455556666:root\", not of this account"},
	    {"credentials_minted", "root_get_session_token", NULL, "eventName is GetSessionToken at sts.amazonaws.com"},
	    {"data_opened", "put_bucket_policy_public", NULL, "requestParameters.bucketPolicy lets in \"*\""},
	    {"data_destroyed", "delete_db_instance", NULL,
	     "eventName is DeleteDBInstance at rds.amazonaws.com, and in requestParameters dBInstanceIdentifier is "
	     "\"orders\""},
	    {"detection_tampered", "delete_detector",
	     "{'eventName':'UpdateDetector','requestParameters':{'detectorId':'d','enable':false}}",
	     "eventName is UpdateDetector, and in requestParameters \"enable\" is switched off"},
	    {"root_only_task", "put_bucket_versioning_mfa_delete", NULL,
	     "eventName is PutBucketVersioning with VersioningConfiguration.MfaDelete"},
	    {"denied", "stop_logging_denied", "{'errorMessage':'no'}",
	     "the call failed: errorCode is \"AccessDenied\", errorMessage is \"no\""},
	};
	for (size_t i = 0; i < LENGTH(reasons); i++) {
		SCOPED(sample) struct sample sample = judged(reasons[i].fixture, reasons[i].changes, &no_policy);
		const struct signal_hit *hit = hit_of(&sample.judgement, reasons[i].id);
		assert_non_null(hit);
		assert_string_equal(hit->reason, reasons[i].reason);
	}
}

static void the_table_is_sound(void **state)
{
	(void)state;
	/* so that no event can have more hits than a judgement holds */
	assert_in_range(signal_count, 1, ALERT_SIGNALS_MAX);
	for (size_t i = 0; i < signal_count; i++) {
		const struct signal *signal = &signals[i];
		assert_ptr_equal(signal_find(signal->id), signal); /* ids are unique */
		assert_int_equal(strspn(signal->id, "abcdefghijklmnopqrstuvwxyz_"), strlen(signal->id));
		assert_true(signal->actors != 0 && signal->actors < 1u << ACTOR_COUNT);
		assert_true(signal->calls || signal->holds);
		assert_true(signal->steps[0] || signal->severity == SEVERITY_INFO);
		assert_true(signal->technique[0] == '\0' ||
		            (signal->technique[0] == 'T' && isdigit((unsigned char)signal->technique[1])));
	}
	assert_null(signal_find("no_such_signal"));
	assert_null(signal_find(""));
	assert_null(signal_find("Console_login"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_signal_holds_where_it_should),
	    cmocka_unit_test(every_signal_has_a_hit_and_a_near_miss),
	    cmocka_unit_test(reasons_name_the_fields_that_were_read),
	    cmocka_unit_test(the_table_is_sound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
