/* SPDX-License-Identifier: Apache-2.0 */
/* Digest, hex, HMAC, Base64, compare, randomness, wipe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/crypto.h"
#include "rootwatch/scope.h"

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

/* RFC 4231, test cases 1, 2 and 6 (a key longer than a block). */
static void test_hmac_known_answers(void **state)
{
	(void)state;
	static const unsigned char long_key[131] = {[0 ... 130] = 0xaa};
	static const struct {
		const void *key;
		size_t key_length;
		const char *text, *hex;
	} rows[] = {
	    {"\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v\v", 20, "Hi There",
	     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
	    {"Jefe", 4, "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
	    {long_key, sizeof long_key, "Test Using Larger Than Block-Size Key - Hash Key First",
	     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned char code[HMAC_SHA256_BYTES];
		char hex[SHA256_HEX_BYTES];
		assert_true(crypto_hmac_sha256(rows[i].key, rows[i].key_length, rows[i].text, strlen(rows[i].text), code));
		crypto_hex(code, sizeof code, hex);
		assert_string_equal(hex, rows[i].hex);
	}
}

/* RFC 4648, 10, and every letter. */
static const char *const base64_rows[][2] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xef\xff", "++//"},
};

static void test_base64_goes_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof base64_rows / sizeof base64_rows[0]; i++) {
		const char *bytes = base64_rows[i][0], *text = base64_rows[i][1];
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(64);
		crypto_base64(bytes, strlen(bytes), &out);
		assert_string_equal(strbuf_text(&out), text);
		char back[8];
		size_t length = 99;
		assert_true(crypto_base64_read(text, sizeof back, back, &length));
		assert_int_equal(length, strlen(bytes));
		assert_memory_equal(back, bytes, length);
		assert_true(length == 0 || !crypto_base64_read(text, length - 1, back, &length));
	}
}

static void test_base64_of_another_kind_is_refused(void **state)
{
	(void)state;
	static const char *const rows[] = {"Z",     "Zg",   "Zg=",   "Zm9v=",  "Zm9vYg=", "====",     "=",   "Zg==Zg==",
	                                   "Zm9 v", "Zm-_", "Zm9v ", "\nZm9v", "Zm9v\n",  "Zm9vY===", "Z=g="};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char bytes[64];
		size_t length = 99;
		if (crypto_base64_read(rows[i], sizeof bytes, bytes, &length))
			fail_msg("%s", rows[i]);
		assert_int_equal(length, 99);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sha256_known_answers),       cmocka_unit_test(test_hex_of_nothing_and_of_every_digit),
	    cmocka_unit_test(test_equal_sees_every_byte),      cmocka_unit_test(test_random_differs),
	    cmocka_unit_test(test_wipe_leaves_zeros),          cmocka_unit_test(test_hmac_known_answers),
	    cmocka_unit_test(test_base64_goes_there_and_back), cmocka_unit_test(test_base64_of_another_kind_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
