/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the self-signed certificate that a server without a configured one starts
 * with: good for a first try and for tests, not for EventBridge, which wants a
 * publicly trusted one.
 */
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <unistd.h>

#include "server/certificate.h"
#include "server/certificate_openssl.h"

enum {
	VALID_DAYS = 365,
	BACKDATED_S = 24 * 60 * 60, /* a client's clock may be behind */
	SERIAL_BITS = 159,          /* at most 20 octets, positive: RFC 5280 section 4.1.2.2 */
	HOST_NAME_BYTES = 64 + 1,   /* Linux's HOST_NAME_MAX, and the longest common name (RFC 5280 ub-common-name) */
};

static bool set_serial(X509 *certificate)
{
	BIGNUM *serial = BN_new();
	bool ok = serial && BN_rand(serial, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
	          BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate));
	BN_free(serial);
	return ok;
}

static bool set_name(X509 *certificate)
{
	X509_NAME *name = X509_get_subject_name(certificate);
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"rootwatch self-signed", -1, -1,
	                                  0) == 1 &&
	       X509_set_issuer_name(certificate, name) == 1;
}

static bool add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	bool ok = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

/* Host names go into OpenSSL's little language of extensions: only what cannot mean something else there. */
static bool is_plain_host_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	return *name && strspn(name, allowed) == strlen(name);
}

static bool add_extensions(X509 *certificate)
{
	char host[HOST_NAME_BYTES] = "";
	char names[sizeof "DNS:localhost,IP:127.0.0.1,IP:::1,DNS:" + HOST_NAME_BYTES];
	bool named = gethostname(host, sizeof host - 1) == 0 && is_plain_host_name(host) && strcmp(host, "localhost") != 0;
	snprintf(names, sizeof names, "DNS:localhost,IP:127.0.0.1,IP:::1%s%s", named ? ",DNS:" : "", named ? host : "");
	/* A client that is to trust this certificate itself wants it to be an authority. */
	return add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	       add_extension(certificate, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
	       add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
	       add_extension(certificate, NID_subject_alt_name, names) &&
	       add_extension(certificate, NID_subject_key_identifier, "hash");
}

static bool fill_in(X509 *certificate, EVP_PKEY *key, int64_t now_s)
{
	enum { VERSION_3 = 2 };
	time_t now = (time_t)now_s;
	return X509_set_version(certificate, VERSION_3) == 1 && set_serial(certificate) && set_name(certificate) &&
	       X509_time_adj_ex(X509_getm_notBefore(certificate), 0, -(long)BACKDATED_S, &now) &&
	       X509_time_adj_ex(X509_getm_notAfter(certificate), VALID_DAYS, 0, &now) &&
	       X509_set_pubkey(certificate, key) == 1 && add_extensions(certificate) &&
	       X509_sign(certificate, key, EVP_sha256()) > 0;
}

bool certificate_make(int64_t now_s, struct certificate *ret_certificate, struct err *err)
{
	SCOPED(evp_pkey) EVP_PKEY *key = EVP_EC_gen("P-256");
	SCOPED(x509_chain) STACK_OF(X509) *chain = sk_X509_new_null();
	X509 *certificate = X509_new();
	if (!key || !chain || !certificate || sk_X509_push(chain, certificate) <= 0) {
		X509_free(certificate);
		return certificate_fail(err, "make a certificate");
	}
	if (!fill_in(certificate, key, now_s))
		return certificate_fail(err, "make a certificate");
	return certificate_describe(chain, key, ret_certificate, err);
}
