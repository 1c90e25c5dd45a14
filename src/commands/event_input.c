/* SPDX-License-Identifier: Apache-2.0 */
/* From a path to events, and from errors to words and exit statuses: what `scan` and `explain` have in common. */
#include "commands/event_input.h"

#include <stdio.h>

#include "commands/input.h"
#include "rootwatch/scope.h"

static int refuse(const char *path, int status, const struct err *err)
{
	SCOPED(strbuf) struct strbuf name = STRBUF_INIT(INPUT_NAME_BYTES);
	input_name(path, &name);
	fprintf(stderr, "%s: %s\n", strbuf_text(&name), err->text);
	return status;
}

static int read_events(const char *path, struct event_input *input)
{
	struct err err = {""};
	const char *text = strbuf_text(&input->content);
	switch (event_file_read(text, input->content.length, &input->file, &err)) {
	case EVENT_FILE_READ: return EXIT_FINE;
	case EVENT_FILE_TOO_LARGE: return refuse(path, EXIT_BAD, &err);
	case EVENT_FILE_NO_MEMORY: break;
	}
	return refuse(path, EXIT_ENVIRONMENT, &err);
}

int event_input_read(const char *path, struct event_input *ret_input)
{
	SCOPED(event_input) struct event_input input = {.content = STRBUF_INIT(0)};
	struct err err = {""};
	switch (input_read(path, &input.content, &err)) {
	case INPUT_READ: break;
	case INPUT_UNREADABLE: return refuse(path, EXIT_ENVIRONMENT, &err);
	case INPUT_BAD: return refuse(path, EXIT_BAD, &err);
	}
	int status = read_events(path, &input);
	if (status != EXIT_FINE)
		return status;
	*ret_input = input;
	input = (struct event_input){.content = STRBUF_INIT(0)};
	return status;
}

void event_input_done(struct event_input *input)
{
	event_file_done(&input->file);
	strbuf_done(&input->content);
}

void event_input_complain(const char *path, const struct event_file *file)
{
	SCOPED(strbuf) struct strbuf name = STRBUF_INIT(INPUT_NAME_BYTES);
	input_name(path, &name);
	/* A file without any event is something else, and not worth a complaint about each of its lines. */
	size_t most = file->count > 0 ? EVENT_FILE_COMPLAINTS_MAX : 1;
	size_t told = file->complaint_count < most ? file->complaint_count : most;
	for (size_t i = 0; i < told; i++)
		fprintf(stderr, "%s:%zu: %s\n", strbuf_text(&name), file->complaints[i].line, file->complaints[i].err.text);
	if (told < file->complaint_count)
		fprintf(stderr, "%s: and %zu more that cannot be read\n", strbuf_text(&name), file->complaint_count - told);
}
