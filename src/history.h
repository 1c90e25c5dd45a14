/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HISTORY_H
#define HISTORY_H
/*
 * Every account's baseline while a service or a scan runs: loaded from the store when an
 * account is first heard of, asked and taught one event at a time, so that events
 * that arrive together count each other, and handed to the store with the findings
 * that changed it. Any thread.
 */
#include "detector.h"
#include "rootwatch/err.h"
#include "rootwatch/scope.h"
#include "signal_absence.h"
#include "store/store.h"

struct history;

/* NULL when out of memory. `store` outlives it; NULL: every account begins without a past (scan, explain). */
struct history *history_open(struct store *store);
void history_close(struct history *history); /* NULL is fine */
DEFINE_SCOPE(history, struct history, history_close)

/* What is asked about one event. Borrowed. */
struct inquiry {
	const struct event *event;
	const struct policy *policy;
	int64_t received_s;   /* UTC: an event from far ahead of it is not believed */
	bool learn;           /* it happened, and is not only asked about */
	bool closed;          /* as of detector_judge_closed() */
	struct strbuf *trace; /* NULL, or as of detector_judge() */
};

/* Judges the event by what is usual for its account, which learns from it. False: the store could not be read. */
bool history_judge(struct history *history, const struct inquiry *inquiry, struct judgement *ret_judgement,
                   struct err *err);

/* What would be told of this event if what should follow it never came; *ret_absence NULL: nothing should, or it came
 * already. False: the store could not be read. */
bool history_judge_absence(struct history *history, const struct inquiry *inquiry, struct judgement *ret_judgement,
                           const struct absence **ret_absence, struct err *err);

/* Has the answer to what happened at `time_s` come? False: the store could not be read. */
bool history_is_answered(struct history *history, const struct absence *absence, const char *account, int64_t time_s,
                         bool *ret_answered, struct err *err);

/* Writes every baseline back to the store that it was opened with, to seed a service: scan --learn. Nobody else may be using the
 * store. False: nothing was written since. */
bool history_save(struct history *history, struct err *err);

/* From now on: before baselines are dropped to make room, they are saved. */
void history_keep_all(struct history *history);

/* What was learned for this account could not be committed: the store's word counts again. */
void history_forget(struct history *history, const char *account);

/* Before a commit: gives the last entry of each account that account's baseline to keep. For outbox_open(). */
void history_prepare(struct history *history, struct store_entry *entries, size_t count);

#endif
