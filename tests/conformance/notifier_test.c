/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every row of notifier_types through one contract, include/rootwatch/notifier.h:
 * any alert, any answer, any resume state. A new notifier is tested by being in
 * the table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>

#include "conformance/attempt.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static char *huge_text(const char *piece)
{
	size_t length = strlen(piece);
	char *text = malloc(HUGE_BYTES + 1);
	assert_non_null(text);
	for (size_t i = 0; i < HUGE_BYTES; i++)
		text[i] = piece[i % length];
	text[HUGE_BYTES - HUGE_BYTES % length] = '\0';
	return text;
}

/* Delivered, put off and not answered: with any alert, and the same bytes each time. */
static void check_alert(struct subject *subject, const struct alert *alert, const char *what)
{
	answer_success(subject);
	subject->alert = what;
	expect(attempt(subject, alert, "").kind == OUTCOME_DELIVERED, subject, "not delivered");
	SCOPED(text) char *body = subject->fake.http.body ? strdup(subject->fake.http.body) : NULL;
	SCOPED(text) char *data = subject->fake.mail.data ? strdup(subject->fake.mail.data) : NULL;
	SCOPED(text) char *bytes = subject->fake.stream.data ? strdup(subject->fake.stream.data) : NULL;
	attempt(subject, alert, "");
	expect(!body || strcmp(body, subject->fake.http.body) == 0, subject, "the same alert makes another request");
	expect(!data || strcmp(data, subject->fake.mail.data) == 0, subject, "the same alert makes another mail");
	expect(!bytes || strcmp(bytes, subject->fake.stream.data) == 0, subject, "the same alert makes another message");
	answer_http(subject, "500", (struct fake_answer){.status = 500});
	answer_mail(subject, "451 later", MAIL_DEFERRED);
	answer_stream(subject, "connection reset");
	attempt(subject, alert, "");
}

static void check_hostile_alert(struct subject *subject, const char *text, const char *what)
{
	struct alert alert = hostile_alert(text);
	check_alert(subject, &alert, what);
	alert.drill = true;
	alert.json = "{}";
	alert.account_name = text;
	alert.step_count = ALERT_STEPS_MAX;
	for (size_t i = 0; i < ALERT_STEPS_MAX; i++)
		alert.steps[i] = text;
	check_alert(subject, &alert, what);
}

static void any_alert_can_be_told(void **state)
{
	(void)state;
	static const char *const hostile[] = {
	    "",
	    "\x01\x02\x03\x04\x05\x06\a\b\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17",
	    "\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f",
	    "\xc2\x80\xc2\x9b\xe2\x80\xa8\xe2\x80\xae\xef\xbf\xbf",
	    "x\r\nBcc: thief@example.com\r\n\r\n.\r\nMAIL FROM:<>",
	    "</pre><script>alert(1)</script>&amp;",
	    "<!channel> <@U0> <http://example.com|click> @everyone *b* _i_ ~s~ `c` [a](b)",
	    "%s%n${x}{{x}}$(x)'\"\\\\n\\u0000",
	    "\xf0\x9f\x94\x91\xe6\x9c\xac\xc3\xa4",
	};
	static const char *const pieces[] = {"x", "\"", "\n", "<", "\xf0\x9f\x94\x91", "a "};
	for (size_t i = 0; notifier_types[i]; i++) {
		SCOPED(subject) struct subject subject;
		subject_open(&subject, notifier_types[i], &(struct choice){.everything = true});
		struct alert alert = sample_alert();
		check_alert(&subject, &alert, "a sample");
		for (size_t j = 0; j < LENGTH(hostile); j++)
			check_hostile_alert(&subject, hostile[j], hostile[j]);
		for (size_t j = 0; j < LENGTH(pieces); j++) {
			SCOPED(text) char *text = huge_text(pieces[j]); /* gone before the next: nothing of it may be kept */
			check_hostile_alert(&subject, text, "100 KB of one thing");
		}
		SCOPED(text) char *spaces = huge_text(" ");
		SCOPED(strbuf) struct strbuf json = STRBUF_INIT(4 * HUGE_BYTES);
		strbuf_printf(&json, "{\"a\":\"%s%s%s\"}", spaces, spaces, spaces);
		alert.json = json.data;
		check_alert(&subject, &alert, "300 KB of JSON");
		alert = (struct alert){
		    .finding_id = "f-0",
		    .title = "",
		    .account_id = "",
		    .account_name = "",
		    .event_id = "",
		    .event_name = "",
		    .event_source = "",
		    .region = "",
		    .error_code = "",
		    .error_message = "",
		    .who = "",
		    .source_ip = "",
		    .user_agent = "",
		    .explanation = "",
		    .received_by = "",
		    .console_url = "",
		    .json = "{}",
		};
		check_alert(&subject, &alert, "next to nothing");
	}
}

/* Sends once for every kind of answer that a pause may stand in. */
static void check_status(struct subject *subject, long status, const char *body)
{
	static const struct {
		bool given;
		long asked;
		int32_t taken;
	} pauses[] = {
	    {false, 0, -1},
	    {true, 0, 0},
	    {true, 1, 1},
	    {true, 86400, 86400},
	    {true, INT32_MAX, INT32_MAX},
	    {true, LONG_MAX, INT32_MAX},
	    {true, -1, -1},
	    {true, -5, -1},
	    {true, LONG_MIN, -1},
	};
	struct alert alert = sample_alert();
	char what[160];
	for (size_t i = 0; i < LENGTH(pauses); i++) {
		const struct fake_answer answer = {status, body, NULL, pauses[i].given, pauses[i].asked};
		snprintf(what, sizeof what, "%ld, pause %ld, %.100s", status, pauses[i].asked, body);
		answer_http(subject, what, answer);
		struct outcome outcome = attempt(subject, &alert, "");
		if (subject->fake.http.calls == 0)
			break; /* not its channel */
		bool success = status >= 200 && status < 300, transient = !success && http_status_is_transient(status);
		expect(!success || outcome.kind != OUTCOME_REJECTED, subject, "a success is final");
		expect(success || outcome.kind != OUTCOME_DELIVERED, subject, "it takes a failure for a success");
		/* A body may know better: SNS has errors that stay with any status. */
		expect(!transient || *body != '\0' || outcome.kind == OUTCOME_RETRY, subject,
		       "what may pass is not tried again");
		expect(outcome.kind != OUTCOME_RETRY || outcome.retry_after_s == pauses[i].taken, subject,
		       "the pause is not the one that was asked for");
	}
	subject->answer = "none";
}

static void check_statuses(struct subject *subject, const char *body)
{
	static const long statuses[] = {100, 199, 200, 201, 202, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 407, 408,
	                                409, 410, 413, 415, 422, 425, 429, 451, 499, 500, 501, 502, 503, 504, 599, 999};
	for (size_t i = 0; i < LENGTH(statuses); i++)
		check_status(subject, statuses[i], body);
}

static void any_answer_is_an_outcome(void **state)
{
	(void)state;
	static const char *const bodies[] = {
	    "",
	    "ok",
	    "no_service",
	    "{\"error\":\"x\"}",
	    "<html>\r\n<title>Bad gateway</title>",
	    "\x1b[2J\x07\r\n\x9b",
	    "\xff\xfe",
	    "<ErrorResponse><Error><Code>\x1b[31m</Code><Message>\x1b]0;x\x07 \xff",
	    "<Code>",
	    "<Code></Code><Message></Message>",
	};
	for (size_t i = 0; notifier_types[i]; i++) {
		SCOPED(subject) struct subject subject;
		subject_open(&subject, notifier_types[i], &(struct choice){.everything = true});
		subject.alert = "a sample";
		for (size_t j = 0; j < LENGTH(bodies); j++)
			check_statuses(&subject, bodies[j]);
		SCOPED(text) char *huge = huge_text("x");
		huge[HTTP_RESPONSE_LIMIT_BYTES] = '\0';
		check_statuses(&subject, huge);
	}
}

/* Servers quote what they were sent: in words, in XML, in JSON. */
static void an_answer_that_quotes_a_secret_is_not_quoted(void **state)
{
	(void)state;
	static const char *const before[] = {"", "not found: ", "<Error><Code>", "<Error><Code>X</Code><Message>",
	                                     "{\"error\":\""};
	for (size_t i = 0; notifier_types[i]; i++) {
		SCOPED(subject) struct subject subject;
		subject_open(&subject, notifier_types[i], &(struct choice){.everything = true});
		subject.alert = "a sample";
		for (size_t j = 0; j < subject.secret_count; j++) {
			for (size_t k = 0; k < LENGTH(before); k++) {
				SCOPED(strbuf) struct strbuf body = STRBUF_INIT(HUGE_BYTES);
				strbuf_printf(&body, "%s%s", before[k], subject.secrets[j]);
				check_statuses(&subject, body.data);
			}
		}
	}
}

static void without_an_answer_it_is_tried_again(void **state)
{
	(void)state;
	static const char *const reasons[] = {"connect: timed out", "channel.example.com: certificate has expired",
	                                      "x\x1b[2J\r\n\xff"};
	for (size_t i = 0; notifier_types[i]; i++) {
		SCOPED(subject) struct subject subject;
		subject_open(&subject, notifier_types[i], &(struct choice){.everything = true});
		subject.alert = "a sample";
		for (size_t j = 0; j < LENGTH(reasons); j++) {
			struct alert alert = sample_alert();
			subject.fake.mail.error = reasons[j];
			answer_http(&subject, reasons[j], (struct fake_answer){.error = reasons[j]});
			answer_mail(&subject, reasons[j], MAIL_DEFERRED);
			answer_stream(&subject, reasons[j]);
			struct outcome outcome = attempt(&subject, &alert, "");
			expect(network_calls(&subject) == 0 || outcome.kind == OUTCOME_RETRY, &subject,
			       "no answer is not tried again");
			expect(outcome.retry_after_s == -1, &subject, "nobody asked for a pause");
		}
	}
}

static void what_is_written_to_a_full_disk_is_tried_again(void **state)
{
	(void)state;
	for (size_t i = 0; notifier_types[i]; i++) {
		SCOPED(subject) struct subject subject;
		subject_init(&subject, notifier_types[i]);
		fclose(subject.fake.env.output);
		subject.fake.env.output = fopen("/dev/full", "w");
		assert_non_null(subject.fake.env.output);
		struct choice choice = {0};
		struct err err = {0};
		while (!try_open(&subject, &choice, &err))
			assert_true(next_choice(notifier_types[i], &choice));
		struct alert alert = sample_alert();
		answer_http(&subject, "a full disk", (struct fake_answer){.status = 500});
		answer_mail(&subject, "451 later", MAIL_DEFERRED);
		answer_stream(&subject, "connection reset");
		expect(attempt(&subject, &alert, "").kind == OUTCOME_RETRY, &subject, "not tried again");
	}
}

static void every_fate_of_a_mail_is_an_outcome(void **state)
{
	(void)state;
	static const struct {
		enum mail_fate fate;
		enum outcome_kind kind;
	} rows[] = {{MAIL_ACCEPTED, OUTCOME_DELIVERED}, {MAIL_DEFERRED, OUTCOME_RETRY}, {MAIL_REFUSED, OUTCOME_REJECTED}};
	static char reply[MAIL_REPLY_BYTES];
	memset(reply, 'y', sizeof reply - 1);
	for (size_t i = 0; notifier_types[i]; i++) {
		SCOPED(subject) struct subject subject;
		subject_open(&subject, notifier_types[i], &(struct choice){.everything = true});
		answer_success(&subject);
		for (size_t j = 0; j < LENGTH(rows) && subject.fake.mail.calls > 0; j++) {
			struct alert alert = sample_alert();
			answer_mail(&subject, reply, rows[j].fate);
			expect(attempt(&subject, &alert, "").kind == rows[j].kind, &subject, "another outcome was to be expected");
		}
	}
}

/* What comes back is what was given, or something that means nothing any more: another version's, another configuration's. */
static void a_resume_state_comes_back_whatever_it_is(void **state)
{
	(void)state;
	char long_state[OUTCOME_RESUME_BYTES];
	memset(long_state, '7', sizeof long_state - 1);
	long_state[sizeof long_state - 1] = '\0';
	const char *const strange[] = {"",   "x",         "0 0 0", "ffffffff ffffffff ffffffff",
	                               "-1", "{\"a\":1}", "%s%n",  long_state};
	for (size_t i = 0; notifier_types[i]; i++) {
		SCOPED(subject) struct subject subject;
		subject_open(&subject, notifier_types[i], &(struct choice){.everything = true});
		struct alert alert = sample_alert();
		answer_success(&subject);
		struct fake_answer success = subject.fake.http.answers[0];
		for (size_t j = 0; j < LENGTH(strange); j++)
			expect(attempt(&subject, &alert, strange[j]).kind == OUTCOME_DELIVERED, &subject,
			       "a resume state is in the way");

		answer_http(&subject, "503", (struct fake_answer){.status = 503});
		answer_mail(&subject, "451 later", MAIL_DEFERRED);
		answer_stream(&subject, "connection reset");
		struct outcome outcome = attempt(&subject, &alert, "");
		outcome = attempt(&subject, &alert, outcome.resume);
		answer_http(&subject, "a success at last", success);
		answer_mail(&subject, "250 ok", MAIL_ACCEPTED);
		answer_stream(&subject, NULL);
		expect(attempt(&subject, &alert, outcome.resume).kind == OUTCOME_DELIVERED, &subject,
		       "not delivered in the end");
	}
}

/* Two of a type, as a configuration may have them: neither knows of the other. */
static void instances_are_independent(void **state)
{
	(void)state;
	for (size_t i = 0; notifier_types[i]; i++) {
		SCOPED(subject) struct subject first, second;
		struct alert alert = sample_alert();
		subject_open(&first, notifier_types[i], &(struct choice){0});
		subject_open(&second, notifier_types[i], &(struct choice){.everything = true});
		answer_success(&first);
		answer_success(&second);
		assert_ptr_not_equal(first.set->instances[0].self, second.set->instances[0].self);
		attempt(&first, &alert, "");
		size_t calls = network_calls(&second);
		attempt(&first, &alert, "");
		assert_int_equal(network_calls(&second), calls);
		notifier_set_close(first.set);
		first.set = NULL;
		expect(attempt(&second, &alert, "").kind == OUTCOME_DELIVERED, &second, "the other's end ended it");
	}
}

static char directory[] = "/tmp/rootwatch-conformance-XXXXXX";

static int enter_empty_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

/* The last of the tests: only an empty directory can be removed. */
static void no_file_was_left_behind(void **state)
{
	(void)state;
	assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_alert_can_be_told),
	    cmocka_unit_test(any_answer_is_an_outcome),
	    cmocka_unit_test(an_answer_that_quotes_a_secret_is_not_quoted),
	    cmocka_unit_test(without_an_answer_it_is_tried_again),
	    cmocka_unit_test(what_is_written_to_a_full_disk_is_tried_again),
	    cmocka_unit_test(every_fate_of_a_mail_is_an_outcome),
	    cmocka_unit_test(a_resume_state_comes_back_whatever_it_is),
	    cmocka_unit_test(instances_are_independent),
	    cmocka_unit_test(no_file_was_left_behind),
	};
	return cmocka_run_group_tests(tests, enter_empty_directory, NULL);
}
