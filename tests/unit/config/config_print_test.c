/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/config/config_print.c: what is shown, what is masked, and that the rest can be read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "loading.h"

enum { TEXT_BYTES = 64 * 1024 };

#define DIGEST "1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef"

static const char minimal[] = "server: { api_keys: [{ name: eventbridge, sha256: " DIGEST " }] }\n";

static const char everything[] =
    "server:\n"
    "  listen: '[::1]:9443'\n"
    "  tls: { certificate: /etc/rootwatch/tls.crt, private_key: /etc/rootwatch/tls.key }\n"
    "  api_key_header: x-soc-key\n"
    "  api_keys:\n"
    "    - { name: eventbridge, value: seven-times-seven-keys }\n"
    "    - { name: \"007\", sha256: " DIGEST ", role: admin }\n"
    "  trusted_proxies: [10.0.0.0/8, '2001:db8::/32']\n"
    "  metrics_listen: ':9090'\n"
    "  max_connections: 10\n"
    "  max_connections_per_address: 5\n"
    "  request_timeout: 1500ms\n"
    "store: { url: 'sqlite:/tmp/a b.db', retention: 90d }\n"
    "ack: delivered\n"
    "accounts:\n"
    "  '111122223333': 'prod: \"blue\" $${HOME}'\n"
    "  '444455556666': { name: sandbox, timezone: Asia/Tokyo, hours: 'Mon-Tue 09:00-18:00', networks: 192.0.2.0/24 }\n"
    "  '777788889999': {}\n"
    "policy:\n"
    "  timezone: Europe/Berlin\n"
    "  hours: ['08:00-18:00', Sat]\n"
    "  known_networks: '198.51.100.0/24, 2001:db8::/48'\n"
    "  defaults: false\n"
    "  routine:\n"
    "    - { name: drill, events: ['iam:*'], accounts: ['111122223333'], source_ips: 203.0.113.0/24, regions: "
    "us-east-1,\n"
    "        user_agent: 'aws-cli/*', mfa: false, window: Sat 02:00-04:00, until: 2027-01-01 }\n"
    "    - { name: short, mfa: true, events: 's3:*', known_network: true, allow: [new_region, burst] }\n"
    "  severity: { console_login: medium, burst: { sandbox: low, default: critical }, off_hours: { sandbox: low } }\n"
    "watch: { arns: 'arn:aws:sns:us-east-1:111122223333:root', principals: 'arn:aws:iam::*:role/deployer' }\n"
    "notifiers:\n"
    "  - { name: topic, type: sns, topic_arn: 'arn:aws:sns:us-east-1:111122223333:root', verdicts: anomaly,\n"
    "      endpoint_url: 'https://me:pass-of-url@sns.example.com/?token=in-query' }\n"
    "  - { name: chat, type: slack, webhook_url: 'https://bot@hooks.example.com:8443/services/T0/in-path', rate: "
    "90/m,\n"
    "      accounts: ['111122223333'], min_severity: high, timeout: 10s }\n"
    "  - { name: post, type: email, smtp_url: 'smtp://mail.example.com:587', username: soc, password: pass-of-mail,\n"
    "      from: a@example.com, to: [b@example.com, c@example.com] }\n";

static const char *const secrets[] = {
    "seven-times-seven-keys", DIGEST, "1234567890", "pass-of-url", "in-query", "in-path", "/T0", "pass-of-mail"};

static const char everything_shown[] = "server:\n"
                                       "  listen: \"[::1]:9443\"\n"
                                       "  tls:\n"
                                       "    certificate: \"/etc/rootwatch/tls.crt\"\n"
                                       "    private_key: \"/etc/rootwatch/tls.key\"\n"
                                       "  plaintext: false\n"
                                       "  api_key_header: \"x-soc-key\"\n"
                                       "  api_keys:\n"
                                       "    - { name: \"eventbridge\", sha256: \"********\", role: ingest }\n"
                                       "    - { name: \"007\", sha256: \"********\", role: admin }\n"
                                       "  trusted_proxies: [\"10.0.0.0/8\", \"2001:db8::/32\"]\n"
                                       "  metrics_listen: \":9090\"\n"
                                       "  max_connections: 10\n"
                                       "  max_connections_per_address: 5\n"
                                       "  request_timeout: 1500ms\n"
                                       "store:\n"
                                       "  url: \"sqlite:/tmp/a b.db\"\n"
                                       "  retention: 90d\n"
                                       "ack: delivered\n"
                                       "accounts:\n"
                                       "  \"111122223333\": \"prod: \\\"blue\\\" $${HOME}\"\n"
                                       "  \"444455556666\":\n"
                                       "    name: \"sandbox\"\n"
                                       "    timezone: \"Asia/Tokyo\"\n"
                                       "    hours: [\"Mon,Tue 09:00-18:00\"]\n"
                                       "    networks: [\"192.0.2.0/24\"]\n"
                                       "  \"777788889999\":\n"
                                       "    name: \"\"\n"
                                       "policy:\n"
                                       "  timezone: \"Europe/Berlin\"\n"
                                       "  hours: [\"08:00-18:00\", \"Sat\"]\n"
                                       "  known_networks: [\"198.51.100.0/24\", \"2001:db8::/48\"]\n"
                                       "  defaults: false\n"
                                       "  routine:\n"
                                       "    - name: \"drill\"\n"
                                       "      events: [\"iam:*\"]\n"
                                       "      accounts: [\"111122223333\"]\n"
                                       "      source_ips: [\"203.0.113.0/24\"]\n"
                                       "      regions: [\"us-east-1\"]\n"
                                       "      user_agent: \"aws-cli/*\"\n"
                                       "      mfa: false\n"
                                       "      window: [\"Sat 02:00-04:00\"]\n"
                                       "      until: \"2026-12-31T23:00:00Z\"\n"
                                       "    - name: \"short\"\n"
                                       "      events: [\"s3:*\"]\n"
                                       "      known_network: true\n"
                                       "      mfa: true\n"
                                       "      allow: [\"new_region\", \"burst\"]\n"
                                       "  severity:\n"
                                       "    console_login: medium\n"
                                       "    burst:\n"
                                       "      \"sandbox\": low\n"
                                       "      \"default\": critical\n"
                                       "    off_hours:\n"
                                       "      \"sandbox\": low\n"
                                       "watch:\n"
                                       "  arns: [\"arn:aws:sns:us-east-1:111122223333:root\"]\n"
                                       "  principals: [\"arn:aws:iam::*:role/deployer\"]\n"
                                       "notifiers:\n"
                                       "  - name: \"topic\"\n"
                                       "    type: sns\n"
                                       "    min_severity: low\n"
                                       "    verdicts: [anomaly]\n"
                                       "    timeout: 5s\n"
                                       "    topic_arn: \"arn:aws:sns:us-east-1:111122223333:root\"\n"
                                       "    endpoint_url: \"https://me:********@sns.example.com/?********\"\n"
                                       "  - name: \"chat\"\n"
                                       "    type: slack\n"
                                       "    min_severity: high\n"
                                       "    accounts: [\"111122223333\"]\n"
                                       "    verdicts: [routine, anomaly]\n"
                                       "    timeout: 10s\n"
                                       "    rate: 90/m\n"
                                       "    webhook_url: \"https://hooks.example.com:8443/********\"\n"
                                       "  - name: \"post\"\n"
                                       "    type: email\n"
                                       "    min_severity: low\n"
                                       "    verdicts: [routine, anomaly]\n"
                                       "    timeout: 5s\n"
                                       "    smtp_url: \"smtp://mail.example.com:587\"\n"
                                       "    username: \"soc\"\n"
                                       "    password: \"********\"\n"
                                       "    from: \"a@example.com\"\n"
                                       "    to: [\"b@example.com\", \"c@example.com\"]\n"
                                       "    starttls: \"required\"\n";

static const char minimal_shown[] = "server:\n"
                                    "  listen: \"0.0.0.0:8443\"\n"
                                    "  tls: {} # a self-signed certificate is made at start\n"
                                    "  plaintext: false\n"
                                    "  api_key_header: \"x-api-key\"\n"
                                    "  api_keys:\n"
                                    "    - { name: \"eventbridge\", sha256: \"********\", role: ingest }\n"
                                    "  trusted_proxies: []\n"
                                    "  max_connections: 1000\n"
                                    "  max_connections_per_address: 256\n"
                                    "  request_timeout: 10s\n"
                                    "store:\n"
                                    "  url: \"sqlite:/var/lib/rootwatch/rootwatch.db\"\n"
                                    "  retention: 400d\n"
                                    "ack: durable\n"
                                    "accounts: {}\n"
                                    "policy:\n"
                                    "  timezone: \"UTC\"\n"
                                    "  hours: []\n"
                                    "  known_networks: []\n"
                                    "  defaults: true\n"
                                    "  routine: []\n"
                                    "  severity: {}\n"
                                    "watch:\n"
                                    "  arns: []\n"
                                    "  principals: []\n"
                                    "notifiers: []\n";

/* What is printed of this configuration, without the comment at its top. The caller frees. */
static char *print(const char *document)
{
	static const char comment[] = "# in force from \"ROOTWATCH_CONFIG\"; secrets are masked\n";
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(TEXT_BYTES);
	SCOPED(config) struct config *config = load_good(document, CONFIG_FULL);
	config_print(config, &out);
	assert_false(out.overflowed);
	assert_memory_equal(strbuf_text(&out), comment, sizeof comment - 1);
	return strdup(strbuf_text(&out) + sizeof comment - 1);
}

static void defaults_are_shown(void **state)
{
	(void)state;
	SCOPED(text) char *shown = print(minimal);
	assert_string_equal(shown, minimal_shown);
}

static void everything_is_shown_but_secrets(void **state)
{
	(void)state;
	SCOPED(text) char *shown = print(everything);
	assert_string_equal(shown, everything_shown);
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		assert_null(strstr(shown, secrets[i]));
}

/* Puts digests where they are masked: nothing else keeps it from being a configuration. */
static char *with_digests(const char *shown)
{
	static const char mask[] = "sha256: \"********\"";
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(TEXT_BYTES);
	char digit = '0';
	for (const char *next; (next = strstr(shown, mask)); shown = next + sizeof mask - 1) {
		strbuf_add(&out, shown, (size_t)(next - shown));
		strbuf_printf(&out, "sha256: \"%c%s\"", digit++, &DIGEST[1]);
	}
	strbuf_puts(&out, shown);
	return strbuf_steal(&out);
}

static void what_is_shown_can_be_read_back(void **state)
{
	(void)state;
	SCOPED(text) char *shown = print(everything);
	SCOPED(text) char *document = with_digests(shown);
	SCOPED(text) char *again = print(document);
	assert_string_equal(again, shown);
}

static void without_tls_no_certificate_is_spoken_of(void **state)
{
	(void)state;
	SCOPED(text)
	char *shown = print("server: { plaintext: true, api_keys: [{ name: eventbridge, sha256: " DIGEST " }] }\n");
	assert_non_null(strstr(shown, "  plaintext: true\n"));
	assert_null(strstr(shown, "tls:"));
}

static void what_has_no_room_is_said(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(200);
	SCOPED(config) struct config *config = load_good(everything, CONFIG_FULL);
	config_print(config, &out);
	assert_true(out.overflowed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults_are_shown),
	    cmocka_unit_test(everything_is_shown_but_secrets),
	    cmocka_unit_test(what_is_shown_can_be_read_back),
	    cmocka_unit_test(without_tls_no_certificate_is_spoken_of),
	    cmocka_unit_test(what_has_no_room_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
