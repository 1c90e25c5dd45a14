/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks API keys. The presented value is hashed once and compared with every key
 * of the table, so that time tells neither which matched nor how much of it. Knows
 * nothing of HTTP; never keeps a value.
 */
#include "auth.h"

#include <string.h>

static const char *const role_names[] = {
    [ROLE_INGEST] = "ingest",
    [ROLE_READ] = "read",
    [ROLE_ADMIN] = "admin",
};

enum { ROLE_COUNT = sizeof role_names / sizeof role_names[0] };

const struct api_key *auth_check(const struct api_key *keys, size_t count, const char *value, size_t length)
{
	unsigned char digest[SHA256_BYTES];
	if (!crypto_sha256(value, length, digest))
		return NULL;
	const struct api_key *match = NULL;
	for (size_t i = 0; i < count; i++)
		if (crypto_equal(keys[i].sha256, digest, sizeof digest))
			match = &keys[i];
	crypto_wipe(digest, sizeof digest);
	return match;
}

bool role_allows(enum role role, enum role needed)
{
	return role == needed || role == ROLE_ADMIN;
}

const char *role_name(enum role role)
{
	return role_names[role];
}

bool role_parse(const char *name, enum role *ret_role)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		if (strcmp(name, role_names[i]) == 0) {
			*ret_role = (enum role)i;
			return true;
		}
	}
	return false;
}
