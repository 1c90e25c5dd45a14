/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/render.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rootwatch/render.h"
#include "rootwatch/scope.h"

#define FFFD "\xef\xbf\xbd"
#define DOTS "\xe2\x80\xa6"

static void replaces_what_acts_unseen_or_is_no_utf8(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} cases[] = {
	    {"", ""},
	    {"plain <b> & \"text\"", "plain <b> & \"text\""},
	    {"Zo\xc3\xab \xf0\x9f\x94\xa5", "Zo\xc3\xab \xf0\x9f\x94\xa5"},
	    {"a\r\nb\tc", "a" FFFD FFFD "b" FFFD "c"},
	    {"\x1b[31mred\x7f", FFFD "[31mred" FFFD},
	    {"\xc2\x9b", FFFD},                      /* C1: CSI */
	    {"1.2.3.4\xe2\x80\xae", "1.2.3.4" FFFD}, /* right-to-left override */
	    {"a\xe2\x80\xa8"
	     "b",
	     "a" FFFD "b"},                               /* line separator */
	    {"\xe2\x81\xa6x\xe2\x81\xa9", FFFD "x" FFFD}, /* isolates */
	    {"\xe2\x80\x8dz", "\xe2\x80\x8dz"},           /* a joiner, as in emoji */
	    {"\xff\xfe", FFFD FFFD},                      /* no UTF-8 at all */
	    {"\xc0\xaf", FFFD FFFD},                      /* overlong */
	    {"\xed\xa0\x80", FFFD FFFD FFFD},             /* a surrogate */
	    {"end\xe2\x82", "end" FFFD FFFD},             /* cut off */
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(200);
		render_line(cases[i].text, 100, &out);
		assert_string_equal(strbuf_text(&out), cases[i].expected);
	}
}

static void cuts_at_the_limit_on_a_character_and_says_so(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t limit;
		const char *expected;
	} cases[] = {
	    {"12345678", 8, "12345678"},
	    {"123456789", 8, "12345" DOTS},
	    {"1234\xc3\xab"
	     "789",
	     8, "1234" DOTS}, /* the letter does not fit beside the ellipsis */
	    {"12345\xff\xff", 8, "12345" DOTS},
	    {"\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5", 7, "\xf0\x9f\x94\xa5" DOTS},
	    {"1234", 3, DOTS},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(200);
		strbuf_puts(&out, "before ");
		render_line(cases[i].text, cases[i].limit, &out);
		assert_string_equal(strbuf_text(&out) + 7, cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replaces_what_acts_unseen_or_is_no_utf8),
	    cmocka_unit_test(cuts_at_the_limit_on_a_character_and_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
