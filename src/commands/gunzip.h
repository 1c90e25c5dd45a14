/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_GUNZIP_H
#define COMMANDS_GUNZIP_H
/* gzip (RFC 1952) in memory: all of it, or why not. Pure apart from memory. */
#include <stdbool.h>
#include <stddef.h>

#include "rootwatch/err.h"
#include "rootwatch/strbuf.h"

/* Does it begin as gzip does? */
bool gunzip_recognises(const char *bytes, size_t length);

/* Appends what every member of bytes[0..length) expands to. False, with err, when one is cut off or damaged, when something
 * else stands behind the last one (padding with zeros may), or when it would not fit into `out`: a bomb ends there. */
bool gunzip(const char *bytes, size_t length, struct strbuf *out, struct err *err);

#endif
