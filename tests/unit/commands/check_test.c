/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/commands/check.c: what a configuration alone does not show. The rest is tests/integration/test_config.py's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/clock.h"
#include "capture.h"
#include "rootwatch/scope.h"
#include "rootwatch/strbuf.h"
#include "server/certificate.h"

#define DIRECTORY "/tmp/rootwatch-check-XXXXXX"

enum { DAY_S = 24 * 60 * 60, YEAR_DAYS = 365 };

struct files {
	char directory[sizeof DIRECTORY];
	char config[64], chain[64], key[64];
};

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void setup(struct files *files)
{
	*files = (struct files){.directory = DIRECTORY};
	assert_non_null(mkdtemp(files->directory));
	snprintf(files->config, sizeof files->config, "%s/rootwatch.yaml", files->directory);
	snprintf(files->chain, sizeof files->chain, "%s/tls.crt", files->directory);
	snprintf(files->key, sizeof files->key, "%s/tls.key", files->directory);
}

static void files_scope(struct files *files)
{
	unlink(files->config);
	unlink(files->chain);
	unlink(files->key);
	rmdir(files->directory);
}

static void write_config(const struct files *files, const char *tls, const char *notifiers)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(4096);
	strbuf_printf(&text, "server: { %s, api_keys: [{ name: a, value: 0123456789abcdef0123456789abcdef }] }\n%s", tls,
	              notifiers);
	write_file(files->config, strbuf_text(&text));
}

/* Checks a configuration whose certificate began `age_days` ago and is valid for a year. */
static int check_certificate_of(int age_days, struct capture *ret_said)
{
	SCOPED(files) struct files files;
	SCOPED(certificate) struct certificate certificate = {0};
	struct err err;
	char tls[256];
	setup(&files);
	assert_true(certificate_make(clock_wall_s() - (int64_t)age_days * DAY_S, &certificate, &err));
	write_file(files.chain, certificate.chain_pem);
	write_file(files.key, certificate.key_pem);
	snprintf(tls, sizeof tls, "tls: { certificate: %s, private_key: %s }", files.chain, files.key);
	write_config(&files, tls, "");
	return capture(command_check, (const char *const[]){"check", "-c", files.config, NULL}, ret_said);
}

static void a_good_certificate_is_not_spoken_of(void **state)
{
	(void)state;
	struct capture said;
	assert_int_equal(check_certificate_of(YEAR_DAYS - 20, &said), EXIT_FINE);
	assert_string_equal(said.err, "");
}

static void a_certificate_that_ends_soon_is_a_warning(void **state)
{
	(void)state;
	struct capture said;
	assert_int_equal(check_certificate_of(YEAR_DAYS - 10, &said), EXIT_FINE);
	assert_non_null(strstr(said.err, "warning: server.tls"));
	assert_non_null(strstr(said.err, "in less than 14 days"));
}

static void a_certificate_out_of_its_time_is_bad(void **state)
{
	(void)state;
	struct capture said;
	assert_int_equal(check_certificate_of(YEAR_DAYS + 10, &said), EXIT_BAD);
	assert_non_null(strstr(said.err, "expired at 20"));
	assert_int_equal(check_certificate_of(-10, &said), EXIT_BAD);
	assert_non_null(strstr(said.err, "not valid before 20"));
}

static void a_missing_certificate_is_a_warning_unless_there_is_no_tls(void **state)
{
	(void)state;
	SCOPED(files) struct files files;
	struct capture said;
	setup(&files);
	const char *const arguments[] = {"check", "-c", files.config, NULL};
	write_config(&files, "tls: {}", "");
	assert_int_equal(capture(command_check, arguments, &said), EXIT_FINE);
	assert_non_null(strstr(said.err, "self-signed"));
	write_config(&files, "plaintext: true", "");
	assert_int_equal(capture(command_check, arguments, &said), EXIT_FINE);
	assert_string_equal(said.err, "");
}

static void every_notifier_that_cannot_be_opened_is_named(void **state)
{
	(void)state;
	SCOPED(files) struct files files;
	struct capture said;
	setup(&files);
	write_config(
	    &files, "plaintext: true",
	    "notifiers:\n"
	    "  - { name: one, type: sns, topic_arn: 'no arn' }\n"
	    "  - { name: two, type: log }\n"
	    "  - { name: three, type: email, smtp_url: 'smtp://mail.example.com', from: nobody, to: a@example.com }\n"
	    "  - { name: four, type: slack, optional: true, webhook_url: '' }\n");
	assert_int_equal(capture(command_check, (const char *const[]){"check", files.config, NULL}, &said), EXIT_USAGE);
	assert_int_equal(capture(command_check, (const char *const[]){"check", "-c", files.config, NULL}, &said), EXIT_BAD);
	assert_non_null(strstr(said.err, "notifier one: topic_arn"));
	assert_null(strstr(said.err, "two"));
	assert_non_null(strstr(said.err, "notifier three: from"));
	assert_non_null(strstr(said.err, "left out: four: webhook_url is empty"));
	assert_non_null(strstr(said.out, "name: \"two\""));
}

static void settings_need_no_configuration(void **state)
{
	(void)state;
	struct capture said;
	assert_int_equal(capture(command_check, (const char *const[]){"check", "--settings", NULL}, &said), EXIT_FINE);
	assert_non_null(strstr(said.out, "| `topic_arn` | text | yes |"));
	assert_string_equal(said.err, "");
	assert_int_equal(capture(command_check, (const char *const[]){"check", "--settings", "-c", "x", NULL}, &said),
	                 EXIT_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_certificate_is_not_spoken_of),
	    cmocka_unit_test(a_certificate_that_ends_soon_is_a_warning),
	    cmocka_unit_test(a_certificate_out_of_its_time_is_bad),
	    cmocka_unit_test(a_missing_certificate_is_a_warning_unless_there_is_no_tls),
	    cmocka_unit_test(every_notifier_that_cannot_be_opened_is_named),
	    cmocka_unit_test(settings_need_no_configuration),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
