/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An alert as a SIEM wants it: structured data with the fields that rules filter by;
 * then a line that a person can read, and behind it, from the first brace to the end,
 * the finding's JSON for who parses more. A finding that would make the message too
 * long for receivers is left to be fetched by its id. Pure; sends nothing. RFC 5424.
 */
#include "syslog_message.h"

#include <string.h>
#include <time.h>

#include "rootwatch/render.h"
#include "rootwatch/scope.h"

enum {
	HEADER_BYTES = 512,
	VALUE_BYTES = 128, /* of a structured value, before it is escaped */
	DATA_BYTES = 6 * 1024,
	SUBJECT_BYTES = 400,
	TIME_BYTES = sizeof "2026-11-24T03:55:01Z",
};

static const char BOM[] = "\xef\xbb\xbf"; /* says that the message is UTF-8 */

/* RFC 5424, table 2: critical, error, warning, notice, informational */
static const unsigned severities[SEVERITY_COUNT] = {
    [SEVERITY_INFO] = 6, [SEVERITY_LOW] = 5, [SEVERITY_MEDIUM] = 4, [SEVERITY_HIGH] = 3, [SEVERITY_CRITICAL] = 2,
};

/* "2026-11-24T03:55:01Z"; "" for a time that is not known. */
static void format_time(int64_t time_s, char ret_text[TIME_BYTES])
{
	struct tm utc;
	time_t time = (time_t)time_s;
	if (time_s <= 0 || !gmtime_r(&time, &utc) || strftime(ret_text, TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		ret_text[0] = '\0';
}

/* ` name="value"`, with what ends a value escaped; nothing for an empty one. */
static void put_parameter(const char *name, const char *value, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf line = STRBUF_INIT(VALUE_BYTES);
	render_line(value, VALUE_BYTES, &line);
	if (line.length == 0)
		return;
	strbuf_printf(out, " %s=\"", name);
	for (const char *c = line.data; *c != '\0'; c++) {
		if (strchr("\"\\]", *c))
			strbuf_putc(out, '\\');
		strbuf_putc(out, *c);
	}
	strbuf_putc(out, '"');
}

/* "console_login_no_mfa,console_login": the worst ones, as many as fit whole. */
static void put_signals(const struct alert *alert, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf ids = STRBUF_INIT(VALUE_BYTES);
	for (size_t i = 0; i < alert->signal_count && ids.length + strlen(alert->signals[i].id) < VALUE_BYTES; i++)
		strbuf_printf(&ids, "%s%s", i > 0 ? "," : "", alert->signals[i].id);
	put_parameter("signals", strbuf_text(&ids), out);
}

/* The number is the one that RFC 5612 keeps for documentation: we have none of our own. */
static void put_structured_data(const struct alert *alert, struct strbuf *out)
{
	char time[TIME_BYTES];
	format_time(alert->event_time_s, time);
	strbuf_puts(out, "[rootwatch@32473");
	put_parameter("drill", alert->drill ? "true" : "", out);
	put_parameter("finding", alert->finding_id, out);
	put_parameter("verdict", verdict_name(alert->verdict), out);
	put_parameter("severity", severity_name(alert->severity), out);
	put_parameter("actor", actor_name(alert->actor), out);
	put_parameter("account", alert->account_id, out);
	put_parameter("account_name", alert->account_name, out);
	put_parameter("event", alert->event_name, out);
	put_parameter("event_source", alert->event_source, out);
	put_parameter("event_id", alert->event_id, out);
	put_parameter("event_time", time, out);
	put_parameter("region", alert->region, out);
	put_parameter("source_ip", alert->source_ip, out);
	put_parameter("user_agent", alert->user_agent, out);
	put_parameter("error", alert->failed ? alert->error_code : "", out);
	put_signals(alert, out);
	strbuf_putc(out, ']');
}

/* No brace, so that the first one in the message is where the JSON begins. */
static void put_subject(const struct alert *alert, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf subject = STRBUF_INIT(SUBJECT_BYTES);
	alert_render_subject(alert, SUBJECT_BYTES, &subject);
	for (const char *c = strbuf_text(&subject); *c != '\0'; c++)
		strbuf_putc(out, *c == '{' ? '(' : *c == '}' ? ')' : *c);
}

static void put_header(const struct alert *alert, const struct syslog_origin *origin, struct strbuf *out)
{
	char time[TIME_BYTES];
	format_time(alert->received_time_s, time);
	strbuf_printf(out, "<%u>1 %s %s rootwatch %ld %s ", origin->facility * 8 + severities[alert->severity],
	              time[0] != '\0' ? time : "-", origin->hostname, origin->process_id,
	              alert->drill ? "drill" : verdict_name(alert->verdict));
}

bool syslog_render_frame(const struct alert *alert, const struct syslog_origin *origin, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf message = STRBUF_INIT(HEADER_BYTES + DATA_BYTES + SYSLOG_MESSAGE_BYTES);
	put_header(alert, origin, &message);
	put_structured_data(alert, &message);
	strbuf_printf(&message, " %s", BOM);
	put_subject(alert, &message);
	strbuf_putc(&message, ' ');
	if (message.length + strlen(alert->json) <= SYSLOG_MESSAGE_BYTES)
		strbuf_puts(&message, alert->json);
	else
		strbuf_printf(&message, "{\"finding_id\":\"%s\",\"truncated\":true}", alert->finding_id);
	strbuf_printf(out, "%zu %s", message.length, strbuf_text(&message));
	return !message.overflowed && !out->overflowed;
}
