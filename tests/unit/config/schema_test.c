/* SPDX-License-Identifier: Apache-2.0 */
/* Reading by table: which keys, which values, which entries, and one voice for what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "reading.h"
#include "rootwatch/scope.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

struct inner {
	const char *path;
};

struct thing {
	const char *name, *note;
	int size;
	const char *const *tags;
	size_t tag_count;
	const char *const *notes;
	size_t note_count;
	struct inner inner;
	size_t read;
};

static void read_entry(struct reader *reader, const struct key *key, const struct node *node, void *place)
{
	(void)reader;
	(void)key;
	*(size_t *)place = node->size;
}

static bool parse_any(struct reader *reader, const struct key *key, const char *text, void *place)
{
	return type_text.parse(reader, key, text, place);
}

static const struct key_type type_notes = {
    .wanted = "notes", .parse = parse_any, .item_bytes = sizeof(char *), .one_text = true};
static const struct key_type type_entry = {.wanted = "an entry", .read = read_entry};

static const struct key inner_keys[] = {
    {.name = "path", .type = &type_text, .required = true, .offset = offsetof(struct inner, path)},
    {.name = NULL},
};

static const struct key keys[] = {
    {.name = "optional", .type = &type_optional},
    {.name = "name", .type = &type_name, .required = true, .offset = offsetof(struct thing, name)},
    {.name = "note", .type = &type_text, .offset = offsetof(struct thing, note)},
    {.name = "size",
     .type = &type_integer,
     .minimum = 1,
     .maximum = 9,
     .wanted = "a number from 1 to 9",
     .offset = offsetof(struct thing, size)},
    {.name = "tags",
     .type = &type_texts,
     .offset = offsetof(struct thing, tags),
     .count_offset = offsetof(struct thing, tag_count)},
    {.name = "notes",
     .type = &type_notes,
     .offset = offsetof(struct thing, notes),
     .count_offset = offsetof(struct thing, note_count)},
    {.name = "inner", .type = &type_section, .keys = inner_keys, .offset = offsetof(struct thing, inner)},
    {.name = "read", .type = &type_entry, .offset = offsetof(struct thing, read)},
    {.name = "judged_only", .type = &type_integer, .minimum = 1, .maximum = 9, .not_in = 1u << CONFIG_STORE},
    {.name = NULL},
};

static const char *const variables[] = {"WORD=word", "EMPTY=", "PAIR=a, b", "TRUE=true", NULL};

static void assert_problems(const char *text, const char *expected)
{
	SCOPED(reading) struct reading *reading = reading_new(variables);
	struct thing thing = {0};
	reading_run(reading, text, keys, &thing);
	assert_string_equal(strbuf_text(&reading->problems), expected);
}

/* What *ret_thing refers to lives as long as the reading, which the caller frees. */
static struct reading *take(const char *text, struct thing *ret_thing)
{
	struct reading *reading = reading_new(variables);
	*ret_thing = (struct thing){.note = "default", .size = 7};
	if (!reading_run(reading, text, keys, ret_thing))
		fail_msg("%s%s", text, strbuf_text(&reading->problems));
	return reading;
}

static void every_key_fills_its_place(void **state)
{
	(void)state;
	struct thing thing;
	struct reading *reading = take("name: a\n"
	                               "note: ${WORD}s\n"
	                               "size: 9\n"
	                               "tags: [x, \"${WORD}\"]\n"
	                               "inner: { path: /p }\n"
	                               "read: { anything: [1, 2] }\n",
	                               &thing);
	assert_string_equal(thing.name, "a");
	assert_string_equal(thing.note, "words");
	assert_int_equal(thing.size, 9);
	assert_int_equal(thing.tag_count, 2);
	assert_string_equal(thing.tags[1], "word");
	assert_string_equal(thing.inner.path, "/p");
	assert_int_equal(thing.read, 5);
	reading_free(reading);
}

static void what_is_not_given_or_empty_keeps_its_default(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "name: a\n",
	    "name: a\nnote:\nsize: ~\ntags: null\nread:\n",
	    "name: a\nnote: \"\"\nsize: ''\ntags: []\nnotes: ''\n",
	    "name: a\nnote: ${EMPTY}\nsize: \"${EMPTY}\"\ntags: [\"\", \"${EMPTY}\", ~]\n",
	    "name: a\nnote: ${NOT_SET:-}\nsize: ${NOT_SET:-}\ntags: \" , ,\"\n",
	};
	for (size_t i = 0; i < LENGTH(texts); i++) {
		struct thing thing;
		struct reading *reading = take(texts[i], &thing);
		assert_string_equal(thing.note, "default");
		assert_int_equal(thing.size, 7);
		assert_int_equal(thing.tag_count, 0);
		assert_int_equal(thing.note_count, 0);
		reading_free(reading);
	}
}

static void one_text_is_a_list_parted_at_its_commas_or_not(void **state)
{
	(void)state;
	struct thing thing;
	struct reading *reading = take("name: a\ntags: \" ${PAIR},  c d ,,\"\nnotes: \"e, f\"\n", &thing);
	assert_int_equal(thing.tag_count, 3);
	assert_string_equal(thing.tags[0], "a");
	assert_string_equal(thing.tags[1], "b");
	assert_string_equal(thing.tags[2], "c d");
	assert_int_equal(thing.note_count, 1);
	assert_string_equal(thing.notes[0], "e, f");
	reading_free(reading);
}

static void everything_that_is_wrong_is_said_at_once(void **state)
{
	(void)state;
	assert_problems(
	    "nmae: a\n"
	    "size: ten\n"
	    "tags: [x, [y], { z: 1 }]\n"
	    "note: [x]\n"
	    "inner: {}\n"
	    "notes: { x: y }\n"
	    "wholly_different: 1\n",
	    "t:1:1: a thing needs \"name\"\n"
	    "t:1:1: a thing has no key \"nmae\"; did you mean \"name\"?\n"
	    "t:2:7: size must be a number from 1 to 9\n"
	    "t:3:11: tags must be a list of texts: a list is no item of it\n"
	    "t:3:16: tags must be a list of texts: a mapping is no item of it\n"
	    "t:4:7: note must be a text, not a list\n"
	    "t:5:8: inner needs \"path\"\n"
	    "t:6:8: notes must be notes, not a mapping\n"
	    "t:7:1: a thing has no key \"wholly_different\", only optional, name, note, size, tags, notes, inner, "
	    "read, judged_only\n");
}

static void sections_and_the_whole_must_be_mappings(void **state)
{
	(void)state;
	assert_problems("[]\n", "t:1:1: a thing must be a mapping of keys to values, not a list\n");
	assert_problems("word\n", "t:1:1: a thing must be a mapping of keys to values, not a text\n");
	assert_problems("name: a\ninner: /p\n", "t:2:8: inner must be a mapping of keys to values, not a text\n");
	assert_problems("name: a\ninner: [x]\n", "t:2:8: inner must be a mapping of keys to values, not a list\n");
}

static void a_required_value_must_be_something(void **state)
{
	(void)state;
	assert_problems("{}", "t:1:1: a thing needs \"name\"\n");
	assert_problems("name:\n", "t:1:6: name is empty\n");
	assert_problems("name: \"${EMPTY}\"\n", "t:1:7: name is empty\n");
	assert_problems("name: ${NOT_SET}\n", "t:1:7: name: NOT_SET is not set\n");
	assert_problems("name: ${NOT_SET:-}\n", "t:1:7: name is empty\n");
}

static void no_sentence_tells_a_value(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "name: hunter2 hunter2\n",         "name: a\nsize: hunter2\n",     "name: a\nnote: [hunter2]\n",
	    "name: a\nnote: { k: hunter2 }\n", "name: a\ninner: hunter2\n",    "name: a\ninner: { path: [hunter2] }\n",
	    "name: a\ntags: { k: hunter2 }\n", "name: a\ntags: [[hunter2]]\n", "optional: hunter2\nname: a\n",
	    "name: \"hunter2${NOT_SET}\"\n",   "name: \"hunter2${\"\n",        "name: 'hunter2\n",
	};
	for (size_t i = 0; i < LENGTH(texts); i++) {
		SCOPED(reading) struct reading *reading = reading_new(variables);
		struct thing thing = {0};
		assert_false(reading_run(reading, texts[i], keys, &thing));
		if (strstr(reading->problems.data, "hunter2"))
			fail_msg("%s%s", texts[i], reading->problems.data);
	}
}

static void a_long_list_of_known_keys_ends_with_the_sentence(void **state)
{
	(void)state;
	static char names[64][16];
	static struct key many[LENGTH(names) + 1];
	for (size_t i = 0; i < LENGTH(names); i++) {
		snprintf(names[i], sizeof names[i], "known_key_%02zu", i);
		many[i] = (struct key){.name = names[i], .type = &type_text};
	}
	SCOPED(reading) struct reading *reading = reading_new(NULL);
	struct thing thing = {0};
	assert_false(reading_run(reading, "zzz: 1\n", many, &thing));
	assert_non_null(strstr(reading->problems.data, "has no key \"zzz\", only known_key_00, known_key_01"));
	assert_true(reading->problems.length < ERR_TEXT_BYTES + 16);
}

static void a_key_of_another_scope_is_not_even_looked_at(void **state)
{
	(void)state;
	static const char text[] = "name: a\njudged_only: \"${NOT_SET}\"\n";
	SCOPED(reading) struct reading *reading = reading_new(NULL);
	struct thing thing = {0};
	reading->reader.scope = CONFIG_STORE;
	assert_true(reading_run(reading, text, keys, &thing));
	assert_problems(text, "t:2:14: judged_only: NOT_SET is not set\n");
}

/* Reads an entry that may say `optional`; true when it must be left out. */
static bool skips(struct reading *reading, const char *text)
{
	struct thing thing = {0};
	schema_entry_begin(&reading->reader);
	reading_run(reading, text, keys, &thing);
	return schema_entry_skipped(&reading->reader, thing.name);
}

static void an_optional_entry_is_skipped_for_the_first_thing_that_it_lacks(void **state)
{
	(void)state;
	static const struct {
		const char *text, *skipped; /* NULL: not skipped */
	} rows[] = {
	    {"{ name: a, optional: true }", NULL},
	    {"{ name: a, optional: true, note: \"${EMPTY}\" }", NULL}, /* nothing that it requires */
	    {"{ name: a, optional: true, note: \"${NOT_SET}\", size: \"${NOR_THIS}\" }", "a: NOT_SET is not set"},
	    {"{ size: \"${NOT_SET}\", optional: \"${TRUE}\", name: a }", "a: NOT_SET is not set"},
	    {"{ name: a, optional: true, note: \"${file:/nonexistent}\" }", "a: the file /nonexistent does not exist"},
	    {"{ name: a, optional: true, tags: [x, \"${NOT_SET}\"] }", "a: NOT_SET is not set"},
	    {"{ name: \"${EMPTY}\", optional: true }", "an entry without a name: name is empty"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(reading) struct reading *reading = reading_new(variables);
		bool skipped = skips(reading, rows[i].text);
		assert_string_equal(strbuf_text(&reading->problems), "");
		assert_int_equal(skipped, rows[i].skipped != NULL);
		assert_int_equal(reading->reader.skipped.count, skipped);
		if (skipped)
			assert_string_equal(reading->reader.skipped.texts[0], rows[i].skipped);
	}
}

static void optional_excuses_what_is_missing_and_nothing_else(void **state)
{
	(void)state;
	assert_problems("{ name: a, optional: false, note: \"${NOT_SET}\" }", "t:1:35: note: NOT_SET is not set\n");
	assert_problems("{ name: a, optional: true, note: \"${NOT SET}\" }",
	                "t:1:34: note: only ${NAME}, ${NAME:-default} and ${file:/path} are expanded; write $${ for a "
	                "literal ${\n");
	assert_problems("{ name: a, optional: true, size: ten, nots: x }",
	                "t:1:34: size must be a number from 1 to 9\n"
	                "t:1:39: a thing has no key \"nots\"; did you mean \"note\"?\n");
	assert_problems("{ optional: true }", "t:1:1: a thing needs \"name\"\n");
}

static void names_are_given_once(void **state)
{
	(void)state;
	SCOPED(reading) struct reading *reading = reading_new(NULL);
	struct reader *reader = &reading->reader;
	static const char text[] = "- { name: a }\n- { name: b }\n- { name: a }\n";
	const struct node *list = tree_read(text, sizeof text - 1, &reader->scratch, &reader->problems);
	struct text_list names = {0};
	assert_non_null(list);
	for (const struct item *item = list->items; item; item = item->next)
		schema_unique(reader, item->value, node_member(item->value, "name")->text, &names);
	schema_unique(reader, list->items->value, NULL, &names);
	problems_print(&reader->problems, "t", &reading->problems);
	assert_string_equal(strbuf_text(&reading->problems), "t:3:11: the name \"a\" is taken already\n");
	assert_int_equal(names.count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_key_fills_its_place),
	    cmocka_unit_test(what_is_not_given_or_empty_keeps_its_default),
	    cmocka_unit_test(one_text_is_a_list_parted_at_its_commas_or_not),
	    cmocka_unit_test(everything_that_is_wrong_is_said_at_once),
	    cmocka_unit_test(sections_and_the_whole_must_be_mappings),
	    cmocka_unit_test(a_required_value_must_be_something),
	    cmocka_unit_test(no_sentence_tells_a_value),
	    cmocka_unit_test(a_long_list_of_known_keys_ends_with_the_sentence),
	    cmocka_unit_test(a_key_of_another_scope_is_not_even_looked_at),
	    cmocka_unit_test(an_optional_entry_is_skipped_for_the_first_thing_that_it_lacks),
	    cmocka_unit_test(optional_excuses_what_is_missing_and_nothing_else),
	    cmocka_unit_test(names_are_given_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
