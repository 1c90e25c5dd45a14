/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SCAN_ABSENT_H
#define COMMANDS_SCAN_ABSENT_H
/*
 * What a scan will show of events that something should follow (signal_absence.h), until
 * the scan has read past the time for it. Written when the event is read: nothing of
 * the event is kept.
 */
#include "history.h"

struct scan_absent {
	struct waiting *list; /* in the order of reading */
	size_t count, room;
};

/* `line` is taken, also on failure. False when out of memory. */
bool scan_absent_add(struct scan_absent *absent, const struct event *event, const struct absence *absence,
                     enum severity severity, char *line);

/* Takes out the first whose time was over before `time_s` and whose answer was not read: its line, which the caller frees.
 * NULL: there is none (any more); those that were answered are forgotten. */
char *scan_absent_take(struct scan_absent *absent, struct history *history, int64_t time_s,
                       enum severity *ret_severity);

void scan_absent_done(struct scan_absent *absent);
static inline void scan_absent_scope(struct scan_absent *absent)
{
	scan_absent_done(absent);
}

#endif
