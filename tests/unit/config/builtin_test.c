/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration that is driven by variables alone: the container's default. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "config/builtin.h"
#include "loading.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define TOPIC "arn:aws:sns:us-east-1:111122223333:root-alerts"

static int no_variables(void **state)
{
	static char *none[] = {NULL};
	(void)state;
	environ = none;
	return 0;
}

static struct config *load(void)
{
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
	struct config *config = config_load(NULL, CONFIG_FULL, &problems);
	assert_string_equal(strbuf_text(&problems), "");
	assert_non_null(config);
	return config;
}

static void without_a_key_nothing_starts_and_the_variable_is_named(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
	SCOPED(config) struct config *config = config_load(NULL, CONFIG_FULL, &problems);
	assert_null(config);
	assert_non_null(strstr(problems.data, "built-in configuration:"));
	assert_non_null(strstr(problems.data, "no API key may post events"));
	assert_non_null(strstr(problems.data, "ROOTWATCH_API_KEY is not set"));
	assert_ptr_equal(strchr(problems.data, '\n'), problems.data + problems.length - 1); /* one problem */
}

static void one_key_is_enough(void **state)
{
	(void)state;
	setenv("ROOTWATCH_API_KEY", KEY, 1);
	SCOPED(config) struct config *config = load();
	assert_string_equal(config->server.listen_host, "0.0.0.0");
	assert_null(config->server.certificate);
	assert_false(config->server.plaintext);
	assert_int_equal(config->server.api_key_count, 1);
	assert_string_equal(config->store_url, "sqlite:/var/lib/rootwatch/rootwatch.db");
	assert_int_equal(config->notifier_count, 1);
	assert_string_equal(config->notifiers[0].name, "log");
	assert_int_equal(config->skipped_count, 4 + 7); /* keys and notifiers */
	assert_int_equal(config->warning_count, 0);
}

/* A value for each variable that the document names, and what it must come to. */
static void every_variable_arrives(void **state)
{
	(void)state;
	static const char *const variables[][2] = {
	    {"ROOTWATCH_LISTEN", "127.0.0.1:9443"},
	    {"ROOTWATCH_TLS_CERTIFICATE", "/tls.crt"},
	    {"ROOTWATCH_TLS_PRIVATE_KEY", "/tls.key"},
	    {"ROOTWATCH_PLAINTEXT", "false"},
	    {"ROOTWATCH_API_KEY_HEADER", "authorization"},
	    {"ROOTWATCH_TRUSTED_PROXIES", "10.0.0.0/8, 192.168.0.0/16"},
	    {"ROOTWATCH_METRICS_LISTEN", ":9090"},
	    {"ROOTWATCH_API_KEY", KEY},
	    {"ROOTWATCH_API_KEY_SHA256", KEY KEY},
	    {"ROOTWATCH_API_KEY_2", "second-key-that-is-long"},
	    {"ROOTWATCH_READ_KEY", "reading-key-that-is-long"},
	    {"ROOTWATCH_ADMIN_KEY", "admin-key-that-is-long"},
	    {"ROOTWATCH_STORE", "sqlite:/data/x.db"},
	    {"ROOTWATCH_RETENTION", "30d"},
	    {"ROOTWATCH_ACK", "delivered"},
	    {"ROOTWATCH_ACCOUNTS", "111122223333=prod,444455556666=test"},
	    {"ROOTWATCH_MIN_SEVERITY", "high"},
	    {"ROOTWATCH_SNS_TOPIC_ARN", TOPIC},
	    {"ROOTWATCH_SNS_ENDPOINT_URL", "http://127.0.0.1:4566"},
	    {"ROOTWATCH_SNS_CA_FILE", "/sns.pem"},
	    {"ROOTWATCH_SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T0/B0/x"},
	    {"ROOTWATCH_SLACK_CA_FILE", "/slack.pem"},
	    {"ROOTWATCH_SMTP_URL", "smtps://mail.example.com"},
	    {"ROOTWATCH_SMTP_STARTTLS", "none"},
	    {"ROOTWATCH_SMTP_USERNAME", "user"},
	    {"ROOTWATCH_SMTP_PASSWORD", "pass: word"},
	    {"ROOTWATCH_SMTP_FROM", "rootwatch@example.com"},
	    {"ROOTWATCH_SMTP_TO", "a@example.com,b@example.com"},
	    {"ROOTWATCH_SMTP_CA_FILE", "/mail.pem"},
	    {"ROOTWATCH_WEBHOOK_URL", "https://soar.example.com/in"},
	    {"ROOTWATCH_WEBHOOK_SECRET", "whsec_new, whsec_old"},
	    {"ROOTWATCH_WEBHOOK_CA_FILE", "/webhook.pem"},
	    {"ROOTWATCH_PAGERDUTY_ROUTING_KEY", "0123456789abcdef"},
	    {"ROOTWATCH_TEAMS_WEBHOOK_URL", "https://x.logic.azure.com/workflows/x"},
	    {"ROOTWATCH_SYSLOG_URL", "tls://siem.example.com:6514"},
	    {"ROOTWATCH_SYSLOG_CA_FILE", "/siem.pem"},
	};
	size_t references = 0;
	for (const char *at = config_builtin; (at = strstr(at, "${ROOTWATCH_")) != NULL; at++)
		references++;
	assert_int_equal(references, LENGTH(variables) + 7); /* the severity has eight places */
	for (size_t i = 0; i < LENGTH(variables); i++)
		setenv(variables[i][0], variables[i][1], 1);

	SCOPED(config) struct config *config = load();
	assert_int_equal(config->skipped_count, 0);
	assert_string_equal(config->server.listen_host, "127.0.0.1");
	assert_string_equal(config->server.certificate, "/tls.crt");
	assert_string_equal(config->server.private_key, "/tls.key");
	assert_string_equal(config->server.api_key_header, "authorization");
	assert_int_equal(config->server.trusted_proxy_count, 2);
	assert_string_equal(config->server.metrics_listen, ":9090");
	assert_int_equal(config->server.api_key_count, 5);
	assert_int_equal(config->server.api_keys[3].role, ROLE_READ);
	assert_int_equal(config->server.api_keys[4].role, ROLE_ADMIN);
	assert_string_equal(config->store_url, "sqlite:/data/x.db");
	assert_int_equal(config->retention_ms, INT64_C(30) * 24 * 60 * 60 * 1000);
	assert_int_equal(config->ack, ACK_DELIVERED);
	assert_int_equal(config->policy.account_count, 2);
	assert_int_equal(config->notifier_count, 8);
	for (size_t i = 0; i < config->notifier_count; i++)
		assert_int_equal(config->notifiers[i].min_severity, SEVERITY_HIGH);
	const struct settings *sns = &config->notifiers[1].settings, *slack = &config->notifiers[2].settings,
	                      *email = &config->notifiers[3].settings;
	assert_string_equal(settings_text(sns, "topic_arn"), TOPIC);
	assert_string_equal(settings_text(sns, "endpoint_url"), "http://127.0.0.1:4566");
	assert_string_equal(settings_text(sns, "ca_file"), "/sns.pem");
	assert_string_equal(settings_text(slack, "webhook_url"), "https://hooks.slack.com/services/T0/B0/x");
	assert_string_equal(settings_text(slack, "ca_file"), "/slack.pem");
	assert_string_equal(settings_text(email, "smtp_url"), "smtps://mail.example.com");
	assert_string_equal(settings_text(email, "starttls"), "none");
	assert_string_equal(settings_text(email, "username"), "user");
	assert_string_equal(settings_text(email, "password"), "pass: word");
	assert_string_equal(settings_text(email, "from"), "rootwatch@example.com");
	assert_int_equal(settings_list(email, "to")->count, 2);
	assert_string_equal(settings_text(email, "ca_file"), "/mail.pem");
	static const struct {
		size_t place;
		const char *setting, *text;
	} others[] = {
	    {4, "webhook_url", "https://soar.example.com/in"},
	    {4, "secret", "whsec_new"},
	    {4, "ca_file", "/webhook.pem"},
	    {5, "routing_key", "0123456789abcdef"},
	    {6, "webhook_url", "https://x.logic.azure.com/workflows/x"},
	    {7, "url", "tls://siem.example.com:6514"},
	    {7, "ca_file", "/siem.pem"},
	};
	for (size_t i = 0; i < LENGTH(others); i++)
		assert_string_equal(settings_text(&config->notifiers[others[i].place].settings, others[i].setting),
		                    others[i].text);
	assert_int_equal(settings_list(&config->notifiers[4].settings, "secret")->count, 2);
}

/* A wrong value is told by the setting that it ends in, and where that stands in the document. */
static void a_wrong_value_is_told(void **state)
{
	(void)state;
	setenv("ROOTWATCH_API_KEY", KEY, 1);
	setenv("ROOTWATCH_ACK", "never", 1);
	setenv("ROOTWATCH_SLACK_WEBHOOK_URL", "hooks.slack.com/services/secret", 1);
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
	SCOPED(config) struct config *config = config_load(NULL, CONFIG_FULL, &problems);
	assert_null(config);
	assert_non_null(strstr(problems.data, ": ack must be one of durable, delivered\n"));
	assert_non_null(strstr(problems.data, ": webhook_url must be a URL that begins with https://"));
	assert_null(strstr(problems.data, "secret"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(without_a_key_nothing_starts_and_the_variable_is_named, no_variables),
	    cmocka_unit_test_setup(one_key_is_enough, no_variables),
	    cmocka_unit_test_setup(every_variable_arrives, no_variables),
	    cmocka_unit_test_setup(a_wrong_value_is_told, no_variables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
