/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `rootwatch explain`: the detector's own account of how it came to a verdict, with
 * what it was given and what to do next. Everything untrusted is part of one line.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "command.h"
#include "commands/config_option.h"
#include "commands/event_input.h"
#include "history.h"
#include "rootwatch/render.h"

enum {
	TRACE_BYTES = 4 * 1024 * 1024, /* a line for each rule of the largest configuration */
	OUTPUT_BYTES = 2 * TRACE_BYTES,
	VALUE_BYTES = 512,
	LINE_BYTES = 2048, /* of the trace: a sentence with a few excerpts */
};

static void put_line(struct strbuf *out, const char *label, const char *value)
{
	if (*value == '\0')
		return;
	strbuf_printf(out, "%-8s ", label);
	render_line(value, VALUE_BYTES, out);
	strbuf_putc(out, '\n');
}

static void put_account(struct strbuf *out, const struct event *event, const struct policy *policy)
{
	const char *id = event_account(event);
	struct alert account = {.account_id = id, .account_name = policy_account_name(policy, id)};
	strbuf_puts(out, "account  ");
	alert_render_account(&account, out);
	strbuf_putc(out, '\n');
}

/* Which event this is. */
static void put_event(struct strbuf *out, const struct event *event, const struct policy *policy)
{
	char call[EVENT_CALL_BYTES];
	event_call(event, call);
	put_line(out, "event", event->event_name[0] ? call : event->detail_type[0] ? event->detail_type : "unknown");
	put_line(out, "id", event->event_id[0] ? event->event_id : event->envelope_id);
	strbuf_puts(out, "time     ");
	alert_render_time(event->time_s, out);
	strbuf_putc(out, '\n');
	put_account(out, event, policy);
	put_line(out, "region", event->region);
	put_line(out, "from", event->source_ip);
	put_line(out, "agent", event->user_agent);
	put_line(out, "error", event->error_code[0] ? event->error_code : event->error_message);
}

static void put_trace(struct strbuf *out, struct strbuf *trace)
{
	bool cut = trace->overflowed;
	char *text = trace->data;
	for (char *line; text && (line = strsep(&text, "\n"));) {
		if (*line == '\0')
			continue;
		render_line(line, LINE_BYTES, out);
		strbuf_putc(out, '\n');
	}
	if (cut)
		strbuf_puts(out, "(some lines are left out: there are too many)\n");
}

static bool explain_event(struct history *history, const struct event *event, const struct policy *policy,
                          struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf trace = STRBUF_INIT(TRACE_BYTES);
	struct judgement judgement;
	struct err err;
	const struct inquiry inquiry = {
	    .event = event,
	    .policy = policy,
	    .received_s = clock_wall_s(),
	    .learn = true,
	    .trace = &trace,
	};
	if (!history_judge(history, &inquiry, &judgement, &err))
		return false; /* without a store only memory can be missing */
	put_event(out, event, policy);
	strbuf_putc(out, '\n');
	put_trace(out, &trace);
	put_line(out, "who", judgement.who);
	for (size_t i = 0; i < judgement.step_count; i++)
		strbuf_printf(out, "%-8s %zu. %s\n", i == 0 ? "next" : "", i + 1, judgement.steps[i]);
	return true;
}

/* False, with errno: out of memory, or standard output takes no more. */
static bool explain_all(struct event_file *file, const struct policy *policy)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(OUTPUT_BYTES);
	SCOPED(history) struct history *history = history_open(NULL);
	if (!history)
		return false;
	for (size_t i = 0; i < file->count; i++) {
		strbuf_reset(&out);
		strbuf_puts(&out, i > 0 ? "\n\n" : "");
		const struct event *event = event_file_event(file, i);
		if (!event || !explain_event(history, event, policy, &out) || fputs(strbuf_text(&out), stdout) < 0)
			return false;
	}
	return fflush(stdout) == 0;
}

static int explain(const char *config_path, const char *path)
{
	SCOPED(config) struct config *config = config_option_load(config_path, CONFIG_JUDGING);
	if (!config)
		return EXIT_BAD;
	SCOPED(event_input) struct event_input input = {.content = STRBUF_INIT(0)};
	struct event_file *file = &input.file;
	int status = event_input_read(path, &input);
	if (status != EXIT_FINE)
		return status;
	if (!explain_all(file, &config->policy)) {
		fprintf(stderr, "standard output: %m\n");
		return EXIT_ENVIRONMENT;
	}
	event_input_complain(path, file);
	if (file->count + file->complaint_count == 0)
		fputs("there is no event in it\n", stderr);
	return file->count > 0 && file->complaint_count == 0 ? EXIT_FINE : EXIT_BAD;
}

int command_explain(const struct command *command, int argc, char **argv)
{
	const char *config_path = NULL;
	for (int option; (option = getopt(argc, argv, ":c:")) != -1;) {
		if (option != 'c')
			return command_usage(command, "unknown option, or -c without a file");
		config_path = optarg;
	}
	if (argc - optind > 1)
		return command_usage(command, "unexpected argument \"%s\"", argv[optind + 1]);
	return explain(config_path, optind < argc ? argv[optind] : "-");
}
