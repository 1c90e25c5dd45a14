/* SPDX-License-Identifier: Apache-2.0 */
/* Reads without stdio, so that a secret passes through no buffer but the caller's. */
#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static enum file_status read_all(int fd, char *place, size_t room, size_t *ret_length)
{
	size_t length = 0;
	for (;;) {
		char beyond;
		ssize_t got = length < room ? read(fd, place + length, room - length) : read(fd, &beyond, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return FILE_FAILED;
		if (got > 0 && length == room)
			return FILE_TOO_LARGE;
		if (got == 0)
			break;
		length += (size_t)got;
	}
	*ret_length = length;
	return FILE_READ;
}

enum file_status file_read(const char *path, char *place, size_t room, size_t *ret_length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? FILE_ABSENT : FILE_FAILED;
	enum file_status status = read_all(fd, place, room, ret_length);
	int reason = errno;
	close(fd);
	errno = reason;
	return status;
}
