/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of signals: what is worth noticing, how bad it is, whom it is tried
 * for, what the alert is called and what to do next. A new signal is a row here, a
 * list of calls in calls.c, and (when the call alone is not enough) a predicate in
 * signal_checks.c or one of its neighbours. Among equals in severity the order here is the order shown.
 */
#include "signals.h"

#include <string.h>

#include "calls.h"
#include "signal_checks.h"

enum {
	BY_ROOT_USER = 1u << ACTOR_ROOT_USER,
	BY_PERSON = BY_ROOT_USER | 1u << ACTOR_ROOT_FEDERATED, /* whose habits the baseline knows */
	BY_ROOT = BY_ROOT_USER | 1u << ACTOR_ROOT_FEDERATED | 1u << ACTOR_ASSUMED_ROOT | 1u << ACTOR_AWS_SERVICE,
	ON_ROOT = BY_ROOT | 1u << ACTOR_UNAUTHENTICATED,
	BY_ANYBODY = ON_ROOT | 1u << ACTOR_OTHER,
};

/* The head of a row: id, severity, MITRE ATT&CK technique. */
#define SIGNAL(name, level, mitre) .id = (name), .severity = SEVERITY_##level, .technique = (mitre)

/* Next steps that several signals share. */
#define ASK "Ask everyone who holds root's credentials whether this was them; contain first, wait for answers later."
#define LOCK_ROOT                                                                                                      \
	"If nobody planned this, sign in as root, change its password and check its MFA devices: account menu > Security " \
	"credentials."
#define DELETE_KEY \
	"If nobody planned this, sign in as root and delete its access keys: account menu > Security credentials."
#define REVIEW  "Read what else root did around that time: CloudTrail > Event history, filtered by user name \"root\"."
#define SUPPORT "If root can no longer sign in, contact AWS Support at once: the account may be taken over."

const struct signal signals[] = {
    {SIGNAL("console_login_no_mfa", CRITICAL, "T1078.004"), .actors = BY_ROOT,
     .title = "signed in to the console without MFA", .calls = calls_console_login, .holds = check_console_no_mfa,
     .steps = {ASK, LOCK_ROOT, "Register an MFA device for root: without one the password alone opens everything.",
               REVIEW}},
    {SIGNAL("root_federated", CRITICAL, "T1550.001"), .actors = BY_ROOT_USER | 1u << ACTOR_ROOT_FEDERATED,
     .title = "Credentials minted from a root key are in use", .holds = check_federated,
     .steps = {"Delete the root access key that minted them: account menu > Security credentials. The session lives on "
               "until it expires.",
               "To cut the session off now, attach a service control policy that denies root, or contact AWS Support.",
               ASK, REVIEW}},
    {SIGNAL("root_access_key_created", CRITICAL, "T1098.001"), .actors = BY_ROOT,
     .title = "created an access key for root", .calls = calls_access_key_create, .holds = check_targets_root,
     .steps = {DELETE_KEY, LOCK_ROOT,
               "Look for calls made with the new key: CloudTrail > Event history, filtered by access key.", ASK}},
    {SIGNAL("root_mfa_disabled", CRITICAL, "T1556.006"), .actors = BY_ROOT, .title = "removed root's MFA device",
     .calls = calls_mfa_disable, .holds = check_root_mfa,
     .steps = {"Register an MFA device for root again: account menu > Security credentials.", LOCK_ROOT, ASK, REVIEW}},
    {SIGNAL("root_email_changed", CRITICAL, "T1098"), .actors = BY_ROOT, .title = "changed root's e-mail address",
     .calls = calls_email_change,
     .steps = {"Ask who holds root's mailbox, old and new: whoever reads it can reset the password.", SUPPORT,
               LOCK_ROOT, ASK}},
    {SIGNAL("root_password_recovered", CRITICAL, "T1078.004"), .actors = ON_ROOT,
     .title = "Root's password was reset through the recovery page", .calls = calls_password_recovery_completed,
     .steps = {"Check who can read root's mailbox: whoever reset the password could.", LOCK_ROOT, SUPPORT, ASK}},
    {SIGNAL("logging_tampered", CRITICAL, "T1562.008"), .actors = BY_ROOT,
     .title = "changed or stopped CloudTrail logging", .calls = calls_logging, .quotes = "name",
     .steps = {"See that every trail is logging: CloudTrail > Trails; start it again where it is not.",
               "Compare the trail's event selectors, bucket and key with what they should be.", ASK, LOCK_ROOT}},
    {SIGNAL("detection_tampered", CRITICAL, "T1562.001"), .actors = BY_ROOT,
     .title = "switched off what watches the account", .calls = calls_detection, .holds = check_detection,
     .steps = {"Switch it on again, and see since when it was blind: GuardDuty, Security Hub, Config, CloudWatch > "
               "Alarms, VPC > Flow logs.",
               ASK, LOCK_ROOT, REVIEW}},
    {SIGNAL("account_at_risk", CRITICAL, "T1531"), .actors = BY_ROOT,
     .title = "puts the account or its guard rails at risk", .calls = calls_account_risk,
     .holds = check_account_at_risk, .quotes = "accountId",
     .steps = {SUPPORT,
               "A closed account can be reopened by AWS Support for 90 days; a policy that was detached can be "
               "attached again.",
               ASK, LOCK_ROOT}},
    {SIGNAL("watch_tampered", CRITICAL, "T1562.008"), .actors = BY_ANYBODY,
     .title = "changed what carries events and alerts (EventBridge, SNS)", .calls = calls_watch, .holds = check_watch,
     .quotes = "name",
     .steps = {"See that the rule, its target, the connection and the alert topic are as deployed: EventBridge > "
               "Rules, SNS > Topics.",
               "Send a test through the whole way: rootwatch notify --test, and an event put on the bus.",
               "What happened since then may not have reached you: read CloudTrail itself.", ASK}},
    {SIGNAL("unreadable_event", HIGH, "T1562.006"), .about = SIGNAL_CIRCUMSTANCE, .actors = BY_ANYBODY,
     .title = "An event could not be read with certainty", .holds = check_unreadable,
     .steps = {"Find the event in CloudTrail itself and judge it by eye: AWS does not write events like this.",
               "Find out who sent it: the API key is named below, and who may put events on that bus."}},
    {SIGNAL("root_access_key_used", HIGH, "T1078.004"), .about = SIGNAL_CIRCUMSTANCE, .actors = BY_ROOT_USER,
     .title = "Root's access key was used", .holds = check_long_lived_key,
     .steps = {DELETE_KEY, "Find where the key is kept (CI, scripts, an old laptop) and replace it by a role.",
               REVIEW}},
    {SIGNAL("root_password_changed", HIGH, "T1098"), .actors = BY_ROOT, .title = "changed root's password",
     .calls = calls_password_change, .holds = check_password_change,
     .steps = {ASK, "If nobody planned this, recover the password through root's mailbox and check its MFA devices.",
               SUPPORT, REVIEW}},
    {SIGNAL("root_access_key_updated", HIGH, "T1098.001"), .actors = BY_ROOT,
     .title = "switched an access key of root's on or off", .calls = calls_access_key_update,
     .holds = check_targets_root,
     .steps = {"See which keys root has and delete them: a key that is only inactive can be activated again.", ASK,
               REVIEW}},
    {SIGNAL("root_login_profile_created", HIGH, "T1098"), .actors = BY_ROOT, .title = "gave root a password",
     .calls = calls_login_profile_create, .holds = check_targets_root,
     .steps = {"Ask whether this member account shall have a root password: central root access works without one.",
               LOCK_ROOT, ASK}},
    {SIGNAL("root_password_recovery_requested", HIGH, "T1078.004"), .actors = ON_ROOT,
     .title = "Somebody asked for a reset of root's password", .calls = calls_password_recovery_requested,
     .steps = {"Ask who holds root's mailbox whether they asked; open no link of a mail that nobody asked for.",
               "Check who can read root's mailbox, and that root has MFA.",
               "Watch for PasswordRecoveryCompleted and a sign-in."}},
    {SIGNAL("admin_granted", HIGH, "T1098.003"), .actors = BY_ROOT, .title = "granted administrator rights",
     .calls = calls_grant, .holds = check_admin_granted,
     .steps = {"If nobody planned this, detach the policy: IAM > Users, Groups or Roles > Permissions.",
               "See what the one who was given the rights did since: CloudTrail > Event history, by user name.", ASK,
               LOCK_ROOT}},
    {SIGNAL("trust_changed", HIGH, "T1484.002"), .actors = BY_ROOT, .title = "changed whom the account trusts",
     .calls = calls_trust, .holds = check_trust, .quotes = "roleName",
     .steps =
         {"Compare the trust policy or the identity provider with what it should be: IAM > Roles, Identity providers.",
          "Look for sessions that came in that way: AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity.", ASK,
          LOCK_ROOT}},
    {SIGNAL("credentials_minted", HIGH, "T1550.001"), .actors = BY_ROOT, .title = "minted temporary credentials",
     .calls = calls_credentials_mint, .quotes = "durationSeconds",
     .steps =
         {"Temporary credentials outlive the key that made them: look for their use in every region, by access key id.",
          DELETE_KEY, ASK, REVIEW}},
    {SIGNAL("compute_started", HIGH, "T1578.002"), .actors = BY_ROOT, .title = "started compute capacity",
     .calls = calls_compute, .quotes = "instanceType",
     .steps = {"If nobody planned this, stop what was started, in every region: stolen root credentials often end "
               "as mining.",
               ASK, LOCK_ROOT, REVIEW}},
    {SIGNAL("data_opened", HIGH, "T1537"), .actors = BY_ROOT, .title = "opened data to others",
     .holds = check_data_opened,
     .steps = {"Take the grant back where nobody planned it, and switch public access block on again.",
               "See who read the data since then: data events, server access logs.", ASK, LOCK_ROOT}},
    {SIGNAL("data_destroyed", HIGH, "T1485"), .actors = BY_ROOT, .title = "destroyed data", .calls = calls_destroy,
     .holds = check_destroyed,
     .steps = {"Stop what can still be stopped: cancel the key deletion, restore the secret, the recovery point or the "
               "last snapshot.",
               "Protect the backups that are left: vault lock, copies in another account.", ASK, LOCK_ROOT}},
    {SIGNAL("session_no_mfa", HIGH, "T1078.004"), .about = SIGNAL_CIRCUMSTANCE, .actors = BY_ROOT_USER,
     .title = "acted in a session without MFA", .holds = check_session_no_mfa,
     .steps = {"Register an MFA device for root: account menu > Security credentials.", ASK, LOCK_ROOT, REVIEW}},
    {SIGNAL("guardduty_root_finding", HIGH, "T1078.004"), .actors = BY_ROOT_USER,
     .title = "GuardDuty saw root's credentials in use", .holds = check_guardduty,
     .steps = {"Open the finding in GuardDuty: it names the call, the address and the key.", ASK, LOCK_ROOT, REVIEW}},
    {SIGNAL("console_login", MEDIUM, "T1078.004"), .actors = BY_ROOT, .title = "signed in to the console",
     .calls = calls_console_login, .holds = check_console_success, .steps = {ASK, LOCK_ROOT, REVIEW}},
    {SIGNAL("console_login_failed", MEDIUM, "T1110"), .actors = BY_ROOT,
     .title = "Somebody failed to sign in to the console as root", .calls = calls_console_login,
     .holds = check_console_failed,
     .steps =
         {ASK,
          "Watch for a success from the same address, and see that root has MFA and a password used nowhere else."}},
    {SIGNAL("assumed_root_opened", MEDIUM, "T1548.005"), .actors = BY_ROOT,
     .title = "opened a session as a member account's root (AssumeRoot)", .calls = calls_assume_root,
     .holds = check_assume_root_policy,
     .steps = {"Ask the caller which task this was for: central root access is meant for five tasks, 15 minutes each.",
               "If nobody planned this, disable root sessions: IAM > Account root access management, in the management "
               "account.",
               "Read what the session did: CloudTrail of the member account, sessionContext.assumedRoot true."}},
    {SIGNAL("iam_key_created", MEDIUM, "T1098.001"), .actors = BY_ROOT,
     .title = "created an access key for an IAM user", .calls = calls_access_key_create, .holds = check_targets_user,
     .steps = {"Ask whether this key was asked for; if not, delete it: IAM > Users > Security credentials.",
               "Look for calls made with the new key: CloudTrail > Event history, filtered by access key.", ASK}},
    {SIGNAL("unusual_envelope", MEDIUM, "T1562.006"), .about = SIGNAL_CIRCUMSTANCE, .actors = ON_ROOT,
     .title = "An event about root came in an unusual envelope", .holds = check_unusual_envelope,
     .steps = {"Look the event up in CloudTrail by its id: if it is not there, somebody forged it.",
               "Let the rule match source: [{\"prefix\": \"aws.\"}], and see who may put events on the bus."}},
    {SIGNAL("login_after_failures", CRITICAL, "T1110"), .about = SIGNAL_PAST, .actors = BY_PERSON,
     .title = "Root signed in after failed attempts", .holds = check_login_after_failures,
     .steps = {"Treat the password as guessed until its holder says otherwise.", LOCK_ROOT, ASK, REVIEW}},
    {SIGNAL("brute_force", HIGH, "T1110"), .about = SIGNAL_PAST, .actors = BY_PERSON,
     .title = "Somebody keeps trying root's password", .holds = check_brute_force,
     .steps = {"See that root has MFA and a password used nowhere else; AWS does not lock root out.",
               "Watch for a success: it would be told as login_after_failures.", ASK}},
    {SIGNAL("mfa_unanswered", HIGH, "T1078.004"), .about = SIGNAL_PAST, .actors = BY_PERSON,
     .title = "Somebody gave root's password and no second factor", .calls = calls_check_mfa,
     .holds = check_mfa_unanswered,
     .steps = {"Treat root's password as known to others until its holder says that this was them; MFA alone still "
               "stands between.",
               LOCK_ROOT, ASK, REVIEW}},
    {SIGNAL("dormant_root", HIGH, "T1078.004"), .about = SIGNAL_PAST, .actors = BY_PERSON,
     .title = "acted after months of silence", .holds = check_dormant, .steps = {ASK, LOCK_ROOT, REVIEW}},
    {SIGNAL("new_network", HIGH, "T1078.004"), .about = SIGNAL_PAST, .actors = BY_PERSON,
     .title = "acted from a network it is not known to use", .holds = check_new_network,
     .steps = {"Ask whether the holder of root's credentials travels or works from elsewhere.", ASK, LOCK_ROOT,
               REVIEW}},
    {SIGNAL("burst", HIGH, "T1078.004"), .about = SIGNAL_PAST, .actors = BY_PERSON, .title = "acts in a burst",
     .holds = check_burst, .steps = {REVIEW, ASK, LOCK_ROOT}},
    {SIGNAL("new_client", MEDIUM, "T1078.004"), .about = SIGNAL_PAST, .actors = BY_PERSON,
     .title = "used a client it is not known to use", .holds = check_new_client, .steps = {ASK, REVIEW}},
    {SIGNAL("new_region", MEDIUM, "T1535"), .about = SIGNAL_PAST, .actors = BY_PERSON,
     .title = "acted in a region it is not known to use", .holds = check_new_region,
     .steps = {"Look at what runs in that region: unused regions hide what an intruder starts.", ASK, REVIEW}},
    {SIGNAL("off_hours", MEDIUM, "T1078.004"), .about = SIGNAL_PAST, .actors = BY_PERSON,
     .title = "acted outside of the expected hours", .holds = check_off_hours, .steps = {ASK, REVIEW}},
    {SIGNAL("iam_user_provisioned", LOW, "T1136.003"), .actors = BY_ROOT, .title = "provisioned an IAM user or group",
     .calls = calls_iam_provision, .holds = check_user_provisioned, .quotes = "userName",
     .steps = {"Ask whether this user or group was asked for, and why root was needed to make it.",
               "If nobody planned this, delete the user with its keys and password: IAM > Users."}},
    {SIGNAL("root_access_key_deleted", LOW, "T1098.001"), .actors = BY_ROOT, .title = "deleted an access key of root's",
     .calls = calls_access_key_delete, .holds = check_targets_root,
     .steps = {"This is as it should be when somebody meant to; if not, see what else was changed.", REVIEW}},
    {SIGNAL("root_mfa_changed", LOW, "T1556.006"), .actors = BY_ROOT,
     .title = "registered or resynchronised an MFA device for root", .calls = calls_mfa_change,
     .holds = check_root_mfa_change,
     .steps = {"See that every one of root's MFA devices is yours: account menu > Security credentials.", ASK}},
    {SIGNAL("root_login_profile_deleted", LOW, "T1531"), .actors = BY_ROOT, .title = "deleted root's password",
     .calls = calls_login_profile_delete, .holds = check_targets_root,
     .steps = {"This is as it should be in a member account under central root access; if not, recover the password.",
               ASK}},
    {SIGNAL("root_only_task", LOW, "T1078.004"), .actors = BY_ROOT, .title = "did what only root can do",
     .calls = calls_root_only, .holds = check_root_only, .quotes = "bucketName",
     .steps = {"Ask who did this task and why: it needs root, and should be announced.", REVIEW}},
    {SIGNAL("assumed_root_used", LOW, "T1548.005"), .actors = 1u << ACTOR_ASSUMED_ROOT, .holds = check_assumed_session,
     .steps =
         {"See that an announced task (AssumeRoot in the management account, minutes before) explains this call."}},
    {SIGNAL("root_activity", MEDIUM, "T1078.004"), .about = SIGNAL_REMAINDER, .actors = BY_ROOT_USER,
     .holds = check_write, .steps = {ASK, LOCK_ROOT, REVIEW}},
    {SIGNAL("read_only", LOW, "T1078.004"), .about = SIGNAL_REMAINDER, .actors = BY_ROOT_USER, .holds = check_read,
     .steps = {"Ask who uses root for reading, and give them a role that can.", LOCK_ROOT}},
    {SIGNAL("new_service", LOW, "T1078.004"), .about = SIGNAL_PAST, .actors = BY_PERSON,
     .title = "used a service it is not known to use", .holds = check_new_service, .steps = {ASK, REVIEW}},
    {SIGNAL("denied", INFO, ""), .about = SIGNAL_CIRCUMSTANCE, .actors = ON_ROOT, .holds = check_denied},
    {SIGNAL("first_seen", INFO, ""), .about = SIGNAL_PAST, .actors = BY_PERSON, .holds = check_first_seen},
};

const size_t signal_count = sizeof signals / sizeof signals[0];

const struct signal *signal_find(const char *id)
{
	for (size_t i = 0; i < signal_count; i++)
		if (strcmp(signals[i].id, id) == 0)
			return &signals[i];
	return NULL;
}
