/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SCAN_TABLE_H
#define COMMANDS_SCAN_TABLE_H
/*
 * What a scan shows to a person: a line for each event, written as the scan goes.
 * Untrusted text becomes part of one line, without control characters. Pure.
 */
#include "detector.h"
#include "rootwatch/strbuf.h"

struct scan_table {
	const struct policy *policy; /* whose accounts have names */
	size_t account_columns;
	bool coloured;
};

struct scan_table scan_table_of(const struct policy *policy, bool coloured);

/* Append a line each. */
void scan_table_head(const struct scan_table *table, struct strbuf *out);
void scan_table_row(const struct scan_table *table, const struct event *event, const struct judgement *judgement,
                    struct strbuf *out);

#endif
