/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_RENDER_H
#define ROOTWATCH_RENDER_H
/*
 * Untrusted text made fit to be shown, the same for every channel. Escaping for a
 * channel's own markup comes after it and is the channel's. Pure.
 */
#include <stddef.h>

#include "rootwatch/strbuf.h"

/* Appends `text` as one line of valid UTF-8, at most `limit` bytes (3 or more): what is invalid, controls the terminal or
 * turns the direction of writing becomes U+FFFD, and what is cut off is marked by an ellipsis. */
void render_line(const char *text, size_t limit, struct strbuf *out);

#endif
