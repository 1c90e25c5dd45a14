/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTIFIERS_SNS_MESSAGE_H
#define NOTIFIERS_SNS_MESSAGE_H
/* An alert as the form that SNS Publish takes. Pure; false only when memory ran out. */
#include <stdbool.h>
#include <stdint.h>

#include "rootwatch/alert.h"

enum {
	SNS_MESSAGE_BYTES = 262144, /* Message and MessageAttributes together, in bytes of UTF-8 */
	SNS_SUBJECT_BYTES = 99,     /* "less than 100 characters" */
	SNS_SMS_BYTES = 140,        /* one SMS, whatever its alphabet */
	SNS_FORM_BYTES = 3 * SNS_MESSAGE_BYTES + 16384,
};

/* The value of Message: one JSON object with a text for each protocol. */
bool sns_render_message(const struct alert *alert, int64_t now_s, struct strbuf *out);

/* The whole request body. */
bool sns_render_form(const struct alert *alert, const char *topic_arn, int64_t now_s, struct strbuf *out);

#endif
