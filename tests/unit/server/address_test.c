/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, and how far a list of forwarders is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "server/address.h"

static struct address address(const char *text)
{
	struct sockaddr_in ipv4 = {.sin_family = AF_INET};
	struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
	struct address address = {0};
	if (inet_pton(AF_INET, text, &ipv4.sin_addr) == 1)
		assert_true(address_of((const struct sockaddr *)&ipv4, &address));
	else if (inet_pton(AF_INET6, text, &ipv6.sin6_addr) == 1)
		assert_true(address_of((const struct sockaddr *)&ipv6, &address));
	else
		fail_msg("%s is no address", text);
	return address;
}

static void an_address_and_its_text(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
	    {"203.0.113.7", "203.0.113.7"},
	    {"::ffff:203.0.113.7", "203.0.113.7"}, /* what a socket for both families says of an IPv4 peer */
	    {"2001:db8:0::1", "2001:db8::1"},
	    {"::1", "::1"},
	    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		char text[ADDRESS_TEXT_BYTES];
		const struct address parsed = address(pairs[i][0]);
		address_text(&parsed, text);
		assert_string_equal(text, pairs[i][1]);
	}
	struct address none;
	const struct sockaddr_un local = {.sun_family = AF_UNIX};
	assert_false(address_of((const struct sockaddr *)&local, &none));
}

static void a_client_is_an_ipv4_address_or_an_ipv6_customer(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
	    {"203.0.113.7", "203.0.113.7", true},
	    {"203.0.113.7", "::ffff:203.0.113.7", true},
	    {"203.0.113.7", "203.0.113.8", false},
	    {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
	    {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
	    {"203.0.113.7", "::1", false},
	    {"0.0.0.1", "::1", false}, /* the first half of both is zeros */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct address a = address(rows[i].a), b = address(rows[i].b);
		assert_int_equal(address_same_client(&a, &b), rows[i].same);
		assert_int_equal(address_same_client(&b, &a), rows[i].same);
	}
}

/* ---- X-Forwarded-For ---- */

static struct cidr trusted[3];

static int trust(void **state)
{
	(void)state;
	return parse_cidr("10.0.0.0/8", &trusted[0]) && parse_cidr("2001:db8:aa::/48", &trusted[1]) &&
	               parse_cidr("192.0.2.1", &trusted[2])
	           ? 0
	           : -1;
}

static const struct trusted_proxies proxies = {.cidrs = trusted, .count = 3};

static void a_proxy_is_trusted_by_its_network(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		bool trusted;
	} rows[] = {
	    {"10.1.2.3", true},   {"::ffff:10.1.2.3", true},  {"11.1.2.3", false},       {"192.0.2.1", true},
	    {"192.0.2.2", false}, {"2001:db8:aa:1::5", true}, {"2001:db8:ab::5", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct address one = address(rows[i].address);
		assert_int_equal(address_trusted(&proxies, &one), rows[i].trusted);
		assert_false(address_trusted(&(struct trusted_proxies){.count = 0}, &one));
	}
}

static const struct forwarded_row {
	const char *list, *client;
	bool goes_on;
} forwarded_rows[] = {
    {"203.0.113.7", "203.0.113.7", false},
    {"203.0.113.7:4711", "203.0.113.7", false},
    {"2001:db8::1", "2001:db8::1", false},
    {"[2001:db8::1]", "2001:db8::1", false},
    {"[2001:db8::1]:4711", "2001:db8::1", false},
    {" \t203.0.113.7 \t", "203.0.113.7", false},
    {"::ffff:203.0.113.7", "203.0.113.7", false},
    /* Read from the right; what stands left of the first hop that is not ours is only what that hop says. */
    {"198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7", false},
    {"198.51.100.1,203.0.113.7,10.0.0.2,10.0.0.3", "203.0.113.7", false},
    {"10.9.9.9, 203.0.113.7", "203.0.113.7", false},
    {"203.0.113.7, 2001:db8:aa::9", "203.0.113.7", false},
    /* Ours from end to end: there may be an earlier header, and if not, the first hop it is. */
    {"10.0.0.1, 10.0.0.2", "10.0.0.1", true},
    /* What is no address ends the walk: the last hop that could be read stays. */
    {"", "10.0.0.9", false},
    {" ", "10.0.0.9", false},
    {"unknown", "10.0.0.9", false},
    {"203.0.113.7,", "10.0.0.9", false},
    {"_hidden, 10.0.0.2", "10.0.0.2", false},
    {"203.0.113.7, , 10.0.0.2", "10.0.0.2", false},
    {"203.0.113.256", "10.0.0.9", false},
    {"203.0.113", "10.0.0.9", false},
    {"2001:db8::1::2", "10.0.0.9", false},
    {"for=203.0.113.7", "10.0.0.9", false},
    {"203.0.113.7 203.0.113.8", "10.0.0.9", false},
    {"203.0.113.7203.0.113.7203.0.113.7203.0.113.7203.0.113.7203.0.113.7", "10.0.0.9", false},
};

static void a_list_is_believed_as_far_as_its_writers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof forwarded_rows / sizeof forwarded_rows[0]; i++) {
		const struct forwarded_row *row = &forwarded_rows[i];
		struct address client = address("10.0.0.9"); /* the proxy that we talk to */
		char text[ADDRESS_TEXT_BYTES];
		bool goes_on = address_forwarded(&proxies, row->list, &client);
		address_text(&client, text);
		if (strcmp(text, row->client) != 0 || goes_on != row->goes_on)
			fail_msg("\"%s\": %s, %s", row->list, text, goes_on ? "goes on" : "ends");
	}
}

static void a_long_list_is_walked_in_place(void **state)
{
	(void)state;
	enum { HOPS = 10000, ENTRY_BYTES = sizeof "10.0.0.1," - 1 };
	static char list[HOPS * ENTRY_BYTES];
	for (size_t i = 0; i < HOPS; i++)
		memcpy(list + i * ENTRY_BYTES, "10.0.0.1,", ENTRY_BYTES);
	memcpy(list, "10.0.0.7", ENTRY_BYTES - 1);
	list[sizeof list - 1] = '\0';
	struct address client = address("10.0.0.9");
	const struct address first = address("10.0.0.7");
	assert_true(address_forwarded(&proxies, list, &client));
	assert_memory_equal(&client, &first, sizeof first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_address_and_its_text),
	    cmocka_unit_test(a_client_is_an_ipv4_address_or_an_ipv6_customer),
	    cmocka_unit_test(a_proxy_is_trusted_by_its_network),
	    cmocka_unit_test(a_list_is_believed_as_far_as_its_writers),
	    cmocka_unit_test(a_long_list_is_walked_in_place),
	};
	return cmocka_run_group_tests(tests, trust, NULL);
}
