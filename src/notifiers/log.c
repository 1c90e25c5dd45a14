/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes alerts to standard output: a block that a person reads when that is a
 * terminal (or is asked for), the finding as one line of JSON otherwise. The smallest notifier:
 * read this one first.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rootwatch/notifier.h"
#include "rootwatch/scope.h"

enum { BLOCK_BYTES = 64 * 1024 }; /* alert.h bounds the text far below this */

static const char RULE[] = "----------------------------------------------------------------------------------------";

static const char *const colours[SEVERITY_COUNT] = {
    [SEVERITY_INFO] = "\033[1m",    [SEVERITY_LOW] = "\033[1;34m",         [SEVERITY_MEDIUM] = "\033[1;33m",
    [SEVERITY_HIGH] = "\033[1;31m", [SEVERITY_CRITICAL] = "\033[1;97;41m",
};

static const struct setting log_settings[] = {
    {
        .name = "format",
        .type = SETTING_CHOICE,
        .choices = "auto|text|json",
        .default_value = "auto",
        .summary = "text: a block to read; json: the finding as one line; auto: text on a terminal, json elsewhere",
    },
    {0},
};

struct log_notifier {
	const struct notifier_env *env;
	bool text, colour;
};

static void *log_open(const struct settings *settings, const struct notifier_env *env, struct err *err)
{
	struct log_notifier *self = calloc(1, sizeof *self);
	if (!self) {
		err_set(err, "out of memory");
		return NULL;
	}
	const char *format = settings_text(settings, "format");
	bool terminal = env->output && isatty(fileno(env->output));
	self->env = env;
	self->text = format && strcmp(format, "auto") != 0 ? strcmp(format, "text") == 0 : terminal;
	self->colour = terminal;
	return self;
}

/* The plain text between two rules, its headline in the severity's colour. */
static void render_block(const struct alert *alert, int64_t now_s, bool colour, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(BLOCK_BYTES);
	alert_render_text(alert, now_s, &text);
	const char *rest = strstr(strbuf_text(&text), "\n\n");
	int headline = rest ? (int)(rest - text.data) : 0;
	strbuf_printf(out, "%s\n%s%.*s%s%s%s\n\n", RULE, colour ? colours[alert->severity] : "", headline,
	              strbuf_text(&text), colour ? "\033[0m" : "", strbuf_text(&text) + headline, RULE);
}

static struct outcome log_send(void *instance, const struct alert *alert, const char *resume)
{
	(void)resume;
	const struct log_notifier *self = instance;
	const struct notifier_env *env = self->env;
	SCOPED(strbuf) struct strbuf block = STRBUF_INIT(BLOCK_BYTES + strlen(alert->json));
	if (self->text)
		render_block(alert, env->now_s(), self->colour, &block);
	else
		strbuf_printf(&block, "%s\n", alert->json);
	if (block.overflowed)
		return outcome_retry(-1, "out of memory");

	/* One write, so that lines of other threads stay whole. */
	if (fwrite(strbuf_text(&block), 1, block.length, env->output) == block.length && fflush(env->output) == 0)
		return outcome_delivered("written");
	clearerr(env->output);
	return outcome_retry(-1, "cannot write: %m");
}

const struct notifier_type notifier_log = {
    .name = "log",
    .summary = "writes to standard output: text on a terminal, a JSON line otherwise",
    .settings = log_settings,
    .local = true,
    .open = log_open,
    .send = log_send,
    .close = free,
};
