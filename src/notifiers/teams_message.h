/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTIFIERS_TEAMS_MESSAGE_H
#define NOTIFIERS_TEAMS_MESSAGE_H
/* An alert as the JSON that a Teams Workflows webhook takes. Pure; false only when memory ran out. */
#include <stdbool.h>
#include <stdint.h>

#include "rootwatch/alert.h"

/* "The message size limit is 28 KB": https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using */
enum { TEAMS_MESSAGE_BYTES = 28 * 1000 };

bool teams_render_message(const struct alert *alert, int64_t now_s, struct strbuf *out);

#endif
