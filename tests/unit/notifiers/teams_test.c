/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/teams.c: what is sent where, and what an answer means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "rootwatch/scope.h"

#define WEBHOOK                                                                                \
	"https://prod-12.westeurope.logic.azure.com:443/workflows/8f3a9c0d/triggers/manual/paths/" \
	"invoke?sig=s3cr3tS1gnature"

extern const struct notifier_type notifier_teams;

static const struct settings settings = {
    .values = (const struct setting_value[]){FAKE_SETTING("webhook_url", WEBHOOK), FAKE_SETTING("ca_file", "/ca.pem")},
    .count = 2,
};

static struct outcome send_once(struct fake_transport *fake)
{
	struct err err;
	struct alert alert = sample_alert();
	void *teams = notifier_teams.open(&settings, &fake->env, &err);
	assert_non_null(teams);
	struct outcome outcome = notifier_teams.send(teams, &alert, "");
	notifier_teams.close(teams);
	return outcome;
}

static void the_card_is_posted_to_the_webhook(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	fake.http.answers[0] = (struct fake_answer){.status = 202};
	struct outcome outcome = send_once(&fake);
	assert_int_equal(outcome.kind, OUTCOME_DELIVERED);
	assert_string_equal(outcome.detail, "202");
	assert_int_equal(fake.http.calls, 1);
	assert_string_equal(fake.http.request.method, "POST");
	assert_string_equal(fake.http.request.url, WEBHOOK);
	assert_string_equal(fake.http.request.ca_file, "/ca.pem");
	assert_int_equal(fake.http.request.timeout_ms, FAKE_TIMEOUT_MS);
	assert_int_equal(fake.http.request.header_count, 1);
	assert_string_equal(fake.http.request.headers[0].value, "application/json; charset=utf-8");
	assert_int_equal(fake.http.body[0], '{');
}

static void an_answer_means_what_a_workflow_means_by_it(void **state)
{
	(void)state;
	static const struct {
		struct fake_answer answer;
		enum outcome_kind kind;
		long retry_after_s;
		const char *detail;
	} rows[] = {
	    {{.status = 200, .body = "1"}, OUTCOME_DELIVERED, -1, "200"},
	    {{.status = 204}, OUTCOME_RETRY, -1, "204, but not a workflow's 202"},
	    {{.status = 302}, OUTCOME_RETRY, -1, "302"},
	    {{.status = 400, .body = "Bad payload"}, OUTCOME_REJECTED, -1, "400: Bad payload"},
	    {{.status = 401, .body = "{\"error\":{\"code\":\"DirectApiAuthorizationRequired\"}}"},
	     OUTCOME_REJECTED,
	     -1,
	     "401: {\"error\":{\"code\":\"DirectApiAuthorizationRequired\"}}"},
	    {{.status = 404, .body = "The workflow '8f3a9c0d' could not be found."}, OUTCOME_REJECTED, -1, "404"},
	    {{.status = 401, .body = "signature s3cr3tS1gnature is wrong"}, OUTCOME_REJECTED, -1, "401"},
	    {{.status = 429, .gives_retry_after = true, .retry_after_s = 17}, OUTCOME_RETRY, 17, "429"},
	    {{.status = 502}, OUTCOME_RETRY, -1, "502"},
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
	    cmocka_unit_test(the_card_is_posted_to_the_webhook),
	    cmocka_unit_test(an_answer_means_what_a_workflow_means_by_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
