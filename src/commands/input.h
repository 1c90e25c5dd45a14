/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_INPUT_H
#define COMMANDS_INPUT_H
/* A file, or standard input, as bytes; decompressed when it is gzip, whatever its name. */
#include "rootwatch/err.h"
#include "rootwatch/strbuf.h"

/* One file is in memory at a time, with the trees of its events. A CloudTrail file of the busiest account has some tens. */
enum { INPUT_MAX_BYTES = 256 * 1024 * 1024 };

enum input_status {
	INPUT_READ,
	INPUT_UNREADABLE, /* it is not there, or the system does not let us */
	INPUT_BAD,        /* damaged, or too large */
};

/* "-" is standard input. Anything but INPUT_READ comes with err and leaves *ret_content alone. The caller owns it. */
enum input_status input_read(const char *path, struct strbuf *ret_content, struct err *err);

/* What to call it in a message: its path, fit for a terminal, or "standard input". At most INPUT_NAME_BYTES. */
enum { INPUT_NAME_BYTES = 1024 };
void input_name(const char *path, struct strbuf *out);

#endif
