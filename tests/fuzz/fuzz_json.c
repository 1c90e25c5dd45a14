/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes through json_read(). What it accepts must print as valid UTF-8 without
 * a NUL, and that text must mean the same when read again; what it refuses must
 * leave nothing behind and say a place inside the input.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void expect(bool fact)
{
	if (!fact)
		abort();
}

static void expect_utf8(const struct strbuf *text)
{
	for (size_t at = 0, taken; at < text->length; at += taken) {
		taken = utf8_character(text->data + at, text->length - at);
		expect(taken > 0 && text->data[at] != '\0');
	}
}

/* The slow and obvious answer. */
static bool has_duplicate(const cJSON *object)
{
	for (const cJSON *a = object->child; a; a = a->next)
		for (const cJSON *b = a->next; b; b = b->next)
			if (strcmp(a->string, b->string) == 0)
				return true;
	return false;
}

static void check_accepted(const cJSON *tree)
{
	SCOPED(strbuf) struct strbuf first = STRBUF_INIT(SIZE_MAX);
	SCOPED(strbuf) struct strbuf second = STRBUF_INIT(SIZE_MAX);
	SCOPED(json) cJSON *again = NULL;
	expect(json_print(tree, &first));
	expect_utf8(&first);
	expect(json_read(first.data, first.length, &again, NULL) == JSON_OK);
	expect(json_print(again, &second));
	expect(strcmp(first.data, second.data) == 0);
	if (cJSON_IsObject(tree))
		expect(json_has_duplicate(tree, NULL) == has_duplicate(tree));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	SCOPED(json) cJSON *tree = NULL;
	size_t offset = SIZE_MAX;
	enum json_status status = json_read((const char *)bytes, length, &tree, &offset);
	expect((status == JSON_OK) == (tree != NULL));
	if (status == JSON_OK)
		check_accepted(tree);
	else
		expect(offset <= length);
	return 0;
}
