/* SPDX-License-Identifier: Apache-2.0 */
/* data_opened and admin_granted, call by call: what opens or grants, and what looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sample_judgement.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define OWN    "111122223333"
#define OTHER  "444455556666"
#define PUBLIC "{\\'Statement\\':[{\\'Effect\\':\\'Allow\\',\\'Principal\\':\\'*\\'}]}"
#define HOUSE  "{\\'Statement\\':[{\\'Effect\\':\\'Allow\\',\\'Principal\\':{\\'AWS\\':\\'" OWN "\\'}}]}"
#define ADMIN  "{\\'Statement\\':[{\\'Effect\\':\\'Allow\\',\\'Action\\':\\'*\\',\\'Resource\\':\\'*\\'}]}"
#define READER "{\\'Statement\\':[{\\'Effect\\':\\'Allow\\',\\'Action\\':\\'s3:Get*\\',\\'Resource\\':\\'*\\'}]}"
#define GRANT(to)                                                                                                   \
	"{'AccessControlPolicy':{'Owner':{'ID':'me'},'AccessControlList':{'Grant':[{'Grantee':{'ID':'me'}},{'Grantee':" \
	"{" to "}}]}}}"
#define BLOCK(acls)                                                                          \
	"{'PublicAccessBlockConfiguration':{'BlockPublicAcls':" acls ",'IgnorePublicAcls':true," \
	"'BlockPublicPolicy':true,'RestrictPublicBuckets':'true'}}"

static const struct row {
	const char *service, *name, *parameters;
	bool holds;
} data_rows[] = {
    {"s3", "PutBucketPolicy", "{'bucketPolicy':'" PUBLIC "'}", true},
    {"s3", "PutBucketPolicy", "{'bucketPolicy':'" HOUSE "'}", false},
    {"s3", "PutBucketPolicy", "{'bucketPolicy':'nonsense'}", true},
    {"s3", "PutBucketPolicy", "null", true},
    {"s3", "PutBucketAcl", "{'x-amz-acl':['public-read'],'acl':['']}", true},
    {"s3", "PutBucketAcl", "{'x-amz-acl':'authenticated-read'}", true},
    {"s3", "PutBucketAcl", "{'x-amz-acl':['private'],'acl':['']}", false},
    {"s3", "PutBucketAcl", "{'x-amz-acl':'log-delivery-write'}", false},
    {"s3", "PutBucketAcl", GRANT("'URI':'http://acs.amazonaws.com/groups/global/AllUsers'"), true},
    {"s3", "PutObjectAcl", GRANT("'URI':'http://acs.amazonaws.com/groups/global/AuthenticatedUsers'"), true},
    {"s3", "PutBucketAcl", GRANT("'ID':'somebody'"), true},
    {"s3", "PutBucketAcl", GRANT("'EmailAddress':'x@example.com'"), true},
    {"s3", "PutBucketAcl", GRANT("'ID':'me'"), false},
    {"s3", "PutBucketAcl", GRANT("'URI':'http://acs.amazonaws.com/groups/s3/LogDelivery'"), false},
    {"s3", "PutBucketAcl",
     "{'AccessControlPolicy':{'Owner':{'ID':'me'},'AccessControlList':{'Grant':{'Grantee':{'ID':'me'}}}}}", false},
    {"s3", "PutBucketAcl", "{'x-amz-grant-read':['uri=http://acs.amazonaws.com/groups/global/AllUsers']}", true},
    {"s3", "PutBucketAcl", "{'x-amz-grant-write':'uri=http://acs.amazonaws.com/groups/s3/LogDelivery'}", false},
    {"s3", "PutBucketAcl", "{'bucketName':'x'}", true},
    {"s3", "CreateBucket", "{'bucketName':'x','x-amz-acl':'public-read-write'}", true},
    {"s3", "CreateBucket", "{'bucketName':'x'}", false},
    {"s3", "PutBucketPublicAccessBlock", BLOCK("false"), true},
    {"s3", "PutBucketPublicAccessBlock", BLOCK("true"), false},
    {"s3", "PutAccountPublicAccessBlock", BLOCK("null"), true},
    {"s3", "PutAccountPublicAccessBlock", BLOCK("'TRUE'"), false},
    {"s3", "PutPublicAccessBlock", "{}", true},
    {"s3", "DeleteBucketPublicAccessBlock", "{}", true},
    {"s3", "DeleteAccountPublicAccessBlock", "{}", true},
    {"s3", "GetBucketPublicAccessBlock", "{}", false},
    {"s3", "PutBucketReplication", "{'ReplicationConfiguration':{'Rule':{'Destination':{'Account':'" OTHER "'}}}}",
     true},
    {"s3", "PutBucketReplication", "{'ReplicationConfiguration':{'Rule':{'Destination':{'Bucket':'x'}}}}", false},
    {"kms", "PutKeyPolicy", "{'policy':'" PUBLIC "'}", true},
    {"kms", "PutKeyPolicy", "{'policy':'" HOUSE "'}", false},
    {"kms", "CreateKey", "{'policy':''}", false},
    {"kms", "CreateGrant", "{'granteePrincipal':'arn:aws:iam::" OTHER ":root'}", true},
    {"kms", "CreateGrant", "{'granteePrincipal':'arn:aws:iam::" OWN ":role/x'}", false},
    {"kms", "CreateGrant", "{'granteePrincipal':'ec2.us-east-1.amazonaws.com'}", false},
    {"sqs", "SetQueueAttributes", "{'attributes':{'Policy':'" PUBLIC "'}}", true},
    {"sqs", "SetQueueAttributes", "{'attributes':{'Policy':'" HOUSE "'}}", false},
    {"sqs", "SetQueueAttributes", "{'attributes':{'VisibilityTimeout':'30'}}", false},
    {"sqs", "AddPermission", "{'aWSAccountIds':['" OTHER "'],'actions':['*']}", true},
    {"sqs", "AddPermission", "{'AWSAccountIds':['" OWN "'],'actions':['*']}", false},
    {"sns", "SetTopicAttributes", "{'attributeName':'Policy','attributeValue':'" PUBLIC "'}", true},
    {"sns", "SetTopicAttributes", "{'attributeName':'DisplayName','attributeValue':'x'}", false},
    {"sns", "AddPermission", "{'aWSAccountId':['" OTHER "']}", true},
    {"ec2", "ModifySnapshotAttribute", "{'createVolumePermission':{'add':{'items':[{'group':'all'}]}}}", true},
    {"ec2", "ModifySnapshotAttribute", "{'createVolumePermission':{'add':{'items':[{'userId':'" OTHER "'}]}}}", true},
    {"ec2", "ModifySnapshotAttribute", "{'createVolumePermission':{'add':{'items':[{'userId':'" OWN "'}]}}}", false},
    {"ec2", "ModifySnapshotAttribute", "{'createVolumePermission':{'remove':{'items':[{'group':'all'}]}}}", false},
    {"ec2", "ModifyImageAttribute", "{'launchPermission':{'add':[{'group':'all'}]}}", true},
    {"ec2", "ModifyImageAttribute", "{'description':{'value':'x'}}", false},
    {"ec2", "DisableSnapshotBlockPublicAccess", "{}", true},
    {"ec2", "EnableSnapshotBlockPublicAccess", "{}", false},
    {"rds", "ModifyDBSnapshotAttribute", "{'attributeName':'restore','valuesToAdd':['all']}", true},
    {"rds", "ModifyDBClusterSnapshotAttribute", "{'attributeName':'restore','valuesToAdd':['" OTHER "']}", true},
    {"rds", "ModifyDBSnapshotAttribute", "{'attributeName':'restore','valuesToRemove':['all']}", false},
    {"rds", "ModifyDBInstance", "{'publiclyAccessible':true}", true},
    {"rds", "ModifyDBInstance", "{'publiclyAccessible':false}", false},
    {"redshift", "AuthorizeSnapshotAccess", "{'accountWithRestoreAccess':'" OTHER "'}", true},
    {"lambda", "AddPermission20150331v2", "{'principal':'*'}", true},
    {"lambda", "AddPermission20150331v2", "{'principal':'" OTHER "'}", true},
    {"lambda", "AddPermission20150331v2", "{'principal':'*','sourceAccount':'" OWN "'}", false},
    {"lambda", "AddPermission20150331v2", "{'principal':'s3.amazonaws.com'}", false},
    {"lambda", "AddPermission20150331v2", "{'principal':'" OWN "'}", false},
    {"lambda", "AddLayerVersionPermission20181031", "{'principal':'*'}", true},
    {"ecr", "SetRepositoryPolicy", "{'policyText':'" PUBLIC "'}", true},
    {"secretsmanager", "PutResourcePolicy", "{'resourcePolicy':'" PUBLIC "'}", true},
    {"secretsmanager", "PutResourcePolicy", "{'resourcePolicy':'" HOUSE "'}", false},
    {"glacier", "SetVaultAccessPolicy", "{'policy':{'policy':'" PUBLIC "'}}", true},
    {"backup", "PutBackupVaultAccessPolicy", "{'policy':'" PUBLIC "'}", true},
    {"elasticfilesystem", "PutFileSystemPolicy", "{'policy':'" PUBLIC "'}", true},
    {"es", "UpdateDomainConfig", "{'accessPolicies':'" PUBLIC "'}", true},
    {"es", "UpdateDomainConfig", "{'domainName':'x'}", false},
    {"ssm", "ModifyDocumentPermission", "{'accountIdsToAdd':['all']}", true},
    {"ssm", "ModifyDocumentPermission", "{'accountIdsToRemove':['all']}", false},
    {"ram", "CreateResourceShare", "{'principals':['arn:aws:organizations::" OWN ":organization/o-x']}", true},
    {"ram", "CreateResourceShare", "{'principals':['" OWN "']}", false},
    {"iam", "PutBucketPolicy", "{'bucketPolicy':'" PUBLIC "'}", false},
};

static const struct row grant_rows[] = {
    {"iam", "AttachUserPolicy", "{'policyArn':'arn:aws:iam::aws:policy/AdministratorAccess'}", true},
    {"iam", "AttachGroupPolicy", "{'policyArn':'arn:aws-us-gov:iam::aws:policy/IAMFullAccess'}", true},
    {"iam", "AttachRolePolicy", "{'policyArn':'arn:aws-cn:iam::aws:policy/PowerUserAccess'}", true},
    {"iam", "AttachRolePolicy", "{'policyArn':'arn:aws:iam::aws:policy/AdministratorAccess-Amplify'}", false},
    {"iam", "AttachRolePolicy", "{'policyArn':'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess'}", false},
    {"iam", "AttachRolePolicy", "null", false},
    {"iam", "DetachUserPolicy", "{'policyArn':'arn:aws:iam::aws:policy/AdministratorAccess'}", false},
    {"iam", "PutUserPolicy", "{'policyDocument':'" ADMIN "'}", true},
    {"iam", "PutGroupPolicy", "{'policyDocument':'" ADMIN "'}", true},
    {"iam", "PutRolePolicy", "{'policyDocument':'" ADMIN "'}", true},
    {"iam", "PutRolePolicy", "{'policyDocument':'" READER "'}", false},
    {"iam", "PutRolePolicy", "{'policyDocument':7}", true},
    {"iam", "PutRolePolicy", "null", true},
    {"iam", "CreatePolicy", "{'policyDocument':'" ADMIN "'}", true},
    {"iam", "CreatePolicyVersion", "{'policyDocument':'" ADMIN "'}", true},
    {"iam", "CreatePolicyVersion", "{'policyDocument':'" READER "'}", false},
    {"sso", "AttachManagedPolicyToPermissionSet", "{'managedPolicyArn':'arn:aws:iam::aws:policy/AdministratorAccess'}",
     true},
    {"sso", "PutInlinePolicyToPermissionSet", "{'inlinePolicy':'" ADMIN "'}", true},
};

static const struct row trust_rows[] = {
    {"iam", "UpdateAssumeRolePolicy", "{'roleName':'x','policyDocument':'" HOUSE "'}", true},
    {"iam", "DeleteOpenIDConnectProvider", "{}", true},
    {"iam", "CreateRole", "{'assumeRolePolicyDocument':'" PUBLIC "'}", true},
    {"iam", "CreateRole", "{'assumeRolePolicyDocument':'nonsense'}", true},
    {"iam", "CreateRole", "{'assumeRolePolicyDocument':'" HOUSE "'}", false},
    {"iam", "CreateRole", "null", false},
    {"iam", "DeleteRole", "{}", false},
};

/* JSON inside JSON is written \' for \", see sample_event.h. */
static void assert_rows(const char *id, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		SCOPED(strbuf) struct strbuf changes = STRBUF_INIT(4000);
		strbuf_printf(&changes, "{'eventSource':'%s.amazonaws.com','eventName':'%s','requestParameters':%s}",
		              rows[i].service, rows[i].name, rows[i].parameters);
		SCOPED(sample) struct sample sample = judged("root_write", strbuf_text(&changes), &no_policy);
		if ((hit_of(&sample.judgement, id) != NULL) != rows[i].holds)
			fail_msg("%s: %s %s", id, rows[i].name, rows[i].parameters);
	}
}

static void what_opens_data(void **state)
{
	(void)state;
	assert_rows("data_opened", data_rows, LENGTH(data_rows));
}

static void what_grants_administrators_rights(void **state)
{
	(void)state;
	assert_rows("admin_granted", grant_rows, LENGTH(grant_rows));
}

static void what_changes_trust(void **state)
{
	(void)state;
	assert_rows("trust_changed", trust_rows, LENGTH(trust_rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_opens_data),
	    cmocka_unit_test(what_grants_administrators_rights),
	    cmocka_unit_test(what_changes_trust),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
