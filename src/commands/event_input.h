/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_EVENT_INPUT_H
#define COMMANDS_EVENT_INPUT_H
/* The events of a file, for commands: what is wrong with it is told on standard error. */
#include "command.h"
#include "commands/event_file.h"

/* EXIT_FINE: the caller owns *ret_file, which may hold complaints. EXIT_BAD (damaged, too large) and EXIT_ENVIRONMENT (unreadable, no
 * memory): it was told why. "-" is standard input. */
int event_input_read(const char *path, struct event_file *ret_file);

/* Tells the file's complaints, each as FILE:LINE: and a sentence. */
void event_input_complain(const char *path, const struct event_file *file);

#endif
