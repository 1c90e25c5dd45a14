/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTH_H
#define AUTH_H
/*
 * Who is calling: the API key table, compared in constant time for every key.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/crypto.h"

enum role { ROLE_INGEST, ROLE_READ, ROLE_ADMIN };

struct api_key {
	const char *name;
	unsigned char sha256[SHA256_BYTES];
	enum role role;
};

/* The key whose value this is, NULL when none. Takes the same time whichever matches, and when none does. */
const struct api_key *auth_check(const struct api_key *keys, size_t count, const char *value, size_t length);

/* admin may do everything that read and ingest may. */
bool role_allows(enum role role, enum role needed);

const char *role_name(enum role role);
bool role_parse(const char *name, enum role *ret_role);

#endif
