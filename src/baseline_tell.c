/* SPDX-License-Identifier: Apache-2.0 */
/* What a baseline says about an event, in lines for a person. Pure. */
#include <string.h>

#include "base/json.h"
#include "baseline.h"
#include "rootwatch/alert.h"

static const char *const kind_words[BASELINE_KIND_COUNT] = {
    [BASELINE_NETWORK] = "network", [BASELINE_CLIENT] = "client", [BASELINE_REGION] = "region",
    [BASELINE_SERVICE] = "service", [BASELINE_TARGET] = "target",
};

static const struct baseline_item *find(const struct baseline *baseline, enum baseline_kind kind, const char *value)
{
	for (size_t i = 0; i < baseline->counts[kind]; i++)
		if (strcmp(baseline->items[kind][i].value, value) == 0)
			return &baseline->items[kind][i];
	return NULL;
}

static void tell_value(const struct baseline *baseline, enum baseline_kind kind, const struct baseline_facts *facts,
                       struct strbuf *out)
{
	const char *value = facts->values[kind];
	const struct baseline_item *item = find(baseline, kind, value);
	strbuf_printf(out, "usual    %s ", kind_words[kind]);
	json_quote(value, out); /* untrusted, and one line */
	if (!item) {
		strbuf_puts(out, ": not seen before\n");
		return;
	}
	bool known = baseline_knows(baseline, kind, value, facts->time_s);
	strbuf_puts(out, known ? ": known since " : ": seen too recently to be usual, first at ");
	alert_render_time(item->first_s, out);
	strbuf_putc(out, '\n');
}

void baseline_tell(const struct baseline *baseline, const struct baseline_facts *facts, struct strbuf *out)
{
	if (baseline->first_s == 0) {
		strbuf_puts(out, "usual    nothing is known of root of this account before\n");
		return;
	}
	strbuf_puts(out, "usual    root of this account is known since ");
	alert_render_time(baseline->first_s, out);
	int64_t previous_s = baseline_previous_s(baseline, facts->time_s);
	if (previous_s > 0) {
		strbuf_puts(out, ", and acted last before this at ");
		alert_render_time(previous_s, out);
	}
	strbuf_putc(out, '\n');
	for (enum baseline_kind kind = 0; kind < BASELINE_KIND_COUNT; kind++)
		if (facts->values[kind][0])
			tell_value(baseline, kind, facts, out);
	if (baseline->alarm_s == 0)
		return;
	strbuf_puts(out, "usual    the latest alarming act was at ");
	alert_render_time(baseline->alarm_s, out);
	strbuf_puts(out, "; what is done near one never becomes usual\n");
}
