/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/slack.c: what is sent where, and what an answer means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "rootwatch/scope.h"

#define WEBHOOK "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"

extern const struct notifier_type notifier_slack;

static const struct settings settings = {
    .values = (const struct setting_value[]){FAKE_SETTING("webhook_url", WEBHOOK), FAKE_SETTING("ca_file", "/ca.pem")},
    .count = 2,
};

static struct outcome send_once(struct fake_transport *fake)
{
	struct err err;
	struct alert alert = sample_alert();
	void *slack = notifier_slack.open(&settings, &fake->env, &err);
	assert_non_null(slack);
	struct outcome outcome = notifier_slack.send(slack, &alert, "");
	notifier_slack.close(slack);
	return outcome;
}

static void the_message_is_posted_to_the_webhook(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	fake.http.answers[0] = (struct fake_answer){.status = 200, .body = "ok"};
	struct outcome outcome = send_once(&fake);
	assert_int_equal(outcome.kind, OUTCOME_DELIVERED);
	assert_string_equal(outcome.detail, "200 ok");
	assert_int_equal(fake.http.calls, 1);
	assert_string_equal(fake.http.request.method, "POST");
	assert_string_equal(fake.http.request.url, WEBHOOK);
	assert_string_equal(fake.http.request.ca_file, "/ca.pem");
	assert_int_equal(fake.http.request.timeout_ms, FAKE_TIMEOUT_MS);
	assert_null(fake.http.request.aws_service);
	assert_int_equal(fake.http.request.header_count, 1);
	assert_string_equal(fake.http.request.headers[0].value, "application/json; charset=utf-8");
	assert_int_equal(fake.http.body[0], '{');
}

static void an_answer_means_what_slack_means_by_it(void **state)
{
	(void)state;
	static const struct {
		struct fake_answer answer;
		enum outcome_kind kind;
		long retry_after_s;
		const char *detail;
	} cases[] = {
	    {{.status = 200, .body = "ok\n"}, OUTCOME_DELIVERED, -1, "200 ok"},
	    {{.status = 200, .body = "<html>Please log in"}, OUTCOME_RETRY, -1, "200, but not Slack's \"ok\""},
	    {{.status = 200, .body = "okay"}, OUTCOME_RETRY, -1, "200, but not Slack's \"ok\""},
	    {{.status = 204}, OUTCOME_RETRY, -1, "204, but not Slack's \"ok\""},
	    {{.status = 302}, OUTCOME_RETRY, -1, "302"},
	    {{.status = 400, .body = "invalid_payload"}, OUTCOME_REJECTED, -1, "400 invalid_payload"},
	    {{.status = 400, .body = "invalid_payload: blocks"}, OUTCOME_REJECTED, -1, "400 invalid_payload"},
	    {{.status = 400, .body = "user_not_found"}, OUTCOME_REJECTED, -1, "400 user_not_found"},
	    {{.status = 403, .body = "action_prohibited"}, OUTCOME_REJECTED, -1, "403 action_prohibited"},
	    {{.status = 404, .body = "no_service"}, OUTCOME_REJECTED, -1, "404 no_service"},
	    {{.status = 404, .body = "/services/T00000000/B0/X not found"}, OUTCOME_REJECTED, -1, "404"},
	    {{.status = 410, .body = "channel_is_archived"}, OUTCOME_REJECTED, -1, "410 channel_is_archived"},
	    {{.status = 429, .body = "rate_limited", .gives_retry_after = true, .retry_after_s = 30},
	     OUTCOME_RETRY,
	     30,
	     "429 rate_limited"},
	    {{.status = 429}, OUTCOME_RETRY, -1, "429"},
	    {{.status = 500, .body = "rollup_error"}, OUTCOME_RETRY, -1, "500 rollup_error"},
	    {{.status = 503, .gives_retry_after = true, .retry_after_s = 0}, OUTCOME_RETRY, 0, "503"},
	    {{.error = "connect: timed out"}, OUTCOME_RETRY, -1, "connect: timed out"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		SCOPED(fake_transport) struct fake_transport fake;
		fake_transport_init(&fake);
		fake.http.answers[0] = cases[i].answer;
		struct outcome outcome = send_once(&fake);
		assert_string_equal(outcome.detail, cases[i].detail);
		assert_int_equal(outcome.kind, cases[i].kind);
		assert_int_equal(outcome.retry_after_s, cases[i].retry_after_s);
		assert_int_equal(fake.http.calls, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_message_is_posted_to_the_webhook),
	    cmocka_unit_test(an_answer_means_what_slack_means_by_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
