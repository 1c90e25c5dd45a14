/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_CRYPTO_H
#define ROOTWATCH_CRYPTO_H
/* What a channel needs to sign what it sends: HMAC, and Base64 for keys and signatures. Pure; any thread. */
#include <stdbool.h>
#include <stddef.h>

#include "rootwatch/strbuf.h"

enum { HMAC_SHA256_BYTES = 32 };

/* RFC 2104. False only when the library fails. */
bool crypto_hmac_sha256(const void *key, size_t key_length, const void *text, size_t length,
                        unsigned char ret_code[HMAC_SHA256_BYTES]);

/* RFC 4648, 4: with padding, on one line. */
void crypto_base64(const void *bytes, size_t length, struct strbuf *out);

/* The bytes of exactly such a text, at most `limit` of them, into ret_bytes and ret_length. False for any other text. */
bool crypto_base64_read(const char *text, size_t limit, void *ret_bytes, size_t *ret_length);

/* Overwrites a secret so that no compiler leaves it out. */
void crypto_wipe(void *bytes, size_t length);

#endif
