/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that are legal but probably not meant: those that make nearly everything
 * routine, and those that never get their turn because an earlier one holds whenever
 * they do. What is said is always true; not everything that is true is found.
 */
#include <string.h>

#include "base/parse.h"
#include "config/policy_keys.h"

enum {
	COMPARED_MAX = 1000, /* rules are compared in pairs: of so many half a million */
	DAY_MIN = 24 * 60,
	IPV4_BITS = 32,
	ADDRESS_BITS = 128,
};

/* ---- conditions that hold for everything ---- */

/* Whatever the narrow pattern matches, the wide one does. */
static bool pattern_covers(const char *wide, const char *narrow)
{
	if (strcmp(wide, narrow) == 0)
		return true;
	bool runs_fit = !strchr(narrow, '*') || !strchr(wide, '?'); /* a '?' must not take a '*' for one character */
	return runs_fit && wildcard_match(wide, narrow);
}

static bool any_pattern_covers(const char *const *wide, size_t count, const char *narrow)
{
	for (size_t i = 0; i < count; i++)
		if (pattern_covers(wide[i], narrow))
			return true;
	return false;
}

static bool is_any_event(const struct policy_rule *rule)
{
	return rule->event_count == 0 || any_pattern_covers(rule->events, rule->event_count, "*:*");
}

/* All of IPv4 is nearly everything. */
static bool is_any_network(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->source_ip_count; i++)
		if (rule->source_ips[i].prefix_bits <= ADDRESS_BITS - IPV4_BITS &&
		    cidr_contains(&rule->source_ips[i], "0.0.0.0"))
			return true;
	return rule->source_ip_count == 0;
}

static bool is_wide(const struct policy_rule *rule)
{
	return is_any_event(rule) && is_any_network(rule) && rule->region_count == 0 &&
	       (!rule->user_agent || pattern_covers(rule->user_agent, "*")) && rule->mfa == TRISTATE_UNKNOWN &&
	       rule->window_count == 0 && !rule->known_network;
}

/* ---- does `a` hold whenever `b` does? Condition by condition ---- */

static bool events_cover(const struct policy *policy, const struct policy_rule *a, const struct policy_rule *b)
{
	(void)policy;
	for (size_t i = 0; i < b->event_count && a->event_count > 0; i++)
		if (!any_pattern_covers(a->events, a->event_count, b->events[i]))
			return false;
	return a->event_count == 0 || b->event_count > 0;
}

static bool texts_have(const char *const *texts, size_t count, const char *wanted)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(texts[i], wanted) == 0)
			return true;
	return false;
}

/* The narrow one may be an id that the wide one has by its name. */
static bool accounts_have(const struct policy *policy, const struct policy_rule *wide, const char *narrow)
{
	for (size_t i = 0; i < wide->account_count; i++)
		if (policy_account_is(policy, wide->accounts[i], narrow))
			return true;
	return texts_have(wide->accounts, wide->account_count, narrow);
}

static bool accounts_cover(const struct policy *policy, const struct policy_rule *a, const struct policy_rule *b)
{
	for (size_t i = 0; i < b->account_count && a->account_count > 0; i++)
		if (!accounts_have(policy, a, b->accounts[i]))
			return false;
	return a->account_count == 0 || b->account_count > 0;
}

static bool cidr_covers(const struct cidr *wide, const struct cidr *narrow)
{
	size_t whole = wide->prefix_bits / 8;
	unsigned rest = wide->prefix_bits % 8;
	if (wide->prefix_bits > narrow->prefix_bits || memcmp(wide->address, narrow->address, whole) != 0)
		return false;
	return rest == 0 || (wide->address[whole] ^ narrow->address[whole]) >> (8 - rest) == 0;
}

static bool networks_have(const struct policy_rule *wide, const struct cidr *narrow)
{
	for (size_t i = 0; i < wide->source_ip_count; i++)
		if (cidr_covers(&wide->source_ips[i], narrow))
			return true;
	return false;
}

static bool networks_cover(const struct policy *policy, const struct policy_rule *a, const struct policy_rule *b)
{
	(void)policy;
	for (size_t i = 0; i < b->source_ip_count && a->source_ip_count > 0; i++)
		if (!networks_have(a, &b->source_ips[i]))
			return false;
	return (a->source_ip_count == 0 || b->source_ip_count > 0) && (!a->known_network || b->known_network);
}

static bool regions_cover(const struct policy *policy, const struct policy_rule *a, const struct policy_rule *b)
{
	(void)policy;
	for (size_t i = 0; i < b->region_count && a->region_count > 0; i++)
		if (!texts_have(a->regions, a->region_count, b->regions[i]))
			return false;
	return a->region_count == 0 || b->region_count > 0;
}

static bool identity_covers(const struct policy *policy, const struct policy_rule *a, const struct policy_rule *b)
{
	(void)policy;
	bool agents = !a->user_agent || (b->user_agent && pattern_covers(a->user_agent, b->user_agent));
	return agents && (a->mfa == TRISTATE_UNKNOWN || a->mfa == b->mfa);
}

static bool window_covers(const struct policy_window *wide, const struct policy_window *narrow)
{
	int wide_end = wide->end_min <= wide->start_min ? wide->end_min + DAY_MIN : wide->end_min;
	int narrow_end = narrow->end_min <= narrow->start_min ? narrow->end_min + DAY_MIN : narrow->end_min;
	return (narrow->days & ~wide->days) == 0 && wide->start_min <= narrow->start_min && narrow_end <= wide_end;
}

static bool windows_have(const struct policy_rule *wide, const struct policy_window *narrow)
{
	for (size_t i = 0; i < wide->window_count; i++)
		if (window_covers(&wide->windows[i], narrow))
			return true;
	return false;
}

static bool times_cover(const struct policy *policy, const struct policy_rule *a, const struct policy_rule *b)
{
	(void)policy;
	for (size_t i = 0; i < b->window_count && a->window_count > 0; i++)
		if (!windows_have(a, &b->windows[i]))
			return false;
	bool lasts = a->until_s == 0 || (b->until_s > 0 && b->until_s <= a->until_s);
	return lasts && (a->window_count == 0 || b->window_count > 0);
}

/* What breaks the earlier rule must break the later one. */
static bool allowances_cover(const struct policy *policy, const struct policy_rule *a, const struct policy_rule *b)
{
	(void)policy;
	for (size_t i = 0; i < b->allow_count; i++)
		if (!texts_have(a->allow, a->allow_count, b->allow[i]))
			return false;
	return true;
}

static bool (*const covers[])(const struct policy *policy, const struct policy_rule *a, const struct policy_rule *b) = {
    events_cover, networks_cover, regions_cover, identity_covers, times_cover, allowances_cover, accounts_cover,
};

/* The first rule before it that leaves it nothing; NULL: none. */
static const struct policy_rule *shadow_of(const struct policy *policy, size_t place)
{
	for (size_t earlier = 0; earlier < place; earlier++) {
		size_t covered = 0;
		while (covered < sizeof covers / sizeof covers[0] &&
		       covers[covered](policy, &policy->rules[earlier], &policy->rules[place]))
			covered++;
		if (covered == sizeof covers / sizeof covers[0])
			return &policy->rules[earlier];
	}
	return NULL;
}

void rules_doubt(struct reader *reader, const struct policy *policy)
{
	if (reader->problems.count > 0 || reader->keep.failed) /* then a rule may lack what was refused */
		return;
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];
		const struct policy_rule *shadow = i < COMPARED_MAX ? shadow_of(policy, i) : NULL;
		if (is_wide(rule))
			schema_warn(
			    reader,
			    "routine rule \"%s\" has no condition but accounts and time limit: it makes nearly everything routine",
			    rule->name);
		if (shadow)
			schema_warn(reader,
			            "routine rule \"%s\" explains nothing that \"%s\", which stands before it, does not explain",
			            rule->name, shadow->name);
	}
}
