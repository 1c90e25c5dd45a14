/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/log.c, on a file and on a real pseudo-terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "fake_transport.h"
#include "rootwatch/scope.h"

extern const struct notifier_type notifier_log;

DEFINE_SCOPE(file, FILE, fclose)

static struct outcome send_to(FILE *output, const struct alert *alert)
{
	struct err err;
	SCOPED(fake_transport) struct fake_transport fake;
	fake_transport_init(&fake);
	fake.env.output = output;
	void *log = notifier_log.open(&(struct settings){0}, &fake.env, &err);
	assert_non_null(log);
	struct outcome outcome = notifier_log.send(log, alert, "");
	notifier_log.close(log);
	return outcome;
}

static void a_file_gets_the_finding_as_a_line(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	char written[512] = "";
	SCOPED(file) FILE *file = tmpfile();
	assert_non_null(file);
	assert_int_equal(send_to(file, &alert).kind, OUTCOME_DELIVERED);
	assert_true(pread(fileno(file), written, sizeof written - 1, 0) > 0); /* flushed */
	assert_string_equal(written, "{\"id\":\"f-01JDEXAMPLE000000000000000\",\"severity\":\"critical\"}\n");
}

/* A terminal as a program sees it, with its output left as it is; what was written can be read from *ret_reader. */
static FILE *terminal_open(int *ret_reader)
{
	int reader = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(reader >= 0 && grantpt(reader) == 0 && unlockpt(reader) == 0);
	char name[64];
	assert_int_equal(ptsname_r(reader, name, sizeof name), 0);
	FILE *terminal = fopen(name, "w");
	assert_non_null(terminal);
	struct termios mode;
	tcgetattr(fileno(terminal), &mode);
	cfmakeraw(&mode);
	tcsetattr(fileno(terminal), TCSANOW, &mode);
	*ret_reader = reader;
	return terminal;
}

static void a_terminal_gets_a_block_in_the_severitys_colour(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	int reader;
	SCOPED(file) FILE *terminal = terminal_open(&reader);
	assert_int_equal(send_to(terminal, &alert).kind, OUTCOME_DELIVERED);
	static const char end[] = "---\n\n";
	char shown[4096] = "";
	size_t length = 0;
	while (length < sizeof end ||
	       strcmp(shown + length - (sizeof end - 1), end) != 0) { /* a terminal hands over what it has */
		ssize_t got = read(reader, shown + length, sizeof shown - 1 - length);
		assert_true(got > 0);
		length += (size_t)got;
		shown[length] = '\0';
	}
	close(reader);
	assert_non_null(strstr(shown,
	                       "---\n\033[1;97;41m[CRITICAL] prod 111122223333: Root signed in to the console without "
	                       "MFA\033[0m\n\nVerdict: anomaly"));
	assert_non_null(strstr(shown, "\n  2. If it was not"));
}

static void events_cannot_control_the_terminal(void **state)
{
	(void)state;
	struct alert alert = hostile_alert("\033]0;title\007\033[2J\xc2\x9b\r");
	int reader;
	SCOPED(file) FILE *terminal = terminal_open(&reader);
	assert_int_equal(send_to(terminal, &alert).kind, OUTCOME_DELIVERED);
	static const char end[] = "---\n\n";
	char shown[4096] = "";
	size_t length = 0;
	while (length < sizeof end ||
	       strcmp(shown + length - (sizeof end - 1), end) != 0) { /* a terminal hands over what it has */
		ssize_t got = read(reader, shown + length, sizeof shown - 1 - length);
		assert_true(got > 0);
		length += (size_t)got;
		shown[length] = '\0';
	}
	close(reader);
	size_t escapes = 0;
	for (const char *p = shown; *p != '\0'; p++)
		escapes += *p == '\033' || *p == '\007' || *p == '\r';
	assert_int_equal(escapes, 2); /* the headline's colour, on and off */
	assert_null(strstr(shown, "\xc2\x9b"));
}

static void a_full_disk_is_told_and_tried_again(void **state)
{
	(void)state;
	struct alert alert = sample_alert();
	SCOPED(file) FILE *full = fopen("/dev/full", "w");
	assert_non_null(full);
	struct outcome outcome = send_to(full, &alert);
	assert_int_equal(outcome.kind, OUTCOME_RETRY);
	assert_string_equal(outcome.detail, "cannot write: No space left on device");
	assert_false(ferror(full));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_gets_the_finding_as_a_line),
	    cmocka_unit_test(a_terminal_gets_a_block_in_the_severitys_colour),
	    cmocka_unit_test(events_cannot_control_the_terminal),
	    cmocka_unit_test(a_full_disk_is_told_and_tried_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
