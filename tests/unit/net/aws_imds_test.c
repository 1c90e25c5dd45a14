/* SPDX-License-Identifier: Apache-2.0 */
/* The three steps of the instance metadata service. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fake_http.h"
#include "net/aws_provider.h"

#define ANSWER                                                                                                  \
	"{\"Code\":\"Success\",\"AccessKeyId\":\"ASIAX\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":" \
	"\"2030-01-01T00:00:00Z\"}"

enum { SHORT_MS = 2000 };

static void takes_a_token_then_the_role_then_its_keys(void **state)
{
	(void)state;
	struct fake_http fake = FAKE_HTTP({200, "secret=="}, {200, "rootwatch-role"}, {200, ANSWER});
	const struct aws_environment environment = {0};
	struct aws_keys keys = {0};
	assert_true(aws_imds_provider.fetch(&environment, &fake.client, &keys, NULL));
	assert_string_equal(keys.access_key_id, "ASIAX");
	assert_string_equal(fake.calls[0].method, "PUT");
	assert_string_equal(fake.calls[0].url, "http://169.254.169.254/latest/api/token");
	assert_string_equal(fake.calls[0].header, "X-aws-ec2-metadata-token-ttl-seconds: 60");
	assert_string_equal(fake.calls[1].url, "http://169.254.169.254/latest/meta-data/iam/security-credentials/");
	assert_string_equal(fake.calls[1].header, "X-aws-ec2-metadata-token: secret==");
	assert_string_equal(fake.calls[2].url,
	                    "http://169.254.169.254/latest/meta-data/iam/security-credentials/rootwatch-role");
	assert_string_equal(fake.calls[2].header, "X-aws-ec2-metadata-token: secret==");
	assert_int_equal(fake.call_count, 3);
	for (size_t i = 0; i < fake.call_count; i++) {
		assert_true(fake.calls[i].direct);
		assert_in_range((uintmax_t)fake.calls[i].timeout_ms, 1, SHORT_MS);
	}
}

static void goes_where_it_is_told(void **state)
{
	(void)state;
	static const char *const endpoints[] = {"http://[fd00:ec2::254]", "http://[fd00:ec2::254]/"};
	for (size_t i = 0; i < 2; i++) {
		struct fake_http fake = FAKE_HTTP({200, "t"}, {200, "r"}, {200, ANSWER});
		const struct aws_environment environment = {.imds_endpoint = (char *)endpoints[i]};
		struct aws_keys keys;
		assert_true(aws_imds_provider.fetch(&environment, &fake.client, &keys, NULL));
		assert_string_equal(fake.calls[0].url, "http://[fd00:ec2::254]/latest/api/token");
	}
}

static void can_be_switched_off(void **state)
{
	(void)state;
	assert_true(aws_imds_provider.applies(&(struct aws_environment){0}));
	assert_true(aws_imds_provider.applies(&(struct aws_environment){.imds_disabled = (char *)"false"}));
	assert_false(aws_imds_provider.applies(&(struct aws_environment){.imds_disabled = (char *)"true"}));
	assert_false(aws_imds_provider.applies(&(struct aws_environment){.imds_disabled = (char *)"TRUE"}));
}

static const struct trouble_row {
	struct fake_answer answers[3];
	size_t calls;
	const char *word;
} trouble_rows[] = {
    {{{0, ""}}, 1, "no route to host"},
    {{{403, "off"}}, 1, "status 403"},
    {{{200, "t"}, {404, "no role"}}, 2, "status 404"},
    {{{200, "t"}, {200, ""}}, 2, "role name"},
    {{{200, "t"}, {200, "../../x"}}, 2, "role name"},
    {{{200, "t"}, {200, "a\nb"}}, 2, "role name"},
    {{{200, "t"}, {200, "r"}, {200, "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}"}}, 3, "access key id is missing"},
};

static void stops_at_the_first_trouble(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof trouble_rows / sizeof trouble_rows[0]; i++) {
		const struct trouble_row *row = &trouble_rows[i];
		struct fake_http fake = FAKE_HTTP(row->answers[0], row->answers[1], row->answers[2]);
		const struct aws_environment environment = {0};
		struct aws_keys keys;
		struct err err = {0};
		assert_false(aws_imds_provider.fetch(&environment, &fake.client, &keys, &err));
		print_message("  %s\n", err.text);
		assert_non_null(strstr(err.text, row->word));
		assert_int_equal(fake.call_count, row->calls);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_a_token_then_the_role_then_its_keys),
	    cmocka_unit_test(goes_where_it_is_told),
	    cmocka_unit_test(can_be_switched_off),
	    cmocka_unit_test(stops_at_the_first_trouble),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
