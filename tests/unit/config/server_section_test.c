/* SPDX-License-Identifier: Apache-2.0 */
/* `server:` and `store:` as they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "loading.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define DAY_MS        (INT64_C(24) * 60 * 60 * 1000)
#define HEX           "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static struct config *load(const char *text)
{
	return load_good(text, CONFIG_FULL);
}

static void assert_problems(const char *text, const char *expected)
{
	assert_refused(text, CONFIG_FULL, expected);
}

static void what_is_not_said_has_a_default(void **state)
{
	(void)state;
	SCOPED(config) struct config *config = load(SERVER);
	const struct config_server *server = &config->server;
	assert_string_equal(server->listen_host, "0.0.0.0");
	assert_int_equal(server->listen_port, 8443);
	assert_false(server->plaintext);
	assert_null(server->certificate);
	assert_null(server->private_key);
	assert_string_equal(server->api_key_header, "x-api-key");
	assert_int_equal(server->trusted_proxy_count, 0);
	assert_null(server->metrics_listen);
	assert_int_equal(server->max_connections, 1000);
	assert_int_equal(server->max_connections_per_address, 256);
	assert_int_equal(server->request_timeout_ms, 10000);
	assert_string_equal(config->store_url, "sqlite:/var/lib/rootwatch/rootwatch.db");
	assert_int_equal(config->retention_ms, 400 * DAY_MS);
	assert_int_equal(config->ack, ACK_DURABLE);
	assert_int_equal(config->notifier_count, 0);
}

static void what_is_said_is_done(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config = load("server:\n"
	                             "  listen: \"[::1]:0\"\n"
	                             "  tls: { certificate: /c.crt, private_key: /c.key }\n"
	                             "  api_key_header: X-Root_Watch.Key\n"
	                             "  api_keys: [{ name: k, value: " KEY " }]\n"
	                             "  trusted_proxies: [10.0.0.0/8, \"fd00::/8\"]\n"
	                             "  metrics_listen: :9090\n"
	                             "  max_connections: 100000\n"
	                             "  max_connections_per_address: 1\n"
	                             "  request_timeout: 5m\n"
	                             "store: { url: \"sqlite:relative.db\", retention: 1d }\n"
	                             "ack: delivered\n");
	const struct config_server *server = &config->server;
	assert_string_equal(server->listen_host, "::1");
	assert_int_equal(server->listen_port, 0);
	assert_string_equal(server->certificate, "/c.crt");
	assert_string_equal(server->private_key, "/c.key");
	assert_string_equal(server->api_key_header, "X-Root_Watch.Key");
	assert_int_equal(server->trusted_proxy_count, 2);
	assert_true(cidr_contains(&server->trusted_proxies[1], "fd12::1"));
	assert_string_equal(server->metrics_listen, ":9090");
	assert_int_equal(server->max_connections, 100000);
	assert_int_equal(server->max_connections_per_address, 1);
	assert_int_equal(server->request_timeout_ms, 300000);
	assert_string_equal(config->store_url, "sqlite:relative.db");
	assert_int_equal(config->retention_ms, DAY_MS);
	assert_int_equal(config->ack, ACK_DELIVERED);
	SCOPED(config)
	struct config *plain = load("server: { listen: \":80\", plaintext: true, tls: { certificate: \"\" },"
	                            " api_keys: [{ name: k, value: " KEY " }] }\n");
	assert_string_equal(plain->server.listen_host, "");
	assert_true(plain->server.plaintext);
}

static void every_mistake_is_told_with_its_place(void **state)
{
	(void)state;
	assert_problems("server:\n"
	                "  listn: 0.0.0.0:8443\n"
	                "  listen: 8443\n"
	                "  tls: { certificat: x }\n"
	                "  plaintext: maybe\n"
	                "  api_key_header: \"x api key\"\n"
	                "  trusted_proxies: proxy.example.com\n"
	                "  metrics_listen: 9090\n"
	                "  max_connections: 0\n"
	                "  max_connections_per_address: 100001\n"
	                "  request_timeout: 999ms\n"
	                "store: { url: \"postgres://db\", retention: 23h }\n"
	                "ack: perhaps\n",
	                "2:3: server needs \"api_keys\"\n"
	                "2:3: server has no key \"listn\"; did you mean \"listen\"?\n"
	                "3:11: listen must be an address and a port such as 0.0.0.0:8443 or [::1]:8443\n"
	                "4:10: tls has no key \"certificat\"; did you mean \"certificate\"?\n"
	                "5:14: plaintext must be true or false\n"
	                "6:19: api_key_header must be the name of an HTTP header such as x-api-key\n"
	                "7:20: trusted_proxies must be a list of addresses or networks such as 203.0.113.0/24\n"
	                "8:19: metrics_listen must be an address and a port such as 0.0.0.0:8443 or [::1]:8443\n"
	                "9:20: max_connections must be a number from 1 to 100000\n"
	                "10:32: max_connections_per_address must be a number from 1 to 100000\n"
	                "11:20: request_timeout must be a duration from 1s to 5m\n"
	                "12:15: url must be \"sqlite:\" and a path, such as sqlite:/var/lib/rootwatch/rootwatch.db\n"
	                "12:43: retention must be a duration from 1d to 36500d\n"
	                "13:6: ack must be one of durable, delivered\n");
}

static void without_a_server_there_is_nothing_to_start(void **state)
{
	(void)state;
	assert_problems("{}", "1:1: the configuration needs \"server\"\n");
	assert_problems("server:\n", "1:8: server is empty\n");
	assert_problems("server: x\n", "1:9: server must be a mapping of keys to values, not a text\n");
	assert_problems("server: {}\n", "1:9: server needs \"api_keys\"\n");
	assert_problems("server: { api_keys: }\n", "1:21: api_keys is empty\n");
	assert_problems("server: { api_keys: { name: k } }\n",
	                "1:21: api_keys must be a list of API keys, not a mapping\n");
	assert_problems("server: { api_keys: [k] }\n",
	                "1:22: an API key must be a mapping of keys to values, not a text\n");
}

static void tls_is_whole_or_not_there(void **state)
{
	(void)state;
	static const char format[] = "server: { api_keys: [{ name: k, value: " KEY " }],\n%s }\n";
	static const struct {
		const char *tls, *problem; /* NULL: none */
	} rows[] = {
	    {"tls: {}", NULL},
	    {"tls: { certificate: \"\", private_key: ~ }", NULL},
	    {"tls: { certificate: /c }", "2:6: tls has a certificate but no private_key\n"},
	    {"tls: { private_key: /k, certificate: \"${ROOTWATCH_TEST_NOT_SET:-}\" }",
	     "2:6: tls has a private_key but no certificate\n"},
	    {"plaintext: true, tls: {}", NULL},
	    {"plaintext: false, tls: { certificate: /c, private_key: /k }", NULL},
	    {"plaintext: true, tls: { certificate: /c, private_key: /k }",
	     "2:23: tls and \"plaintext: true\" exclude each other\n"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char text[512];
		snprintf(text, sizeof text, format, rows[i].tls);
		if (rows[i].problem)
			assert_problems(text, rows[i].problem);
		else
			config_free(load(text));
	}
}

static void keys_leave_as_digests(void **state)
{
	(void)state;
	setenv("ROOTWATCH_TEST_KEY", KEY, 1);
	SCOPED(config)
	struct config *config = load("server:\n"
	                             "  api_keys:\n"
	                             "    - { name: first, value: \"${ROOTWATCH_TEST_KEY}\" }\n"
	                             "    - { name: second, sha256: " HEX ", role: read }\n"
	                             "    - { name: third, value: \"0123456789 abcde\", sha256: \"\", role: admin }\n");
	const struct config_server *server = &config->server;
	assert_int_equal(server->api_key_count, 3);
	assert_ptr_equal(auth_check(server->api_keys, 3, KEY, sizeof KEY - 1), &server->api_keys[0]);
	assert_ptr_equal(auth_check(server->api_keys, 3, "0123456789 abcde", 16), &server->api_keys[2]);
	assert_string_equal(server->api_keys[0].name, "first");
	assert_string_equal(server->api_keys[1].name, "second");
	assert_int_equal(server->api_keys[0].role, ROLE_INGEST);
	assert_int_equal(server->api_keys[1].role, ROLE_READ);
	assert_int_equal(server->api_keys[2].role, ROLE_ADMIN);
	assert_memory_equal(server->api_keys[1].sha256, "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
	                    16);
}

static void wrong_keys_are_told_without_their_values(void **state)
{
	(void)state;
	static const struct {
		const char *entry, *problem;
	} rows[] = {
	    {"{ name: k }", "1:22: an API key needs \"value\" or \"sha256\"\n"},
	    {"{ name: k, value: " KEY ", sha256: " HEX " }", "1:22: an API key takes \"value\" or \"sha256\", not both\n"},
	    {"{ name: k, value: short-secret-15 }",
	     "1:40: value must have at least 16 characters; `rootwatch keygen` makes one\n"},
	    {"{ name: k, value: \" secret-secret-secret\" }",
	     "1:40: value must not begin or end with a space: no HTTP header can carry it\n"},
	    {"{ name: k, value: \"secret-secret-secret \" }",
	     "1:40: value must not begin or end with a space: no HTTP header can carry it\n"},
	    {"{ name: k, sha256: secret }", "1:41: sha256 must be 64 hexadecimal digits\n"},
	    {"{ name: k, sha256: " HEX "00 }", "1:41: sha256 must be 64 hexadecimal digits\n"},
	    {"{ name: k, value: \"\" }", "1:40: value is empty\n"},
	    {"{ name: k, value: ~, sha256: \"\" }", "1:40: value is empty\n"},
	    {"{ name: k, sha256: \"\" }", "1:41: sha256 is empty\n"},
	    {"{ name: k, value: \"${ROOTWATCH_TEST_NOT_SET}\" }", "1:40: value: ROOTWATCH_TEST_NOT_SET is not set\n"},
	    {"{ name: k, value: [secret] }", "1:40: value must be a text, not a list\n"},
	    {"{ value: " KEY " }", "1:22: an API key needs \"name\"\n"},
	    {"{ name: \"k k\", value: " KEY " }", "1:30: name must be at most 63 letters, digits, '.', '_' and '-'\n"},
	    {"{ name: k, value: " KEY ", role: boss }", "1:80: role must be one of ingest, read, admin\n"},
	    {"{ name: k, valeu: " KEY " }", "1:33: an API key has no key \"valeu\"; did you mean \"value\"?\n"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char text[512];
		snprintf(text, sizeof text, "server: { api_keys: [%s] }\n", rows[i].entry);
		assert_problems(text, rows[i].problem);
		assert_null(strstr(rows[i].problem, "secret"));
	}
	assert_problems("server:\n"
	                "  api_keys:\n"
	                "    - { name: k, value: " KEY " }\n"
	                "    - { name: k, sha256: " HEX " }\n",
	                "4:15: the name \"k\" is taken already\n");
}

static void somebody_must_be_able_to_post(void **state)
{
	(void)state;
	assert_problems("server: { api_keys: [] }\n", "1:21: no API key may post events (role ingest or admin)\n");
	assert_problems("server: { api_keys: [{ name: k, value: " KEY ", role: read }] }\n",
	                "1:21: no API key may post events (role ingest or admin)\n");
	SCOPED(config) struct config *admin = load("server: { api_keys: [{ name: k, value: " KEY ", role: admin }] }\n");
	assert_int_equal(admin->server.api_key_count, 1);
	assert_problems(
	    "server:\n"
	    "  api_keys:\n"
	    "    - { name: a, optional: true, value: \"${ROOTWATCH_TEST_NOT_SET}\" }\n"
	    "    - { name: b, optional: true, sha256: \"\" }\n",
	    "3:5: no API key may post events (role ingest or admin); skipped are a: ROOTWATCH_TEST_NOT_SET is not "
	    "set, b: sha256 is empty\n");
}

static void an_optional_key_that_is_not_there_is_noted(void **state)
{
	(void)state;
	SCOPED(config)
	struct config *config =
	    load("server:\n"
	         "  api_keys:\n"
	         "    - { name: a, optional: true, value: \"${ROOTWATCH_TEST_NOT_SET}\", role: admin }\n"
	         "    - { name: b, optional: true, value: " KEY " }\n");
	assert_int_equal(config->server.api_key_count, 1);
	assert_string_equal(config->server.api_keys[0].name, "b");
	assert_int_equal(config->server.api_keys[0].role, ROLE_INGEST);
	assert_int_equal(config->skipped_count, 1);
	assert_string_equal(config->skipped[0], "a: ROOTWATCH_TEST_NOT_SET is not set");
	assert_problems("server:\n"
	                "  api_keys:\n"
	                "    - { name: a, optional: true, value: too-short }\n"
	                "    - { name: b, value: " KEY " }\n",
	                "3:41: value must have at least 16 characters; `rootwatch keygen` makes one\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_not_said_has_a_default),
	    cmocka_unit_test(what_is_said_is_done),
	    cmocka_unit_test(every_mistake_is_told_with_its_place),
	    cmocka_unit_test(without_a_server_there_is_nothing_to_start),
	    cmocka_unit_test(tls_is_whole_or_not_there),
	    cmocka_unit_test(keys_leave_as_digests),
	    cmocka_unit_test(wrong_keys_are_told_without_their_values),
	    cmocka_unit_test(somebody_must_be_able_to_post),
	    cmocka_unit_test(an_optional_key_that_is_not_there_is_noted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
