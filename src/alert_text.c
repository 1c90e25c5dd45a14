/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The alert in plain text, as terminals, SNS e-mail and mail readers without HTML
 * show it: about 25 lines, the worst first. Must say nothing that alert.c does not
 * say to every channel.
 */
#include <string.h>

#include "rootwatch/alert.h"
#include "rootwatch/render.h"
#include "rootwatch/scope.h"

enum {
	COLUMNS = 100,     /* narrower than this, mail readers and terminals need not break lines themselves */
	LABEL_COLUMNS = 9, /* "Verdict: " */
	LINE_BYTES = 4096,
	STEP_BYTES = 400,
};

/* Terminal columns of UTF-8 text, wide characters counted as one: near enough for a soft limit. */
static size_t columns_of(const char *text, size_t length)
{
	size_t columns = 0;
	for (size_t i = 0; i < length; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

/* `first` and then `text`, broken at spaces; the following lines are indented as far as `first` is wide. */
static void put_wrapped(const char *first, const char *text, struct strbuf *out)
{
	const size_t indent = columns_of(first, strlen(first));
	size_t column = indent;
	strbuf_puts(out, first);
	while (*text != '\0') {
		size_t spaces = strspn(text, " ");
		size_t word = strcspn(text + spaces, " ");
		size_t columns = columns_of(text, spaces + word);
		if (column > indent && column + columns > COLUMNS) {
			strbuf_printf(out, "\n%*s", (int)indent, "");
			column = indent;
			text += spaces;
			columns -= spaces;
			spaces = 0;
		}
		strbuf_add(out, text, spaces + word);
		column += columns;
		text += spaces + word;
	}
	strbuf_putc(out, '\n');
}

static void put_facts(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf value = STRBUF_INIT(FACT_BYTES);
	for (enum alert_fact fact = 0; fact < FACT_COUNT; fact++) {
		strbuf_reset(&value);
		alert_render_fact(alert, fact, now_s, &value);
		if (value.length == 0)
			continue;
		char label[LABEL_COLUMNS + 1] = "         ";
		size_t length = strlen(alert_fact_label(fact));
		memcpy(label, alert_fact_label(fact), length);
		label[length] = ':';
		put_wrapped(label, strbuf_text(&value), out);
	}
}

static void put_reasons(const struct alert *alert, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf reason = STRBUF_INIT(REASON_BYTES);
	if (alert->signal_count > 0)
		strbuf_puts(out, "\nWhy\n");
	for (size_t i = 0; i < alert_signals_shown(alert); i++) {
		strbuf_reset(&reason);
		alert_render_reason(&alert->signals[i], &reason);
		put_wrapped("  - ", strbuf_text(&reason), out);
	}
	if (alert->signal_count > alert_signals_shown(alert))
		strbuf_printf(out, "  - and %zu more\n", alert->signal_count - alert_signals_shown(alert));
}

static void put_steps(const struct alert *alert, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf step = STRBUF_INIT(STEP_BYTES);
	if (alert->step_count > 0)
		strbuf_puts(out, "\nWhat to do now\n");
	for (size_t i = 0; i < alert->step_count; i++) {
		char number[] = "  1. ";
		_Static_assert(ALERT_STEPS_MAX < 10, "a step's number has one digit");
		number[2] = (char)('1' + i);
		strbuf_reset(&step);
		render_line(alert->steps[i], STEP_BYTES, &step);
		put_wrapped(number, strbuf_text(&step), out);
	}
}

void alert_render_text(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf line = STRBUF_INIT(LINE_BYTES);

	alert_render_subject(alert, LINE_BYTES, &line);
	put_wrapped("", strbuf_text(&line), out);
	strbuf_putc(out, '\n');
	put_facts(alert, now_s, out);
	put_reasons(alert, out);
	put_steps(alert, out);
	strbuf_putc(out, '\n');
	if (alert->console_url[0] != '\0')
		strbuf_printf(out, "CloudTrail: %s\n", alert->console_url);
	strbuf_reset(&line);
	alert_render_ids(alert, &line);
	put_wrapped("", strbuf_text(&line), out);
}
