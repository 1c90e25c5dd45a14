/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECTOR_H
#define DETECTOR_H
/*
 * Pure: event + policy + baseline -> actor, verdict, severity, signals, and why. No
 * I/O, no clock, no globals, no allocation (but learning, and reading a policy
 * document). Any thread.
 */
#include "baseline.h"
#include "event.h"
#include "expectation.h"
#include "policy.h"
#include "rootwatch/alert.h"
#include "rootwatch/strbuf.h"
#include "signals.h"

enum { JUDGEMENT_TITLE_BYTES = 160, JUDGEMENT_WHO_BYTES = 160 };

struct judgement {
	enum actor actor;
	enum verdict verdict;
	enum severity severity;
	char title[JUDGEMENT_TITLE_BYTES];
	char who[JUDGEMENT_WHO_BYTES];
	struct signal_hit hits[ALERT_SIGNALS_MAX]; /* worst first; only [0..hit_count) is filled */
	size_t hit_count;
	const char *rule;                       /* the routine rule that explained it, borrowed from the policy; NULL */
	char announced[EXPECTATION_TEXT_BYTES]; /* or the announced work that did, in words; "" */
	const char *steps[ALERT_STEPS_MAX];     /* next steps, from the signal table */
	size_t step_count;
};

/* Who acted, and which fields said so: a sentence for each step, in lines of which all but the first begin with "identity". */
enum actor detector_actor(const struct event *event, struct strbuf *trace);

/* `baseline`: what is usual for root of the event's account; NULL: nothing is known, nothing is unusual.
 * `trace`: NULL, or receives the decision step by step, a line each, for a person. */
void detector_judge(const struct event *event, const struct policy *policy, const struct baseline *baseline,
                    struct strbuf *trace, struct judgement *ret_judgement);

/* The same for when the time is over in which something should have followed (signal_absence.h): signals of absence
 * hold unless the baseline knows the answer. */
void detector_judge_closed(const struct event *event, const struct policy *policy, const struct baseline *baseline,
                           struct strbuf *trace, struct judgement *ret_judgement);

/* Do rules apply to an event like this: does somebody act as or on root, and no service? Cheap: for most nobody does. */
bool detector_asks_rules(const struct event *event);

/* Does an event like this need a baseline to be judged, and teach it something? Cheap: most events do not. */
bool detector_asks_baseline(const struct event *event);

/* Teaches the baseline that the event was judged by what it says about habits. False when out of memory. */
bool detector_learn(const struct event *event, const struct judgement *judgement, struct baseline *baseline);

/* True when this judgement is kept and told: routine and anomaly. */
bool judgement_is_finding(const struct judgement *judgement);

#endif
