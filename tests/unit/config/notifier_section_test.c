/* SPDX-License-Identifier: Apache-2.0 */
/* `notifiers:` as they are read: what every entry takes, and what the table of its type asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "loading.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define TOPIC    "\"arn:aws:sns:us-east-1:111122223333:root-alerts\""
#define WEBHOOK  "https://hooks.slack.com/services/T0/B0/verysecret"
#define ONE(...) SERVER "notifiers: [{ " __VA_ARGS__ " }]\n" /* stands in line 2 from column 13 */

static struct config *load(const char *text)
{
	return load_good(text, CONFIG_FULL);
}

static void assert_problems(const char *text, const char *expected)
{
	assert_refused(text, CONFIG_FULL, expected);
}

static void what_is_not_said_has_a_default(void **state)
{
	(void)state;
	SCOPED(config) struct config *config = load(ONE("name: terminal, type: log"));
	assert_int_equal(config->notifier_count, 1);
	const struct notifier_config *notifier = &config->notifiers[0];
	assert_string_equal(notifier->name, "terminal");
	assert_ptr_equal(notifier->type, notifier_type_find("log"));
	assert_int_equal(notifier->min_severity, SEVERITY_LOW);
	assert_int_equal(notifier->account_count, 0);
	assert_int_equal(notifier->verdicts, 1u << VERDICT_ROUTINE | 1u << VERDICT_ANOMALY);
	assert_int_equal(notifier->timeout_ms, 5000);
	assert_int_equal(notifier->interval_ms, 0);
	assert_string_equal(settings_text(&notifier->settings, "format"), "auto");
}

static void what_is_said_is_done(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config = load(SERVER "accounts: { 111122223333: prod }\n"
	                                    "notifiers:\n"
	                                    "  - name: a\n"
	                                    "    type: log\n"
	                                    "    format: text\n"
	                                    "    min_severity: critical\n"
	                                    "    accounts: [prod, 444455556666]\n"
	                                    "    verdicts: anomaly\n"
	                                    "    timeout: 100ms\n"
	                                    "    rate: 60/m\n"
	                                    "  - { name: b, type: log, verdicts: [routine], timeout: 5m }\n");
	const struct notifier_config *notifiers = config->notifiers;
	assert_int_equal(config->notifier_count, 2);
	assert_int_equal(notifiers[0].min_severity, SEVERITY_CRITICAL);
	assert_int_equal(notifiers[0].account_count, 2);
	assert_string_equal(notifiers[0].accounts[0], "prod");
	assert_string_equal(notifiers[0].accounts[1], "444455556666");
	assert_int_equal(notifiers[0].verdicts, 1u << VERDICT_ANOMALY);
	assert_int_equal(notifiers[0].timeout_ms, 100);
	assert_int_equal(notifiers[0].interval_ms, 1000);
	assert_string_equal(settings_text(&notifiers[0].settings, "format"), "text");
	assert_int_equal(notifiers[1].verdicts, 1u << VERDICT_ROUTINE);
	assert_int_equal(notifiers[1].timeout_ms, 300000);
}

static void settings_are_texts_lists_and_defaults(void **state)
{
	(void)state;
	setenv("ROOTWATCH_TEST_TO", "a@example.com, b@example.com", 1);
	SCOPED(config)
	struct config *config = load(SERVER "notifiers:\n"
	                                    "  - { name: m, type: email, smtp_url: \"smtp://mail.example.com:587\", from: "
	                                    "r@example.com, to: \"${ROOTWATCH_TEST_TO}\", username: \"\" }\n"
	                                    "  - { name: s, type: slack, webhook_url: \"" WEBHOOK "\" }\n"
	                                    "  - { name: f, type: slack, webhook_url: \"" WEBHOOK "\", rate: 1000/h }\n");
	const struct settings *mail = &config->notifiers[0].settings;
	assert_string_equal(settings_text(mail, "smtp_url"), "smtp://mail.example.com:587");
	assert_int_equal(settings_list(mail, "to")->count, 2);
	assert_string_equal(settings_list(mail, "to")->texts[1], "b@example.com");
	assert_string_equal(settings_text(mail, "starttls"), "required");
	assert_null(settings_text(mail, "username"));
	assert_null(settings_text(mail, "password"));
	assert_string_equal(settings_text(&config->notifiers[1].settings, "webhook_url"), WEBHOOK);
	assert_int_equal(config->notifiers[1].interval_ms, 1000); /* the type's own rate */
	assert_int_equal(config->notifiers[2].interval_ms, 3600);
}

static void every_mistake_is_told_with_its_place(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf expected = STRBUF_INIT(4096);
	strbuf_puts(&expected, "3:22: type must be one of ");
	for (size_t i = 0; notifier_types[i]; i++)
		strbuf_printf(&expected, "%s%s", i > 0 ? ", " : "", notifier_types[i]->name);
	strbuf_puts(
	    &expected,
	    "; did you mean \"slack\"?\n"
	    "4:5: a notifier of type sns needs \"topic_arn\"\n"
	    "5:42: webhook_url must be a URL that begins with https:// (http:// only to a loopback address)\n"
	    "6:27: a notifier of type log has no key \"colour\", only optional, name, type, min_severity, accounts, "
	    "verdicts, timeout, rate, format\n"
	    "6:40: a notifier of type log has no key \"min_severty\"; did you mean \"min_severity\"?\n"
	    "6:66: format must be one of auto, text, json; did you mean \"text\"?\n"
	    "7:39: smtp_url must be smtp://host:port or smtps://host:port\n"
	    "7:63: from must be a text, not a list\n"
	    "7:72: to must be a list of texts, not a mapping\n"
	    "8:38: topic_arn is empty\n"
	    "8:56: endpoint_url must be a URL that begins with https:// (http:// only to a loopback address), not a "
	    "list\n"
	    "9:5: a notifier needs \"type\"\n"
	    "10:5: a notifier needs \"name\"\n"
	    "11:5: a notifier must be a mapping of keys to values, not a text\n");
	assert_problems(SERVER "notifiers:\n"
	                       "  - { name: a, type: slak }\n"
	                       "  - { name: b, type: sns }\n"
	                       "  - { name: c, type: slack, webhook_url: \"http://hooks.slack.com/services/T/B/secret\" }\n"
	                       "  - { name: d, type: log, colour: red, min_severty: low, format: texts }\n"
	                       "  - { name: e, type: email, smtp_url: mail.example.com, from: [a], to: { b: c } }\n"
	                       "  - { name: f, type: sns, topic_arn: \"\", endpoint_url: [x] }\n"
	                       "  - { name: g }\n"
	                       "  - { type: log }\n"
	                       "  - log\n",
	                strbuf_text(&expected));
}

static void the_common_keys_are_checked(void **state)
{
	(void)state;
	static const struct {
		const char *keys, *problem;
	} rows[] = {
	    {"min_severity: hihg", "min_severity must be one of info, low, medium, high, critical; did you mean \"high\"?"},
	    {"verdicts: [anomaly, anything]", "verdicts must be one of routine, anomaly"},
	    {"verdicts: not_root", "verdicts must be one of routine, anomaly"}, /* nobody is told of those */
	    {"accounts: prod", "accounts must be a list of account ids or of names given under accounts"},
	    {"timeout: 99ms", "timeout must be a duration from 100ms to 5m"},
	    {"timeout: 301s", "timeout must be a duration from 100ms to 5m"},
	    {"timeout: 5", "timeout must be a duration from 100ms to 5m"},
	    {"rate: fast", "rate must be a rate such as 1/s, 60/m or 1000/h"},
	    {"rate: 0/s", "rate must be a rate such as 1/s, 60/m or 1000/h"},
	    {"optional: maybe", "optional must be true or false"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
		char text[512];
		snprintf(text, sizeof text, ONE("name: x, type: log, %s"), rows[i].keys);
		SCOPED(config) struct config *config = load_any(text, CONFIG_FULL, &problems);
		assert_null(config);
		const char *sentence = strstr(strbuf_text(&problems), ": ");
		assert_non_null(sentence);
		assert_memory_equal(problems.data, "2:", 2);
		assert_memory_equal(sentence + 2, rows[i].problem, strlen(rows[i].problem));
		assert_string_equal(sentence + 2 + strlen(rows[i].problem), "\n"); /* and that is all */
	}
}

static void names_are_good_for_logs_and_given_once(void **state)
{
	(void)state;
	assert_problems(SERVER "notifiers:\n"
	                       "  - { name: a, type: log }\n"
	                       "  - { name: a, type: log, optional: true }\n"
	                       "  - { name: \"a b\", type: log }\n",
	                "4:13: the name \"a\" is taken already\n"
	                "5:13: name must be at most 63 letters, digits, '.', '_' and '-'\n");
}

static void no_secret_is_in_a_sentence(void **state)
{
	(void)state;
	setenv("ROOTWATCH_TEST_SECRET", "verysecret\nverysecret", 1);
	static const char *const texts[] = {
	    ONE("name: x, type: slack, webhook_url: \"http://hooks.slack.com/verysecret\""),
	    ONE("name: x, type: slack, webhook_url: [\"verysecret\"]"),
	    ONE("name: x, type: slack, webhook_url: { verysecret: verysecret }"),
	    ONE("name: x, type: slack, webhook_url: \"https://x/verysecret${NOT_SET_AT_ALL}\""),
	    ONE("name: x, type: slack, webhook_url: \"${ROOTWATCH_TEST_SECRET}\""),
	    ONE("name: x, type: slack, webhook_url: 'https://x/verysecret"),
	    ONE("name: x, type: slack, webhook_url: \"https://x/verysecret\\q\""),
	    ONE("name: x, type: log, password: verysecret"),
	    ONE("name: x, type: verysecret"),
	    ONE("name: \"very secret verysecret\", type: log"),
	    ONE("name: x, type: email, smtp_url: \"smtp://u:verysecret@mail.example.com:587/x\", from: a, to: b"),
	};
	for (size_t i = 0; i < LENGTH(texts); i++) {
		SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(LOADING_PROBLEMS_BYTES);
		SCOPED(config) struct config *config = load_any(texts[i], CONFIG_FULL, &problems);
		assert_null(config);
		if (strstr(strbuf_text(&problems), "verysecret"))
			fail_msg("%s%s", texts[i], strbuf_text(&problems));
	}
}

static void an_optional_notifier_is_skipped_for_want_of_a_required_setting(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config =
	    load(SERVER "notifiers:\n"
	                "  - { name: a, type: sns, optional: true, topic_arn: \"${NOT_SET_AT_ALL}\" }\n"
	                "  - { name: b, type: sns, optional: true, topic_arn: \"${NOT_SET_AT_ALL:-}\" }\n"
	                "  - { name: c, type: sns, optional: true, topic_arn: " TOPIC " }\n"
	                "  - { name: d, type: log, optional: true, format: \"${NOT_SET_AT_ALL:-}\" }\n"
	                "  - { name: e, type: sns, optional: \"${NOT_SET_AT_ALL:-true}\", topic_arn: "
	                "\"${file:/nonexistent}\" }\n");
	assert_int_equal(config->notifier_count, 2);
	assert_string_equal(config->notifiers[0].name, "c");
	assert_string_equal(config->notifiers[1].name, "d");
	assert_string_equal(settings_text(&config->notifiers[1].settings, "format"), "auto");
	assert_int_equal(config->skipped_count, 3);
	assert_string_equal(config->skipped[0], "a: NOT_SET_AT_ALL is not set");
	assert_string_equal(config->skipped[1], "b: topic_arn is empty");
	assert_string_equal(config->skipped[2], "e: the file /nonexistent does not exist");
	assert_int_equal(config->warning_count, 0);
}

static void one_that_is_only_partly_there_is_doubted(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config = load(ONE("name: m, type: email, optional: true, smtp_url: \"smtp://localhost\", from: "
	                                 "\"${NOT_SET_AT_ALL}\", to: a@example.com"));
	assert_int_equal(config->notifier_count, 0);
	assert_int_equal(config->skipped_count, 1);
	assert_int_equal(config->warning_count, 1);
	assert_string_equal(config->warnings[0],
	                    "notifier m is only partly configured and left out: NOT_SET_AT_ALL is not set");
}

static void optional_excuses_no_mistake(void **state)
{
	(void)state;
	assert_problems(ONE("name: a, type: sns, optional: true"), "2:13: a notifier of type sns needs \"topic_arn\"\n");
	assert_problems(ONE("name: a, type: slack, optional: true, webhook_url: nonsense"),
	                "2:66: webhook_url must be a URL that begins with https:// (http:// only to a loopback address)\n");
	assert_problems(
	    ONE("name: a, type: sns, optional: true, topic_arn: \"${NOT_SET_AT_ALL}\", colour: red"),
	    "2:83: a notifier of type sns has no key \"colour\", only optional, name, type, min_severity, accounts, "
	    "verdicts, timeout, rate, topic_arn, endpoint_url, ca_file\n");
}

static void notifiers_are_a_list(void **state)
{
	(void)state;
	assert_problems(SERVER "notifiers: { name: a, type: log }\n",
	                "2:12: notifiers must be a list of notifiers, not a mapping\n");
	assert_problems(SERVER "notifiers: log\n", "2:12: notifiers must be a list of notifiers, not a text\n");
	SCOPED(config) struct config *config = load(SERVER "notifiers:\n");
	assert_int_equal(config->notifier_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_not_said_has_a_default),
	    cmocka_unit_test(what_is_said_is_done),
	    cmocka_unit_test(settings_are_texts_lists_and_defaults),
	    cmocka_unit_test(every_mistake_is_told_with_its_place),
	    cmocka_unit_test(the_common_keys_are_checked),
	    cmocka_unit_test(names_are_good_for_logs_and_given_once),
	    cmocka_unit_test(no_secret_is_in_a_sentence),
	    cmocka_unit_test(an_optional_notifier_is_skipped_for_want_of_a_required_setting),
	    cmocka_unit_test(one_that_is_only_partly_there_is_doubted),
	    cmocka_unit_test(optional_excuses_no_mistake),
	    cmocka_unit_test(notifiers_are_a_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
