/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing members of findings and RESULTs, key order fixed. Knows alerts only:
 * neither events nor where anything is stored.
 */
#include "finding_json.h"

#include <string.h>

#include "base/json.h"

enum { RESULT_TEXT_BYTES = 256 };

void finding_put_key(struct strbuf *out, const char *key)
{
	if (out->length > 0 && out->data[out->length - 1] != '{')
		strbuf_putc(out, ',');
	json_quote(key, out);
	strbuf_putc(out, ':');
}

void finding_put_text(struct strbuf *out, const char *key, const char *text, size_t limit)
{
	finding_put_key(out, key);
	size_t length = strnlen(text, limit + 1);
	if (length <= limit) {
		json_quote(text, out);
		return;
	}
	SCOPED(text) char *cut = strndup(text, utf8_prefix(text, length, limit));
	json_quote(cut ? cut : "", out);
}

void finding_put_signals(struct strbuf *out, const struct alert *alert, bool with_technique)
{
	finding_put_key(out, "signals");
	strbuf_putc(out, '[');
	for (size_t i = 0; i < alert->signal_count; i++) {
		const struct alert_signal *signal = &alert->signals[i];
		strbuf_puts(out, i > 0 ? ",{" : "{");
		finding_put_text(out, "id", signal->id, RESULT_TEXT_BYTES);
		finding_put_text(out, "severity", severity_name(signal->severity), RESULT_TEXT_BYTES);
		if (with_technique)
			finding_put_text(out, "technique", signal->technique, RESULT_TEXT_BYTES);
		finding_put_text(out, "reason", signal->reason, RESULT_TEXT_BYTES);
		strbuf_putc(out, '}');
	}
	strbuf_putc(out, ']');
}

static void put_notify(struct strbuf *out, const char *const *notify, size_t count)
{
	finding_put_key(out, "notify");
	strbuf_putc(out, '[');
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(out, i > 0 ? "," : "");
		json_quote(notify[i], out);
	}
	strbuf_putc(out, ']');
}

void finding_put_result(struct strbuf *out, const struct alert *alert, const char *finding_id, bool duplicate,
                        const char *const *notify, size_t notify_count)
{
	strbuf_putc(out, '{');
	finding_put_text(out, "event_id", alert->event_id, RESULT_TEXT_BYTES);
	finding_put_text(out, "account", alert->account_id, RESULT_TEXT_BYTES);
	finding_put_text(out, "actor", actor_name(alert->actor), RESULT_TEXT_BYTES);
	finding_put_text(out, "verdict", verdict_name(alert->verdict), RESULT_TEXT_BYTES);
	finding_put_text(out, "severity", severity_name(alert->severity), RESULT_TEXT_BYTES);
	finding_put_text(out, "title", alert->title, RESULT_TEXT_BYTES);
	finding_put_signals(out, alert, false);
	if (finding_id) {
		finding_put_text(out, "finding_id", finding_id, RESULT_TEXT_BYTES);
	} else {
		finding_put_key(out, "finding_id");
		strbuf_puts(out, "null");
	}
	finding_put_key(out, "duplicate");
	strbuf_puts(out, duplicate ? "true" : "false");
	if (notify)
		put_notify(out, notify, notify_count);
	strbuf_putc(out, '}');
}
