/* SPDX-License-Identifier: Apache-2.0 */
/* Small values in text: what is read, and that everything else is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/parse.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static void test_integers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t minimum, maximum;
		bool fine;
		int64_t value;
	} rows[] = {
	    {"0", 0, 0, true, 0},
	    {"-0", 0, 0, true, 0},
	    {"42", 0, 100, true, 42},
	    {"-5", -5, 0, true, -5},
	    {"9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX},
	    {"-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN},
	    {"9223372036854775808", INT64_MIN, INT64_MAX, false, 0},
	    {"-9223372036854775809", INT64_MIN, INT64_MAX, false, 0},
	    {"99999999999999999999999", INT64_MIN, INT64_MAX, false, 0},
	    {"101", 0, 100, false, 0},
	    {"-6", -5, 0, false, 0},
	    {"", 0, 9, false, 0},
	    {"-", -9, 9, false, 0},
	    {"+1", 0, 9, false, 0},
	    {" 1", 0, 9, false, 0},
	    {"1 ", 0, 9, false, 0},
	    {"1x", 0, 9, false, 0},
	    {"0x1", 0, 9, false, 0},
	    {"1.0", 0, 9, false, 0},
	    {"--1", -9, 9, false, 0},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int64_t value = 77;
		if (parse_integer(rows[i].text, rows[i].minimum, rows[i].maximum, &value) != rows[i].fine)
			fail_msg("\"%s\"", rows[i].text);
		assert_int_equal(value, rows[i].fine ? rows[i].value : 77);
	}
}

static void test_durations(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} rows[] = {
	    {"500ms", 500},
	    {"0s", 0},
	    {"5s", 5000},
	    {"10m", 600000},
	    {"2h", 7200000},
	    {"400d", 34560000000},
	    {"9223372036854775807ms", INT64_MAX},
	    {"106751991167d", 9223372036828800000},
	    {"106751991168d", -1},
	    {"9223372036854775807s", -1},
	    {"18446744073709551617ms", -1},
	    {"", -1},
	    {"5", -1},
	    {"s", -1},
	    {"-5s", -1},
	    {"5 s", -1},
	    {"5S", -1},
	    {"5sec", -1},
	    {"1h30m", -1},
	    {"1.5h", -1},
	    {"5w", -1},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int64_t ms = -1;
		if (parse_duration_ms(rows[i].text, &ms) != (rows[i].ms >= 0))
			fail_msg("\"%s\"", rows[i].text);
		assert_int_equal(ms, rows[i].ms);
	}
}

static void test_rates(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t interval_ms; /* -1: refused */
	} rows[] =
	    {
	        {"1/s", 1000}, {"60/m", 1000},      {"1000/h", 3600}, {"1/d", 86400000},
	        {"3/s", 334}, /* never faster than said */
	        {"1000/s", 1}, {"2000000000/s", 1}, {"0/s", -1},      {"-1/s", -1},
	        {"1/ms", -1},  {"1/", -1},          {"1", -1},        {"/s", -1},
	        {"1/2s", -1},  {"1 / s", -1},       {"1.5/s", -1},    {"9999999999/s", -1},
	    };
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int64_t interval_ms = -1;
		if (parse_rate_ms(rows[i].text, &interval_ms) != (rows[i].interval_ms >= 0))
			fail_msg("\"%s\"", rows[i].text);
		assert_int_equal(interval_ms, rows[i].interval_ms);
	}
}

static void test_hosts_and_ports(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *host; /* NULL: refused */
		uint16_t port;
	} rows[] = {
	    {"0.0.0.0:8443", "0.0.0.0", 8443},
	    {"[::1]:8443", "::1", 8443},
	    {"[::ffff:203.0.113.1]:1", "::ffff:203.0.113.1", 1},
	    {":8443", "", 8443},
	    {"localhost:0", "localhost", 0},
	    {"mail-1.example.com:65535", "mail-1.example.com", 65535},
	    {"localhost", NULL, 0},
	    {"localhost:", NULL, 0},
	    {"localhost:65536", NULL, 0},
	    {"localhost:-1", NULL, 0},
	    {"localhost:80x", NULL, 0},
	    {"::1:8443", NULL, 0},
	    {"[::1]", NULL, 0},
	    {"[::1]8443", NULL, 0},
	    {"[::1:8443", NULL, 0},
	    {"[]:8443", NULL, 0},
	    {"[localhost]:8443", NULL, 0},
	    {"[0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0]:1", NULL, 0},
	    {"https://localhost:1", NULL, 0},
	    {"user@localhost:1", NULL, 0},
	    {"local host:1", NULL, 0},
	    {"", NULL, 0},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *host = NULL;
		size_t length = 0;
		uint16_t port = 0;
		if (parse_host_port(rows[i].text, &host, &length, &port) != (rows[i].host != NULL))
			fail_msg("\"%s\"", rows[i].text);
		if (!rows[i].host)
			continue;
		assert_int_equal(length, strlen(rows[i].host));
		assert_memory_equal(host, rows[i].host, length);
		assert_int_equal(port, rows[i].port);
	}
}

static void test_hex(void **state)
{
	(void)state;
	unsigned char bytes[4];
	assert_true(parse_hex("00fFa1B2", bytes, 4));
	assert_memory_equal(bytes, "\x00\xff\xa1\xb2", 4);
	assert_true(parse_hex("", bytes, 0));
	static const char *const refused[] = {"00ffa1b", "00ffa1b2c3", "00ffa1bg", "0x00ffa1", "", " 0ffa1b2"};
	for (size_t i = 0; i < LENGTH(refused); i++)
		assert_false(parse_hex(refused[i], bytes, 4));
	assert_memory_equal(bytes, "\x00\xff\xa1\xb2", 4);
}

static void test_cidr_membership(void **state)
{
	(void)state;
	static const struct {
		const char *cidr, *address;
		bool inside;
	} rows[] = {
	    {"203.0.113.0/24", "203.0.113.0", true},
	    {"203.0.113.0/24", "203.0.113.255", true},
	    {"203.0.113.0/24", "203.0.114.0", false},
	    {"203.0.113.77/24", "203.0.113.1", true}, /* host bits do not matter */
	    {"203.0.113.128/25", "203.0.113.127", false},
	    {"203.0.113.128/25", "203.0.113.129", true},
	    {"203.0.113.7", "203.0.113.7", true},
	    {"203.0.113.7", "203.0.113.6", false},
	    {"0.0.0.0/0", "198.51.100.1", true},
	    {"0.0.0.0/0", "2001:db8::1", false},
	    {"203.0.113.0/24", "::ffff:203.0.113.9", true}, /* how a dual-stack socket shows it */
	    {"2001:db8::/32", "2001:db8:ffff::1", true},
	    {"2001:db8::/32", "2001:db9::1", false},
	    {"2001:db8::/33", "2001:db8:8000::1", false},
	    {"2001:db8::1", "2001:db8:0:0::1", true},
	    {"::1/128", "::2", false},
	    {"203.0.113.0/24", "signin.amazonaws.com", false},
	    {"0.0.0.0/0", "", false},
	    {"0.0.0.0/0", "203.0.113.1 ", false},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct cidr cidr;
		assert_true(parse_cidr(rows[i].cidr, &cidr));
		if (cidr_contains(&cidr, rows[i].address) != rows[i].inside)
			fail_msg("%s %s", rows[i].cidr, rows[i].address);
	}
}

static void test_cidr_refuses(void **state)
{
	(void)state;
	static const char *const rows[] = {
	    "",
	    "/",
	    "/8",
	    "203.0.113.0/",
	    "203.0.113.0/33",
	    "203.0.113.0/-1",
	    "203.0.113/24",
	    "::/x",
	    "::/129",
	    "203.0.113.256",
	    "203.0.113.0/24/8",
	    "203.0.113.0/ 8",
	    "localhost",
	    "203.0.113.0 /24",
	    "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8",
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct cidr cidr;
		if (parse_cidr(rows[i], &cidr))
			fail_msg("accepted \"%s\"", rows[i]);
	}
}

static void test_wildcards(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *text;
		bool match;
	} rows[] = {
	    {"", "", true},
	    {"", "a", false},
	    {"a", "", false},
	    {"*", "", true},
	    {"*", "anything", true},
	    {"**", "x", true},
	    {"?", "", false},
	    {"?", "ab", false},
	    {"a?c", "abc", true},
	    {"a?c",
	     "a\xc3\xa4"
	     "c",
	     true}, /* one character of two bytes */
	    {"a??c",
	     "a\xc3\xa4"
	     "c",
	     false},
	    {"iam:Create*", "iam:CreateUser", true},
	    {"iam:Create*", "iam:create", false},
	    {"iam:*User", "iam:CreateUser", true},
	    {"iam:*User", "iam:CreateUserX", false},
	    {"*a*b*c", "xxaxxbxxbc", true},
	    {"*a*b*c", "xxaxxcxxb", false},
	    {"*?", "", false},
	    {"*?", "x", true},
	    {"a*a", "a", false},
	    {"[a]", "a", false},
	    {"a\\*", "a*", false},
	    {"a*", "a*b", true},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (wildcard_match(rows[i].pattern, rows[i].text) != rows[i].match)
			fail_msg("\"%s\" \"%s\"", rows[i].pattern, rows[i].text);
}

/* What is exponential in a naive matcher. */
static void test_many_stars_end_soon(void **state)
{
	(void)state;
	char text[4096], pattern[512];
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	for (size_t i = 0; i + 2 < sizeof pattern; i += 2)
		memcpy(pattern + i, "*a", 2);
	memcpy(pattern + sizeof pattern - 2, "b", 2);
	assert_false(wildcard_match(pattern, text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_integers),
	    cmocka_unit_test(test_durations),
	    cmocka_unit_test(test_rates),
	    cmocka_unit_test(test_hosts_and_ports),
	    cmocka_unit_test(test_hex),
	    cmocka_unit_test(test_cidr_membership),
	    cmocka_unit_test(test_cidr_refuses),
	    cmocka_unit_test(test_wildcards),
	    cmocka_unit_test(test_many_stars_end_soon),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
