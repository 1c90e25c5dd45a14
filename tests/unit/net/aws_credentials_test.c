/* SPDX-License-Identifier: Apache-2.0 */
/* Which source decides, when it is asked again, and what is said when there is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "fake_http.h"
#include "net/aws_credentials.h"

#define KEYS(id, end) \
	"{\"AccessKeyId\":\"" id "\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"" end "\"}"
#define FAR  "2099-01-01T00:00:00Z"
#define PAST "2020-01-01T00:00:00Z"
#define STS                                                                           \
	"<Credentials><AccessKeyId>sts</AccessKeyId><SecretAccessKey>s</SecretAccessKey>" \
	"<SessionToken>t</SessionToken><Expiration>" FAR "</Expiration></Credentials>"
#define CONTAINER "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/x"
#define NO_IMDS   "AWS_EC2_METADATA_DISABLED=true"
#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { THREADS = 8, SLOW_US = 200 * 1000 };

static char home[] = "/tmp/rootwatch-aws-XXXXXX";
static char home_variable[128], profile_path[64], token_path[64], token_variable[128];

static struct aws_credentials *open_chain(struct fake_http *fake, const char *const *variables)
{
	fake_set_environment(variables);
	struct aws_credentials *credentials = aws_credentials_open(fake_look_up, &fake->client, NULL);
	assert_non_null(credentials);
	return credentials;
}

static const char *key_id(struct aws_credentials *credentials, bool renew)
{
	static struct aws_keys keys;
	struct err err;
	return aws_credentials_get(credentials, renew, &keys, &err) ? keys.access_key_id : "none";
}

/* Every row has what the rows below it have: the first source wins. */
static void asks_in_the_sdks_order(void **state)
{
	(void)state;
	const struct order_row {
		const char *const *variables;
		struct fake_answer answer;
		const char *key_id;
	} rows[] = {
	    {LIST("AWS_ACCESS_KEY_ID=env", "AWS_SECRET_ACCESS_KEY=s", token_variable, "AWS_ROLE_ARN=r", home_variable,
	          CONTAINER),
	     {200, STS},
	     "env"},
	    {LIST(token_variable, "AWS_ROLE_ARN=r", home_variable, CONTAINER), {200, STS}, "sts"},
	    {LIST(home_variable, CONTAINER), {200, KEYS("container", FAR)}, "profile"},
	    {LIST(CONTAINER), {200, KEYS("container", FAR)}, "container"},
	    {LIST("AWS_ACCESS_KEY_ID=", CONTAINER), {200, KEYS("container", FAR)}, "container"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fake_http fake = FAKE_HTTP(rows[i].answer);
		struct aws_credentials *credentials = open_chain(&fake, rows[i].variables);
		assert_string_equal(key_id(credentials, false), rows[i].key_id);
		aws_credentials_close(credentials);
	}
}

static void ends_with_the_instance(void **state)
{
	(void)state;
	struct fake_http fake = FAKE_HTTP({200, "token"}, {200, "role"}, {200, KEYS("imds", FAR)});
	struct aws_credentials *credentials = open_chain(&fake, LIST(NULL));
	assert_string_equal(key_id(credentials, false), "imds");
	aws_credentials_close(credentials);
}

static const struct broken_row {
	const char *const *variables;
	const char *words[3];
	size_t calls;
} broken_rows[] = {
    {LIST("AWS_ACCESS_KEY_ID=env"), {"AWS credentials: environment: ", "secret access key is missing"}, 0},
    {LIST("AWS_ACCESS_KEY_ID=a b", "AWS_SECRET_ACCESS_KEY=s"), {"environment: ", "blank"}, 0},
    {LIST("AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=s\n"), {"environment: ", "line break"}, 0},
    {LIST("AWS_WEB_IDENTITY_TOKEN_FILE=/nonexistent/token", "AWS_ROLE_ARN=r"),
     {"web identity: ", "/nonexistent/token"},
     0},
    {LIST("AWS_WEB_IDENTITY_TOKEN_FILE=/nonexistent/token"), {"web identity: ", "AWS_ROLE_ARN"}, 0},
    {LIST("AWS_PROFILE=soc"), {"shared profile: profile soc: ", "no such profile"}, 0},
    {LIST("AWS_SHARED_CREDENTIALS_FILE=/nonexistent/file"), {"shared profile: ", "/nonexistent/file"}, 0},
    {LIST(CONTAINER), {"container endpoint: ", "no route to host"}, 1},
    {LIST(NULL),
     {"no AWS credentials: instance metadata: no route to host; not configured: ",
      "environment, web identity, shared profile, container endpoint"},
     1},
    {LIST(NO_IMDS),
     {"no AWS credentials: not configured: ",
      "environment, web identity, shared profile, container endpoint, instance metadata"},
     0},
};

static void names_a_broken_source_and_looks_no_further(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof broken_rows / sizeof broken_rows[0]; i++) {
		const struct broken_row *row = &broken_rows[i];
		struct fake_http fake = FAKE_HTTP({0, ""});
		struct aws_credentials *credentials = open_chain(&fake, row->variables);
		struct aws_keys keys;
		struct err err = {0};
		assert_false(aws_credentials_get(credentials, false, &keys, &err));
		print_message("  %s\n", err.text);
		for (size_t j = 0; row->words[j]; j++)
			assert_non_null(strstr(err.text, row->words[j]));
		assert_int_equal(fake.call_count, row->calls);
		aws_credentials_close(credentials);
	}
}

static void keeps_keys_until_they_are_old(void **state)
{
	(void)state;
	struct fake_http fake = FAKE_HTTP({200, KEYS("first", FAR)}, {200, KEYS("second", FAR)});
	struct aws_credentials *credentials = open_chain(&fake, LIST(CONTAINER));
	assert_string_equal(key_id(credentials, false), "first");
	assert_string_equal(key_id(credentials, false), "first");
	assert_int_equal(fake.call_count, 1);
	assert_string_equal(key_id(credentials, true), "second");
	assert_int_equal(fake.call_count, 2);
	aws_credentials_close(credentials);
}

/* Metadata services hand out keys past their date during an outage, and AWS takes them. */
static void uses_keys_that_came_expired_and_asks_again(void **state)
{
	(void)state;
	struct fake_http fake = FAKE_HTTP({200, KEYS("stale", PAST)}, {200, KEYS("fresh", FAR)});
	struct aws_credentials *credentials = open_chain(&fake, LIST(CONTAINER));
	assert_string_equal(key_id(credentials, false), "stale");
	assert_string_equal(key_id(credentials, false), "fresh");
	aws_credentials_close(credentials);
}

static void goes_on_with_good_keys_when_fetching_fails(void **state)
{
	(void)state;
	struct fake_http fake = FAKE_HTTP({200, KEYS("good", FAR)}, {500, "trouble"});
	struct aws_credentials *credentials = open_chain(&fake, LIST(CONTAINER));
	assert_string_equal(key_id(credentials, false), "good");
	assert_string_equal(key_id(credentials, true), "none"); /* they were refused: there is nothing to go on with */
	assert_string_equal(key_id(credentials, false), "good");
	assert_int_equal(fake.call_count, 2);
	aws_credentials_close(credentials);
}

static void does_not_go_on_with_expired_keys(void **state)
{
	(void)state;
	struct fake_http fake = FAKE_HTTP({200, KEYS("stale", PAST)}, {500, "trouble"});
	struct aws_credentials *credentials = open_chain(&fake, LIST(CONTAINER));
	assert_string_equal(key_id(credentials, false), "stale");
	assert_string_equal(key_id(credentials, false), "none");
	aws_credentials_close(credentials);
}

enum { NOW_S = 1000000, HOUR_S = 3600 };

static const struct plan_row {
	const char *id;
	int64_t expires_s;
	bool fresh;
	int64_t fetch_s;
} plan_rows[] = {
    {"", 0, false, NOW_S},
    {"k", 0, true, INT64_MAX},
    {"k", 0, false, NOW_S + 30},
    {"k", NOW_S + HOUR_S, true, NOW_S + HOUR_S - 300},
    {"k", NOW_S + HOUR_S, false, NOW_S + 30},
    {"k", NOW_S + 300, true, NOW_S + 30},
    {"k", NOW_S + 20, true, NOW_S + 20},
    {"k", NOW_S - 20, true, NOW_S - 20},
    {"k", NOW_S - 20, false, NOW_S - 20},
};

static void plans_the_next_fetch(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof plan_rows / sizeof plan_rows[0]; i++) {
		struct aws_keys keys = {.expires_s = plan_rows[i].expires_s};
		snprintf(keys.access_key_id, sizeof keys.access_key_id, "%s", plan_rows[i].id);
		assert_int_equal(aws_next_fetch_s(&keys, plan_rows[i].fresh, NOW_S), plan_rows[i].fetch_s);
	}
}

struct crowd {
	struct aws_credentials *credentials;
	pthread_barrier_t start;
};

static void *get_keys(void *data)
{
	struct crowd *crowd = data;
	struct aws_keys keys;
	pthread_barrier_wait(&crowd->start);
	return aws_credentials_get(crowd->credentials, false, &keys, NULL) ? data : NULL;
}

static size_t count_successes(struct fake_http *fake)
{
	struct crowd crowd = {.credentials = open_chain(fake, LIST(CONTAINER))};
	pthread_barrier_init(&crowd.start, NULL, THREADS);
	pthread_t threads[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, get_keys, &crowd), 0);
	size_t successes = 0;
	for (size_t i = 0; i < THREADS; i++) {
		void *got;
		pthread_join(threads[i], &got);
		successes += got != NULL;
	}
	pthread_barrier_destroy(&crowd.start);
	aws_credentials_close(crowd.credentials);
	return successes;
}

static void fetches_once_for_a_crowd(void **state)
{
	(void)state;
	struct fake_http good = FAKE_HTTP({200, KEYS("shared", FAR)});
	good.delay_us = SLOW_US;
	assert_int_equal(count_successes(&good), THREADS);
	assert_int_equal(good.call_count, 1);
	struct fake_http bad = FAKE_HTTP({500, "trouble"});
	bad.delay_us = SLOW_US;
	assert_int_equal(count_successes(&bad), 0);
	assert_true(bad.call_count < THREADS); /* those who waited share the failure */
}

static int write_files(void **state)
{
	(void)state;
	if (!mkdtemp(home))
		return -1;
	snprintf(home_variable, sizeof home_variable, "AWS_SHARED_CREDENTIALS_FILE=%s/credentials", home);
	snprintf(profile_path, sizeof profile_path, "%s/credentials", home);
	snprintf(token_path, sizeof token_path, "%s/token", home);
	snprintf(token_variable, sizeof token_variable, "AWS_WEB_IDENTITY_TOKEN_FILE=%s", token_path);
	fake_write_file(profile_path, "[default]\naws_access_key_id = profile\naws_secret_access_key = s\n");
	fake_write_file(token_path, "header.payload.signature");
	return 0;
}

static int remove_files(void **state)
{
	(void)state;
	unlink(profile_path);
	unlink(token_path);
	return rmdir(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(asks_in_the_sdks_order),
	    cmocka_unit_test(ends_with_the_instance),
	    cmocka_unit_test(names_a_broken_source_and_looks_no_further),
	    cmocka_unit_test(keeps_keys_until_they_are_old),
	    cmocka_unit_test(uses_keys_that_came_expired_and_asks_again),
	    cmocka_unit_test(goes_on_with_good_keys_when_fetching_fails),
	    cmocka_unit_test(does_not_go_on_with_expired_keys),
	    cmocka_unit_test(plans_the_next_fetch),
	    cmocka_unit_test(fetches_once_for_a_crowd),
	};
	return cmocka_run_group_tests(tests, write_files, remove_files);
}
