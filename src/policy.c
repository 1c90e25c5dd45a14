/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a routine rule explain an event? Pure matching of one event against data
 * from the configuration. Must not know signals: what may never be routine is
 * the detector's to say.
 */
#include "policy.h"

#include <string.h>

#include "base/zone.h"

enum { HOUR_MIN = 60, DAY_MIN = 24 * HOUR_MIN, DAY_S = 24 * 60 * 60, WEEK_DAYS = 7, EVERY_DAY = (1 << WEEK_DAYS) - 1 };

static const char day_names[WEEK_DAYS][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

/* "Sat" at the start of *text, which moves behind it; -1 when there is none. */
static int take_day(const char **text)
{
	for (int day = 0; day < WEEK_DAYS; day++)
		if (strncmp(*text, day_names[day], 3) == 0) {
			*text += 3;
			return day;
		}
	return -1;
}

/* "Sat" or "Mon-Fri"; "Sat-Mon" runs over the end of the week. */
static bool take_day_range(const char **text, unsigned *days)
{
	int first = take_day(text);
	int last = first;
	if (first >= 0 && **text == '-') {
		(*text)++;
		last = take_day(text);
	}
	if (first < 0 || last < 0)
		return false;
	for (int day = first;; day = (day + 1) % WEEK_DAYS) {
		*days |= 1u << day;
		if (day == last)
			return true;
	}
}

static bool take_days(const char **text, unsigned *ret_days)
{
	unsigned days = 0;
	do {
		if (!take_day_range(text, &days))
			return false;
	} while (**text == ',' && (*text)++);
	*ret_days = days;
	return true;
}

/* Exactly two digits. */
static bool take_two_digits(const char **text, int *ret_number)
{
	if (strspn(*text, "0123456789") != 2)
		return false;
	*ret_number = ((*text)[0] - '0') * 10 + ((*text)[1] - '0');
	*text += 2;
	return true;
}

/* "02:30" as minutes of the day; "24:00" is its end. */
static bool take_time(const char **text, int *ret_min)
{
	int hour, minute;
	if (!take_two_digits(text, &hour) || *(*text)++ != ':' || !take_two_digits(text, &minute))
		return false;
	*ret_min = hour * HOUR_MIN + minute;
	return minute < HOUR_MIN && *ret_min <= DAY_MIN;
}

static bool take_times(const char **text, struct policy_window *window)
{
	if (!take_time(text, &window->start_min) || **text != '-')
		return false;
	(*text)++;
	return take_time(text, &window->end_min) && window->start_min < DAY_MIN;
}

bool policy_window_parse(const char *text, struct policy_window *ret_window)
{
	struct policy_window window = {.days = EVERY_DAY, .start_min = 0, .end_min = DAY_MIN};
	bool has_days = *text >= 'A';
	if (has_days && !take_days(&text, &window.days))
		return false;
	bool has_times = !has_days || *text == ' ';
	text += has_days && has_times;
	if ((has_times && !take_times(&text, &window)) || *text)
		return false;
	*ret_window = window;
	return true;
}

/* The service part is how it stands before .amazonaws.com: always in small letters. */
bool policy_is_call_pattern(const char *text)
{
	size_t service = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.*?");
	return strcmp(text, "*") == 0 || (service > 0 && text[service] == ':' && text[service + 1] != '\0');
}

static const struct policy_account *find_account(const struct policy *policy, const char *account_id)
{
	for (size_t i = 0; i < policy->account_count; i++)
		if (strcmp(policy->accounts[i].id, account_id) == 0)
			return &policy->accounts[i];
	return NULL;
}

const char *policy_account_name(const struct policy *policy, const char *account_id)
{
	const struct policy_account *account = find_account(policy, account_id);
	return account ? account->name : "";
}

bool policy_account_is(const struct policy *policy, const char *wanted, const char *account_id)
{
	if (wanted[0] == '\0')
		return false;
	return strcmp(wanted, account_id) == 0 || strcmp(wanted, policy_account_name(policy, account_id)) == 0;
}

static bool is_in_window(const struct policy_window *window, int64_t local_s)
{
	int64_t day = local_s / DAY_S;
	int minute = (int)(local_s % DAY_S / 60);
	bool over_midnight = window->end_min <= window->start_min;
	if (over_midnight && minute < window->end_min)
		day--; /* the day on which it began */
	else if (minute < window->start_min || (!over_midnight && minute >= window->end_min))
		return false;
	return window->days & 1u << (day + 3) % WEEK_DAYS; /* 1970-01-01 was a Thursday */
}

/* The local time of zone NULL is UTC. */
static bool is_in_windows(const struct policy_window *windows, size_t count, const struct zone *zone, int64_t time_s)
{
	int64_t local_s = time_s + zone_offset_s(zone, time_s);
	for (size_t i = 0; i < count; i++)
		if (time_s > DAY_S && is_in_window(&windows[i], local_s))
			return true;
	return false;
}

static bool is_in_networks(const struct cidr *networks, size_t count, const char *address)
{
	for (size_t i = 0; i < count; i++)
		if (cidr_contains(&networks[i], address))
			return true;
	return false;
}

enum severity policy_severity(const struct policy *policy, const char *signal, const char *account_id,
                              enum severity otherwise)
{
	enum severity severity = otherwise;
	for (size_t i = 0; i < policy->override_count; i++) {
		const struct policy_override *override = &policy->overrides[i];
		if (strcmp(override->signal, signal) != 0)
			continue;
		if (override->account && policy_account_is(policy, override->account, account_id))
			return override->severity;
		if (!override->account)
			severity = override->severity;
	}
	return severity;
}

bool policy_knows_address(const struct policy *policy, const struct event *event)
{
	const struct policy_account *account = find_account(policy, event_account(event));
	return is_in_networks(policy->networks, policy->network_count, event->source_ip) ||
	       (account && is_in_networks(account->networks, account->network_count, event->source_ip));
}

bool policy_off_hours(const struct policy *policy, const struct event *event)
{
	const struct policy_account *account = find_account(policy, event_account(event));
	const struct zone *zone = account && account->zone ? account->zone : policy->zone;
	if (account && account->hour_count > 0)
		return !is_in_windows(account->hours, account->hour_count, zone, event->time_s);
	return policy->hour_count > 0 && !is_in_windows(policy->hours, policy->hour_count, zone, event->time_s);
}

/* The conditions, one function each; asked only when the rule gives it. */

static bool events_hold(const struct policy *policy, const struct policy_rule *rule, const struct event *event)
{
	(void)policy;
	char call[EVENT_CALL_BYTES];
	event_call(event, call);
	for (size_t i = 0; i < rule->event_count; i++)
		if (wildcard_match(rule->events[i], call))
			return true;
	return rule->event_count == 0;
}

static bool accounts_hold(const struct policy *policy, const struct policy_rule *rule, const struct event *event)
{
	for (size_t i = 0; i < rule->account_count; i++)
		if (policy_account_is(policy, rule->accounts[i], event_account(event)))
			return true;
	return rule->account_count == 0;
}

static bool source_ips_hold(const struct policy *policy, const struct policy_rule *rule, const struct event *event)
{
	(void)policy;
	return rule->source_ip_count == 0 || is_in_networks(rule->source_ips, rule->source_ip_count, event->source_ip);
}

static bool regions_hold(const struct policy *policy, const struct policy_rule *rule, const struct event *event)
{
	(void)policy;
	for (size_t i = 0; i < rule->region_count; i++)
		if (strcmp(rule->regions[i], event->region) == 0)
			return true;
	return rule->region_count == 0;
}

static bool user_agent_holds(const struct policy *policy, const struct policy_rule *rule, const struct event *event)
{
	(void)policy;
	return !rule->user_agent || wildcard_match(rule->user_agent, event->user_agent);
}

static bool mfa_holds(const struct policy *policy, const struct policy_rule *rule, const struct event *event)
{
	(void)policy;
	return rule->mfa == TRISTATE_UNKNOWN || event_mfa(event) == rule->mfa;
}

/* An event without a time is in no window and before no date. */
static bool window_holds(const struct policy *policy, const struct policy_rule *rule, const struct event *event)
{
	return rule->window_count == 0 || is_in_windows(rule->windows, rule->window_count, policy->zone, event->time_s);
}

static bool until_holds(const struct policy *policy, const struct policy_rule *rule, const struct event *event)
{
	(void)policy;
	return rule->until_s == 0 || (event->time_s > 0 && event->time_s < rule->until_s);
}

static const struct condition {
	const char *name; /* as the configuration spells it */
	bool (*holds)(const struct policy *policy, const struct policy_rule *rule, const struct event *event);
} conditions[] = {
    {"events", events_hold},   {"accounts", accounts_hold}, {"source_ips", source_ips_hold},
    {"regions", regions_hold}, {"mfa", mfa_holds},          {"user_agent", user_agent_holds},
    {"window", window_holds},  {"until", until_holds},
};

/* Making users and groups is what root is honestly used for; giving them anything is not in it. */
static const char *const provisioning[] = {"iam:CreateUser", "iam:CreateGroup"};
static const struct policy_rule default_rules[] = {
    {
        .name = "built-in: user provisioning",
        .events = provisioning,
        .event_count = sizeof provisioning / sizeof provisioning[0],
        .mfa = TRISTATE_YES,
        .known_network = true,
        .history = true,
    },
};
enum { DEFAULT_RULE_COUNT = sizeof default_rules / sizeof default_rules[0] };

const struct policy_rule *policy_rule_at(const struct policy *policy, size_t index)
{
	if (index < policy->rule_count)
		return &policy->rules[index];
	index -= policy->rule_count;
	return policy->defaults && index < DEFAULT_RULE_COUNT ? &default_rules[index] : NULL;
}

const char *policy_rule_fails(const struct policy *policy, const struct policy_rule *rule, const struct event *event,
                              const struct policy_moment *moment)
{
	for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
		if (!conditions[i].holds(policy, rule, event))
			return conditions[i].name;
	if (rule->history && !moment->history)
		return "history";
	return rule->known_network && !moment->known_network ? "known_network" : NULL;
}
