/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what should follow what. Waiting for it is deferred.c's and the scan's. */
#include "signal_absence.h"

#include <stddef.h>
#include <string.h>

#include "calls.h"

enum { MINUTE_S = 60, ARRIVAL_S = 2 * MINUTE_S }; /* events come unordered, minutes apart */

static const struct absence absences[] = {
    {
        .signal = "mfa_unanswered",
        .calls = calls_check_mfa,
        .answer = BASELINE_SIGN_IN,
        .within_s = 10 * MINUTE_S,
    },
};

enum { ABSENCE_COUNT = sizeof absences / sizeof absences[0] };

const struct absence *absence_of(const struct event *event)
{
	char call[EVENT_CALL_BYTES];
	event_call(event, call);
	for (size_t i = 0; i < ABSENCE_COUNT; i++)
		if (calls_match(absences[i].calls, call))
			return &absences[i];
	return NULL;
}

const struct absence *absence_find(const char *signal)
{
	for (size_t i = 0; i < ABSENCE_COUNT; i++)
		if (strcmp(absences[i].signal, signal) == 0)
			return &absences[i];
	return NULL;
}

bool absence_is_answered(const struct absence *absence, const struct baseline *baseline, int64_t time_s)
{
	return baseline_has(baseline, absence->answer, time_s, time_s + absence->within_s);
}

int64_t absence_due_s(const struct absence *absence, int64_t time_s, int64_t received_s)
{
	int64_t over_s = time_s + absence->within_s, arrived_s = received_s + ARRIVAL_S;
	return over_s > arrived_s ? over_s : arrived_s;
}
