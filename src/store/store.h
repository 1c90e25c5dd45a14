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

#include "finding.h"
#include "rootwatch/err.h"
#include "rootwatch/notifier.h"
#include "rootwatch/strbuf.h"

/* One finding to commit, with the names of the notifiers that must be told. */
struct store_entry {
	const struct finding *finding; /* borrowed */
	const char *const *notifiers;  /* borrowed; one delivery row each */
	size_t notifier_count;
	char *baseline;    /* what the account's becomes with this finding, as JSON; NULL: as it is. The outbox's */
	bool duplicate;    /* filled: its dedupe key was there before (also earlier in this batch) */
	char *stored_json; /* filled when duplicate: the finding stored first; the caller frees */
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

struct store; /* a back end's own */

struct store_ops {
	bool (*commit)(struct store *store, struct store_entry *entries, size_t count, struct err *err);

	/* Appends the baseline kept for this account, nothing when there is none. */
	bool (*read_baseline)(struct store *store, const char *account, struct strbuf *out, struct err *err);

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

	/* Deletes findings (and their settled deliveries) received before; a finding with a waiting delivery stays. At most 1,000 a call. */
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

void delivery_done(struct delivery *delivery);
const char *delivery_state_name(enum delivery_state state); /* waiting delivered dead */
bool delivery_state_parse(const char *name, enum delivery_state *ret_state);

#endif
