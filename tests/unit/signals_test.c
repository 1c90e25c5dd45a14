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

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define CALL(service, name) "'eventSource':'" service ".amazonaws.com','eventName':'" name "'"
#define AN_IAM_USER         "'userIdentity':{'type':'IAMUser','arn':'arn:aws:iam::111122223333:user/alice'}"
#define AN_ASSUMED_ROOT     "'userIdentity.sessionContext':{'assumedRoot':'true'}"
#define MADE_BY_A_SERVICE   "'userIdentity.invokedBy':'x.amazonaws.com','sourceIPAddress':'x.amazonaws.com'"

/* Severity NULL: it must not hold. See fixture_with() for the changes. */
static const struct row {
	const char *id, *severity, *fixture, *changes;
} rows[] = {
    {"console_login_no_mfa", "critical", "root_console_login_no_mfa", NULL},
    {"console_login_no_mfa", "critical", "root_console_login_no_mfa", "{'additionalEventData.MFAUsed':'NO'}"},
    {"console_login_no_mfa", "critical", "root_console_login_no_mfa", "{'additionalEventData.MFAUsed':false}"},
    {"console_login_no_mfa", NULL, "root_console_login_no_mfa", "{'additionalEventData.MFAUsed':'yes'}"},
    {"console_login_no_mfa", NULL, "root_console_login_no_mfa", "{'-additionalEventData.MFAUsed':0}"},
    {"console_login_no_mfa", NULL, "root_console_login_no_mfa", "{'responseElements.ConsoleLogin':'Failure'}"},
    {"console_login_no_mfa", NULL, "root_console_login_no_mfa", "{'responseElements':null}"},
    {"console_login_no_mfa", NULL, "root_console_login_no_mfa", "{'eventName':'CheckMfa'}"},
    {"console_login_no_mfa", NULL, "root_console_login_no_mfa", "{" AN_IAM_USER "}"},

    {"console_login", "medium", "root_console_login_mfa", NULL},
    {"console_login", "medium", "root_odd_types", NULL},
    {"console_login", "medium", "root_console_login_no_mfa", NULL},
    {"console_login", NULL, "root_console_login_mfa", "{'responseElements.ConsoleLogin':'Failure'}"},
    {"console_login", NULL, "root_console_login_mfa", "{'responseElements.ConsoleLogin':true}"},
    {"console_login", NULL, "root_console_login_mfa", "{'eventSource':'iam.amazonaws.com'}"},
    {"console_login", NULL, "root_console_login_mfa", "{" AN_IAM_USER "}"},

    {"console_login_failed", "medium", "root_console_login_failed", NULL},
    {"console_login_failed", NULL, "root_console_login_failed", "{'responseElements.ConsoleLogin':'Success'}"},
    {"console_login_failed", NULL, "root_console_login_failed",
     "{'userIdentity':{'type':'IAMUser','userName':'HIDDEN_DUE_TO_SECURITY_REASONS'}}"},

    {"root_federated", "critical", "root_federated", NULL},
    {"root_federated", "critical", "root_get_federation_token", NULL},
    {"root_federated", NULL, "root_federated", "{'userIdentity.sessionContext.sessionIssuer':{'type':'IAMUser'}}"},
    {"root_federated", NULL, "root_get_federation_token", "{'eventName':'GetCallerIdentity'}"},
    {"root_federated", NULL, "root_get_federation_token", "{" AN_IAM_USER "}"},

    {"root_access_key_created", "critical", "root_create_access_key", NULL},
    {"root_access_key_created", "critical", "root_create_access_key", "{'requestParameters':{}}"},
    {"root_access_key_created", "critical", "root_create_access_key",
     "{'requestParameters':{'userName':'AWS ROOT USER'}}"},
    {"root_access_key_created", "critical", "root_create_access_key", "{'requestParameters':{'userName':7}}"},
    {"root_access_key_created", "critical", "root_create_access_key", "{" AN_ASSUMED_ROOT "}"},
    {"root_access_key_created", "critical", "root_create_access_key", "{" MADE_BY_A_SERVICE "}"},
    {"root_access_key_created", NULL, "create_access_key_for_user", NULL},
    {"root_access_key_created", NULL, "root_create_access_key", "{'requestParameters':{'userName':'root'}}"},
    {"root_access_key_created", NULL, "root_create_access_key", "{'eventName':'ListAccessKeys'}"},
    {"root_access_key_created", NULL, "root_create_access_key", "{" AN_IAM_USER "}"},

    {"root_mfa_disabled", "critical", "deactivate_mfa", NULL},
    {"root_mfa_disabled", "critical", "deactivate_mfa", "{'-requestParameters.serialNumber':0}"},
    {"root_mfa_disabled", "critical", "deactivate_mfa", "{'-requestParameters.userName':0}"},
    {"root_mfa_disabled", "critical", "deactivate_mfa", "{'requestParameters':null}"},
    {"root_mfa_disabled", "critical", "deactivate_mfa",
     "{'requestParameters':{'userName':'AWS ROOT USER','serialNumber':'arn:aws:iam::111122223333:mfa/phone'}}"},
    {"root_mfa_disabled", "critical", "deactivate_mfa", "{'eventName':'DeleteVirtualMFADevice'}"},
    {"root_mfa_disabled", NULL, "deactivate_mfa_of_user", NULL},
    {"root_mfa_disabled", NULL, "deactivate_mfa_of_user", "{'-requestParameters.serialNumber':0}"},
    {"root_mfa_disabled", NULL, "deactivate_mfa",
     "{'eventName':'DeleteVirtualMFADevice','requestParameters':{'serialNumber':'arn:aws:iam::111122223333:mfa/"
     "alice'}}"},
    {"root_mfa_disabled", NULL, "deactivate_mfa", "{'eventName':'EnableMFADevice'}"},

    {"root_password_recovered", "critical", "password_recovery_completed", NULL},
    {"root_password_recovered", "critical", "password_recovery", "{'eventName':'PasswordRecoveryCompleted'}"},
    {"root_password_recovered", NULL, "password_recovery_completed", "{'eventName':'PasswordRecoveryRequested'}"},
    {"root_password_recovered", NULL, "password_recovery_completed", "{'eventSource':'iam.amazonaws.com'}"},

    {"root_password_recovery_requested", "high", "password_recovery", NULL},
    {"root_password_recovery_requested", "high", "password_recovery", "{'userIdentity':{'type':'Root'}}"},
    {"root_password_recovery_requested", "high", "password_recovery", "{'userIdentity':null}"},
    {"root_password_recovery_requested", NULL, "password_recovery_completed", NULL},

    {"root_password_changed", "high", "root_password_changed", NULL},
    {"root_password_changed", "high", "root_password_changed", "{" CALL("iam", "ChangePassword") "}"},
    {"root_password_changed", "high", "root_password_changed", "{" CALL("iam", "UpdateLoginProfile") "}"},
    {"root_password_changed", NULL, "root_password_changed",
     "{" CALL("iam", "UpdateLoginProfile") ",'requestParameters':{'userName':'alice'}}"},
    {"root_password_changed", NULL, "root_email_changed", NULL},
    {"root_password_changed", NULL, "root_password_changed", "{" AN_IAM_USER "}"},

    {"logging_tampered", "critical", "stop_logging", NULL},
    {"logging_tampered", "critical", "stop_logging_denied", NULL},
    {"logging_tampered", "critical", "service_deletes_trail", NULL},
    {"logging_tampered", "critical", "stop_logging", "{" AN_ASSUMED_ROOT "}"},
    {"logging_tampered", NULL, "stop_logging", "{'eventName':'StartLogging'}"},
    {"logging_tampered", NULL, "stop_logging", "{'eventSource':'logs.amazonaws.com'}"},
    {"logging_tampered", NULL, "stop_logging", "{" AN_IAM_USER "}"},
    {"logging_tampered", NULL, "service_event_stop_logging", NULL},

    {"watch_tampered", "critical", "watch_tampered_root", NULL},
    {"watch_tampered", "critical", "watch_tampered_root", "{'requestParameters.state':'ENABLED'}"},
    {"watch_tampered", "critical", "watch_tampered_root", "{" CALL("sns", "Subscribe") "}"},
    {"watch_tampered", "critical", "watch_tampered_root", "{" MADE_BY_A_SERVICE "}"},
    {"watch_tampered", NULL, "watch_tampered_root", "{'eventName':'DescribeRule'}"},
    {"watch_tampered", NULL, "watch_tampered_root", "{" CALL("sns", "Publish") "}"},
    {"watch_tampered", "high", "watch_tampered_user", NULL},
    {"watch_tampered", "high", "watch_tampered_user", "{'eventName':'RemoveTargets'}"},
    {"watch_tampered", "high", "watch_tampered_user", "{'eventName':'DeauthorizeConnection'}"},
    {"watch_tampered", "high", "watch_tampered_user", "{" CALL("sns", "DeleteTopic") "}"},
    {"watch_tampered", "high", "watch_tampered_user", "{'eventName':'PutRule','requestParameters.state':'DISABLED'}"},
    {"watch_tampered", NULL, "watch_tampered_user", "{'eventName':'PutRule','requestParameters.state':'ENABLED'}"},
    {"watch_tampered", NULL, "watch_tampered_user", "{'eventName':'PutRule'}"},
    {"watch_tampered", NULL, "watch_tampered_user", "{'eventName':'PutTargets'}"},
    {"watch_tampered", NULL, "watch_tampered_user", "{" CALL("sns", "Subscribe") "}"},
    {"watch_tampered", NULL, "watch_tampered_user", "{'userIdentity':{'type':'AWSService'}}"},
    {"watch_tampered", NULL, "watch_tampered_user", "{'eventType':'AwsServiceEvent'}"},
    {"watch_tampered", NULL, "watch_tampered_user",
     "{'userIdentity':{'type':'AssumedRole','sessionContext':{'sessionIssuer':{'type':'Role',"
     "'arn':'arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX'}}}}"},
    {"watch_tampered", "high", "watch_tampered_user",
     "{'userIdentity':{'type':'AssumedRole','sessionContext':{'sessionIssuer':{'type':'Role',"
     "'arn':'arn:aws:iam::111122223333:role/deployer'}}}}"},

    {"unreadable_event", "high", "root_name_twice", NULL},
    {"unreadable_event", "high", "identity_is_text", NULL},
    {"unreadable_event", "high", "iam_user_call", "{'userIdentity.type':7}"},
    {"unreadable_event", NULL, "identity_null", NULL},
    {"unreadable_event", NULL, "root_odd_types", NULL},

    {"root_access_key_used", "high", "root_access_key_used", NULL},
    {"root_access_key_used", "high", "root_access_key_write", NULL},
    {"root_access_key_used", NULL, "root_access_key_used", "{'userIdentity.accessKeyId':'ASIAIOSFODNN7EXAMPLE'}"},
    {"root_access_key_used", NULL, "root_access_key_used", "{'userIdentity.accessKeyId':''}"},
    {"root_access_key_used", NULL, "root_access_key_used", "{" AN_ASSUMED_ROOT "}"},
    {"root_access_key_used", NULL, "root_access_key_used", "{" MADE_BY_A_SERVICE "}"},
    {"root_access_key_used", NULL, "iam_user_call", NULL},

    {"compute_started", "high", "run_instances", NULL},
    {"compute_started", "high", "run_instances", "{" AN_ASSUMED_ROOT "}"},
    {"compute_started", "high", "run_instances", "{" CALL("lambda", "CreateFunction20150331") "}"},
    {"compute_started", NULL, "run_instances", "{'eventName':'StopInstances'}"},
    {"compute_started", NULL, "run_instances", "{'eventSource':'iam.amazonaws.com'}"},
    {"compute_started", NULL, "iam_user_named_root", NULL},
    {"compute_started", NULL, "service_for_root", NULL},

    {"guardduty_root_finding", "high", "guardduty", NULL},
    {"guardduty_root_finding", NULL, "guardduty_other", NULL},
    {"guardduty_root_finding", NULL, "root_read", NULL},

    {"assumed_root_opened", "medium", "assume_root_call", NULL},
    {"assumed_root_opened", "medium", "assume_root_call",
     "{'requestParameters.taskPolicyArn':'arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy'}"},
    {"assumed_root_opened", "high", "assume_root_call_unknown_policy", NULL},
    {"assumed_root_opened", "high", "assume_root_call", "{'requestParameters':null}"},
    {"assumed_root_opened", "high", "assume_root_call",
     "{'requestParameters.taskPolicyArn':'arn:aws:iam::aws:policy/S3UnlockBucketPolicy'}"},
    {"assumed_root_opened", NULL, "assume_root_call", "{'eventName':'AssumeRole'}"},
    {"assumed_root_opened", NULL, "assumed_root_session", NULL},

    {"assumed_root_used", "low", "assumed_root_session", NULL},
    {"assumed_root_used", NULL, "assumed_root_session", "{'userIdentity.sessionContext.assumedRoot':'false'}"},
    {"assumed_root_used", NULL, "assume_root_call", NULL},

    {"unusual_envelope", "medium", "forged_envelope", NULL},
    {"unusual_envelope", "medium", "root_write", "{'/account':'444455556666'}"},
    {"unusual_envelope", "medium", "root_write", "{'/source':'com.example'}"},
    {"unusual_envelope", "medium", "root_write", "{'-/source':0}"},
    {"unusual_envelope", "medium", "root_write", "{'/source':'aws'}"},
    {"unusual_envelope", "medium", "root_federated", "{'/source':'com.example'}"},
    {"unusual_envelope", "medium", "password_recovery", "{'/source':'com.example'}"},
    {"unusual_envelope", NULL, "root_write", NULL},
    {"unusual_envelope", NULL, "root_write", "{'/account':111122223333}"},
    {"unusual_envelope", NULL, "root_write", "{'-/account':0}"},
    {"unusual_envelope", NULL, "root_write", "{'-recipientAccountId':0}"},
    {"unusual_envelope", NULL, "root_bare_record", NULL},
    {"unusual_envelope", NULL, "iam_user_call", "{'/source':'com.example'}"},

    {"iam_user_provisioned", "low", "create_user", NULL},
    {"iam_user_provisioned", "low", "create_login_profile_user", NULL},
    {"iam_user_provisioned", "low", "create_user", "{'eventName':'AddUserToGroup'}"},
    {"iam_user_provisioned", "low", "create_user", "{'eventName':'CreateGroup'}"},
    {"iam_user_provisioned", NULL, "create_login_profile_user", "{'-requestParameters.userName':0}"},
    {"iam_user_provisioned", NULL, "create_user", "{'eventName':'AttachUserPolicy'}"},
    {"iam_user_provisioned", NULL, "create_access_key_for_user", NULL},
    {"iam_user_provisioned", NULL, "iam_user_call", NULL},

    {"root_activity", "medium", "root_write", NULL},
    {"root_activity", "medium", "root_write", "{'readOnly':'false'}"},
    {"root_activity", "medium", "root_write", "{'-readOnly':0}"},
    {"root_activity", "medium", "root_access_key_write", NULL}, /* beside a circumstance */
    {"root_activity", NULL, "root_write", "{'readOnly':'true'}"},
    {"root_activity", NULL, "root_write", "{'-readOnly':0,'eventName':'GetBucketTagging'}"},
    {"root_activity", NULL, "run_instances", NULL}, /* another signal speaks of the act */
    {"root_activity", NULL, "assumed_root_session", NULL},
    {"root_activity", NULL, "root_write", "{" MADE_BY_A_SERVICE "}"},

    {"read_only", "low", "root_read", NULL},
    {"read_only", "low", "root_read", "{'readOnly':'True'}"},
    {"read_only", "low", "root_read", "{'-readOnly':0}"},
    {"read_only", "low", "root_access_key_used", NULL},
    {"read_only", NULL, "root_read", "{'readOnly':false}"},
    {"read_only", NULL, "root_read", "{'-readOnly':0,'eventName':'DeleteUser'}"},
    {"read_only", NULL, "root_get_federation_token", NULL},
    {"read_only", NULL, "root_federated", NULL},
};

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
