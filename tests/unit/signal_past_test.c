/* SPDX-License-Identifier: Apache-2.0 */
/* What is unusual: each signal of the account's past where it must hold, and near misses where it must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "baseline.h"
#include "sample_judgement.h"

enum { MINUTE_S = 60, HOUR_S = 60 * MINUTE_S, DAY_S = 24 * HOUR_S };
static const int64_t NOW_S = 1780000000;

#define HOME   "203.0.113.7"
#define ABROAD "198.51.100.9"
#define CHROME "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36"

/* Acts of one account in order: judged, then learned. */
struct story {
	struct baseline baseline;
	int number;
};

static void story_scope(struct story *story)
{
	baseline_done(&story->baseline);
}

struct scene {
	int64_t time_s;
	const char *ip, *agent, *region, *source, *name, *login; /* NULL: as usual */
	const char *id;                                          /* NULL: an event not seen before */
	bool judged_only;
};

static void play(struct story *story, const struct scene *scene, struct judgement *ret_judgement)
{
	struct event event;
	event_blank(&event);
	event.identity.present = true;
	event.identity.type = "Root";
	event.time_s = scene->time_s;
	event.recipient_account = "111122223333";
	event.source_ip = scene->ip ? scene->ip : HOME;
	event.user_agent = scene->agent ? scene->agent : CHROME;
	event.region = scene->region ? scene->region : "us-east-1";
	event.event_source = scene->login ? "signin.amazonaws.com" : scene->source ? scene->source : "iam.amazonaws.com";
	event.event_name = scene->login ? "ConsoleLogin" : scene->name ? scene->name : "ListUsers";
	event.console_login = scene->login ? scene->login : "";
	event.mfa_used = TRISTATE_YES;
	event.read_only = TRISTATE_YES;
	snprintf(event.dedupe_key, sizeof event.dedupe_key, "e:%d", ++story->number);
	if (scene->id)
		snprintf(event.dedupe_key, sizeof event.dedupe_key, "%s", scene->id);
	detector_judge(&event, &no_policy, &story->baseline, NULL, ret_judgement);
	if (!scene->judged_only)
		assert_true(detector_learn(&event, ret_judgement, &story->baseline));
}

/* An account that has been acting from home for a month. */
static struct story settled(void)
{
	struct story story = {.number = 0};
	struct judgement judgement;
	for (int day = 40; day > 0; day -= 3)
		play(&story, &(struct scene){.time_s = NOW_S - day * DAY_S}, &judgement);
	play(&story, &(struct scene){.time_s = NOW_S - 39 * DAY_S, .login = "Success"}, &judgement);
	return story;
}

static void assert_signal(const struct judgement *judgement, const char *id, const char *severity)
{
	const struct signal_hit *hit = hit_of(judgement, id);
	const char *found = hit ? severity_name(hit->severity) : "none";
	if (strcmp(found, severity ? severity : "none") != 0)
		fail_msg("%s: %s instead of %s", id, found, severity ? severity : "none");
}

static void what_is_new_is_told_in_a_settled_account(void **state)
{
	(void)state;
	static const struct {
		const char *signal, *severity;
		struct scene scene;
	} rows[] = {
	    {"new_network", NULL, {.ip = HOME}},
	    {"new_network", NULL, {.ip = "203.0.113.200"}},
	    {"new_network", "high", {.ip = "203.0.114.7"}},
	    {"new_network", "high", {.ip = "2001:db8::1"}},
	    {"new_network", NULL, {.ip = "AWS Internal"}},
	    {"new_network", NULL, {.ip = ABROAD, .login = "Failure"}},
	    {"new_client", NULL, {.agent = "Mozilla/5.0 (Windows NT 11.0) Chrome/140.0 Safari/537.36"}},
	    {"new_client", "medium", {.agent = "aws-cli/2.13.5"}},
	    {"new_client", NULL, {.agent = "aws-cli/2.13.5", .login = "Failure"}},
	    {"new_region", NULL, {.region = "us-east-1"}},
	    {"new_region", "medium", {.region = "ap-southeast-7"}},
	    {"new_service", NULL, {.source = "iam.amazonaws.com"}},
	    {"new_service", "low", {.source = "ec2.amazonaws.com"}},
	    {"first_seen", NULL, {.ip = ABROAD}},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		SCOPED(story) struct story story = settled();
		struct scene scene = rows[i].scene;
		scene.time_s = NOW_S;
		struct judgement judgement;
		play(&story, &scene, &judgement);
		assert_signal(&judgement, rows[i].signal, rows[i].severity);
	}
}

static void nothing_is_new_to_an_account_without_history(void **state)
{
	(void)state;
	SCOPED(story) struct story story = {.number = 0};
	struct judgement judgement;
	for (int day = 0; day < 7; day++) {
		struct scene scene = {
		    .time_s = NOW_S + day * DAY_S, .ip = day ? ABROAD : HOME, .region = day ? "eu-west-1" : NULL};
		play(&story, &scene, &judgement);
		assert_signal(&judgement, "first_seen", "info");
		assert_signal(&judgement, "new_network", NULL);
		assert_signal(&judgement, "new_region", NULL);
		assert_int_equal(judgement.severity, SEVERITY_LOW);
	}
	play(&story, &(struct scene){.time_s = NOW_S + 7 * DAY_S}, &judgement);
	assert_signal(&judgement, "first_seen", NULL);
	assert_signal(&judgement, "new_network", NULL);
}

static void a_first_call_does_not_make_the_second_one_usual(void **state)
{
	(void)state;
	SCOPED(story) struct story story = settled();
	struct judgement judgement;
	play(&story, &(struct scene){.time_s = NOW_S, .ip = ABROAD}, &judgement);
	play(&story, &(struct scene){.time_s = NOW_S + 6 * DAY_S, .ip = ABROAD}, &judgement);
	assert_signal(&judgement, "new_network", "high");
	play(&story, &(struct scene){.time_s = NOW_S + 8 * DAY_S, .ip = ABROAD}, &judgement);
	assert_signal(&judgement, "new_network", NULL);
}

static void alarming_acts_and_what_comes_with_them_teach_nothing(void **state)
{
	(void)state;
	SCOPED(story) struct story story = settled();
	struct judgement judgement;
	struct scene alarm = {.time_s = NOW_S, .ip = ABROAD, .source = "cloudtrail.amazonaws.com", .name = "StopLogging"};
	play(&story, &alarm, &judgement);
	assert_int_equal(judgement.severity, SEVERITY_CRITICAL);
	play(&story, &(struct scene){.time_s = NOW_S + 5 * MINUTE_S, .ip = ABROAD}, &judgement);
	play(&story, &(struct scene){.time_s = NOW_S + 30 * DAY_S, .ip = ABROAD}, &judgement);
	assert_signal(&judgement, "new_network", "high");
}

static void silence_of_ninety_days_is_dormant(void **state)
{
	(void)state;
	static const struct {
		int days;
		const char *login, *severity;
	} rows[] = {{89, NULL, NULL}, {90, NULL, "high"}, {400, NULL, "high"}, {400, "Failure", NULL}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		SCOPED(story) struct story story = {.number = 0};
		struct judgement judgement;
		play(&story, &(struct scene){.time_s = NOW_S}, &judgement);
		struct scene scene = {.time_s = NOW_S + rows[i].days * DAY_S, .login = rows[i].login};
		play(&story, &scene, &judgement);
		assert_signal(&judgement, "dormant_root", rows[i].severity);
	}
	SCOPED(story) struct story empty = {.number = 0};
	struct judgement judgement;
	play(&empty, &(struct scene){.time_s = NOW_S}, &judgement);
	assert_signal(&judgement, "dormant_root", NULL);
}

static void only_the_first_act_after_silence_is_dormant(void **state)
{
	(void)state;
	SCOPED(story) struct story story = {.number = 0};
	struct judgement judgement;
	play(&story, &(struct scene){.time_s = NOW_S - 200 * DAY_S}, &judgement);
	play(&story, &(struct scene){.time_s = NOW_S}, &judgement);
	assert_signal(&judgement, "dormant_root", "high");
	play(&story, &(struct scene){.time_s = NOW_S + MINUTE_S}, &judgement);
	assert_signal(&judgement, "dormant_root", NULL);
	/* the same act, delivered late or twice, is what it was */
	play(&story, &(struct scene){.time_s = NOW_S - MINUTE_S, .judged_only = true}, &judgement);
	assert_signal(&judgement, "dormant_root", "high");
}

static void twenty_acts_in_ten_minutes_are_a_burst(void **state)
{
	(void)state;
	static const struct {
		int acts, seconds_apart;
		const char *severity;
	} rows[] = {{19, 1, NULL}, {20, 1, "high"}, {20, 31, "high"}, {20, 32, NULL}, {40, 60, NULL}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		SCOPED(story) struct story story = {.number = 0};
		struct judgement judgement;
		for (int act = 0; act < rows[i].acts; act++)
			play(&story, &(struct scene){.time_s = NOW_S + act * rows[i].seconds_apart}, &judgement);
		assert_signal(&judgement, "burst", rows[i].severity);
	}
}

static void one_act_sent_twenty_times_is_no_burst(void **state)
{
	(void)state;
	SCOPED(story) struct story story = {.number = 0};
	struct judgement judgement;
	for (int act = 0; act < 30; act++)
		play(&story, &(struct scene){.time_s = NOW_S, .id = "e:same"}, &judgement);
	assert_signal(&judgement, "burst", NULL);
}

static void five_failures_are_brute_force(void **state)
{
	(void)state;
	static const struct {
		int failures, minutes_apart;
		const char *severity;
	} rows[] = {{4, 1, NULL}, {5, 1, "high"}, {5, 3, "high"}, {5, 4, NULL}, {12, 4, NULL}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		SCOPED(story) struct story story = {.number = 0};
		struct judgement judgement;
		for (int k = 0; k < rows[i].failures; k++) {
			struct scene scene = {.time_s = NOW_S + k * rows[i].minutes_apart * MINUTE_S, .login = "Failure"};
			play(&story, &scene, &judgement);
		}
		assert_signal(&judgement, "brute_force", rows[i].severity);
	}
}

static void a_success_after_three_failures_is_critical(void **state)
{
	(void)state;
	static const struct {
		int failures, minutes_later;
		const char *severity;
	} rows[] = {{2, 3, NULL}, {3, 3, "critical"}, {3, 59, "critical"}, {3, 60, NULL}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		SCOPED(story) struct story story = settled();
		struct judgement judgement;
		for (int k = 0; k < rows[i].failures; k++)
			play(&story, &(struct scene){.time_s = NOW_S + k * MINUTE_S, .login = "Failure"}, &judgement);
		struct scene success = {.time_s = NOW_S + rows[i].minutes_later * MINUTE_S, .login = "Success"};
		play(&story, &success, &judgement);
		assert_signal(&judgement, "login_after_failures", rows[i].severity);
	}
}

static void failures_teach_no_network(void **state)
{
	(void)state;
	SCOPED(story) struct story story = settled();
	struct judgement judgement;
	play(&story, &(struct scene){.time_s = NOW_S - 20 * DAY_S, .ip = ABROAD, .login = "Failure"}, &judgement);
	play(&story, &(struct scene){.time_s = NOW_S, .ip = ABROAD, .login = "Success"}, &judgement);
	assert_signal(&judgement, "new_network", "high");
}

static void without_a_baseline_or_a_time_nothing_is_unusual(void **state)
{
	(void)state;
	SCOPED(story) struct story story = settled();
	struct judgement judgement;
	play(&story, &(struct scene){.time_s = 0, .ip = ABROAD}, &judgement);
	for (size_t i = 0; i < judgement.hit_count; i++)
		assert_int_not_equal(judgement.hits[i].signal->about, SIGNAL_PAST);
	SCOPED(sample) struct sample sample = judged("root_write", NULL, &no_policy);
	for (size_t i = 0; i < sample.judgement.hit_count; i++)
		assert_int_not_equal(sample.judgement.hits[i].signal->about, SIGNAL_PAST);
}

static void configured_networks_and_hours_are_asked(void **state)
{
	(void)state;
	struct cidr abroad;
	struct policy_window office;
	assert_true(parse_cidr("198.51.100.0/24", &abroad));
	assert_true(policy_window_parse("09:00-17:00", &office));
	const struct policy policy = {.networks = &abroad, .network_count = 1, .hours = &office, .hour_count = 1};
	SCOPED(story) struct story story = settled();
	SCOPED(sample) struct sample sample = judged("root_write", NULL, &no_policy);
	struct event event = *sample.event;
	event.time_s = NOW_S / DAY_S * DAY_S + 3 * HOUR_S;
	event.source_ip = ABROAD;
	struct judgement judgement;
	detector_judge(&event, &policy, &story.baseline, NULL, &judgement);
	assert_signal(&judgement, "new_network", NULL);
	assert_signal(&judgement, "off_hours", "medium");
	event.time_s += 7 * HOUR_S;
	detector_judge(&event, &policy, &story.baseline, NULL, &judgement);
	assert_signal(&judgement, "off_hours", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_new_is_told_in_a_settled_account),
	    cmocka_unit_test(nothing_is_new_to_an_account_without_history),
	    cmocka_unit_test(a_first_call_does_not_make_the_second_one_usual),
	    cmocka_unit_test(alarming_acts_and_what_comes_with_them_teach_nothing),
	    cmocka_unit_test(silence_of_ninety_days_is_dormant),
	    cmocka_unit_test(only_the_first_act_after_silence_is_dormant),
	    cmocka_unit_test(twenty_acts_in_ten_minutes_are_a_burst),
	    cmocka_unit_test(one_act_sent_twenty_times_is_no_burst),
	    cmocka_unit_test(five_failures_are_brute_force),
	    cmocka_unit_test(a_success_after_three_failures_is_critical),
	    cmocka_unit_test(failures_teach_no_network),
	    cmocka_unit_test(without_a_baseline_or_a_time_nothing_is_unusual),
	    cmocka_unit_test(configured_networks_and_hours_are_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
