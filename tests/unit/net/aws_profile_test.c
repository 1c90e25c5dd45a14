/* SPDX-License-Identifier: Apache-2.0 */
/* What the shared files say about a profile, and which of them counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "fake_http.h"
#include "net/aws_provider.h"

#define KEYS(id)    "aws_access_key_id = " id "\naws_secret_access_key = wJalr/K7+=\n"
#define PROCESS(id) "credential_process = echo '{\"Version\":1,\"AccessKeyId\":\"" id "\",\"SecretAccessKey\":\"s\"}'\n"

static char home[] = "/tmp/rootwatch-home-XXXXXX";
static char folder[64], credentials_path[96], config_path[96];

/* key_id NULL: an error with `word` in it; `word` NULL too: the provider does not apply. */
static const struct profile_row {
	const char *credentials, *config, *profile;
	const char *key_id, *token, *word;
} profile_rows[] = {
    {"[default]\n" KEYS("A"), "", NULL, "A", "", NULL},
    {"[default]\n" KEYS("A") "aws_session_token = t+/=\n", "", NULL, "A", "t+/=", NULL},
    {"[default]\n" KEYS("A") "[soc]\n" KEYS("B"), "", "soc", "B", "", NULL},
    {"", "[default]\nregion = us-east-1\n" KEYS("C"), NULL, "C", "", NULL},
    {"", "[profile soc]\n" KEYS("C"), "soc", "C", "", NULL},
    {"[default]\n" KEYS("A"), "[default]\n" KEYS("C"), NULL, "A", "", NULL},
    {"[default]\n" KEYS("A"), "[default]\n" PROCESS("P"), NULL, "A", "", NULL},
    {"", "[default]\n" PROCESS("P") KEYS("C"), NULL, "P", "", NULL},
    {"[default]\n" KEYS("A") KEYS("A2"), "", NULL, "A2", "", NULL},
    {"", "", NULL, NULL, NULL, NULL},
    {"", "[default]\nregion = us-east-1\n", NULL, NULL, NULL, NULL},
    {"[soc]\n" KEYS("B"), "", NULL, NULL, NULL, NULL},
    {"[default]\n" KEYS("A"), "", "soc", NULL, NULL, "profile soc: there is no such profile"},
    {"", "[profile soc]\nregion = x\n", "soc", NULL, NULL, "holds no keys"},
    {"[default]\naws_access_key_id = A\n", "", NULL, NULL, NULL, "secret access key is missing"},
    {"[default]\naws_secret_access_key = A\n", "", NULL, NULL, NULL, "access key id is missing"},
    {"[default]\n" KEYS("A"), "[default]\nrole_arn = r\nsource_profile = x\n", NULL, NULL, NULL,
     "role_arn is not supported"},
    {"", "[default]\nsso_session = x\n", NULL, NULL, NULL, "sso_session is not supported"},
    {"", "[default]\ncredential_process = exit 3\n", NULL, NULL, NULL,
     "profile default: credential_process: it ended with status 3"},
};

static void check(const struct aws_environment *environment, const struct profile_row *row)
{
	struct aws_keys keys = {0};
	struct err err = {0};
	assert_int_equal(aws_profile_provider.applies(environment), row->key_id || row->word);
	if (!row->key_id && !row->word)
		return;
	assert_int_equal(aws_profile_provider.fetch(environment, NULL, &keys, &err), row->key_id != NULL);
	if (row->key_id) {
		assert_string_equal(keys.access_key_id, row->key_id);
		assert_string_equal(keys.session_token, row->token);
		return;
	}
	print_message("  %s\n", err.text);
	assert_non_null(strstr(err.text, row->word));
}

static void reads_profiles(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof profile_rows / sizeof profile_rows[0]; i++) {
		const struct profile_row *row = &profile_rows[i];
		fake_write_file(credentials_path, row->credentials);
		fake_write_file(config_path, row->config);
		const struct aws_environment by_home = {.home = home, .profile = (char *)row->profile};
		check(&by_home, row);
		const struct aws_environment by_path = {.shared_credentials_file = credentials_path,
		                                        .config_file = config_path,
		                                        .home = (char *)"/nonexistent",
		                                        .profile = (char *)row->profile};
		check(&by_path, row);
	}
}

static void minds_missing_files_only_when_they_are_named(void **state)
{
	(void)state;
	assert_false(aws_profile_provider.applies(&(struct aws_environment){.home = (char *)"/nonexistent"}));
	assert_false(aws_profile_provider.applies(&(struct aws_environment){.home = (char *)"/etc/passwd"}));
	assert_false(aws_profile_provider.applies(&(struct aws_environment){0}));
	const struct aws_environment named = {.config_file = (char *)"/nonexistent/config"};
	struct aws_keys keys;
	struct err err;
	assert_true(aws_profile_provider.applies(&named));
	assert_false(aws_profile_provider.fetch(&named, NULL, &keys, &err));
	assert_non_null(strstr(err.text, "/nonexistent/config"));
}

static void refuses_a_file_that_never_ends(void **state)
{
	(void)state;
	const struct aws_environment endless = {.shared_credentials_file = (char *)"/dev/zero"};
	struct aws_keys keys;
	assert_false(aws_profile_provider.fetch(&endless, NULL, &keys, NULL));
}

static int make_home(void **state)
{
	(void)state;
	if (!mkdtemp(home))
		return -1;
	snprintf(folder, sizeof folder, "%s/.aws", home);
	snprintf(credentials_path, sizeof credentials_path, "%s/credentials", folder);
	snprintf(config_path, sizeof config_path, "%s/config", folder);
	return mkdir(folder, 0700);
}

static int remove_home(void **state)
{
	(void)state;
	unlink(credentials_path);
	unlink(config_path);
	rmdir(folder);
	return rmdir(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_profiles),
	    cmocka_unit_test(minds_missing_files_only_when_they_are_named),
	    cmocka_unit_test(refuses_a_file_that_never_ends),
	};
	return cmocka_run_group_tests(tests, make_home, remove_home);
}
