/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/slack_message.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "notifiers/slack_message.h"
#include "rootwatch/scope.h"
#include "sample_alert.h"

enum { NOW_S = SAMPLE_TIME_S + 240 };

#define PLAIN(text)  "{\"type\":\"plain_text\",\"text\":\"" text "\",\"emoji\":false}"
#define MRKDWN(text) "{\"type\":\"mrkdwn\",\"text\":\"" text "\",\"verbatim\":true}"

static void a_message_is_exactly_this(void **state)
{
	(void)state;
	static const char
	    expected[] = "{\"text\":\"[CRITICAL] prod 111122223333: Root signed in to the console without MFA\","
	                 "\"blocks\":[{\"type\":\"header\",\"text\":" PLAIN(
	                     "[CRITICAL] prod 111122223333: Root signed in to the console without MFA") "}],"
	                                                                                                "\"attachments\":[{"
	                                                                                                "\"color\":\"#"
	                                                                                                "c81e1e\","
	                                                                                                "\"blocks\":["
	                                                                                                "{\"type\":"
	                                                                                                "\"section\","
	                                                                                                "\"fields\":"
	                                                                                                "[" PLAIN("Verdict"
	                                                                                                          "\\nanoma"
	                                                                                                          "ly, "
	                                                                                                          "critical"
	                                                                                                          ": no "
	                                                                                                          "routine "
	                                                                                                          "rule "
	                                                                                                          "explains"
	                                                                                                          " it") "," PLAIN("Account\\nprod (111122223333)") "," PLAIN("Call\\nConsoleLogin on signin.amazonaws.com, succeeded") "," PLAIN("Who\\nroot user, console session, without MFA") "," PLAIN("From\\n203.0.113.7, region us-east-1") "," PLAIN("Agent\\nMozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0") "," PLAIN("When\\n2026-11-24 03:55:01 UTC (4 minutes ago)") "]},"
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "{\"type\":\"section\",\"text\":" MRKDWN(
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "*Why*") "},"
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  "{\"type\":\"section\",\"text\":" PLAIN(
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "\xe2\x80\xa2 critical: ConsoleLogin succeeded and additionalEventData.MFAUsed is \\\"No\\\" (T1078.004)\\n"
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "\xe2\x80\xa2 high: responseElements.ConsoleLogin is \\\"Success\\\" (T1078.004)") "},"
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "{\"type\":\"section\",\"text\":" MRKDWN(
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             "*What to do now*") "},"
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "{\"type\":\"section\",\"text\":" PLAIN(
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "1. Ask the people who hold root's password whether this was them, on another channel than e-mail.\\n"
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "2. If it was not: reset root's password, then look at every event of this session.") "},"
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           "{\"type\":\"section\",\"text\":" MRKDWN(
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               "<https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events/"
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               "8a7b1c2d-0000-4000-8000-000000000001|Open the event in CloudTrail>") "},"
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "{\"type\":\"context\",\"elements\":[" PLAIN(
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "finding f-01JDEXAMPLE000000000000000, event 8a7b1c2d-0000-4000-8000-000000000001") "]}"
	                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             "]}],\"unfurl_links\":false,\"unfurl_media\":false}";
	struct alert alert = sample_alert();
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(SLACK_MESSAGE_BYTES);
	assert_true(slack_render_message(&alert, NOW_S, &out));
	assert_string_equal(strbuf_text(&out), expected);
}

static const cJSON *first_block(const cJSON *message)
{
	return json_member(cJSON_GetArrayItem(json_member(message, "blocks"), 0), "text");
}

/* Every text object below `node`; the tree is ours, its depth known. */
static void each_text(const cJSON *node, void (*check)(const char *type, const char *text))
{
	const char *type = json_text(node, "type");
	if (strcmp(type, "plain_text") == 0 || strcmp(type, "mrkdwn") == 0)
		check(type, json_text(node, "text"));
	const cJSON *child;
	cJSON_ArrayForEach(child, node) each_text(child, check);
}

static void check_escaped(const char *type, const char *text)
{
	assert_true(strlen(text) > 0 && strlen(text) <= 3000);
	if (strcmp(type, "mrkdwn") == 0) { /* ours alone */
		assert_true(strncmp(text, "*Wh", 3) == 0 || strncmp(text, "<https://us-east-1.console", 26) == 0);
		return;
	}
	assert_null(strpbrk(text, "<>"));
	for (const char *p = strchr(text, '&'); p; p = strchr(p + 1, '&'))
		assert_true(strncmp(p, "&amp;", 5) == 0 || strncmp(p, "&lt;", 4) == 0 || strncmp(p, "&gt;", 4) == 0);
}

static void untrusted_text_is_plain_and_escaped(void **state)
{
	(void)state;
	static const char *const attacks[] = {
	    "<!channel> <@U012AB3CD> <http://203.0.113.9|click> & &amp; *b* _i_ `c` :skull:",
	    "<",
	    "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&",
	    "",
	    "\xff\xfe\x01",
	};
	for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
		struct alert alert = hostile_alert(attacks[i]);
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(SLACK_MESSAGE_BYTES);
		assert_true(slack_render_message(&alert, NOW_S, &out));
		SCOPED(json) cJSON *message = cJSON_Parse(strbuf_text(&out));
		assert_non_null(message);
		each_text(message, check_escaped);
		check_escaped("plain_text", json_text(message, "text"));
	}
}

enum { MEGABYTE = 1000000 };

static char *flood_of(const char *filling)
{
	size_t width = strlen(filling);
	char *flood = calloc(1, MEGABYTE + 1);
	assert_non_null(flood);
	for (size_t at = 0; at + width <= MEGABYTE; at += width)
		memcpy(flood + at, filling, width);
	return flood;
}

static void a_flood_of_text_is_cut(void **state)
{
	(void)state;
	static const char *const fillings[] = {"A", "<", "\"", "&\"\"\"\"\"", "\xf0\x9f\x94\xa5", "\x01"};
	for (size_t i = 0; i < sizeof fillings / sizeof fillings[0]; i++) {
		SCOPED(text) char *flood = flood_of(fillings[i]);
		struct alert alert = hostile_alert(flood);
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(SLACK_MESSAGE_BYTES);
		assert_true(slack_render_message(&alert, NOW_S, &out));
		SCOPED(json) cJSON *message = cJSON_Parse(strbuf_text(&out));
		each_text(message, check_escaped);
		assert_in_range(strlen(json_text(first_block(message), "text")), 100, 150);
		assert_non_null(strstr(strbuf_text(&out), " and 58 more")); /* six of 64 reasons */
		assert_non_null(strstr(strbuf_text(&out), "2. If it was not"));
	}
}

static void what_is_too_long_as_a_whole_is_told_in_short(void **state)
{
	(void)state;
	SCOPED(text) char *flood = flood_of("&\"\"\"\"\"");
	SCOPED(text) char *step = flood_of("Do this. ");
	struct alert alert = hostile_alert(flood);
	for (alert.step_count = 0; alert.step_count < ALERT_STEPS_MAX; alert.step_count++)
		alert.steps[alert.step_count] = step;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(SLACK_MESSAGE_BYTES);
	assert_true(slack_render_message(&alert, NOW_S, &out));
	assert_non_null(strstr(strbuf_text(&out), " and 60 more")); /* four of 64 reasons */
	assert_non_null(strstr(strbuf_text(&out), "4. Do this."));
	assert_null(strstr(strbuf_text(&out), "5. Do this."));
}

static void the_colour_follows_the_severity(void **state)
{
	(void)state;
	char seen[SEVERITY_COUNT][16] = {""};
	for (int severity = 0; severity < SEVERITY_COUNT; severity++) {
		struct alert alert = sample_alert();
		alert.severity = (enum severity)severity;
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(SLACK_MESSAGE_BYTES);
		assert_true(slack_render_message(&alert, NOW_S, &out));
		SCOPED(json) cJSON *message = cJSON_Parse(strbuf_text(&out));
		const cJSON *attachment = cJSON_GetArrayItem(json_member(message, "attachments"), 0);
		snprintf(seen[severity], sizeof seen[severity], "%s", json_text(attachment, "color"));
		for (int other = 0; other < severity; other++)
			assert_string_not_equal(seen[severity], seen[other]);
	}
}

static void what_is_missing_is_left_out(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.signal_count = alert.step_count = 0;
	alert.user_agent = "";
	static const char *const urls[] = {"", "https://x.example.com/a|b", "https://x.example.com/<!channel>"};
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		alert.console_url = urls[i];
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(SLACK_MESSAGE_BYTES);
		assert_true(slack_render_message(&alert, NOW_S, &out));
		assert_null(strstr(strbuf_text(&out), "mrkdwn"));
		assert_null(strstr(strbuf_text(&out), "Agent"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_message_is_exactly_this),
	    cmocka_unit_test(untrusted_text_is_plain_and_escaped),
	    cmocka_unit_test(a_flood_of_text_is_cut),
	    cmocka_unit_test(what_is_too_long_as_a_whole_is_told_in_short),
	    cmocka_unit_test(the_colour_follows_the_severity),
	    cmocka_unit_test(what_is_missing_is_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
