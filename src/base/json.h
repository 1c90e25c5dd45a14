/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_JSON_H
#define BASE_JSON_H
/*
 * cJSON made safe for untrusted text. json_read() first rewrites what cJSON
 * would hide or choke on; look-ups are by exact letter case.
 */
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "rootwatch/scope.h"
#include "rootwatch/strbuf.h"

DEFINE_SCOPE(json, cJSON, cJSON_Delete)

enum json_status {
	JSON_OK,
	JSON_INVALID,
	JSON_TOO_DEEP, /* well-formed as far as brackets and strings go, but deeper than cJSON's 1,000 levels */
	JSON_NO_MEMORY,
};

/* Parses the whole of text[0..length). Raw and escaped NULs, lone surrogate escapes and invalid UTF-8 become U+FFFD
 * first (in a copy). White space may follow the value, nothing else may. *ret_tree is the caller's; on failure
 * *ret_offset (may be NULL) is the byte where reading stopped. */
enum json_status json_read(const char *text, size_t length, cJSON **ret_tree, size_t *ret_offset);

/* Member by exact name; NULL when `object` is no object or has none. With duplicate names: the first. */
const cJSON *json_member(const cJSON *object, const char *name);

/* The member's string, "" when it is absent or no string. Borrowed from the tree. */
const char *json_text(const cJSON *object, const char *name);

/* True when some name stands twice in this object (not below it); *ret_name (may be NULL) is that name, borrowed. */
bool json_has_duplicate(const cJSON *object, const char **ret_name);

/* The tree as compact text; false when out of memory. */
bool json_print(const cJSON *tree, struct strbuf *out);

/* `text` as a JSON string with its quotes; control characters escaped; invalid UTF-8 becomes U+FFFD. */
void json_quote(const char *text, struct strbuf *out);

#endif
