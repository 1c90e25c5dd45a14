/* SPDX-License-Identifier: Apache-2.0 */
/* `policy:` but for its rules, and `watch:`: clocks, what is known without having been seen, how bad signals are. */
#include <string.h>

#include "base/parse.h"
#include "config/policy_keys.h"
#include "config/sections.h"
#include "signals.h"

const struct signal *signal_named(struct reader *reader, const struct node *at, const char *name)
{
	const struct signal *signal = signal_find(name);
	if (signal)
		return signal;
	struct suggestion meant = suggestion_for(name);
	for (size_t i = 0; i < signal_count; i++)
		suggestion_try(&meant, signals[i].id, strlen(signals[i].id));
	char hint[SUGGESTION_BYTES];
	schema_complain(reader, at, "there is no signal \"%s\"%s", name, suggestion_text(&meant, hint));
	return NULL;
}

/* ---- severity ---- */

/* The overrides while they are read. */
struct overrides {
	struct policy_override *list;
	size_t count;
};

static void add_override(struct reader *reader, struct overrides *overrides, const struct policy_override *override,
                         const struct node *node)
{
	static const struct key key = {.name = "severity", .type = &type_choice, .choices = SEVERITY_CHOICES};
	struct policy_override *place = &overrides->list[overrides->count];
	struct values values;
	*place = *override;
	if (!schema_values(reader, &key, node, &values) || values.count == 0 ||
	    !schema_parse(reader, &key, &values.list[0], &place->severity))
		return;
	overrides->count++;
	if (signal_find(override->signal)->severity == SEVERITY_CRITICAL && place->severity < SEVERITY_CRITICAL)
		schema_warn(reader, "severity: %s is critical, and is lowered to %s%s%s: a rule can then make it routine",
		            override->signal, severity_name(place->severity), override->account ? " in account " : "",
		            override->account ? override->account : "");
}

/* "default" is every account that is not named beside it. */
static void add_by_account(struct reader *reader, struct overrides *overrides, const char *signal,
                           const struct node *map)
{
	for (const struct item *item = map->items; item; item = item->next) {
		const char *account = item->key->text;
		char hint[SUGGESTION_BYTES];
		reader->hint = suggestion_for(account);
		suggestion_try(&reader->hint, "default", strlen("default"));
		bool is_default = strcmp(account, "default") == 0;
		if (is_default || account_known(reader, account))
			add_override(reader, overrides,
			             &(struct policy_override){
			                 .signal = signal,
			                 .account = is_default ? NULL : arena_text(&reader->keep, account, strlen(account)),
			             },
			             item->value);
		else
			schema_complain(reader, item->key,
			                "severity must be by account ids, names given under accounts, or default%s",
			                suggestion_text(&reader->hint, hint));
	}
}

static void read_severities(struct reader *reader, const struct key *key, const struct node *node, void *place)
{
	struct policy *policy = place;
	if (!schema_is_map(reader, key->name, node))
		return;
	struct overrides overrides = {.list = arena_alloc(&reader->keep, (node->size + 1) * sizeof *overrides.list)};
	for (const struct item *item = overrides.list ? node->items : NULL; item; item = item->next) {
		const struct signal *signal = signal_named(reader, item->key, item->key->text);
		if (signal && item->value->kind == NODE_MAP)
			add_by_account(reader, &overrides, signal->id, item->value);
		else if (signal)
			add_override(reader, &overrides, &(struct policy_override){.signal = signal->id}, item->value);
	}
	policy->overrides = overrides.list;
	policy->override_count = overrides.count;
}

static const struct key_type type_severities = {
    .wanted = "a mapping of signals to severities",
    .read = read_severities,
};

#define FIELD(field)             .offset = offsetof(struct config, policy.field)
#define FIELD_LIST(field, count) FIELD(field), .count_offset = offsetof(struct config, policy.count)

/* The time zone first: `until` needs it. */
const struct key policy_keys[] = {
    {.name = "timezone", .type = &type_timezone, FIELD(zone)},
    {.name = "hours", .type = &type_windows, FIELD_LIST(hours, hour_count)},
    {.name = "known_networks", .type = &type_cidrs, FIELD_LIST(networks, network_count)},
    {.name = "defaults", .type = &type_bool, FIELD(defaults)},
    {.name = "routine", .type = &type_rules, .offset = offsetof(struct config, policy)},
    {.name = "severity", .type = &type_severities, .offset = offsetof(struct config, policy)},
    {.name = NULL},
};

/* ---- watch ---- */

/* arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE. False: not every part is there. */
static bool is_arn(const char *text)
{
	enum { COLONS = 5 };
	if (strncmp(text, "arn:", 4) != 0)
		return false;
	for (int colons = 0; colons < COLONS; colons++) {
		text = strchr(text, ':');
		if (!text)
			return false;
		text++;
	}
	return *text != '\0';
}

/* Of anything else no call is looked at: it would stand there in vain. */
static bool parse_watched(struct reader *reader, const struct key *key, const char *text, void *place)
{
	static const char *const services[] = {"arn:*:events:?*:?*:*", "arn:*:sns:?*:?*:*", "arn:*:cloudtrail:?*:?*:*"};
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
		if (is_arn(text) && wildcard_match(services[i], text))
			return type_text.parse(reader, key, text, place);
	return false;
}

static bool parse_principal(struct reader *reader, const struct key *key, const char *text, void *place)
{
	return is_arn(text) && type_text.parse(reader, key, text, place);
}

static const struct key_type type_watched = {
    .wanted = "a list of ARNs of EventBridge, SNS or CloudTrail, such as "
              "arn:aws:events:us-east-1:111122223333:rule/root-activity",
    .parse = parse_watched,
    .item_bytes = sizeof(char *),
};
static const struct key_type type_principals = {
    .wanted = "a list of ARNs of users, roles or sessions, such as arn:aws:iam::111122223333:role/deployer",
    .parse = parse_principal,
    .item_bytes = sizeof(char *),
};

const struct key watch_keys[] = {
    {.name = "arns", .type = &type_watched, FIELD_LIST(watch.arns, watch.arn_count)},
    {.name = "principals", .type = &type_principals, FIELD_LIST(watch.principals, watch.principal_count)},
    {.name = NULL},
};
