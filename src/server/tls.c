/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GnuTLS's side of the certificate: identities that are counted, replaced whole and
 * freed with the last session that showed them, and the watch over their files.
 */
#include "server/tls.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "rootwatch/scope.h"
#include "server/certificate.h"

enum {
	/* Time stamps of files are coarse, and two files are not replaced in one moment: for so long after the last change
	 * the files are read at every look, and a mismatch is not worth a word. */
	SETTLED_AFTER_S = 2,
};

const char tls_priorities[] =
    "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:+AEAD:+AES-256-GCM:+AES-128-GCM:+CHACHA20-POLY1305:"
    "+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:+CTYPE-X509:+COMP-NULL:"
    "%SERVER_PRECEDENCE";

struct tls_identity {
	atomic_int users;
	gnutls_pcert_st chain[CERTIFICATE_CHAIN_MAX];
	unsigned length;
	gnutls_privkey_t key;
	struct certificate certificate;
};

/* Enough of stat() to see that a file, or what a symbolic link points to, is another one. */
struct fingerprint {
	struct timespec modified;
	ino_t inode;
	off_t size;
};

struct tls {
	pthread_mutex_t lock; /* guards what follows */
	struct tls_identity *current;
	char *certificate_path, *key_path; /* NULL: self-signed */
	struct fingerprint seen[2];
	bool settled;      /* `seen` is old enough to be relied on */
	struct err failed; /* the last failure that was logged */
	gnutls_datum_t ticket_key;
};

/* ---- identities ---- */

static void identity_free(struct tls_identity *identity)
{
	for (unsigned i = 0; i < identity->length; i++)
		gnutls_pcert_deinit(&identity->chain[i]);
	if (identity->key)
		gnutls_privkey_deinit(identity->key);
	certificate_done(&identity->certificate);
	free(identity);
}
DEFINE_SCOPE(identity, struct tls_identity, identity_free)

static gnutls_datum_t datum(char *text)
{
	return (gnutls_datum_t){.data = (unsigned char *)text, .size = (unsigned)strlen(text)};
}

/* Takes the certificate over, also on failure. */
static struct tls_identity *identity_new(struct certificate *certificate, struct err *err)
{
	SCOPED(identity) struct tls_identity *identity = calloc(1, sizeof *identity);
	if (!identity) {
		certificate_done(certificate);
		err_set(err, "out of memory");
		return NULL;
	}
	atomic_init(&identity->users, 1);
	identity->certificate = *certificate;
	gnutls_datum_t chain = datum(certificate->chain_pem), key = datum(certificate->key_pem);
	unsigned length = CERTIFICATE_CHAIN_MAX;
	int status = gnutls_pcert_list_import_x509_raw(identity->chain, &length, &chain, GNUTLS_X509_FMT_PEM, 0);
	if (status == GNUTLS_E_SUCCESS) {
		identity->length = length;
		status = gnutls_privkey_init(&identity->key);
	}
	if (status == GNUTLS_E_SUCCESS)
		status = gnutls_privkey_import_x509_raw(identity->key, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (status == GNUTLS_E_SUCCESS)
		return steal(&identity);
	err_set(err, "GnuTLS cannot use the certificate: %s", gnutls_strerror(status));
	return NULL;
}

struct tls_identity *tls_hold(struct tls *tls)
{
	pthread_mutex_lock(&tls->lock);
	struct tls_identity *identity = tls->current;
	atomic_fetch_add(&identity->users, 1);
	pthread_mutex_unlock(&tls->lock);
	return identity;
}

void tls_release(struct tls_identity *identity)
{
	if (identity && atomic_fetch_sub(&identity->users, 1) == 1)
		identity_free(identity);
}

void tls_present(struct tls_identity *identity, gnutls_pcert_st **ret_chain, unsigned *ret_length,
                 gnutls_privkey_t *ret_key)
{
	*ret_chain = identity->chain;
	*ret_length = identity->length;
	*ret_key = identity->key;
}

static void adopt(struct tls *tls, struct tls_identity *identity)
{
	pthread_mutex_lock(&tls->lock);
	struct tls_identity *old = tls->current;
	tls->current = identity;
	pthread_mutex_unlock(&tls->lock);
	tls_release(old);
}

int64_t tls_expires_s(struct tls *tls)
{
	pthread_mutex_lock(&tls->lock);
	int64_t expires_s = tls->current->certificate.not_after_s;
	pthread_mutex_unlock(&tls->lock);
	return expires_s;
}

/* ---- files ---- */

static bool read_identity(const char *certificate_path, const char *key_path, struct tls_identity **ret_identity,
                          struct err *err)
{
	struct certificate certificate;
	if (!certificate_load(certificate_path, key_path, &certificate, err))
		return false;
	*ret_identity = identity_new(&certificate, err);
	return *ret_identity != NULL;
}

bool tls_load(struct tls *tls, const char *certificate_path, const char *key_path, struct err *err)
{
	SCOPED(text) char *certificate_copy = strdup(certificate_path);
	SCOPED(text) char *key_copy = strdup(key_path);
	if (!certificate_copy || !key_copy)
		return err_set(err, "out of memory");
	struct tls_identity *identity;
	if (!read_identity(certificate_path, key_path, &identity, err))
		return false;
	adopt(tls, identity);
	pthread_mutex_lock(&tls->lock);
	free(tls->certificate_path);
	free(tls->key_path);
	tls->certificate_path = steal(&certificate_copy);
	tls->key_path = steal(&key_copy);
	tls->settled = false;
	pthread_mutex_unlock(&tls->lock);
	return true;
}

/* A file that cannot be looked at has a fingerprint too: all zero. */
static struct fingerprint fingerprint(const char *path)
{
	struct stat status;
	if (stat(path, &status) != 0)
		return (struct fingerprint){0};
	return (struct fingerprint){.modified = status.st_mtim, .inode = status.st_ino, .size = status.st_size};
}

static bool same_fingerprint(const struct fingerprint *a, const struct fingerprint *b)
{
	return a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec &&
	       a->inode == b->inode && a->size == b->size;
}

/* Notes what the files look like; whether they must be read. Under the lock. */
static bool files_changed(struct tls *tls, bool *ret_settled)
{
	struct fingerprint now[2] = {fingerprint(tls->certificate_path), fingerprint(tls->key_path)};
	bool same = same_fingerprint(&now[0], &tls->seen[0]) && same_fingerprint(&now[1], &tls->seen[1]);
	if (same && tls->settled)
		return false;
	int64_t newest_s =
	    now[0].modified.tv_sec > now[1].modified.tv_sec ? now[0].modified.tv_sec : now[1].modified.tv_sec;
	tls->seen[0] = now[0];
	tls->seen[1] = now[1];
	tls->settled = same && clock_wall_s() - newest_s > SETTLED_AFTER_S;
	*ret_settled = tls->settled;
	return true;
}

static void log_loaded(const struct certificate *certificate)
{
	char expires[CLOCK_UTC_BYTES];
	clock_format_utc(certificate->not_after_s, expires);
	log_write(LOG_CERTIFICATE_LOADED, "names", certificate->names, "key", certificate->key_kind, "not_after", expires,
	          NULL);
}

static void log_refused(struct tls *tls, const struct err *err)
{
	if (strcmp(tls->failed.text, err->text) != 0)
		log_write(LOG_CERTIFICATE_REFUSED, "detail", err->text, NULL);
	tls->failed = *err;
}

static bool is_current(struct tls *tls, const struct tls_identity *identity)
{
	pthread_mutex_lock(&tls->lock);
	const struct certificate *current = &tls->current->certificate;
	bool same = strcmp(current->chain_pem, identity->certificate.chain_pem) == 0 &&
	            strcmp(current->key_pem, identity->certificate.key_pem) == 0;
	pthread_mutex_unlock(&tls->lock);
	return same;
}

void tls_refresh(struct tls *tls)
{
	bool settled = false;
	pthread_mutex_lock(&tls->lock);
	bool changed = tls->certificate_path && files_changed(tls, &settled);
	SCOPED(text) char *certificate_path = changed ? strdup(tls->certificate_path) : NULL;
	SCOPED(text) char *key_path = changed ? strdup(tls->key_path) : NULL;
	pthread_mutex_unlock(&tls->lock);
	if (!certificate_path || !key_path)
		return;
	struct tls_identity *identity;
	struct err err = {0};
	if (!read_identity(certificate_path, key_path, &identity, &err)) {
		if (settled)
			log_refused(tls, &err);
		return;
	}
	tls->failed.text[0] = '\0';
	if (is_current(tls, identity)) {
		tls_release(identity);
		return;
	}
	log_loaded(&identity->certificate);
	adopt(tls, identity);
}

/* ---- sessions ---- */

void tls_enable_tickets(struct tls *tls, gnutls_session_t session)
{
	/* Without tickets every peer makes a whole handshake: slower, not wrong. */
	(void)gnutls_session_ticket_enable_server(session, &tls->ticket_key);
}

/* ---- life ---- */

static bool make_identity(struct tls *tls, struct err *err)
{
	struct certificate certificate;
	if (!certificate_make(clock_wall_s(), &certificate, err))
		return false;
	tls->current = identity_new(&certificate, err);
	return tls->current != NULL;
}

struct tls *tls_open(const char *certificate_path, const char *key_path, struct err *err)
{
	struct tls *tls = calloc(1, sizeof *tls);
	if (!tls) {
		err_set(err, "out of memory");
		return NULL;
	}
	pthread_mutex_init(&tls->lock, NULL);
	bool ok = certificate_path ? tls_load(tls, certificate_path, key_path, err) : make_identity(tls, err);
	if (ok && gnutls_session_ticket_key_generate(&tls->ticket_key) != GNUTLS_E_SUCCESS)
		ok = err_set(err, "GnuTLS has no random bytes for a ticket key");
	if (ok) {
		log_loaded(&tls->current->certificate);
		return tls;
	}
	tls_close(tls);
	return NULL;
}

void tls_close(struct tls *tls)
{
	if (!tls)
		return;
	tls_release(tls->current);
	free(tls->certificate_path);
	free(tls->key_path);
	if (tls->ticket_key.data) {
		gnutls_memset(tls->ticket_key.data, 0, tls->ticket_key.size);
		gnutls_free(tls->ticket_key.data);
	}
	pthread_mutex_destroy(&tls->lock);
	free(tls);
}
