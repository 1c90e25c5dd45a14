/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The growing string. Capacity doubles up to the limit it was born with; running
 * out of either memory or limit is remembered, not reported: the caller asks once.
 */
#include "rootwatch/strbuf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

/* Makes room for `length` more bytes and a NUL. */
static bool reserve(struct strbuf *buffer, size_t length)
{
	if (length > buffer->limit - buffer->length)
		return false;
	size_t needed = buffer->length + length + 1;
	if (needed <= buffer->capacity)
		return true;
	size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
	while (capacity < needed)
		capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
	char *data = realloc(buffer->data, capacity);
	if (!data)
		return false;
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

void strbuf_done(struct strbuf *buffer)
{
	free(buffer->data);
	*buffer = STRBUF_INIT(buffer->limit);
}

void strbuf_add(struct strbuf *buffer, const void *bytes, size_t length)
{
	if (length == 0)
		return;
	if (!reserve(buffer, length)) {
		buffer->overflowed = true;
		return;
	}
	memcpy(buffer->data + buffer->length, bytes, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
}

void strbuf_puts(struct strbuf *buffer, const char *text)
{
	strbuf_add(buffer, text, strlen(text));
}

void strbuf_putc(struct strbuf *buffer, char c)
{
	strbuf_add(buffer, &c, 1);
}

void strbuf_printf(struct strbuf *buffer, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	strbuf_vprintf(buffer, format, arguments);
	va_end(arguments);
}

void strbuf_vprintf(struct strbuf *buffer, const char *format, va_list arguments)
{
	va_list measured;
	va_copy(measured, arguments);
	int length = vsnprintf(NULL, 0, format, measured);
	va_end(measured);
	if (length < 0 || !reserve(buffer, (size_t)length)) {
		buffer->overflowed = true;
		return;
	}
	vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, arguments);
	buffer->length += (size_t)length;
}

void strbuf_reset(struct strbuf *buffer)
{
	strbuf_truncate(buffer, 0);
	buffer->overflowed = false;
}

void strbuf_truncate(struct strbuf *buffer, size_t length)
{
	if (length >= buffer->length)
		return;
	buffer->length = utf8_prefix(buffer->data, buffer->length, length);
	buffer->data[buffer->length] = '\0';
}

const char *strbuf_text(const struct strbuf *buffer)
{
	return buffer->data ? buffer->data : "";
}

char *strbuf_steal(struct strbuf *buffer)
{
	char *text = NULL;
	if (!buffer->overflowed && reserve(buffer, 0)) {
		text = buffer->data;
		text[buffer->length] = '\0';
		buffer->data = NULL;
	}
	strbuf_done(buffer);
	return text;
}

size_t utf8_prefix(const char *text, size_t length, size_t limit)
{
	if (length <= limit)
		return length;
	/* Text that is no UTF-8 at all is cut where the limit says: a character has at most three continuation bytes. */
	for (size_t cut = limit;; cut--) {
		bool continuation = ((unsigned char)text[cut] & 0xc0) == 0x80;
		if (!continuation)
			return cut;
		if (cut == 0 || limit - cut == 3)
			return limit;
	}
}

size_t utf8_character(const char *text, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)text;
	if (bytes[0] < 0x80)
		return 1;
	/* 0xc0, 0xc1 and anything above 0xf4 would be overlong or beyond U+10FFFF. */
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 0;
	size_t needed = bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	if (length < needed)
		return 0;
	for (size_t i = 1; i < needed; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	bool overlong = (bytes[0] == 0xe0 && bytes[1] < 0xa0) || (bytes[0] == 0xf0 && bytes[1] < 0x90);
	bool surrogate = bytes[0] == 0xed && bytes[1] >= 0xa0;
	bool beyond = bytes[0] == 0xf4 && bytes[1] >= 0x90;
	return overlong || surrogate || beyond ? 0 : needed;
}
