/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold for a signal besides the name of the call, and the sentence that
 * says so. Every predicate is pure and looks at one event. Which signals there are
 * and how bad they are is signals.c's table; names of calls are calls.c's; credentials,
 * grants, data and the past have files of their own.
 */
#include "signal_checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/excerpt.h"
#include "base/json.h"
#include "calls.h"
#include "signal_documents.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

bool signal_holds(struct signal_hit *hit, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(hit->reason, sizeof hit->reason, format, arguments);
	va_end(arguments);
	return true;
}

static const char *tristate_text(enum tristate value)
{
	switch (value) {
	case TRISTATE_YES: return "Yes";
	case TRISTATE_NO: return "No";
	case TRISTATE_UNKNOWN: break;
	}
	return "absent";
}

bool check_console_success(const struct act *act, struct signal_hit *hit)
{
	if (strcasecmp(act->event->console_login, "Success") != 0)
		return false;
	return signal_holds(hit, "responseElements.ConsoleLogin is Success; additionalEventData.MFAUsed is %s",
	                    tristate_text(act->event->mfa_used));
}

bool check_console_no_mfa(const struct act *act, struct signal_hit *hit)
{
	if (strcasecmp(act->event->console_login, "Success") != 0 || act->event->mfa_used != TRISTATE_NO)
		return false;
	return signal_holds(hit, "additionalEventData.MFAUsed is No: the password alone was enough");
}

bool check_console_failed(const struct act *act, struct signal_hit *hit)
{
	if (strcasecmp(act->event->console_login, "Failure") != 0)
		return false;
	return signal_holds(hit, "responseElements.ConsoleLogin is Failure; errorMessage is \"%s\"",
	                    excerpt(act->event->error_message).text);
}

bool check_federated(const struct act *act, struct signal_hit *hit)
{
	if (act->actor == ACTOR_ROOT_FEDERATED)
		return signal_holds(hit, "userIdentity.type is FederatedUser and sessionContext.sessionIssuer.type is Root");
	if (!calls_match(calls_federation_token, act->call))
		return false;
	return signal_holds(hit, "eventName is GetFederationToken: credentials that outlive the session, for \"%s\"",
	                    excerpt(event_parameter(act->event, "name")).text);
}

static const char *task_policy(const struct event *event)
{
	const cJSON *policy = json_member(event->request_parameters, "taskPolicyArn");
	const char *text = cJSON_GetStringValue(policy);
	return text ? text : json_text(policy, "arn");
}

/* https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html */
static bool is_known_task(const char *policy)
{
	static const char *const tasks[] = {
	    "IAMAuditRootUserCredentials", "IAMCreateRootUserPassword", "IAMDeleteRootUserCredentials",
	    "S3UnlockBucketPolicy",        "SQSUnlockQueuePolicy",
	};
	const char *slash = strstr(policy, ":policy/root-task/");
	for (size_t i = 0; slash && i < sizeof tasks / sizeof tasks[0]; i++)
		if (strcmp(slash + strlen(":policy/root-task/"), tasks[i]) == 0)
			return true;
	return false;
}

bool check_assume_root_policy(const struct act *act, struct signal_hit *hit)
{
	const char *policy = task_policy(act->event);
	bool known = is_known_task(policy), new_target = check_target_is_new(act);
	if (!known || new_target)
		hit->severity = SEVERITY_HIGH;
	return signal_holds(hit, "eventName is AssumeRoot for account \"%s\"%s; the task policy \"%s\" is %s",
	                    excerpt(event_parameter(act->event, "targetPrincipal")).text,
	                    new_target ? ", which was not opened from here before" : "", excerpt(policy).text,
	                    known ? "one of AWS's" : "none that AWS has published");
}

bool check_assumed_session(const struct act *act, struct signal_hit *hit)
{
	if (act->event->identity.assumed_root != TRISTATE_YES)
		return false;
	return signal_holds(hit, "sessionContext.assumedRoot is true: an AssumeRoot session, limited to its task policy");
}

bool check_guardduty(const struct act *act, struct signal_hit *hit)
{
	if (!strstr(act->event->detail_kind, "RootCredentialUsage"))
		return false;
	return signal_holds(hit, "GuardDuty's finding type is \"%s\"", excerpt(act->event->detail_kind).text);
}

/* Something in the request that turns a thing off: {"enable":false}, {"status":"DISABLED"}. */
static bool turns_off(const cJSON *member)
{
	static const char *const switches[] = {"enable", "enabled", "autoEnable", "actionsEnabled"};
	static const char *const off[] = {"DISABLED", "PAUSED", "SUSPENDED", "NONE", "ARCHIVE"};
	const char *text = cJSON_GetStringValue(member);
	for (size_t i = 0; member->string && i < LENGTH(switches); i++)
		if (strcasecmp(member->string, switches[i]) == 0 &&
		    (cJSON_IsFalse(member) || (text && strcasecmp(text, "false") == 0)))
			return true;
	for (size_t i = 0; text && i < LENGTH(off); i++)
		if (strcmp(text, off[i]) == 0)
			return true;
	return false;
}

/* Updates that weaken nothing are no tampering. */
bool check_detection(const struct act *act, struct signal_hit *hit)
{
	if (!calls_match(calls_detection_update, act->call))
		return true;
	if (!cJSON_IsObject(act->event->request_parameters))
		return signal_holds(hit, "eventName is %s and requestParameters are absent: it may switch off anything",
		                    excerpt(act->event->event_name).text);
	struct json_walk walk = json_walk(act->event->request_parameters);
	for (const cJSON *at; (at = json_walk_next(&walk));)
		if (turns_off(at))
			return signal_holds(hit, "eventName is %s, and in requestParameters \"%s\" is switched off",
			                    excerpt(act->event->event_name).text, excerpt(at->string ? at->string : "").text);
	return false;
}

/* What is destroyed has a name of its own in each service; it comes first. */
bool check_destroyed(const struct act *act, struct signal_hit *hit)
{
	const struct event *event = act->event;
	struct json_walk walk = json_walk(event->request_parameters);
	for (const cJSON *at; (at = json_walk_next(&walk));)
		if (cJSON_IsString(at) && at->string)
			return signal_holds(hit, "eventName is %s at %s, and in requestParameters %s is \"%s\"",
			                    excerpt(event->event_name).text, excerpt(event->event_source).text,
			                    excerpt(at->string).text, excerpt(at->valuestring).text);
	return true;
}

/* Organizations has policies for tags and backups, too. */
bool check_account_at_risk(const struct act *act, struct signal_hit *hit)
{
	(void)hit;
	const char *type = event_parameter(act->event, "policyType");
	return strcmp(act->event->event_name, "DisablePolicyType") != 0 || type[0] == '\0' ||
	       strstr(type, "CONTROL_POLICY");
}

/* Calls that others may make too, unless they do what only root can: S3's MFA delete, unlocking a queue. */
bool check_root_only(const struct act *act, struct signal_hit *hit)
{
	const cJSON *parameters = act->event->request_parameters;
	if (strcmp(act->event->event_name, "PutBucketVersioning") == 0)
		return json_at(parameters, "VersioningConfiguration.MfaDelete") &&
		       signal_holds(hit, "eventName is PutBucketVersioning with VersioningConfiguration.MfaDelete");
	if (strcmp(act->event->event_name, "SetQueueAttributes") != 0)
		return true;
	const char *policy = cJSON_GetStringValue(json_at(parameters, "attributes.Policy"));
	return policy && policy[0] == '\0' && signal_holds(hit, "requestParameters.attributes.Policy is empty: removed");
}

/* A sign-in that fails has a signal of its own. */
bool check_denied(const struct act *act, struct signal_hit *hit)
{
	const struct event *event = act->event;
	if (!event_failed(event) || event->console_login[0])
		return false;
	if (event->error_code[0] == '\0')
		return signal_holds(hit, "the call failed: responseElements.%s is Failure", excerpt(event->event_name).text);
	return signal_holds(hit, "the call failed: errorCode is \"%s\", errorMessage is \"%s\"",
	                    excerpt(event->error_code).text, excerpt(event->error_message).text);
}

bool check_unreadable(const struct act *act, struct signal_hit *hit)
{
	if (act->event->unreadable[0] == '\0')
		return false;
	return signal_holds(hit, "%s: who acted, and what was done, is uncertain", act->event->unreadable);
}

bool check_unusual_envelope(const struct act *act, struct signal_hit *hit)
{
	if (!act->event->enveloped)
		return false;
	if (strncmp(act->event->envelope_source, "aws.", 4) != 0)
		return signal_holds(
		    hit, "source \"%s\" does not begin with aws.: anybody who may put events on the bus can write that",
		    excerpt(act->event->envelope_source).text);
	if (act->event->envelope_account[0] == '\0' || act->event->recipient_account[0] == '\0' ||
	    strcmp(act->event->envelope_account, act->event->recipient_account) == 0)
		return false;
	return signal_holds(hit, "account \"%s\" of the envelope is not recipientAccountId \"%s\"",
	                    excerpt(act->event->envelope_account).text, excerpt(act->event->recipient_account).text);
}

static bool is_read(const struct act *act)
{
	enum tristate said = act->event->read_only;
	return said == TRISTATE_YES || (said == TRISTATE_UNKNOWN && calls_match(calls_read, act->call));
}

static const char *how_known(const struct event *event)
{
	switch (event->read_only) {
	case TRISTATE_YES: return "readOnly is true";
	case TRISTATE_NO: return "readOnly is false";
	case TRISTATE_UNKNOWN: break;
	}
	return "readOnly is absent, the name decides";
}

bool check_read(const struct act *act, struct signal_hit *hit)
{
	return is_read(act) && signal_holds(hit, "eventName is %s at %s; %s", excerpt(act->event->event_name).text,
	                                    excerpt(act->event->event_source).text, how_known(act->event));
}

bool check_write(const struct act *act, struct signal_hit *hit)
{
	return !is_read(act) && signal_holds(hit, "eventName is %s at %s; %s", excerpt(act->event->event_name).text,
	                                     excerpt(act->event->event_source).text, how_known(act->event));
}
