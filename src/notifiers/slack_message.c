/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An alert in Slack's Block Kit: a header, and behind a bar in the severity's
 * colour the facts, the reasons and what to do. Untrusted text stands in plain_text
 * objects only, with & < > escaped: it cannot become a mention, a link or markup.
 * Pure; sends nothing. https://docs.slack.dev/reference/block-kit/blocks
 */
#include "slack_message.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "rootwatch/render.h"
#include "rootwatch/scope.h"

/* Limits of Slack's are in characters: bytes are never fewer. */
enum {
	HEADER_BYTES = 150,
	SECTION_BYTES = 3000,
	FALLBACK_BYTES = 400,
	CONTEXT_BYTES = 400,
	URL_BYTES = 1000,
	ESCAPED_BYTES = 5 * FACT_BYTES, /* "&amp;" */
};

/* How much is told: all of it, or what always fits. The first that stays under SLACK_MESSAGE_BYTES is sent. */
static const struct budget {
	size_t field_bytes; /* of one fact, label included; Slack allows 2,000 */
	size_t reasons, reason_bytes;
	size_t steps, step_bytes;
} budgets[] = {
    {.field_bytes = 800,
     .reasons = ALERT_SIGNALS_SHOWN,
     .reason_bytes = 480,
     .steps = ALERT_STEPS_MAX,
     .step_bytes = 350},
    {.field_bytes = 160, .reasons = 4, .reason_bytes = 200, .steps = 4, .step_bytes = 220},
};

static const char ELLIPSIS[] = "\xe2\x80\xa6"; /* U+2026 */

static const char *const colours[SEVERITY_COUNT] = {
    [SEVERITY_INFO] = "#8a94a3", [SEVERITY_LOW] = "#3b82c4",      [SEVERITY_MEDIUM] = "#e0b000",
    [SEVERITY_HIGH] = "#e8710a", [SEVERITY_CRITICAL] = "#c81e1e",
};

DEFINE_SCOPE(json, cJSON, cJSON_Delete)

/* Appends `text` with & < > escaped, at most `limit` bytes of result, never half an entity. */
static void put_escaped(const char *text, size_t limit, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf whole = STRBUF_INIT(ESCAPED_BYTES);
	for (; *text != '\0'; text++) {
		if (*text == '&')
			strbuf_puts(&whole, "&amp;");
		else if (*text == '<')
			strbuf_puts(&whole, "&lt;");
		else if (*text == '>')
			strbuf_puts(&whole, "&gt;");
		else
			strbuf_putc(&whole, *text);
	}
	if (whole.length > limit) {
		strbuf_truncate(&whole, limit - (sizeof ELLIPSIS - 1));
		char *entity = strrchr(whole.data, '&');
		if (entity && !strchr(entity, ';'))
			strbuf_truncate(&whole, (size_t)(entity - whole.data));
		strbuf_puts(&whole, ELLIPSIS);
	}
	strbuf_puts(out, strbuf_text(&whole));
}

/* cJSON's adding functions take NULL for what could not be made and then fail: checking the last of a chain is enough. */

/* Makes `object` a text object; false when out of memory. Slack refuses empty texts. */
static bool set_text(cJSON *object, const char *type, const struct strbuf *text)
{
	bool plain = strcmp(type, "plain_text") == 0;
	return cJSON_AddStringToObject(object, "type", type) &&
	       cJSON_AddStringToObject(object, "text", text->length > 0 ? text->data : "-") &&
	       /* no emoji out of ":skull:", no links out of names */
	       (plain ? cJSON_AddFalseToObject(object, "emoji") : cJSON_AddTrueToObject(object, "verbatim"));
}

static cJSON *add_element(cJSON *array)
{
	cJSON *element = cJSON_CreateObject();
	if (cJSON_AddItemToArray(array, element))
		return element;
	cJSON_Delete(element);
	return NULL;
}

static cJSON *add_block(cJSON *blocks, const char *type)
{
	cJSON *block = add_element(blocks);
	return cJSON_AddStringToObject(block, "type", type) ? block : NULL;
}

static bool add_section(cJSON *blocks, const char *type, const struct strbuf *text)
{
	return set_text(cJSON_AddObjectToObject(add_block(blocks, "section"), "text"), type, text);
}

/* A heading of ours and untrusted text below it. */
static bool add_list(cJSON *blocks, const char *heading, const struct strbuf *items)
{
	if (items->length == 0)
		return true;
	SCOPED(strbuf) struct strbuf bold = STRBUF_INIT(64);
	strbuf_printf(&bold, "*%s*", heading);
	return add_section(blocks, "mrkdwn", &bold) && add_section(blocks, "plain_text", items);
}

static bool add_header(cJSON *blocks, const struct alert *alert)
{
	SCOPED(strbuf) struct strbuf subject = STRBUF_INIT(HEADER_BYTES), text = STRBUF_INIT(HEADER_BYTES);
	alert_render_subject(alert, HEADER_BYTES, &subject);
	put_escaped(strbuf_text(&subject), HEADER_BYTES, &text);
	return set_text(cJSON_AddObjectToObject(add_block(blocks, "header"), "text"), "plain_text", &text);
}

static bool add_facts(cJSON *blocks, const struct alert *alert, int64_t now_s, const struct budget *budget)
{
	_Static_assert(FACT_COUNT <= 10, "Slack allows ten fields in a section");
	SCOPED(strbuf) struct strbuf value = STRBUF_INIT(FACT_BYTES), field = STRBUF_INIT(ESCAPED_BYTES);
	cJSON *fields = cJSON_AddArrayToObject(add_block(blocks, "section"), "fields");
	for (enum alert_fact fact = 0; fact < FACT_COUNT; fact++) {
		strbuf_reset(&value);
		alert_render_fact(alert, fact, now_s, &value);
		if (value.length == 0)
			continue;
		strbuf_reset(&field);
		strbuf_printf(&field, "%s\n", alert_fact_label(fact));
		put_escaped(strbuf_text(&value), budget->field_bytes - field.length, &field);
		if (!set_text(add_element(fields), "plain_text", &field))
			return false;
	}
	return true;
}

static bool add_reasons(cJSON *blocks, const struct alert *alert, const struct budget *budget)
{
	SCOPED(strbuf) struct strbuf reason = STRBUF_INIT(REASON_BYTES), items = STRBUF_INIT(SECTION_BYTES);
	size_t shown = alert_signals_shown(alert) < budget->reasons ? alert_signals_shown(alert) : budget->reasons;
	for (size_t i = 0; i < shown; i++) {
		strbuf_reset(&reason);
		alert_render_reason(&alert->signals[i], &reason);
		strbuf_puts(&items, i > 0 ? "\n\xe2\x80\xa2 " : "\xe2\x80\xa2 "); /* U+2022, a bullet */
		put_escaped(strbuf_text(&reason), budget->reason_bytes, &items);
	}
	if (alert->signal_count > shown)
		strbuf_printf(&items, "\n\xe2\x80\xa2 and %zu more", alert->signal_count - shown);
	return add_list(blocks, "Why", &items);
}

static bool add_steps(cJSON *blocks, const struct alert *alert, const struct budget *budget)
{
	SCOPED(strbuf) struct strbuf step = STRBUF_INIT(FACT_BYTES), items = STRBUF_INIT(SECTION_BYTES);
	for (size_t i = 0; i < alert->step_count && i < budget->steps; i++) {
		strbuf_reset(&step);
		render_line(alert->steps[i], FACT_BYTES, &step);
		strbuf_printf(&items, "%s%zu. ", i > 0 ? "\n" : "", i + 1);
		put_escaped(strbuf_text(&step), budget->step_bytes, &items);
	}
	return add_list(blocks, "What to do now", &items);
}

/* A link in text, not a button: Slack expects a button's owner to answer clicks. */
static bool add_link(cJSON *blocks, const struct alert *alert)
{
	SCOPED(strbuf) struct strbuf link = STRBUF_INIT(URL_BYTES + 64);
	size_t length = strlen(alert->console_url);
	if (length == 0 || length > URL_BYTES / 2 || strcspn(alert->console_url, "<>| ") < length)
		return true;
	strbuf_putc(&link, '<');
	put_escaped(alert->console_url, URL_BYTES, &link);
	strbuf_puts(&link, "|Open the event in CloudTrail>");
	return add_section(blocks, "mrkdwn", &link);
}

static bool add_context(cJSON *blocks, const struct alert *alert)
{
	SCOPED(strbuf) struct strbuf ids = STRBUF_INIT(CONTEXT_BYTES), text = STRBUF_INIT(CONTEXT_BYTES);
	alert_render_ids(alert, &ids);
	put_escaped(strbuf_text(&ids), CONTEXT_BYTES, &text);
	cJSON *elements = cJSON_AddArrayToObject(add_block(blocks, "context"), "elements");
	return set_text(add_element(elements), "plain_text", &text);
}

/* Behind the coloured bar. */
static bool add_attachment(cJSON *message, const struct alert *alert, int64_t now_s, const struct budget *budget)
{
	cJSON *attachment = add_element(cJSON_AddArrayToObject(message, "attachments"));
	if (!cJSON_AddStringToObject(attachment, "color", colours[alert->severity]))
		return false;
	cJSON *blocks = cJSON_AddArrayToObject(attachment, "blocks");
	return add_facts(blocks, alert, now_s, budget) && add_reasons(blocks, alert, budget) &&
	       add_steps(blocks, alert, budget) && add_link(blocks, alert) && add_context(blocks, alert);
}

static char *print_message(const struct alert *alert, int64_t now_s, const struct budget *budget)
{
	SCOPED(strbuf) struct strbuf subject = STRBUF_INIT(FALLBACK_BYTES), fallback = STRBUF_INIT(FALLBACK_BYTES);
	alert_render_subject(alert, FALLBACK_BYTES, &subject);
	put_escaped(strbuf_text(&subject), FALLBACK_BYTES, &fallback);

	/* Beside blocks, `text` is what a notification on a phone says. */
	SCOPED(json) cJSON *message = cJSON_CreateObject();
	bool good = cJSON_AddStringToObject(message, "text", strbuf_text(&fallback)) &&
	            add_header(cJSON_AddArrayToObject(message, "blocks"), alert) &&
	            add_attachment(message, alert, now_s, budget) && cJSON_AddFalseToObject(message, "unfurl_links") &&
	            cJSON_AddFalseToObject(message, "unfurl_media");
	return good ? cJSON_PrintUnformatted(message) : NULL;
}

bool slack_render_message(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	for (size_t i = 0; i < sizeof budgets / sizeof budgets[0]; i++) {
		SCOPED(text) char *message = print_message(alert, now_s, &budgets[i]);
		if (!message)
			return false;
		if (strlen(message) <= SLACK_MESSAGE_BYTES) {
			strbuf_puts(out, message);
			return !out->overflowed;
		}
	}
	return false;
}
