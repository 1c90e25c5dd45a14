/* SPDX-License-Identifier: Apache-2.0 */
/* The types of value that several sections share: one parse each, and what to call it. */
#include <string.h>

#include "config/schema.h"
#include "config/url.h"

static bool keep_text(struct reader *reader, const char *text, void *place)
{
	const char *copy = arena_text(&reader->keep, text, strlen(text));
	*(const char **)place = copy;
	return true; /* out of memory is asked for once, at the end */
}

static bool parse_text(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)key;
	return keep_text(reader, text, place);
}

static bool parse_secret(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)reader;
	(void)key;
	*(const char **)place = text;
	return true;
}

static bool parse_name(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)key;
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
	return length <= NAME_MAX_BYTES && text[length] == '\0' && keep_text(reader, text, place);
}

static bool parse_bool(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)reader;
	(void)key;
	*(bool *)place = strcmp(text, "true") == 0;
	return *(bool *)place || strcmp(text, "false") == 0;
}

static bool parse_int(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)reader;
	int64_t value;
	if (!parse_integer(text, key->minimum, key->maximum, &value))
		return false;
	*(int *)place = (int)value;
	return true;
}

static bool parse_duration(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)reader;
	int64_t ms;
	if (!parse_duration_ms(text, &ms) || ms < key->minimum || ms > key->maximum)
		return false;
	*(int64_t *)place = ms;
	return true;
}

static bool parse_choice(struct reader *reader, const struct key *key, const char *text, void *place)
{
	unsigned index = 0;
	for (const char *choice = key->choices; *choice; index++) {
		size_t length = strcspn(choice, "|");
		if (strlen(text) == length && memcmp(text, choice, length) == 0) {
			*(unsigned *)place = index; /* an enum without negative values is an unsigned int to gcc and clang */
			return true;
		}
		suggestion_try(&reader->hint, choice, length);
		choice += choice[length] ? length + 1 : length;
	}
	return false;
}

static bool parse_network(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)reader;
	(void)key;
	return parse_cidr(text, place);
}

static bool parse_listener(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)key;
	const char *host;
	size_t host_length;
	uint16_t port;
	return parse_host_port(text, &host, &host_length, &port) && keep_text(reader, text, place);
}

static bool parse_url(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)key;
	return url_is_https(text) && keep_text(reader, text, place);
}

static bool parse_smtp_url(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)key;
	return url_is_smtp(text) && keep_text(reader, text, place);
}

static bool parse_optional(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)place;
	return parse_bool(reader, key, text, &reader->optional);
}

static void read_section(struct reader *reader, const struct key *key, const struct node *node, void *place)
{
	schema_read_map(reader, key->name, key->keys, node, place);
}

const struct key_type type_text = {.wanted = "a text", .parse = parse_text};
const struct key_type type_secret = {.wanted = "a text", .parse = parse_secret};
const struct key_type type_name = {.wanted = "at most 63 letters, digits, '.', '_' and '-'", .parse = parse_name};
const struct key_type type_bool = {.wanted = "true or false", .parse = parse_bool};
const struct key_type type_integer = {.wanted = "a number", .parse = parse_int};
const struct key_type type_duration = {.wanted = "a duration such as 500ms, 5s, 10m, 2h or 400d",
                                       .parse = parse_duration};
const struct key_type type_choice = {.wanted = "a text", .parse = parse_choice};
const struct key_type type_choices = {
    .wanted = "a list of texts", .parse = parse_choice, .item_bytes = sizeof(unsigned)};
const struct key_type type_texts = {.wanted = "a list of texts", .parse = parse_text, .item_bytes = sizeof(char *)};
const struct key_type type_cidrs = {
    .wanted = "a list of addresses or networks such as 203.0.113.0/24",
    .parse = parse_network,
    .item_bytes = sizeof(struct cidr),
};
const struct key_type type_host_port = {
    .wanted = "an address and a port such as 0.0.0.0:8443 or [::1]:8443",
    .parse = parse_listener,
};
const struct key_type type_url = {
    .wanted = "a URL that begins with https:// (http:// only to a loopback address)",
    .parse = parse_url,
};
const struct key_type type_smtp_url = {
    .wanted = "smtp://host:port or smtps://host:port",
    .parse = parse_smtp_url,
};
const struct key_type type_optional = {.wanted = "true or false", .parse = parse_optional};
const struct key_type type_section = {.wanted = "a mapping of keys to values", .read = read_section};
