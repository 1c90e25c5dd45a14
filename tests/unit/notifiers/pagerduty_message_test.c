/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/pagerduty_message.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "notifiers/pagerduty_message.h"
#include "rootwatch/scope.h"
#include "sample_alert.h"

enum { NOW_S = SAMPLE_TIME_S + 240, FLOOD_BYTES = 100 * 1024 };

#define KEY "0123456789abcdef0123456789abcdef"

/* The caller deletes it. */
static cJSON *render(const struct alert *alert)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(PAGERDUTY_MESSAGE_BYTES);
	assert_true(pagerduty_render_message(alert, KEY, NOW_S, &out));
	cJSON *event = cJSON_Parse(strbuf_text(&out));
	assert_non_null(event);
	return event;
}

static void an_event_is_exactly_this(void **state)
{
	(void)state;
	/* clang-format off */
	static const char expected[] =
	    "{\"routing_key\":\"" KEY "\",\"event_action\":\"trigger\",\"dedup_key\":\"f-01JDEXAMPLE000000000000000\","
	    "\"client\":\"rootwatch\",\"payload\":{"
	    "\"summary\":\"[CRITICAL] prod 111122223333: Root signed in to the console without MFA\","
	    "\"source\":\"prod (111122223333)\",\"severity\":\"critical\",\"timestamp\":\"2026-11-24T03:55:01Z\","
	    "\"component\":\"signin.amazonaws.com\",\"group\":\"root_user\",\"class\":\"ConsoleLogin\","
	    "\"custom_details\":{"
	    "\"Verdict\":\"anomaly, critical: no routine rule explains it\",\"Account\":\"prod (111122223333)\","
	    "\"Call\":\"ConsoleLogin on signin.amazonaws.com, succeeded\",\"Who\":\"root user, console session, without MFA\","
	    "\"From\":\"203.0.113.7, region us-east-1\","
	    "\"Agent\":\"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\","
	    "\"When\":\"2026-11-24 03:55:01 UTC (4 minutes ago)\","
	    "\"Why\":[\"critical: ConsoleLogin succeeded and additionalEventData.MFAUsed is \\\"No\\\" (T1078.004)\","
	    "\"high: responseElements.ConsoleLogin is \\\"Success\\\" (T1078.004)\"],"
	    "\"What to do now\":[\"Ask the people who hold root's password whether this was them, on another channel than e-mail.\","
	    "\"If it was not: reset root's password, then look at every event of this session.\"],"
	    "\"Look up\":\"finding f-01JDEXAMPLE000000000000000, event 8a7b1c2d-0000-4000-8000-000000000001\"}},"
	    "\"links\":[{\"href\":\"https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events/"
	    "8a7b1c2d-0000-4000-8000-000000000001\",\"text\":\"Open the event in CloudTrail\"}]}";
	/* clang-format on */
	struct alert alert = sample_alert();
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(PAGERDUTY_MESSAGE_BYTES);
	assert_true(pagerduty_render_message(&alert, KEY, NOW_S, &out));
	assert_string_equal(strbuf_text(&out), expected);
}

static void a_severity_has_its_word(void **state)
{
	(void)state;
	static const char *const words[SEVERITY_COUNT] = {"info", "info", "warning", "error", "critical"};
	for (int severity = 0; severity < SEVERITY_COUNT; severity++) {
		struct alert alert = sample_alert();
		alert.severity = (enum severity)severity;
		SCOPED(json) cJSON *event = render(&alert);
		assert_string_equal(json_text(json_member(event, "payload"), "severity"), words[severity]);
	}
}

static void a_drill_says_so_first(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.drill = true;
	SCOPED(json) cJSON *event = render(&alert);
	assert_int_equal(strncmp(json_text(json_member(event, "payload"), "summary"), "DRILL", 5), 0);
}

static void what_is_missing_is_left_out(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.account_id = alert.account_name = alert.event_name = alert.event_source = alert.console_url = "";
	alert.event_time_s = 0;
	alert.signal_count = alert.step_count = 0;
	SCOPED(json) cJSON *event = render(&alert);
	const cJSON *payload = json_member(event, "payload"), *details = json_member(payload, "custom_details");
	assert_string_equal(json_text(payload, "source"), "unknown account"); /* PagerDuty wants one */
	static const char *const absent[] = {"timestamp", "component", "class"};
	for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
		assert_null(json_member(payload, absent[i]));
	assert_null(json_member(event, "links"));
	assert_null(json_member(details, "Why"));
	assert_null(json_member(details, "What to do now"));
}

static void a_flood_of_text_is_cut(void **state)
{
	(void)state;
	static const char *const fillings[] = {"A", "\"", "\xf0\x9f\x94\xa5", "\x01"};
	for (size_t i = 0; i < sizeof fillings / sizeof fillings[0]; i++) {
		size_t width = strlen(fillings[i]);
		SCOPED(text) char *flood = calloc(1, FLOOD_BYTES + width + 1);
		for (size_t at = 0; at < FLOOD_BYTES; at += width)
			memcpy(flood + at, fillings[i], width);
		struct alert alert = hostile_alert(flood);
		SCOPED(json) cJSON *event = render(&alert);
		const cJSON *payload = json_member(event, "payload");
		assert_in_range(strlen(json_text(payload, "summary")), 100, 1024);
		assert_in_range(strlen(json_text(payload, "component")), 240, 255);
		assert_in_range(strlen(json_text(payload, "class")), 240, 255);
		const cJSON *why = json_member(json_member(payload, "custom_details"), "Why");
		assert_int_equal(cJSON_GetArraySize(why), ALERT_SIGNALS_SHOWN + 1);
		assert_string_equal(cJSON_GetArrayItem(why, ALERT_SIGNALS_SHOWN)->valuestring, "and 58 more");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_event_is_exactly_this), cmocka_unit_test(a_severity_has_its_word),
	    cmocka_unit_test(a_drill_says_so_first),    cmocka_unit_test(what_is_missing_is_left_out),
	    cmocka_unit_test(a_flood_of_text_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
