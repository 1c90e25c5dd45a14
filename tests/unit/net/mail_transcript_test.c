/* SPDX-License-Identifier: Apache-2.0 */
/* From what was said in an SMTP session to who has the message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/mail_transcript.h"

#define HELLO      ">EHLO us\r\n", "<250-mail.example.com\r\n", "<250-SIZE 1000\r\n", "<250 HELP\r\n"
#define SENDER     ">MAIL FROM:<rootwatch@example.com> SIZE=3\r\n", "<250 OK\r\n"
#define RCPT       ">RCPT TO:<somebody@example.com>\r\n"
#define SEND       ">DATA\r\n", "<354 go on\r\n"
#define DROPPED    "connection lost"
#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { LONG_REPLY_BYTES = 600 };

/* fates: A accepted, D deferred, R refused, one per recipient; replies: the first recipient's and the last one's. */
static const struct session_row {
	const char *what;
	const char *const *lines; /* '>' ours, '<' the server's */
	const char *fates;
	const char *first_reply, *last_reply;
} session_rows[] = {
    {"all accepted",
     LINES("<220 hi\r\n", HELLO, SENDER, RCPT, "<250 OK\r\n", RCPT, "<251 OK\r\n", SEND, "<250 queued as 1\r\n"), "AA",
     "250 queued as 1", "250 queued as 1"},
    {"one of three refused",
     LINES("<220 hi\r\n", HELLO, SENDER, RCPT, "<250 OK\r\n", RCPT, "<550 no such user\r\n", RCPT, "<250 OK\r\n", SEND,
           "<250 queued\r\n"),
     "ARA", "250 queued", "250 queued"},
    {"each as the server says",
     LINES("<220 hi\r\n", HELLO, SENDER, RCPT, "<451 greylisted\r\n", RCPT, "<550 no\r\n", RCPT, "<250 OK\r\n", SEND,
           "<250 queued\r\n"),
     "DRA", "451 greylisted", "250 queued"},
    {"all refused",
     LINES("<220 hi\r\n", HELLO, SENDER, RCPT, "<550 no\r\n", RCPT, "<452 full\r\n", ">QUIT\r\n", "<221 bye\r\n"), "RD",
     "550 no", "452 full"},
    {"busy", LINES("<421 busy\r\n"), "DD", "421 busy", "421 busy"},
    {"not for us", LINES("<554 no service\r\n", ">QUIT\r\n", "<221 bye\r\n"), "RR", "554 no service", "554 no service"},
    {"no answer at all", LINES(NULL), "DD", DROPPED, DROPPED},
    {"old server", LINES("<220 hi\r\n", ">EHLO us\r\n", "<502 what\r\n", ">HELO us\r\n", "<250 hi\r\n", SENDER), "DD",
     DROPPED, DROPPED},
    {"login refused", LINES("<220 hi\r\n", HELLO, ">AUTH PLAIN\r\n", "<334 \r\n", ">AHUAcA==\r\n", "<535 wrong\r\n"),
     "RR", "535 wrong", "535 wrong"},
    {"login throttled",
     LINES("<220 hi\r\n", HELLO, ">AUTH PLAIN\r\n", "<334 \r\n", ">AHUAcA==\r\n", "<454 Throttling\r\n"), "DD",
     "454 Throttling", "454 Throttling"},
    {"a login that spells verbs",
     LINES("<220 hi\r\n", HELLO, ">AUTH LOGIN\r\n", "<334 VXNlcm5hbWU6\r\n", ">RCPT\r\n", "<334 UGFzc3dvcmQ6\r\n",
           ">DATA\r\n", "<235 welcome\r\n", SENDER, RCPT, "<550 no\r\n", RCPT, "<250 OK\r\n", SEND, "<250 queued\r\n"),
     "RA", "550 no", "250 queued"},
    {"TLS not to be had", LINES("<220 hi\r\n", HELLO, ">STARTTLS\r\n", "<454 not now\r\n"), "DD", "454 not now",
     "454 not now"},
    {"TLS broken", LINES("<220 hi\r\n", HELLO, ">STARTTLS\r\n", "<220 go\r\n"), "DD", DROPPED, DROPPED},
    {"sender refused", LINES("<220 hi\r\n", HELLO, ">MAIL FROM:<a@b>\r\n", "<550 not you\r\n"), "RR", "550 not you",
     "550 not you"},
    {"content not wanted now",
     LINES("<220 hi\r\n", HELLO, SENDER, RCPT, "<250 OK\r\n", RCPT, "<250 OK\r\n", ">DATA\r\n", "<451 later\r\n"), "DD",
     "451 later", "451 later"},
    {"content refused, a name before it",
     LINES("<220 hi\r\n", HELLO, SENDER, RCPT, "<450 later\r\n", RCPT, "<250 OK\r\n", SEND, "<554 spam\r\n"), "DR",
     "450 later", "554 spam"},
    {"lost in the middle of names", LINES("<220 hi\r\n", HELLO, SENDER, RCPT, "<550 no\r\n", RCPT), "RD", "550 no",
     DROPPED},
    {"lost with the content sent", LINES("<220 hi\r\n", HELLO, SENDER, RCPT, "<250 OK\r\n", RCPT, "<250 OK\r\n", SEND),
     "DD", DROPPED, DROPPED},
    {"a second session's worth of lines is not needed",
     LINES(SENDER, RCPT, "<250 OK\r\n", RCPT, "<250 OK\r\n", SEND, "<250 a\r\n", ">QUIT\r\n", "<421 bye\r\n"), "AA",
     "250 a", "250 a"},
    {"several lines and rubbish",
     LINES("<220 hi\r\n", HELLO, ">MAIL FROM:<a@b>\r\n", "<550-5.7.1 not\tyou\r\n", "<550-\r\n", "<junk\r\n",
           "<550 5.7.1 caf\xc3\xa9\x7f\r\n"),
     "RR", "550 5.7.1 not you 5.7.1 caf???", "550 5.7.1 not you 5.7.1 caf???"},
};

static void say(struct mail_transcript *transcript, const char *const *lines)
{
	for (; *lines; lines++) {
		if (**lines == '>')
			mail_transcript_command(transcript, *lines + 1, strlen(*lines + 1));
		else
			mail_transcript_reply(transcript, *lines + 1, strlen(*lines + 1));
	}
}

static void judges_sessions(void **state)
{
	(void)state;
	static const char letters[] = {[MAIL_ACCEPTED] = 'A', [MAIL_DEFERRED] = 'D', [MAIL_REFUSED] = 'R'};
	for (size_t i = 0; i < sizeof session_rows / sizeof session_rows[0]; i++) {
		const struct session_row *row = &session_rows[i];
		print_message("  %s\n", row->what);
		struct mail_recipient recipients[] = {{.address = "a@x"}, {.address = "b@x"}, {.address = "c@x"}};
		size_t count = strlen(row->fates);
		struct mail_message message = {.recipients = recipients, .recipient_count = count};
		struct mail_transcript transcript = {0};
		say(&transcript, row->lines);
		assert_int_equal(mail_transcript_judge(&transcript, DROPPED, &message), strchr(row->fates, 'A') != NULL);
		for (size_t j = 0; j < count; j++)
			assert_int_equal(letters[recipients[j].fate], row->fates[j]);
		assert_string_equal(recipients[0].reply, row->first_reply);
		assert_string_equal(recipients[count - 1].reply, row->last_reply);
	}
}

static void passes_over_addresses_that_were_not_named(void **state)
{
	(void)state;
	struct mail_recipient recipients[] = {
	    {.address = "a@x"}, {.address = "b@x>\r\nRCPT TO:<evil@x"}, {.address = "c@x"}};
	struct mail_message message = {.recipients = recipients, .recipient_count = 3};
	struct mail_transcript transcript = {0};
	say(&transcript, LINES(SENDER, RCPT, "<451 later\r\n", RCPT, "<250 OK\r\n", SEND, "<250 queued\r\n"));
	assert_true(mail_transcript_judge(&transcript, "", &message));
	assert_int_equal(recipients[0].fate, MAIL_DEFERRED);
	assert_int_equal(recipients[1].fate, MAIL_REFUSED);
	assert_int_equal(recipients[2].fate, MAIL_ACCEPTED);
}

static void cuts_long_replies(void **state)
{
	(void)state;
	char line[LONG_REPLY_BYTES];
	memset(line, 'x', sizeof line);
	line[0] = '5', line[1] = '5', line[2] = '4', line[3] = ' ';
	struct mail_transcript transcript = {0};
	mail_transcript_reply(&transcript, line, sizeof line);
	assert_int_equal(strlen(transcript.session.text), MAIL_REPLY_BYTES - 1);
}

static void survives_more_names_than_there_is_room_for(void **state)
{
	(void)state;
	struct mail_transcript transcript = {0};
	for (int i = 0; i < MAIL_RECIPIENTS_MAX + 2; i++)
		say(&transcript, LINES(RCPT, "<250 OK\r\n"));
	assert_int_equal(transcript.recipients[MAIL_RECIPIENTS_MAX - 1].code, 250);
	assert_int_equal(transcript.session.code, 0);
}

static void tells_usable_addresses(void **state)
{
	(void)state;
	static const char *const usable[] = {"a@example.com", "a+b=c@example.com", "postmaster"};
	static const char *const unusable[] = {"", "a b@example.com", "a@example.com\r\n", "<a@example.com>",
	                                       "m\xc3\xbcller@x"};
	for (size_t i = 0; i < sizeof usable / sizeof usable[0]; i++)
		assert_true(mail_address_usable(usable[i]));
	for (size_t i = 0; i < sizeof unusable / sizeof unusable[0]; i++)
		assert_false(mail_address_usable(unusable[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(judges_sessions),        cmocka_unit_test(passes_over_addresses_that_were_not_named),
	    cmocka_unit_test(cuts_long_replies),      cmocka_unit_test(survives_more_names_than_there_is_room_for),
	    cmocka_unit_test(tells_usable_addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
