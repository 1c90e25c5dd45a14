/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine behind the tables: finds keys, expands values, hands each to its
 * type and says what is wrong in one voice. Knows no key by name.
 */
#include "config/schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rootwatch/scope.h"
#include "rootwatch/setting.h"

void schema_complain(struct reader *reader, const struct node *at, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	problems_vadd(&reader->problems, at->at, format, arguments);
	va_end(arguments);
}

void schema_warn(struct reader *reader, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	text_list_add(&reader->warnings, &reader->keep, arena_vprintf(&reader->keep, format, arguments));
	va_end(arguments);
}

static const char *kind_name(const struct node *node)
{
	switch (node->kind) {
	case NODE_TEXT: return "a text";
	case NODE_LIST: return "a list";
	case NODE_MAP: return "a mapping";
	}
	return "";
}

static const char *wanted(const struct key *key)
{
	return key->wanted ? key->wanted : key->type->wanted;
}

bool schema_is_map(struct reader *reader, const char *what, const struct node *node)
{
	if (node->kind == NODE_MAP)
		return true;
	schema_complain(reader, node, "%s must be a mapping of keys to values, not %s", what, kind_name(node));
	return false;
}

const struct item *schema_items(struct reader *reader, const struct key *key, const struct node *node,
                                size_t *ret_count)
{
	*ret_count = 0;
	if (node->kind != NODE_LIST) {
		schema_complain(reader, node, "%s must be %s, not %s", key->name, wanted(key), kind_name(node));
		return NULL;
	}
	for (const struct item *item = node->items; item; item = item->next)
		++*ret_count;
	return node->items;
}

void schema_entry_begin(struct reader *reader)
{
	reader->optional = false;
	reader->missing = NULL;
}

bool schema_entry_skipped(struct reader *reader, const char *name)
{
	reader->optional = false;
	if (!reader->missing)
		return false;
	text_list_add(&reader->skipped, &reader->keep,
	              arena_printf(&reader->keep, "%s: %s", name ? name : "an entry without a name", reader->missing));
	return true;
}

void schema_unique(struct reader *reader, const struct node *entry, const char *name, struct text_list *names)
{
	for (size_t i = 0; name && i < names->count; i++)
		if (strcmp(names->texts[i], name) == 0)
			schema_complain(reader, node_member(entry, "name"), "the name \"%s\" is taken already", name);
	text_list_add(names, &reader->scratch, name);
}

/* In an optional entry the first thing that is missing is why it is skipped; elsewhere it is a mistake. */
static void miss(struct reader *reader, const struct node *at, const char *name, const char *why)
{
	if (!reader->optional)
		schema_complain(reader, at, "%s: %s", name, why);
	else if (!reader->missing)
		reader->missing = arena_printf(&reader->scratch, "%s", why);
}

void schema_empty(struct reader *reader, const char *name, const struct node *at)
{
	if (!reader->optional)
		schema_complain(reader, at, "%s is empty", name);
	else if (!reader->missing)
		reader->missing = arena_printf(&reader->scratch, "%s is empty", name);
}

/* NULL: complained or missing. */
static const char *expanded(struct reader *reader, const struct key *key, const struct node *node)
{
	const char *text = NULL;
	struct err why;
	switch (expand(&reader->expander, node->text, &reader->scratch, &text, &why)) {
	case EXPAND_DONE: break;
	case EXPAND_MISSING: miss(reader, node, key->name, why.text); break;
	case EXPAND_WRONG: schema_complain(reader, node, "%s: %s", key->name, why.text); break;
	}
	return text;
}

static void values_add(struct values *values, const struct node *node, const char *text)
{
	if (*text != '\0')
		values->list[values->count++] = (struct value){.node = node, .text = text};
}

static size_t count_char(const char *text, char c)
{
	size_t count = 0;
	for (; *text; text++)
		count += *text == c;
	return count;
}

/* "a, b" -> "a" "b" */
static void add_parted(struct reader *reader, const struct node *node, const char *text, struct values *values)
{
	for (const char *end; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, ',');
		text += strspn(text, " ");
		size_t length = end > text ? (size_t)(end - text) : 0;
		while (length > 0 && text[length - 1] == ' ')
			length--;
		const char *part = arena_text(&reader->scratch, text, length);
		if (part)
			values_add(values, node, part);
	}
}

static bool values_of_text(struct reader *reader, const struct key *key, const struct node *node, struct values *values)
{
	const char *text = node->empty ? "" : expanded(reader, key, node);
	if (!text)
		return false;
	bool parted = key->type->item_bytes > 0 && !key->type->one_text;
	values->list = arena_alloc(&reader->scratch, (1 + count_char(text, ',')) * sizeof *values->list);
	if (!values->list)
		return false;
	if (parted)
		add_parted(reader, node, text, values);
	else
		values_add(values, node, text);
	return true;
}

static bool values_of_list(struct reader *reader, const struct key *key, const struct node *node, struct values *values)
{
	size_t count;
	const struct item *items = schema_items(reader, key, node, &count);
	values->list = arena_alloc(&reader->scratch, (count + 1) * sizeof *values->list);
	bool good = values->list;
	for (const struct item *item = items; item && values->list; item = item->next) {
		const char *text = NULL;
		if (item->value->kind != NODE_TEXT)
			schema_complain(reader, item->value, "%s must be %s: %s is no item of it", key->name, wanted(key),
			                kind_name(item->value));
		else
			text = item->value->empty ? "" : expanded(reader, key, item->value);
		if (text)
			values_add(values, item->value, text);
		good = good && text;
	}
	return good;
}

bool schema_values(struct reader *reader, const struct key *key, const struct node *node, struct values *ret_values)
{
	*ret_values = (struct values){0};
	if (node->kind == NODE_TEXT)
		return values_of_text(reader, key, node, ret_values);
	if (node->kind == NODE_LIST && key->type->item_bytes > 0)
		return values_of_list(reader, key, node, ret_values);
	schema_complain(reader, node, "%s must be %s, not %s", key->name, wanted(key), kind_name(node));
	return false;
}

/* "one of a, b, c" */
static void list_choices(const char *choices, size_t room, char *ret_text)
{
	size_t length = (size_t)snprintf(ret_text, room, "one of ");
	for (; *choices && length + 3 < room; choices++) {
		if (*choices == '|')
			ret_text[length++] = ',';
		ret_text[length++] = *choices == '|' ? ' ' : *choices;
	}
	ret_text[length] = '\0';
}

bool schema_parse(struct reader *reader, const struct key *key, const struct value *value, void *place)
{
	reader->hint = suggestion_for(value->text);
	if (key->type->parse(reader, key, value->text, place))
		return true;
	char hint[SUGGESTION_BYTES], choices[256];
	if (key->choices)
		list_choices(key->choices, sizeof choices, choices);
	schema_complain(reader, value->node, "%s must be %s%s", key->name, key->choices ? choices : wanted(key),
	                suggestion_text(&reader->hint, hint));
	return false;
}

static void read_list(struct reader *reader, const struct key *key, const struct values *values, void *target)
{
	char *items = arena_alloc(&reader->keep, values->count * key->type->item_bytes);
	const void *array = items; /* what the struct has there */
	if (!items)
		return;
	for (size_t i = 0; i < values->count; i++)
		schema_parse(reader, key, &values->list[i], items + i * key->type->item_bytes);
	memcpy((char *)target + key->offset, &array, sizeof array);
	memcpy((char *)target + key->count_offset, &values->count, sizeof values->count);
}

static void read_key(struct reader *reader, const struct key *key, const struct node *node, void *target)
{
	void *place = (char *)target + key->offset;
	struct values values;
	if (key->type->read && !(node->kind == NODE_TEXT && node->empty)) {
		key->type->read(reader, key, node, place);
		return;
	}
	if (!schema_values(reader, key, node, &values))
		return;
	if (values.count == 0 && (key->required || key->filled))
		schema_empty(reader, key->name, node);
	else if (values.count > 0 && key->type->item_bytes > 0)
		read_list(reader, key, &values, target);
	else if (values.count > 0)
		schema_parse(reader, key, &values.list[0], place);
}

void schema_read_keys(struct reader *reader, const char *what, const struct key *keys, const struct node *map,
                      void *target)
{
	for (const struct key *key = keys; key->name; key++) {
		if (key->not_in & 1u << reader->scope)
			continue;
		const struct node *node = node_member(map, key->name);
		if (node)
			read_key(reader, key, node, target);
		else if (key->required)
			schema_complain(reader, map, "%s needs \"%s\"", what, key->name);
	}
}

static bool key_known(const struct key *keys, const struct setting *settings, const char *name)
{
	for (; keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return true;
	for (; settings && settings->name; settings++)
		if (strcmp(settings->name, name) == 0)
			return true;
	return false;
}

static void refuse_key(struct reader *reader, const char *what, const struct key *keys, const struct setting *settings,
                       const struct node *wrong)
{
	struct suggestion meant = suggestion_for(wrong->text);
	SCOPED(strbuf) struct strbuf known = STRBUF_INIT(ERR_TEXT_BYTES / 2);
	for (const struct key *key = keys; key->name; key++) {
		suggestion_try(&meant, key->name, strlen(key->name));
		strbuf_printf(&known, "%s%s", known.length ? ", " : "", key->name);
	}
	for (const struct setting *setting = settings; setting && setting->name; setting++) {
		suggestion_try(&meant, setting->name, strlen(setting->name));
		strbuf_printf(&known, ", %s", setting->name);
	}
	char hint[SUGGESTION_BYTES];
	if (meant.best[0])
		schema_complain(reader, wrong, "%s has no key \"%s\"%s", what, wrong->text, suggestion_text(&meant, hint));
	else
		schema_complain(reader, wrong, "%s has no key \"%s\", only %s", what, wrong->text, strbuf_text(&known));
}

void schema_refuse_unknown(struct reader *reader, const char *what, const struct key *keys,
                           const struct setting *settings, const struct node *map)
{
	for (const struct item *item = map->items; item; item = item->next)
		if (!key_known(keys, settings, item->key->text))
			refuse_key(reader, what, keys, settings, item->key);
}

void schema_read_map(struct reader *reader, const char *what, const struct key *keys, const struct node *map,
                     void *target)
{
	if (!schema_is_map(reader, what, map))
		return;
	schema_read_keys(reader, what, keys, map, target);
	schema_refuse_unknown(reader, what, keys, NULL, map);
}
