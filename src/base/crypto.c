/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thin layer over libcrypto: digest, HMAC, Base64, randomness,
 * constant-time compare, wipe. Keeps no state. Certificates are read where they are used, not here.
 */
#include "base/crypto.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

enum { BASE64_GROUP_BYTES = 3, BASE64_GROUP_LETTERS = 4 };

bool crypto_sha256(const void *bytes, size_t length, unsigned char ret_digest[SHA256_BYTES])
{
	return EVP_Digest(bytes, length, ret_digest, NULL, EVP_sha256(), NULL) == 1;
}

bool crypto_hmac_sha256(const void *key, size_t key_length, const void *text, size_t length,
                        unsigned char ret_code[HMAC_SHA256_BYTES])
{
	return key_length <= INT_MAX && HMAC(EVP_sha256(), key, (int)key_length, text, length, ret_code, NULL) != NULL;
}

void crypto_base64(const void *bytes, size_t length, struct strbuf *out)
{
	const unsigned char *next = bytes;
	for (size_t done = 0; done < length; done += BASE64_GROUP_BYTES) {
		unsigned char group[BASE64_GROUP_LETTERS + 1];
		size_t left = length - done;
		EVP_EncodeBlock(group, next + done, left < BASE64_GROUP_BYTES ? (int)left : BASE64_GROUP_BYTES);
		strbuf_puts(out, (const char *)group);
	}
}

bool crypto_base64_read(const char *text, size_t limit, void *ret_bytes, size_t *ret_length)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t letters = strspn(text, alphabet), padding = strspn(text + letters, "=");
	size_t length = letters * BASE64_GROUP_BYTES / BASE64_GROUP_LETTERS;
	if (text[letters + padding] != '\0' || (letters + padding) % BASE64_GROUP_LETTERS != 0 || padding > 2 ||
	    length > limit)
		return false;
	for (size_t done = 0; done < length; done += BASE64_GROUP_BYTES) {
		unsigned char group[BASE64_GROUP_BYTES];
		size_t left = length - done;
		const unsigned char *next = (const unsigned char *)text + done / BASE64_GROUP_BYTES * BASE64_GROUP_LETTERS;
		EVP_DecodeBlock(group, next, BASE64_GROUP_LETTERS);
		memcpy((char *)ret_bytes + done, group, left < BASE64_GROUP_BYTES ? left : BASE64_GROUP_BYTES);
		crypto_wipe(group, sizeof group);
	}
	*ret_length = length;
	return true;
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
