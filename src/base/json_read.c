/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading untrusted JSON. cJSON hides NULs, passes broken UTF-8 on and forgives
 * what is no JSON, so one lexical pass repairs and checks a copy before cJSON
 * sees it. Whatever the input: no recursion here, and time linear in its length.
 */
#include <errno.h>
#include <string.h>

#include "base/json.h"

enum {
	LEVELS_MAX = 1000,  /* cJSON itself refuses to recurse deeper (CJSON_NESTING_LIMIT) */
	UNICODE_ESCAPE = 6, /* bytes of "\uXXXX" */
	REPAIR_GROWTH = 3,  /* one bad byte becomes the three of U+FFFD */
};

struct reader {
	const char *text;
	size_t length;
	size_t position;
	size_t copied;   /* up to here the text is in the copy; what follows goes there in one piece */
	size_t produced; /* length of the copy with all of that in it */
	size_t limit;    /* of the copy */
	bool full;       /* it would go over the limit, or memory is out: nothing moves any more */
	struct strbuf *out;
};

static void flush(struct reader *reader)
{
	strbuf_add(reader->out, reader->text + reader->copied, reader->position - reader->copied);
	reader->copied = reader->position;
	reader->full |= reader->out->overflowed;
}

/* Is there room for so much more in the copy? */
static bool takes(struct reader *reader, size_t length)
{
	reader->full |= length > reader->limit - reader->produced;
	return !reader->full;
}

static void copy(struct reader *reader, size_t length)
{
	if (!takes(reader, length))
		return;
	reader->position += length;
	reader->produced += length;
}

/* Adds `bytes` to the copy for the next `consumed` bytes of input. */
static void put(struct reader *reader, const char *bytes, size_t length, size_t consumed)
{
	if (!takes(reader, length))
		return;
	flush(reader);
	strbuf_add(reader->out, bytes, length);
	reader->position = reader->copied += consumed;
	reader->produced += length;
}

/* The code unit of a \uXXXX at `position`, -1 when there is none. */
static int code_unit(const struct reader *reader, size_t position)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *text = reader->text + position;
	if (reader->length - position < UNICODE_ESCAPE || text[0] != '\\' || text[1] != 'u')
		return -1;
	int unit = 0;
	for (int i = 2; i < UNICODE_ESCAPE; i++) {
		const char *digit = memchr(digits, text[i], sizeof digits - 1);
		if (!digit)
			return -1;
		unit = unit * 16 + (int)((digit - digits) % 16);
	}
	return unit;
}

static bool is_high_surrogate(int unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low_surrogate(int unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

static bool read_escape(struct reader *reader)
{
	if (reader->length - reader->position < 2)
		return false;
	if (reader->text[reader->position + 1] != 'u') {
		copy(reader, 2); /* which letters may follow, cJSON knows */
		return true;
	}
	int unit = code_unit(reader, reader->position);
	if (unit < 0)
		return false;
	if (is_high_surrogate(unit) && is_low_surrogate(code_unit(reader, reader->position + UNICODE_ESCAPE)))
		copy(reader, 2 * UNICODE_ESCAPE);
	else if (unit == 0 || is_high_surrogate(unit) || is_low_surrogate(unit))
		put(reader, "\\ufffd", UNICODE_ESCAPE, UNICODE_ESCAPE);
	else
		copy(reader, UNICODE_ESCAPE);
	return true;
}

/* A control character or one beyond ASCII. */
static bool read_character(struct reader *reader)
{
	static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
	const char *text = reader->text + reader->position;
	bool control = (unsigned char)*text < 0x20;
	if (control && *text != '\0')
		return false;
	size_t bytes = control ? 0 : utf8_character(text, reader->length - reader->position);
	if (bytes > 0)
		copy(reader, bytes);
	else
		put(reader, replacement, sizeof replacement - 1, 1);
	return true;
}

/* The run of characters that need no second look: most of every event. */
static size_t plain_length(const struct reader *reader)
{
	size_t at = reader->position;
	for (; at < reader->length; at++) {
		unsigned char c = (unsigned char)reader->text[at];
		if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
			break;
	}
	return at - reader->position;
}

static bool read_string(struct reader *reader)
{
	copy(reader, 1);
	while (!reader->full) {
		copy(reader, plain_length(reader));
		if (reader->position == reader->length)
			return false;
		char c = reader->text[reader->position];
		if (c == '"') {
			copy(reader, 1);
			return true;
		}
		if (!(c == '\\' ? read_escape(reader) : read_character(reader)))
			return false;
	}
	return false;
}

static const char *skip_digits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/* RFC 8259 section 6: [-] int [frac] [exp]. What stands behind the number is cJSON's business. */
static bool read_number(struct reader *reader)
{
	const char *text = reader->text + reader->position;
	const char *end = reader->text + reader->length;
	const char *digits = text + (*text == '-');
	const char *at = skip_digits(digits, end);
	if (at == digits || (*digits == '0' && at > digits + 1))
		return false;
	if (at < end && *at == '.') {
		digits = at + 1;
		at = skip_digits(digits, end);
		if (at == digits)
			return false;
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		digits = at + 1;
		if (digits < end && (*digits == '+' || *digits == '-'))
			digits++;
		at = skip_digits(digits, end);
		if (at == digits)
			return false;
	}
	copy(reader, (size_t)(at - text));
	return true;
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool read_token(struct reader *reader)
{
	char c = reader->text[reader->position];
	if (c == '"')
		return read_string(reader);
	if (c == '-' || (c >= '0' && c <= '9'))
		return read_number(reader);
	if ((unsigned char)c < 0x20 && !is_white(c))
		return false;
	copy(reader, 1);
	return true;
}

/* Copies the text, repaired, to `out`. False where it is no JSON or the copy is full: ret_reader->position says where. */
static bool repair(const char *text, size_t length, struct strbuf *out, struct reader *ret_reader)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct reader *reader = ret_reader;
	*reader = (struct reader){.text = text, .length = length, .limit = out->limit, .out = out};
	if (length >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0)
		reader->position = reader->copied = sizeof mark - 1;
	while (reader->position < length)
		if (!read_token(reader) || reader->full)
			return false;
	flush(reader);
	return !reader->full;
}

/* The place in the input that became byte `offset` of the copy: repaired again, up to there. */
static size_t input_position(const char *text, size_t length, size_t offset)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(offset);
	struct reader again;
	repair(text, length, &out, &again);
	return again.position;
}

/* The quote that ends the string beginning at `at`; the caller knows that there is one. */
static size_t string_end(const char *text, size_t at)
{
	for (at++; text[at] != '"'; at++)
		if (text[at] == '\\')
			at++;
	return at;
}

/* cJSON does not tell why it refused. Too deep: one value, all brackets closed in order, more than LEVELS_MAX of them open at once. */
static enum json_status why_refused(const struct strbuf *copy)
{
	SCOPED(strbuf) struct strbuf open = STRBUF_INIT(copy->length);
	size_t deepest = 0;
	bool complete = false;
	for (size_t i = 0; i < copy->length && !open.overflowed; i++) {
		char c = copy->data[i];
		if (is_white(c))
			continue;
		if (complete)
			return JSON_INVALID;
		if (c == '"') {
			i = string_end(copy->data, i);
		} else if (c == '[' || c == '{') {
			strbuf_putc(&open, c);
			deepest = open.length > deepest ? open.length : deepest;
		} else if (c == ']' || c == '}') {
			if (open.length == 0 || open.data[open.length - 1] != (c == ']' ? '[' : '{'))
				return JSON_INVALID;
			strbuf_truncate(&open, open.length - 1);
		}
		complete = open.length == 0;
	}
	if (open.overflowed)
		return JSON_NO_MEMORY;
	return complete && deepest > LEVELS_MAX ? JSON_TOO_DEEP : JSON_INVALID;
}

static enum json_status refused(enum json_status status, size_t offset, size_t *ret_offset)
{
	if (ret_offset)
		*ret_offset = offset;
	return status;
}

enum json_status json_read(const char *text, size_t length, cJSON **ret_tree, size_t *ret_offset)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(length * REPAIR_GROWTH);
	struct reader reader;
	if (!repair(text, length, &out, &reader))
		return refused(reader.full ? JSON_NO_MEMORY : JSON_INVALID, reader.position, ret_offset);

	/* With the NUL inside the length, and asked for, cJSON takes no garbage behind the value. */
	const char *end = NULL;
	errno = 0;
	cJSON *tree = cJSON_ParseWithLengthOpts(strbuf_text(&out), out.length + 1, &end, true);
	if (tree) {
		*ret_tree = tree;
		return JSON_OK;
	}
	bool no_memory = errno == ENOMEM;
	size_t offset = input_position(text, length, (size_t)(end - strbuf_text(&out)));
	return refused(no_memory ? JSON_NO_MEMORY : why_refused(&out), offset, ret_offset);
}
