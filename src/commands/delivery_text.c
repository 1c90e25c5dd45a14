/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of the list and the lines of one delivery are tables of fields. */
#include "commands/delivery_text.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "rootwatch/notifier.h"
#include "rootwatch/render.h"

enum { CELL_BYTES = 2 * OUTCOME_DETAIL_BYTES };

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

struct field {
	const char *label;
	const char *member;
	void (*put)(const cJSON *value, int64_t now_s, struct strbuf *out); /* value: NULL when it is not there */
};

/* ---- values ---- */

static const char *text_of(const cJSON *value)
{
	const char *text = cJSON_GetStringValue(value);
	return text ? text : "";
}

static void put_text(const cJSON *value, int64_t now_s, struct strbuf *out)
{
	(void)now_s;
	render_line(text_of(value), OUTCOME_DETAIL_BYTES, out);
}

static void put_number(const cJSON *value, int64_t now_s, struct strbuf *out)
{
	(void)now_s;
	strbuf_printf(out, "%" PRId64, cJSON_IsNumber(value) ? (int64_t)value->valuedouble : 0);
}

/* "45s", "3m", "7h", "12d": whole ones of the largest unit that fits */
static void put_span(int64_t seconds, struct strbuf *out)
{
	enum { MINUTE_S = 60, HOUR_S = 60 * MINUTE_S, DAY_S = 24 * HOUR_S };
	if (seconds < MINUTE_S)
		strbuf_printf(out, "%" PRId64 "s", seconds > 0 ? seconds : 0);
	else if (seconds < HOUR_S)
		strbuf_printf(out, "%" PRId64 "m", seconds / MINUTE_S);
	else if (seconds < DAY_S)
		strbuf_printf(out, "%" PRId64 "h", seconds / HOUR_S);
	else
		strbuf_printf(out, "%" PRId64 "d", seconds / DAY_S);
}

static void put_time_since(const cJSON *value, int64_t now_s, struct strbuf *out)
{
	int64_t time_s;
	if (clock_parse_utc(text_of(value), &time_s))
		put_span(now_s - time_s, out);
	else
		strbuf_putc(out, '-');
}

static void put_time_until(const cJSON *value, int64_t now_s, struct strbuf *out)
{
	int64_t time_s;
	if (!clock_parse_utc(text_of(value), &time_s))
		strbuf_putc(out, '-');
	else if (time_s <= now_s)
		strbuf_puts(out, "now");
	else
		put_span(time_s - now_s, out);
}

static void put_field(const struct field *field, const cJSON *object, int64_t now_s, struct strbuf *out)
{
	field->put(json_member(object, field->member), now_s, out);
}

/* ---- the table ---- */

static const struct field columns[] = {
    {"ID", "id", put_number},           {"STATE", "state", put_text},
    {"NOTIFIER", "notifier", put_text}, {"FINDING", "finding_id", put_text},
    {"TRIES", "attempts", put_number},  {"AGE", "created", put_time_since},
    {"NEXT", "next", put_time_until},   {"DETAIL", "detail", put_text}, /* last: it may be long */
};

static size_t widest(const struct field *column, const cJSON *deliveries, int64_t now_s)
{
	SCOPED(strbuf) struct strbuf cell = STRBUF_INIT(CELL_BYTES);
	strbuf_puts(&cell, column->label);
	size_t width = cell.length;
	for (const cJSON *delivery = deliveries->child; delivery; delivery = delivery->next) {
		strbuf_reset(&cell);
		put_field(column, delivery, now_s, &cell);
		width = cell.length > width ? cell.length : width;
	}
	return width;
}

/* Blanks up to the column's width and two more; the last column ends the line. */
static void pad(size_t column, size_t length, size_t width, struct strbuf *out)
{
	if (column + 1 < LENGTH(columns))
		strbuf_printf(out, "%*s", (int)(width - length) + 2, "");
	else
		strbuf_putc(out, '\n');
}

/* The head, for a delivery of NULL. */
static void put_row(const cJSON *delivery, const size_t widths[], int64_t now_s, struct strbuf *out)
{
	for (size_t i = 0; i < LENGTH(columns); i++) {
		size_t start = out->length;
		if (delivery)
			put_field(&columns[i], delivery, now_s, out);
		else
			strbuf_puts(out, columns[i].label);
		pad(i, out->length - start, widths[i], out);
	}
}

bool delivery_text_table(const char *json, size_t length, int64_t now_s, struct strbuf *out)
{
	SCOPED(json) cJSON *deliveries = NULL;
	if (json_read(json, length, &deliveries, NULL) != JSON_OK || !cJSON_IsArray(deliveries))
		return false;
	size_t widths[LENGTH(columns)];
	for (size_t i = 0; i < LENGTH(columns); i++)
		widths[i] = widest(&columns[i], deliveries, now_s);
	if (deliveries->child)
		put_row(NULL, widths, now_s, out);
	for (const cJSON *delivery = deliveries->child; delivery; delivery = delivery->next)
		put_row(delivery, widths, now_s, out);
	return !out->overflowed;
}

/* ---- one delivery ---- */

static const struct field lines[] = {
    {"delivery", "id", put_number},   {"finding", "finding_id", put_text},  {"notifier", "notifier", put_text},
    {"state", "state", put_text},     {"created", "created", put_text},     {"next", "next", put_text},
    {"settled", "settled", put_text}, {"attempts", "attempts", put_number},
};

static void put_attempt(const cJSON *attempt, struct strbuf *out)
{
	strbuf_puts(out, "  ");
	put_text(json_member(attempt, "at"), 0, out);
	strbuf_puts(out, "  ");
	put_text(json_member(attempt, "outcome"), 0, out);
	strbuf_puts(out, ": ");
	put_text(json_member(attempt, "detail"), 0, out);
	strbuf_putc(out, '\n');
}

bool delivery_text_one(const char *json, size_t length, struct strbuf *out)
{
	SCOPED(json) cJSON *delivery = NULL;
	if (json_read(json, length, &delivery, NULL) != JSON_OK || !cJSON_IsObject(delivery))
		return false;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		if (cJSON_IsNull(json_member(delivery, lines[i].member)))
			continue;
		strbuf_printf(out, "%-9s ", lines[i].label);
		put_field(&lines[i], delivery, 0, out);
		strbuf_putc(out, '\n');
	}
	const cJSON *history = json_member(delivery, "history");
	for (const cJSON *attempt = history ? history->child : NULL; attempt; attempt = attempt->next)
		put_attempt(attempt, out);
	return !out->overflowed;
}
