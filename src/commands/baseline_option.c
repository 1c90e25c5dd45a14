/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service keeps what is usual in memory and writes it with its findings, so to
 * learn for it the store must be ours alone: the lock that a service takes is held from
 * before the first event until the end. To ask, a store that is in use will do.
 */
#include "commands/baseline_option.h"

#include <stdio.h>
#include <string.h>

static bool is_configured_one(const struct baseline_option *option)
{
	return option->from ? strcmp(option->from, "store") == 0 : option->learn;
}

enum config_scope baseline_option_scope(const struct baseline_option *option)
{
	return is_configured_one(option) ? CONFIG_HISTORY : CONFIG_JUDGING;
}

bool baseline_option_open(const struct baseline_option *option, const struct config *config, struct store **ret_store)
{
	const char *url = is_configured_one(option) ? config->store_url : option->from;
	*ret_store = NULL;
	if (!url)
		return true;
	struct err err = {""};
	*ret_store = store_open(url, option->learn ? STORE_SERVE : STORE_INSPECT, &err);
	if (*ret_store)
		return true;
	fprintf(stderr, "%s: %s\n", option->learn ? "--learn" : "--baseline-from", err.text);
	return false;
}

bool baseline_option_save(const struct baseline_option *option, struct history *history)
{
	struct err err = {""};
	if (!option->learn || history_save(history, &err))
		return true;
	fprintf(stderr, "--learn: nothing was kept: %s\n", err.text);
	return false;
}
