/* SPDX-License-Identifier: Apache-2.0 */
/* Widths are fixed before the first row, so that nothing has to be held back. */
#include "commands/scan_table.h"

#include <string.h>

#include "rootwatch/render.h"
#include "rootwatch/scope.h"

enum {
	TIME_COLUMNS = sizeof "2026-11-24 03:55:01 UTC" - 1,
	SEVERITY_COLUMNS = sizeof "critical" - 1,
	VERDICT_COLUMNS = sizeof "not_root" - 1,
	ACCOUNT_COLUMNS = sizeof "unknown account" - 1,
	ACCOUNT_COLUMNS_MAX = 40,
	SOURCE_BYTES = 64, /* an address, or the name of a service */
};

static struct alert account_of(const char *id, const char *name)
{
	return (struct alert){.account_id = id, .account_name = name};
}

/* Of what is behind `start`; wide characters are counted as one. */
static size_t columns_of(const struct strbuf *text, size_t start)
{
	size_t columns = 0;
	for (size_t i = start; i < text->length; i++)
		columns += ((unsigned char)text->data[i] & 0xc0) != 0x80;
	return columns;
}

struct scan_table scan_table_of(const struct policy *policy, bool coloured)
{
	struct scan_table table = {.policy = policy, .account_columns = ACCOUNT_COLUMNS, .coloured = coloured};
	for (size_t i = 0; i < policy->account_count; i++) {
		SCOPED(strbuf) struct strbuf cell = STRBUF_INIT(JUDGEMENT_WHO_BYTES);
		struct alert account = account_of(policy->accounts[i].id, policy->accounts[i].name);
		alert_render_account(&account, &cell);
		size_t columns = columns_of(&cell, 0);
		if (columns > table.account_columns && columns <= ACCOUNT_COLUMNS_MAX)
			table.account_columns = columns;
	}
	return table;
}

/* Ends the cell that began at `start`. */
static void pad(struct strbuf *out, size_t start, size_t width)
{
	size_t columns = columns_of(out, start);
	strbuf_printf(out, "%*s", columns < width ? (int)(width - columns) + 2 : 2, "");
}

/* What most terminals show, and those that see little of colour too: ECMA-48, select graphic rendition. */
static const char *const severity_colours[SEVERITY_COUNT] = {
    [SEVERITY_INFO] = "2",  [SEVERITY_LOW] = "36",        [SEVERITY_MEDIUM] = "33",
    [SEVERITY_HIGH] = "31", [SEVERITY_CRITICAL] = "1;31",
};

static void put_severity(const struct scan_table *table, enum severity severity, struct strbuf *out)
{
	const char *name = severity_name(severity);
	size_t width = SEVERITY_COLUMNS + 2;
	if (table->coloured)
		strbuf_printf(out, "\x1b[%sm%s\x1b[0m%*s", severity_colours[severity], name, (int)(width - strlen(name)), "");
	else
		strbuf_printf(out, "%-*s", (int)width, name);
}

static void put_cell(struct strbuf *out, const char *text, size_t width)
{
	size_t start = out->length;
	strbuf_puts(out, text);
	pad(out, start, width);
}

void scan_table_head(const struct scan_table *table, struct strbuf *out)
{
	strbuf_puts(out, table->coloured ? "\x1b[1m" : "");
	put_cell(out, "TIME", TIME_COLUMNS);
	put_cell(out, "SEVERITY", SEVERITY_COLUMNS);
	put_cell(out, "VERDICT", VERDICT_COLUMNS);
	put_cell(out, "ACCOUNT", table->account_columns);
	strbuf_puts(out, table->coloured ? "WHAT\x1b[0m\n" : "WHAT\n");
}

void scan_table_row(const struct scan_table *table, const struct event *event, const struct judgement *judgement,
                    struct strbuf *out)
{
	size_t start = out->length;
	alert_render_time(event->time_s, out);
	pad(out, start, TIME_COLUMNS);
	put_severity(table, judgement->severity, out);
	put_cell(out, verdict_name(judgement->verdict), VERDICT_COLUMNS);
	start = out->length;
	const char *id = event_account(event);
	struct alert account = account_of(id, policy_account_name(table->policy, id));
	alert_render_account(&account, out);
	pad(out, start, table->account_columns);
	render_line(judgement->title, JUDGEMENT_TITLE_BYTES, out);
	if (event->source_ip[0] != '\0') {
		strbuf_puts(out, ", from ");
		render_line(event->source_ip, SOURCE_BYTES, out);
	}
	strbuf_putc(out, '\n');
}
