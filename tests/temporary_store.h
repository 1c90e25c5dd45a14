/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_TEMPORARY_STORE_H
#define TESTS_TEMPORARY_STORE_H
/*
 * A real store in a directory of its own, and findings to put into it. One of each
 * test: make it in cmocka's setup, remove it in its teardown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "rootwatch/scope.h"
#include "sample_alert.h"
#include "store/store.h"

struct temporary_store {
	char directory[48], path[64], url[72];
	struct store *store; /* NULL: not open */
};

static inline struct store *temporary_store_open(struct temporary_store *place)
{
	struct err err = {0};
	place->store = store_open(place->url, STORE_SERVE, &err);
	if (!place->store)
		fail_msg("%s", err.text);
	return place->store;
}

static inline void temporary_store_close(struct temporary_store *place)
{
	store_close(place->store);
	place->store = NULL;
}

/* The directory alone. */
static inline void temporary_store_make(struct temporary_store *place)
{
	*place = (struct temporary_store){.directory = "/tmp/rootwatch-test-XXXXXX"};
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->path, sizeof place->path, "%s/store.db", place->directory);
	snprintf(place->url, sizeof place->url, "sqlite:%s", place->path);
}

static inline void temporary_store_remove(struct temporary_store *place)
{
	static const char *const endings[] = {"", "-wal", "-shm", "-journal", ".lock"};
	temporary_store_close(place);
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		char path[sizeof place->path + 16];
		snprintf(path, sizeof path, "%s%s", place->path, endings[i]);
		unlink(path);
	}
	rmdir(place->directory);
}

/* For cmocka: *state is a struct temporary_store with an open store. */
static inline int temporary_store_setup(void **state)
{
	static struct temporary_store place;
	temporary_store_make(&place);
	temporary_store_open(&place);
	*state = &place;
	return 0;
}

static inline int temporary_store_teardown(void **state)
{
	temporary_store_remove(*state);
	return 0;
}

/* A finding that differs from those of other numbers. The caller frees it. */
static inline struct finding sample_finding(unsigned number)
{
	unsigned char random[10] = {(unsigned char)(number >> 8), (unsigned char)number};
	struct finding finding;
	assert_true(finding_drill(SAMPLE_TIME_S, random, &finding, NULL));
	return finding;
}

static inline void finding_scope(struct finding *finding)
{
	finding_done(finding);
}

/* Stores findings number 1 to `count`, each with a delivery for this notifier: the delivery of number n has the id n in a
 * store that was empty. */
static inline void store_findings(struct store *store, unsigned count, const char *notifier)
{
	for (unsigned number = 1; number <= count; number++) {
		SCOPED(finding) struct finding finding = sample_finding(number);
		struct store_entry entry = {.finding = &finding, .notifiers = &notifier, .notifier_count = 1};
		assert_true(store->ops->commit(store, &entry, 1, NULL));
		assert_false(entry.duplicate);
	}
}

/* The delivery, as if it had been created so long ago. */
static inline void store_age(struct store *store, int64_t delivery_id, int64_t age_ms)
{
	struct settlement dead = {.delivery_id = delivery_id, .state = DELIVERY_DEAD, .detail = "", .resume = ""};
	bool found = false;
	assert_true(store->ops->settle(store, &dead, NULL));
	assert_true(store->ops->retry(store, delivery_id, clock_wall_ms() - age_ms, &found, NULL));
	assert_true(found);
}

/* The delivery, as if an attempt had just failed. */
static inline void store_postpone(struct store *store, int64_t delivery_id, int64_t delay_ms)
{
	int64_t now_ms = clock_wall_ms();
	struct settlement failed = {.delivery_id = delivery_id,
	                            .state = DELIVERY_WAITING,
	                            .at_ms = now_ms,
	                            .next_ms = now_ms + delay_ms,
	                            .detail = "503 busy",
	                            .resume = ""};
	assert_true(store->ops->settle(store, &failed, NULL));
}

/* How it stands with one notifier's deliveries; any thread. */
static inline struct store_depth store_depth_of(struct store *store, const char *notifier)
{
	enum { NOTIFIERS_MAX = 8 };
	struct store_depth depths[NOTIFIERS_MAX];
	size_t count = 0;
	store->ops->depths(store, depths, NOTIFIERS_MAX, &count, NULL);
	for (size_t i = 0; i < count; i++)
		if (strcmp(depths[i].notifier, notifier) == 0)
			return depths[i];
	return (struct store_depth){.waiting = 0};
}

/* A test that gets a store. */
#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, temporary_store_setup, temporary_store_teardown)

#endif
