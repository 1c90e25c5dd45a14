/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SCAN_TABLE_H
#define COMMANDS_SCAN_TABLE_H
/*
 * What a scan shows to a person: a line for each event, written as the scan goes, and
 * one about all of them. Untrusted text becomes part of one line, without control
 * characters. Pure.
 */
#include "detector.h"
#include "rootwatch/strbuf.h"

struct scan_table {
	const struct policy *policy; /* whose accounts have names */
	size_t account_columns;
};

struct scan_table scan_table_of(const struct policy *policy);

/* Append a line each. */
void scan_table_head(const struct scan_table *table, struct strbuf *out);
void scan_table_row(const struct scan_table *table, const struct event *event, const struct judgement *judgement,
                    struct strbuf *out);

/* What a scan has met. */
struct scan_totals {
	size_t files, digests; /* digests: of the files, those that are CloudTrail digests */
	size_t events;         /* duplicates included */
	size_t duplicates;
	size_t verdicts[VERDICT_COUNT]; /* duplicates left out */
	enum severity worst;            /* of the findings, when there are any */
	int64_t first_s, last_s;        /* times of events; 0: no event says one */
};

void scan_totals_add(struct scan_totals *totals, const struct event *event, const struct judgement *judgement,
                     bool duplicate);
void scan_totals_render(const struct scan_totals *totals, struct strbuf *out);

#endif
