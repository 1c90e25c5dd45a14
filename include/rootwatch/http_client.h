/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_HTTP_CLIENT_H
#define ROOTWATCH_HTTP_CLIENT_H
/*
 * The outbound transports a notifier is given: HTTP (signed for AWS on request)
 * and mail submission. A notifier fills a request and reads the answer; TLS,
 * proxies, credentials and time-outs are the transport's. Both are structs of one
 * function so that a test can put its own in. Calls may come from any thread;
 * one call is one attempt, never a retry, never a redirect.
 */
#include <stdbool.h>
#include <stddef.h>

#include "rootwatch/err.h"
#include "rootwatch/strbuf.h"

enum {
	HTTP_RESPONSE_LIMIT_BYTES = 64 * 1024, /* an answer's body; the rest is dropped */
	HTTP_HEADERS_MAX = 12,
	MAIL_RECIPIENTS_MAX = 64,
	MAIL_REPLY_BYTES = 160,
};

struct http_header {
	const char *name;
	const char *value; /* a line break or control character in it fails the request */
};

struct http_request {
	const char *method; /* "POST", "GET", "PUT" */
	const char *url;
	struct http_header headers[HTTP_HEADERS_MAX];
	size_t header_count;
	const char *body; /* borrowed; NULL: none */
	size_t body_length;
	long timeout_ms;         /* for the whole exchange, name look-up included */
	const char *ca_file;     /* NULL: the system's */
	bool direct;             /* never through a proxy: endpoints of this machine */
	const char *aws_service; /* not NULL: sign with SigV4 for this service ... */
	const char *aws_region;  /* ... in this region, with the process's AWS credentials */
	bool aws_renew;          /* fetch fresh credentials first: the last ones were refused as expired */
};

struct http_response {
	long status;
	long retry_after_s; /* Retry-After in seconds or as a date, at least 0; -1: not given */
	struct strbuf body; /* limit HTTP_RESPONSE_LIMIT_BYTES */
};

void http_response_done(struct http_response *response);
static inline void http_response_scope(struct http_response *response)
{
	http_response_done(response);
}

/* Does this status mean "not now" rather than "never"? RFC 9110 and RFC 6585; a redirect, which is never followed, comes from
 * something that stands between us and the channel. */
static inline bool http_status_is_transient(long status)
{
	return status >= 500 || status == 429 || status == 425 || status == 408 || status == 407 || status < 400;
}

struct http_client {
	/* True: an HTTP status came back (whatever it is). False: none did, err says why without secrets (nor a URL's path). */
	bool (*perform)(struct http_client *self, const struct http_request *request, struct http_response *ret_response,
	                struct err *err);
};

/* How a recipient (or the whole message) fared. */
enum mail_fate {
	MAIL_ACCEPTED,
	MAIL_DEFERRED, /* 4xx, or no answer: may succeed later */
	MAIL_REFUSED,  /* 5xx: will not */
};

struct mail_recipient {
	const char *address;
	enum mail_fate fate;          /* filled by send */
	char reply[MAIL_REPLY_BYTES]; /* filled by send: the server's words, printable */
};

struct mail_message {
	const char *url;      /* smtp://host:port or smtps://host:port */
	bool starttls;        /* required when true; never tried when false. Meaningless for smtps */
	const char *username; /* NULL: no login */
	const char *password;
	const char *ca_file; /* NULL: the system's */
	const char *from;
	struct mail_recipient *recipients;
	size_t recipient_count;
	const char *data; /* the whole message, CRLF line ends */
	size_t data_length;
	long timeout_ms;
};

struct mail_client {
	/* One submission. Every recipient's fate is filled, whatever is returned: when the session itself fails
	 * (connect, TLS, login, sender or data refused) all whom the server has not refused by name share one.
	 * Returns false, with err, when nobody accepted. */
	bool (*send)(struct mail_client *self, struct mail_message *message, struct err *err);
};

#endif
