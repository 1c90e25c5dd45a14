/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posts alerts to a Microsoft Teams channel through a Workflows webhook ("Post to a
 * channel when a webhook request is received"). The webhook's URL is the secret. What
 * the card looks like is in teams_message.c.
 * https://learn.microsoft.com/power-automate/teams/send-a-message-in-teams
 */
#include <stdlib.h>
#include <string.h>

#include "rootwatch/notifier.h"
#include "rootwatch/scope.h"
#include "teams_message.h"

enum { WORDS_BYTES = 160 }; /* of the workflow's own in an outcome */

static const struct setting teams_settings[] = {
    {.name = "webhook_url",
     .type = SETTING_URL,
     .required = true,
     .secret = true,
     .summary = "the Workflows webhook that posts to the channel"},
    {.name = "ca_file", .type = SETTING_TEXT, .summary = "certificates to trust instead of the system's"},
    {0},
};

struct teams {
	const struct notifier_env *env;
	const char *webhook_url; /* borrowed from the settings, like ca_file */
	const char *ca_file;
};

static void *teams_open(const struct settings *settings, const struct notifier_env *env, struct err *err)
{
	struct teams *teams = calloc(1, sizeof *teams);
	if (!teams) {
		err_set(err, "out of memory");
		return NULL;
	}
	teams->env = env;
	teams->webhook_url = settings_text(settings, "webhook_url");
	teams->ca_file = settings_text(settings, "ca_file");
	return teams;
}

static struct outcome teams_outcome(const struct teams *teams, const struct http_response *response)
{
	bool success = response->status >= 200 && response->status < 300;
	if (response->status == 202 || response->status == 200)
		return outcome_delivered("%ld", response->status);
	if (success) /* something between us and the workflow answered */
		return outcome_retry(response->retry_after_s, "%ld, but not a workflow's 202", response->status);
	SCOPED(strbuf) struct strbuf words = STRBUF_INIT(WORDS_BYTES);
	outcome_quote(strbuf_text(&response->body), &teams->webhook_url, 1, WORDS_BYTES, &words);
	return outcome_of_status(response, strbuf_text(&words));
}

static struct outcome teams_send(void *self, const struct alert *alert, const char *resume)
{
	(void)resume;
	const struct teams *teams = self;
	const struct notifier_env *env = teams->env;
	SCOPED(strbuf) struct strbuf message = STRBUF_INIT(TEAMS_MESSAGE_BYTES);
	if (!teams_render_message(alert, env->now_s(), &message))
		return outcome_retry(-1, "out of memory");

	const struct http_request request = {
	    .method = "POST",
	    .url = teams->webhook_url,
	    .headers = {{"Content-Type", "application/json; charset=utf-8"}},
	    .header_count = 1,
	    .body = strbuf_text(&message),
	    .body_length = message.length,
	    .timeout_ms = env->timeout_ms,
	    .ca_file = teams->ca_file,
	};
	struct err err = {0};
	SCOPED(http_response)
	struct http_response response = {.retry_after_s = -1, .body = STRBUF_INIT(HTTP_RESPONSE_LIMIT_BYTES)};
	if (!env->http->perform(env->http, &request, &response, &err))
		return outcome_retry(-1, "%s", err.text);
	return teams_outcome(teams, &response);
}

const struct notifier_type notifier_teams = {
    .name = "teams",
    .summary = "posts to a Microsoft Teams channel through a Workflows webhook",
    .settings = teams_settings,
    .default_rate = "1/s",
    .open = teams_open,
    .send = teams_send,
    .close = free,
};
