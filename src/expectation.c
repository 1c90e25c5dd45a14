/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Announced root work: what may be announced, what it explains, and how it is written.
 * What may never be routine is the detector's to say.
 */
#include "expectation.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/excerpt.h"
#include "base/json.h"
#include "base/parse.h"

/* ---- making one ---- */

static bool is_account_id(const char *text)
{
	return strlen(text) == 12 && strspn(text, "0123456789") == 12;
}

static bool set_account(struct expectation *expectation, const char *wanted, const struct policy *policy,
                        struct err *err)
{
	if (!wanted || !*wanted)
		return err_set(err, "account is missing: twelve digits, or a name given under accounts");
	const char *id = is_account_id(wanted) ? wanted : NULL;
	for (size_t i = 0; i < policy->account_count && !id; i++)
		if (strcmp(policy->accounts[i].name, wanted) == 0)
			id = policy->accounts[i].id;
	if (!id)
		return err_set(err, "account \"%s\" is neither twelve digits nor a name given under accounts",
		               excerpt(wanted).text);
	snprintf(expectation->account, sizeof expectation->account, "%s", id);
	return true;
}

static bool read_end(const struct announcement *wanted, int64_t now_s, int64_t *ret_until_s, struct err *err)
{
	int64_t length_ms;
	if (!wanted->length == !wanted->until)
		return err_set(err, "it takes one of for (such as 1h) and until (such as 2027-01-01T08:00:00Z)");
	if (wanted->until)
		return clock_parse_utc(wanted->until, ret_until_s) ||
		       err_set(err, "until must be a time such as 2027-01-01T08:00:00Z");
	if (!parse_duration_ms(wanted->length, &length_ms))
		return err_set(err, "for must be a duration such as 30m, 1h or 2d");
	*ret_until_s = now_s + length_ms / 1000;
	return true;
}

static bool set_times(struct expectation *expectation, const struct announcement *wanted, int64_t now_s,
                      struct err *err)
{
	expectation->from_s = now_s;
	if (!read_end(wanted, now_s, &expectation->until_s, err))
		return false;
	if (expectation->until_s <= now_s)
		return err_set(err, "it would be over already: it must end after now");
	return expectation->until_s - now_s <= EXPECTATION_LONGEST_S ||
	       err_set(err, "it may last 7 days at most: what lasts longer belongs into policy.routine");
}

static bool set_reason(struct expectation *expectation, const char *reason, struct err *err)
{
	if (!reason || reason[strspn(reason, " \t\r\n")] == '\0')
		return err_set(err, "reason is missing: it is what people read in every alert that this explains");
	if (strlen(reason) > EXPECTATION_REASON_MAX)
		return err_set(err, "reason is longer than %d bytes", EXPECTATION_REASON_MAX);
	snprintf(expectation->reason, sizeof expectation->reason, "%s", reason);
	return true;
}

static bool add_events(struct expectation *expectation, const char *pattern, struct err *err)
{
	size_t used = strlen(expectation->events);
	if (!policy_is_call_pattern(pattern) || strchr(pattern, ','))
		return err_set(err, "events: \"%s\" is no call such as iam:CreateUser or iam:*, the service in small letters",
		               excerpt(pattern).text);
	if (used + 1 + strlen(pattern) > EXPECTATION_EVENTS_MAX)
		return err_set(err, "events are longer than %d bytes in all", EXPECTATION_EVENTS_MAX);
	snprintf(expectation->events + used, sizeof expectation->events - used, "%s%s", used > 0 ? "," : "", pattern);
	return true;
}

bool expectation_make(const struct announcement *wanted, const struct policy *policy, int64_t now_s,
                      struct expectation *ret_expectation, struct err *err)
{
	struct expectation expectation = {.id = ""};
	if (!set_account(&expectation, wanted->account, policy, err) || !set_times(&expectation, wanted, now_s, err) ||
	    !set_reason(&expectation, wanted->reason, err))
		return false;
	for (size_t i = 0; i < wanted->event_count; i++)
		if (!add_events(&expectation, wanted->events[i], err))
			return false;
	snprintf(expectation.made_by, sizeof expectation.made_by, "%s", wanted->made_by);
	*ret_expectation = expectation;
	return true;
}

/* ---- asking ---- */

enum expectation_state expectation_state(const struct expectation *expectation, int64_t now_s)
{
	if (expectation->revoked_s > 0)
		return EXPECTATION_REVOKED;
	return now_s < expectation->until_s ? EXPECTATION_ACTIVE : EXPECTATION_ENDED;
}

const char *expectation_state_name(enum expectation_state state)
{
	static const char *const names[] = {
	    [EXPECTATION_ACTIVE] = "active", [EXPECTATION_ENDED] = "ended", [EXPECTATION_REVOKED] = "revoked"};
	return names[state];
}

static bool matches_call(const struct expectation *expectation, const struct event *event)
{
	char call[EVENT_CALL_BYTES], pattern[EXPECTATION_EVENTS_MAX + 1];
	event_call(event, call);
	const char *at = expectation->events;
	for (size_t length; (length = strcspn(at, ",")) > 0; at += length + (at[length] == ',')) {
		snprintf(pattern, sizeof pattern, "%.*s", (int)length, at);
		if (wildcard_match(pattern, call))
			return true;
	}
	return expectation->events[0] == '\0';
}

const char *expectation_fails(const struct expectation *expectation, const struct event *event)
{
	if (expectation->revoked_s > 0)
		return "revoked";
	if (strcmp(expectation->account, event_account(event)) != 0)
		return "account";
	if (event->time_s < expectation->from_s || event->time_s >= expectation->until_s)
		return "time";
	return matches_call(expectation, event) ? NULL : "events";
}

bool expectation_allows(const char *signal)
{
	static const char *const allowed[] = {"dormant_root", "off_hours"};
	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
		if (strcmp(signal, allowed[i]) == 0)
			return true;
	return false;
}

/* ---- words ---- */

void expectation_describe(const struct expectation *expectation, char ret_text[EXPECTATION_TEXT_BYTES])
{
	snprintf(ret_text, EXPECTATION_TEXT_BYTES, "work announced by %s: \"%s\" (%s)", expectation->made_by,
	         expectation->reason, expectation->id);
}

static void put_text(const char *name, const char *text, struct strbuf *out)
{
	strbuf_printf(out, ",\"%s\":", name);
	json_quote(text, out);
}

static void put_time(const char *name, int64_t time_s, struct strbuf *out)
{
	char text[CLOCK_UTC_BYTES];
	clock_format_utc(time_s, text);
	strbuf_printf(out, ",\"%s\":\"%s\"", name, text);
}

static void put_events(const char *events, struct strbuf *out)
{
	char pattern[EXPECTATION_EVENTS_MAX + 1];
	strbuf_puts(out, ",\"events\":[");
	const char *at = events;
	for (size_t length; (length = strcspn(at, ",")) > 0; at += length + (at[length] == ',')) {
		snprintf(pattern, sizeof pattern, "%.*s", (int)length, at);
		strbuf_puts(out, at > events ? "," : "");
		json_quote(pattern, out);
	}
	strbuf_putc(out, ']');
}

void expectation_print(const struct expectation *expectation, int64_t now_s, struct strbuf *out)
{
	strbuf_puts(out, "{\"id\":");
	json_quote(expectation->id, out);
	put_text("account", expectation->account, out);
	put_time("from", expectation->from_s, out);
	put_time("until", expectation->until_s, out);
	put_text("reason", expectation->reason, out);
	put_events(expectation->events, out);
	put_text("made_by", expectation->made_by, out);
	put_text("state", expectation_state_name(expectation_state(expectation, now_s)), out);
	if (expectation->revoked_s > 0)
		put_time("revoked_at", expectation->revoked_s, out);
	else
		strbuf_puts(out, ",\"revoked_at\":null");
	put_text("revoked_by", expectation->revoked_by, out);
	strbuf_putc(out, '}');
}
