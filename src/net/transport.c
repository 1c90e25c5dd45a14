/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the transports together and starts and stops libcurl. What an exchange
 * does is http.c's, mail.c's and stream.c's.
 */
#include "net/transport.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "net/handle.h"
#include "net/http.h"
#include "net/mail.h"
#include "net/stream.h"

struct transport *transport_open(const char *(*environment)(const char *name), struct err *err)
{
	struct transport *transport = calloc(1, sizeof *transport);
	if (!transport || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(transport);
		err_set(err, "start libcurl: out of memory");
		return NULL;
	}
	transport->http.perform = http_perform;
	transport->mail.send = mail_send;
	transport->stream.send = stream_send;
	transport->handles = handle_pool_open();
	transport->credentials = aws_credentials_open(environment, &transport->http, err);
	if (transport->handles && transport->credentials)
		return transport;
	transport_close(transport);
	err_set(err, "out of memory");
	return NULL;
}

void transport_cancel(struct transport *transport)
{
	atomic_store(&transport->cancelled, true);
}

void transport_close(struct transport *transport)
{
	if (!transport)
		return;
	aws_credentials_close(transport->credentials);
	handle_pool_close(transport->handles);
	free(transport);
	curl_global_cleanup();
}
