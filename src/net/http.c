/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP exchange: no redirect, no retry, TLS always verified. Signs for AWS on
 * request. A URL may be a secret (webhooks are): an error names the host alone.
 */
#include "net/http.h"

#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "net/handle.h"
#include "net/transport.h"

enum { HEADER_LINE_LIMIT_BYTES = 64 * 1024, SIGV4_SCOPE_BYTES = 160 };

/* Header lines carry tokens: wiped before they are freed. */
static void wipe_list(struct curl_slist *list)
{
	for (struct curl_slist *line = list; line; line = line->next)
		crypto_wipe(line->data, strlen(line->data));
	curl_slist_free_all(list);
}

struct exchange {
	CURL *handle;
	const struct http_request *request;
	const struct aws_keys *keys; /* NULL: unsigned */
	struct curl_slist *headers;
	struct http_response *response;
	char reason[CURL_ERROR_SIZE];
};

static bool is_token(const char *name)
{
	return name[0] != '\0' &&
	       name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

/* Not empty: libcurl would take "Name:" as an order to leave the header out. */
static bool is_header_value(const char *value)
{
	for (const char *c = value; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	return value[strspn(value, " ")] != '\0';
}

static bool add_header(struct curl_slist **headers, const char *name, const char *value, struct err *err)
{
	if (!is_token(name) || !is_header_value(value))
		return err_set(err, "header %.40s is empty or holds a character that may not be sent",
		               is_token(name) ? name : "");
	SCOPED(strbuf) struct strbuf line = STRBUF_INIT(HEADER_LINE_LIMIT_BYTES);
	strbuf_printf(&line, "%s: %s", name, value);
	struct curl_slist *longer = line.overflowed ? NULL : curl_slist_append(*headers, strbuf_text(&line));
	if (line.data)
		crypto_wipe(line.data, line.capacity);
	if (!longer)
		return err_set(err, "header %s is too long", name);
	*headers = longer;
	return true;
}

static bool add_headers(struct exchange *exchange, struct err *err)
{
	const struct http_request *request = exchange->request;
	for (size_t i = 0; i < request->header_count; i++)
		if (!add_header(&exchange->headers, request->headers[i].name, request->headers[i].value, err))
			return false;
	if (!exchange->keys || exchange->keys->session_token[0] == '\0')
		return true;
	return add_header(&exchange->headers, "X-Amz-Security-Token", exchange->keys->session_token, err);
}

/* A signature covers the body only when it is given as POSTFIELDS. */
static bool prepare_body(CURL *handle, const struct http_request *request)
{
	if (strcmp(request->method, "GET") == 0)
		return curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L) == CURLE_OK;
	const char *body = request->body ? request->body : "";
	curl_off_t length = request->body ? (curl_off_t)request->body_length : 0;
	return curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, length) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
}

static bool prepare_signature(CURL *handle, const struct http_request *request, const struct aws_keys *keys)
{
	if (!keys)
		return true;
	char scope[SIGV4_SCOPE_BYTES];
	int length = snprintf(scope, sizeof scope, "aws:amz:%s:%s", request->aws_region, request->aws_service);
	return length > 0 && (size_t)length < sizeof scope &&
	       curl_easy_setopt(handle, CURLOPT_AWS_SIGV4, scope) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_USERNAME, keys->access_key_id) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_PASSWORD, keys->secret_access_key) == CURLE_OK;
}

/* Takes what fits and ends the transfer there: the rest is nobody's business. */
static size_t receive(char *bytes, size_t size, size_t count, void *data)
{
	struct strbuf *body = data;
	size_t length = size * count;
	size_t room = body->limit - body->length;
	strbuf_add(body, bytes, length < room ? length : room);
	return length <= room && !body->overflowed ? length : 0;
}

static bool prepare(struct exchange *exchange, const atomic_bool *cancelled, long timeout_ms)
{
	const struct http_request *request = exchange->request;
	const struct handle_options options = {
	    .url = request->url,
	    .protocols = "https,http",
	    .timeout_ms = timeout_ms,
	    .ca_file = request->ca_file,
	    .direct = request->direct,
	    .cancelled = cancelled,
	    .reason = exchange->reason,
	};
	CURL *handle = exchange->handle;
	return handle_prepare(handle, &options) && prepare_body(handle, request) &&
	       prepare_signature(handle, request, exchange->keys) &&
	       /* One request at a time needs nothing of HTTP/2. */
	       curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_USERAGENT, "rootwatch/" ROOTWATCH_VERSION) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_HTTPHEADER, exchange->headers) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_WRITEDATA, &exchange->response->body) == CURLE_OK;
}

static long read_retry_after(CURL *handle)
{
	struct curl_header *header;
	if (curl_easy_header(handle, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return -1;
	return http_retry_after(header->value, clock_wall_s());
}

static bool run(struct exchange *exchange, const atomic_bool *cancelled, long timeout_ms, struct err *err)
{
	if (!prepare(exchange, cancelled, timeout_ms))
		return err_set(err, "the request cannot be set up");
	CURLcode code = curl_easy_perform(exchange->handle);
	struct http_response *response = exchange->response;
	if (curl_easy_getinfo(exchange->handle, CURLINFO_RESPONSE_CODE, &response->status) != CURLE_OK ||
	    response->status < 200)
		return err_set(err, "%s", handle_reason(code, exchange->reason));
	response->retry_after_s = read_retry_after(exchange->handle);
	return true;
}

static bool perform(struct transport *transport, struct exchange *exchange, long timeout_ms, struct err *err)
{
	if (!add_headers(exchange, err))
		return false;
	exchange->handle = handle_take(transport->handles);
	if (!exchange->handle)
		return err_set(err, "out of memory");
	bool answered = run(exchange, &transport->cancelled, timeout_ms, err);
	handle_give_back(transport->handles, exchange->handle);
	return answered;
}

/* Fetching keys is part of the attempt: what it took is missing from the rest. Keys fetched too late are cached. */
static bool fetch_keys(struct transport *transport, const struct http_request *request, struct aws_keys *ret_keys,
                       long *timeout_ms, struct err *err)
{
	if (!request->aws_region || request->aws_region[0] == '\0')
		return err_set(err, "no AWS region to sign for");
	int64_t start_ms = clock_monotonic_ms();
	if (!aws_credentials_get(transport->credentials, request->aws_renew, ret_keys, err))
		return false;
	*timeout_ms -= (long)(clock_monotonic_ms() - start_ms);
	return *timeout_ms > 0 || err_set(err, "fetching AWS credentials took longer than the time-out");
}

bool http_perform(struct http_client *self, const struct http_request *request, struct http_response *ret_response,
                  struct err *err)
{
	struct transport *transport = (struct transport *)((char *)self - offsetof(struct transport, http));
	SCOPED(aws_keys) struct aws_keys keys = {0};
	long timeout_ms = request->timeout_ms;
	if (request->aws_service && !fetch_keys(transport, request, &keys, &timeout_ms, err))
		return false;
	struct http_response response = {.retry_after_s = -1, .body = STRBUF_INIT(HTTP_RESPONSE_LIMIT_BYTES)};
	struct exchange exchange = {.request = request, .keys = request->aws_service ? &keys : NULL, .response = &response};
	bool answered = perform(transport, &exchange, timeout_ms, err);
	wipe_list(exchange.headers);
	if (answered) {
		*ret_response = response;
		return true;
	}
	http_response_done(&response);
	char host[HANDLE_HOST_BYTES];
	handle_host(request->url, host);
	return err_prefix(err, "%s", host[0] != '\0' ? host : "malformed URL");
}
