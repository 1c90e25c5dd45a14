/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared credentials and config files: the profile's keys, or the command
 * that prints them. Profiles that would need further calls (a role to assume,
 * single sign-on) are refused by name.
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html
 */
#include <errno.h>
#include <string.h>

#include "net/aws_ini.h"
#include "net/aws_process.h"
#include "net/aws_provider.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { PATH_LIMIT_BYTES = 4096, PROCESS_TIMEOUT_MS = 20 * 1000 };

/* What one file says about the profile; borrowed from the file's text. */
struct profile {
	bool found;
	const char *access_key_id, *secret_access_key, *session_token, *process;
	const char *unsupported; /* a setting that we would have to obey and cannot */
};

struct profile_files {
	struct strbuf credentials_text, config_text;
	struct profile credentials, config;
};

static void profile_files_scope(struct profile_files *files)
{
	aws_wipe_text(&files->credentials_text);
	aws_wipe_text(&files->config_text);
}

static const struct profile_key {
	const char *name;
	size_t offset;
} profile_keys[] = {
    {"aws_access_key_id", offsetof(struct profile, access_key_id)},
    {"aws_secret_access_key", offsetof(struct profile, secret_access_key)},
    {"aws_session_token", offsetof(struct profile, session_token)},
    {"credential_process", offsetof(struct profile, process)},
};

static const char *const unsupported_keys[] = {"role_arn", "sso_session", "sso_start_url", "login_session"};

static const char *profile_name(const struct aws_environment *environment)
{
	return environment->profile ? environment->profile : "default";
}

static void take_entry(struct profile *profile, const struct ini_entry *entry)
{
	profile->found = true;
	for (size_t i = 0; i < LENGTH(unsupported_keys); i++)
		if (strcmp(entry->key, unsupported_keys[i]) == 0)
			profile->unsupported = unsupported_keys[i];
	for (size_t i = 0; i < LENGTH(profile_keys); i++)
		if (strcmp(entry->key, profile_keys[i].name) == 0 && entry->value[0] != '\0')
			*(const char **)(void *)((char *)profile + profile_keys[i].offset) = entry->value;
}

static void read_profile(struct strbuf *text, const char *name, bool config_file, struct profile *profile)
{
	struct ini_reader reader = {.rest = text->data};
	struct ini_entry entry;
	while (ini_next(&reader, &entry))
		if (ini_is_profile(entry.section, name, config_file))
			take_entry(profile, &entry);
}

/* A file that is named must be there; the default one need not, nor be ours to read. */
static bool load_file(const char *named, const char *home, const char *default_path, struct strbuf *text,
                      struct err *err)
{
	*text = STRBUF_INIT(AWS_FILE_LIMIT_BYTES);
	if (named)
		return aws_read_file(named, text, NULL, err);
	SCOPED(strbuf) struct strbuf path = STRBUF_INIT(PATH_LIMIT_BYTES);
	if (!home)
		return true;
	strbuf_printf(&path, "%s%s", home, default_path);
	int problem;
	return aws_read_file(strbuf_text(&path), text, &problem, err) || problem == ENOENT || problem == ENOTDIR ||
	       problem == EACCES;
}

static bool load(const struct aws_environment *environment, struct profile_files *files, struct err *err)
{
	if (!load_file(environment->shared_credentials_file, environment->home, "/.aws/credentials",
	               &files->credentials_text, err) ||
	    !load_file(environment->config_file, environment->home, "/.aws/config", &files->config_text, err))
		return false;
	read_profile(&files->credentials_text, profile_name(environment), false, &files->credentials);
	read_profile(&files->config_text, profile_name(environment), true, &files->config);
	return true;
}

static bool says_anything(const struct profile *profile)
{
	return profile->access_key_id || profile->secret_access_key || profile->process || profile->unsupported;
}

/* A profile that was asked for, or a default one that says where keys come from (many only name a region). */
static bool applies(const struct aws_environment *environment)
{
	SCOPED(profile_files) struct profile_files files = {0};
	return environment->profile || !load(environment, &files, NULL) || says_anything(&files.credentials) ||
	       says_anything(&files.config);
}

static bool copy_keys(const struct profile *profile, struct aws_keys *ret_keys, struct err *err)
{
	SCOPED(aws_keys) struct aws_keys keys = {0};
	if (!aws_copy_keys(&keys, profile->access_key_id, profile->secret_access_key, profile->session_token, err))
		return false;
	*ret_keys = keys;
	return true;
}

/* The SDKs' order: keys of the credentials file, a process, keys of the config file. */
static bool use_profile(const struct profile_files *files, struct aws_keys *ret_keys, struct err *err)
{
	const struct profile *credentials = &files->credentials, *config = &files->config;
	const char *unsupported = credentials->unsupported ? credentials->unsupported : config->unsupported;
	if (unsupported)
		return err_set(err, "%s is not supported: use keys or credential_process", unsupported);
	if (credentials->access_key_id || credentials->secret_access_key)
		return copy_keys(credentials, ret_keys, err);
	if (credentials->process || config->process)
		return aws_process_fetch(credentials->process ? credentials->process : config->process, PROCESS_TIMEOUT_MS,
		                         ret_keys, err);
	if (config->access_key_id || config->secret_access_key)
		return copy_keys(config, ret_keys, err);
	return err_set(err, credentials->found || config->found ? "it holds no keys and no credential_process"
	                                                        : "there is no such profile");
}

static bool fetch(const struct aws_environment *environment, struct http_client *http, struct aws_keys *ret_keys,
                  struct err *err)
{
	(void)http;
	SCOPED(profile_files) struct profile_files files = {0};
	if (!load(environment, &files, err))
		return false;
	return use_profile(&files, ret_keys, err) || err_prefix(err, "profile %s", profile_name(environment));
}

const struct aws_provider aws_profile_provider = {
    .name = "shared profile",
    .applies = applies,
    .fetch = fetch,
};
