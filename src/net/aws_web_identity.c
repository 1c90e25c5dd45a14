/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A role assumed with a token that the platform puts into a file (EKS service
 * accounts and other OpenID providers). The call itself is unsigned.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
#include <curl/curl.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "net/aws_provider.h"

enum {
	STS_TIMEOUT_MS = 5000,
	TOKEN_LIMIT_BYTES = 20000, /* the API's own */
	BODY_LIMIT_BYTES = 128 * 1024,
	URL_LIMIT_BYTES = 1024,
	ELEMENT_NAME_BYTES = 64,
};

static bool applies(const struct aws_environment *environment)
{
	return environment->web_identity_token_file != NULL;
}

static bool is_region(const char *region)
{
	return region[strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* The region's own endpoint; the global one for those who name no region. */
static bool find_url(const struct aws_environment *environment, struct strbuf *url, struct err *err)
{
	const char *region = environment->region ? environment->region : environment->default_region;
	if (environment->endpoint_url_sts)
		strbuf_puts(url, environment->endpoint_url_sts);
	else if (!region)
		strbuf_puts(url, "https://sts.amazonaws.com/");
	else if (is_region(region))
		strbuf_printf(url, "https://sts.%s.amazonaws.com%s/", region, strncmp(region, "cn-", 3) == 0 ? ".cn" : "");
	else
		return err_set(err, "AWS_REGION is no region");
	return !url->overflowed || err_set(err, "the URL of STS is too long");
}

static bool add_field(struct strbuf *form, const char *name, const char *value)
{
	char *escaped = curl_easy_escape(NULL, value, 0);
	if (!escaped)
		return false;
	strbuf_printf(form, "&%s=%s", name, escaped);
	crypto_wipe(escaped, strlen(escaped));
	curl_free(escaped);
	return true;
}

static bool build_form(const struct aws_environment *environment, struct strbuf *form, struct err *err)
{
	SCOPED(aws_text) struct strbuf token = STRBUF_INIT(TOKEN_LIMIT_BYTES);
	if (!environment->role_arn)
		return err_set(err, "AWS_WEB_IDENTITY_TOKEN_FILE is set but AWS_ROLE_ARN is not");
	if (!aws_read_file(environment->web_identity_token_file, &token, NULL, err))
		return false;
	if (token.length == 0)
		return err_set(err, "%s is empty", environment->web_identity_token_file);
	token.data[strcspn(token.data, "\r\n")] = '\0';
	const char *session = environment->role_session_name ? environment->role_session_name : "rootwatch";
	strbuf_puts(form, "Action=AssumeRoleWithWebIdentity&Version=2011-06-15");
	bool complete = add_field(form, "RoleArn", environment->role_arn) && add_field(form, "RoleSessionName", session) &&
	                add_field(form, "WebIdentityToken", token.data) && !form->overflowed;
	return complete || err_set(err, "out of memory");
}

/* The text of the first element of that name. One with markup or an entity in it is taken for missing: keys have none. */
static void add_element(const char *xml, const char *name, struct strbuf *text)
{
	char tag[ELEMENT_NAME_BYTES];
	int length = snprintf(tag, sizeof tag, "<%s>", name);
	const char *start = strstr(xml, tag);
	if (!start)
		return;
	start += length;
	snprintf(tag, sizeof tag, "</%s>", name);
	size_t size = strcspn(start, "<&");
	if (strncmp(start + size, tag, strlen(tag)) == 0)
		strbuf_add(text, start, size);
}

static bool read_answer(const char *xml, struct aws_keys *keys, struct err *err)
{
	const char *credentials = strstr(xml, "<Credentials>");
	if (!credentials)
		return err_set(err, "the answer holds no credentials");
	SCOPED(aws_text) struct strbuf id = STRBUF_INIT(HTTP_RESPONSE_LIMIT_BYTES);
	SCOPED(aws_text) struct strbuf secret = STRBUF_INIT(HTTP_RESPONSE_LIMIT_BYTES);
	SCOPED(aws_text) struct strbuf token = STRBUF_INIT(HTTP_RESPONSE_LIMIT_BYTES);
	SCOPED(strbuf) struct strbuf end = STRBUF_INIT(HTTP_RESPONSE_LIMIT_BYTES);
	add_element(credentials, "AccessKeyId", &id);
	add_element(credentials, "SecretAccessKey", &secret);
	add_element(credentials, "SessionToken", &token);
	add_element(credentials, "Expiration", &end);
	if (!clock_parse_utc(strbuf_text(&end), &keys->expires_s))
		return err_set(err, "Expiration is no date");
	return aws_copy_keys(keys, strbuf_text(&id), strbuf_text(&secret), strbuf_text(&token), err);
}

static bool fetch(const struct aws_environment *environment, struct http_client *http, struct aws_keys *ret_keys,
                  struct err *err)
{
	SCOPED(strbuf) struct strbuf url = STRBUF_INIT(URL_LIMIT_BYTES);
	SCOPED(aws_text) struct strbuf form = STRBUF_INIT(BODY_LIMIT_BYTES);
	if (!find_url(environment, &url, err) || !build_form(environment, &form, err))
		return false;
	const struct http_request request = {
	    .method = "POST",
	    .url = strbuf_text(&url),
	    .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
	    .header_count = 1,
	    .body = strbuf_text(&form),
	    .body_length = form.length,
	    .timeout_ms = STS_TIMEOUT_MS,
	};
	SCOPED(aws_answer) struct http_response response = {0};
	SCOPED(aws_keys) struct aws_keys keys = {0};
	if (!aws_fetch(http, &request, &response, err) || !read_answer(strbuf_text(&response.body), &keys, err))
		return false;
	*ret_keys = keys;
	return true;
}

const struct aws_provider aws_web_identity_provider = {
    .name = "web identity",
    .applies = applies,
    .fetch = fetch,
};
