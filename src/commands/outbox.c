/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `rootwatch outbox`: looks into the store of a service, which may be running, and
 * makes dead letters due again. Never creates a store.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "command.h"
#include "commands/config_option.h"
#include "commands/delivery_text.h"
#include "store/store.h"

DEFINE_SCOPE(store, struct store, store_close)

enum {
	ROWS_DEFAULT = 50,
	ROWS_MAX = 1000,
	JSON_BYTES = 4 * 1024 * 1024, /* ROWS_MAX of the longest rows */
};

enum given { GIVEN_STATE = 1, GIVEN_LIMIT = 2, GIVEN_JSON = 4, GIVEN_DEAD = 8, GIVEN_ID = 16 };

/* What was asked for. */
struct request {
	const char *config_path;
	unsigned given; /* bits of enum given */
	int state;      /* enum delivery_state, -1: any */
	int limit;
	int64_t id;
};

/* ---- what can be asked for; each returns an exit status ---- */

static int store_failed(const struct err *err)
{
	fprintf(stderr, "the store: %s\n", err->text);
	return EXIT_ENVIRONMENT;
}

static int unknown_id(const struct request *request)
{
	fprintf(stderr, "there is no delivery %" PRId64 "\n", request->id);
	return EXIT_BAD;
}

static int write_out(bool good, const struct strbuf *text)
{
	if (!good || text->overflowed)
		fputs("out of memory\n", stderr);
	else if (fputs(strbuf_text(text), stdout) >= 0 && fflush(stdout) == 0)
		return EXIT_FINE;
	else
		fprintf(stderr, "standard output: %m\n");
	return EXIT_ENVIRONMENT;
}

static int list(struct store *store, const struct request *request)
{
	SCOPED(strbuf) struct strbuf rows = STRBUF_INIT(JSON_BYTES), text = STRBUF_INIT(2 * JSON_BYTES);
	const struct store_page page = {.limit = request->limit, .state = request->state};
	int64_t next_page;
	struct err err;
	if (!store->ops->list_deliveries(store, &page, &rows, &next_page, &err))
		return store_failed(&err);
	bool good = true;
	if (request->given & GIVEN_JSON)
		strbuf_printf(&text, "{\"deliveries\":%s}\n", strbuf_text(&rows));
	else
		good = delivery_text_table(strbuf_text(&rows), rows.length, clock_wall_s(), &text);
	if (next_page > 0)
		fprintf(stderr, "there are older ones; --limit shows up to %d\n", ROWS_MAX);
	else if (good && text.length == 0)
		fputs("no deliveries\n", stderr);
	return write_out(good, &text);
}

static int show(struct store *store, const struct request *request)
{
	SCOPED(strbuf) struct strbuf row = STRBUF_INIT(JSON_BYTES), text = STRBUF_INIT(2 * JSON_BYTES);
	bool found;
	struct err err;
	if (!store->ops->show_delivery(store, request->id, &row, &found, &err))
		return store_failed(&err);
	if (!found)
		return unknown_id(request);
	return write_out(delivery_text_one(strbuf_text(&row), row.length, &text), &text);
}

/* For people; 30 s: LOOK_AGAIN_MS of worker.c. */
static const char WHEN[] = "a running service takes it up within 30 s, any other at its start";

static int retry_dead(struct store *store)
{
	int64_t count;
	struct err err;
	if (!store->ops->retry_dead(store, clock_wall_ms(), &count, &err))
		return store_failed(&err);
	fprintf(stderr, "dead letters made due: %" PRId64 "; %s\n", count, WHEN);
	return EXIT_FINE;
}

static int retry(struct store *store, const struct request *request)
{
	SCOPED(strbuf) struct strbuf row = STRBUF_INIT(JSON_BYTES);
	bool due, found;
	struct err err;
	if (request->given & GIVEN_DEAD)
		return retry_dead(store);
	if (!store->ops->retry(store, request->id, clock_wall_ms(), &due, &err) ||
	    (!due && !store->ops->show_delivery(store, request->id, &row, &found, &err)))
		return store_failed(&err);
	if (due)
		fprintf(stderr, "delivery %" PRId64 " is due; %s\n", request->id, WHEN);
	else if (found)
		fprintf(stderr, "delivery %" PRId64 " waits already\n", request->id);
	else
		return unknown_id(request);
	return due ? EXIT_FINE : EXIT_BAD;
}

static const struct action {
	const char *name;
	unsigned may, must; /* bits of enum given; one of `must` */
	int (*run)(struct store *store, const struct request *request);
} actions[] = {
    {"list", GIVEN_STATE | GIVEN_LIMIT | GIVEN_JSON, 0, list},
    {"show", GIVEN_ID, GIVEN_ID, show},
    {"retry", GIVEN_ID | GIVEN_DEAD, GIVEN_ID | GIVEN_DEAD, retry},
};

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

static int run(const struct action *action, const struct request *request)
{
	SCOPED(config) struct config *config = config_option_load(request->config_path, CONFIG_STORE);
	if (!config)
		return EXIT_BAD;
	struct err err;
	SCOPED(store) struct store *store = store_open(config->store_url, STORE_INSPECT, &err);
	if (store)
		return action->run(store, request);
	fprintf(stderr, "%s\n", err.text);
	return EXIT_ENVIRONMENT;
}

/* ---- the command line ---- */

static bool read_state(const char *text, struct request *request)
{
	enum delivery_state state;
	if (!delivery_state_parse(text, &state))
		return false;
	request->state = (int)state;
	return true;
}

static bool read_limit(const char *text, struct request *request)
{
	int64_t limit;
	if (!parse_integer(text, 1, ROWS_MAX, &limit))
		return false;
	request->limit = (int)limit;
	return true;
}

/* NULL, or what is wrong. */
static const char *read_options(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
	    {"state", required_argument, NULL, GIVEN_STATE},
	    {"limit", required_argument, NULL, GIVEN_LIMIT},
	    {"json", no_argument, NULL, GIVEN_JSON},
	    {"dead", no_argument, NULL, GIVEN_DEAD},
	    {0},
	};
	for (int option; (option = getopt_long(argc, argv, ":c:", options, NULL)) != -1;) {
		if (option == '?' || option == ':')
			return "unknown option, or one without its value";
		if (option == 'c')
			request->config_path = optarg;
		else
			request->given |= (unsigned)option;
		if (option == GIVEN_STATE && !read_state(optarg, request))
			return "--state must be waiting, delivered or dead";
		if (option == GIVEN_LIMIT && !read_limit(optarg, request))
			return "--limit must be a number from 1 to 1000";
	}
	return NULL;
}

/* `outbox --dead` is `outbox list --state dead`. */
static const char *list_dead(struct request *request, const struct action **ret_action)
{
	if (request->given & GIVEN_STATE)
		return "--dead and --state exclude each other";
	request->given = (request->given & ~(unsigned)GIVEN_DEAD) | GIVEN_STATE;
	request->state = DELIVERY_DEAD;
	*ret_action = find_action("list");
	return NULL;
}

static const char *read_words(char **words, struct request *request, const struct action **ret_action)
{
	if (!words[0] && request->given & GIVEN_DEAD)
		return list_dead(request, ret_action);
	*ret_action = words[0] ? find_action(words[0]) : NULL;
	if (!*ret_action)
		return "list, show or retry?";
	if (words[1] && !parse_integer(words[1], 1, INT64_MAX, &request->id))
		return "an ID is a number, as `outbox list` shows it";
	if (words[1])
		request->given |= GIVEN_ID;
	return words[1] && words[2] ? "too many words" : NULL;
}

static const char *check_given(const struct action *action, unsigned given)
{
	if (given & ~action->may)
		return "an option or ID that does not belong to it";
	if (action->must && !(given & action->must))
		return action->must & GIVEN_DEAD ? "which one? An ID, or --dead for all dead letters" : "which one? An ID";
	return (given & action->must) == (GIVEN_ID | GIVEN_DEAD) ? "an ID and --dead exclude each other" : NULL;
}

int command_outbox(const struct command *command, int argc, char **argv)
{
	struct request request = {.state = -1, .limit = ROWS_DEFAULT};
	const struct action *action = NULL;
	const char *wrong = read_options(argc, argv, &request);
	if (!wrong)
		wrong = read_words(argv + optind, &request, &action);
	if (!wrong)
		wrong = check_given(action, request.given);
	return wrong ? command_usage(command, "%s", wrong) : run(action, &request);
}
