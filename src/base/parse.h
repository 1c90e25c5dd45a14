/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H
/*
 * Small values in text, read strictly: the whole text must be the value. All
 * return false and leave the out-parameter alone when it is not.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool parse_integer(const char *text, int64_t minimum, int64_t maximum, int64_t *ret_value);

/* "500ms" "5s" "10m" "2h" "400d"; not negative */
bool parse_duration_ms(const char *text, int64_t *ret_ms);

/* "1/s" "60/m" "1000/h": the average pause between two sends, in ms, at least 1 */
bool parse_rate_ms(const char *text, int64_t *ret_interval_ms);

/* "0.0.0.0:8443" "[::1]:8443" ":8443" "localhost:8443". Host is cut out of text: pointer and length. */
bool parse_host_port(const char *text, const char **ret_host, size_t *ret_host_length, uint16_t *ret_port);

bool parse_hex(const char *text, unsigned char *ret_bytes, size_t byte_count);

struct cidr {
	unsigned char address[16]; /* IPv6, or IPv4 mapped (::ffff:0:0/96) */
	unsigned prefix_bits;      /* of the 128 */
};

/* "203.0.113.0/24" "2001:db8::/32" or one address */
bool parse_cidr(const char *text, struct cidr *ret_cidr);

/* False also when `address` is no IP address. */
bool cidr_contains(const struct cidr *cidr, const char *address);

/* IAM-style pattern: '*' any run, '?' one character; letter case as given. Never worse than the product of the lengths. */
bool wildcard_match(const char *pattern, const char *text);

#endif
