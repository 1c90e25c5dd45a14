/* SPDX-License-Identifier: Apache-2.0 */
/* Mail submission to a real server: STARTTLS and a login required, an authority of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/transport.h"
#include "peer.h"

#define CONTENT "Subject: Root signed in\r\n\r\n.a line that begins with a dot\r\nthe end\r\n"

enum { TIMEOUT_MS = 20 * 1000, SHORT_TIMEOUT_MS = 700, LARGE_BYTES = 200 * 1000 };

static char directory[] = "/tmp/rootwatch-mail-XXXXXX";
static char ca_file[64];
static struct peer submission; /* STARTTLS, login */
static struct peer relay;      /* neither */
static struct peer implicit;   /* smtps */

static const char *nothing(const char *name)
{
	(void)name;
	return NULL;
}

struct letter {
	struct mail_recipient recipients[3];
	struct mail_message message;
};

static void write_letter(struct letter *letter, const struct peer *peer)
{
	*letter = (struct letter){.recipients = {{.address = "soc@example.com", .fate = MAIL_REFUSED},
	                                         {.address = "lead@example.com", .fate = MAIL_REFUSED},
	                                         {.address = "ciso@example.com", .fate = MAIL_REFUSED}}};
	letter->message = (struct mail_message){.url = peer->url,
	                                        .starttls = peer == &submission,
	                                        .username = peer == &submission ? "watch" : NULL,
	                                        .password = "p:ss w\"rd",
	                                        .ca_file = ca_file,
	                                        .from = "rootwatch@example.com",
	                                        .recipients = letter->recipients,
	                                        .recipient_count = 3,
	                                        .data = CONTENT,
	                                        .data_length = sizeof CONTENT - 1,
	                                        .timeout_ms = TIMEOUT_MS};
}

static bool post(struct transport *transport, struct letter *letter, struct err *err)
{
	return transport->mail.send(&transport->mail, &letter->message, err);
}

static void assert_fates(const struct letter *letter, const char *fates)
{
	static const char letters[] = {[MAIL_ACCEPTED] = 'A', [MAIL_DEFERRED] = 'D', [MAIL_REFUSED] = 'R'};
	for (size_t i = 0; i < letter->message.recipient_count; i++)
		assert_int_equal(letters[letter->recipients[i].fate], fates[i]);
}

static void delivers_to_all_over_tls(void **state)
{
	struct letter letter;
	write_letter(&letter, &submission);
	assert_true(post(*state, &letter, NULL));
	assert_fates(&letter, "AAA");
	assert_string_equal(letter.recipients[2].reply, "250 OK queued");
	SCOPED(json) cJSON *received = peer_received(&submission);
	assert_string_equal(json_text(received, "mail_from"), "rootwatch@example.com");
	assert_string_equal(json_text(received, "user"), "watch");
	assert_true(cJSON_IsTrue(json_member(received, "tls")));
	assert_int_equal(cJSON_GetArraySize(json_member(received, "rcpt_tos")), 3);
	assert_string_equal(json_text(received, "data"), CONTENT);
}

static void delivers_large_messages(void **state)
{
	SCOPED(strbuf) struct strbuf data = STRBUF_INIT(2 * LARGE_BYTES);
	strbuf_puts(&data, "Subject: long\r\n\r\n");
	while (data.length < LARGE_BYTES)
		strbuf_puts(&data, ".\r\n..dots, and a line of some length to make the message long\r\n");
	struct letter letter;
	write_letter(&letter, &submission);
	letter.message.data = strbuf_text(&data);
	letter.message.data_length = data.length;
	assert_true(post(*state, &letter, NULL));
	SCOPED(json) cJSON *received = peer_received(&submission);
	assert_string_equal(json_text(received, "data"), strbuf_text(&data));
}

static const struct script_row {
	const char *script;
	const char *fates;
	const char *reply; /* of the first recipient; NULL: libcurl's words */
} script_rows[] = {
    {"[{\"greeting\":\"421 busy\"}]", "DDD", "421 busy"},
    {"[{\"greeting\":\"554 no\"}]", "RRR", "554 no"},
    {"[{\"auth\":\"454 4.7.0 Throttling failure\"}]", "DDD", "454 4.7.0 Throttling failure"},
    {"[{\"auth\":\"535 5.7.8 invalid\"}]", "RRR", "535 5.7.8 invalid"},
    {"[{\"mail\":\"550 not you\"}]", "RRR", "550 not you"},
    {"[{\"rcpt\":{\"lead@example.com\":\"550 no such user\"}}]", "ARA", "250 OK queued"},
    {"[{\"rcpt\":{\"soc@example.com\":\"451 greylisted\",\"ciso@example.com\":\"550 no\"}}]", "DAR", "451 greylisted"},
    {"[{\"rcpt\":{\"soc@example.com\":\"550 a\",\"lead@example.com\":\"550 b\",\"ciso@example.com\":\"451 c\"}}]",
     "RRD", "550 a"},
    {"[{\"data\":\"451 later\"}]", "DDD", "451 later"},
    {"[{\"message\":\"554 spam\"}]", "RRR", "554 spam"},
    {"[{\"message\":\"451 later\",\"rcpt\":{\"lead@example.com\":\"550 no\"}}]", "DRD", "451 later"},
    {"[{\"ehlo\":\"drop\"}]", "DDD", NULL},
    {"[{\"auth\":\"drop\"}]", "DDD", NULL},
    {"[{\"message\":\"drop\"}]", "DDD", NULL},
    {"[{\"rcpt\":{\"soc@example.com\":\"550 no\",\"lead@example.com\":\"drop\"}}]", "RDD", "550 no"},
};

static void tells_each_recipients_fate(void **state)
{
	for (size_t i = 0; i < sizeof script_rows / sizeof script_rows[0]; i++) {
		const struct script_row *row = &script_rows[i];
		print_message("  %s\n", row->script);
		peer_script(&submission, row->script);
		struct letter letter;
		struct err err = {0};
		write_letter(&letter, &submission);
		bool anybody = strchr(row->fates, 'A') != NULL;
		assert_int_equal(post(*state, &letter, &err), anybody);
		assert_fates(&letter, row->fates);
		if (row->reply)
			assert_string_equal(letter.recipients[0].reply, row->reply);
		assert_true(letter.recipients[0].reply[0] != '\0');
		assert_true(anybody || strstr(err.text, "localhost: ") == err.text);
		assert_int_equal(peer_script(&submission, "[]"), anybody); /* messages taken */
	}
}

static void refuses_a_wrong_password(void **state)
{
	struct letter letter;
	write_letter(&letter, &submission);
	letter.message.password = "wrong";
	struct err err;
	assert_false(post(*state, &letter, &err));
	assert_fates(&letter, "RRR");
	assert_non_null(strstr(err.text, "535"));
	assert_null(strstr(err.text, "wrong"));
}

static void trusts_no_unknown_authority(void **state)
{
	const struct peer *const peers[] = {&submission, &implicit};
	for (size_t i = 0; i < 2; i++) {
		struct letter letter;
		write_letter(&letter, peers[i]);
		letter.message.ca_file = NULL;
		struct err err;
		assert_false(post(*state, &letter, &err));
		assert_fates(&letter, "DDD");
		assert_non_null(strstr(err.text, "certificate"));
	}
}

static void insists_on_tls(void **state)
{
	struct letter letter;
	write_letter(&letter, &relay);
	letter.message.starttls = true;
	letter.message.username = "watch";
	assert_false(post(*state, &letter, NULL));
	assert_fates(&letter, "DDD");
	assert_int_equal(peer_script(&relay, "[]"), 0);
}

static void does_without_tls_when_told(void **state)
{
	struct letter letter;
	write_letter(&letter, &relay);
	assert_true(post(*state, &letter, NULL));
	SCOPED(json) cJSON *received = peer_received(&relay);
	assert_true(cJSON_IsFalse(json_member(received, "tls")));
	assert_string_equal(json_text(received, "user"), "");
}

static void speaks_smtps(void **state)
{
	struct letter letter;
	write_letter(&letter, &implicit);
	assert_true(post(*state, &letter, NULL));
	SCOPED(json) cJSON *received = peer_received(&implicit);
	assert_true(cJSON_IsTrue(json_member(received, "tls")));
}

static void keeps_the_deadline(void **state)
{
	static const char *const scripts[] = {"[{\"greeting\":\"silence\"}]", "[{\"message\":\"silence\"}]"};
	for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
		peer_script(&relay, scripts[i]);
		struct letter letter;
		write_letter(&letter, &relay);
		letter.message.timeout_ms = SHORT_TIMEOUT_MS;
		int64_t start_ms = clock_monotonic_ms();
		assert_false(post(*state, &letter, NULL));
		assert_true(clock_monotonic_ms() - start_ms < TIMEOUT_MS);
		assert_fates(&letter, "DDD");
	}
}

static void does_not_wait_for_a_goodbye(void **state)
{
	peer_script(&submission, "[{\"quit\":\"silence\"}]");
	struct letter letter;
	write_letter(&letter, &submission);
	int64_t start_ms = clock_monotonic_ms();
	assert_true(post(*state, &letter, NULL));
	assert_true(clock_monotonic_ms() - start_ms < TIMEOUT_MS);
	assert_fates(&letter, "AAA");
}

static void defers_when_nobody_listens(void **state)
{
	struct letter letter;
	write_letter(&letter, &relay);
	letter.message.url = "smtp://127.0.0.1:1";
	struct err err;
	assert_false(post(*state, &letter, &err));
	assert_fates(&letter, "DDD");
	assert_ptr_equal(strstr(err.text, "127.0.0.1: "), err.text);
}

static void leaves_out_addresses_that_would_inject(void **state)
{
	struct letter letter;
	write_letter(&letter, &relay);
	letter.recipients[0].address = "soc@example.com>\r\nRCPT TO:<evil@example.com";
	assert_true(post(*state, &letter, NULL));
	assert_fates(&letter, "RAA");
	SCOPED(json) cJSON *received = peer_received(&relay);
	assert_int_equal(cJSON_GetArraySize(json_member(received, "rcpt_tos")), 2);
	letter.message.from = "a@example.com>\r\nRCPT TO:<evil@example.com";
	assert_false(post(*state, &letter, NULL));
	assert_fates(&letter, "RRR");
	letter.message.recipient_count = 0;
	assert_false(post(*state, &letter, NULL));
	assert_int_equal(peer_script(&relay, "[]"), 0);
}

static int start_peers(void **state)
{
	if (!mkdtemp(directory))
		return -1;
	snprintf(ca_file, sizeof ca_file, "%s/ca.crt", directory);
	submission = peer_start("peers.smtp_receiver",
	                        (const char *const[]){"--tls", directory, "--user", "watch:p:ss w\"rd", NULL});
	relay = peer_start("peers.smtp_receiver", (const char *const[]){NULL});
	implicit = peer_start("peers.smtp_receiver", (const char *const[]){"--tls", directory, "--implicit-tls", NULL});
	struct err err;
	*state = transport_open(nothing, &err);
	return *state ? 0 : -1;
}

static int stop_peers(void **state)
{
	transport_close(*state);
	peer_stop(&submission);
	peer_stop(&relay);
	peer_stop(&implicit);
	peer_remove_authority(directory);
	return 0;
}

/* What one test left behind is none of the next one's business. */
static int setup(void **state)
{
	(void)state;
	peer_script(&submission, "[]");
	peer_script(&relay, "[]");
	peer_script(&implicit, "[]");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(delivers_to_all_over_tls, setup),
	    cmocka_unit_test_setup(delivers_large_messages, setup),
	    cmocka_unit_test_setup(tells_each_recipients_fate, setup),
	    cmocka_unit_test_setup(refuses_a_wrong_password, setup),
	    cmocka_unit_test_setup(trusts_no_unknown_authority, setup),
	    cmocka_unit_test_setup(insists_on_tls, setup),
	    cmocka_unit_test_setup(does_without_tls_when_told, setup),
	    cmocka_unit_test_setup(speaks_smtps, setup),
	    cmocka_unit_test_setup(keeps_the_deadline, setup),
	    cmocka_unit_test_setup(does_not_wait_for_a_goodbye, setup),
	    cmocka_unit_test_setup(defers_when_nobody_listens, setup),
	    cmocka_unit_test_setup(leaves_out_addresses_that_would_inject, setup),
	};
	return cmocka_run_group_tests(tests, start_peers, stop_peers);
}
