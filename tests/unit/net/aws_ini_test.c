/* SPDX-License-Identifier: Apache-2.0 */
/* AWS's INI files, as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/aws_ini.h"
#include "rootwatch/strbuf.h"

/* `entries`: section|key|value; for each */
static const struct text_row {
	const char *text;
	const char *entries;
} text_rows[] = {
    {"", ""},
    {"[default]\nkey = value\n", "default|key|value;"},
    {"[default]\r\nkey=value\r\n\r\nother\t=\tv w\r\n", "default|key|value;default|other|v w;"},
    {"# note\n; note\n[a]\n# k = v\nk = v # not a note\n", "a|k|v # not a note;"},
    {"[a]\nk = v=w==\n", "a|k|v=w==;"},
    {"[a]\nk =\n", "a|k|;"},
    {"[a]\nno equals sign\nk = v", "a|k|v;"},
    {"k = before any section\n[a]\nk = v\n", "a|k|v;"},
    {"[ profile soc ]\nk = v\n", "profile soc|k|v;"},
    {"[a] # note\nk = v\n", "a|k|v;"},
    {"[broken\nk = v\n[b]\nk = w\n", "b|k|w;"},
    {"[a]\n  k = v\n  l = w\n", "a|k|v;a|l|w;"},
    {"[a]\ns3 =\n  region = x\n  k = y\nk = v\n", "a|s3|;a|k|v;"},
    {"[a]\nk = v\n[b]\n  k = w\n", "a|k|v;b|k|w;"},
    {"[a]\n[b]\n[c]\nk = v\n", "c|k|v;"},
    {"\n\n\n[a]\n\n\nk = v\n\n", "a|k|v;"},
};

static void reads_entries(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof text_rows / sizeof text_rows[0]; i++) {
		char *text = strdup(text_rows[i].text);
		struct strbuf seen = STRBUF_INIT(1024);
		struct ini_reader reader = {.rest = text};
		struct ini_entry entry;
		while (ini_next(&reader, &entry))
			strbuf_printf(&seen, "%s|%s|%s;", entry.section, entry.key, entry.value);
		assert_string_equal(strbuf_text(&seen), text_rows[i].entries);
		strbuf_done(&seen);
		free(text);
	}
}

static const struct name_row {
	const char *section, *profile;
	bool in_credentials, in_config;
} name_rows[] = {
    {"default", "default", true, true},    {"profile default", "default", false, true},
    {"soc", "soc", true, false},           {"profile soc", "soc", false, true},
    {"profile\t soc", "soc", false, true}, {"profile \"soc team\"", "soc team", false, true},
    {"profile soc", "so", false, false},   {"profile so", "soc", false, false},
    {"profilesoc", "soc", false, false},   {"profile", "profile", true, false},
    {"profile ", "", false, true},         {"sso-session soc", "soc", false, false},
};

static void knows_profiles_by_their_sections(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof name_rows / sizeof name_rows[0]; i++) {
		const struct name_row *row = &name_rows[i];
		print_message("  [%s] %s\n", row->section, row->profile);
		assert_int_equal(ini_is_profile(row->section, row->profile, false), row->in_credentials);
		assert_int_equal(ini_is_profile(row->section, row->profile, true), row->in_config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_entries),
	    cmocka_unit_test(knows_profiles_by_their_sections),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
