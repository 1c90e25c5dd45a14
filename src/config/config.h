/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_H
#define CONFIG_H
/*
 * The configuration: one YAML file -> one immutable tree, or every mistake in it
 * at once with file:line:column. The only place that reads the environment.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth.h"
#include "notifier.h"
#include "policy.h"
#include "rootwatch/err.h"
#include "rootwatch/strbuf.h"

enum ack_mode { ACK_DURABLE, ACK_DELIVERED };

struct config_server {
	const char *listen_host; /* "" or an address or name */
	uint16_t listen_port;    /* 0: any free one */
	bool plaintext;
	const char *certificate, *private_key; /* paths; both NULL: self-signed at start */
	const char *api_key_header;
	const struct api_key *api_keys;
	size_t api_key_count;
	const struct cidr *trusted_proxies;
	size_t trusted_proxy_count;
	const char *metrics_listen;      /* "host:port"; NULL: on the main port only */
	int max_connections;             /* default 1000 */
	int max_connections_per_address; /* default 256; not for trusted proxies */
	int64_t request_timeout_ms;      /* absolute, handshake to the last byte of the body; default 10 s */
};

/* A time zone that some part of the configuration has. */
struct config_zone {
	const char *name;
	struct zone *zone;
	const struct config_zone *next;
};

struct config {
	const char *origin; /* what errors name: the file, "ROOTWATCH_CONFIG", "built-in configuration" */
	struct config_server server;
	const char *store_url;
	int64_t retention_ms;
	enum ack_mode ack;
	struct policy policy;
	const struct config_zone *zones; /* whose zones the policy borrows */
	const struct notifier_config *notifiers;
	size_t notifier_count;
	const char *const *skipped; /* optional notifiers left out, and why: "soc-slack: webhook_url is empty" */
	size_t skipped_count;
	const char *const *warnings; /* legal but doubtful */
	size_t warning_count;
	void *memory; /* everything above lives here */
};

/* What a command needs of it; the rest is neither required nor expanded. */
enum config_scope {
	CONFIG_FULL,
	CONFIG_JUDGING, /* scan, explain: accounts, policy and watch alone */
	CONFIG_STORE,   /* outbox, expect --list: the store's url alone */
	CONFIG_HISTORY, /* scan, explain with what a store knows: accounts, policy, watch and the store's url */
};

/* path NULL: ROOTWATCH_CONFIG, else the built-in, variable-driven configuration. On failure NULL and `problems` holds one
 * line per mistake: "file:line:column: what is wrong; did you mean ...?" */
struct config *config_load(const char *path, enum config_scope scope, struct strbuf *problems);
void config_free(struct config *config); /* wipes secrets; NULL is fine */

/* The effective configuration as YAML, secrets masked, with what was defaulted. */
void config_print(const struct config *config, struct strbuf *out);

/* The name of a zone that the policy has. */
const char *config_zone_name(const struct config *config, const struct zone *zone);

/* For parts that must look variables up (AWS credentials): the one getenv. */
const char *config_environment(const char *name);

#endif
