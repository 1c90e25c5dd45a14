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

struct zone;        /* base/zone.h */
struct expectation; /* expectation.h */

struct policy_window {
	unsigned days;          /* bit 0 = Monday ... bit 6 = Sunday */
	int start_min, end_min; /* minutes of the local day; end <= start: over midnight, the day is the start's */
};

struct policy_account {
	const char *id; /* twelve digits */
	const char *name;
	const struct zone *zone;           /* NULL: the policy's */
	const struct policy_window *hours; /* when root's work is expected, on the account's clock; count 0: the policy's */
	size_t hour_count;
	const struct cidr *networks; /* known without having been seen, besides the policy's */
	size_t network_count;
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
	int64_t until_s;          /* holds before this time (of the event); 0: for ever */
	bool known_network;       /* only from a network that root of this account is known by */
	bool history;             /* only in an account that has been watched for long enough to say what is new */
	const char *const *allow; /* signals of the account's past that do not break it, however severe */
	size_t allow_count;
};

/* What a rule may ask besides the event. */
struct policy_moment {
	bool known_network;
	bool history; /* see struct policy_rule */
};

/* What carries events to rootwatch and alerts away from it, and who may change it. */
struct policy_watch {
	const char *const *arns; /* of EventBridge, SNS and CloudTrail; may hold wildcards */
	size_t arn_count;
	const char *const *principals; /* patterns of ARNs: users, roles, sessions */
	size_t principal_count;
};

struct policy_override {
	const char *signal;
	const char *account; /* id or name; NULL: every account that has none of its own */
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
	const struct policy_window *hours; /* when root's work is expected; count 0: at any time */
	size_t hour_count;
	const struct cidr *networks; /* known for every account without having been seen */
	size_t network_count;
	bool defaults; /* the built-in rules hold too, behind the others */
	struct policy_watch watch;
	/* Announced root work of the event's account: not the configuration's, whoever asks the store sets it. */
	const struct expectation *expectations;
	size_t expectation_count;
};

/* "Sat 02:00-04:00", "Mon-Fri 08:00-18:00", "02:00-04:00", "Sat,Sun" */
bool policy_window_parse(const char *text, struct policy_window *ret_window);

/* "iam:CreateUser", "iam:*", "*": may this stand in a rule's events? The service in small letters. */
bool policy_is_call_pattern(const char *text);

const char *policy_account_name(const struct policy *policy, const char *account_id); /* "" when unnamed */

/* True when a condition naming `wanted` (id or name) means this account. */
bool policy_account_is(const struct policy *policy, const char *wanted, const char *account_id);

/* What the policy makes of a signal's severity in this account. */
enum severity policy_severity(const struct policy *policy, const char *signal, const char *account_id,
                              enum severity otherwise);

/* Is the event's address in a network that is configured as known? */
bool policy_knows_address(const struct policy *policy, const struct event *event);

/* Are there hours for root's work in the event's account, and is its time outside of them? */
bool policy_off_hours(const struct policy *policy, const struct event *event);

/* The rules in the order in which they are tried; NULL behind the last. */
const struct policy_rule *policy_rule_at(const struct policy *policy, size_t index);

/* NULL when every given condition holds for this event; else the name of the first that does not ("source_ips"). */
const char *policy_rule_fails(const struct policy *policy, const struct policy_rule *rule, const struct event *event,
                              const struct policy_moment *moment);

#endif
