/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SPY_STORE_H
#define TESTS_SPY_STORE_H
/* Stands before a real store: fails when told to, remembers what the dispatcher's threads asked for. */
#include <stdio.h>

#include "monitor.h"
#include "store/store.h"

enum { SPY_SETTLEMENTS_MAX = 16 };

struct spy_store {
	struct store store; /* first */
	struct store *real;
	bool hurries;                          /* what is to be tried again is due at once, whatever the settlement says */
	void (*looked)(struct spy_store *spy); /* after each next_due, in the worker's thread; may be NULL */

	/* Under the monitor's lock. */
	int failing_leases, failing_settles; /* so many fail first */
	size_t leases, releases, looks, expiries, attempts_to_settle, settled;
	struct settlement settlements[SPY_SETTLEMENTS_MAX]; /* without their texts */
	struct {
		char detail[OUTCOME_DETAIL_BYTES], resume[OUTCOME_RESUME_BYTES];
	} texts[SPY_SETTLEMENTS_MAX];
};

/* Takes one of the failures that are left. */
static inline bool spy_fails(int *failures, struct err *err)
{
	monitor_enter();
	bool fails = *failures > 0;
	*failures -= fails;
	monitor_leave();
	return fails && !err_set(err, "disk full");
}

static inline void spy_count(size_t *counter)
{
	monitor_enter();
	++*counter;
	monitor_leave();
}

static inline bool spy_lease(struct store *store, const char *notifier, int64_t now_ms, int64_t until_ms,
                             size_t maximum, struct delivery *ret_deliveries, size_t *ret_count, struct err *err)
{
	struct spy_store *spy = (struct spy_store *)store;
	spy_count(&spy->leases);
	if (spy_fails(&spy->failing_leases, err))
		return false;
	return spy->real->ops->lease(spy->real, notifier, now_ms, until_ms, maximum, ret_deliveries, ret_count, err);
}

static inline void spy_note(struct spy_store *spy, const struct settlement *settlement)
{
	monitor_enter();
	size_t turn = spy->settled++;
	if (turn < SPY_SETTLEMENTS_MAX) {
		spy->settlements[turn] = *settlement;
		snprintf(spy->texts[turn].detail, OUTCOME_DETAIL_BYTES, "%s", settlement->detail);
		snprintf(spy->texts[turn].resume, OUTCOME_RESUME_BYTES, "%s", settlement->resume);
	}
	monitor_leave();
}

static inline bool spy_settle(struct store *store, const struct settlement *settlement, struct err *err)
{
	struct spy_store *spy = (struct spy_store *)store;
	struct settlement passed = *settlement;
	spy_count(&spy->attempts_to_settle);
	if (spy_fails(&spy->failing_settles, err))
		return false;
	if (spy->hurries)
		passed.next_ms = passed.at_ms;
	bool ok = spy->real->ops->settle(spy->real, &passed, err);
	if (ok)
		spy_note(spy, settlement);
	return ok;
}

static inline bool spy_release(struct store *store, int64_t delivery_id, struct err *err)
{
	struct spy_store *spy = (struct spy_store *)store;
	bool ok = spy->real->ops->release(spy->real, delivery_id, err);
	spy_count(&spy->releases);
	return ok;
}

static inline bool spy_next_due(struct store *store, const char *notifier, int64_t *ret_ms, struct err *err)
{
	struct spy_store *spy = (struct spy_store *)store;
	bool ok = spy->real->ops->next_due(spy->real, notifier, ret_ms, err);
	if (spy->looked)
		spy->looked(spy);
	spy_count(&spy->looks);
	return ok;
}

static inline bool spy_expire(struct store *store, const char *notifier, int64_t created_before_ms, int64_t now_ms,
                              int64_t *ret_count, struct err *err)
{
	struct spy_store *spy = (struct spy_store *)store;
	bool ok = spy->real->ops->expire(spy->real, notifier, created_before_ms, now_ms, ret_count, err);
	spy_count(&spy->expiries);
	return ok;
}

static inline bool spy_depths(struct store *store, struct store_depth *ret_rows, size_t maximum, size_t *ret_count,
                              struct err *err)
{
	struct spy_store *spy = (struct spy_store *)store;
	return spy->real->ops->depths(spy->real, ret_rows, maximum, ret_count, err);
}

static const struct store_ops spy_operations = {
    .lease = spy_lease,
    .settle = spy_settle,
    .release = spy_release,
    .next_due = spy_next_due,
    .expire = spy_expire,
    .depths = spy_depths,
};

static inline void spy_store_init(struct spy_store *spy, struct store *real)
{
	*spy = (struct spy_store){.store = {.ops = &spy_operations}, .real = real};
}

#endif
