/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/email.c: to whom it is sent, how each fared, and who is left for the next attempt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_transport.h"
#include "rootwatch/scope.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define URL           "smtp://mail.example.com:587"
#define PASSWORD      "hunter2hunter2"
#define A             "a@example.com"
#define B             "b@example.com"
#define C             "c@example.com"
#define TO(...)                                                                    \
	{                                                                              \
		.name = "to", .texts = (const char *const[]){__VA_ARGS__},                 \
		.count = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *) \
	}
#define SETTINGS(...)                                                                                   \
	{                                                                                                   \
		.values = (const struct setting_value[]){FAKE_SETTING("smtp_url", URL), __VA_ARGS__},           \
		.count = 1 + sizeof((const struct setting_value[]){__VA_ARGS__}) / sizeof(struct setting_value) \
	}

extern const struct notifier_type notifier_email;

static const struct setting_value from = FAKE_SETTING("from", "rootwatch@example.com");
static const struct settings three = SETTINGS(FAKE_SETTING("from", "rootwatch@example.com"), TO(A, B, C));
static const struct settings one = SETTINGS(FAKE_SETTING("from", "rootwatch@example.com"), TO(A));

static struct outcome send_with(struct fake_transport *fake, const struct settings *settings, const char *resume)
{
	struct err err;
	struct alert alert = sample_alert();
	void *email = notifier_email.open(settings, &fake->env, &err);
	assert_non_null(email);
	struct outcome outcome = notifier_email.send(email, &alert, resume);
	notifier_email.close(email);
	return outcome;
}

/* How the fake server answers about one recipient, or everybody when `address` is NULL. */
static void answer(struct fake_transport *fake, size_t place, const char *address, enum mail_fate fate,
                   const char *reply)
{
	fake->mail.fates[place].address = address;
	fake->mail.fates[place].fate = fate;
	fake->mail.fates[place].reply = reply;
}

static void one_message_goes_to_everybody(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	struct outcome outcome = send_with(&fake, &three, "");
	assert_int_equal(outcome.kind, OUTCOME_DELIVERED);
	assert_string_equal(outcome.detail, "3 of 3 accepted");
	assert_string_equal(outcome.resume, "");
	assert_int_equal(fake.mail.calls, 1);
	assert_int_equal(fake.http.calls, 0);
	assert_string_equal(fake.mail.tried, A " " B " " C " ");
	const struct mail_message *message = &fake.mail.message;
	assert_string_equal(message->url, URL);
	assert_string_equal(message->from, "rootwatch@example.com");
	assert_true(message->starttls);
	assert_null(message->username);
	assert_null(message->password);
	assert_null(message->ca_file);
	assert_int_equal(message->timeout_ms, FAKE_TIMEOUT_MS);
	assert_int_equal(message->data_length, strlen(fake.mail.data));
	assert_non_null(strstr(fake.mail.data, "\r\nTo: " A ",\r\n " B ",\r\n " C "\r\n"));
	assert_non_null(strstr(fake.mail.data, "\r\nDate: Tue, 24 Nov 2026 03:59:01 +0000\r\n")); /* the clock's */
}

static void a_login_and_an_authority_are_handed_on(void **state)
{
	(void)state;
	const struct settings settings =
	    SETTINGS(from, TO(A), FAKE_SETTING("username", "user"), FAKE_SETTING("password", PASSWORD),
	             FAKE_SETTING("ca_file", "/ca.pem"), FAKE_SETTING("starttls", "required"));
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	struct outcome outcome = send_with(&fake, &settings, "");
	assert_string_equal(fake.mail.message.username, "user");
	assert_string_equal(fake.mail.message.password, PASSWORD);
	assert_string_equal(fake.mail.message.ca_file, "/ca.pem");
	assert_true(fake.mail.message.starttls);
	assert_null(strstr(fake.mail.data, PASSWORD));
	assert_null(strstr(outcome.detail, PASSWORD));
}

static void no_encryption_must_be_said_outright_and_takes_no_password(void **state)
{
	(void)state;
	const struct settings none = SETTINGS(from, TO(A), FAKE_SETTING("starttls", "none"));
	const struct settings login = SETTINGS(from, TO(A), FAKE_SETTING("starttls", "none"),
	                                       FAKE_SETTING("username", "user"), FAKE_SETTING("password", PASSWORD));
	struct setting_value values[6];
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	struct err err = {0};
	assert_int_equal(send_with(&fake, &none, "").kind, OUTCOME_DELIVERED);
	assert_false(fake.mail.message.starttls);
	assert_null(notifier_email.open(&login, &fake.env, &err));
	assert_string_equal(err.text, "starttls: none would send the password unencrypted");
	/* TLS from the start needs no STARTTLS. */
	assert_int_equal(login.count, LENGTH(values));
	memcpy(values, login.values, sizeof values);
	values[0] = (struct setting_value)FAKE_SETTING("smtp_url", "smtps://mail.example.com");
	assert_int_equal(send_with(&fake, &(struct settings){values, LENGTH(values)}, "").kind, OUTCOME_DELIVERED);
}

static void settings_that_are_wrong_are_refused_without_their_values(void **state)
{
	(void)state;
	static const char *const addresses[] = {
	    "",
	    "secret",
	    "secret@",
	    "@example.com",
	    "secret@example.com>",
	    "<secret@example.com>",
	    "secret <secret@example.com>",
	    "secret@example.com\r\nBcc: thief@example.com",
	    "secret@exa mple.com",
	    "secret@a@example.com",
	    "secret@example.com,thief@example.com",
	    "\"secret\"@example.com",
	    "secr\xc3\xa9t@example.com",
	    "secret@ex\xc3\xa4mple.com",
	    "secret@[203.0.113.7]",
	};
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	for (size_t i = 0; i < LENGTH(addresses); i++) {
		const struct settings sender = SETTINGS(FAKE_SETTING("from", addresses[i]), TO(A));
		const struct settings receiver = SETTINGS(from, TO(A, addresses[i], B));
		struct err err = {0};
		assert_null(notifier_email.open(&sender, &fake.env, &err));
		assert_string_equal(err.text, "from: not a mail address (name@domain, without a display name)");
		assert_null(notifier_email.open(&receiver, &fake.env, &err));
		assert_string_equal(err.text, "to: entry 2 is not a mail address (name@domain, without a display name)");
	}
	const struct settings name_alone = SETTINGS(from, TO(A), FAKE_SETTING("username", "user"));
	const struct settings password_alone = SETTINGS(from, TO(A), FAKE_SETTING("password", PASSWORD));
	struct err err = {0};
	assert_null(notifier_email.open(&name_alone, &fake.env, &err));
	assert_string_equal(err.text, "username and password: one needs the other");
	assert_null(notifier_email.open(&password_alone, &fake.env, &err));
	assert_string_equal(err.text, "username and password: one needs the other");
	assert_int_equal(fake.mail.calls, 0);
}

static void as_many_recipients_as_fit_and_no_more(void **state)
{
	(void)state;
	const char *many[MAIL_RECIPIENTS_MAX + 1];
	for (size_t i = 0; i < LENGTH(many); i++)
		many[i] = A;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	struct setting_value to = {.name = "to", .texts = many, .count = LENGTH(many)};
	struct settings settings = SETTINGS(from, to);
	struct err err = {0};
	assert_null(notifier_email.open(&settings, &fake.env, &err));
	assert_string_equal(err.text, "to: 65 recipients, at most 64");
	to.count = MAIL_RECIPIENTS_MAX;
	settings = (struct settings)SETTINGS(from, to);
	assert_string_equal(send_with(&fake, &settings, "").detail, "64 of 64 accepted");
}

static void addresses_of_every_lawful_shape_are_taken(void **state)
{
	(void)state;
	static const char *const addresses[] = {"a@b", "first.last+tag@mail.example.com",
	                                        "o'brien_x-1@xn--bcher-kva.example", "!#$%&'*+-/=?^_`{|}~@example.com"};
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	for (size_t i = 0; i < LENGTH(addresses); i++) {
		const struct settings settings = SETTINGS(FAKE_SETTING("from", addresses[i]), TO(addresses[i]));
		assert_int_equal(send_with(&fake, &settings, "").kind, OUTCOME_DELIVERED);
	}
}

static void who_is_refused_is_named_and_stops_nobody(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	answer(&fake, 0, B, MAIL_REFUSED, "550 no such user");
	struct outcome outcome = send_with(&fake, &three, "");
	assert_int_equal(outcome.kind, OUTCOME_DELIVERED);
	assert_string_equal(outcome.detail, "2 of 3 accepted; refused: " B " (550 no such user)");
	assert_int_equal(fake.mail.calls, 1);
}

static void who_is_put_off_is_tried_again_alone(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	answer(&fake, 0, A, MAIL_REFUSED, "550 no such user");
	answer(&fake, 1, B, MAIL_DEFERRED, "451 greylisted");
	struct outcome first = send_with(&fake, &three, "");
	assert_int_equal(first.kind, OUTCOME_RETRY);
	assert_int_equal(first.retry_after_s, -1);
	assert_string_equal(first.detail,
	                    "1 of 3 accepted; refused: " A " (550 no such user); put off: " B " (451 greylisted)");

	answer(&fake, 1, B, MAIL_DEFERRED, "451 still greylisted");
	struct outcome second = send_with(&fake, &three, first.resume);
	assert_int_equal(second.kind, OUTCOME_RETRY);
	assert_string_equal(fake.mail.tried, B " ");
	assert_string_equal(second.detail, "1 of 3 accepted; refused: " A "; put off: " B " (451 still greylisted)");
	assert_string_equal(second.resume, first.resume);
	assert_non_null(strstr(fake.mail.data, "To: " A ",\r\n " B ",\r\n " C)); /* the header still names everybody */

	answer(&fake, 1, B, MAIL_ACCEPTED, "250 ok");
	struct outcome third = send_with(&fake, &three, second.resume);
	assert_int_equal(third.kind, OUTCOME_DELIVERED);
	assert_string_equal(fake.mail.tried, B " ");
	assert_string_equal(third.detail, "2 of 3 accepted; refused: " A);
	assert_int_equal(fake.mail.calls, 3);
}

static void the_last_of_64_is_remembered(void **state)
{
	(void)state;
	char addresses[MAIL_RECIPIENTS_MAX][24];
	const char *many[MAIL_RECIPIENTS_MAX];
	for (size_t i = 0; i < LENGTH(many); i++) {
		snprintf(addresses[i], sizeof addresses[i], "r%zu@example.com", i);
		many[i] = addresses[i];
	}
	const struct setting_value to = {.name = "to", .texts = many, .count = LENGTH(many)};
	const struct settings settings = SETTINGS(from, to);
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	answer(&fake, 0, addresses[MAIL_RECIPIENTS_MAX - 1], MAIL_DEFERRED, "451 later");
	struct outcome outcome = send_with(&fake, &settings, "");
	assert_int_equal(outcome.kind, OUTCOME_RETRY);
	outcome = send_with(&fake, &settings, outcome.resume);
	assert_string_equal(fake.mail.tried, "r63@example.com ");

	answer(&fake, 0, addresses[0], MAIL_DEFERRED, "451 later");
	answer(&fake, 1, addresses[MAIL_RECIPIENTS_MAX - 1], MAIL_REFUSED, "550 no");
	outcome = send_with(&fake, &settings, "");
	assert_string_equal(outcome.detail,
	                    "62 of 64 accepted; put off: r0@example.com (451 later); refused: r63@example.com (550 no)");
	outcome = send_with(&fake, &settings, outcome.resume);
	assert_string_equal(fake.mail.tried, "r0@example.com ");
}

static void refusals_of_everybody_are_final_and_waits_are_not(void **state)
{
	(void)state;
	static const struct {
		enum mail_fate a, others;
		enum outcome_kind kind;
		const char *detail;
	} rows[] = {
	    {MAIL_REFUSED, MAIL_REFUSED, OUTCOME_REJECTED, "the reply"},
	    {MAIL_DEFERRED, MAIL_DEFERRED, OUTCOME_RETRY, "the reply"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(fake_transport) struct fake_transport fake;
		fake_transport_init(&fake);
		answer(&fake, 0, A, rows[i].a, "the reply");
		answer(&fake, 1, NULL, rows[i].others, "the reply");
		struct outcome outcome = send_with(&fake, &three, "");
		assert_int_equal(outcome.kind, rows[i].kind);
		assert_string_equal(outcome.detail, rows[i].detail); /* said once, not three times */
	}
}

static void different_words_for_each_are_all_told(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	answer(&fake, 0, A, MAIL_REFUSED, "550 no such user");
	answer(&fake, 1, NULL, MAIL_DEFERRED, "451 later");
	struct outcome outcome = send_with(&fake, &three, "");
	assert_int_equal(outcome.kind, OUTCOME_RETRY);
	assert_string_equal(outcome.detail, "0 of 3 accepted; refused: " A " (550 no such user); put off: " B
	                                    " (451 later); put off: " C " (451 later)");
	send_with(&fake, &three, outcome.resume);
	assert_string_equal(fake.mail.tried, B " " C " ");
}

static void a_session_that_fails_says_why(void **state)
{
	(void)state;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	fake.mail.error = "mail.example.com: connection refused";
	answer(&fake, 0, NULL, MAIL_DEFERRED, "connection refused");
	struct outcome outcome = send_with(&fake, &one, "");
	assert_int_equal(outcome.kind, OUTCOME_RETRY);
	assert_string_equal(outcome.detail, "mail.example.com: connection refused");
}

/* Progress is by place in the list: another list makes it meaningless, and twice is better than never. */
static void progress_that_means_nothing_here_is_forgotten(void **state)
{
	(void)state;
	const struct settings reordered = SETTINGS(from, TO(B, A, C));
	static const char *const strange[] = {"", "x", "0 0 0", "ffffffff ffffffffffffffff 0", "1 2", "-1 -1 -1", "%n%n%n"};
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	answer(&fake, 0, B, MAIL_DEFERRED, "451 later");
	struct outcome outcome = send_with(&fake, &three, "");
	assert_int_equal(outcome.kind, OUTCOME_RETRY);
	send_with(&fake, &reordered, outcome.resume);
	assert_string_equal(fake.mail.tried, B " " A " " C " ");
	for (size_t i = 0; i < LENGTH(strange); i++) {
		send_with(&fake, &three, strange[i]);
		assert_string_equal(fake.mail.tried, A " " B " " C " ");
	}
}

static void a_servers_words_are_one_bounded_line(void **state)
{
	(void)state;
	static const char long_reply[] = "550 \xc3\xa4"
	                                 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
	                                 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	answer(&fake, 0, A, MAIL_REFUSED, "550 \x1b[31m\r\nno");
	answer(&fake, 1, B, MAIL_REFUSED, long_reply);
	struct outcome outcome = send_with(&fake, &three, "");
	assert_int_equal(outcome.kind, OUTCOME_DELIVERED);
	assert_null(strpbrk(outcome.detail, "\r\n\x1b"));
	assert_true(strlen(outcome.detail) < sizeof outcome.detail);
	assert_non_null(strstr(outcome.detail, B " (550 \xc3\xa4"
	                                         "abc"));
	assert_non_null(strstr(outcome.detail, "\xe2\x80\xa6)")); /* cut, and said so */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_message_goes_to_everybody),
	    cmocka_unit_test(a_login_and_an_authority_are_handed_on),
	    cmocka_unit_test(no_encryption_must_be_said_outright_and_takes_no_password),
	    cmocka_unit_test(settings_that_are_wrong_are_refused_without_their_values),
	    cmocka_unit_test(as_many_recipients_as_fit_and_no_more),
	    cmocka_unit_test(addresses_of_every_lawful_shape_are_taken),
	    cmocka_unit_test(who_is_refused_is_named_and_stops_nobody),
	    cmocka_unit_test(who_is_put_off_is_tried_again_alone),
	    cmocka_unit_test(the_last_of_64_is_remembered),
	    cmocka_unit_test(refusals_of_everybody_are_final_and_waits_are_not),
	    cmocka_unit_test(different_words_for_each_are_all_told),
	    cmocka_unit_test(a_session_that_fails_says_why),
	    cmocka_unit_test(progress_that_means_nothing_here_is_forgotten),
	    cmocka_unit_test(a_servers_words_are_one_bounded_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
