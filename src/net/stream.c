/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to a peer that does not answer. libcurl connects and does the TLS; then we
 * send, say that it was all, and look until the peer has it: a write that succeeds
 * says only that this machine has the bytes, and a peer that turns us away says so
 * after it.
 */
#include "net/stream.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/handle.h"
#include "net/transport.h"

enum {
	SLICE_MS = 100, /* how late cancelling is noticed */
	VERDICT_MS =
	    200, /* beyond a round trip: for a TLS 1.3 server to refuse us once our side of the handshake is done */
	GOODBYE_MS = 1000,       /* for the peer to close, once it has everything; some never do */
	ACKNOWLEDGEMENT_MS = 10, /* between two looks at what is not acknowledged yet */
	URL_BYTES = 512,
};

struct stream {
	CURL *handle;
	const struct stream_message *message;
	const atomic_bool *cancelled;
	int64_t deadline_ms; /* monotonic */
	int socket;          /* -1: none, or no longer ours */
	char reason[CURL_ERROR_SIZE];
};

static bool is_tls(const struct stream_message *message)
{
	return strncmp(message->url, "tls://", 6) == 0;
}

/* libcurl knows TCP and TLS by the names of what is spoken over them. */
static bool translate_url(const struct stream_message *message, char ret_url[URL_BYTES])
{
	if (!is_tls(message) && strncmp(message->url, "tcp://", 6) != 0)
		return false;
	int length = snprintf(ret_url, URL_BYTES, "%s://%s", is_tls(message) ? "https" : "http", message->url + 6);
	return length > 0 && length < URL_BYTES;
}

/* The time may be up, or the service about to end. */
static bool may_go_on(const struct stream *stream, struct err *err)
{
	if (atomic_load(stream->cancelled))
		return err_set(err, "cancelled");
	return clock_monotonic_ms() < stream->deadline_ms || err_set(err, "timed out");
}

/* Waits a moment for `events`; true when there is one. */
static bool wait_for(const struct stream *stream, short events, int64_t until_ms)
{
	struct pollfd poll_fd = {.fd = stream->socket, .events = events};
	int64_t left_ms = until_ms - clock_monotonic_ms();
	return poll(&poll_fd, 1, left_ms < 0 ? 0 : left_ms < SLICE_MS ? (int)left_ms : SLICE_MS) > 0;
}

/* Called by libcurl with every socket it is done with: ours stays open for the rest. */
static int keep_socket(void *data, curl_socket_t unused)
{
	const struct stream *stream = data;
	return unused == stream->socket ? 0 : close(unused);
}

static bool stream_connect(struct stream *stream, struct err *err)
{
	char url[URL_BYTES];
	const struct handle_options options = {
	    .url = url,
	    .protocols = "https,http",
	    .timeout_ms = stream->message->timeout_ms,
	    .ca_file = stream->message->ca_file,
	    .direct = true,
	    .cancelled = stream->cancelled,
	    .reason = stream->reason,
	};
	CURL *handle = stream->handle;
	if (!translate_url(stream->message, url) || !handle_prepare(handle, &options) ||
	    curl_easy_setopt(handle, CURLOPT_CONNECT_ONLY, 1L) != CURLE_OK ||
	    curl_easy_setopt(handle, CURLOPT_SSL_ENABLE_ALPN, 0L) != CURLE_OK || /* it is not HTTP */
	    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, keep_socket) != CURLE_OK ||
	    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, stream) != CURLE_OK)
		return err_set(err, "the connection cannot be set up");
	CURLcode code = curl_easy_perform(handle);
	if (code != CURLE_OK)
		return err_set(err, "%s", handle_reason(code, stream->reason));
	return curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &stream->socket) == CURLE_OK ||
	       err_set(err, "the connection is gone");
}

static bool send_all(struct stream *stream, struct err *err)
{
	const struct stream_message *message = stream->message;
	for (size_t sent = 0; sent < message->length;) {
		size_t taken = 0;
		CURLcode code = curl_easy_send(stream->handle, message->data + sent, message->length - sent, &taken);
		if (code != CURLE_OK && code != CURLE_AGAIN)
			return err_set(err, "the connection broke: %s", handle_reason(code, stream->reason));
		sent += taken;
		if (!may_go_on(stream, err))
			return false;
		if (code == CURLE_AGAIN)
			wait_for(stream, POLLOUT, stream->deadline_ms);
	}
	return true;
}

/* A server that wants a certificate of us (TLS 1.3) refuses after the handshake, as we see it, and while we send. The
 * first thing that it says decides: a session ticket, which libcurl keeps to itself, or the end. */
static bool heed_refusal(struct stream *stream, struct err *err)
{
	curl_off_t handshake_us = 0;
	curl_easy_getinfo(stream->handle, CURLINFO_APPCONNECT_TIME_T, &handshake_us);
	int64_t until_ms = clock_monotonic_ms() + VERDICT_MS + handshake_us / 1000;
	for (bool spoken = false; !spoken && clock_monotonic_ms() < until_ms;) {
		char byte;
		size_t length = 0;
		spoken = wait_for(stream, POLLIN, until_ms);
		CURLcode code = curl_easy_recv(stream->handle, &byte, sizeof byte, &length);
		if (code != CURLE_AGAIN && (code != CURLE_OK || length == 0))
			return err_set(err, "the server ended the connection: %s",
			               code == CURLE_OK ? "without a word" : handle_reason(code, stream->reason));
		if (!may_go_on(stream, err))
			return false;
	}
	return true;
}

/* Bytes, our FIN included, that the peer's system has not acknowledged; -1: the connection is broken. */
static int unacknowledged(int socket)
{
	int error = 0, bytes = -1;
	socklen_t length = sizeof error;
	if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0 ||
	    ioctl(socket, SIOCOUTQ, &bytes) != 0)
		return -1;
	return bytes;
}

/* Until the peer has acknowledged everything and, if it does so soon, closed. What it says is none of our business. */
static bool await_end(const struct stream *stream, struct err *err)
{
	char ignored[256];
	int64_t patience_ms = clock_monotonic_ms() + GOODBYE_MS;
	for (bool closed = false; may_go_on(stream, err);) {
		ssize_t length = closed ? 0 : recv(stream->socket, ignored, sizeof ignored, MSG_DONTWAIT);
		int left = unacknowledged(stream->socket);
		if (left < 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
			return err_set(err, "the server broke the connection off");
		closed = length == 0;
		if (left == 0 && (closed || clock_monotonic_ms() >= patience_ms))
			return true;
		if (length < 0)
			wait_for(stream, POLLIN, stream->deadline_ms);
		else if (closed)
			poll(NULL, 0, ACKNOWLEDGEMENT_MS);
	}
	return false;
}

/* libcurl says good-bye where TLS wants that; the socket is then ours. */
static void stream_finish(struct stream *stream)
{
	curl_easy_cleanup(stream->handle);
	stream->handle = NULL;
	shutdown(stream->socket, SHUT_WR);
}

static bool stream_run(struct stream *stream, struct err *err)
{
	stream->handle = curl_easy_init();
	if (!stream->handle)
		return err_set(err, "out of memory");
	if (!stream_connect(stream, err) || !send_all(stream, err))
		return false;
	if (is_tls(stream->message) && !heed_refusal(stream, err))
		return false;
	stream_finish(stream);
	return await_end(stream, err);
}

bool stream_send(struct stream_client *self, const struct stream_message *message, struct err *err)
{
	const struct transport *transport = (struct transport *)((char *)self - offsetof(struct transport, stream));
	struct stream stream = {
	    .message = message,
	    .cancelled = &transport->cancelled,
	    .deadline_ms = clock_monotonic_ms() + message->timeout_ms,
	    .socket = -1,
	};
	bool sent = stream_run(&stream, err);
	if (stream.handle)
		curl_easy_cleanup(stream.handle);
	if (stream.socket >= 0)
		close(stream.socket);
	if (sent)
		return true;
	char host[HANDLE_HOST_BYTES];
	handle_host(message->url, host);
	return err_prefix(err, "%s", host[0] != '\0' ? host : "malformed URL");
}
