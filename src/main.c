/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program: which command, and what to say when there is none. What a command
 * does is in src/commands/.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

static void print_overview(FILE *out)
{
	fputs("rootwatch watches the AWS root user: CloudTrail events in, readable alerts out.\n\n"
	      "usage: rootwatch COMMAND [OPTIONS]\n\n",
	      out);
	for (const struct command *command = commands; command->name; command++)
		fprintf(out, "  %-9s %s\n", command->name, command->summary);
	fputs("\n`rootwatch COMMAND --help` tells more.\n"
	      "Exit status: 0 fine, 1 the thing asked about is bad, 2 wrong usage, 3 the environment failed.\n",
	      out);
}

static const struct command *find_command(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_overview(stderr);
		return EXIT_USAGE;
	}
	const struct command *command = find_command(argv[1]);
	if (command && asks_for_help(argc - 2, argv + 2)) {
		command_help(command);
		return EXIT_FINE;
	}
	if (command)
		return command->run(command, argc - 1, argv + 1);
	if (asks_for_help(1, argv + 1) || strcmp(argv[1], "help") == 0) {
		print_overview(stdout);
		return EXIT_FINE;
	}
	if (strcmp(argv[1], "--version") == 0)
		return command_version(NULL, 1, argv + 1);
	fprintf(stderr, "rootwatch: there is no command \"%s\"; `rootwatch --help` lists them\n", argv[1]);
	return EXIT_USAGE;
}
