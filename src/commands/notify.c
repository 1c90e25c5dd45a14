/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `rootwatch notify --test`: a marked drill through the channels, now and one
 * after the other, past the store and past every filter. What a channel answers
 * is shown as an untrusted text.
 */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "command.h"
#include "commands/config_option.h"
#include "config/suggestion.h"
#include "finding.h"
#include "net/transport.h"
#include "rootwatch/render.h"

DEFINE_SCOPE(notifier_set, struct notifier_set, notifier_set_close)
DEFINE_SCOPE(transport, struct transport, transport_close)

static void finding_scope(struct finding *finding)
{
	finding_done(finding);
}

static bool is_chosen(const char *notifier, char *const *names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (strcmp(*names, notifier) == 0)
			return true;
	return false;
}

static bool is_configured(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->notifier_count; i++)
		if (strcmp(config->notifiers[i].name, name) == 0)
			return true;
	return false;
}

static int refuse_name(const struct command *command, const struct config *config, const char *name)
{
	struct suggestion meant = suggestion_for(name);
	SCOPED(strbuf) struct strbuf known = STRBUF_INIT(ERR_TEXT_BYTES);
	for (size_t i = 0; i < config->notifier_count; i++) {
		const char *candidate = config->notifiers[i].name;
		suggestion_try(&meant, candidate, strlen(candidate));
		strbuf_printf(&known, "%s%s", i ? ", " : "; there are ", candidate);
	}
	char hint[SUGGESTION_BYTES];
	suggestion_text(&meant, hint);
	return command_usage(command, "no notifier \"%s\" is configured%s", name, hint[0] ? hint : strbuf_text(&known));
}

static void report(const char *notifier, const struct outcome *outcome, int64_t duration_ms)
{
	static const char *const words[] = {
	    [OUTCOME_DELIVERED] = "delivered", [OUTCOME_RETRY] = "not now", [OUTCOME_REJECTED] = "refused"};
	SCOPED(strbuf) struct strbuf detail = STRBUF_INIT(2 * OUTCOME_DETAIL_BYTES);
	render_line(outcome->detail, OUTCOME_DETAIL_BYTES, &detail);
	printf("%s: %s in %" PRId64 " ms: %s\n", notifier, words[outcome->kind], duration_ms, strbuf_text(&detail));
	fflush(stdout);
}

static bool send_one(const struct notifier_config *notifier, const struct notifier_env *env, const struct alert *drill)
{
	struct err err;
	int64_t begin_ms = clock_monotonic_ms();
	SCOPED(notifier_set) struct notifier_set *set = notifier_set_open(notifier, 1, env, &err);
	struct outcome outcome =
	    set ? notifier->type->send(set->instances[0].self, drill, "") : outcome_rejected("%s", err.text);
	report(notifier->name, &outcome, clock_monotonic_ms() - begin_ms);
	return outcome.kind == OUTCOME_DELIVERED;
}

static bool make_drill(struct finding *ret_finding, struct finding_alert *ret_alert, struct err *err)
{
	unsigned char random[10];
	if (!crypto_random(random, sizeof random))
		return err_set(err, "no random bytes can be had");
	return finding_drill(clock_wall_s(), random, ret_finding, err) &&
	       finding_alert_read(ret_finding->json, ret_alert, err);
}

static int send_all(const struct config *config, char *const *names)
{
	SCOPED(finding) struct finding finding = {0};
	SCOPED(finding_alert) struct finding_alert drill = {0};
	struct err err;
	SCOPED(transport) struct transport *transport = transport_open(config_environment, &err);
	if (!transport || !make_drill(&finding, &drill, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return EXIT_ENVIRONMENT;
	}
	const struct notifier_env env = {.http = &transport->http,
	                                 .mail = &transport->mail,
	                                 .stream = &transport->stream,
	                                 .output = stdout,
	                                 .now_s = clock_wall_s};
	fprintf(stderr, "sending drill %s\n", finding.id);
	bool all = true;
	for (size_t i = 0; i < config->notifier_count; i++)
		if (is_chosen(config->notifiers[i].name, names))
			all = send_one(&config->notifiers[i], &env, &drill.alert) && all;
	return all ? EXIT_FINE : EXIT_BAD;
}

static int notify(const struct command *command, const char *config_path, char *const *names)
{
	SCOPED(config) struct config *config = config_option_load(config_path, CONFIG_FULL);
	if (!config)
		return EXIT_BAD;
	for (char *const *name = names; *name; name++)
		if (!is_configured(config, *name))
			return refuse_name(command, config, *name);
	if (config->notifier_count == 0) {
		fprintf(stderr, "%s: no notifier is configured: nobody would be told anything\n", config->origin);
		return EXIT_BAD;
	}
	signal(SIGPIPE, SIG_IGN); /* a channel that hangs up is an outcome */
	return send_all(config, names);
}

int command_notify(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {{.name = "test", .val = 't'}, {0}};
	const char *config_path = NULL;
	bool test = false;
	for (int option; (option = getopt_long(argc, argv, ":c:", options, NULL)) != -1;) {
		if (option != 'c' && option != 't')
			return command_usage(command, "unknown option, or -c without a file");
		if (option == 'c')
			config_path = optarg;
		test = test || option == 't';
	}
	if (!test)
		return command_usage(command, "--test is missing: alerts themselves are sent by `rootwatch serve`");
	return notify(command, config_path, argv + optind);
}
