/* SPDX-License-Identifier: Apache-2.0 */
/* `watch:`: what touches a listed ARN, what only looks like it, who may, and what root may never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample_judgement.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define EVENTS_ARN(resource) "arn:aws:events:us-east-1:111122223333:" resource
#define TOPIC                "arn:aws:sns:us-east-1:111122223333:alerts"

static const char *const arns[] = {
    EVENTS_ARN("rule/root-activity"),
    EVENTS_ARN("rule/hub/root-hub"),
    EVENTS_ARN("event-bus/hub"),
    EVENTS_ARN("connection/soc/5cb6c5e0-aaaa-bbbb-cccc-0123456789ab"),
    EVENTS_ARN("api-destination/soc/5cb6c5e0-aaaa-bbbb-cccc-0123456789ab"),
    EVENTS_ARN("archive/root-archive"),
    "arn:aws:events:*:111122223333:rule/forward-root",
    TOPIC,
    "arn:aws:cloudtrail:us-east-1:111122223333:trail/management",
};
static const struct policy listed = {.watch = {.arns = arns, .arn_count = LENGTH(arns)}};

#define CALL(service, name, parameters) \
	"{'eventSource':'" service ".amazonaws.com','eventName':'" name "','requestParameters':" parameters "}"
#define EVENT(name, parameters) CALL("events", name, parameters)
#define SNS(name, parameters)   CALL("sns", name, parameters)

static void assert_severity(const struct sample *sample, const char *what, const char *severity)
{
	const struct signal_hit *hit = hit_of(&sample->judgement, "watch_tampered");
	const char *found = hit ? severity_name(hit->severity) : "none";
	if (strcmp(found, severity ? severity : "none") != 0)
		fail_msg("%s: %s instead of %s", what, found, severity ? severity : "none");
}

static void what_touches_a_listed_arn_is_told_whoever_does_it(void **state)
{
	(void)state;
	static const struct {
		const char *changes;
		bool touches;
	} rows[] = {
	    {EVENT("PutRule", "{'name':'root-activity','state':'ENABLED'}"), true},
	    {EVENT("PutRule", "{'name':'root-activity','eventBusName':'default'}"), true},
	    {EVENT("PutRule", "{'name':'root-activity-2'}"), false},
	    {EVENT("PutRule", "{'name':'Root-activity'}"), false},
	    {EVENT("PutRule", "{'name':'root-activity','eventBusName':'other'}"), false},
	    {EVENT("PutRule", "{}"), false},
	    {EVENT("EnableRule", "{'name':'root-activity'}"), true},
	    {EVENT("PutTargets", "{'rule':'root-activity','targets':[]}"), true},
	    {EVENT("PutTargets", "{'rule':'other','name':'root-activity'}"), false},
	    {EVENT("PutRule", "{'name':'root-hub','eventBusName':'hub'}"), true},
	    {EVENT("PutRule", "{'name':'any','eventBusName':'hub'}"), true}, /* a rule more on a listed bus */
	    {EVENT("PutTargets", "{'rule':'any','eventBusName':'" EVENTS_ARN("event-bus/hub") "'}"), true},
	    {EVENT("PutTargets", "{'rule':'any','eventBusName':'arn:aws:events:us-east-1:999999999999:event-bus/hub'}"),
	     false},
	    {EVENT("PutRule", "{'name':'root-hub'}"), false},
	    {EVENT("UpdateEventBus", "{'name':'hub'}"), true},
	    {EVENT("UpdateEventBus", "{'name':'hubs'}"), false},
	    {EVENT("PutPermission", "{'eventBusName':'hub'}"), true},
	    {EVENT("PutPermission", "{}"), false},
	    {EVENT("UpdateConnection", "{'name':'soc'}"), true},
	    {EVENT("UpdateConnection", "{'name':'so'}"), false},
	    {EVENT("UpdateApiDestination", "{'name':'soc'}"), true},
	    {EVENT("UpdateApiDestination", "{'name':'soc2'}"), false},
	    {EVENT("UpdateArchive", "{'archiveName':'root-archive'}"), true},
	    {EVENT("UpdateArchive", "{'archiveName':'root'}"), false},
	    {"{'eventName':'PutRule','awsRegion':'eu-west-1','requestParameters':{'name':'root-activity'}}", false},
	    {"{'eventName':'PutRule','awsRegion':'eu-west-1','requestParameters':{'name':'forward-root'}}", true},
	    {"{'eventName':'PutRule','recipientAccountId':'444455556666','requestParameters':{'name':'root-activity'}}",
	     false},
	    {SNS("Subscribe", "{'topicArn':'" TOPIC "'}"), true},
	    {SNS("SetTopicAttributes", "{'topicArn':'" TOPIC "'}"), true},
	    {SNS("SetTopicAttributes", "{'topicArn':'" TOPIC "2'}"), false},
	    {SNS("PutDataProtectionPolicy", "{'resourceArn':'" TOPIC "'}"), true},
	    {SNS("CreateTopic", "{'name':'alerts'}"), true},
	    {SNS("CreateTopic", "{'name':'alerts-2'}"), false},
	    {SNS("SetSubscriptionAttributes", "{'subscriptionArn':'" TOPIC ":5cb6c5e0-aaaa-bbbb-cccc-0123456789ab'}"),
	     true},
	    {SNS("SetSubscriptionAttributes", "{'subscriptionArn':'" TOPIC "2:5cb6c5e0-aaaa-bbbb-cccc-0123456789ab'}"),
	     false},
	    {CALL("cloudtrail", "StopLogging", "{'name':'management'}"), true},
	    {CALL("cloudtrail", "StopLogging", "{'name':'arn:aws:cloudtrail:us-east-1:111122223333:trail/management'}"),
	     true},
	    {CALL("cloudtrail", "PutEventSelectors", "{'trailName':'management'}"), true},
	    {CALL("cloudtrail", "StopLogging", "{'name':'other'}"), false},
	    {EVENT("DescribeRule", "{'name':'root-activity'}"), false},
	    {EVENT("PutRule", "null"), false},
	    {EVENT("PutRule", "{'name':7}"), false},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(sample) struct sample sample = judged("watch_tampered_user", rows[i].changes, &listed);
		assert_severity(&sample, rows[i].changes, rows[i].touches ? "high" : NULL);
		assert_int_equal(sample.judgement.verdict, rows[i].touches ? VERDICT_ANOMALY : VERDICT_NOT_ROOT);
		SCOPED(sample) struct sample unlisted = judged("watch_tampered_user", rows[i].changes, &no_policy);
		assert_severity(&unlisted, rows[i].changes, NULL);
	}
}

static void the_reason_names_the_listed_arn(void **state)
{
	(void)state;
	static const char changes[] = EVENT("UpdateConnection", "{'name':'soc'}");
	SCOPED(sample) struct sample sample = judged("watch_tampered_user", changes, &listed);
	assert_string_equal(hit_of(&sample.judgement, "watch_tampered")->reason,
	                    "eventName is UpdateConnection and requestParameters.name is \"soc\"; watch.arns lists "
	                    "arn:aws:events:us-east-1:111122223333:connection/soc/5cb6c5e0-aa...");
}

static void a_name_too_long_for_an_arn_touches_nothing(void **state)
{
	(void)state;
	char name[600], changes[800];
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	snprintf(changes, sizeof changes, "{'eventName':'PutRule','requestParameters':{'name':'%s'}}", name);
	SCOPED(sample) struct sample sample = judged("watch_tampered_user", changes, &listed);
	assert_severity(&sample, "a long name", NULL);
}

#define SESSION_OF(role)                                                                       \
	"'userIdentity':{'type':'AssumedRole','arn':'arn:aws:sts::111122223333:assumed-role/x/y'," \
	"'sessionContext':{'sessionIssuer':{'type':'Role','arn':'arn:aws:iam::111122223333:role/" role "'}}}"

static void principals_may_and_nobody_who_looks_like_them(void **state)
{
	(void)state;
	static const char *const principals[] = {"arn:aws:iam::*:role/deployer", "arn:aws:iam::111122223333:user/bob",
	                                         "arn:aws:sts::111122223333:assumed-role/Admin/*"};
	struct policy policy = listed;
	policy.watch.principals = principals;
	policy.watch.principal_count = LENGTH(principals);
	static const struct {
		const char *changes, *severity;
	} rows[] = {
	    {"{" SESSION_OF("deployer") "}", NULL},
	    {"{" SESSION_OF("deployer2") "}", "high"},
	    {"{" SESSION_OF("team/deployer") "}", "high"},
	    {"{'userIdentity.arn':'arn:aws:iam::111122223333:user/bob'}", NULL},
	    {"{'userIdentity.arn':'arn:aws:iam::111122223333:user/bobby'}", "high"},
	    {"{'userIdentity.arn':'arn:aws:sts::111122223333:assumed-role/Admin/carol'}", NULL},
	    {"{'-userIdentity.arn':0}", "high"},
	    {"{'userIdentity':null}", "high"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(sample) struct sample sample = judged("watch_tampered_user", rows[i].changes, &policy);
		assert_severity(&sample, rows[i].changes, rows[i].severity);
	}
}

static void root_is_nobody_who_may(void **state)
{
	(void)state;
	static const char *const anybody[] = {"*"};
	const struct policy policy = {.watch = {.principals = anybody, .principal_count = 1}};
	static const char *const calls[] = {
	    "EnableRule", "PutTargets", "CreateEventBus", "UpdateConnection", "UpdateApiDestination", "CreateArchive",
	};
	for (size_t i = 0; i < LENGTH(calls); i++) {
		char changes[64];
		snprintf(changes, sizeof changes, "{'eventName':'%s'}", calls[i]);
		SCOPED(sample) struct sample sample = judged("watch_tampered_root", changes, &policy);
		assert_severity(&sample, calls[i], "critical");
		assert_int_equal(sample.judgement.verdict, VERDICT_ANOMALY);
	}
	SCOPED(sample) struct sample user = judged("watch_tampered_user", NULL, &policy);
	assert_severity(&user, "a user", NULL);
}

/* Also when what they touch is listed. */
static void aws_keeps_house(void **state)
{
	(void)state;
	static const char *const changes[] = {
	    "{'userIdentity':{'type':'AWSService','invokedBy':'autoscaling.amazonaws.com'}}",
	    "{'eventType':'AwsServiceEvent'}",
	    "{" SESSION_OF("aws-service-role/x.amazonaws.com/AWSServiceRoleForX") "}",
	};
	for (size_t i = 0; i < LENGTH(changes); i++) {
		SCOPED(sample) struct sample sample = judged("watch_tampered_user", changes[i], &listed);
		assert_severity(&sample, changes[i], NULL);
	}
	/* but what a person has a service do is the person's */
	static const char by_cloudformation[] =
	    "{'userIdentity.invokedBy':'cloudformation.amazonaws.com','sourceIPAddress':'cloudformation.amazonaws.com'}";
	SCOPED(sample) struct sample sample = judged("watch_tampered_user", by_cloudformation, &listed);
	assert_severity(&sample, by_cloudformation, "high");
}

static void trails_are_the_signal_of_logging_when_root_acts(void **state)
{
	(void)state;
	SCOPED(sample) struct sample sample = judged("stop_logging", NULL, &listed);
	assert_severity(&sample, "StopLogging by root", NULL);
	assert_non_null(hit_of(&sample.judgement, "logging_tampered"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_touches_a_listed_arn_is_told_whoever_does_it),
	    cmocka_unit_test(the_reason_names_the_listed_arn),
	    cmocka_unit_test(a_name_too_long_for_an_arn_touches_nothing),
	    cmocka_unit_test(principals_may_and_nobody_who_looks_like_them),
	    cmocka_unit_test(root_is_nobody_who_may),
	    cmocka_unit_test(aws_keeps_house),
	    cmocka_unit_test(trails_are_the_signal_of_logging_when_root_acts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
