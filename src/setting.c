/* SPDX-License-Identifier: Apache-2.0 */
/* What a notifier asks its settings for. Everything was checked when the configuration was read. */
#include "rootwatch/setting.h"

#include <stdint.h>
#include <string.h>

#include "base/parse.h"

const struct setting_value *settings_list(const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->count; i++)
		if (strcmp(settings->values[i].name, name) == 0)
			return &settings->values[i];
	return NULL;
}

const char *settings_text(const struct settings *settings, const char *name)
{
	const struct setting_value *value = settings_list(settings, name);
	return value && value->count > 0 ? value->texts[0] : NULL;
}

bool settings_bool(const struct settings *settings, const char *name)
{
	const char *text = settings_text(settings, name);
	return text && strcmp(text, "true") == 0;
}

long settings_duration_ms(const struct settings *settings, const char *name)
{
	const char *text = settings_text(settings, name);
	int64_t ms = 0;
	if (text)
		parse_duration_ms(text, &ms);
	return (long)ms;
}
