/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H
/*
 * Reading by table: a section of the configuration is an array of struct key, each
 * with a type and a place in the struct that is filled. Defaults are put into that
 * struct before; a key whose value is empty after expansion counts as not given.
 * A section is read in the order of its table, not of the file.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/arena.h"
#include "config/config.h"
#include "config/expand.h"
#include "config/problems.h"
#include "config/suggestion.h"
#include "config/tree.h"

/* The state of reading one configuration. */
struct reader {
	struct config *config;
	const struct notifier_type *const *types; /* ends with NULL */
	enum config_scope scope;
	struct arena keep;    /* what the configuration refers to */
	struct arena scratch; /* the tree and expanded values; wiped when reading ends */
	struct problems problems;
	struct expander expander;
	struct text_list warnings, skipped;
	struct suggestion hint; /* set by a type's parse for the value it refuses */

	/* The entry of a list that is being read, when it says `optional: true`: what is missing skips it. */
	bool optional;
	const char *missing; /* why it must be skipped; NULL: nothing is missing */
};

/* One text of a value, expanded; never "". */
struct value {
	const struct node *node;
	const char *text; /* in reader->scratch */
};

struct values {
	struct value *list;
	size_t count;
};

struct key;

/* How a value is read: by `parse` text by text, or by `read` alone. */
struct key_type {
	const char *wanted; /* what goes behind "must be" */

	/* False: it is not what is wanted. Writes to `place` what must last in reader->keep. */
	bool (*parse)(struct reader *reader, const struct key *key, const char *text, void *place);
	size_t item_bytes; /* not 0: a list of what parse writes; the place gets the array, count_offset the count */
	bool one_text;     /* a list, but a text is not parted at its commas */

	/* Reads any value that is not empty, and complains itself. */
	void (*read)(struct reader *reader, const struct key *key, const struct node *node, void *place);
};

struct key {
	const char *name; /* NULL ends the table */
	const struct key_type *type;
	size_t offset, count_offset; /* in the struct that is filled */
	const char *wanted;          /* NULL: the type's */
	const char *choices;         /* "a|b|c", in the order of the enum */
	int64_t minimum, maximum;    /* of an integer or duration */
	const struct key *keys;      /* of a section inside */
	unsigned not_in;             /* bits of 1u << enum config_scope: then it is not even expanded */
	bool required;
	bool filled; /* may be left out, but not be given as nothing */
};

void schema_complain(struct reader *reader, const struct node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void schema_warn(struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A mapping with these keys, required ones checked, any other refused; `what` is its name in sentences. */
void schema_read_map(struct reader *reader, const char *what, const struct key *keys, const struct node *map,
                     void *target);

/* The parts of it, for a mapping whose keys come from two tables. `settings` may be NULL. */
bool schema_is_map(struct reader *reader, const char *what, const struct node *node);
void schema_read_keys(struct reader *reader, const char *what, const struct key *keys, const struct node *map,
                      void *target);
void schema_refuse_unknown(struct reader *reader, const char *what, const struct key *keys,
                           const struct setting *settings, const struct node *map);

/* The node's list items, NULL (after complaining) when it is no list. *ret_count is their number. */
const struct item *schema_items(struct reader *reader, const struct key *key, const struct node *node,
                                size_t *ret_count);

/* The texts of a value by the rules of the key's type. False: complained, or missing in an optional entry. */
bool schema_values(struct reader *reader, const struct key *key, const struct node *node, struct values *ret_values);

/* Parses one of them; complains when it is not what is wanted. */
bool schema_parse(struct reader *reader, const struct key *key, const struct value *value, void *place);

/* A required value that is not there or empty: skips an optional entry, else complains. */
void schema_empty(struct reader *reader, const char *name, const struct node *at);

/* Before an entry that may say `optional: true`, and after it: true when it must be left out, which is then noted. */
void schema_entry_begin(struct reader *reader);
bool schema_entry_skipped(struct reader *reader, const char *name);

/* Every entry of a list has a name of its own: adds this one's (NULL is fine) or complains. */
void schema_unique(struct reader *reader, const struct node *entry, const char *name, struct text_list *names);

/* Types that more than one section uses. */
extern const struct key_type type_text;      /* const char * */
extern const struct key_type type_secret;    /* const char *, in reader->scratch: gone after reading */
extern const struct key_type type_name;      /* const char *: what may stand in logs and labels */
extern const struct key_type type_bool;      /* bool */
extern const struct key_type type_integer;   /* int */
extern const struct key_type type_duration;  /* int64_t, ms */
extern const struct key_type type_choice;    /* an enum, from 0 in the order of the choices */
extern const struct key_type type_choices;   /* const unsigned *: a list of choices */
extern const struct key_type type_texts;     /* const char *const * */
extern const struct key_type type_cidrs;     /* const struct cidr * */
extern const struct key_type type_host_port; /* const char *, as written */
extern const struct key_type type_url;       /* const char * */
extern const struct key_type type_smtp_url;  /* const char * */
extern const struct key_type type_optional;  /* no place: reader->optional; must be first in its table */
extern const struct key_type type_section;   /* the struct itself, by key->keys */

enum { NAME_MAX_BYTES = 63 }; /* of notifiers (the store's column) and keys */

#define SEVERITY_CHOICES "info|low|medium|high|critical"

#endif
