/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge: who acted, which signals hold, which rule explains it, the verdict.
 * Pure. Who is root, and whether a person or a service acts, follows what
 * CloudTrail's records really look like; names of calls and severities are the
 * signal table's, words are detector_words.c's.
 */
#include "detector.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/excerpt.h"
#include "calls.h"
#include "detector_words.h"

/* A NULL trace is nobody listening. */
static void say(struct strbuf *trace, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct strbuf *trace, const char *format, ...)
{
	if (!trace)
		return;
	va_list arguments;
	va_start(arguments, format);
	strbuf_vprintf(trace, format, arguments);
	va_end(arguments);
}

/* arn:PARTITION:iam::ACCOUNT:root */
static bool is_root_arn(const char *arn)
{
	const char *rest = strncmp(arn, "arn:aws", 7) == 0 ? strchr(arn + 4, ':') : NULL;
	if (!rest || strncmp(rest, ":iam::", 6) != 0)
		return false;
	return strspn(rest + 6, "0123456789") == 12 && strcmp(rest + 18, ":root") == 0;
}

/* A type that is there and says something else is believed: other identities carry ARNs of root too. */
static bool has_root_identity(const struct event *event, struct strbuf *trace)
{
	const struct identity *identity = &event->identity;
	if (strcmp(identity->type, "Root") == 0) {
		say(trace, "userIdentity.type is Root");
		return true;
	}
	if (identity->type[0] || !is_root_arn(identity->arn))
		return false;
	say(trace, "userIdentity has no type, and its arn \"%s\" is root's", excerpt(identity->arn).text);
	return true;
}

/* Credentials that GetFederationToken made with root's. */
static bool has_root_issuer(const struct event *event, struct strbuf *trace)
{
	const struct identity *identity = &event->identity;
	if (identity->type[0] && strcmp(identity->type, "FederatedUser") != 0)
		return false;
	if (strcmp(identity->issuer_type, "Root") == 0) {
		say(trace, "userIdentity.type is \"%s\" and sessionContext.sessionIssuer.type is Root", identity->type);
		return true;
	}
	if (identity->issuer_type[0] || !is_root_arn(identity->issuer_arn))
		return false;
	say(trace, "sessionContext.sessionIssuer.arn \"%s\" is root's", excerpt(identity->issuer_arn).text);
	return true;
}

static bool is_service_name(const char *source)
{
	static const char *const domains[] = {".amazonaws.com", ".amazonaws.com.cn"};
	size_t length = strlen(source);
	for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++) {
		size_t tail = strlen(domains[i]);
		if (length > tail && strcasecmp(source + length - tail, domains[i]) == 0)
			return true;
	}
	return false;
}

static bool is_service_event(const struct event *event)
{
	return strcmp(event->event_type, "AwsServiceEvent") == 0;
}

/* With root's identity: is it AWS that acts? When in doubt it is a person. */
static bool acts_as_service(const struct event *event, struct strbuf *trace)
{
	if (is_service_event(event)) {
		say(trace, "\nidentity eventType is AwsServiceEvent: AWS itself");
		return true;
	}
	say(trace, "\nidentity eventType is \"%s\": not AWS's own event", excerpt(event->event_type).text);
	const char *invoked_by = event->identity.invoked_by;
	bool internal = strcasecmp(event->source_ip, "AWS Internal") == 0;
	bool service = is_service_name(event->source_ip) || (invoked_by[0] && internal);
	say(trace, "\nidentity invokedBy is \"%s\" and sourceIPAddress is \"%s\": %s", excerpt(invoked_by).text,
	    excerpt(event->source_ip).text, service ? "AWS, on root's behalf" : "a person or a program of theirs");
	return service;
}

static bool is_recovery(const char *call)
{
	return calls_match(calls_password_recovery_requested, call) || calls_match(calls_password_recovery_completed, call);
}

/* Somebody without root's identity: does this act open, or act on, root? */
static enum actor actor_by_call(const struct event *event, struct strbuf *trace)
{
	char call[EVENT_CALL_BYTES];
	event_call(event, call);
	if (calls_match(calls_assume_root, call)) {
		say(trace, "the call is sts:AssumeRoot, which opens a root session");
		return ACTOR_ASSUMED_ROOT;
	}
	if (is_recovery(call)) {
		say(trace, "only root's password is recovered this way, and no root identity did it");
		return ACTOR_UNAUTHENTICATED;
	}
	if (strcmp(event->detail_type, "GuardDuty Finding") == 0 && strstr(event->detail_kind, "RootCredentialUsage")) {
		say(trace, "GuardDuty reports the use of root's credentials");
		return ACTOR_ROOT_USER;
	}
	say(trace, "userIdentity.type is \"%s\", arn is \"%s\": not root", excerpt(event->identity.type).text,
	    excerpt(event->identity.arn).text);
	return ACTOR_OTHER;
}

static bool is_assumed_root(const struct event *event, struct strbuf *trace)
{
	bool assumed = event->identity.assumed_root == TRISTATE_YES && !is_service_event(event);
	say(trace, "\nidentity sessionContext.assumedRoot is %s: %s",
	    event->identity.assumed_root == TRISTATE_YES ? "true" : "not true",
	    assumed ? "an AssumeRoot session" : "no AssumeRoot session");
	return assumed;
}

enum actor detector_actor(const struct event *event, struct strbuf *trace)
{
	bool root = has_root_identity(event, trace);
	if (!root && !has_root_issuer(event, trace))
		return actor_by_call(event, trace);
	if (is_assumed_root(event, trace))
		return ACTOR_ASSUMED_ROOT;
	if (acts_as_service(event, trace))
		return ACTOR_AWS_SERVICE;
	return root ? ACTOR_ROOT_USER : ACTOR_ROOT_FEDERATED;
}

/* For signals whose predicate has nothing to add to the name of the call. */
static void default_reason(const struct event *event, struct signal_hit *hit)
{
	const char *quotes = hit->signal->quotes;
	const char *value = quotes ? event_parameter(event, quotes) : "";
	snprintf(hit->reason, sizeof hit->reason, "eventName is %s at %s", excerpt(event->event_name).text,
	         excerpt(event->event_source).text);
	size_t length = strlen(hit->reason);
	if (value[0])
		snprintf(hit->reason + length, sizeof hit->reason - length, "; requestParameters.%s is \"%s\"", quotes,
		         excerpt(value).text);
}

static bool try_signal(const struct signal *signal, const struct act *act, struct signal_hit *ret_hit)
{
	if (!(signal->actors & 1u << act->actor) || (signal->calls && !calls_match(signal->calls, act->call)))
		return false;
	ret_hit->signal = signal;
	ret_hit->severity = signal->severity;
	ret_hit->reason[0] = '\0';
	if (signal->holds && !signal->holds(act, ret_hit))
		return false;
	if (ret_hit->reason[0] == '\0')
		default_reason(act->event, ret_hit);
	return true;
}

/* Worst first; among equals the table's order. The slot at hits[hit_count] holds the new one. */
static void insert_hit(struct judgement *judgement)
{
	struct signal_hit *hits = judgement->hits;
	size_t place = judgement->hit_count++;
	struct signal_hit hit = hits[place];
	for (; place > 0 && hits[place - 1].severity < hit.severity; place--)
		hits[place] = hits[place - 1];
	hits[place] = hit;
}

static void try_signals(const struct act *act, struct strbuf *trace, struct judgement *judgement)
{
	bool act_found = false;
	for (size_t i = 0; i < signal_count && judgement->hit_count < ALERT_SIGNALS_MAX; i++) {
		struct signal_hit *hit = &judgement->hits[judgement->hit_count];
		if ((signals[i].about == SIGNAL_REMAINDER && act_found) || !try_signal(&signals[i], act, hit))
			continue;
		act_found |= signals[i].about == SIGNAL_ACT;
		enum severity before = hit->severity;
		hit->severity = policy_severity(act->policy, hit->signal->id, event_account(act->event), before);
		say(trace, "signal   %s (%s%s): %s\n", signals[i].id, severity_name(hit->severity),
		    hit->severity != before ? ", by the policy" : "", hit->reason);
		insert_hit(judgement);
	}
	if (judgement->hit_count == 0)
		say(trace, "signal   none of %zu holds\n", signal_count);
}

static bool is_critical(const struct judgement *judgement)
{
	return judgement->hit_count > 0 && judgement->hits[0].severity == SEVERITY_CRITICAL;
}

static bool is_allowed(const struct policy_rule *rule, const char *signal)
{
	for (size_t i = 0; i < rule->allow_count; i++)
		if (strcmp(rule->allow[i], signal) == 0)
			return true;
	return false;
}

/* Something alarmingly unusual that the rule (NULL: announced work) does not allow by name; NULL: nothing. */
static const char *unusual_for(const struct policy_rule *rule, const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->hit_count; i++) {
		const struct signal_hit *hit = &judgement->hits[i];
		if (hit->signal->about != SIGNAL_PAST || hit->severity < SEVERITY_HIGH)
			continue;
		if (!(rule ? is_allowed(rule, hit->signal->id) : expectation_allows(hit->signal->id)))
			return hit->signal->id;
	}
	return NULL;
}

static bool knows_network(const struct act *act)
{
	const char *network = act->facts.values[BASELINE_NETWORK];
	return policy_knows_address(act->policy, act->event) ||
	       (act->baseline && baseline_knows(act->baseline, BASELINE_NETWORK, network, act->event->time_s));
}

/* Was this announced? Then says by whom and why. */
static bool find_expectation(const struct act *act, struct strbuf *trace, struct judgement *judgement)
{
	for (size_t i = 0; i < act->policy->expectation_count; i++) {
		const struct expectation *expectation = &act->policy->expectations[i];
		const char *fails = expectation_fails(expectation, act->event);
		if (!fails)
			fails = unusual_for(NULL, judgement);
		say(trace, "expected %s: %s%s\n", expectation->id, fails ? "does not hold: " : "holds", fails ? fails : "");
		if (fails)
			continue;
		expectation_describe(expectation, judgement->announced);
		return true;
	}
	return false;
}

/* The first rule that explains the event. */
static const char *find_rule(const struct act *act, struct strbuf *trace, const struct judgement *judgement)
{
	const struct policy *policy = act->policy;
	const struct policy_moment moment = {
	    .known_network = knows_network(act),
	    .history = act->baseline && baseline_is_ripe(act->baseline, act->facts.time_s),
	};
	const struct policy_rule *rule;
	for (size_t i = 0; (rule = policy_rule_at(policy, i)); i++) {
		const char *fails = policy_rule_fails(policy, rule, act->event, &moment);
		if (!fails)
			fails = unusual_for(rule, judgement);
		say(trace, "rule     \"%s\": %s%s\n", rule->name, fails ? "does not hold: " : "holds", fails ? fails : "");
		if (!fails)
			return rule->name;
	}
	if (!policy_rule_at(policy, 0))
		say(trace, "rule     the policy has none\n");
	return NULL;
}

/* Acts with or on root: does a rule explain them? */
static enum verdict explain(const struct act *act, struct strbuf *trace, struct judgement *judgement)
{
	if (is_critical(judgement)) {
		say(trace, "rule     not tried: a critical signal is never routine\n");
		return VERDICT_ANOMALY;
	}
	if (find_expectation(act, trace, judgement))
		return VERDICT_ROUTINE;
	judgement->rule = find_rule(act, trace, judgement);
	return judgement->rule ? VERDICT_ROUTINE : VERDICT_ANOMALY;
}

static enum verdict decide(const struct act *act, struct strbuf *trace, struct judgement *judgement)
{
	if (act->event->unreadable[0]) {
		say(trace, "rule     not tried: what cannot be read with certainty is never routine\n");
		return VERDICT_ANOMALY;
	}
	switch (judgement->actor) {
	case ACTOR_OTHER: return judgement->hit_count > 0 ? VERDICT_ANOMALY : VERDICT_NOT_ROOT;
	case ACTOR_AWS_SERVICE:
		return is_critical(judgement) && !is_service_event(act->event) ? VERDICT_ANOMALY : VERDICT_SERVICE;
	case ACTOR_ROOT_USER:
	case ACTOR_ROOT_FEDERATED:
	case ACTOR_ASSUMED_ROOT:
	case ACTOR_UNAUTHENTICATED: break;
	}
	return explain(act, trace, judgement);
}

/* What is no finding has no severity to speak of. */
static void set_severity(struct judgement *judgement)
{
	judgement->severity = judgement->hit_count > 0 ? judgement->hits[0].severity : SEVERITY_INFO;
	if (judgement->verdict == VERDICT_ROUTINE && judgement->severity > SEVERITY_LOW)
		judgement->severity = SEVERITY_LOW;
	if (!judgement_is_finding(judgement)) {
		judgement->severity = SEVERITY_INFO;
		judgement->hit_count = 0;
	}
}

/* `known` says everything but the call and who acted. */
static void judge(const struct act *known, struct strbuf *trace, struct judgement *judgement)
{
	const struct event *event = known->event;
	struct act act = *known;
	char call[EVENT_CALL_BYTES];
	event_call(event, call);
	act.call = call;
	judgement->hit_count = 0;
	judgement->rule = NULL;
	judgement->announced[0] = '\0';
	say(trace, "identity ");
	judgement->actor = detector_actor(event, trace);
	say(trace, "\nactor    %s\n", actor_name(judgement->actor));

	act.actor = judgement->actor;
	if (act.baseline)
		baseline_facts(event, &act.facts);
	if (act.baseline && trace)
		baseline_tell(act.baseline, &act.facts, trace);
	try_signals(&act, trace, judgement);
	judgement->verdict = decide(&act, trace, judgement);
	set_severity(judgement);
	detector_title(event, judgement);
	detector_who(event, judgement);
	detector_steps(judgement);
	say(trace, "verdict  %s, %s: %s\n", verdict_name(judgement->verdict), severity_name(judgement->severity),
	    judgement->title);
}

void detector_judge(const struct event *event, const struct policy *policy, const struct baseline *baseline,
                    struct strbuf *trace, struct judgement *ret_judgement)
{
	const struct act act = {.event = event, .policy = policy, .baseline = baseline};
	judge(&act, trace, ret_judgement);
}

void detector_judge_closed(const struct event *event, const struct policy *policy, const struct baseline *baseline,
                           struct strbuf *trace, struct judgement *ret_judgement)
{
	const struct act act = {.event = event, .policy = policy, .baseline = baseline, .closed = true};
	judge(&act, trace, ret_judgement);
}

bool judgement_is_finding(const struct judgement *judgement)
{
	return judgement->verdict == VERDICT_ROUTINE || judgement->verdict == VERDICT_ANOMALY;
}

/* ---- what it needs to be told ---- */

bool detector_asks_rules(const struct event *event)
{
	enum actor actor = detector_actor(event, NULL);
	return actor != ACTOR_OTHER && actor != ACTOR_AWS_SERVICE;
}

bool detector_asks_baseline(const struct event *event)
{
	enum actor actor = detector_actor(event, NULL);
	return actor == ACTOR_ROOT_USER || actor == ACTOR_ROOT_FEDERATED || actor == ACTOR_ASSUMED_ROOT;
}
