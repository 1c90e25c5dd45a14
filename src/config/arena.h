/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_ARENA_H
#define CONFIG_ARENA_H
/*
 * Memory that is freed as a whole, and wiped first: configurations hold secrets.
 * A zeroed struct arena is empty. When memory runs out `failed` stays set: the
 * reader asks once, at the end. One thread at a time.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks;
	bool failed;
};

void *arena_alloc(struct arena *arena, size_t bytes); /* zeroed; NULL when out of memory */
char *arena_text(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
void arena_wipe(struct arena *arena); /* the arena is empty and usable again */

/* A growing list of texts in an arena. */
struct text_list {
	const char **texts;
	size_t count, capacity;
};

void text_list_add(struct text_list *list, struct arena *arena, const char *text); /* NULL is left out */

#endif
