/* SPDX-License-Identifier: Apache-2.0 */
/* AssumeRoleWithWebIdentity: the request, and the XML that comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fake_http.h"
#include "net/aws_provider.h"

#define ID     "<AccessKeyId>ASIAX</AccessKeyId>"
#define SECRET "<SecretAccessKey>s/+=</SecretAccessKey>"
#define TOKEN  "<SessionToken>t/+=</SessionToken>"
#define END    "<Expiration>2030-01-01T00:00:00.000Z</Expiration>"
#define ANSWER                                                                                                       \
	"<R xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AccessKeyId>decoy</AccessKeyId>\n<Credentials>\n" TOKEN \
	"\n" SECRET "\n" END "\n" ID "\n</Credentials></R>"

static char token_path[] = "/tmp/rootwatch-jwt-XXXXXX";

static struct aws_environment with_token(void)
{
	return (struct aws_environment){.web_identity_token_file = token_path,
	                                .role_arn = (char *)"arn:aws:iam::111122223333:role/rootwatch"};
}

static void asks_sts_unsigned(void **state)
{
	(void)state;
	fake_write_file(token_path, "a.b+c/d=\n");
	struct fake_http fake = FAKE_HTTP({200, ANSWER});
	struct aws_environment environment = with_token();
	struct aws_keys keys = {0};
	assert_true(aws_web_identity_provider.applies(&environment));
	assert_true(aws_web_identity_provider.fetch(&environment, &fake.client, &keys, NULL));
	assert_string_equal(keys.access_key_id, "ASIAX");
	assert_string_equal(keys.secret_access_key, "s/+=");
	assert_string_equal(keys.session_token, "t/+=");
	assert_int_equal(keys.expires_s, 1893456000);
	assert_string_equal(fake.calls[0].method, "POST");
	assert_string_equal(fake.calls[0].header, "Content-Type: application/x-www-form-urlencoded");
	assert_string_equal(fake.calls[0].body, "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
	                                        "&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Frootwatch"
	                                        "&RoleSessionName=rootwatch&WebIdentityToken=a.b%2Bc%2Fd%3D");
	assert_false(fake.calls[0].is_signed);
	assert_false(fake.calls[0].direct);
}

static const struct place_row {
	const char *region, *default_region, *endpoint, *url;
} place_rows[] = {
    {NULL, NULL, NULL, "https://sts.amazonaws.com/"},
    {"eu-central-1", "us-east-1", NULL, "https://sts.eu-central-1.amazonaws.com/"},
    {NULL, "us-gov-west-1", NULL, "https://sts.us-gov-west-1.amazonaws.com/"},
    {"cn-north-1", NULL, NULL, "https://sts.cn-north-1.amazonaws.com.cn/"},
    {"us-east-1", NULL, "http://127.0.0.1:1234", "http://127.0.0.1:1234"},
    {"evil.example.com/", NULL, NULL, NULL},
};

static void asks_in_its_own_region(void **state)
{
	(void)state;
	fake_write_file(token_path, "a.b.c");
	for (size_t i = 0; i < sizeof place_rows / sizeof place_rows[0]; i++) {
		const struct place_row *row = &place_rows[i];
		struct fake_http fake = FAKE_HTTP({200, ANSWER});
		struct aws_environment environment = with_token();
		environment.region = (char *)row->region;
		environment.default_region = (char *)row->default_region;
		environment.endpoint_url_sts = (char *)row->endpoint;
		struct aws_keys keys;
		assert_int_equal(aws_web_identity_provider.fetch(&environment, &fake.client, &keys, NULL), row->url != NULL);
		assert_int_equal(fake.call_count, row->url != NULL);
		if (row->url)
			assert_string_equal(fake.calls[0].url, row->url);
	}
}

static const struct answer_row {
	long status;
	const char *body;
	const char *word;
} answer_rows[] = {
    {200, "", "no credentials"},
    {200, ID SECRET TOKEN END, "no credentials"},
    {200, "<Credentials>" SECRET TOKEN END "</Credentials>", "access key id is missing"},
    {200, "<Credentials>" ID TOKEN END "</Credentials>", "secret access key is missing"},
    {200, "<Credentials>" ID SECRET END "</Credentials>", "session token is missing"},
    {200, "<Credentials>" ID SECRET TOKEN "</Credentials>", "Expiration"},
    {200, "<Credentials>" ID "<SecretAccessKey>a<b/>c</SecretAccessKey>" TOKEN END, "secret access key is missing"},
    {200, "<Credentials>" ID "<SecretAccessKey>a&amp;b</SecretAccessKey>" TOKEN END, "secret access key is missing"},
    {200, "<Credentials>" ID TOKEN END "<SecretAccessKey>cut", "secret access key is missing"},
    {200, "<Credentials>" ID "<SecretAccessKey>a\nb</SecretAccessKey>" TOKEN END, "secret access key holds"},
    {400, "<Error><Code>InvalidIdentityToken</Code></Error>", "status 400: <Error><Code>InvalidIdentityToken</Code>"},
    {0, "", "no route"},
};

static void refuses_answers_that_are_none(void **state)
{
	(void)state;
	fake_write_file(token_path, "a.b.c");
	for (size_t i = 0; i < sizeof answer_rows / sizeof answer_rows[0]; i++) {
		struct fake_http fake = FAKE_HTTP({answer_rows[i].status, answer_rows[i].body});
		struct aws_environment environment = with_token();
		struct aws_keys keys = {.access_key_id = "untouched"};
		struct err err = {0};
		assert_false(aws_web_identity_provider.fetch(&environment, &fake.client, &keys, &err));
		print_message("  %s\n", err.text);
		assert_non_null(strstr(err.text, answer_rows[i].word));
		assert_string_equal(keys.access_key_id, "untouched");
	}
}

static void needs_a_token(void **state)
{
	(void)state;
	fake_write_file(token_path, "");
	struct fake_http fake = FAKE_HTTP({200, ANSWER});
	struct aws_environment environment = with_token();
	struct aws_keys keys;
	assert_false(aws_web_identity_provider.fetch(&environment, &fake.client, &keys, NULL));
	assert_int_equal(fake.call_count, 0);
}

static int make_file(void **state)
{
	(void)state;
	return close(mkstemp(token_path));
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(token_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(asks_sts_unsigned),
	    cmocka_unit_test(asks_in_its_own_region),
	    cmocka_unit_test(refuses_answers_that_are_none),
	    cmocka_unit_test(needs_a_token),
	};
	return cmocka_run_group_tests(tests, make_file, remove_file);
}
