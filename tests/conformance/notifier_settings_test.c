/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of notifier_types: its table is well formed, and open() takes what the table allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/parse.h"
#include "conformance/attempt.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static bool is_word(const char *text, const char *letters)
{
	return *text != '\0' && text[strspn(text, letters)] == '\0';
}

static bool is_summary(const char *text)
{
	return text && *text != '\0' && is_shown(text) && text[strlen(text) - 1] != '.';
}

/* Is `text` one of "a|b|c"? */
static bool is_choice(const char *choices, const char *text)
{
	size_t length = strlen(text);
	for (;; choices++) {
		size_t choice = strcspn(choices, "|");
		if (choice == length && strncmp(choices, text, length) == 0)
			return true;
		choices += choice;
		if (*choices == '\0')
			return false;
	}
}

static void check_setting(const struct subject *subject, const struct setting *setting)
{
	static const char *const common[] = {"name",     "type",     "min_severity", "accounts",
	                                     "verdicts", "optional", "timeout",      "rate"};
	expect(is_word(setting->name, "abcdefghijklmnopqrstuvwxyz0123456789_"), subject, "a setting's name is no word");
	for (size_t i = 0; i < LENGTH(common); i++)
		expect(strcmp(setting->name, common[i]) != 0, subject, "a setting is called like one that every notifier has");
	for (const struct setting *other = subject->type->settings; other < setting; other++)
		expect(strcmp(setting->name, other->name) != 0, subject, "two settings have one name");
	expect(is_summary(setting->summary), subject, "a setting's summary is not one line without a full stop");
	expect((setting->type == SETTING_CHOICE) == (setting->choices != NULL), subject, "choices are for SETTING_CHOICE");
	expect(!setting->choices || is_word(setting->choices, "abcdefghijklmnopqrstuvwxyz0123456789_-|"), subject,
	       "choices are words parted by |");
	expect(!setting->choices || !is_choice(setting->choices, ""), subject, "a choice is empty");
	expect(!setting->required || !setting->default_value, subject, "what is required needs no default");
	expect(!setting->choices || !setting->default_value || is_choice(setting->choices, setting->default_value), subject,
	       "the default is no choice");
	expect(!setting->secret || !setting->default_value, subject, "a secret has a default");
}

static void tables_are_well_formed(void **state)
{
	(void)state;
	size_t count = 0;
	for (; notifier_types[count]; count++) {
		const struct notifier_type *type = notifier_types[count];
		const struct subject subject = {.type = type, .alert = "none", .answer = "none"};
		int64_t interval_ms;
		size_t settings = 0;
		expect(is_word(type->name, "abcdefghijklmnopqrstuvwxyz"), &subject, "the name is no word");
		expect(notifier_type_find(type->name) == type, &subject, "two types have one name");
		expect(is_summary(type->summary), &subject, "the summary is not one line without a full stop");
		expect(!type->default_rate || parse_rate_ms(type->default_rate, &interval_ms), &subject,
		       "the default rate is none");
		expect(type->settings && type->open && type->send && type->close, &subject, "a row has a hole");
		for (; type->settings[settings].name; settings++)
			check_setting(&subject, &type->settings[settings]);
		expect(settings <= SETTINGS_MAX, &subject, "SETTINGS_MAX of this test is too small");
	}
	assert_true(count > 0);
}

static void the_required_settings_are_enough_and_defaults_are_there(void **state)
{
	(void)state;
	for (size_t i = 0; notifier_types[i]; i++) {
		SCOPED(subject) struct subject subject;
		subject_open(&subject, notifier_types[i], &(struct choice){0});
		const struct settings *settings = &subject.config->notifiers[0].settings;
		for (const struct setting *setting = notifier_types[i]->settings; setting->name; setting++) {
			const char *text = settings_text(settings, setting->name);
			if (setting->default_value)
				assert_string_equal(text, setting->default_value);
			else
				expect(setting->required == (text != NULL), &subject, "a setting that is not given has a value");
		}
		expect(network_calls(&subject) == 0, &subject, "open() touched the network");
		expect(file_size(subject.fake.env.output) == 0, &subject, "open() wrote");
	}
}

static void nothing_at_all_can_be_closed(void **state)
{
	(void)state;
	for (size_t i = 0; notifier_types[i]; i++)
		notifier_types[i]->close(NULL);
}

/* Values that the table allows by its type; those of texts are open()'s to judge. */
static const char *const allowed[][5] = {
    [SETTING_TEXT] = {NULL},
    [SETTING_TEXTS] = {NULL},
    [SETTING_BOOL] = {"true", "false"},
    [SETTING_INTEGER] = {"0", "1", "2147483647"},
    [SETTING_DURATION] = {"0s", "1ms", "400d"},
    [SETTING_URL] = {"https://example.com", "https://example.com:8443/a/b?c=d", "http://127.0.0.1:1/",
                     "http://[::1]/x"},
    [SETTING_SMTP_URL] = {"smtp://example.com", "smtp://example.com:587", "smtps://[2001:db8::1]:465/",
                          "smtp://[::1]:25"},
    [SETTING_CHOICE] = {NULL},
};

static void check_allowed(const struct notifier_type *type, const struct setting *setting, const char *text)
{
	struct choice choice = {0};
	struct err err = {0};
	SCOPED(subject) struct subject minimum, subject;
	subject_open(&minimum, type, &choice);
	subject_init(&subject, type);
	choice.name = setting->name;
	choice.text = text;
	if (!try_open(&subject, &choice, &err))
		fail_msg("%s: open() refuses %s: %s, which its table allows: %s", type->name, setting->name, text, err.text);
}

static void open_refuses_nothing_that_the_table_allows(void **state)
{
	(void)state;
	for (size_t i = 0; notifier_types[i]; i++) {
		for (const struct setting *setting = notifier_types[i]->settings; setting->name; setting++) {
			for (size_t j = 0; j < LENGTH(allowed[0]) && allowed[setting->type][j]; j++)
				check_allowed(notifier_types[i], setting, allowed[setting->type][j]);
			for (const char *choices = setting->choices; choices; choices = strchr(choices, '|')) {
				char text[64];
				choices += *choices == '|';
				snprintf(text, sizeof text, "%.*s", (int)strcspn(choices, "|"), choices);
				check_allowed(notifier_types[i], setting, text);
			}
		}
	}
}

/* Whatever a text setting holds, open() takes it or says why not, in one sentence that tells nothing of it. */
static void a_refusal_is_a_sentence_without_the_value(void **state)
{
	(void)state;
	static const char *const odd[] = {"hidden value",         "hidden:hidden:hidden", "https://hidden",
	                                  "hidden@hidden@hidden", "%s%n hidden",          "\xc3\xa4 hidden",
	                                  "hidden\xe2\x80\xae"};
	for (size_t i = 0; notifier_types[i]; i++) {
		struct choice choice = {0};
		SCOPED(subject) struct subject minimum;
		subject_open(&minimum, notifier_types[i], &choice);
		for (const struct setting *setting = notifier_types[i]->settings; setting->name; setting++) {
			for (size_t j = 0; j < LENGTH(odd) && is_text(setting); j++) {
				struct err err = {0};
				SCOPED(subject) struct subject subject;
				subject_init(&subject, notifier_types[i]);
				choice.name = setting->name;
				choice.text = odd[j];
				if (try_open(&subject, &choice, &err))
					continue;
				expect(err.text[0] != '\0' && is_shown(err.text), &subject, "a refusal is not one line of text");
				expect(!strstr(err.text, "hidden"), &subject, "a refusal tells the value");
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tables_are_well_formed),
	    cmocka_unit_test(the_required_settings_are_enough_and_defaults_are_there),
	    cmocka_unit_test(nothing_at_all_can_be_closed),
	    cmocka_unit_test(open_refuses_nothing_that_the_table_allows),
	    cmocka_unit_test(a_refusal_is_a_sentence_without_the_value),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
