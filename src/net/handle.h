/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HANDLE_H
#define NET_HANDLE_H
/*
 * What HTTP and mail share of libcurl: a handle set up with our limits and TLS
 * rules, a pool of idle ones (a handle keeps its connections), and the sentence
 * that says why an exchange failed.
 */
#include <curl/curl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "rootwatch/err.h"
#include "rootwatch/scope.h"

DEFINE_SCOPE(curl, CURL, curl_easy_cleanup)

enum { HANDLE_HOST_BYTES = 256 };

struct handle_options {
	const char *url;
	const char *protocols;        /* "https,http" */
	long timeout_ms;              /* the whole exchange */
	const char *ca_file;          /* NULL: the system's */
	bool direct;                  /* never through a proxy */
	const atomic_bool *cancelled; /* once true, the exchange is given up within a second */
	char *reason;                 /* CURL_ERROR_SIZE bytes that outlive the exchange: libcurl's words on a failure */
};

bool handle_prepare(CURL *handle, const struct handle_options *options);

struct handle_pool;

struct handle_pool *handle_pool_open(void); /* NULL: out of memory */
void handle_pool_close(struct handle_pool *pool);
CURL *handle_take(struct handle_pool *pool); /* in its initial state; NULL: out of memory */
void handle_give_back(struct handle_pool *pool, CURL *handle);

/* The host of a URL and nothing else of it; "" when there is none. */
void handle_host(const char *url, char ret_host[HANDLE_HOST_BYTES]);

/* Why an exchange failed, on one printable line; never a part of a URL but the host. Borrowed, or written into `reason`. */
const char *handle_reason(CURLcode code, char *reason);

/* Appends to the NUL-terminated `place`, cut to `size`, whatever cannot be printed as ' ' or '?'. */
void handle_append_printable(char *place, size_t size, const char *text, size_t length);

#endif
