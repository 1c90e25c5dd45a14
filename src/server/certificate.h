/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CERTIFICATE_H
#define SERVER_CERTIFICATE_H
/*
 * A certificate chain with its private key: read from files and checked, or made
 * here. For the server and for `rootwatch check`. Any thread; no state.
 */
#include <stdbool.h>
#include <stdint.h>

#include "rootwatch/err.h"

enum { CERTIFICATE_CHAIN_MAX = 16, CERTIFICATE_NAMES_BYTES = 512, CERTIFICATE_KEY_KIND_BYTES = 32 };

struct certificate {
	char *chain_pem; /* the leaf first */
	char *key_pem;   /* PKCS #8; wiped when freed */
	int64_t not_before_s, not_after_s;
	char names[CERTIFICATE_NAMES_BYTES];       /* what it is valid for: "localhost, 127.0.0.1"; cut when too long */
	char key_kind[CERTIFICATE_KEY_KIND_BYTES]; /* "ECDSA P-256", "RSA 2048" */
};

/* Both in PEM, the chain with the leaf first. Fails unless the key belongs to the leaf. An expired certificate is read all the
 * same: the caller looks at not_after_s. The caller owns the result. */
bool certificate_load(const char *chain_path, const char *key_path, struct certificate *ret_certificate,
                      struct err *err);

/* A self-signed ECDSA P-256 one for localhost, 127.0.0.1, ::1 and this host's name, valid for a year from `now_s`. */
bool certificate_make(int64_t now_s, struct certificate *ret_certificate, struct err *err);

void certificate_done(struct certificate *certificate);
static inline void certificate_scope(struct certificate *certificate)
{
	certificate_done(certificate);
}

#endif
