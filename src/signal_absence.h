/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIGNAL_ABSENCE_H
#define SIGNAL_ABSENCE_H
/*
 * Signals of what did not happen: a call that something should follow, and how long to
 * wait for it. A row here and one in the signal table, whose predicate holds only for
 * an act that is judged as if the waiting were over. Pure.
 */
#include <stdbool.h>
#include <stdint.h>

#include "baseline.h"
#include "event.h"

struct absence {
	const char *signal;       /* a row of the signal table */
	const char *const *calls; /* as in calls.h: what is to be followed */
	enum baseline_act answer; /* by what, of the same account */
	int64_t within_s;         /* by the events' own times */
};

/* NULL: nothing has to follow this event. */
const struct absence *absence_of(const struct event *event);

/* By its signal; NULL: there is none (any more). */
const struct absence *absence_find(const char *signal);

/* Is the answer to what happened at `time_s` among the recent acts? In whichever order the two were learned. */
bool absence_is_answered(const struct absence *absence, const struct baseline *baseline, int64_t time_s);

/* When to look: the answer's own time is over, and what is under way has had two minutes to arrive. */
int64_t absence_due_s(const struct absence *absence, int64_t time_s, int64_t received_s);

#endif
