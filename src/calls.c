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

const char *const calls_mfa_disable[] = {"iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice", NULL};

const char *const calls_iam_provision[] = {
    "iam:CreateUser", "iam:TagUser", "iam:CreateGroup", "iam:AddUserToGroup", "iam:CreateLoginProfile", NULL,
};

const char *const calls_logging[] = {
    "cloudtrail:StopLogging",
    "cloudtrail:DeleteTrail",
    "cloudtrail:UpdateTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:PutInsightSelectors",
    "cloudtrail:DeleteEventDataStore",
    "cloudtrail:UpdateEventDataStore",
    "cloudtrail:StopEventDataStoreIngestion",
    NULL,
};

const char *const calls_compute[] = {
    "ec2:RunInstances",
    "ec2:StartInstances",
    "ec2:RequestSpotInstances",
    "ec2:RequestSpotFleet",
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
    "sagemaker:CreateNotebookInstance",
    "sagemaker:StartNotebookInstance",
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateEndpoint",
    "sagemaker:CreateCluster",
    "sagemaker:CreateApp",
    "lightsail:CreateInstances*",
    "lightsail:StartInstance",
    "lightsail:CreateContainerService*",
    "batch:SubmitJob",
    "batch:CreateComputeEnvironment",
    "elasticmapreduce:RunJobFlow",
    "elasticmapreduce:AddInstanceGroups",
    "elasticmapreduce:AddInstanceFleet",
    "emr-serverless:CreateApplication",
    "emr-serverless:StartApplication",
    "emr-serverless:StartJobRun",
    "apprunner:CreateService",
    "codebuild:StartBuild*",
    "gamelift:CreateFleet",
    "glue:CreateDevEndpoint",
    "glue:StartJobRun",
    "elasticbeanstalk:CreateEnvironment",
    NULL,
};

const char *const calls_federation_token[] = {"sts:GetFederationToken", NULL};

const char *const calls_assume_root[] = {"sts:AssumeRoot", NULL};

/* Everything that carries events to rootwatch and alerts away from it. */
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
    NULL,
};

/* Of these, what switches off, whoever does it. PutRule when it disables; see signal_checks.c. */
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
