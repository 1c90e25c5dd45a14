/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `server:` and `store:`. API keys leave here as SHA-256 alone; their values stay
 * in the reader's scratch memory, which is wiped.
 */
#include <string.h>

#include "config/sections.h"
#include "rootwatch/scope.h"

enum {
	KEY_VALUE_MIN_BYTES = 16, /* shorter can be guessed */
	CONNECTIONS_MAX = 100000,
	REQUEST_TIMEOUT_MIN_MS = 1000,
	REQUEST_TIMEOUT_MAX_MS = 5 * 60 * 1000,
};

/* EventBridge repeats an event for 24 hours: what is forgotten sooner would be told twice. 100 years are for ever. */
#define DAY_MS           (INT64_C(24) * 60 * 60 * 1000)
#define RETENTION_MIN_MS DAY_MS
#define RETENTION_MAX_MS (36500 * DAY_MS)

static bool parse_listen(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)key;
	struct config_server *server = place;
	const char *host;
	size_t host_length;
	if (!parse_host_port(text, &host, &host_length, &server->listen_port))
		return false;
	server->listen_host = arena_text(&reader->keep, host, host_length);
	return true;
}

static bool parse_header_name(struct reader *reader, const struct key *key, const char *text, void *place)
{
	/* RFC 9110, token */
	static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
	return text[strspn(text, token)] == '\0' && type_text.parse(reader, key, text, place);
}

static bool parse_store_url(struct reader *reader, const struct key *key, const char *text, void *place)
{
	static const char scheme[] = "sqlite:";
	size_t length = sizeof scheme - 1;
	return strncmp(text, scheme, length) == 0 && text[length] != '\0' && type_text.parse(reader, key, text, place);
}

/* An entry of `api_keys` as written. */
struct draft {
	const char *name, *value, *sha256;
	enum role role;
};

static const struct key api_key_keys[] = {
    {.name = "optional", .type = &type_optional},
    {.name = "name", .type = &type_name, .required = true, .offset = offsetof(struct draft, name)},
    {.name = "value", .type = &type_secret, .offset = offsetof(struct draft, value)},
    {.name = "sha256", .type = &type_secret, .offset = offsetof(struct draft, sha256)},
    {.name = "role", .type = &type_choice, .choices = "ingest|read|admin", .offset = offsetof(struct draft, role)},
    {.name = NULL},
};

static bool digest_value(struct reader *reader, const struct node *node, const char *value, struct api_key *key)
{
	size_t length = strlen(value);
	if (length < KEY_VALUE_MIN_BYTES)
		schema_complain(reader, node, "value must have at least %d characters; `rootwatch keygen` makes one",
		                KEY_VALUE_MIN_BYTES);
	else if (value[0] == ' ' || value[length - 1] == ' ')
		schema_complain(reader, node, "value must not begin or end with a space: no HTTP header can carry it");
	else if (!crypto_sha256(value, length, key->sha256))
		schema_complain(reader, node, "value: no SHA-256 can be computed");
	else
		return true;
	return false;
}

static bool digest_draft(struct reader *reader, const struct node *entry, const struct draft *draft,
                         struct api_key *key)
{
	const struct node *value = node_member(entry, "value"), *sha256 = node_member(entry, "sha256");
	if (!value && !sha256)
		schema_complain(reader, entry, "an API key needs \"value\" or \"sha256\"");
	else if (draft->value && draft->sha256)
		schema_complain(reader, entry, "an API key takes \"value\" or \"sha256\", not both");
	else if (draft->value)
		return digest_value(reader, value, draft->value, key);
	else if (!draft->sha256)
		schema_empty(reader, value ? "value" : "sha256", value ? value : sha256);
	else if (parse_hex(draft->sha256, key->sha256, SHA256_BYTES))
		return true;
	else
		schema_complain(reader, sha256, "sha256 must be 64 hexadecimal digits");
	return false;
}

/* False: not to be used, for whatever reason. */
static bool read_api_key(struct reader *reader, const struct node *entry, struct text_list *names,
                         struct api_key *ret_key)
{
	if (!schema_is_map(reader, "an API key", entry))
		return false;
	struct draft draft = {0};
	size_t problems = reader->problems.count;
	schema_entry_begin(reader);
	schema_read_map(reader, "an API key", api_key_keys, entry, &draft);
	if (reader->problems.count == problems && !reader->missing)
		digest_draft(reader, entry, &draft, ret_key);
	schema_unique(reader, entry, draft.name, names);
	bool skipped = schema_entry_skipped(reader, draft.name);
	ret_key->name = draft.name;
	ret_key->role = draft.role;
	return !skipped && reader->problems.count == problems;
}

/* Without a key that may post events the service would be there for nobody. */
static void require_ingest(struct reader *reader, const struct config_server *server, const struct node *at)
{
	for (size_t i = 0; i < server->api_key_count; i++)
		if (role_allows(server->api_keys[i].role, ROLE_INGEST))
			return;
	SCOPED(strbuf) struct strbuf skipped = STRBUF_INIT(ERR_TEXT_BYTES / 2);
	for (size_t i = 0; i < reader->skipped.count; i++)
		strbuf_printf(&skipped, "%s%s", i ? ", " : "; skipped are ", reader->skipped.texts[i]);
	schema_complain(reader, at, "no API key may post events (role ingest or admin)%s", strbuf_text(&skipped));
}

static void read_api_keys(struct reader *reader, const struct key *key, const struct node *node, void *place)
{
	struct config_server *server = place;
	struct text_list names = {0};
	size_t count, problems = reader->problems.count;
	const struct item *item = schema_items(reader, key, node, &count);
	struct api_key *keys = arena_alloc(&reader->keep, (count + 1) * sizeof *keys);
	if (!keys)
		return;
	for (; item; item = item->next)
		if (read_api_key(reader, item->value, &names, &keys[server->api_key_count]))
			server->api_key_count++;
	server->api_keys = keys;
	if (reader->problems.count == problems)
		require_ingest(reader, server, node);
}

static const struct key_type type_listen = {
    .wanted = "an address and a port such as 0.0.0.0:8443 or [::1]:8443",
    .parse = parse_listen,
};
static const struct key_type type_header_name = {
    .wanted = "the name of an HTTP header such as x-api-key",
    .parse = parse_header_name,
};
static const struct key_type type_api_keys = {.wanted = "a list of API keys", .read = read_api_keys};
static const struct key_type type_store_url = {
    .wanted = "\"sqlite:\" and a path, such as sqlite:/var/lib/rootwatch/rootwatch.db",
    .parse = parse_store_url,
};

static const struct key tls_keys[] = {
    {.name = "certificate", .type = &type_text, .offset = offsetof(struct config_server, certificate)},
    {.name = "private_key", .type = &type_text, .offset = offsetof(struct config_server, private_key)},
    {.name = NULL},
};

static const struct key server_keys[] = {
    {.name = "listen", .type = &type_listen},
    {.name = "tls", .type = &type_section, .keys = tls_keys},
    {.name = "plaintext", .type = &type_bool, .offset = offsetof(struct config_server, plaintext)},
    {.name = "api_key_header", .type = &type_header_name, .offset = offsetof(struct config_server, api_key_header)},
    {.name = "api_keys", .type = &type_api_keys, .required = true},
    {.name = "trusted_proxies",
     .type = &type_cidrs,
     .offset = offsetof(struct config_server, trusted_proxies),
     .count_offset = offsetof(struct config_server, trusted_proxy_count)},
    {.name = "metrics_listen", .type = &type_host_port, .offset = offsetof(struct config_server, metrics_listen)},
    {.name = "max_connections",
     .type = &type_integer,
     .minimum = 1,
     .maximum = CONNECTIONS_MAX,
     .wanted = "a number from 1 to 100000",
     .offset = offsetof(struct config_server, max_connections)},
    {.name = "max_connections_per_address",
     .type = &type_integer,
     .minimum = 1,
     .maximum = CONNECTIONS_MAX,
     .wanted = "a number from 1 to 100000",
     .offset = offsetof(struct config_server, max_connections_per_address)},
    {.name = "request_timeout",
     .type = &type_duration,
     .minimum = REQUEST_TIMEOUT_MIN_MS,
     .maximum = REQUEST_TIMEOUT_MAX_MS,
     .wanted = "a duration from 1s to 5m",
     .offset = offsetof(struct config_server, request_timeout_ms)},
    {.name = NULL},
};

static void read_server(struct reader *reader, const struct key *key, const struct node *node, void *place)
{
	struct config_server *server = place;
	schema_read_map(reader, key->name, server_keys, node, server);
	const struct node *tls = node->kind == NODE_MAP ? node_member(node, "tls") : NULL;
	if (!tls)
		return;
	if (server->certificate && !server->private_key)
		schema_complain(reader, tls, "tls has a certificate but no private_key");
	if (server->private_key && !server->certificate)
		schema_complain(reader, tls, "tls has a private_key but no certificate");
	if (server->plaintext && (server->certificate || server->private_key))
		schema_complain(reader, tls, "tls and \"plaintext: true\" exclude each other");
}

const struct key_type type_server = {.wanted = "a mapping of keys to values", .read = read_server};

const struct key store_keys[] = {
    {.name = "url", .type = &type_store_url, .offset = offsetof(struct config, store_url)},
    {.name = "retention",
     .type = &type_duration,
     .minimum = RETENTION_MIN_MS,
     .maximum = RETENTION_MAX_MS,
     .wanted = "a duration from 1d to 36500d",
     .offset = offsetof(struct config, retention_ms),
     .not_in = 1u << CONFIG_STORE | 1u << CONFIG_HISTORY},
    {.name = NULL},
};
