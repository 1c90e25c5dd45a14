/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posts the finding's JSON to a URL, signed as Standard Webhooks says, so that the
 * receiver can tell that it is ours. The id is the finding's and the same in every
 * attempt: receivers know by it what they have already. How it is signed is in
 * webhook_signature.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rootwatch/crypto.h"
#include "rootwatch/notifier.h"
#include "rootwatch/scope.h"
#include "webhook_signature.h"

enum {
	TIMESTAMP_BYTES = 24,
	WORDS_BYTES = 160,                  /* of the receiver's own in an outcome */
	SECRETS_MAX = WEBHOOK_KEYS_MAX + 2, /* with the URL and the header */
};

static const struct setting webhook_settings[] = {
    {.name = "webhook_url",
     .type = SETTING_URL,
     .required = true,
     .secret = true,
     .summary = "where the finding's JSON is posted"},
    {.name = "secret",
     .type = SETTING_TEXTS,
     .required = true,
     .secret = true,
     .summary =
         "`whsec_` and the Base64 of 24 to 64 bytes; several, up to four, sign side by side while one is exchanged"},
    {.name = "header_name", .type = SETTING_TEXT, .summary = "one more header, for a receiver that wants a token"},
    {.name = "header_value", .type = SETTING_TEXT, .secret = true, .summary = "its value"},
    {.name = "ca_file", .type = SETTING_TEXT, .summary = "certificates to trust instead of the system's"},
    {0},
};

struct webhook {
	const struct notifier_env *env;
	const char *url; /* borrowed from the settings, like the rest of the texts */
	const char *ca_file;
	struct http_header header; /* name NULL: none */
	const char *secrets[SECRETS_MAX];
	struct webhook_key keys[WEBHOOK_KEYS_MAX];
	size_t key_count;
};

static void webhook_close(void *self)
{
	if (self)
		crypto_wipe(self, sizeof(struct webhook));
	free(self);
}
DEFINE_SCOPE(webhook, struct webhook, webhook_close)

static bool read_keys(struct webhook *webhook, const struct setting_value *secrets, struct err *err)
{
	if (secrets->count > WEBHOOK_KEYS_MAX)
		return err_set(err, "secret: %zu of them, at most %d", secrets->count, WEBHOOK_KEYS_MAX);
	for (size_t i = 0; i < secrets->count; i++) {
		if (!webhook_key_read(secrets->texts[i], &webhook->keys[i]))
			return err_set(err, "secret: not whsec_ and the Base64 of %d to %d bytes", WEBHOOK_KEY_MIN_BYTES,
			               WEBHOOK_KEY_MAX_BYTES);
		webhook->secrets[i] = secrets->texts[i];
	}
	webhook->key_count = secrets->count;
	return true;
}

/* Headers that are ours, or the transport's, to set. */
static bool is_taken(const char *name)
{
	static const char *const taken[] = {
	    "content-type", "content-length",    "host",       "transfer-encoding", "connection",
	    "webhook-id",   "webhook-timestamp", "user-agent", "webhook-signature", "expect",
	};
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
		if (strcasecmp(taken[i], name) == 0)
			return true;
	return false;
}

static bool check_header(const struct http_header *header, struct err *err)
{
	static const char token[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	if (!header->name != !header->value)
		return err_set(err, "header_name and header_value: one needs the other");
	if (!header->name)
		return true;
	if (header->name[strspn(header->name, token)] != '\0')
		return err_set(err, "header_name: not letters, digits, - and _ alone");
	if (is_taken(header->name))
		return err_set(err, "header_name: this header is set already");
	for (const char *c = header->value; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			return err_set(err, "header_value: not printable ASCII alone");
	return true;
}

static void *webhook_open(const struct settings *settings, const struct notifier_env *env, struct err *err)
{
	SCOPED(webhook) struct webhook *webhook = calloc(1, sizeof *webhook);
	if (!webhook) {
		err_set(err, "out of memory");
		return NULL;
	}
	webhook->env = env;
	webhook->url = settings_text(settings, "webhook_url");
	webhook->ca_file = settings_text(settings, "ca_file");
	webhook->header.name = settings_text(settings, "header_name");
	webhook->header.value = settings_text(settings, "header_value");
	webhook->secrets[WEBHOOK_KEYS_MAX] = webhook->url;
	webhook->secrets[WEBHOOK_KEYS_MAX + 1] = webhook->header.value;
	bool good = check_header(&webhook->header, err) && read_keys(webhook, settings_list(settings, "secret"), err);
	return good ? steal(&webhook) : NULL;
}

static struct outcome webhook_post(const struct webhook *webhook, const struct http_request *request)
{
	struct err err = {0};
	SCOPED(strbuf) struct strbuf words = STRBUF_INIT(WORDS_BYTES);
	SCOPED(http_response)
	struct http_response response = {.retry_after_s = -1, .body = STRBUF_INIT(HTTP_RESPONSE_LIMIT_BYTES)};
	if (!webhook->env->http->perform(webhook->env->http, request, &response, &err))
		return outcome_retry(-1, "%s", err.text);
	outcome_quote(strbuf_text(&response.body), webhook->secrets, SECRETS_MAX, WORDS_BYTES, &words);
	return outcome_of_status(&response, strbuf_text(&words));
}

static struct outcome webhook_send(void *self, const struct alert *alert, const char *resume)
{
	(void)resume;
	const struct webhook *webhook = self;
	char timestamp[TIMESTAMP_BYTES];
	SCOPED(strbuf) struct strbuf signatures = STRBUF_INIT(WEBHOOK_SIGNATURES_BYTES);
	snprintf(timestamp, sizeof timestamp, "%" PRId64, webhook->env->now_s());
	if (!webhook_sign(webhook->keys, webhook->key_count, alert->finding_id, timestamp, alert->json, &signatures))
		return outcome_retry(-1, "out of memory");

	const struct http_request request = {
	    .method = "POST",
	    .url = webhook->url,
	    .headers = {{"Content-Type", "application/json"},
	                {"webhook-id", alert->finding_id},
	                {"webhook-timestamp", timestamp},
	                {"webhook-signature", strbuf_text(&signatures)},
	                webhook->header},
	    .header_count = webhook->header.name ? 5 : 4,
	    .body = alert->json,
	    .body_length = strlen(alert->json),
	    .timeout_ms = webhook->env->timeout_ms,
	    .ca_file = webhook->ca_file,
	};
	return webhook_post(webhook, &request);
}

const struct notifier_type notifier_webhook = {
    .name = "webhook",
    .summary = "posts the finding's JSON to any URL, signed as Standard Webhooks says",
    .settings = webhook_settings,
    .open = webhook_open,
    .send = webhook_send,
    .close = webhook_close,
};
