/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP client against real servers: an HTTPS receiver under an authority of
 * its own, and SNS whose signatures are checked with botocore.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/transport.h"
#include "peer.h"

#define KEY_ID "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define TOKEN  "FwoGZXIvYXdzEBYaD/session+token=="
#define PUBLISH                                                                                           \
	"Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A111122223333%3Aroot-alerts" \
	"&Subject=Root%20signed%20in&Message=h%C3%A4llo%2B%20%26%20%3Cwelt%3E"

enum { TIMEOUT_MS = 20 * 1000, SHORT_TIMEOUT_MS = 700, THREADS = 8, REQUESTS_PER_THREAD = 5 };

static char directory[] = "/tmp/rootwatch-http-XXXXXX";
static char ca_file[64];
static struct peer web; /* HTTPS; answers as Slack does */
static struct peer sns; /* plain; knows KEY_ID with SECRET and TOKEN */
static char webhook[256];

static const char *variables[8][2];

static const char *look_up(const char *name)
{
	for (size_t i = 0; variables[i][0]; i++)
		if (strcmp(variables[i][0], name) == 0)
			return variables[i][1];
	return NULL;
}

static struct transport *open_transport(const char *secret, const char *token)
{
	memset(variables, 0, sizeof variables);
	variables[0][0] = "AWS_ACCESS_KEY_ID";
	variables[0][1] = secret ? KEY_ID : NULL;
	variables[1][0] = "AWS_SECRET_ACCESS_KEY";
	variables[1][1] = secret;
	variables[2][0] = "AWS_SESSION_TOKEN";
	variables[2][1] = token;
	variables[3][0] = "AWS_EC2_METADATA_DISABLED";
	variables[3][1] = "true";
	struct err err;
	struct transport *transport = transport_open(look_up, &err);
	assert_non_null(transport);
	return transport;
}

static struct http_request post_to_slack(void)
{
	static const char body[] = "{\"text\":\"hi\"}";
	return (struct http_request){.method = "POST",
	                             .url = webhook,
	                             .headers = {{"Content-Type", "application/json"}},
	                             .header_count = 1,
	                             .body = body,
	                             .body_length = sizeof body - 1,
	                             .timeout_ms = TIMEOUT_MS,
	                             .ca_file = ca_file};
}

static struct http_request publish(void)
{
	return (struct http_request){.method = "POST",
	                             .url = sns.url,
	                             .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
	                             .header_count = 1,
	                             .body = PUBLISH,
	                             .body_length = sizeof PUBLISH - 1,
	                             .timeout_ms = TIMEOUT_MS,
	                             .aws_service = "sns",
	                             .aws_region = "us-east-1"};
}

/* Performs and returns the status, 0 when none came. */
static long status_of(struct transport *transport, const struct http_request *request, struct err *err)
{
	SCOPED(http_response) struct http_response response = {0};
	return transport->http.perform(&transport->http, request, &response, err) ? response.status : 0;
}

static void assert_header(const cJSON *received, const char *name, const char *value)
{
	const cJSON *header;
	cJSON_ArrayForEach(header, json_member(received, "headers"))
	{
		if (strcasecmp(cJSON_GetArrayItem(header, 0)->valuestring, name) == 0) {
			assert_string_equal(cJSON_GetArrayItem(header, 1)->valuestring, value);
			return;
		}
	}
	fail_msg("no header %s", name);
}

static void posts_over_https(void **state)
{
	struct transport *transport = *state;
	struct http_request request = post_to_slack();
	struct http_response response;
	assert_true(transport->http.perform(&transport->http, &request, &response, NULL));
	assert_int_equal(response.status, 200);
	assert_int_equal(response.retry_after_s, -1);
	assert_string_equal(strbuf_text(&response.body), "ok");
	http_response_done(&response);
	SCOPED(json) cJSON *received = peer_received(&web);
	assert_string_equal(json_text(received, "method"), "POST");
	assert_string_equal(json_text(received, "body"), "{\"text\":\"hi\"}");
	assert_header(received, "User-Agent", "rootwatch/" ROOTWATCH_VERSION);
	assert_header(received, "Content-Type", "application/json");
}

static void reuses_the_connection(void **state)
{
	struct http_request request = post_to_slack();
	assert_int_equal(status_of(*state, &request, NULL), 200);
	assert_int_equal(status_of(*state, &request, NULL), 200);
	SCOPED(json) cJSON *first = peer_received(&web);
	SCOPED(json) cJSON *second = peer_received(&web);
	assert_true(json_member(first, "client_port")->valuedouble == json_member(second, "client_port")->valuedouble);
}

static void refuses_an_unknown_authority_and_keeps_the_url_to_itself(void **state)
{
	struct http_request request = post_to_slack();
	request.ca_file = NULL;
	struct err err;
	assert_int_equal(status_of(*state, &request, &err), 0);
	assert_non_null(strstr(err.text, "certificate"));
	assert_ptr_equal(strstr(err.text, "localhost: "), err.text);
	assert_null(strstr(err.text, "services"));
	assert_int_equal(peer_script(&web, "[]"), 0);
}

static void refuses_a_certificate_for_another_name(void **state)
{
	char url[256];
	snprintf(url, sizeof url, "https://other.localhost:%d/", web.port); /* libcurl knows it as loopback */
	struct http_request request = post_to_slack();
	request.url = url;
	struct err err;
	assert_int_equal(status_of(*state, &request, &err), 0);
	assert_non_null(strstr(err.text, "certificate subject name"));
}

static const struct answer_row {
	const char *script;
	long status;
	long retry_after_s;
} answer_rows[] = {
    {"[{\"status\":429,\"headers\":{\"Retry-After\":\"7\"}}]", 429, 7},
    {"[{\"status\":503,\"headers\":{\"retry-after\":\"0\"}}]", 503, 0},
    {"[{\"status\":503,\"headers\":{\"Retry-After\":\"Sun, 06 Nov 1994 08:49:37 GMT\"}}]", 503, 0},
    {"[{\"status\":503,\"headers\":{\"Retry-After\":\"soon\"}}]", 503, -1},
    {"[410]", 410, -1},
    {"[{\"status\":302,\"headers\":{\"Location\":\"/elsewhere\"}}]", 302, -1},
    {"[\"half\"]", 200, -1},
};

static void reports_every_status_and_pause(void **state)
{
	struct transport *transport = *state;
	struct http_request request = post_to_slack();
	for (size_t i = 0; i < sizeof answer_rows / sizeof answer_rows[0]; i++) {
		const struct answer_row *row = &answer_rows[i];
		peer_script(&web, row->script);
		SCOPED(http_response) struct http_response response = {0};
		assert_true(transport->http.perform(&transport->http, &request, &response, NULL));
		assert_int_equal(response.status, row->status);
		assert_int_equal(response.retry_after_s, row->retry_after_s);
		assert_int_equal(peer_script(&web, "[]"), 1); /* one request: nothing repeated, no redirect followed */
	}
}

static void cuts_a_long_answer(void **state)
{
	struct transport *transport = *state;
	SCOPED(strbuf) struct strbuf script = STRBUF_INIT(1024 * 1024);
	strbuf_puts(&script, "[{\"status\":500,\"body\":\"");
	for (size_t i = 0; i < 3 * HTTP_RESPONSE_LIMIT_BYTES; i++)
		strbuf_putc(&script, 'x');
	strbuf_puts(&script, "\"}]");
	peer_script(&web, strbuf_text(&script));
	struct http_request request = post_to_slack();
	SCOPED(http_response) struct http_response response = {0};
	assert_true(transport->http.perform(&transport->http, &request, &response, NULL));
	assert_int_equal(response.status, 500);
	assert_int_equal(response.body.length, HTTP_RESPONSE_LIMIT_BYTES);
	assert_false(response.body.overflowed);
}

static void fails_without_an_answer(void **state)
{
	struct http_request request = post_to_slack();
	struct err err;
	peer_script(&web, "[\"drop\"]");
	assert_int_equal(status_of(*state, &request, &err), 0);
	assert_ptr_equal(strstr(err.text, "localhost: "), err.text);
}

static void keeps_the_deadline(void **state)
{
	struct http_request request = post_to_slack();
	request.timeout_ms = SHORT_TIMEOUT_MS;
	peer_script(&web, "[\"silence\"]");
	struct err err;
	int64_t start_ms = clock_monotonic_ms();
	assert_int_equal(status_of(*state, &request, &err), 0);
	assert_true(clock_monotonic_ms() - start_ms >= SHORT_TIMEOUT_MS);
	assert_non_null(strstr(err.text, "timed out"));
}

static const char *const bad_headers[][2] = {
    {"X-Note", "a\r\nX-Admin: yes"}, {"X-Note", "a\nb"}, {"X-Note", "bell\a"}, {"X-Note", ""}, {"X: y", "a"}, {"", "a"},
};

static void sends_no_broken_header(void **state)
{
	peer_script(&web, "[]");
	for (size_t i = 0; i < sizeof bad_headers / sizeof bad_headers[0]; i++) {
		struct http_request request = post_to_slack();
		request.headers[0] = (struct http_header){bad_headers[i][0], bad_headers[i][1]};
		assert_int_equal(status_of(*state, &request, NULL), 0);
	}
	assert_int_equal(peer_script(&web, "[]"), 0);
}

static void speaks_http_alone(void **state)
{
	static const char *const urls[] = {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "::", ""};
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		struct http_request request = {.method = "GET", .url = urls[i], .timeout_ms = SHORT_TIMEOUT_MS};
		assert_int_equal(status_of(*state, &request, NULL), 0);
	}
}

static void goes_past_a_proxy_only_when_told(void **state)
{
	setenv("http_proxy", "http://user:hidden@127.0.0.1:1", 1);
	struct http_request request = {.method = "GET", .url = sns.url, .timeout_ms = TIMEOUT_MS};
	struct err err;
	assert_int_equal(status_of(*state, &request, &err), 0);
	assert_null(strstr(err.text, "hidden"));
	request.direct = true;
	assert_int_equal(status_of(*state, &request, &err), 403);
	setenv("http_proxy", "nonsense://user:hidden@127.0.0.1:1", 1);
	request.direct = false;
	assert_int_equal(status_of(*state, &request, &err), 0);
	assert_null(strstr(err.text, "hidden"));
	unsetenv("http_proxy");
}

static void puts_without_a_body(void **state)
{
	struct http_request request = post_to_slack();
	request.method = "PUT";
	request.body = NULL;
	assert_int_equal(status_of(*state, &request, NULL), 400);
	SCOPED(json) cJSON *received = peer_received(&web);
	assert_string_equal(json_text(received, "method"), "PUT");
	assert_header(received, "Content-Length", "0");
}

static void signs_so_that_aws_agrees(void **state)
{
	(void)state;
	struct transport *transport = open_transport(SECRET, TOKEN);
	struct http_request request = publish();
	assert_int_equal(status_of(transport, &request, NULL), 200);
	transport_close(transport);
}

static void is_refused_with_another_secret_or_token(void **state)
{
	(void)state;
	static const char *const wrong[][2] = {{"wrong", TOKEN}, {SECRET, NULL}, {SECRET, "another"}};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct transport *transport = open_transport(wrong[i][0], wrong[i][1]);
		struct http_request request = publish();
		assert_int_equal(status_of(transport, &request, NULL), 403);
		transport_close(transport);
	}
}

static void never_sends_unsigned_what_must_be_signed(void **state)
{
	(void)state;
	peer_script(&sns, "[]");
	struct transport *transport = open_transport(NULL, NULL);
	struct http_request request = publish();
	struct err err;
	assert_int_equal(status_of(transport, &request, &err), 0);
	assert_non_null(strstr(err.text, "no AWS credentials"));
	request.aws_region = "";
	assert_int_equal(status_of(transport, &request, NULL), 0);
	transport_close(transport);
	assert_int_equal(peer_script(&sns, "[]"), 0);
}

static void *publish_some(void *data)
{
	long *failed = calloc(1, sizeof *failed);
	for (int i = 0; failed && i < REQUESTS_PER_THREAD; i++) {
		struct http_request request = publish();
		*failed += status_of(data, &request, NULL) != 200;
	}
	return failed;
}

static void serves_many_threads(void **state)
{
	(void)state;
	struct transport *transport = open_transport(SECRET, TOKEN);
	pthread_t threads[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, publish_some, transport), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *failed = NULL;
		pthread_join(threads[i], &failed);
		assert_non_null(failed);
		assert_int_equal(*(long *)failed, 0);
		free(failed);
	}
	transport_close(transport);
	assert_int_equal(peer_script(&sns, "[]"), THREADS * REQUESTS_PER_THREAD);
}

static int start_peers(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(ca_file, sizeof ca_file, "%s/ca.crt", directory);
	web = peer_start("peers.slack_receiver", (const char *const[]){"--tls", directory, "--path", "/services/x", NULL});
	sns = peer_start("peers.sns_receiver", (const char *const[]){"--token", TOKEN, NULL});
	snprintf(webhook, sizeof webhook, "%s/services/x", web.url);
	return 0;
}

static int stop_peers(void **state)
{
	(void)state;
	peer_stop(&web);
	peer_stop(&sns);
	peer_remove_authority(directory);
	return 0;
}

static int setup(void **state)
{
	*state = open_transport(NULL, NULL);
	peer_script(&web, "[]");
	return 0;
}

static int teardown(void **state)
{
	transport_close(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(posts_over_https, setup, teardown),
	    cmocka_unit_test_setup_teardown(reuses_the_connection, setup, teardown),
	    cmocka_unit_test_setup_teardown(refuses_an_unknown_authority_and_keeps_the_url_to_itself, setup, teardown),
	    cmocka_unit_test_setup_teardown(refuses_a_certificate_for_another_name, setup, teardown),
	    cmocka_unit_test_setup_teardown(reports_every_status_and_pause, setup, teardown),
	    cmocka_unit_test_setup_teardown(cuts_a_long_answer, setup, teardown),
	    cmocka_unit_test_setup_teardown(fails_without_an_answer, setup, teardown),
	    cmocka_unit_test_setup_teardown(keeps_the_deadline, setup, teardown),
	    cmocka_unit_test_setup_teardown(sends_no_broken_header, setup, teardown),
	    cmocka_unit_test_setup_teardown(speaks_http_alone, setup, teardown),
	    cmocka_unit_test_setup_teardown(goes_past_a_proxy_only_when_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(puts_without_a_body, setup, teardown),
	    cmocka_unit_test(signs_so_that_aws_agrees),
	    cmocka_unit_test(is_refused_with_another_secret_or_token),
	    cmocka_unit_test(never_sends_unsigned_what_must_be_signed),
	    cmocka_unit_test(serves_many_threads),
	};
	return cmocka_run_group_tests(tests, start_peers, stop_peers);
}
