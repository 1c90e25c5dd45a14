/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation is a chunk of its own on one list: a configuration makes a few
 * hundred of them, once. Nothing is freed alone.
 */
#include "config/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"

struct arena_chunk {
	struct arena_chunk *next;
	size_t bytes;
	max_align_t data[];
};

void *arena_alloc(struct arena *arena, size_t bytes)
{
	struct arena_chunk *chunk = calloc(1, sizeof *chunk + bytes);
	if (!chunk) {
		arena->failed = true;
		return NULL;
	}
	chunk->next = arena->chunks;
	chunk->bytes = bytes;
	arena->chunks = chunk;
	return chunk->data;
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);
	if (copy)
		memcpy(copy, text, length);
	return copy;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
	va_list measured;
	va_copy(measured, arguments);
	int length = vsnprintf(NULL, 0, format, measured);
	va_end(measured);
	char *text = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1);
	if (text)
		vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = arena_vprintf(arena, format, arguments);
	va_end(arguments);
	return text;
}

void arena_wipe(struct arena *arena)
{
	for (struct arena_chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		crypto_wipe(chunk->data, chunk->bytes);
		free(chunk);
	}
	*arena = (struct arena){0};
}

void text_list_add(struct text_list *list, struct arena *arena, const char *text)
{
	if (!text)
		return;
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 4;
		const char **texts = arena_alloc(arena, capacity * sizeof *texts);
		if (!texts)
			return;
		if (list->count > 0)
			memcpy(texts, list->texts, list->count * sizeof *texts);
		list->texts = texts;
		list->capacity = capacity;
	}
	list->texts[list->count++] = text;
}
