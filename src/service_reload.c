/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration in and out of a running service: read, reported, and swapped on
 * SIGHUP, whole or not at all. The main thread alone runs this file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rootwatch/scope.h"
#include "service_parts.h"

enum { PROBLEMS_LIMIT_BYTES = 256 * 1024 };

static struct config_ref *config_ref_new(struct config *config)
{
	struct config_ref *ref = malloc(sizeof *ref);
	if (!ref) {
		config_free(config);
		return NULL;
	}
	ref->config = config;
	atomic_init(&ref->users, 1);
	return ref;
}

static void report_problems(enum log_event event, const struct strbuf *problems)
{
	const char *line = strbuf_text(problems);
	while (*line) {
		size_t length = strcspn(line, "\n");
		SCOPED(text) char *problem = strndup(line, length);
		log_write(event, "detail", problem, NULL);
		line += length + (line[length] == '\n');
	}
}

bool service_load_config(struct service *service, enum log_event refusal, struct config_ref **ret_ref)
{
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(PROBLEMS_LIMIT_BYTES);
	struct config *config = config_load(service->config_path, CONFIG_FULL, &problems);
	if (!config) {
		report_problems(refusal, &problems);
		return false;
	}
	for (size_t i = 0; i < config->warning_count; i++)
		log_write(LOG_WARNING, "detail", config->warnings[i], NULL);
	for (size_t i = 0; i < config->skipped_count; i++)
		log_write(LOG_WARNING, "detail", config->skipped[i], NULL);
	*ret_ref = config_ref_new(config);
	return *ret_ref != NULL;
}

struct notifier_set *service_open_notifiers(struct service *service, const struct config *config, struct err *err)
{
	struct notifier_env env = {
	    .http = &service->transport->http,
	    .mail = &service->transport->mail,
	    .stream = &service->transport->stream,
	    .output = stdout,
	    .now_s = clock_wall_s,
	};
	return notifier_set_open(config->notifiers, config->notifier_count, &env, err);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void warn_of_restart_settings(const struct config *old, const struct config *new)
{
	const struct {
		const char *name;
		bool changed;
	} settings[] = {
	    {"server.listen", !same_text(old->server.listen_host, new->server.listen_host) ||
	                          old->server.listen_port != new->server.listen_port},
	    {"server.plaintext", old->server.plaintext != new->server.plaintext},
	    {"server.metrics_listen", !same_text(old->server.metrics_listen, new->server.metrics_listen)},
	    {"server.trusted_proxies",
	     old->server.trusted_proxy_count != new->server.trusted_proxy_count ||
	         (old->server.trusted_proxy_count > 0 &&
	          memcmp(old->server.trusted_proxies, new->server.trusted_proxies,
	                 old->server.trusted_proxy_count * sizeof *old->server.trusted_proxies) != 0)},
	    {"server.max_connections", old->server.max_connections != new->server.max_connections},
	    {"server.max_connections_per_address",
	     old->server.max_connections_per_address != new->server.max_connections_per_address},
	    {"server.request_timeout", old->server.request_timeout_ms != new->server.request_timeout_ms},
	    {"store.url", !same_text(old->store_url, new->store_url)},
	};
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		if (settings[i].changed)
			log_write(LOG_WARNING, "detail", "this setting changes with the next restart only", "setting",
			          settings[i].name, NULL);
}

/* Everything of the new configuration, or nothing. */
static bool adopt(struct service *service, struct config_ref *fresh, struct err *err)
{
	const struct config_server *server = &fresh->config->server;
	struct notifier_set *notifiers = service_open_notifiers(service, fresh->config, err);
	if (!notifiers)
		return false;
	if (!service->boot->config->server.plaintext && server->certificate &&
	    !server_reload_certificate(service->server, server->certificate, server->private_key, err)) {
		notifier_set_close(notifiers);
		return false;
	}
	if (!dispatcher_replace(service->dispatcher, notifiers, err)) {
		notifier_set_close(notifiers);
		return false;
	}
	notifier_set_close(service->notifiers);
	service->notifiers = notifiers;
	return true;
}

void service_reload(struct service *service)
{
	struct config_ref *fresh;
	if (!service_load_config(service, LOG_CONFIG_REFUSED, &fresh)) {
		metrics_reload(service->metrics, false);
		return;
	}
	struct err err = {0};
	if (!adopt(service, fresh, &err)) {
		log_write(LOG_CONFIG_REFUSED, "detail", err.text, NULL);
		metrics_reload(service->metrics, false);
		config_release(fresh);
		return;
	}
	warn_of_restart_settings(service->boot->config, fresh->config);
	pthread_mutex_lock(&service->config_lock);
	struct config_ref *old = service->current;
	service->current = fresh;
	pthread_mutex_unlock(&service->config_lock);
	config_release(old);
	metrics_reload(service->metrics, true);
	log_write(LOG_CONFIG_RELOADED, "origin", fresh->config->origin, NULL);
}
