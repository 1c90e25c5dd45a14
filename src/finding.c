/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A judged event becomes the JSON that is stored and told. Event and judgement
 * first become an alert, and the JSON is written from that, so that what is sent
 * at once and what is read back from the store cannot differ. Reading back is
 * finding_read.c's. Decides nothing.
 */
#include "finding.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "finding_json.h"

enum {
	JSON_BYTES = 256 * 1024, /* of a finding; the parts below stay far under it */
	TEXT_BYTES = 256,        /* of an untrusted text; CloudTrail's own names are shorter */
	LONG_TEXT_BYTES = 1024,  /* userAgent and errorMessage: CloudTrail cuts them there */
	PARAMETERS_BYTES = 4096, /* of requestParameters as compact JSON: what a person still reads */
	PARAMETERS_LEVELS = 32,  /* that they nest: a finding must be readable for all, ourselves (1,000) and others (64) */
	TITLE_BYTES = 384,       /* of a notice: account, time and the reason whole */
	EXPLANATION_BYTES = EXPECTATION_TEXT_BYTES,
	LATE_S = 15 * 60, /* CloudTrail delivers within 15 minutes */
	URL_BYTES = 256,
};

/* An alert in the making, with the memory that it borrows. */
struct draft {
	struct alert alert;
	struct strbuf url;
	char id[FINDING_ID_BYTES];
	char explanation[EXPLANATION_BYTES];
};

static void draft_scope(struct draft *draft)
{
	strbuf_done(&draft->url);
}

/* ULID: 48 bits of milliseconds, 80 random bits, in Crockford's base 32. https://github.com/ulid/spec */
void finding_make_id(int64_t time_s, const unsigned char random[10], char ret_id[FINDING_ID_BYTES])
{
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	enum { DIGITS = 26, TIME_BITS = 48 };
	unsigned __int128 value = (unsigned __int128)((uint64_t)time_s * 1000 & ((UINT64_C(1) << TIME_BITS) - 1));
	for (int i = 0; i < 10; i++)
		value = value << 8 | random[i];
	ret_id[0] = 'f';
	ret_id[1] = '-';
	for (int i = DIGITS - 1; i >= 0; i--, value >>= 5)
		ret_id[2 + i] = digits[value & 31];
	ret_id[2 + DIGITS] = '\0';
}

/* "eu-west-1", "us-gov-west-1": nothing else may become part of a host name. */
static bool is_region(const char *region)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	enum { REGION_MAX = 24 };
	size_t length = strnlen(region, REGION_MAX);
	const char *end = region + length;
	int parts = 0;
	while (region < end && strspn(region, letters) > 0 && region[strspn(region, letters)] == '-') {
		region += strspn(region, letters) + 1;
		parts++;
	}
	size_t digits = strspn(region, "0123456789");
	return length < REGION_MAX && parts >= 2 && digits >= 1 && digits <= 2 && region[digits] == '\0';
}

static bool is_uuid(const char *id)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	if (strnlen(id, sizeof shape) != sizeof shape - 1)
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == '-' ? id[i] != '-' : !strchr("0123456789abcdefABCDEF", id[i]))
			return false;
	return true;
}

/* The partitions whose consoles have public names; others start with another prefix, such as us-iso-. */
static const char *console_domain(const char *region)
{
	if (strncmp(region, "us-iso", 6) == 0 || strncmp(region, "eu-iso", 6) == 0)
		return NULL;
	if (strncmp(region, "us-gov-", 7) == 0)
		return "console.amazonaws-us-gov.com";
	return strncmp(region, "cn-", 3) == 0 ? "console.amazonaws.cn" : "console.aws.amazon.com";
}

void finding_console_url(const char *region, const char *event_id, struct strbuf *out)
{
	if (!is_region(region) || !is_uuid(event_id) || !console_domain(region))
		return;
	strbuf_printf(out, "https://%s.%s/cloudtrailv2/home?region=%s#/events/%s", region, console_domain(region), region,
	              event_id);
}

static const char *shown_event_id(const struct event *event)
{
	return event->event_id[0] ? event->event_id : event->envelope_id;
}

/* What a RESULT needs of an alert. */
static void draft_result(const struct event *event, const struct judgement *judgement, struct alert *alert)
{
	alert->event_id = shown_event_id(event);
	alert->account_id = event_account(event);
	alert->actor = judgement->actor;
	alert->verdict = judgement->verdict;
	alert->severity = judgement->severity;
	alert->title = judgement->title;
	alert->signal_count = judgement->hit_count;
	for (size_t i = 0; i < judgement->hit_count; i++)
		alert->signals[i] = (struct alert_signal){
		    .id = judgement->hits[i].signal->id,
		    .technique = judgement->hits[i].signal->technique,
		    .reason = judgement->hits[i].reason,
		    .severity = judgement->hits[i].severity,
		};
}

static void draft_event(const struct event *event, struct draft *draft)
{
	struct alert *alert = &draft->alert;
	alert->event_name = event->event_name;
	alert->event_source = event->event_source;
	alert->region = event->region;
	alert->failed = event_failed(event);
	alert->error_code = event->error_code;
	alert->error_message = event->error_message;
	alert->source_ip = event->source_ip;
	alert->user_agent = event->user_agent;
	alert->event_time_s = event->time_s;
	draft->url = STRBUF_INIT(URL_BYTES);
	finding_console_url(event->region, event->event_id, &draft->url);
	alert->console_url = strbuf_text(&draft->url);
}

static void draft_receipt(const struct receipt *receipt, const unsigned char id_random[10], struct draft *draft)
{
	struct alert *alert = &draft->alert;
	finding_make_id(receipt->received_s, id_random, draft->id);
	alert->finding_id = draft->id;
	alert->received_time_s = receipt->received_s;
	alert->received_by = receipt->key_name;
	int64_t late_s = alert->event_time_s > 0 ? receipt->received_s - alert->event_time_s : 0;
	alert->late_s = late_s > LATE_S ? late_s : 0;
}

static void draft_judgement(const struct judgement *judgement, const struct policy *policy, struct draft *draft)
{
	struct alert *alert = &draft->alert;
	alert->who = judgement->who;
	alert->account_name = policy_account_name(policy, alert->account_id);
	if (judgement->announced[0])
		snprintf(draft->explanation, sizeof draft->explanation, "%s", judgement->announced);
	else if (judgement->rule)
		snprintf(draft->explanation, sizeof draft->explanation, "routine rule \"%s\"", judgement->rule);
	alert->explanation = draft->explanation;
	alert->step_count = judgement->step_count;
	memcpy(alert->steps, judgement->steps, judgement->step_count * sizeof alert->steps[0]);
}

static void put_time(struct strbuf *out, const char *key, int64_t time_s)
{
	char text[CLOCK_UTC_BYTES] = "";
	if (time_s > 0)
		clock_format_utc(time_s, text);
	finding_put_text(out, key, text, sizeof text);
}

static void put_bool(struct strbuf *out, const char *key, bool value)
{
	finding_put_key(out, key);
	strbuf_puts(out, value ? "true" : "false");
}

static void put_tristate(struct strbuf *out, const char *key, enum tristate value)
{
	if (value != TRISTATE_UNKNOWN) {
		put_bool(out, key, value == TRISTATE_YES);
		return;
	}
	finding_put_key(out, key);
	strbuf_puts(out, "null");
}

/* The recursion is bounded by `levels`. */
static bool nests_deeper(const cJSON *item, int levels)
{
	bool nests = cJSON_IsArray(item) || cJSON_IsObject(item);
	if (nests && levels == 0)
		return true;
	for (const cJSON *child = nests ? item->child : NULL; child; child = child->next)
		if (nests_deeper(child, levels - 1))
			return true;
	return false;
}

/* cJSON asks for up to five bytes more than the text. Whoever printed all to learn that it is too much could be made to
 * print much. */
static void put_parameters(struct strbuf *out, const cJSON *parameters)
{
	char text[PARAMETERS_BYTES + 5] = "null";
	bool fits = !parameters || (cJSON_PrintPreallocated((cJSON *)parameters, text, sizeof text, false) &&
	                            strlen(text) <= PARAMETERS_BYTES && !nests_deeper(parameters, PARAMETERS_LEVELS));
	finding_put_key(out, "request_parameters");
	strbuf_puts(out, fits ? text : "null");
	put_bool(out, "request_parameters_omitted", !fits);
}

static void put_event(struct strbuf *out, const struct alert *alert, const struct event *event)
{
	finding_put_key(out, "event");
	strbuf_putc(out, '{');
	finding_put_text(out, "name", alert->event_name, TEXT_BYTES);
	finding_put_text(out, "source", alert->event_source, TEXT_BYTES);
	finding_put_text(out, "region", alert->region, TEXT_BYTES);
	finding_put_text(out, "id", alert->event_id, TEXT_BYTES);
	put_time(out, "time", alert->event_time_s);
	finding_put_text(out, "type", event->event_type, TEXT_BYTES);
	put_tristate(out, "read_only", event->read_only);
	put_tristate(out, "mfa", event_mfa(event));
	finding_put_text(out, "source_ip", alert->source_ip, TEXT_BYTES);
	finding_put_text(out, "user_agent", alert->user_agent, LONG_TEXT_BYTES);
	finding_put_text(out, "error_code", alert->error_code, TEXT_BYTES);
	finding_put_text(out, "error_message", alert->error_message, LONG_TEXT_BYTES);
	finding_put_text(out, "identity_type", event->identity.type, TEXT_BYTES);
	finding_put_text(out, "identity_arn", event->identity.arn, TEXT_BYTES);
	finding_put_text(out, "access_key_id", event->identity.access_key_id, TEXT_BYTES);
	put_parameters(out, event->request_parameters);
	strbuf_putc(out, '}');
}

static void put_steps(struct strbuf *out, const struct alert *alert)
{
	finding_put_key(out, "steps");
	strbuf_putc(out, '[');
	for (size_t i = 0; i < alert->step_count; i++) {
		strbuf_puts(out, i > 0 ? "," : "");
		json_quote(alert->steps[i], out);
	}
	strbuf_putc(out, ']');
}

static void put_finding(struct strbuf *out, const struct alert *alert, const struct event *event)
{
	strbuf_putc(out, '{');
	finding_put_text(out, "finding_id", alert->finding_id, TEXT_BYTES);
	put_bool(out, "drill", alert->drill);
	put_bool(out, "notice", alert->notice);
	finding_put_text(out, "verdict", verdict_name(alert->verdict), TEXT_BYTES);
	finding_put_text(out, "severity", severity_name(alert->severity), TEXT_BYTES);
	finding_put_text(out, "actor", actor_name(alert->actor), TEXT_BYTES);
	finding_put_text(out, "title", alert->title, TITLE_BYTES);
	finding_put_text(out, "event_id", alert->event_id, TEXT_BYTES);
	finding_put_text(out, "account", alert->account_id, TEXT_BYTES);
	finding_put_text(out, "account_name", alert->account_name, TEXT_BYTES);
	finding_put_text(out, "who", alert->who, TEXT_BYTES);
	put_bool(out, "failed", alert->failed);
	finding_put_text(out, "explanation", alert->explanation, EXPLANATION_BYTES);
	put_event(out, alert, event);
	finding_put_signals(out, alert, true);
	put_steps(out, alert);
	finding_put_text(out, "console_url", alert->console_url, URL_BYTES);
	put_time(out, "received_at", alert->received_time_s);
	finding_put_text(out, "received_by", alert->received_by, TEXT_BYTES);
	finding_put_key(out, "late_s");
	strbuf_printf(out, "%lld}", (long long)alert->late_s);
}

/* The draft, and the event that it is about, as a finding to be kept. */
static bool finish(const struct draft *draft, const struct event *event, struct finding *ret_finding, struct err *err)
{
	const struct alert *alert = &draft->alert;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(JSON_BYTES);
	put_finding(&out, alert, event);
	char *json = strbuf_steal(&out);
	if (!json)
		return err_set(err, "out of memory");
	*ret_finding = (struct finding){
	    .event_time_s = alert->event_time_s,
	    .received_s = alert->received_time_s,
	    .severity = alert->severity,
	    .verdict = alert->verdict,
	    .actor = alert->actor,
	    .json = json,
	};
	snprintf(ret_finding->id, sizeof ret_finding->id, "%s", draft->id);
	snprintf(ret_finding->dedupe_key, sizeof ret_finding->dedupe_key, "%s", event->dedupe_key);
	snprintf(ret_finding->account, sizeof ret_finding->account, "%s", alert->account_id);
	return true;
}

bool finding_build(const struct event *event, const struct judgement *judgement, const struct policy *policy,
                   const struct receipt *receipt, const unsigned char id_random[10], struct finding *ret_finding,
                   struct err *err)
{
	*ret_finding = (struct finding){.json = NULL};
	SCOPED(draft) struct draft draft = {.explanation = ""};
	draft_result(event, judgement, &draft.alert);
	draft_event(event, &draft);
	draft_judgement(judgement, policy, &draft);
	draft_receipt(receipt, id_random, &draft);
	return finish(&draft, event, ret_finding, err);
}

bool finding_notice(const struct notice *notice, const unsigned char id_random[10], struct finding *ret_finding,
                    struct err *err)
{
	*ret_finding = (struct finding){.json = NULL};
	struct event event;
	event_blank(&event);
	event.time_s = notice->at_s;
	SCOPED(draft) struct draft draft = {.explanation = ""};
	draft_event(&event, &draft);
	draft_receipt(&(struct receipt){.received_s = notice->at_s, .key_name = notice->told_by}, id_random, &draft);
	struct alert *alert = &draft.alert;
	alert->notice = true;
	alert->verdict = VERDICT_ROUTINE;
	alert->title = notice->title;
	alert->event_id = "";
	alert->account_id = notice->account;
	alert->account_name = notice->account_name;
	alert->who = notice->who;
	alert->explanation = "";
	alert->signal_count = sizeof notice->signals / sizeof notice->signals[0];
	memcpy(alert->signals, notice->signals, sizeof notice->signals);
	alert->steps[alert->step_count++] = notice->step;
	snprintf(event.dedupe_key, sizeof event.dedupe_key, "%s", notice->dedupe_key);
	return finish(&draft, &event, ret_finding, err);
}

bool finding_drill(int64_t now_s, const unsigned char id_random[10], struct finding *ret_finding, struct err *err)
{
	*ret_finding = (struct finding){.json = NULL};
	struct event event;
	event_blank(&event);
	event.event_name = "ConsoleLogin";
	event.event_source = "signin.amazonaws.com";
	event.time_s = now_s;
	SCOPED(draft) struct draft draft = {.explanation = ""};
	draft_event(&event, &draft);
	draft_receipt(&(struct receipt){.received_s = now_s, .key_name = ""}, id_random, &draft);
	struct alert *alert = &draft.alert;
	alert->drill = true;
	alert->verdict = VERDICT_ANOMALY;
	alert->severity = SEVERITY_CRITICAL;
	alert->actor = ACTOR_ROOT_USER;
	alert->title = "A drill: this is how an alert about root looks";
	alert->event_id = "";
	alert->account_id = "000000000000";
	alert->account_name = "drill";
	alert->who = "nobody: rootwatch notify --test";
	alert->explanation = "";
	alert->signals[alert->signal_count++] = (struct alert_signal){
	    .id = "drill",
	    .technique = "",
	    .reason = "somebody ran rootwatch notify --test to see that alerts arrive here",
	    .severity = SEVERITY_CRITICAL,
	};
	alert->steps[alert->step_count++] = "Nothing has happened. If you can read this, this channel works.";
	snprintf(event.dedupe_key, sizeof event.dedupe_key, "d:%s", draft.id);
	return finish(&draft, &event, ret_finding, err);
}

void finding_done(struct finding *finding)
{
	free(finding->json);
	*finding = (struct finding){.json = NULL};
}

void finding_result(const struct event *event, const struct judgement *judgement, const char *finding_id,
                    const char *const *notify, size_t notify_count, struct strbuf *out)
{
	struct alert alert;
	draft_result(event, judgement, &alert);
	finding_put_result(out, &alert, finding_id, false, notify, notify_count);
}

void finding_result_repeated(const struct event *event, const struct judgement *judgement, struct strbuf *out)
{
	struct alert alert;
	draft_result(event, judgement, &alert);
	finding_put_result(out, &alert, NULL, true, NULL, 0);
}
