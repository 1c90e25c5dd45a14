/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_STRBUF_H
#define ROOTWATCH_STRBUF_H
/*
 * A growing string that is born with its maximum. Invariants: data is NULL or
 * NUL-terminated at data[length]; length <= limit. What would go over the limit
 * (or finds no memory) is left out whole and sets `overflowed`, which stays set:
 * check it once, at the end. Not for two threads at a time.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct strbuf {
	char *data;
	size_t length;
	size_t capacity;
	size_t limit;
	bool overflowed;
};

#define STRBUF_INIT(limit_bytes) ((struct strbuf){.limit = (limit_bytes)})

void strbuf_done(struct strbuf *buffer); /* frees; the buffer is empty and usable again */
static inline void strbuf_scope(struct strbuf *buffer)
{
	strbuf_done(buffer);
}

void strbuf_add(struct strbuf *buffer, const void *bytes, size_t length);
void strbuf_puts(struct strbuf *buffer, const char *text);
void strbuf_putc(struct strbuf *buffer, char c);
void strbuf_printf(struct strbuf *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vprintf(struct strbuf *buffer, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
void strbuf_reset(struct strbuf *buffer); /* empties, keeps the memory, clears overflowed */

/* Cuts to at most `length` bytes, never inside a UTF-8 character. */
void strbuf_truncate(struct strbuf *buffer, size_t length);

/* The text, "" when nothing was added. Borrowed until the next change. */
const char *strbuf_text(const struct strbuf *buffer);

/* Hands the text to the caller, who frees it; NULL when out of memory or overflowed. The buffer is empty afterwards. */
char *strbuf_steal(struct strbuf *buffer);

/* Length of the longest prefix of text[0..length) that has at most `limit` bytes and ends on a UTF-8 character boundary. */
size_t utf8_prefix(const char *text, size_t length, size_t limit);

/* Bytes of the UTF-8 character (RFC 3629) at the start of text[0..length), length >= 1; 0 when there is none. */
size_t utf8_character(const char *text, size_t length);

#endif
