/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H
/* What we need of OpenSSL's libcrypto, apart from certificates and what notifiers may use, too. Any thread. */
#include <stdbool.h>
#include <stddef.h>

#include "rootwatch/crypto.h"

enum { SHA256_BYTES = 32, SHA256_HEX_BYTES = 65 };

bool crypto_sha256(const void *bytes, size_t length, unsigned char ret_digest[SHA256_BYTES]);
void crypto_hex(const unsigned char *bytes, size_t length, char *ret_text); /* 2 * length + 1 characters */
bool crypto_random(void *ret_bytes, size_t length);
bool crypto_equal(const void *a, const void *b, size_t length); /* constant time */

#endif
