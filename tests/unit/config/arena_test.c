/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is freed as a whole: zeroed, aligned, wiped before it goes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "config/arena.h"

static size_t wiped_bytes;

/* Stands in for the one of base/crypto.c, so that the test sees what is wiped. */
void crypto_wipe(void *bytes, size_t length);
void crypto_wipe(void *bytes, size_t length)
{
	memset(bytes, 0, length);
	wiped_bytes += length;
}

/* A sanitizer's allocator shall say no like libc's, and not end the program. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}
const char *__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void memory_is_zeroed_and_fits_any_type(void **state)
{
	(void)state;
	struct arena arena = {0};
	for (size_t bytes = 1; bytes < 200; bytes++) {
		static const char zeroes[200];
		char *memory = arena_alloc(&arena, bytes);
		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		assert_memory_equal(memory, zeroes, bytes);
		memset(memory, 'x', bytes); /* a sanitizer sees when it is not ours */
	}
	assert_false(arena.failed);
	arena_wipe(&arena);
}

static void every_byte_is_wiped_and_the_arena_is_usable_again(void **state)
{
	(void)state;
	struct arena arena = {0};
	wiped_bytes = 0;
	arena_text(&arena, "secret", 6);
	arena_printf(&arena, "%s", "another secret");
	arena_wipe(&arena);
	assert_int_equal(wiped_bytes, sizeof "secret" + sizeof "another secret");
	assert_null(arena.chunks);
	assert_string_equal(arena_text(&arena, "again", 5), "again");
	arena_wipe(&arena);
	assert_int_equal(wiped_bytes, sizeof "secret" + sizeof "another secret" + sizeof "again");
}

static void texts_end_where_they_are_told(void **state)
{
	(void)state;
	struct arena arena = {0};
	assert_string_equal(arena_text(&arena, "name=value", 4), "name");
	assert_string_equal(arena_text(&arena, "", 0), "");
	assert_string_equal(arena_printf(&arena, "%s:%d", "line", 7), "line:7");
	arena_wipe(&arena);
}

static void what_cannot_be_had_is_remembered(void **state)
{
	(void)state;
	struct arena arena = {0};
	assert_null(arena_alloc(&arena, PTRDIFF_MAX - 64));
	assert_true(arena.failed);
	assert_non_null(arena_alloc(&arena, 1));
	assert_true(arena.failed);
	arena_wipe(&arena);
	assert_false(arena.failed);
}

static void a_list_keeps_its_order_while_it_grows(void **state)
{
	(void)state;
	enum { COUNT = 1000 };
	struct arena arena = {0};
	struct text_list list = {0};
	for (int i = 0; i < COUNT; i++) {
		text_list_add(&list, &arena, arena_printf(&arena, "%d", i));
		text_list_add(&list, &arena, NULL);
	}
	assert_int_equal(list.count, COUNT);
	for (int i = 0; i < COUNT; i++)
		assert_string_equal(list.texts[i], arena_printf(&arena, "%d", i));
	arena_wipe(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(memory_is_zeroed_and_fits_any_type),
	    cmocka_unit_test(every_byte_is_wiped_and_the_arena_is_usable_again),
	    cmocka_unit_test(texts_end_where_they_are_told),
	    cmocka_unit_test(what_cannot_be_had_is_remembered),
	    cmocka_unit_test(a_list_keeps_its_order_while_it_grows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
