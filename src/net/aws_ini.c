/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads AWS's INI files line by line. Values are taken as they stand: there is no
 * quoting, and no comment behind a value, since commands and keys may hold '#'.
 */
#include "net/aws_ini.h"

#include <string.h>

#define BLANKS " \t\r"

static char *trim(char *text)
{
	text += strspn(text, BLANKS);
	size_t length = strlen(text);
	while (length > 0 && strchr(BLANKS, text[length - 1]))
		text[--length] = '\0';
	return text;
}

static char *next_line(struct ini_reader *reader)
{
	char *line = reader->rest;
	if (!line || *line == '\0')
		return NULL;
	char *end = strchr(line, '\n');
	reader->rest = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return line;
}

static bool is_comment(const char *text)
{
	return *text == '\0' || *text == '#' || *text == ';';
}

static void enter_section(struct ini_reader *reader, char *header)
{
	char *end = strchr(header, ']');
	if (end)
		*end = '\0';
	reader->section = end ? trim(header + 1) : NULL;
	reader->after_key = false;
}

static bool take_entry(struct ini_reader *reader, char *text, size_t indent, struct ini_entry *ret_entry)
{
	char *equals = strchr(text, '=');
	if (!reader->section || !equals || (reader->after_key && indent > reader->indent))
		return false;
	*equals = '\0';
	reader->after_key = true;
	reader->indent = indent;
	*ret_entry = (struct ini_entry){.section = reader->section, .key = trim(text), .value = trim(equals + 1)};
	return true;
}

bool ini_next(struct ini_reader *reader, struct ini_entry *ret_entry)
{
	char *line;
	while ((line = next_line(reader))) {
		size_t indent = strspn(line, BLANKS);
		char *text = line + indent;
		if (is_comment(text))
			continue;
		if (indent == 0 && *text == '[')
			enter_section(reader, text);
		else if (take_entry(reader, text, indent, ret_entry))
			return true;
	}
	return false;
}

bool ini_is_profile(const char *section, const char *profile, bool config_file)
{
	static const char prefix[] = "profile";
	size_t length = sizeof prefix - 1;
	if (!config_file)
		return strcmp(section, profile) == 0;
	if (strncmp(section, prefix, length) != 0 || !strchr(BLANKS, section[length]) || section[length] == '\0')
		return strcmp(section, "default") == 0 && strcmp(profile, "default") == 0;
	const char *name = section + length + strspn(section + length, BLANKS);
	size_t size = strlen(name);
	bool quoted = size >= 2 && name[0] == '"' && name[size - 1] == '"';
	return strlen(profile) == size - 2 * quoted && strncmp(name + quoted, profile, size - 2 * quoted) == 0;
}
