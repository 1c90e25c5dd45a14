/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_EVENT_INPUT_H
#define COMMANDS_EVENT_INPUT_H
/* The events of a file, for commands: what is wrong with it is told on standard error. */
#include "command.h"
#include "commands/event_file.h"
#include "rootwatch/strbuf.h"

struct event_input {
	struct strbuf content;  /* decompressed */
	struct event_file file; /* borrows from the content */
};

/* EXIT_FINE: the caller owns *ret_input, whose file may hold complaints. EXIT_BAD (damaged, too large) and EXIT_ENVIRONMENT
 * (unreadable, no memory): it was told why. "-" is standard input. */
int event_input_read(const char *path, struct event_input *ret_input);
void event_input_done(struct event_input *input);
static inline void event_input_scope(struct event_input *input)
{
	event_input_done(input);
}

/* Tells the file's complaints, each as FILE:LINE: and a sentence. */
void event_input_complain(const char *path, const struct event_file *file);

#endif
