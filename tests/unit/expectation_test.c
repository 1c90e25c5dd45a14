/* SPDX-License-Identifier: Apache-2.0 */
/* Announced root work: what may be announced, what it explains, and what the detector makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "expectation.h"
#include "sample_judgement.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { NOW_S = 1795492501 }; /* 2026-11-24 03:55:01 UTC */

static const struct policy_account accounts[] = {{.id = "111122223333", .name = "prod"}};
static const struct policy policy = {.accounts = accounts, .account_count = LENGTH(accounts)};

static struct announcement good(void)
{
	return (struct announcement){.account = "prod", .length = "1h", .reason = "support plan", .made_by = "boss"};
}

static struct expectation made(const struct announcement *wanted)
{
	struct expectation expectation;
	struct err err;
	if (!expectation_make(wanted, &policy, NOW_S, &expectation, &err))
		fail_msg("%s", err.text);
	snprintf(expectation.id, sizeof expectation.id, "x-1");
	return expectation;
}

static void an_announcement_becomes_an_expectation(void **state)
{
	(void)state;
	static const char *const events[] = {"support:*", "iam:CreateUser"};
	struct announcement wanted = good();
	wanted.events = events;
	wanted.event_count = LENGTH(events);
	struct expectation expectation = made(&wanted);
	SCOPED(strbuf) struct strbuf json = STRBUF_INIT(2000);
	expectation_print(&expectation, NOW_S, &json);
	assert_string_equal(strbuf_text(&json),
	                    "{\"id\":\"x-1\",\"account\":\"111122223333\",\"from\":\"2026-11-24T03:55:01Z\","
	                    "\"until\":\"2026-11-24T04:55:01Z\",\"reason\":\"support plan\","
	                    "\"events\":[\"support:*\",\"iam:CreateUser\"],\"made_by\":\"boss\",\"state\":\"active\","
	                    "\"revoked_at\":null,\"revoked_by\":\"\"}");

	wanted = good();
	wanted.account = "999988887777"; /* of no name here, but an account */
	wanted.length = NULL;
	wanted.until = "2026-12-01T03:55:01Z"; /* 7 days to the second */
	assert_string_equal(made(&wanted).account, "999988887777");
	assert_int_equal(made(&wanted).until_s, NOW_S + EXPECTATION_LONGEST_S);
}

#define SEVENTY "0123456789012345678901234567890123456789012345678901234567890123456789"

static void what_is_missing_or_out_of_bounds_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *account, *length, *until, *reason, *event, *why;
	} rows[] = {
	    {NULL, "1h", NULL, "r", NULL, "account is missing"},
	    {"", "1h", NULL, "r", NULL, "account is missing"},
	    {"sandbox", "1h", NULL, "r", NULL, "account \"sandbox\" is neither"},
	    {"11112222333", "1h", NULL, "r", NULL, "is neither"},
	    {"prod", NULL, NULL, "r", NULL, "one of for"},
	    {"prod", "1h", "2026-11-24T04:55:01Z", "r", NULL, "one of for"},
	    {"prod", "an hour", NULL, "r", NULL, "for must be a duration"},
	    {"prod", NULL, "tomorrow", "r", NULL, "until must be a time"},
	    {"prod", "0s", NULL, "r", NULL, "over already"},
	    {"prod", NULL, "2026-11-24T03:55:01Z", "r", NULL, "over already"},
	    {"prod", "8d", NULL, "r", NULL, "7 days at most"},
	    {"prod", "10000000000d", NULL, "r", NULL, "7 days at most"},
	    {"prod", NULL, "2026-12-01T03:55:02Z", "r", NULL, "7 days at most"},
	    {"prod", "1h", NULL, NULL, NULL, "reason is missing"},
	    {"prod", "1h", NULL, " \t\n", NULL, "reason is missing"},
	    {"prod", "1h", NULL, SEVENTY SEVENTY SEVENTY, NULL, "longer than 160 bytes"},
	    {"prod", "1h", NULL, "r", "CreateUser", "is no call"},
	    {"prod", "1h", NULL, "r", "", "is no call"},
	    {"prod", "1h", NULL, "r", "iam:A,sts:B", "is no call"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct announcement wanted = {.account = rows[i].account,
		                                    .length = rows[i].length,
		                                    .until = rows[i].until,
		                                    .reason = rows[i].reason,
		                                    .events = &rows[i].event,
		                                    .event_count = rows[i].event != NULL,
		                                    .made_by = "boss"};
		struct expectation expectation;
		struct err err = {.text = ""};
		assert_false(expectation_make(&wanted, &policy, NOW_S, &expectation, &err));
		if (!strstr(err.text, rows[i].why))
			fail_msg("row %zu: %s", i, err.text);
	}
}

static void too_many_events_are_refused(void **state)
{
	(void)state;
	static const char *const events[] = {"iam:" SEVENTY, "iam:" SEVENTY, "iam:" SEVENTY, "iam:" SEVENTY,
	                                     "iam:" SEVENTY, "iam:" SEVENTY, "iam:" SEVENTY};
	struct announcement wanted = good();
	struct expectation expectation;
	struct err err;
	wanted.events = events;
	wanted.event_count = LENGTH(events);
	assert_false(expectation_make(&wanted, &policy, NOW_S, &expectation, &err));
	assert_non_null(strstr(err.text, "longer than 480 bytes"));
	wanted.event_count--;
	assert_true(expectation_make(&wanted, &policy, NOW_S, &expectation, &err));
}

static void it_explains_what_it_names_while_it_lasts(void **state)
{
	(void)state;
	static const struct {
		const char *account, *events;
		int64_t time_s, revoked_s;
		const char *fails; /* NULL: it explains */
	} rows[] = {
	    {"111122223333", "", NOW_S, 0, NULL},
	    {"111122223333", "", NOW_S + 3599, 0, NULL},
	    {"111122223333", "iam:Create*", NOW_S, 0, NULL},
	    {"111122223333", "sts:*,iam:CreateUser", NOW_S, 0, NULL},
	    {"111122223333", "", NOW_S - 1, 0, "time"},
	    {"111122223333", "", NOW_S + 3600, 0, "time"},
	    {"111122223333", "", 0, 0, "time"},
	    {"444455556666", "", NOW_S, 0, "account"},
	    {"", "", NOW_S, 0, "account"},
	    {"111122223333", "iam:CreateUserX,iam:DeleteUser", NOW_S, 0, "events"},
	    {"111122223333", "", NOW_S, NOW_S + 60, "revoked"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct event event;
		event_blank(&event);
		event.recipient_account = rows[i].account;
		event.event_source = "iam.amazonaws.com";
		event.event_name = "CreateUser";
		event.time_s = rows[i].time_s;
		struct announcement wanted = good();
		struct expectation expectation = made(&wanted);
		expectation.revoked_s = rows[i].revoked_s;
		snprintf(expectation.events, sizeof expectation.events, "%s", rows[i].events);
		const char *fails = expectation_fails(&expectation, &event);
		if (fails != rows[i].fails && (!fails || !rows[i].fails || strcmp(fails, rows[i].fails) != 0))
			fail_msg("row %zu: %s", i, fails ? fails : "explains");
	}
}

static void it_is_active_until_it_ends_or_is_revoked(void **state)
{
	(void)state;
	struct announcement wanted = good();
	struct expectation expectation = made(&wanted);
	assert_int_equal(expectation_state(&expectation, NOW_S), EXPECTATION_ACTIVE);
	assert_int_equal(expectation_state(&expectation, NOW_S + 3600), EXPECTATION_ENDED);
	expectation.revoked_s = NOW_S + 1;
	assert_int_equal(expectation_state(&expectation, NOW_S + 3600), EXPECTATION_REVOKED);
}

/* An expectation of the account and time of the fixtures. */
static struct policy expecting(const struct expectation *expectation)
{
	return (struct policy){.expectations = expectation, .expectation_count = 1};
}

static struct expectation for_fixtures(void)
{
	struct announcement wanted = good();
	struct expectation expectation = made(&wanted);
	expectation.from_s = 1;
	expectation.until_s = INT64_MAX;
	return expectation;
}

static void the_detector_calls_it_routine_and_says_who_announced_it(void **state)
{
	(void)state;
	const struct expectation expectation = for_fixtures();
	const struct policy expects = expecting(&expectation);
	static const char *const explained[] = {"root_read", "root_write", "run_instances", "root_console_login_mfa",
	                                        "password_recovery"};
	for (size_t i = 0; i < LENGTH(explained); i++) {
		SCOPED(sample) struct sample sample = judged(explained[i], NULL, &expects);
		assert_int_equal(sample.judgement.verdict, VERDICT_ROUTINE);
		assert_in_range(sample.judgement.severity, SEVERITY_INFO, SEVERITY_LOW);
		assert_string_equal(sample.judgement.announced, "work announced by boss: \"support plan\" (x-1)");
	}
	static const char *const never[] = {"root_console_login_no_mfa", "stop_logging", "root_name_twice",
	                                    "watch_tampered_user"};
	for (size_t i = 0; i < LENGTH(never); i++) {
		SCOPED(sample) struct sample sample = judged(never[i], NULL, &expects);
		assert_int_equal(sample.judgement.verdict, VERDICT_ANOMALY);
		assert_string_equal(sample.judgement.announced, "");
	}
}

enum { DAY_S = 24 * 60 * 60 };

/* Root was last seen this long before the fixture, from this network. */
static struct judgement after(int64_t silence_s, const char *network)
{
	const struct expectation expectation = for_fixtures();
	const struct policy expects = expecting(&expectation);
	SCOPED(event_batch) struct event_batch batch = fixture("root_read");
	SCOPED(baseline) struct baseline baseline = {.first_s = 0};
	struct baseline_facts facts;
	baseline_facts(&batch.events[0], &facts);
	facts.time_s -= silence_s;
	facts.key++;
	if (network)
		snprintf(facts.values[BASELINE_NETWORK], BASELINE_VALUE_BYTES, "%s", network);
	assert_true(baseline_learn(&baseline, &facts, LESSON_HABIT));
	struct judgement judgement;
	detector_judge(&batch.events[0], &expects, &baseline, NULL, &judgement);
	return judgement;
}

/* What an announcement is made for, and what it does not vouch for. */
static void long_silence_is_allowed_and_a_new_network_is_not(void **state)
{
	(void)state;
	struct judgement dormant = after(100 * DAY_S, NULL);
	assert_non_null(hit_of(&dormant, "dormant_root"));
	assert_int_equal(dormant.verdict, VERDICT_ROUTINE);
	struct judgement abroad = after(10 * DAY_S, "192.0.2.0/24");
	assert_non_null(hit_of(&abroad, "new_network"));
	assert_int_equal(abroad.verdict, VERDICT_ANOMALY);
	assert_true(expectation_allows("off_hours"));
	assert_false(expectation_allows("burst") || expectation_allows("brute_force"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_announcement_becomes_an_expectation),
	    cmocka_unit_test(what_is_missing_or_out_of_bounds_is_refused),
	    cmocka_unit_test(too_many_events_are_refused),
	    cmocka_unit_test(it_explains_what_it_names_while_it_lasts),
	    cmocka_unit_test(it_is_active_until_it_ends_or_is_revoked),
	    cmocka_unit_test(the_detector_calls_it_routine_and_says_who_announced_it),
	    cmocka_unit_test(long_silence_is_allowed_and_a_new_network_is_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
