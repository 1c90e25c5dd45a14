/* SPDX-License-Identifier: Apache-2.0 */
/* The container endpoint: where it may be, and how it is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fake_http.h"
#include "net/aws_provider.h"

#define ANSWER \
	"{\"AccessKeyId\":\"ASIAX\",\"SecretAccessKey\":\"s\",\"Token\":\"t/+=\",\"Expiration\":\"2030-01-01T00:00:00Z\"}"
#define FULL (char *)"http://127.0.0.1:51679/creds"

static bool fetch(const struct aws_environment *environment, struct fake_http *fake, struct aws_keys *ret_keys,
                  struct err *err)
{
	assert_true(aws_container_provider.applies(environment));
	return aws_container_provider.fetch(environment, &fake->client, ret_keys, err);
}

static void asks_the_relative_address_directly(void **state)
{
	(void)state;
	struct fake_http fake = FAKE_HTTP({200, ANSWER});
	const struct aws_environment environment = {.container_relative_uri = (char *)"/v2/credentials/1?a=b",
	                                            .container_full_uri = (char *)"https://elsewhere.example.com/"};
	struct aws_keys keys = {0};
	assert_true(fetch(&environment, &fake, &keys, NULL));
	assert_string_equal(keys.access_key_id, "ASIAX");
	assert_string_equal(keys.secret_access_key, "s");
	assert_string_equal(keys.session_token, "t/+=");
	assert_int_equal(keys.expires_s, 1893456000);
	assert_string_equal(fake.calls[0].url, "http://169.254.170.2/v2/credentials/1?a=b");
	assert_string_equal(fake.calls[0].method, "GET");
	assert_string_equal(fake.calls[0].header, "");
	assert_true(fake.calls[0].direct);
	assert_false(fake.calls[0].is_signed);
}

static const struct place_row {
	const char *url;
	bool allowed;
} place_rows[] = {
    {"http://127.0.0.1/x", true},
    {"http://127.9.9.9:8080/x", true},
    {"http://localhost:8080/x", true},
    {"http://[::1]:8080/x", true},
    {"http://169.254.170.2/x", true},
    {"http://169.254.170.23/v1/credentials", true},
    {"http://[fd00:ec2::23]/v1/credentials", true},
    {"https://credentials.example.com/x", true},
    {"HTTPS://credentials.example.com/x", true},
    {"http://169.254.169.254/x", false},
    {"http://credentials.example.com/x", false},
    {"http://127.0.0.1@credentials.example.com/x", false},
    {"http://127.0.0.1.example.com/x", false},
    {"http://203.0.113.7/x", false},
    {"http://[2001:db8::1]/x", false},
    {"ftp://credentials.example.com/x", false},
    {"nonsense", false},
    {"http://", false},
};

static void sends_keys_in_clear_to_nobody_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof place_rows / sizeof place_rows[0]; i++) {
		print_message("  %s\n", place_rows[i].url);
		struct fake_http fake = FAKE_HTTP({200, ANSWER});
		const struct aws_environment environment = {.container_full_uri = (char *)place_rows[i].url};
		struct aws_keys keys;
		struct err err;
		assert_int_equal(fetch(&environment, &fake, &keys, &err), place_rows[i].allowed);
		assert_int_equal(fake.call_count, place_rows[i].allowed);
	}
}

static void shows_the_token(void **state)
{
	(void)state;
	struct fake_http fake = FAKE_HTTP({200, ANSWER});
	const struct aws_environment environment = {.container_full_uri = FULL, .container_token = (char *)"Basic abc"};
	struct aws_keys keys;
	assert_true(fetch(&environment, &fake, &keys, NULL));
	assert_string_equal(fake.calls[0].header, "Authorization: Basic abc");
}

static void reads_the_token_file_each_time(void **state)
{
	(void)state;
	char path[] = "/tmp/rootwatch-token-XXXXXX";
	close(mkstemp(path));
	struct fake_http fake = FAKE_HTTP({200, ANSWER});
	const struct aws_environment environment = {
	    .container_full_uri = FULL, .container_token = (char *)"not this", .container_token_file = path};
	struct aws_keys keys;
	struct err err;
	fake_write_file(path, "first");
	assert_true(fetch(&environment, &fake, &keys, NULL));
	fake_write_file(path, "second");
	assert_true(fetch(&environment, &fake, &keys, NULL));
	assert_string_equal(fake.calls[0].header, "Authorization: first");
	assert_string_equal(fake.calls[1].header, "Authorization: second");
	fake_write_file(path, "third\r\nX-Admin: yes");
	assert_false(fetch(&environment, &fake, &keys, &err));
	assert_null(strstr(err.text, "third"));
	unlink(path);
	assert_false(fetch(&environment, &fake, &keys, &err));
	assert_non_null(strstr(err.text, path));
	assert_int_equal(fake.call_count, 2);
}

static const struct answer_row {
	long status;
	const char *body;
	const char *word;
} answer_rows[] = {
    {200, "", "no JSON object"},
    {200, "[]", "no JSON object"},
    {200, "{}", "access key id is missing"},
    {200, "{\"AccessKeyId\":\"a\"}", "secret access key is missing"},
    {200, "{\"AccessKeyId\":1,\"SecretAccessKey\":\"s\"}", "access key id is missing"},
    {200, "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"s\\r\\nX: y\"}", "secret access key holds"},
    {200, "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"s\",\"Expiration\":\"soon\"}", "Expiration"},
    {403, "{\"code\":\"AccessDenied\"}", "127.0.0.1 answered with status 403: {\"code\":\"AccessDenied\"}"},
};

static void refuses_answers_that_are_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof answer_rows / sizeof answer_rows[0]; i++) {
		struct fake_http fake = FAKE_HTTP({answer_rows[i].status, answer_rows[i].body});
		const struct aws_environment environment = {.container_full_uri = FULL};
		struct aws_keys keys = {.access_key_id = "untouched"};
		struct err err = {0};
		assert_false(fetch(&environment, &fake, &keys, &err));
		print_message("  %s\n", err.text);
		assert_non_null(strstr(err.text, answer_rows[i].word));
		assert_string_equal(keys.access_key_id, "untouched");
	}
}

static void refuses_a_relative_address_that_is_none(void **state)
{
	(void)state;
	struct fake_http fake = FAKE_HTTP({200, ANSWER});
	const struct aws_environment environment = {.container_relative_uri = (char *)".example.com/x"};
	struct aws_keys keys;
	assert_false(fetch(&environment, &fake, &keys, NULL));
	assert_int_equal(fake.call_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(asks_the_relative_address_directly),
	    cmocka_unit_test(sends_keys_in_clear_to_nobody_else),
	    cmocka_unit_test(shows_the_token),
	    cmocka_unit_test(reads_the_token_file_each_time),
	    cmocka_unit_test(refuses_answers_that_are_none),
	    cmocka_unit_test(refuses_a_relative_address_that_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
