/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/email_message.c: what a mail server and a mail reader get, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "notifiers/email_message.h"
#include "rootwatch/scope.h"
#include "sample_alert.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define BOUNDARY      "--=_rootwatch_alternative"
#define PART(type)                                                  \
	"\r\n" BOUNDARY "\r\nContent-Type: " type "; charset=utf-8\r\n" \
	"Content-Transfer-Encoding: quoted-printable\r\n"               \
	"\r\n"

enum {
	NOW_S = SAMPLE_TIME_S + 240,
	HUGE_BYTES = 100 * 1024,
	ENCODED_WORD_MAX = 75,
	LINE_MAX_COLUMNS = 76,
	SUBJECT_LINE_MAX = 209
};

static const char *const recipients[] = {"soc@example.com", "a.long.name.of.somebody@security.example.com"};
static const struct email_envelope envelope = {
    .from = "rootwatch@example.com", .to = recipients, .to_count = LENGTH(recipients)};

/* The message; the caller frees it. */
static char *render(const struct alert *alert, int64_t now_s)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(EMAIL_MESSAGE_BYTES);
	email_render_message(alert, &envelope, now_s, &out);
	assert_false(out.overflowed);
	assert_int_equal(strlen(out.data), out.length); /* no NUL inside */
	return strbuf_steal(&out);
}

/* The value of a header, unfolded, up to `room` bytes; "" when there is none. */
static const char *header(const char *message, const char *name, size_t room, char *ret_value)
{
	size_t used = 0, length = strlen(name);
	const char *end = strstr(message, "\r\n\r\n");
	const char *line = message;
	ret_value[0] = '\0';
	while (line < end && (strncmp(line, name, length) != 0 || line[length] != ':'))
		line = strstr(line, "\r\n") + 2;
	if (line >= end)
		return ret_value;
	for (const char *c = line + length + 2; strncmp(c, "\r\n", 2) != 0 || c[2] == ' '; c++) {
		assert_true(used + 1 < room);
		if (*c != '\r' && *c != '\n')
			ret_value[used++] = *c;
	}
	ret_value[used] = '\0';
	return ret_value;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *digit = c ? strchr(digits, c) : NULL;
	assert_non_null(digit);
	return (int)(digit - digits);
}

/* What is behind `text` in quoted-printable, up to the line of the next boundary. The caller frees it. */
static char *decode_body(const char *text)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(EMAIL_MESSAGE_BYTES);
	while (strncmp(text, "\r\n" BOUNDARY, sizeof "\r\n" BOUNDARY - 1) != 0) {
		assert_int_not_equal(*text, '\0');
		if (strncmp(text, "=\r\n", 3) == 0) {
			text += 3;
		} else if (*text == '=') {
			strbuf_putc(&out, (char)(hex_digit(text[1]) << 4 | hex_digit(text[2])));
			text += 3;
		} else {
			if (*text != '\r')
				strbuf_putc(&out, *text);
			text++;
		}
	}
	return strbuf_steal(&out);
}

/* A Subject as a mail reader shows it: encoded words become text, blanks between two of them vanish (RFC 2047, 6.2). */
static void decode_words(const char *text, struct strbuf *out)
{
	static const char open[] = "=?UTF-8?Q?";
	while (*text != '\0') {
		if (strncmp(text, open, sizeof open - 1) != 0) {
			strbuf_putc(out, *text++);
			continue;
		}
		const char *start = text, *end = strstr(text + sizeof open - 1, "?=");
		assert_non_null(end);
		assert_true(end + 2 - start <= ENCODED_WORD_MAX);
		size_t before = out->length;
		for (text += sizeof open - 1; text < end; text++) {
			if (*text == '=') {
				strbuf_putc(out, (char)(hex_digit(text[1]) << 4 | hex_digit(text[2])));
				text += 2;
			} else {
				strbuf_putc(out, *text == '_' ? ' ' : *text);
			}
		}
		/* Each word is whole characters: readers decode them one by one. */
		for (size_t i = before, length; i < out->length; i += length) {
			length = utf8_character(out->data + i, out->length - i);
			assert_int_not_equal(length, 0);
		}
		text = end + 2;
		if (strncmp(text, " =?", 3) == 0)
			text++;
	}
}

/* CRLF ends every line, nothing but printable ASCII stands in one, no blank at its end gets lost, and none is too long. */
static void assert_wire_format(const char *message)
{
	for (const char *line = message; *line != '\0';) {
		bool subject = strncmp(line, "Subject: ", 9) == 0; /* not folded: far below RFC 5322's 998 */
		size_t length = strcspn(line, "\r\n");
		assert_true(length <= (subject ? SUBJECT_LINE_MAX : LINE_MAX_COLUMNS));
		for (size_t i = 0; i < length; i++)
			assert_in_range(line[i], ' ', '~');
		assert_memory_equal(line + length, "\r\n", 2);
		assert_true(subject || length == 0 || line[length - 1] != ' ');
		line += length + 2;
	}
}

static void the_header_says_what_must_be_said(void **state)
{
	(void)state;
	static const char expected[] =
	    "From: rootwatch <rootwatch@example.com>\r\n"
	    "To: soc@example.com,\r\n"
	    " a.long.name.of.somebody@security.example.com\r\n"
	    "Subject: [CRITICAL] prod 111122223333: Root signed in to the console without MFA\r\n"
	    "Date: Tue, 24 Nov 2026 03:59:01 +0000\r\n"
	    "Message-ID: <f-01JDEXAMPLE000000000000000@example.com>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "Importance: high\r\n"
	    "X-Priority: 1\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative; boundary=\"=_rootwatch_alternative\"\r\n"
	    "\r\n" BOUNDARY "\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n";
	struct alert alert = sample_alert();
	SCOPED(text) char *message = render(&alert, NOW_S);
	message[sizeof expected - 1] = '\0';
	assert_string_equal(message, expected);
}

static void the_two_parts_are_the_text_and_the_html(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.title = "blanks at the end  ";
	alert.user_agent = "a=b =3D Gr\xc3\xbc\xc3\x9f"
	                   "e \xf0\x9f\x94\x91 and a very long word "
	                   "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnop";
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(EMAIL_HTML_BYTES), html = STRBUF_INIT(EMAIL_HTML_BYTES);
	alert_render_text(&alert, NOW_S, &text);
	email_render_html(&alert, NOW_S, &html);

	SCOPED(text) char *message = render(&alert, NOW_S);
	assert_wire_format(message);
	const char *first = strstr(message, PART("text/plain")), *second = strstr(message, PART("text/html"));
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first < second); /* the last is the best (RFC 2046, 5.1.4) */
	SCOPED(text) char *plain = decode_body(first + sizeof PART("text/plain") - 1);
	SCOPED(text) char *rich = decode_body(second + sizeof PART("text/html") - 1);
	assert_string_equal(plain, text.data);
	assert_string_equal(rich, html.data);
	assert_string_equal(message + strlen(message) - strlen("\r\n" BOUNDARY "--\r\n"), "\r\n" BOUNDARY "--\r\n");
}

static void a_subject_that_is_not_plain_is_encoded(void **state)
{
	(void)state;
	static const struct {
		const char *account_name, *title;
	} rows[] = {
	    {"Pr\xc3\xbc"
	     "fung \xe2\x98\x83",
	     "Root signed in"},
	    {"\xe6\x9c\xac\xe7\x95\xaa\xe7\x92\xb0\xe5\xa2\x83", "\xe6\x9c\xac\xe7\x95\xaa\xe7\x92\xb0\xe5\xa2\x83"},
	    {"prod", "=?UTF-8?Q?forged?="},
	    {"prod", "=?utf-8?b?Zm9yZ2Vk?= and more"},
	    {"\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91",
	     "\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91 _ = ? end"},
	    {"\xc3\xa4", "a long title of many words that goes on and on until it is cut off somewhere, which must not be "
	                 "in the middle of a character \xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct alert alert = sample_alert();
		char value[2048];
		alert.account_name = rows[i].account_name;
		alert.title = rows[i].title;
		SCOPED(text) char *message = render(&alert, NOW_S);
		SCOPED(strbuf) struct strbuf shown = STRBUF_INIT(1024), subject = STRBUF_INIT(1024);
		assert_wire_format(message);
		decode_words(header(message, "Subject", sizeof value, value), &shown);
		alert_render_subject(&alert, 200, &subject);
		assert_memory_equal(value, "=?UTF-8?Q?", 10);
		assert_string_equal(shown.data, subject.data);
	}
}

static void an_account_name_in_another_script_reads_as_expected(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	SCOPED(strbuf) struct strbuf subject = STRBUF_INIT(1024);
	alert.account_name = "B\xc3\xbcro";
	email_render_subject(&alert, &subject);
	assert_string_equal(subject.data, "=?UTF-8?Q?=5BCRITICAL=5D_B=C3=BCro_111122223333=3A_Root_signed?=\r\n"
	                                  " =?UTF-8?Q?_in_to_the_console_without_MFA?=");
}

/* Every name that may begin a line of the header; anything else was injected. */
static void assert_header_is_ours(const char *message)
{
	static const char *const names[] = {
	    "From: ",           "To: ",         "Subject: ",      "Date: ",        "Message-ID: ", "Importance: ",
	    "Auto-Submitted: ", "X-Priority: ", "MIME-Version: ", "Content-Type: "};
	unsigned seen = 0;
	const char *end = strstr(message, "\r\n\r\n") + 2;
	for (const char *line = message; line < end; line = strstr(line, "\r\n") + 2) {
		size_t name = 0;
		if (*line == ' ')
			continue; /* a folded one */
		while (name < LENGTH(names) && strncmp(line, names[name], strlen(names[name])) != 0)
			name++;
		if (name == LENGTH(names) || (seen & 1u << name))
			fail_msg("%.60s", line);
		seen |= 1u << name;
	}
}

static void nothing_in_an_event_writes_a_header(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "x\r\nBcc: thief@example.com",
	    "x\nBcc: thief@example.com",
	    "x\rBcc: thief@example.com",
	    "x\r\n\r\n<html>",
	    "x\r\n.\r\nMAIL FROM:<>",
	    "\r\n Bcc: thief@example.com",
	    "x\xe2\x80\xa8"
	    "Bcc: thief@example.com",
	    "\r\n" BOUNDARY "--\r\n",
	    "\r\n" BOUNDARY "\r\nContent-Type: text/html\r\n\r\n<b>x</b>",
	    "\x01\x1b\x7f\t\v\f",
	    "\xff\xfe\xc3",
	};
	for (size_t i = 0; i < LENGTH(texts); i++) {
		struct alert alert = hostile_alert(texts[i]);
		alert.account_name = texts[i]; /* trusted, but the header need not rely on it */
		SCOPED(text) char *message = render(&alert, NOW_S);
		assert_wire_format(message);
		assert_header_is_ours(message);
		size_t boundaries = 0;
		for (const char *at = message; (at = strstr(at, "\r\n--=_")) != NULL; at++)
			boundaries++;
		assert_int_equal(boundaries, 3); /* two parts and the end */
	}
}

static void the_same_finding_is_the_same_message_at_any_time(void **state)
{
	(void)state;
	struct alert alert = sample_alert(), other = sample_alert();
	char id[128], again[128], others[128], date[64];
	other.finding_id = "f-01JDOTHER00000000000000000";
	SCOPED(text) char *first = render(&alert, NOW_S);
	SCOPED(text) char *second = render(&alert, NOW_S + 86400);
	SCOPED(text) char *third = render(&other, NOW_S);
	header(first, "Message-ID", sizeof id, id);
	assert_string_equal(id, header(second, "Message-ID", sizeof again, again));
	assert_string_not_equal(id, header(third, "Message-ID", sizeof others, others));
	assert_string_equal(header(second, "Date", sizeof date, date), "Wed, 25 Nov 2026 03:59:01 +0000");
}

static void dates_are_written_in_english_whatever_the_day(void **state)
{
	(void)state;
	static const struct {
		int64_t time_s;
		const char *date;
	} rows[] = {
	    {0, "Thu, 1 Jan 1970 00:00:00 +0000"},
	    {951782400, "Tue, 29 Feb 2000 00:00:00 +0000"},
	    {1798761599, "Thu, 31 Dec 2026 23:59:59 +0000"},
	    {4102444800, "Fri, 1 Jan 2100 00:00:00 +0000"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct alert alert = sample_alert();
		char date[64];
		SCOPED(text) char *message = render(&alert, rows[i].time_s);
		assert_string_equal(header(message, "Date", sizeof date, date), rows[i].date);
	}
}

static void only_what_matters_is_marked_important(void **state)
{
	(void)state;
	for (int severity = 0; severity < SEVERITY_COUNT; severity++) {
		for (int drill = 0; drill < 2; drill++) {
			struct alert alert = sample_alert();
			char importance[16], submitted[32], subject[256];
			alert.severity = (enum severity)severity;
			alert.drill = drill;
			SCOPED(text) char *message = render(&alert, NOW_S);
			bool important = !drill && alert.severity >= SEVERITY_HIGH;
			assert_string_equal(header(message, "Importance", sizeof importance, importance), important ? "high" : "");
			assert_string_equal(header(message, "Auto-Submitted", sizeof submitted, submitted), "auto-generated");
			header(message, "Subject", sizeof subject, subject);
			assert_int_equal(strncmp(subject, "DRILL ", 6) == 0, drill);
		}
	}
}

static void the_largest_alert_is_sent_and_not_large(void **state)
{
	(void)state;
	static const char *const pieces[] = {"<", "\"", "\xf0\x9f\x94\x91", "=", "\n", "\xff", "a ", "x"};
	SCOPED(text) char *text = malloc(HUGE_BYTES + 1);
	assert_non_null(text);
	for (size_t i = 0; i < LENGTH(pieces); i++) {
		size_t length = strlen(pieces[i]);
		for (size_t j = 0; j < HUGE_BYTES; j++)
			text[j] = pieces[i][j % length];
		text[HUGE_BYTES - HUGE_BYTES % length] = '\0';
		struct alert alert = hostile_alert(text);
		alert.account_name = text;
		alert.step_count = ALERT_STEPS_MAX;
		for (size_t step = 0; step < ALERT_STEPS_MAX; step++)
			alert.steps[step] = text;
		SCOPED(text) char *message = render(&alert, NOW_S);
		assert_wire_format(message);
		assert_true(strlen(message) < HUGE_BYTES); /* below what a phone cuts off, and every server takes */
	}
}

static void an_alert_of_empty_strings_is_a_message(void **state)
{
	(void)state;
	struct alert alert = hostile_alert("");
	alert.account_name = alert.console_url = "";
	SCOPED(text) char *message = render(&alert, NOW_S);
	char subject[128];
	assert_wire_format(message);
	assert_string_equal(header(message, "Subject", sizeof subject, subject), "[CRITICAL] unknown account: no title");
}

static void what_does_not_fit_is_told(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(4096);
	email_render_message(&alert, &envelope, NOW_S, &out);
	assert_true(out.overflowed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_header_says_what_must_be_said),
	    cmocka_unit_test(the_two_parts_are_the_text_and_the_html),
	    cmocka_unit_test(a_subject_that_is_not_plain_is_encoded),
	    cmocka_unit_test(an_account_name_in_another_script_reads_as_expected),
	    cmocka_unit_test(nothing_in_an_event_writes_a_header),
	    cmocka_unit_test(the_same_finding_is_the_same_message_at_any_time),
	    cmocka_unit_test(dates_are_written_in_english_whatever_the_day),
	    cmocka_unit_test(only_what_matters_is_marked_important),
	    cmocka_unit_test(the_largest_alert_is_sent_and_not_large),
	    cmocka_unit_test(an_alert_of_empty_strings_is_a_message),
	    cmocka_unit_test(what_does_not_fit_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
