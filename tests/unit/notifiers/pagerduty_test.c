/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/pagerduty.c: what is sent where, and what an answer means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "rootwatch/scope.h"

#define KEY "0123456789abcdef0123456789abcdef"
#define URL "https://events.eu.pagerduty.com/v2/enqueue"

extern const struct notifier_type notifier_pagerduty;

static const struct settings settings = {
    .values = (const struct setting_value[]){FAKE_SETTING("routing_key", KEY), FAKE_SETTING("endpoint_url", URL),
                                             FAKE_SETTING("ca_file", "/ca.pem")},
    .count = 3,
};

static struct outcome send_once(struct fake_transport *fake)
{
	struct err err;
	struct alert alert = sample_alert();
	void *pagerduty = notifier_pagerduty.open(&settings, &fake->env, &err);
	assert_non_null(pagerduty);
	struct outcome outcome = notifier_pagerduty.send(pagerduty, &alert, "");
	notifier_pagerduty.close(pagerduty);
	return outcome;
}

static void the_event_is_posted(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	fake.http.answers[0] = (struct fake_answer){.status = 202, .body = "{\"status\":\"success\"}"};
	struct outcome outcome = send_once(&fake);
	assert_int_equal(outcome.kind, OUTCOME_DELIVERED);
	assert_string_equal(outcome.detail, "202 accepted");
	assert_int_equal(fake.http.calls, 1);
	assert_string_equal(fake.http.request.method, "POST");
	assert_string_equal(fake.http.request.url, URL);
	assert_string_equal(fake.http.request.ca_file, "/ca.pem");
	assert_int_equal(fake.http.request.timeout_ms, FAKE_TIMEOUT_MS);
	assert_int_equal(fake.http.request.header_count, 1);
	assert_string_equal(fake.http.request.headers[0].value, "application/json");
	assert_non_null(strstr(fake.http.body, "\"routing_key\":\"" KEY "\""));
}

static void an_answer_means_what_pagerduty_means_by_it(void **state)
{
	(void)state;
	static const struct {
		struct fake_answer answer;
		enum outcome_kind kind;
		long retry_after_s;
		const char *detail;
	} rows[] = {
	    {{.status = 200, .body = "<html>Please log in"}, OUTCOME_RETRY, -1, "200, but not PagerDuty's 202"},
	    {{.status = 302}, OUTCOME_RETRY, -1, "302"},
	    {{.status = 400, .body = "{\"status\":\"invalid event\",\"errors\":[\"no summary\"]}"},
	     OUTCOME_REJECTED,
	     -1,
	     "400: {\"status\":\"invalid event\",\"errors\":[\"no summary\"]}"},
	    {{.status = 400, .body = "no such key: " KEY}, OUTCOME_REJECTED, -1, "400"},
	    {{.status = 404}, OUTCOME_REJECTED, -1, "404"},
	    {{.status = 429, .gives_retry_after = true, .retry_after_s = 30}, OUTCOME_RETRY, 30, "429"},
	    {{.status = 500, .body = "oops"}, OUTCOME_RETRY, -1, "500: oops"},
	    {{.error = "connect: timed out"}, OUTCOME_RETRY, -1, "connect: timed out"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		SCOPED(fake_transport) struct fake_transport fake;
		fake_transport_init(&fake);
		fake.http.answers[0] = rows[i].answer;
		struct outcome outcome = send_once(&fake);
		assert_string_equal(outcome.detail, rows[i].detail);
		assert_int_equal(outcome.kind, rows[i].kind);
		assert_int_equal(outcome.retry_after_s, rows[i].retry_after_s);
		assert_int_equal(fake.http.calls, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_event_is_posted),
	    cmocka_unit_test(an_answer_means_what_pagerduty_means_by_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
