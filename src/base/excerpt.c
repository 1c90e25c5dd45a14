/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cutting untrusted values down for sentences that go to terminals, logs and
 * alerts. Must not be used for machine-readable output: what it drops is gone.
 */
#include "base/excerpt.h"

#include <stdio.h>
#include <string.h>

#include "rootwatch/strbuf.h"

/* Controls of ASCII and C1 (U+0080-U+009F, bytes c2 80-9f) steer terminals. */
static size_t control_length(const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;
	if (bytes[0] < 0x20 || bytes[0] == 0x7f)
		return 1;
	return bytes[0] == 0xc2 && bytes[1] >= 0x80 && bytes[1] < 0xa0 ? 2 : 0;
}

struct excerpt excerpt(const char *text)
{
	static const char more[] = "...";
	struct excerpt result;
	size_t length = strnlen(text, EXCERPT_BYTES);
	bool cut = length == EXCERPT_BYTES;
	if (cut)
		length = utf8_prefix(text, length, EXCERPT_BYTES - sizeof more);
	size_t written = 0;
	for (size_t i = 0; i < length; i++) {
		size_t control = control_length(text + i);
		result.text[written++] = control > 0 ? '?' : text[i];
		i += control > 1;
	}
	memcpy(result.text + written, cut ? more : "", cut ? sizeof more : 1);
	return result;
}

struct excerpt excerpt_key(const char *key)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	enum { KEY_MIN = 16, KEY_MAX = 64 }; /* IAM: accessKeyId has 16 to 128; AWS makes 20 */
	size_t length = strnlen(key, KEY_MAX);
	if (length < KEY_MIN || length == KEY_MAX || strspn(key, letters) != length)
		return excerpt(key);
	struct excerpt result;
	snprintf(result.text, sizeof result.text, "%.4s...%.4s", key, key + length - 4);
	return result;
}
