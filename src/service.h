/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVICE_H
#define SERVICE_H
/*
 * The running service: owns every part and the order in which they start and stop.
 */
#include <stdatomic.h>

#include "ack.h"
#include "config/config.h"
#include "dispatcher.h"
#include "history.h"
#include "metrics.h"
#include "net/transport.h"
#include "outbox.h"
#include "server/server.h"
#include "store/store.h"

/* A configuration that requests may still be using: freed with its last user. */
struct config_ref {
	struct config *config;
	atomic_int users;
};

struct service;

/* Any thread: the configuration of this moment, kept until released. */
struct config_ref *service_config(struct service *service);
void config_release(struct config_ref *ref);

struct store *service_store(struct service *service);
struct outbox *service_outbox(struct service *service);
struct history *service_history(struct service *service);
struct ack *service_ack(struct service *service);
struct metrics *service_metrics(struct service *service);
struct server *service_server(struct service *service); /* NULL until it listens */
bool service_stopping(const struct service *service);
void service_wake_dispatcher(struct service *service);

/* May an event be accepted now? err says why not. */
bool service_ready(struct service *service, struct err *err);
int64_t service_started_s(const struct service *service);

/* Serves until SIGTERM or SIGINT. Exit status: 0 stopped in order, 1 configuration, 3 environment. */
int service_run(const char *config_path);

#endif
