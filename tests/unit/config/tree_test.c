/* SPDX-License-Identifier: Apache-2.0 */
/* Documents as trees: where everything stands, and what is refused before anybody looks at a value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/tree.h"
#include "rootwatch/scope.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { ROOM = 4 * 1024 * 1024 };

struct fixture {
	struct arena arena;
	struct problems problems;
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	arena_wipe(&fixture->arena);
	free(fixture);
	return 0;
}

static const struct node *read_text(struct fixture *fixture, const char *text)
{
	return tree_read(text, strlen(text), &fixture->arena, &fixture->problems);
}

static const struct node *read_good(struct fixture *fixture, const char *text)
{
	const struct node *root = read_text(fixture, text);
	assert_non_null(root);
	assert_int_equal(fixture->problems.count, 0);
	return root;
}

/* The document is refused with one problem that reads "LINE:COLUMN: ..." or begins so. */
static void assert_refused(const char *text, size_t length, const char *expected)
{
	struct arena arena = {0};
	SCOPED(text) char *memory = calloc(1, sizeof(struct problems));
	struct problems *problems = (struct problems *)(void *)memory;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(ROOM);
	assert_non_null(problems);
	tree_read(text, length, &arena, problems);
	problems_print(problems, "x", &out);
	arena_wipe(&arena);
	if (problems->count != 1 || strncmp(strbuf_text(&out) + 2, expected, strlen(expected)) != 0)
		fail_msg("expected %s, got %s", expected, strbuf_text(&out));
}

static void assert_at(const struct node *node, int line, int column)
{
	assert_non_null(node);
	assert_int_equal(node->at.line, line);
	assert_int_equal(node->at.column, column);
}

static void everything_knows_where_it_stands(void **state)
{
	const struct node *root = read_good(*state, "# a comment\n"
	                                            "server:\n"
	                                            "  listen: \"\xc3\xa4\"  # columns are characters\n"
	                                            "  api_keys: [{ name: a }, b]\n"
	                                            "  \"quoted key\": x\n");
	assert_int_equal(root->kind, NODE_MAP);
	assert_at(root, 2, 1);
	const struct node *server = node_member(root, "server");
	assert_at(server, 3, 3);
	assert_at(node_member(server, "listen"), 3, 11);
	const struct node *keys = node_member(server, "api_keys");
	assert_int_equal(keys->kind, NODE_LIST);
	assert_at(keys, 4, 13);
	assert_at(keys->items->value, 4, 14);
	assert_at(node_member(keys->items->value, "name"), 4, 22);
	assert_at(keys->items->next->value, 4, 27);
	assert_null(keys->items->next->next);
	assert_at(keys->items->next->value, 4, 27);
	assert_at(node_member(server, "quoted key"), 5, 17);
	assert_null(node_member(root, "listen"));
}

static void every_scalar_is_text_as_written(void **state)
{
	static const char *const texts[] = {"011122223333", "true", "1e3", "2027-01-01", "0x1F", "1_000", "yes", "5s"};
	for (size_t i = 0; i < LENGTH(texts); i++) {
		char document[64];
		snprintf(document, sizeof document, "- %s\n", texts[i]);
		const struct node *value = read_good(*state, document)->items->value;
		assert_int_equal(value->kind, NODE_TEXT);
		assert_string_equal(value->text, texts[i]);
		assert_false(value->empty);
	}
}

static void an_unquoted_nothing_is_empty_and_a_quoted_one_is_not(void **state)
{
	static const struct {
		const char *document;
		bool empty;
	} rows[] = {
	    {"a:\n", true},           {"a: ~\n", true},     {"a: null\n", true},  {"a: Null\n", true},
	    {"a: NULL\n", true},      {"a: \"\"\n", false}, {"a: ''\n", false},   {"a: '~'\n", false},
	    {"a: \"null\"\n", false}, {"a: nULL\n", false}, {"a: none\n", false}, {"a: nulls\n", false},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (node_member(read_good(*state, rows[i].document), "a")->empty != rows[i].empty)
			fail_msg("%s", rows[i].document);
}

static void an_empty_document_is_an_empty_map(void **state)
{
	static const char *const documents[] = {"",    "\n\n", "# nothing but a comment\n", "---\n", "---\n...\n",
	                                        "~\n", "null"};
	for (size_t i = 0; i < LENGTH(documents); i++) {
		const struct node *root = read_good(*state, documents[i]);
		assert_int_equal(root->kind, NODE_MAP);
		assert_null(root->items);
		assert_at(root, 1, 1);
	}
}

static void an_alias_is_the_node_that_it_names(void **state)
{
	const struct node *root = read_good(*state, "a: &x { k: [1, 2] }\n"
	                                            "b: *x\n"
	                                            "c: &x text\n" /* an anchor may be given anew */
	                                            "d: *x\n"
	                                            "*x : e\n");
	assert_ptr_equal(node_member(root, "b"), node_member(root, "a"));
	assert_ptr_equal(node_member(root, "d"), node_member(root, "c"));
	assert_string_equal(node_member(root, "text")->text, "e");
	assert_at(node_member(root, "b"), 1, 4); /* where it is written, not where it is named */
	/* root, a's map and key and list and items; b's key and the same five again; c to e: */
	assert_int_equal(node_member(root, "a")->size, 5);
	assert_int_equal(root->size, 1 + 1 + 5 + 1 + 5 + 2 + 2 + 2);
}

static void aliases_of_aliases_do_not_grow_without_end(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(ROOM);
	strbuf_puts(&text, "l0: &l0 [x,x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 10; i++) {
		strbuf_printf(&text, "l%d: &l%d [", i, i);
		for (int j = 0; j < 10; j++)
			strbuf_printf(&text, "%s*l%d", j ? "," : "", i - 1);
		strbuf_puts(&text, "]\n");
	}
	/* l3 walks 11,111 values; the third *l3 of l4 is one too many. */
	assert_refused(text.data, text.length, "5:18: the document has too many values");
}

static void what_is_refused_is_said_with_its_place(void **state)
{
	(void)state;
	static const struct {
		const char *document, *problem;
	} rows[] = {
	    {"a: 1\nb: 2\na: 3\n", "3:1: the key \"a\" stands here twice, first in line 1\n"},
	    {"x:\n  - { k: 1, 'k': 2 }\n", "2:13: the key \"k\" stands here twice, first in line 2\n"},
	    {"? [a, b]\n: c\n", "1:3: a key must be a text\n"},
	    {"? { a: b }\n: c\n", "1:3: a key must be a text\n"},
	    {"x: &a [1]\n*a : 2\n", "2:1: a key must be a text\n"},
	    {"a: *nowhere\n", "1:4: the alias names no anchor before it\n"},
	    {"a: *b\nb: &b 1\n", "1:4: the alias names no anchor before it\n"},
	    {"a: &a\n  - *a\n", "2:5: the alias stands inside what it names\n"},
	    {"a: &a { b: { c: *a } }\n", "1:17: the alias stands inside what it names\n"},
	    {"a: 1\n---\nb: 2\n", "2:1: a second document begins here\n"},
	    {"a: !vault secret\n", "1:4: unknown YAML tag\n"},
	    {"a: ! secret\n", "1:4: unknown YAML tag\n"},
	    {"a: !env [x]\n", "1:4: unknown YAML tag\n"},
	    {"a: !env { x: y }\n", "1:4: unknown YAML tag\n"},
	    {"a: !<tag:example.com,2002:x> b\n", "1:4: unknown YAML tag\n"},
	    {"a: |\n  two\n  lines\n", "1:4: a text must be one line without control characters\n"},
	    {"a: \"x\\ny\"\n", "1:4: a text must be one line without control characters\n"},
	    {"a: \"x\\0y\"\n", "1:4: a text must be one line without control characters\n"},
	    {"a: \"x\\ty\"\n", "1:4: a text must be one line without control characters\n"},
	    {"a: \"x\\ey\"\n", "1:4: a text must be one line without control characters\n"},
	    {"a: \"x\\x7fy\"\n", "1:4: a text must be one line without control characters\n"},
	    {"a: \"x\\x9by\"\n", "1:4: a text must be one line without control characters\n"},
	    {"a: \"x\\Ny\"\n", "1:4: a text must be one line without control characters\n"},
	    {"\"k\\r\": x\n", "1:1: a text must be one line without control characters\n"},
	    {"a: [\n", "2:1: not valid YAML: "},
	    {"a: 'open\n", "2:1: not valid YAML: "},
	    {"a:\n\tb: c\n", "2:1: not valid YAML: "},
	    {"a: b: c\n", "1:5: not valid YAML: "},
	    {"a: 1\n b\n- c\n", "3:1: not valid YAML: "},
	    {"a: @x\n", "1:4: not valid YAML: "},
	    {"ok: \xc3\xa4\xff\n", "1:6: a byte here is not printable UTF-8\n"},
	    {"ok: 1\na: \xff\n", "2:4: a byte here is not printable UTF-8\n"},
	    {"ok: 1\na: x\xc3\n", "2:6: a byte here is not printable UTF-8\n"},
	    {"a: \x01\n", "1:4: a byte here is not printable UTF-8\n"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_refused(rows[i].document, strlen(rows[i].document), rows[i].problem);
	assert_refused("a: b\0c", 6, "1:5: a byte here is not printable UTF-8\n");
}

static void known_tags_say_nothing_new(void **state)
{
	const struct node *root = read_good(*state, "a: !!str 5\nb: !!map { c: !!seq [!!int 1] }\n");
	assert_string_equal(node_member(root, "a")->text, "5");
	assert_int_equal(node_member(root, "b")->kind, NODE_MAP);
}

static void long_lines_may_be_folded_into_one(void **state)
{
	const struct node *root = read_good(*state, "a: >-\n  two\n  lines\nb: two\n  lines\nc: \"two\\\n  lines\"\n");
	assert_string_equal(node_member(root, "a")->text, "two lines");
	assert_string_equal(node_member(root, "b")->text, "two lines");
	assert_string_equal(node_member(root, "c")->text, "twolines");
}

/* `count` times `piece` between the two. */
static void repeat(struct strbuf *out, const char *before, const char *piece, int count, const char *behind)
{
	strbuf_reset(out);
	strbuf_puts(out, before);
	for (int i = 0; i < count; i++)
		strbuf_puts(out, piece);
	strbuf_puts(out, behind);
	assert_false(out->overflowed);
}

static void limits_hold_to_the_last_one(void **state)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(ROOM);

	char deep[2 * TREE_DEPTH_MAX + 1] = "";
	memset(deep, '[', TREE_DEPTH_MAX);
	memset(deep + TREE_DEPTH_MAX, ']', TREE_DEPTH_MAX);
	read_good(*state, deep);
	repeat(&text, "", "[", TREE_DEPTH_MAX + 1, "");
	assert_refused(text.data, text.length, "1:17: the document nests too deeply\n");

	repeat(&text, "", "- x\n", TREE_NODES_MAX - 1, "");
	read_good(*state, text.data);
	repeat(&text, "", "- x\n", TREE_NODES_MAX, "");
	assert_refused(text.data, text.length, "40000:3: the document has too many values\n");

	repeat(&text, "", "- &a x\n", TREE_ANCHORS_MAX, "- *a\n");
	read_good(*state, text.data);
	repeat(&text, "", "- &a x\n", TREE_ANCHORS_MAX + 1, "");
	assert_refused(text.data, text.length, "101:3: the document has too many anchors\n");

	repeat(&text, "a: ", "x", TREE_TEXT_MAX_BYTES, "");
	assert_int_equal(strlen(node_member(read_good(*state, text.data), "a")->text), TREE_TEXT_MAX_BYTES);
	repeat(&text, "a: ", "x", TREE_TEXT_MAX_BYTES + 1, "");
	assert_refused(text.data, text.length, "1:4: the text is too long\n");
}

/* Recursion in a reader would end here: far more than any stack holds. */
static void depth_is_refused_before_it_hurts(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(ROOM);
	repeat(&text, "", "[", 1000000, "");
	assert_refused(text.data, text.length, "1:17: the document nests too deeply\n");
	repeat(&text, "", "{a: ", 1000000, "");
	assert_refused(text.data, text.length, "1:65: the document nests too deeply\n");
}

static void what_a_text_may_hold(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool allowed;
	} rows[] = {
	    {"", true},          {"plain", true},         {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91", true},
	    {"a\nb", false},     {"a\r", false},          {"\t", false},
	    {"\x1b[2J", false},  {"\x7f", false},         {"\xc2\x80", false},
	    {"\xc2\x9f", false}, {"\xc2\xa0", true},      {"\xc3", false},
	    {"\xff", false},     {"\xed\xa0\x80", false}, {"\xc0\x80", false},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (tree_text_allowed(rows[i].text, strlen(rows[i].text)) != rows[i].allowed)
			fail_msg("row %zu", i);
	assert_false(tree_text_allowed("a\0b", 3));
	assert_true(tree_text_allowed("a\nb", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(everything_knows_where_it_stands, setup, teardown),
	    cmocka_unit_test_setup_teardown(every_scalar_is_text_as_written, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_unquoted_nothing_is_empty_and_a_quoted_one_is_not, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_empty_document_is_an_empty_map, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_alias_is_the_node_that_it_names, setup, teardown),
	    cmocka_unit_test(aliases_of_aliases_do_not_grow_without_end),
	    cmocka_unit_test(what_is_refused_is_said_with_its_place),
	    cmocka_unit_test_setup_teardown(known_tags_say_nothing_new, setup, teardown),
	    cmocka_unit_test_setup_teardown(long_lines_may_be_folded_into_one, setup, teardown),
	    cmocka_unit_test_setup_teardown(limits_hold_to_the_last_one, setup, teardown),
	    cmocka_unit_test(depth_is_refused_before_it_hurts),
	    cmocka_unit_test(what_a_text_may_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
