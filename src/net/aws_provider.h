/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_AWS_PROVIDER_H
#define NET_AWS_PROVIDER_H
/*
 * One place that AWS keys can come from, and what such places have in common. A
 * provider that applies and fails is an error, never a reason to look further:
 * acting with another identity than the configured one is worse than not acting.
 */
#include <stdbool.h>
#include <stddef.h>

#include "net/aws_credentials.h"
#include "rootwatch/err.h"
#include "rootwatch/http_client.h"
#include "rootwatch/scope.h"
#include "rootwatch/strbuf.h"

/* The variables of the chain, copied when it was opened. NULL: unset or empty. */
struct aws_environment {
	char *access_key_id, *secret_access_key, *session_token;
	char *web_identity_token_file, *role_arn, *role_session_name, *region, *default_region, *endpoint_url_sts;
	char *shared_credentials_file, *config_file, *profile, *home;
	char *container_relative_uri, *container_full_uri, *container_token, *container_token_file;
	char *imds_disabled, *imds_endpoint;
};

struct aws_provider {
	const char *name; /* for messages */
	bool (*applies)(const struct aws_environment *environment);
	bool (*fetch)(const struct aws_environment *environment, struct http_client *http, struct aws_keys *ret_keys,
	              struct err *err);
};

extern const struct aws_provider aws_environment_provider;
extern const struct aws_provider aws_web_identity_provider;
extern const struct aws_provider aws_profile_provider;
extern const struct aws_provider aws_container_provider;
extern const struct aws_provider aws_imds_provider;

enum { AWS_FILE_LIMIT_BYTES = 256 * 1024 };

/* Copies one key or token; `what` names it in an error. NULL and "" are missing. */
bool aws_copy_key(char *place, size_t size, const char *value, const char *what, struct err *err);

/* All three at once; a NULL session_token is none. */
bool aws_copy_keys(struct aws_keys *keys, const char *access_key_id, const char *secret_access_key,
                   const char *session_token, struct err *err);

/* {"AccessKeyId", "SecretAccessKey", TOKEN_NAME, "Expiration"} */
bool aws_keys_from_json(const char *text, size_t length, const char *token_name, struct aws_keys *ret_keys,
                        struct err *err);

/* A whole small file. `text` needs its limit. *ret_errno tells a file that is not there (may be NULL). */
bool aws_read_file(const char *path, struct strbuf *text, int *ret_errno, struct err *err);

/* Performs a request that must be answered with 200. err has the host, the status and the first words. */
bool aws_fetch(struct http_client *http, const struct http_request *request, struct http_response *ret_response,
               struct err *err);

/* Scope for answers and files that hold keys: wiped, then freed. */
void aws_wipe_text(struct strbuf *text);
static inline void aws_text_scope(struct strbuf *text)
{
	aws_wipe_text(text);
}
static inline void aws_answer_scope(struct http_response *response)
{
	aws_wipe_text(&response->body);
}

#endif
