/* SPDX-License-Identifier: Apache-2.0 */
/* Streams to real servers, which take them, break them off, refuse us, or are never heard of. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/transport.h"
#include "peer.h"

enum { TIMEOUT_MS = 20 * 1000, SHORT_TIMEOUT_MS = 700, LARGE_BYTES = 400 * 1000, ENDLESS_BYTES = 64 * 1024 * 1024 };

static char directory[] = "/tmp/rootwatch-stream-XXXXXX";
static char ca_file[64];
static struct peer plain, secure;
static struct peer strict; /* asks for a certificate of ours */

static const char *nothing(const char *name)
{
	(void)name;
	return NULL;
}

static struct stream_message message_to(const struct peer *peer)
{
	static const char data[] = "5 hello";
	return (struct stream_message){
	    .url = peer->url, .data = data, .length = sizeof data - 1, .ca_file = ca_file, .timeout_ms = TIMEOUT_MS};
}

static bool stream(struct transport *transport, const struct stream_message *message, struct err *err)
{
	return transport->stream.send(&transport->stream, message, err);
}

static char *filler(size_t length)
{
	char *text = malloc(length + 1);
	assert_non_null(text);
	memset(text, 'x', length);
	text[length] = '\0';
	return text;
}

static void every_byte_arrives_and_the_end_is_in_order(void **state)
{
	const struct peer *const peers[] = {&plain, &secure};
	for (size_t i = 0; i < 2; i++) {
		struct stream_message message = message_to(peers[i]);
		assert_true(stream(*state, &message, NULL));
		SCOPED(json) cJSON *received = peer_received((struct peer *)peers[i]);
		assert_string_equal(json_text(received, "data"), "5 hello");
		assert_true(cJSON_IsTrue(json_member(received, "ended")));
		assert_int_equal(strncmp(json_text(received, "tls"), "TLSv1.", 6) == 0, peers[i] == &secure);
	}
}

static void large_messages_arrive_whole(void **state)
{
	struct peer *const peers[] = {&plain, &secure};
	SCOPED(text) char *text = filler(LARGE_BYTES);
	for (size_t i = 0; i < 2; i++) {
		struct stream_message message = message_to(peers[i]);
		message.data = text;
		message.length = LARGE_BYTES;
		assert_true(stream(*state, &message, NULL));
		SCOPED(json) cJSON *received = peer_received(peers[i]);
		assert_int_equal(strlen(json_text(received, "data")), LARGE_BYTES);
	}
}

/* Nobody can tell whether what was sent has been read when the connection ends like this. More than fits on the way, so that
 * the end comes before everything was taken. */
static void what_is_broken_off_is_not_sent(void **state)
{
	SCOPED(text) char *text = filler(LARGE_BYTES);
	struct peer *const peers[] = {&plain, &secure};
	static const char *const faults[] = {"[\"reset\"]", "[\"close\"]", "[\"half\"]"};
	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < sizeof faults / sizeof faults[0]; j++) {
			print_message("  %s %s\n", peers[i]->url, faults[j]);
			peer_script(peers[i], faults[j]);
			struct stream_message message = message_to(peers[i]);
			message.data = text;
			message.length = LARGE_BYTES;
			struct err err = {0};
			assert_false(stream(*state, &message, &err));
			assert_true(strstr(err.text, "127.0.0.1: ") == err.text || strstr(err.text, "localhost: ") == err.text);
			assert_int_equal(peer_script(peers[i], "[]"), 0);
		}
	}
}

static void a_server_that_never_closes_has_it_all_the_same(void **state)
{
	struct peer *const peers[] = {&plain, &secure};
	for (size_t i = 0; i < 2; i++) {
		peer_script(peers[i], "[\"open\"]");
		struct stream_message message = message_to(peers[i]);
		assert_true(stream(*state, &message, NULL));
		cJSON_Delete(peer_received(peers[i]));
	}
}

static void an_unknown_authority_is_refused(void **state)
{
	struct stream_message message = message_to(&secure);
	message.ca_file = NULL;
	struct err err;
	assert_false(stream(*state, &message, &err));
	assert_non_null(strstr(err.text, "certificate"));
	assert_ptr_equal(strstr(err.text, "localhost: "), err.text);
}

static void another_name_is_refused(void **state)
{
	char url[128];
	snprintf(url, sizeof url, "tls://other.localhost:%d", secure.port); /* libcurl knows it as loopback */
	struct stream_message message = message_to(&secure);
	message.url = url;
	struct err err;
	assert_false(stream(*state, &message, &err));
	assert_non_null(strstr(err.text, "certificate subject name"));
}

/* In TLS 1.3 the handshake is done, for us, before such a server looks. */
static void a_server_that_wants_a_certificate_of_ours_refuses_us(void **state)
{
	struct stream_message message = message_to(&strict);
	struct err err;
	assert_false(stream(*state, &message, &err)); /* its alert, or the reset that may overtake it */
	assert_ptr_equal(strstr(err.text, "localhost: "), err.text);
	assert_int_equal(peer_script(&strict, "[]"), 0);
}

static void tls_is_not_spoken_to_who_does_not(void **state)
{
	char url[128];
	snprintf(url, sizeof url, "tls://127.0.0.1:%d", plain.port);
	struct stream_message message = message_to(&plain);
	message.url = url;
	message.timeout_ms = SHORT_TIMEOUT_MS; /* the server waits for more */
	assert_false(stream(*state, &message, NULL));
	cJSON_Delete(peer_received(&plain));
}

static void no_proxy_is_asked(void **state)
{
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	struct stream_message message = message_to(&secure);
	assert_true(stream(*state, &message, NULL));
	cJSON_Delete(peer_received(&secure));
	message = message_to(&plain);
	assert_true(stream(*state, &message, NULL));
	cJSON_Delete(peer_received(&plain));
	unsetenv("http_proxy");
	unsetenv("https_proxy");
	unsetenv("all_proxy");
}

static void nobody_and_nonsense_fail(void **state)
{
	static const char *const urls[] = {
	    "tcp://127.0.0.1:1",   "tls://127.0.0.1:1",  "http://127.0.0.1:1",
	    "https://localhost",   "file:///etc/passwd", "tcp://",
	    "tcp:///etc/passwd:x", "127.0.0.1:1",        "",
	};
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		struct stream_message message = message_to(&plain);
		struct err err = {0};
		message.url = urls[i];
		assert_false(stream(*state, &message, &err));
		assert_true(err.text[0] != '\0');
	}
}

static void the_deadline_is_kept(void **state)
{
	struct peer *const peers[] = {&plain, &secure};
	SCOPED(text) char *text = filler(ENDLESS_BYTES);
	for (size_t i = 0; i < 2; i++) {
		peer_script(peers[i], "[\"deaf\"]");
		struct stream_message message = message_to(peers[i]);
		message.data = text; /* more than fits between two systems */
		message.length = ENDLESS_BYTES;
		message.timeout_ms = SHORT_TIMEOUT_MS;
		struct err err;
		int64_t start_ms = clock_monotonic_ms();
		assert_false(stream(*state, &message, &err));
		assert_true(clock_monotonic_ms() - start_ms >= SHORT_TIMEOUT_MS);
		assert_true(clock_monotonic_ms() - start_ms < TIMEOUT_MS);
		assert_non_null(strstr(err.text, "timed out"));
	}
}

static void *cancel(void *transport)
{
	transport_cancel(transport);
	return NULL;
}

static void what_hangs_is_cancelled(void **state)
{
	(void)state;
	SCOPED(text) char *text = filler(ENDLESS_BYTES);
	struct transport *transport = transport_open(nothing, NULL);
	peer_script(&plain, "[\"deaf\"]");
	struct stream_message message = message_to(&plain);
	message.data = text;
	message.length = ENDLESS_BYTES;
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, cancel, transport), 0);
	int64_t start_ms = clock_monotonic_ms();
	assert_false(stream(transport, &message, NULL));
	assert_true(clock_monotonic_ms() - start_ms < TIMEOUT_MS);
	pthread_join(thread, NULL);
	transport_close(transport);
}

static int start_peers(void **state)
{
	signal(SIGPIPE, SIG_IGN); /* as the service does */
	if (!mkdtemp(directory))
		return -1;
	snprintf(ca_file, sizeof ca_file, "%s/ca.crt", directory);
	plain = peer_start("peers.stream_receiver", (const char *const[]){NULL});
	secure = peer_start("peers.stream_receiver", (const char *const[]){"--tls", directory, NULL});
	strict =
	    peer_start("peers.stream_receiver", (const char *const[]){"--tls", directory, "--client-certificates", NULL});
	struct err err;
	*state = transport_open(nothing, &err);
	return *state ? 0 : -1;
}

static int stop_peers(void **state)
{
	transport_close(*state);
	peer_stop(&plain);
	peer_stop(&secure);
	peer_stop(&strict);
	peer_remove_authority(directory);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_byte_arrives_and_the_end_is_in_order),
	    cmocka_unit_test(large_messages_arrive_whole),
	    cmocka_unit_test(what_is_broken_off_is_not_sent),
	    cmocka_unit_test(a_server_that_never_closes_has_it_all_the_same),
	    cmocka_unit_test(an_unknown_authority_is_refused),
	    cmocka_unit_test(another_name_is_refused),
	    cmocka_unit_test(a_server_that_wants_a_certificate_of_ours_refuses_us),
	    cmocka_unit_test(tls_is_not_spoken_to_who_does_not),
	    cmocka_unit_test(no_proxy_is_asked),
	    cmocka_unit_test(nobody_and_nonsense_fail),
	    cmocka_unit_test(the_deadline_is_kept),
	    cmocka_unit_test(what_hangs_is_cancelled),
	};
	return cmocka_run_group_tests(tests, start_peers, stop_peers);
}
