/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An alert as an Internet message: header, plain text and HTML in
 * multipart/alternative. Nothing untrusted reaches a header unless it is printable
 * ASCII or an encoded word. Pure; sends nothing.
 * RFC 5322, 2045 (quoted-printable), 2046, 2047, 3834 (Auto-Submitted).
 */
#include "email_message.h"

#include <string.h>
#include <time.h>

#include "rootwatch/render.h"
#include "rootwatch/scope.h"

enum {
	SUBJECT_BYTES = 200,
	TEXT_BYTES = 64 * 1024, /* alert.h bounds the text far below this */
	BODY_COLUMNS = 75,      /* of a quoted-printable line, without the '=' that continues it */
	WORD_COLUMNS = 64,      /* of an encoded word: at most 75, and a line of 76 with "Subject: " before it */
};

#define BOUNDARY "=_rootwatch_alternative" /* quoted-printable text never holds "=_" */

static bool is_plain_subject(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return !strstr(text, "=?"); /* would be read as an encoded word */
}

/* Bytes of a character in the Q encoding: what is safe everywhere stands for itself. */
static size_t q_encode(const char *character, size_t length, struct strbuf *out)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/";
	size_t before = out->length;
	for (size_t i = 0; i < length; i++) {
		if (strchr(safe, character[i]))
			strbuf_putc(out, character[i]);
		else if (character[i] == ' ')
			strbuf_putc(out, '_');
		else
			strbuf_printf(out, "=%02X", (unsigned)(unsigned char)character[i]);
	}
	return out->length - before;
}

void email_render_subject(const struct alert *alert, struct strbuf *out)
{
	static const char open[] = "=?UTF-8?Q?", close[] = "?=";
	SCOPED(strbuf) struct strbuf subject = STRBUF_INIT(SUBJECT_BYTES), encoded = STRBUF_INIT(16);
	alert_render_subject(alert, SUBJECT_BYTES, &subject);
	if (is_plain_subject(strbuf_text(&subject))) {
		strbuf_puts(out, strbuf_text(&subject));
		return;
	}
	strbuf_puts(out, open);
	size_t columns = sizeof open - 1;
	for (size_t i = 0; i < subject.length;) {
		size_t length = utf8_character(subject.data + i, subject.length - i);
		strbuf_reset(&encoded);
		size_t width = q_encode(subject.data + i, length, &encoded);
		if (columns + width + sizeof close - 1 > WORD_COLUMNS) {
			strbuf_printf(out, "%s\r\n %s", close, open);
			columns = sizeof open - 1;
		}
		strbuf_puts(out, encoded.data);
		columns += width;
		i += length;
	}
	strbuf_puts(out, close);
}

/* "Tue, 24 Nov 2026 03:55:01 +0000"; strftime would ask the locale. */
static void put_date(int64_t time_s, struct strbuf *out)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t time = (time_t)time_s;
	struct tm utc = {0};
	gmtime_r(&time, &utc);
	strbuf_printf(out, "%.3s, %d %.3s %04d %02d:%02d:%02d +0000", days + 3 * utc.tm_wday, utc.tm_mday,
	              months + 3 * utc.tm_mon, utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

static void put_header(const struct alert *alert, const struct email_envelope *envelope, int64_t now_s,
                       struct strbuf *out)
{
	strbuf_printf(out, "From: rootwatch <%s>\r\nTo: ", envelope->from);
	for (size_t i = 0; i < envelope->to_count; i++)
		strbuf_printf(out, "%s%s", i > 0 ? ",\r\n " : "", envelope->to[i]);
	strbuf_puts(out, "\r\nSubject: ");
	email_render_subject(alert, out);
	strbuf_puts(out, "\r\nDate: ");
	put_date(now_s, out);
	/* The same finding is the same message, whenever and however often it is sent. */
	strbuf_printf(out, "\r\nMessage-ID: <%s%s>\r\n", alert->finding_id, strrchr(envelope->from, '@'));
	strbuf_puts(out, "Auto-Submitted: auto-generated\r\n");
	if (alert->severity >= SEVERITY_HIGH && !alert->drill)
		strbuf_puts(out, "Importance: high\r\nX-Priority: 1\r\n");
	strbuf_puts(out, "MIME-Version: 1.0\r\n"
	                 "Content-Type: multipart/alternative; boundary=\"" BOUNDARY "\"\r\n\r\n");
}

/* Quoted-printable (RFC 2045, 6.7): LF becomes CRLF, lines stay within 76 columns, blanks at their end are kept. */
static void put_quoted_printable(const char *text, struct strbuf *out)
{
	size_t column = 0;
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			strbuf_puts(out, "\r\n");
			column = 0;
			continue;
		}
		bool last = text[1] == '\n' || text[1] == '\0';
		bool plain = (*text > ' ' && *text <= '~' && *text != '=') || (*text == ' ' && !last);
		if (column + (plain ? 1 : 3) > BODY_COLUMNS) {
			strbuf_puts(out, "=\r\n");
			column = 0;
		}
		if (plain)
			strbuf_putc(out, *text);
		else
			strbuf_printf(out, "=%02X", (unsigned)(unsigned char)*text);
		column += plain ? 1 : 3;
	}
}

static void put_part(const char *type, const struct strbuf *body, struct strbuf *out)
{
	strbuf_printf(out, "--" BOUNDARY "\r\nContent-Type: %s; charset=utf-8\r\n", type);
	strbuf_puts(out, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	put_quoted_printable(strbuf_text(body), out);
	strbuf_puts(out, "\r\n");
}

void email_render_message(const struct alert *alert, const struct email_envelope *envelope, int64_t now_s,
                          struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(TEXT_BYTES), html = STRBUF_INIT(EMAIL_HTML_BYTES);
	alert_render_text(alert, now_s, &text);
	email_render_html(alert, now_s, &html);

	put_header(alert, envelope, now_s, out);
	put_part("text/plain", &text, out);
	put_part("text/html", &html, out);
	strbuf_puts(out, "--" BOUNDARY "--\r\n");
	out->overflowed |= text.overflowed || html.overflowed;
}
