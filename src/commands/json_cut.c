/* SPDX-License-Identifier: Apache-2.0 */
/* One look at each byte. */
#include "commands/json_cut.h"

#include <string.h>

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip_white(const char *at, const char *end)
{
	while (at < end && is_white(*at))
		at++;
	return at;
}

/* Behind the string that begins at `at`. */
static const char *string_end(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\' && at + 1 < end)
			at++;
	return at < end ? at + 1 : end;
}

/* Behind the bracket that closes the one at `at`. Which kind closes which, the parser will see. */
static const char *bracket_end(const char *at, const char *end)
{
	long depth = 0;
	while (at < end) {
		switch (*at) {
		case '"': at = string_end(at, end); continue;
		case '[':
		case '{': depth++; break;
		case ']':
		case '}':
			if (--depth == 0)
				return at + 1;
			break;
		}
		at++;
	}
	return end;
}

static const char *element_end(const char *at, const char *end)
{
	if (*at == '[' || *at == '{')
		return bracket_end(at, end);
	if (*at == '"')
		return string_end(at, end);
	while (at < end && *at != ',' && !is_white(*at))
		at++;
	return at;
}

bool json_cut_value(struct json_slice *rest, struct json_slice *ret_value)
{
	const char *at = skip_white(rest->at, rest->end);
	rest->at = at;
	if (at == rest->end)
		return false;
	if (*at == '[' || *at == '{') {
		rest->at = bracket_end(at, rest->end);
	} else {
		const char *line_end = memchr(at, '\n', (size_t)(rest->end - at));
		rest->at = line_end ? line_end : rest->end;
	}
	*ret_value = (struct json_slice){at, rest->at};
	return true;
}

/* Takes `token` off *at, and the white space around it. */
static bool take(const char **at, const char *end, const char *token)
{
	const char *start = skip_white(*at, end);
	size_t length = strlen(token);
	if ((size_t)(end - start) < length || memcmp(start, token, length) != 0)
		return false;
	*at = skip_white(start + length, end);
	return true;
}

bool json_cut_list(struct json_slice value, struct json_slice *ret_inside)
{
	const char *at = value.at, *end = value.end;
	bool wrapped = take(&at, end, "{");
	bool named = wrapped && (take(&at, end, "\"Records\"") || take(&at, end, "\"Events\""));
	if (wrapped && !(named && take(&at, end, ":")))
		return false;
	if (at == end || *at != '[')
		return false;
	const char *array_end = bracket_end(at, end);
	const char *behind = array_end;
	if (array_end - at < 2 || array_end[-1] != ']' || (wrapped && !take(&behind, end, "}")) || behind != end)
		return false;
	*ret_inside = (struct json_slice){skip_white(at + 1, array_end - 1), array_end - 1};
	return true;
}

enum json_cut json_cut_element(struct json_slice *inside, struct json_slice *ret_element)
{
	const char *at = inside->at, *end = inside->end;
	if (at == end)
		return JSON_CUT_END;
	const char *behind = element_end(at, end);
	*ret_element = (struct json_slice){at, behind};
	if (behind == at)
		return JSON_CUT_BROKEN;
	inside->at = skip_white(behind, end);
	if (inside->at == end)
		return JSON_CUT_ELEMENT;
	bool goes_on = take(&inside->at, end, ",") && inside->at < end;
	return goes_on ? JSON_CUT_ELEMENT : JSON_CUT_BROKEN;
}
