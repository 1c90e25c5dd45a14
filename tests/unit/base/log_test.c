/* SPDX-License-Identifier: Apache-2.0 */
/* The log: every line is one JSON object, whatever is in the values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

struct capture {
	FILE *file;
	char *text;
	size_t length;
};

static int open_capture(void **state)
{
	struct capture *capture = calloc(1, sizeof *capture);
	capture->file = open_memstream(&capture->text, &capture->length);
	log_open(capture->file);
	*state = capture;
	return 0;
}

static int close_capture(void **state)
{
	struct capture *capture = *state;
	log_open(NULL);
	fclose(capture->file);
	free(capture->text);
	free(capture);
	return 0;
}

/* The captured text as one object; there must be exactly one line. */
static cJSON *only_line(const struct capture *capture)
{
	assert_true(capture->length > 0);
	assert_ptr_equal(strchr(capture->text, '\n'), capture->text + capture->length - 1);
	cJSON *tree = NULL;
	assert_int_equal(json_read(capture->text, capture->length, &tree, NULL), JSON_OK);
	return tree;
}

static void test_line_has_time_level_event_and_pairs(void **state)
{
	log_write(LOG_DELIVERY_DEAD, "notifier", "soc", "absent", (char *)NULL, "attempts", "7", (char *)NULL);
	SCOPED(json) cJSON *line = only_line(*state);
	int64_t time_s;
	assert_true(clock_parse_utc(json_text(line, "time"), &time_s));
	assert_in_range(clock_wall_s() - time_s, 0, 5);
	assert_int_equal(strlen(json_text(line, "time")), strlen("2026-11-24T03:55:01.123Z"));
	assert_string_equal(json_text(line, "level"), "error");
	assert_string_equal(json_text(line, "event"), "delivery_dead");
	assert_string_equal(json_text(line, "notifier"), "soc");
	assert_string_equal(json_text(line, "attempts"), "7");
	assert_int_equal(cJSON_GetArraySize(line), 5);
}

static void test_hostile_values_stay_values(void **state)
{
	static const char hostile[] = "\",\"level\":\"info\"}\n{\"x\":\"\\\x1b[2J\x7f\xc2\x9b";
	log_write(LOG_REQUEST, "path", hostile, "broken", "\xff", (char *)NULL);
	const struct capture *capture = *state;
	SCOPED(json) cJSON *line = only_line(capture);
	assert_string_equal(json_text(line, "path"), hostile);
	assert_string_equal(json_text(line, "broken"), "\xef\xbf\xbd");
	for (size_t i = 0; i + 1 < capture->length; i++)
		assert_true(capture->text[i] != 0x1b && capture->text[i] != 0x7f);
}

static void test_long_value_is_cut(void **state)
{
	SCOPED(text) char *value = calloc(1, 1 << 20);
	memset(value, '\x01', (1 << 20) - 1);
	log_write(LOG_WARNING, "reason", value, "after", "still here", (char *)NULL);
	SCOPED(json) cJSON *line = only_line(*state);
	assert_int_equal(strlen(json_text(line, "reason")), 2048);
	assert_string_equal(json_text(line, "after"), "still here");
}

static void *write_lines(void *unused)
{
	(void)unused;
	for (int i = 0; i < 500; i++)
		log_write(LOG_REQUEST, "path", "/v1/events", (char *)NULL);
	return NULL;
}

static void test_threads_write_whole_lines(void **state)
{
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, NULL), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	const struct capture *capture = *state;
	int lines = 0;
	for (const char *line = capture->text, *end; (end = strchr(line, '\n')); line = end + 1, lines++) {
		assert_memory_equal(line, "{\"time\":\"", 9);
		assert_memory_equal(end - 12, "/v1/events\"}", 12);
	}
	assert_int_equal(lines, 2000);
}

static void test_no_sink_no_line(void **state)
{
	log_open(NULL);
	log_write(LOG_STARTED, (char *)NULL);
	assert_int_equal(((const struct capture *)*state)->length, 0);
}

static void test_every_event_is_described(void **state)
{
	(void)state;
	for (int i = 0; i < LOG_EVENT_COUNT; i++) {
		assert_non_null(log_events[i].name);
		assert_true(log_events[i].summary && log_events[i].summary[0]);
		assert_non_null(strstr("debug info warning error", log_events[i].level));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(log_events[i].name, log_events[j].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_line_has_time_level_event_and_pairs, open_capture, close_capture),
	    cmocka_unit_test_setup_teardown(test_hostile_values_stay_values, open_capture, close_capture),
	    cmocka_unit_test_setup_teardown(test_long_value_is_cut, open_capture, close_capture),
	    cmocka_unit_test_setup_teardown(test_threads_write_whole_lines, open_capture, close_capture),
	    cmocka_unit_test_setup_teardown(test_no_sink_no_line, open_capture, close_capture),
	    cmocka_unit_test(test_every_event_is_described),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
