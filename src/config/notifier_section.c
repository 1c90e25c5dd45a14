/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `notifiers:`: what every entry takes, and what its type's table of settings asks
 * for. Knows no type by name.
 */
#include <limits.h>
#include <string.h>

#include "config/sections.h"
#include "rootwatch/scope.h"

enum {
	TIMEOUT_DEFAULT_MS = 5000,
	TIMEOUT_MIN_MS = 100,
	TIMEOUT_MAX_MS = 5 * 60 * 1000,                                   /* longer than any channel takes to answer */
	VERDICTS_DEFAULT = 1u << VERDICT_ROUTINE | 1u << VERDICT_ANOMALY, /* what is told at all */
};

/* An entry as written. */
struct draft {
	const char *name, *type;
	enum severity min_severity;
	const char *const *accounts;
	size_t account_count;
	const unsigned *verdicts; /* in the order of the choices */
	size_t verdict_count;
	int64_t timeout_ms, interval_ms;
};

static bool parse_rate(struct reader *reader, const struct key *key, const char *text, void *place)
{
	(void)reader;
	(void)key;
	return parse_rate_ms(text, place);
}

static const struct key_type type_rate = {.wanted = "a rate such as 1/s, 60/m or 1000/h", .parse = parse_rate};

static const struct key common_keys[] = {
    {.name = "optional", .type = &type_optional},
    {.name = "name", .type = &type_name, .required = true, .offset = offsetof(struct draft, name)},
    {.name = "type", .type = &type_text, .required = true, .offset = offsetof(struct draft, type)},
    {.name = "min_severity",
     .type = &type_choice,
     .choices = SEVERITY_CHOICES,
     .offset = offsetof(struct draft, min_severity)},
    {.name = "accounts",
     .type = &type_account_list,
     .offset = offsetof(struct draft, accounts),
     .count_offset = offsetof(struct draft, account_count)},
    {.name = "verdicts",
     .type = &type_choices,
     .choices = "routine|anomaly",
     .offset = offsetof(struct draft, verdicts),
     .count_offset = offsetof(struct draft, verdict_count)},
    {.name = "timeout",
     .type = &type_duration,
     .minimum = TIMEOUT_MIN_MS,
     .maximum = TIMEOUT_MAX_MS,
     .wanted = "a duration from 100ms to 5m",
     .offset = offsetof(struct draft, timeout_ms)},
    {.name = "rate", .type = &type_rate, .offset = offsetof(struct draft, interval_ms)},
    {.name = NULL},
};

static unsigned verdict_bits(const struct draft *draft)
{
	static const enum verdict told[] = {VERDICT_ROUTINE, VERDICT_ANOMALY}; /* the choices */
	unsigned bits = 0;
	for (size_t i = 0; i < draft->verdict_count; i++)
		bits |= 1u << told[draft->verdicts[i]];
	return bits ? bits : VERDICTS_DEFAULT;
}

static const struct notifier_type *find_type(struct reader *reader, const struct node *entry, const char *name)
{
	struct suggestion meant = suggestion_for(name);
	SCOPED(strbuf) struct strbuf known = STRBUF_INIT(ERR_TEXT_BYTES / 2);
	for (const struct notifier_type *const *type = reader->types; *type; type++) {
		if (strcmp((*type)->name, name) == 0)
			return *type;
		suggestion_try(&meant, (*type)->name, strlen((*type)->name));
		strbuf_printf(&known, "%s%s", known.length ? ", " : "", (*type)->name);
	}
	char hint[SUGGESTION_BYTES];
	schema_complain(reader, node_member(entry, "type"), "type must be one of %s%s", strbuf_text(&known),
	                suggestion_text(&meant, hint));
	return NULL;
}

static struct key key_of(const struct setting *setting)
{
	static const struct key_type *const types[] = {
	    [SETTING_TEXT] = &type_text,         [SETTING_TEXTS] = &type_texts,       [SETTING_BOOL] = &type_bool,
	    [SETTING_INTEGER] = &type_integer,   [SETTING_DURATION] = &type_duration, [SETTING_URL] = &type_url,
	    [SETTING_SMTP_URL] = &type_smtp_url, [SETTING_CHOICE] = &type_choice,
	};
	return (struct key){
	    .name = setting->name,
	    .type = types[setting->type],
	    .maximum = setting->type == SETTING_INTEGER ? INT_MAX : INT64_MAX,
	    .choices = setting->choices,
	};
}

/* Checks the values and keeps their texts: settings are handed to the notifier as texts. */
static void keep_values(struct reader *reader, const struct key *key, const struct values *values,
                        struct setting_value *ret_value)
{
	const char **texts = arena_alloc(&reader->keep, values->count * sizeof *texts);
	if (!texts)
		return;
	for (size_t i = 0; i < values->count; i++) {
		union {
			const char *text;
			int64_t number;
		} checked; /* the widest that a type writes; only whether it can is of interest */
		const char *text = values->list[i].text;
		schema_parse(reader, key, &values->list[i], &checked);
		texts[i] = arena_text(&reader->keep, text, strlen(text));
	}
	*ret_value = (struct setting_value){.name = key->name, .texts = texts, .count = values->count};
}

/* True when the entry gives this setting a value; else it may have its default, or is absent (name NULL). */
static bool read_setting(struct reader *reader, const char *what, const struct setting *setting,
                         const struct node *entry, struct setting_value *ret_value)
{
	const struct key key = key_of(setting);
	const struct node *node = node_member(entry, setting->name);
	struct values values = {0};
	if (node && !schema_values(reader, &key, node, &values))
		return false;
	if (values.count > 0) {
		keep_values(reader, &key, &values, ret_value);
		return true;
	}
	if (setting->required && node)
		schema_empty(reader, setting->name, node);
	else if (setting->required)
		schema_complain(reader, entry, "%s needs \"%s\"", what, setting->name);
	else if (setting->default_value)
		*ret_value = (struct setting_value){.name = setting->name, .texts = &setting->default_value, .count = 1};
	return false;
}

/* Returns how many of the required settings have a value. */
static size_t read_settings(struct reader *reader, const char *what, const struct notifier_type *type,
                            const struct node *entry, struct settings *ret_settings)
{
	size_t room = 1, count = 0, given = 0;
	for (const struct setting *setting = type->settings; setting->name; setting++)
		room++;
	struct setting_value *values = arena_alloc(&reader->keep, room * sizeof *values);
	for (const struct setting *setting = type->settings; values && setting->name; setting++) {
		given += read_setting(reader, what, setting, entry, &values[count]) && setting->required;
		count += values[count].name != NULL;
	}
	*ret_settings = (struct settings){.values = values, .count = count};
	return given;
}

static void finish(const struct draft *draft, const struct notifier_type *type, struct notifier_config *ret_config)
{
	ret_config->name = draft->name;
	ret_config->type = type;
	ret_config->min_severity = draft->min_severity;
	ret_config->accounts = draft->accounts;
	ret_config->account_count = draft->account_count;
	ret_config->verdicts = verdict_bits(draft);
	ret_config->timeout_ms = (long)draft->timeout_ms;
	ret_config->interval_ms = draft->interval_ms;
	if (draft->interval_ms == 0 && type->default_rate)
		parse_rate_ms(type->default_rate, &ret_config->interval_ms);
}

/* False: not to be used, for whatever reason. */
static bool read_notifier(struct reader *reader, const struct node *entry, struct text_list *names,
                          struct notifier_config *ret_config)
{
	if (!schema_is_map(reader, "a notifier", entry))
		return false;
	struct draft draft = {.min_severity = SEVERITY_LOW, .timeout_ms = TIMEOUT_DEFAULT_MS};
	size_t problems = reader->problems.count, given = 0;
	schema_entry_begin(reader);
	schema_read_keys(reader, "a notifier", common_keys, entry, &draft);
	schema_unique(reader, entry, draft.name, names);
	const struct notifier_type *type = draft.type ? find_type(reader, entry, draft.type) : NULL;
	if (type) {
		const char *what = arena_printf(&reader->scratch, "a notifier of type %s", type->name);
		given = read_settings(reader, what, type, entry, &ret_config->settings);
		schema_refuse_unknown(reader, what, common_keys, type->settings, entry);
	}
	if (reader->missing && given > 0)
		schema_warn(reader, "notifier %s is only partly configured and left out: %s", draft.name, reader->missing);
	if (schema_entry_skipped(reader, draft.name) || reader->problems.count > problems || !type)
		return false;
	finish(&draft, type, ret_config);
	return true;
}

static void read_notifiers(struct reader *reader, const struct key *key, const struct node *node, void *place)
{
	struct config *config = place;
	struct text_list names = {0};
	size_t count;
	const struct item *item = schema_items(reader, key, node, &count);
	struct notifier_config *notifiers = arena_alloc(&reader->keep, (count + 1) * sizeof *notifiers);
	if (!notifiers)
		return;
	for (; item; item = item->next)
		if (read_notifier(reader, item->value, &names, &notifiers[config->notifier_count]))
			config->notifier_count++;
	config->notifiers = notifiers;
}

const struct key_type type_notifiers = {.wanted = "a list of notifiers", .read = read_notifiers};
