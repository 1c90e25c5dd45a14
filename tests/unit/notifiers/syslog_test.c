/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/syslog.c: what is sent where, what comes of it, and which settings are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "fake_transport.h"
#include "rootwatch/scope.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define URL           "tls://siem.example.com:6514"

extern const struct notifier_type notifier_syslog;

static const struct settings settings = {
    .values = (const struct setting_value[]){FAKE_SETTING("url", URL), FAKE_SETTING("facility", "local3"),
                                             FAKE_SETTING("hostname", "watch-1"), FAKE_SETTING("ca_file", "/ca.pem")},
    .count = 4,
};

static struct outcome send_once(struct fake_transport *fake, const struct settings *given)
{
	struct err err = {0};
	struct alert alert = sample_alert();
	void *syslog = notifier_syslog.open(given, &fake->env, &err);
	assert_string_equal(err.text, "");
	assert_non_null(syslog);
	struct outcome outcome = notifier_syslog.send(syslog, &alert, "");
	notifier_syslog.close(syslog);
	return outcome;
}

static void the_message_is_sent_to_the_server(void **state)
{
	(void)state;
	char begin[128], words[64];
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	struct outcome outcome = send_once(&fake, &settings);
	const struct stream_message *message = &fake.stream.message;
	assert_int_equal(outcome.kind, OUTCOME_DELIVERED);
	snprintf(words, sizeof words, "the server has all %zu bytes", message->length);
	assert_string_equal(outcome.detail, words);
	assert_int_equal(fake.stream.calls, 1);
	assert_string_equal(message->url, URL);
	assert_string_equal(message->ca_file, "/ca.pem");
	assert_int_equal(message->timeout_ms, FAKE_TIMEOUT_MS);
	snprintf(begin, sizeof begin, "<154>1 2026-11-24T03:55:21Z watch-1 rootwatch %ld anomaly [", (long)getpid());
	assert_ptr_equal(strstr(fake.stream.data, begin), strchr(fake.stream.data, ' ') + 1);
}

static void without_a_hostname_it_is_the_systems(void **state)
{
	(void)state;
	char name[256] = "", begin[400];
	assert_int_equal(gethostname(name, sizeof name - 1), 0);
	const struct settings least = {
	    .values = (const struct setting_value[]){FAKE_SETTING("url", URL), FAKE_SETTING("facility", "authpriv")},
	    .count = 2,
	};
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	send_once(&fake, &least);
	snprintf(begin, sizeof begin, " <82>1 2026-11-24T03:55:21Z %s rootwatch ", name);
	assert_non_null(strstr(fake.stream.data, begin));
	assert_null(fake.stream.message.ca_file);
}

static void what_may_be_lost_is_tried_again(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	fake.stream.error = "siem.example.com: the server broke the connection off";
	struct outcome outcome = send_once(&fake, &settings);
	assert_int_equal(outcome.kind, OUTCOME_RETRY);
	assert_int_equal(outcome.retry_after_s, -1);
	assert_string_equal(outcome.detail, fake.stream.error);
}

static bool opens(const char *url, const char *hostname, struct err *err)
{
	const struct settings given = {
	    .values = (const struct setting_value[]){{"url", &url, 1},
	                                             FAKE_SETTING("facility", "authpriv"),
	                                             {"hostname", &hostname, 1}},
	    .count = hostname ? 3 : 2,
	};
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	void *syslog = notifier_syslog.open(&given, &fake.env, err);
	notifier_syslog.close(syslog);
	assert_int_equal(fake.stream.calls, 0);
	return syslog != NULL;
}

static void a_url_has_a_scheme_a_host_and_a_port(void **state)
{
	(void)state;
	static const char *const good[] = {
	    "tls://siem.example.com:6514", "tcp://127.0.0.1:1",   "tcp://siem:65535",
	    "tls://[2001:db8::1]:6514",    "tls://_siem-1.x.:99", "tls://[::ffff:203.0.113.7]:6514",
	};
	static const char *const bad[] = {
	    "",
	    "siem.example.com:6514",
	    "udp://siem.example.com:514",
	    "https://siem.example.com:6514",
	    "TLS://siem.example.com:6514",
	    "tls://siem.example.com",
	    "tls://siem.example.com:",
	    "tls://siem.example.com:0",
	    "tls://siem.example.com:65536",
	    "tls://siem.example.com:123456",
	    "tls://siem.example.com:6514/",
	    "tls://siem.example.com:6514x",
	    "tls://user@siem.example.com:6514",
	    "tls://siem.example.com\\@x:6514",
	    "tls://:6514",
	    "tls://[]:6514",
	    "tls://[::1:6514",
	    "tls://[::1]6514",
	    "tls://[siem]:6514",
	    "tls://siem example.com:6514",
	    "tls://s\xc3\xb6m:6514",
	};
	for (size_t i = 0; i < LENGTH(good); i++)
		if (!opens(good[i], NULL, NULL))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct err err = {0};
		if (opens(bad[i], NULL, &err))
			fail_msg("%s", bad[i]);
		assert_string_equal(err.text, "url: not tls://host:port or tcp://host:port");
	}
}

static void a_hostname_ends_no_field(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "a b", "a\tb", "s\xc3\xb6m", " "};
	assert_true(opens(URL, "watch-1.example.com", NULL));
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct err err = {0};
		assert_false(opens(URL, bad[i], &err));
		assert_string_equal(err.text, "hostname: not printable ASCII without blanks, or too long");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_message_is_sent_to_the_server), cmocka_unit_test(without_a_hostname_it_is_the_systems),
	    cmocka_unit_test(what_may_be_lost_is_tried_again),   cmocka_unit_test(a_url_has_a_scheme_a_host_and_a_port),
	    cmocka_unit_test(a_hostname_ends_no_field),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
