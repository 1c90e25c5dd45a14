/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed by zlib here, cut and bent by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <zlib.h>

#include "commands/gunzip.h"
#include "rootwatch/scope.h"

enum { LIMIT = 1024 * 1024 };

/* Appends `text` as one member. */
static void compress_member(const char *text, size_t length, struct strbuf *out)
{
	unsigned char bytes[8192];
	z_stream stream = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)length};
	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_out = bytes;
	stream.avail_out = sizeof bytes;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	strbuf_add(out, bytes, sizeof bytes - stream.avail_out);
	deflateEnd(&stream);
}

static void every_member_is_read(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf packed = STRBUF_INIT(LIMIT);
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(LIMIT);
	struct err err = {""};
	compress_member("first", 5, &packed);
	compress_member("", 0, &packed);
	compress_member(", last", 6, &packed);
	assert_true(gunzip_recognises(packed.data, packed.length));
	assert_true(gunzip(packed.data, packed.length, &out, &err));
	assert_string_equal(strbuf_text(&out), "first, last");
}

static void text_is_not_recognised(void **state)
{
	(void)state;
	assert_false(gunzip_recognises("{}", 2));
	assert_false(gunzip_recognises("\x1f", 1));
	assert_false(gunzip_recognises("", 0));
}

/* Wherever it is cut, nothing passes for the whole. */
static void every_truncation_says_so(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf packed = STRBUF_INIT(LIMIT);
	compress_member("{\"Records\":[{},{},{}]}", 22, &packed);
	for (size_t length = 2; length < packed.length; length++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(LIMIT);
		struct err err = {""};
		assert_false(gunzip(packed.data, length, &out, &err));
		assert_non_null(strstr(err.text, "truncated"));
	}
}

static void assert_refused(const struct strbuf *packed, const char *word)
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(LIMIT);
	struct err err = {""};
	assert_false(gunzip(packed->data, packed->length, &out, &err));
	assert_non_null(strstr(err.text, word));
}

static void a_wrong_checksum_is_damage(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf packed = STRBUF_INIT(LIMIT);
	compress_member("text", 4, &packed);
	packed.data[packed.length - 8] ^= 1;
	assert_refused(&packed, "damaged");
}

static void what_stands_behind_the_last_member_is_not_passed_over(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf packed = STRBUF_INIT(LIMIT);
	compress_member("text", 4, &packed);
	strbuf_puts(&packed, "{\"more\":1}");
	assert_refused(&packed, "the last 10 bytes");
}

static void padding_is_fine(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf packed = STRBUF_INIT(LIMIT);
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(LIMIT);
	struct err err = {""};
	compress_member("text", 4, &packed);
	strbuf_add(&packed, "\0\0\0\0", 4);
	assert_true(gunzip(packed.data, packed.length, &out, &err));
	assert_string_equal(strbuf_text(&out), "text");
}

static void a_bomb_ends_at_the_limit(void **state)
{
	(void)state;
	static char zeros[2 * LIMIT];
	SCOPED(strbuf) struct strbuf packed = STRBUF_INIT(LIMIT);
	compress_member(zeros, sizeof zeros, &packed);
	assert_refused(&packed, "more than 1 MiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_member_is_read),
	    cmocka_unit_test(text_is_not_recognised),
	    cmocka_unit_test(every_truncation_says_so),
	    cmocka_unit_test(a_wrong_checksum_is_damage),
	    cmocka_unit_test(what_stands_behind_the_last_member_is_not_passed_over),
	    cmocka_unit_test(padding_is_fine),
	    cmocka_unit_test(a_bomb_ends_at_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
