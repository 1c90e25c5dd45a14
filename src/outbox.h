/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTBOX_H
#define OUTBOX_H
/*
 * Group commit: request threads hand in what must be durable, one writer commits
 * everything that waits in a single transaction, then tells each. Bounded: when
 * too much waits, submit refuses and the sender is asked to come back.
 */
#include <stdbool.h>
#include <stddef.h>

#include "store/store.h"

struct outbox;

/* One request's findings: all durable or none. The submitter owns it and keeps it alive until done() was called. */
struct outbox_job {
	struct store_entry *entries;
	size_t count;
	void (*done)(struct outbox_job *job, bool committed,
	             const struct err *err); /* in the writer's thread; must not block */
	struct outbox_job *next;             /* the outbox's */
};

/* Called in the writer's thread. */
struct outbox_hooks {
	void (*prepare)(void *context, struct store_entry *entries,
	                size_t count);    /* before a commit: may set baselines, from malloc() */
	void (*committed)(void *context); /* after one: to wake the dispatcher */
	void *context;
};

struct outbox *outbox_open(struct store *store, const struct outbox_hooks *hooks, struct err *err);

/* False when it is full or closing: nothing was taken. */
bool outbox_submit(struct outbox *outbox, struct outbox_job *job);

/* False when the next submit would be refused. */
bool outbox_has_room(struct outbox *outbox);

/* Commits what waits, then refuses every submit. Returns when the last done() has returned. */
void outbox_stop(struct outbox *outbox);

/* Stops, if that is still to be done, and frees: nobody may submit any more. NULL is fine. */
void outbox_close(struct outbox *outbox);

#endif
