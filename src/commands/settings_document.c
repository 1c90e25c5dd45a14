/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/settings_document.h"

static void put_escaped(const char *text, struct strbuf *out)
{
	for (; *text; text++) {
		if (*text == '|') /* would end the cell */
			strbuf_putc(out, '\\');
		strbuf_putc(out, *text);
	}
}

/* "a|b|c" -> "`a`, `b`, `c`" */
static void put_choices(const char *choices, struct strbuf *out)
{
	strbuf_putc(out, '`');
	for (; *choices; choices++) {
		if (*choices == '|')
			strbuf_puts(out, "`, `");
		else
			strbuf_putc(out, *choices);
	}
	strbuf_putc(out, '`');
}

static void put_type(const struct setting *setting, struct strbuf *out)
{
	static const char *const names[] = {
	    [SETTING_TEXT] = "text",         [SETTING_TEXTS] = "list of texts", [SETTING_BOOL] = "`true`, `false`",
	    [SETTING_INTEGER] = "number",    [SETTING_DURATION] = "duration",   [SETTING_URL] = "https URL",
	    [SETTING_SMTP_URL] = "SMTP URL", [SETTING_CHOICE] = "choice",
	};
	if (setting->choices)
		put_choices(setting->choices, out);
	else
		strbuf_puts(out, names[setting->type]);
	if (setting->secret)
		strbuf_puts(out, ", secret");
}

static void put_row(const struct setting *setting, struct strbuf *out)
{
	strbuf_printf(out, "| `%s` | ", setting->name);
	put_type(setting, out);
	strbuf_puts(out, setting->required ? " | yes |" : " | no |");
	if (setting->default_value) {
		strbuf_puts(out, " `");
		put_escaped(setting->default_value, out);
		strbuf_putc(out, '`');
	}
	strbuf_puts(out, " | ");
	put_escaped(setting->summary, out);
	strbuf_puts(out, " |\n");
}

void settings_document(const struct notifier_type *const *types, struct strbuf *out)
{
	for (const struct notifier_type *const *type = types; *type; type++) {
		strbuf_printf(out, "%s### `type: %s`\n\n%s %s.", type == types ? "" : "\n", (*type)->name, (*type)->name,
		              (*type)->summary);
		if ((*type)->default_rate)
			strbuf_printf(out, " Its `rate` is `%s` unless another is given.", (*type)->default_rate);
		if ((*type)->local)
			strbuf_puts(out, " It does not count for `ack: delivered`.");
		strbuf_puts(out, "\n\n| setting | type | required | default | meaning |\n|---|---|---|---|---|\n");
		for (const struct setting *setting = (*type)->settings; setting->name; setting++)
			put_row(setting, out);
	}
}
