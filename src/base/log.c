/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log's vocabulary and its one writer. The sink is one of the process's few
 * mutable globals: it is set before there are threads. A line leaves in one write,
 * so lines of several threads (or of a child's standard error) never mix.
 */
#include "base/log.h"

#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"

enum {
	/* Far more than a reason needs; keeps one hostile value from flooding the log. */
	VALUE_LIMIT_BYTES = 2048,
	/* A dozen values of which every byte became "\u00xx" fit; collectors take lines of this size. */
	LINE_LIMIT_BYTES = 192 * 1024,
	HEAD_BYTES = 160,
};

const struct log_event_info log_events[LOG_EVENT_COUNT] = {
    [LOG_STARTED] = {"started", "info", "The process has started; the configuration is read."},
    [LOG_READY] = {"ready", "info", "Events are accepted from now on."},
    [LOG_STOPPING] = {"stopping", "info", "A stop was asked for; requests under way are finished."},
    [LOG_STOPPED] = {"stopped", "info", "The process ends."},
    [LOG_WARNING] = {"warning", "warning", "Something an operator should look at."},
    [LOG_ERROR] = {"error", "error", "Something failed."},
    [LOG_CONFIG_RELOADED] = {"config_reloaded", "info", "A new configuration is in force."},
    [LOG_CONFIG_REFUSED] = {"config_refused", "error", "A new configuration has errors; the old one stays in force."},
    [LOG_CERTIFICATE_LOADED] = {"certificate_loaded", "info", "A certificate and its key are in use."},
    [LOG_CERTIFICATE_REFUSED] = {"certificate_refused", "error",
                                 "A new certificate or key is unusable; the old one stays in use."},
    [LOG_REQUEST] = {"request", "info", "A request on /v1 was answered."},
    [LOG_REQUEST_REFUSED] = {"request_refused", "warning", "A request was answered with a 4xx or 5xx status, and why."},
    [LOG_FINDING] = {"finding", "info", "A finding was stored."},
    [LOG_EXPECTATION] = {"expectation", "info", "Root work was announced, or an announcement was revoked."},
    [LOG_DELIVERED] = {"delivered", "info", "A channel took an alert."},
    [LOG_DELIVERY_RETRY] = {"delivery_retry", "warning", "A channel did not take an alert; it will be tried again."},
    [LOG_DELIVERY_DEAD] = {"delivery_dead", "error", "A channel will not get an alert: refused for good, or given up."},
    [LOG_STORE_FAILED] = {"store_failed", "error", "The store could not read or write."},
    [LOG_PURGED] = {"purged", "info", "Findings older than the retention time were deleted."},
};

static FILE *sink;

void log_open(FILE *output)
{
	sink = output;
}

static void format_head(enum log_event event, char ret_head[HEAD_BYTES])
{
	int64_t now_ms = clock_wall_ms();
	char time[CLOCK_UTC_BYTES];
	clock_format_utc(now_ms / 1000, time);
	snprintf(ret_head, HEAD_BYTES, "{\"time\":\"%.19s.%03dZ\",\"level\":\"%s\",\"event\":\"%s\"", time,
	         (int)(now_ms % 1000), log_events[event].level, log_events[event].name);
}

static void add_pair(struct strbuf *line, const char *key, const char *value)
{
	char cut[VALUE_LIMIT_BYTES + 1];
	size_t length = utf8_prefix(value, strlen(value), VALUE_LIMIT_BYTES);
	memcpy(cut, value, length);
	cut[length] = '\0';
	strbuf_putc(line, ',');
	json_quote(key, line);
	strbuf_putc(line, ':');
	json_quote(cut, line);
}

static void write_whole(const char *line, size_t length)
{
	flockfile(sink);
	fwrite(line, 1, length, sink);
	fflush(sink);
	funlockfile(sink);
}

void log_write(enum log_event event, ...)
{
	if (!sink)
		return;
	char head[HEAD_BYTES];
	format_head(event, head);
	SCOPED(strbuf) struct strbuf line = STRBUF_INIT(LINE_LIMIT_BYTES);
	strbuf_puts(&line, head);

	va_list arguments;
	va_start(arguments, event);
	for (const char *key; (key = va_arg(arguments, const char *));) {
		const char *value = va_arg(arguments, const char *);
		if (value)
			add_pair(&line, key, value);
	}
	va_end(arguments);
	strbuf_puts(&line, "}\n");

	if (line.overflowed) {
		/* No memory for the values: that it happened is still worth a line. */
		memcpy(head + strlen(head), "}\n", sizeof "}\n");
		write_whole(head, strlen(head));
		return;
	}
	write_whole(line.data, line.length);
}
