/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration as a whole: where it comes from, how much of it is read, and what it must not do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "loading.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { DOCUMENT_MAX_BYTES = 4 * 1024 * 1024 };

/* A file of this text; its path, good until the next call. Removed at the end of the test program. */
static const char *file_of(const char *text)
{
	static char path[64];
	snprintf(path, sizeof path, "/tmp/rootwatch-config-%d.yaml", (int)getpid());
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	return path;
}

static int remove_file(void **state)
{
	(void)state;
	return remove(file_of(""));
}

static void assert_file_refused(const char *path, const char *expected)
{
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
	SCOPED(config) struct config *config = config_load(path, CONFIG_FULL, &problems);
	assert_null(config);
	assert_string_equal(strbuf_text(&problems), expected);
}

static void a_file_goes_before_the_environment(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
	setenv("ROOTWATCH_CONFIG", "{", 1);
	const char *path = file_of(SERVER "ack: delivered\n");
	SCOPED(config) struct config *config = config_load(path, CONFIG_FULL, &problems);
	assert_string_equal(strbuf_text(&problems), "");
	assert_int_equal(config->ack, ACK_DELIVERED);
	assert_string_equal(config->origin, path);
}

static void a_file_is_named_in_front_of_what_is_wrong_with_it(void **state)
{
	(void)state;
	char expected[256];
	const char *path = file_of(SERVER "ack: durabel\nstor: {}\n");
	snprintf(expected, sizeof expected,
	         "%s:2:6: ack must be one of durable, delivered; did you mean \"durable\"?\n"
	         "%s:3:1: the configuration has no key \"stor\"; did you mean \"store\"?\n",
	         path, path);
	assert_file_refused(path, expected);
}

static void a_file_that_cannot_be_read_is_said_so(void **state)
{
	(void)state;
	assert_file_refused("/nonexistent/rootwatch.yaml",
	                    "/nonexistent/rootwatch.yaml: cannot read it: No such file or directory\n");
	assert_file_refused("/tmp", "/tmp: cannot read it: Is a directory\n");
}

static void a_file_may_be_large_but_not_without_end(void **state)
{
	(void)state;
	SCOPED(text) char *text = malloc(DOCUMENT_MAX_BYTES + 2);
	assert_non_null(text);
	memset(text, '#', DOCUMENT_MAX_BYTES + 1);
	memcpy(text, SERVER, sizeof SERVER - 1);
	text[DOCUMENT_MAX_BYTES] = '\0';
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
	SCOPED(config) struct config *config = config_load(file_of(text), CONFIG_FULL, &problems);
	assert_non_null(config);

	char expected[128];
	text[DOCUMENT_MAX_BYTES] = '#';
	text[DOCUMENT_MAX_BYTES + 1] = '\0';
	const char *path = file_of(text);
	snprintf(expected, sizeof expected, "%s: too large for a configuration\n", path);
	assert_file_refused(path, expected);
}

static void fifteen_thousand_accounts_fit(void **state)
{
	(void)state;
	enum { ACCOUNTS = 15000 };
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(DOCUMENT_MAX_BYTES);
	strbuf_puts(&text, SERVER "accounts:\n");
	for (int i = 0; i < ACCOUNTS; i++)
		strbuf_printf(&text, "  \"%012d\": account-%d\n", i, i);
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
	SCOPED(config) struct config *config = config_load(file_of(text.data), CONFIG_FULL, &problems);
	assert_string_equal(strbuf_text(&problems), "");
	assert_int_equal(config->policy.account_count, ACCOUNTS);
	assert_string_equal(policy_account_name(&config->policy, "000000014999"), "account-14999");
}

static void an_empty_variable_is_no_configuration(void **state)
{
	(void)state;
	static const char *const builtin[] = {"ROOTWATCH_LISTEN", "ROOTWATCH_API_KEY", "ROOTWATCH_ACCOUNTS"};
	for (size_t i = 0; i < LENGTH(builtin); i++)
		unsetenv(builtin[i]);
	setenv("ROOTWATCH_CONFIG", "", 1);
	setenv("ROOTWATCH_API_KEY", KEY, 1);
	setenv("ROOTWATCH_ACCOUNTS", "111122223333=prod", 1);
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
	SCOPED(config) struct config *config = config_load(NULL, CONFIG_FULL, &problems);
	assert_string_equal(strbuf_text(&problems), "");
	assert_string_equal(config->origin, "built-in configuration");
	assert_int_equal(config->server.api_key_count, 1);
	assert_int_equal(config->server.listen_port, 8443);
	assert_string_equal(policy_account_name(&config->policy, "111122223333"), "prod");
}

/* Reading one file for three purposes: what a purpose does not need is neither required nor expanded. */
static void a_command_reads_what_it_needs(void **state)
{
	(void)state;
	static const char text[] =
	    "store: { url: \"sqlite:${ROOTWATCH_TEST_DIR}/x.db\", retention: \"${NOT_SET_AT_ALL}\" }\n"
	    "server: { listen: \"${NOT_SET_AT_ALL}\" }\n"
	    "notifiers: [{ name: a, type: slack, webhook_url: \"${NOT_SET_AT_ALL}\" }]\n";
	setenv("ROOTWATCH_TEST_DIR", "/var/lib", 1);
	SCOPED(config) struct config *store = load_good(text, CONFIG_STORE);
	assert_string_equal(store->store_url, "sqlite:/var/lib/x.db");
	assert_int_equal(store->notifier_count, 0);
	unsetenv("ROOTWATCH_TEST_DIR");
	SCOPED(config) struct config *judging = load_good(text, CONFIG_JUDGING);
	assert_int_equal(judging->policy.rule_count, 0);
	setenv("ROOTWATCH_TEST_DIR", "/var/lib", 1);
	SCOPED(config) struct config *history = load_good(text, CONFIG_HISTORY);
	assert_string_equal(history->store_url, "sqlite:/var/lib/x.db");
	unsetenv("ROOTWATCH_TEST_DIR");
	assert_refused(text, CONFIG_FULL,
	               "1:15: url: ROOTWATCH_TEST_DIR is not set\n"
	               "1:63: retention: NOT_SET_AT_ALL is not set\n"
	               "2:9: server needs \"api_keys\"\n"
	               "2:19: listen: NOT_SET_AT_ALL is not set\n"
	               "3:50: webhook_url: NOT_SET_AT_ALL is not set\n");
	assert_refused("policy: { timezone: Nowhere }\nstore: { url: x }\n", CONFIG_JUDGING,
	               "1:21: timezone must be a time zone that this system knows (package tzdata), such as "
	               "Europe/Berlin\n");
	assert_refused("policy: { timezone: Nowhere }\nstore: { url: x }\n", CONFIG_STORE,
	               "2:15: url must be \"sqlite:\" and a path, such as sqlite:/var/lib/rootwatch/rootwatch.db\n");
}

static void aliases_are_what_they_name(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config = load_good("server: { api_keys: [{ name: &name eventbridge, value: &key " KEY " }] }\n"
	                                  "policy:\n"
	                                  "  routine:\n"
	                                  "    - { name: one, source_ips: &office [203.0.113.0/24, 198.51.100.7] }\n"
	                                  "    - { name: two, mfa: true, source_ips: *office }\n"
	                                  "notifiers: [{ name: *name, type: log }]\n",
	                                  CONFIG_FULL);
	assert_int_equal(config->policy.rules[1].source_ip_count, 2);
	assert_true(cidr_contains(&config->policy.rules[1].source_ips[1], "198.51.100.7"));
	assert_string_equal(config->notifiers[0].name, "eventbridge");
	/* What is wrong stands where it is written. */
	assert_refused(SERVER "policy:\n"
	                      "  routine:\n"
	                      "    - { name: one, source_ips: &office [everywhere] }\n"
	                      "    - { name: two, source_ips: *office }\n",
	               CONFIG_FULL,
	               "4:41: source_ips must be a list of addresses or networks such as 203.0.113.0/24\n"
	               "4:41: source_ips must be a list of addresses or networks such as 203.0.113.0/24\n");
}

static void the_document_itself_may_be_wrong(void **state)
{
	(void)state;
	assert_refused("- a list\n", CONFIG_FULL,
	               "1:1: the configuration must be a mapping of keys to values, not a list\n");
	assert_refused("text\n", CONFIG_FULL, "1:1: the configuration must be a mapping of keys to values, not a text\n");
	assert_refused(SERVER "server: {}\n", CONFIG_FULL, "2:1: the key \"server\" stands here twice, first in line 1\n");
	assert_refused(SERVER "ack: !secret x\n", CONFIG_FULL, "2:6: unknown YAML tag\n");
}

static void a_hundred_mistakes_are_told_and_the_rest_counted(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(LOADING_PROBLEMS_BYTES), problems = STRBUF_INIT(text.limit);
	strbuf_puts(&text, SERVER "notifiers:\n");
	for (int i = 0; i < 150; i++)
		strbuf_printf(&text, "  - { name: n%d, type: carrier-pigeon }\n", i);
	setenv("ROOTWATCH_CONFIG", text.data, 1);
	SCOPED(config) struct config *config = config_load(NULL, CONFIG_FULL, &problems);
	assert_null(config);
	assert_non_null(strstr(problems.data, "ROOTWATCH_CONFIG:102:"));
	assert_null(strstr(problems.data, "ROOTWATCH_CONFIG:103:"));
	assert_non_null(strstr(problems.data, "\nROOTWATCH_CONFIG: and 50 more problems\n"));
}

static void what_is_in_the_configuration_outlives_the_reading(void **state)
{
	(void)state;
	setenv("ROOTWATCH_TEST_TOPIC", "arn:aws:sns:us-east-1:111122223333:root-alerts", 1);
	SCOPED(config)
	struct config *config =
	    load_good(SERVER "notifiers:\n"
	                     "  - { name: a, type: sns, topic_arn: \"${ROOTWATCH_TEST_TOPIC}\" }\n"
	                     "  - { name: b, type: log, optional: true, format: \"${NOT_SET_AT_ALL}\" }\n"
	                     "policy: { routine: [{ name: \"${ROOTWATCH_TEST_TOPIC}\" }] }\n",
	              CONFIG_FULL);
	setenv("ROOTWATCH_TEST_TOPIC", "overwritten", 1);
	setenv("ROOTWATCH_CONFIG", "overwritten", 1);
	assert_string_equal(settings_text(&config->notifiers[0].settings, "topic_arn"),
	                    "arn:aws:sns:us-east-1:111122223333:root-alerts");
	assert_string_equal(config->policy.rules[0].name, "arn:aws:sns:us-east-1:111122223333:root-alerts");
	assert_string_equal(config->skipped[0], "b: NOT_SET_AT_ALL is not set");
	assert_string_equal(config->warnings[0],
	                    "routine rule \"arn:aws:sns:us-east-1:111122223333:root-alerts\" has no condition but accounts "
	                    "and time limit: it makes nearly everything routine");
	assert_string_equal(config->origin, "ROOTWATCH_CONFIG");
	config_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_goes_before_the_environment),
	    cmocka_unit_test(a_file_is_named_in_front_of_what_is_wrong_with_it),
	    cmocka_unit_test(a_file_that_cannot_be_read_is_said_so),
	    cmocka_unit_test(a_file_may_be_large_but_not_without_end),
	    cmocka_unit_test(fifteen_thousand_accounts_fit),
	    cmocka_unit_test(an_empty_variable_is_no_configuration),
	    cmocka_unit_test(a_command_reads_what_it_needs),
	    cmocka_unit_test(aliases_are_what_they_name),
	    cmocka_unit_test(the_document_itself_may_be_wrong),
	    cmocka_unit_test(a_hundred_mistakes_are_told_and_the_rest_counted),
	    cmocka_unit_test(what_is_in_the_configuration_outlives_the_reading),
	};
	return cmocka_run_group_tests(tests, NULL, remove_file);
}
