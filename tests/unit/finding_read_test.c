/* SPDX-License-Identifier: Apache-2.0 */
/* Findings read back as alerts, RESULTs of events first seen and seen again, and what strangers' texts make of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sample_finding.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static struct finding_alert read_back(const char *json)
{
	struct finding_alert read = {.memory = NULL};
	struct err err = {""};
	if (!finding_alert_read(json, &read, &err))
		fail_msg("%s\n%s", err.text, json);
	return read;
}

static void assert_same_signals(const struct alert *alert, const struct judgement *judgement)
{
	assert_int_equal(alert->signal_count, judgement->hit_count);
	for (size_t i = 0; i < judgement->hit_count; i++) {
		assert_string_equal(alert->signals[i].id, judgement->hits[i].signal->id);
		assert_string_equal(alert->signals[i].technique, judgement->hits[i].signal->technique);
		assert_string_equal(alert->signals[i].reason, judgement->hits[i].reason);
		assert_int_equal(alert->signals[i].severity, judgement->hits[i].severity);
	}
	assert_int_equal(alert->step_count, judgement->step_count);
	for (size_t i = 0; i < judgement->step_count; i++)
		assert_string_equal(alert->steps[i], judgement->steps[i]);
}

static void what_was_built_is_read_back(void **state)
{
	(void)state;
	static const char *const names[] = {"root_console_login_no_mfa",
	                                    "root_federated",
	                                    "assumed_root_session",
	                                    "assume_root_call",
	                                    "password_recovery",
	                                    "service_deletes_trail",
	                                    "guardduty",
	                                    "watch_tampered_user",
	                                    "root_name_twice",
	                                    "stop_logging_denied",
	                                    "root_console_login_failed",
	                                    "root_replayed",
	                                    "root_bare_record",
	                                    "forged_envelope"};
	for (size_t i = 0; i < LENGTH(names); i++) {
		SCOPED(sample) struct sample sample = judged(names[i], NULL, &no_policy);
		SCOPED(finding) struct finding finding = built(&sample, &receipt);
		SCOPED(finding_alert) struct finding_alert read = read_back(finding.json);
		const struct alert *alert = &read.alert;
		const struct event *event = sample.event;
		assert_same_signals(alert, &sample.judgement);
		assert_int_equal(alert->verdict, sample.judgement.verdict);
		assert_int_equal(alert->severity, sample.judgement.severity);
		assert_int_equal(alert->actor, sample.judgement.actor);
		assert_int_equal(alert->failed, event_failed(event));
		assert_int_equal(alert->event_time_s, event->time_s);
		assert_int_equal(alert->received_time_s, RECEIVED_S);
		const char *const texts[][2] = {
		    {alert->finding_id, finding.id},
		    {alert->title, sample.judgement.title},
		    {alert->who, sample.judgement.who},
		    {alert->account_id, event_account(event)},
		    {alert->account_name, strcmp(event_account(event), "111122223333") == 0 ? "prod" : ""},
		    {alert->event_id, event->event_id[0] ? event->event_id : event->envelope_id},
		    {alert->event_name, event->event_name},
		    {alert->event_source, event->event_source},
		    {alert->region, event->region},
		    {alert->error_code, event->error_code},
		    {alert->error_message, event->error_message},
		    {alert->source_ip, event->source_ip},
		    {alert->user_agent, event->user_agent},
		    {alert->received_by, "eventbridge"},
		    {alert->explanation, ""},
		    {alert->json, finding.json},
		};
		for (size_t k = 0; k < LENGTH(texts); k++)
			assert_string_equal(texts[k][0], texts[k][1]);
		assert_int_equal(alert->console_url[0] != '\0', event->event_id[0] != '\0');
		assert_false(alert->drill);
	}
}

static void a_drill_is_read_back_as_one(void **state)
{
	(void)state;
	SCOPED(finding) struct finding finding = {.json = NULL};
	assert_true(finding_drill(RECEIVED_S, zeros, &finding, NULL));
	SCOPED(finding_alert) struct finding_alert read = read_back(finding.json);
	assert_true(read.alert.drill);
	assert_int_equal(read.alert.severity, SEVERITY_CRITICAL);
	assert_int_equal(read.alert.signal_count, 1);
	assert_int_equal(read.alert.event_time_s, RECEIVED_S);
}

static void lateness_is_read_back(void **state)
{
	(void)state;
	SCOPED(finding) struct finding finding = finding_of("root_read", "{'eventTime':'2026-11-20T03:45:11Z'}");
	SCOPED(finding_alert) struct finding_alert read = read_back(finding.json);
	assert_int_equal(read.alert.late_s, 3 * 24 * 60 * 60);
}

static void older_findings_read_as_unknown(void **state)
{
	(void)state;
	SCOPED(text)
	char *json = quoted("{'verdict':'routine','severity':'low','actor':'root_user','late_s':'x',"
	                    "'signals':[{},{'severity':'dire','reason':7},5],'steps':[1,'do this',null],'event':3}");
	SCOPED(finding_alert) struct finding_alert read = read_back(json);
	const struct alert *alert = &read.alert;
	const char *const texts[] = {alert->finding_id,          alert->title,         alert->account_id,
	                             alert->account_name,        alert->event_id,      alert->event_name,
	                             alert->event_source,        alert->region,        alert->error_code,
	                             alert->error_message,       alert->who,           alert->source_ip,
	                             alert->user_agent,          alert->explanation,   alert->received_by,
	                             alert->console_url,         alert->signals[0].id, alert->signals[1].reason,
	                             alert->signals[2].technique};
	for (size_t i = 0; i < LENGTH(texts); i++)
		assert_string_equal(texts[i], "");
	assert_int_equal(alert->signal_count, 3);
	assert_int_equal(alert->signals[1].severity, SEVERITY_INFO);
	assert_int_equal(alert->step_count, 1);
	assert_string_equal(alert->steps[0], "do this");
	assert_false(alert->drill || alert->failed);
	assert_int_equal(alert->event_time_s + alert->received_time_s + alert->late_s, 0);
}

static void more_than_an_alert_holds_is_left_out(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(SIZE_MAX);
	strbuf_puts(&text, "{'verdict':'anomaly','severity':'low','actor':'other','steps':[''");
	for (int i = 0; i < 100; i++)
		strbuf_puts(&text, ",'x'");
	strbuf_puts(&text, "],'signals':[{}");
	for (int i = 0; i < 100; i++)
		strbuf_puts(&text, ",{}");
	strbuf_puts(&text, "]}");
	SCOPED(text) char *json = quoted(strbuf_text(&text));
	SCOPED(finding_alert) struct finding_alert read = read_back(json);
	assert_int_equal(read.alert.signal_count, ALERT_SIGNALS_MAX);
	assert_int_equal(read.alert.step_count, ALERT_STEPS_MAX);
}

static void what_is_no_finding_is_refused(void **state)
{
	(void)state;
	static const char *const bodies[] = {
	    "",
	    "{",
	    "[]",
	    "5",
	    "{}",
	    "{'verdict':'anomaly','severity':'low'}",
	    "{'verdict':'anomaly','actor':'other'}",
	    "{'severity':'low','actor':'other'}",
	    "{'verdict':'odd','severity':'low','actor':'other'}",
	    "{'verdict':'anomaly','severity':7,'actor':'other'}",
	};
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		SCOPED(text) char *json = quoted(bodies[i]);
		struct finding_alert read = {.memory = NULL};
		struct err err = {""};
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(1000);
		assert_false(finding_alert_read(json, &read, &err));
		assert_string_not_equal(err.text, "");
		assert_null(read.memory);
		assert_false(finding_result_duplicate(json, &out, &err));
		assert_string_equal(strbuf_text(&out), "");
	}
	finding_alert_done(&(struct finding_alert){.memory = NULL});
}

#define RESULT_START                                                                                                \
	"{'event_id':'8a7b1c2d-0000-4000-8000-000000000001','account':'111122223333','actor':'root_user',"              \
	"'verdict':'anomaly','severity':'medium','title':'Root called s3:PutBucketTagging','signals':[{'id':"           \
	"'root_activity','severity':'medium','reason':'eventName is PutBucketTagging at s3.amazonaws.com; readOnly is " \
	"false'}],"

static void assert_result(const struct strbuf *out, const char *expected)
{
	SCOPED(text) char *json = quoted(expected);
	assert_string_equal(strbuf_text(out), json);
}

static void results_of_every_kind(void **state)
{
	(void)state;
	SCOPED(sample)
	struct sample sample = judged("root_write", "{'eventID':'8a7b1c2d-0000-4000-8000-000000000001'}", &no_policy);
	SCOPED(finding) struct finding finding = built(&sample, &receipt);
	static const char *const names[] = {"soc-slack", "a \"name\""};
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(4000);

	finding_result(sample.event, &sample.judgement, finding.id, names, 2, &out);
	assert_result(&out, RESULT_START "'finding_id':'f-01m8383yar0000000000000000','duplicate':false,"
	                                 "'notify':['soc-slack','a \\'name\\'']}");
	strbuf_reset(&out); /* nobody to tell */
	finding_result(sample.event, &sample.judgement, finding.id, names, 0, &out);
	assert_result(&out, RESULT_START "'finding_id':'f-01m8383yar0000000000000000','duplicate':false,'notify':[]}");
	strbuf_reset(&out); /* a dry run stores nothing */
	finding_result(sample.event, &sample.judgement, NULL, names, 1, &out);
	assert_result(&out, RESULT_START "'finding_id':null,'duplicate':false,'notify':['soc-slack']}");
	strbuf_reset(&out); /* scan */
	finding_result(sample.event, &sample.judgement, NULL, NULL, 0, &out);
	assert_result(&out, RESULT_START "'finding_id':null,'duplicate':false}");
	strbuf_reset(&out);
	finding_result_repeated(sample.event, &sample.judgement, &out);
	assert_result(&out, RESULT_START "'finding_id':null,'duplicate':true}");
	strbuf_reset(&out); /* from the store: the same, but sent to nobody again */
	assert_true(finding_result_duplicate(finding.json, &out, NULL));
	assert_result(&out, RESULT_START "'finding_id':'f-01m8383yar0000000000000000','duplicate':true,'notify':[]}");
}

static void the_result_of_no_finding_has_every_key(void **state)
{
	(void)state;
	SCOPED(sample) struct sample sample = judged("scheduled_event", NULL, &no_policy);
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(1000);
	finding_result(sample.event, &sample.judgement, NULL, (const char *const[]){NULL}, 0, &out);
	assert_result(&out, "{'event_id':'f40aa217-d366-51a1-aeaa-20f6ffbba15b','account':'111122223333','actor':'other',"
	                    "'verdict':'not_root','severity':'info','title':'Not root: Scheduled Event','signals':[],"
	                    "'finding_id':null,'duplicate':false,'notify':[]}");
}

static void results_stand_in_a_list(void **state)
{
	(void)state;
	SCOPED(sample) struct sample sample = judged("root_write", NULL, &no_policy);
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(4000);
	strbuf_puts(&out, "{\"results\":[");
	finding_result(sample.event, &sample.judgement, NULL, NULL, 0, &out);
	strbuf_putc(&out, ',');
	finding_result(sample.event, &sample.judgement, NULL, NULL, 0, &out);
	strbuf_puts(&out, "]}");
	SCOPED(json) cJSON *tree = NULL;
	assert_int_equal(json_read(out.data, out.length, &tree, NULL), JSON_OK);
	assert_int_equal(cJSON_GetArraySize(json_member(tree, "results")), 2);
}

/* Every text of the event is `value`; type and names of calls, too. */
static struct event event_of(const char *value)
{
	struct event event;
	event_blank(&event);
	const char **const texts[] = {
	    &event.detail_type,
	    &event.envelope_id,
	    &event.envelope_source,
	    &event.envelope_account,
	    &event.event_id,
	    &event.event_name,
	    &event.event_source,
	    &event.event_type,
	    &event.region,
	    &event.recipient_account,
	    &event.source_ip,
	    &event.user_agent,
	    &event.error_code,
	    &event.error_message,
	    &event.identity.arn,
	    &event.identity.account_id,
	    &event.identity.invoked_by,
	    &event.identity.access_key_id,
	    &event.identity.user_name,
	    &event.identity.principal_id,
	};
	for (size_t i = 0; i < LENGTH(texts); i++)
		*texts[i] = value;
	event.enveloped = event.identity.present = true;
	return event;
}

static void strangers_texts_stay_inside_and_short(void **state)
{
	(void)state;
	enum { LENGTH_BYTES = 100 * 1024, JSON_LIMIT_BYTES = 48 * 1024 };
	static const char *const units[] = {
	    "<script>alert(1)</script>",
	    "\",\"verdict\":\"not_root\",\"x\":\"",
	    "<!channel> <@U1> *_~`",
	    "\r\nBcc: x@y",
	    "\\",
	    "\x01",
	    "\x7f\xc2\x85",
	    "\xf0\x9f\x94\xa5",
	    "%s%n",
	    "\xff\xfe",
	};
	static const char *const types[] = {"Root", "FederatedUser", "IAMUser"};
	for (size_t i = 0; i < LENGTH(units) * LENGTH(types); i++) {
		SCOPED(strbuf) struct strbuf endless = STRBUF_INIT(2 * LENGTH_BYTES);
		while (endless.length < LENGTH_BYTES)
			strbuf_puts(&endless, units[i % LENGTH(units)]);
		struct event event = event_of(strbuf_text(&endless));
		event.identity.type = types[i / LENGTH(units)];
		struct sample sample = {.event = &event};
		detector_judge(&event, &no_policy, NULL, NULL, &sample.judgement);
		SCOPED(finding) struct finding finding = built(&sample, &receipt);
		assert_in_range(strlen(finding.json), 1000, JSON_LIMIT_BYTES);
		SCOPED(finding_alert) struct finding_alert read = read_back(finding.json);
		assert_int_equal(read.alert.verdict, sample.judgement.verdict);
		assert_string_equal(read.alert.account_id, "");
		assert_string_equal(read.alert.console_url, "");
		assert_in_range(strlen(read.alert.user_agent), 1000, 3 * 1024);
		assert_in_range(strlen(read.alert.event_id), 250, 3 * 256);
		SCOPED(strbuf) struct strbuf result = STRBUF_INIT(JSON_LIMIT_BYTES);
		finding_result(&event, &sample.judgement, finding.id, NULL, 0, &result);
		assert_false(result.overflowed);
		SCOPED(json) cJSON *tree = NULL;
		assert_int_equal(json_read(result.data, result.length, &tree, NULL), JSON_OK);
		assert_string_equal(json_text(tree, "verdict"), verdict_name(sample.judgement.verdict));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_built_is_read_back),
	    cmocka_unit_test(a_drill_is_read_back_as_one),
	    cmocka_unit_test(lateness_is_read_back),
	    cmocka_unit_test(older_findings_read_as_unknown),
	    cmocka_unit_test(more_than_an_alert_holds_is_left_out),
	    cmocka_unit_test(what_is_no_finding_is_refused),
	    cmocka_unit_test(results_of_every_kind),
	    cmocka_unit_test(the_result_of_no_finding_has_every_key),
	    cmocka_unit_test(results_stand_in_a_list),
	    cmocka_unit_test(strangers_texts_stay_inside_and_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
