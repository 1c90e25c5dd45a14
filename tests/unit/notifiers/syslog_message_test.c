/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/syslog_message.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "notifiers/syslog_message.h"
#include "rootwatch/scope.h"
#include "sample_alert.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define BOM           "\xef\xbb\xbf"

enum { FLOOD_BYTES = 100 * 1024, AUTHPRIV = 10 };

static const struct syslog_origin origin = {.facility = AUTHPRIV, .hostname = "watch-1", .process_id = 7};

/* The message without its length, which is checked. The caller frees it. */
static char *render(const struct alert *alert)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(SYSLOG_FRAME_BYTES);
	assert_true(syslog_render_frame(alert, &origin, &out));
	char *message;
	size_t length = strtoul(out.data, &message, 10);
	assert_int_equal(*message++, ' ');
	assert_int_equal(length, strlen(message));
	assert_true(length <= SYSLOG_MESSAGE_BYTES);
	return strdup(message);
}

static void a_message_is_exactly_this(void **state)
{
	(void)state;
	/* clang-format off */
	static const char expected[] =
	    "<82>1 2026-11-24T03:55:21Z watch-1 rootwatch 7 anomaly "
	    "[rootwatch@32473 finding=\"f-01JDEXAMPLE000000000000000\" verdict=\"anomaly\" severity=\"critical\" "
	    "actor=\"root_user\" account=\"111122223333\" account_name=\"prod\" event=\"ConsoleLogin\" "
	    "event_source=\"signin.amazonaws.com\" event_id=\"8a7b1c2d-0000-4000-8000-000000000001\" "
	    "event_time=\"2026-11-24T03:55:01Z\" region=\"us-east-1\" source_ip=\"203.0.113.7\" "
	    "user_agent=\"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\" "
	    "signals=\"console_login_no_mfa,console_login\"] "
	    BOM "[CRITICAL] prod 111122223333: Root signed in to the console without MFA "
	    "{\"id\":\"f-01JDEXAMPLE000000000000000\",\"severity\":\"critical\"}";
	/* clang-format on */
	struct alert alert = sample_alert();
	SCOPED(text) char *message = render(&alert);
	assert_string_equal(message, expected);
}

static void the_priority_is_facility_and_severity(void **state)
{
	(void)state;
	static const char *const begins[SEVERITY_COUNT] = {"<86>1 ", "<85>1 ", "<84>1 ", "<83>1 ", "<82>1 "};
	for (int severity = 0; severity < SEVERITY_COUNT; severity++) {
		struct alert alert = sample_alert();
		alert.severity = (enum severity)severity;
		SCOPED(text) char *message = render(&alert);
		assert_int_equal(strncmp(message, begins[severity], 6), 0);
	}
}

static void a_drill_says_so_in_every_part(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.drill = true;
	SCOPED(text) char *message = render(&alert);
	assert_non_null(strstr(message, " 7 drill [rootwatch@32473 drill=\"true\" "));
	assert_non_null(strstr(message, BOM "DRILL"));
}

static void what_is_missing_is_left_out(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.received_time_s = alert.event_time_s = 0;
	alert.region = alert.source_ip = alert.account_name = "";
	alert.signal_count = 0;
	SCOPED(text) char *message = render(&alert);
	assert_int_equal(strncmp(message, "<82>1 - watch-1 ", 16), 0);
	static const char *const absent[] = {"event_time=", "region=", "source_ip=", "account_name=", "signals=", "error="};
	for (size_t i = 0; i < LENGTH(absent); i++)
		assert_null(strstr(message, absent[i]));
}

static void nothing_ends_a_value_but_its_quote(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.event_name = "a\"] [evil@1 x=\"\\";
	alert.user_agent = "line\nbreak";
	SCOPED(text) char *message = render(&alert);
	assert_non_null(strstr(message, " event=\"a\\\"\\] [evil@1 x=\\\"\\\\\" "));
	assert_non_null(strstr(message, " user_agent=\"line\xef\xbf\xbd"
	                                "break\" "));
}

/* From the first brace behind the structured data to the end. */
static void the_json_is_found_by_its_brace(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.title = "{\"id\":\"forged\"} {";
	SCOPED(text) char *message = render(&alert);
	const char *text = strstr(message, BOM);
	assert_non_null(text);
	assert_string_equal(strchr(text, '{'), alert.json);
	assert_non_null(strstr(text, "(\"id\":\"forged\") ("));
}

static char *flood_of(const char *filling)
{
	size_t width = strlen(filling);
	char *flood = calloc(1, FLOOD_BYTES + width + 1);
	assert_non_null(flood);
	for (size_t at = 0; at < FLOOD_BYTES; at += width)
		memcpy(flood + at, filling, width);
	return flood;
}

static void a_flood_of_text_is_cut(void **state)
{
	(void)state;
	static const char *const fillings[] = {"A", "]", "\\", "{", "\xf0\x9f\x94\xa5", "\x01", "\n", " "};
	for (size_t i = 0; i < LENGTH(fillings); i++) {
		SCOPED(text) char *flood = flood_of(fillings[i]);
		struct alert alert = hostile_alert(flood);
		alert.account_name = flood;
		alert.json = flood;
		SCOPED(text) char *message = render(&alert);
		assert_non_null(strstr(message, " {\"finding_id\":\"f-01JDEXAMPLE000000000000000\",\"truncated\":true}"));
		for (const char *c = message; *c != '\0'; c++)
			assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
	}
}

static void what_fits_is_sent_whole(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	SCOPED(text) char *message = render(&alert);
	size_t room = SYSLOG_MESSAGE_BYTES - (strlen(message) - strlen(alert.json));
	for (size_t more = 0; more < 2; more++) {
		SCOPED(text) char *json = calloc(1, room + more + 1);
		assert_non_null(json);
		memset(json, ' ', room + more);
		json[0] = '{';
		json[room + more - 1] = '}';
		alert.json = json;
		SCOPED(text) char *next = render(&alert);
		assert_int_equal(strstr(next, "\"truncated\":true") != NULL, more);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_message_is_exactly_this),
	    cmocka_unit_test(the_priority_is_facility_and_severity),
	    cmocka_unit_test(a_drill_says_so_in_every_part),
	    cmocka_unit_test(what_is_missing_is_left_out),
	    cmocka_unit_test(nothing_ends_a_value_but_its_quote),
	    cmocka_unit_test(the_json_is_found_by_its_brace),
	    cmocka_unit_test(a_flood_of_text_is_cut),
	    cmocka_unit_test(what_fits_is_sent_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
