/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/webhook.c: what is sent where, what an answer means, and which settings are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "rootwatch/scope.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define URL    "https://soar.example.com/in/8f3a9c0d"
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define OTHER  "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"

extern const struct notifier_type notifier_webhook;

static const struct settings signed_twice = {
    .values =
        (const struct setting_value[]){FAKE_SETTING("webhook_url", URL),
                                       {.name = "secret", .texts = (const char *const[]){SECRET, OTHER}, .count = 2},
                                       FAKE_SETTING("header_name", "Authorization"),
                                       FAKE_SETTING("header_value", "Bearer s3cr3t-token"),
                                       FAKE_SETTING("ca_file", "/ca.pem")},
    .count = 5,
};

static const struct settings least = {
    .values = (const struct setting_value[]){FAKE_SETTING("webhook_url", URL), FAKE_SETTING("secret", SECRET)},
    .count = 2,
};

static struct outcome send_once(struct fake_transport *fake, const struct settings *settings)
{
	struct err err = {0};
	struct alert alert = sample_alert();
	void *webhook = notifier_webhook.open(settings, &fake->env, &err);
	assert_string_equal(err.text, "");
	assert_non_null(webhook);
	struct outcome outcome = notifier_webhook.send(webhook, &alert, "");
	notifier_webhook.close(webhook);
	return outcome;
}

static void assert_header(const struct http_request *request, size_t place, const char *name, const char *value)
{
	assert_true(place < request->header_count);
	assert_string_equal(request->headers[place].name, name);
	assert_string_equal(request->headers[place].value, value);
}

static void the_finding_is_posted_and_signed_by_every_key(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	fake.http.answers[0] = (struct fake_answer){.status = 204};
	struct outcome outcome = send_once(&fake, &signed_twice);
	const struct http_request *request = &fake.http.request;
	assert_int_equal(outcome.kind, OUTCOME_DELIVERED);
	assert_string_equal(outcome.detail, "204");
	assert_int_equal(fake.http.calls, 1);
	assert_string_equal(request->method, "POST");
	assert_string_equal(request->url, URL);
	assert_string_equal(request->ca_file, "/ca.pem");
	assert_int_equal(request->timeout_ms, FAKE_TIMEOUT_MS);
	assert_string_equal(fake.http.body, sample_alert().json);
	assert_int_equal(request->header_count, 5);
	assert_header(request, 0, "Content-Type", "application/json");
	assert_header(request, 1, "webhook-id", "f-01JDEXAMPLE000000000000000");
	assert_header(request, 2, "webhook-timestamp", "1795492741");
	/* as Python's hmac computes them */
	assert_header(request, 3, "webhook-signature",
	              "v1,IbrHdWtTTzaU6TMEmbZmYOyDGmKthc83juz1lKMieRs= v1,kjXgTn5fpgxFZmj+2ZRAOpxNSrZbXuoapKbLB72N/HM=");
	assert_header(request, 4, "Authorization", "Bearer s3cr3t-token");
}

static void without_a_header_there_is_none(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	fake.http.answers[0] = (struct fake_answer){.status = 200, .body = "thanks"};
	assert_string_equal(send_once(&fake, &least).detail, "200: thanks");
	assert_int_equal(fake.http.request.header_count, 4);
	assert_null(fake.http.request.ca_file);
}

static void an_answer_is_quoted_unless_it_tells_a_secret(void **state)
{
	(void)state;
	static const struct {
		struct fake_answer answer;
		enum outcome_kind kind;
		const char *detail;
	} rows[] = {
	    {{.status = 400, .body = "no such field: id"}, OUTCOME_REJECTED, "400: no such field: id"},
	    {{.status = 401, .body = "unknown token s3cr3t-token"}, OUTCOME_REJECTED, "401"},
	    {{.status = 404, .body = "no /in/8f3a9c0d here"}, OUTCOME_REJECTED, "404"},
	    {{.status = 403, .body = "not " OTHER}, OUTCOME_REJECTED, "403"},
	    {{.status = 410}, OUTCOME_REJECTED, "410"},
	    {{.status = 503, .body = "later"}, OUTCOME_RETRY, "503: later"},
	    {{.error = "soar.example.com: timed out"}, OUTCOME_RETRY, "soar.example.com: timed out"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(fake_transport) struct fake_transport fake;
		fake_transport_init(&fake);
		fake.http.answers[0] = rows[i].answer;
		struct outcome outcome = send_once(&fake, &signed_twice);
		assert_string_equal(outcome.detail, rows[i].detail);
		assert_int_equal(outcome.kind, rows[i].kind);
	}
}

static void a_setting_that_cannot_work_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *secret, *name, *value, *error;
	} rows[] = {
	    {"hunter2", NULL, NULL, "secret: not whsec_ and the Base64 of 24 to 64 bytes"},
	    {SECRET, "Authorization", NULL, "header_name and header_value: one needs the other"},
	    {SECRET, NULL, "token", "header_name and header_value: one needs the other"},
	    {SECRET, "X Token", "token", "header_name: not letters, digits, - and _ alone"},
	    {SECRET, "Webhook-ID", "token", "header_name: this header is set already"},
	    {SECRET, "host", "evil", "header_name: this header is set already"},
	    {SECRET, "X-Token", "t\xc3\xb6ken", "header_value: not printable ASCII alone"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct setting_value values[4] = {FAKE_SETTING("webhook_url", URL),
		                                  {.name = "secret", .texts = &rows[i].secret, .count = 1}};
		struct settings settings = {.values = values, .count = 2};
		if (rows[i].name)
			values[settings.count++] = (struct setting_value){"header_name", &rows[i].name, 1};
		if (rows[i].value)
			values[settings.count++] = (struct setting_value){"header_value", &rows[i].value, 1};
		SCOPED(fake_transport) struct fake_transport fake;
		struct err err = {0};
		fake_transport_init(&fake);
		assert_null(notifier_webhook.open(&settings, &fake.env, &err));
		assert_string_equal(err.text, rows[i].error);
	}
}

static void there_is_an_end_to_secrets(void **state)
{
	(void)state;
	static const char *const secrets[] = {SECRET, SECRET, SECRET, SECRET, SECRET};
	const struct setting_value values[] = {FAKE_SETTING("webhook_url", URL),
	                                       {.name = "secret", .texts = secrets, .count = LENGTH(secrets)}};
	SCOPED(fake_transport) struct fake_transport fake;
	struct err err = {0};
	fake_transport_init(&fake);
	assert_null(notifier_webhook.open(&(struct settings){values, 2}, &fake.env, &err));
	assert_string_equal(err.text, "secret: 5 of them, at most 4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_finding_is_posted_and_signed_by_every_key),
	    cmocka_unit_test(without_a_header_there_is_none),
	    cmocka_unit_test(an_answer_is_quoted_unless_it_tells_a_secret),
	    cmocka_unit_test(a_setting_that_cannot_work_is_refused),
	    cmocka_unit_test(there_is_an_end_to_secrets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
