/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a document to a configuration: finds the text, reads it by the tables of
 * the sections, reports everything that is wrong with it at once. The one place
 * that looks at the environment. What a section means is its own file's business.
 */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/zone.h"
#include "config/builtin.h"
#include "config/file.h"
#include "config/sections.h"
#include "rootwatch/scope.h"

enum {
	DOCUMENT_MAX_BYTES = 4 * 1024 * 1024, /* some 15,000 accounts with names and rules stay far below */
	LISTEN_PORT = 8443,
	MAX_CONNECTIONS = 1000,
	MAX_CONNECTIONS_PER_ADDRESS = 256,
	REQUEST_TIMEOUT_MS = 10 * 1000,
};

static const int64_t RETENTION_MS = INT64_C(400) * 24 * 60 * 60 * 1000;

/* A configuration and all that it refers to. */
struct holder {
	struct config config;
	struct arena keep;
};

enum {
	NOT_TO_JUDGE = 1u << CONFIG_JUDGING,
	NOT_TO_JUDGE_OR_STORE = NOT_TO_JUDGE | 1u << CONFIG_STORE | 1u << CONFIG_HISTORY,
	NOT_TO_STORE = 1u << CONFIG_STORE,
};

/* Accounts first: policy and notifiers may name them. */
static const struct key top_keys[] = {
    {.name = "server",
     .type = &type_server,
     .required = true,
     .offset = offsetof(struct config, server),
     .not_in = NOT_TO_JUDGE_OR_STORE},
    {.name = "store", .type = &type_section, .keys = store_keys, .not_in = NOT_TO_JUDGE},
    {.name = "ack",
     .type = &type_choice,
     .choices = "durable|delivered",
     .offset = offsetof(struct config, ack),
     .not_in = NOT_TO_JUDGE_OR_STORE},
    {.name = "accounts", .type = &type_accounts, .offset = offsetof(struct config, policy), .not_in = NOT_TO_STORE},
    {.name = "policy", .type = &type_section, .keys = policy_keys, .not_in = NOT_TO_STORE},
    {.name = "watch", .type = &type_section, .keys = watch_keys, .not_in = NOT_TO_STORE},
    {.name = "notifiers", .type = &type_notifiers, .not_in = NOT_TO_JUDGE_OR_STORE},
    {.name = NULL},
};

const char *config_environment(const char *name)
{
	return expand_variable(environ, name, strlen(name));
}

static void set_defaults(struct config *config)
{
	config->server = (struct config_server){
	    .listen_host = "0.0.0.0",
	    .listen_port = LISTEN_PORT,
	    .api_key_header = "x-api-key",
	    .max_connections = MAX_CONNECTIONS,
	    .max_connections_per_address = MAX_CONNECTIONS_PER_ADDRESS,
	    .request_timeout_ms = REQUEST_TIMEOUT_MS,
	};
	config->store_url = "sqlite:/var/lib/rootwatch/rootwatch.db";
	config->retention_ms = RETENTION_MS;
	config->ack = ACK_DURABLE;
	config->policy.defaults = true;
}

static void holder_free(struct holder *holder)
{
	for (const struct config_zone *zone = holder->config.zones; zone; zone = zone->next)
		zone_free(zone->zone);
	arena_wipe(&holder->keep);
	free(holder);
}
DEFINE_SCOPE(holder, struct holder, holder_free)

static void reader_free(struct reader *reader)
{
	arena_wipe(&reader->keep);
	arena_wipe(&reader->scratch);
	crypto_wipe(&reader->expander, sizeof reader->expander);
	free(reader);
}
DEFINE_SCOPE(reader, struct reader, reader_free)

/* ---- the document ---- */

/* Its text, in the reader's scratch memory. NULL, with a problem noted, when it cannot be read. */
static const char *read_document(struct reader *reader, const char *path, size_t *ret_length)
{
	static const struct position nowhere = {.line = 0};
	char *text = arena_alloc(&reader->scratch, DOCUMENT_MAX_BYTES);
	if (!text)
		return NULL;
	switch (file_read(path, text, DOCUMENT_MAX_BYTES, ret_length)) {
	case FILE_READ: return text;
	case FILE_TOO_LARGE: problems_add(&reader->problems, nowhere, "too large for a configuration"); break;
	case FILE_ABSENT:
	case FILE_FAILED: problems_add(&reader->problems, nowhere, "cannot read it: %s", strerror(errno)); break;
	}
	return NULL;
}

/* Where the document comes from, and what errors call it. */
static const char *find_document(struct reader *reader, const char *path, const char **ret_origin, size_t *ret_length)
{
	*ret_origin = path;
	if (path)
		return read_document(reader, path, ret_length);
	const char *text = config_environment("ROOTWATCH_CONFIG");
	*ret_origin = "ROOTWATCH_CONFIG";
	if (!text || *text == '\0') {
		text = config_builtin;
		*ret_origin = "built-in configuration";
	}
	*ret_length = strlen(text);
	return text;
}

static void read_tree(struct reader *reader, const char *text, size_t length)
{
	const struct node *root = tree_read(text, length, &reader->scratch, &reader->problems);
	if (root)
		schema_read_map(reader, "the configuration", top_keys, root, reader->config);
}

/* ---- the result ---- */

static void keep_lists(struct reader *reader)
{
	struct config *config = reader->config;
	config->warnings = reader->warnings.texts;
	config->warning_count = reader->warnings.count;
	config->skipped = reader->skipped.texts;
	config->skipped_count = reader->skipped.count;
}

static struct config *hand_over(struct reader *reader, struct holder *holder)
{
	keep_lists(reader);
	holder->keep = reader->keep;
	reader->keep = (struct arena){0};
	holder->config.memory = holder;
	return &holder->config;
}

struct config *config_load(const char *path, enum config_scope scope, struct strbuf *problems)
{
	SCOPED(reader) struct reader *reader = calloc(1, sizeof *reader);
	SCOPED(holder) struct holder *holder = calloc(1, sizeof *holder);
	if (!reader || !holder) {
		strbuf_puts(problems, "out of memory\n");
		return NULL;
	}
	reader->config = &holder->config;
	reader->types = notifier_types;
	reader->scope = scope;
	reader->expander.variables = environ;
	set_defaults(&holder->config);

	const char *origin;
	size_t length = 0;
	const char *text = find_document(reader, path, &origin, &length);
	holder->config.origin = arena_text(&reader->keep, origin, strlen(origin));
	if (text)
		read_tree(reader, text, length);
	if (reader->keep.failed || reader->scratch.failed)
		problems_add(&reader->problems, (struct position){.line = 0}, "out of memory");
	if (reader->problems.count == 0)
		return hand_over(reader, steal(&holder));
	problems_print(&reader->problems, origin, problems);
	return NULL;
}

const char *config_zone_name(const struct config *config, const struct zone *zone)
{
	for (const struct config_zone *known = config->zones; known; known = known->next)
		if (known->zone == zone)
			return known->name;
	return "UTC";
}

void config_free(struct config *config)
{
	if (config)
		holder_free(config->memory);
}
