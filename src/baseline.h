/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASELINE_H
#define BASELINE_H
/*
 * What is usual for root of one account: the networks, clients, regions and services
 * it was seen with, when it last acted, and its most recent acts. Learned event by
 * event, by the event's own time and in any order; learning the same event again
 * changes nothing. Pure apart from memory, bounded in size, one thread at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "rootwatch/err.h"
#include "rootwatch/strbuf.h"

enum baseline_kind {
	BASELINE_NETWORK, /* the /24 or /48 of the address */
	BASELINE_CLIENT,  /* the family of the user agent */
	BASELINE_REGION,
	BASELINE_SERVICE, /* the event source */
	BASELINE_TARGET,  /* the account that AssumeRoot opened */
	BASELINE_KIND_COUNT
};
enum {
	BASELINE_VALUE_BYTES = 64,
	BASELINE_ITEMS_MAX = 64,              /* of a kind; what was seen least recently goes first */
	BASELINE_RECENT_MAX = 128,            /* acts; six times what makes a burst */
	BASELINE_RIPENS_S = 7 * 24 * 60 * 60, /* until then what is new stays new: an intruder's first call must not
	                                               make the second one normal */
	BASELINE_TEXT_BYTES = 64 * 1024,      /* as JSON; the bounds above stay far below */
};

struct baseline_item {
	char value[BASELINE_VALUE_BYTES];
	int64_t first_s, last_s;
};

/* Kinds of recent acts that are counted. */
enum baseline_act { BASELINE_ACT, BASELINE_SIGN_IN, BASELINE_SIGN_IN_FAILED, BASELINE_ACT_COUNT };

struct baseline_recent {
	int64_t time_s;
	uint64_t key; /* of the event, so that a repeated one is not counted twice */
	enum baseline_act act;
};

struct baseline {
	int64_t first_s, last_s; /* root's first and latest act; 0: none is known */
	int64_t alarm_s;         /* the latest act that was alarming by itself; 0: none */
	struct baseline_item *items[BASELINE_KIND_COUNT];
	size_t counts[BASELINE_KIND_COUNT];
	struct baseline_recent recent[BASELINE_RECENT_MAX]; /* oldest first */
	size_t recent_count;
};

void baseline_done(struct baseline *baseline); /* empty and usable again */
static inline void baseline_scope(struct baseline *baseline)
{
	baseline_done(baseline);
}

/* ---- asking; `time_s` is the event's, and 0 (unknown) is answered like an account without history ---- */

/* Has this account been watched for long enough to call something new? */
bool baseline_is_ripe(const struct baseline *baseline, int64_t time_s);

/* Was this value first seen long enough before? */
bool baseline_knows(const struct baseline *baseline, enum baseline_kind kind, const char *value, int64_t time_s);

/* Was anything of this kind first seen long enough before? */
bool baseline_knows_any(const struct baseline *baseline, enum baseline_kind kind, int64_t time_s);

/* When root last acted before `time_s`; 0 when that is not known. */
int64_t baseline_previous_s(const struct baseline *baseline, int64_t time_s);

/* Acts of this kind (BASELINE_ACT: of any) in (time_s - span_s, time_s], the event with this key counted once, known or not. */
size_t baseline_count(const struct baseline *baseline, enum baseline_act act, int64_t time_s, int64_t span_s,
                      uint64_t key);

/* Is there an act of this kind in [from_s, to_s]? */
bool baseline_has(const struct baseline *baseline, enum baseline_act act, int64_t from_s, int64_t to_s);

/* ---- learning ---- */

/* What an event says about habits. Values are "" where it says nothing. */
struct baseline_facts {
	int64_t time_s; /* 0: unknown, nothing is learned */
	uint64_t key;
	enum baseline_act act;
	char values[BASELINE_KIND_COUNT][BASELINE_VALUE_BYTES];
};

/* Reads the event; pure. */
void baseline_facts(const struct event *event, struct baseline_facts *ret_facts);

/* How far an act may change what is usual. */
enum baseline_lesson {
	LESSON_COUNTED, /* a failed sign-in: counted among the recent acts, says nothing about root's habits */
	LESSON_ACT,     /* root acted, near an alarming act: its time is noted, nothing becomes usual */
	LESSON_ALARM,   /* the alarming act itself: as above, and it is remembered that there was one */
	LESSON_HABIT,   /* root acted: all of it */
	LESSON_TARGET,  /* not root's own act: which account AssumeRoot opened, nothing else */
};

/* False when out of memory: then it may be learned in part; learning it again does no harm. */
bool baseline_learn(struct baseline *baseline, const struct baseline_facts *facts, enum baseline_lesson lesson);

/* Appends what is known about such an event, a line each that begins with "usual", for a person. */
void baseline_tell(const struct baseline *baseline, const struct baseline_facts *facts, struct strbuf *out);

/* ---- keeping ---- */

void baseline_print(const struct baseline *baseline, struct strbuf *out); /* one line of JSON */
bool baseline_read(const char *text, size_t length, struct baseline *ret_baseline, struct err *err);

#endif
