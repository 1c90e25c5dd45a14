/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/teams_message.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "notifiers/teams_message.h"
#include "rootwatch/scope.h"
#include "sample_alert.h"

enum { NOW_S = SAMPLE_TIME_S + 240, FLOOD_BYTES = 100 * 1024 };

/* clang-format off */
#define RUN(text)         "{\"type\":\"TextRun\",\"text\":\"" text "\"}"
#define BLOCK(spacing, runs) "{\"type\":\"RichTextBlock\",\"spacing\":\"" spacing "\",\"inlines\":[" runs "]}"
#define FACT(label, value) BLOCK("Small", "{\"type\":\"TextRun\",\"text\":\"" label ": \",\"weight\":\"Bolder\"}," RUN(value))
#define HEADING(text)     "{\"type\":\"TextBlock\",\"text\":\"" text "\",\"weight\":\"Bolder\",\"spacing\":\"Medium\",\"wrap\":true}"

static void a_message_is_exactly_this(void **state)
{
	(void)state;
	static const char expected[] =
	    "{\"type\":\"message\",\"attachments\":[{\"contentType\":\"application/vnd.microsoft.card.adaptive\","
	    "\"contentUrl\":null,\"content\":{\"$schema\":\"http://adaptivecards.io/schemas/adaptive-card.json\","
	    "\"type\":\"AdaptiveCard\",\"version\":\"1.4\",\"msteams\":{\"width\":\"Full\"},\"body\":["
	    "{\"type\":\"Container\",\"style\":\"attention\",\"bleed\":true,\"items\":["
	    BLOCK("None", "{\"type\":\"TextRun\",\"text\":\"[CRITICAL] prod 111122223333: Root signed in to the console without MFA\","
	                  "\"weight\":\"Bolder\",\"size\":\"Large\"}") "]},"
	    FACT("Verdict", "anomaly, critical: no routine rule explains it") ","
	    FACT("Account", "prod (111122223333)") ","
	    FACT("Call", "ConsoleLogin on signin.amazonaws.com, succeeded") ","
	    FACT("Who", "root user, console session, without MFA") ","
	    FACT("From", "203.0.113.7, region us-east-1") ","
	    FACT("Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0") ","
	    FACT("When", "2026-11-24 03:55:01 UTC (4 minutes ago)") ","
	    HEADING("Why") ","
	    BLOCK("Small", RUN("\xe2\x80\xa2 critical: ConsoleLogin succeeded and additionalEventData.MFAUsed is \\\"No\\\" (T1078.004)")) ","
	    BLOCK("Small", RUN("\xe2\x80\xa2 high: responseElements.ConsoleLogin is \\\"Success\\\" (T1078.004)")) ","
	    HEADING("What to do now") ","
	    BLOCK("Small", RUN("1. Ask the people who hold root's password whether this was them, on another channel than e-mail.")) ","
	    BLOCK("Small", RUN("2. If it was not: reset root's password, then look at every event of this session.")) ","
	    BLOCK("Medium", "{\"type\":\"TextRun\",\"text\":\"finding f-01JDEXAMPLE000000000000000, event "
	                    "8a7b1c2d-0000-4000-8000-000000000001\",\"size\":\"Small\"}") "],"
	    "\"actions\":[{\"type\":\"Action.OpenUrl\",\"title\":\"Open the event in CloudTrail\",\"url\":"
	    "\"https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events/"
	    "8a7b1c2d-0000-4000-8000-000000000001\"}]}}]}";
	struct alert alert = sample_alert();
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(TEAMS_MESSAGE_BYTES);
	assert_true(teams_render_message(&alert, NOW_S, &out));
	assert_string_equal(strbuf_text(&out), expected);
}
/* clang-format on */

/* The caller deletes it. */
static cJSON *render(const struct alert *alert)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(TEAMS_MESSAGE_BYTES);
	assert_true(teams_render_message(alert, NOW_S, &out));
	cJSON *message = cJSON_Parse(strbuf_text(&out));
	assert_non_null(message);
	return message;
}

static const cJSON *card_body(const cJSON *message)
{
	return json_member(json_member(cJSON_GetArrayItem(json_member(message, "attachments"), 0), "content"), "body");
}

/* Every element below `node`; the tree is ours, its depth known. Returns how many text runs there are. */
static size_t check_elements(const cJSON *node)
{
	const char *type = json_text(node, "type"), *text = json_text(node, "text");
	size_t runs = strcmp(type, "TextRun") == 0;
	if (strcmp(type, "TextBlock") == 0) /* would be read as Markdown */
		assert_true(strcmp(text, "Why") == 0 || strcmp(text, "What to do now") == 0);
	if (runs > 0)
		assert_true(text[0] != '\0' && !strstr(text, "<at") && !strstr(text, "{{"));
	assert_int_not_equal(strcmp(type, "FactSet"), 0);
	const cJSON *child;
	cJSON_ArrayForEach(child, node) runs += check_elements(child);
	return runs;
}

static void untrusted_text_stands_in_runs_and_is_inert(void **state)
{
	(void)state;
	static const char *const attacks[] = {
	    "<at>everyone</at> [console](https://evil.example.com) **bold** _x_ \\[a](b)\n- item\n1. item",
	    "{{DATE(2017-02-14T06:08:39Z, SHORT)}} {{{{TIME(x)}}}}",
	    "<<<<at",
	    "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{",
	    "",
	    "\xff\xfe\x01",
	};
	for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
		struct alert alert = hostile_alert(attacks[i]);
		SCOPED(json) cJSON *message = render(&alert);
		assert_true(check_elements(message) > 10);
	}
}

static void a_flood_of_text_is_cut(void **state)
{
	(void)state;
	static const char *const fillings[] = {"A", "<", "\"", "{", "<\"", "\xf0\x9f\x94\xa5", "\x01"};
	for (size_t i = 0; i < sizeof fillings / sizeof fillings[0]; i++) {
		size_t width = strlen(fillings[i]);
		SCOPED(text) char *flood = calloc(1, FLOOD_BYTES + width + 1);
		for (size_t at = 0; at < FLOOD_BYTES; at += width)
			memcpy(flood + at, fillings[i], width);
		struct alert alert = hostile_alert(flood);
		alert.account_name = flood;
		for (alert.step_count = 0; alert.step_count < ALERT_STEPS_MAX; alert.step_count++)
			alert.steps[alert.step_count] = flood;
		SCOPED(json) cJSON *message = render(&alert);
		check_elements(message);
		SCOPED(text) char *text = cJSON_PrintUnformatted(message);
		assert_true(strstr(text, " and 58 more") || strstr(text, " and 60 more")); /* of 64 reasons */
		assert_non_null(strstr(text, "\"4. "));
	}
}

static void the_header_follows_the_severity(void **state)
{
	(void)state;
	static const char *const styles[SEVERITY_COUNT] = {"emphasis", "accent", "warning", "attention", "attention"};
	for (int severity = 0; severity < SEVERITY_COUNT; severity++) {
		struct alert alert = sample_alert();
		alert.severity = (enum severity)severity;
		SCOPED(json) cJSON *message = render(&alert);
		assert_string_equal(json_text(cJSON_GetArrayItem(card_body(message), 0), "style"), styles[severity]);
	}
}

static void what_is_missing_is_left_out(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.signal_count = alert.step_count = 0;
	alert.user_agent = alert.console_url = "";
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(TEAMS_MESSAGE_BYTES);
	assert_true(teams_render_message(&alert, NOW_S, &out));
	assert_null(strstr(strbuf_text(&out), "TextBlock\",\"text"));
	assert_null(strstr(strbuf_text(&out), "Agent"));
	assert_null(strstr(strbuf_text(&out), "actions"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_message_is_exactly_this),   cmocka_unit_test(untrusted_text_stands_in_runs_and_is_inert),
	    cmocka_unit_test(a_flood_of_text_is_cut),      cmocka_unit_test(the_header_follows_the_severity),
	    cmocka_unit_test(what_is_missing_is_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
