/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SCAN_TOTALS_H
#define COMMANDS_SCAN_TOTALS_H
/*
 * What a scan has met, counted: events, verdicts, severities, accounts, from when to
 * when. Bounded: beyond the first thousands of accounts the others are one. Pure
 * apart from memory.
 */
#include "detector.h"
#include "rootwatch/strbuf.h"

struct scan_account {
	char id[16]; /* "": events that name none */
	size_t events, findings;
	enum severity worst; /* of the findings, when there are any */
};

struct scan_totals {
	size_t files, digests; /* digests: of the files, those that are CloudTrail digests */
	size_t events;         /* duplicates included */
	size_t duplicates;
	/* The rest counts duplicates once. */
	size_t verdicts[VERDICT_COUNT];
	size_t severities[SEVERITY_COUNT]; /* of the findings */
	int64_t first_s, last_s;           /* times of events; 0: no event says one */
	struct scan_account *accounts;     /* by id; owned */
	size_t account_count, account_capacity;
	struct scan_account others; /* accounts that found no room */
};

/* Zeroes are empty totals. */
void scan_totals_done(struct scan_totals *totals);
void scan_totals_add(struct scan_totals *totals, const struct event *event, const struct judgement *judgement,
                     bool duplicate);

/* Appends the summary for a person, some lines. The policy gives accounts their names. */
void scan_totals_render(const struct scan_totals *totals, const struct policy *policy, struct strbuf *out);

#endif
