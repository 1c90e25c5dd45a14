/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/commands/settings_document.c. That the real tables are in docs/configuration.md is tests/unit/docs_test.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "commands/settings_document.h"
#include "rootwatch/scope.h"

static const struct setting pager_settings[] = {
    {.name = "key", .type = SETTING_TEXT, .required = true, .secret = true, .summary = "the routing key"},
    {.name = "mode", .type = SETTING_CHOICE, .choices = "a|b", .default_value = "a", .summary = "a | b"},
    {.name = "loud", .type = SETTING_BOOL, .default_value = "false", .summary = "ring"},
    {.name = "retries", .type = SETTING_INTEGER, .summary = "how often"},
    {.name = "pause", .type = SETTING_DURATION, .summary = "how long"},
    {.name = "people", .type = SETTING_TEXTS, .summary = "who"},
    {.name = "url", .type = SETTING_URL, .secret = true, .summary = "where"},
    {.name = "mail", .type = SETTING_SMTP_URL, .summary = "where else"},
    {0},
};
static const struct setting no_settings[] = {{0}};
static const struct notifier_type pager = {
    .name = "pager", .summary = "pages", .settings = pager_settings, .default_rate = "1/s"};
static const struct notifier_type bell = {.name = "bell", .summary = "rings", .settings = no_settings, .local = true};

static void every_setting_has_its_row(void **state)
{
	(void)state;
	const struct notifier_type *const types[] = {&pager, &bell, NULL};
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(SETTINGS_DOCUMENT_BYTES);
	settings_document(types, &out);
	assert_string_equal(strbuf_text(&out), "### `type: pager`\n"
	                                       "\n"
	                                       "pager pages. Its `rate` is `1/s` unless another is given.\n"
	                                       "\n"
	                                       "| setting | type | required | default | meaning |\n"
	                                       "|---|---|---|---|---|\n"
	                                       "| `key` | text, secret | yes | | the routing key |\n"
	                                       "| `mode` | `a`, `b` | no | `a` | a \\| b |\n"
	                                       "| `loud` | `true`, `false` | no | `false` | ring |\n"
	                                       "| `retries` | number | no | | how often |\n"
	                                       "| `pause` | duration | no | | how long |\n"
	                                       "| `people` | list of texts | no | | who |\n"
	                                       "| `url` | https URL, secret | no | | where |\n"
	                                       "| `mail` | SMTP URL | no | | where else |\n"
	                                       "\n"
	                                       "### `type: bell`\n"
	                                       "\n"
	                                       "bell rings. It does not count for `ack: delivered`.\n"
	                                       "\n"
	                                       "| setting | type | required | default | meaning |\n"
	                                       "|---|---|---|---|---|\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_setting_has_its_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
