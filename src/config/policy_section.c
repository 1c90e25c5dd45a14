/* SPDX-License-Identifier: Apache-2.0 */
/* `accounts:` and `policy:`: whose accounts these are, and what makes root activity routine. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/zone.h"
#include "config/sections.h"
#include "signals.h"

enum { ACCOUNT_ID_DIGITS = 12 };

static bool is_account_id(const char *text)
{
	return strlen(text) == ACCOUNT_ID_DIGITS && strspn(text, "0123456789") == ACCOUNT_ID_DIGITS;
}

/* The accounts while they are read. */
struct accounts {
	struct policy_account *list;
	size_t count;
};

static void add_account(struct reader *reader, struct accounts *accounts, const struct node *at, const char *id,
                        const char *name)
{
	if (!is_account_id(id))
		schema_complain(reader, at, "accounts: an account id has twelve digits");
	accounts->list[accounts->count++] = (struct policy_account){.id = id, .name = name};
}

static void add_from_map(struct reader *reader, struct accounts *accounts, const struct node *node)
{
	for (const struct item *item = node->items; item; item = item->next) {
		const struct key key = {.name = "the account's name", .type = &type_text};
		const char *id = arena_text(&reader->keep, item->key->text, strlen(item->key->text));
		const char *name = NULL;
		struct values values;
		if (id && schema_values(reader, &key, item->value, &values) && values.count > 0 &&
		    schema_parse(reader, &key, &values.list[0], &name) && name)
			add_account(reader, accounts, item->key, id, name);
	}
}

/* "111122223333=prod, 444455556666=sandbox": what a variable can hold. */
static void add_from_text(struct reader *reader, struct accounts *accounts, const struct values *values)
{
	for (size_t i = 0; i < values->count; i++) {
		const struct value *value = &values->list[i];
		size_t length = strcspn(value->text, "=");
		const char *id = arena_text(&reader->keep, value->text, length);
		const char *name = value->text[length] ? value->text + length + 1 : "";
		name = arena_text(&reader->keep, name, strlen(name));
		if (!id || !name)
			return;
		if (*name)
			add_account(reader, accounts, value->node, id, name);
		else
			schema_complain(reader, value->node,
			                "accounts, as one text, must look like 111122223333=prod,444455556666=test");
	}
}

static void read_accounts(struct reader *reader, const struct key *key, const struct node *node, void *place)
{
	struct policy *policy = place;
	struct accounts accounts = {0};
	struct values values = {0};
	size_t room = node->size;
	if (node->kind == NODE_LIST) {
		schema_complain(reader, node, "accounts must be a mapping of account ids to names, not a list");
		return;
	}
	if (node->kind == NODE_TEXT) {
		const struct key parted = {.name = key->name, .type = &type_texts};
		if (!schema_values(reader, &parted, node, &values))
			return;
		room = values.count;
	}
	accounts.list = arena_alloc(&reader->keep, (room + 1) * sizeof *accounts.list);
	if (!accounts.list)
		return;
	if (node->kind == NODE_MAP)
		add_from_map(reader, &accounts, node);
	else
		add_from_text(reader, &accounts, &values);
	policy->accounts = accounts.list;
	policy->account_count = accounts.count;
}

static bool parse_account(struct reader *reader, const struct key *key, const char *text, void *place)
{
	const struct policy *policy = &reader->config->policy;
	bool known = is_account_id(text);
	for (size_t i = 0; i < policy->account_count && !known; i++) {
		known = strcmp(policy->accounts[i].name, text) == 0;
		suggestion_try(&reader->hint, policy->accounts[i].name, strlen(policy->accounts[i].name));
	}
	return known && type_text.parse(reader, key, text, place);
}

static bool parse_timezone(struct reader *reader, const struct key *key, const char *text, void *place)
{
	struct config *config = place;
	struct err err;
	config->policy.zone = zone_load(text, &err);
	return config->policy.zone && type_text.parse(reader, key, text, &config->timezone);
}

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

static bool parse_window(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)reader;
	(void)key;
	return policy_window_parse(text, place);
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

const struct key_type type_accounts = {.wanted = "a mapping of account ids to names", .read = read_accounts};
const struct key_type type_account_list = {
    .wanted = "a list of account ids or of names given under accounts",
    .parse = parse_account,
    .item_bytes = sizeof(char *),
};
static const struct key_type type_timezone = {
    .wanted = "a time zone that this system knows (package tzdata), such as Europe/Berlin",
    .parse = parse_timezone,
};
static const struct key_type type_events = {
    .wanted = "a list of calls such as iam:CreateUser or iam:*, the service in small letters",
    .parse = parse_event,
    .item_bytes = sizeof(char *),
};
static const struct key_type type_mfa = {.wanted = "true or false", .parse = parse_mfa};
static const struct key_type type_windows = {
    .wanted = "times such as \"Sat 02:00-04:00\", \"Mon-Fri 08:00-18:00\" or \"Sat,Sun\", or a list of them",
    .parse = parse_window,
    .item_bytes = sizeof(struct policy_window),
    .one_text = true,
};
static const struct key_type type_until = {
    .wanted = "a date or time such as 2027-01-01 or 2027-01-01T08:00:00Z",
    .parse = parse_until,
};

#define CONDITION(field)                   .filled = true, .offset = offsetof(struct policy_rule, field)
#define CONDITION_LIST(field, field_count) CONDITION(field), .count_offset = offsetof(struct policy_rule, field_count)

/* A condition that a variable made empty would always hold: that is a mistake, not a wider rule. */
static const struct key rule_keys[] = {
    {.name = "name", .type = &type_text, .required = true, .offset = offsetof(struct policy_rule, name)},
    {.name = "events", .type = &type_events, CONDITION_LIST(events, event_count)},
    {.name = "accounts", .type = &type_account_list, CONDITION_LIST(accounts, account_count)},
    {.name = "source_ips", .type = &type_cidrs, CONDITION_LIST(source_ips, source_ip_count)},
    {.name = "regions", .type = &type_texts, CONDITION_LIST(regions, region_count)},
    {.name = "user_agent", .type = &type_text, CONDITION(user_agent)},
    {.name = "mfa", .type = &type_mfa, CONDITION(mfa)},
    {.name = "window", .type = &type_windows, CONDITION_LIST(windows, window_count)},
    {.name = "until", .type = &type_until, CONDITION(until_s)},
    {.name = NULL},
};

static bool is_wide(const struct policy_rule *rule)
{
	return rule->event_count == 0 && rule->source_ip_count == 0 && rule->region_count == 0 && !rule->user_agent &&
	       rule->mfa == TRISTATE_UNKNOWN && rule->window_count == 0;
}

static void read_rules(struct reader *reader, const struct key *key, const struct node *node, void *place)
{
	struct config *config = place;
	size_t count;
	const struct item *item = schema_items(reader, key, node, &count);
	struct policy_rule *rules = arena_alloc(&reader->keep, (count + 1) * sizeof *rules);
	if (!rules)
		return;
	for (struct policy_rule *rule = rules; item; item = item->next, rule++) {
		schema_read_map(reader, "a routine rule", rule_keys, item->value, rule);
		if (rule->name && is_wide(rule))
			schema_warn(
			    reader,
			    "routine rule \"%s\" has no condition but accounts and time limit: it makes nearly everything routine",
			    rule->name);
	}
	config->policy.rules = rules;
	config->policy.rule_count = count;
}

static bool signal_known(struct reader *reader, const struct node *name)
{
	if (signal_find(name->text))
		return true;
	struct suggestion meant = suggestion_for(name->text);
	for (size_t i = 0; i < signal_count; i++)
		suggestion_try(&meant, signals[i].id, strlen(signals[i].id));
	char hint[SUGGESTION_BYTES];
	schema_complain(reader, name, "there is no signal \"%s\"%s", name->text, suggestion_text(&meant, hint));
	return false;
}

static void read_severities(struct reader *reader, const struct key *key, const struct node *node, void *place)
{
	struct config *config = place;
	if (!schema_is_map(reader, key->name, node))
		return;
	struct policy_override *overrides = arena_alloc(&reader->keep, node->size * sizeof *overrides);
	size_t count = 0;
	for (const struct item *item = overrides ? node->items : NULL; item; item = item->next) {
		const struct key severity = {.name = "severity", .type = &type_choice, .choices = SEVERITY_CHOICES};
		struct values values;
		if (signal_known(reader, item->key) && schema_values(reader, &severity, item->value, &values) &&
		    values.count > 0 && schema_parse(reader, &severity, &values.list[0], &overrides[count].severity))
			overrides[count++].signal = signal_find(item->key->text)->id;
	}
	config->policy.overrides = overrides;
	config->policy.override_count = count;
}

static const struct key_type type_rules = {.wanted = "a list of rules", .read = read_rules};
static const struct key_type type_severities = {
    .wanted = "a mapping of signals to severities",
    .read = read_severities,
};

/* The time zone first: `until` needs it. */
const struct key policy_keys[] = {
    {.name = "timezone", .type = &type_timezone},
    {.name = "routine", .type = &type_rules},
    {.name = "severity", .type = &type_severities},
    {.name = NULL},
};
