/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An alert as an SNS message: words for people, the finding's JSON for machines,
 * attributes for subscription filters. Pure; sends nothing.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
#include "sns_message.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "rootwatch/render.h"
#include "rootwatch/scope.h"

enum {
	TEXT_BYTES = 32 * 1024, /* the plain text is bounded by alert.h far below this */
	ATTRIBUTES_BYTES = 1024,
	ATTRIBUTE_BYTES = 128,
	ACCOUNT_DIGITS = 12,
};

DEFINE_SCOPE(json, cJSON, cJSON_Delete)

/* The subject in printable ASCII: what a Subject may hold, and what keeps an SMS in one part. */
static void render_ascii_subject(const struct alert *alert, size_t limit, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf subject = STRBUF_INIT(1024);
	alert_render_subject(alert, subject.limit, &subject);
	const char *text = strbuf_text(&subject);
	for (size_t i = 0, used = 0; text[i] != '\0' && used < limit; i++) {
		unsigned char byte = (unsigned char)text[i];
		if ((byte & 0xc0) == 0x80)
			continue; /* the rest of a character that became one '?' */
		strbuf_putc(out, byte < 0x80 ? (char)byte : '?');
		used++;
	}
}

/* What stands for a finding that is too large to be sent: enough to fetch it by. */
static char *print_stub(const struct alert *alert)
{
	SCOPED(strbuf) struct strbuf title = STRBUF_INIT(256), account = STRBUF_INIT(256);
	render_line(alert->title, title.limit, &title);
	render_line(alert->account_id, account.limit, &account);
	SCOPED(json) cJSON *stub = cJSON_CreateObject();
	bool good = cJSON_AddStringToObject(stub, "finding_id", alert->finding_id) &&
	            cJSON_AddBoolToObject(stub, "truncated", true) && cJSON_AddBoolToObject(stub, "drill", alert->drill) &&
	            cJSON_AddStringToObject(stub, "account", strbuf_text(&account)) &&
	            cJSON_AddStringToObject(stub, "actor", actor_name(alert->actor)) &&
	            cJSON_AddStringToObject(stub, "verdict", verdict_name(alert->verdict)) &&
	            cJSON_AddStringToObject(stub, "severity", severity_name(alert->severity)) &&
	            cJSON_AddStringToObject(stub, "title", strbuf_text(&title));
	return good ? cJSON_PrintUnformatted(stub) : NULL;
}

static char *print_message(const struct alert *alert, const char *text, const char *finding)
{
	static const char *const machines[] = {"sqs", "lambda", "http", "https", "firehose"};

	SCOPED(strbuf) struct strbuf sms = STRBUF_INIT(SNS_SMS_BYTES);
	render_ascii_subject(alert, SNS_SMS_BYTES, &sms);
	SCOPED(json) cJSON *message = cJSON_CreateObject();
	bool good = cJSON_AddStringToObject(message, "default", text) && cJSON_AddStringToObject(message, "email", text) &&
	            cJSON_AddStringToObject(message, "sms", strbuf_text(&sms));
	for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
		good = good && cJSON_AddStringToObject(message, machines[i], finding);
	return good ? cJSON_PrintUnformatted(message) : NULL;
}

bool sns_render_message(const struct alert *alert, int64_t now_s, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(TEXT_BYTES);
	alert_render_text(alert, now_s, &text);
	SCOPED(text) char *message = print_message(alert, strbuf_text(&text), alert->json);
	if (message && strlen(message) > SNS_MESSAGE_BYTES - ATTRIBUTES_BYTES) {
		SCOPED(text) char *stub = print_stub(alert);
		free(message);
		message = stub ? print_message(alert, strbuf_text(&text), stub) : NULL;
	}
	if (!message || text.overflowed)
		return false;
	strbuf_puts(out, message);
	return !out->overflowed;
}

/* application/x-www-form-urlencoded, with RFC 3986's unreserved characters left as they are. */
static void put_encoded(const char *value, struct strbuf *out)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	while (*value != '\0') {
		size_t plain = strspn(value, unreserved);
		strbuf_add(out, value, plain);
		value += plain;
		if (*value != '\0')
			strbuf_printf(out, "%%%02X", (unsigned)(unsigned char)*value++);
	}
}

static void put_parameter(const char *name, const char *value, struct strbuf *out)
{
	strbuf_printf(out, "%s%s=", out->length > 0 ? "&" : "", name);
	put_encoded(value, out);
}

/* Counts on in *number; an attribute without a value would fail the whole request. */
static void put_attribute(const char *name, const char *value, unsigned *number, struct strbuf *out)
{
	if (value[0] == '\0')
		return;
	SCOPED(strbuf) struct strbuf line = STRBUF_INIT(ATTRIBUTE_BYTES);
	render_line(value, ATTRIBUTE_BYTES, &line);
	unsigned n = ++*number;
	strbuf_printf(out, "&MessageAttributes.entry.%u.Name=%s", n, name);
	strbuf_printf(out, "&MessageAttributes.entry.%u.Value.DataType=String", n);
	strbuf_printf(out, "&MessageAttributes.entry.%u.Value.StringValue=", n);
	put_encoded(strbuf_text(&line), out);
}

static bool is_account_id(const char *text)
{
	return strlen(text) == ACCOUNT_DIGITS && strspn(text, "0123456789") == ACCOUNT_DIGITS;
}

static bool is_fifo(const char *topic_arn)
{
	const char *dot = strrchr(topic_arn, '.');
	return dot && strcmp(dot, ".fifo") == 0;
}

bool sns_render_form(const struct alert *alert, const char *topic_arn, int64_t now_s, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf subject = STRBUF_INIT(SNS_SUBJECT_BYTES), message = STRBUF_INIT(SNS_MESSAGE_BYTES);
	render_ascii_subject(alert, SNS_SUBJECT_BYTES, &subject);
	if (!sns_render_message(alert, now_s, &message))
		return false;

	put_parameter("Action", "Publish", out);
	put_parameter("Version", "2010-03-31", out);
	put_parameter("TopicArn", topic_arn, out);
	put_parameter("Subject", strbuf_text(&subject), out);
	put_parameter("MessageStructure", "json", out);
	put_parameter("Message", strbuf_text(&message), out);
	unsigned number = 0;
	put_attribute("severity", severity_name(alert->severity), &number, out);
	put_attribute("verdict", verdict_name(alert->verdict), &number, out);
	put_attribute("account", alert->account_id, &number, out);
	if (is_fifo(topic_arn)) { /* order is kept within an account */
		put_parameter("MessageGroupId", is_account_id(alert->account_id) ? alert->account_id : alert->finding_id, out);
		put_parameter("MessageDeduplicationId", alert->finding_id, out);
	}
	return !out->overflowed && !subject.overflowed;
}
