/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The EC2 instance metadata service, version 2: a session token first, then the
 * name of the instance's role, then its keys. Version 1 is never tried.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
#include <string.h>

#include "net/aws_provider.h"

#define IMDS_ORIGIN "http://169.254.169.254"
#define TOKEN_TTL_S "60" /* three requests in a row need it */
#define ROLE_PATH   "/latest/meta-data/iam/security-credentials/"

/* Off EC2 nobody answers; that must not use up a delivery's time. */
enum { TOKEN_TIMEOUT_MS = 1000, READ_TIMEOUT_MS = 2000, URL_LIMIT_BYTES = 1024, TOKEN_LIMIT_BYTES = 4096 };

static bool applies(const struct aws_environment *environment)
{
	return !environment->imds_disabled || strcasecmp(environment->imds_disabled, "true") != 0;
}

/* `origin` may end with a slash, as the SDKs allow. */
static void set_url(struct strbuf *url, const struct aws_environment *environment, const char *path, const char *name)
{
	const char *origin = environment->imds_endpoint ? environment->imds_endpoint : IMDS_ORIGIN;
	size_t length = strlen(origin);
	strbuf_reset(url);
	strbuf_add(url, origin, length > 0 && origin[length - 1] == '/' ? length - 1 : length);
	strbuf_puts(url, path);
	strbuf_puts(url, name);
}

static bool get(struct http_client *http, const char *url, const char *token, struct http_response *ret_response,
                struct err *err)
{
	const struct http_request request = {
	    .method = "GET",
	    .url = url,
	    .headers = {{"X-aws-ec2-metadata-token", token}},
	    .header_count = 1,
	    .timeout_ms = READ_TIMEOUT_MS,
	    .direct = true,
	};
	return aws_fetch(http, &request, ret_response, err);
}

static bool get_token(struct http_client *http, const char *url, struct http_response *ret_response, struct err *err)
{
	const struct http_request request = {
	    .method = "PUT",
	    .url = url,
	    .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", TOKEN_TTL_S}},
	    .header_count = 1,
	    .timeout_ms = TOKEN_TIMEOUT_MS,
	    .direct = true,
	};
	return aws_fetch(http, &request, ret_response, err);
}

/* https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: names are letters, digits and +=,.@-_ */
static bool is_role_name(const char *name)
{
	const char *allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@-_";
	return name[0] != '\0' && name[strspn(name, allowed)] == '\0';
}

static bool fetch(const struct aws_environment *environment, struct http_client *http, struct aws_keys *ret_keys,
                  struct err *err)
{
	SCOPED(strbuf) struct strbuf url = STRBUF_INIT(URL_LIMIT_BYTES);
	SCOPED(aws_answer) struct http_response token = {0}, role = {0}, keys = {0};
	set_url(&url, environment, "/latest/api/token", "");
	if (!get_token(http, strbuf_text(&url), &token, err))
		return false;
	set_url(&url, environment, ROLE_PATH, "");
	if (!get(http, strbuf_text(&url), strbuf_text(&token.body), &role, err))
		return false;
	if (!is_role_name(strbuf_text(&role.body)))
		return err_set(err, "the instance has no usable role name");
	set_url(&url, environment, ROLE_PATH, strbuf_text(&role.body));
	return get(http, strbuf_text(&url), strbuf_text(&token.body), &keys, err) &&
	       aws_keys_from_json(strbuf_text(&keys.body), keys.body.length, "Token", ret_keys, err);
}

const struct aws_provider aws_imds_provider = {
    .name = "instance metadata",
    .applies = applies,
    .fetch = fetch,
};
