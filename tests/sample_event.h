/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SAMPLE_EVENT_H
#define TESTS_SAMPLE_EVENT_H
/*
 * Events for tests of the pure core: those of tests/fixtures, as they are or with
 * some fields changed, and others written in place with ' for ". For tests that
 * run from the top of the tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "event.h"
#include "rootwatch/scope.h"

/* The caller frees. */
static inline char *quoted(const char *text)
{
	char *copy = strdup(text);
	assert_non_null(copy);
	for (char *quote = strchr(copy, '\''); quote; quote = strchr(quote, '\''))
		*quote = '"';
	return copy;
}

/* Must be readable. */
static inline struct event_batch events_of_bytes(const char *text, size_t length)
{
	struct event_batch batch = {.count = 0};
	struct err err = {""};
	if (event_batch_read(text, length, &batch, &err) != EVENT_OK)
		fail_msg("%s\n%.400s", err.text, text);
	return batch;
}

/* Written with ' for ". */
static inline struct event_batch events_of(const char *text)
{
	SCOPED(text) char *json = quoted(text);
	return events_of_bytes(json, strlen(json));
}

/* The caller frees. */
static inline char *fixture_text(const char *name)
{
	enum { LIMIT_BYTES = 64 * 1024 };
	char path[200];
	snprintf(path, sizeof path, "tests/fixtures/%s.json", name);
	FILE *file = fopen(path, "r");
	if (!file)
		fail_msg("no %s here", path);
	char *text = calloc(1, LIMIT_BYTES);
	assert_non_null(text);
	size_t length = fread(text, 1, LIMIT_BYTES - 1, file);
	fclose(file);
	assert_in_range(length, 2, LIMIT_BYTES - 2);
	return text;
}

static inline struct event_batch fixture(const char *name)
{
	SCOPED(text) char *text = fixture_text(name);
	return events_of_bytes(text, strlen(text));
}

static inline void change_member(cJSON *event, const cJSON *change)
{
	const char *path = change->string;
	bool removes = *path == '-';
	path += removes;
	cJSON *detail = cJSON_GetObjectItemCaseSensitive(event, "detail");
	cJSON *at = *path == '/' || !detail ? event : detail;
	path += *path == '/';
	for (size_t length; path[length = strcspn(path, ".")]; path += length + 1) {
		SCOPED(text) char *name = strndup(path, length);
		at = cJSON_GetObjectItemCaseSensitive(at, name);
		if (!at)
			fail_msg("nothing at %s", change->string);
	}
	cJSON_DeleteItemFromObjectCaseSensitive(at, path);
	if (!removes)
		assert_true(cJSON_AddItemToObject(at, path, cJSON_Duplicate(change, true)));
}

/* The fixture's text, changed: {'userIdentity.type':'IAMUser'} sets a member of the record, {'/account':'x'} one of the
 * envelope, {'-readOnly':0} removes one. `changes` NULL: none. The caller frees. */
static inline char *fixture_text_with(const char *name, const char *changes)
{
	SCOPED(text) char *text = fixture_text(name);
	SCOPED(text) char *json = quoted(changes ? changes : "{}");
	SCOPED(json) cJSON *event = cJSON_Parse(text);
	SCOPED(json) cJSON *list = cJSON_Parse(json);
	if (!event || !list)
		fail_msg("no JSON: %s with %s", name, json);
	const cJSON *change;
	cJSON_ArrayForEach(change, list) change_member(event, change);
	char *changed = cJSON_PrintUnformatted(event);
	assert_non_null(changed);
	return changed;
}

static inline struct event_batch fixture_with(const char *name, const char *changes)
{
	SCOPED(text) char *text = fixture_text_with(name, changes);
	return events_of_bytes(text, strlen(text));
}

#endif
