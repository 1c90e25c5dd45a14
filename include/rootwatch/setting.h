/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_SETTING_H
#define ROOTWATCH_SETTING_H
/*
 * Settings as data. A notifier lists what it takes in a table of struct setting;
 * the configuration reader checks types, requirements and URLs against it, masks
 * secrets, suggests names, and prints the documentation. By the time open() runs,
 * every value in struct settings has the right type and every required one is there.
 */
#include <stdbool.h>
#include <stddef.h>

enum setting_type {
	SETTING_TEXT,
	SETTING_TEXTS,    /* a list of text; one text alone is a list of one */
	SETTING_BOOL,     /* "true" or "false" */
	SETTING_INTEGER,  /* decimal, not negative */
	SETTING_DURATION, /* 500ms, 5s, 10m, 2h, 400d */
	SETTING_URL,      /* https, or http to a loopback address */
	SETTING_SMTP_URL, /* smtp:// or smtps://host[:port] */
	SETTING_CHOICE,   /* one of `choices`, parted by '|' */
};

struct setting {
	const char *name;
	enum setting_type type;
	bool required;
	bool secret;               /* masked wherever it is shown, and never logged */
	const char *default_value; /* as it would be written in the file; NULL: absent */
	const char *choices;       /* SETTING_CHOICE: "required|none" */
	const char *summary;       /* one line for people */
};

/* The values of one notifier's settings. Borrowed from the configuration; immutable. */
struct setting_value {
	const char *name;
	const char *const *texts; /* `count` texts; lists have several, everything else one */
	size_t count;
};

struct settings {
	const struct setting_value *values;
	size_t count;
};

/* The value's text, or NULL when it is absent and has no default. */
const char *settings_text(const struct settings *settings, const char *name);
bool settings_bool(const struct settings *settings, const char *name);                        /* false when absent */
long settings_duration_ms(const struct settings *settings, const char *name);                 /* 0 when absent */
const struct setting_value *settings_list(const struct settings *settings, const char *name); /* NULL when absent */

#endif
