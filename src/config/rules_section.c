/* SPDX-License-Identifier: Apache-2.0 */
/* `policy.routine:`: what makes root activity routine. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/zone.h"
#include "config/policy_keys.h"
#include "config/sections.h"
#include "signals.h"

static bool parse_event(struct reader *reader, const struct key *key, const char *text, void *place)
{
	return policy_is_call_pattern(text) && type_text.parse(reader, key, text, place);
}

static bool parse_mfa(struct reader *reader, const struct key *key, const char *text, void *place)
{
	bool mfa;
	if (!type_bool.parse(reader, key, text, &mfa))
		return false;
	*(enum tristate *)place = mfa ? TRISTATE_YES : TRISTATE_NO;
	return true;
}

/* `false` would read like "from an unknown one": nobody can want that to be routine. */
static bool parse_known_network(struct reader *reader, const struct key *key, const char *text, void *place)
{
	return type_bool.parse(reader, key, text, place) && *(bool *)place;
}

/* "2027-01-01" is its first moment where the policy's clock hangs. */
static bool parse_date(const char *text, const struct zone *zone, int64_t *ret_time_s)
{
	char midnight[sizeof "2027-01-01T00:00:00Z"];
	int64_t time_s;
	if (strlen(text) != sizeof "2027-01-01" - 1)
		return false;
	snprintf(midnight, sizeof midnight, "%.10sT00:00:00Z", text);
	if (!clock_parse_utc(midnight, &time_s))
		return false;
	int64_t about_s = time_s - zone_offset_s(zone, time_s);
	*ret_time_s = time_s - zone_offset_s(zone, about_s);
	return true;
}

static bool parse_until(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)key;
	int64_t time_s;
	if (!clock_parse_utc(text, &time_s) && !parse_date(text, reader->config->policy.zone, &time_s))
		return false;
	if (time_s <= 0) /* 0 stands for "for ever", the opposite of what 1970 means */
		return false;
	*(int64_t *)place = time_s;
	return true;
}

/* Only what is unusual breaks a rule: to allow anything else would say nothing. NULL: complained. */
static const char *allowed_signal(struct reader *reader, const struct value *value)
{
	const struct signal *signal = signal_named(reader, value->node, value->text);
	if (!signal || signal->about == SIGNAL_PAST)
		return signal ? signal->id : NULL;
	schema_complain(reader, value->node,
	                "allow: %s breaks no rule; what can be allowed is what is unusual, such as new_network",
	                signal->id);
	return NULL;
}

static void read_allowed(struct reader *reader, const struct key *key, const struct node *node, void *place)
{
	struct policy_rule *rule = place;
	const struct key texts = {.name = key->name, .type = &type_texts};
	struct values values;
	if (!schema_values(reader, &texts, node, &values))
		return;
	const char **allow = arena_alloc(&reader->keep, (values.count + 1) * sizeof *allow);
	size_t count = 0;
	for (size_t i = 0; allow && i < values.count; i++) {
		const char *signal = allowed_signal(reader, &values.list[i]);
		if (signal)
			allow[count++] = signal;
	}
	rule->allow = allow;
	rule->allow_count = count;
}

static const struct key_type type_events = {
    .wanted = "a list of calls such as iam:CreateUser or iam:*, the service in small letters",
    .parse = parse_event,
    .item_bytes = sizeof(char *),
};
static const struct key_type type_mfa = {.wanted = "true or false", .parse = parse_mfa};
static const struct key_type type_known_network = {.wanted = "true, or left out", .parse = parse_known_network};
static const struct key_type type_until = {
    .wanted = "a date or time such as 2027-01-01 or 2027-01-01T08:00:00Z",
    .parse = parse_until,
};
static const struct key_type type_allowed = {.wanted = "a list of signals", .read = read_allowed};

#define CONDITION(field)                   .filled = true, .offset = offsetof(struct policy_rule, field)
#define CONDITION_LIST(field, field_count) CONDITION(field), .count_offset = offsetof(struct policy_rule, field_count)

/* A condition that a variable made empty would always hold: that is a mistake, not a wider rule. */
static const struct key rule_keys[] = {
    {.name = "name", .type = &type_text, .required = true, .offset = offsetof(struct policy_rule, name)},
    {.name = "events", .type = &type_events, CONDITION_LIST(events, event_count)},
    {.name = "accounts", .type = &type_account_list, CONDITION_LIST(accounts, account_count)},
    {.name = "source_ips", .type = &type_cidrs, CONDITION_LIST(source_ips, source_ip_count)},
    {.name = "known_network", .type = &type_known_network, CONDITION(known_network)},
    {.name = "regions", .type = &type_texts, CONDITION_LIST(regions, region_count)},
    {.name = "user_agent", .type = &type_text, CONDITION(user_agent)},
    {.name = "mfa", .type = &type_mfa, CONDITION(mfa)},
    {.name = "window", .type = &type_windows, CONDITION_LIST(windows, window_count)},
    {.name = "until", .type = &type_until, CONDITION(until_s)},
    {.name = "allow", .type = &type_allowed},
    {.name = NULL},
};

static void read_rules(struct reader *reader, const struct key *key, const struct node *node, void *place)
{
	struct policy *policy = place;
	size_t count;
	const struct item *item = schema_items(reader, key, node, &count);
	struct policy_rule *rules = arena_alloc(&reader->keep, (count + 1) * sizeof *rules);
	if (!rules)
		return;
	for (struct policy_rule *rule = rules; item; item = item->next, rule++)
		schema_read_map(reader, "a routine rule", rule_keys, item->value, rule);
	policy->rules = rules;
	policy->rule_count = count;
	rules_doubt(reader, policy);
}

const struct key_type type_rules = {.wanted = "a list of rules", .read = read_rules};
