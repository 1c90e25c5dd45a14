/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_H
#define COMMAND_H
/*
 * The commands: one table dispatches and prints the help.
 */

enum exit_status { EXIT_FINE = 0, EXIT_BAD = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };

struct command {
	const char *name;
	const char *usage;                                                /* what follows the name */
	const char *summary;                                              /* one line */
	const char *help;                                                 /* options, a line each; may be NULL */
	int (*run)(const struct command *command, int argc, char **argv); /* argv[0] is the command's name */
};

extern const struct command commands[]; /* ends with a NULL name */

/* Prints what the command is for and takes to standard output. */
void command_help(const struct command *command);

/* Prints "usage: rootwatch NAME ..." and the reason to standard error; returns EXIT_USAGE. */
int command_usage(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

int command_serve(const struct command *command, int argc, char **argv);
int command_check(const struct command *command, int argc, char **argv);
int command_scan(const struct command *command, int argc, char **argv);
int command_explain(const struct command *command, int argc, char **argv);
int command_notify(const struct command *command, int argc, char **argv);
int command_outbox(const struct command *command, int argc, char **argv);
int command_expect(const struct command *command, int argc, char **argv);
int command_keygen(const struct command *command, int argc, char **argv);
int command_version(const struct command *command, int argc, char **argv);

#endif
