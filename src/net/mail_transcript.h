/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_MAIL_TRANSCRIPT_H
#define NET_MAIL_TRANSCRIPT_H
/*
 * What was said in one SMTP session, as far as it decides who got the message.
 * Fed with each command and each reply line in order; then judged. Pure.
 */
#include <stdbool.h>
#include <stddef.h>

#include "rootwatch/http_client.h"

struct mail_reply {
	int code; /* 0: none came */
	char text[MAIL_REPLY_BYTES];
};

enum mail_stage { MAIL_SESSION, MAIL_RECIPIENT, MAIL_DATA, MAIL_CONTENT, MAIL_QUIT };

struct mail_transcript {
	enum mail_stage stage;                             /* what the next reply will be about */
	bool in_reply;                                     /* in the middle of one of several lines */
	size_t named;                                      /* recipients named so far */
	struct mail_reply reply;                           /* the reply in hand, or the last one */
	struct mail_reply session;                         /* the last one about neither a recipient nor the content */
	struct mail_reply content;                         /* the last word on the whole message */
	struct mail_reply recipients[MAIL_RECIPIENTS_MAX]; /* in the order in which they were named */
};

void mail_transcript_command(struct mail_transcript *transcript, const char *line, size_t length);
void mail_transcript_reply(struct mail_transcript *transcript, const char *line, size_t length);

/* Can this stand between < and > of a command as it is? */
bool mail_address_usable(const char *address);

/* Fills every recipient's fate and reply; those with an unusable address were not named. `reason`: why the session
 * ended, for when the server's words do not say. True when somebody accepted. */
bool mail_transcript_judge(const struct mail_transcript *transcript, const char *reason, struct mail_message *message);

/* The same fate for all. */
void mail_fail_all(struct mail_message *message, enum mail_fate fate, const char *reply);

#endif
