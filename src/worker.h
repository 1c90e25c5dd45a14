/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_H
#define WORKER_H
/*
 * The thread that serves one notifier instance: lease, one send, settle, again.
 */
#include "dispatcher.h"

struct worker;

/* What all workers of a dispatcher share. */
struct worker_shared {
	struct store *store;
	struct dispatcher_hooks hooks;
};

/* NULL, with err, when no thread could be started. `instance` and `shared` outlive the worker. */
struct worker *worker_start(const struct worker_shared *shared, struct notifier_instance *instance, struct err *err);

const char *worker_name(const struct worker *worker);

/* New deliveries may be there. Any thread. */
void worker_wake(struct worker *worker);

/* Asks it to end after the send under way; returns at once. */
void worker_stop(struct worker *worker);

/* Waits for its end, at most until `deadline_ms` (monotonic). */
bool worker_await(struct worker *worker, int64_t deadline_ms);

/* Waits for its end and frees it. */
void worker_join(struct worker *worker);

#endif
