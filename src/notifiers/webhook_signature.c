/* SPDX-License-Identifier: Apache-2.0 */
/* What proves to a receiver that a webhook is ours, untouched and fresh: HMAC-SHA256 over id, timestamp and body. */
#include "webhook_signature.h"

#include <string.h>

#include "rootwatch/crypto.h"
#include "rootwatch/scope.h"

enum { FRAME_BYTES = 256 }; /* id and timestamp, with room */

static const char prefix[] = "whsec_";

bool webhook_key_read(const char *secret, struct webhook_key *ret_key)
{
	struct webhook_key key;
	bool good = strncmp(secret, prefix, sizeof prefix - 1) == 0 &&
	            crypto_base64_read(secret + sizeof prefix - 1, sizeof key.bytes, key.bytes, &key.length) &&
	            key.length >= WEBHOOK_KEY_MIN_BYTES;
	if (good)
		*ret_key = key;
	crypto_wipe(&key, sizeof key);
	return good;
}

bool webhook_sign(const struct webhook_key *keys, size_t count, const char *id, const char *timestamp, const char *body,
                  struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf content = STRBUF_INIT(FRAME_BYTES + strlen(body));
	strbuf_printf(&content, "%s.%s.", id, timestamp);
	strbuf_puts(&content, body);
	for (size_t i = 0; i < count; i++) {
		unsigned char code[HMAC_SHA256_BYTES];
		if (!crypto_hmac_sha256(keys[i].bytes, keys[i].length, strbuf_text(&content), content.length, code))
			return false;
		strbuf_puts(out, i > 0 ? " v1," : "v1,");
		crypto_base64(code, sizeof code, out);
	}
	return !content.overflowed && !out->overflowed;
}
