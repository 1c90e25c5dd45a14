/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials: whose are they, root's own or an IAM user's, and what stands behind
 * the session that uses them. Every predicate is pure and looks at one event.
 */
#include <string.h>
#include <strings.h>

#include "base/excerpt.h"
#include "signal_checks.h"

/* How CloudTrail names root as the user of an MFA device. */
static const char ROOT_USER_NAME[] = "AWS ROOT USER";

bool check_long_lived_key(const struct act *act, struct signal_hit *hit)
{
	if (strncmp(act->event->identity.access_key_id, "AKIA", 4) != 0)
		return false;
	return signal_holds(hit, "userIdentity.accessKeyId %s is a long-lived access key of root",
	                    excerpt_key(act->event->identity.access_key_id).text);
}

/* Console sign-ins, GetSessionToken; a long-lived key has a signal of its own. */
bool check_session_no_mfa(const struct act *act, struct signal_hit *hit)
{
	const struct identity *identity = &act->event->identity;
	if (strncmp(identity->access_key_id, "AKIA", 4) == 0 || identity->mfa_authenticated != TRISTATE_NO)
		return false;
	return signal_holds(hit, "sessionContext.attributes.mfaAuthenticated is false; userIdentity.accessKeyId is \"%s\"",
	                    excerpt_key(identity->access_key_id).text);
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
	if (strstr(serial, ":mfa/root-account-mfa-device") || strstr(serial, ":u2f/root-account/"))
		return signal_holds(hit, "requestParameters.serialNumber \"%s\" is root's device", excerpt(serial).text);
	bool names_user = strcmp(act->event->event_name, "DeleteVirtualMFADevice") != 0;
	return (names_user || !has_serial) && check_targets_root(act, hit);
}

bool check_user_provisioned(const struct act *act, struct signal_hit *hit)
{
	(void)hit;
	return strcmp(act->event->event_name, "CreateLoginProfile") != 0 || !targets_root(act->event);
}

/* A virtual device belongs to nobody before EnableMFADevice; one of this name is meant for root. */
bool check_root_mfa_change(const struct act *act, struct signal_hit *hit)
{
	if (strcmp(act->event->event_name, "CreateVirtualMFADevice") != 0)
		return check_root_mfa(act, hit);
	const char *name = event_parameter(act->event, "virtualMFADeviceName");
	return strcmp(name, "root-account-mfa-device") == 0 &&
	       signal_holds(hit, "requestParameters.virtualMFADeviceName \"%s\" is root's", excerpt(name).text);
}

bool check_targets_user(const struct act *act, struct signal_hit *hit)
{
	return !targets_root(act->event) &&
	       signal_holds(hit, "eventName is %s and requestParameters.userName is \"%s\"",
	                    excerpt(act->event->event_name).text, excerpt(event_parameter(act->event, "userName")).text);
}
