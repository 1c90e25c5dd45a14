/* SPDX-License-Identifier: Apache-2.0 */
/* A judgement in words: titles, who, next steps; and that hostile values make no lines and no length of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sample_judgement.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static void titles(void **state)
{
	(void)state;
#define DENIED "{'errorCode':'AccessDenied'}"
	static const struct {
		const char *fixture, *changes, *title;
	} rows[] = {
	    {"root_console_login_no_mfa", NULL, "Root signed in to the console without MFA"},
	    {"root_console_login_failed", NULL, "Somebody failed to sign in to the console as root"},
	    {"root_create_access_key", NULL, "Root created an access key for root"},
	    {"root_create_access_key", DENIED, "Root created an access key for root (it failed)"},
	    {"root_access_key_used", DENIED, "Root's access key was used"},
	    {"root_write", NULL, "Root called s3:PutBucketTagging"},
	    {"root_write", DENIED, "Root called s3:PutBucketTagging (it failed)"},
	    {"root_read", NULL, "Root called iam:ListUsers"},
	    {"root_federated", NULL, "Credentials minted from a root key are in use"},
	    {"root_federated", "{'eventName':'StopLogging','eventSource':'cloudtrail.amazonaws.com'}",
	     "Credentials minted from a root key are in use"},
	    {"assumed_root_session", NULL, "An AssumeRoot session deleted root's password"},
	    {"assume_root_call", NULL, "Somebody opened a session as a member account's root (AssumeRoot)"},
	    {"assume_root_call", DENIED, "Somebody opened a session as a member account's root (AssumeRoot) (it failed)"},
	    {"password_recovery", NULL, "Somebody asked for a reset of root's password"},
	    {"password_recovery_completed", NULL, "Root's password was reset through the recovery page"},
	    {"service_deletes_trail", NULL, "An AWS service, for root, changed or stopped CloudTrail logging"},
	    {"service_for_root", NULL, "An AWS service, for root, called ec2:RunInstances"},
	    {"watch_tampered_user", NULL,
	     "Somebody who is not root changed what carries events and alerts (EventBridge, SNS)"},
	    {"guardduty", NULL, "GuardDuty saw root's credentials in use"},
	    {"root_name_twice", NULL, "An event could not be read with certainty"},
	    {"iam_user_call", NULL, "Not root: iam:CreateUser"},
	    {"scheduled_event", NULL, "Not root: Scheduled Event"},
	    {"identity_null", "{'-eventName':0,'/detail-type':''}", "Not root"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(sample) struct sample sample = judged(rows[i].fixture, rows[i].changes, &no_policy);
		assert_string_equal(sample.judgement.title, rows[i].title);
	}
}

static void who(void **state)
{
	(void)state;
	static const struct {
		const char *fixture, *changes, *who;
	} rows[] = {
	    {"root_console_login_mfa", NULL, "root user, console sign-in, with MFA"},
	    {"root_console_login_no_mfa", NULL, "root user, console sign-in, no MFA"},
	    {"root_create_access_key", NULL, "root user, console session, no MFA"},
	    {"root_write", NULL, "root user, temporary credentials ASIA...MPLE, with MFA"},
	    {"root_access_key_used", NULL, "root user, access key AKIA...MPLE, no MFA"},
	    {"root_access_key_used", "{'userIdentity.accessKeyId':'AKIA-odd'}", "root user, access key AKIA-odd, no MFA"},
	    {"root_check_mfa", NULL, "root user"}, /* accessKeyId is "" */
	    {"root_email_changed", NULL, "root user"},
	    {"root_federated", NULL, "federated session minted by root, temporary credentials ASIA...MPLE, no MFA"},
	    {"assumed_root_session", NULL, "AssumeRoot session, temporary credentials ASIA...MPLE, no MFA"},
	    {"assume_root_call", NULL,
	     "opening a root session: AssumedRole arn:aws:sts::444455556666:assumed-role/OrganizationAdmin/alice"},
	    {"password_recovery", NULL, "somebody not signed in"},
	    {"service_for_root", NULL, "AWS service autoscaling.amazonaws.com, for root"},
	    {"service_event_stop_logging", NULL, "AWS service AWS Internal, for root"},
	    {"guardduty", NULL, "root user, as GuardDuty reports"},
	    {"iam_user_call", NULL, "IAMUser arn:aws:iam::111122223333:user/alice"},
	    {"iam_user_call", "{'-userIdentity.arn':0}", "IAMUser AIDACKCEVSQ6C2EXAMPLE"},
	    {"iam_user_call", "{'userIdentity':{}}", "unknown identity"},
	    {"identity_null", NULL, "unknown identity"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(sample) struct sample sample = judged(rows[i].fixture, rows[i].changes, &no_policy);
		assert_string_equal(sample.judgement.who, rows[i].who);
	}
}

static void steps_are_those_of_the_worst_signals_each_once(void **state)
{
	(void)state;
	SCOPED(sample) struct sample sample = judged("root_console_login_no_mfa", NULL, &no_policy);
	const struct judgement *judgement = &sample.judgement;
	/* console_login adds nothing that console_login_no_mfa has not said */
	assert_int_equal(judgement->hit_count, 2);
	assert_int_equal(judgement->step_count, SIGNAL_STEPS_MAX);
	for (size_t i = 0; i < judgement->step_count; i++)
		assert_ptr_equal(judgement->steps[i], judgement->hits[0].signal->steps[i]);

	SCOPED(sample) struct sample twice = judged("root_name_twice", NULL, &no_policy);
	assert_int_equal(twice.judgement.step_count, 5);
	for (size_t i = 0; i < 5; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(twice.judgement.steps[i], twice.judgement.steps[k]);

	SCOPED(sample) struct sample none = judged("iam_user_call", NULL, &no_policy);
	assert_int_equal(none.judgement.step_count, 0);
}

static void assert_one_clean_line(const char *what, const char *text, size_t limit)
{
	size_t length = strlen(text);
	assert_in_range(length, 1, limit - 1);
	for (size_t at = 0, taken; at < length; at += taken) {
		taken = utf8_character(text + at, length - at);
		bool control = (unsigned char)text[at] < 0x20 || text[at] == 0x7f ||
		               (text[at] == '\xc2' && (unsigned char)text[at + 1] < 0xa0);
		if (taken == 0 || control)
			fail_msg("%s: byte %zu of \"%s\"", what, at, text);
	}
}

/* Every text of the record and of its identity becomes `value`, but for what makes it the event it is. */
static struct sample hostile(const char *name, const char *value)
{
	static const char *const texts[] = {"sourceIPAddress", "userAgent",    "errorCode",          "errorMessage",
	                                    "awsRegion",       "eventID",      "recipientAccountId", "eventTime",
	                                    "eventType",       "vpcEndpointId"};
	static const char *const identity_texts[] = {"principalId", "arn", "accountId", "accessKeyId", "userName"};
	SCOPED(text) char *text = fixture_text(name);
	SCOPED(json) cJSON *event = cJSON_Parse(text);
	cJSON *record = cJSON_GetObjectItemCaseSensitive(event, "detail");
	cJSON *identity = cJSON_GetObjectItemCaseSensitive(record, "userIdentity");
	for (size_t i = 0; i < LENGTH(texts); i++) {
		cJSON_DeleteItemFromObjectCaseSensitive(record, texts[i]);
		cJSON_AddStringToObject(record, texts[i], value);
	}
	for (size_t i = 0; i < LENGTH(identity_texts); i++) {
		cJSON_DeleteItemFromObjectCaseSensitive(identity, identity_texts[i]);
		cJSON_AddStringToObject(identity, identity_texts[i], value);
	}
	cJSON *parameters = cJSON_CreateObject();
	static const char *const names[] = {"name",         "userName",     "serialNumber", "targetPrincipal",
	                                    "instanceType", "taskPolicyArn"};
	for (size_t i = 0; i < LENGTH(names); i++)
		cJSON_AddStringToObject(parameters, names[i], value);
	cJSON_DeleteItemFromObjectCaseSensitive(record, "requestParameters");
	cJSON_AddItemToObject(record, "requestParameters", parameters);
	SCOPED(text) char *changed = cJSON_PrintUnformatted(event);
	return judged_batch(events_of_bytes(changed, strlen(changed)), &no_policy);
}

static void hostile_values_stay_in_one_short_line(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf endless = STRBUF_INIT(SIZE_MAX);
	for (size_t i = 0; i < 50000; i++)
		strbuf_puts(&endless, "\xc3\xa4");
	const char *const values[] = {
	    "<script>alert(1)</script>",
	    "a\r\nBcc: everybody@example.com",
	    "\x1b[2J\x1b]0;x\x07",
	    "<!channel> <@U1>",
	    "%s%n%1000000d",
	    "\xc2\x9b"
	    "31m\xc2\x85",
	    "\x7f",
	    strbuf_text(&endless),
	};
	static const char *const names[] = {"root_write",      "root_create_access_key", "deactivate_mfa",
	                                    "stop_logging",    "run_instances",          "root_get_federation_token",
	                                    "iam_user_call",   "assume_root_call",       "root_console_login_failed",
	                                    "root_name_twice", "watch_tampered_user",    "service_for_root"};
	for (size_t i = 0; i < LENGTH(names) * LENGTH(values); i++) {
		const char *name = names[i / LENGTH(values)];
		SCOPED(sample) struct sample sample = hostile(name, values[i % LENGTH(values)]);
		const struct judgement *judgement = &sample.judgement;
		assert_one_clean_line(name, judgement->title, sizeof judgement->title);
		assert_one_clean_line(name, judgement->who, sizeof judgement->who);
		for (size_t k = 0; k < judgement->hit_count; k++)
			assert_one_clean_line(name, judgement->hits[k].reason, sizeof judgement->hits[k].reason);
	}
}

static void hostile_names_of_calls_stay_in_one_short_line(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf changes = STRBUF_INIT(SIZE_MAX);
	strbuf_puts(&changes, "{'eventName':'\\r\\n\\u001b[1m");
	for (size_t i = 0; i < 33333; i++)
		strbuf_puts(&changes, "\xe2\x82\xac");
	strbuf_puts(&changes, "','eventSource':'\\nhttps://example.net/\\u0085','/detail-type':'\\n\\n'}");
	static const char *const names[] = {"root_write", "iam_user_call", "assumed_root_session", "service_for_root"};
	for (size_t i = 0; i < LENGTH(names); i++) {
		SCOPED(sample) struct sample sample = judged(names[i], strbuf_text(&changes), &no_policy);
		assert_one_clean_line(names[i], sample.judgement.title, sizeof sample.judgement.title);
		assert_in_range(strlen(sample.judgement.title), 20, 110);
		for (size_t k = 0; k < sample.judgement.hit_count; k++)
			assert_one_clean_line(names[i], sample.judgement.hits[k].reason, SIGNAL_REASON_BYTES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(titles),
	    cmocka_unit_test(who),
	    cmocka_unit_test(steps_are_those_of_the_worst_signals_each_once),
	    cmocka_unit_test(hostile_values_stay_in_one_short_line),
	    cmocka_unit_test(hostile_names_of_calls_stay_in_one_short_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
