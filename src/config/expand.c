/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a value once from left to right and appends each piece to one buffer,
 * which the owner wipes. Pure but for the files that are named.
 */
#include "config/expand.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "config/file.h"
#include "config/tree.h"

/* What tree_text_allowed() refuses: a variable or a file may hold what any text of the document may. */
#define NO_TEXT "holds more than one line, a control character or invalid UTF-8"

static enum expansion wrong(struct err *why, const char *sentence)
{
	err_set(why, "%s", sentence);
	return EXPAND_WRONG;
}

const char *expand_variable(char *const *variables, const char *name, size_t name_length)
{
	for (; *variables; variables++)
		if (strncmp(*variables, name, name_length) == 0 && (*variables)[name_length] == '=')
			return *variables + name_length + 1;
	return NULL;
}

static enum expansion append(struct expander *expander, const char *bytes, size_t length, struct err *why)
{
	if (length > EXPAND_MAX_BYTES - expander->length)
		return wrong(why, "the expanded value is too long");
	memmove(expander->buffer + expander->length, bytes, length); /* a file was read to this very place */
	expander->length += length;
	return EXPAND_DONE;
}

static size_t without_line_end(const char *bytes, size_t length)
{
	while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
		length--;
	return length;
}

static enum expansion append_file(struct expander *expander, const char *path, struct err *why)
{
	char *place = expander->buffer + expander->length;
	size_t length;
	switch (file_read(path, place, EXPAND_MAX_BYTES - expander->length, &length)) {
	case FILE_READ: break;
	case FILE_ABSENT: err_set(why, "the file %s does not exist", path); return EXPAND_MISSING;
	case FILE_TOO_LARGE: err_set(why, "the file %s is too large", path); return EXPAND_WRONG;
	case FILE_FAILED: err_set(why, "cannot read the file %s: %s", path, strerror(errno)); return EXPAND_WRONG;
	}
	length = without_line_end(place, length);
	if (tree_text_allowed(place, length))
		return append(expander, place, length, why);
	err_set(why, "the file %s " NO_TEXT, path);
	return EXPAND_WRONG;
}

static size_t name_length(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	static const char inner[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
	return strspn(text, letters) > 0 ? strspn(text, inner) : 0;
}

/* `inside` is what stands between ${ and }. As in a shell, :- also replaces a variable that is set to nothing. */
static enum expansion append_variable(struct expander *expander, const char *inside, struct err *why)
{
	size_t length = name_length(inside);
	const char *fallback = strncmp(inside + length, ":-", 2) == 0 ? inside + length + 2 : NULL;
	if (length == 0 || (!fallback && inside[length] != '\0'))
		return wrong(why, "only ${NAME}, ${NAME:-default} and ${file:/path} are expanded; write $${ for a literal ${");
	const char *value = expand_variable(expander->variables, inside, length);
	if (fallback && (!value || *value == '\0'))
		return append(expander, fallback, strlen(fallback), why);
	if (!value) {
		err_set(why, "%.*s is not set", (int)length, inside);
		return EXPAND_MISSING;
	}
	if (tree_text_allowed(value, strlen(value)))
		return append(expander, value, strlen(value), why);
	err_set(why, "%.*s " NO_TEXT, (int)length, inside);
	return EXPAND_WRONG;
}

/* text begins with "${"; *ret_end is behind the closing brace. */
static enum expansion append_reference(struct expander *expander, const char *text, const char **ret_end,
                                       struct err *why)
{
	char inside[1024]; /* longer than any name, and than most paths */
	const char *end = strchr(text, '}');
	if (!end)
		return wrong(why, "a ${ without its }");
	size_t length = (size_t)(end - text) - 2;
	if (length >= sizeof inside)
		return wrong(why, "too much stands between ${ and }");
	memcpy(inside, text + 2, length);
	inside[length] = '\0';
	*ret_end = end + 1;
	if (strstr(inside, "${"))
		return wrong(why, "a ${ inside of another");
	if (strncmp(inside, "file:", 5) == 0)
		return append_file(expander, inside + 5, why);
	return append_variable(expander, inside, why);
}

enum expansion expand(struct expander *expander, const char *text, struct arena *arena, const char **ret_text,
                      struct err *why)
{
	expander->length = 0;
	while (*text) {
		enum expansion status;
		if (strncmp(text, "$${", 3) == 0) {
			status = append(expander, "${", 2, why);
			text += 3;
		} else if (strncmp(text, "${", 2) == 0) {
			status = append_reference(expander, text, &text, why);
		} else {
			status = append(expander, text++, 1, why);
		}
		if (status != EXPAND_DONE)
			return status;
	}
	*ret_text = arena_text(arena, expander->buffer, expander->length);
	return EXPAND_DONE;
}
