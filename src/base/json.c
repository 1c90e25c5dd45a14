/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups in and output of cJSON trees. Reading untrusted text is json_read.c.
 * cJSON's own look-ups ignore letter case; nothing outside of this file and the
 * builders calls them.
 */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

const cJSON *json_member(const cJSON *object, const char *name)
{
	return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

const char *json_text(const cJSON *object, const char *name)
{
	const char *text = cJSON_GetStringValue(json_member(object, name));
	return text ? text : "";
}

static bool found(const char *name, const char **ret_name)
{
	if (ret_name)
		*ret_name = name;
	return true;
}

static bool pairwise_duplicate(const cJSON *object, const char **ret_name)
{
	for (const cJSON *a = object->child; a; a = a->next)
		for (const cJSON *b = a->next; b; b = b->next)
			if (strcmp(a->string, b->string) == 0)
				return found(a->string, ret_name);
	return false;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool sorted_duplicate(const char **names, size_t count, const char **ret_name)
{
	qsort(names, count, sizeof *names, compare_names);
	for (size_t i = 1; i < count; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			return found(names[i], ret_name);
	return false;
}

bool json_has_duplicate(const cJSON *object, const char **ret_name)
{
	/* Up to here comparing every pair is cheaper than sorting; AWS's own objects are smaller. */
	enum { PAIRWISE_MAX = 32 };
	if (!cJSON_IsObject(object))
		return false;
	size_t count = 0;
	for (const cJSON *member = object->child; member; member = member->next)
		count++;
	const char **names = count > PAIRWISE_MAX ? malloc(count * sizeof *names) : NULL;
	if (!names)
		return pairwise_duplicate(object, ret_name);
	size_t filled = 0;
	for (const cJSON *member = object->child; member; member = member->next)
		names[filled++] = member->string;
	bool duplicate = sorted_duplicate(names, count, ret_name);
	free(names);
	return duplicate;
}

bool json_print(const cJSON *tree, struct strbuf *out)
{
	char *text = cJSON_PrintUnformatted(tree);
	if (!text)
		return false;
	strbuf_puts(out, text);
	cJSON_free(text);
	return !out->overflowed;
}

/* The letter of the short escape, 0 when there is none. */
static char short_escape(unsigned char c)
{
	switch (c) {
	case '"': return '"';
	case '\\': return '\\';
	case '\b': return 'b';
	case '\f': return 'f';
	case '\n': return 'n';
	case '\r': return 'r';
	case '\t': return 't';
	default: return 0;
	}
}

/* Returns the bytes read. C1 controls (U+0080-U+009F) are escaped too: they steer some terminals. */
static size_t quote_character(const char *text, size_t length, struct strbuf *out)
{
	unsigned char c = (unsigned char)text[0];
	size_t bytes = utf8_character(text, length);
	if (short_escape(c))
		strbuf_printf(out, "\\%c", short_escape(c));
	else if (c < 0x20 || c == 0x7f)
		strbuf_printf(out, "\\u%04x", c);
	else if (c == 0xc2 && bytes == 2 && (unsigned char)text[1] < 0xa0)
		strbuf_printf(out, "\\u%04x", (unsigned char)text[1]);
	else if (bytes > 0)
		strbuf_add(out, text, bytes);
	else
		strbuf_puts(out, "\xef\xbf\xbd"); /* U+FFFD */
	return bytes > 0 ? bytes : 1;
}

void json_quote(const char *text, struct strbuf *out)
{
	strbuf_putc(out, '"');
	for (size_t length = strlen(text), taken; length > 0; text += taken, length -= taken)
		taken = quote_character(text, length, out);
	strbuf_putc(out, '"');
}
