/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One notifier instance's thread. All waiting happens here: for something to send,
 * for the channel's pause, for the next slot of its rate, for a store that fails.
 * Must not know what a channel is.
 */
#include "worker.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backoff.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "rootwatch/scope.h"

enum {
	LEASE_BATCH = 16,
	LEASE_MARGIN_MS = 10 * 1000,     /* on top of each send's time-out: rendering, settling, a busy machine */
	LOOK_AGAIN_MS = 5 * 1000,        /* at least this often, whatever the wall clock did meanwhile */
	PAUSE_LIMIT_MS = 60 * 60 * 1000, /* a Retry-After beyond this is not believed */
	FAILURES_BEFORE_PAUSE = 3,       /* in a row; then the channel is probed with growing pauses, not flooded */
	STORE_PAUSE_LIMIT_MS = 10 * 1000,
};

struct worker {
	const struct worker_shared *shared;
	struct notifier_instance *instance;
	pthread_t thread;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping, woken, ended;

	/* The thread's own. All monotonic. */
	int64_t paused_until_ms; /* the channel asked for it, or failed too often */
	int64_t next_slot_ms;    /* its rate allows nothing before */
	int failures;            /* in a row */
	int store_failures;      /* in a row */
};

/* ---- waiting ---- */

static bool is_stopping(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	bool stopping = worker->stopping;
	pthread_mutex_unlock(&worker->lock);
	return stopping;
}

static int wait_until(struct worker *worker, int64_t deadline_ms)
{
	struct timespec deadline = {.tv_sec = deadline_ms / 1000, .tv_nsec = deadline_ms % 1000 * 1000000};
	return pthread_cond_timedwait(&worker->changed, &worker->lock, &deadline);
}

/* Until the time has come or the worker is to stop; a wake ends it only if `wakes`. */
static void pause_until(struct worker *worker, int64_t deadline_ms, bool wakes)
{
	pthread_mutex_lock(&worker->lock);
	while (!worker->stopping && !(wakes && worker->woken) && clock_monotonic_ms() < deadline_ms)
		if (wait_until(worker, deadline_ms) == ETIMEDOUT)
			break;
	if (wakes)
		worker->woken = false;
	pthread_mutex_unlock(&worker->lock);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static uint32_t random_bits(void)
{
	uint32_t bits = 0;
	crypto_random(&bits, sizeof bits); /* without randomness: no jitter, still a pause */
	return bits;
}

/* The store failed at `doing`: say so once, not at every try, and wait before the next. */
static void pause_for_store(struct worker *worker, const char *doing, const struct err *err)
{
	if (worker->store_failures++ == 0)
		log_write(LOG_STORE_FAILED, "doing", doing, "notifier", worker_name(worker), "detail", err->text, NULL);
	int64_t delay_ms = backoff_delay_ms(worker->store_failures, UINT32_MAX);
	if (delay_ms > STORE_PAUSE_LIMIT_MS)
		delay_ms = STORE_PAUSE_LIMIT_MS;
	pause_until(worker, clock_monotonic_ms() + delay_ms, false);
}

/* ---- one attempt ---- */

static struct outcome attempt(struct worker *worker, const struct delivery *delivery)
{
	const struct notifier_instance *instance = worker->instance;
	SCOPED(finding_alert) struct finding_alert alert = {0};
	struct err err = {0};
	if (!finding_alert_read(delivery->finding_json, &alert, &err))
		return outcome_rejected("the stored finding cannot be read: %s", err.text);
	/* cppcheck-suppress returnDanglingLifetime ; an outcome is a value, it holds no pointer */
	return instance->config->type->send(instance->self, &alert.alert, delivery->resume);
}

/* When this delivery is to be tried again, given that the channel said RETRY. */
static int64_t retry_delay_ms(const struct delivery *delivery, const struct outcome *outcome)
{
	int64_t delay_ms = backoff_delay_ms(delivery->attempts + 1, random_bits());
	int64_t asked_ms = (int64_t)outcome->retry_after_s * 1000;
	return later(delay_ms, asked_ms > PAUSE_LIMIT_MS ? PAUSE_LIMIT_MS : asked_ms);
}

/* A channel that asks for a pause gets it whole; one that keeps failing gets a growing one. */
static void pause_channel(struct worker *worker, const struct outcome *outcome)
{
	int64_t now_ms = clock_monotonic_ms();
	if (outcome->kind != OUTCOME_RETRY) {
		worker->failures = 0;
		return;
	}
	worker->failures++;
	int64_t pause_ms = (int64_t)outcome->retry_after_s * 1000;
	if (pause_ms > PAUSE_LIMIT_MS)
		pause_ms = PAUSE_LIMIT_MS;
	if (worker->failures >= FAILURES_BEFORE_PAUSE)
		pause_ms = later(pause_ms, backoff_delay_ms(worker->failures - FAILURES_BEFORE_PAUSE + 1, random_bits()));
	if (pause_ms > 0)
		worker->paused_until_ms = later(worker->paused_until_ms, now_ms + pause_ms);
}

static struct settlement conclude(const struct delivery *delivery, struct outcome *outcome)
{
	int64_t now_ms = clock_wall_ms();
	struct settlement settlement = {
	    .delivery_id = delivery->id,
	    .at_ms = now_ms,
	    .detail = outcome->detail,
	    .resume = outcome->kind == OUTCOME_RETRY ? outcome->resume : "",
	};
	switch (outcome->kind) {
	case OUTCOME_DELIVERED: settlement.state = DELIVERY_DELIVERED; break;
	case OUTCOME_REJECTED: settlement.state = DELIVERY_DEAD; break;
	case OUTCOME_RETRY:
		/* Counted from an attempt, not by a clock alone: a service that was down for a day still tries once. */
		settlement.state = now_ms - delivery->created_ms >= DISPATCHER_GIVE_UP_MS ? DELIVERY_DEAD : DELIVERY_WAITING;
		settlement.next_ms = now_ms + retry_delay_ms(delivery, outcome);
		break;
	}
	return settlement;
}

static void log_attempt(const struct worker *worker, const struct delivery *delivery,
                        const struct settlement *settlement, long duration_ms)
{
	static const enum log_event events[DELIVERY_STATE_COUNT] = {
	    [DELIVERY_WAITING] = LOG_DELIVERY_RETRY,
	    [DELIVERY_DELIVERED] = LOG_DELIVERED,
	    [DELIVERY_DEAD] = LOG_DELIVERY_DEAD,
	};
	char id[24], attempts[16], duration[24], wait[24];
	snprintf(id, sizeof id, "%" PRId64, delivery->id);
	snprintf(attempts, sizeof attempts, "%d", delivery->attempts + 1);
	snprintf(duration, sizeof duration, "%ld", duration_ms);
	snprintf(wait, sizeof wait, "%" PRId64, settlement->next_ms - settlement->at_ms);
	log_write(events[settlement->state], "notifier", worker_name(worker), "delivery", id, "finding",
	          delivery->finding_id, "attempt", attempts, "detail", settlement->detail, "duration_ms", duration,
	          "again_in_ms", settlement->state == DELIVERY_WAITING ? wait : NULL, NULL);
}

/* Until the store took it: an attempt that is not on record would be made again. When stopping, the lease is left to
 * the next start, which releases it. */
static void settle(struct worker *worker, const struct settlement *settlement)
{
	struct store *store = worker->shared->store;
	struct err err = {0};
	while (!store->ops->settle(store, settlement, &err)) {
		pause_for_store(worker, "settle a delivery", &err);
		if (is_stopping(worker))
			return;
	}
	worker->store_failures = 0;
}

static void deliver(struct worker *worker, const struct delivery *delivery)
{
	int64_t begin_ms = clock_monotonic_ms();
	worker->next_slot_ms = begin_ms + worker->instance->config->interval_ms;
	struct outcome outcome = attempt(worker, delivery);
	long duration_ms = (long)(clock_monotonic_ms() - begin_ms);

	struct settlement settlement = conclude(delivery, &outcome);
	pause_channel(worker, &outcome);
	settle(worker, &settlement);
	log_attempt(worker, delivery, &settlement, duration_ms);
	struct dispatcher_report report = {
	    .notifier = worker_name(worker),
	    .finding_id = delivery->finding_id,
	    .state = settlement.state,
	    .detail = settlement.detail,
	    .duration_ms = duration_ms,
	    .age_ms = settlement.at_ms - delivery->created_ms,
	};
	worker->shared->hooks.settled(worker->shared->hooks.context, &report);
}

/* ---- the loop ---- */

static void release(struct worker *worker, const struct delivery *delivery)
{
	struct store *store = worker->shared->store;
	struct err err = {0};
	if (!store->ops->release(store, delivery->id, &err)) /* then the lease runs out by itself */
		log_write(LOG_STORE_FAILED, "doing", "release a lease", "notifier", worker_name(worker), "detail", err.text,
		          NULL);
}

static bool may_send_now(struct worker *worker)
{
	return !is_stopping(worker) && clock_monotonic_ms() >= worker->paused_until_ms;
}

static void work_off(struct worker *worker, struct delivery *deliveries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (may_send_now(worker))
			pause_until(worker, worker->next_slot_ms, false);
		if (may_send_now(worker))
			deliver(worker, &deliveries[i]);
		else
			release(worker, &deliveries[i]);
		delivery_done(&deliveries[i]);
	}
}

static int64_t lease_length_ms(const struct notifier_config *config)
{
	return LEASE_BATCH * (later(config->interval_ms, config->timeout_ms) + LEASE_MARGIN_MS);
}

/* What is due at this time (wall clock). */
static size_t lease(struct worker *worker, int64_t at_ms, struct delivery deliveries[LEASE_BATCH])
{
	const struct notifier_config *config = worker->instance->config;
	struct store *store = worker->shared->store;
	size_t count = 0;
	struct err err = {0};
	if (!store->ops->lease(store, config->name, at_ms, at_ms + lease_length_ms(config), LEASE_BATCH, deliveries, &count,
	                       &err)) {
		pause_for_store(worker, "lease deliveries", &err);
		return 0;
	}
	worker->store_failures = 0;
	return count;
}

/* Nothing is planned further ahead than the longest pause or the end of a lease. What seems to be was planned before the
 * wall clock was set back, and would wait until it is there again. */
static bool is_stranded(const struct worker *worker, int64_t wait_ms)
{
	return wait_ms > later(PAUSE_LIMIT_MS, lease_length_ms(worker->instance->config));
}

/* Nothing is due: until something is, or somebody says so. The time to look at next. */
static int64_t await_work(struct worker *worker)
{
	struct store *store = worker->shared->store;
	int64_t due_ms = INT64_MAX;
	struct err err = {0};
	if (!store->ops->next_due(store, worker_name(worker), &due_ms, &err)) {
		pause_for_store(worker, "look for deliveries", &err);
		return 0;
	}
	int64_t wait_ms = due_ms - clock_wall_ms();
	if (due_ms != INT64_MAX && is_stranded(worker, wait_ms))
		return due_ms;
	wait_ms = wait_ms < LOOK_AGAIN_MS ? wait_ms : LOOK_AGAIN_MS;
	pause_until(worker, clock_monotonic_ms() + later(wait_ms, 0), true);
	return 0;
}

static void *run(void *argument)
{
	struct worker *worker = argument;
	struct delivery deliveries[LEASE_BATCH];
	pthread_setname_np(pthread_self(), "notifier");
	for (int64_t stranded_ms = 0; !is_stopping(worker);) {
		pause_until(worker, worker->paused_until_ms, false);
		size_t count = is_stopping(worker) ? 0 : lease(worker, later(clock_wall_ms(), stranded_ms), deliveries);
		work_off(worker, deliveries, count);
		stranded_ms = count == 0 ? await_work(worker) : 0;
	}
	pthread_mutex_lock(&worker->lock);
	worker->ended = true;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

/* ---- life ---- */

static void worker_free(struct worker *worker)
{
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

struct worker *worker_start(const struct worker_shared *shared, struct notifier_instance *instance, struct err *err)
{
	struct worker *worker = calloc(1, sizeof *worker);
	if (!worker) {
		err_set(err, "out of memory");
		return NULL;
	}
	worker->shared = shared;
	worker->instance = instance;
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&worker->lock, NULL);
	int failure = pthread_create(&worker->thread, NULL, run, worker);
	if (failure == 0)
		return worker;
	err_set(err, "start a thread for notifier %s: %s", instance->config->name, strerror(failure));
	worker_free(worker);
	return NULL;
}

const char *worker_name(const struct worker *worker)
{
	return worker->instance->config->name;
}

void worker_wake(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->woken = true;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

void worker_stop(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->stopping = true;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

bool worker_await(struct worker *worker, int64_t deadline_ms)
{
	pthread_mutex_lock(&worker->lock);
	while (!worker->ended && clock_monotonic_ms() < deadline_ms)
		wait_until(worker, deadline_ms);
	bool ended = worker->ended;
	pthread_mutex_unlock(&worker->lock);
	return ended;
}

void worker_join(struct worker *worker)
{
	pthread_join(worker->thread, NULL);
	worker_free(worker);
}
