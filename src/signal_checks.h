/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIGNAL_CHECKS_H
#define SIGNAL_CHECKS_H
/* The predicates of the signal table (see struct signal.holds), for signals.c alone. */
#include "signals.h"

/* Says why. Returns true, so that a predicate can end with it. */
bool signal_holds(struct signal_hit *hit, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* sign-in */
bool check_console_success(const struct act *act, struct signal_hit *hit);
bool check_console_no_mfa(const struct act *act, struct signal_hit *hit);
bool check_console_failed(const struct act *act, struct signal_hit *hit);

/* credentials: signal_credentials.c */
bool check_long_lived_key(const struct act *act, struct signal_hit *hit);
bool check_session_no_mfa(const struct act *act, struct signal_hit *hit);
bool check_targets_user(const struct act *act, struct signal_hit *hit);
bool check_targets_root(const struct act *act, struct signal_hit *hit);
bool check_password_change(const struct act *act, struct signal_hit *hit);
bool check_root_mfa(const struct act *act, struct signal_hit *hit);
bool check_root_mfa_change(const struct act *act, struct signal_hit *hit);
bool check_user_provisioned(const struct act *act, struct signal_hit *hit);

/* power and trust: signal_grants.c */
bool check_admin_granted(const struct act *act, struct signal_hit *hit);
bool check_trust(const struct act *act, struct signal_hit *hit);

/* data and what guards it: signal_data.c */
bool check_data_opened(const struct act *act, struct signal_hit *hit);

/* the account, and what only root may do to it */
bool check_detection(const struct act *act, struct signal_hit *hit);
bool check_destroyed(const struct act *act, struct signal_hit *hit);
bool check_account_at_risk(const struct act *act, struct signal_hit *hit);
bool check_root_only(const struct act *act, struct signal_hit *hit);
bool check_denied(const struct act *act, struct signal_hit *hit);

/* other ways of being root */
bool check_federated(const struct act *act, struct signal_hit *hit);
bool check_assume_root_policy(const struct act *act, struct signal_hit *hit);
bool check_assumed_session(const struct act *act, struct signal_hit *hit);
bool check_guardduty(const struct act *act, struct signal_hit *hit);

/* the watch (signal_watch.c), and what it is told */
bool check_watch(const struct act *act, struct signal_hit *hit);
bool check_unreadable(const struct act *act, struct signal_hit *hit);
bool check_unusual_envelope(const struct act *act, struct signal_hit *hit);

/* the account's past: signal_past.c */
bool check_first_seen(const struct act *act, struct signal_hit *hit);
bool check_dormant(const struct act *act, struct signal_hit *hit);
bool check_new_network(const struct act *act, struct signal_hit *hit);
bool check_new_client(const struct act *act, struct signal_hit *hit);
bool check_new_region(const struct act *act, struct signal_hit *hit);
bool check_new_service(const struct act *act, struct signal_hit *hit);
bool check_burst(const struct act *act, struct signal_hit *hit);
bool check_brute_force(const struct act *act, struct signal_hit *hit);
bool check_login_after_failures(const struct act *act, struct signal_hit *hit);
bool check_mfa_unanswered(const struct act *act, struct signal_hit *hit);
bool check_off_hours(const struct act *act, struct signal_hit *hit);
bool check_target_is_new(const struct act *act);

/* any other call */
bool check_read(const struct act *act, struct signal_hit *hit);
bool check_write(const struct act *act, struct signal_hit *hit);

#endif
