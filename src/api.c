/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which route, which key, and what is counted and logged of every request. What a
 * route does is in api_events.c, api_records.c, api_expectations.c and api_operation.c.
 */
#include "api.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "problem.h"

static const struct route routes[] = {
    {
        .path = "/v1/events",
        .methods = "POST, PUT",
        .needs_key = true,
        .role = ROLE_INGEST,
        .metric = ROUTE_EVENTS,
        .handle = api_events_post,
    },
    {
        .path = "/v1/findings",
        .methods = "GET, HEAD",
        .needs_key = true,
        .role = ROLE_READ,
        .metric = ROUTE_API,
        .handle = api_findings_list,
    },
    {
        .path = "/v1/findings/{id}",
        .methods = "GET, HEAD",
        .needs_key = true,
        .role = ROLE_READ,
        .metric = ROUTE_API,
        .handle = api_finding_show,
    },
    {
        .path = "/v1/deliveries",
        .methods = "GET, HEAD",
        .needs_key = true,
        .role = ROLE_READ,
        .metric = ROUTE_API,
        .handle = api_deliveries_list,
    },
    {
        .path = "/v1/deliveries/{id}/retry",
        .methods = "POST",
        .needs_key = true,
        .role = ROLE_ADMIN,
        .metric = ROUTE_API,
        .handle = api_delivery_retry,
    },
    {
        .path = "/v1/expectations",
        .methods = "GET, HEAD, POST",
        .needs_key = true,
        .role = ROLE_READ,
        .admin_posts = true,
        .metric = ROUTE_API,
        .handle = api_expectations,
    },
    {
        .path = "/v1/expectations/{id}",
        .methods = "DELETE",
        .needs_key = true,
        .role = ROLE_ADMIN,
        .metric = ROUTE_API,
        .handle = api_expectation_revoke,
    },
    {.path = "/healthz", .methods = "GET, HEAD", .metric = ROUTE_HEALTH, .handle = api_health},
    {.path = "/readyz", .methods = "GET, HEAD", .metric = ROUTE_READY, .handle = api_readiness},
    {
        .path = "/metrics",
        .methods = "GET, HEAD",
        .needs_key = true,
        .role = ROLE_READ,
        .metric = ROUTE_METRICS,
        .handle = api_metrics,
    },
    {.path = "/openapi.yaml", .methods = "GET, HEAD", .metric = ROUTE_API, .handle = api_contract},
    {.path = NULL},
};

static const struct route metrics_routes[] = {
    {.path = "/metrics", .methods = "GET, HEAD", .metric = ROUTE_METRICS, .handle = api_metrics},
    {.path = NULL},
};

void api_ok(struct exchange *exchange, const char *content_type)
{
	exchange->status = 200;
	exchange->content_type = content_type;
}

/* ---- which route ---- */

/* Does `path` fit the pattern? Cuts what stands for "{id}" out into ret_id. */
static bool path_fits(const char *pattern, const char *path, char ret_id[API_ID_BYTES])
{
	static const char placeholder[] = "{id}";
	const char *gap = strstr(pattern, placeholder);
	if (!gap)
		return strcmp(pattern, path) == 0;
	size_t before = (size_t)(gap - pattern);
	if (strncmp(pattern, path, before) != 0)
		return false;
	size_t length = strcspn(path + before, "/");
	if (length == 0 || length >= API_ID_BYTES || strcmp(path + before + length, gap + strlen(placeholder)) != 0)
		return false;
	memcpy(ret_id, path + before, length);
	ret_id[length] = '\0';
	return true;
}

static bool method_fits(const char *methods, const char *method)
{
	size_t length = strlen(method);
	for (const char *at = methods; (at = strstr(at, method)); at += length)
		if ((at == methods || at[-1] == ' ') && (at[length] == ',' || at[length] == '\0'))
			return length > 0;
	return false;
}

static bool find_route(struct exchange *exchange, struct api_request *request, const struct route *table)
{
	for (const struct route *route = table; route->path && !request->route; route++)
		if (path_fits(route->path, exchange->path, request->id))
			request->route = route;
	if (!request->route) {
		problem(exchange, 404, "There is nothing at this path; /openapi.yaml lists what there is.");
		return false;
	}
	if (method_fits(request->route->methods, exchange->method))
		return true;
	problem(exchange, 405, "This path takes %s.", request->route->methods);
	exchange->allow = request->route->methods;
	return false;
}

/* ---- which key ---- */

static bool refuse_key(struct exchange *exchange, const char *header, const char *what)
{
	problem(exchange, 401, "The header %s %s.", header, what);
	/* RFC 9110 wants a challenge with a 401; there is no registered scheme for a key in a header of one's own. */
	exchange->authenticate = "ApiKey";
	return false;
}

static bool check_key(struct exchange *exchange, struct api_request *request)
{
	const struct config_server *server = &request->config->config->server;
	const struct route *route = request->route;
	if (!route->needs_key)
		return true;
	const char *value = exchange_header(exchange, server->api_key_header);
	if (!value)
		return refuse_key(exchange, server->api_key_header, "is missing; it carries the API key");
	request->key = auth_check(server->api_keys, server->api_key_count, value, strlen(value));
	if (!request->key)
		return refuse_key(exchange, server->api_key_header, "holds no key that is configured here");
	enum role role = route->admin_posts && strcmp(exchange->method, "POST") == 0 ? ROLE_ADMIN : route->role;
	if (role_allows(request->key->role, role))
		return true;
	/* The sender loses an event on 403 and tries again on 401: a key with the wrong role is a mistake being corrected. */
	if (role == ROLE_INGEST)
		return refuse_key(exchange, server->api_key_header, "holds a key that may not post events");
	problem(exchange, 403, "This key has the role %s; %s is needed.", role_name(request->key->role), role_name(role));
	return false;
}

/* ---- the life of a request ---- */

static bool admit_by(struct exchange *exchange, const struct route *table)
{
	struct service *service = exchange->context;
	struct api_request *request = calloc(1, sizeof *request);
	if (!request) {
		problem(exchange, 503, "Out of memory; try again later.");
		return false;
	}
	request->service = service;
	request->config = service_config(service);
	exchange->state = request;
	return find_route(exchange, request, table) && check_key(exchange, request);
}

static bool admit(struct exchange *exchange)
{
	return admit_by(exchange, routes);
}

static bool admit_metrics(struct exchange *exchange)
{
	return admit_by(exchange, metrics_routes);
}

static enum handled handle(struct exchange *exchange)
{
	struct api_request *request = exchange->state;
	return request->route->handle(exchange, request);
}

static void refuse(struct exchange *exchange, unsigned status, const char *detail)
{
	problem(exchange, status, "%s", detail);
}

/* Probes and scrapes come every few seconds for years, and most events are not root's: neither is worth a line. */
static bool is_worth_a_line(const struct exchange *exchange, const struct api_request *request)
{
	if (exchange->status >= 400)
		return request->route == NULL || request->route->metric != ROUTE_READY;
	return request->route && (request->route->metric == ROUTE_API || request->post);
}

static void log_request(const struct exchange *exchange, const struct api_request *request, int64_t duration_us)
{
	char status[16], duration[32];
	snprintf(status, sizeof status, "%u", exchange->status);
	snprintf(duration, sizeof duration, "%" PRId64 ".%03d", duration_us / 1000, (int)(duration_us % 1000));
	bool refused = exchange->status >= 400;
	log_write(refused ? LOG_REQUEST_REFUSED : LOG_REQUEST, "method", exchange->method, "path", exchange->path, "status",
	          status, "client", exchange->client, "key", request->key ? request->key->name : NULL, "duration_ms",
	          duration, "problem", refused ? strbuf_text(&exchange->answer) : NULL, NULL);
}

static void answered(struct exchange *exchange)
{
	struct api_request *request = exchange->state;
	struct service *service = exchange->context;
	int64_t duration_us = clock_monotonic_us() - exchange->started_us;
	enum metrics_route metric = request && request->route ? request->route->metric : ROUTE_UNKNOWN;
	if (exchange->status != 0)
		metrics_request(service_metrics(service), metric, exchange->status, duration_us);
	if (!request)
		return;
	if (exchange->status != 0 && is_worth_a_line(exchange, request))
		log_request(exchange, request, duration_us);
	event_post_free(request->post);
	config_release(request->config);
	free(request);
	exchange->state = NULL;
}

static void malformed(void *context, unsigned status)
{
	metrics_request(service_metrics(context), ROUTE_UNKNOWN, status, 0);
}

const struct server_handler api_handler = {
    .admit = admit,
    .handle = handle,
    .refuse = refuse,
    .answered = answered,
    .malformed = malformed,
};

const struct server_handler api_metrics_handler = {
    .admit = admit_metrics,
    .handle = handle,
    .refuse = refuse,
    .answered = answered,
    .malformed = malformed,
};
