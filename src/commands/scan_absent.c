/* SPDX-License-Identifier: Apache-2.0 */
/* Few wait at a time: those of ten minutes of the events' time. */
#include "commands/scan_absent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct waiting {
	const struct absence *absence;
	int64_t time_s;
	enum severity severity;
	char account[16];
	char *line;
};

static bool make_room(struct scan_absent *absent)
{
	if (absent->count < absent->room)
		return true;
	size_t room = absent->room > 0 ? 2 * absent->room : 16;
	struct waiting *list = reallocarray(absent->list, room, sizeof *list);
	if (!list)
		return false;
	absent->list = list;
	absent->room = room;
	return true;
}

bool scan_absent_add(struct scan_absent *absent, const struct event *event, const struct absence *absence,
                     enum severity severity, char *line)
{
	if (!line || !make_room(absent)) {
		free(line);
		return false;
	}
	struct waiting *waiting = &absent->list[absent->count++];
	*waiting = (struct waiting){.absence = absence, .time_s = event->time_s, .severity = severity, .line = line};
	snprintf(waiting->account, sizeof waiting->account, "%s", event_account(event));
	return true;
}

/* Its line is the caller's. */
static char *take_out(struct scan_absent *absent, size_t place)
{
	char *line = absent->list[place].line;
	absent->count--;
	memmove(absent->list + place, absent->list + place + 1, (absent->count - place) * sizeof *absent->list);
	return line;
}

/* When it cannot be known, it is shown: better once too often. */
static bool is_answered(struct history *history, const struct waiting *waiting)
{
	bool answered = false;
	struct err err;
	return history_is_answered(history, waiting->absence, waiting->account, waiting->time_s, &answered, &err) &&
	       answered;
}

char *scan_absent_take(struct scan_absent *absent, struct history *history, int64_t time_s, enum severity *ret_severity)
{
	for (size_t i = 0; i < absent->count;) {
		const struct waiting *waiting = &absent->list[i];
		if (time_s <= waiting->time_s + waiting->absence->within_s) {
			i++;
			continue;
		}
		*ret_severity = waiting->severity;
		bool answered = is_answered(history, waiting);
		char *line = take_out(absent, i);
		if (!answered)
			return line;
		free(line);
	}
	return NULL;
}

void scan_absent_done(struct scan_absent *absent)
{
	for (size_t i = 0; i < absent->count; i++)
		free(absent->list[i].line);
	free(absent->list);
	*absent = (struct scan_absent){.list = NULL};
}
