/* SPDX-License-Identifier: Apache-2.0 */
/* What should follow and did not: when to look, what is an answer, and the signal that holds only then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sample_judgement.h"
#include "signal_absence.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { MINUTE_S = 60 };

static const struct absence *the_absence(void)
{
	const struct absence *absence = absence_find("mfa_unanswered");
	assert_non_null(absence);
	return absence;
}

static void it_is_looked_at_when_both_times_are_over(void **state)
{
	(void)state;
	const struct absence *absence = the_absence();
	assert_int_equal(absence_due_s(absence, 1000, 1000), 1000 + 10 * MINUTE_S);
	assert_int_equal(absence_due_s(absence, 1000, 1000 + 8 * MINUTE_S), 1000 + 10 * MINUTE_S);
	assert_int_equal(absence_due_s(absence, 1000, 1000 + 9 * MINUTE_S), 1000 + 11 * MINUTE_S);
	assert_int_equal(absence_due_s(absence, 1000, 1000 + 60 * MINUTE_S), 1000 + 62 * MINUTE_S);
}

static void every_absence_is_a_signal(void **state)
{
	(void)state;
	assert_non_null(signal_find(the_absence()->signal));
	assert_null(absence_find("console_login"));
	SCOPED(event_batch) struct event_batch check = fixture("root_check_mfa"), other = fixture("root_read");
	assert_ptr_equal(absence_of(&check.events[0]), the_absence());
	assert_null(absence_of(&other.events[0]));
}

/* A sign-in so many seconds after the check. */
static void learn_sign_in(struct baseline *baseline, const struct event *event, int64_t after_s, enum baseline_act act)
{
	const struct baseline_facts facts = {.time_s = event->time_s + after_s, .key = 7, .act = act};
	assert_true(baseline_learn(baseline, &facts, LESSON_ALARM));
}

static void only_a_sign_in_within_ten_minutes_is_an_answer(void **state)
{
	(void)state;
	static const struct {
		enum baseline_act act;
		int64_t after_s;
		bool answers;
	} rows[] = {
	    {BASELINE_SIGN_IN, 0, true},    {BASELINE_SIGN_IN, 5, true},   {BASELINE_SIGN_IN, 600, true},
	    {BASELINE_SIGN_IN, 601, false}, {BASELINE_SIGN_IN, -1, false}, {BASELINE_SIGN_IN_FAILED, 5, false},
	    {BASELINE_ACT, 5, false},
	};
	SCOPED(event_batch) struct event_batch batch = fixture("root_check_mfa");
	const struct event *event = &batch.events[0];
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(baseline) struct baseline baseline = {.first_s = 0};
		struct judgement judgement;
		learn_sign_in(&baseline, event, rows[i].after_s, rows[i].act);
		assert_int_equal(absence_is_answered(the_absence(), &baseline, event->time_s), rows[i].answers);
		detector_judge_closed(event, &no_policy, &baseline, NULL, &judgement);
		assert_int_equal(hit_of(&judgement, "mfa_unanswered") == NULL, rows[i].answers);
	}
}

static void it_leads_and_says_what_is_missing(void **state)
{
	(void)state;
	SCOPED(event_batch) struct event_batch batch = fixture("root_check_mfa");
	SCOPED(baseline) struct baseline baseline = {.first_s = 0};
	struct judgement judgement;
	detector_judge_closed(&batch.events[0], &no_policy, &baseline, NULL, &judgement);
	assert_int_equal(judgement.severity, SEVERITY_HIGH);
	assert_string_equal(judgement.title, "Somebody gave root's password and no second factor");
	assert_string_equal(judgement.hits[0].reason,
	                    "eventName is CheckMfa, and no successful ConsoleLogin of root followed within 10 minutes");
}

/* Before its time is over, of another call, of somebody else, of an account that cannot be known. */
static void otherwise_it_does_not_hold(void **state)
{
	(void)state;
	SCOPED(baseline) struct baseline nothing = {.first_s = 0};
	static const struct {
		const char *fixture, *changes;
		bool closed, has_past;
	} rows[] = {
	    {"root_check_mfa", NULL, false, true},
	    {"root_check_mfa", NULL, true, false},
	    {"root_check_mfa", "{'eventTime':'whenever','/time':''}", true, true},
	    {"root_check_mfa", "{'eventSource':'iam.amazonaws.com'}", true, true},
	    {"root_check_mfa", "{'userIdentity.type':'IAMUser'}", true, true},
	    {"root_console_login_failed", NULL, true, true},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(event_batch) struct event_batch batch = fixture_with(rows[i].fixture, rows[i].changes);
		struct judgement judgement;
		(rows[i].closed ? detector_judge_closed : detector_judge)(&batch.events[0], &no_policy,
		                                                          rows[i].has_past ? &nothing : NULL, NULL, &judgement);
		if (hit_of(&judgement, "mfa_unanswered"))
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_looked_at_when_both_times_are_over),
	    cmocka_unit_test(every_absence_is_a_signal),
	    cmocka_unit_test(only_a_sign_in_within_ten_minutes_is_an_answer),
	    cmocka_unit_test(it_leads_and_says_what_is_missing),
	    cmocka_unit_test(otherwise_it_does_not_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
