/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of the header that libmicrohttpd leaves out: where a body ends must have
 * one reading. Knows nothing of routes or of what is in the body.
 */
#include "server/protocol.h"

#include <stdlib.h>
#include <string.h>

struct survey {
	unsigned hosts, lengths, encodings;
	const char *length, *encoding, *expect;
	bool odd_name;
};

static bool is_token(const char *name)
{
	static const char allowed[] =
	    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"; /* RFC 9110, 5.6.2 */
	return *name && strspn(name, allowed) == strlen(name);
}

static enum MHD_Result survey_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct survey *survey = context;
	(void)kind;
	value = value ? value : "";
	if (strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0) {
		survey->hosts++;
	} else if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
		survey->lengths++;
		survey->length = value;
	} else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
		survey->encodings++;
		survey->encoding = value;
	} else if (strcasecmp(name, MHD_HTTP_HEADER_EXPECT) == 0) {
		survey->expect = value;
	} else if (!is_token(name)) {
		survey->odd_name = true; /* also a folded line, which libmicrohttpd appends to the name */
	}
	return MHD_YES;
}

static const char *complain(const struct survey *survey, bool http_1_1)
{
	if (survey->odd_name)
		return "A header line has a name that is no token, or is folded.";
	if (survey->hosts > 1 || (http_1_1 && survey->hosts == 0))
		return "There must be exactly one Host header.";
	if (survey->lengths > 1)
		return "There is more than one Content-Length header.";
	if (survey->lengths > 0 && survey->encodings > 0)
		return "There are both a Content-Length and a Transfer-Encoding header.";
	if (survey->encodings > 0 && !http_1_1)
		return "Transfer-Encoding does not exist in HTTP/1.0.";
	if (survey->encodings > 1 || (survey->encoding && strcasecmp(survey->encoding, "chunked") != 0))
		return "The only Transfer-Encoding understood is chunked.";
	return NULL;
}

const char *protocol_read(struct MHD_Connection *mhd, const char *version, struct framing *ret_framing)
{
	struct survey survey = {0};
	bool http_1_1 = strcmp(version, MHD_HTTP_VERSION_1_0) != 0;
	MHD_get_connection_values(mhd, MHD_HEADER_KIND, survey_header, &survey);
	const char *complaint = complain(&survey, http_1_1);
	if (complaint)
		return complaint;
	*ret_framing = (struct framing){
	    .expects_continue = http_1_1 && survey.expect && strcasecmp(survey.expect, "100-continue") == 0,
	    .chunked = survey.encodings > 0,
	    /* libmicrohttpd has refused what is no number. */
	    .content_length = survey.length ? strtoull(survey.length, NULL, 10) : 0,
	};
	return NULL;
}
