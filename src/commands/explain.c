/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `rootwatch explain`: the detector's own account of how it came to a verdict, with
 * what it was given and what to do next. Everything untrusted is part of one line.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "command.h"
#include "commands/baseline_option.h"
#include "commands/config_option.h"
#include "commands/event_input.h"
#include "history.h"
#include "rootwatch/render.h"

enum {
	TRACE_BYTES = 4 * 1024 * 1024, /* a line for each rule of the largest configuration */
	OUTPUT_BYTES = 2 * TRACE_BYTES,
	VALUE_BYTES = 512,
	LABEL_COLUMNS = 9, /* "identity " */
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

/* A label is told once, where what it speaks of begins. */
static void put_trace(struct strbuf *out, struct strbuf *trace)
{
	bool cut = trace->overflowed;
	char *text = trace->data;
	const char *before = ""; /* the line */
	for (char *line; text && (line = strsep(&text, "\n")); before = line) {
		if (*line == '\0')
			continue;
		bool goes_on = strncmp(before, line, LABEL_COLUMNS) == 0;
		strbuf_printf(out, "%*s", goes_on ? LABEL_COLUMNS : 0, "");
		render_line(goes_on ? line + LABEL_COLUMNS : line, LINE_BYTES, out);
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
	if (!history_judge(history, &inquiry, &judgement, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return false;
	}
	put_event(out, event, policy);
	strbuf_putc(out, '\n');
	put_trace(out, &trace);
	put_line(out, "who", judgement.who);
	for (size_t i = 0; i < judgement.step_count; i++)
		strbuf_printf(out, "%-8s %zu. %s\n", i == 0 ? "next" : "", i + 1, judgement.steps[i]);
	return true;
}

static bool write_out(const char *text)
{
	if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
		return true;
	fprintf(stderr, "standard output: %m\n");
	return false;
}

/* False: standard error says why. */
static bool explain_all(struct event_file *file, const struct policy *policy, struct store *store)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(OUTPUT_BYTES);
	SCOPED(history) struct history *history = history_open(store);
	if (!history)
		fputs("out of memory\n", stderr);
	for (size_t i = 0; history && i < file->count; i++) {
		strbuf_reset(&out);
		strbuf_puts(&out, i > 0 ? "\n\n" : "");
		const struct event *event = event_file_event(file, i);
		if (!event)
			fputs("out of memory\n", stderr);
		if (!event || !explain_event(history, event, policy, &out) || !write_out(strbuf_text(&out)))
			return false;
	}
	return history != NULL;
}

static int explain(const char *config_path, const struct baseline_option *baseline, const char *path)
{
	SCOPED(config) struct config *config = config_option_load(config_path, baseline_option_scope(baseline));
	if (!config)
		return EXIT_BAD;
	SCOPED(store) struct store *store = NULL;
	if (!baseline_option_open(baseline, config, &store))
		return EXIT_ENVIRONMENT;
	SCOPED(event_input) struct event_input input = {.content = STRBUF_INIT(0)};
	struct event_file *file = &input.file;
	int status = event_input_read(path, &input);
	if (status != EXIT_FINE)
		return status;
	if (!explain_all(file, &config->policy, store))
		return EXIT_ENVIRONMENT;
	event_input_complain(path, file);
	if (file->count + file->complaint_count == 0)
		fputs("there is no event in it\n", stderr);
	return file->count > 0 && file->complaint_count == 0 ? EXIT_FINE : EXIT_BAD;
}

int command_explain(const struct command *command, int argc, char **argv)
{
	static const struct option names[] = {
	    {.name = "baseline-from", .has_arg = required_argument, .val = 'b'},
	    {0},
	};
	const char *config_path = NULL;
	struct baseline_option baseline = {.from = NULL};
	for (int option; (option = getopt_long(argc, argv, ":c:", names, NULL)) != -1;) {
		switch (option) {
		case 'c': config_path = optarg; break;
		case 'b': baseline.from = optarg; break;
		default: return command_usage(command, "unknown option, or one without its value");
		}
	}
	if (argc - optind > 1)
		return command_usage(command, "unexpected argument \"%s\"", argv[optind + 1]);
	return explain(config_path, &baseline, optind < argc ? argv[optind] : "-");
}
