/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CALLS_H
#define CALLS_H
/*
 * The names of calls that signals look for: "service:EventName", where service is
 * the eventSource up to its first dot and '*' and '?' are wildcards. Every table
 * ends with NULL.
 */
#include <stdbool.h>

extern const char *const calls_console_login[];
extern const char *const calls_check_mfa[];
extern const char *const calls_password_change[];
extern const char *const calls_password_recovery_requested[];
extern const char *const calls_password_recovery_completed[];
extern const char *const calls_access_key_create[];
extern const char *const calls_access_key_update[];
extern const char *const calls_access_key_delete[];
extern const char *const calls_mfa_disable[];
extern const char *const calls_mfa_change[];
extern const char *const calls_email_change[];
extern const char *const calls_login_profile_create[];
extern const char *const calls_login_profile_delete[];
extern const char *const calls_iam_provision[];
extern const char *const calls_grant[];
extern const char *const calls_trust[];
extern const char *const calls_logging[];
extern const char *const calls_detection[];
extern const char *const calls_detection_update[];
extern const char *const calls_account_risk[];
extern const char *const calls_compute[];
extern const char *const calls_destroy[];
extern const char *const calls_root_only[];
extern const char *const calls_credentials_mint[];
extern const char *const calls_federation_token[];
extern const char *const calls_assume_root[];
extern const char *const calls_watch[];
extern const char *const calls_watch_off[];
extern const char *const calls_read[];

/* Does one of the patterns match "service:EventName"? */
bool calls_match(const char *const *patterns, const char *call);

#endif
