/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_TLS_H
#define SERVER_TLS_H
/*
 * What the server presents in TLS handshakes, exchangeable while it runs. An
 * identity is a chain and its key; handshakes hold on to the one they showed.
 */
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

#include "rootwatch/err.h"

struct tls;
struct tls_identity;

/* TLS 1.2 and 1.3, forward secrecy and authenticated encryption only. */
extern const char tls_priorities[];

/* Paths NULL: a self-signed identity. */
struct tls *tls_open(const char *certificate_path, const char *key_path, struct err *err);
void tls_close(struct tls *tls); /* NULL is fine; every identity must have been released */

/* From these files from now on; on failure everything stays as it was. Any thread. */
bool tls_load(struct tls *tls, const char *certificate_path, const char *key_path, struct err *err);

/* Loads again when the files have changed, and logs what came of it. For one thread, about once a second. */
void tls_refresh(struct tls *tls);

int64_t tls_expires_s(struct tls *tls);

/* The identity of this moment, until released. Any thread. */
struct tls_identity *tls_hold(struct tls *tls);
void tls_release(struct tls_identity *identity); /* NULL is fine */

/* Gives GnuTLS its view of an identity, which must be held until the session ends. */
void tls_present(struct tls_identity *identity, gnutls_pcert_st **ret_chain, unsigned *ret_length,
                 gnutls_privkey_t *ret_key);

/* Makes a new session resumable by tickets, the cheap way back for a peer that closes after each request. */
void tls_enable_tickets(struct tls *tls, gnutls_session_t session);

#endif
