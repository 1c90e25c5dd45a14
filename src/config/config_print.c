/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration in force, as YAML that can be read back but for what is
 * masked. Every text stands in quotes: what it is was decided when it was read,
 * and no other reader of YAML shall make a number or a date of it.
 */
#include <string.h>

#include "base/clock.h"
#include "config/config.h"
#include "config/print.h"
#include "config/url.h"
#include "rootwatch/scope.h"

static const char MASK[] = "********";

enum { URL_BYTES = 64 * 1024 + 64 }; /* an expanded value, and a mask or two */

/* ---- keys and values ---- */

static void put_key(struct strbuf *out, int indent, const char *key)
{
	strbuf_printf(out, "%*s%s: ", indent, "", key);
}

static void put_text(struct strbuf *out, int indent, const char *key, const char *text)
{
	put_key(out, indent, key);
	print_text(text, out);
	strbuf_putc(out, '\n');
}

/* Words of our own need no quotes. */
static void put_word(struct strbuf *out, int indent, const char *key, const char *word)
{
	strbuf_printf(out, "%*s%s: %s\n", indent, "", key, word);
}

static void put_number(struct strbuf *out, int indent, const char *key, int number)
{
	strbuf_printf(out, "%*s%s: %d\n", indent, "", key, number);
}

static void put_duration(struct strbuf *out, int indent, const char *key, int64_t ms)
{
	put_key(out, indent, key);
	print_duration(ms, out);
	strbuf_putc(out, '\n');
}

static void put_texts(struct strbuf *out, int indent, const char *key, const char *const *texts, size_t count)
{
	put_key(out, indent, key);
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(out, i ? ", " : "[");
		print_text(texts[i], out);
	}
	strbuf_puts(out, count ? "]\n" : "[]\n");
}

static void put_cidrs(struct strbuf *out, int indent, const char *key, const struct cidr *cidrs, size_t count)
{
	put_key(out, indent, key);
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(out, i ? ", " : "[");
		print_cidr(&cidrs[i], out);
	}
	strbuf_puts(out, count ? "]\n" : "[]\n");
}

static void put_url(struct strbuf *out, int indent, const char *key, const char *url)
{
	SCOPED(strbuf) struct strbuf masked = STRBUF_INIT(URL_BYTES);
	url_mask(url, &masked);
	put_text(out, indent, key, strbuf_text(&masked));
	out->overflowed |= masked.overflowed;
}

/* ---- server, store ---- */

static void put_listen(const struct config_server *server, struct strbuf *out)
{
	SCOPED(strbuf) struct strbuf listen = STRBUF_INIT(URL_BYTES);
	bool ipv6 = strchr(server->listen_host, ':');
	strbuf_printf(&listen, ipv6 ? "[%s]:%u" : "%s:%u", server->listen_host, (unsigned)server->listen_port);
	put_text(out, 2, "listen", strbuf_text(&listen));
	out->overflowed |= listen.overflowed;
}

static void put_tls(const struct config_server *server, struct strbuf *out)
{
	if (server->certificate) {
		strbuf_puts(out, "  tls:\n");
		put_text(out, 4, "certificate", server->certificate);
		put_text(out, 4, "private_key", server->private_key);
	} else if (!server->plaintext) {
		strbuf_puts(out, "  tls: {} # a self-signed certificate is made at start\n");
	}
	put_word(out, 2, "plaintext", server->plaintext ? "true" : "false");
}

/* The digest is masked too: a short key of a person's making could be found from it. */
static void put_api_keys(const struct config_server *server, struct strbuf *out)
{
	strbuf_puts(out, "  api_keys:\n");
	for (size_t i = 0; i < server->api_key_count; i++) {
		const struct api_key *key = &server->api_keys[i];
		strbuf_puts(out, "    - { name: ");
		print_text(key->name, out);
		strbuf_printf(out, ", sha256: \"%s\", role: %s }\n", MASK, role_name(key->role));
	}
}

static void put_server(const struct config_server *server, struct strbuf *out)
{
	strbuf_puts(out, "server:\n");
	put_listen(server, out);
	put_tls(server, out);
	put_text(out, 2, "api_key_header", server->api_key_header);
	put_api_keys(server, out);
	put_cidrs(out, 2, "trusted_proxies", server->trusted_proxies, server->trusted_proxy_count);
	if (server->metrics_listen)
		put_text(out, 2, "metrics_listen", server->metrics_listen);
	put_number(out, 2, "max_connections", server->max_connections);
	put_number(out, 2, "max_connections_per_address", server->max_connections_per_address);
	put_duration(out, 2, "request_timeout", server->request_timeout_ms);
}

static void put_store(const struct config *config, struct strbuf *out)
{
	strbuf_puts(out, "store:\n");
	put_url(out, 2, "url", config->store_url);
	put_duration(out, 2, "retention", config->retention_ms);
	put_word(out, 0, "ack", config->ack == ACK_DELIVERED ? "delivered" : "durable");
}

/* ---- accounts, policy ---- */

static void put_windows(struct strbuf *out, int indent, const char *key, const struct policy_window *windows,
                        size_t count)
{
	put_key(out, indent, key);
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(out, i ? ", " : "[");
		print_window(&windows[i], out);
	}
	strbuf_puts(out, count ? "]\n" : "[]\n");
}

/* Its name alone where there is nothing else to say. */
static void put_account(const struct config *config, const struct policy_account *account, struct strbuf *out)
{
	strbuf_puts(out, "  ");
	print_text(account->id, out);
	if (!account->zone && !account->hour_count && !account->network_count && account->name[0]) {
		strbuf_puts(out, ": ");
		print_text(account->name, out);
		strbuf_putc(out, '\n');
		return;
	}
	strbuf_puts(out, ":\n");
	put_text(out, 4, "name", account->name);
	if (account->zone)
		put_text(out, 4, "timezone", config_zone_name(config, account->zone));
	if (account->hour_count)
		put_windows(out, 4, "hours", account->hours, account->hour_count);
	if (account->network_count)
		put_cidrs(out, 4, "networks", account->networks, account->network_count);
}

static void put_accounts(const struct config *config, struct strbuf *out)
{
	const struct policy *policy = &config->policy;
	strbuf_puts(out, policy->account_count ? "accounts:\n" : "accounts: {}\n");
	for (size_t i = 0; i < policy->account_count; i++)
		put_account(config, &policy->accounts[i], out);
}

static void put_until(const struct policy_rule *rule, struct strbuf *out)
{
	char text[CLOCK_UTC_BYTES];
	clock_format_utc(rule->until_s, text);
	put_text(out, 6, "until", text);
}

/* Conditions that are not given hold always: they are left out. */
static void put_rule(const struct policy_rule *rule, struct strbuf *out)
{
	put_text(out, 4, "- name", rule->name);
	if (rule->event_count)
		put_texts(out, 6, "events", rule->events, rule->event_count);
	if (rule->account_count)
		put_texts(out, 6, "accounts", rule->accounts, rule->account_count);
	if (rule->source_ip_count)
		put_cidrs(out, 6, "source_ips", rule->source_ips, rule->source_ip_count);
	if (rule->known_network)
		put_word(out, 6, "known_network", "true");
	if (rule->region_count)
		put_texts(out, 6, "regions", rule->regions, rule->region_count);
	if (rule->user_agent)
		put_text(out, 6, "user_agent", rule->user_agent);
	if (rule->mfa != TRISTATE_UNKNOWN)
		put_word(out, 6, "mfa", rule->mfa == TRISTATE_YES ? "true" : "false");
	if (rule->window_count)
		put_windows(out, 6, "window", rule->windows, rule->window_count);
	if (rule->until_s)
		put_until(rule, out);
	if (rule->allow_count)
		put_texts(out, 6, "allow", rule->allow, rule->allow_count);
}

/* The overrides of a signal stand together. */
static void put_severity(const struct policy_override *overrides, size_t count, struct strbuf *out)
{
	if (count == 1 && !overrides->account) {
		put_word(out, 4, overrides->signal, severity_name(overrides->severity));
		return;
	}
	strbuf_printf(out, "    %s:\n", overrides->signal);
	for (size_t i = 0; i < count; i++) {
		strbuf_puts(out, "      ");
		print_text(overrides[i].account ? overrides[i].account : "default", out);
		strbuf_printf(out, ": %s\n", severity_name(overrides[i].severity));
	}
}

static void put_severities(const struct policy *policy, struct strbuf *out)
{
	const struct policy_override *overrides = policy->overrides;
	strbuf_puts(out, policy->override_count ? "  severity:\n" : "  severity: {}\n");
	for (size_t i = 0, next; i < policy->override_count; i = next) {
		for (next = i + 1; next < policy->override_count && overrides[next].signal == overrides[i].signal;)
			next++;
		put_severity(&overrides[i], next - i, out);
	}
}

static void put_policy(const struct config *config, struct strbuf *out)
{
	const struct policy *policy = &config->policy;
	strbuf_puts(out, "policy:\n");
	put_text(out, 2, "timezone", config_zone_name(config, policy->zone));
	put_windows(out, 2, "hours", policy->hours, policy->hour_count);
	put_cidrs(out, 2, "known_networks", policy->networks, policy->network_count);
	put_word(out, 2, "defaults", policy->defaults ? "true" : "false");
	strbuf_puts(out, policy->rule_count ? "  routine:\n" : "  routine: []\n");
	for (size_t i = 0; i < policy->rule_count; i++)
		put_rule(&policy->rules[i], out);
	put_severities(policy, out);
}

static void put_watch(const struct policy_watch *watch, struct strbuf *out)
{
	strbuf_puts(out, "watch:\n");
	put_texts(out, 2, "arns", watch->arns, watch->arn_count);
	put_texts(out, 2, "principals", watch->principals, watch->principal_count);
}

/* ---- notifiers ---- */

/* Of a webhook everything behind the host is the secret, and a user name may be one. */
static void put_secret_url(struct strbuf *out, const char *key, const char *url)
{
	SCOPED(strbuf) struct strbuf masked = STRBUF_INIT(URL_BYTES);
	const char *colon = strstr(url, "://");
	const char *authority = colon ? colon + 3 : url;
	size_t length = strcspn(authority, "/?#");
	const char *at = memrchr(authority, '@', length);
	const char *host = at ? at + 1 : authority;
	strbuf_add(&masked, url, (size_t)(authority - url));
	strbuf_add(&masked, host, (size_t)(authority + length - host));
	strbuf_printf(&masked, "/%s", MASK);
	put_text(out, 4, key, strbuf_text(&masked));
	out->overflowed |= masked.overflowed;
}

static void put_secret(struct strbuf *out, const struct setting *setting, const char *text)
{
	if (setting->type == SETTING_URL || setting->type == SETTING_SMTP_URL)
		put_secret_url(out, setting->name, text);
	else
		put_text(out, 4, setting->name, MASK);
}

static void put_setting(struct strbuf *out, const struct setting *setting, const struct setting_value *value)
{
	const char *text = value->texts[0];
	if (setting->secret) {
		put_secret(out, setting, text);
		return;
	}
	switch (setting->type) {
	case SETTING_TEXTS: put_texts(out, 4, setting->name, value->texts, value->count); break;
	case SETTING_URL:
	case SETTING_SMTP_URL: put_url(out, 4, setting->name, text); break;
	case SETTING_BOOL:
	case SETTING_INTEGER: put_word(out, 4, setting->name, text); break;
	case SETTING_TEXT:
	case SETTING_DURATION:
	case SETTING_CHOICE: put_text(out, 4, setting->name, text); break;
	}
}

static void put_verdicts(const struct notifier_config *notifier, struct strbuf *out)
{
	put_key(out, 4, "verdicts");
	const char *before = "[";
	for (unsigned verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		if (!(notifier->verdicts >> verdict & 1))
			continue;
		strbuf_printf(out, "%s%s", before, verdict_name((enum verdict)verdict));
		before = ", ";
	}
	strbuf_puts(out, "]\n");
}

static void put_rate(const struct notifier_config *notifier, struct strbuf *out)
{
	put_key(out, 4, "rate");
	print_rate(notifier->interval_ms, out);
	strbuf_putc(out, '\n');
}

static void put_notifier(const struct notifier_config *notifier, struct strbuf *out)
{
	put_text(out, 2, "- name", notifier->name);
	put_word(out, 4, "type", notifier->type->name);
	put_word(out, 4, "min_severity", severity_name(notifier->min_severity));
	if (notifier->account_count)
		put_texts(out, 4, "accounts", notifier->accounts, notifier->account_count);
	put_verdicts(notifier, out);
	put_duration(out, 4, "timeout", notifier->timeout_ms);
	if (notifier->interval_ms)
		put_rate(notifier, out);
	for (const struct setting *setting = notifier->type->settings; setting->name; setting++) {
		const struct setting_value *value = settings_list(&notifier->settings, setting->name);
		if (value && value->count > 0)
			put_setting(out, setting, value);
	}
}

void config_print(const struct config *config, struct strbuf *out)
{
	strbuf_puts(out, "# in force from ");
	print_text(config->origin, out);
	strbuf_puts(out, "; secrets are masked\n");
	put_server(&config->server, out);
	put_store(config, out);
	put_accounts(config, out);
	put_policy(config, out);
	put_watch(&config->policy.watch, out);
	strbuf_puts(out, config->notifier_count ? "notifiers:\n" : "notifiers: []\n");
	for (size_t i = 0; i < config->notifier_count; i++)
		put_notifier(&config->notifiers[i], out);
}
