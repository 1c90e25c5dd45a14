/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts a text into values and the lists among them into events, and has event.c
 * read each by itself. A value that runs over lines and is broken is read once more
 * line by line, because it may be a broken line that swallowed good ones.
 */
#include "commands/event_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "commands/event_peek.h"
#include "commands/json_cut.h"

enum {
	EVENT_MAX_BYTES = 16 * 1024 * 1024, /* EventBridge: 1 MiB. A tree takes some times its text */
	EVENTS_MAX = 1000 * 1000,           /* of one file: where each stands is in memory. So for what is none */
	MIB = 1024 * 1024,
};

struct reading {
	struct json_slice text;
	struct event_file *file;
	size_t capacity, batch_capacity; /* of file->events, file->batches */
	enum event_file_status status;   /* anything but READ: it has ended, and err says why */
	struct err *err;
};

/* How far a file was filled: what comes later can be taken back. */
struct mark {
	size_t batches, events, complaints;
};

static struct mark mark_of(const struct event_file *file)
{
	return (struct mark){file->batch_count, file->count, file->complaint_count};
}

static void go_back(struct event_file *file, struct mark mark)
{
	while (file->batch_count > mark.batches)
		event_batch_done(&file->batches[--file->batch_count]);
	file->count = mark.events;
	file->complaint_count = mark.complaints;
}

static bool no_memory(struct reading *reading)
{
	reading->status = EVENT_FILE_NO_MEMORY;
	return err_set(reading->err, "out of memory");
}

static bool too_large(struct reading *reading, const char *what)
{
	reading->status = EVENT_FILE_TOO_LARGE;
	return err_set(reading->err, "more than %d %s; split it", EVENTS_MAX, what);
}

static size_t line_of(const struct reading *reading, const char *at)
{
	size_t line = 1;
	const char *from = reading->text.at;
	while ((from = memchr(from, '\n', (size_t)(at - from)))) {
		from++;
		line++;
	}
	return line;
}

static void complain(struct reading *reading, const char *at, enum event_status status, const struct err *why)
{
	struct event_file *file = reading->file;
	size_t place = file->complaint_count++;
	if (place < EVENT_FILE_COMPLAINTS_MAX)
		file->complaints[place] = (struct event_complaint){line_of(reading, at), status, *why};
	if (place == EVENTS_MAX)
		too_large(reading, "values that are no events");
}

/* Room for one more in a list; doubles it. False: the reading has ended. */
static bool make_room(struct reading *reading, void **list, size_t size, size_t count, size_t *capacity)
{
	if (count < *capacity)
		return true;
	size_t wanted = *capacity ? 2 * *capacity : 64;
	void *larger = reallocarray(*list, wanted, size);
	if (!larger)
		return no_memory(reading);
	*list = larger;
	*capacity = wanted;
	return true;
}

/* `kept`: the event, where it is not to be read again. */
static bool place_event(struct reading *reading, struct json_slice text, int64_t time_s, const struct event *kept)
{
	struct event_file *file = reading->file;
	if (file->count == EVENTS_MAX)
		return too_large(reading, "events");
	void *events = file->events;
	bool room = make_room(reading, &events, sizeof *file->events, file->count, &reading->capacity);
	file->events = events;
	if (!room)
		return false;
	file->events[file->count] = (struct placed_event){time_s, file->count, text, kept};
	file->count++;
	return true;
}

static bool keep_batch(struct reading *reading, const struct event_batch *batch)
{
	struct event_file *file = reading->file;
	void *batches = file->batches;
	bool room = make_room(reading, &batches, sizeof *file->batches, file->batch_count, &reading->batch_capacity);
	file->batches = batches;
	if (room)
		file->batches[file->batch_count++] = *batch;
	return room;
}

/* Takes the batch over. */
static void place_batch(struct reading *reading, struct json_slice text, struct event_batch *batch)
{
	bool keep = batch->count > 1;
	bool good = !keep || keep_batch(reading, batch);
	bool owned = keep && good;
	for (size_t i = 0; good && i < batch->count; i++)
		good = place_event(reading, text, batch->events[i].time_s, keep ? &batch->events[i] : NULL);
	if (!owned)
		event_batch_done(batch);
}

/* One event, or a wrapper with a few. Whether the reading has ended is reading->status's. */
static enum event_status read_one(struct reading *reading, struct json_slice value, struct err *why)
{
	size_t length = (size_t)(value.end - value.at);
	if (length > EVENT_MAX_BYTES) {
		err_set(why, "a single JSON value of more than %d MiB that is no list of events", EVENT_MAX_BYTES / MIB);
		return EVENT_NOT_JSON; /* perhaps only because a bracket is missing */
	}
	int64_t time_s;
	if (event_peek(value.at, length, &time_s)) {
		place_event(reading, value, time_s, NULL);
		return EVENT_OK;
	}
	struct event_batch batch;
	enum event_status status = event_batch_read(value.at, length, &batch, why);
	if (status == EVENT_NO_MEMORY)
		no_memory(reading);
	if (status == EVENT_OK)
		place_batch(reading, value, &batch);
	return status;
}

/* EVENT_NOT_JSON: the list itself is broken, and nothing of it was kept. A broken element is a complaint of its own. */
static enum event_status read_list(struct reading *reading, struct json_slice inside)
{
	const struct mark before = mark_of(reading->file);
	struct json_slice element;
	for (size_t number = 1; reading->status == EVENT_FILE_READ; number++) {
		switch (json_cut_element(&inside, &element)) {
		case JSON_CUT_ELEMENT: break;
		case JSON_CUT_END: return EVENT_OK;
		case JSON_CUT_BROKEN: go_back(reading->file, before); return EVENT_NOT_JSON;
		}
		struct err why = {""};
		enum event_status status = read_one(reading, element, &why);
		if (status != EVENT_OK) {
			err_prefix(&why, "element %zu", number);
			complain(reading, element.at, status, &why);
		}
	}
	return EVENT_OK;
}

static enum event_status read_value(struct reading *reading, struct json_slice value, struct err *why)
{
	struct json_slice inside;
	enum event_status status = json_cut_list(value, &inside) ? read_list(reading, inside) : EVENT_NOT_JSON;
	return status == EVENT_NOT_JSON ? read_one(reading, value, why) : status;
}

/* What is left of the line; *rest begins with the next one. */
static struct json_slice cut_line(struct json_slice *rest)
{
	const char *end = memchr(rest->at, '\n', (size_t)(rest->end - rest->at));
	struct json_slice line = {rest->at, end ? end : rest->end};
	rest->at = end ? end + 1 : rest->end;
	return line;
}

static void read_values(struct reading *reading, struct json_slice rest);

/* Lines that are, taken together, the broken value that `why` speaks of. Where none of them holds an event it was one
 * value, and is one complaint. */
static void read_lines(struct reading *reading, struct json_slice lines, const struct err *why)
{
	const char *start = lines.at;
	const struct mark before = mark_of(reading->file);
	while (lines.at < lines.end && reading->status == EVENT_FILE_READ)
		read_values(reading, cut_line(&lines));
	if (reading->file->count > before.events)
		return;
	go_back(reading->file, before);
	complain(reading, start, EVENT_NOT_JSON, why);
}

/* The recursion ends at the second step: what is one line has no lines. */
static void read_values(struct reading *reading, struct json_slice rest)
{
	struct json_slice value;
	while (reading->status == EVENT_FILE_READ && json_cut_value(&rest, &value)) {
		struct err why = {""};
		enum event_status status = read_value(reading, value, &why);
		bool has_lines = memchr(value.at, '\n', (size_t)(value.end - value.at)) != NULL;
		if (status == EVENT_NOT_JSON && has_lines) {
			/* The rest of its last line may belong to an event that it swallowed the beginning of. */
			value.end = cut_line(&rest).end;
			read_lines(reading, value, &why);
		} else if (status != EVENT_OK) {
			complain(reading, value.at, status, &why);
		}
	}
}

static int compare_time(const void *left, const void *right)
{
	const struct placed_event *a = left, *b = right;
	if (a->time_s != b->time_s)
		return a->time_s < b->time_s ? -1 : 1;
	return a->place < b->place ? -1 : 1;
}

enum event_file_status event_file_read(const char *text, size_t length, struct event_file *ret_file, struct err *err)
{
	static const char mark[] = "\xef\xbb\xbf"; /* some editors put it first */
	*ret_file = (struct event_file){.events = NULL};
	struct reading reading = {.text = {text, text + length}, .file = ret_file, .err = err};
	struct json_slice rest = reading.text;
	if (length >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0)
		rest.at += sizeof mark - 1;
	read_values(&reading, rest);
	if (reading.status != EVENT_FILE_READ)
		event_file_done(ret_file);
	else if (ret_file->count > 0)
		qsort(ret_file->events, ret_file->count, sizeof *ret_file->events, compare_time);
	return reading.status;
}

const struct event *event_file_event(struct event_file *file, size_t index)
{
	const struct placed_event *placed = &file->events[index];
	if (placed->kept)
		return placed->kept;
	struct err err;
	event_batch_done(&file->current);
	size_t length = (size_t)(placed->text.end - placed->text.at);
	/* It could be read before: only memory can be missing. */
	bool good = event_batch_read(placed->text.at, length, &file->current, &err) == EVENT_OK;
	return good ? file->current.events : NULL;
}

void event_file_done(struct event_file *file)
{
	go_back(file, (struct mark){0});
	event_batch_done(&file->current);
	free(file->batches);
	free(file->events);
	*file = (struct event_file){.events = NULL};
}
