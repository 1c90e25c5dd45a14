/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/commands/event_peek.c: what it is certain of, and that event.c agrees whatever the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "commands/event_peek.h"
#include "sample_event.h"

#define TIME "'eventTime':'2026-11-24T03:55:01Z'"

enum { TIME_S = 1795492501 };

/* Certain of it? Then the reader must make one event of it, of that time. */
static bool certain(const char *text, size_t length)
{
	int64_t time_s = -1;
	if (!event_peek(text, length, &time_s))
		return false;
	SCOPED(event_batch) struct event_batch batch = {.count = 0};
	struct err err = {""};
	if (event_batch_read(text, length, &batch, &err) != EVENT_OK)
		fail_msg("%s: %.*s", err.text, (int)length, text);
	if (batch.count != 1 || batch.events[0].time_s != time_s)
		fail_msg("%zu events, %lld: %.*s", batch.count, (long long)time_s, (int)length, text);
	return true;
}

static void what_is_plain_is_certain(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool certain;
	} rows[] = {
	    {"{'userIdentity':{}," TIME "}", true},
	    {" {\n'userIdentity' : null ,\t" TIME "\r} ", true},
	    {"{'detail':{" TIME "}}", true},
	    {"{'detail':{" TIME ",'a':[1,-0.5e+3,true,false,null,[],{},'\\u00e4\\n']},'eventTime':7}", false},
	    {"{'detail':{" TIME ",'a':[1,-0.5e+3,true,false,null,[],{},'\\u00e4\\n']}}", true},
	    {"{'detail':{" TIME "},'Records':[],'data':{},'userIdentity':7}", true},
	    /* no event, or perhaps several */
	    {"{" TIME "}", false},
	    {"{'eventID':'a','eventName':'X'," TIME "}", false},
	    {"{'Records':[{'userIdentity':{}," TIME "}]}", false},
	    {"[{'userIdentity':{}," TIME "}]", false},
	    {"{'detail-type':'t','source':'s','userIdentity':{}," TIME "}", false},
	    {"{}", false},
	    {"", false},
	    /* which is meant */
	    {"{'userIdentity':{}," TIME "," TIME "}", false},
	    {"{'detail':{" TIME "},'detail':{" TIME "}}", false},
	    {"{'detail':[],'userIdentity':{}," TIME "}", false},
	    /* without a time that is plain */
	    {"{'userIdentity':{}}", false},
	    {"{'detail':{'userIdentity':{}},'time':'2026-11-24T03:55:01Z'," TIME "}", false},
	    {"{'userIdentity':{},'eventTime':'2026-11-24T03:55:01\\u005a'}", false},
	    {"{'userIdentity':{},'\\u0065ventTime':'2026-11-24T03:55:01Z'," TIME "}", false},
	    {"{'userIdentity':{},'eventTime':'yesterday'}", false},
	    {"{'userIdentity':{},'eventTime':null}", false},
	    /* no JSON */
	    {"{'userIdentity':{}," TIME ",}", false},
	    {"{'userIdentity':{}," TIME "} x", false},
	    {"{'userIdentity':{]," TIME "}", false},
	    {"{'userIdentity':01," TIME "}", false},
	    {"{'userIdentity':1.," TIME "}", false},
	    {"{'userIdentity':+1," TIME "}", false},
	    {"{'userIdentity':tru," TIME "}", false},
	    {"{'userIdentity':'\\x'," TIME "}", false},
	    {"{'userIdentity':'\\u12'," TIME "}", false},
	    {"{'userIdentity':'a\nb'," TIME "}", false},
	    {"{'userIdentity':1234567890123456789012345678901234567890123456789012345678901234567890," TIME "}", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		SCOPED(text) char *text = quoted(rows[i].text);
		if (certain(text, strlen(text)) != rows[i].certain)
			fail_msg("%s", text);
	}
}

static void the_time_is_the_records(void **state)
{
	(void)state;
	int64_t time_s = 0;
	SCOPED(text) char *text = quoted("{'time':'2020-01-01T00:00:00Z','detail':{" TIME "}}");
	assert_true(event_peek(text, strlen(text), &time_s));
	assert_int_equal(time_s, TIME_S);
}

static void deep_ones_are_left_to_the_reader(void **state)
{
	(void)state;
	enum { DEPTH = 100000 };
	SCOPED(text) char *text = malloc(DEPTH + 1);
	assert_non_null(text);
	memset(text, '[', DEPTH);
	memcpy(text, "{\"a\":", 5);
	assert_false(certain(text, DEPTH));
}

/* The fixture with a byte changed, left out or doubled, everywhere; and cut off everywhere. */
static size_t break_everywhere(char *text, size_t length)
{
	static const char bytes[] = "\"\\{}[],:0e-u \n\x01\x80\xff\0Ax";
	SCOPED(text) char *broken = malloc(length + 2);
	assert_non_null(broken);
	size_t sure = 0;
	for (size_t i = 0; i < length; i++) {
		memcpy(broken, text, length);
		broken[i] = bytes[i % (sizeof bytes - 1)];
		sure += certain(broken, length);
		memmove(broken + i, text + i + 1, length - i - 1);
		sure += certain(broken, length - 1);
		memcpy(broken, text, i + 1);
		memcpy(broken + i + 1, text + i, length - i);
		sure += certain(broken, length + 1);
		sure += certain(text, i);
	}
	return sure;
}

static void the_reader_agrees_whatever_the_text(void **state)
{
	(void)state;
	glob_t found;
	assert_int_equal(glob("tests/fixtures/*.json", 0, NULL, &found), 0);
	assert_true(found.gl_pathc > 40);
	size_t plain = 0, sure = 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *name = strrchr(found.gl_pathv[i], '/') + 1;
		SCOPED(text) char *stem = strndup(name, strlen(name) - strlen(".json"));
		SCOPED(text) char *text = fixture_text(stem);
		plain += certain(text, strlen(text));
		if (i % 4 == 0)
			sure += break_everywhere(text, strlen(text));
	}
	assert_true(plain > found.gl_pathc / 2); /* most events are plain */
	assert_true(sure > 1000);
	globfree(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_plain_is_certain),
	    cmocka_unit_test(the_time_is_the_records),
	    cmocka_unit_test(deep_ones_are_left_to_the_reader),
	    cmocka_unit_test(the_reader_agrees_whatever_the_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
