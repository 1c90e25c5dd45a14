/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTIFIERS_SLACK_MESSAGE_H
#define NOTIFIERS_SLACK_MESSAGE_H
/* An alert as the JSON that a Slack incoming webhook takes. Pure; false only when memory ran out. */
#include <stdbool.h>
#include <stdint.h>

#include "rootwatch/alert.h"

/* A larger payload fails as a whole near 13,200 characters, whatever its parts' own limits. */
enum { SLACK_MESSAGE_BYTES = 12000 };

bool slack_render_message(const struct alert *alert, int64_t now_s, struct strbuf *out);

#endif
