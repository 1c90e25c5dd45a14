/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/sns.c: where it is sent, how it is signed, what an answer means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "rootwatch/scope.h"

#define TOPIC "arn:aws:sns:us-east-1:111122223333:root-alerts"
#define ERROR(code, message)                                                                                  \
	"<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type><Code>" code \
	"</Code><Message>" message "</Message></Error></ErrorResponse>"

extern const struct notifier_type notifier_sns;

static void *open_topic(struct fake_transport *fake, const char *topic_arn, const char *endpoint_url, struct err *err)
{
	const struct settings settings = {
	    .values = (const struct setting_value[]){FAKE_SETTING("topic_arn", topic_arn),
	                                             FAKE_SETTING("endpoint_url", endpoint_url)},
	    .count = endpoint_url ? 2 : 1,
	};
	/* The settings must outlive the instance; what it keeps of these are the texts alone. */
	return notifier_sns.open(&settings, &fake->env, err);
}

static struct outcome send_once(struct fake_transport *fake, const char *topic_arn, const char *endpoint_url)
{
	struct err err;
	struct alert alert = sample_alert();
	void *sns = open_topic(fake, topic_arn, endpoint_url, &err);
	assert_non_null(sns);
	struct outcome outcome = notifier_sns.send(sns, &alert, "");
	notifier_sns.close(sns);
	return outcome;
}

static void the_topic_names_region_and_endpoint(void **state)
{
	(void)state;
	static const struct {
		const char *topic_arn, *endpoint_url, *url, *region;
	} cases[] = {
	    {TOPIC, NULL, "https://sns.us-east-1.amazonaws.com/", "us-east-1"},
	    {"arn:aws-us-gov:sns:us-gov-west-1:111122223333:a.fifo", NULL, "https://sns.us-gov-west-1.amazonaws.com/",
	     "us-gov-west-1"},
	    {"arn:aws-cn:sns:cn-north-1:111122223333:a_B-9", NULL, "https://sns.cn-north-1.amazonaws.com.cn/",
	     "cn-north-1"},
	    {"arn:aws-eusc:sns:eusc-de-east-1:111122223333:a", NULL, "https://sns.eusc-de-east-1.amazonaws.eu/",
	     "eusc-de-east-1"},
	    {TOPIC, "http://127.0.0.1:4566", "http://127.0.0.1:4566", "us-east-1"},
	    {"arn:aws-iso:sns:us-iso-east-1:111122223333:a", "https://sns.example.com/", "https://sns.example.com/",
	     "us-iso-east-1"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		SCOPED(fake_transport) struct fake_transport fake;
		fake_transport_init(&fake);
		fake.http.answers[0] = (struct fake_answer){.status = 200};
		struct err err;
		struct alert alert = sample_alert();
		void *sns = open_topic(&fake, cases[i].topic_arn, cases[i].endpoint_url, &err);
		assert_non_null(sns);
		assert_int_equal(notifier_sns.send(sns, &alert, "").kind, OUTCOME_DELIVERED);
		assert_string_equal(fake.http.request.url, cases[i].url);
		assert_string_equal(fake.http.request.aws_region, cases[i].region);
		assert_string_equal(fake.http.request.aws_service, "sns");
		assert_false(fake.http.request.aws_renew);
		notifier_sns.close(sns);
	}
}

static void a_topic_that_is_none_is_refused(void **state)
{
	(void)state;
	static const char *const topics[] = {
	    "",
	    "root-alerts",
	    "arn:aws:sqs:us-east-1:111122223333:root-alerts",
	    "arn:aws:sns:us-east-1:111122223333",
	    "arn:aws:sns:us-east-1:111122223333:",
	    "arn:aws:sns:us-east-1:111122223333:.fifo",
	    "arn:aws:sns:us-east-1:111122223333:a:b",
	    "arn:aws:sns:us-east-1:11112222333:a",
	    "arn:aws:sns:us-east-1:11112222333x:a",
	    "arn:aws:sns::111122223333:a",
	    "arn:aws:sns:evil.example.com/:111122223333:a",
	    "arn:aws:sns:us-east-1@203.0.113.9:111122223333:a",
	    "arn:aws:sns:us-east-1:111122223333:a\r\nX",
	    "arn:aws:sns:a-region-whose-name-is-much-too-long-to-be-one:111122223333:a",
	    "arn:aws-iso:sns:us-iso-east-1:111122223333:a", /* needs endpoint_url */
	};
	for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
		SCOPED(fake_transport) struct fake_transport fake;
		fake_transport_init(&fake);
		struct err err = {0};
		assert_null(open_topic(&fake, topics[i], NULL, &err));
		assert_non_null(strstr(err.text, "topic_arn"));
	}
}

static void an_answer_means_what_sns_means_by_it(void **state)
{
	(void)state;
	static const struct {
		struct fake_answer answer;
		enum outcome_kind kind;
		long retry_after_s;
		const char *detail;
	} cases[] = {
	    {{.status = 200, .body = "<PublishResult><MessageId>94f20ce6</MessageId></PublishResult>"},
	     OUTCOME_DELIVERED,
	     -1,
	     "200 message 94f20ce6"},
	    {{.status = 500, .body = ERROR("InternalError", "sorry")}, OUTCOME_RETRY, -1, "500 InternalError: sorry"},
	    {{.status = 400, .body = ERROR("KMSThrottling", "slow down")},
	     OUTCOME_RETRY,
	     -1,
	     "400 KMSThrottling: slow down"},
	    {{.status = 400, .body = ERROR("Throttling", "Rate exceeded")},
	     OUTCOME_RETRY,
	     -1,
	     "400 Throttling: Rate exceeded"},
	    {{.status = 400, .body = ERROR("ThrottledException", "")}, OUTCOME_RETRY, -1, "400 ThrottledException"},
	    {{.status = 400, .body = ERROR("RequestLimitExceeded", "")}, OUTCOME_RETRY, -1, "400 RequestLimitExceeded"},
	    {{.status = 429, .gives_retry_after = true, .retry_after_s = 7}, OUTCOME_RETRY, 7, "429"},
	    {{.status = 503, .body = "<html>"}, OUTCOME_RETRY, -1, "503"},
	    {{.status = 307}, OUTCOME_RETRY, -1, "307"},
	    {{.status = 400, .body = ERROR("InvalidParameter", "Invalid parameter: Subject")},
	     OUTCOME_REJECTED,
	     -1,
	     "400 InvalidParameter: Invalid parameter: Subject"},
	    {{.status = 404, .body = ERROR("NotFound", "Topic does not exist")},
	     OUTCOME_REJECTED,
	     -1,
	     "404 NotFound: Topic does not exist"},
	    {{.status = 403, .body = ERROR("AuthorizationError", "not authorized")},
	     OUTCOME_REJECTED,
	     -1,
	     "403 AuthorizationError: not authorized"},
	    {{.status = 500, .body = ERROR("KMSDisabled", "")}, OUTCOME_REJECTED, -1, "500 KMSDisabled"},
	    {{.status = 403, .body = ERROR("SignatureDoesNotMatch", "It does not match.\n\nThe Canonical String: SECRET")},
	     OUTCOME_REJECTED,
	     -1,
	     "403 SignatureDoesNotMatch: It does not match."},
	    {{.error = "no AWS credentials found"}, OUTCOME_RETRY, -1, "no AWS credentials found"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		SCOPED(fake_transport) struct fake_transport fake;
		fake_transport_init(&fake);
		fake.http.answers[0] = cases[i].answer;
		struct outcome outcome = send_once(&fake, TOPIC, NULL);
		assert_string_equal(outcome.detail, cases[i].detail);
		assert_int_equal(outcome.kind, cases[i].kind);
		assert_int_equal(outcome.retry_after_s, cases[i].retry_after_s);
		assert_int_equal(fake.http.calls, 1);
	}
}

static void refused_credentials_are_renewed_once(void **state)
{
	(void)state;
	static const char *const refusals[] = {ERROR("ExpiredToken", "expired"), ERROR("ExpiredTokenException", "expired"),
	                                       ERROR("InvalidClientTokenId", "invalid")};
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		SCOPED(fake_transport) struct fake_transport fake;
		fake_transport_init(&fake);
		fake.http.answers[0] = (struct fake_answer){.status = 403, .body = refusals[i]};
		fake.http.answers[1] = (struct fake_answer){.status = 200};
		assert_int_equal(send_once(&fake, TOPIC, NULL).kind, OUTCOME_DELIVERED);
		assert_int_equal(fake.http.calls, 2);
		assert_true(fake.http.request.aws_renew);
	}
}

static void credentials_refused_twice_wait_for_better_ones(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	fake.http.answers[0] = (struct fake_answer){.status = 403, .body = ERROR("ExpiredToken", "it is expired")};
	struct outcome outcome = send_once(&fake, TOPIC, NULL);
	assert_int_equal(outcome.kind, OUTCOME_RETRY);
	assert_string_equal(outcome.detail, "403 ExpiredToken: it is expired");
	assert_int_equal(fake.http.calls, 2);
}

static int64_t slow_clock_s;
static int64_t slow_now_s(void)
{
	return slow_clock_s += FAKE_TIMEOUT_MS / 1000;
}

static void no_time_is_left_for_a_second_attempt(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	slow_clock_s = FAKE_NOW_S;
	fake.env.now_s = slow_now_s;
	fake.http.answers[0] = (struct fake_answer){.status = 403, .body = ERROR("ExpiredToken", "it is expired")};
	assert_int_equal(send_once(&fake, TOPIC, NULL).kind, OUTCOME_RETRY);
	assert_int_equal(fake.http.calls, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_topic_names_region_and_endpoint),
	    cmocka_unit_test(a_topic_that_is_none_is_refused),
	    cmocka_unit_test(an_answer_means_what_sns_means_by_it),
	    cmocka_unit_test(refused_credentials_are_renewed_once),
	    cmocka_unit_test(credentials_refused_twice_wait_for_better_ones),
	    cmocka_unit_test(no_time_is_left_for_a_second_attempt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
