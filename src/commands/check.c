/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `rootwatch check`: everything that would stop `serve`, at once and before it is
 * started, as far as that can be known without the network and the store.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "command.h"
#include "commands/config_option.h"
#include "commands/settings_document.h"
#include "net/transport.h"
#include "server/certificate.h"

enum {
	CONFIGURATION_BYTES = 32 * 1024 * 1024, /* eight times the largest document */
	DAY_S = 24 * 60 * 60,
	EXPIRES_SOON_S = 14 * DAY_S, /* as the alarm in docs/operations.md */
};

static bool write_out(const struct strbuf *text)
{
	if (text->overflowed)
		fprintf(stderr, "the configuration is too large to be printed\n");
	else if (fputs(strbuf_text(text), stdout) >= 0 && fflush(stdout) == 0)
		return true;
	else
		fprintf(stderr, "standard output: %m\n");
	return false;
}

static int print_settings(void)
{
	SCOPED(strbuf) struct strbuf document = STRBUF_INIT(SETTINGS_DOCUMENT_BYTES);
	settings_document(notifier_types, &document);
	return write_out(&document) ? EXIT_FINE : EXIT_ENVIRONMENT;
}

/* False: it is not valid now. */
static bool check_dates(const struct config *config, const struct certificate *certificate, int64_t now_s)
{
	char from[CLOCK_UTC_BYTES], until[CLOCK_UTC_BYTES];
	const char *path = config->server.certificate;
	int64_t left_s = certificate->not_after_s - now_s;
	clock_format_utc(certificate->not_before_s, from);
	clock_format_utc(certificate->not_after_s, until);
	if (left_s <= 0)
		fprintf(stderr, "%s: server.tls: the certificate in %s expired at %s\n", config->origin, path, until);
	else if (certificate->not_before_s > now_s)
		fprintf(stderr, "%s: server.tls: the certificate in %s is not valid before %s\n", config->origin, path, from);
	else if (left_s < EXPIRES_SOON_S)
		fprintf(stderr, "%s: warning: server.tls: the certificate in %s ends at %s, in less than %d days\n",
		        config->origin, path, until, EXPIRES_SOON_S / DAY_S);
	return left_s > 0 && certificate->not_before_s <= now_s;
}

static bool check_certificate(const struct config *config)
{
	const struct config_server *server = &config->server;
	SCOPED(certificate) struct certificate certificate = {0};
	struct err err;
	if (!server->certificate && !server->plaintext)
		fprintf(stderr,
		        "%s: warning: server.tls: no certificate: `serve` makes a self-signed one, which EventBridge does not "
		        "accept\n",
		        config->origin);
	if (!server->certificate)
		return true;
	if (certificate_load(server->certificate, server->private_key, &certificate, &err))
		return check_dates(config, &certificate, clock_wall_s());
	fprintf(stderr, "%s: server.tls: %s\n", config->origin, err.text);
	return false;
}

/* Not when it is loaded: a scan of last year's files has use for last year's rules. */
static void check_rules(const struct config *config, int64_t now_s)
{
	for (size_t i = 0; i < config->policy.rule_count; i++) {
		const struct policy_rule *rule = &config->policy.rules[i];
		char until[CLOCK_UTC_BYTES];
		if (rule->until_s == 0 || rule->until_s > now_s)
			continue;
		clock_format_utc(rule->until_s, until);
		fprintf(stderr, "%s: warning: routine rule \"%s\" has expired: it held until %s\n", config->origin, rule->name,
		        until);
	}
}

/* Each by itself, so that all mistakes are told. */
static bool check_notifiers(const struct config *config)
{
	struct err err;
	struct transport *transport = transport_open(config_environment, &err);
	if (!transport) {
		fprintf(stderr, "%s: set up outbound connections: %s\n", config->origin, err.text);
		return false;
	}
	const struct notifier_env env = {.http = &transport->http,
	                                 .mail = &transport->mail,
	                                 .stream = &transport->stream,
	                                 .output = stdout,
	                                 .now_s = clock_wall_s};
	bool good = true;
	for (size_t i = 0; i < config->notifier_count; i++) {
		struct notifier_set *set = notifier_set_open(&config->notifiers[i], 1, &env, &err);
		if (!set)
			fprintf(stderr, "%s: %s\n", config->origin, err.text);
		good = good && set;
		notifier_set_close(set);
	}
	transport_close(transport);
	return good;
}

static int check(const char *config_path)
{
	SCOPED(config) struct config *config = config_option_load(config_path, CONFIG_FULL);
	if (!config)
		return EXIT_BAD;
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(CONFIGURATION_BYTES);
	config_print(config, &text);
	if (!write_out(&text))
		return EXIT_ENVIRONMENT;
	check_rules(config, clock_wall_s());
	bool certificate_good = check_certificate(config), notifiers_good = check_notifiers(config);
	return certificate_good && notifiers_good ? EXIT_FINE : EXIT_BAD;
}

int command_check(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {{.name = "settings", .val = 's'}, {0}};
	const char *config_path = NULL;
	bool settings = false;
	for (int option; (option = getopt_long(argc, argv, ":c:", options, NULL)) != -1;) {
		if (option != 'c' && option != 's')
			return command_usage(command, "unknown option, or -c without a file");
		if (option == 'c')
			config_path = optarg;
		settings = settings || option == 's';
	}
	if (optind < argc)
		return command_usage(command, "unexpected argument \"%s\"", argv[optind]);
	if (settings && config_path)
		return command_usage(command, "--settings needs no configuration");
	return settings ? print_settings() : check(config_path);
}
