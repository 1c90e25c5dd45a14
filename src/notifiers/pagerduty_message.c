/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An alert as a PagerDuty event that triggers an incident, or adds to the one that
 * the same finding opened. PagerDuty shows text as text; it is made fit for one line
 * and cut. Pure; sends nothing.
 * https://developer.pagerduty.com/docs/send-alert-event
 */
#include "pagerduty_message.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <time.h>

#include "rootwatch/render.h"
#include "rootwatch/scope.h"

enum {
	SUMMARY_BYTES = 1024, /* PagerDuty's limit is in characters: bytes are never fewer */
	NAME_BYTES = 255,     /* of source, component, group and class */
	STEP_BYTES = 400,
	IDS_BYTES = 400,
	URL_BYTES = 1000,
	TIME_BYTES = sizeof "2026-11-24T03:55:01Z",
};

static const char *const severities[SEVERITY_COUNT] = {
    [SEVERITY_INFO] = "info",  [SEVERITY_LOW] = "info",          [SEVERITY_MEDIUM] = "warning",
    [SEVERITY_HIGH] = "error", [SEVERITY_CRITICAL] = "critical",
};

DEFINE_SCOPE(json, cJSON, cJSON_Delete)

/* cJSON's adding functions take NULL for what could not be made and then fail: checking the last of a chain is enough. */

/* A member of one line; none when there is nothing to say: PagerDuty refuses some members that are empty. */
static bool add_line(cJSON *object, const char *name, const char *text, size_t limit)
{
	SCOPED(strbuf) struct strbuf line = STRBUF_INIT(SUMMARY_BYTES);
	render_line(text, limit, &line);
	return line.length == 0 || cJSON_AddStringToObject(object, name, line.data);
}

static bool add_item(cJSON *array, const struct strbuf *text)
{
	cJSON *item = cJSON_CreateString(strbuf_text(text));
	if (cJSON_AddItemToArray(array, item))
		return true;
	cJSON_Delete(item);
	return false;
}

static bool add_facts(cJSON *details, const struct alert *alert, int64_t now_s)
{
	SCOPED(strbuf) struct strbuf value = STRBUF_INIT(FACT_BYTES);
	for (enum alert_fact fact = 0; fact < FACT_COUNT; fact++) {
		strbuf_reset(&value);
		alert_render_fact(alert, fact, now_s, &value);
		if (value.length > 0 && !cJSON_AddStringToObject(details, alert_fact_label(fact), value.data))
			return false;
	}
	return true;
}

static bool add_reasons(cJSON *details, const struct alert *alert)
{
	if (alert->signal_count == 0)
		return true;
	SCOPED(strbuf) struct strbuf reason = STRBUF_INIT(REASON_BYTES);
	cJSON *reasons = cJSON_AddArrayToObject(details, "Why");
	for (size_t i = 0; i < alert_signals_shown(alert); i++) {
		strbuf_reset(&reason);
		alert_render_reason(&alert->signals[i], &reason);
		if (!add_item(reasons, &reason))
			return false;
	}
	strbuf_reset(&reason);
	strbuf_printf(&reason, "and %zu more", alert->signal_count - alert_signals_shown(alert));
	return alert->signal_count == alert_signals_shown(alert) || add_item(reasons, &reason);
}

static bool add_steps(cJSON *details, const struct alert *alert)
{
	if (alert->step_count == 0)
		return true;
	SCOPED(strbuf) struct strbuf step = STRBUF_INIT(STEP_BYTES);
	cJSON *steps = cJSON_AddArrayToObject(details, "What to do now");
	for (size_t i = 0; i < alert->step_count; i++) {
		strbuf_reset(&step);
		render_line(alert->steps[i], STEP_BYTES, &step);
		if (!add_item(steps, &step))
			return false;
	}
	return true;
}

static bool add_details(cJSON *payload, const struct alert *alert, int64_t now_s)
{
	SCOPED(strbuf) struct strbuf ids = STRBUF_INIT(IDS_BYTES);
	alert_render_ids(alert, &ids);
	cJSON *details = cJSON_AddObjectToObject(payload, "custom_details");
	return add_facts(details, alert, now_s) && add_reasons(details, alert) && add_steps(details, alert) &&
	       cJSON_AddStringToObject(details, "Look up", strbuf_text(&ids));
}

/* When it happened, ISO 8601; left out when that is not known. */
static bool add_time(cJSON *payload, int64_t time_s)
{
	char text[TIME_BYTES];
	struct tm utc;
	time_t time = (time_t)time_s;
	if (time_s <= 0 || !gmtime_r(&time, &utc) || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		return true;
	return cJSON_AddStringToObject(payload, "timestamp", text);
}

static bool add_payload(cJSON *event, const struct alert *alert, int64_t now_s)
{
	SCOPED(strbuf) struct strbuf summary = STRBUF_INIT(SUMMARY_BYTES), source = STRBUF_INIT(SUMMARY_BYTES);
	alert_render_subject(alert, SUMMARY_BYTES, &summary);
	alert_render_account(alert, &source);
	cJSON *payload = cJSON_AddObjectToObject(event, "payload");
	return cJSON_AddStringToObject(payload, "summary", strbuf_text(&summary)) &&
	       add_line(payload, "source", strbuf_text(&source), NAME_BYTES) &&
	       cJSON_AddStringToObject(payload, "severity", severities[alert->severity]) &&
	       add_time(payload, alert->event_time_s) && add_line(payload, "component", alert->event_source, NAME_BYTES) &&
	       cJSON_AddStringToObject(payload, "group", actor_name(alert->actor)) &&
	       add_line(payload, "class", alert->event_name, NAME_BYTES) && add_details(payload, alert, now_s);
}

static bool add_link(cJSON *event, const struct alert *alert)
{
	size_t length = strlen(alert->console_url);
	if (length == 0 || length > URL_BYTES)
		return true;
	cJSON *links = cJSON_AddArrayToObject(event, "links"), *link = cJSON_CreateObject();
	if (!cJSON_AddItemToArray(links, link)) {
		cJSON_Delete(link);
		return false;
	}
	return cJSON_AddStringToObject(link, "href", alert->console_url) &&
	       cJSON_AddStringToObject(link, "text", "Open the event in CloudTrail");
}

bool pagerduty_render_message(const struct alert *alert, const char *routing_key, int64_t now_s, struct strbuf *out)
{
	SCOPED(json) cJSON *event = cJSON_CreateObject();
	bool good = cJSON_AddStringToObject(event, "routing_key", routing_key) &&
	            cJSON_AddStringToObject(event, "event_action", "trigger") &&
	            cJSON_AddStringToObject(event, "dedup_key", alert->finding_id) &&
	            cJSON_AddStringToObject(event, "client", "rootwatch") && add_payload(event, alert, now_s) &&
	            add_link(event, alert);
	SCOPED(text) char *text = good ? cJSON_PrintUnformatted(event) : NULL;
	strbuf_puts(out, text ? text : "");
	return text && !out->overflowed;
}
