/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_ADDRESS_H
#define SERVER_ADDRESS_H
/* Who is at the other end: addresses of clients, and what a trusted proxy says about them. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/parse.h"

enum { ADDRESS_TEXT_BYTES = 46 }; /* INET6_ADDRSTRLEN */

struct address {
	unsigned char bytes[16]; /* IPv6, or IPv4 mapped (::ffff:0:0/96) */
};

struct trusted_proxies {
	const struct cidr *cidrs; /* borrowed */
	size_t count;
};

bool address_of(const struct sockaddr *name, struct address *ret_address);
void address_text(const struct address *address, char ret_text[ADDRESS_TEXT_BYTES]);

/* The same client as far as limits go: one IPv4 address, or one IPv6 /64, which is what a single customer gets
 * (RFC 6177) and could otherwise pick new addresses from for ever. */
bool address_same_client(const struct address *a, const struct address *b);

bool address_trusted(const struct trusted_proxies *proxies, const struct address *address);

/* Follows one X-Forwarded-For value from its right end, for as long as the hop that wrote an entry is trusted; *client is
 * the hop so far. An entry may carry a port. Returns false when the walk has ended: an untrusted client was found, or an
 * entry is no address. */
bool address_forwarded(const struct trusted_proxies *proxies, const char *list, struct address *client);

#endif
