/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an event to the values that habits are made of: an address becomes its
 * network, a user agent its family, so that a new lease or a browser's update is
 * nothing new. Pure.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "baseline.h"

enum { NETWORK_V4_BITS = 24, NETWORK_V6_BITS = 48, V4_MAPPED_BYTES = 12 };

static void set_value(struct baseline_facts *facts, enum baseline_kind kind, const char *text, size_t length)
{
	size_t most = BASELINE_VALUE_BYTES - 1;
	memcpy(facts->values[kind], text, length < most ? length : most);
}

/* FNV-1a, 64 bits. Ids are AWS's: nobody who could choose them needs to. */
static uint64_t hash(const char *text)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);
	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return value;
}

/* "203.0.113.7" -> "203.0.113.0/24"; "" for what is no address, such as the name of a service. */
static void read_network(const char *source, char ret_network[BASELINE_VALUE_BYTES])
{
	struct cidr cidr;
	if (strchr(source, '/') || !parse_cidr(source, &cidr))
		return;
	static const unsigned char mapped[V4_MAPPED_BYTES] = {[10] = 0xff, [11] = 0xff};
	bool is_v4 = memcmp(cidr.address, mapped, sizeof mapped) == 0;
	unsigned bits = is_v4 ? NETWORK_V4_BITS : NETWORK_V6_BITS;
	size_t kept = is_v4 ? sizeof mapped + bits / 8 : bits / 8;
	memset(cidr.address + kept, 0, sizeof cidr.address - kept);
	char text[INET6_ADDRSTRLEN];
	if (inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? cidr.address + sizeof mapped : cidr.address, text, sizeof text))
		snprintf(ret_network, BASELINE_VALUE_BYTES, "%s/%u", text, bits);
}

/* What a browser's user agent says, by the first mark that is in it: browsers name those before them. */
struct mark {
	const char *text, *name; /* text NULL: none of these */
};

static const struct mark browsers[] = {
    {"Edg", "Edge"},      {"OPR/", "Opera"},     {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
    {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},   {NULL, "a browser"},
};

static const struct mark systems[] = {
    {"Windows", "Windows"}, {"iPhone", "iOS"},    {"iPad", "iOS"},    {"Android", "Android"},
    {"Macintosh", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}, {NULL, "an unknown system"},
};

static const char *name_by_mark(const struct mark *marks, const char *agent)
{
	while (marks->text && !strstr(agent, marks->text))
		marks++;
	return marks->name;
}

/* "Mozilla/5.0 (Windows NT 10.0) ... Chrome/120.0" -> "Chrome on Windows"; "aws-cli/2.13.5 Python/3.11" -> "aws-cli";
 * "[S3Console/0.4, ...]" -> "S3Console" */
static void read_client(const char *agent, struct baseline_facts *facts)
{
	if (strncmp(agent, "Mozilla/", 8) == 0) {
		snprintf(facts->values[BASELINE_CLIENT], BASELINE_VALUE_BYTES, "%s on %s", name_by_mark(browsers, agent),
		         name_by_mark(systems, agent));
		return;
	}
	agent += strspn(agent, "[ ");
	set_value(facts, BASELINE_CLIENT, agent, strcspn(agent, "/ ,;]("));
}

static enum baseline_act read_act(const struct event *event)
{
	if (strcmp(event->event_name, "ConsoleLogin") != 0)
		return BASELINE_ACT;
	return strcasecmp(event->console_login, "Success") == 0 ? BASELINE_SIGN_IN : BASELINE_SIGN_IN_FAILED;
}

/* "arn:aws:iam::444455556666:root" and "444455556666" are the same target. */
static void read_target(const struct event *event, struct baseline_facts *facts)
{
	if (strcmp(event->event_name, "AssumeRoot") != 0)
		return;
	const char *target = event_parameter(event, "targetPrincipal");
	while (*target && !isdigit((unsigned char)*target))
		target++;
	set_value(facts, BASELINE_TARGET, target, strspn(target, "0123456789"));
}

void baseline_facts(const struct event *event, struct baseline_facts *ret_facts)
{
	*ret_facts = (struct baseline_facts){
	    .time_s = event->time_s,
	    .key = hash(event->dedupe_key),
	    .act = read_act(event),
	};
	read_network(event->source_ip, ret_facts->values[BASELINE_NETWORK]);
	read_client(event->user_agent, ret_facts);
	set_value(ret_facts, BASELINE_REGION, event->region, strnlen(event->region, BASELINE_VALUE_BYTES));
	set_value(ret_facts, BASELINE_SERVICE, event->event_source, strnlen(event->event_source, BASELINE_VALUE_BYTES));
	read_target(event, ret_facts);
}
