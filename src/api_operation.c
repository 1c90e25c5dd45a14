/* SPDX-License-Identifier: Apache-2.0 */
/* What load balancers, orchestrators and Prometheus ask. */
#include <stdlib.h>

#include "api.h"
#include "base/clock.h"
#include "openapi.h"
#include "problem.h"

enum { DEPTHS_MAX = 200 };

enum handled api_health(struct exchange *exchange, struct api_request *request)
{
	(void)request;
	api_ok(exchange, "application/json");
	strbuf_puts(&exchange->answer, "{\"status\":\"ok\"}\n");
	return HANDLED;
}

enum handled api_readiness(struct exchange *exchange, struct api_request *request)
{
	struct err err = {0};
	if (!service_ready(request->service, &err)) {
		problem(exchange, 503, "Not ready: %s.", err.text);
		return HANDLED;
	}
	api_ok(exchange, "application/json");
	strbuf_puts(&exchange->answer, "{\"status\":\"ready\"}\n");
	return HANDLED;
}

enum handled api_metrics(struct exchange *exchange, struct api_request *request)
{
	struct service *service = request->service;
	struct store *store = service_store(service);
	struct err err = {0};
	struct store_depth *depths = calloc(DEPTHS_MAX, sizeof *depths);
	size_t count = 0;
	/* A store that cannot be read must not hide the other series, which tell that it cannot. */
	if (depths && !store->ops->depths(store, depths, DEPTHS_MAX, &count, &err))
		count = 0;
	struct metrics_gauges gauges = {
	    .depths = depths,
	    .depth_count = count,
	    .now_ms = clock_wall_ms(),
	    .certificate_expires_s = server_certificate_expires_s(service_server(service)),
	    .started_s = service_started_s(service),
	    .connections = server_connections(service_server(service)),
	    .ready = service_ready(service, &err),
	};
	api_ok(exchange, "text/plain; version=0.0.4; charset=utf-8");
	metrics_render(service_metrics(service), &gauges, &exchange->answer);
	free(depths);
	return HANDLED;
}

enum handled api_contract(struct exchange *exchange, struct api_request *request)
{
	(void)request;
	api_ok(exchange, "application/yaml");
	/* cppcheck-suppress comparePointers ; both ends of the one block in openapi.S */
	strbuf_add(&exchange->answer, openapi_yaml, (size_t)(openapi_yaml_end - openapi_yaml));
	return HANDLED;
}
