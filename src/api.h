/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_H
#define API_H
/*
 * The HTTP contract (openapi.yaml): the table of routes and what each does.
 */
#include "auth.h"
#include "metrics.h"
#include "server/server.h"
#include "service.h"

/* For server_options.handler: exchange->context is the struct service. */
extern const struct server_handler api_handler;

/* The same for the metrics-only listener: /metrics without a key, nothing else. */
extern const struct server_handler api_metrics_handler;

/* ---- between api*.c alone ---- */

struct api_request;

struct route {
	const char *path;    /* "{id}" stands for one segment */
	const char *methods; /* as in Allow */
	bool needs_key;
	enum role role;   /* of the key */
	bool admin_posts; /* what is posted here takes a key with role admin, whatever `role` says of reading */
	enum metrics_route metric;
	enum handled (*handle)(struct exchange *exchange, struct api_request *request);
};

enum { API_ID_BYTES = 64 };

/* What is known of a request besides the exchange; made when its header has arrived, freed when it was answered. */
struct api_request {
	struct service *service;
	struct config_ref *config;
	const struct route *route; /* NULL: there is none */
	const struct api_key *key; /* NULL: none was needed, or it was wrong */
	char id[API_ID_BYTES];     /* the "{id}" segment */
	struct event_post *post;   /* api_events.c's own */
};

enum handled api_events_post(struct exchange *exchange, struct api_request *request);
void event_post_free(struct event_post *post); /* NULL is fine */

enum handled api_findings_list(struct exchange *exchange, struct api_request *request);
enum handled api_finding_show(struct exchange *exchange, struct api_request *request);
enum handled api_deliveries_list(struct exchange *exchange, struct api_request *request);
enum handled api_delivery_retry(struct exchange *exchange, struct api_request *request);
enum handled api_expectations(struct exchange *exchange, struct api_request *request);
enum handled api_expectation_revoke(struct exchange *exchange, struct api_request *request);
enum handled api_health(struct exchange *exchange, struct api_request *request);
enum handled api_readiness(struct exchange *exchange, struct api_request *request);
enum handled api_metrics(struct exchange *exchange, struct api_request *request);
enum handled api_contract(struct exchange *exchange, struct api_request *request);

/* Status 200 and this content type; what the answer says is added afterwards. */
void api_ok(struct exchange *exchange, const char *content_type);

#endif
