/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_SCOPE_H
#define ROOTWATCH_SCOPE_H
/*
 * Things that free themselves at the end of their scope.
 *
 *     SCOPED(text) char *name = strdup(x);        freed on every way out
 *     SCOPED(strbuf) struct strbuf out = ...;
 *     return steal(&name);                        handed over, the scope frees nothing
 *
 * SCOPED(x) calls x_scope(&variable), which must accept a variable that was
 * never filled. DEFINE_SCOPE writes that function for a pointer type.
 */
#include <stdlib.h>

#define SCOPED(name) __attribute__((cleanup(name##_scope)))

#define DEFINE_SCOPE(name, type, destroy)         \
	static inline void name##_scope(type **place) \
	{                                             \
		if (*place)                               \
			destroy(*place);                      \
	}

/* Takes the value out of *place and leaves NULL behind. */
#define steal(place)                           \
	(__extension__({                           \
		__typeof__(*(place)) taken = *(place); \
		*(place) = NULL;                       \
		taken;                                 \
	}))

static inline void text_scope(char **place)
{
	free(*place);
}

#endif
