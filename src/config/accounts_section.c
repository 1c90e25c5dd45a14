/* SPDX-License-Identifier: Apache-2.0 */
/* `accounts:`: whose accounts these are, and what is usual for root of each; and the time zones, for `policy:` too. */
#include <string.h>

#include "base/zone.h"
#include "config/policy_keys.h"
#include "config/sections.h"

enum { ACCOUNT_ID_DIGITS = 12 };

static bool is_account_id(const char *text)
{
	return strlen(text) == ACCOUNT_ID_DIGITS && strspn(text, "0123456789") == ACCOUNT_ID_DIGITS;
}

/* ---- time zones ---- */

/* Every zone is loaded once, however many accounts have it. NULL: there is none of that name, or no memory. */
static const struct zone *find_zone(struct reader *reader, const char *name)
{
	struct config *config = reader->config;
	for (const struct config_zone *known = config->zones; known; known = known->next)
		if (strcmp(known->name, name) == 0)
			return known->zone;
	struct err err;
	struct config_zone *entry = arena_alloc(&reader->keep, sizeof *entry);
	const char *kept = arena_text(&reader->keep, name, strlen(name));
	struct zone *zone = entry && kept ? zone_load(name, &err) : NULL;
	if (!zone)
		return NULL;
	*entry = (struct config_zone){.name = kept, .zone = zone, .next = config->zones};
	config->zones = entry;
	return zone;
}

static bool parse_zone(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)key;
	const struct zone *zone = find_zone(reader, text);
	if (zone)
		*(const struct zone **)place = zone;
	return zone;
}

/* ---- one account ---- */

#define FIELD(field)                   .offset = offsetof(struct policy_account, field)
#define FIELD_LIST(field, field_count) FIELD(field), .count_offset = offsetof(struct policy_account, field_count)

static const struct key account_keys[] = {
    {.name = "name", .type = &type_text, FIELD(name)},
    {.name = "timezone", .type = &type_timezone, FIELD(zone)},
    {.name = "hours", .type = &type_windows, FIELD_LIST(hours, hour_count)},
    {.name = "networks", .type = &type_cidrs, FIELD_LIST(networks, network_count)},
    {.name = NULL},
};

/* The accounts while they are read. */
struct accounts {
	struct policy_account *list;
	size_t count;
};

static void add_account(struct reader *reader, struct accounts *accounts, const struct node *at,
                        const struct policy_account *account)
{
	if (!is_account_id(account->id))
		schema_complain(reader, at, "accounts: an account id has twelve digits");
	accounts->list[accounts->count++] = *account;
}

/* A name alone, or a mapping. False: it is left out, for having no name or a wrong one. */
static bool read_account(struct reader *reader, const struct node *node, struct policy_account *account)
{
	static const struct key name_key = {.name = "the account's name", .type = &type_text};
	struct values values;
	if (node->kind == NODE_MAP) {
		account->name = "";
		schema_read_map(reader, "an account", account_keys, node, account);
		return true;
	}
	return schema_values(reader, &name_key, node, &values) && values.count > 0 &&
	       schema_parse(reader, &name_key, &values.list[0], &account->name) && account->name;
}

static void add_from_map(struct reader *reader, struct accounts *accounts, const struct node *node)
{
	for (const struct item *item = node->items; item; item = item->next) {
		struct policy_account account = {
		    .id = arena_text(&reader->keep, item->key->text, strlen(item->key->text)),
		};
		if (account.id && read_account(reader, item->value, &account))
			add_account(reader, accounts, item->key, &account);
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
			add_account(reader, accounts, value->node, &(struct policy_account){.id = id, .name = name});
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

/* ---- accounts that are named elsewhere ---- */

bool account_known(struct reader *reader, const char *text)
{
	const struct policy *policy = &reader->config->policy;
	bool known = is_account_id(text);
	for (size_t i = 0; i < policy->account_count && !known; i++) {
		const char *name = policy->accounts[i].name;
		known = name[0] && strcmp(name, text) == 0;
		suggestion_try(&reader->hint, name, strlen(name));
	}
	return known;
}

static bool parse_account(struct reader *reader, const struct key *key, const char *text, void *place)
{
	return account_known(reader, text) && type_text.parse(reader, key, text, place);
}

static bool parse_window(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)reader;
	(void)key;
	return policy_window_parse(text, place);
}

const struct key_type type_accounts = {.wanted = "a mapping of account ids to names", .read = read_accounts};
const struct key_type type_account_list = {
    .wanted = "a list of account ids or of names given under accounts",
    .parse = parse_account,
    .item_bytes = sizeof(char *),
};
const struct key_type type_timezone = {
    .wanted = "a time zone that this system knows (package tzdata), such as Europe/Berlin",
    .parse = parse_zone,
};
const struct key_type type_windows = {
    .wanted = "times such as \"Sat 02:00-04:00\", \"Mon-Fri 08:00-18:00\" or \"Sat,Sun\", or a list of them",
    .parse = parse_window,
    .item_bytes = sizeof(struct policy_window),
    .one_text = true,
};
