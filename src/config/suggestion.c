/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edit distance: letters left out, added, changed or swapped with their
 * neighbour, letter case ignored. Near enough is one mistake in three letters.
 */
#include "config/suggestion.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LETTERS_PER_MISTAKE = 3 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment; both at most SUGGESTION_NAME_MAX long. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[SUGGESTION_NAME_MAX + 1][SUGGESTION_NAME_MAX + 1];
	for (size_t i = 0; i <= a_length; i++)
		rows[i][0] = i;
	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		for (size_t j = 1; j <= b_length; j++) {
			size_t changed = rows[i - 1][j - 1] + !same(a[i - 1], b[j - 1]);
			rows[i][j] = least(changed, 1 + least(rows[i - 1][j], rows[i][j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
		}
	}
	return rows[a_length][b_length];
}

void suggestion_try(struct suggestion *suggestion, const char *candidate, size_t length)
{
	size_t wrong_length = strlen(suggestion->wrong);
	if (wrong_length > SUGGESTION_NAME_MAX || length > SUGGESTION_NAME_MAX)
		return;
	size_t distance = edit_distance(suggestion->wrong, wrong_length, candidate, length);
	size_t allowed = (wrong_length + LETTERS_PER_MISTAKE - 1) / LETTERS_PER_MISTAKE;
	if (distance > allowed || distance >= wrong_length || (suggestion->best[0] && distance >= suggestion->distance))
		return;
	memcpy(suggestion->best, candidate, length);
	suggestion->best[length] = '\0';
	suggestion->distance = distance;
}

const char *suggestion_text(const struct suggestion *suggestion, char ret_text[SUGGESTION_BYTES])
{
	ret_text[0] = '\0';
	if (suggestion->best[0])
		snprintf(ret_text, SUGGESTION_BYTES, "; did you mean \"%s\"?", suggestion->best);
	return ret_text;
}
