/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a body to events: which shape is it, where are the records in it, and is
 * every element one? All or nothing. Wrappers are opened a bounded number of
 * times. What cannot be read safely becomes an event that says so, never nothing.
 * The fields of a record are event_record.c's; what they mean, the detector's.
 */
#include "event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/json.h"
#include "event_record.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum {
	UNWRAP_MAX = 4,   /* log file -> SQS record -> CloudEvent -> array: more nobody sends */
	KEY_ID_BYTES = 64 /* of an id in the dedupe key; longer ones are hashed. AWS's own have 36 + 1 + 12 */
};

/* One body being read. */
struct reading {
	struct event *events;
	size_t count, capacity;
	cJSON *trees; /* an array of everything parsed: events borrow from it */
	struct err *err;
};

static void hash_key(char kind, const char *bytes, size_t length, char ret_key[80])
{
	unsigned char digest[SHA256_BYTES] = {0};
	crypto_sha256(bytes, length, digest);
	ret_key[0] = kind;
	ret_key[1] = ':';
	crypto_hex(digest, sizeof digest, ret_key + 2);
}

static void id_key(char kind, const char *id, const char *account, char ret_key[80])
{
	if (strnlen(id, KEY_ID_BYTES) + strnlen(account, KEY_ID_BYTES) < KEY_ID_BYTES) {
		snprintf(ret_key, 80, "%c:%s%s%s", kind, id, *account ? "/" : "", account);
		return;
	}
	unsigned char digests[2][SHA256_BYTES] = {0};
	crypto_sha256(id, strlen(id), digests[0]);
	crypto_sha256(account, strlen(account), digests[1]);
	hash_key(kind, (const char *)digests, sizeof digests, ret_key);
}

/* An event in doubt is only the same as another when all of it is: its ids may be somebody else's. */
static bool set_dedupe_key(struct event *event, const cJSON *element)
{
	if (event->unreadable[0] == '\0' && event->event_id[0]) {
		id_key('e', event->event_id, event->recipient_account, event->dedupe_key);
		return true;
	}
	if (event->unreadable[0] == '\0' && event->envelope_id[0]) {
		id_key('v', event->envelope_id, "", event->dedupe_key);
		return true;
	}
	char *text = cJSON_PrintUnformatted(element);
	if (!text)
		return false;
	hash_key('h', text, strlen(text), event->dedupe_key);
	cJSON_free(text);
	return true;
}

static struct event *add_event(struct reading *reading)
{
	if (reading->count == reading->capacity) {
		size_t capacity = reading->capacity ? 2 * reading->capacity : 1;
		struct event *events = reallocarray(reading->events, capacity, sizeof *events);
		if (!events)
			return NULL;
		reading->events = events;
		reading->capacity = capacity;
	}
	return &reading->events[reading->count++];
}

static enum event_status no_memory(struct reading *reading)
{
	err_set(reading->err, "out of memory");
	return EVENT_NO_MEMORY;
}

static enum event_status add_record(struct reading *reading, cJSON *envelope, cJSON *record)
{
	struct event *event = add_event(reading);
	if (!event)
		return no_memory(reading);
	event_record_read(envelope, record, event);
	return set_dedupe_key(event, envelope ? envelope : record) ? EVENT_OK : no_memory(reading);
}

static enum event_status add_too_deep(struct reading *reading, const char *text, size_t length)
{
	struct event *event = add_event(reading);
	if (!event)
		return no_memory(reading);
	event_blank(event);
	event_doubt(event, "the JSON nests deeper than 1,000 levels");
	hash_key('h', text, length, event->dedupe_key);
	return EVENT_OK;
}

/* Which of two namesakes was meant nobody knows: told beside the events that were found, and about the whole of it. */
static enum event_status add_ambiguous(struct reading *reading, const cJSON *wrapper)
{
	struct event *event = add_event(reading);
	if (!event)
		return no_memory(reading);
	event_blank(event);
	event_doubt_duplicates(event, wrapper, "what is around the event");
	return set_dedupe_key(event, wrapper) ? EVENT_OK : no_memory(reading);
}

static bool is_envelope(const cJSON *object)
{
	return cJSON_IsObject(json_member(object, "detail")) ||
	       (json_member(object, "detail-type") && json_member(object, "source"));
}

/* Two marks of a record, so that it is one whichever single field is missing. */
static bool has_record_marks(const cJSON *object)
{
	static const char *const marks[] = {
	    "eventID", "eventName", "eventSource", "eventTime", "eventType", "eventVersion", "recipientAccountId",
	};
	int found = 0;
	for (size_t i = 0; i < LENGTH(marks); i++)
		found += json_member(object, marks[i]) != NULL;
	return found >= 2;
}

/* What may hold events: a CloudTrail log file, an SQS record, a CloudEvent, what `aws cloudtrail lookup-events` prints and an
 * element of that. NULL: this is none of them. */
static cJSON *wrapped_in(const cJSON *object)
{
	static const char *const names[] = {"Records", "body", "data", "Events", "CloudTrailEvent"};
	for (size_t i = 0; i < LENGTH(names); i++) {
		cJSON *item = cJSON_GetObjectItemCaseSensitive(object, names[i]);
		if (cJSON_IsString(item) || cJSON_IsObject(item) || cJSON_IsArray(item))
			return item;
	}
	return NULL;
}

static enum event_status read_value(struct reading *reading, cJSON *value, int depth);

static enum event_status read_text(struct reading *reading, const char *text, size_t length, int depth)
{
	cJSON *tree = NULL;
	size_t offset = 0;
	switch (json_read(text, length, &tree, &offset)) {
	case JSON_OK: break;
	case JSON_NO_MEMORY: return no_memory(reading);
	case JSON_TOO_DEEP: return add_too_deep(reading, text, length);
	case JSON_INVALID:
		err_set(reading->err, length == 0 ? "empty: no JSON" : "no JSON: reading stopped at byte %zu", offset);
		return depth == 0 ? EVENT_NOT_JSON : EVENT_NOT_AN_EVENT;
	}
	if (!cJSON_AddItemToArray(reading->trees, tree)) {
		cJSON_Delete(tree);
		return no_memory(reading);
	}
	if (depth == 0 && !cJSON_IsObject(tree) && !cJSON_IsArray(tree)) {
		err_set(reading->err, "JSON, but neither an object nor an array");
		return EVENT_NOT_JSON;
	}
	return read_value(reading, tree, depth);
}

static enum event_status read_wrapper(struct reading *reading, cJSON *wrapper, cJSON *wrapped, int depth)
{
	if (depth == UNWRAP_MAX) {
		err_set(reading->err, "wrapped more than %d times", UNWRAP_MAX);
		return EVENT_NOT_AN_EVENT;
	}
	enum event_status status = cJSON_IsString(wrapped)
	                               ? read_text(reading, wrapped->valuestring, strlen(wrapped->valuestring), depth + 1)
	                               : read_value(reading, wrapped, depth + 1);
	if (status != EVENT_OK)
		err_prefix(reading->err, "%s", wrapped->string);
	else if (json_has_duplicate(wrapper, NULL))
		return add_ambiguous(reading, wrapper);
	return status;
}

static const char neither[] =
    "neither an EventBridge event (it has no detail object, nor detail-type and source) nor a "
    "CloudTrail record (it has no userIdentity, nor two of eventID, eventName, eventSource, "
    "eventTime, eventType, eventVersion, recipientAccountId)";

static enum event_status read_object(struct reading *reading, cJSON *object, int depth)
{
	if (is_envelope(object))
		return add_record(reading, object, NULL);
	if (json_member(object, "userIdentity"))
		return add_record(reading, NULL, object);
	cJSON *wrapped = wrapped_in(object);
	if (wrapped)
		return read_wrapper(reading, object, wrapped, depth);
	if (has_record_marks(object))
		return add_record(reading, NULL, object);
	err_set(reading->err, "%s", cJSON_IsObject(object) ? neither : "not an object");
	return EVENT_NOT_AN_EVENT;
}

/* Recursion is bounded by UNWRAP_MAX: an array's elements must be objects. */
static enum event_status read_value(struct reading *reading, cJSON *value, int depth)
{
	if (!cJSON_IsArray(value))
		return read_object(reading, value, depth);
	size_t position = 0;
	cJSON *element;
	cJSON_ArrayForEach(element, value)
	{
		position++;
		enum event_status status = read_object(reading, element, depth);
		if (status != EVENT_OK) {
			err_prefix(reading->err, "element %zu", position);
			return status;
		}
	}
	return EVENT_OK;
}

enum event_status event_batch_read(const char *body, size_t length, struct event_batch *ret_batch, struct err *err)
{
	struct reading reading = {.trees = cJSON_CreateArray(), .err = err};
	enum event_status status = reading.trees ? read_text(&reading, body, length, 0) : no_memory(&reading);
	struct event_batch batch = {.events = reading.events, .count = reading.count, .trees = reading.trees};
	if (status == EVENT_OK)
		*ret_batch = batch;
	else
		event_batch_done(&batch);
	return status;
}

void event_batch_done(struct event_batch *batch)
{
	free(batch->events);
	cJSON_Delete(batch->trees);
	*batch = (struct event_batch){0};
}

void event_blank(struct event *ret_event)
{
	event_record_read(NULL, NULL, ret_event);
}

void event_call(const struct event *event, char ret_call[EVENT_CALL_BYTES])
{
	size_t service = strcspn(event->event_source, ".");
	snprintf(ret_call, EVENT_CALL_BYTES, "%.*s:%s", (int)service, event->event_source, event->event_name);
}

bool event_failed(const struct event *event)
{
	return event->error_code[0] || strcmp(json_text(event->response_elements, event->event_name), "Failure") == 0;
}

enum tristate event_mfa(const struct event *event)
{
	enum tristate session = event->identity.mfa_authenticated;
	if (event->mfa_used == TRISTATE_NO || session == TRISTATE_NO)
		return TRISTATE_NO;
	if (event->mfa_used == TRISTATE_YES || session == TRISTATE_YES)
		return TRISTATE_YES;
	return strncmp(event->identity.access_key_id, "AKIA", 4) == 0 ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

const char *event_parameter(const struct event *event, const char *name)
{
	return json_text(event->request_parameters, name);
}

static bool is_account(const char *text)
{
	return strspn(text, "0123456789") == 12 && text[12] == '\0';
}

const char *event_account(const struct event *event)
{
	if (is_account(event->recipient_account))
		return event->recipient_account;
	if (is_account(event->identity.account_id))
		return event->identity.account_id;
	return is_account(event->envelope_account) ? event->envelope_account : "";
}
