/* SPDX-License-Identifier: Apache-2.0 */
/* `rootwatch version`. */
#include <stdio.h>

#include "command.h"

int command_version(const struct command *command, int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return command_usage(command, "takes no arguments");
	puts("rootwatch " ROOTWATCH_VERSION);
	return EXIT_FINE;
}
