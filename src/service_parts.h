/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVICE_PARTS_H
#define SERVICE_PARTS_H
/*
 * The inside of the service, for service*.c alone.
 */
#include <pthread.h>

#include "base/log.h"
#include "service.h"

struct service {
	const char *config_path;
	struct config_ref *boot;    /* what the listeners borrow from: lives as long as they do */
	struct config_ref *current; /* under config_lock */
	pthread_mutex_t config_lock;

	struct metrics *metrics;
	struct transport *transport;
	struct store *store;
	struct notifier_set *notifiers;
	struct ack *ack;
	struct dispatcher *dispatcher;
	struct history *history;
	struct outbox *outbox;
	bool deferred_failing; /* the main thread's: the store failed when last asked for what is due */
	struct server *server;
	struct server *metrics_server;

	pthread_mutex_t probe_lock;
	int64_t probed_ms; /* monotonic; 0: never */
	bool probe_ok;
	struct err probe_err;

	atomic_bool stopping;
	int64_t started_s;
};

struct config_ref *config_hold(struct config_ref *ref);

/* Reads the configuration; logs its warnings, or every problem as `refusal`. */
bool service_load_config(struct service *service, enum log_event refusal, struct config_ref **ret_ref);

struct notifier_set *service_open_notifiers(struct service *service, const struct config *config, struct err *err);

/* NULL, with err, when it cannot listen. */
struct server *service_listen(struct service *service, struct err *err);
struct server *service_listen_metrics(struct service *service, struct err *err);

/* Findings that wait for an answer (signal_absence.h): tells those whose time is over without one. */
void service_settle_deferred(struct service *service);

/* Takes the configuration's present state over, whole or not at all; logs which. */
void service_reload(struct service *service);

#endif
