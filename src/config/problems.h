/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_PROBLEMS_H
#define CONFIG_PROBLEMS_H
/*
 * Everything that is wrong with a configuration, collected while it is read and
 * printed once in the order of the file. Sentences hold no value of the
 * configuration, only names: a value may be a secret.
 */
#include <stdarg.h>
#include <stddef.h>

#include "rootwatch/err.h"
#include "rootwatch/strbuf.h"

enum { PROBLEMS_MAX = 100 }; /* nobody mends more at once; the rest is counted */

struct position {
	int line, column; /* from 1; line 0: the document as a whole */
};

struct problem {
	struct position at;
	size_t order;
	struct err sentence;
};

struct problems {
	struct problem list[PROBLEMS_MAX];
	size_t count; /* of all, also of those that were not kept */
};

void problems_add(struct problems *problems, struct position at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void problems_vadd(struct problems *problems, struct position at, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

/* One line each: "ORIGIN:LINE:COLUMN: sentence". */
void problems_print(struct problems *problems, const char *origin, struct strbuf *out);

#endif
