/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts stand in a sorted array: organisations have thousands of them at most, and new ones come rarely. */
#include "commands/scan_totals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ACCOUNTS_MAX = 16 * 1024, /* AWS's largest organisations stay below */
	ACCOUNTS_SHOWN = 10,
};

void scan_totals_done(struct scan_totals *totals)
{
	free(totals->accounts);
	*totals = (struct scan_totals){.accounts = NULL};
}

/* ---- counting ---- */

static bool make_room(struct scan_totals *totals)
{
	if (totals->account_count < totals->account_capacity)
		return true;
	size_t capacity = totals->account_capacity ? 2 * totals->account_capacity : 16;
	if (capacity > ACCOUNTS_MAX)
		return false;
	struct scan_account *accounts = reallocarray(totals->accounts, capacity, sizeof *accounts);
	if (!accounts)
		return false;
	totals->accounts = accounts;
	totals->account_capacity = capacity;
	return true;
}

static struct scan_account *account_of(struct scan_totals *totals, const char *id)
{
	size_t low = 0, high = totals->account_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(totals->accounts[middle].id, id);
		if (order == 0)
			return &totals->accounts[middle];
		low = order < 0 ? middle + 1 : low;
		high = order < 0 ? high : middle;
	}
	if (!make_room(totals))
		return &totals->others;
	struct scan_account *place = &totals->accounts[low];
	memmove(place + 1, place, (totals->account_count++ - low) * sizeof *place);
	*place = (struct scan_account){.events = 0};
	snprintf(place->id, sizeof place->id, "%s", id);
	return place;
}

static void add_time(struct scan_totals *totals, int64_t time_s)
{
	if (time_s == 0)
		return;
	if (totals->first_s == 0 || time_s < totals->first_s)
		totals->first_s = time_s;
	if (time_s > totals->last_s)
		totals->last_s = time_s;
}

void scan_totals_add(struct scan_totals *totals, const struct event *event, const struct judgement *judgement,
                     bool duplicate)
{
	totals->events++;
	add_time(totals, event->time_s);
	if (duplicate) {
		totals->duplicates++;
		return;
	}
	struct scan_account *account = account_of(totals, event_account(event));
	account->events++;
	totals->verdicts[judgement->verdict]++;
	if (!judgement_is_finding(judgement))
		return;
	totals->severities[judgement->severity]++;
	account->findings++;
	if (judgement->severity > account->worst)
		account->worst = judgement->severity;
}

/* ---- showing ---- */

static void put_count(struct strbuf *out, size_t count, const char *one, const char *many)
{
	strbuf_printf(out, "%zu %s", count, count == 1 ? one : many);
}

static void put_span(const struct scan_totals *totals, struct strbuf *out)
{
	if (totals->first_s == 0)
		return;
	strbuf_puts(out, ", ");
	alert_render_time(totals->first_s, out);
	if (totals->last_s == totals->first_s)
		return;
	strbuf_puts(out, " to ");
	alert_render_time(totals->last_s, out);
}

static bool find_worst(const struct scan_totals *totals, enum severity *ret_worst)
{
	for (int severity = SEVERITY_COUNT - 1; severity >= 0; severity--)
		if (totals->severities[severity] > 0) {
			*ret_worst = (enum severity)severity;
			return true;
		}
	return false;
}

static void put_verdicts(const struct scan_totals *totals, struct strbuf *out)
{
	strbuf_puts(out, "verdicts    ");
	for (int verdict = VERDICT_COUNT - 1; verdict >= 0; verdict--)
		strbuf_printf(out, "%zu %s%s", totals->verdicts[verdict], verdict_name((enum verdict)verdict),
		              verdict > 0 ? ", " : "");
	if (totals->duplicates > 0) {
		strbuf_puts(out, "; ");
		put_count(out, totals->duplicates, "duplicate", "duplicates");
	}
	enum severity worst;
	if (find_worst(totals, &worst))
		strbuf_printf(out, "; worst severity: %s", severity_name(worst));
	strbuf_putc(out, '\n');
}

static void put_severities(const struct scan_totals *totals, struct strbuf *out)
{
	strbuf_puts(out, "severities  ");
	const char *before = "";
	for (int severity = SEVERITY_COUNT - 1; severity >= 0; severity--)
		if (totals->severities[severity] > 0) {
			strbuf_printf(out, "%s%zu %s", before, totals->severities[severity],
			              severity_name((enum severity)severity));
			before = ", ";
		}
	strbuf_putc(out, '\n');
}

static int worst_first(const void *left, const void *right)
{
	const struct scan_account *a = left, *b = right;
	if ((a->findings == 0) != (b->findings == 0))
		return a->findings == 0 ? 1 : -1;
	if (a->worst != b->worst)
		return a->worst > b->worst ? -1 : 1;
	if (a->findings != b->findings)
		return a->findings > b->findings ? -1 : 1;
	return strcmp(a->id, b->id);
}

static void put_account(const struct scan_account *account, const struct policy *policy, struct strbuf *out)
{
	struct alert who = {.account_id = account->id, .account_name = policy_account_name(policy, account->id)};
	alert_render_account(&who, out);
	strbuf_puts(out, ": ");
	put_count(out, account->events, "event", "events");
	if (account->findings > 0) {
		strbuf_puts(out, ", ");
		put_count(out, account->findings, "finding", "findings");
		strbuf_printf(out, ", worst %s", severity_name(account->worst));
	}
	strbuf_putc(out, '\n');
}

static void put_accounts(const struct scan_totals *totals, const struct policy *policy, struct strbuf *out)
{
	size_t count = totals->account_count;
	struct scan_account *accounts = calloc(count + 1, sizeof *accounts);
	if (!accounts)
		return;
	for (size_t i = 0; i < count; i++)
		accounts[i] = totals->accounts[i];
	qsort(accounts, count, sizeof *accounts, worst_first);
	for (size_t i = 0; i < count && i < ACCOUNTS_SHOWN; i++) {
		strbuf_printf(out, "%-12s", i == 0 ? "accounts" : "");
		put_account(&accounts[i], policy, out);
	}
	if (count > ACCOUNTS_SHOWN)
		strbuf_printf(out, "%-12sand %zu%s more\n", "", count - ACCOUNTS_SHOWN, totals->others.events ? " or" : "");
	free(accounts);
}

void scan_totals_render(const struct scan_totals *totals, const struct policy *policy, struct strbuf *out)
{
	put_count(out, totals->events, "event", "events");
	strbuf_puts(out, " in ");
	put_count(out, totals->files, "file", "files");
	put_span(totals, out);
	if (totals->digests > 0) {
		strbuf_puts(out, "; ");
		put_count(out, totals->digests, "file is a CloudTrail digest", "files are CloudTrail digests");
	}
	strbuf_putc(out, '\n');
	if (totals->events == 0)
		return;
	enum severity worst;
	put_verdicts(totals, out);
	if (find_worst(totals, &worst))
		put_severities(totals, out);
	put_accounts(totals, policy, out);
}
