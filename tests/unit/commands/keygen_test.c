/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/commands/keygen.c. That the key opens a service is tests/integration/test_commands.py's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "capture.h"

static void the_line_holds_the_keys_hash(void **state)
{
	(void)state;
	struct capture said;
	assert_int_equal(capture(command_keygen, (const char *const[]){"keygen", "soc.read-1", NULL}, &said), EXIT_FINE);
	size_t length = strcspn(said.out, "\n");
	assert_int_equal(length, 43); /* 32 bytes in base 64, no padding */
	assert_int_equal(strspn(said.out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), length);
	unsigned char digest[SHA256_BYTES];
	char hash[SHA256_HEX_BYTES], line[256];
	assert_true(crypto_sha256(said.out, length, digest));
	crypto_hex(digest, sizeof digest, hash);
	snprintf(line, sizeof line, "\n- { name: \"soc.read-1\", sha256: \"%s\" }\n", hash);
	assert_string_equal(said.out + length, line);
}

static void a_name_must_be_one_that_the_configuration_takes(void **state)
{
	(void)state;
	static const char *const wrong[] = {
	    "", "a b", "a\"b", "-x", "--name", "0123456789012345678901234567890123456789012345678901234567890123"};
	struct capture said;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_int_equal(capture(command_keygen, (const char *const[]){"keygen", wrong[i], NULL}, &said), EXIT_USAGE);
		assert_string_equal(said.out, "");
	}
	assert_int_equal(capture(command_keygen, (const char *const[]){"keygen", &wrong[5][1], NULL}, &said), EXIT_FINE);
	assert_int_equal(capture(command_keygen, (const char *const[]){"keygen", "a", "b", NULL}, &said), EXIT_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_line_holds_the_keys_hash),
	    cmocka_unit_test(a_name_must_be_one_that_the_configuration_takes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
