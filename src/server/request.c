/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of one request: header, body, handler, answer. Reads every body to its
 * end before it answers, because a peer that is still writing may never see an
 * answer that comes too early. Must not know what is in a request.
 *
 * libmicrohttpd calls request_access() once for the header, then for each piece of
 * the body, then once more; and again after a suspended connection was resumed.
 */
#include "server/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rootwatch/scope.h"
#include "server/protocol.h"
#include "server/state.h"

enum {
	/* A body over the limit is read and dropped this far, then the connection is cut. */
	BODY_DROPPED_LIMIT_BYTES = 16 * 1024 * 1024,
	/* A page of 1,000 findings, or the results of the largest array of small events. */
	ANSWER_LIMIT_BYTES = 32 * 1024 * 1024,
	BUSY_RETRY_AFTER_S = 1,
	NO_MEMORY_RETRY_AFTER_S = 5,
	FORWARDED_LINES_MAX = 8, /* X-Forwarded-For headers, of which the last count */
};

enum stage {
	STAGE_BODY,    /* being read, for handle() */
	STAGE_REFUSED, /* being read and dropped; the answer is filled in */
	STAGE_WAITING, /* handle() said PENDING */
	STAGE_ANSWERED,
};

/* Who comes second, the thread that suspends or the one that resumes, must wake the connection. */
enum gate { GATE_OPEN, GATE_SUSPENDED, GATE_RESUMED };

struct request {
	struct exchange exchange; /* first: an exchange is a request */
	struct MHD_Connection *mhd;
	struct connection *connection;
	const struct server *server;
	enum stage stage;
	atomic_int gate;
	struct strbuf body;
	uint64_t body_bytes; /* received, dropped or not */
};

const char *exchange_header(const struct exchange *exchange, const char *name)
{
	const struct request *request = (const struct request *)exchange;
	return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

const char *exchange_query(const struct exchange *exchange, const char *name)
{
	const struct request *request = (const struct request *)exchange;
	const char *value = NULL;
	if (MHD_lookup_connection_value_n(request->mhd, MHD_GET_ARGUMENT_KIND, name, strlen(name), &value, NULL) != MHD_YES)
		return NULL;
	return value ? value : "";
}

/* ---- the answer ---- */

static struct MHD_Response *build_response(struct exchange *exchange, bool last)
{
	size_t length = exchange->answer.length;
	SCOPED(text) char *body = strbuf_steal(&exchange->answer);
	struct MHD_Response *response =
	    MHD_create_response_from_buffer(body ? length : 0, body, body ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	if (!response)
		return NULL;
	steal(&body);
	char seconds[16];
	snprintf(seconds, sizeof seconds, "%ld", exchange->retry_after_s);
	const struct {
		const char *name, *value;
	} headers[] = {
	    {MHD_HTTP_HEADER_CONTENT_TYPE, exchange->content_type},
	    {MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"},
	    {"X-Content-Type-Options", "nosniff"},
	    {MHD_HTTP_HEADER_RETRY_AFTER, exchange->retry_after_s > 0 ? seconds : NULL},
	    {MHD_HTTP_HEADER_ALLOW, exchange->allow},
	    {MHD_HTTP_HEADER_WWW_AUTHENTICATE, exchange->authenticate},
	    {MHD_HTTP_HEADER_CONNECTION, last ? "close" : NULL},
	};
	bool ok = true;
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		if (headers[i].value)
			ok = ok && MHD_add_response_header(response, headers[i].name, headers[i].value) == MHD_YES;
	if (ok)
		return response;
	MHD_destroy_response(response);
	return NULL;
}

static enum MHD_Result send_answer(struct request *request)
{
	struct exchange *exchange = &request->exchange;
	const struct server_handler *handler = request->server->options.handler;
	connection_answer(request->connection);
	if (exchange->answer.overflowed) {
		strbuf_reset(&exchange->answer);
		handler->refuse(exchange, MHD_HTTP_INTERNAL_SERVER_ERROR, "The answer is too large.");
	}
	request->stage = STAGE_ANSWERED;
	handler->answered(exchange);
	strbuf_done(&request->body);
	struct MHD_Response *response = build_response(exchange, atomic_load(&request->server->connections.draining));
	if (!response)
		return MHD_NO;
	enum MHD_Result result = MHD_queue_response(request->mhd, exchange->status, response);
	MHD_destroy_response(response);
	return result;
}

/* ---- the handler ---- */

void server_resume(struct exchange *exchange)
{
	struct request *request = (struct request *)exchange;
	if (atomic_exchange(&request->gate, GATE_RESUMED) == GATE_SUSPENDED)
		MHD_resume_connection(request->mhd);
}

/* True when the connection was suspended: request_access() is called again after server_resume(). */
static bool suspend(struct request *request)
{
	if (atomic_load(&request->gate) == GATE_RESUMED)
		return false;
	MHD_suspend_connection(request->mhd);
	if (atomic_exchange(&request->gate, GATE_SUSPENDED) == GATE_RESUMED)
		MHD_resume_connection(request->mhd);
	return true;
}

static void finish(struct request *request)
{
	if (request->exchange.finish)
		request->exchange.finish(&request->exchange);
}

/* Everything the peer had to say is here, or it was told that nothing more is wanted. */
static enum MHD_Result run(struct request *request)
{
	struct exchange *exchange = &request->exchange;
	if (request->stage == STAGE_BODY) {
		if (!connection_handling(request->connection))
			return MHD_NO;
		exchange->body = strbuf_text(&request->body);
		exchange->body_length = request->body.length;
		if (request->server->options.handler->handle(exchange) == PENDING) {
			request->stage = STAGE_WAITING;
			if (suspend(request))
				return MHD_YES;
		}
	}
	if (request->stage == STAGE_WAITING)
		finish(request);
	return send_answer(request);
}

static void refuse(struct request *request, unsigned status, const char *detail, long retry_after_s)
{
	request->server->options.handler->refuse(&request->exchange, status, detail);
	request->exchange.retry_after_s = retry_after_s;
	request->stage = STAGE_REFUSED;
	strbuf_done(&request->body);
}

static void refuse_body(struct request *request)
{
	refuse(request, MHD_HTTP_CONTENT_TOO_LARGE, "The body is larger than 1.25 MiB.", 0);
}

/* ---- the header ---- */

struct forwarded_lines {
	const char *lines[FORWARDED_LINES_MAX]; /* a ring */
	size_t count;
};

static enum MHD_Result collect_forwarded(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct forwarded_lines *forwarded = context;
	(void)kind;
	if (value && strcasecmp(name, "X-Forwarded-For") == 0)
		forwarded->lines[forwarded->count++ % FORWARDED_LINES_MAX] = value;
	return MHD_YES;
}

/* False when the real client behind a proxy has too many requests under way. */
static bool identify_client(struct request *request)
{
	struct connection *connection = request->connection;
	const struct trusted_proxies *proxies = &connection->table->limits.proxies;
	struct address client = connection->peer;
	struct forwarded_lines forwarded = {0};
	if (connection->peer_trusted)
		MHD_get_connection_values(request->mhd, MHD_HEADER_KIND, collect_forwarded, &forwarded);
	size_t oldest = forwarded.count > FORWARDED_LINES_MAX ? forwarded.count - FORWARDED_LINES_MAX : 0;
	for (size_t i = forwarded.count; i > oldest; i--)
		if (!address_forwarded(proxies, forwarded.lines[(i - 1) % FORWARDED_LINES_MAX], &client))
			break;
	address_text(&client, request->exchange.client);
	return address_trusted(proxies, &client) || !connection->peer_trusted || connection_forwarded(connection, &client);
}

static struct request *request_new(const struct server *server, struct MHD_Connection *mhd, const char *path,
                                   const char *method)
{
	struct request *request = calloc(1, sizeof *request);
	if (!request)
		return NULL;
	request->mhd = mhd;
	request->server = server;
	request->connection = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	request->body = STRBUF_INIT(SERVER_BODY_LIMIT_BYTES);
	atomic_init(&request->gate, GATE_OPEN);
	request->exchange = (struct exchange){
	    .method = method,
	    .path = path,
	    .body = "",
	    .received_ms = clock_wall_ms(),
	    .started_us = clock_monotonic_us(),
	    .context = server->options.context,
	    .answer = STRBUF_INIT(ANSWER_LIMIT_BYTES),
	};
	connection_header(request->connection);
	return request;
}

static enum MHD_Result begin(struct request *request, const char *version)
{
	const struct server_handler *handler = request->server->options.handler;
	struct framing framing;
	bool allowed = identify_client(request);
	const char *complaint = protocol_read(request->mhd, version, &framing);
	if (complaint) {
		/* Where the body ends is in doubt: an answer at this point closes the connection. */
		refuse(request, MHD_HTTP_BAD_REQUEST, complaint, 0);
		return send_answer(request);
	}
	if (!allowed)
		refuse(request, MHD_HTTP_TOO_MANY_REQUESTS, "Too many requests of this client are under way.",
		       BUSY_RETRY_AFTER_S);
	else if (!handler->admit(&request->exchange))
		request->stage = STAGE_REFUSED;
	else if (framing.content_length > SERVER_BODY_LIMIT_BYTES)
		refuse_body(request);
	/* A peer that asks first is told now, as is one that would send more than we are going to read. */
	if (request->stage == STAGE_REFUSED &&
	    (framing.expects_continue || framing.content_length > BODY_DROPPED_LIMIT_BYTES))
		return send_answer(request);
	return MHD_YES;
}

/* ---- the body ---- */

static enum MHD_Result take_body(struct request *request, const char *data, size_t *size)
{
	request->body_bytes += *size;
	if (request->body_bytes > BODY_DROPPED_LIMIT_BYTES)
		return MHD_NO; /* the peer sees no answer, the log and the metrics do */
	if (request->body_bytes > SERVER_BODY_LIMIT_BYTES && request->stage == STAGE_BODY)
		refuse_body(request);
	if (request->stage == STAGE_BODY)
		strbuf_add(&request->body, data, *size);
	if (request->body.overflowed)
		refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "Out of memory.", NO_MEMORY_RETRY_AFTER_S);
	*size = 0;
	return MHD_YES;
}

/* ---- libmicrohttpd's callbacks ---- */

enum MHD_Result request_access(void *server, struct MHD_Connection *mhd, const char *path, const char *method,
                               const char *version, const char *data, size_t *data_size, void **state)
{
	struct request *request = *state;
	if (!request) {
		request = request_new(server, mhd, path, method);
		*state = request;
		return request ? begin(request, version) : MHD_NO;
	}
	if (*data_size > 0)
		return take_body(request, data, data_size);
	return run(request);
}

void request_completed(void *server, struct MHD_Connection *mhd, void **state, enum MHD_RequestTerminationCode code)
{
	struct request *request = *state;
	(void)server, (void)mhd, (void)code;
	if (!request)
		return;
	if (request->stage == STAGE_WAITING)
		finish(request);
	if (request->stage != STAGE_ANSWERED) {
		request->stage = STAGE_ANSWERED;
		request->server->options.handler->answered(&request->exchange);
	}
	connection_idle(request->connection);
	strbuf_done(&request->body);
	strbuf_done(&request->exchange.answer);
	free(request);
	*state = NULL;
}
