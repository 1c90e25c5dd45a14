/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an alert says, in words: names of severities, verdicts and actors, the
 * subject, and the facts and reasons that every channel lays out in its own way.
 * Pure: no I/O, no clock. Must not know any channel; the plain text that several
 * channels share is in alert_text.c.
 */
#include "rootwatch/alert.h"

#include <string.h>

#include "base/clock.h"
#include "rootwatch/render.h"
#include "rootwatch/scope.h"

/* How much of an untrusted value is shown: enough to recognise it, not enough to bury the alert. */
enum {
	ID_BYTES = 128,
	NAME_BYTES = 128,
	TITLE_BYTES = 200,
	WHO_BYTES = 200,
	AGENT_BYTES = 240,
	ERROR_BYTES = 240,
	EXPLANATION_BYTES = 320, /* announced work: who, why and its id */
	SIGNAL_BYTES = 280,
};

static const char *const severity_names[] = {
    [SEVERITY_INFO] = "info", [SEVERITY_LOW] = "low",           [SEVERITY_MEDIUM] = "medium",
    [SEVERITY_HIGH] = "high", [SEVERITY_CRITICAL] = "critical",
};
_Static_assert(sizeof severity_names / sizeof severity_names[0] == SEVERITY_COUNT, "a name for each severity");

static const char *const verdict_names[] = {
    [VERDICT_NOT_ROOT] = "not_root",
    [VERDICT_SERVICE] = "service",
    [VERDICT_ROUTINE] = "routine",
    [VERDICT_ANOMALY] = "anomaly",
};
_Static_assert(sizeof verdict_names / sizeof verdict_names[0] == VERDICT_COUNT, "a name for each verdict");

static const char *const actor_names[] = {
    [ACTOR_OTHER] = "other",
    [ACTOR_ROOT_USER] = "root_user",
    [ACTOR_ROOT_FEDERATED] = "root_federated",
    [ACTOR_ASSUMED_ROOT] = "assumed_root",
    [ACTOR_AWS_SERVICE] = "aws_service",
    [ACTOR_UNAUTHENTICATED] = "unauthenticated",
};
_Static_assert(sizeof actor_names / sizeof actor_names[0] == ACTOR_COUNT, "a name for each actor");

const char *severity_name(enum severity severity)
{
	return severity_names[severity];
}

const char *verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

const char *actor_name(enum actor actor)
{
	return actor_names[actor];
}

/* Index of `name`, or -1. */
static int name_find(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

bool severity_parse(const char *name, enum severity *ret_severity)
{
	int index = name_find(severity_names, SEVERITY_COUNT, name);
	if (index >= 0)
		*ret_severity = (enum severity)index;
	return index >= 0;
}

bool verdict_parse(const char *name, enum verdict *ret_verdict)
{
	int index = name_find(verdict_names, VERDICT_COUNT, name);
	if (index >= 0)
		*ret_verdict = (enum verdict)index;
	return index >= 0;
}

bool actor_parse(const char *name, enum actor *ret_actor)
{
	int index = name_find(actor_names, ACTOR_COUNT, name);
	if (index >= 0)
		*ret_actor = (enum actor)index;
	return index >= 0;
}

/* "4 minutes": the largest unit of which there are at least two. */
static void render_span(int64_t seconds, struct strbuf *out)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};

	size_t unit = 0;
	while (seconds < 2 * units[unit].seconds && units[unit].seconds > 1)
		unit++;
	int64_t count = seconds / units[unit].seconds;
	strbuf_printf(out, "%lld %s%s", (long long)count, units[unit].name, count == 1 ? "" : "s");
}

/* False when there is no such time, or none that can be written. */
static bool render_known_time(int64_t time_s, struct strbuf *out)
{
	char text[CLOCK_UTC_BYTES] = "";
	if (time_s != 0)
		clock_format_utc(time_s, text);
	if (text[0] == '\0')
		strbuf_puts(out, "unknown");
	else /* "2026-11-24T03:55:01Z" as people write it */
		strbuf_printf(out, "%.10s %.8s UTC", text, text + 11);
	return text[0] != '\0';
}

void alert_render_time(int64_t time_s, struct strbuf *out)
{
	render_known_time(time_s, out);
}

void alert_render_time_ago(int64_t time_s, int64_t now_s, struct strbuf *out)
{
	if (!render_known_time(time_s, out))
		return;
	strbuf_puts(out, " (");
	render_span(now_s >= time_s ? now_s - time_s : time_s - now_s, out);
	strbuf_puts(out, now_s >= time_s ? " ago)" : " ahead of this clock)");
}

void alert_render_account(const struct alert *alert, struct strbuf *out)
{
	if (alert->account_id[0] == '\0') {
		strbuf_puts(out, "unknown account");
		return;
	}
	if (alert->account_name[0] != '\0') {
		render_line(alert->account_name, NAME_BYTES, out);
		strbuf_puts(out, " (");
	}
	render_line(alert->account_id, ID_BYTES, out);
	if (alert->account_name[0] != '\0')
		strbuf_putc(out, ')');
}

static const char *severity_shout(enum severity severity)
{
	static const char *const shouts[SEVERITY_COUNT] = {"INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"};
	return shouts[severity];
}

void alert_render_subject(const struct alert *alert, size_t limit, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf line = STRBUF_INIT(1024);

	strbuf_printf(&line, "%s[%s] ", alert->drill ? "DRILL " : "", severity_shout(alert->severity));
	if (alert->account_id[0] == '\0') {
		strbuf_puts(&line, "unknown account");
	} else {
		render_line(alert->account_name, NAME_BYTES, &line);
		strbuf_puts(&line, alert->account_name[0] != '\0' ? " " : "");
		render_line(alert->account_id, ID_BYTES, &line);
	}
	strbuf_puts(&line, ": ");
	render_line(alert->title[0] != '\0' ? alert->title : "no title", TITLE_BYTES, &line);
	render_line(strbuf_text(&line), limit, out);
}

static void fact_drill(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	(void)now_s;
	if (alert->drill)
		strbuf_puts(out, "a test of this channel. Nothing happened in any account.");
}

static void fact_verdict(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	(void)now_s;
	if (alert->notice) {
		strbuf_puts(out, "none: this is a notice, no event");
		return;
	}
	strbuf_printf(out, "%s, %s", verdict_name(alert->verdict), severity_name(alert->severity));
	if (alert->explanation[0] != '\0') {
		strbuf_puts(out, ": explained by ");
		render_line(alert->explanation, EXPLANATION_BYTES, out);
	} else if (alert->verdict == VERDICT_ANOMALY) {
		strbuf_puts(out, ": no routine rule explains it");
	}
}

static void fact_account(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	(void)now_s;
	alert_render_account(alert, out);
}

static void fact_call(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	(void)now_s;
	if (alert->notice)
		return;
	render_line(alert->event_name[0] != '\0' ? alert->event_name : "unknown call", NAME_BYTES, out);
	if (alert->event_source[0] != '\0') {
		strbuf_puts(out, " on ");
		render_line(alert->event_source, NAME_BYTES, out);
	}
	strbuf_puts(out, alert->failed ? ", FAILED" : ", succeeded");
	if (!alert->failed)
		return;
	if (alert->error_code[0] != '\0') {
		strbuf_puts(out, ": ");
		render_line(alert->error_code, NAME_BYTES, out);
	}
	if (alert->error_message[0] != '\0') {
		strbuf_puts(out, ": ");
		render_line(alert->error_message, ERROR_BYTES, out);
	}
}

static void fact_who(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	(void)now_s;
	render_line(alert->who[0] != '\0' ? alert->who : actor_name(alert->actor), WHO_BYTES, out);
}

static void fact_from(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	(void)now_s;
	if (alert->notice)
		return;
	render_line(alert->source_ip[0] != '\0' ? alert->source_ip : "unknown address", NAME_BYTES, out);
	if (alert->region[0] != '\0') {
		strbuf_puts(out, ", region ");
		render_line(alert->region, NAME_BYTES, out);
	}
}

static void fact_agent(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	(void)now_s;
	render_line(alert->user_agent, AGENT_BYTES, out);
}

static void fact_when(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	if (alert->event_time_s != 0) {
		alert_render_time_ago(alert->event_time_s, now_s, out);
	} else {
		strbuf_puts(out, "unknown; received ");
		alert_render_time_ago(alert->received_time_s, now_s, out);
	}
	if (alert->late_s > 0) {
		strbuf_puts(out, "; LATE: arrived ");
		render_span(alert->late_s, out);
		strbuf_puts(out, " later than usual");
	}
}

static const struct {
	const char *label;
	void (*render)(const struct alert *alert, int64_t now_s, struct strbuf *out);
} facts[] = {
    [FACT_DRILL] = {"Drill", fact_drill},
    [FACT_VERDICT] = {"Verdict", fact_verdict},
    [FACT_ACCOUNT] = {"Account", fact_account},
    [FACT_CALL] = {"Call", fact_call},
    [FACT_WHO] = {"Who", fact_who},
    [FACT_FROM] = {"From", fact_from},
    [FACT_AGENT] = {"Agent", fact_agent},
    [FACT_WHEN] = {"When", fact_when},
};
_Static_assert(sizeof facts / sizeof facts[0] == FACT_COUNT, "a row for each fact");

const char *alert_fact_label(enum alert_fact fact)
{
	return facts[fact].label;
}

void alert_render_fact(const struct alert *alert, enum alert_fact fact, int64_t now_s, struct strbuf *out)
{
	facts[fact].render(alert, now_s, out);
}

void alert_render_reason(const struct alert_signal *signal, struct strbuf *out)
{
	strbuf_printf(out, "%s: ", severity_name(signal->severity));
	render_line(signal->reason[0] != '\0' ? signal->reason : signal->id, SIGNAL_BYTES, out);
	if (signal->technique[0] != '\0') {
		strbuf_puts(out, " (");
		render_line(signal->technique, NAME_BYTES / 2, out);
		strbuf_putc(out, ')');
	}
}

void alert_render_ids(const struct alert *alert, struct strbuf *out)
{
	strbuf_puts(out, "finding ");
	render_line(alert->finding_id, ID_BYTES, out);
	if (alert->event_id[0] != '\0') {
		strbuf_puts(out, ", event ");
		render_line(alert->event_id, ID_BYTES, out);
	}
}
