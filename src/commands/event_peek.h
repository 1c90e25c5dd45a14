/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_EVENT_PEEK_H
#define COMMANDS_EVENT_PEEK_H
/*
 * When an event happened, without reading the event: most of a log is about nobody
 * who matters, and to put it in order takes its times alone. Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when event_batch_read() is certain to make exactly one event of this text, and *ret_time_s is that event's time. False: whatever is
 * not plain (odd, broken, wrapped, without a time, escaped where it matters), and only reading it tells. */
bool event_peek(const char *text, size_t length, int64_t *ret_time_s);

#endif
