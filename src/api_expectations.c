/* SPDX-License-Identifier: Apache-2.0 */
/* Announced root work: POST announces, GET lists, DELETE revokes. */
#include <stdlib.h>
#include <string.h>

#include "announce.h"
#include "api.h"
#include "base/excerpt.h"
#include "base/json.h"
#include "base/log.h"
#include "problem.h"

enum { LISTED_MAX = 200, PATTERNS_MAX = EXPECTATION_EVENTS_MAX / 2 };

DEFINE_SCOPE(expectations, struct expectation, free)

static enum handled answer(struct exchange *exchange, unsigned status, const struct expectation *expectation)
{
	api_ok(exchange, "application/json");
	exchange->status = status;
	expectation_print(expectation, exchange->received_ms / 1000, &exchange->answer);
	strbuf_putc(&exchange->answer, '\n');
	return HANDLED;
}

static enum handled refuse(struct exchange *exchange, enum announced outcome, const struct err *err)
{
	switch (outcome) {
	case ANNOUNCED: break;
	case ANNOUNCE_UNKNOWN: problem(exchange, 404, "There is no expectation with this id."); break;
	case ANNOUNCE_REFUSED: problem(exchange, 409, "Not done: %s.", err->text); break;
	case ANNOUNCE_FAILED: problem(exchange, 503, "The store could not keep it: %s.", err->text); break;
	}
	return HANDLED;
}

/* It was kept, and its notice waits: sends it and says so. */
static void told(struct api_request *request, const struct expectation *expectation)
{
	service_wake_dispatcher(request->service);
	log_write(LOG_EXPECTATION, "expectation", expectation->id, "account", expectation->account, "state",
	          expectation->revoked_s > 0 ? "revoked" : "active", "reason", expectation->reason, "key",
	          request->key->name, NULL);
}

/* ---- the body of a POST ---- */

/* The member's text, NULL when it is absent. False when it is there and no text. */
static bool take_text(const cJSON *body, const char *name, const char **ret_text, struct err *err)
{
	const cJSON *member = json_member(body, name);
	*ret_text = member && !cJSON_IsNull(member) ? cJSON_GetStringValue(member) : NULL;
	return !member || cJSON_IsNull(member) || *ret_text || err_set(err, "%s must be a text", name);
}

static bool take_events(const cJSON *body, const char *patterns[PATTERNS_MAX], size_t *ret_count, struct err *err)
{
	const cJSON *list = json_member(body, "events"), *item;
	size_t count = 0;
	if (list && !(cJSON_IsArray(list) && list->child))
		return err_set(err, "events must be a list of calls such as iam:CreateUser; without it, any call is meant");
	cJSON_ArrayForEach(item, list)
	{
		if (!cJSON_IsString(item) || count == PATTERNS_MAX)
			return err_set(err, "events must be a list of at most %d texts", PATTERNS_MAX);
		patterns[count++] = item->valuestring;
	}
	*ret_count = count;
	return true;
}

/* A misspelt member would make it wider than it was meant. */
static bool knows_members(const cJSON *body, struct err *err)
{
	static const char *const known[] = {"account", "for", "until", "reason", "events"};
	const cJSON *member;
	if (!cJSON_IsObject(body))
		return err_set(err, "the body must be an object");
	cJSON_ArrayForEach(member, body)
	{
		size_t i = 0;
		while (i < sizeof known / sizeof known[0] && strcmp(known[i], member->string) != 0)
			i++;
		if (i == sizeof known / sizeof known[0])
			return err_set(err, "there is no member \"%s\", only account, for, until, reason, events",
			               excerpt(member->string).text);
	}
	return true;
}

static bool read_body(const cJSON *body, struct announcement *wanted, const char *patterns[PATTERNS_MAX],
                      struct err *err)
{
	wanted->events = patterns;
	return knows_members(body, err) && take_text(body, "account", &wanted->account, err) &&
	       take_text(body, "for", &wanted->length, err) && take_text(body, "until", &wanted->until, err) &&
	       take_text(body, "reason", &wanted->reason, err) && take_events(body, patterns, &wanted->event_count, err);
}

static enum handled announce(struct exchange *exchange, struct api_request *request)
{
	const struct config *config = request->config->config;
	const char *patterns[PATTERNS_MAX];
	struct announcement wanted = {.made_by = request->key->name};
	struct expectation expectation;
	struct err err = {0};
	SCOPED(json) cJSON *body = NULL;
	if (json_read(exchange->body, exchange->body_length, &body, NULL) != JSON_OK) {
		problem(exchange, 400, "The body is no JSON.");
		return HANDLED;
	}
	if (!read_body(body, &wanted, patterns, &err) ||
	    !expectation_make(&wanted, &config->policy, exchange->received_ms / 1000, &expectation, &err)) {
		problem(exchange, 422, "Nothing is announced: %s.", err.text);
		return HANDLED;
	}
	enum announced outcome = announce_work(service_store(request->service), config, &expectation, &err);
	if (outcome != ANNOUNCED)
		return refuse(exchange, outcome, &err);
	told(request, &expectation);
	return answer(exchange, 201, &expectation);
}

/* ---- the others ---- */

static enum handled list(struct exchange *exchange, struct api_request *request)
{
	struct store *store = service_store(request->service);
	SCOPED(expectations) struct expectation *all = calloc(LISTED_MAX, sizeof *all);
	const struct expectation_query query = {.id = NULL};
	struct err err = {.text = "out of memory"};
	size_t count = 0;
	if (!all || !store->ops->read_expectations(store, &query, all, LISTED_MAX, &count, &err)) {
		problem(exchange, 503, "The store cannot be read: %s.", err.text);
		return HANDLED;
	}
	strbuf_puts(&exchange->answer, "{\"expectations\":[");
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(&exchange->answer, i > 0 ? "," : "");
		expectation_print(&all[i], exchange->received_ms / 1000, &exchange->answer);
	}
	strbuf_puts(&exchange->answer, "]}\n");
	api_ok(exchange, "application/json");
	return HANDLED;
}

enum handled api_expectations(struct exchange *exchange, struct api_request *request)
{
	return strcmp(exchange->method, "POST") == 0 ? announce(exchange, request) : list(exchange, request);
}

enum handled api_expectation_revoke(struct exchange *exchange, struct api_request *request)
{
	struct expectation expectation;
	struct err err = {0};
	enum announced outcome = announce_revoke(service_store(request->service), request->config->config, request->id,
	                                         request->key->name, exchange->received_ms / 1000, &expectation, &err);
	if (outcome != ANNOUNCED)
		return refuse(exchange, outcome, &err);
	told(request, &expectation);
	return answer(exchange, 200, &expectation);
}
