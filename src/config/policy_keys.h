/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_POLICY_KEYS_H
#define CONFIG_POLICY_KEYS_H
/* What the files that read `accounts:`, `policy:` and its rules share. */
#include "config/schema.h"

extern const struct key_type type_timezone; /* const struct zone *, the configuration's */
extern const struct key_type type_windows;  /* const struct policy_window * */
extern const struct key_type type_rules;    /* struct policy: the routine rules; the time zone must be known */

/* Is this an account's id, or a name given under `accounts`? If not, reader->hint has what was probably meant. */
bool account_known(struct reader *reader, const char *text);

/* The signal of that name; NULL, having complained, when there is none. */
const struct signal *signal_named(struct reader *reader, const struct node *at, const char *name);

/* Warns of rules that explain nearly everything, or that an earlier one leaves nothing to explain. */
void rules_doubt(struct reader *reader, const struct policy *policy);

#endif
