/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_BASELINE_OPTION_H
#define COMMANDS_BASELINE_OPTION_H
/* `--baseline-from store|URL` and `--learn`, as scan and explain take them: what is usual comes from a store, and goes back to it. */
#include <stdbool.h>

#include "config/config.h"
#include "history.h"
#include "store/store.h"

DEFINE_SCOPE(store, struct store, store_close)

struct baseline_option {
	const char *from; /* "store": the one that is configured; else a store's url; NULL: nothing is known of anybody */
	bool learn;       /* write it back in the end; without `from`: to the configured store */
};

/* What it needs of the configuration. */
enum config_scope baseline_option_scope(const struct baseline_option *option);

/* Opens the store, if one is asked for; to learn, with the lock that keeps a service out. NULL in *ret_store: none. False: standard
 * error says why. */
bool baseline_option_open(const struct baseline_option *option, const struct config *config, struct store **ret_store);

/* Writes back what was learned, if that is asked for. False: standard error says why. */
bool baseline_option_save(const struct baseline_option *option, struct history *history);

#endif
