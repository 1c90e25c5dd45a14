/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIGNAL_DOCUMENTS_H
#define SIGNAL_DOCUMENTS_H
/*
 * The policy documents that stand in an event: as an object, or as JSON in a text,
 * URL-encoded or not. Theirs is the writer's word, so: bounded, never recursive,
 * and what cannot be read says so instead of passing for harmless.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/excerpt.h"
#include "base/json.h"
#include "event.h"

/* What stands at "a.b.c" below `from`, names in any letter case; NULL: nothing. Borrowed. */
const cJSON *json_at(const cJSON *from, const char *path);

/* Every value below a tree, depth first; what nests deeper than any real request is left out. */
enum { JSON_WALK_DEPTH = 16 };
struct json_walk {
	const cJSON *stack[JSON_WALK_DEPTH], *next;
	size_t depth;
};
struct json_walk json_walk(const cJSON *tree);
const cJSON *json_walk_next(struct json_walk *walk); /* NULL at the end */

/* Some text in `value`, a text or a list of texts, that `fits`; NULL: none. `context` is handed on. */
typedef bool text_fits(const char *text, const void *context);
const char *json_some_text(const cJSON *value, text_fits *fits, const void *context);

struct document {
	cJSON *parsed;           /* owned; NULL when the document stood in the event as an object */
	const cJSON *statements; /* an object, or a list of objects; NULL: no document that can be read */
};

void document_read(const cJSON *item, struct document *ret_document);
static inline void document_scope(struct document *document)
{
	cJSON_Delete(document->parsed);
}

/* Does it allow every action, or every one of IAM's, on everything? */
bool document_grants_all(const struct document *document);

/* Does it let somebody in who is not of the event's own account: *ret_whom? AWS's services are nobody. */
bool document_lets_in(const struct document *document, const struct event *event, struct excerpt *ret_whom);

/* An account id, or an ARN: is it of the account that the event happened in? */
bool is_own_account(const char *text, const struct event *event);

#endif
