/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CONFORMANCE_SUBJECT_H
#define TESTS_CONFORMANCE_SUBJECT_H
/*
 * A notifier of the table as the service has it: settings are made from the type's
 * own table and read by the configuration, and the channel is a fake. Knows no
 * notifier by name: a text setting that takes no sample of `texts` needs one more
 * there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "unit/config/loading.h"

enum {
	HUGE_BYTES = 100 * 1024,
	SETTINGS_MAX = 16,
	SECRETS_MAX = 3 * SETTINGS_MAX,
};

/* What a text setting may want to look like; the first is for those that take anything. */
static const char *const texts[] = {"hidden", "arn:aws:sns:us-east-1:111122223333:root-alerts", "rootwatch@example.com",
                                    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "tls://syslog.example.com:6514"};

struct subject {
	const struct notifier_type *type;
	struct config *config;
	struct notifier_set *set;
	struct fake_transport fake;
	const char *secrets[SECRETS_MAX]; /* what must stand in no outcome; borrowed from the configuration */
	size_t secret_count;
	const char *alert, *answer; /* what is tried, for messages */
};

static inline void subject_scope(struct subject *subject)
{
	notifier_set_close(subject->set);
	config_free(subject->config);
	if (subject->fake.env.output)
		fclose(subject->fake.env.output);
	fake_transport_scope(&subject->fake);
}

static inline void expect(bool holds, const struct subject *subject, const char *what)
{
	if (!holds)
		fail_msg("%s: %s (alert: %s; answer: %s)", subject->type->name, what, subject->alert, subject->answer);
}

/* How settings are filled in: which sample of `texts` for each that is a text, and one that is given by the test. */
struct choice {
	size_t picks[SETTINGS_MAX];
	bool everything; /* not the required ones alone */
	const char *name, *text;
};

static inline bool is_text(const struct setting *setting)
{
	return setting->type == SETTING_TEXT || setting->type == SETTING_TEXTS;
}

static inline bool is_given(const struct setting *setting, const struct choice *choice)
{
	return setting->required || choice->everything || (choice->name && strcmp(choice->name, setting->name) == 0);
}

/* Appends a value for the setting at `place` of its table, as it would be written. */
static inline void put_value(const struct setting *setting, size_t place, const struct choice *choice,
                             struct strbuf *out)
{
	if (choice->name && strcmp(choice->name, setting->name) == 0) {
		strbuf_puts(out, choice->text);
		return;
	}
	size_t pick = choice->picks[place];
	switch (setting->type) {
	case SETTING_TEXT:
	case SETTING_TEXTS:
		strbuf_puts(out, texts[pick]);
		if (pick == 0)
			strbuf_printf(out, "-%s", setting->name);
		break;
	case SETTING_BOOL: strbuf_puts(out, "true"); break;
	case SETTING_INTEGER: strbuf_puts(out, "7"); break;
	case SETTING_DURATION: strbuf_puts(out, "5s"); break;
	case SETTING_URL:
		strbuf_printf(out, "https://channel.example.com:8443/hidden/%s?hidden=%zu", setting->name, place);
		break;
	case SETTING_SMTP_URL: strbuf_puts(out, "smtp://mail.example.com:587"); break;
	case SETTING_CHOICE:
		strbuf_printf(out, "%.*s",
		              (int)strcspn(setting->default_value ? setting->default_value : setting->choices, "|"),
		              setting->default_value ? setting->default_value : setting->choices);
		break;
	}
}

static inline struct config *load_settings(const struct notifier_type *type, const struct choice *choice)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(HUGE_BYTES);
	strbuf_printf(&text, SERVER "notifiers: [{ name: subject, type: %s", type->name);
	for (size_t i = 0; type->settings[i].name; i++) {
		if (!is_given(&type->settings[i], choice))
			continue;
		strbuf_printf(&text, ", %s: \"", type->settings[i].name);
		put_value(&type->settings[i], i, choice, &text);
		strbuf_putc(&text, '"');
	}
	strbuf_puts(&text, " }]\n");
	return load_good(text.data, CONFIG_FULL);
}

/* Moves on to the next combination of samples; false after the last. */
static inline bool next_choice(const struct notifier_type *type, struct choice *choice)
{
	for (size_t i = 0; type->settings[i].name; i++) {
		if (!is_text(&type->settings[i]) || !is_given(&type->settings[i], choice))
			continue;
		if (++choice->picks[i] < sizeof texts / sizeof texts[0])
			return true;
		choice->picks[i] = 0;
	}
	return false;
}

static inline void add_secret(struct subject *subject, const char *text)
{
	if (text && *text != '\0' && subject->secret_count < SECRETS_MAX)
		subject->secrets[subject->secret_count++] = text;
}

static inline void collect_secrets(struct subject *subject)
{
	for (const struct setting *setting = subject->type->settings; setting->name; setting++) {
		const char *text = settings_text(&subject->config->notifiers[0].settings, setting->name);
		if (!setting->secret || !text)
			continue;
		add_secret(subject, text);
		if (setting->type == SETTING_URL) { /* servers quote the path alone, too */
			add_secret(subject, strchr(text + strlen("https://"), '/'));
			add_secret(subject, strchr(text, '?'));
		}
	}
}

static inline bool try_open(struct subject *subject, const struct choice *choice, struct err *err)
{
	config_free(subject->config);
	subject->config = load_settings(subject->type, choice);
	assert_int_equal(subject->config->notifier_count, 1);
	subject->set = notifier_set_open(subject->config->notifiers, 1, &subject->fake.env, err);
	return subject->set != NULL;
}

static inline void subject_init(struct subject *subject, const struct notifier_type *type)
{
	*subject = (struct subject){.type = type, .alert = "none", .answer = "none"};
	fake_transport_init(&subject->fake);
	subject->fake.env.output = tmpfile();
	assert_non_null(subject->fake.env.output);
}

/* Opens with the first combination of samples that is taken, which is put into *choice. */
static inline void subject_open(struct subject *subject, const struct notifier_type *type, struct choice *choice)
{
	struct err err = {0};
	subject_init(subject, type);
	while (!try_open(subject, choice, &err))
		if (!next_choice(type, choice))
			fail_msg("%s: no sample of `texts` opens it: %s", type->name, err.text);
	collect_secrets(subject);
}

#endif
