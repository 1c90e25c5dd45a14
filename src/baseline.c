/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets with times, and a short memory of acts. Everything is asked and learned by
 * the event's own time, so that late and unordered events end in the same baseline.
 * Must not know signals: what is made of it is theirs.
 */
#include "baseline.h"

#include <stdlib.h>
#include <string.h>

#include "rootwatch/scope.h"

void baseline_done(struct baseline *baseline)
{
	for (size_t kind = 0; kind < BASELINE_KIND_COUNT; kind++)
		free(baseline->items[kind]);
	*baseline = (struct baseline){.first_s = 0};
}

/* ---- asking ---- */

bool baseline_is_ripe(const struct baseline *baseline, int64_t time_s)
{
	return baseline->first_s > 0 && time_s > 0 && baseline->first_s <= time_s - BASELINE_RIPENS_S;
}

static struct baseline_item *find(const struct baseline *baseline, enum baseline_kind kind, const char *value)
{
	for (size_t i = 0; i < baseline->counts[kind]; i++)
		if (strcmp(baseline->items[kind][i].value, value) == 0)
			return &baseline->items[kind][i];
	return NULL;
}

bool baseline_knows(const struct baseline *baseline, enum baseline_kind kind, const char *value, int64_t time_s)
{
	const struct baseline_item *item = find(baseline, kind, value);
	return item && item->first_s <= time_s - BASELINE_RIPENS_S;
}

bool baseline_knows_any(const struct baseline *baseline, enum baseline_kind kind, int64_t time_s)
{
	for (size_t i = 0; i < baseline->counts[kind]; i++)
		if (baseline->items[kind][i].first_s <= time_s - BASELINE_RIPENS_S)
			return true;
	return false;
}

int64_t baseline_previous_s(const struct baseline *baseline, int64_t time_s)
{
	if (baseline->last_s < time_s)
		return baseline->last_s;
	for (size_t i = baseline->recent_count; i > 0; i--)
		if (baseline->recent[i - 1].time_s < time_s && baseline->recent[i - 1].act != BASELINE_SIGN_IN_FAILED)
			return baseline->recent[i - 1].time_s;
	return 0;
}

size_t baseline_count(const struct baseline *baseline, enum baseline_act act, int64_t time_s, int64_t span_s,
                      uint64_t key)
{
	size_t count = 1; /* the event itself */
	for (size_t i = 0; i < baseline->recent_count; i++) {
		const struct baseline_recent *recent = &baseline->recent[i];
		bool alike = act == BASELINE_ACT ? recent->act != BASELINE_SIGN_IN_FAILED : recent->act == act;
		count += alike && recent->key != key && recent->time_s <= time_s && recent->time_s > time_s - span_s;
	}
	return count;
}

bool baseline_has(const struct baseline *baseline, enum baseline_act act, int64_t from_s, int64_t to_s)
{
	for (size_t i = 0; i < baseline->recent_count; i++) {
		const struct baseline_recent *recent = &baseline->recent[i];
		if (recent->act == act && recent->time_s >= from_s && recent->time_s <= to_s)
			return true;
	}
	return false;
}

/* ---- learning ---- */

static bool make_room(struct baseline *baseline, enum baseline_kind kind)
{
	if (baseline->items[kind])
		return true;
	baseline->items[kind] = calloc(BASELINE_ITEMS_MAX, sizeof **baseline->items);
	return baseline->items[kind] != NULL;
}

/* The place for one more item: a free one, or that of the item seen least recently. */
static struct baseline_item *place_for(struct baseline *baseline, enum baseline_kind kind)
{
	struct baseline_item *items = baseline->items[kind];
	if (baseline->counts[kind] < BASELINE_ITEMS_MAX)
		return &items[baseline->counts[kind]++];
	struct baseline_item *oldest = items;
	for (size_t i = 1; i < BASELINE_ITEMS_MAX; i++)
		if (items[i].last_s < oldest->last_s)
			oldest = &items[i];
	return oldest;
}

static void learn_value(struct baseline *baseline, enum baseline_kind kind, const char *value, int64_t time_s)
{
	struct baseline_item *item = find(baseline, kind, value);
	if (!item) {
		item = place_for(baseline, kind);
		*item = (struct baseline_item){.first_s = time_s, .last_s = time_s};
		memcpy(item->value, value, strnlen(value, BASELINE_VALUE_BYTES - 1));
	}
	if (time_s < item->first_s)
		item->first_s = time_s;
	if (time_s > item->last_s)
		item->last_s = time_s;
}

/* In the order of time; a full memory forgets its oldest act. */
static void remember(struct baseline *baseline, const struct baseline_facts *facts)
{
	struct baseline_recent *recent = baseline->recent;
	for (size_t i = 0; i < baseline->recent_count; i++)
		if (recent[i].key == facts->key)
			return;
	if (baseline->recent_count == BASELINE_RECENT_MAX) {
		if (facts->time_s <= recent[0].time_s)
			return;
		memmove(recent, recent + 1, --baseline->recent_count * sizeof *recent);
	}
	size_t place = baseline->recent_count++;
	for (; place > 0 && recent[place - 1].time_s > facts->time_s; place--)
		recent[place] = recent[place - 1];
	recent[place] = (struct baseline_recent){.time_s = facts->time_s, .key = facts->key, .act = facts->act};
}

static void note_act(struct baseline *baseline, int64_t time_s)
{
	if (baseline->first_s == 0 || time_s < baseline->first_s)
		baseline->first_s = time_s;
	if (time_s > baseline->last_s)
		baseline->last_s = time_s;
}

static bool teaches(enum baseline_lesson lesson, enum baseline_kind kind)
{
	return lesson == (kind == BASELINE_TARGET ? LESSON_TARGET : LESSON_HABIT);
}

static bool learn_values(struct baseline *baseline, const struct baseline_facts *facts, enum baseline_lesson lesson)
{
	for (enum baseline_kind kind = 0; kind < BASELINE_KIND_COUNT; kind++) {
		if (!teaches(lesson, kind) || !facts->values[kind][0])
			continue;
		if (!make_room(baseline, kind))
			return false;
		learn_value(baseline, kind, facts->values[kind], facts->time_s);
	}
	return true;
}

bool baseline_learn(struct baseline *baseline, const struct baseline_facts *facts, enum baseline_lesson lesson)
{
	if (facts->time_s <= 0)
		return true;
	if (!learn_values(baseline, facts, lesson))
		return false;
	if (lesson == LESSON_TARGET)
		return true;
	remember(baseline, facts);
	if (lesson == LESSON_COUNTED)
		return true;
	note_act(baseline, facts->time_s);
	if (lesson == LESSON_ALARM && facts->time_s > baseline->alarm_s)
		baseline->alarm_s = facts->time_s;
	return true;
}
