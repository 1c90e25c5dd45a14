/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An alert as HTML for mail readers: severity at a glance, one column that fits a
 * phone, light and dark. Tables and inline styles, because mail readers drop the
 * rest; no image, script or outside resource. All text from an alert is escaped.
 */
#include <stddef.h>

#include "email_message.h"
#include "rootwatch/render.h"
#include "rootwatch/scope.h"

enum { STEP_BYTES = 400, LINE_BYTES = 1024 };

/* White text on each has a contrast of at least 4.5:1 (WCAG 2.1 AA). */
static const char *const colours[SEVERITY_COUNT] = {
    [SEVERITY_INFO] = "#5b6470", [SEVERITY_LOW] = "#1d5fa8",      [SEVERITY_MEDIUM] = "#8f5f00",
    [SEVERITY_HIGH] = "#c2410c", [SEVERITY_CRITICAL] = "#b3141d",
};

#define FONT  "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
#define WRAP  "word-break:break-word;overflow-wrap:anywhere;"
#define TABLE "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\""

/* Readers that know no prefers-color-scheme show the inline colours. */
static const char HEAD[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
    "<meta name=\"format-detection\" content=\"telephone=no,date=no,address=no,email=no,url=no\">\n"
    "<style>\n:root{color-scheme:light dark;supported-color-schemes:light dark}\n"
    "@media (prefers-color-scheme:dark){\n"
    ".page{background:#0f1216!important}\n"
    ".card{background:#1a1e24!important;border-color:#343b45!important}\n"
    ".ink{color:#e8eaed!important}\n"
    ".soft{color:#a3adb9!important}\n"
    ".line{border-color:#343b45!important}\n"
    ".button{background:#e8eaed!important}\n"
    ".button a{color:#14181d!important}\n"
    "}\n"
    "@media (max-width:480px){\n"
    ".gutter{padding:0!important}\n"
    ".card{border-radius:0!important;border-width:0!important}\n"
    ".pad{padding-left:18px!important;padding-right:18px!important}\n"
    "}\n"
    "a[x-apple-data-detectors]{color:inherit!important;text-decoration:none!important}\n"
    "</style>\n";

static void put_escaped(const char *text, struct strbuf *out)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&': strbuf_puts(out, "&amp;"); break;
		case '<': strbuf_puts(out, "&lt;"); break;
		case '>': strbuf_puts(out, "&gt;"); break;
		case '"': strbuf_puts(out, "&quot;"); break;
		case '\'': strbuf_puts(out, "&#39;"); break;
		default: strbuf_putc(out, *text);
		}
	}
}

static void put_line(const char *text, size_t limit, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf line = STRBUF_INIT(LINE_BYTES);
	render_line(text, limit, &line);
	put_escaped(strbuf_text(&line), out);
}

static void put_fact(const struct alert *alert, enum alert_fact fact, int64_t now_s, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf value = STRBUF_INIT(FACT_BYTES);
	alert_render_fact(alert, fact, now_s, &value);
	put_escaped(strbuf_text(&value), out);
}

/* What the list of mails shows after the subject. */
static void put_preview(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	strbuf_puts(out, "<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all;\">");
	put_fact(alert, FACT_CALL, now_s, out);
	strbuf_puts(out, " &middot; ");
	put_fact(alert, FACT_WHO, now_s, out);
	strbuf_puts(out, " &middot; ");
	put_fact(alert, FACT_FROM, now_s, out);
	strbuf_puts(out, "</div>\n");
}

static void put_headline(const struct alert *alert, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf account = STRBUF_INIT(LINE_BYTES);
	const char *colour = colours[alert->severity];
	strbuf_printf(
	    out,
	    "<tr><td class=\"pad\" bgcolor=\"%s\" style=\"background:%s;padding:20px 28px 22px;color:#ffffff;" FONT WRAP
	    "\">\n"
	    "<div style=\"font-size:13px;line-height:18px;font-weight:700;letter-spacing:1px;"
	    "text-transform:uppercase;\">",
	    colour, colour);
	if (alert->drill)
		strbuf_printf(out,
		              "<span style=\"background:#ffffff;color:%s;padding:2px 8px;border-radius:3px;\">Drill</span>"
		              "&nbsp; ",
		              colour);
	strbuf_printf(out,
	              "%s &middot; %s</div>\n"
	              "<div style=\"font-size:22px;line-height:28px;font-weight:700;padding-top:6px;\">",
	              severity_name(alert->severity), verdict_name(alert->verdict));
	put_line(alert->title[0] != '\0' ? alert->title : "no title", LINE_BYTES / 4, out);
	strbuf_puts(out, "</div>\n<div style=\"font-size:16px;line-height:22px;padding-top:6px;\">");
	alert_render_account(alert, &account);
	put_escaped(strbuf_text(&account), out);
	strbuf_puts(out, "</div>\n</td></tr>\n");
}

static void put_facts(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf value = STRBUF_INIT(FACT_BYTES);
	strbuf_puts(out, "<tr><td class=\"pad\" style=\"padding:16px 28px 4px;\">\n" TABLE " width=\"100%\">\n");
	for (enum alert_fact fact = 0; fact < FACT_COUNT; fact++) {
		strbuf_reset(&value);
		alert_render_fact(alert, fact, now_s, &value);
		if (value.length == 0 || fact == FACT_ACCOUNT) /* the headline has the account */
			continue;
		strbuf_printf(out,
		              "<tr><td class=\"soft\" width=\"72\" valign=\"top\" style=\"width:72px;padding:5px 8px 5px 0;"
		              "color:#5b6470;font-size:15px;line-height:21px;" FONT "\">%s</td>\n"
		              "<td class=\"ink\" valign=\"top\" style=\"padding:5px 0;color:#14181d;font-size:15px;"
		              "line-height:21px;" FONT WRAP "\">",
		              alert_fact_label(fact));
		put_escaped(strbuf_text(&value), out);
		strbuf_puts(out, "</td></tr>\n");
	}
	strbuf_puts(out, "</table>\n</td></tr>\n");
}

static void open_list(const char *heading, struct strbuf *out)
{
	strbuf_printf(out,
	              "<tr><td class=\"pad\" style=\"padding:12px 28px 4px;\">\n"
	              "<div class=\"ink line\" style=\"border-top:1px solid #dfe3e8;padding:14px 0 4px;color:#14181d;"
	              "font-size:16px;line-height:22px;font-weight:700;" FONT "\">%s</div>\n" TABLE " width=\"100%%\">\n",
	              heading);
}

static void open_item(const char *marker, struct strbuf *out)
{
	strbuf_printf(out,
	              "<tr><td class=\"soft\" width=\"20\" valign=\"top\" style=\"width:20px;padding:4px 0;color:#5b6470;"
	              "font-size:15px;line-height:21px;" FONT "\">%s</td>\n"
	              "<td class=\"ink\" valign=\"top\" style=\"padding:4px 0;color:#14181d;font-size:15px;"
	              "line-height:21px;" FONT WRAP "\">",
	              marker);
}

static void close_item(struct strbuf *out)
{
	strbuf_puts(out, "</td></tr>\n");
}

static void close_list(struct strbuf *out)
{
	strbuf_puts(out, "</table>\n</td></tr>\n");
}

static void put_reasons(const struct alert *alert, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf reason = STRBUF_INIT(REASON_BYTES);
	if (alert->signal_count == 0)
		return;
	open_list("Why", out);
	for (size_t i = 0; i < alert_signals_shown(alert); i++) {
		strbuf_reset(&reason);
		alert_render_reason(&alert->signals[i], &reason);
		open_item("&bull;", out);
		put_escaped(strbuf_text(&reason), out);
		close_item(out);
	}
	if (alert->signal_count > alert_signals_shown(alert)) {
		open_item("&bull;", out);
		strbuf_printf(out, "and %zu more", alert->signal_count - alert_signals_shown(alert));
		close_item(out);
	}
	close_list(out);
}

static void put_steps(const struct alert *alert, struct strbuf *out)
{
	if (alert->step_count == 0)
		return;
	open_list("What to do now", out);
	for (size_t i = 0; i < alert->step_count; i++) {
		char number[] = "1.";
		number[0] = (char)('1' + i);
		open_item(number, out);
		put_line(alert->steps[i], STEP_BYTES, out);
		close_item(out);
	}
	close_list(out);
}

/* A table cell as a button: Outlook ignores padding on links. */
static void put_button(const struct alert *alert, struct strbuf *out)
{
	if (alert->console_url[0] == '\0')
		return;
	strbuf_puts(out, "<tr><td class=\"pad\" style=\"padding:16px 28px 4px;\">\n" TABLE "><tr>"
	                 "<td class=\"button\" bgcolor=\"#14181d\" style=\"background:#14181d;border-radius:6px;\">"
	                 "<a href=\"");
	put_escaped(alert->console_url, out);
	strbuf_puts(out, "\" style=\"display:inline-block;padding:12px 20px;color:#ffffff;font-size:15px;line-height:20px;"
	                 "font-weight:700;text-decoration:none;" FONT "\">Open the event in CloudTrail</a>"
	                 "</td></tr></table>\n</td></tr>\n");
}

static void put_foot(const struct alert *alert, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf ids = STRBUF_INIT(LINE_BYTES);
	alert_render_ids(alert, &ids);
	strbuf_puts(out, "<tr><td class=\"pad soft\" style=\"padding:16px 28px 24px;color:#5b6470;font-size:12px;"
	                 "line-height:18px;" FONT WRAP "\">");
	put_escaped(strbuf_text(&ids), out);
	strbuf_puts(out, "<br>Sent by rootwatch, which watches the AWS root user.</td></tr>\n");
}

void email_render_html(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	strbuf_puts(out, HEAD);
	strbuf_puts(out, "<title>rootwatch alert</title></head>\n"
	                 "<body class=\"page\" style=\"margin:0;padding:0;background:#eef0f3;\">\n");
	put_preview(alert, now_s, out);
	strbuf_puts(out, TABLE " width=\"100%\" class=\"page\" bgcolor=\"#eef0f3\" style=\"background:#eef0f3;\">"
	                       "<tr><td class=\"gutter\" align=\"center\" style=\"padding:24px 12px;\">\n" TABLE
	                       " width=\"100%\" class=\"card\" bgcolor=\"#ffffff\" style=\"max-width:640px;width:100%;"
	                       "background:#ffffff;border:1px solid #dfe3e8;border-radius:8px;overflow:hidden;\">\n");
	put_headline(alert, out);
	put_facts(alert, now_s, out);
	put_reasons(alert, out);
	put_steps(alert, out);
	put_button(alert, out);
	put_foot(alert, out);
	strbuf_puts(out, "</table>\n</td></tr></table>\n</body></html>\n");
}
