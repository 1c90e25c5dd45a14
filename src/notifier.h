/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTIFIER_TABLE_H
#define NOTIFIER_TABLE_H
/*
 * The table of notifier types, and the instances that a configuration makes of it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "detector.h"
#include "policy.h"
#include "rootwatch/notifier.h"

extern const struct notifier_type *const notifier_types[]; /* ends with NULL */

const struct notifier_type *notifier_type_find(const char *name);

/* One configured notifier, checked against its type's table. Borrowed from the configuration. */
struct notifier_config {
	const char *name;
	const struct notifier_type *type;
	struct settings settings;
	enum severity min_severity;
	const char *const *accounts; /* ids or names; count 0: all */
	size_t account_count;
	unsigned verdicts; /* bits of 1u << enum verdict */
	long timeout_ms;
	int64_t interval_ms; /* pacing; 0: none */
};

struct notifier_instance {
	const struct notifier_config *config;
	struct notifier_env env;
	void *self;
};

struct notifier_set {
	struct notifier_instance *instances;
	size_t count;
};

/* Opens every configured notifier, or none; err names the one that failed. `transport` gives http, mail, output and clock. */
struct notifier_set *notifier_set_open(const struct notifier_config *configs, size_t count,
                                       const struct notifier_env *transport, struct err *err);
void notifier_set_close(struct notifier_set *set); /* NULL is fine */

/* Must this notifier be told? By severity, verdict and account. Pure. */
bool notifier_wants(const struct notifier_config *config, const struct policy *policy,
                    const struct judgement *judgement, const char *account_id);

/* The names of those that must be told; an array that the caller frees, NULL when out of memory. */
const char **notifiers_wanting(const struct notifier_config *configs, size_t config_count, const struct policy *policy,
                               const struct judgement *judgement, const char *account_id, size_t *ret_count);

#endif
