/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Untrusted text made fit for one line. What a reader cannot see must not act:
 * terminal controls, line breaks and marks that turn the direction of writing
 * (they make one address look like another) are replaced, not dropped, so that
 * the reader notices. Must not know any channel's markup.
 */
#include "rootwatch/render.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char REPLACEMENT[] = "\xef\xbf\xbd"; /* U+FFFD */
static const char ELLIPSIS[] = "\xe2\x80\xa6";    /* U+2026 */

/* Ranges of code points that change what a line looks like without being seen. */
static const struct {
	uint32_t first, last;
} unseen[] = {
    {0x0000, 0x001f}, /* C0 controls */
    {0x007f, 0x009f}, /* DELETE and C1: some terminals obey them */
    {0x061c, 0x061c}, /* Arabic letter mark */
    {0x200e, 0x200f}, /* direction marks */
    {0x2028, 0x202e}, /* line and paragraph separator, direction embeddings and overrides */
    {0x2066, 0x2069}, /* direction isolates */
    {0xfffe, 0xffff}, /* no characters: XML refuses them */
};

static bool is_unseen(uint32_t code)
{
	for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
		if (code >= unseen[i].first && code <= unseen[i].last)
			return true;
	return false;
}

/* The code point of the valid character of `length` bytes at `text`. */
static uint32_t code_point(const char *text, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t code = length == 1 ? bytes[0] : bytes[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++)
		code = code << 6 | (bytes[i] & 0x3fU);
	return code;
}

void render_line(const char *text, size_t limit, struct strbuf *out)
{
	const char *end = text + strlen(text);
	const size_t start = out->length;
	size_t fits = start; /* what stays when the rest must make way for the ellipsis */

	for (size_t step; text < end; text += step) {
		size_t length = utf8_character(text, (size_t)(end - text));
		bool shown = length > 0 && !is_unseen(code_point(text, length));
		size_t width = shown ? length : sizeof REPLACEMENT - 1;
		if (out->length - start + width > limit) {
			strbuf_truncate(out, fits);
			strbuf_puts(out, ELLIPSIS);
			return;
		}
		strbuf_add(out, shown ? text : REPLACEMENT, width);
		if (out->length - start + sizeof ELLIPSIS - 1 <= limit)
			fits = out->length;
		step = length > 0 ? length : 1;
	}
}
