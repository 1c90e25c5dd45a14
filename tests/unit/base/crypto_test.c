/* SPDX-License-Identifier: Apache-2.0 */
/* Digest, hex, compare, randomness, wipe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/crypto.h"

/* FIPS 180-2, appendix B, and the empty message. */
static void test_sha256_known_answers(void **state)
{
	(void)state;
	static const struct {
		const char *text, *hex;
	} rows[] = {
	    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned char digest[SHA256_BYTES];
		char hex[SHA256_HEX_BYTES];
		assert_true(crypto_sha256(rows[i].text, strlen(rows[i].text), digest));
		crypto_hex(digest, sizeof digest, hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

static void test_hex_of_nothing_and_of_every_digit(void **state)
{
	(void)state;
	char text[17] = "x";
	crypto_hex((const unsigned char *)"", 0, text);
	assert_string_equal(text, "");
	crypto_hex((const unsigned char *)"\x01\x23\x45\x67\x89\xab\xcd\xef", 8, text);
	assert_string_equal(text, "0123456789abcdef");
}

static void test_equal_sees_every_byte(void **state)
{
	(void)state;
	char a[32] = {0}, b[32] = {0};
	assert_true(crypto_equal(a, b, sizeof a));
	for (size_t i = 0; i < sizeof b; i++) {
		b[i] = 1;
		assert_false(crypto_equal(a, b, sizeof a));
		b[i] = 0;
	}
	assert_true(crypto_equal("a", "b", 0));
}

static void test_random_differs(void **state)
{
	(void)state;
	unsigned char a[32] = {0}, b[32] = {0};
	assert_true(crypto_random(a, sizeof a));
	assert_true(crypto_random(b, sizeof b));
	assert_memory_not_equal(a, b, sizeof a);
}

static void test_wipe_leaves_zeros(void **state)
{
	(void)state;
	char secret[] = "secret!";
	static const char zeros[sizeof secret];
	crypto_wipe(secret, sizeof secret);
	assert_memory_equal(secret, zeros, sizeof secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sha256_known_answers),  cmocka_unit_test(test_hex_of_nothing_and_of_every_digit),
	    cmocka_unit_test(test_equal_sees_every_byte), cmocka_unit_test(test_random_differs),
	    cmocka_unit_test(test_wipe_leaves_zeros),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
