/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One lock around all baselines: only events about root come here, and each stays
 * for microseconds. Decides nothing; what is usual is baseline.c's, what is made of
 * it the detector's.
 */
#include "history.h"

#include <pthread.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baseline.h"
#include "rootwatch/scope.h"

enum {
	ACCOUNTS_MAX = 4096, /* in memory, some 10 KiB each; then all are dropped and loaded again as they are needed */
	CLOCK_TOLERANCE_S =
	    60 * 60, /* an event from further ahead is not believed, or it would make root dormant for ever */
};

struct past {
	char account[16];
	struct baseline baseline;
};

struct history {
	struct store *store;
	pthread_mutex_t lock;
	void *accounts; /* of struct past, by account; see tsearch(3) */
	size_t count;
	bool keeps_all; /* what is dropped is saved before */
};

static int compare(const void *left, const void *right)
{
	const struct past *a = left, *b = right;
	return strcmp(a->account, b->account);
}

static void past_free(void *past)
{
	baseline_done(&((struct past *)past)->baseline);
	free(past);
}

static void drop_all(struct history *history)
{
	tdestroy(history->accounts, past_free);
	history->accounts = NULL;
	history->count = 0;
}

static struct past *find(struct history *history, const char *account)
{
	struct past wanted = {.account = ""};
	snprintf(wanted.account, sizeof wanted.account, "%s", account);
	struct past *const *place = tfind(&wanted, &history->accounts, compare);
	return place ? *place : NULL;
}

static bool load(struct history *history, const char *account, struct baseline *ret_baseline, struct err *err)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(BASELINE_TEXT_BYTES);
	if (!history->store)
		return true;
	if (!history->store->ops->read_baseline(history->store, account, &text, err))
		return false;
	return text.length == 0 || baseline_read(strbuf_text(&text), text.length, ret_baseline, err);
}

/* Every baseline as text. */
struct saving {
	struct store_baseline *rows; /* as many as there are accounts */
	size_t count;
	bool good;
};

static void saving_scope(struct saving *saving)
{
	for (size_t i = 0; i < saving->count; i++)
		free((char *)(uintptr_t)saving->rows[i].json);
	free(saving->rows);
}

static void save_one(const void *node, VISIT visit, void *closure)
{
	if (visit != postorder && visit != leaf)
		return;
	struct saving *saving = closure;
	const struct past *past = *(struct past *const *)node;
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(BASELINE_TEXT_BYTES);
	baseline_print(&past->baseline, &text);
	const char *json = strbuf_steal(&text);
	saving->good &= json != NULL;
	saving->rows[saving->count++] = (struct store_baseline){past->account, json};
}

static bool save_all(struct history *history, struct err *err)
{
	SCOPED(saving) struct saving saving = {.rows = calloc(history->count + 1, sizeof *saving.rows)};
	saving.good = saving.rows != NULL;
	if (saving.good)
		twalk_r(history->accounts, save_one, &saving);
	if (!saving.good)
		return err_set(err, "out of memory");
	return history->store->ops->keep_baselines(history->store, saving.rows, saving.count, err);
}

/* The account's past, loaded when it is not there yet. */
static struct past *hold(struct history *history, const char *account, struct err *err)
{
	struct past *past = find(history, account);
	if (past)
		return past;
	if (history->count >= ACCOUNTS_MAX) {
		if (history->keeps_all && !save_all(history, err))
			return NULL;
		drop_all(history);
	}
	past = calloc(1, sizeof *past);
	if (!past) {
		err_set(err, "out of memory");
		return NULL;
	}
	snprintf(past->account, sizeof past->account, "%s", account);
	if (load(history, account, &past->baseline, err) && tsearch(past, &history->accounts, compare)) {
		history->count++;
		return past;
	}
	past_free(past);
	return NULL;
}

/* An event whose time cannot be believed is judged without a past and teaches nothing. */
static bool has_past(const struct event *event, int64_t received_s)
{
	return event_account(event)[0] && event->time_s > 0 && event->time_s <= received_s + CLOCK_TOLERANCE_S;
}

static bool judge_with_past(struct history *history, const struct inquiry *inquiry, const struct policy *policy,
                            struct judgement *ret_judgement, struct err *err)
{
	const struct event *event = inquiry->event;
	struct past *past = hold(history, event_account(event), err);
	if (!past)
		return false;
	(inquiry->closed ? detector_judge_closed : detector_judge)(event, policy, &past->baseline, inquiry->trace,
	                                                           ret_judgement);
	return !inquiry->learn || detector_learn(event, ret_judgement, &past->baseline) || err_set(err, "out of memory");
}

/* Root work that was announced, at the time of this event: the policy's for this one. Asked anew each time, so that
 * what somebody announces or revokes counts at once; few events are about root, and few accounts expect anything. */
static bool add_expected(struct history *history, const struct event *event, struct expectation *expected,
                         struct policy *policy, struct err *err)
{
	const struct expectation_query query = {.account = event_account(event), .at_s = event->time_s};
	if (!history->store || !query.account[0] || query.at_s <= 0)
		return true;
	policy->expectations = expected;
	return history->store->ops->read_expectations(history->store, &query, expected, EXPECTATIONS_MAX,
	                                              &policy->expectation_count, err) ||
	       err_prefix(err, "what is expected in account %s", event_account(event));
}

static bool judge_by_rules(struct history *history, const struct inquiry *inquiry, struct judgement *ret_judgement,
                           struct err *err)
{
	const struct event *event = inquiry->event;
	struct expectation expected[EXPECTATIONS_MAX];
	struct policy policy = *inquiry->policy;
	if (!add_expected(history, event, expected, &policy, err))
		return false;
	if (!detector_asks_baseline(event) || !has_past(event, inquiry->received_s)) {
		detector_judge(event, &policy, NULL, inquiry->trace, ret_judgement);
		return true;
	}
	pthread_mutex_lock(&history->lock);
	bool ok = judge_with_past(history, inquiry, &policy, ret_judgement, err);
	pthread_mutex_unlock(&history->lock);
	return ok || err_prefix(err, "what is usual for account %s", event_account(event));
}

bool history_judge(struct history *history, const struct inquiry *inquiry, struct judgement *ret_judgement,
                   struct err *err)
{
	if (detector_asks_rules(inquiry->event))
		return judge_by_rules(history, inquiry, ret_judgement, err);
	detector_judge(inquiry->event, inquiry->policy, NULL, inquiry->trace, ret_judgement);
	return true;
}

static bool holds(const struct judgement *judgement, const char *signal)
{
	for (size_t i = 0; i < judgement->hit_count; i++)
		if (strcmp(judgement->hits[i].signal->id, signal) == 0)
			return true;
	return false;
}

bool history_judge_absence(struct history *history, const struct inquiry *inquiry, struct judgement *ret_judgement,
                           const struct absence **ret_absence, struct err *err)
{
	const struct absence *absence = absence_of(inquiry->event);
	struct inquiry closed = *inquiry;
	closed.learn = false;
	closed.closed = true;
	closed.trace = NULL;
	if (absence && !history_judge(history, &closed, ret_judgement, err))
		return false;
	*ret_absence = absence && holds(ret_judgement, absence->signal) ? absence : NULL;
	return true;
}

bool history_is_answered(struct history *history, const struct absence *absence, const char *account, int64_t time_s,
                         bool *ret_answered, struct err *err)
{
	pthread_mutex_lock(&history->lock);
	const struct past *past = hold(history, account, err);
	if (past)
		*ret_answered = absence_is_answered(absence, &past->baseline, time_s);
	pthread_mutex_unlock(&history->lock);
	return past || err_prefix(err, "what is usual for account %s", account);
}

void history_forget(struct history *history, const char *account)
{
	pthread_mutex_lock(&history->lock);
	struct past *past = find(history, account);
	if (past) {
		tdelete(past, &history->accounts, compare);
		history->count--;
		past_free(past);
	}
	pthread_mutex_unlock(&history->lock);
}

static bool is_last_of_account(const struct store_entry *entries, size_t place, size_t count)
{
	for (size_t i = place + 1; i < count; i++)
		if (strcmp(entries[i].finding->account, entries[place].finding->account) == 0)
			return false;
	return true;
}

/* NULL: none to keep, or out of memory; then the store keeps the one before. */
static char *print(struct history *history, const char *account)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(BASELINE_TEXT_BYTES);
	pthread_mutex_lock(&history->lock);
	const struct past *past = find(history, account);
	if (past)
		baseline_print(&past->baseline, &text);
	pthread_mutex_unlock(&history->lock);
	return text.length > 0 ? strbuf_steal(&text) : NULL;
}

void history_prepare(struct history *history, struct store_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_last_of_account(entries, i, count))
			entries[i].baseline = print(history, entries[i].finding->account);
}

bool history_save(struct history *history, struct err *err)
{
	pthread_mutex_lock(&history->lock);
	bool ok = save_all(history, err);
	pthread_mutex_unlock(&history->lock);
	return ok;
}

void history_keep_all(struct history *history)
{
	history->keeps_all = true;
}

struct history *history_open(struct store *store)
{
	struct history *history = calloc(1, sizeof *history);
	if (!history)
		return NULL;
	history->store = store;
	pthread_mutex_init(&history->lock, NULL);
	return history;
}

void history_close(struct history *history)
{
	if (!history)
		return;
	drop_all(history);
	pthread_mutex_destroy(&history->lock);
	free(history);
}
