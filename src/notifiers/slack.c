/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posts alerts to a Slack incoming webhook. The webhook's URL is the secret: it
 * must appear in no outcome, so nothing of an answer is quoted but Slack's own
 * error words. What the message looks like is in slack_message.c.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
#include <stdlib.h>
#include <string.h>

#include "rootwatch/notifier.h"
#include "rootwatch/scope.h"
#include "slack_message.h"

enum { WORD_BYTES = 48 }; /* "invalid_payload" */

static const struct setting slack_settings[] = {
    {.name = "webhook_url", .type = SETTING_URL, .required = true, .secret = true, .summary = "the incoming webhook"},
    {.name = "ca_file", .type = SETTING_TEXT, .summary = "certificates to trust instead of the system's"},
    {0},
};

struct slack {
	const struct notifier_env *env;
	const char *webhook_url; /* borrowed from the settings, like ca_file */
	const char *ca_file;
};

static void *slack_open(const struct settings *settings, const struct notifier_env *env, struct err *err)
{
	struct slack *slack = calloc(1, sizeof *slack);
	if (!slack) {
		err_set(err, "out of memory");
		return NULL;
	}
	slack->env = env;
	slack->webhook_url = settings_text(settings, "webhook_url");
	slack->ca_file = settings_text(settings, "ca_file");
	return slack;
}

/* "ok", "no_service": the word that Slack's answer is or begins with; "" for anything else, which may quote the URL. */
static void answer_word(const struct http_response *response, char ret_word[WORD_BYTES])
{
	const char *body = strbuf_text(&response->body);
	size_t length = strspn(body, "abcdefghijklmnopqrstuvwxyz_");
	bool word = length < WORD_BYTES && strchr(":\r\n ", body[length]);
	memcpy(ret_word, body, word ? length : 0);
	ret_word[word ? length : 0] = '\0';
}

static struct outcome slack_outcome(const struct http_response *response)
{
	char word[WORD_BYTES];
	answer_word(response, word);
	bool success = response->status >= 200 && response->status < 300;
	if (success && strcmp(word, "ok") == 0)
		return outcome_delivered("%ld ok", response->status);
	if (success) /* something between us and Slack answered */
		return outcome_retry(response->retry_after_s, "%ld, but not Slack's \"ok\"", response->status);
	const char *blank = word[0] != '\0' ? " " : "";
	if (http_status_is_transient(response->status))
		return outcome_retry(response->retry_after_s, "%ld%s%s", response->status, blank, word);
	return outcome_rejected("%ld%s%s", response->status, blank, word);
}

static struct outcome slack_send(void *self, const struct alert *alert, const char *resume)
{
	(void)resume;
	const struct slack *slack = self;
	SCOPED(strbuf) struct strbuf message = STRBUF_INIT(SLACK_MESSAGE_BYTES);
	if (!slack_render_message(alert, slack->env->now_s(), &message))
		return outcome_retry(-1, "out of memory");

	const struct http_request request = {
	    .method = "POST",
	    .url = slack->webhook_url,
	    .headers = {{"Content-Type", "application/json; charset=utf-8"}},
	    .header_count = 1,
	    .body = strbuf_text(&message),
	    .body_length = message.length,
	    .timeout_ms = slack->env->timeout_ms,
	    .ca_file = slack->ca_file,
	};
	struct err err = {0};
	SCOPED(http_response)
	struct http_response response = {.retry_after_s = -1, .body = STRBUF_INIT(HTTP_RESPONSE_LIMIT_BYTES)};
	if (!slack->env->http->perform(slack->env->http, &request, &response, &err))
		return outcome_retry(-1, "%s", err.text);
	return slack_outcome(&response);
}

const struct notifier_type notifier_slack = {
    .name = "slack",
    .summary = "posts to a Slack incoming webhook",
    .settings = slack_settings,
    .default_rate = "1/s",
    .open = slack_open,
    .send = slack_send,
    .close = free,
};
