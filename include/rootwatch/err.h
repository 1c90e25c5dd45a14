/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_ERR_H
#define ROOTWATCH_ERR_H
/*
 * An error is one bounded sentence that travels up and is prefixed on the way:
 * "open store /data/x.db: disk I/O error". Whoever handles it prints it; nobody
 * prints it and passes it on. It never holds a secret. A plain value: no life
 * cycle, safe to copy, one thread at a time.
 */
#include <stdbool.h>

enum { ERR_TEXT_BYTES = 512 };

struct err {
	char text[ERR_TEXT_BYTES]; /* NUL-terminated, valid UTF-8 if its arguments were; cut when too long */
};

/* Replaces the sentence. Returns false, so that `return err_set(err, ...)` reads well. A NULL err is fine. */
bool err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "PREFIX: " in front of the sentence. Returns false. A NULL err is fine. */
bool err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
