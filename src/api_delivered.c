/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ack: delivered` for one post: which of its findings some channel has to take
 * before the answer, and which were taken before. The log is no channel here: it
 * dies with the task, too.
 */
#include <stdlib.h>
#include <string.h>

#include "api_events.h"
#include "base/clock.h"
#include "base/json.h"
#include "rootwatch/scope.h"

enum { DELIVERIES_MAX = 1000, DELIVERIES_LIMIT_BYTES = 1024 * 1024 };

static bool counts(const struct config *config, const char *notifier)
{
	for (size_t i = 0; i < config->notifier_count; i++)
		if (strcmp(config->notifiers[i].name, notifier) == 0)
			return !config->notifiers[i].type->local;
	return true; /* configured when it was told */
}

static bool some_channel_wants(const struct config *config, const struct store_entry *entry)
{
	for (size_t i = 0; i < entry->notifier_count; i++)
		if (counts(config, entry->notifiers[i]))
			return true;
	return false;
}

/* In the outbox's or the dispatcher's thread. */
static void on_delivered(struct ack_ticket *ticket, bool delivered)
{
	struct event_post *post = (struct event_post *)((char *)ticket - offsetof(struct event_post, ticket));
	post->undelivered = !delivered;
	server_resume(post->exchange);
}

static bool is_on(const struct event_post *post)
{
	return post->request->config->config->ack == ACK_DELIVERED;
}

bool delivered_watch(struct event_post *post)
{
	if (!is_on(post))
		return true;
	struct ack_ticket *ticket = &post->ticket;
	ticket->finding_ids = calloc(post->count, sizeof *ticket->finding_ids);
	if (!ticket->finding_ids)
		return false;
	for (size_t i = 0; i < post->count; i++)
		if (some_channel_wants(post->request->config->config, &post->entries[i]))
			memcpy(ticket->finding_ids[ticket->count++], post->findings[i].id, FINDING_ID_BYTES);
	ticket->deadline_ms = clock_monotonic_ms() + ACK_DEADLINE_MS;
	ticket->done = on_delivered;
	ack_watch(service_ack(post->request->service), ticket);
	return true;
}

void delivered_drop(struct event_post *post)
{
	if (is_on(post))
		ack_drop(service_ack(post->request->service), &post->ticket);
}

/* Was this stored finding taken by a channel, or did none want it? When in doubt: no. */
static bool was_told(const struct event_post *post, const char *finding_id)
{
	struct store *store = service_store(post->request->service);
	const struct store_page page = {.limit = DELIVERIES_MAX, .state = -1, .finding_id = finding_id};
	SCOPED(strbuf) struct strbuf rows = STRBUF_INIT(DELIVERIES_LIMIT_BYTES);
	SCOPED(json) cJSON *tree = NULL;
	int64_t next;
	if (!store->ops->list_deliveries(store, &page, &rows, &next, NULL) ||
	    json_read(strbuf_text(&rows), rows.length, &tree, NULL) != JSON_OK)
		return false;
	bool wanted = false;
	const cJSON *row;
	cJSON_ArrayForEach(row, tree)
	{
		if (!counts(post->request->config->config, json_text(row, "notifier")))
			continue;
		if (strcmp(json_text(row, "state"), delivery_state_name(DELIVERY_DELIVERED)) == 0)
			return true;
		wanted = true;
	}
	return !wanted;
}

/* A repeated event waits for the finding that was stored first. */
static void await_first(struct event_post *post, const struct store_entry *entry)
{
	struct ack *ack = service_ack(post->request->service);
	SCOPED(finding_alert) struct finding_alert first = {0};
	if (!finding_alert_read(entry->stored_json, &first, NULL))
		return;
	/* In this order: a delivery between the two is noted. */
	ack_rename(ack, &post->ticket, entry->finding->id, first.alert.finding_id);
	if (was_told(post, first.alert.finding_id))
		ack_excuse(ack, &post->ticket, first.alert.finding_id);
}

void delivered_await(struct event_post *post)
{
	if (!is_on(post)) {
		server_resume(post->exchange);
		return;
	}
	for (size_t i = 0; i < post->count; i++)
		if (post->entries[i].duplicate)
			await_first(post, &post->entries[i]);
	ack_arm(service_ack(post->request->service), &post->ticket);
}
