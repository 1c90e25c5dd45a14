/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One mail submission through libcurl: connect, TLS, login, and one message to
 * several recipients. Who accepted it is read off the session's transcript
 * (mail_transcript.c), since libcurl tells only how the whole ended.
 */
#include "net/mail.h"

#include <string.h>

#include "net/handle.h"
#include "net/mail_transcript.h"
#include "net/transport.h"

DEFINE_SCOPE(recipient_list, struct curl_slist, curl_slist_free_all)

/* What is left to send. */
struct content {
	const char *data;
	size_t length;
};

static size_t send_content(char *place, size_t size, size_t count, void *data)
{
	struct content *content = data;
	size_t length = size * count < content->length ? size * count : content->length;
	memcpy(place, content->data, length);
	content->data += length;
	content->length -= length;
	return length;
}

/* libcurl tells its debug function who says what; nothing of it is printed or kept but the replies. */
static int listen_to_session(CURL *handle, curl_infotype type, char *line, size_t length, void *data)
{
	(void)handle;
	struct mail_transcript *transcript = data;
	if (type == CURLINFO_HEADER_OUT)
		mail_transcript_command(transcript, line, length);
	else if (type == CURLINFO_HEADER_IN)
		mail_transcript_reply(transcript, line, length);
	return 0;
}

/* When a session is not worth waiting for any more. */
struct end {
	const struct mail_transcript *transcript;
	const atomic_bool *cancelled;
};

/* The time-out does not hold for the answer to QUIT: libcurl would wait two minutes for it. Nothing depends on it. */
static int stop_at_end(void *data, curl_off_t to_get, curl_off_t got, curl_off_t to_send, curl_off_t sent)
{
	(void)to_get, (void)got, (void)to_send, (void)sent;
	const struct end *end = data;
	return end->transcript->stage == MAIL_QUIT || atomic_load(end->cancelled);
}

static bool list_recipients(const struct mail_message *message, struct curl_slist **list)
{
	for (size_t i = 0; i < message->recipient_count; i++) {
		const char *address = message->recipients[i].address;
		if (!mail_address_usable(address))
			continue;
		struct curl_slist *longer = curl_slist_append(*list, address);
		if (!longer)
			return false;
		*list = longer;
	}
	return *list != NULL;
}

static bool prepare_login(CURL *handle, const struct mail_message *message)
{
	/* A login in the URL would be used unasked. */
	if (curl_easy_setopt(handle, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) != CURLE_OK)
		return false;
	return !message->username ||
	       (curl_easy_setopt(handle, CURLOPT_USERNAME, message->username) == CURLE_OK &&
	        curl_easy_setopt(handle, CURLOPT_PASSWORD, message->password ? message->password : "") == CURLE_OK);
}

static bool prepare_envelope(CURL *handle, const struct mail_message *message, struct curl_slist *recipients)
{
	return curl_easy_setopt(handle, CURLOPT_MAIL_FROM, message->from) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK &&
	       /* One bad recipient must not stop the others. Its name since 8.2: ..._ALLOWFAILS. */
	       curl_easy_setopt(handle, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L) == CURLE_OK;
}

static bool prepare_content(CURL *handle, struct content *content)
{
	return curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)content->length) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_READFUNCTION, send_content) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_READDATA, content) == CURLE_OK;
}

static bool prepare_transcript(CURL *handle, struct mail_transcript *transcript)
{
	return curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, listen_to_session) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_DEBUGDATA, transcript) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L) == CURLE_OK;
}

/* Says good-bye within the exchange, where stop_at_end() is heard, and not at clean-up. */
static bool prepare_end(CURL *handle, struct end *end)
{
	return curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, stop_at_end) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_XFERINFODATA, end) == CURLE_OK &&
	       curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
}

/* Runs the session; the transcript says what came of it. */
static CURLcode run(const struct mail_message *message, const atomic_bool *cancelled,
                    struct mail_transcript *transcript, char *reason)
{
	reason[0] = '\0';
	SCOPED(curl) CURL *handle = curl_easy_init();
	SCOPED(recipient_list) struct curl_slist *recipients = NULL;
	struct content content = {message->data, message->data_length};
	struct end end = {.transcript = transcript, .cancelled = cancelled};
	const struct handle_options options = {
	    .url = message->url,
	    .protocols = "smtp,smtps",
	    .timeout_ms = message->timeout_ms,
	    .ca_file = message->ca_file,
	    .cancelled = cancelled,
	    .reason = reason,
	};
	long starttls = message->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE;
	bool ready = handle && list_recipients(message, &recipients) && handle_prepare(handle, &options) &&
	             curl_easy_setopt(handle, CURLOPT_USE_SSL, starttls) == CURLE_OK && prepare_login(handle, message) &&
	             prepare_envelope(handle, message, recipients) && prepare_content(handle, &content) &&
	             prepare_transcript(handle, transcript) && prepare_end(handle, &end);
	return ready ? curl_easy_perform(handle) : CURLE_OUT_OF_MEMORY;
}

/* What makes a session pointless; NULL: nothing. */
static const char *find_mistake(const struct mail_message *message)
{
	if (message->recipient_count == 0 || message->recipient_count > MAIL_RECIPIENTS_MAX)
		return "no recipient, or too many for one message";
	if (!mail_address_usable(message->from))
		return "the sender's address cannot be used";
	for (size_t i = 0; i < message->recipient_count; i++)
		if (mail_address_usable(message->recipients[i].address))
			return NULL;
	return "no recipient's address can be used";
}

bool mail_send(struct mail_client *self, struct mail_message *message, struct err *err)
{
	const struct transport *transport = (struct transport *)((char *)self - offsetof(struct transport, mail));
	const char *mistake = find_mistake(message);
	if (mistake) {
		mail_fail_all(message, MAIL_REFUSED, mistake);
		return err_set(err, "%s", mistake);
	}
	struct mail_transcript transcript = {0};
	char reason[CURL_ERROR_SIZE];
	CURLcode code = run(message, &transport->cancelled, &transcript, reason);
	if (mail_transcript_judge(&transcript, handle_reason(code, reason), message))
		return true;
	char host[HANDLE_HOST_BYTES];
	handle_host(message->url, host);
	return err_set(err, "%s: %s", host, message->recipients[0].reply);
}
