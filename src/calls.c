/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls a signal means, as data: read a table to see what is covered. What
 * else must hold (whose key, success, which actor) is signal_checks.c's. Names are
 * those of CloudTrail, which puts API versions behind Lambda's and CloudFront's.
 */
#include "calls.h"

#include <stddef.h>

#include "base/parse.h"

const char *const calls_console_login[] = {"signin:ConsoleLogin", NULL};

const char *const calls_check_mfa[] = {"signin:CheckMfa", NULL};

const char *const calls_password_change[] = {
    "signin:PasswordUpdated",
    "iam:ChangePassword",
    "iam:UpdateLoginProfile",
    NULL,
};

const char *const calls_password_recovery_requested[] = {"signin:PasswordRecoveryRequested", NULL};

const char *const calls_password_recovery_completed[] = {"signin:PasswordRecoveryCompleted", NULL};

const char *const calls_access_key_create[] = {"iam:CreateAccessKey", NULL};

const char *const calls_access_key_update[] = {"iam:UpdateAccessKey", NULL};

const char *const calls_access_key_delete[] = {"iam:DeleteAccessKey", NULL};

const char *const calls_mfa_disable[] = {"iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice", NULL};

const char *const calls_mfa_change[] = {"iam:EnableMFADevice", "iam:ResyncMFADevice", "iam:CreateVirtualMFADevice",
                                        NULL};

const char *const calls_email_change[] = {"signin:EmailUpdated", "account:StartPrimaryEmailUpdate",
                                          "account:AcceptPrimaryEmailUpdate", NULL};

const char *const calls_login_profile_create[] = {"iam:CreateLoginProfile", NULL};

const char *const calls_login_profile_delete[] = {"iam:DeleteLoginProfile", NULL};

const char *const calls_iam_provision[] = {
    "iam:CreateUser", "iam:TagUser", "iam:CreateGroup", "iam:AddUserToGroup", "iam:CreateLoginProfile", NULL,
};

/* Which parameter holds the policy is signal_grants.c's to know. */
const char *const calls_grant[] = {"iam:AttachUserPolicy",
                                   "iam:AttachGroupPolicy",
                                   "iam:AttachRolePolicy",
                                   "iam:PutUserPolicy",
                                   "iam:PutGroupPolicy",
                                   "iam:PutRolePolicy",
                                   "iam:CreatePolicy",
                                   "iam:CreatePolicyVersion",
                                   "sso:AttachManagedPolicyToPermissionSet",
                                   "sso:PutInlinePolicyToPermissionSet",
                                   NULL};

/* CreateRole when its document trusts others. */
const char *const calls_trust[] = {"iam:UpdateAssumeRolePolicy",
                                   "iam:CreateRole",
                                   "iam:CreateSAMLProvider",
                                   "iam:UpdateSAMLProvider",
                                   "iam:DeleteSAMLProvider",
                                   "iam:CreateOpenIDConnectProvider",
                                   "iam:DeleteOpenIDConnectProvider",
                                   "iam:UpdateOpenIDConnectProviderThumbprint",
                                   "iam:AddClientIDToOpenIDConnectProvider",
                                   "iam:RemoveClientIDFromOpenIDConnectProvider",
                                   "rolesanywhere:CreateTrustAnchor",
                                   "rolesanywhere:UpdateTrustAnchor",
                                   NULL};

const char *const calls_logging[] = {
    "cloudtrail:StopLogging",
    "cloudtrail:DeleteTrail",
    "cloudtrail:UpdateTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:PutInsightSelectors",
    "cloudtrail:DeleteEventDataStore",
    "cloudtrail:UpdateEventDataStore",
    "cloudtrail:StopEventDataStoreIngestion",
    "cloudtrail:DeregisterOrganizationDelegatedAdmin",
    NULL,
};

/* What watches the account: disable, delete, stop. */
const char *const calls_detection[] = {
    "guardduty:DeleteDetector",
    "guardduty:UpdateDetector",
    "guardduty:UpdateMemberDetectors",
    "guardduty:UpdateOrganizationConfiguration",
    "guardduty:StopMonitoringMembers",
    "guardduty:DeleteMembers",
    "guardduty:DisassociateMembers",
    "guardduty:DisassociateFromMasterAccount",
    "guardduty:DisassociateFromAdministratorAccount",
    "guardduty:DisableOrganizationAdminAccount",
    "guardduty:DeletePublishingDestination",
    "guardduty:CreateFilter",
    "guardduty:UpdateFilter",
    "guardduty:CreateIPSet",
    "guardduty:UpdateIPSet",
    "guardduty:DeleteThreatIntelSet",
    "guardduty:DeleteMalwareProtectionPlan",
    "config:StopConfigurationRecorder",
    "config:DeleteConfigurationRecorder",
    "config:DeleteServiceLinkedConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:DeleteConfigRule",
    "config:DeleteOrganizationConfigRule",
    "config:DeleteConformancePack",
    "config:DeleteOrganizationConformancePack",
    "config:DeleteConfigurationAggregator",
    "config:DeleteAggregationAuthorization",
    "config:DeleteRemediationConfiguration",
    "config:DeleteRetentionConfiguration",
    "config:DisassociateResourceTypes",
    "securityhub:DisableSecurityHub*",
    "securityhub:BatchDisableStandards",
    "securityhub:DisableImportFindingsForProduct",
    "securityhub:DisableOrganizationAdminAccount",
    "securityhub:DisassociateFromMasterAccount",
    "securityhub:DisassociateFromAdministratorAccount",
    "securityhub:DisassociateMembers",
    "securityhub:DeleteMembers",
    "securityhub:DeleteFindingAggregator",
    "securityhub:DeleteInsight",
    "securityhub:DeleteActionTarget",
    "securityhub:UpdateStandardsControl",
    "securityhub:BatchUpdateStandardsControlAssociations",
    "access-analyzer:DeleteAnalyzer",
    "macie*:DisableMacie",
    "macie*:DisableOrganizationAdminAccount",
    "macie*:DisassociateFromMasterAccount",
    "macie*:DisassociateFromAdministratorAccount",
    "macie*:DisassociateMember",
    "macie*:DeleteMember",
    "macie*:UpdateMacieSession",
    "macie*:UpdateAutomatedDiscoveryConfiguration",
    "inspector*:Disable",
    "inspector*:DisableDelegatedAdminAccount",
    "inspector*:DisassociateMember",
    "detective:DeleteGraph",
    "detective:DeleteMembers",
    "detective:DisassociateMembership",
    "monitoring:DeleteAlarms",
    "monitoring:DisableAlarmActions",
    "monitoring:PutMetricAlarm",
    "monitoring:PutCompositeAlarm",
    "logs:DeleteMetricFilter",
    "ec2:DeleteFlowLogs",
    "route53resolver:DeleteResolverQueryLogConfig",
    "route53resolver:DisassociateResolverQueryLogConfig",
    NULL,
};

/* Of these, what counts only when its request switches something off. */
const char *const calls_detection_update[] = {
    "guardduty:UpdateDetector",
    "guardduty:UpdateMemberDetectors",
    "guardduty:UpdateOrganizationConfiguration",
    "guardduty:CreateFilter",
    "guardduty:UpdateFilter",
    "securityhub:UpdateStandardsControl",
    "securityhub:BatchUpdateStandardsControlAssociations",
    "macie*:UpdateMacieSession",
    "macie*:UpdateAutomatedDiscoveryConfiguration",
    "monitoring:PutMetricAlarm",
    "monitoring:PutCompositeAlarm",
    NULL,
};

/* Of the policies, service and resource control policies are meant; Detach and Delete do not say which theirs is. */
const char *const calls_account_risk[] = {"*:CloseAccount",
                                          "organizations:LeaveOrganization",
                                          "organizations:DeleteOrganization",
                                          "organizations:RemoveAccountFromOrganization",
                                          "organizations:DetachPolicy",
                                          "organizations:DeletePolicy",
                                          "organizations:DisablePolicyType",
                                          NULL};

const char *const calls_compute[] = {"ec2:RunInstances",
                                     "ec2:StartInstances",
                                     "ec2:RequestSpotInstances",
                                     "ec2:RequestSpotFleet",
                                     "ec2:RunScheduledInstances",
                                     "ec2:CreateFleet",
                                     "autoscaling:CreateAutoScalingGroup",
                                     "autoscaling:UpdateAutoScalingGroup",
                                     "autoscaling:SetDesiredCapacity",
                                     "lambda:CreateFunction*",
                                     "lambda:UpdateFunctionCode*",
                                     "ecs:RunTask",
                                     "ecs:StartTask",
                                     "ecs:CreateService",
                                     "ecs:UpdateService",
                                     "eks:CreateCluster",
                                     "eks:CreateNodegroup",
                                     "eks:CreateFargateProfile",
                                     "eks:UpdateNodegroupConfig",
                                     "sagemaker:CreateNotebookInstance",
                                     "sagemaker:StartNotebookInstance",
                                     "sagemaker:CreateTrainingJob",
                                     "sagemaker:CreateProcessingJob",
                                     "sagemaker:CreateTransformJob",
                                     "sagemaker:CreateHyperParameterTuningJob",
                                     "sagemaker:CreateAutoMLJob*",
                                     "sagemaker:StartPipelineExecution",
                                     "sagemaker:CreateEndpoint",
                                     "sagemaker:UpdateEndpoint",
                                     "sagemaker:CreateCluster",
                                     "sagemaker:CreateApp",
                                     "lightsail:CreateInstances*",
                                     "lightsail:StartInstance",
                                     "lightsail:CreateContainerService*",
                                     "batch:SubmitJob",
                                     "batch:CreateComputeEnvironment",
                                     "batch:UpdateComputeEnvironment",
                                     "elasticmapreduce:RunJobFlow",
                                     "elasticmapreduce:AddInstanceGroups",
                                     "elasticmapreduce:AddInstanceFleet",
                                     "elasticmapreduce:ModifyInstanceGroups",
                                     "elasticmapreduce:ModifyInstanceFleet",
                                     "emr-serverless:CreateApplication",
                                     "emr-serverless:StartApplication",
                                     "emr-serverless:StartJobRun",
                                     "apprunner:CreateService",
                                     "codebuild:StartBuild*",
                                     "gamelift:CreateFleet",
                                     "workspaces:CreateWorkspaces",
                                     "appstream:CreateFleet",
                                     "appstream:StartFleet",
                                     "cloud9:CreateEnvironmentEC2",
                                     "glue:CreateDevEndpoint",
                                     "glue:StartJobRun",
                                     "elasticbeanstalk:CreateEnvironment",
                                     NULL};

/* What is gone for good, or soon; data_opened's calls stand in signal_data.c, each with what to read of it. */
const char *const calls_destroy[] = {"s3*:DeleteBucket",
                                     "rds:DeleteDBInstance",
                                     "rds:DeleteDBCluster",
                                     "rds:DeleteGlobalCluster",
                                     "rds:DeleteDBSnapshot",
                                     "rds:DeleteDBClusterSnapshot",
                                     "rds:DeleteDBInstanceAutomatedBackup",
                                     "rds:DeleteDBClusterAutomatedBackup",
                                     "dynamodb:DeleteTable",
                                     "dynamodb:DeleteBackup",
                                     "redshift:DeleteCluster",
                                     "redshift:DeleteClusterSnapshot",
                                     "redshift:BatchDeleteClusterSnapshots",
                                     "redshift-serverless:DeleteNamespace",
                                     "redshift-serverless:DeleteSnapshot",
                                     "elasticache:DeleteCacheCluster",
                                     "elasticache:DeleteReplicationGroup",
                                     "elasticache:DeleteServerlessCache",
                                     "elasticache:DeleteSnapshot",
                                     "memorydb:DeleteCluster",
                                     "memorydb:DeleteSnapshot",
                                     "docdb-elastic:DeleteCluster",
                                     "dsql:DeleteCluster",
                                     "cassandra:DeleteKeyspace",
                                     "cassandra:DeleteTable",
                                     "timestream:DeleteDatabase",
                                     "timestream:DeleteTable",
                                     "qldb:DeleteLedger",
                                     "neptune-graph:DeleteGraph",
                                     "es:DeleteDomain",
                                     "es:DeleteElasticsearchDomain",
                                     "ec2:TerminateInstances",
                                     "ec2:DeleteVolume",
                                     "ec2:DeleteSnapshot",
                                     "ec2:DeregisterImage",
                                     "elasticfilesystem:DeleteFileSystem",
                                     "fsx:DeleteFileSystem",
                                     "fsx:DeleteVolume",
                                     "fsx:DeleteBackup",
                                     "fsx:DeleteSnapshot",
                                     "backup:DeleteRecoveryPoint",
                                     "backup:DeleteBackupVault",
                                     "backup:DeleteBackupPlan",
                                     "backup:DeleteBackupVaultLockConfiguration",
                                     "glacier:DeleteVault",
                                     "glacier:DeleteArchive",
                                     "lightsail:DeleteInstance",
                                     "lightsail:DeleteInstanceSnapshot",
                                     "lightsail:DeleteDisk",
                                     "lightsail:DeleteDiskSnapshot",
                                     "lightsail:DeleteBucket",
                                     "lightsail:DeleteRelationalDatabase",
                                     "lightsail:DeleteRelationalDatabaseSnapshot",
                                     "ecr:DeleteRepository",
                                     "secretsmanager:DeleteSecret",
                                     "logs:DeleteLogGroup",
                                     "logs:DeleteLogStream",
                                     "workspaces:TerminateWorkspaces",
                                     "kms:ScheduleKeyDeletion",
                                     "kms:DeleteImportedKeyMaterial",
                                     NULL};

/* Of https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#root-user-tasks what CloudTrail shows as a call and no
 * other signal speaks of. Some only when they do what root alone can: signal_checks.c. */
const char *const calls_root_only[] = {"account:PutAccountName", "*:UpdateIAMAccessPreference",
                                       "s3:PutBucketVersioning", "s3:DeleteBucketPolicy",
                                       "sqs:SetQueueAttributes", NULL};

const char *const calls_credentials_mint[] = {"sts:GetSessionToken", "sts:GetFederationToken", "signin:GetSigninToken",
                                              NULL};

const char *const calls_federation_token[] = {"sts:GetFederationToken", NULL};

const char *const calls_assume_root[] = {"sts:AssumeRoot", NULL};

/* Everything that carries events to rootwatch and alerts away from it; of trails see signal_watch.c. */
const char *const calls_watch[] = {
    "events:PutRule",
    "events:DeleteRule",
    "events:EnableRule",
    "events:DisableRule",
    "events:PutTargets",
    "events:RemoveTargets",
    "events:CreateEventBus",
    "events:UpdateEventBus",
    "events:DeleteEventBus",
    "events:PutPermission",
    "events:RemovePermission",
    "events:CreateConnection",
    "events:UpdateConnection",
    "events:DeleteConnection",
    "events:DeauthorizeConnection",
    "events:CreateApiDestination",
    "events:UpdateApiDestination",
    "events:DeleteApiDestination",
    "events:CreateArchive",
    "events:UpdateArchive",
    "events:DeleteArchive",
    "sns:CreateTopic",
    "sns:DeleteTopic",
    "sns:SetTopicAttributes",
    "sns:AddPermission",
    "sns:RemovePermission",
    "sns:PutDataProtectionPolicy",
    "sns:Subscribe",
    "sns:ConfirmSubscription",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
    "cloudtrail:StopLogging",
    "cloudtrail:DeleteTrail",
    "cloudtrail:UpdateTrail",
    "cloudtrail:PutEventSelectors",
    NULL,
};

/* Of these, what switches off, whoever does it. PutRule when it disables; see signal_watch.c. */
const char *const calls_watch_off[] = {
    "events:DeleteRule",
    "events:DisableRule",
    "events:RemoveTargets",
    "events:DeleteEventBus",
    "events:RemovePermission",
    "events:DeleteConnection",
    "events:DeauthorizeConnection",
    "events:DeleteApiDestination",
    "events:DeleteArchive",
    "events:PutRule",
    "sns:DeleteTopic",
    "sns:Unsubscribe",
    NULL,
};

/* By its name, for records that carry no readOnly. */
const char *const calls_read[] = {
    "*:Get*",    "*:BatchGet*", "*:List*",    "*:Describe*", "*:BatchDescribe*", "*:Head*", "*:Lookup*", "*:Search*",
    "*:Select*", "*:View*",     "*:Preview*", "*:Validate*", "*:Query*",         "*:Scan",  NULL,
};

bool calls_match(const char *const *patterns, const char *call)
{
	for (; *patterns; patterns++)
		if (wildcard_match(*patterns, call))
			return true;
	return false;
}
