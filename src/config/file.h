/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H
/* Small files, read whole. */
#include <stddef.h>

enum file_status {
	FILE_READ,
	FILE_ABSENT,
	FILE_TOO_LARGE,
	FILE_FAILED, /* errno says why */
};

/* At most `room` bytes into place; *ret_length says how many. Nothing is left in a buffer of libc's. */
enum file_status file_read(const char *path, char *place, size_t room, size_t *ret_length);

#endif
