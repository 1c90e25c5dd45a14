/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_CONFIG_OPTION_H
#define COMMANDS_CONFIG_OPTION_H
/* `-c FILE`, as every command that a person calls takes it. */
#include "config/config.h"
#include "rootwatch/scope.h"

DEFINE_SCOPE(config, struct config, config_free)

/* As config_load(); every problem, and what is doubtful or left out, goes to standard error. The caller owns the result. */
struct config *config_option_load(const char *path, enum config_scope scope);

#endif
