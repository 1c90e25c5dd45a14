/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl handles: every exchange gets its limits and its TLS rules here. Options
 * that print (verbose output to standard error) have no place in this program.
 */
#include "net/handle.h"

#include <pthread.h>
#include <string.h>

/* One connection each is what a handful of notifiers keeps busy; more would only be idle sockets. */
enum { IDLE_HANDLES_MAX = 8 };

/* A server that does not even answer the handshake is given up earlier than one that thinks. */
static long connect_timeout_ms(long timeout_ms)
{
	return timeout_ms > 1 ? timeout_ms / 2 : 1;
}

static bool prepare_limits(CURL *handle, const struct handle_options *options)
{
	long timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : 1; /* 0 would be "no limit" */
	return curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout_ms) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms(timeout_ms)) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       /* Without it an unanswered name look-up is waited for beyond the time-out. */
	       curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
}

static bool prepare_tls(CURL *handle, const char *ca_file)
{
	bool done = curl_easy_setopt(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	            curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	            curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
	if (!done || !ca_file)
		return done;
	/* The file stands instead of the system's authorities, not beside them. */
	return curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_CAPATH, NULL) == CURLE_OK;
}

static int stop_when_cancelled(void *data, curl_off_t to_get, curl_off_t got, curl_off_t to_send, curl_off_t sent)
{
	(void)to_get, (void)got, (void)to_send, (void)sent;
	const atomic_bool *cancelled = data;
	return atomic_load(cancelled);
}

static bool prepare_cancelling(CURL *handle, const atomic_bool *cancelled)
{
	return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, stop_when_cancelled) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_XFERINFODATA, cancelled) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
}

bool handle_prepare(CURL *handle, const struct handle_options *options)
{
	options->reason[0] = '\0';
	return curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, options->reason) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_URL, options->url) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, options->protocols) == CURLE_OK &&
	       (!options->direct || curl_easy_setopt(handle, CURLOPT_PROXY, "") == CURLE_OK) &&
	       prepare_limits(handle, options) && prepare_tls(handle, options->ca_file) &&
	       prepare_cancelling(handle, options->cancelled);
}

struct handle_pool {
	pthread_mutex_t lock;
	CURL *idle[IDLE_HANDLES_MAX];
	size_t count;
};

struct handle_pool *handle_pool_open(void)
{
	struct handle_pool *pool = calloc(1, sizeof *pool);
	if (pool)
		pthread_mutex_init(&pool->lock, NULL);
	return pool;
}

void handle_pool_close(struct handle_pool *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < pool->count; i++)
		curl_easy_cleanup(pool->idle[i]);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

CURL *handle_take(struct handle_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	CURL *handle = pool->count > 0 ? pool->idle[--pool->count] : NULL;
	pthread_mutex_unlock(&pool->lock);
	return handle ? handle : curl_easy_init();
}

void handle_give_back(struct handle_pool *pool, CURL *handle)
{
	curl_easy_reset(handle); /* forgets options and secrets, keeps connections */
	pthread_mutex_lock(&pool->lock);
	bool kept = pool->count < IDLE_HANDLES_MAX;
	if (kept)
		pool->idle[pool->count++] = handle;
	pthread_mutex_unlock(&pool->lock);
	if (!kept)
		curl_easy_cleanup(handle);
}

void handle_host(const char *url, char ret_host[HANDLE_HOST_BYTES])
{
	ret_host[0] = '\0';
	CURLU *parts = curl_url();
	char *host = NULL;
	if (parts && curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		handle_append_printable(ret_host, HANDLE_HOST_BYTES, host, strlen(host));
	curl_free(host);
	curl_url_cleanup(parts);
}

const char *handle_reason(CURLcode code, char *reason)
{
	/* A few of libcurl's sentences quote a whole proxy URL, password and all. */
	if (reason[0] == '\0' || strchr(reason, '@') || strstr(reason, "://"))
		return curl_easy_strerror(code);
	for (char *c = reason; *c != '\0'; c++)
		*c = *c < ' ' || *c > '~' ? ' ' : *c;
	return reason;
}

void handle_append_printable(char *place, size_t size, const char *text, size_t length)
{
	size_t used = strlen(place);
	for (size_t i = 0; i < length && used + 1 < size; i++) {
		char c = text[i];
		if (c < 0 || c == 0x7f)
			c = '?';
		place[used++] = c >= 0 && c < ' ' ? ' ' : c;
	}
	place[used] = '\0';
}
