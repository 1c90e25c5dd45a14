/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_EVENT_FILE_H
#define COMMANDS_EVENT_FILE_H
/*
 * The events in a text: one JSON document, JSON lines, or documents one behind the
 * other, each of any shape that event.h reads. Unlike a request body it is not all
 * or nothing: what cannot be read is listed, and the rest is there, in time order.
 * Of an event only its place and time are kept; it is read again when its turn comes.
 */
#include <stddef.h>

#include "commands/json_cut.h"
#include "event.h"
#include "rootwatch/err.h"

enum { EVENT_FILE_COMPLAINTS_MAX = 20 }; /* nobody reads more; the rest is counted */

struct event_complaint {
	size_t line;              /* where the unreadable value begins, from 1 */
	enum event_status status; /* EVENT_NOT_JSON or EVENT_NOT_AN_EVENT */
	struct err err;
};

struct placed_event {
	int64_t time_s; /* 0: it says none */
	size_t place;   /* in the file, from 0 */
	struct json_slice text;
	const struct event
	    *kept; /* NULL: it is read again. Of a wrapper that holds several, which would be read for each */
};

struct event_file {
	struct placed_event *events; /* by time, those without one first; of the same time: as they stand in the file */
	size_t count;
	struct event_complaint complaints[EVENT_FILE_COMPLAINTS_MAX]; /* in the order of the file */
	size_t complaint_count;                                       /* of all, also of those that were not kept */
	struct event_batch *batches;                                  /* internal: what kept events borrow from */
	size_t batch_count;
	struct event_batch current; /* internal: what was asked for last */
};

enum event_file_status { EVENT_FILE_READ, EVENT_FILE_TOO_LARGE, EVENT_FILE_NO_MEMORY };

/* On EVENT_FILE_READ the caller owns the file, which borrows the text; else there is nothing in it, and err says why. */
enum event_file_status event_file_read(const char *text, size_t length, struct event_file *ret_file, struct err *err);

/* The event at file->events[index], as it stands until the next one is asked for. NULL: out of memory. */
const struct event *event_file_event(struct event_file *file, size_t index);

void event_file_done(struct event_file *file);
static inline void event_file_scope(struct event_file *file)
{
	event_file_done(file);
}

#endif
