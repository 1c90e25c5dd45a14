/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A baseline as one line of JSON, which is how the store keeps it:
 * {"first":1,"last":2,"alarm":0,"network":[["203.0.113.0/24",1,2]],...,"recent":[[2,"00ff...",0]]}
 * What cannot be read of an older or newer form is left out, never guessed.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "baseline.h"

static const char *const kind_names[BASELINE_KIND_COUNT] = {
    [BASELINE_NETWORK] = "network", [BASELINE_CLIENT] = "client", [BASELINE_REGION] = "region",
    [BASELINE_SERVICE] = "service", [BASELINE_TARGET] = "target",
};

enum { KEY_DIGITS = 16 };

static void print_items(const struct baseline *baseline, enum baseline_kind kind, struct strbuf *out)
{
	strbuf_printf(out, ",\"%s\":[", kind_names[kind]);
	for (size_t i = 0; i < baseline->counts[kind]; i++) {
		const struct baseline_item *item = &baseline->items[kind][i];
		strbuf_puts(out, i > 0 ? ",[" : "[");
		json_quote(item->value, out);
		strbuf_printf(out, ",%" PRId64 ",%" PRId64 "]", item->first_s, item->last_s);
	}
	strbuf_putc(out, ']');
}

void baseline_print(const struct baseline *baseline, struct strbuf *out)
{
	strbuf_printf(out, "{\"first\":%" PRId64 ",\"last\":%" PRId64 ",\"alarm\":%" PRId64, baseline->first_s,
	              baseline->last_s, baseline->alarm_s);
	for (enum baseline_kind kind = 0; kind < BASELINE_KIND_COUNT; kind++)
		print_items(baseline, kind, out);
	strbuf_puts(out, ",\"recent\":[");
	for (size_t i = 0; i < baseline->recent_count; i++) {
		const struct baseline_recent *recent = &baseline->recent[i];
		/* As text: a JSON number is a double and would lose digits of the key. */
		strbuf_printf(out, "%s[%" PRId64 ",\"%016" PRIx64 "\",%d]", i > 0 ? "," : "", recent->time_s, recent->key,
		              (int)recent->act);
	}
	strbuf_puts(out, "]}");
}

static int64_t number_of(const cJSON *item)
{
	static const double MOST = 1e15; /* beyond any time, within what a double and an int64_t hold exactly */
	return cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble < MOST ? (int64_t)item->valuedouble : 0;
}

static bool read_items(const cJSON *list, enum baseline_kind kind, struct baseline *baseline)
{
	if (!cJSON_IsArray(list) || !list->child)
		return true;
	baseline->items[kind] = calloc(BASELINE_ITEMS_MAX, sizeof **baseline->items);
	if (!baseline->items[kind])
		return false;
	for (const cJSON *row = list->child; row && baseline->counts[kind] < BASELINE_ITEMS_MAX; row = row->next) {
		const char *value = cJSON_GetStringValue(cJSON_GetArrayItem(row, 0));
		if (!value || !*value || strlen(value) >= BASELINE_VALUE_BYTES)
			continue;
		struct baseline_item *item = &baseline->items[kind][baseline->counts[kind]++];
		memcpy(item->value, value, strlen(value));
		item->first_s = number_of(cJSON_GetArrayItem(row, 1));
		item->last_s = number_of(cJSON_GetArrayItem(row, 2));
	}
	return true;
}

static void read_recent(const cJSON *list, struct baseline *baseline)
{
	const cJSON *row;
	cJSON_ArrayForEach(row, list)
	{
		const char *key = cJSON_GetStringValue(cJSON_GetArrayItem(row, 1));
		int64_t act = number_of(cJSON_GetArrayItem(row, 2));
		if (baseline->recent_count == BASELINE_RECENT_MAX)
			return;
		if (!key || strlen(key) != KEY_DIGITS || act >= BASELINE_ACT_COUNT)
			continue;
		baseline->recent[baseline->recent_count++] = (struct baseline_recent){
		    .time_s = number_of(cJSON_GetArrayItem(row, 0)),
		    .key = strtoull(key, NULL, 16),
		    .act = (enum baseline_act)act,
		};
	}
}

bool baseline_read(const char *text, size_t length, struct baseline *ret_baseline, struct err *err)
{
	SCOPED(json) cJSON *tree = NULL;
	*ret_baseline = (struct baseline){.first_s = 0};
	if (json_read(text, length, &tree, NULL) != JSON_OK || !cJSON_IsObject(tree))
		return err_set(err, "a stored baseline is no JSON, or memory ran out");
	ret_baseline->first_s = number_of(json_member(tree, "first"));
	ret_baseline->last_s = number_of(json_member(tree, "last"));
	ret_baseline->alarm_s = number_of(json_member(tree, "alarm"));
	for (enum baseline_kind kind = 0; kind < BASELINE_KIND_COUNT; kind++)
		if (!read_items(json_member(tree, kind_names[kind]), kind, ret_baseline)) {
			baseline_done(ret_baseline);
			return err_set(err, "out of memory");
		}
	read_recent(json_member(tree, "recent"), ret_baseline);
	return true;
}
