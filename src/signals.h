/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIGNALS_H
#define SIGNALS_H
/*
 * What is worth noticing about an act by or on root: one table, a row each. A new
 * signal is a row and a predicate. Names of calls are data, beside the table.
 */
#include <stdbool.h>
#include <stddef.h>

#include "baseline.h"
#include "event.h"
#include "policy.h"
#include "rootwatch/alert.h"

enum { SIGNAL_REASON_BYTES = 256, SIGNAL_STEPS_MAX = 4 };

/* One act as the predicates see it: the event, and what is known besides. */
struct act {
	const struct event *event;
	enum actor actor;
	const char *call; /* event_call() */
	const struct policy *policy;
	const struct baseline *baseline; /* what is usual for root of this account; NULL: not known, nothing is unusual */
	struct baseline_facts facts;     /* what this event would add to it */
	bool closed;                     /* the time for what should follow it is over: signals of absence may hold */
};

struct signal_hit {
	const struct signal *signal;
	enum severity severity; /* the row's, or the predicate's, after the policy's override */
	char reason[SIGNAL_REASON_BYTES];
};

/* What a signal speaks of. */
enum signal_about {
	SIGNAL_ACT,          /* the call itself */
	SIGNAL_CIRCUMSTANCE, /* how or by whom it was made, whatever it was */
	SIGNAL_REMAINDER,    /* a call that no SIGNAL_ACT holds for */
	SIGNAL_PAST,         /* what is unusual about it, given the account's baseline */
};

struct signal {
	const char *id;
	enum severity severity;
	enum signal_about about;
	const char *technique; /* MITRE ATT&CK id, or "" */
	unsigned actors;       /* bits of 1u << enum actor that it is tried for */
	/* The alert's title when this is its worst signal. One that begins with a small letter gets its subject, the actor,
	 * in front ("deleted its own access key"); NULL: "Root called service:EventName". */
	const char *title;
	const char *const *calls; /* patterns as in calls.h, one of which must match; NULL: any call */
	const char *quotes;       /* the request parameter that the reason shows; NULL: none */
	/* True when it holds; then it may write one sentence naming the fields it read (without one, the reason is the name of
	 * the call), and may change the severity. NULL: the call is enough. Pure. */
	bool (*holds)(const struct act *act, struct signal_hit *hit);
	const char *steps[SIGNAL_STEPS_MAX]; /* what to do next, NULL-ended when fewer */
};

extern const struct signal signals[];
extern const size_t signal_count;

const struct signal *signal_find(const char *id);

#endif
