/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_H
#define STORE_H
/*
 * Where findings and deliveries live. One struct of functions, one back end each
 * (sqlite.c). Every function may be called from any thread; each is one
 * transaction, durable when it returns true. On false nothing has changed and err
 * says why. Times are UTC milliseconds.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "expectation.h"
#include "finding.h"
#include "rootwatch/err.h"
#include "rootwatch/notifier.h"
#include "rootwatch/strbuf.h"

/* A finding that is told at its time, unless what should have followed its event came. */
enum { DEFERRED_SIGNAL_BYTES = 32, DEFERRED_MAX = 64 /* of one account at a time: more would tell nothing new */ };
struct deferred {
	int64_t id;                         /* the store's */
	char signal[DEFERRED_SIGNAL_BYTES]; /* which absence (signal_absence.h) it tells of */
	int64_t due_s;
	struct finding finding; /* owned; with a dedupe key of its own */
};

/* One finding to commit, with the names of the notifiers that must be told. */
struct store_entry {
	const struct finding *finding; /* borrowed */
	const char *const *notifiers;  /* borrowed; one delivery row each */
	size_t notifier_count;
	char *baseline; /* what the account's becomes with this finding, as JSON; NULL: as it is. The outbox's */
	const struct expectation
	    *expectation;                /* borrowed: kept with it; revoked_s set: the end of a known one. NULL: none */
	const struct deferred *deferred; /* borrowed: kept with it unless it is a duplicate. NULL: none */
	int64_t deferred_id;             /* this is that deferred finding, which waits no more; 0: it is none */
	bool duplicate;                  /* filled: its dedupe key was there before (also earlier in this batch) */
	char *stored_json;               /* filled when duplicate: the finding stored first; the caller frees */
};

/* What is usual for root of one account, as baseline_print() writes it. */
struct store_baseline {
	const char *account, *json; /* borrowed */
};

enum delivery_state { DELIVERY_WAITING, DELIVERY_DELIVERED, DELIVERY_DEAD };
enum { DELIVERY_STATE_COUNT = 3, NOTIFIER_NAME_BYTES = 64 };

struct delivery {
	int64_t id;
	char notifier[NOTIFIER_NAME_BYTES];
	char finding_id[FINDING_ID_BYTES];
	enum delivery_state state;
	int attempts; /* made so far */
	int64_t created_ms;
	int64_t next_ms;                   /* waiting: not before this time */
	int64_t settled_ms;                /* delivered or dead since; 0 */
	char detail[OUTCOME_DETAIL_BYTES]; /* the last outcome's words */
	char resume[OUTCOME_RESUME_BYTES];
	char *finding_json; /* lease only; owned */
};

/* The end of one attempt. */
struct settlement {
	int64_t delivery_id;
	enum delivery_state state; /* WAITING: again at next_ms */
	int64_t at_ms, next_ms;
	const char *detail, *resume; /* borrowed */
};

struct store_depth {
	char notifier[NOTIFIER_NAME_BYTES];
	int64_t waiting, dead;
	int64_t oldest_waiting_ms; /* created_ms of the oldest waiting one; 0 */
};

/* Filters of a listing; zero values mean "any". Newest first. */
struct store_page {
	int64_t before;                           /* an id of the page before: only older rows; 0: from the newest */
	int limit;                                /* rows, 1..1000 */
	const char *account, *verdict, *severity; /* findings; names as in the API */
	int state;                                /* deliveries: enum delivery_state, -1 any */
	const char *notifier, *finding_id;
};

/* Which expectations; zero values mean "any". */
struct expectation_query {
	const char *id;
	const char *account;
	int64_t at_s; /* needs an account: not revoked, and of this time */
};

struct store; /* a back end's own */

struct store_ops {
	bool (*commit)(struct store *store, struct store_entry *entries, size_t count, struct err *err);

	/* Appends the baseline kept for this account, nothing when there is none. */
	bool (*read_baseline)(struct store *store, const char *account, struct strbuf *out, struct err *err);

	/* Up to `maximum` expectations, the last made first. */
	bool (*read_expectations)(struct store *store, const struct expectation_query *query,
	                          struct expectation *ret_expectations, size_t maximum, size_t *ret_count, struct err *err);

	/* The deferred finding that is due first, if one is; the caller frees it with deferred_done(). *ret_found false: none is. */
	bool (*read_deferred)(struct store *store, int64_t now_s, struct deferred *ret_deferred, bool *ret_found,
	                      struct err *err);
	bool (*drop_deferred)(struct store *store, int64_t deferred_id, struct err *err); /* its answer came */
	/* Keeps these instead of what was kept for their accounts. Only for who has the store to itself: a service that runs
	 * holds its own in memory and would write over them. */
	bool (*keep_baselines)(struct store *store, const struct store_baseline *baselines, size_t count, struct err *err);

	/* Up to `maximum` due deliveries of one notifier, oldest first, leased until `until_ms`; each is counted as an
	 * attempt only when settled. The caller frees each with delivery_done(). */
	bool (*lease)(struct store *store, const char *notifier, int64_t now_ms, int64_t until_ms, size_t maximum,
	              struct delivery *ret_deliveries, size_t *ret_count, struct err *err);
	bool (*settle)(struct store *store, const struct settlement *settlement, struct err *err);
	bool (*release)(struct store *store, int64_t delivery_id, struct err *err); /* ends a lease without an attempt */

	/* When this notifier's next waiting delivery is due (leased ones: when the lease ends); INT64_MAX: none. */
	bool (*next_due)(struct store *store, const char *notifier, int64_t *ret_ms, struct err *err);

	/* waiting -> dead for this notifier's deliveries created before `created_before_ms`, unless one is leased right now;
	 * how many. For notifiers that are not configured any more: nobody else would ever give them up. */
	bool (*expire)(struct store *store, const char *notifier, int64_t created_before_ms, int64_t now_ms,
	               int64_t *ret_count, struct err *err);

	/* A dead or delivered delivery becomes due now, with attempts 0 and a fresh created_ms. *ret_found false: no such id, or it waits already. */
	bool (*retry)(struct store *store, int64_t delivery_id, int64_t now_ms, bool *ret_found, struct err *err);
	bool (*retry_dead)(struct store *store, int64_t now_ms, int64_t *ret_count, struct err *err);

	/* Deletes findings (and their settled deliveries) received before; a finding with a waiting delivery stays. At most 1,000 a call.
	 * With them goes what was expected until before that time. */
	bool (*purge)(struct store *store, int64_t received_before_s, int64_t *ret_count, struct err *err);

	/* Appends a JSON array of objects to out, *ret_next the `before` of the next page, 0 at the end. */
	bool (*list_findings)(struct store *store, const struct store_page *page, struct strbuf *out, int64_t *ret_next,
	                      struct err *err);
	bool (*list_deliveries)(struct store *store, const struct store_page *page, struct strbuf *out, int64_t *ret_next,
	                        struct err *err);
	/* Appends one JSON object; *ret_found false when there is none. A delivery brings its attempts. */
	bool (*show_finding)(struct store *store, const char *id, struct strbuf *out, bool *ret_found, struct err *err);
	bool (*show_delivery)(struct store *store, int64_t id, struct strbuf *out, bool *ret_found, struct err *err);

	/* One row per notifier that has waiting or dead deliveries. */
	bool (*depths)(struct store *store, struct store_depth *ret_rows, size_t maximum, size_t *ret_count,
	               struct err *err);
	bool (*probe)(struct store *store, struct err *err); /* a tiny write that proves the store takes one now */
	void (*close)(struct store *store);
};

struct store {
	const struct store_ops *ops;
};

enum store_mode {
	STORE_SERVE,   /* create and migrate; release every lease: we are its only user */
	STORE_INSPECT, /* must exist; another process may be serving from it */
};

/* "sqlite:/path". NULL, with err, on failure. */
struct store *store_open(const char *url, enum store_mode mode, struct err *err);
void store_close(struct store *store); /* NULL is fine */

/* Which absence its finding tells of, which is part of what makes it itself: it is no duplicate of the event's own. */
void deferred_name(struct deferred *deferred, const char *signal);
void deferred_done(struct deferred *deferred);
static inline void deferred_scope(struct deferred *deferred)
{
	deferred_done(deferred);
}

void delivery_done(struct delivery *delivery);
const char *delivery_state_name(enum delivery_state state); /* waiting delivered dead */
bool delivery_state_parse(const char *name, enum delivery_state *ret_state);

#endif
