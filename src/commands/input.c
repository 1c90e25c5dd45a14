/* SPDX-License-Identifier: Apache-2.0 */
/* Reads to the end and no further than the limit: pipes and devices have no size to ask for. */
#include "commands/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "commands/gunzip.h"
#include "rootwatch/render.h"
#include "rootwatch/scope.h"

enum { CHUNK_BYTES = 64 * 1024, MIB = 1024 * 1024 };

static bool is_standard_input(const char *path)
{
	return strcmp(path, "-") == 0;
}

static enum input_status read_all(int fd, struct strbuf *out, struct err *err)
{
	char chunk[CHUNK_BYTES];
	for (;;) {
		ssize_t got = read(fd, chunk, sizeof chunk);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			err_set(err, "cannot read it: %s", strerror(errno));
			return INPUT_UNREADABLE;
		}
		if (got == 0)
			return INPUT_READ;
		if (out->length + (size_t)got > INPUT_MAX_BYTES) {
			err_set(err, "more than %d MiB; split it", INPUT_MAX_BYTES / MIB);
			return INPUT_BAD;
		}
		strbuf_add(out, chunk, (size_t)got);
		if (out->overflowed) {
			err_set(err, "out of memory");
			return INPUT_UNREADABLE;
		}
	}
}

static enum input_status read_file(const char *path, struct strbuf *out, struct err *err)
{
	if (is_standard_input(path))
		return read_all(STDIN_FILENO, out, err);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err_set(err, "cannot open it: %s", strerror(errno));
		return INPUT_UNREADABLE;
	}
	enum input_status status = read_all(fd, out, err);
	close(fd);
	return status;
}

/* Nothing at all can be JSON lines, never gzip. */
static bool is_cut_to_nothing(const char *path, const struct strbuf *content)
{
	size_t length = strlen(path);
	return content->length == 0 && length > 3 && strcmp(path + length - 3, ".gz") == 0;
}

enum input_status input_read(const char *path, struct strbuf *ret_content, struct err *err)
{
	SCOPED(strbuf) struct strbuf raw = STRBUF_INIT(INPUT_MAX_BYTES);
	SCOPED(strbuf) struct strbuf expanded = STRBUF_INIT(INPUT_MAX_BYTES);
	enum input_status status = read_file(path, &raw, err);
	if (status != INPUT_READ)
		return status;
	if (is_cut_to_nothing(path, &raw)) {
		err_set(err, "truncated: it is empty");
		return INPUT_BAD;
	}
	bool compressed = gunzip_recognises(strbuf_text(&raw), raw.length);
	if (compressed && !gunzip(raw.data, raw.length, &expanded, err))
		return INPUT_BAD;
	struct strbuf *content = compressed ? &expanded : &raw;
	*ret_content = *content;
	*content = STRBUF_INIT(0);
	return INPUT_READ;
}

void input_name(const char *path, struct strbuf *out)
{
	if (is_standard_input(path))
		strbuf_puts(out, "standard input");
	else
		render_line(path, INPUT_NAME_BYTES, out);
}
