/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an SMTP session to fates. Replies are taken by what they answer, not by
 * counting lines: greeting, TLS and login differ in length from server to server.
 * Whatever libcurl made of the session, the server's words decide.
 */
#include "net/mail_transcript.h"

#include <string.h>

#include "net/handle.h"

enum { REPLY_CODE_DIGITS = 3, CODE_CONTINUE_LOGIN = 334, CODE_SEND_CONTENT = 354 };

static const struct verb {
	const char *name;
	enum mail_stage stage;
} verbs[] = {
    {"EHLO", MAIL_SESSION}, {"HELO", MAIL_SESSION},   {"STARTTLS", MAIL_SESSION}, {"AUTH", MAIL_SESSION},
    {"MAIL", MAIL_SESSION}, {"RCPT", MAIL_RECIPIENT}, {"DATA", MAIL_DATA},        {"QUIT", MAIL_QUIT},
};

static bool begins_with(const char *line, size_t length, const char *verb)
{
	size_t size = strlen(verb);
	return length > size && memcmp(line, verb, size) == 0 && strchr(" \r\n", line[size]);
}

void mail_transcript_command(struct mail_transcript *transcript, const char *line, size_t length)
{
	/* What follows a 334 is a piece of a login, and Base64 may spell any verb. */
	if (transcript->reply.code == CODE_CONTINUE_LOGIN)
		return;
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (!begins_with(line, length, verbs[i].name))
			continue;
		transcript->stage = verbs[i].stage;
		transcript->named += verbs[i].stage == MAIL_RECIPIENT;
		return;
	}
}

/* Puts a whole reply where it belongs. */
static void file_reply(struct mail_transcript *transcript)
{
	const struct mail_reply *reply = &transcript->reply;
	switch (transcript->stage) {
	case MAIL_SESSION: transcript->session = *reply; return;
	case MAIL_RECIPIENT:
		if (transcript->named <= MAIL_RECIPIENTS_MAX)
			transcript->recipients[transcript->named - 1] = *reply;
		return;
	case MAIL_DATA:
		transcript->session = *reply;
		if (reply->code == CODE_SEND_CONTENT)
			transcript->stage = MAIL_CONTENT;
		return;
	case MAIL_CONTENT: transcript->content = *reply; return;
	case MAIL_QUIT: return;
	}
}

/* Three digits; 0 for anything else. */
static int read_code(const char *line, size_t length)
{
	int code = 0;
	for (size_t i = 0; i < REPLY_CODE_DIGITS; i++) {
		if (i >= length || line[i] < '0' || line[i] > '9')
			return 0;
		code = code * 10 + (line[i] - '0');
	}
	return code;
}

void mail_transcript_reply(struct mail_transcript *transcript, const char *line, size_t length)
{
	while (length > 0 && strchr("\r\n ", line[length - 1]))
		length--;
	int code = read_code(line, length);
	if (code == 0)
		return;
	struct mail_reply *reply = &transcript->reply;
	/* Further lines go on in the sentence of the first, without their code. */
	size_t skip = transcript->in_reply ? REPLY_CODE_DIGITS + 1 : 0;
	if (!transcript->in_reply)
		*reply = (struct mail_reply){.code = code};
	else if (length > skip)
		handle_append_printable(reply->text, sizeof reply->text, " ", 1);
	if (length > skip)
		handle_append_printable(reply->text, sizeof reply->text, line + skip, length - skip);
	if (!transcript->in_reply && length > REPLY_CODE_DIGITS)
		reply->text[REPLY_CODE_DIGITS] = ' ';
	transcript->in_reply = length > REPLY_CODE_DIGITS && line[REPLY_CODE_DIGITS] == '-';
	if (!transcript->in_reply)
		file_reply(transcript);
}

bool mail_address_usable(const char *address)
{
	for (const char *c = address; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || *c == '<' || *c == '>')
			return false;
	return address[0] != '\0';
}

static void set_fate(struct mail_recipient *recipient, enum mail_fate fate, const char *reply)
{
	recipient->fate = fate;
	recipient->reply[0] = '\0';
	handle_append_printable(recipient->reply, sizeof recipient->reply, reply, strlen(reply));
}

void mail_fail_all(struct mail_message *message, enum mail_fate fate, const char *reply)
{
	for (size_t i = 0; i < message->recipient_count; i++)
		set_fate(&message->recipients[i], fate, reply);
}

static bool is_refusal(const struct mail_reply *reply)
{
	return reply->code >= 400;
}

static enum mail_fate fate_of(const struct mail_reply *reply)
{
	return reply->code >= 500 ? MAIL_REFUSED : MAIL_DEFERRED;
}

/* The refusal that everybody shares whom the server did not refuse by name; NULL: there is none. */
static const struct mail_reply *shared_refusal(const struct mail_transcript *transcript)
{
	if (transcript->content.code != 0)
		return is_refusal(&transcript->content) ? &transcript->content : NULL;
	return is_refusal(&transcript->session) ? &transcript->session : NULL;
}

bool mail_transcript_judge(const struct mail_transcript *transcript, const char *reason, struct mail_message *message)
{
	bool taken = transcript->content.code / 100 == 2;
	const struct mail_reply *refusal = shared_refusal(transcript);
	bool anybody = false;
	size_t named = 0;
	for (size_t i = 0; i < message->recipient_count; i++) {
		struct mail_recipient *recipient = &message->recipients[i];
		if (!mail_address_usable(recipient->address)) {
			set_fate(recipient, MAIL_REFUSED, "not an address that can be written to");
			continue;
		}
		const struct mail_reply *own = &transcript->recipients[named++];
		if (is_refusal(own))
			set_fate(recipient, fate_of(own), own->text);
		else if (taken && own->code != 0)
			set_fate(recipient, MAIL_ACCEPTED, transcript->content.text);
		else if (refusal)
			set_fate(recipient, fate_of(refusal), refusal->text);
		else
			set_fate(recipient, MAIL_DEFERRED, reason);
		anybody |= recipient->fate == MAIL_ACCEPTED;
	}
	return anybody;
}
