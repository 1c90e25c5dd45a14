/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain of credential providers and the cache in front of it. How each
 * source works is its own file's; this one decides which is asked, and when.
 */
#include "net/aws_credentials.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "net/aws_provider.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum {
	RENEW_BEFORE_S = 5 * 60,
	/* Between two fetches while the keys in hand are still good: a source in trouble is not hammered. */
	FETCH_PAUSE_S = 30,
	UNCONFIGURED_BYTES = 128,
};

/* In the SDKs' order. Only the last one may be tried without having been asked for. */
static const struct aws_provider *const providers[] = {
    &aws_environment_provider, &aws_web_identity_provider, &aws_profile_provider,
    &aws_container_provider,   &aws_imds_provider,
};

static const struct variable {
	const char *name;
	size_t offset;
} variables[] = {
    {"AWS_ACCESS_KEY_ID", offsetof(struct aws_environment, access_key_id)},
    {"AWS_SECRET_ACCESS_KEY", offsetof(struct aws_environment, secret_access_key)},
    {"AWS_SESSION_TOKEN", offsetof(struct aws_environment, session_token)},
    {"AWS_WEB_IDENTITY_TOKEN_FILE", offsetof(struct aws_environment, web_identity_token_file)},
    {"AWS_ROLE_ARN", offsetof(struct aws_environment, role_arn)},
    {"AWS_ROLE_SESSION_NAME", offsetof(struct aws_environment, role_session_name)},
    {"AWS_REGION", offsetof(struct aws_environment, region)},
    {"AWS_DEFAULT_REGION", offsetof(struct aws_environment, default_region)},
    {"AWS_ENDPOINT_URL_STS", offsetof(struct aws_environment, endpoint_url_sts)},
    {"AWS_SHARED_CREDENTIALS_FILE", offsetof(struct aws_environment, shared_credentials_file)},
    {"AWS_CONFIG_FILE", offsetof(struct aws_environment, config_file)},
    {"AWS_PROFILE", offsetof(struct aws_environment, profile)},
    {"HOME", offsetof(struct aws_environment, home)},
    {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", offsetof(struct aws_environment, container_relative_uri)},
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI", offsetof(struct aws_environment, container_full_uri)},
    {"AWS_CONTAINER_AUTHORIZATION_TOKEN", offsetof(struct aws_environment, container_token)},
    {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", offsetof(struct aws_environment, container_token_file)},
    {"AWS_EC2_METADATA_DISABLED", offsetof(struct aws_environment, imds_disabled)},
    {"AWS_EC2_METADATA_SERVICE_ENDPOINT", offsetof(struct aws_environment, imds_endpoint)},
};
_Static_assert(LENGTH(variables) * sizeof(char *) == sizeof(struct aws_environment), "a field without a variable");

struct aws_credentials {
	struct aws_environment environment;
	struct http_client *http;
	pthread_mutex_t lock; /* held while fetching, so that one fetches and the others wait */
	atomic_uint fetches;  /* finished ones */
	struct aws_keys keys; /* no access_key_id: none yet */
	int64_t fetch_at_s;   /* the keys in hand serve until then */
	bool failed;          /* the last fetch */
	struct err failure;
};

static char **variable_place(struct aws_environment *environment, const struct variable *variable)
{
	return (char **)(void *)((char *)environment + variable->offset);
}

static bool copy_environment(struct aws_environment *environment, const char *(*look_up)(const char *name))
{
	for (size_t i = 0; i < LENGTH(variables); i++) {
		const char *value = look_up(variables[i].name);
		if (!value || value[0] == '\0')
			continue;
		char *copy = strdup(value);
		if (!copy)
			return false;
		*variable_place(environment, &variables[i]) = copy;
	}
	return true;
}

void aws_keys_wipe(struct aws_keys *keys)
{
	crypto_wipe(keys, sizeof *keys);
}

struct aws_credentials *aws_credentials_open(const char *(*environment)(const char *name), struct http_client *http,
                                             struct err *err)
{
	struct aws_credentials *credentials = calloc(1, sizeof *credentials);
	if (!credentials || !copy_environment(&credentials->environment, environment)) {
		aws_credentials_close(credentials);
		err_set(err, "out of memory");
		return NULL;
	}
	credentials->http = http;
	pthread_mutex_init(&credentials->lock, NULL);
	return credentials;
}

void aws_credentials_close(struct aws_credentials *credentials)
{
	if (!credentials)
		return;
	for (size_t i = 0; i < LENGTH(variables); i++) {
		char *value = *variable_place(&credentials->environment, &variables[i]);
		if (value)
			crypto_wipe(value, strlen(value));
		free(value);
	}
	aws_keys_wipe(&credentials->keys);
	pthread_mutex_destroy(&credentials->lock);
	free(credentials);
}

/* A source that was configured and fails stands alone; the last one was only tried for want of another. */
static bool explain(const struct aws_provider *provider, const char *unconfigured, struct err *err)
{
	err_prefix(err, "%s", provider->name);
	if (provider != &aws_imds_provider)
		return err_prefix(err, "AWS credentials");
	struct err why = *err;
	return err_set(err, "no AWS credentials: %s; not configured: %s", why.text, unconfigured);
}

/* The first provider that applies decides. */
static bool ask_providers(struct aws_credentials *credentials, struct aws_keys *ret_keys, struct err *err)
{
	SCOPED(strbuf) struct strbuf unconfigured = STRBUF_INIT(UNCONFIGURED_BYTES);
	for (size_t i = 0; i < LENGTH(providers); i++) {
		const struct aws_provider *provider = providers[i];
		if (!provider->applies(&credentials->environment))
			strbuf_printf(&unconfigured, "%s%s", i > 0 ? ", " : "", provider->name);
		else
			return provider->fetch(&credentials->environment, credentials->http, ret_keys, err) ||
			       explain(provider, strbuf_text(&unconfigured), err);
	}
	return err_set(err, "no AWS credentials: not configured: %s", strbuf_text(&unconfigured));
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t aws_next_fetch_s(const struct aws_keys *keys, bool fresh, int64_t now_s)
{
	if (keys->access_key_id[0] == '\0')
		return now_s;
	int64_t end_s = keys->expires_s == 0 ? INT64_MAX : keys->expires_s;
	int64_t paused_s = earlier(now_s + FETCH_PAUSE_S, end_s);
	int64_t planned_s = end_s == INT64_MAX ? INT64_MAX : end_s - RENEW_BEFORE_S;
	return fresh && planned_s > paused_s ? planned_s : paused_s;
}

static void fetch(struct aws_credentials *credentials)
{
	SCOPED(aws_keys) struct aws_keys keys = {0};
	credentials->failed = !ask_providers(credentials, &keys, &credentials->failure);
	if (!credentials->failed)
		credentials->keys = keys;
	credentials->fetch_at_s = aws_next_fetch_s(&credentials->keys, !credentials->failed, clock_wall_s());
	atomic_fetch_add(&credentials->fetches, 1);
}

/* Keys that came expired are used all the same: metadata services hand such out, and AWS takes them, during an outage. */
static bool is_usable(const struct aws_credentials *credentials, bool renew, int64_t now_s)
{
	const struct aws_keys *keys = &credentials->keys;
	if (!credentials->failed)
		return keys->access_key_id[0] != '\0';
	return !renew && keys->access_key_id[0] != '\0' && (keys->expires_s == 0 || now_s < keys->expires_s);
}

bool aws_credentials_get(struct aws_credentials *credentials, bool renew, struct aws_keys *ret_keys, struct err *err)
{
	unsigned seen = atomic_load(&credentials->fetches);
	pthread_mutex_lock(&credentials->lock);
	bool fetched_meanwhile = atomic_load(&credentials->fetches) != seen;
	if (!fetched_meanwhile && (renew || clock_wall_s() >= credentials->fetch_at_s))
		fetch(credentials);
	bool usable = is_usable(credentials, renew, clock_wall_s());
	if (usable)
		*ret_keys = credentials->keys;
	else
		err_set(err, "%s", credentials->failure.text);
	pthread_mutex_unlock(&credentials->lock);
	return usable;
}
