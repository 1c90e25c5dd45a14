/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_EXCERPT_H
#define BASE_EXCERPT_H
/*
 * An untrusted value inside one of our sentences: cut to a sane length on a
 * character boundary, without control characters. A value: err_set(err, "\"%s\" is no account", excerpt(x).text).
 */

enum { EXCERPT_BYTES = 68 }; /* the whole value, or at most 64 of it and "..." */

struct excerpt {
	char text[EXCERPT_BYTES];
};

struct excerpt excerpt(const char *text);

/* An access key id as people compare them: "AKIA...4XYZ". What does not look like one is cut like any value. */
struct excerpt excerpt_key(const char *key);

#endif
