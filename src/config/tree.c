/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libyaml's events -> nodes, without recursion: lists and maps that are still open
 * stand on a stack of our own. The only user of libyaml. Must not interpret a value.
 */
#include "config/tree.h"

#include <string.h>
#include <yaml.h>

#include "rootwatch/scope.h"
#include "rootwatch/strbuf.h"

/* A list or map that is still open. */
struct frame {
	struct node *node;
	const struct node *key; /* of a map: read, its value is awaited */
	const struct item **tail;
	size_t nodes_before;
};

struct anchor {
	const char *name;
	const struct node *node;
};

struct builder {
	struct arena *arena;
	struct problems *problems;
	const struct node *root;
	struct frame stack[TREE_DEPTH_MAX];
	size_t depth;
	struct anchor anchors[TREE_ANCHORS_MAX];
	size_t anchor_count;
	size_t nodes;
	int documents;
};

static void event_scope(yaml_event_t *event)
{
	yaml_event_delete(event);
}

static void parser_scope(yaml_parser_t *parser)
{
	yaml_parser_delete(parser);
}

static struct position position(const yaml_mark_t *mark)
{
	return (struct position){.line = (int)mark->line + 1, .column = (int)mark->column + 1};
}

static bool refuse(struct builder *builder, const yaml_event_t *event, const char *why)
{
	problems_add(builder->problems, position(&event->start_mark), "%s", why);
	return false;
}

/* Of ASCII, and C1 (U+0080-U+009F, bytes c2 80-9f): some terminals obey both. */
static bool is_control(const char *character, size_t bytes)
{
	unsigned char first = (unsigned char)character[0];
	return bytes == 1 ? first < ' ' || first == 0x7f : first == 0xc2 && (unsigned char)character[1] < 0xa0;
}

bool tree_text_allowed(const char *text, size_t length)
{
	for (size_t i = 0, bytes; i < length; i += bytes) {
		bytes = utf8_character(text + i, length - i);
		if (bytes == 0 || is_control(text + i, bytes))
			return false;
	}
	return true;
}

static void refuse_repetition(struct builder *builder, const struct node *map, const struct node *key)
{
	for (const struct item *item = map->items; item; item = item->next) {
		if (strcmp(item->key->text, key->text) != 0)
			continue;
		problems_add(builder->problems, key->at, "the key \"%s\" stands here twice, first in line %d", key->text,
		             item->key->at.line);
		return;
	}
}

/* Puts a node where the document has it: the root, a list's next item, a map's key or value. */
static bool attach(struct builder *builder, const struct node *node, const yaml_event_t *event)
{
	if (builder->depth == 0) {
		builder->root = node;
		return true;
	}
	struct frame *frame = &builder->stack[builder->depth - 1];
	if (frame->node->kind == NODE_MAP && !frame->key) {
		if (node->kind != NODE_TEXT)
			return refuse(builder, event, "a key must be a text");
		refuse_repetition(builder, frame->node, node);
		frame->key = node;
		return true;
	}
	struct item *item = arena_alloc(builder->arena, sizeof *item);
	if (!item)
		return false;
	*item = (struct item){.key = frame->key, .value = node};
	*frame->tail = item;
	frame->tail = &item->next;
	frame->key = NULL;
	return true;
}

/* Counts what is walked, so that aliases of aliases cannot grow without end. */
static bool count(struct builder *builder, size_t nodes, const yaml_event_t *event)
{
	builder->nodes += nodes;
	return builder->nodes <= TREE_NODES_MAX || refuse(builder, event, "the document has too many values");
}

static struct node *node_new(struct builder *builder, enum node_kind kind, const yaml_event_t *event)
{
	struct node *node = count(builder, 1, event) ? arena_alloc(builder->arena, sizeof *node) : NULL;
	if (node)
		*node = (struct node){.kind = kind, .at = position(&event->start_mark)};
	return node;
}

static bool remember(struct builder *builder, const yaml_char_t *name, const struct node *node,
                     const yaml_event_t *event)
{
	if (!name)
		return true;
	if (builder->anchor_count == TREE_ANCHORS_MAX)
		return refuse(builder, event, "the document has too many anchors");
	const char *copy = arena_text(builder->arena, (const char *)name, strlen((const char *)name));
	if (!copy)
		return false;
	builder->anchors[builder->anchor_count++] = (struct anchor){.name = copy, .node = node};
	return true;
}

/* A tag of somebody else's (!vault, !env) means that the text is not the value. */
static bool tag_known(const yaml_char_t *tag)
{
	return !tag || strncmp((const char *)tag, "tag:yaml.org,2002:", 18) == 0;
}

static bool take_scalar(struct builder *builder, const yaml_event_t *event)
{
	static const char *const nothing[] = {"", "~", "null", "Null", "NULL"};
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;

	if (!tag_known(event->data.scalar.tag))
		return refuse(builder, event, "unknown YAML tag");
	if (length > TREE_TEXT_MAX_BYTES)
		return refuse(builder, event, "the text is too long");
	if (!tree_text_allowed(text, length))
		return refuse(builder, event, "a text must be one line without control characters");
	struct node *node = node_new(builder, NODE_TEXT, event);
	if (!node)
		return false;
	node->size = 1;
	node->text = arena_text(builder->arena, text, length);
	if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
			node->empty |= strcmp(text, nothing[i]) == 0;
	return node->text && remember(builder, event->data.scalar.anchor, node, event) && attach(builder, node, event);
}

static bool take_start(struct builder *builder, enum node_kind kind, const yaml_char_t *anchor, const yaml_char_t *tag,
                       const yaml_event_t *event)
{
	if (!tag_known(tag))
		return refuse(builder, event, "unknown YAML tag");
	if (builder->depth == TREE_DEPTH_MAX)
		return refuse(builder, event, "the document nests too deeply");
	size_t nodes_before = builder->nodes;
	struct node *node = node_new(builder, kind, event);
	if (!node || !remember(builder, anchor, node, event) || !attach(builder, node, event))
		return false;
	builder->stack[builder->depth++] = (struct frame){.node = node, .tail = &node->items, .nodes_before = nodes_before};
	return true;
}

static bool take_end(struct builder *builder)
{
	if (builder->depth == 0) /* libyaml ends nothing that it did not begin */
		return false;
	const struct frame *frame = &builder->stack[--builder->depth];
	frame->node->size = builder->nodes - frame->nodes_before;
	return true;
}

static bool take_alias(struct builder *builder, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	size_t i = builder->anchor_count;
	while (i > 0 && strcmp(builder->anchors[i - 1].name, name) != 0)
		i--;
	if (i == 0)
		return refuse(builder, event, "the alias names no anchor before it");
	const struct node *node = builder->anchors[i - 1].node;
	if (node->size == 0)
		return refuse(builder, event, "the alias stands inside what it names");
	return count(builder, node->size, event) && attach(builder, node, event);
}

static bool take(struct builder *builder, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT: return take_scalar(builder, event);
	case YAML_ALIAS_EVENT: return take_alias(builder, event);
	case YAML_SEQUENCE_START_EVENT:
		return take_start(builder, NODE_LIST, event->data.sequence_start.anchor, event->data.sequence_start.tag, event);
	case YAML_MAPPING_START_EVENT:
		return take_start(builder, NODE_MAP, event->data.mapping_start.anchor, event->data.mapping_start.tag, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: return take_end(builder);
	case YAML_DOCUMENT_START_EVENT:
		return ++builder->documents == 1 || refuse(builder, event, "a second document begins here");
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT: return true;
	}
	return true;
}

/* libyaml gives a byte instead of a line for bytes that it cannot read. Columns are characters, as elsewhere. */
static struct position position_of_byte(const char *text, size_t offset)
{
	struct position at = {.line = 1, .column = 1};
	for (size_t i = 0; i < offset; i++) {
		at.column = text[i] == '\n' ? 1 : at.column + ((text[i] & 0xc0) != 0x80);
		at.line += text[i] == '\n';
	}
	return at;
}

static void refuse_syntax(struct builder *builder, const yaml_parser_t *parser, const char *text, size_t length)
{
	if (parser->error == YAML_MEMORY_ERROR) {
		builder->arena->failed = true;
	} else if (parser->error == YAML_READER_ERROR) {
		size_t offset = parser->problem_offset < length ? parser->problem_offset : length;
		problems_add(builder->problems, position_of_byte(text, offset), "a byte here is not printable UTF-8");
	} else {
		problems_add(builder->problems, position(&parser->problem_mark), "not valid YAML: %s%s%s", parser->problem,
		             parser->context ? " " : "", parser->context ? parser->context : "");
	}
}

static bool build(struct builder *builder, const char *text, size_t length)
{
	SCOPED(parser) yaml_parser_t parser = {0};
	if (!yaml_parser_initialize(&parser)) {
		builder->arena->failed = true;
		return false;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	for (;;) {
		SCOPED(event) yaml_event_t event = {0};
		if (!yaml_parser_parse(&parser, &event)) {
			refuse_syntax(builder, &parser, text, length);
			return false;
		}
		if (event.type == YAML_STREAM_END_EVENT)
			return true;
		if (!take(builder, &event))
			return false;
	}
}

const struct node *tree_read(const char *text, size_t length, struct arena *arena, struct problems *problems)
{
	struct builder builder = {.arena = arena, .problems = problems};
	if (!build(&builder, text, length))
		return NULL;
	if (builder.root && !builder.root->empty)
		return builder.root;
	struct node *nothing = arena_alloc(arena, sizeof *nothing);
	if (nothing)
		*nothing = (struct node){.kind = NODE_MAP, .at = {.line = 1, .column = 1}, .size = 1};
	return nothing;
}

const struct node *node_member(const struct node *map, const char *name)
{
	for (const struct item *item = map->items; item; item = item->next)
		if (strcmp(item->key->text, name) == 0)
			return item->value;
	return NULL;
}
