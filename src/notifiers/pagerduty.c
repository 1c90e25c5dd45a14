/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Triggers PagerDuty incidents through the Events API v2. What the event looks like
 * is in pagerduty_message.c.
 * https://developer.pagerduty.com/docs/events-api-v2-overview
 */
#include <stdlib.h>
#include <string.h>

#include "pagerduty_message.h"
#include "rootwatch/notifier.h"
#include "rootwatch/scope.h"

enum {
	STATUS_ACCEPTED = 202,
	WORDS_BYTES = 200, /* of PagerDuty's own in an outcome */
};

static const struct setting pagerduty_settings[] = {
    {.name = "routing_key",
     .type = SETTING_TEXT,
     .required = true,
     .secret = true,
     .summary = "the integration key of a service's \"Events API v2\" integration"},
    {.name = "endpoint_url",
     .type = SETTING_URL,
     .default_value = "https://events.pagerduty.com/v2/enqueue",
     .summary = "`https://events.eu.pagerduty.com/v2/enqueue` for accounts in the EU"},
    {.name = "ca_file", .type = SETTING_TEXT, .summary = "certificates to trust instead of the system's"},
    {0},
};

struct pagerduty {
	const struct notifier_env *env;
	const char *routing_key; /* borrowed from the settings, like the rest */
	const char *endpoint_url;
	const char *ca_file;
};

static void *pagerduty_open(const struct settings *settings, const struct notifier_env *env, struct err *err)
{
	struct pagerduty *pagerduty = calloc(1, sizeof *pagerduty);
	if (!pagerduty) {
		err_set(err, "out of memory");
		return NULL;
	}
	pagerduty->env = env;
	pagerduty->routing_key = settings_text(settings, "routing_key");
	pagerduty->endpoint_url = settings_text(settings, "endpoint_url");
	pagerduty->ca_file = settings_text(settings, "ca_file");
	return pagerduty;
}

static struct outcome pagerduty_outcome(const struct pagerduty *pagerduty, const struct http_response *response)
{
	bool success = response->status >= 200 && response->status < 300;
	if (response->status == STATUS_ACCEPTED)
		return outcome_delivered("202 accepted");
	if (success) /* something between us and PagerDuty answered */
		return outcome_retry(response->retry_after_s, "%ld, but not PagerDuty's 202", response->status);
	SCOPED(strbuf) struct strbuf words = STRBUF_INIT(WORDS_BYTES);
	outcome_quote(strbuf_text(&response->body), &pagerduty->routing_key, 1, WORDS_BYTES, &words);
	return outcome_of_status(response, strbuf_text(&words));
}

static struct outcome pagerduty_send(void *self, const struct alert *alert, const char *resume)
{
	(void)resume;
	const struct pagerduty *pagerduty = self;
	const struct notifier_env *env = pagerduty->env;
	SCOPED(strbuf) struct strbuf message = STRBUF_INIT(PAGERDUTY_MESSAGE_BYTES);
	if (!pagerduty_render_message(alert, pagerduty->routing_key, env->now_s(), &message))
		return outcome_retry(-1, "out of memory");

	const struct http_request request = {
	    .method = "POST",
	    .url = pagerduty->endpoint_url,
	    .headers = {{"Content-Type", "application/json"}},
	    .header_count = 1,
	    .body = strbuf_text(&message),
	    .body_length = message.length,
	    .timeout_ms = env->timeout_ms,
	    .ca_file = pagerduty->ca_file,
	};
	struct err err = {0};
	SCOPED(http_response)
	struct http_response response = {.retry_after_s = -1, .body = STRBUF_INIT(HTTP_RESPONSE_LIMIT_BYTES)};
	if (!env->http->perform(env->http, &request, &response, &err))
		return outcome_retry(-1, "%s", err.text);
	return pagerduty_outcome(pagerduty, &response);
}

const struct notifier_type notifier_pagerduty = {
    .name = "pagerduty",
    .summary = "triggers PagerDuty incidents (Events API v2)",
    .settings = pagerduty_settings,
    .default_rate = "2/s",
    .open = pagerduty_open,
    .send = pagerduty_send,
    .close = free,
};
