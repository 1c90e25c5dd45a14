/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps one worker per notifier instance, swaps them when the configuration
 * changes, and looks after deliveries that no configured notifier serves.
 */
#include "dispatcher.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "worker.h"

enum {
	ORPHANS_EVERY_MS = 10 * 60 * 1000,
	NOTIFIERS_MAX = 1000,
};

struct crew {
	struct worker **workers;
	size_t count;
};

struct dispatcher {
	struct worker_shared shared;
	pthread_mutex_t lock; /* guards crew's and stopping's change, not the workers themselves */
	pthread_cond_t changed;
	struct crew crew;
	bool stopping;
	pthread_t caretaker;
};

/* ---- crews ---- */

static void crew_wake(const struct crew *crew)
{
	for (size_t i = 0; i < crew->count; i++)
		worker_wake(crew->workers[i]);
}

static void crew_stop(const struct crew *crew)
{
	for (size_t i = 0; i < crew->count; i++)
		worker_stop(crew->workers[i]);
}

static void crew_end(struct crew *crew)
{
	crew_stop(crew);
	for (size_t i = 0; i < crew->count; i++)
		worker_join(crew->workers[i]);
	free(crew->workers);
}

static bool crew_start(const struct worker_shared *shared, struct notifier_set *set, struct crew *ret_crew,
                       struct err *err)
{
	struct crew crew = {.workers = calloc(set->count + 1, sizeof *crew.workers)};
	if (!crew.workers)
		return err_set(err, "out of memory");
	for (; crew.count < set->count; crew.count++) {
		crew.workers[crew.count] = worker_start(shared, &set->instances[crew.count], err);
		if (crew.workers[crew.count])
			continue;
		crew_end(&crew);
		return false;
	}
	*ret_crew = crew;
	return true;
}

/* ---- deliveries of a notifier that is no longer configured ---- */

static bool is_served(struct dispatcher *dispatcher, const char *notifier)
{
	bool served = false;
	pthread_mutex_lock(&dispatcher->lock);
	for (size_t i = 0; i < dispatcher->crew.count && !served; i++)
		served = strcmp(worker_name(dispatcher->crew.workers[i]), notifier) == 0;
	pthread_mutex_unlock(&dispatcher->lock);
	return served;
}

/* The young ones are left: it may be configured again. */
static void bury_orphans_of(struct store *store, const char *notifier)
{
	int64_t now_ms = clock_wall_ms();
	int64_t count = 0;
	struct err err = {0};
	char text[24];
	if (!store->ops->expire(store, notifier, now_ms - DISPATCHER_GIVE_UP_MS, now_ms, &count, &err))
		log_write(LOG_STORE_FAILED, "doing", "look after a removed notifier", "notifier", notifier, "detail", err.text,
		          NULL);
	snprintf(text, sizeof text, "%" PRId64, count);
	if (count > 0)
		log_write(LOG_DELIVERY_DEAD, "notifier", notifier, "deliveries", text, "detail",
		          "no notifier of this name is configured", NULL);
}

static void bury_orphans(struct dispatcher *dispatcher)
{
	struct store *store = dispatcher->shared.store;
	struct store_depth *depths = calloc(NOTIFIERS_MAX, sizeof *depths);
	size_t count = 0;
	struct err err = {0};
	if (!depths || !store->ops->depths(store, depths, NOTIFIERS_MAX, &count, &err))
		log_write(LOG_STORE_FAILED, "doing", "look for removed notifiers", "detail",
		          depths ? err.text : "out of memory", NULL);
	for (size_t i = 0; i < count; i++)
		if (depths[i].waiting > 0 && !is_served(dispatcher, depths[i].notifier))
			bury_orphans_of(store, depths[i].notifier);
	free(depths);
}

static void *take_care(void *argument)
{
	struct dispatcher *dispatcher = argument;
	pthread_setname_np(pthread_self(), "dispatcher");
	pthread_mutex_lock(&dispatcher->lock);
	while (!dispatcher->stopping) {
		pthread_mutex_unlock(&dispatcher->lock);
		bury_orphans(dispatcher);
		pthread_mutex_lock(&dispatcher->lock);
		int64_t next_ms = clock_monotonic_ms() + ORPHANS_EVERY_MS;
		struct timespec next = {.tv_sec = next_ms / 1000, .tv_nsec = next_ms % 1000 * 1000000};
		while (!dispatcher->stopping && clock_monotonic_ms() < next_ms)
			pthread_cond_timedwait(&dispatcher->changed, &dispatcher->lock, &next);
	}
	pthread_mutex_unlock(&dispatcher->lock);
	return NULL;
}

/* ---- life ---- */

static bool start(struct dispatcher *dispatcher, struct notifier_set *set, struct err *err)
{
	if (!crew_start(&dispatcher->shared, set, &dispatcher->crew, err))
		return false;
	int failure = pthread_create(&dispatcher->caretaker, NULL, take_care, dispatcher);
	if (failure == 0)
		return true;
	crew_end(&dispatcher->crew);
	return err_set(err, "start a thread: %s", strerror(failure));
}

struct dispatcher *dispatcher_open(struct store *store, struct notifier_set *set, const struct dispatcher_hooks *hooks,
                                   struct err *err)
{
	struct dispatcher *dispatcher = calloc(1, sizeof *dispatcher);
	if (!dispatcher) {
		err_set(err, "out of memory");
		return NULL;
	}
	dispatcher->shared = (struct worker_shared){.store = store, .hooks = *hooks};
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&dispatcher->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&dispatcher->lock, NULL);
	if (start(dispatcher, set, err))
		return dispatcher;
	free(dispatcher);
	return NULL;
}

void dispatcher_wake(struct dispatcher *dispatcher)
{
	pthread_mutex_lock(&dispatcher->lock);
	crew_wake(&dispatcher->crew);
	pthread_mutex_unlock(&dispatcher->lock);
}

bool dispatcher_replace(struct dispatcher *dispatcher, struct notifier_set *set, struct err *err)
{
	struct crew fresh = {.count = 0};
	if (!crew_start(&dispatcher->shared, set, &fresh, err))
		return false;
	pthread_mutex_lock(&dispatcher->lock);
	struct crew old = dispatcher->crew;
	dispatcher->crew = fresh;
	crew_wake(&fresh); /* what came since it started was told to the old crew */
	pthread_mutex_unlock(&dispatcher->lock);
	crew_end(&old);
	crew_wake(&fresh); /* what the old crew had leased is free now */
	return true;
}

static bool await_crew(const struct crew *crew, long grace_ms)
{
	int64_t deadline_ms = clock_monotonic_ms() + grace_ms;
	bool ended = true;
	for (size_t i = 0; i < crew->count; i++)
		ended &= worker_await(crew->workers[i], deadline_ms);
	return ended;
}

void dispatcher_close(struct dispatcher *dispatcher, long grace_ms)
{
	if (!dispatcher)
		return;
	pthread_mutex_lock(&dispatcher->lock);
	dispatcher->stopping = true;
	pthread_cond_broadcast(&dispatcher->changed);
	pthread_mutex_unlock(&dispatcher->lock);
	crew_stop(&dispatcher->crew);
	if (!await_crew(&dispatcher->crew, grace_ms) && dispatcher->shared.hooks.cancel)
		dispatcher->shared.hooks.cancel(dispatcher->shared.hooks.context);
	pthread_join(dispatcher->caretaker, NULL); /* first: it asks the crew for names */
	crew_end(&dispatcher->crew);
	pthread_cond_destroy(&dispatcher->changed);
	pthread_mutex_destroy(&dispatcher->lock);
	free(dispatcher);
}
