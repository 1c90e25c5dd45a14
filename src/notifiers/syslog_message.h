/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTIFIERS_SYSLOG_MESSAGE_H
#define NOTIFIERS_SYSLOG_MESSAGE_H
/* An alert as one syslog message (RFC 5424). Pure; false only when memory ran out. */
#include <stdbool.h>

#include "rootwatch/alert.h"

enum {
	SYSLOG_MESSAGE_BYTES = 8192, /* what receivers should take, RFC 5425, 4.3.1; many cut there */
	SYSLOG_FRAME_BYTES = SYSLOG_MESSAGE_BYTES + 8,
	SYSLOG_HOSTNAME_BYTES = 255, /* RFC 5424, 6 */
};

/* Who speaks. `hostname`: printable ASCII without blanks, "-" when there is none. */
struct syslog_origin {
	unsigned facility;
	const char *hostname;
	long process_id;
};

/* The message with its length before it (octet counting, RFC 6587, 3.4.1, and RFC 5425). */
bool syslog_render_frame(const struct alert *alert, const struct syslog_origin *origin, struct strbuf *out);

#endif
