/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sources of AWS keys share: reading keys strictly, and reading files
 * and answers whose memory must not keep secrets.
 */
#include "net/aws_provider.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "net/handle.h"

enum { REFUSAL_BYTES = 240 }; /* of a refusal's body: enough for an error code behind XML's preamble */

void aws_wipe_text(struct strbuf *text)
{
	if (text->data)
		crypto_wipe(text->data, text->capacity);
	strbuf_done(text);
}

/* Keys go into headers and signatures: a stray line break is a broken secret, or worse. */
static bool is_key(const char *value)
{
	for (const char *c = value; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return true;
}

bool aws_copy_key(char *place, size_t size, const char *value, const char *what, struct err *err)
{
	size_t length = value ? strlen(value) : 0;
	if (length == 0)
		return err_set(err, "%s is missing", what);
	if (length >= size)
		return err_set(err, "%s is longer than %zu characters", what, size - 1);
	if (!is_key(value))
		return err_set(err, "%s holds a blank, a line break or another character that no key has", what);
	memcpy(place, value, length + 1);
	return true;
}

bool aws_copy_keys(struct aws_keys *keys, const char *access_key_id, const char *secret_access_key,
                   const char *session_token, struct err *err)
{
	return aws_copy_key(keys->access_key_id, sizeof keys->access_key_id, access_key_id, "the access key id", err) &&
	       aws_copy_key(keys->secret_access_key, sizeof keys->secret_access_key, secret_access_key,
	                    "the secret access key", err) &&
	       (!session_token ||
	        aws_copy_key(keys->session_token, sizeof keys->session_token, session_token, "the session token", err));
}

static void wipe_member(cJSON *tree, const char *name)
{
	cJSON *member = cJSON_GetObjectItemCaseSensitive(tree, name);
	if (cJSON_IsString(member))
		crypto_wipe(member->valuestring, strlen(member->valuestring));
}

static bool keys_from_tree(const cJSON *tree, const char *token_name, struct aws_keys *keys, struct err *err)
{
	const char *token = json_text(tree, token_name);
	if (!aws_copy_keys(keys, json_text(tree, "AccessKeyId"), json_text(tree, "SecretAccessKey"),
	                   token[0] != '\0' ? token : NULL, err))
		return false;
	const char *end = json_text(tree, "Expiration");
	return end[0] == '\0' || clock_parse_utc(end, &keys->expires_s) || err_set(err, "Expiration is no date");
}

bool aws_keys_from_json(const char *text, size_t length, const char *token_name, struct aws_keys *ret_keys,
                        struct err *err)
{
	SCOPED(json) cJSON *tree = NULL;
	if (json_read(text, length, &tree, NULL) != JSON_OK || !cJSON_IsObject(tree))
		return err_set(err, "the answer is no JSON object");
	SCOPED(aws_keys) struct aws_keys keys = {0};
	bool read = keys_from_tree(tree, token_name, &keys, err);
	wipe_member(tree, "SecretAccessKey");
	wipe_member(tree, token_name);
	if (read)
		*ret_keys = keys;
	return read;
}

static bool read_all(int file, struct strbuf *text)
{
	char chunk[4096];
	ssize_t length;
	while ((length = read(file, chunk, sizeof chunk)) != 0) {
		if (length < 0 && errno != EINTR)
			return false;
		if (length > 0)
			strbuf_add(text, chunk, (size_t)length);
		if (text->overflowed) {
			errno = EFBIG;
			break;
		}
	}
	crypto_wipe(chunk, sizeof chunk);
	return !text->overflowed;
}

bool aws_read_file(const char *path, struct strbuf *text, int *ret_errno, struct err *err)
{
	/* Without O_NONBLOCK a FIFO in the file's place would hold us for ever. */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool read = file >= 0 && read_all(file, text);
	int problem = errno;
	if (file >= 0)
		close(file);
	if (read)
		return true;
	if (ret_errno)
		*ret_errno = problem;
	return err_set(err, "read %s: %s", path, strerror(problem));
}

bool aws_fetch(struct http_client *http, const struct http_request *request, struct http_response *ret_response,
               struct err *err)
{
	struct http_response response = {.retry_after_s = -1};
	if (!http->perform(http, request, &response, err))
		return false;
	if (response.status == 200) {
		*ret_response = response;
		return true;
	}
	char host[HANDLE_HOST_BYTES];
	handle_host(request->url, host);
	char words[REFUSAL_BYTES] = "";
	handle_append_printable(words, sizeof words, strbuf_text(&response.body), response.body.length);
	aws_wipe_text(&response.body);
	return err_set(err, "%s answered with status %ld: %s", host, response.status, words);
}
