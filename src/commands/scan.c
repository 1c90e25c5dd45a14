/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `rootwatch scan`: the service's detector over files, one file in memory at a time,
 * in the order in which things happened. Opens no connection, and a store only to
 * begin with what it knows of the accounts, or to teach it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "command.h"
#include "commands/baseline_option.h"
#include "commands/config_option.h"
#include "commands/event_input.h"
#include "commands/scan_absent.h"
#include "commands/scan_files.h"
#include "commands/scan_progress.h"
#include "commands/scan_seen.h"
#include "commands/scan_table.h"
#include "commands/scan_totals.h"
#include "finding.h"
#include "history.h"

enum {
	LINE_BYTES = 256 * 1024, /* a RESULT: two dozen reasons of which every byte became "\u00xx" fit */
	SUMMARY_BYTES = 16 * 1024,
	VERDICTS_KEPT = 1u << VERDICT_ROUTINE | 1u << VERDICT_ANOMALY,
};

DEFINE_SCOPE(seen, struct seen, seen_free)

struct options {
	const char *config_path;
	struct baseline_option baseline;
	bool json;
	unsigned only; /* bits of 1u << enum verdict; 0: not given */
	bool fails;    /* --fail-on was given */
	enum severity fail_on;
};

struct scan {
	const struct options *options;
	const struct policy *policy;
	struct history *history; /* learned as it goes */
	int64_t started_s;       /* UTC */
	struct seen *seen;
	struct scan_absent absent; /* what is shown unless an answer comes */
	struct scan_table table;
	struct scan_totals totals;
	struct scan_progress progress;
	bool headed;  /* the table has its head */
	bool alarmed; /* --fail-on found something */
	bool failed;  /* it cannot go on, and said why */
	struct strbuf line;
};

static bool fail(struct scan *scan, const char *why, const char *detail)
{
	scan_progress_clear(&scan->progress);
	fprintf(stderr, "%s%s\n", why, detail);
	scan->failed = true;
	return false;
}

/* ---- what is shown ---- */

/* Machines get everything; a person what would have been kept, once. */
static bool is_shown(const struct options *options, enum verdict verdict, bool duplicate)
{
	unsigned only = options->only ? options->only : options->json ? ~0u : VERDICTS_KEPT;
	return only & 1u << verdict && (options->json || !duplicate);
}

static void put_result(const struct event *event, const struct judgement *judgement, bool duplicate, struct strbuf *out)
{
	if (duplicate)
		finding_result_repeated(event, judgement, out);
	else
		finding_result(event, judgement, NULL, NULL, 0, out);
	strbuf_putc(out, '\n');
}

static bool write_out(struct scan *scan)
{
	if (scan->line.overflowed)
		return fail(scan, "out of memory", "");
	scan_progress_clear(&scan->progress);
	if (fwrite(scan->line.data, 1, scan->line.length, stdout) < scan->line.length)
		return fail(scan, "standard output: ", strerror(errno));
	return true;
}

static void put_line(const struct scan *scan, const struct event *event, const struct judgement *judgement,
                     bool duplicate, struct strbuf *out)
{
	if (scan->options->json)
		put_result(event, judgement, duplicate, out);
	else
		scan_table_row(&scan->table, event, judgement, out);
}

static void put_head(struct scan *scan)
{
	strbuf_reset(&scan->line);
	if (!scan->options->json && !scan->headed)
		scan_table_head(&scan->table, &scan->line);
	scan->headed = true;
}

static bool show(struct scan *scan, const struct event *event, const struct judgement *judgement, bool duplicate)
{
	put_head(scan);
	put_line(scan, event, judgement, duplicate, &scan->line);
	return write_out(scan);
}

static void show_summary(const struct scan *scan)
{
	SCOPED(strbuf) struct strbuf summary = STRBUF_INIT(SUMMARY_BYTES);
	scan_totals_render(&scan->totals, scan->policy, &summary);
	fputs(strbuf_text(&summary), stderr);
}

/* ---- the scan ---- */

/* Of an event that something should follow: one more line, for when the scan has read past the time for it. */
static bool defer(struct scan *scan, const struct inquiry *inquiry)
{
	const struct absence *absence;
	struct judgement judgement;
	struct err err = {.text = ""};
	if (!history_judge_absence(scan->history, inquiry, &judgement, &absence, &err))
		return fail(scan, err.text, "");
	if (!absence)
		return true;
	SCOPED(strbuf) struct strbuf line = STRBUF_INIT(LINE_BYTES);
	if (is_shown(scan->options, judgement.verdict, false)) /* else it is empty, and --fail-on may ask for it */
		put_line(scan, inquiry->event, &judgement, false, &line);
	return scan_absent_add(&scan->absent, inquiry->event, absence, judgement.severity, strbuf_steal(&line)) ||
	       fail(scan, "out of memory", "");
}

static bool show_line(struct scan *scan, const char *line)
{
	if (!*line)
		return true;
	put_head(scan);
	strbuf_puts(&scan->line, line);
	return write_out(scan);
}

/* Shows what was not followed by what should have, of all whose time was over before `time_s`. */
static bool show_absent(struct scan *scan, int64_t time_s)
{
	enum severity severity;
	for (;;) {
		SCOPED(text) char *line = scan_absent_take(&scan->absent, scan->history, time_s, &severity);
		if (!line)
			return true;
		scan->alarmed |= scan->options->fails && severity >= scan->options->fail_on;
		if (!show_line(scan, line))
			return false;
	}
}

/* Everything that happens to an event happens here, in the order of time. False: the scan has failed. */
static bool judge(struct scan *scan, const struct event *event)
{
	const struct options *options = scan->options;
	struct judgement judgement;
	struct err err = {.text = ""};
	const struct inquiry inquiry = {
	    .event = event,
	    .policy = scan->policy,
	    .received_s = scan->started_s,
	    .learn = true,
	};
	if (!show_absent(scan, event->time_s))
		return false;
	if (!history_judge(scan->history, &inquiry, &judgement, &err))
		return fail(scan, err.text, "");
	bool is_finding = judgement_is_finding(&judgement);
	bool duplicate;
	if (!seen_add(scan->seen, event->dedupe_key, is_finding, &duplicate))
		return fail(scan, "out of memory", "");
	scan_totals_add(&scan->totals, event, &judgement, duplicate);
	if (options->fails && is_finding && judgement.severity >= options->fail_on)
		scan->alarmed = true;
	if (is_shown(options, judgement.verdict, duplicate) && !show(scan, event, &judgement, duplicate))
		return false;
	return duplicate || defer(scan, &inquiry);
}

/* A digest file that is what its name says is nothing to complain about. */
static bool is_digest(const char *path, const struct event_file *file)
{
	return scan_file_is_digest(path) && file->count == 0 && file->complaint_count == 1 &&
	       file->complaints[0].status == EVENT_NOT_AN_EVENT;
}

static int complain(struct scan *scan, const char *path, const struct event_file *file)
{
	bool digest = is_digest(path, file);
	scan->totals.digests += digest;
	if (file->complaint_count == 0 || digest)
		return EXIT_FINE;
	event_input_complain(path, file);
	return EXIT_BAD;
}

static int scan_file(struct scan *scan, const char *path)
{
	SCOPED(event_input) struct event_input input = {.content = STRBUF_INIT(0)};
	scan->totals.files++;
	scan_progress_file(&scan->progress, scan->totals.events);
	int status = event_input_read(path, &input);
	if (status != EXIT_FINE)
		return status;
	for (size_t i = 0; i < input.file.count; i++) {
		const struct event *event = event_file_event(&input.file, i);
		if (!event)
			fail(scan, "out of memory", "");
		if (!event || !judge(scan, event))
			return EXIT_ENVIRONMENT;
		scan_progress_event(&scan->progress, scan->totals.events);
	}
	scan_progress_clear(&scan->progress);
	return complain(scan, path, &input.file);
}

/* The worst of what the files came to; an alarm that was asked for goes first. */
static int scan_all(struct scan *scan, const struct scan_files *files)
{
	int worst = EXIT_FINE;
	for (size_t i = 0; i < files->count && !scan->failed; i++) {
		int status = scan_file(scan, files->list[i].path);
		worst = status > worst ? status : worst;
	}
	if (!scan->failed)
		show_absent(scan, INT64_MAX);
	if (!scan->failed && fflush(stdout) != 0)
		fail(scan, "standard output: ", strerror(errno));
	scan_progress_clear(&scan->progress);
	if (scan->failed || !baseline_option_save(&scan->options->baseline, scan->history))
		return EXIT_ENVIRONMENT;
	if (!scan->options->json)
		show_summary(scan);
	return scan->alarmed ? EXIT_BAD : worst;
}

/* Colours are for eyes, and for those who want them (no-color.org). */
static bool wants_colours(const struct options *options)
{
	const char *no_color = config_environment("NO_COLOR"), *terminal = config_environment("TERM");
	bool refused = (no_color && *no_color) || (terminal && strcmp(terminal, "dumb") == 0);
	return !options->json && !refused && isatty(STDOUT_FILENO);
}

static int scan_with(const struct options *options, const struct policy *policy, struct history *history,
                     const struct scan_files *files)
{
	SCOPED(seen) struct seen *seen = seen_new();
	if (!seen) {
		fputs("out of memory\n", stderr);
		return EXIT_ENVIRONMENT;
	}
	if (options->baseline.learn)
		history_keep_all(history);
	struct scan scan = {
	    .options = options,
	    .policy = policy,
	    .history = history,
	    .started_s = clock_wall_s(),
	    .seen = seen,
	    .table = scan_table_of(policy, wants_colours(options)),
	    .progress = scan_progress_of(files->count),
	    .line = STRBUF_INIT(LINE_BYTES),
	};
	int status = scan_all(&scan, files);
	scan_totals_done(&scan.totals);
	strbuf_done(&scan.line);
	scan_absent_done(&scan.absent);
	return status;
}

static int scan(const struct options *options, const char *const *arguments, size_t count)
{
	enum config_scope scope = baseline_option_scope(&options->baseline);
	SCOPED(config) struct config *config = config_option_load(options->config_path, scope);
	if (!config)
		return EXIT_BAD;
	SCOPED(store) struct store *store = NULL;
	if (!baseline_option_open(&options->baseline, config, &store))
		return EXIT_ENVIRONMENT;
	SCOPED(scan_files) struct scan_files files = {.list = NULL};
	SCOPED(history) struct history *history = history_open(store);
	if (history && scan_files_find(arguments, count, &files))
		return scan_with(options, &config->policy, history, &files);
	fputs("out of memory\n", stderr);
	return EXIT_ENVIRONMENT;
}

/* ---- the command line ---- */

/* "routine,anomaly"; adds to the bits. Cuts the text up. */
static bool parse_verdicts(char *text, unsigned *bits)
{
	for (char *name; (name = strsep(&text, ","));) {
		enum verdict verdict;
		if (!verdict_parse(name, &verdict))
			return false;
		*bits |= 1u << verdict;
	}
	return true;
}

static bool parse_format(const char *text, bool *ret_json)
{
	*ret_json = strcmp(text, "json") == 0;
	return *ret_json || strcmp(text, "text") == 0;
}

/* NULL, or what is wrong with it. */
static const char *take_option(struct options *options, int option, char *value)
{
	switch (option) {
	case 'c': options->config_path = value; return NULL;
	case 'f': return parse_format(value, &options->json) ? NULL : "--format is text or json";
	case 'o': return parse_verdicts(value, &options->only) ? NULL : "--only takes not_root, service, routine, anomaly";
	case 'b': options->baseline.from = value; return NULL;
	case 'l': options->baseline.learn = true; return NULL;
	case 's':
		options->fails = true;
		return severity_parse(value, &options->fail_on) ? NULL : "--fail-on takes info, low, medium, high or critical";
	default: return "unknown option, or one without its value";
	}
}

int command_scan(const struct command *command, int argc, char **argv)
{
	static const struct option names[] = {
	    {.name = "format", .has_arg = required_argument, .val = 'f'},
	    {.name = "only", .has_arg = required_argument, .val = 'o'},
	    {.name = "fail-on", .has_arg = required_argument, .val = 's'},
	    {.name = "baseline-from", .has_arg = required_argument, .val = 'b'},
	    {.name = "learn", .has_arg = no_argument, .val = 'l'},
	    {0},
	};
	struct options options = {0};
	for (int option; (option = getopt_long(argc, argv, ":c:", names, NULL)) != -1;) {
		const char *wrong = take_option(&options, option, optarg);
		if (wrong)
			return command_usage(command, "%s", wrong);
	}
	return scan(&options, (const char *const *)argv + optind, (size_t)(argc - optind));
}
