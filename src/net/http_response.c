/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an HTTP answer is made of, apart from how it came: a test's own client
 * needs this and nothing of the real one.
 */
#include "net/http.h"

#include <curl/curl.h>

#include "base/parse.h"

/* Longer pauses are a mistake or malice; the dispatcher tries for a day in all. */
enum { RETRY_AFTER_LIMIT_S = 24 * 60 * 60 };

void http_response_done(struct http_response *response)
{
	strbuf_done(&response->body);
}

static long clamp_pause(int64_t pause_s)
{
	if (pause_s < 0)
		return 0;
	return pause_s > RETRY_AFTER_LIMIT_S ? RETRY_AFTER_LIMIT_S : (long)pause_s;
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

long http_retry_after(const char *value, int64_t now_s)
{
	int64_t pause_s;
	if (parse_integer(value, 0, INT64_MAX, &pause_s))
		return clamp_pause(pause_s);
	/* An HTTP-date begins with the day's name; libcurl's reader would take much more for a date. */
	if (!is_upper(value[0]))
		return -1;
	time_t when = curl_getdate(value, NULL);
	return when < 0 ? -1 : clamp_pause((int64_t)when - now_s);
}
