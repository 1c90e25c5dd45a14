/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inflate() member by member. zlib's own file functions pass silently over what
 * they cannot read behind the first member; events could be in it, so we do not.
 */
#include "commands/gunzip.h"

#include <string.h>
#define ZLIB_CONST /* it reads what it is given, and no more */
#include <zlib.h>

#include "rootwatch/scope.h"

enum {
	GZIP_WINDOW = 16 + MAX_WBITS, /* zlib.h: 16 more means a gzip header, and only that */
	CHUNK_BYTES = 32 * 1024,
	MIB = 1024 * 1024,
};

static void inflate_scope(z_stream *stream)
{
	inflateEnd(stream);
}

bool gunzip_recognises(const char *bytes, size_t length)
{
	return length >= 2 && memcmp(bytes, "\x1f\x8b", 2) == 0;
}

static bool refuse(int code, const z_stream *stream, struct err *err)
{
	if (code == Z_MEM_ERROR)
		return err_set(err, "out of memory");
	if (code == Z_BUF_ERROR)
		return err_set(err, "truncated: the compressed data is cut off");
	return err_set(err, "damaged: the compressed data cannot be read (%s)", stream->msg ? stream->msg : "no gzip");
}

static bool inflate_member(z_stream *stream, struct strbuf *out, struct err *err)
{
	unsigned char chunk[CHUNK_BYTES];
	int code;
	do {
		stream->next_out = chunk;
		stream->avail_out = sizeof chunk;
		code = inflate(stream, Z_NO_FLUSH);
		if (code != Z_OK && code != Z_STREAM_END)
			return refuse(code, stream, err);
		size_t length = sizeof chunk - stream->avail_out;
		if (length > out->limit - out->length)
			return err_set(err, "more than %zu MiB when decompressed", out->limit / MIB);
		strbuf_add(out, chunk, length);
		if (out->overflowed)
			return err_set(err, "out of memory");
	} while (code != Z_STREAM_END);
	return true;
}

static bool is_padding(const unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

bool gunzip(const char *bytes, size_t length, struct strbuf *out, struct err *err)
{
	SCOPED(inflate)
	z_stream stream = {.next_in = (const unsigned char *)bytes, .avail_in = (uInt)length};
	if (stream.avail_in != length)
		return err_set(err, "too large");
	if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
		return err_set(err, "out of memory");
	do {
		if (!inflate_member(&stream, out, err))
			return false;
		if (is_padding(stream.next_in, stream.avail_in))
			return true;
	} while (gunzip_recognises((const char *)stream.next_in, stream.avail_in) && inflateReset(&stream) == Z_OK);
	return err_set(err, "damaged: the last %u bytes are no gzip", stream.avail_in);
}
