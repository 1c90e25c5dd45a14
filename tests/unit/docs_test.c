/* SPDX-License-Identifier: Apache-2.0 */
/* docs/operations.md, docs/configuration.md and docs/signals.md against the tables in the source. Run from the top of the tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "commands/settings_document.h"
#include "config/builtin.h"
#include "config/config.h"
#include "metrics.h"
#include "rootwatch/scope.h"
#include "signals.h"

enum { PROBLEMS_BYTES = 64 * 1024, NAME_BYTES = 64, VALUE_BYTES = 256 };

static char *read_document(const char *path)
{
	enum { LIMIT_BYTES = 256 * 1024 };
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	char *text = calloc(1, LIMIT_BYTES);
	assert_non_null(text);
	assert_true(fread(text, 1, LIMIT_BYTES - 1, file) > 0);
	fclose(file);
	return text;
}

static void assert_row(const char *document, const char *name, const char *kind, const char *meaning)
{
	char row[512];
	snprintf(row, sizeof row, "| `%s` | %s | %s |\n", name, kind, meaning);
	if (!strstr(document, row))
		fail_msg("docs/operations.md lacks the row\n%s", row);
}

static void every_log_event_is_documented(void **state)
{
	(void)state;
	char *document = read_document("docs/operations.md");
	for (size_t i = 0; i < LOG_EVENT_COUNT; i++)
		assert_row(document, log_events[i].name, log_events[i].level, log_events[i].summary);
	free(document);
}

static void every_metric_is_documented(void **state)
{
	(void)state;
	char *document = read_document("docs/operations.md");
	for (size_t i = 0; i < metrics_series_count; i++)
		assert_row(document, metrics_series[i].name, metrics_series[i].type, metrics_series[i].help);
	free(document);
}

/* ---- docs/signals.md ---- */

static const char *about_words(enum signal_about about)
{
	switch (about) {
	case SIGNAL_ACT: return "the call";
	case SIGNAL_CIRCUMSTANCE: return "how or by whom";
	case SIGNAL_REMAINDER: return "any other call";
	case SIGNAL_PAST: return "the account's past";
	}
	return "";
}

static void render_signal(const struct signal *signal, struct strbuf *out)
{
	const char *title = signal->title ? signal->title : "called service:EventName";
	strbuf_printf(out, "| `%s` | %s | %s | %s | %s%s |\n", signal->id, severity_name(signal->severity),
	              signal->technique, about_words(signal->about), islower((unsigned char)title[0]) ? "Root " : "",
	              title);
}

static void the_table_of_signals_is_documented(void **state)
{
	(void)state;
	char *document = read_document("docs/signals.md");
	SCOPED(strbuf) struct strbuf table = STRBUF_INIT(PROBLEMS_BYTES);
	for (size_t i = 0; i < signal_count; i++)
		render_signal(&signals[i], &table);
	strbuf_puts(&table, "\n"); /* and no row more */
	if (!strstr(document, strbuf_text(&table))) {
		fprintf(stderr, "docs/signals.md lacks\n%s", strbuf_text(&table)); /* cmocka cuts it */
		fail();
	}
	free(document);
}

/* ---- docs/configuration.md ---- */

static void assert_holds(const char *document, const char *text)
{
	if (strstr(document, text))
		return;
	fprintf(stderr, "docs/configuration.md lacks\n%s\n", text); /* cmocka cuts it */
	fail();
}

static void the_settings_of_every_notifier_are_documented(void **state)
{
	(void)state;
	char *document = read_document("docs/configuration.md");
	SCOPED(strbuf) struct strbuf settings = STRBUF_INIT(SETTINGS_DOCUMENT_BYTES);
	settings_document(notifier_types, &settings);
	assert_false(settings.overflowed);
	assert_holds(document, strbuf_text(&settings));
	free(document);
}

/* The next "${NAME:-default}" behind `text`; NULL: none. */
static const char *next_variable(const char *text, char ret_name[NAME_BYTES], char ret_default[VALUE_BYTES])
{
	const char *begin = strstr(text, "${");
	if (!begin)
		return NULL;
	const char *end = strchr(begin, '}'), *fallback = strstr(begin, ":-");
	assert_non_null(end);
	bool has_default = fallback && fallback < end;
	const char *name_end = has_default ? fallback : end, *value = has_default ? fallback + 2 : end;
	snprintf(ret_name, NAME_BYTES, "%.*s", (int)(name_end - begin - 2), begin + 2);
	snprintf(ret_default, VALUE_BYTES, "%.*s", (int)(end - value), value);
	return end;
}

static void every_variable_is_documented_with_its_default(void **state)
{
	(void)state;
	char *document = read_document("docs/configuration.md");
	char name[NAME_BYTES], value[VALUE_BYTES], row[NAME_BYTES + VALUE_BYTES + 16];
	size_t count = 0;
	for (const char *text = config_builtin; (text = next_variable(text, name, value)); count++) {
		if (value[0] != '\0')
			snprintf(row, sizeof row, "| `%s` | `%s` | ", name, value);
		else
			snprintf(row, sizeof row, "| `%s` | | ", name);
		assert_holds(document, row);
	}
	assert_true(count > 0);
	free(document);
}

static bool is_read(const char *variable)
{
	char bare[NAME_BYTES + 4], with_default[NAME_BYTES + 4];
	snprintf(bare, sizeof bare, "${%s}", variable);
	snprintf(with_default, sizeof with_default, "${%s:-", variable);
	return strcmp(variable, "ROOTWATCH_CONFIG") == 0 || strstr(config_builtin, bare) ||
	       strstr(config_builtin, with_default);
}

static void no_other_variable_is_documented(void **state)
{
	(void)state;
	char *document = read_document("docs/configuration.md");
	for (const char *row = document; (row = strstr(row, "\n| `ROOTWATCH_")); row++) {
		char name[NAME_BYTES];
		snprintf(name, sizeof name, "%.*s", (int)strcspn(row + 4, "`"), row + 4);
		if (!is_read(name))
			fail_msg("docs/configuration.md has %s, which nothing reads", name);
	}
	free(document);
}

/* All keys there are where `document` has one that is none: the refusal lists them. The caller frees. */
static char *known_keys(const char *document)
{
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(PROBLEMS_BYTES);
	setenv("ROOTWATCH_CONFIG", document, 1);
	assert_null(config_load(NULL, CONFIG_FULL, &problems));
	const char *list = strstr(strbuf_text(&problems), "\"zzzzzzzzzzzz\", only ");
	if (!list)
		fail_msg("no list of keys in %s", strbuf_text(&problems));
	list = strstr(list, "only ") + 5;
	return strndup(list, strcspn(list, "\n"));
}

static void every_key_is_documented(void **state)
{
	(void)state;
	static const struct {
		const char *prefix, *document;
	} sections[] = {
	    {"server.", "server: { zzzzzzzzzzzz: 1 }"},
	    {"server.tls.", "server: { tls: { zzzzzzzzzzzz: 1 } }"},
	    {"server.api_keys[].", "server: { api_keys: [{ zzzzzzzzzzzz: 1 }] }"},
	    {"store.", "store: { zzzzzzzzzzzz: 1 }"},
	    {"accounts.ID.", "accounts: { \"111122223333\": { zzzzzzzzzzzz: 1 } }"},
	    {"watch.", "watch: { zzzzzzzzzzzz: 1 }"},
	    {"policy.", "policy: { zzzzzzzzzzzz: 1 }"},
	    {"policy.routine[].", "policy: { routine: [{ zzzzzzzzzzzz: 1 }] }"},
	    {"notifiers[].", "notifiers: [{ name: a, type: log, zzzzzzzzzzzz: 1 }]"},
	};
	char *document = read_document("docs/configuration.md");
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		SCOPED(text) char *keys = known_keys(sections[i].document);
		char *rest = keys;
		for (char *key; (key = strsep(&rest, ", "));) {
			char row[NAME_BYTES];
			if (*key == '\0' || strcmp(key, "format") == 0) /* the log's own setting */
				continue;
			snprintf(row, sizeof row, "\n| `%s%s` | ", sections[i].prefix, key);
			assert_holds(document, row);
		}
	}
	free(document);
}

static void every_section_is_documented(void **state)
{
	(void)state;
	char *document = read_document("docs/configuration.md");
	SCOPED(text) char *keys = known_keys("zzzzzzzzzzzz: 1");
	char *rest = keys;
	for (char *key; (key = strsep(&rest, ", "));) {
		char heading[NAME_BYTES];
		snprintf(heading, sizeof heading, "`%s`", key);
		const char *place = strstr(document, "\n## ");
		while (place && !memmem(place + 1, strcspn(place + 1, "\n"), heading, strlen(heading)))
			place = strstr(place + 1, "\n## ");
		if (*key && !place)
			fail_msg("docs/configuration.md has no section for %s", key);
	}
	free(document);
}

static void the_example_is_a_configuration(void **state)
{
	(void)state;
	char *document = read_document("docs/configuration.md");
	char *example = strstr(document, "```yaml\n");
	assert_non_null(example);
	example += strcspn(example, "\n") + 1;
	char *end = strstr(example, "```");
	assert_non_null(end);
	*end = '\0';
	setenv("ROOTWATCH_API_KEY", "0123456789abcdef0123456789abcdef", 1);
	setenv("SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T0/B0/x", 1);
	setenv("SMTP_PASSWORD", "correct horse battery staple", 1);
	setenv("ROOTWATCH_CONFIG", example, 1);
	SCOPED(strbuf) struct strbuf problems = STRBUF_INIT(PROBLEMS_BYTES);
	struct config *config = config_load(NULL, CONFIG_FULL, &problems);
	if (!config || config->warning_count > 0)
		fail_msg("%s", config ? config->warnings[0] : strbuf_text(&problems));
	config_free(config);
	free(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_log_event_is_documented),
	    cmocka_unit_test(every_metric_is_documented),
	    cmocka_unit_test(the_table_of_signals_is_documented),
	    cmocka_unit_test(the_settings_of_every_notifier_are_documented),
	    cmocka_unit_test(every_variable_is_documented_with_its_default),
	    cmocka_unit_test(no_other_variable_is_documented),
	    cmocka_unit_test(every_key_is_documented),
	    cmocka_unit_test(every_section_is_documented),
	    cmocka_unit_test(the_example_is_a_configuration),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
