/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates made, written to files and read again; and files that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "rootwatch/scope.h"
#include "rootwatch/strbuf.h"
#include "server/certificate_openssl.h"

#define NOW_S INT64_C(1795492501) /* 2026-11-24 */

enum { DAY_S = 24 * 60 * 60, YEAR_DAYS = 365, PATH_BYTES = 64 };

static struct {
	char directory[48];
	char chain_path[PATH_BYTES], key_path[PATH_BYTES];
	struct certificate ours, other; /* both made here */
} stage;

static void write_file(const char *path, const char *first, const char *second)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "%s%s", first, second);
	assert_int_equal(fclose(file), 0);
}

static bool load(struct certificate *ret_certificate, struct err *err)
{
	return certificate_load(stage.chain_path, stage.key_path, ret_certificate, err);
}

/* With these files nothing is loaded, and the sentence names this file and this reason. */
static void assert_refused(const char *chain, const char *key, const char *path, const char *reason)
{
	struct certificate untouched = {.not_after_s = -1};
	struct err err = {0};
	write_file(stage.chain_path, chain, "");
	write_file(stage.key_path, key, "");
	assert_false(load(&untouched, &err));
	assert_int_equal(untouched.not_after_s, -1);
	if (!strstr(err.text, path) || !strstr(err.text, reason))
		fail_msg("\"%s\" does not name %s and \"%s\"", err.text, path, reason);
}

static int setup(void **state)
{
	(void)state;
	snprintf(stage.directory, sizeof stage.directory, "/tmp/rootwatch-test-XXXXXX");
	if (!mkdtemp(stage.directory))
		return -1;
	snprintf(stage.chain_path, sizeof stage.chain_path, "%s/tls.crt", stage.directory);
	snprintf(stage.key_path, sizeof stage.key_path, "%s/tls.key", stage.directory);
	return certificate_make(NOW_S, &stage.ours, NULL) && certificate_make(NOW_S, &stage.other, NULL) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	certificate_done(&stage.ours);
	certificate_done(&stage.other);
	unlink(stage.chain_path);
	unlink(stage.key_path);
	return rmdir(stage.directory);
}

/* ---- making ---- */

static void one_is_made_for_this_host_and_a_year(void **state)
{
	(void)state;
	static const char names[] = "localhost, 127.0.0.1, ::1";
	assert_memory_equal(stage.ours.names, names, sizeof names - 1);
	assert_string_equal(stage.ours.key_kind, "ECDSA P-256");
	assert_int_equal(stage.ours.not_before_s, NOW_S - DAY_S);
	assert_int_equal(stage.ours.not_after_s, NOW_S + YEAR_DAYS * (int64_t)DAY_S);
	assert_string_not_equal(stage.ours.key_pem, stage.other.key_pem);
	assert_string_not_equal(stage.ours.chain_pem, stage.other.chain_pem);
}

static X509 *read_leaf(const char *pem)
{
	SCOPED(bio) BIO *memory = BIO_new_mem_buf(pem, -1);
	X509 *leaf = PEM_read_bio_X509(memory, NULL, NULL, NULL);
	assert_non_null(leaf);
	return leaf;
}

static void the_one_made_verifies_as_its_own_authority(void **state)
{
	(void)state;
	X509 *leaf = read_leaf(stage.ours.chain_pem);
	assert_int_equal(X509_verify(leaf, X509_get0_pubkey(leaf)), 1);
	assert_int_equal(X509_check_host(leaf, "localhost", 0, 0, NULL), 1);
	assert_int_equal(X509_check_ip_asc(leaf, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(leaf, "::1", 0), 1);
	assert_int_equal(X509_check_host(leaf, "example.com", 0, 0, NULL), 0);
	assert_int_equal(X509_check_purpose(leaf, X509_PURPOSE_SSL_SERVER, 0), 1);
	assert_int_not_equal(X509_check_purpose(leaf, X509_PURPOSE_SSL_SERVER, 1), 0);
	X509_free(leaf);
}

/* ---- reading ---- */

static void what_was_written_is_read_again(void **state)
{
	(void)state;
	SCOPED(certificate) struct certificate loaded = {0};
	write_file(stage.chain_path, stage.ours.chain_pem, "");
	write_file(stage.key_path, stage.ours.key_pem, "");
	assert_true(load(&loaded, NULL));
	assert_string_equal(loaded.chain_pem, stage.ours.chain_pem);
	assert_string_equal(loaded.key_pem, stage.ours.key_pem);
	assert_string_equal(loaded.names, stage.ours.names);
	assert_int_equal(loaded.not_after_s, stage.ours.not_after_s);
}

static void both_may_stand_in_one_file_with_words_around(void **state)
{
	(void)state;
	SCOPED(certificate) struct certificate loaded = {0};
	SCOPED(text) char *bundle = NULL;
	assert_true(
	    asprintf(&bundle, "Our certificate:\n%s\nand its key:\n%s\n", stage.ours.chain_pem, stage.ours.key_pem) > 0);
	write_file(stage.chain_path, bundle, "");
	assert_true(certificate_load(stage.chain_path, stage.chain_path, &loaded, NULL));
	assert_string_equal(loaded.chain_pem, stage.ours.chain_pem);
	assert_string_equal(loaded.key_pem, stage.ours.key_pem);
}

static void a_chain_begins_with_the_leaf(void **state)
{
	(void)state;
	SCOPED(certificate) struct certificate loaded = {0};
	SCOPED(text) char *chain = NULL;
	assert_true(asprintf(&chain, "%s%s", stage.ours.chain_pem, stage.other.chain_pem) > 0);
	write_file(stage.chain_path, chain, "");
	write_file(stage.key_path, stage.ours.key_pem, "");
	assert_true(load(&loaded, NULL));
	assert_string_equal(loaded.chain_pem, chain);
	assert_refused(chain, stage.other.key_pem, stage.key_path, "does not belong to the first certificate");
}

static void an_expired_one_is_read_all_the_same(void **state)
{
	(void)state;
	SCOPED(certificate) struct certificate old = {0}, loaded = {0};
	assert_true(certificate_make(0, &old, NULL));
	write_file(stage.chain_path, old.chain_pem, "");
	write_file(stage.key_path, old.key_pem, "");
	assert_true(load(&loaded, NULL));
	assert_int_equal(loaded.not_after_s, YEAR_DAYS * (int64_t)DAY_S);
}

static EVP_PKEY *read_key(const char *pem)
{
	SCOPED(bio) BIO *memory = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(memory, NULL, NULL, NULL);
	assert_non_null(key);
	return key;
}

/* "EC PARAMETERS" and "EC PRIVATE KEY", as `openssl ecparam -genkey` writes them. */
static void keys_in_the_old_form_are_understood(void **state)
{
	(void)state;
	static const char parameters[] = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
	SCOPED(certificate) struct certificate loaded = {0};
	SCOPED(evp_pkey) EVP_PKEY *key = read_key(stage.ours.key_pem);
	SCOPED(bio) BIO *memory = BIO_new(BIO_s_mem());
	char *text = NULL;
	assert_int_equal(PEM_write_bio_PrivateKey_traditional(memory, key, NULL, NULL, 0, NULL, NULL), 1);
	BIO_write(memory, "", 1);
	BIO_get_mem_data(memory, &text);
	assert_non_null(strstr(text, "BEGIN EC PRIVATE KEY"));
	write_file(stage.chain_path, stage.ours.chain_pem, "");
	write_file(stage.key_path, parameters, text);
	assert_true(load(&loaded, NULL));
	assert_string_equal(loaded.key_pem, stage.ours.key_pem);
}

/* ---- describing ---- */

/* A certificate with these names, signed by its own key, as load() finds it. */
static void make_files(EVP_PKEY *key, const char *names)
{
	X509 *certificate = X509_new();
	X509_EXTENSION *extension = names ? X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names) : NULL;
	assert_true(!names || extension);
	assert_int_equal(X509_set_version(certificate, 2), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), DAY_S);
	assert_int_equal(X509_set_pubkey(certificate, key), 1);
	if (extension)
		assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	SCOPED(bio) BIO *chain = BIO_new_file(stage.chain_path, "w");
	SCOPED(bio) BIO *private = BIO_new_file(stage.key_path, "w");
	assert_int_equal(PEM_write_bio_X509(chain, certificate), 1);
	assert_int_equal(PEM_write_bio_PrivateKey(private, key, NULL, NULL, 0, NULL, NULL), 1);
	X509_EXTENSION_free(extension);
	X509_free(certificate);
}

static void kind_and_names_are_told(void **state)
{
	(void)state;
	SCOPED(evp_pkey) EVP_PKEY *rsa = EVP_RSA_gen(2048);
	SCOPED(evp_pkey) EVP_PKEY *p384 = EVP_EC_gen("P-384");
	SCOPED(certificate) struct certificate first = {0}, second = {0};
	make_files(rsa, "DNS:hooks.example.com,email:soc@example.com,DNS:*.example.com,IP:203.0.113.7,IP:2001:db8::1");
	assert_true(load(&first, NULL));
	assert_string_equal(first.key_kind, "RSA 2048");
	assert_string_equal(first.names, "hooks.example.com, *.example.com, 203.0.113.7, 2001:db8::1");
	make_files(p384, NULL);
	assert_true(load(&second, NULL));
	assert_string_equal(second.key_kind, "ECDSA secp384r1");
	assert_string_equal(second.names, "");
}

static void many_names_are_cut(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf names = STRBUF_INIT(64 * 1024);
	for (int i = 0; i < 100; i++)
		strbuf_printf(&names, "%sDNS:host-%d.example.com", i ? "," : "", i);
	SCOPED(evp_pkey) EVP_PKEY *key = EVP_EC_gen("P-256");
	SCOPED(certificate) struct certificate loaded = {0};
	make_files(key, strbuf_text(&names));
	assert_true(load(&loaded, NULL));
	assert_memory_equal(loaded.names, "host-0.example.com, host-1.example.com, ", 40);
	assert_in_range(strlen(loaded.names), CERTIFICATE_NAMES_BYTES - 24, CERTIFICATE_NAMES_BYTES - 1);
}

/* ---- refusing ---- */

static void what_is_no_certificate_is_refused(void **state)
{
	(void)state;
	const char *key = stage.ours.key_pem;
	SCOPED(text) char *torn = strdup(stage.ours.chain_pem);
	SCOPED(text) char *spoiled = strdup(stage.ours.chain_pem);
	torn[strlen(torn) / 2] = '\0';
	memset(strchr(spoiled, '\n') + 1, 'A', 16); /* good base64, but no certificate */
	assert_refused("", key, stage.chain_path, "holds no PEM certificate");
	assert_refused("hello\n", key, stage.chain_path, "holds no PEM certificate");
	assert_refused(key, key, stage.chain_path, "holds no PEM certificate");
	assert_refused(torn, key, stage.chain_path, "");
	assert_refused(spoiled, key, stage.chain_path, "");
}

static void what_is_no_key_is_refused(void **state)
{
	(void)state;
	const char *chain = stage.ours.chain_pem;
	SCOPED(evp_pkey) EVP_PKEY *key = read_key(stage.ours.key_pem);
	SCOPED(bio) BIO *memory = BIO_new(BIO_s_mem());
	char *encrypted = NULL;
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(memory, key, EVP_aes_256_cbc(), "secret", 6, NULL, NULL), 1);
	BIO_write(memory, "", 1);
	BIO_get_mem_data(memory, &encrypted);
	SCOPED(text) char *torn = strdup(stage.ours.key_pem);
	torn[strlen(torn) / 2] = '\0';
	assert_refused(chain, "", stage.key_path, "holds no PEM private key");
	assert_refused(chain, torn, stage.key_path, "holds no PEM private key");
	assert_refused(chain, chain, stage.key_path, "holds no PEM private key");
	assert_refused(chain, encrypted, stage.key_path, "the private key is encrypted");
	assert_refused(chain, stage.other.key_pem, stage.key_path, "does not belong to the first certificate");
}

static void files_that_cannot_be_read_are_refused(void **state)
{
	(void)state;
	struct certificate none;
	struct err err = {0};
	write_file(stage.chain_path, stage.ours.chain_pem, "");
	assert_false(certificate_load("/nonexistent/tls.crt", stage.key_path, &none, &err));
	assert_string_equal(err.text, "/nonexistent/tls.crt: No such file or directory");
	assert_false(certificate_load(stage.chain_path, "/nonexistent/tls.key", &none, &err));
	assert_string_equal(err.text, "/nonexistent/tls.key: No such file or directory");
	assert_false(certificate_load(stage.directory, stage.key_path, &none, &err));
	assert_non_null(strstr(err.text, stage.directory));
	assert_false(certificate_load("/dev/zero", stage.key_path, &none, &err));
	assert_non_null(strstr(err.text, "/dev/zero: larger than"));
}

static void a_chain_has_an_end(void **state)
{
	(void)state;
	SCOPED(certificate) struct certificate loaded = {0};
	SCOPED(strbuf) struct strbuf chain = STRBUF_INIT(64 * 1024);
	for (int i = 0; i < CERTIFICATE_CHAIN_MAX; i++)
		strbuf_puts(&chain, stage.ours.chain_pem);
	write_file(stage.chain_path, strbuf_text(&chain), "");
	write_file(stage.key_path, stage.ours.key_pem, "");
	assert_true(load(&loaded, NULL));
	strbuf_puts(&chain, stage.ours.chain_pem);
	assert_refused(strbuf_text(&chain), stage.ours.key_pem, stage.chain_path, "more than 16 certificates");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_is_made_for_this_host_and_a_year),
	    cmocka_unit_test(the_one_made_verifies_as_its_own_authority),
	    cmocka_unit_test(what_was_written_is_read_again),
	    cmocka_unit_test(both_may_stand_in_one_file_with_words_around),
	    cmocka_unit_test(a_chain_begins_with_the_leaf),
	    cmocka_unit_test(an_expired_one_is_read_all_the_same),
	    cmocka_unit_test(keys_in_the_old_form_are_understood),
	    cmocka_unit_test(kind_and_names_are_told),
	    cmocka_unit_test(many_names_are_cut),
	    cmocka_unit_test(what_is_no_certificate_is_refused),
	    cmocka_unit_test(what_is_no_key_is_refused),
	    cmocka_unit_test(files_that_cannot_be_read_are_refused),
	    cmocka_unit_test(a_chain_has_an_end),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
