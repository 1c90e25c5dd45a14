/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a stored finding back: as the alert that notifiers tell, as the RESULT
 * of a repeated event. Older findings may lack keys: they read as unknown.
 */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "finding.h"
#include "finding_json.h"

/* What the alert borrows. */
struct finding_memory {
	cJSON *tree;
	char *json;
};

static bool read_enums(const cJSON *tree, struct alert *alert, struct err *err)
{
	if (verdict_parse(json_text(tree, "verdict"), &alert->verdict) &&
	    severity_parse(json_text(tree, "severity"), &alert->severity) &&
	    actor_parse(json_text(tree, "actor"), &alert->actor))
		return true;
	return err_set(err, "a stored finding has no known verdict, severity or actor");
}

static void read_texts(const cJSON *tree, struct alert *alert)
{
	alert->drill = cJSON_IsTrue(json_member(tree, "drill"));
	alert->notice = cJSON_IsTrue(json_member(tree, "notice"));
	alert->finding_id = json_text(tree, "finding_id");
	alert->title = json_text(tree, "title");
	alert->account_id = json_text(tree, "account");
	alert->account_name = json_text(tree, "account_name");
	alert->event_id = json_text(tree, "event_id");
	alert->failed = cJSON_IsTrue(json_member(tree, "failed"));
	alert->who = json_text(tree, "who");
	alert->explanation = json_text(tree, "explanation");
	alert->console_url = json_text(tree, "console_url");
	alert->received_by = json_text(tree, "received_by");
	clock_parse_utc(json_text(tree, "received_at"), &alert->received_time_s);
	const cJSON *late = json_member(tree, "late_s");
	alert->late_s = cJSON_IsNumber(late) ? (int64_t)late->valuedouble : 0;
}

static void read_event(const cJSON *event, struct alert *alert)
{
	alert->event_name = json_text(event, "name");
	alert->event_source = json_text(event, "source");
	alert->region = json_text(event, "region");
	alert->error_code = json_text(event, "error_code");
	alert->error_message = json_text(event, "error_message");
	alert->source_ip = json_text(event, "source_ip");
	alert->user_agent = json_text(event, "user_agent");
	clock_parse_utc(json_text(event, "time"), &alert->event_time_s);
}

static void read_signals(const cJSON *list, struct alert *alert)
{
	for (const cJSON *item = list ? list->child : NULL; item && alert->signal_count < ALERT_SIGNALS_MAX;
	     item = item->next) {
		struct alert_signal *signal = &alert->signals[alert->signal_count++];
		signal->id = json_text(item, "id");
		signal->technique = json_text(item, "technique");
		signal->reason = json_text(item, "reason");
		signal->severity = SEVERITY_INFO;
		severity_parse(json_text(item, "severity"), &signal->severity);
	}
}

static void read_steps(const cJSON *list, struct alert *alert)
{
	for (const cJSON *item = list ? list->child : NULL; item && alert->step_count < ALERT_STEPS_MAX; item = item->next)
		if (cJSON_IsString(item))
			alert->steps[alert->step_count++] = item->valuestring;
}

bool finding_alert_read(const char *json, struct finding_alert *ret_alert, struct err *err)
{
	SCOPED(json) cJSON *tree = NULL;
	if (json_read(json, strlen(json), &tree, NULL) != JSON_OK)
		return err_set(err, "a stored finding is no JSON, or memory ran out");
	struct alert alert = {.drill = false};
	if (!read_enums(tree, &alert, err))
		return false;
	read_texts(tree, &alert);
	read_event(json_member(tree, "event"), &alert);
	read_signals(json_member(tree, "signals"), &alert);
	read_steps(json_member(tree, "steps"), &alert);

	struct finding_memory *memory = malloc(sizeof *memory);
	SCOPED(text) char *copy = strdup(json);
	if (!memory || !copy) {
		free(memory);
		return err_set(err, "out of memory");
	}
	alert.json = copy;
	*memory = (struct finding_memory){.tree = steal(&tree), .json = steal(&copy)};
	*ret_alert = (struct finding_alert){.alert = alert, .memory = memory};
	return true;
}

void finding_alert_done(struct finding_alert *alert)
{
	struct finding_memory *memory = alert->memory;
	if (memory) {
		cJSON_Delete(memory->tree);
		free(memory->json);
		free(memory);
	}
	*alert = (struct finding_alert){.memory = NULL};
}

bool finding_result_duplicate(const char *stored_json, struct strbuf *out, struct err *err)
{
	SCOPED(finding_alert) struct finding_alert first = {.memory = NULL};
	if (!finding_alert_read(stored_json, &first, err))
		return false;
	static const char *const nobody[] = {NULL};
	finding_put_result(out, &first.alert, first.alert.finding_id, true, nobody, 0);
	return true;
}
