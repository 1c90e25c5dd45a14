/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/sns_message.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "notifiers/sns_message.h"
#include "rootwatch/scope.h"
#include "sample_alert.h"

#define TOPIC "arn:aws:sns:us-east-1:111122223333:root-alerts"

enum { NOW_S = SAMPLE_TIME_S + 240, MEGABYTE = 1000000 };

/* Decodes the value of `name` in a form; NULL when it is not there. The caller frees it. */
static char *form_value(const char *form, const char *name)
{
	size_t length = strlen(name);
	const char *at = form;
	while (strncmp(at, name, length) != 0 || at[length] != '=') {
		at = strchr(at, '&');
		if (!at)
			return NULL;
		at++;
	}
	SCOPED(strbuf) struct strbuf value = STRBUF_INIT(SNS_FORM_BYTES);
	for (at += length + 1; *at != '&' && *at != '\0'; at++) {
		unsigned byte;
		assert_null(strchr("+ \"<>\r\n", *at)); /* all of it is percent-encoded */
		if (*at != '%') {
			strbuf_putc(&value, *at);
			continue;
		}
		assert_int_equal(sscanf(at + 1, "%2X", &byte), 1);
		strbuf_putc(&value, (char)byte);
		at += 2;
	}
	char *text = strbuf_steal(&value);
	assert_non_null(text);
	return text;
}

static void assert_value(const char *form, const char *name, const char *expected)
{
	SCOPED(text) char *value = form_value(form, name);
	if (!expected)
		assert_null(value);
	else
		assert_string_equal(value ? value : "(absent)", expected);
}

static void a_form_has_every_parameter(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	SCOPED(strbuf) struct strbuf form = STRBUF_INIT(SNS_FORM_BYTES), message = STRBUF_INIT(SNS_MESSAGE_BYTES);
	assert_true(sns_render_form(&alert, TOPIC, NOW_S, &form));
	assert_true(sns_render_message(&alert, NOW_S, &message));
	const char *text = strbuf_text(&form);
	assert_value(text, "Action", "Publish");
	assert_value(text, "Version", "2010-03-31");
	assert_value(text, "TopicArn", TOPIC);
	assert_value(text, "Subject", "[CRITICAL] prod 111122223333: Root signed in to the console without MFA");
	assert_value(text, "MessageStructure", "json");
	assert_value(text, "Message", strbuf_text(&message));
	assert_value(text, "MessageAttributes.entry.1.Name", "severity");
	assert_value(text, "MessageAttributes.entry.1.Value.DataType", "String");
	assert_value(text, "MessageAttributes.entry.1.Value.StringValue", "critical");
	assert_value(text, "MessageAttributes.entry.2.Name", "verdict");
	assert_value(text, "MessageAttributes.entry.2.Value.StringValue", "anomaly");
	assert_value(text, "MessageAttributes.entry.3.Name", "account");
	assert_value(text, "MessageAttributes.entry.3.Value.StringValue", "111122223333");
	assert_value(text, "MessageAttributes.entry.4.Name", NULL);
	assert_value(text, "MessageGroupId", NULL);
	assert_value(text, "MessageDeduplicationId", NULL);
}

static void encoding_leaves_only_unreserved_characters(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.title = "a b+c&d=e%f/~.-_\"Zo\xc3\xab";
	alert.account_name = "";
	SCOPED(strbuf) struct strbuf form = STRBUF_INIT(SNS_FORM_BYTES);
	assert_true(sns_render_form(&alert, TOPIC, NOW_S, &form));
	assert_non_null(strstr(strbuf_text(&form),
	                       "&Subject=%5BCRITICAL%5D%20111122223333%3A%20a%20b%2Bc%26d%3De%25f%2F~.-_"
	                       "%22Zo%3F&MessageStructure=json&"));
}

static void an_unknown_account_is_no_empty_attribute(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.account_id = "";
	SCOPED(strbuf) struct strbuf form = STRBUF_INIT(SNS_FORM_BYTES);
	assert_true(sns_render_form(&alert, TOPIC ".fifo", NOW_S, &form));
	assert_value(strbuf_text(&form), "MessageAttributes.entry.2.Name", "verdict");
	assert_value(strbuf_text(&form), "MessageAttributes.entry.3.Name", NULL);
	assert_value(strbuf_text(&form), "MessageGroupId", alert.finding_id);
}

static void a_fifo_topic_gets_its_ids(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	SCOPED(strbuf) struct strbuf form = STRBUF_INIT(SNS_FORM_BYTES);
	assert_true(sns_render_form(&alert, TOPIC ".fifo", NOW_S, &form));
	assert_value(strbuf_text(&form), "MessageGroupId", "111122223333");
	assert_value(strbuf_text(&form), "MessageDeduplicationId", "f-01JDEXAMPLE000000000000000");
}

static void people_get_words_and_machines_the_finding(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(SNS_MESSAGE_BYTES), words = STRBUF_INIT(8192);
	assert_true(sns_render_message(&alert, NOW_S, &out));
	alert_render_text(&alert, NOW_S, &words);
	SCOPED(json) cJSON *message = cJSON_Parse(strbuf_text(&out));
	assert_string_equal(json_text(message, "default"), strbuf_text(&words));
	assert_string_equal(json_text(message, "email"), strbuf_text(&words));
	assert_string_equal(json_text(message, "sms"),
	                    "[CRITICAL] prod 111122223333: Root signed in to the console without MFA");
	static const char *const machines[] = {"sqs", "lambda", "http", "https", "firehose"};
	for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
		assert_string_equal(json_text(message, machines[i]), alert.json);
	assert_int_equal(cJSON_GetArraySize(message), 8);
}

static void a_finding_that_is_too_large_is_sent_as_a_stub(void **state)
{
	(void)state;
	SCOPED(text) char *finding = malloc(MEGABYTE);
	assert_non_null(finding);
	memset(finding, ' ', MEGABYTE);
	finding[0] = '{';
	memcpy(finding + MEGABYTE - 2, "}", 2);
	struct alert alert = sample_alert();
	alert.json = finding;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(SNS_MESSAGE_BYTES);
	assert_true(sns_render_message(&alert, NOW_S, &out));
	SCOPED(json) cJSON *message = cJSON_Parse(strbuf_text(&out));
	assert_string_equal(json_text(message, "sqs"),
	                    "{\"finding_id\":\"f-01JDEXAMPLE000000000000000\",\"truncated\":true,\"drill\":false,"
	                    "\"account\":\"111122223333\",\"actor\":\"root_user\",\"verdict\":\"anomaly\","
	                    "\"severity\":\"critical\",\"title\":\"Root signed in to the console without MFA\"}");
	assert_non_null(strstr(json_text(message, "email"), "ConsoleLogin succeeded"));
}

static void subject_and_sms_are_short_printable_ascii(void **state)
{
	(void)state;
	SCOPED(text) char *flood = malloc(MEGABYTE);
	assert_non_null(flood);
	for (size_t i = 0; i < MEGABYTE; i++)
		flood[i] = "\r\n\x01\xc3\xab<a"[i % 7];
	flood[MEGABYTE - 1] = '\0';
	struct alert alert = hostile_alert(flood);
	SCOPED(strbuf) struct strbuf form = STRBUF_INIT(SNS_FORM_BYTES), out = STRBUF_INIT(SNS_MESSAGE_BYTES);
	assert_true(sns_render_form(&alert, TOPIC, NOW_S, &form));
	SCOPED(text) char *subject = form_value(strbuf_text(&form), "Subject");
	assert_int_equal(strlen(subject), SNS_SUBJECT_BYTES);
	for (const char *p = subject; *p != '\0'; p++)
		assert_in_range(*p, ' ', '~');
	assert_true(sns_render_message(&alert, NOW_S, &out));
	SCOPED(json) cJSON *message = cJSON_Parse(strbuf_text(&out));
	const char *sms = json_text(message, "sms");
	assert_int_equal(strlen(sms), SNS_SMS_BYTES);
	for (const char *p = sms; *p != '\0'; p++)
		assert_in_range(*p, ' ', '~');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_form_has_every_parameter),
	    cmocka_unit_test(encoding_leaves_only_unreserved_characters),
	    cmocka_unit_test(an_unknown_account_is_no_empty_attribute),
	    cmocka_unit_test(a_fifo_topic_gets_its_ids),
	    cmocka_unit_test(people_get_words_and_machines_the_finding),
	    cmocka_unit_test(a_finding_that_is_too_large_is_sent_as_a_stub),
	    cmocka_unit_test(subject_and_sms_are_short_printable_ascii),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
