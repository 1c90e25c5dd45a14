/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTIFIERS_EMAIL_MESSAGE_H
#define NOTIFIERS_EMAIL_MESSAGE_H
/* An alert as an Internet message (RFC 5322, MIME) with CRLF line ends. Pure; what overflows `out` shows there. */
#include <stddef.h>
#include <stdint.h>

#include "rootwatch/alert.h"

enum {
	EMAIL_MESSAGE_BYTES = 1024 * 1024,
	EMAIL_HTML_BYTES = 128 * 1024,
};

/* `from` and `to` are checked addresses: they go into the header as they are. */
struct email_envelope {
	const char *from;
	const char *const *to;
	size_t to_count;
};

void email_render_message(const struct alert *alert, const struct email_envelope *envelope, int64_t now_s,
                          struct strbuf *out);

/* The HTML part before its transfer encoding, LF line ends. In email_html.c. */
void email_render_html(const struct alert *alert, int64_t now_s, struct strbuf *out);

/* The value of a Subject header: as it is when that is safe, RFC 2047 encoded words else. */
void email_render_subject(const struct alert *alert, struct strbuf *out);

#endif
