/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict readers of small values. Pure: no locale, no errno left behind that
 * matters, no allocation. Each reads the whole text or refuses it.
 */
#include "base/parse.h"

#include <arpa/inet.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { ADDRESS_BITS = 128, MAPPED_BITS = 96, ADDRESS_TEXT_BYTES = INET6_ADDRSTRLEN };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits at the start of text, at most `maximum`; NULL when there are none or they say more. */
static const char *take_digits(const char *text, uint64_t maximum, uint64_t *ret_value)
{
	if (!is_digit(*text))
		return NULL;
	uint64_t value = 0;
	for (; is_digit(*text); text++) {
		unsigned digit = (unsigned)(*text - '0');
		if (value > (maximum - digit) / 10 || digit > maximum)
			return NULL;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return text;
}

bool parse_integer(const char *text, int64_t minimum, int64_t maximum, int64_t *ret_value)
{
	bool negative = *text == '-';
	uint64_t size;
	const char *end = take_digits(text + negative, (uint64_t)INT64_MAX + negative, &size);
	if (!end || *end != '\0')
		return false;
	/* -(size - 1) - 1 reaches INT64_MIN without passing through +2^63. */
	int64_t value = negative && size > 0 ? -(int64_t)(size - 1) - 1 : (int64_t)size;
	if (value < minimum || value > maximum)
		return false;
	*ret_value = value;
	return true;
}

static const struct unit {
	const char *name;
	int64_t ms;
} units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}, {"d", 24 * 60 * 60 * 1000},
};

static int64_t unit_ms(const char *name)
{
	for (size_t i = 0; i < LENGTH(units); i++)
		if (strcmp(name, units[i].name) == 0)
			return units[i].ms;
	return 0;
}

bool parse_duration_ms(const char *text, int64_t *ret_ms)
{
	uint64_t count;
	const char *unit = take_digits(text, INT64_MAX, &count);
	int64_t ms = unit ? unit_ms(unit) : 0;
	if (ms == 0 || (int64_t)count > INT64_MAX / ms)
		return false;
	*ret_ms = (int64_t)count * ms;
	return true;
}

bool parse_rate_ms(const char *text, int64_t *ret_interval_ms)
{
	uint64_t count;
	const char *slash = take_digits(text, INT32_MAX, &count);
	if (!slash || *slash != '/' || count == 0)
		return false;
	int64_t period_ms = unit_ms(slash + 1);
	if (period_ms < 1000)
		return false; /* none, or "ms": no channel is asked that often */
	/* Rounded up: a rate is a promise not to send more. */
	*ret_interval_ms = (period_ms + (int64_t)count - 1) / (int64_t)count;
	return true;
}

static bool copy_text(const char *text, size_t length, char *place, size_t place_bytes)
{
	if (length >= place_bytes)
		return false;
	memcpy(place, text, length);
	place[length] = '\0';
	return true;
}

static bool is_bracketed_address(const char *host, size_t length)
{
	char text[ADDRESS_TEXT_BYTES];
	struct in6_addr address;
	return copy_text(host, length, text, sizeof text) && inet_pton(AF_INET6, text, &address) == 1;
}

bool parse_host_port(const char *text, const char **ret_host, size_t *ret_host_length, uint16_t *ret_port)
{
	const char *host = text;
	const char *colon;
	size_t length;
	if (*text == '[') {
		host = text + 1;
		length = strcspn(host, "]");
		if (host[length] != ']' || !is_bracketed_address(host, length))
			return false;
		colon = host + length + 1;
	} else {
		length = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
		colon = host + length;
	}
	int64_t port;
	if (*colon != ':' || !parse_integer(colon + 1, 0, UINT16_MAX, &port))
		return false;
	*ret_host = host;
	*ret_host_length = length;
	*ret_port = (uint16_t)port;
	return true;
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool parse_hex(const char *text, unsigned char *ret_bytes, size_t byte_count)
{
	if (strlen(text) != 2 * byte_count || strspn(text, "0123456789abcdefABCDEF") != 2 * byte_count)
		return false;
	for (size_t i = 0; i < byte_count; i++)
		ret_bytes[i] = (unsigned char)(hex_value(text[2 * i]) * 16 + hex_value(text[2 * i + 1]));
	return true;
}

/* Returns the width of the address's own family, 32 or 128; 0 when it is none. */
static unsigned parse_address(const char *text, unsigned char ret_address[16])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	if (inet_pton(AF_INET6, text, ret_address) == 1)
		return ADDRESS_BITS;
	if (inet_pton(AF_INET, text, ret_address + sizeof mapped) != 1)
		return 0;
	memcpy(ret_address, mapped, sizeof mapped);
	return ADDRESS_BITS - MAPPED_BITS;
}

bool parse_cidr(const char *text, struct cidr *ret_cidr)
{
	size_t length = strcspn(text, "/");
	char address[ADDRESS_TEXT_BYTES];
	struct cidr cidr;
	if (!copy_text(text, length, address, sizeof address))
		return false;
	unsigned width = parse_address(address, cidr.address);
	if (width == 0)
		return false;
	int64_t prefix = width;
	if (text[length] == '/' && !parse_integer(text + length + 1, 0, width, &prefix))
		return false;
	cidr.prefix_bits = ADDRESS_BITS - width + (unsigned)prefix;
	*ret_cidr = cidr;
	return true;
}

bool cidr_contains(const struct cidr *cidr, const char *address)
{
	unsigned char bytes[16];
	if (parse_address(address, bytes) == 0)
		return false;
	size_t whole = cidr->prefix_bits / 8;
	unsigned rest = cidr->prefix_bits % 8;
	if (memcmp(cidr->address, bytes, whole) != 0)
		return false;
	return rest == 0 || (cidr->address[whole] ^ bytes[whole]) >> (8 - rest) == 0;
}

/* '?' stands for a character, not for one of its UTF-8 bytes. */
static const char *next_character(const char *text)
{
	do
		text++;
	while (((unsigned char)*text & 0xc0) == 0x80);
	return text;
}

bool wildcard_match(const char *pattern, const char *text)
{
	const char *after_star = NULL; /* the pattern behind the last '*' seen ... */
	const char *retry = NULL;      /* ... and where in the text it was tried */
	while (*text) {
		if (*pattern == '*') {
			after_star = ++pattern;
			retry = text;
		} else if (*pattern == '?') {
			pattern++;
			text = next_character(text);
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (after_star) {
			pattern = after_star;
			text = ++retry;
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}
