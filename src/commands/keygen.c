/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `rootwatch keygen`: a new API key, printed once and kept nowhere, and the line
 * for `server.api_keys`, which holds its SHA-256 alone.
 */
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "command.h"
#include "config/schema.h"

enum { KEY_BYTES = 32, KEY_TEXT_BYTES = (KEY_BYTES * 4 + 2) / 3 + 1 };

/* RFC 4648, section 5, without padding: fits a header, a shell and YAML as it is, and cannot be taken for its hash. */
static void base64url(const unsigned char bytes[KEY_BYTES], char ret_text[KEY_TEXT_BYTES])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned pending = 0;
	int bits = 0;
	for (size_t i = 0; i < KEY_BYTES; i++) {
		pending = pending << 8 | bytes[i];
		for (bits += 8; bits >= 6; bits -= 6)
			*ret_text++ = digits[pending >> (bits - 6) & 63];
	}
	if (bits > 0)
		*ret_text++ = digits[pending << (6 - bits) & 63];
	*ret_text = '\0';
}

/* What the configuration takes for the name of a key. */
static bool is_name(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
	return text[length] == '\0' && length > 0 && length <= NAME_MAX_BYTES;
}

static bool make(char ret_key[KEY_TEXT_BYTES], char ret_hash[SHA256_HEX_BYTES])
{
	unsigned char random[KEY_BYTES], digest[SHA256_BYTES];
	if (!crypto_random(random, sizeof random))
		return false;
	base64url(random, ret_key);
	crypto_wipe(random, sizeof random);
	if (!crypto_sha256(ret_key, strlen(ret_key), digest))
		return false;
	crypto_hex(digest, sizeof digest, ret_hash);
	return true;
}

static void explain(void)
{
	fputs("\nThe first line is the key, for the sender: it is shown this once and stored nowhere.\n"
	      "The second is for the configuration, under server.api_keys; it may post events. Add `role: read` for a key\n"
	      "that lists findings and reads metrics, or `role: admin` for one that may do everything.\n",
	      stderr);
}

int command_keygen(const struct command *command, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "key";
	char key[KEY_TEXT_BYTES], hash[SHA256_HEX_BYTES];
	if (argc > 2)
		return command_usage(command, "unexpected argument \"%s\"", argv[2]);
	if (name[0] == '-')
		return command_usage(command, "takes no options");
	if (!is_name(name))
		return command_usage(command, "a key's name must be %s", type_name.wanted);
	if (!make(key, hash)) {
		fputs("no random bytes can be had, or no SHA-256 computed\n", stderr);
		return EXIT_ENVIRONMENT;
	}
	bool shown = printf("%s\n- { name: \"%s\", sha256: \"%s\" }\n", key, name, hash) > 0 && fflush(stdout) == 0;
	crypto_wipe(key, sizeof key);
	if (!shown) {
		fprintf(stderr, "standard output: %m\n");
		return EXIT_ENVIRONMENT;
	}
	explain();
	return EXIT_FINE;
}
