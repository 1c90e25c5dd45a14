/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_SECTIONS_H
#define CONFIG_SECTIONS_H
/* The parts of a configuration: a table of keys or a type each, and the checks that need several keys. */
#include "config/schema.h"

extern const struct key_type type_server;       /* struct config_server */
extern const struct key store_keys[];           /* struct config */
extern const struct key_type type_accounts;     /* struct policy: the accounts and their names */
extern const struct key policy_keys[];          /* struct config */
extern const struct key watch_keys[];           /* struct config */
extern const struct key_type type_notifiers;    /* struct config: the notifiers */
extern const struct key_type type_account_list; /* const char *const *: ids or configured names */

#endif
