/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of notifier types, and instances made of it. A new notifier is a file
 * in src/notifiers/ and a line here. Must not know what any of them does.
 */
#include "notifier.h"

#include <stdlib.h>
#include <string.h>

#include "rootwatch/scope.h"

extern const struct notifier_type notifier_sns, notifier_slack, notifier_email, notifier_webhook;
extern const struct notifier_type notifier_pagerduty, notifier_teams, notifier_syslog, notifier_log;

const struct notifier_type *const notifier_types[] = {
    &notifier_sns,     &notifier_slack,     &notifier_email,
    &notifier_webhook, &notifier_pagerduty, &notifier_teams,
    &notifier_syslog,  &notifier_log,       NULL,
};

const struct notifier_type *notifier_type_find(const char *name)
{
	for (const struct notifier_type *const *type = notifier_types; *type; type++)
		if (strcmp((*type)->name, name) == 0)
			return *type;
	return NULL;
}

void notifier_set_close(struct notifier_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++)
		set->instances[i].config->type->close(set->instances[i].self);
	free(set->instances);
	free(set);
}
DEFINE_SCOPE(notifier_set, struct notifier_set, notifier_set_close)

static bool instance_open(struct notifier_instance *instance, const struct notifier_config *config,
                          const struct notifier_env *transport, struct err *err)
{
	instance->config = config;
	instance->env = *transport;
	instance->env.name = config->name;
	instance->env.timeout_ms = config->timeout_ms;
	instance->self = config->type->open(&config->settings, &instance->env, err);
	return instance->self || err_prefix(err, "notifier %s", config->name);
}

struct notifier_set *notifier_set_open(const struct notifier_config *configs, size_t count,
                                       const struct notifier_env *transport, struct err *err)
{
	SCOPED(notifier_set) struct notifier_set *set = calloc(1, sizeof *set);
	if (set)
		set->instances = calloc(count + 1, sizeof *set->instances);
	if (!set || !set->instances) {
		err_set(err, "out of memory");
		return NULL;
	}
	for (; set->count < count; set->count++)
		if (!instance_open(&set->instances[set->count], &configs[set->count], transport, err))
			return NULL;
	return steal(&set);
}

bool notifier_wants(const struct notifier_config *config, const struct policy *policy,
                    const struct judgement *judgement, const char *account_id)
{
	if (judgement->severity < config->min_severity || !(config->verdicts & 1u << judgement->verdict))
		return false;
	for (size_t i = 0; i < config->account_count; i++)
		if (policy_account_is(policy, config->accounts[i], account_id))
			return true;
	return config->account_count == 0;
}

const char **notifiers_wanting(const struct notifier_config *configs, size_t config_count, const struct policy *policy,
                               const struct judgement *judgement, const char *account_id, size_t *ret_count)
{
	const char **names = calloc(config_count + 1, sizeof *names);
	if (!names)
		return NULL;
	size_t count = 0;
	for (size_t i = 0; i < config_count; i++)
		if (notifier_wants(&configs[i], policy, judgement, account_id))
			names[count++] = configs[i].name;
	*ret_count = count;
	return names;
}
