/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_EVENTS_H
#define API_EVENTS_H
/*
 * One POST /v1/events between its judgement and its answer; shared by api_events.c
 * and api_delivered.c alone.
 */
#include "ack.h"
#include "api.h"
#include "outbox.h"

/* Where the RESULT of one element is, and which entry (if any) may turn out to repeat another. */
struct result_slot {
	size_t begin, end; /* in event_post.results */
	bool stored;       /* entries[entry] is its own */
	size_t entry;
};

struct event_post {
	struct outbox_job job; /* first */
	struct exchange *exchange;
	struct api_request *request;
	struct finding *findings;
	struct deferred *deferred;   /* as many as findings; most are empty */
	struct store_entry *entries; /* likewise */
	size_t count;                /* of findings */
	struct result_slot *slots;
	size_t slot_count;
	struct strbuf results;
	int64_t submitted_us;
	bool committed;
	bool undelivered; /* `ack: delivered`, and no channel took it in time */
	struct err err;   /* why it was not committed */
	struct ack_ticket ticket;
};

/* Does this post have to wait for a channel? Then begins to watch; before it is submitted. False when out of memory. */
bool delivered_watch(struct event_post *post);

/* It was committed: resumes the exchange as soon as each finding was taken by a channel, or when time is up. */
void delivered_await(struct event_post *post);

/* It was not committed. */
void delivered_drop(struct event_post *post);

#endif
