/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIGNAL_CHECKS_H
#define SIGNAL_CHECKS_H
/* The predicates of the signal table (see struct signal.holds), for signals.c alone. */
#include "signals.h"

/* sign-in */
bool check_console_success(const struct event *event, enum actor actor, struct signal_hit *hit);
bool check_console_no_mfa(const struct event *event, enum actor actor, struct signal_hit *hit);
bool check_console_failed(const struct event *event, enum actor actor, struct signal_hit *hit);

/* credentials */
bool check_long_lived_key(const struct event *event, enum actor actor, struct signal_hit *hit);
bool check_targets_root(const struct event *event, enum actor actor, struct signal_hit *hit);
bool check_password_change(const struct event *event, enum actor actor, struct signal_hit *hit);
bool check_root_mfa(const struct event *event, enum actor actor, struct signal_hit *hit);
bool check_user_provisioned(const struct event *event, enum actor actor, struct signal_hit *hit);

/* other ways of being root */
bool check_federated(const struct event *event, enum actor actor, struct signal_hit *hit);
bool check_assume_root_policy(const struct event *event, enum actor actor, struct signal_hit *hit);
bool check_assumed_session(const struct event *event, enum actor actor, struct signal_hit *hit);
bool check_guardduty(const struct event *event, enum actor actor, struct signal_hit *hit);

/* the watch, and what it is told */
bool check_watch(const struct event *event, enum actor actor, struct signal_hit *hit);
bool check_unreadable(const struct event *event, enum actor actor, struct signal_hit *hit);
bool check_unusual_envelope(const struct event *event, enum actor actor, struct signal_hit *hit);

/* any other call */
bool check_read(const struct event *event, enum actor actor, struct signal_hit *hit);
bool check_write(const struct event *event, enum actor actor, struct signal_hit *hit);

#endif
