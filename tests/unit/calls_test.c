/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of calls: what each covers, what it must not, and that every row can match something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "calls.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static const char *const *const tables[] = {
    calls_console_login,
    calls_password_change,
    calls_password_recovery_requested,
    calls_password_recovery_completed,
    calls_access_key_create,
    calls_access_key_update,
    calls_access_key_delete,
    calls_mfa_disable,
    calls_mfa_change,
    calls_email_change,
    calls_login_profile_create,
    calls_login_profile_delete,
    calls_iam_provision,
    calls_grant,
    calls_trust,
    calls_logging,
    calls_detection,
    calls_detection_update,
    calls_account_risk,
    calls_compute,
    calls_destroy,
    calls_root_only,
    calls_credentials_mint,
    calls_federation_token,
    calls_assume_root,
    calls_watch,
    calls_watch_off,
    calls_read,
};

static void what_is_covered(void **state)
{
	(void)state;
	static const struct {
		const char *const *table;
		const char *call;
		bool matches;
	} rows[] = {
	    {calls_console_login, "signin:ConsoleLogin", true},
	    {calls_console_login, "signin:consolelogin", false},
	    {calls_console_login, "signin:ConsoleLogin2", false},
	    {calls_console_login, "iam:ConsoleLogin", false},
	    {calls_console_login, "signin:CheckMfa", false},
	    {calls_password_change, "signin:PasswordUpdated", true},
	    {calls_password_change, "iam:UpdateLoginProfile", true},
	    {calls_password_change, "iam:CreateLoginProfile", false},
	    {calls_password_recovery_requested, "signin:PasswordRecoveryRequested", true},
	    {calls_password_recovery_requested, "signin:PasswordRecoveryCompleted", false},
	    {calls_password_recovery_completed, "signin:PasswordRecoveryCompleted", true},
	    {calls_access_key_create, "iam:CreateAccessKey", true},
	    {calls_access_key_create, "iam:UpdateAccessKey", false},
	    {calls_mfa_disable, "iam:DeactivateMFADevice", true},
	    {calls_mfa_disable, "iam:DeleteVirtualMFADevice", true},
	    {calls_mfa_disable, "iam:EnableMFADevice", false},
	    {calls_iam_provision, "iam:CreateUser", true},
	    {calls_iam_provision, "iam:AttachUserPolicy", false},
	    {calls_logging, "cloudtrail:StopLogging", true},
	    {calls_logging, "cloudtrail:DeleteTrail", true},
	    {calls_logging, "cloudtrail:UpdateTrail", true},
	    {calls_logging, "cloudtrail:PutEventSelectors", true},
	    {calls_logging, "cloudtrail:PutInsightSelectors", true},
	    {calls_logging, "cloudtrail:DeleteEventDataStore", true},
	    {calls_logging, "cloudtrail:UpdateEventDataStore", true},
	    {calls_logging, "cloudtrail:StopEventDataStoreIngestion", true},
	    {calls_logging, "cloudtrail:StartLogging", false},
	    {calls_logging, "cloudtrail:CreateTrail", false},
	    {calls_compute, "ec2:RunInstances", true},
	    {calls_compute, "ec2:RequestSpotInstances", true},
	    {calls_compute, "lambda:CreateFunction20150331", true},
	    {calls_compute, "lambda:UpdateFunctionCode20150331v2", true},
	    {calls_compute, "ecs:RunTask", true},
	    {calls_compute, "eks:CreateCluster", true},
	    {calls_compute, "sagemaker:CreateTrainingJob", true},
	    {calls_compute, "lightsail:CreateInstances", true},
	    {calls_compute, "batch:SubmitJob", true},
	    {calls_compute, "elasticmapreduce:RunJobFlow", true},
	    {calls_compute, "ec2:StopInstances", false},
	    {calls_compute, "ec2:DescribeInstances", false},
	    {calls_compute, "lambda:ListFunctions20150331", false},
	    {calls_access_key_update, "iam:UpdateAccessKey", true},
	    {calls_access_key_delete, "iam:DeleteAccessKey", true},
	    {calls_mfa_change, "iam:EnableMFADevice", true},
	    {calls_mfa_change, "iam:DeactivateMFADevice", false},
	    {calls_email_change, "signin:EmailUpdated", true},
	    {calls_login_profile_create, "iam:CreateLoginProfile", true},
	    {calls_login_profile_delete, "iam:DeleteLoginProfile", true},
	    {calls_grant, "iam:PutRolePolicy", true},
	    {calls_grant, "iam:PutUserPermissionsBoundary", false},
	    {calls_trust, "iam:UpdateOpenIDConnectProviderThumbprint", true},
	    {calls_trust, "iam:CreateServiceLinkedRole", false},
	    {calls_detection, "guardduty:StopMonitoringMembers", true},
	    {calls_detection, "config:StopConfigurationRecorder", true},
	    {calls_detection, "config:PutConfigRule", false},
	    {calls_detection, "securityhub:DisableSecurityHubV2", true},
	    {calls_detection, "securityhub:EnableSecurityHub", false},
	    {calls_detection, "access-analyzer:DeleteAnalyzer", true},
	    {calls_detection, "macie2:DisableMacie", true},
	    {calls_detection, "monitoring:DisableAlarmActions", true},
	    {calls_detection, "monitoring:DeleteDashboards", false},
	    {calls_detection, "ec2:CreateFlowLogs", false},
	    {calls_account_risk, "organizations:CloseAccount", true},
	    {calls_account_risk, "organizations:DeleteOrganization", true},
	    {calls_account_risk, "organizations:CreateAccount", false},
	    {calls_destroy, "s3:DeleteBucket", true},
	    {calls_destroy, "s3:DeleteBucketPolicy", false},
	    {calls_destroy, "ec2:TerminateInstances", true},
	    {calls_destroy, "ec2:DeleteSecurityGroup", false},
	    {calls_destroy, "kms:DisableKey", false},
	    {calls_root_only, "billing:UpdateIAMAccessPreference", true},
	    {calls_root_only, "s3:PutBucketPolicy", false},
	    {calls_credentials_mint, "signin:GetSigninToken", true},
	    {calls_credentials_mint, "sts:GetCallerIdentity", false},
	    {calls_federation_token, "sts:GetFederationToken", true},
	    {calls_federation_token, "sts:GetSessionToken", false},
	    {calls_assume_root, "sts:AssumeRoot", true},
	    {calls_assume_root, "sts:AssumeRole", false},
	    {calls_assume_root, "sts:AssumeRootless", false},
	    {calls_watch, "events:PutEvents", false},
	    {calls_watch, "events:ListRules", false},
	    {calls_watch, "sns:Publish", false},
	    {calls_watch, "scheduler:DeleteRule", false},
	    {calls_read, "iam:GetUser", true},
	    {calls_read, "s3:ListBuckets", true},
	    {calls_read, "ec2:DescribeInstances", true},
	    {calls_read, "ecr:BatchGetImage", true},
	    {calls_read, "inspector2:BatchDescribeFindings", true},
	    {calls_read, "s3:HeadBucket", true},
	    {calls_read, "cloudtrail:LookupEvents", true},
	    {calls_read, "resource-groups:SearchResources", true},
	    {calls_read, "s3:SelectObjectContent", true},
	    {calls_read, "aws-portal:ViewBilling", true},
	    {calls_read, "inspector:PreviewAgents", true},
	    {calls_read, "cloudformation:ValidateTemplate", true},
	    {calls_read, "dynamodb:Query", true},
	    {calls_read, "dynamodb:Scan", true},
	    {calls_read, "dynamodb:ScanEverything", false},
	    {calls_read, "iam:CreateUser", false},
	    {calls_read, "getter:PutThing", false},
	    {calls_read, ":", false},
	    {calls_read, "", false},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (calls_match(rows[i].table, rows[i].call) != rows[i].matches)
			fail_msg("row %zu: %s", i, rows[i].call);
}

/* DESIGN 4: root by any change to what carries events and alerts, others by switching it off. */
static void the_watch_is_covered(void **state)
{
	(void)state;
	static const struct {
		const char *call;
		bool switches_off;
	} rows[] = {
	    {"events:PutRule", true}, /* when its state says so */
	    {"events:DeleteRule", true},
	    {"events:EnableRule", false},
	    {"events:DisableRule", true},
	    {"events:PutTargets", false},
	    {"events:RemoveTargets", true},
	    {"events:CreateEventBus", false},
	    {"events:UpdateEventBus", false},
	    {"events:DeleteEventBus", true},
	    {"events:PutPermission", false},
	    {"events:RemovePermission", true},
	    {"events:CreateConnection", false},
	    {"events:UpdateConnection", false},
	    {"events:DeleteConnection", true},
	    {"events:DeauthorizeConnection", true},
	    {"events:CreateApiDestination", false},
	    {"events:UpdateApiDestination", false},
	    {"events:DeleteApiDestination", true},
	    {"events:CreateArchive", false},
	    {"events:UpdateArchive", false},
	    {"events:DeleteArchive", true},
	    {"sns:CreateTopic", false},
	    {"sns:DeleteTopic", true},
	    {"sns:SetTopicAttributes", false},
	    {"sns:AddPermission", false},
	    {"sns:RemovePermission", false},
	    {"sns:PutDataProtectionPolicy", false},
	    {"sns:Subscribe", false},
	    {"sns:ConfirmSubscription", false},
	    {"sns:SetSubscriptionAttributes", false},
	    {"sns:Unsubscribe", true},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (!calls_match(calls_watch, rows[i].call) ||
		    calls_match(calls_watch_off, rows[i].call) != rows[i].switches_off)
			fail_msg("%s", rows[i].call);
}

/* "service:Event", of the letters that CloudTrail's names are made of. */
static bool is_pattern(const char *pattern)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-*?";
	size_t service = strspn(pattern, letters);
	size_t name = service > 0 && pattern[service] == ':' ? strspn(pattern + service + 1, letters) : 0;
	return name > 0 && pattern[service + 1 + name] == '\0';
}

static void every_row_is_a_pattern_and_stands_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(tables); i++) {
		assert_non_null(tables[i][0]);
		for (const char *const *row = tables[i]; *row; row++) {
			if (!is_pattern(*row))
				fail_msg("\"%s\"", *row);
			for (const char *const *before = tables[i]; before < row; before++)
				assert_string_not_equal(*before, *row);
		}
	}
}

static void what_switches_the_watch_off_touches_it(void **state)
{
	(void)state;
	for (const char *const *row = calls_watch_off; *row; row++)
		if (!calls_match(calls_watch, *row))
			fail_msg("%s is not in calls_watch", *row);
}

/* What is tampering, or opens a way in, must not pass for reading. */
static void nothing_that_changes_reads_like_a_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(tables); i++)
		for (const char *const *row = tables[i]; *row; row++)
			if (tables[i] != calls_read && tables[i] != calls_federation_token && tables[i] != calls_credentials_mint &&
			    calls_match(calls_read, *row))
				fail_msg("%s", *row);
}

static void what_is_looked_at_closer_is_of_its_table(void **state)
{
	(void)state;
	for (const char *const *row = calls_detection_update; *row; row++)
		if (!calls_match(calls_detection, *row))
			fail_msg("%s is not in calls_detection", *row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_covered),
	    cmocka_unit_test(the_watch_is_covered),
	    cmocka_unit_test(every_row_is_a_pattern_and_stands_once),
	    cmocka_unit_test(what_switches_the_watch_off_touches_it),
	    cmocka_unit_test(what_is_looked_at_closer_is_of_its_table),
	    cmocka_unit_test(nothing_that_changes_reads_like_a_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
