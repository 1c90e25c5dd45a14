/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_DELIVERY_TEXT_H
#define COMMANDS_DELIVERY_TEXT_H
/*
 * Deliveries as a person reads them, made from the JSON that the store lists them
 * in. What a channel said is untrusted and becomes part of one line. Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rootwatch/strbuf.h"

/* A table of an array of deliveries; nothing when it is empty. False: it is no array, or out of memory. */
bool delivery_text_table(const char *json, size_t length, int64_t now_s, struct strbuf *out);

/* One delivery and its history, a line for each attempt. False: it is no object, or out of memory. */
bool delivery_text_one(const char *json, size_t length, struct strbuf *out);

#endif
