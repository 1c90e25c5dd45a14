/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of clients. X-Forwarded-For is a claim: each entry is believed only when
 * the hop that appended it is a trusted proxy, so the list is read from the right.
 */
#include "server/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const unsigned char mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static bool is_ipv4(const struct address *address)
{
	return memcmp(address->bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

static void map_ipv4(const struct in_addr *ipv4, struct address *ret_address)
{
	memcpy(ret_address->bytes, mapped_prefix, sizeof mapped_prefix);
	memcpy(ret_address->bytes + sizeof mapped_prefix, ipv4, sizeof *ipv4);
}

bool address_of(const struct sockaddr *name, struct address *ret_address)
{
	if (name->sa_family == AF_INET) {
		struct sockaddr_in ipv4;
		memcpy(&ipv4, name, sizeof ipv4);
		map_ipv4(&ipv4.sin_addr, ret_address);
		return true;
	}
	if (name->sa_family != AF_INET6)
		return false;
	struct sockaddr_in6 ipv6;
	memcpy(&ipv6, name, sizeof ipv6);
	memcpy(ret_address->bytes, &ipv6.sin6_addr, sizeof ret_address->bytes);
	return true;
}

void address_text(const struct address *address, char ret_text[ADDRESS_TEXT_BYTES])
{
	ret_text[0] = '\0';
	if (is_ipv4(address))
		inet_ntop(AF_INET, address->bytes + sizeof mapped_prefix, ret_text, ADDRESS_TEXT_BYTES);
	else
		inet_ntop(AF_INET6, address->bytes, ret_text, ADDRESS_TEXT_BYTES);
}

bool address_same_client(const struct address *a, const struct address *b)
{
	enum { IPV6_CUSTOMER_BYTES = 64 / 8 };
	size_t length = is_ipv4(a) ? sizeof a->bytes : IPV6_CUSTOMER_BYTES;
	return is_ipv4(a) == is_ipv4(b) && memcmp(a->bytes, b->bytes, length) == 0;
}

bool address_trusted(const struct trusted_proxies *proxies, const struct address *address)
{
	char text[ADDRESS_TEXT_BYTES];
	address_text(address, text);
	for (size_t i = 0; i < proxies->count; i++)
		if (cidr_contains(&proxies->cidrs[i], text))
			return true;
	return false;
}

/* "203.0.113.7", "203.0.113.7:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711" */
static bool parse_entry(const char *entry, size_t length, struct address *ret_address)
{
	char text[ADDRESS_TEXT_BYTES + sizeof "[]:65535"];
	if (length >= sizeof text)
		return false;
	memcpy(text, entry, length);
	text[length] = '\0';
	char *start = text;
	char *colon = strchr(text, ':');
	if (text[0] == '[') {
		start = text + 1;
		start[strcspn(start, "]")] = '\0';
	} else if (colon && !strchr(colon + 1, ':')) {
		*colon = '\0';
	}
	struct in_addr ipv4;
	if (inet_pton(AF_INET, start, &ipv4) == 1) {
		map_ipv4(&ipv4, ret_address);
		return true;
	}
	return inet_pton(AF_INET6, start, ret_address->bytes) == 1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool address_forwarded(const struct trusted_proxies *proxies, const char *list, struct address *client)
{
	size_t end = strlen(list);
	for (;;) {
		size_t start = end;
		while (start > 0 && list[start - 1] != ',')
			start--;
		size_t first = start, last = end;
		while (first < last && is_blank(list[first]))
			first++;
		while (last > first && is_blank(list[last - 1]))
			last--;
		struct address hop;
		if (!parse_entry(list + first, last - first, &hop))
			return false;
		*client = hop;
		if (!address_trusted(proxies, &hop))
			return false;
		if (start == 0)
			return true;
		end = start - 1;
	}
}
