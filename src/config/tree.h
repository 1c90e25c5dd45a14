/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_TREE_H
#define CONFIG_TREE_H
/*
 * A YAML document as a tree that knows where everything stands. Every scalar is
 * text: what it means is the schema's business, so 011122223333 stays as written.
 * Aliases share the node they name; the tree as walked, aliases followed, is
 * bounded, and it has no cycles.
 */
#include <stdbool.h>
#include <stddef.h>

#include "config/arena.h"
#include "config/problems.h"

enum {
	TREE_DEPTH_MAX = 16,             /* our deepest value stands at 5 */
	TREE_NODES_MAX = 40000,          /* aliases followed; room for some 15,000 accounts */
	TREE_ANCHORS_MAX = 100,          /* look-ups are linear */
	TREE_TEXT_MAX_BYTES = 32 * 1024, /* one scalar */
};

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

struct item {
	const struct node *key; /* maps only */
	const struct node *value;
	const struct item *next;
};

struct node {
	enum node_kind kind;
	struct position at;
	const char *text;         /* NODE_TEXT: one line of UTF-8 without control characters */
	bool empty;               /* NODE_TEXT: unquoted nothing, ~ or null */
	const struct item *items; /* NODE_LIST, NODE_MAP: in the order of the document, keys distinct */
	size_t size;              /* this node and all below, aliases followed; 0 while still open */
};

/* NULL, with problems added, when the text is not one well-formed document. An empty document is an empty map. */
const struct node *tree_read(const char *text, size_t length, struct arena *arena, struct problems *problems);

const struct node *node_member(const struct node *map, const char *name); /* NULL: none */

/* May a value be this? One line of UTF-8, no control characters. */
bool tree_text_allowed(const char *text, size_t length);

#endif
