/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of commands. A new command is a row here and a file in src/commands/.
 */
#include "command.h"

#include <stdarg.h>
#include <stdio.h>

#define CONFIG_OPTION \
	"  -c FILE            the configuration; without it ROOTWATCH_CONFIG or the ROOTWATCH_* variables\n"

const struct command commands[] = {
    {
        .name = "serve",
        .usage = "[-c FILE]",
        .summary = "run the service",
        .help = CONFIG_OPTION "SIGHUP reloads the configuration, SIGTERM finishes what is under way and stops.\n",
        .run = command_serve,
    },
    {
        .name = "check",
        .usage = "[-c FILE] | --settings",
        .summary = "validate the configuration and print what is in force, secrets masked",
        .help = CONFIG_OPTION "  --settings         print what every notifier type can be told, as Markdown\n",
        .run = command_check,
    },
    {
        .name = "scan",
        .usage = "[-c FILE] [--format text|json] [--only VERDICT,...] [--fail-on SEVERITY]"
                 " [--baseline-from store|URL] [--learn] [FILE...|-]",
        .summary = "judge events in files: EventBridge events, CloudTrail records and log files, JSON lines, .gz",
        .help = CONFIG_OPTION
        "  --format FORMAT    text: a table of the findings (default); json: one RESULT an event\n"
        "  --only VERDICT,... print these verdicts alone: not_root, service, routine, anomaly\n"
        "  --fail-on SEVERITY exit 1 when a finding is at least this severe\n"
        "  --baseline-from X  begin with what is usual in the configured store (X is store) or in\n"
        "                     another (a sqlite: url); a service may be running\n"
        "  --learn            write what was learned back to that store, to seed a service, which must\n"
        "                     not be running\n"
        "What did not follow within its time (a sign-in after CheckMfa) is one more RESULT.\n"
        "Directories are searched for .json, .jsonl and .gz files. No keys, no network.\n",
        .run = command_scan,
    },
    {
        .name = "explain",
        .usage = "[-c FILE] [--baseline-from store|URL] [FILE|-]",
        .summary = "judge one event and say how the verdict came about",
        .help = CONFIG_OPTION
        "  --baseline-from X  by what is usual in the configured store (X is store) or in another (a\n"
        "                     sqlite: url); a service may be running\n",
        .run = command_explain,
    },
    {
        .name = "notify",
        .usage = "[-c FILE] --test [NAME...]",
        .summary = "send a marked DRILL through the named (or all) notifiers and report each outcome",
        .help = CONFIG_OPTION,
        .run = command_notify,
    },
    {
        .name = "outbox",
        .usage = "list|show ID|retry ID|retry --dead [-c FILE]",
        .summary = "what was sent, what waits, what died; try again",
        .help = CONFIG_OPTION "  list [--state waiting|delivered|dead] [--limit N] [--json]\n"
                              "  --dead             short for list --state dead\n"
                              "  show ID            one delivery with every attempt\n"
                              "  retry ID           make it due now\n"
                              "  retry --dead       the same for every dead letter\n",
        .run = command_outbox,
    },
    {
        .name = "expect",
        .usage = "[-c FILE] --account X --for 1h --reason TEXT [--events CALL,...] | --list [--json] | --revoke ID",
        .summary = "announce planned root work, so that it is routine while it lasts",
        .help = CONFIG_OPTION "  --account X        the account's twelve digits, or its name under accounts\n"
                              "  --for DURATION     how long from now, at most 7d; or --until 2027-01-01T08:00:00Z\n"
                              "  --reason TEXT      what people read in every alert that it explains\n"
                              "  --events CALL,...  these calls alone, such as iam:CreateUser,iam:*; default: any\n"
                              "  --list             what was announced, the newest first\n"
                              "  --revoke ID        end it now\n"
                              "Every configured channel is told of both. What is critical is never routine.\n",
        .run = command_expect,
    },
    {
        .name = "keygen",
        .usage = "[NAME]",
        .summary = "make an API key: its value once, and the configuration line with its hash",
        .run = command_keygen,
    },
    {
        .name = "version",
        .usage = "",
        .summary = "print the version",
        .run = command_version,
    },
    {.name = NULL},
};

void command_help(const struct command *command)
{
	printf("rootwatch %s: %s\n\nusage: rootwatch %s %s\n%s", command->name, command->summary, command->name,
	       command->usage, command->help ? command->help : "");
}

int command_usage(const struct command *command, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fprintf(stderr, "rootwatch %s: ", command->name);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\nusage: rootwatch %s %s\n", command->name, command->usage);
	return EXIT_USAGE;
}
