/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_AWS_INI_H
#define NET_AWS_INI_H
/*
 * The format of ~/.aws/credentials and ~/.aws/config. Reading cuts the text up in
 * place, so entries are borrowed from it.
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
#include <stdbool.h>
#include <stddef.h>

struct ini_reader {
	char *rest;     /* NUL-terminated, writable; what is still to be read */
	char *section;  /* NULL: before the first */
	size_t indent;  /* of the last key: deeper lines belong to its value */
	bool after_key; /* there was one in this section */
};

struct ini_entry {
	const char *section; /* "default", "profile soc" */
	const char *key;
	const char *value; /* "" when there is none */
};

/* The next `key = value`; false at the end. Comments, sub-settings and lines that are none of these are passed over. */
bool ini_next(struct ini_reader *reader, struct ini_entry *ret_entry);

/* Is this section the profile's? In the config file all but [default] are called [profile NAME]. */
bool ini_is_profile(const char *section, const char *profile, bool config_file);

#endif
