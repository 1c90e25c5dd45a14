/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One CloudTrail record, field by field. CloudTrail's types wobble and others
 * forge, so: absent, null and "" are the same, booleans may be text in any letter
 * case, account ids may be numbers, and a wrong type where the verdict hangs on
 * it, or a name given twice, puts the event in doubt. Must not decide who root is.
 */
#include "event_record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/excerpt.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* Account ids have twelve digits: the largest number that can be one. */
static const double ACCOUNT_MAX = 999999999999.0;

struct field {
	const char *name;
	size_t offset; /* of a const char * in struct event */
	bool decides;  /* the verdict hangs on it: another type than text, or a broken one, is a doubt */
};

static const struct field envelope_fields[] = {
    {.name = "id", .offset = offsetof(struct event, envelope_id)},
    {.name = "detail-type", .offset = offsetof(struct event, detail_type)},
    {.name = "source", .offset = offsetof(struct event, envelope_source)},
    {.name = "account", .offset = offsetof(struct event, envelope_account)},
    {.name = "replay-name", .offset = offsetof(struct event, replay_name)},
};

static const struct field record_fields[] = {
    {.name = "type", .offset = offsetof(struct event, detail_kind)},
    {.name = "eventID", .offset = offsetof(struct event, event_id)},
    {.name = "eventName", .offset = offsetof(struct event, event_name), .decides = true},
    {.name = "eventSource", .offset = offsetof(struct event, event_source), .decides = true},
    {.name = "eventType", .offset = offsetof(struct event, event_type), .decides = true},
    {.name = "awsRegion", .offset = offsetof(struct event, region)},
    {.name = "recipientAccountId", .offset = offsetof(struct event, recipient_account)},
    {.name = "sourceIPAddress", .offset = offsetof(struct event, source_ip)},
    {.name = "userAgent", .offset = offsetof(struct event, user_agent)},
    {.name = "errorCode", .offset = offsetof(struct event, error_code)},
    {.name = "errorMessage", .offset = offsetof(struct event, error_message)},
    {.name = "eventTime", .offset = offsetof(struct event, event_time)},
};

static const struct field identity_fields[] = {
    {.name = "arn", .offset = offsetof(struct event, identity.arn), .decides = true},
    {.name = "accountId", .offset = offsetof(struct event, identity.account_id)},
    {.name = "principalId", .offset = offsetof(struct event, identity.principal_id)},
    {.name = "accessKeyId", .offset = offsetof(struct event, identity.access_key_id)},
    {.name = "userName", .offset = offsetof(struct event, identity.user_name)},
    {.name = "invokedBy", .offset = offsetof(struct event, identity.invoked_by)},
};

static const struct field issuer_fields[] = {
    {.name = "type", .offset = offsetof(struct event, identity.issuer_type), .decides = true},
    {.name = "arn", .offset = offsetof(struct event, identity.issuer_arn)},
    {.name = "accountId", .offset = offsetof(struct event, identity.issuer_account_id)},
};

void event_doubt(struct event *event, const char *format, ...)
{
	if (event->unreadable[0])
		return;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(event->unreadable, sizeof event->unreadable, format, arguments);
	va_end(arguments);
}

void event_doubt_duplicates(struct event *event, const cJSON *object, const char *what)
{
	const char *name;
	if (json_has_duplicate(object, &name))
		event_doubt(event, "%s holds the name \"%s\" more than once", what, excerpt(name).text);
}

/* U+FFFD stands where a NUL or broken UTF-8 was: AWS writes neither, and "Root\0" must not pass for somebody else. */
static void doubt_text(struct event *event, const cJSON *item, const char *what, const char *name)
{
	const char *text = cJSON_GetStringValue(item);
	if (text && strstr(text, "\xef\xbf\xbd"))
		event_doubt(event, "%s.%s holds a NUL or broken UTF-8", what, name);
	if (item && !text && !cJSON_IsNull(item))
		event_doubt(event, "%s.%s is not text", what, name);
}

static void read_texts(const cJSON *object, const char *what, const struct field *fields, size_t count,
                       struct event *event)
{
	for (size_t i = 0; i < count; i++) {
		const cJSON *item = json_member(object, fields[i].name);
		const char *text = cJSON_GetStringValue(item);
		*(const char **)((char *)event + fields[i].offset) = text ? text : "";
		if (fields[i].decides)
			doubt_text(event, item, what, fields[i].name);
	}
}

static enum tristate read_tristate(const cJSON *item)
{
	const char *text = cJSON_GetStringValue(item);
	if (cJSON_IsTrue(item) || (text && (strcasecmp(text, "true") == 0 || strcasecmp(text, "yes") == 0)))
		return TRISTATE_YES;
	if (cJSON_IsFalse(item) || (text && (strcasecmp(text, "false") == 0 || strcasecmp(text, "no") == 0)))
		return TRISTATE_NO;
	return TRISTATE_UNKNOWN;
}

/* 12345 -> "000000012345", in the tree. */
static void account_as_text(cJSON *object, const char *name)
{
	cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
	double number = cJSON_IsNumber(item) ? item->valuedouble : -1;
	if (!(number >= 0 && number <= ACCOUNT_MAX) || (double)(int64_t)number != number)
		return;
	char text[sizeof "999999999999"];
	snprintf(text, sizeof text, "%012.0f", number);
	cJSON *replacement = cJSON_CreateString(text);
	if (!cJSON_ReplaceItemInObjectCaseSensitive(object, name, replacement))
		cJSON_Delete(replacement);
}

/* The member of this name; of several, one that `prefers` likes: root must not hide behind a namesake. */
static cJSON *choose(const cJSON *object, const char *name, bool (*prefers)(const cJSON *item))
{
	cJSON *chosen = NULL;
	for (cJSON *member = cJSON_IsObject(object) ? object->child : NULL; member; member = member->next) {
		if (strcmp(member->string, name) != 0)
			continue;
		if (!chosen || prefers(member))
			chosen = member;
		if (prefers(chosen))
			break;
	}
	return chosen;
}

static bool type_says_root(const cJSON *type)
{
	return cJSON_IsString(type) && strcmp(type->valuestring, "Root") == 0;
}

static bool identity_says_root(const cJSON *identity)
{
	return type_says_root(choose(identity, "type", type_says_root));
}

static bool detail_says_root(const cJSON *detail)
{
	return identity_says_root(choose(detail, "userIdentity", identity_says_root));
}

/* NULL, with a doubt, for what is there and no object. */
static cJSON *object_or_doubt(cJSON *item, const char *what, struct event *event)
{
	if (cJSON_IsObject(item))
		return item;
	if (item && !cJSON_IsNull(item))
		event_doubt(event, "%s is no object", what);
	return NULL;
}

static void read_session(cJSON *identity, struct event *event)
{
	cJSON *session = object_or_doubt(cJSON_GetObjectItemCaseSensitive(identity, "sessionContext"),
	                                 "userIdentity.sessionContext", event);
	cJSON *issuer = object_or_doubt(cJSON_GetObjectItemCaseSensitive(session, "sessionIssuer"),
	                                "sessionContext.sessionIssuer", event);
	const cJSON *attributes = json_member(session, "attributes");
	event_doubt_duplicates(event, session, "userIdentity.sessionContext");
	event_doubt_duplicates(event, issuer, "sessionContext.sessionIssuer");
	event_doubt_duplicates(event, attributes, "sessionContext.attributes");
	account_as_text(issuer, "accountId");
	read_texts(issuer, "sessionIssuer", issuer_fields, LENGTH(issuer_fields), event);
	event->identity.mfa_authenticated = read_tristate(json_member(attributes, "mfaAuthenticated"));
	event->identity.assumed_root = read_tristate(json_member(session, "assumedRoot"));
}

static void read_identity(const cJSON *record, struct event *event)
{
	cJSON *identity = object_or_doubt(choose(record, "userIdentity", identity_says_root), "userIdentity", event);
	event->identity.present = identity != NULL;
	event_doubt_duplicates(event, identity, "userIdentity");
	account_as_text(identity, "accountId");
	read_texts(identity, "userIdentity", identity_fields, LENGTH(identity_fields), event);

	const cJSON *type = choose(identity, "type", type_says_root);
	event->identity.type = cJSON_IsString(type) ? type->valuestring : "";
	doubt_text(event, type, "userIdentity", "type");
	read_session(identity, event);
}

/* requestParameters and its like: NULL when absent or null. */
static const cJSON *read_part(const cJSON *record, const char *name, struct event *event)
{
	const cJSON *part = json_member(record, name);
	event_doubt_duplicates(event, part, name);
	return cJSON_IsNull(part) ? NULL : part;
}

static void read_record(cJSON *record, struct event *event)
{
	event_doubt_duplicates(event, record, "the record");
	account_as_text(record, "recipientAccountId");
	read_texts(record, "the record", record_fields, LENGTH(record_fields), event);
	read_identity(record, event);
	event->request_parameters = read_part(record, "requestParameters", event);
	event->response_elements = read_part(record, "responseElements", event);
	event->additional_data = read_part(record, "additionalEventData", event);
	event->read_only = read_tristate(json_member(record, "readOnly"));
	event->from_console = read_tristate(json_member(record, "sessionCredentialFromConsole"));
	event->mfa_used = read_tristate(json_member(event->additional_data, "MFAUsed"));
	event->console_login = json_text(event->response_elements, "ConsoleLogin");
	clock_parse_utc(event->event_time, &event->time_s);
}

/* What the record itself did not say. GuardDuty's findings carry neither eventTime nor awsRegion. */
static void read_rest_from_envelope(const cJSON *envelope, struct event *event)
{
	if (event->region[0] == '\0')
		event->region = json_text(envelope, "region");
	if (event->event_time[0] == '\0')
		event->event_time = json_text(envelope, "time");
	if (event->time_s == 0)
		clock_parse_utc(json_text(envelope, "time"), &event->time_s);
}

void event_record_read(cJSON *envelope, cJSON *record, struct event *ret_event)
{
	*ret_event = (struct event){.enveloped = envelope != NULL};
	event_doubt_duplicates(ret_event, envelope, "the event");
	account_as_text(envelope, "account");
	read_texts(envelope, "the event", envelope_fields, LENGTH(envelope_fields), ret_event);
	if (envelope) {
		cJSON *detail = choose(envelope, "detail", detail_says_root);
		record = object_or_doubt(detail, "detail", ret_event);
		if (!record)
			event_doubt(ret_event, "detail is missing");
	}
	read_record(record, ret_event);
	if (envelope)
		read_rest_from_envelope(envelope, ret_event);
}
