/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACK_H
#define ACK_H
/*
 * `ack: delivered`: a request is answered 200 only once a channel has each of its
 * findings, because the disk below the store may die with the task. Tickets wait
 * here for deliveries or for their deadline. Any thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finding.h"
#include "rootwatch/err.h"

enum {
	/* Below the sender's 5 s with room for the way there and back. */
	ACK_DEADLINE_MS = 3000,
};

struct ack;

/* One request's wait. The requester owns it and keeps it until done() was called or ack_drop() returned. */
struct ack_ticket {
	char (*finding_ids)[FINDING_ID_BYTES]; /* still to be delivered; ack takes them out. Order is lost */
	size_t count;
	int64_t deadline_ms; /* monotonic */
	bool armed;          /* the ack's: set by ack_arm() */
	void (*done)(struct ack_ticket *ticket, bool delivered);
	struct ack_ticket *next, **place; /* the ack's */
};

struct ack *ack_open(struct err *err); /* NULL when no thread could be started */

/* Begins to note deliveries for this ticket: before they can happen, that is before the commit. */
void ack_watch(struct ack *ack, struct ack_ticket *ticket);

/* Waits for another finding than was thought: this one repeats it. Before ack_arm(). */
void ack_rename(struct ack *ack, struct ack_ticket *ticket, const char *finding_id, const char *new_id);

/* Takes one finding off the ticket's list: nobody needs to be told of it, or somebody was told before. Before ack_arm(). */
void ack_excuse(struct ack *ack, struct ack_ticket *ticket, const char *finding_id);

/* From now on done() may be called, perhaps at once, in this or another thread. */
void ack_arm(struct ack *ack, struct ack_ticket *ticket);

/* Takes back a ticket that was never armed. */
void ack_drop(struct ack *ack, struct ack_ticket *ticket);

/* A channel has this finding. */
void ack_settled(struct ack *ack, const char *finding_id);

/* Ends every wait as not delivered, now and from now on. */
void ack_stop(struct ack *ack);
void ack_close(struct ack *ack); /* NULL is fine */

#endif
