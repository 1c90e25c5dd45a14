/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTIFIERS_PAGERDUTY_MESSAGE_H
#define NOTIFIERS_PAGERDUTY_MESSAGE_H
/* An alert as the JSON that PagerDuty's Events API v2 takes. Pure; false only when memory ran out. */
#include <stdbool.h>
#include <stdint.h>

#include "rootwatch/alert.h"

/* PagerDuty takes 512 KB; the parts are bounded far below that. */
enum { PAGERDUTY_MESSAGE_BYTES = 128 * 1024 };

bool pagerduty_render_message(const struct alert *alert, const char *routing_key, int64_t now_s, struct strbuf *out);

#endif
