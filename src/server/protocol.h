/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_PROTOCOL_H
#define SERVER_PROTOCOL_H
/* What libmicrohttpd 0.9.75 lets through and RFC 9112 does not. */
#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

/* How the body is framed, as libmicrohttpd will read it. */
struct framing {
	bool expects_continue; /* the peer waits for our word before it sends the body */
	bool chunked;
	uint64_t content_length; /* 0 when absent */
};

/* NULL when the header is sound; else a sentence that says what is wrong: two ways to read where this request ends must not be
 * resolved in silence, or a proxy in front of us resolves them otherwise (RFC 9112 section 11.2, request smuggling). */
const char *protocol_read(struct MHD_Connection *mhd, const char *version, struct framing *ret_framing);

#endif
