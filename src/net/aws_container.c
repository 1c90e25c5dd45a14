/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container endpoint: ECS and Fargate (relative URI), EKS Pod Identity and
 * others (full URI).
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
#include <string.h>

#include "base/parse.h"
#include "net/aws_provider.h"
#include "net/handle.h"

#define ECS_ORIGIN "http://169.254.170.2"

enum { CONTAINER_TIMEOUT_MS = 5000, URL_LIMIT_BYTES = 4096, TOKEN_LIMIT_BYTES = 16 * 1024 };

/* Plain HTTP is allowed to these alone: elsewhere the keys would cross a network in clear. */
static const char *const plain_hosts[] = {"127.0.0.0/8", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"};

static bool applies(const struct aws_environment *environment)
{
	return environment->container_relative_uri || environment->container_full_uri;
}

static bool may_be_plain(const char *url)
{
	char host[HANDLE_HOST_BYTES];
	handle_host(url, host);
	if (strcasecmp(host, "localhost") == 0)
		return true;
	size_t length = strlen(host);
	bool bracketed = host[0] == '[' && host[length - 1] == ']';
	if (bracketed)
		host[length - 1] = '\0';
	for (size_t i = 0; i < sizeof plain_hosts / sizeof plain_hosts[0]; i++) {
		struct cidr cidr;
		if (parse_cidr(plain_hosts[i], &cidr) && cidr_contains(&cidr, host + bracketed))
			return true;
	}
	return false;
}

static bool find_url(const struct aws_environment *environment, struct strbuf *url, struct err *err)
{
	const char *relative = environment->container_relative_uri;
	if (relative && relative[0] != '/')
		return err_set(err, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with /");
	strbuf_printf(url, "%s%s", relative ? ECS_ORIGIN : "", relative ? relative : environment->container_full_uri);
	if (url->overflowed)
		return err_set(err, "the URI is too long");
	if (relative || strncasecmp(url->data, "https://", strlen("https://")) == 0 || may_be_plain(url->data))
		return true;
	return err_set(err, "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or http to a loopback or "
	                    "container credential address");
}

/* The file is read each time: it is rotated. It wins over the variable, as in the SDKs. */
static bool find_token(const struct aws_environment *environment, struct strbuf *token, struct err *err)
{
	if (environment->container_token_file) {
		if (!aws_read_file(environment->container_token_file, token, NULL, err))
			return false;
	} else if (environment->container_token) {
		strbuf_puts(token, environment->container_token);
	}
	if (token->overflowed || strpbrk(strbuf_text(token), "\r\n"))
		return err_set(err, "the authorization token is too long or holds a line break");
	return true;
}

static bool fetch(const struct aws_environment *environment, struct http_client *http, struct aws_keys *ret_keys,
                  struct err *err)
{
	SCOPED(strbuf) struct strbuf url = STRBUF_INIT(URL_LIMIT_BYTES);
	SCOPED(aws_text) struct strbuf token = STRBUF_INIT(TOKEN_LIMIT_BYTES);
	if (!find_url(environment, &url, err) || !find_token(environment, &token, err))
		return false;
	const struct http_request request = {
	    .method = "GET",
	    .url = strbuf_text(&url),
	    .headers = {{"Authorization", strbuf_text(&token)}},
	    .header_count = token.length > 0 ? 1 : 0,
	    .timeout_ms = CONTAINER_TIMEOUT_MS,
	    .direct = true,
	};
	SCOPED(aws_answer) struct http_response response = {0};
	return aws_fetch(http, &request, &response, err) &&
	       aws_keys_from_json(strbuf_text(&response.body), response.body.length, "Token", ret_keys, err);
}

const struct aws_provider aws_container_provider = {
    .name = "container endpoint",
    .applies = applies,
    .fetch = fetch,
};
