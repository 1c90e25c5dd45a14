/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends alerts to a syslog server over TLS (RFC 5425) or TCP (RFC 6587, octet
 * counting), a connection each. Syslog acknowledges nothing: delivered means that the
 * server's system has every byte and did not break the connection off. What the
 * message looks like is in syslog_message.c.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rootwatch/notifier.h"
#include "rootwatch/scope.h"
#include "syslog_message.h"

enum { PORT_MAX = 65535, PORT_DIGITS = 5 };

static const struct setting syslog_settings[] = {
    {.name = "url",
     .type = SETTING_TEXT,
     .required = true,
     .summary = "`tls://host:port` (6514 is usual), or `tcp://host:port`: unencrypted, on a network that you trust"},
    {.name = "facility",
     .type = SETTING_CHOICE,
     .choices = "user|daemon|auth|authpriv|audit|local0|local1|local2|local3|local4|local5|local6|local7",
     .default_value = "authpriv",
     .summary = "what kind of message it is said to be"},
    {.name = "hostname", .type = SETTING_TEXT, .summary = "what this machine is called, instead of the system's name"},
    {.name = "ca_file", .type = SETTING_TEXT, .summary = "certificates to trust instead of the system's"},
    {0},
};

/* RFC 5424, table 1 */
static const struct {
	const char *name;
	unsigned number;
} facilities[] = {
    {"user", 1},    {"daemon", 3},  {"auth", 4},    {"authpriv", 10}, {"audit", 13},  {"local0", 16}, {"local1", 17},
    {"local2", 18}, {"local3", 19}, {"local4", 20}, {"local5", 21},   {"local6", 22}, {"local7", 23},
};

struct syslog {
	const struct notifier_env *env;
	const char *url; /* borrowed from the settings, like ca_file */
	const char *ca_file;
	struct syslog_origin origin;
	char hostname[SYSLOG_HOSTNAME_BYTES + 1]; /* the system's */
};

DEFINE_SCOPE(syslog, struct syslog, free)

static bool is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	return digits > 0 && digits <= PORT_DIGITS && text[digits] == '\0' && strtol(text, NULL, 10) > 0 &&
	       strtol(text, NULL, 10) <= PORT_MAX;
}

/* tls://host:port or tcp://host:port, the host a name or an address, of IPv6 in brackets. */
static bool is_stream_url(const char *url)
{
	static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
	if (strncmp(url, "tls://", 6) != 0 && strncmp(url, "tcp://", 6) != 0)
		return false;
	const char *host = url + 6;
	bool bracket = *host == '[';
	size_t length = bracket ? strspn(host + 1, "0123456789abcdefABCDEF:.") : strspn(host, name);
	const char *end = host + bracket + length;
	if (length == 0 || length > SYSLOG_HOSTNAME_BYTES || (bracket && *end++ != ']'))
		return false;
	return *end == ':' && is_port(end + 1);
}

static bool is_hostname(const char *text)
{
	size_t length = 0;
	while (text[length] > ' ' && text[length] <= '~')
		length++;
	return length > 0 && length <= SYSLOG_HOSTNAME_BYTES && text[length] == '\0';
}

static unsigned facility_number(const char *name)
{
	size_t i = 0;
	while (i + 1 < sizeof facilities / sizeof facilities[0] && strcmp(facilities[i].name, name) != 0)
		i++; /* the choices are those of the table */
	return facilities[i].number;
}

static bool name_origin(struct syslog *syslog, const struct settings *settings, struct err *err)
{
	const char *hostname = settings_text(settings, "hostname");
	if (hostname && !is_hostname(hostname))
		return err_set(err, "hostname: not printable ASCII without blanks, or too long");
	if (!hostname &&
	    (gethostname(syslog->hostname, sizeof syslog->hostname - 1) != 0 || !is_hostname(syslog->hostname)))
		hostname = "-";
	syslog->origin = (struct syslog_origin){
	    .facility = facility_number(settings_text(settings, "facility")),
	    .hostname = hostname ? hostname : syslog->hostname,
	    .process_id = (long)getpid(),
	};
	return true;
}

static void *syslog_open(const struct settings *settings, const struct notifier_env *env, struct err *err)
{
	SCOPED(syslog) struct syslog *syslog = calloc(1, sizeof *syslog);
	if (!syslog) {
		err_set(err, "out of memory");
		return NULL;
	}
	syslog->env = env;
	syslog->url = settings_text(settings, "url");
	syslog->ca_file = settings_text(settings, "ca_file");
	if (!is_stream_url(syslog->url)) {
		err_set(err, "url: not tls://host:port or tcp://host:port");
		return NULL;
	}
	return name_origin(syslog, settings, err) ? steal(&syslog) : NULL;
}

static struct outcome syslog_send(void *self, const struct alert *alert, const char *resume)
{
	(void)resume;
	const struct syslog *syslog = self;
	struct stream_client *stream = syslog->env->stream;
	SCOPED(strbuf) struct strbuf frame = STRBUF_INIT(SYSLOG_FRAME_BYTES);
	if (!syslog_render_frame(alert, &syslog->origin, &frame))
		return outcome_retry(-1, "out of memory");
	const struct stream_message message = {
	    .url = syslog->url,
	    .data = frame.data,
	    .length = frame.length,
	    .ca_file = syslog->ca_file,
	    .timeout_ms = syslog->env->timeout_ms,
	};
	struct err err = {0};
	if (!stream->send(stream, &message, &err))
		return outcome_retry(-1, "%s", err.text);
	return outcome_delivered("the server has all %zu bytes", frame.length);
}

const struct notifier_type notifier_syslog = {
    .name = "syslog",
    .summary = "sends to a syslog server over TLS or TCP (RFC 5424)",
    .settings = syslog_settings,
    .open = syslog_open,
    .send = syslog_send,
    .close = free,
};
