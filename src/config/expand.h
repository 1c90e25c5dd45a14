/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_EXPAND_H
#define CONFIG_EXPAND_H
/*
 * ${NAME}, ${NAME:-default} and ${file:/path} in a value. What comes out is never
 * expanded again; $${ stands for a literal ${. Sentences name variables and files,
 * never what is in them.
 */
#include <stddef.h>

#include "config/arena.h"
#include "rootwatch/err.h"

enum { EXPAND_MAX_BYTES = 64 * 1024 }; /* one expanded value, a file's content included */

enum expansion {
	EXPAND_DONE,
	EXPAND_MISSING, /* a variable without default is not set, a file does not exist: optional parts may do without */
	EXPAND_WRONG,
};

struct expander {
	char *const *variables;            /* "NAME=value" texts, ends with NULL; borrowed */
	char buffer[EXPAND_MAX_BYTES + 1]; /* wiped by the owner at the end: holds secrets */
	size_t length;
};

/* *ret_text lives in `arena`. On anything but EXPAND_DONE why says what is missing or wrong. */
enum expansion expand(struct expander *expander, const char *text, struct arena *arena, const char **ret_text,
                      struct err *why);

/* The value of a variable, NULL when it is not set. Borrowed from `variables`. */
const char *expand_variable(char *const *variables, const char *name, size_t name_length);

#endif
