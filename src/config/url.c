/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a URL, cut strictly: what we call the host must be what every other
 * reader of the same text calls the host. Anything odd is no URL.
 */
#include "config/url.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"

enum { HOST_MAX_BYTES = 253 }; /* RFC 1035 */

static const char alphanumeric[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

struct url {
	const char *scheme, *user, *host, *port, *rest; /* rest: path, query and fragment */
	size_t scheme_length, user_length, host_length, port_length;
};

/* RFC 3986's characters; quotes, white space, backslashes and non-ASCII are none. */
static bool characters_allowed(const char *text)
{
	for (; *text; text++)
		if (!strchr(alphanumeric, *text) && !strchr("-._~:/?#[]@!$&'()*+,;=%", *text))
			return false;
	return true;
}

static bool cut_host(const char *text, const char *end, struct url *url)
{
	const char *colon;
	if (*text == '[') {
		const char *bracket = memchr(text, ']', (size_t)(end - text));
		if (!bracket)
			return false;
		url->host = text + 1;
		url->host_length = (size_t)(bracket - url->host);
		colon = bracket + 1;
	} else {
		url->host = text;
		url->host_length = strcspn(text, ":/?#");
		colon = text + url->host_length;
		if (strspn(text, alphanumeric) == 0 && *text != '_')
			return false;
	}
	url->port = colon < end ? colon + 1 : end;
	url->port_length = (size_t)(end - url->port);
	return url->host_length > 0 && url->host_length <= HOST_MAX_BYTES && (colon == end || *colon == ':');
}

static bool port_valid(const struct url *url)
{
	char text[sizeof "65535"];
	int64_t port;
	if (url->port_length == 0)
		return url->port == url->rest && url->port[-1] != ':';
	if (url->port_length >= sizeof text)
		return false;
	memcpy(text, url->port, url->port_length);
	text[url->port_length] = '\0';
	return parse_integer(text, 1, UINT16_MAX, &port);
}

static bool split(const char *text, struct url *ret_url)
{
	struct url url = {.scheme = text};
	const char *colon = strstr(text, "://");
	if (!colon || !characters_allowed(text))
		return false;
	url.scheme_length = (size_t)(colon - text);
	const char *authority = colon + 3;
	url.rest = authority + strcspn(authority, "/?#");
	const char *at = memrchr(authority, '@', (size_t)(url.rest - authority));
	url.user = authority;
	url.user_length = at ? (size_t)(at - authority) : 0;
	if (memchr(url.user, '@', url.user_length) || !cut_host(at ? at + 1 : authority, url.rest, &url))
		return false;
	*ret_url = url;
	return port_valid(&url);
}

static bool scheme_is(const struct url *url, const char *name)
{
	return url->scheme_length == strlen(name) && strncmp(url->scheme, name, url->scheme_length) == 0;
}

static bool host_is_loopback(const struct url *url)
{
	static const char *const networks[] = {"127.0.0.0/8", "::1"};
	char host[HOST_MAX_BYTES + 1];
	memcpy(host, url->host, url->host_length);
	host[url->host_length] = '\0';
	for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
		struct cidr network;
		if (parse_cidr(networks[i], &network) && cidr_contains(&network, host))
			return true;
	}
	return strcasecmp(host, "localhost") == 0;
}

bool url_is_loopback(const char *text)
{
	struct url url;
	return split(text, &url) && host_is_loopback(&url);
}

bool url_is_https(const char *text)
{
	struct url url;
	return split(text, &url) && (scheme_is(&url, "https") || (scheme_is(&url, "http") && host_is_loopback(&url)));
}

bool url_is_smtp(const char *text)
{
	struct url url;
	return split(text, &url) && (scheme_is(&url, "smtp") || scheme_is(&url, "smtps")) && !strchr(text, '@') &&
	       (*url.rest == '\0' || strcmp(url.rest, "/") == 0);
}

void url_mask(const char *text, struct strbuf *out)
{
	struct url url;
	if (!split(text, &url)) {
		strbuf_puts(out, text);
		return;
	}
	const char *password = memchr(url.user, ':', url.user_length);
	if (password) {
		strbuf_add(out, text, (size_t)(password + 1 - text));
		strbuf_puts(out, "********");
		text = url.user + url.user_length;
	}
	size_t shown = strcspn(url.rest, "?");
	strbuf_add(out, text, (size_t)(url.rest + shown - text));
	if (url.rest[shown] == '?')
		strbuf_puts(out, "?********");
}
