/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thin layer over libcrypto: digest, randomness, constant-time compare, wipe.
 * Keeps no state. Certificates are read where they are used, not here.
 */
#include "base/crypto.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

bool crypto_sha256(const void *bytes, size_t length, unsigned char ret_digest[SHA256_BYTES])
{
	return EVP_Digest(bytes, length, ret_digest, NULL, EVP_sha256(), NULL) == 1;
}

void crypto_hex(const unsigned char *bytes, size_t length, char *ret_text)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < length; i++) {
		ret_text[2 * i] = digits[bytes[i] >> 4];
		ret_text[2 * i + 1] = digits[bytes[i] & 15];
	}
	ret_text[2 * length] = '\0';
}

bool crypto_random(void *ret_bytes, size_t length)
{
	return length <= INT_MAX && RAND_bytes(ret_bytes, (int)length) == 1;
}

bool crypto_equal(const void *a, const void *b, size_t length)
{
	return CRYPTO_memcmp(a, b, length) == 0;
}

void crypto_wipe(void *bytes, size_t length)
{
	OPENSSL_cleanse(bytes, length);
}
