/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is unusual about an act, given what root of this account did before: the
 * predicates that ask the baseline. An account that has not been watched for a week
 * says so once an act, and nothing of it is called new. Pure.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/excerpt.h"
#include "signal_absence.h"
#include "signal_checks.h"

enum {
	MINUTE_S = 60,
	DAY_S = 24 * 60 * 60,
	DORMANT_S = 90 * DAY_S,
	BURST_ACTS = 20,
	BURST_S = 10 * MINUTE_S,
	BRUTE_FORCE_FAILURES = 5,
	BRUTE_FORCE_S = 15 * MINUTE_S,
	SUSPECT_FAILURES = 3,
	SUSPECT_S = 60 * MINUTE_S,
};

static bool is_failed_sign_in(const struct act *act)
{
	return act->facts.act == BASELINE_SIGN_IN_FAILED;
}

/* Nobody acted as root by failing to sign in. */
static bool has_past(const struct act *act)
{
	return act->baseline && act->facts.time_s > 0 && !is_failed_sign_in(act);
}

static struct excerpt day(int64_t time_s)
{
	char text[CLOCK_UTC_BYTES];
	clock_format_utc(time_s, text);
	text[sizeof "2026-11-24" - 1] = '\0';
	return excerpt(text);
}

bool check_first_seen(const struct act *act, struct signal_hit *hit)
{
	if (!has_past(act) || baseline_is_ripe(act->baseline, act->facts.time_s))
		return false;
	if (act->baseline->first_s == 0)
		return signal_holds(hit, "nothing is known of root of this account before: what is new cannot be told yet");
	return signal_holds(hit, "root of this account is known since %s: what is new can be told after 7 days",
	                    day(act->baseline->first_s).text);
}

bool check_dormant(const struct act *act, struct signal_hit *hit)
{
	if (!has_past(act))
		return false;
	int64_t previous_s = baseline_previous_s(act->baseline, act->facts.time_s);
	if (previous_s == 0 || act->facts.time_s - previous_s < DORMANT_S)
		return false;
	return signal_holds(hit, "eventTime is %" PRId64 " days after root's last act, on %s",
	                    (act->facts.time_s - previous_s) / DAY_S, day(previous_s).text);
}

static bool is_new(const struct act *act, enum baseline_kind kind)
{
	const char *value = act->facts.values[kind];
	return has_past(act) && value[0] && baseline_is_ripe(act->baseline, act->facts.time_s) &&
	       !baseline_knows(act->baseline, kind, value, act->facts.time_s);
}

bool check_new_network(const struct act *act, struct signal_hit *hit)
{
	const char *network = act->facts.values[BASELINE_NETWORK];
	if (!is_new(act, BASELINE_NETWORK) || policy_knows_address(act->policy, act->event))
		return false;
	return signal_holds(hit, "sourceIPAddress %s is in %s, where root of this account is not known to act from",
	                    excerpt(act->event->source_ip).text, network);
}

bool check_new_client(const struct act *act, struct signal_hit *hit)
{
	if (!is_new(act, BASELINE_CLIENT))
		return false;
	return signal_holds(hit, "userAgent is of the kind \"%s\", which root of this account is not known to use",
	                    excerpt(act->facts.values[BASELINE_CLIENT]).text);
}

bool check_new_region(const struct act *act, struct signal_hit *hit)
{
	if (!is_new(act, BASELINE_REGION))
		return false;
	return signal_holds(hit, "awsRegion is \"%s\", where root of this account is not known to act",
	                    excerpt(act->facts.values[BASELINE_REGION]).text);
}

bool check_new_service(const struct act *act, struct signal_hit *hit)
{
	if (!is_new(act, BASELINE_SERVICE))
		return false;
	return signal_holds(hit, "eventSource is \"%s\", which root of this account is not known to use",
	                    excerpt(act->facts.values[BASELINE_SERVICE]).text);
}

bool check_burst(const struct act *act, struct signal_hit *hit)
{
	if (!has_past(act))
		return false;
	size_t acts = baseline_count(act->baseline, BASELINE_ACT, act->facts.time_s, BURST_S, act->facts.key);
	if (acts < BURST_ACTS)
		return false;
	return signal_holds(hit, "root acted %zu times within 10 minutes by eventTime", acts);
}

static size_t failures_within(const struct act *act, int64_t span_s)
{
	return baseline_count(act->baseline, BASELINE_SIGN_IN_FAILED, act->facts.time_s, span_s, act->facts.key);
}

bool check_brute_force(const struct act *act, struct signal_hit *hit)
{
	if (!act->baseline || !is_failed_sign_in(act) || failures_within(act, BRUTE_FORCE_S) < BRUTE_FORCE_FAILURES)
		return false;
	return signal_holds(hit, "%zu sign-ins as root failed within 15 minutes by eventTime",
	                    failures_within(act, BRUTE_FORCE_S));
}

bool check_login_after_failures(const struct act *act, struct signal_hit *hit)
{
	if (!act->baseline || act->facts.act != BASELINE_SIGN_IN || failures_within(act, SUSPECT_S) <= SUSPECT_FAILURES)
		return false;
	return signal_holds(hit, "responseElements.ConsoleLogin is Success after %zu failures within an hour by eventTime",
	                    failures_within(act, SUSPECT_S) - 1);
}

/* Whoever is asked for a second factor has given the right password. */
bool check_mfa_unanswered(const struct act *act, struct signal_hit *hit)
{
	const struct absence *absence = absence_of(act->event);
	if (!act->closed || !absence || !act->baseline || act->facts.time_s <= 0 ||
	    absence_is_answered(absence, act->baseline, act->facts.time_s))
		return false;
	return signal_holds(hit,
	                    "eventName is CheckMfa, and no successful ConsoleLogin of root followed within 10 minutes");
}

/* Of AssumeRoot: whoever opens sessions is not root, so its targets ripen by themselves. */
bool check_target_is_new(const struct act *act)
{
	const char *target = act->facts.values[BASELINE_TARGET];
	int64_t time_s = act->facts.time_s;
	if (!act->baseline || !target[0] || time_s <= 0)
		return false;
	return baseline_knows_any(act->baseline, BASELINE_TARGET, time_s) &&
	       !baseline_knows(act->baseline, BASELINE_TARGET, target, time_s);
}

bool check_off_hours(const struct act *act, struct signal_hit *hit)
{
	return act->event->time_s > 0 && !is_failed_sign_in(act) && policy_off_hours(act->policy, act->event) &&
	       signal_holds(hit, "eventTime is outside of the hours that the policy gives for this account");
}
