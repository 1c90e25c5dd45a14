/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/email_html.c: well-formed, escaped, self-contained, and it says what matters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "notifiers/email_message.h"
#include "rootwatch/scope.h"
#include "sample_alert.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { NOW_S = SAMPLE_TIME_S + 240, HUGE_BYTES = 100 * 1024, DEPTH_MAX = 32, NAME_BYTES = 16 };

/* The caller frees it. */
static char *render(const struct alert *alert)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(EMAIL_HTML_BYTES);
	email_render_html(alert, NOW_S, &out);
	assert_false(out.overflowed);
	return strbuf_steal(&out);
}

static bool is_listed(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* The name of the tag at `text`, which begins with '<' (and '/'). */
static const char *tag_name(const char *text, char ret_name[NAME_BYTES])
{
	size_t length = strcspn(text, " \n>");
	assert_true(length < NAME_BYTES);
	memcpy(ret_name, text, length);
	ret_name[length] = '\0';
	return ret_name;
}

/* Every tag is one of ours, closed in order; every '<' begins one and every '&' a reference that we write. */
static void assert_well_formed(const char *html)
{
	static const char *const paired[] = {"html",  "head", "style", "title", "body", "div",
	                                     "table", "tr",   "td",    "span",  "a",    NULL};
	static const char *const single[] = {"!DOCTYPE", "meta", "br", NULL};
	static const char *const references[] = {"&amp;", "&lt;",     "&gt;",   "&quot;",
	                                         "&#39;", "&middot;", "&bull;", "&nbsp;"};
	char open[DEPTH_MAX][NAME_BYTES], name[NAME_BYTES];
	size_t depth = 0;
	for (const char *at = html; (at = strpbrk(at, "<&")) != NULL; at++) {
		if (*at == '&') {
			size_t known = 0;
			while (known < LENGTH(references) && strncmp(at, references[known], strlen(references[known])) != 0)
				known++;
			assert_true(known < LENGTH(references));
			continue;
		}
		bool closes = at[1] == '/';
		tag_name(at + 1 + closes, name);
		if (!closes && is_listed(name, single))
			continue;
		if (!is_listed(name, paired))
			fail_msg("%.60s", at);
		if (closes) {
			assert_true(depth > 0);
			assert_string_equal(open[--depth], name);
		} else {
			assert_true(depth < DEPTH_MAX);
			memcpy(open[depth++], name, sizeof name);
		}
	}
	assert_int_equal(depth, 0);
}

/* Nothing is fetched when the mail is opened, and nothing can run. */
static void assert_self_contained(const char *html)
{
	static const char *const outside[] = {"src=", "url(",  "@import", "<script",
	                                      "<img", "<link", "<iframe", "javascript:"};
	for (size_t i = 0; i < LENGTH(outside); i++)
		if (strcasestr(html, outside[i]))
			fail_msg("%s", outside[i]);
}

/* Between "<body" and the end: what a reader may see. */
static void assert_shows(const char *html, const char *text)
{
	const char *body = strstr(html, "<body");
	assert_non_null(body);
	if (!strstr(body, text))
		fail_msg("%s", text);
}

static size_t count(const char *html, const char *text)
{
	size_t found = 0;
	for (; (html = strstr(html, text)) != NULL; html++)
		found++;
	return found;
}

static void it_says_what_matters(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	SCOPED(text) char *html = render(&alert);
	assert_well_formed(html);
	assert_self_contained(html);
	static const char *const texts[] = {
	    ">critical &middot; anomaly<",
	    ">Root signed in to the console without MFA<",
	    ">prod (111122223333)<",
	    ">Verdict<",
	    ">anomaly, critical: no routine rule explains it<",
	    ">ConsoleLogin on signin.amazonaws.com, succeeded<",
	    ">root user, console session, without MFA<",
	    ">203.0.113.7, region us-east-1<",
	    ">Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0<",
	    ">2026-11-24 03:55:01 UTC (4 minutes ago)<",
	    ">critical: ConsoleLogin succeeded and additionalEventData.MFAUsed is &quot;No&quot; (T1078.004)<",
	    ">1.<",
	    ">If it was not: reset root&#39;s password, then look at every event of this session.<",
	    "<a href=\"https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events/8a7b1c2d-",
	    "finding f-01JDEXAMPLE000000000000000, event 8a7b1c2d-0000-4000-8000-000000000001",
	};
	for (size_t i = 0; i < LENGTH(texts); i++)
		assert_shows(html, texts[i]);
	assert_int_equal(count(html, "Drill"), 0);
}

static void the_account_is_told_once_at_the_top(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	SCOPED(text) char *html = render(&alert);
	assert_int_equal(count(html, "111122223333"), 1);
}

static void a_drill_says_so_first(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	alert.drill = true;
	SCOPED(text) char *html = render(&alert);
	assert_well_formed(html);
	const char *badge = strstr(html, ">Drill</span>"), *severity = strstr(html, "critical &middot;");
	assert_non_null(badge);
	assert_true(badge < severity);
	assert_shows(html, ">a test of this channel. Nothing happened in any account.<");
}

static void everything_untrusted_is_escaped(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "<script>alert(1)</script>",
	    "<img src=x onerror=alert(1)>",
	    "</td></tr></table>",
	    "\"><a href=\"https://evil\">",
	    "'><b>",
	    "&lt;b&gt;",
	    "<!-- ",
	    "]]></style>",
	    "&#x3c;script&#x3e;",
	    "&",
	    "<",
	    "\x1b[31m<\x07",
	};
	for (size_t i = 0; i < LENGTH(texts); i++) {
		struct alert alert = hostile_alert(texts[i]);
		alert.account_name = texts[i];
		alert.steps[0] = texts[i];
		alert.console_url = "https://console.aws.amazon.com/?a='b'&c=\"d\"<e>";
		SCOPED(text) char *html = render(&alert);
		assert_well_formed(html);
		assert_shows(html, "href=\"https://console.aws.amazon.com/?a=&#39;b&#39;&amp;c=&quot;d&quot;&lt;e&gt;\"");
		assert_int_equal(count(html, "<a "), 1);
	}
}

static void what_cannot_be_seen_does_not_act(void **state)
{
	(void)state;
	struct alert alert = hostile_alert("a\r\n\t\x1b\xe2\x80\xae"
	                                   "b");
	SCOPED(text) char *html = render(&alert);
	static const char *const unseen[] = {"\r", "\t", "\x1b", "\xe2\x80\xae"};
	for (size_t i = 0; i < LENGTH(unseen); i++)
		assert_null(strstr(html, unseen[i]));
	assert_shows(html, ">a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	                   "b<");
}

static void more_signals_than_are_shown_are_counted(void **state)
{
	(void)state;
	struct alert alert = hostile_alert("because");
	SCOPED(text) char *html = render(&alert);
	assert_int_equal(count(html, "high: because (T1078.004)"), ALERT_SIGNALS_SHOWN);
	assert_shows(html, ">and 58 more<");
	alert.signal_count = ALERT_SIGNALS_SHOWN;
	SCOPED(text) char *all = render(&alert);
	assert_int_equal(count(all, " more<"), 0);
}

static void what_is_not_known_leaves_no_empty_part(void **state)
{
	(void)state;
	struct alert alert = hostile_alert("");
	alert.account_name = alert.console_url = "";
	alert.signal_count = alert.step_count = 0;
	SCOPED(text) char *html = render(&alert);
	assert_well_formed(html);
	assert_shows(html, ">no title<");
	assert_shows(html, ">unknown account<");
	assert_shows(html, ">unknown address<");
	static const char *const absent[] = {">Agent<", ">Why<", ">What to do now<", "<a ", "class=\"button\"", "><<"};
	const char *body = strstr(html, "<body");
	for (size_t i = 0; i < LENGTH(absent); i++)
		if (strstr(body, absent[i]))
			fail_msg("%s", absent[i]);
}

static void every_severity_has_a_colour_of_its_own(void **state)
{
	(void)state;
	char seen[SEVERITY_COUNT][8];
	for (int i = 0; i < SEVERITY_COUNT; i++) {
		struct alert alert = sample_alert();
		alert.severity = (enum severity)i;
		SCOPED(text) char *html = render(&alert);
		const char *colour = strstr(strstr(html, "class=\"card\""), "<td class=\"pad\" bgcolor=\"#");
		assert_non_null(colour);
		memcpy(seen[i], strchr(colour, '#'), 7);
		seen[i][7] = '\0';
		for (int j = 0; j < i; j++)
			assert_string_not_equal(seen[i], seen[j]);
	}
}

static void the_largest_alert_fits(void **state)
{
	(void)state;
	SCOPED(text) char *text = malloc(HUGE_BYTES + 1);
	assert_non_null(text);
	memset(text, '"', HUGE_BYTES); /* what grows most when escaped */
	text[HUGE_BYTES] = '\0';
	struct alert alert = hostile_alert(text);
	alert.account_name = text;
	alert.drill = true;
	alert.step_count = ALERT_STEPS_MAX;
	for (size_t i = 0; i < ALERT_STEPS_MAX; i++)
		alert.steps[i] = text;
	SCOPED(text) char *html = render(&alert);
	assert_well_formed(html);
	assert_shows(html, ">8.<");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_says_what_matters),
	    cmocka_unit_test(the_account_is_told_once_at_the_top),
	    cmocka_unit_test(a_drill_says_so_first),
	    cmocka_unit_test(everything_untrusted_is_escaped),
	    cmocka_unit_test(what_cannot_be_seen_does_not_act),
	    cmocka_unit_test(more_signals_than_are_shown_are_counted),
	    cmocka_unit_test(what_is_not_known_leaves_no_empty_part),
	    cmocka_unit_test(every_severity_has_a_colour_of_its_own),
	    cmocka_unit_test(the_largest_alert_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
