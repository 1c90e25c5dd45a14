/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts the parts in the order in which they depend on each other, stops them in
 * the reverse one, and in between waits for signals and the next housekeeping. The
 * main thread alone runs this file, but for the accessors that other parts call.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ack.h"
#include "api.h"
#include "base/clock.h"
#include "base/log.h"
#include "command.h"
#include "rootwatch/scope.h"
#include "service_parts.h"

enum {
	HOUSEKEEPING_MS = 60 * 60 * 1000,
	LOOK_AGAIN_MS = 2500,  /* for what waits for an answer: one small read, by the wall clock, whatever that did */
	PROBE_FRESH_MS = 1000, /* /readyz needs no key: it must not be a way to make the disk busy */
	/* Together below the 10 s that an orchestrator is promised between SIGTERM and the end. */
	DRAIN_REQUESTS_MS = 4000,
	DRAIN_SENDS_MS = 4000, /* a send that is then cancelled needs up to a second more */
};

/* ---- the configuration of this moment ---- */

struct config_ref *config_hold(struct config_ref *ref)
{
	atomic_fetch_add(&ref->users, 1);
	return ref;
}

struct config_ref *service_config(struct service *service)
{
	pthread_mutex_lock(&service->config_lock);
	struct config_ref *ref = config_hold(service->current);
	pthread_mutex_unlock(&service->config_lock);
	return ref;
}

void config_release(struct config_ref *ref)
{
	if (!ref || atomic_fetch_sub(&ref->users, 1) != 1)
		return;
	config_free(ref->config);
	free(ref);
}

/* ---- accessors ---- */

struct store *service_store(struct service *service)
{
	return service->store;
}

struct outbox *service_outbox(struct service *service)
{
	return service->outbox;
}

struct metrics *service_metrics(struct service *service)
{
	return service->metrics;
}

struct server *service_server(struct service *service)
{
	return service->server;
}

struct history *service_history(struct service *service)
{
	return service->history;
}

struct ack *service_ack(struct service *service)
{
	return service->ack;
}

bool service_stopping(const struct service *service)
{
	return atomic_load(&service->stopping);
}

int64_t service_started_s(const struct service *service)
{
	return service->started_s;
}

void service_wake_dispatcher(struct service *service)
{
	dispatcher_wake(service->dispatcher);
}

static bool store_takes_writes(struct service *service, struct err *err)
{
	pthread_mutex_lock(&service->probe_lock);
	int64_t now_ms = clock_monotonic_ms();
	if (service->probed_ms == 0 || now_ms - service->probed_ms >= PROBE_FRESH_MS) {
		service->probe_ok = service->store->ops->probe(service->store, &service->probe_err);
		service->probed_ms = now_ms;
	}
	bool ok = service->probe_ok;
	if (!ok)
		*err = service->probe_err;
	pthread_mutex_unlock(&service->probe_lock);
	return ok;
}

bool service_ready(struct service *service, struct err *err)
{
	if (service_stopping(service))
		return err_set(err, "shutting down");
	if (!outbox_has_room(service->outbox))
		return err_set(err, "too many findings wait for the store");
	int64_t expires_s = server_certificate_expires_s(service->server);
	if (expires_s != 0 && expires_s <= clock_wall_s())
		return err_set(err, "the TLS certificate has expired");
	return store_takes_writes(service, err);
}

/* ---- starting ---- */

static bool is_local(struct service *service, const char *notifier)
{
	struct config_ref *ref = service_config(service);
	bool local = false;
	for (size_t i = 0; i < ref->config->notifier_count; i++)
		if (strcmp(ref->config->notifiers[i].name, notifier) == 0)
			local = ref->config->notifiers[i].type->local;
	config_release(ref);
	return local;
}

static void on_settled(void *context, const struct dispatcher_report *report)
{
	static const char *const outcomes[DELIVERY_STATE_COUNT] = {
	    [DELIVERY_WAITING] = "retry",
	    [DELIVERY_DELIVERED] = "delivered",
	    [DELIVERY_DEAD] = "dead",
	};
	struct service *service = context;
	metrics_attempt(service->metrics, report->notifier, outcomes[report->state], report->duration_ms, report->age_ms);
	if (report->state == DELIVERY_DELIVERED && !is_local(service, report->notifier))
		ack_settled(service->ack, report->finding_id);
}

static void on_grace_over(void *context)
{
	struct service *service = context;
	transport_cancel(service->transport);
}

static void on_commit(void *context, struct store_entry *entries, size_t count)
{
	struct service *service = context;
	history_prepare(service->history, entries, count);
}

static void on_committed(void *context)
{
	service_wake_dispatcher(context);
}

static bool open_parts(struct service *service, struct err *err)
{
	const struct config *config = service->boot->config;
	service->metrics = metrics_open();
	if (!service->metrics)
		return err_set(err, "out of memory");
	service->transport = transport_open(config_environment, err);
	if (!service->transport)
		return err_prefix(err, "set up outbound connections");
	service->store = store_open(config->store_url, STORE_SERVE, err);
	if (!service->store)
		return false;
	service->notifiers = service_open_notifiers(service, config, err);
	if (!service->notifiers)
		return false;
	service->ack = ack_open(err);
	if (!service->ack)
		return false;
	struct dispatcher_hooks hooks = {.settled = on_settled, .cancel = on_grace_over, .context = service};
	service->dispatcher = dispatcher_open(service->store, service->notifiers, &hooks, err);
	if (!service->dispatcher)
		return err_prefix(err, "start the dispatcher");
	service->history = history_open(service->store);
	if (!service->history)
		return err_set(err, "out of memory");
	const struct outbox_hooks outbox_hooks = {
	    .prepare = on_commit,
	    .committed = on_committed,
	    .context = service,
	};
	service->outbox = outbox_open(service->store, &outbox_hooks, err);
	if (!service->outbox)
		return err_prefix(err, "start the outbox");
	return true;
}

static bool open_listeners(struct service *service, struct err *err)
{
	service->server = service_listen(service, err);
	if (!service->server)
		return false;
	if (!service->boot->config->server.metrics_listen)
		return true;
	service->metrics_server = service_listen_metrics(service, err);
	return service->metrics_server || err_prefix(err, "server.metrics_listen");
}

static void announce(const struct service *service)
{
	const struct config_server *config = &service->boot->config->server;
	char port[8], metrics_port[8] = "";
	snprintf(port, sizeof port, "%u", (unsigned)server_port(service->server));
	if (service->metrics_server)
		snprintf(metrics_port, sizeof metrics_port, "%u", (unsigned)server_port(service->metrics_server));
	if (config->plaintext)
		log_write(LOG_WARNING, "detail", "listening without TLS: server.plaintext is true", NULL);
	else if (!config->certificate)
		log_write(LOG_WARNING, "detail",
		          "no certificate is configured: using a self-signed one, made at this start, that EventBridge will "
		          "not accept",
		          NULL);
	log_write(LOG_READY, "host", config->listen_host, "port", port, "metrics_port", *metrics_port ? metrics_port : NULL,
	          "version", ROOTWATCH_VERSION, NULL);
}

/* ---- running ---- */

static void purge(struct service *service)
{
	struct config_ref *ref = service_config(service);
	int64_t before_s = clock_wall_s() - ref->config->retention_ms / 1000;
	config_release(ref);
	int64_t total = 0;
	for (int64_t count = 1; count > 0; total += count) {
		struct err err = {0};
		if (!service->store->ops->purge(service->store, before_s, &count, &err)) {
			log_write(LOG_STORE_FAILED, "detail", err.text, "doing", "purge", NULL);
			return;
		}
	}
	char text[24];
	snprintf(text, sizeof text, "%lld", (long long)total);
	if (total > 0)
		log_write(LOG_PURGED, "findings", text, NULL);
}

/* Until SIGTERM or SIGINT. */
static void run(struct service *service, const sigset_t *awaited)
{
	const struct timespec wait = {.tv_sec = LOOK_AGAIN_MS / 1000, .tv_nsec = LOOK_AGAIN_MS % 1000 * 1000000};
	for (;;) {
		purge(service);
		int64_t next_ms = clock_monotonic_ms() + HOUSEKEEPING_MS;
		while (clock_monotonic_ms() < next_ms) {
			service_settle_deferred(service);
			int number = sigtimedwait(awaited, NULL, &wait);
			if (number == SIGTERM || number == SIGINT)
				return;
			if (number == SIGHUP)
				service_reload(service);
		}
	}
}

/* ---- stopping ---- */

/* Requests first, then what they committed, then the sends: nothing that was acknowledged depends on a later step. */
static void stop(struct service *service)
{
	atomic_store(&service->stopping, true);
	if (service->server)
		server_drain(service->server, DRAIN_REQUESTS_MS);
	if (service->ack)
		ack_stop(service->ack);
	if (service->outbox)
		outbox_stop(service->outbox);
	server_close(service->metrics_server); /* first: what it tells is asked of the other */
	server_close(service->server);
	outbox_close(service->outbox);
	dispatcher_close(service->dispatcher, DRAIN_SENDS_MS);
	ack_close(service->ack);
	notifier_set_close(service->notifiers);
	history_close(service->history);
	store_close(service->store);
	transport_close(service->transport);
	metrics_close(service->metrics);
	config_release(service->current);
	config_release(service->boot);
}

static bool block_signals(sigset_t *ret_signals)
{
	sigemptyset(ret_signals);
	sigaddset(ret_signals, SIGTERM);
	sigaddset(ret_signals, SIGINT);
	sigaddset(ret_signals, SIGHUP);
	/* Before any thread is made: all inherit it, and only run() takes signals. */
	return signal(SIGPIPE, SIG_IGN) != SIG_ERR && pthread_sigmask(SIG_BLOCK, ret_signals, NULL) == 0;
}

static int serve(struct service *service, const sigset_t *awaited)
{
	struct err err = {0};
	if (!open_parts(service, &err) || !open_listeners(service, &err)) {
		log_write(LOG_ERROR, "detail", err.text, NULL);
		return EXIT_ENVIRONMENT;
	}
	announce(service);
	run(service, awaited);
	log_write(LOG_STOPPING, NULL);
	return EXIT_FINE;
}

int service_run(const char *config_path)
{
	struct service service = {
	    .config_path = config_path,
	    .config_lock = PTHREAD_MUTEX_INITIALIZER,
	    .probe_lock = PTHREAD_MUTEX_INITIALIZER,
	    .started_s = clock_wall_s(),
	};
	sigset_t awaited;
	if (!block_signals(&awaited)) {
		log_write(LOG_ERROR, "detail", strerror(errno), "doing", "signals", NULL);
		return EXIT_ENVIRONMENT;
	}
	log_write(LOG_STARTED, "version", ROOTWATCH_VERSION, NULL);
	if (!service_load_config(&service, LOG_ERROR, &service.boot))
		return EXIT_BAD;
	service.current = config_hold(service.boot);
	int status = serve(&service, &awaited);
	stop(&service);
	if (status == EXIT_FINE)
		log_write(LOG_STOPPED, NULL);
	return status;
}
