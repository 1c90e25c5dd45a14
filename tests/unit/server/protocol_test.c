/* SPDX-License-Identifier: Apache-2.0 */
/* Heads of requests as they come over a connection, and what is made of them. */
#include "server/protocol.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ANSWER_BYTES = 4096 };

static struct MHD_Daemon *daemon_under_test;

/* Answers with what protocol_read() says: the complaint, or how the body is framed. */
static enum MHD_Result answer(void *context, struct MHD_Connection *mhd, const char *path, const char *method,
                              const char *version, const char *data, size_t *data_size, void **state)
{
	(void)context, (void)path, (void)method, (void)data, (void)data_size;
	if (*state)
		return MHD_NO; /* no second call: the first one has queued an answer */
	*state = context;
	struct framing framing = {0};
	const char *complaint = protocol_read(mhd, version, &framing);
	char text[256];
	snprintf(text, sizeof text, "%s%s%s length %llu", complaint ? complaint : "",
	         framing.expects_continue ? "continue " : "", framing.chunked ? "chunked" : "plain",
	         (unsigned long long)framing.content_length);
	struct MHD_Response *response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_COPY);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	enum MHD_Result queued = MHD_queue_response(mhd, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return queued;
}

static int setup(void **state)
{
	(void)state;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	daemon_under_test = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, answer, &daemon_under_test,
	                                     MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_END);
	return daemon_under_test ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	MHD_stop_daemon(daemon_under_test);
	return 0;
}

/* Everything that comes back for this head; borrowed until the next call. */
static const char *ask(const char *head)
{
	static char text[ANSWER_BYTES];
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	address.sin_port = htons(MHD_get_daemon_info(daemon_under_test, MHD_DAEMON_INFO_BIND_PORT)->port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(write(fd, head, strlen(head)), strlen(head));
	shutdown(fd, SHUT_WR);
	size_t used = 0;
	for (ssize_t length; (length = read(fd, text + used, sizeof text - 1 - used)) > 0;)
		used += (size_t)length;
	text[used] = '\0';
	close(fd);
	return text;
}

static const struct row {
	const char *head, *says;
} rows[] = {
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\nplain length 0"},
    {"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 17\r\n\r\n", "\nplain length 17"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "\nchunked length 0"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", "\nchunked length 0"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n", "\ncontinue plain length 5"},
    {"GET / HTTP/1.0\r\n\r\n", "\nplain length 0"}, /* Host came with HTTP/1.1 */
    {"POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", "\nplain length 5"},
    {"GET / HTTP/1.1\r\nHost: a\r\nX-Odd_name!#$%&'*+.^`|~: 1\r\n\r\n", "\nplain length 0"},

    {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "exactly one Host"},
    {"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", "exactly one Host"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", "more than one Content-Length"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "more than one Content-Length"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "both a Content-Length"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", "both a Content-Length"},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "does not exist in HTTP/1.0"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "understood is chunked"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", "understood is chunked"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
     "understood is chunked"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", "understood is chunked"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n", "no token"},
    {"POST / HTTP/1.1\r\nHost: a\r\nX-First: 1\r\n Content-Length: 5\r\n\r\n", "folded"},
    {"POST / HTTP/1.1\r\nHost: a\r\nX(odd): 1\r\n\r\n", "no token"},
};

static void a_head_has_one_reading_or_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *said = ask(rows[i].head);
		if (!strstr(said, rows[i].says))
			fail_msg("%s is answered %s and not %s", rows[i].head, said, rows[i].says);
	}
}

/* These libmicrohttpd refuses by itself, as protocol_read() takes for granted. */
static const char *const refused[] = {
    "GET / HTTP/1.1\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
};

static void what_the_library_refuses_never_comes_to_us(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		const char *said = ask(refused[i]);
		if (strstr(said, " 200 ") && !strstr(said, "exactly one Host"))
			fail_msg("%s is answered %s", refused[i], said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_head_has_one_reading_or_none),
	    cmocka_unit_test(what_the_library_refuses_never_comes_to_us),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
