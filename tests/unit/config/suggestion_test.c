/* SPDX-License-Identifier: Apache-2.0 */
/* Which name somebody probably meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "config/suggestion.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static const char *best_of(const char *const *candidates, const char *wrong, char ret_text[SUGGESTION_BYTES])
{
	struct suggestion suggestion = suggestion_for(wrong);
	for (; *candidates; candidates++)
		suggestion_try(&suggestion, *candidates, strlen(*candidates));
	return suggestion_text(&suggestion, ret_text);
}

static void one_slip_in_three_letters_is_near_enough(void **state)
{
	(void)state;
	static const char *const candidates[] = {"listen", "tls", "api_keys", "api_key_header", "to", "rate", NULL};
	static const struct {
		const char *wrong, *suggestion;
	} rows[] = {
	    {"listn", "listen"},     /* left out */
	    {"listten", "listen"},   /* added */
	    {"lasten", "listen"},    /* changed */
	    {"lisetn", "listen"},    /* swapped */
	    {"LISTEN", "listen"},    /* letter case is no mistake */
	    {"lssten", "listen"},    /* one changed */
	    {"lstne", "listen"},     /* left out and swapped: 2 of 5 */
	    {"apikeys", "api_keys"}, /* nearer than api_key_header */
	    {"api-key-header", "api_key_header"},
	    {"tsl", "tls"},
	    {"tle", "tls"},
	    {"ot", "to"},
	    {"t", NULL}, /* nothing of it would be left */
	    {"x", NULL},
	    {"", NULL},
	    {"listening_address", NULL},
	    {"lxstxx", NULL}, /* 3 of 6 */
	    {"certificate", NULL},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char text[SUGGESTION_BYTES], expected[SUGGESTION_BYTES] = "";
		if (rows[i].suggestion)
			snprintf(expected, sizeof expected, "; did you mean \"%s\"?", rows[i].suggestion);
		if (strcmp(best_of(candidates, rows[i].wrong, text), expected) != 0)
			fail_msg("\"%s\": %s", rows[i].wrong, text);
	}
}

static void of_two_as_near_the_first_is_told(void **state)
{
	(void)state;
	char text[SUGGESTION_BYTES];
	assert_string_equal(best_of((const char *const[]){"slack", "slock", NULL}, "sluck", text),
	                    "; did you mean \"slack\"?");
	assert_string_equal(best_of((const char *const[]){"slock", "slack", NULL}, "slack", text),
	                    "; did you mean \"slack\"?");
}

static void only_the_given_part_of_a_candidate_counts(void **state)
{
	(void)state;
	struct suggestion suggestion = suggestion_for("requird");
	char text[SUGGESTION_BYTES];
	suggestion_try(&suggestion, "required|none", 8);
	assert_string_equal(suggestion_text(&suggestion, text), "; did you mean \"required\"?");
}

static void the_longest_names_fit_and_longer_ones_are_left_alone(void **state)
{
	(void)state;
	char name[SUGGESTION_NAME_MAX + 2], text[SUGGESTION_BYTES];
	memset(name, 'a', sizeof name);
	name[SUGGESTION_NAME_MAX] = '\0';
	struct suggestion fits = suggestion_for(name);
	suggestion_try(&fits, name, SUGGESTION_NAME_MAX);
	assert_int_equal(strlen(suggestion_text(&fits, text)), SUGGESTION_BYTES - 1);

	name[SUGGESTION_NAME_MAX] = 'a';
	name[SUGGESTION_NAME_MAX + 1] = '\0';
	suggestion_try(&fits, name, SUGGESTION_NAME_MAX + 1);
	assert_int_equal(fits.distance, 0);
	struct suggestion longer = suggestion_for(name);
	suggestion_try(&longer, name, SUGGESTION_NAME_MAX);
	assert_string_equal(suggestion_text(&longer, text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_slip_in_three_letters_is_near_enough),
	    cmocka_unit_test(of_two_as_near_the_first_is_told),
	    cmocka_unit_test(only_the_given_part_of_a_candidate_counts),
	    cmocka_unit_test(the_longest_names_fit_and_longer_ones_are_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
