/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishes alerts to one SNS topic. The region comes out of the topic's ARN, the
 * credentials and the signature are the transport's. What the message looks like is
 * in sns_message.c.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rootwatch/notifier.h"
#include "rootwatch/render.h"
#include "rootwatch/scope.h"
#include "sns_message.h"

enum {
	REGION_BYTES = 32,
	CODE_BYTES = 64,
	MESSAGE_BYTES = 160, /* of SNS's own words in an outcome */
	TOPIC_NAME_MAX = 256,
	ACCOUNT_DIGITS = 12,
};

static const struct setting sns_settings[] = {
    {.name = "topic_arn", .type = SETTING_TEXT, .required = true, .summary = "the topic; its region is used"},
    {.name = "endpoint_url",
     .type = SETTING_URL,
     .summary = "instead of the region's own endpoint (VPC endpoint, test)"},
    {.name = "ca_file", .type = SETTING_TEXT, .summary = "certificates to trust instead of the system's"},
    {0},
};

struct sns {
	const struct notifier_env *env;
	const char *topic_arn; /* borrowed from the settings, like ca_file */
	const char *ca_file;
	char region[REGION_BYTES];
	char regional_url[REGION_BYTES + 48];
	const char *url;
};

/* https://docs.aws.amazon.com/general/latest/gr/sns.html and botocore's endpoints.json */
static const struct {
	const char *partition, *suffix;
} partitions[] = {
    {"aws", "amazonaws.com"},
    {"aws-us-gov", "amazonaws.com"},
    {"aws-cn", "amazonaws.com.cn"},
    {"aws-eusc", "amazonaws.eu"},
};

static const char *partition_suffix(const char *partition)
{
	for (size_t i = 0; i < sizeof partitions / sizeof partitions[0]; i++)
		if (strcmp(partitions[i].partition, partition) == 0)
			return partitions[i].suffix;
	return NULL;
}

static bool consists_of(const char *text, const char *characters, size_t minimum, size_t maximum)
{
	size_t length = strlen(text);
	return length >= minimum && length <= maximum && strspn(text, characters) == length;
}

static bool is_topic_name(const char *name)
{
	size_t length = strlen(name);
	bool fifo = length > 5 && strcmp(name + length - 5, ".fifo") == 0;
	size_t plain = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
	return length > 0 && length <= TOPIC_NAME_MAX && plain == (fifo ? length - 5 : length);
}

/* arn:PARTITION:sns:REGION:ACCOUNT:NAME, cut up in place. */
static bool arn_split(char *arn, char *ret_parts[6])
{
	for (size_t i = 0; i < 6; i++) {
		ret_parts[i] = strsep(&arn, ":");
		if (!ret_parts[i])
			return false;
	}
	return !arn && strcmp(ret_parts[0], "arn") == 0 && strcmp(ret_parts[2], "sns") == 0 &&
	       consists_of(ret_parts[3], "abcdefghijklmnopqrstuvwxyz0123456789-", 1, REGION_BYTES - 1) &&
	       consists_of(ret_parts[4], "0123456789", ACCOUNT_DIGITS, ACCOUNT_DIGITS) && is_topic_name(ret_parts[5]);
}

/* Region and endpoint. Both become part of a host name, so nothing but an ARN's own alphabet passes. */
static bool sns_locate(struct sns *sns, const char *endpoint_url, struct err *err)
{
	SCOPED(text) char *copy = strdup(sns->topic_arn);
	char *parts[6];
	if (!copy)
		return err_set(err, "out of memory");
	if (!arn_split(copy, parts))
		return err_set(err, "topic_arn: not of the form arn:aws:sns:REGION:ACCOUNT:NAME");
	const char *suffix = partition_suffix(parts[1]);
	if (!suffix && !endpoint_url)
		return err_set(err, "topic_arn: no endpoint known for this partition: set endpoint_url");

	snprintf(sns->region, sizeof sns->region, "%s", parts[3]);
	snprintf(sns->regional_url, sizeof sns->regional_url, "https://sns.%s.%s/", parts[3], suffix ? suffix : "");
	sns->url = endpoint_url ? endpoint_url : sns->regional_url;
	return true;
}

static void *sns_open(const struct settings *settings, const struct notifier_env *env, struct err *err)
{
	struct sns *sns = calloc(1, sizeof *sns);
	if (!sns) {
		err_set(err, "out of memory");
		return NULL;
	}
	sns->env = env;
	sns->topic_arn = settings_text(settings, "topic_arn");
	sns->ca_file = settings_text(settings, "ca_file");
	if (!sns_locate(sns, settings_text(settings, "endpoint_url"), err)) {
		free(sns);
		return NULL;
	}
	return sns;
}

/* What an error code asks for, where the HTTP status alone would mislead. */
enum remedy { REMEDY_WAIT, REMEDY_RENEW_CREDENTIALS, REMEDY_NONE };

static const struct {
	const char *code;
	enum remedy remedy;
} remedies[] = {
    {"InternalError", REMEDY_WAIT},
    {"KMSThrottling", REMEDY_WAIT},
    {"KMSThrottlingException", REMEDY_WAIT},
    {"Throttled", REMEDY_WAIT},
    {"Throttling", REMEDY_WAIT},
    {"ThrottlingException", REMEDY_WAIT},
    {"ThrottledException", REMEDY_WAIT},
    {"RequestThrottledException", REMEDY_WAIT},
    {"RequestLimitExceeded", REMEDY_WAIT},
    {"ExpiredToken", REMEDY_RENEW_CREDENTIALS},
    {"ExpiredTokenException", REMEDY_RENEW_CREDENTIALS},
    {"InvalidClientTokenId", REMEDY_RENEW_CREDENTIALS},
    {"InvalidParameter", REMEDY_NONE},
    {"ParameterValueInvalid", REMEDY_NONE},
    {"ValidationException", REMEDY_NONE},
    {"EndpointDisabled", REMEDY_NONE},
    {"NotFound", REMEDY_NONE},
    {"AuthorizationError", REMEDY_NONE},
    {"InvalidSecurity", REMEDY_NONE},
    {"KMSAccessDenied", REMEDY_NONE},
    {"KMSDisabled", REMEDY_NONE},
    {"KMSInvalidState", REMEDY_NONE},
    {"KMSNotFound", REMEDY_NONE},
    {"KMSOptInRequired", REMEDY_NONE},
};

static enum remedy remedy_for(long status, const char *code)
{
	for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++)
		if (strcmp(remedies[i].code, code) == 0)
			return remedies[i].remedy;
	return http_status_is_transient(status) ? REMEDY_WAIT : REMEDY_NONE;
}

/* Appends the text of the answer's first <ELEMENT>, `before` in front of it, up to a line break: what follows one when a
 * signature was refused is the canonical request, session token included. */
static void answer_element(const struct http_response *response, const char *element, const char *before, size_t limit,
                           struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf tag = STRBUF_INIT(32), text = STRBUF_INIT(HTTP_RESPONSE_LIMIT_BYTES);
	strbuf_printf(&tag, "<%s>", element);
	const char *start = strstr(strbuf_text(&response->body), strbuf_text(&tag));
	if (!start)
		return;
	start += tag.length;
	strbuf_add(&text, start, strcspn(start, "<\r\n"));
	if (text.length == 0)
		return;
	strbuf_puts(out, before);
	render_line(strbuf_text(&text), limit, out);
}

static struct outcome sns_outcome(const struct http_response *response, const char *code)
{
	SCOPED(strbuf) struct strbuf detail = STRBUF_INIT(OUTCOME_DETAIL_BYTES - 1);
	strbuf_printf(&detail, "%ld", response->status);
	if (response->status >= 200 && response->status < 300) {
		answer_element(response, "MessageId", " message ", CODE_BYTES, &detail);
		return outcome_delivered("%s", strbuf_text(&detail));
	}
	answer_element(response, "Code", " ", CODE_BYTES, &detail);
	answer_element(response, "Message", ": ", MESSAGE_BYTES, &detail);
	if (remedy_for(response->status, code) == REMEDY_NONE)
		return outcome_rejected("%s", strbuf_text(&detail));
	return outcome_retry(response->retry_after_s, "%s", strbuf_text(&detail));
}

/* One signed request. Sets *ret_renew when the answer asks for fresh credentials. */
static struct outcome sns_publish(const struct sns *sns, const struct http_request *request, bool *ret_renew)
{
	struct err err = {0};
	SCOPED(strbuf) struct strbuf code = STRBUF_INIT(CODE_BYTES);
	SCOPED(http_response)
	struct http_response response = {.retry_after_s = -1, .body = STRBUF_INIT(HTTP_RESPONSE_LIMIT_BYTES)};
	*ret_renew = false;
	if (!sns->env->http->perform(sns->env->http, request, &response, &err))
		return outcome_retry(-1, "%s", err.text);
	answer_element(&response, "Code", "", CODE_BYTES, &code);
	*ret_renew = remedy_for(response.status, strbuf_text(&code)) == REMEDY_RENEW_CREDENTIALS;
	return sns_outcome(&response, strbuf_text(&code));
}

static struct outcome sns_send(void *self, const struct alert *alert, const char *resume)
{
	(void)resume;
	const struct sns *sns = self;
	const int64_t start_s = sns->env->now_s();
	SCOPED(strbuf) struct strbuf form = STRBUF_INIT(SNS_FORM_BYTES);
	if (!sns_render_form(alert, sns->topic_arn, start_s, &form))
		return outcome_retry(-1, "out of memory");

	struct http_request request = {
	    .method = "POST",
	    .url = sns->url,
	    .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
	    .header_count = 1,
	    .body = strbuf_text(&form),
	    .body_length = form.length,
	    .timeout_ms = sns->env->timeout_ms,
	    .ca_file = sns->ca_file,
	    .aws_service = "sns",
	    .aws_region = sns->region,
	};
	bool renew;
	struct outcome outcome = sns_publish(sns, &request, &renew);
	request.timeout_ms -= (long)(sns->env->now_s() - start_s) * 1000;
	if (!renew || request.timeout_ms <= 0)
		return outcome;
	request.aws_renew = true;
	return sns_publish(sns, &request, &renew);
}

const struct notifier_type notifier_sns = {
    .name = "sns",
    .summary = "publishes to an SNS topic",
    .settings = sns_settings,
    .open = sns_open,
    .send = sns_send,
    .close = free,
};
