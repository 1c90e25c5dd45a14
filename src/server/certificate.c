/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and checks a chain and its key with OpenSSL, whose messages name what is
 * wrong, and writes both anew as plain PEM, so that what serves them sees one form
 * only (no encrypted keys, no EC PARAMETERS, no text around). Decides nothing about
 * when to load, and never logs.
 */
#include "server/certificate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rootwatch/scope.h"
#include "rootwatch/strbuf.h"
#include "server/certificate_openssl.h"

/* A chain of sixteen certificates with huge SAN lists; keeps a wrong path (a device, a log) from being read in. */
enum { PEM_LIMIT_BYTES = 256 * 1024 };

bool certificate_fail(struct err *err, const char *doing)
{
	char reason[160] = "unknown reason";
	unsigned long code = ERR_peek_last_error();
	if (code)
		ERR_error_string_n(code, reason, sizeof reason);
	ERR_clear_error();
	return err_set(err, "%s: %s", doing, reason);
}

static int64_t seconds_of(const ASN1_TIME *time)
{
	struct tm utc;
	return ASN1_TIME_to_tm(time, &utc) == 1 ? (int64_t)timegm(&utc) : 0;
}

static void describe_address(const ASN1_OCTET_STRING *address, struct strbuf *out)
{
	char text[INET6_ADDRSTRLEN] = "";
	int length = ASN1_STRING_length(address);
	inet_ntop(length == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
	strbuf_puts(out, text);
}

static void describe_names(X509 *leaf, char ret_names[CERTIFICATE_NAMES_BYTES])
{
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(CERTIFICATE_NAMES_BYTES - 1);
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type != GEN_DNS && name->type != GEN_IPADD)
			continue;
		strbuf_puts(&out, out.length ? ", " : "");
		if (name->type == GEN_IPADD)
			describe_address(name->d.iPAddress, &out);
		else
			strbuf_add(&out, ASN1_STRING_get0_data(name->d.dNSName), (size_t)ASN1_STRING_length(name->d.dNSName));
	}
	GENERAL_NAMES_free(names);
	snprintf(ret_names, CERTIFICATE_NAMES_BYTES, "%s", strbuf_text(&out));
}

static void describe_key(EVP_PKEY *key, char ret_kind[CERTIFICATE_KEY_KIND_BYTES])
{
	char group[CERTIFICATE_KEY_KIND_BYTES - sizeof "ECDSA "] = "";
	if (!EVP_PKEY_is_a(key, "EC"))
		snprintf(ret_kind, CERTIFICATE_KEY_KIND_BYTES, "%.16s %d", EVP_PKEY_get0_type_name(key),
		         EVP_PKEY_get_bits(key));
	else if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1)
		snprintf(ret_kind, CERTIFICATE_KEY_KIND_BYTES, "ECDSA %s", strcmp(group, "prime256v1") ? group : "P-256");
}

/* The rest of `memory` as text; empty when out of memory. */
static char *text_of(BIO *memory)
{
	char *data = NULL;
	long length = BIO_get_mem_data(memory, &data);
	return length > 0 ? strndup(data, (size_t)length) : NULL;
}

static char *chain_text(STACK_OF(X509) * chain)
{
	SCOPED(bio) BIO *memory = BIO_new(BIO_s_mem());
	for (int i = 0; memory && i < sk_X509_num(chain); i++)
		if (PEM_write_bio_X509(memory, sk_X509_value(chain, i)) != 1)
			return NULL;
	return memory ? text_of(memory) : NULL;
}

static char *key_text(EVP_PKEY *key)
{
	SCOPED(bio) BIO *memory = BIO_new(BIO_s_secmem());
	if (!memory || PEM_write_bio_PKCS8PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL) != 1)
		return NULL;
	return text_of(memory);
}

bool certificate_describe(STACK_OF(X509) * chain, EVP_PKEY *key, struct certificate *ret_certificate, struct err *err)
{
	X509 *leaf = sk_X509_value(chain, 0);
	struct certificate certificate = {
	    .chain_pem = chain_text(chain),
	    .key_pem = key_text(key),
	    .not_before_s = seconds_of(X509_get0_notBefore(leaf)),
	    .not_after_s = seconds_of(X509_get0_notAfter(leaf)),
	};
	if (!certificate.chain_pem || !certificate.key_pem) {
		certificate_done(&certificate);
		return certificate_fail(err, "write the certificate in memory");
	}
	describe_names(leaf, certificate.names);
	describe_key(key, certificate.key_kind);
	*ret_certificate = certificate;
	return true;
}

/* ---- reading ---- */

/* A pass phrase can be asked of nobody: an encrypted key is an error. */
static int refuse_passphrase(char *buffer, int size, int writing, void *asked)
{
	(void)buffer, (void)size, (void)writing;
	*(bool *)asked = true;
	return -1;
}

static BIO *open_pem(const char *path, struct err *err)
{
	SCOPED(bio) BIO *file = BIO_new_file(path, "r");
	if (!file) {
		ERR_clear_error();
		err_set(err, "%s: %s", path, strerror(errno));
		return NULL;
	}
	SCOPED(bio) BIO *memory = BIO_new(BIO_s_secmem());
	char part[4096];
	size_t total = 0;
	for (int length; memory && (length = BIO_read(file, part, sizeof part)) > 0; total += (size_t)length)
		if (total > PEM_LIMIT_BYTES || BIO_write(memory, part, length) != length)
			break;
	OPENSSL_cleanse(part, sizeof part);
	if (!memory || total > PEM_LIMIT_BYTES) {
		err_set(err, "%s: larger than %d bytes", path, (int)PEM_LIMIT_BYTES);
		return NULL;
	}
	return steal(&memory);
}

static STACK_OF(X509) * read_chain(const char *path, struct err *err)
{
	SCOPED(bio) BIO *memory = open_pem(path, err);
	if (!memory)
		return NULL;
	SCOPED(x509_chain) STACK_OF(X509) *chain = sk_X509_new_null();
	for (X509 *certificate; chain && (certificate = PEM_read_bio_X509(memory, NULL, NULL, NULL));) {
		if (sk_X509_num(chain) < CERTIFICATE_CHAIN_MAX && sk_X509_push(chain, certificate) > 0)
			continue;
		X509_free(certificate);
		err_set(err, "%s: more than %d certificates", path, CERTIFICATE_CHAIN_MAX);
		return NULL;
	}
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		certificate_fail(err, path);
		return NULL;
	}
	ERR_clear_error();
	if (sk_X509_num(chain) < 1) {
		err_set(err, "%s: holds no PEM certificate", path);
		return NULL;
	}
	return steal(&chain);
}

static EVP_PKEY *read_key(const char *path, struct err *err)
{
	SCOPED(bio) BIO *memory = open_pem(path, err);
	if (!memory)
		return NULL;
	bool encrypted = false;
	EVP_PKEY *key = PEM_read_bio_PrivateKey(memory, NULL, refuse_passphrase, &encrypted);
	if (key)
		return key;
	int reason = ERR_GET_REASON(ERR_peek_last_error());
	if (encrypted)
		err_set(err, "%s: the private key is encrypted; it must be stored without a pass phrase", path);
	else if (reason == ERR_R_UNSUPPORTED || reason == PEM_R_NO_START_LINE) /* whichever way OpenSSL went last */
		err_set(err, "%s: holds no PEM private key that can be read", path);
	else
		certificate_fail(err, path);
	ERR_clear_error();
	return NULL;
}

bool certificate_load(const char *chain_path, const char *key_path, struct certificate *ret_certificate,
                      struct err *err)
{
	SCOPED(x509_chain) STACK_OF(X509) *chain = read_chain(chain_path, err);
	if (!chain)
		return false;
	SCOPED(evp_pkey) EVP_PKEY *key = read_key(key_path, err);
	if (!key)
		return false;
	if (X509_check_private_key(sk_X509_value(chain, 0), key) != 1) {
		ERR_clear_error();
		return err_set(err, "the private key in %s does not belong to the first certificate in %s", key_path,
		               chain_path);
	}
	return certificate_describe(chain, key, ret_certificate, err);
}

void certificate_done(struct certificate *certificate)
{
	if (certificate->key_pem)
		OPENSSL_cleanse(certificate->key_pem, strlen(certificate->key_pem));
	free(certificate->key_pem);
	free(certificate->chain_pem);
	*certificate = (struct certificate){0};
}
