/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys fetched over the wire: the container endpoint, IMDSv2 and STS, then used at
 * an SNS that knows these keys alone. A dead proxy stands in the way of whatever
 * does not go past it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_http.h"
#include "net/transport.h"
#include "peer.h"

/* What the credential server hands out. */
#define GRANTED_ID     "ASIAIOSFODNN7EXAMPLE"
#define GRANTED_SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define GRANTED_TOKEN  "session/token+example=="
#define PUBLISH                                                                                           \
	"Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A111122223333%3Aroot-alerts" \
	"&Message=hi"

enum { TIMEOUT_MS = 20 * 1000, VARIABLE_BYTES = 256 };

static struct peer credential_server, sns;
static char endpoint[VARIABLE_BYTES], full_uri[VARIABLE_BYTES], sts[VARIABLE_BYTES], token_variable[VARIABLE_BYTES];
static char token_path[] = "/tmp/rootwatch-live-XXXXXX";

/* Status of a signed request, 0 when none came. */
static long publish(const char *const *variables, struct err *err)
{
	fake_set_environment(variables);
	struct transport *transport = transport_open(fake_look_up, err);
	assert_non_null(transport);
	const struct http_request request = {.method = "POST",
	                                     .url = sns.url,
	                                     .body = PUBLISH,
	                                     .body_length = sizeof PUBLISH - 1,
	                                     .direct = true,
	                                     .timeout_ms = TIMEOUT_MS,
	                                     .aws_service = "sns",
	                                     .aws_region = "us-east-1"};
	SCOPED(http_response) struct http_response response = {0};
	bool answered = transport->http.perform(&transport->http, &request, &response, err);
	transport_close(transport);
	return answered ? response.status : 0;
}

static void uses_the_container_endpoint_past_the_proxy(void **state)
{
	(void)state;
	struct err err;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	assert_int_equal(
	    publish((const char *const[]){full_uri, "AWS_CONTAINER_AUTHORIZATION_TOKEN=Basic abc", NULL}, &err), 200);
	unsetenv("http_proxy");
	assert_int_equal(publish((const char *const[]){full_uri, "AWS_CONTAINER_AUTHORIZATION_TOKEN=wrong", NULL}, &err),
	                 0);
	assert_non_null(strstr(err.text, "container endpoint: 127.0.0.1 answered with status 401"));
}

static void uses_the_instance_metadata_past_the_proxy(void **state)
{
	(void)state;
	struct err err;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	assert_int_equal(publish((const char *const[]){endpoint, NULL}, &err), 200);
	unsetenv("http_proxy");
}

static void uses_a_web_identity(void **state)
{
	(void)state;
	struct err err;
	const char *const variables[] = {token_variable, "AWS_ROLE_ARN=arn:aws:iam::111122223333:role/rootwatch", sts,
	                                 NULL};
	assert_int_equal(publish(variables, &err), 200);
	fake_write_file(token_path, "another.token.here");
	assert_int_equal(publish(variables, &err), 0);
	assert_non_null(strstr(err.text, "InvalidIdentityToken"));
}

static int start_peers(void **state)
{
	(void)state;
	close(mkstemp(token_path));
	fake_write_file(token_path, "header.payload.signature\n");
	credential_server =
	    peer_start("peers.credential_server", (const char *const[]){"--container-token", "Basic abc", NULL});
	sns = peer_start("peers.sns_receiver", (const char *const[]){"--access-key-id", GRANTED_ID, "--secret",
	                                                             GRANTED_SECRET, "--token", GRANTED_TOKEN, NULL});
	snprintf(endpoint, sizeof endpoint, "AWS_EC2_METADATA_SERVICE_ENDPOINT=%s", credential_server.url);
	snprintf(full_uri, sizeof full_uri, "AWS_CONTAINER_CREDENTIALS_FULL_URI=%s/v2/credentials/8c0b3a5e",
	         credential_server.url);
	snprintf(sts, sizeof sts, "AWS_ENDPOINT_URL_STS=%s", credential_server.url);
	snprintf(token_variable, sizeof token_variable, "AWS_WEB_IDENTITY_TOKEN_FILE=%s", token_path);
	return 0;
}

static int stop_peers(void **state)
{
	(void)state;
	peer_stop(&credential_server);
	peer_stop(&sns);
	return unlink(token_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(uses_the_container_endpoint_past_the_proxy),
	    cmocka_unit_test(uses_the_instance_metadata_past_the_proxy),
	    cmocka_unit_test(uses_a_web_identity),
	};
	return cmocka_run_group_tests(tests, start_peers, stop_peers);
}
