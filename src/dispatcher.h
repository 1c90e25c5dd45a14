/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_H
#define DISPATCHER_H
/*
 * Store -> channels. One worker thread per notifier instance: lease, one send,
 * settle. Back-off, pacing and the pause a channel asks for live here. A slow or
 * broken channel holds nobody else. Undelivered after 24 h, or refused: dead.
 */
#include <stdbool.h>
#include <stddef.h>

#include "notifier.h"
#include "store/store.h"

struct dispatcher;

enum { DISPATCHER_GIVE_UP_MS = 24 * 60 * 60 * 1000 };

/* What one settled attempt was; called in the worker's thread (for metrics and whoever waits for a delivery). */
struct dispatcher_report {
	const char *notifier, *finding_id;
	enum delivery_state state; /* WAITING: will be tried again */
	const char *detail;
	long duration_ms;
	int64_t age_ms; /* since the delivery was created */
};

struct dispatcher_hooks {
	void (*settled)(void *context, const struct dispatcher_report *report);
	void (*cancel)(void *context); /* asks every send under way to give up at once; NULL: they end by their time-out */
	void *context;
};

/* Starts one worker per instance of `set` (borrowed until replaced or closed). */
struct dispatcher *dispatcher_open(struct store *store, struct notifier_set *set, const struct dispatcher_hooks *hooks,
                                   struct err *err);

/* New deliveries may be there: workers look. Any thread. */
void dispatcher_wake(struct dispatcher *dispatcher);

/* Starts workers for the new set, then stops those of the old one (a send in flight is let finish): afterwards the old set may be closed. False: a thread could not be started and the old set goes on. */
bool dispatcher_replace(struct dispatcher *dispatcher, struct notifier_set *set, struct err *err);

/* Lets sends in flight settle, up to `grace_ms`, then has them cancelled; returns when all have ended. NULL is fine. */
void dispatcher_close(struct dispatcher *dispatcher, long grace_ms);

#endif
