/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `rootwatch expect`: announces planned root work in the store that a service serves
 * from, lists what is announced, revokes it. The service honours it with the next
 * event and tells the channels. Never creates a store.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "announce.h"
#include "base/clock.h"
#include "command.h"
#include "commands/config_option.h"
#include "rootwatch/render.h"

DEFINE_SCOPE(store, struct store, store_close)
DEFINE_SCOPE(expectations, struct expectation, free)

enum {
	LISTED_MAX = 200,
	PATTERNS_MAX = EXPECTATION_EVENTS_MAX / 2,
	OUTPUT_BYTES = 1024 * 1024,
};

enum option_key {
	OPTION_ACCOUNT = 1,
	OPTION_FOR,
	OPTION_UNTIL,
	OPTION_REASON,
	OPTION_EVENTS,
	OPTION_LIST,
	OPTION_JSON,
	OPTION_REVOKE
};

struct request {
	const char *config_path;
	struct announcement wanted;
	const char *patterns[PATTERNS_MAX];
	bool announces; /* something of `wanted` was given */
	bool lists, json;
	const char *revokes; /* an id */
};

static const char maker[] = "command line";

static int store_failed(const struct err *err)
{
	fprintf(stderr, "the store: %s\n", err->text);
	return EXIT_ENVIRONMENT;
}

static int refuse(enum announced outcome, const struct err *err)
{
	if (outcome == ANNOUNCE_FAILED)
		return store_failed(err);
	fprintf(stderr, "%s\n", outcome == ANNOUNCE_UNKNOWN ? "there is no expectation with this id" : err->text);
	return EXIT_BAD;
}

/* For people. */
static void say_told(const struct config *config)
{
	fputs("a running service honours it from the next event on", stderr);
	for (size_t i = 0; i < config->notifier_count; i++)
		fprintf(stderr, "%s%s", i > 0 ? ", " : " and tells ", config->notifiers[i].name);
	fputc('\n', stderr);
}

/* ---- the three things it does; each returns an exit status ---- */

static int announce(struct store *store, const struct config *config, const struct request *request)
{
	struct expectation expectation;
	struct err err = {0};
	if (!expectation_make(&request->wanted, &config->policy, clock_wall_s(), &expectation, &err)) {
		fprintf(stderr, "nothing is announced: %s\n", err.text);
		return EXIT_BAD;
	}
	enum announced outcome = announce_work(store, config, &expectation, &err);
	if (outcome != ANNOUNCED)
		return refuse(outcome, &err);
	char until[CLOCK_UTC_BYTES];
	clock_format_utc(expectation.until_s, until);
	printf("%s\n", expectation.id);
	fprintf(stderr, "root work is expected in %s until %s; ", expectation.account, until);
	say_told(config);
	return EXIT_FINE;
}

static int revoke(struct store *store, const struct config *config, const struct request *request)
{
	struct expectation expectation;
	struct err err = {0};
	enum announced outcome =
	    announce_revoke(store, config, request->revokes, maker, clock_wall_s(), &expectation, &err);
	if (outcome != ANNOUNCED)
		return refuse(outcome, &err);
	fprintf(stderr, "%s is revoked; ", expectation.id);
	say_told(config);
	return EXIT_FINE;
}

static void put_row(const struct expectation *expectation, int64_t now_s, struct strbuf *out)
{
	char until[CLOCK_UTC_BYTES];
	clock_format_utc(expectation->until_s, until);
	strbuf_printf(out, "%-28s  %-7s  %-12s  %-20s  ", expectation->id,
	              expectation_state_name(expectation_state(expectation, now_s)), expectation->account, until);
	render_line(expectation->made_by, EXPECTATION_MAKER_MAX, out);
	strbuf_puts(out, ": ");
	render_line(expectation->reason, EXPECTATION_REASON_MAX, out);
	if (expectation->events[0])
		strbuf_puts(out, " (");
	render_line(expectation->events, EXPECTATION_EVENTS_MAX, out);
	strbuf_puts(out, expectation->events[0] ? ")\n" : "\n");
}

static void put_all(const struct expectation *all, size_t count, bool json, struct strbuf *out)
{
	int64_t now_s = clock_wall_s();
	strbuf_puts(out, json ? "{\"expectations\":[" : "");
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(out, json && i > 0 ? "," : "");
		if (json)
			expectation_print(&all[i], now_s, out);
		else
			put_row(&all[i], now_s, out);
	}
	strbuf_puts(out, json ? "]}\n" : "");
}

static int list(struct store *store, const struct config *config, const struct request *request)
{
	(void)config;
	SCOPED(expectations) struct expectation *all = calloc(LISTED_MAX, sizeof *all);
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(OUTPUT_BYTES);
	const struct expectation_query query = {.id = NULL};
	struct err err = {.text = "out of memory"};
	size_t count = 0;
	if (!all || !store->ops->read_expectations(store, &query, all, LISTED_MAX, &count, &err))
		return store_failed(&err);
	put_all(all, count, request->json, &out);
	if (count == 0 && !request->json)
		fputs("nothing was announced\n", stderr);
	if (!out.overflowed && fputs(strbuf_text(&out), stdout) >= 0 && fflush(stdout) == 0)
		return EXIT_FINE;
	fprintf(stderr, "standard output: %m\n");
	return EXIT_ENVIRONMENT;
}

/* Whoever announces or revokes must know every notifier. */
static int run(const struct request *request)
{
	SCOPED(config)
	struct config *config = config_option_load(request->config_path, request->lists ? CONFIG_STORE : CONFIG_FULL);
	if (!config)
		return EXIT_BAD;
	struct err err;
	SCOPED(store) struct store *store = store_open(config->store_url, STORE_INSPECT, &err);
	if (!store) {
		fprintf(stderr, "%s\n", err.text);
		return EXIT_ENVIRONMENT;
	}
	if (request->lists)
		return list(store, config, request);
	return request->revokes ? revoke(store, config, request) : announce(store, config, request);
}

/* ---- the command line ---- */

/* "iam:CreateUser,iam:*" */
static bool take_events(struct request *request, char *text)
{
	for (char *pattern; (pattern = strsep(&text, ","));) {
		if (request->wanted.event_count == PATTERNS_MAX)
			return false;
		request->patterns[request->wanted.event_count++] = pattern;
	}
	request->wanted.events = request->patterns;
	return true;
}

/* NULL, or what is wrong with it. */
static const char *take_option(struct request *request, int option, char *value)
{
	struct announcement *wanted = &request->wanted;
	request->announces |= option >= OPTION_ACCOUNT && option <= OPTION_EVENTS;
	switch (option) {
	case 'c': request->config_path = value; return NULL;
	case OPTION_ACCOUNT: wanted->account = value; return NULL;
	case OPTION_FOR: wanted->length = value; return NULL;
	case OPTION_UNTIL: wanted->until = value; return NULL;
	case OPTION_REASON: wanted->reason = value; return NULL;
	case OPTION_EVENTS: return take_events(request, value) ? NULL : "--events takes no more calls than that";
	case OPTION_LIST: request->lists = true; return NULL;
	case OPTION_JSON: request->json = true; return NULL;
	case OPTION_REVOKE: request->revokes = value; return NULL;
	default: return "unknown option, or one without its value";
	}
}

static const char *check(const struct request *request)
{
	int asked = request->announces + request->lists + (request->revokes != NULL);
	if (asked > 1)
		return "--list, --revoke and an announcement exclude each other";
	if (asked == 0)
		return "--account, --for and --reason, or --list, or --revoke ID?";
	return request->json && !request->lists ? "--json belongs to --list" : NULL;
}

int command_expect(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {
	    {"account", required_argument, NULL, OPTION_ACCOUNT},
	    {"for", required_argument, NULL, OPTION_FOR},
	    {"until", required_argument, NULL, OPTION_UNTIL},
	    {"reason", required_argument, NULL, OPTION_REASON},
	    {"events", required_argument, NULL, OPTION_EVENTS},
	    {"list", no_argument, NULL, OPTION_LIST},
	    {"json", no_argument, NULL, OPTION_JSON},
	    {"revoke", required_argument, NULL, OPTION_REVOKE},
	    {0},
	};
	struct request request = {.wanted = {.made_by = maker}};
	const char *wrong = NULL;
	for (int option; !wrong && (option = getopt_long(argc, argv, ":c:", options, NULL)) != -1;)
		wrong = take_option(&request, option, optarg);
	if (!wrong && argv[optind])
		wrong = "too many words: quote the reason";
	if (!wrong)
		wrong = check(&request);
	return wrong ? command_usage(command, "%s", wrong) : run(&request);
}
