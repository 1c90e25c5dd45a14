/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An alert as an Adaptive Card. Text blocks and fact sets read Markdown, and readers
 * differ in how they escape it; the text runs of a RichTextBlock read none. So a text
 * block holds words of ours alone and whatever comes from an event stands in runs,
 * where only what is replaced everywhere must not act: mentions and date functions.
 * Pure; sends nothing. https://adaptivecards.io/explorer/TextRun.html
 */
#include "teams_message.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "rootwatch/render.h"
#include "rootwatch/scope.h"

enum {
	SUBJECT_BYTES = 300,
	IDS_BYTES = 400,
	URL_BYTES = 1000,
	LINE_BYTES = 1024,
	INERT_BYTES = 4 * LINE_BYTES, /* each byte may get a U+200B behind it */
};

/* How much is told: all of it, or what always fits. The first that stays under TEAMS_MESSAGE_BYTES is sent. */
static const struct budget {
	size_t fact_bytes;
	size_t reasons, reason_bytes;
	size_t steps, step_bytes;
} budgets[] = {
    {.fact_bytes = FACT_BYTES,
     .reasons = ALERT_SIGNALS_SHOWN,
     .reason_bytes = REASON_BYTES,
     .steps = ALERT_STEPS_MAX,
     .step_bytes = 400},
    {.fact_bytes = 300, .reasons = 4, .reason_bytes = 250, .steps = 4, .step_bytes = 250},
};

/* The header's background; all are readable in the light and the dark theme. */
static const char *const styles[SEVERITY_COUNT] = {
    [SEVERITY_INFO] = "emphasis",  [SEVERITY_LOW] = "accent",         [SEVERITY_MEDIUM] = "warning",
    [SEVERITY_HIGH] = "attention", [SEVERITY_CRITICAL] = "attention",
};

static const char ELLIPSIS[] = "\xe2\x80\xa6"; /* U+2026 */
static const char BREAK[] = "\xe2\x80\x8b";    /* U+200B, a space of no width */

DEFINE_SCOPE(json, cJSON, cJSON_Delete)

/* Appends `text`, at most `limit` bytes. "<at>" and "{{DATE(...)}}" fall apart by a space that is not seen. */
static void put_inert(const char *text, size_t limit, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf whole = STRBUF_INIT(INERT_BYTES);
	for (; *text != '\0'; text++) {
		strbuf_putc(&whole, *text);
		if (*text == '<' || (*text == '{' && text[1] == '{'))
			strbuf_puts(&whole, BREAK);
	}
	if (whole.length > limit) {
		strbuf_truncate(&whole, limit - (sizeof ELLIPSIS - 1));
		strbuf_puts(&whole, ELLIPSIS);
	}
	strbuf_puts(out, strbuf_text(&whole));
}

/* cJSON's adding functions take NULL for what could not be made and then fail: checking the last of a chain is enough. */

static cJSON *add_element(cJSON *array, const char *type)
{
	cJSON *element = cJSON_CreateObject();
	if (!cJSON_AddItemToArray(array, element)) {
		cJSON_Delete(element);
		return NULL;
	}
	return cJSON_AddStringToObject(element, "type", type) ? element : NULL;
}

/* Words of ours, which would be read as Markdown. */
static bool add_heading(cJSON *body, const char *text)
{
	cJSON *block = add_element(body, "TextBlock");
	return cJSON_AddStringToObject(block, "text", text) && cJSON_AddStringToObject(block, "weight", "Bolder") &&
	       cJSON_AddStringToObject(block, "spacing", "Medium") && cJSON_AddTrueToObject(block, "wrap");
}

/* The list of runs of a new block, for put_run(). */
static cJSON *add_runs(cJSON *body, const char *spacing)
{
	cJSON *block = add_element(body, "RichTextBlock");
	return cJSON_AddStringToObject(block, "spacing", spacing) ? cJSON_AddArrayToObject(block, "inlines") : NULL;
}

/* `weight` and `size` as the schema has them; NULL: as usual. */
static bool put_run(cJSON *runs, const char *text, size_t limit, const char *weight, const char *size)
{
	SCOPED(strbuf) struct strbuf inert = STRBUF_INIT(INERT_BYTES);
	put_inert(text, limit, &inert);
	cJSON *run = add_element(runs, "TextRun");
	return cJSON_AddStringToObject(run, "text", inert.length > 0 ? inert.data : "-") &&
	       (!weight || cJSON_AddStringToObject(run, "weight", weight)) &&
	       (!size || cJSON_AddStringToObject(run, "size", size));
}

static bool add_header(cJSON *body, const struct alert *alert)
{
	SCOPED(strbuf) struct strbuf subject = STRBUF_INIT(SUBJECT_BYTES);
	alert_render_subject(alert, SUBJECT_BYTES, &subject);
	cJSON *container = add_element(body, "Container");
	return cJSON_AddStringToObject(container, "style", styles[alert->severity]) &&
	       cJSON_AddTrueToObject(container, "bleed") &&
	       put_run(add_runs(cJSON_AddArrayToObject(container, "items"), "None"), strbuf_text(&subject), SUBJECT_BYTES,
	               "Bolder", "Large");
}

static bool add_facts(cJSON *body, const struct alert *alert, int64_t now_s, const struct budget *budget)
{
	SCOPED(strbuf) struct strbuf value = STRBUF_INIT(FACT_BYTES), label = STRBUF_INIT(32);
	for (enum alert_fact fact = 0; fact < FACT_COUNT; fact++) {
		strbuf_reset(&value);
		strbuf_reset(&label);
		alert_render_fact(alert, fact, now_s, &value);
		if (value.length == 0)
			continue;
		strbuf_printf(&label, "%s: ", alert_fact_label(fact));
		cJSON *runs = add_runs(body, "Small");
		if (!put_run(runs, label.data, label.limit, "Bolder", NULL) ||
		    !put_run(runs, value.data, budget->fact_bytes, NULL, NULL))
			return false;
	}
	return true;
}

static bool add_reasons(cJSON *body, const struct alert *alert, const struct budget *budget)
{
	SCOPED(strbuf) struct strbuf reason = STRBUF_INIT(LINE_BYTES);
	size_t shown = alert_signals_shown(alert) < budget->reasons ? alert_signals_shown(alert) : budget->reasons;
	if (shown > 0 && !add_heading(body, "Why"))
		return false;
	for (size_t i = 0; i < shown; i++) {
		strbuf_reset(&reason);
		strbuf_puts(&reason, "\xe2\x80\xa2 "); /* U+2022, a bullet */
		alert_render_reason(&alert->signals[i], &reason);
		if (!put_run(add_runs(body, "Small"), reason.data, budget->reason_bytes, NULL, NULL))
			return false;
	}
	strbuf_reset(&reason);
	strbuf_printf(&reason, "\xe2\x80\xa2 and %zu more", alert->signal_count - shown);
	return alert->signal_count == shown || put_run(add_runs(body, "Small"), reason.data, LINE_BYTES, NULL, NULL);
}

static bool add_steps(cJSON *body, const struct alert *alert, const struct budget *budget)
{
	SCOPED(strbuf) struct strbuf step = STRBUF_INIT(LINE_BYTES);
	if (alert->step_count > 0 && !add_heading(body, "What to do now"))
		return false;
	for (size_t i = 0; i < alert->step_count && i < budget->steps; i++) {
		strbuf_reset(&step);
		strbuf_printf(&step, "%zu. ", i + 1);
		render_line(alert->steps[i], LINE_BYTES / 2, &step);
		if (!put_run(add_runs(body, "Small"), step.data, budget->step_bytes, NULL, NULL))
			return false;
	}
	return true;
}

static bool add_ids(cJSON *body, const struct alert *alert)
{
	SCOPED(strbuf) struct strbuf ids = STRBUF_INIT(IDS_BYTES);
	alert_render_ids(alert, &ids);
	return put_run(add_runs(body, "Medium"), strbuf_text(&ids), IDS_BYTES, NULL, "Small");
}

static bool add_link(cJSON *card, const struct alert *alert)
{
	size_t length = strlen(alert->console_url);
	if (length == 0 || length > URL_BYTES)
		return true;
	cJSON *action = add_element(cJSON_AddArrayToObject(card, "actions"), "Action.OpenUrl");
	return cJSON_AddStringToObject(action, "title", "Open the event in CloudTrail") &&
	       cJSON_AddStringToObject(action, "url", alert->console_url);
}

/* Makes `card` an Adaptive Card as wide as the channel. */
static bool set_card(cJSON *card, const struct alert *alert, int64_t now_s, const struct budget *budget)
{
	if (!cJSON_AddStringToObject(card, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json") ||
	    !cJSON_AddStringToObject(card, "type", "AdaptiveCard") || !cJSON_AddStringToObject(card, "version", "1.4") ||
	    !cJSON_AddStringToObject(cJSON_AddObjectToObject(card, "msteams"), "width", "Full"))
		return false;
	cJSON *body = cJSON_AddArrayToObject(card, "body");
	return add_header(body, alert) && add_facts(body, alert, now_s, budget) && add_reasons(body, alert, budget) &&
	       add_steps(body, alert, budget) && add_ids(body, alert) && add_link(card, alert);
}

static char *print_message(const struct alert *alert, int64_t now_s, const struct budget *budget)
{
	SCOPED(json) cJSON *message = cJSON_CreateObject();
	if (!cJSON_AddStringToObject(message, "type", "message"))
		return NULL;
	cJSON *attachment = cJSON_CreateObject();
	if (!cJSON_AddItemToArray(cJSON_AddArrayToObject(message, "attachments"), attachment)) {
		cJSON_Delete(attachment);
		return NULL;
	}
	bool good = cJSON_AddStringToObject(attachment, "contentType", "application/vnd.microsoft.card.adaptive") &&
	            cJSON_AddNullToObject(attachment, "contentUrl") &&
	            set_card(cJSON_AddObjectToObject(attachment, "content"), alert, now_s, budget);
	return good ? cJSON_PrintUnformatted(message) : NULL;
}

bool teams_render_message(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	for (size_t i = 0; i < sizeof budgets / sizeof budgets[0]; i++) {
		SCOPED(text) char *message = print_message(alert, now_s, &budgets[i]);
		if (!message)
			return false;
		if (strlen(message) <= TEAMS_MESSAGE_BYTES) {
			strbuf_puts(out, message);
			return !out->overflowed;
		}
	}
	return false;
}
