/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CERTIFICATE_OPENSSL_H
#define SERVER_CERTIFICATE_OPENSSL_H
/* What reading (certificate.c) and making (certificate_make.c) share; for no one else. */
#include <openssl/x509.h>

#include "rootwatch/scope.h"
#include "server/certificate.h"

static inline void x509_chain_free(STACK_OF(X509) * chain)
{
	sk_X509_pop_free(chain, X509_free);
}

DEFINE_SCOPE(bio, BIO, BIO_free_all)
DEFINE_SCOPE(evp_pkey, EVP_PKEY, EVP_PKEY_free)
DEFINE_SCOPE(x509_chain, STACK_OF(X509), x509_chain_free)

/* "DOING: OpenSSL's last reason"; empties its queue. Returns false. */
bool certificate_fail(struct err *err, const char *doing);

/* Fills in a struct certificate from OpenSSL's objects, which stay the caller's. */
bool certificate_describe(STACK_OF(X509) * chain, EVP_PKEY *key, struct certificate *ret_certificate, struct err *err);

#endif
