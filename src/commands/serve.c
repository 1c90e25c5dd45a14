/* SPDX-License-Identifier: Apache-2.0 */
/* `rootwatch serve`: the service until it is told to stop. */
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "command.h"
#include "service.h"

int command_serve(const struct command *command, int argc, char **argv)
{
	const char *config_path = NULL;
	for (int option; (option = getopt(argc, argv, "+:c:")) != -1;) {
		if (option != 'c')
			return command_usage(command, "unknown option, or -c without a file");
		config_path = optarg;
	}
	if (optind < argc)
		return command_usage(command, "unexpected argument \"%s\"", argv[optind]);
	log_open(stderr);
	return service_run(config_path);
}
