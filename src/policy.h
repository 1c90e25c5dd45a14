/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_H
#define POLICY_H
/*
 * What makes root activity routine, as data and as a pure match. Filled by the
 * configuration, immutable afterwards, any thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"
#include "event.h"
#include "rootwatch/alert.h"

struct zone; /* base/zone.h */

struct policy_account {
	const char *id; /* twelve digits */
	const char *name;
};

struct policy_window {
	unsigned days;          /* bit 0 = Monday ... bit 6 = Sunday */
	int start_min, end_min; /* minutes of the local day; end <= start: over midnight, the day is the start's */
};

/* Every given condition must hold; an absent one (count 0, NULL, UNKNOWN, 0) always does. */
struct policy_rule {
	const char *name;
	const char *const *events; /* "iam:CreateUser", wildcards; service is eventSource without .amazonaws.com */
	size_t event_count;
	const char *const *accounts; /* ids or configured names */
	size_t account_count;
	const struct cidr *source_ips;
	size_t source_ip_count;
	const char *const *regions;
	size_t region_count;
	const char *user_agent; /* wildcard pattern, NULL: any */
	enum tristate mfa;
	const struct policy_window *windows;
	size_t window_count;
	int64_t until_s; /* holds before this time (of the event); 0: for ever */
};

struct policy_override {
	const char *signal;
	enum severity severity;
};

struct policy {
	const struct zone *zone; /* NULL: UTC */
	const struct policy_account *accounts;
	size_t account_count;
	const struct policy_rule *rules;
	size_t rule_count;
	const struct policy_override *overrides;
	size_t override_count;
};

/* "Sat 02:00-04:00", "Mon-Fri 08:00-18:00", "02:00-04:00", "Sat,Sun" */
bool policy_window_parse(const char *text, struct policy_window *ret_window);

const char *policy_account_name(const struct policy *policy, const char *account_id); /* "" when unnamed */

/* True when a condition naming `wanted` (id or name) means this account. */
bool policy_account_is(const struct policy *policy, const char *wanted, const char *account_id);

/* NULL when every given condition holds for this event; else the name of the first that does not ("source_ips"). */
const char *policy_rule_fails(const struct policy *policy, const struct policy_rule *rule, const struct event *event);

#endif
