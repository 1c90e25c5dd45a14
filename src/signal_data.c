/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a call open data to others, or to everybody? A table says which request
 * parameter of which call to read, and how: a policy, an ACL, a list of accounts.
 * What only the own account and AWS's services are let into opens nothing. Pure.
 */
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "signal_checks.h"
#include "signal_documents.h"

struct opening {
	const char *call; /* as in calls.h; a call may have several rows */
	const char *path; /* in requestParameters */
	bool (*opens)(const struct opening *opening, const struct act *act, struct signal_hit *hit);
};

static const cJSON *parameter(const struct opening *opening, const struct act *act)
{
	return json_at(act->event->request_parameters, opening->path);
}

static bool opens_to(const struct opening *opening, const char *whom, struct signal_hit *hit)
{
	return signal_holds(hit, "requestParameters.%s lets in \"%s\"", opening->path, excerpt(whom).text);
}

static bool by_itself(const struct opening *opening, const struct act *act, struct signal_hit *hit)
{
	(void)opening;
	return signal_holds(hit, "eventName is %s at %s: what kept the public out is off",
	                    excerpt(act->event->event_name).text, excerpt(act->event->event_source).text);
}

/* A policy that may be left out, and is "" to take it away. */
static bool by_policy_if_any(const struct opening *opening, const struct act *act, struct signal_hit *hit)
{
	const cJSON *item = parameter(opening, act);
	if (!item || cJSON_IsNull(item) || (cJSON_IsString(item) && item->valuestring[0] == '\0'))
		return false;
	SCOPED(document) struct document document;
	document_read(item, &document);
	struct excerpt whom;
	if (!document.statements)
		return signal_holds(hit, "requestParameters.%s is no policy that can be read: it may let in anybody",
		                    opening->path);
	return document_lets_in(&document, act->event, &whom) && opens_to(opening, whom.text, hit);
}

/* A policy that is what the call is about. */
static bool by_policy(const struct opening *opening, const struct act *act, struct signal_hit *hit)
{
	const cJSON *item = parameter(opening, act);
	if (!item || cJSON_IsNull(item))
		return signal_holds(hit, "requestParameters.%s is absent: the policy may let in anybody", opening->path);
	return by_policy_if_any(opening, act, hit);
}

static bool is_other(const char *text, const void *context)
{
	return text[0] && !is_own_account(text, context);
}

/* Account ids, ARNs, "all": somewhere below the parameter. */
static bool by_accounts(const struct opening *opening, const struct act *act, struct signal_hit *hit)
{
	const cJSON *item = parameter(opening, act);
	if (cJSON_IsString(item))
		return is_other(item->valuestring, act->event) && opens_to(opening, item->valuestring, hit);
	struct json_walk walk = json_walk(item);
	for (const cJSON *at; (at = json_walk_next(&walk));)
		if (cJSON_IsString(at) && is_other(at->valuestring, act->event))
			return opens_to(opening, at->valuestring, hit);
	return false;
}

static bool is_own_parameter(const struct act *act, const char *name)
{
	return is_own_account(event_parameter(act->event, name), act->event);
}

/* One principal: an account, an ARN, a service, or "*" for anybody unless the source is the own account's. */
static bool by_principal(const struct opening *opening, const struct act *act, struct signal_hit *hit)
{
	const char *whom = cJSON_GetStringValue(parameter(opening, act));
	if (!whom || !is_other(whom, act->event) || (!strchr(whom, ':') && strstr(whom, ".amazonaws.com")))
		return false;
	bool confined = is_own_parameter(act, "sourceAccount") || is_own_parameter(act, "sourceArn");
	return !confined && opens_to(opening, whom, hit);
}

static bool by_restore(const struct opening *opening, const struct act *act, struct signal_hit *hit)
{
	return strcmp(event_parameter(act->event, "attributeName"), "restore") == 0 && by_accounts(opening, act, hit);
}

static bool by_topic_policy(const struct opening *opening, const struct act *act, struct signal_hit *hit)
{
	return strcmp(event_parameter(act->event, "attributeName"), "Policy") == 0 && by_policy(opening, act, hit);
}

static bool says(const cJSON *item, bool value)
{
	const char *text = cJSON_GetStringValue(item);
	return (value ? cJSON_IsTrue(item) : cJSON_IsFalse(item)) ||
	       (text && strcasecmp(text, value ? "true" : "false") == 0);
}

static bool by_truth(const struct opening *opening, const struct act *act, struct signal_hit *hit)
{
	return says(parameter(opening, act), true) && signal_holds(hit, "requestParameters.%s is true", opening->path);
}

static bool by_falsehood(const struct opening *opening, const struct act *act, struct signal_hit *hit)
{
	return says(parameter(opening, act), false) && signal_holds(hit, "requestParameters.%s is false", opening->path);
}

/* S3 takes what is left out for false. */
static bool by_public_access_block(const struct opening *opening, const struct act *act, struct signal_hit *hit)
{
	static const char *const parts[] = {"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy",
	                                    "RestrictPublicBuckets"};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (!says(json_at(parameter(opening, act), parts[i]), true))
			return signal_holds(hit, "requestParameters.%s.%s is not true", opening->path, parts[i]);
	return false;
}

/* ---- access control lists ---- */

static bool is_public_acl(const char *text, const void *context)
{
	(void)context;
	return strncasecmp(text, "public-", 7) == 0 || strcasecmp(text, "authenticated-read") == 0;
}

static bool is_public_group(const char *uri)
{
	return strstr(uri, "/global/AllUsers") || strstr(uri, "/global/AuthenticatedUsers");
}

/* x-amz-grant-read: uri="...AllUsers", id="...", emailAddress="..."; LogDelivery is AWS's. */
static bool is_wide_grant(const char *text, const void *context)
{
	(void)context;
	return is_public_group(text) || strstr(text, "id=") || strcasestr(text, "emailAddress=");
}

/* The grantee, unless it is the owner or AWS. */
static const char *other_grantee(const cJSON *grant, const char *owner)
{
	const cJSON *grantee = json_at(grant, "Grantee");
	const char *uri = cJSON_GetStringValue(json_at(grantee, "URI"));
	if (uri)
		return is_public_group(uri) ? uri : NULL;
	const char *id = cJSON_GetStringValue(json_at(grantee, "ID"));
	if (id)
		return owner && strcmp(id, owner) == 0 ? NULL : id;
	return cJSON_GetStringValue(json_at(grantee, "EmailAddress"));
}

static const char *granted_to(const cJSON *policy)
{
	const char *owner = cJSON_GetStringValue(json_at(policy, "Owner.ID"));
	const cJSON *grants = json_at(policy, "AccessControlList.Grant");
	const cJSON *grant = cJSON_IsArray(grants) ? grants->child : grants;
	for (; grant; grant = cJSON_IsArray(grants) ? grant->next : NULL) {
		const char *whom = other_grantee(grant, owner);
		if (whom)
			return whom;
	}
	return NULL;
}

static bool by_acl_if_any(const struct opening *opening, const struct act *act, struct signal_hit *hit)
{
	const cJSON *parameters = act->event->request_parameters;
	const char *whom = json_some_text(json_at(parameters, "x-amz-acl"), is_public_acl, NULL);
	if (whom)
		return signal_holds(hit, "requestParameters.x-amz-acl is \"%s\"", excerpt(whom).text);
	whom = granted_to(parameter(opening, act));
	if (whom)
		return opens_to(opening, whom, hit);
	for (const cJSON *at = cJSON_IsObject(parameters) ? parameters->child : NULL; at; at = at->next) {
		whom = strncasecmp(at->string, "x-amz-grant-", 12) == 0 ? json_some_text(at, is_wide_grant, NULL) : NULL;
		if (whom)
			return signal_holds(hit, "requestParameters.%s is \"%s\"", excerpt(at->string).text, excerpt(whom).text);
	}
	return false;
}

static bool has_acl(const struct opening *opening, const struct act *act)
{
	const cJSON *parameters = act->event->request_parameters;
	bool found = json_at(parameters, "x-amz-acl") || cJSON_IsObject(parameter(opening, act));
	for (const cJSON *at = cJSON_IsObject(parameters) ? parameters->child : NULL; at; at = at->next)
		found |= strncasecmp(at->string, "x-amz-grant-", 12) == 0;
	return found;
}

static bool by_acl(const struct opening *opening, const struct act *act, struct signal_hit *hit)
{
	if (!has_acl(opening, act))
		return signal_holds(hit, "requestParameters.%s and x-amz-acl are absent: the ACL may let in anybody",
		                    opening->path);
	return by_acl_if_any(opening, act, hit);
}

/* ---- which calls ---- */

static const struct opening openings[] = {
    {"s3:PutBucketPolicy", "bucketPolicy", by_policy},
    {"s3:PutAccessPointPolicy*", "PutAccessPointPolicyRequest.Policy", by_policy_if_any},
    {"s3:PutAccessPointPolicy*", "Policy", by_policy_if_any},
    {"s3:PutMultiRegionAccessPointPolicy", "PutMultiRegionAccessPointPolicyRequest.Details.Policy", by_policy_if_any},
    {"s3:PutBucketAcl", "AccessControlPolicy", by_acl},
    {"s3:PutObjectAcl", "AccessControlPolicy", by_acl},
    {"s3:CreateBucket", "AccessControlPolicy", by_acl_if_any},
    {"s3:PutObject", "AccessControlPolicy", by_acl_if_any},
    {"s3:CopyObject", "AccessControlPolicy", by_acl_if_any},
    {"s3:CreateMultipartUpload", "AccessControlPolicy", by_acl_if_any},
    {"s3*:Put*PublicAccessBlock", "PublicAccessBlockConfiguration", by_public_access_block},
    {"s3*:Delete*PublicAccessBlock", "", by_itself},
    {"s3:PutBucketReplication", "ReplicationConfiguration.Rule.Destination.Account", by_accounts},
    {"kms:PutKeyPolicy", "policy", by_policy},
    {"kms:CreateKey", "policy", by_policy_if_any},
    {"kms:ReplicateKey", "policy", by_policy_if_any},
    {"kms:CreateGrant", "granteePrincipal", by_principal},
    {"sqs:SetQueueAttributes", "attributes.Policy", by_policy_if_any},
    {"sqs:CreateQueue", "attributes.Policy", by_policy_if_any},
    {"sqs:AddPermission", "AWSAccountIds", by_accounts},
    {"sqs:AddPermission", "AWSAccountId", by_accounts},
    {"sns:SetTopicAttributes", "attributeValue", by_topic_policy},
    {"sns:CreateTopic", "attributes.Policy", by_policy_if_any},
    {"sns:AddPermission", "AWSAccountId", by_accounts},
    {"sns:AddPermission", "AWSAccountIds", by_accounts},
    {"ec2:ModifySnapshotAttribute", "createVolumePermission.add", by_accounts},
    {"ec2:ModifyImageAttribute", "launchPermission.add", by_accounts},
    {"ec2:ModifyFpgaImageAttribute", "loadPermission.add", by_accounts},
    {"ec2:DisableSnapshotBlockPublicAccess", "", by_itself},
    {"ec2:DisableImageBlockPublicAccess", "", by_itself},
    {"rds:ModifyDBSnapshotAttribute", "valuesToAdd", by_restore},
    {"rds:ModifyDBClusterSnapshotAttribute", "valuesToAdd", by_restore},
    {"rds:ModifyDBInstance", "publiclyAccessible", by_truth},
    {"redshift:ModifyCluster", "publiclyAccessible", by_truth},
    {"redshift:AuthorizeSnapshotAccess", "accountWithRestoreAccess", by_accounts},
    {"redshift:AuthorizeDataShare", "consumerIdentifier", by_accounts},
    {"redshift:PutResourcePolicy", "policy", by_policy},
    {"lambda:AddPermission*", "principal", by_principal},
    {"lambda:AddLayerVersionPermission*", "principal", by_principal},
    {"ecr:SetRepositoryPolicy", "policyText", by_policy},
    {"ecr:PutRegistryPolicy", "policyText", by_policy},
    {"secretsmanager:PutResourcePolicy", "resourcePolicy", by_policy},
    {"glacier:SetVaultAccessPolicy", "policy.policy", by_policy},
    {"backup:PutBackupVaultAccessPolicy", "policy", by_policy},
    {"elasticfilesystem:PutFileSystemPolicy", "policy", by_policy},
    {"es:UpdateDomainConfig", "accessPolicies", by_policy_if_any},
    {"es:UpdateElasticsearchDomainConfig", "accessPolicies", by_policy_if_any},
    {"es:CreateDomain", "accessPolicies", by_policy_if_any},
    {"es:CreateElasticsearchDomain", "accessPolicies", by_policy_if_any},
    {"dynamodb:PutResourcePolicy", "policy", by_policy},
    {"kinesis:PutResourcePolicy", "policy", by_policy},
    {"glue:PutResourcePolicy", "policyInJson", by_policy},
    {"logs:PutDestinationPolicy", "accessPolicy", by_policy},
    {"ssm:ModifyDocumentPermission", "accountIdsToAdd", by_accounts},
    {"codeartifact:Put*PermissionsPolicy", "policyDocument", by_policy},
    {"mediastore:PutContainerPolicy", "policy", by_policy},
    {"ram:CreateResourceShare", "principals", by_accounts},
    {"ram:AssociateResourceShare", "principals", by_accounts},
    {"elasticmapreduce:PutBlockPublicAccessConfiguration",
     "blockPublicAccessConfiguration.blockPublicSecurityGroupRules", by_falsehood},
};

bool check_data_opened(const struct act *act, struct signal_hit *hit)
{
	for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++)
		if (wildcard_match(openings[i].call, act->call) && openings[i].opens(&openings[i], act, hit))
			return true;
	return false;
}
