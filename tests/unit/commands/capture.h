/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_COMMANDS_CAPTURE_H
#define TESTS_COMMANDS_CAPTURE_H
/* Runs a command inside of the test and keeps what it says. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

enum { CAPTURE_BYTES = 64 * 1024, CAPTURE_ARGUMENTS_MAX = 10 };

struct capture {
	int status;
	char out[CAPTURE_BYTES], err[CAPTURE_BYTES];
};

/* What is written to `stream` goes to a new file from now on. *ret_before is what to give back to capture_end(). */
static inline FILE *capture_begin(FILE *stream, int *ret_before)
{
	FILE *file = tmpfile();
	fflush(stream);
	*ret_before = dup(fileno(stream));
	dup2(fileno(file), fileno(stream));
	return file;
}

static inline void capture_end(FILE *stream, FILE *file, int before, char ret_text[CAPTURE_BYTES])
{
	fflush(stream);
	dup2(before, fileno(stream));
	close(before);
	rewind(file);
	ret_text[fread(ret_text, 1, CAPTURE_BYTES - 1, file)] = '\0';
	fclose(file);
}

/* `arguments` end with NULL; the first is the command's name. Returns its exit status. */
static inline int capture(int (*run)(const struct command *command, int argc, char **argv),
                          const char *const *arguments, struct capture *ret_said)
{
	const struct command command = {.name = arguments[0], .usage = "..."};
	char copies[CAPTURE_ARGUMENTS_MAX][256], *argv[CAPTURE_ARGUMENTS_MAX + 1] = {NULL};
	int argc = 0, out_before, err_before;
	for (; arguments[argc] && argc < CAPTURE_ARGUMENTS_MAX; argc++) {
		snprintf(copies[argc], sizeof copies[argc], "%s", arguments[argc]);
		argv[argc] = copies[argc];
	}
	optind = 0; /* glibc: begin anew */
	FILE *out = capture_begin(stdout, &out_before), *err = capture_begin(stderr, &err_before);
	ret_said->status = run(&command, argc, argv);
	capture_end(stderr, err, err_before, ret_said->err);
	capture_end(stdout, out, out_before, ret_said->out);
	return ret_said->status;
}

#endif
