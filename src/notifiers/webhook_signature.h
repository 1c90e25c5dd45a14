/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTIFIERS_WEBHOOK_SIGNATURE_H
#define NOTIFIERS_WEBHOOK_SIGNATURE_H
/*
 * Keys and signatures as Standard Webhooks has them. Pure.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
#include <stdbool.h>
#include <stddef.h>

#include "rootwatch/strbuf.h"

enum {
	WEBHOOK_KEY_MIN_BYTES = 24, /* "between 24 bytes and 64 bytes" */
	WEBHOOK_KEY_MAX_BYTES = 64,
	WEBHOOK_KEYS_MAX = 4,
	WEBHOOK_SIGNATURES_BYTES = WEBHOOK_KEYS_MAX * 48, /* "v1,", 44 of Base64, a blank */
};

struct webhook_key {
	unsigned char bytes[WEBHOOK_KEY_MAX_BYTES];
	size_t length;
};

/* From "whsec_BASE64"; false for anything else, and for a key that is too short or too long. */
bool webhook_key_read(const char *secret, struct webhook_key *ret_key);

/* The value of webhook-signature: a signature by each key. False when memory, or the library, failed. */
bool webhook_sign(const struct webhook_key *keys, size_t count, const char *id, const char *timestamp, const char *body,
                  struct strbuf *out);

#endif
