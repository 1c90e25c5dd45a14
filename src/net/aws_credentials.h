/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_AWS_CREDENTIALS_H
#define NET_AWS_CREDENTIALS_H
/*
 * The credential chain that an AWS user expects, in the SDKs' order: environment,
 * web identity, shared file and profile (credential_process too), container
 * endpoint, IMDSv2. Cached, renewed before they expire. Any thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "rootwatch/err.h"
#include "rootwatch/http_client.h"

struct aws_credentials; /* the chain and its cache */

struct aws_keys {
	char access_key_id[128];
	char secret_access_key[256];
	char session_token[8192]; /* "" : none */
	int64_t expires_s;        /* UTC; 0: never */
};

void aws_keys_wipe(struct aws_keys *keys);
static inline void aws_keys_scope(struct aws_keys *keys)
{
	aws_keys_wipe(keys);
}

/* `http` performs the endpoint calls (unsigned, no proxy) and outlives the chain. */
struct aws_credentials *aws_credentials_open(const char *(*environment)(const char *name), struct http_client *http,
                                             struct err *err);

/* Copies the current keys, fetching when there are none, when they end within 5 minutes, or when `renew`. While old keys
 * are still good a failed fetch goes unnoticed, except by `renew`. One thread fetches; those who wait share the result. */
bool aws_credentials_get(struct aws_credentials *credentials, bool renew, struct aws_keys *ret_keys, struct err *err);
/* When keys should be replaced, given whether the last fetch brought them: 5 minutes before they end, but no sooner
 * than half a minute from now as long as they are good. Pure. */
int64_t aws_next_fetch_s(const struct aws_keys *keys, bool fresh, int64_t now_s);

void aws_credentials_close(struct aws_credentials *credentials); /* wipes; NULL is fine */

#endif
