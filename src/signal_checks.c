/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold for a signal besides the name of the call, and the sentence that
 * says so. Every predicate is pure and looks at one event. Which signals there are
 * and how bad they are is signals.c's table; names of calls are calls.c's.
 */
#include "signal_checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/excerpt.h"
#include "base/json.h"
#include "calls.h"

/* How CloudTrail names root as the user of an MFA device. */
static const char ROOT_USER_NAME[] = "AWS ROOT USER";

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

bool check_long_lived_key(const struct act *act, struct signal_hit *hit)
{
	if (strncmp(act->event->identity.access_key_id, "AKIA", 4) != 0)
		return false;
	return signal_holds(hit, "userIdentity.accessKeyId %s is a long-lived access key of root",
	                    excerpt_key(act->event->identity.access_key_id).text);
}

/* IAM's calls about one's own credentials leave the user name out; a user *named* root is a user. */
static bool targets_root(const struct event *event)
{
	const char *user = event_parameter(event, "userName");
	return user[0] == '\0' || strcasecmp(user, ROOT_USER_NAME) == 0;
}

bool check_targets_root(const struct act *act, struct signal_hit *hit)
{
	if (!targets_root(act->event))
		return false;
	return signal_holds(hit, "eventName is %s and requestParameters.userName is %s: root's own",
	                    excerpt(act->event->event_name).text,
	                    *event_parameter(act->event, "userName") ? ROOT_USER_NAME : "absent");
}

bool check_password_change(const struct act *act, struct signal_hit *hit)
{
	if (strcmp(act->event->event_name, "UpdateLoginProfile") == 0)
		return check_targets_root(act, hit);
	return true;
}

bool check_root_mfa(const struct act *act, struct signal_hit *hit)
{
	const char *serial = event_parameter(act->event, "serialNumber");
	bool has_serial = serial[0] != '\0';
	if (has_serial && strstr(serial, ":mfa/root-account-mfa-device"))
		return signal_holds(hit, "requestParameters.serialNumber \"%s\" is root's device", excerpt(serial).text);
	bool names_user = strcmp(act->event->event_name, "DeleteVirtualMFADevice") != 0;
	return (names_user || !has_serial) && check_targets_root(act, hit);
}

bool check_user_provisioned(const struct act *act, struct signal_hit *hit)
{
	(void)hit;
	return strcmp(act->event->event_name, "CreateLoginProfile") != 0 || !targets_root(act->event);
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
