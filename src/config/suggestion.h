/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_SUGGESTION_H
#define CONFIG_SUGGESTION_H
/* Which of the known names somebody probably meant. Pure. */
#include <stddef.h>

/* A longer name is nobody's slip of the finger. */
enum { SUGGESTION_NAME_MAX = 48, SUGGESTION_BYTES = SUGGESTION_NAME_MAX + sizeof "; did you mean \"\"?" };

struct suggestion {
	const char *wrong;                  /* borrowed */
	char best[SUGGESTION_NAME_MAX + 1]; /* "": nothing near enough */
	size_t distance;
};

static inline struct suggestion suggestion_for(const char *wrong)
{
	return (struct suggestion){.wrong = wrong};
}

void suggestion_try(struct suggestion *suggestion, const char *candidate, size_t length);

/* `; did you mean "x"?` for the end of a sentence, or "". Written into and returned: ret_text. */
const char *suggestion_text(const struct suggestion *suggestion, char ret_text[SUGGESTION_BYTES]);

#endif
