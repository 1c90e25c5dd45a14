/* SPDX-License-Identifier: Apache-2.0 */
/* The types of value that sections share: what each takes, what it makes of it, and how it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "reading.h"
#include "rootwatch/scope.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define DURATION "k must be a duration such as 500ms, 5s, 10m, 2h or 400d"
#define HTTPS    "k must be a URL that begins with https:// (http:// only to a loopback address)"
#define PORT     "k must be an address and a port such as 0.0.0.0:8443 or [::1]:8443"
#define NAME     "k must be at most 63 letters, digits, '.', '_' and '-'"

#define NAME_OF_63 "a23456789.b23456789-c23456789_d23456789.e23456789.f23456789.g23"

/* Every type may write here. */
struct target {
	union {
		const char *text;
		bool flag;
		int number;
		int64_t ms;
		unsigned choice;
		const void *list;
	} k;
	size_t count;
};

static struct key key_of(const struct key_type *type)
{
	return (struct key){.name = "k",
	                    .type = type,
	                    .choices = type->parse == type_choice.parse ? "low|medium|high" : NULL,
	                    .minimum = 1,
	                    .maximum = 1000000,
	                    .offset = offsetof(struct target, k),
	                    .count_offset = offsetof(struct target, count)};
}

static void values_of_every_type_are_taken_or_refused(void **state)
{
	(void)state;
	static const struct {
		const struct key_type *type;
		const char *value;
		const char *problem; /* NULL: taken */
	} rows[] = {
	    {&type_text, "any: thing", NULL},
	    {&type_text, "5", NULL},
	    {&type_secret, "any thing", NULL},
	    {&type_name, "soc-mail_1.eu", NULL},
	    {&type_name, NAME_OF_63, NULL},
	    {&type_name, NAME_OF_63 "x", NAME},
	    {&type_name, "two words", NAME},
	    {&type_name, "a/b", NAME},
	    {&type_name, "\xc3\xa4", NAME},
	    {&type_bool, "true", NULL},
	    {&type_bool, "false", NULL},
	    {&type_bool, "yes", "k must be true or false"},
	    {&type_bool, "True", "k must be true or false"},
	    {&type_bool, "1", "k must be true or false"},
	    {&type_integer, "1", NULL},
	    {&type_integer, "1000000", NULL},
	    {&type_integer, "0", "k must be a number"},
	    {&type_integer, "1000001", "k must be a number"},
	    {&type_integer, "-1", "k must be a number"},
	    {&type_integer, "1.5", "k must be a number"},
	    {&type_integer, "0x10", "k must be a number"},
	    {&type_integer, "99999999999999999999", "k must be a number"},
	    {&type_duration, "1ms", NULL},
	    {&type_duration, "16m", NULL},
	    {&type_duration, "0s", DURATION},
	    {&type_duration, "17m", DURATION},
	    {&type_duration, "5", DURATION},
	    {&type_duration, "5 s", DURATION},
	    {&type_choice, "low", NULL},
	    {&type_choice, "high", NULL},
	    {&type_choice, "hihg", "k must be one of low, medium, high; did you mean \"high\"?"},
	    {&type_choice, "HIGH", "k must be one of low, medium, high; did you mean \"high\"?"},
	    {&type_choice, "low|medium|high", "k must be one of low, medium, high"},
	    {&type_choice, "hig", "k must be one of low, medium, high; did you mean \"high\"?"},
	    {&type_choice, "severe", "k must be one of low, medium, high"},
	    {&type_choices, "low,high", NULL},
	    {&type_choices, "low,loww", "k must be one of low, medium, high; did you mean \"low\"?"},
	    {&type_cidrs, "10.0.0.0/8, ::1", NULL},
	    {&type_cidrs, "10.0.0.0/33", "k must be a list of addresses or networks such as 203.0.113.0/24"},
	    {&type_cidrs, "example.com", "k must be a list of addresses or networks such as 203.0.113.0/24"},
	    {&type_host_port, "0.0.0.0:8443", NULL},
	    {&type_host_port, "[::1]:0", NULL},
	    {&type_host_port, ":9090", NULL},
	    {&type_host_port, "::1:8443", PORT},
	    {&type_host_port, "localhost", PORT},
	    {&type_url, "https://example.com/a?b", NULL},
	    {&type_url, "http://127.0.0.1:80/", NULL},
	    {&type_url, "http://example.com/", HTTPS},
	    {&type_url, "example.com", HTTPS},
	    {&type_smtp_url, "smtp://mail.example.com:587", NULL},
	    {&type_smtp_url, "smtps://[::1]", NULL},
	    {&type_smtp_url, "https://mail.example.com", "k must be smtp://host:port or smtps://host:port"},
	    {&type_optional, "false", NULL},
	    {&type_optional, "perhaps", "k must be true or false"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(reading) struct reading *reading = reading_new(NULL);
		struct target target = {0};
		const struct key keys[] = {key_of(rows[i].type), {.name = NULL}};
		char text[256], expected[256] = "";
		snprintf(text, sizeof text, "k: '%s'\n", rows[i].value);
		if (rows[i].problem)
			snprintf(expected, sizeof expected, "t:1:4: %s\n", rows[i].problem);
		reading_run(reading, text, keys, &target);
		if (strcmp(strbuf_text(&reading->problems), expected) != 0)
			fail_msg("%s\nexpected %sgot %s", text, expected, strbuf_text(&reading->problems));
	}
}

/* Reads "k: VALUE" into *ret_target; what it refers to lives as long as the reading. */
static struct reading *take(const struct key_type *type, const char *text, struct target *ret_target)
{
	struct reading *reading = reading_new(NULL);
	const struct key keys[] = {key_of(type), {.name = NULL}};
	*ret_target = (struct target){0};
	if (!reading_run(reading, text, keys, ret_target))
		fail_msg("%s%s", text, strbuf_text(&reading->problems));
	return reading;
}

static void values_become_what_the_struct_holds(void **state)
{
	(void)state;
	struct target target;
	struct reading *reading = take(&type_text, "k: 007\n", &target);
	assert_string_equal(target.k.text, "007");
	reading_free(reading);
	reading_free(take(&type_bool, "k: true\n", &target));
	assert_true(target.k.flag);
	reading_free(take(&type_integer, "k: 0042\n", &target));
	assert_int_equal(target.k.number, 42);
	reading_free(take(&type_duration, "k: 2m\n", &target));
	assert_int_equal(target.k.ms, 120000);
	reading_free(take(&type_choice, "k: medium\n", &target));
	assert_int_equal(target.k.choice, 1);
	reading = take(&type_optional, "k: true\n", &target);
	assert_true(reading->reader.optional);
	reading_free(reading);
}

static void lists_become_arrays_in_their_order(void **state)
{
	(void)state;
	struct target target;
	struct reading *reading = take(&type_choices, "k: [high, low, high]\n", &target);
	assert_int_equal(target.count, 3);
	assert_memory_equal(target.k.list, ((const unsigned[]){2, 0, 2}), 3 * sizeof(unsigned));
	reading_free(reading);

	reading = take(&type_texts, "k: [one, \"two, three\"]\n", &target);
	const char *const *list = target.k.list;
	assert_int_equal(target.count, 2);
	assert_string_equal(list[0], "one");
	assert_string_equal(list[1], "two, three"); /* an item of a list is not parted */
	reading_free(reading);

	reading = take(&type_cidrs, "k: 203.0.113.0/24,2001:db8::/32\n", &target);
	const struct cidr *networks = target.k.list;
	assert_int_equal(target.count, 2);
	assert_true(cidr_contains(&networks[0], "203.0.113.9"));
	assert_true(cidr_contains(&networks[1], "2001:db8::9"));
	reading_free(reading);
}

static void a_secret_is_not_kept_and_a_text_is(void **state)
{
	(void)state;
	struct target target;
	SCOPED(reading) struct reading *secret = take(&type_secret, "k: hunter2hunter2\n", &target);
	assert_string_equal(target.k.text, "hunter2hunter2");
	assert_null(secret->reader.keep.chunks);
	SCOPED(reading) struct reading *text = take(&type_text, "k: plain\n", &target);
	arena_wipe(&text->reader.scratch);
	assert_string_equal(target.k.text, "plain");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_of_every_type_are_taken_or_refused),
	    cmocka_unit_test(values_become_what_the_struct_holds),
	    cmocka_unit_test(lists_become_arrays_in_their_order),
	    cmocka_unit_test(a_secret_is_not_kept_and_a_text_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
