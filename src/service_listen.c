/* SPDX-License-Identifier: Apache-2.0 */
/* What the service listens on, as the configuration says: the contract's port, and perhaps one for metrics alone. */
#include <string.h>

#include "api.h"
#include "rootwatch/scope.h"
#include "service_parts.h"

static void on_connection_refused(void *context)
{
	metrics_connection_refused(service_metrics(context));
}

static void on_deadline_passed(void *context)
{
	metrics_deadline(service_metrics(context));
}

struct server *service_listen(struct service *service, struct err *err)
{
	const struct config_server *config = &service->boot->config->server;
	struct server_options options = {
	    .host = config->listen_host,
	    .port = config->listen_port,
	    .plaintext = config->plaintext,
	    .certificate = config->certificate,
	    .private_key = config->private_key,
	    .max_connections = config->max_connections,
	    .max_connections_per_address = config->max_connections_per_address,
	    .trusted_proxies = config->trusted_proxies,
	    .trusted_proxy_count = config->trusted_proxy_count,
	    .request_timeout_ms = config->request_timeout_ms,
	    .handler = &api_handler,
	    .connection_refused = on_connection_refused,
	    .deadline_passed = on_deadline_passed,
	    .context = service,
	};
	return server_open(&options, err);
}

struct server *service_listen_metrics(struct service *service, struct err *err)
{
	enum { METRICS_CONNECTIONS = 16 };
	const struct config_server *config = &service->boot->config->server;
	const char *host;
	size_t host_length;
	struct server_options options = {
	    .plaintext = true,
	    .max_connections = METRICS_CONNECTIONS,
	    .max_connections_per_address = METRICS_CONNECTIONS,
	    .request_timeout_ms = config->request_timeout_ms,
	    .handler = &api_metrics_handler,
	    .context = service,
	};
	if (!parse_host_port(config->metrics_listen, &host, &host_length, &options.port)) {
		err_set(err, "\"%s\" is no host:port", config->metrics_listen);
		return NULL;
	}
	SCOPED(text) char *name = strndup(host, host_length);
	if (!name) {
		err_set(err, "out of memory");
		return NULL;
	}
	options.host = name;
	return server_open(&options, err);
}
