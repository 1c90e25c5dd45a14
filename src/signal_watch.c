/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is somebody weakening the watch itself? Root may change nothing of what carries
 * events and alerts. Others change such things all day: for them it is switching
 * off that counts, and whatever touches an ARN that the policy lists. Trails are
 * only watched when they are listed; root's hand on them is logging_tampered. Pure.
 */
#include <stdio.h>
#include <string.h>

#include "base/excerpt.h"
#include "calls.h"
#include "signal_checks.h"

enum { RESOURCE_BYTES = 512 }; /* an ARN without "arn:PARTITION:": names have 256 characters at most */

/* Which request parameter names what a call touches, and where its ARN would have that name. */
static const struct naming {
	const char *calls, *parameter;
	const char *service, *kind; /* "events:REGION:ACCOUNT:" and kind, then the name */
	const char *otherwise;      /* the name when there is none; NULL: then nothing is touched */
} namings[] = {
    {"events:*Rule", "name", "events", "rule/", NULL},
    {"events:*Rule", "eventBusName", "events", "event-bus/", NULL},
    {"events:*Targets", "rule", "events", "rule/", NULL},
    {"events:*Targets", "eventBusName", "events", "event-bus/", NULL},
    {"events:*EventBus", "name", "events", "event-bus/", "default"},
    {"events:*Permission", "eventBusName", "events", "event-bus/", "default"},
    {"events:*Connection", "name", "events", "connection/", NULL},
    {"events:*ApiDestination", "name", "events", "api-destination/", NULL},
    {"events:*Archive", "archiveName", "events", "archive/", NULL},
    {"sns:*", "topicArn", "sns", "", NULL},
    {"sns:*", "subscriptionArn", "sns", "", NULL},
    {"sns:*", "resourceArn", "sns", "", NULL},
    {"sns:CreateTopic", "name", "sns", "", NULL},
    {"cloudtrail:*", "name", "cloudtrail", "trail/", NULL},
    {"cloudtrail:*", "trailName", "cloudtrail", "trail/", NULL},
};

/* AWS keeps house among the rules that it made itself. */
static bool is_aws_itself(const struct event *event)
{
	return strcmp(event->event_type, "AwsServiceEvent") == 0 || strcmp(event->identity.type, "AWSService") == 0 ||
	       strstr(event->identity.issuer_arn, ":role/aws-service-role/");
}

static bool is_allowed(const struct policy_watch *watch, const struct identity *identity)
{
	for (size_t i = 0; i < watch->principal_count; i++)
		if (wildcard_match(watch->principals[i], identity->arn) ||
		    wildcard_match(watch->principals[i], identity->issuer_arn))
			return true;
	return false;
}

static bool is_of_a_trail(const struct act *act)
{
	return strncmp(act->call, "cloudtrail:", strlen("cloudtrail:")) == 0;
}

static bool switches_off(const struct act *act)
{
	const struct event *event = act->event;
	if (strcmp(event->event_name, "PutRule") == 0 && strcmp(event_parameter(event, "state"), "DISABLED") != 0)
		return false;
	return calls_match(calls_watch_off, act->call);
}

/* "arn:aws:sns:us-east-1:111122223333:alerts" -> "sns:us-east-1:111122223333:alerts"; NULL: no ARN. */
static const char *without_partition(const char *arn)
{
	const char *partition_end = strncmp(arn, "arn:", 4) == 0 ? strchr(arn + 4, ':') : NULL;
	return partition_end ? partition_end + 1 : NULL;
}

/* A rule of a bus that is not the default one has the bus in its name. */
static const char *bus_of_rule(const struct event *event, const char *kind)
{
	const char *bus = strcmp(kind, "rule/") == 0 ? event_parameter(event, "eventBusName") : "";
	const char *slash = strrchr(bus, '/');
	bus = slash ? slash + 1 : bus; /* it may be given by its ARN */
	return strcmp(bus, "default") == 0 ? "" : bus;
}

/* What the call names, as the end of an ARN. False: nothing, or it is too long to be a name. */
static bool resource_of(const struct act *act, const struct naming *naming, char ret_resource[RESOURCE_BYTES])
{
	const char *name = event_parameter(act->event, naming->parameter);
	name = name[0] || !naming->otherwise ? name : naming->otherwise;
	const char *arn = without_partition(name);
	const char *bus = bus_of_rule(act->event, naming->kind);
	int length = 0;
	if (arn)
		length = snprintf(ret_resource, RESOURCE_BYTES, "%s", arn);
	else if (name[0])
		length = snprintf(ret_resource, RESOURCE_BYTES, "%s:%s:%s:%s%s%s%s", naming->service, act->event->region,
		                  event_account(act->event), naming->kind, bus, bus[0] ? "/" : "", name);
	return length > 0 && length < RESOURCE_BYTES;
}

/* The ARNs of connections and API destinations end with an id that requests do not name. */
static size_t named_length(const char *watched)
{
	const char *kind = strrchr(watched, ':');
	const char *id = strrchr(watched, '/');
	bool has_id = kind && id && (strncmp(kind, ":connection/", 12) == 0 || strncmp(kind, ":api-destination/", 17) == 0);
	return has_id && memchr(kind, '/', (size_t)(id - kind)) ? (size_t)(id - watched) : strlen(watched);
}

static bool matches(const char *watched, size_t length, const char *resource)
{
	char pattern[RESOURCE_BYTES];
	int printed = snprintf(pattern, sizeof pattern, "%.*s", (int)length, watched);
	return printed > 0 && (size_t)printed < sizeof pattern && wildcard_match(pattern, resource);
}

/* A subscription is its topic's ARN and an id. */
static bool is_subscription_to(const char *watched, const char *resource)
{
	char topic[RESOURCE_BYTES];
	const char *id = strrchr(resource, ':');
	snprintf(topic, sizeof topic, "%.*s", (int)(id ? id - resource : 0), resource);
	return strncmp(resource, "sns:", 4) == 0 && wildcard_match(watched, topic);
}

static bool touches(const char *watched_arn, const char *resource)
{
	const char *watched = without_partition(watched_arn);
	if (!watched)
		return false;
	return matches(watched, strlen(watched), resource) || matches(watched, named_length(watched), resource) ||
	       is_subscription_to(watched, resource);
}

/* The default bus is everybody's: only what changes itself touches it, not every rule on it. */
static bool is_everybodys(const struct act *act, const struct naming *naming)
{
	return strcmp(naming->parameter, "eventBusName") == 0 && !naming->otherwise &&
	       bus_of_rule(act->event, "rule/")[0] == '\0';
}

static const char *watched_by(const struct policy_watch *watch, const char *resource)
{
	for (size_t i = 0; i < watch->arn_count; i++)
		if (touches(watch->arns[i], resource))
			return watch->arns[i];
	return NULL;
}

/* Does the call touch a listed ARN? Then the reason says which. */
static bool touches_the_watch(const struct act *act, struct signal_hit *hit)
{
	char resource[RESOURCE_BYTES];
	for (size_t i = 0; i < sizeof namings / sizeof namings[0]; i++) {
		const struct naming *naming = &namings[i];
		if (!wildcard_match(naming->calls, act->call) || is_everybodys(act, naming) ||
		    !resource_of(act, naming, resource))
			continue;
		const char *watched = watched_by(&act->policy->watch, resource);
		if (watched)
			return signal_holds(hit, "eventName is %s and requestParameters.%s is \"%s\"; watch.arns lists %s",
			                    excerpt(act->event->event_name).text, naming->parameter,
			                    excerpt(event_parameter(act->event, naming->parameter)).text, excerpt(watched).text);
	}
	return false;
}

bool check_watch(const struct act *act, struct signal_hit *hit)
{
	if (act->actor != ACTOR_OTHER)
		return !is_of_a_trail(act);
	if (is_aws_itself(act->event) || is_allowed(&act->policy->watch, &act->event->identity))
		return false;
	hit->severity = SEVERITY_HIGH;
	return touches_the_watch(act, hit) || switches_off(act);
}
