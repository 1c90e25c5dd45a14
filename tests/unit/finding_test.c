/* SPDX-License-Identifier: Apache-2.0 */
/* A judged event as the JSON that is kept and told: its keys, its ids, its limits, its links; and the drill. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sample_finding.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static cJSON *parsed(const char *json)
{
	cJSON *tree = NULL;
	if (json_read(json, strlen(json), &tree, NULL) != JSON_OK)
		fail_msg("no JSON: %s", json);
	return tree;
}

static void the_whole_of_it(void **state)
{
	(void)state;
	static const char expected[] =
	    "{'finding_id':'f-01m8383yar0000000000000000','drill':false,'notice':false,'verdict':'anomaly','severity':'"
	    "medium',"
	    "'actor':'root_user','title':'Root called "
	    "s3:PutBucketTagging','event_id':'8a7b1c2d-0000-4000-8000-000000000001',"
	    "'account':'111122223333','account_name':'prod','who':'root user, temporary credentials ASIA...MPLE, with MFA',"
	    "'failed':false,'explanation':'','event':{'name':'PutBucketTagging','source':'s3.amazonaws.com',"
	    "'region':'us-east-1','id':'8a7b1c2d-0000-4000-8000-000000000001','time':'2026-11-23T03:44:51Z',"
	    "'type':'AwsApiCall','read_only':false,'mfa':true,'source_ip':'203.0.113.7','user_agent':'test',"
	    "'error_code':'','error_message':'','identity_type':'Root','identity_arn':'arn:aws:iam::111122223333:root',"
	    "'access_key_id':'ASIAIOSFODNN7EXAMPLE','request_parameters':{'bucketName':'invoices-example'},"
	    "'request_parameters_omitted':false},'signals':[{'id':'root_activity','severity':'medium',"
	    "'technique':'T1078.004','reason':'eventName is PutBucketTagging at s3.amazonaws.com; readOnly is false'}],"
	    "'steps':[],'console_url':'https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events/"
	    "8a7b1c2d-0000-4000-8000-000000000001','received_at':'2026-11-23T03:45:11Z','received_by':'eventbridge',"
	    "'late_s':0}";
	SCOPED(finding)
	struct finding finding = finding_of(
	    "root_write", "{'eventID':'8a7b1c2d-0000-4000-8000-000000000001','userAgent':'test','awsRegion':'us-east-1'}");
	assert_null(strchr(finding.json, '\n'));
	SCOPED(json) cJSON *tree = parsed(finding.json);
	assert_int_equal(cJSON_GetArraySize(json_member(tree, "steps")), 3);
	cJSON_ReplaceItemInObjectCaseSensitive(tree, "steps", cJSON_CreateArray()); /* words for people may change */
	SCOPED(text) char *printed = cJSON_PrintUnformatted(tree);
	SCOPED(text) char *json = quoted(expected);
	assert_string_equal(printed, json);

	assert_string_equal(finding.id, "f-01m8383yar0000000000000000");
	assert_string_equal(finding.dedupe_key, "e:8a7b1c2d-0000-4000-8000-000000000001/111122223333");
	assert_string_equal(finding.account, "111122223333");
	assert_int_equal(finding.event_time_s, RECEIVED_S - 20);
	assert_int_equal(finding.received_s, RECEIVED_S);
	assert_int_equal(finding.severity, SEVERITY_MEDIUM);
	assert_int_equal(finding.verdict, VERDICT_ANOMALY);
	assert_int_equal(finding.actor, ACTOR_ROOT_USER);
}

static void assert_keys(const cJSON *object, const char *expected)
{
	SCOPED(strbuf) struct strbuf keys = STRBUF_INIT(1000);
	for (const cJSON *member = object->child; member; member = member->next)
		strbuf_printf(&keys, "%s%s", keys.length > 0 ? " " : "", member->string);
	assert_string_equal(strbuf_text(&keys), expected);
}

/* As finding.h lists them. */
static void assert_all_keys(const char *json)
{
	SCOPED(json) cJSON *tree = parsed(json);
	assert_keys(
	    tree,
	    "finding_id drill notice verdict severity actor title event_id account account_name who failed explanation "
	    "event signals steps console_url received_at received_by late_s");
	assert_keys(json_member(tree, "event"),
	            "name source region id time type read_only mfa source_ip user_agent error_code error_message "
	            "identity_type identity_arn access_key_id request_parameters request_parameters_omitted");
	assert_true(cJSON_IsArray(json_member(tree, "signals")) && cJSON_IsArray(json_member(tree, "steps")));
	const cJSON *signal;
	cJSON_ArrayForEach(signal, json_member(tree, "signals")) assert_keys(signal, "id severity technique reason");
}

static void every_key_is_always_there(void **state)
{
	(void)state;
	static const char *const names[] = {"root_read",        "root_federated",      "assumed_root_session",
	                                    "assume_root_call", "password_recovery",   "service_deletes_trail",
	                                    "guardduty",        "watch_tampered_user", "identity_is_text",
	                                    "iam_user_call"};
	for (size_t i = 0; i < LENGTH(names); i++) {
		SCOPED(finding) struct finding finding = finding_of(names[i], NULL);
		assert_all_keys(finding.json);
	}
	SCOPED(text) char *deep = malloc(2003);
	memset(deep, '[', 1001);
	memset(deep + 1001, ']', 1001);
	SCOPED(sample) struct sample sample = judged_batch(events_of_bytes(deep, 2002), &no_policy);
	SCOPED(finding) struct finding finding = built(&sample, &receipt);
	assert_all_keys(finding.json);
}

static const char *text_at(const cJSON *tree, const char *name)
{
	const cJSON *event = json_member(tree, "event");
	return json_member(tree, name) ? json_text(tree, name) : json_text(event, name);
}

static void what_is_unknown_says_so(void **state)
{
	(void)state;
	SCOPED(sample) struct sample sample = judged_batch(events_of("{'userIdentity':{'type':'Root'}}"), &no_policy);
	SCOPED(finding)
	struct finding finding = built(&sample, &(struct receipt){.received_s = RECEIVED_S, .key_name = ""});
	SCOPED(json) cJSON *tree = parsed(finding.json);
	static const char *const texts[] = {"account", "account_name", "event_id",    "time",          "region",
	                                    "source",  "console_url",  "explanation", "access_key_id", "received_by"};
	for (size_t i = 0; i < LENGTH(texts); i++)
		assert_string_equal(text_at(tree, texts[i]), "");
	const cJSON *event = json_member(tree, "event");
	assert_true(cJSON_IsNull(json_member(event, "read_only")));
	assert_true(cJSON_IsNull(json_member(event, "mfa")));
	assert_true(cJSON_IsNull(json_member(event, "request_parameters")));
	assert_true(cJSON_IsFalse(json_member(event, "request_parameters_omitted")));
	assert_int_equal(json_member(tree, "late_s")->valueint, 0);
	assert_int_equal(finding.event_time_s, 0);
}

static void what_was_explained_names_its_rule(void **state)
{
	(void)state;
	static const struct policy_rule rules[] = {{.name = "yearly \"drill\"", .mfa = TRISTATE_YES}};
	static const struct policy policy = {.rules = rules, .rule_count = 1};
	SCOPED(sample) struct sample sample = judged("create_user", NULL, &policy);
	SCOPED(finding) struct finding finding = built(&sample, &receipt);
	SCOPED(json) cJSON *tree = parsed(finding.json);
	assert_string_equal(json_text(tree, "verdict"), "routine");
	assert_string_equal(json_text(tree, "severity"), "low");
	assert_string_equal(json_text(tree, "explanation"), "routine rule \"yearly \"drill\"\"");
}

static void ids_sort_by_time_and_differ_by_chance(void **state)
{
	(void)state;
	static const struct {
		int64_t received_s;
		unsigned char random[10];
		const char *id;
	} rows[] = {
	    {0, {0}, "f-00000000000000000000000000"},
	    {1, {0}, "f-00000000z80000000000000000"},
	    {RECEIVED_S, {0}, "f-01m8383yar0000000000000000"},
	    {RECEIVED_S, {0, 0, 0, 0, 0, 0, 0, 0, 0, 31}, "f-01m8383yar000000000000000z"},
	    {RECEIVED_S, {0, 0, 0, 0, 0, 0, 0, 0, 0, 32}, "f-01m8383yar0000000000000010"},
	    {RECEIVED_S, {255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, "f-01m8383yarzzzzzzzzzzzzzzzz"},
	    {RECEIVED_S + 1, {0}, "f-01m8383za00000000000000000"},
	};
	SCOPED(sample) struct sample sample = judged("root_read", NULL, &no_policy);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct finding finding;
		const struct receipt when = {.received_s = rows[i].received_s, .key_name = ""};
		assert_true(finding_build(sample.event, &sample.judgement, &no_policy, &when, rows[i].random, &finding, NULL));
		assert_string_equal(finding.id, rows[i].id);
		assert_true(i == 0 || strcmp(rows[i - 1].id, rows[i].id) < 0);
		finding_done(&finding);
		assert_null(finding.json);
	}
}

static void late_is_later_than_cloudtrail_usually_is(void **state)
{
	(void)state;
	static const struct {
		const char *time;
		int late_s;
	} rows[] = {
	    {"2026-11-23T03:45:11Z", 0},     {"2026-11-23T03:30:11Z", 0}, {"2026-11-23T03:30:10Z", 901},
	    {"2026-11-22T03:45:11Z", 86400}, {"2026-11-23T05:00:00Z", 0}, {"not a time", 0},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char changes[100];
		snprintf(changes, sizeof changes, "{'eventTime':'%s','-/time':0}", rows[i].time);
		SCOPED(finding) struct finding finding = finding_of("root_read", changes);
		SCOPED(json) cJSON *tree = parsed(finding.json);
		assert_int_equal(json_member(tree, "late_s")->valueint, rows[i].late_s);
	}
}

/* {"k":"xxx..."} of this many bytes. */
static char *parameters_of(size_t length)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(SIZE_MAX);
	strbuf_puts(&text, "{'requestParameters':{'k':'");
	for (size_t i = strlen("{\"k\":\"\"}"); i < length; i++)
		strbuf_putc(&text, 'x');
	strbuf_puts(&text, "'}}");
	return strbuf_steal(&text);
}

static void assert_parameters(const char *name, const char *changes, bool omitted, bool null)
{
	SCOPED(finding) struct finding finding = finding_of(name, changes);
	SCOPED(json) cJSON *tree = parsed(finding.json);
	const cJSON *event = json_member(tree, "event");
	assert_int_equal(cJSON_IsTrue(json_member(event, "request_parameters_omitted")), omitted);
	assert_int_equal(cJSON_IsNull(json_member(event, "request_parameters")), null);
}

static void parameters_are_kept_while_a_person_reads_them(void **state)
{
	(void)state;
	SCOPED(text) char *fits = parameters_of(4096);
	SCOPED(text) char *too_long = parameters_of(4097);
	SCOPED(text) char *endless = parameters_of(100 * 1024);
	assert_parameters("root_write", fits, false, false);
	assert_parameters("root_write", too_long, true, true);
	assert_parameters("root_write", endless, true, true);
	assert_parameters("root_write", "{'requestParameters':null}", false, true);
	assert_parameters("root_write", "{'-requestParameters':0}", false, true);
	assert_parameters("root_write", "{'requestParameters':{}}", false, false);
	assert_parameters("root_write", "{'requestParameters':'text'}", false, false);
}

/* Two levels of a finding stand around them: what nests to the limit of JSON readers would make it unreadable. */
static void parameters_do_not_make_a_finding_too_deep(void **state)
{
	(void)state;
	static const struct {
		size_t levels;
		bool omitted;
	} rows[] = {{1, false}, {32, false}, {33, true}, {998, true}, {999, true}};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(strbuf) struct strbuf text = STRBUF_INIT(5000);
		strbuf_puts(&text, "{'userIdentity':{'type':'Root'},'requestParameters':");
		for (size_t k = 0; k < rows[i].levels; k++)
			strbuf_putc(&text, '[');
		for (size_t k = 0; k < rows[i].levels; k++)
			strbuf_putc(&text, ']');
		strbuf_putc(&text, '}');
		SCOPED(sample) struct sample sample = judged_batch(events_of(strbuf_text(&text)), &no_policy);
		SCOPED(finding) struct finding finding = built(&sample, &receipt);
		SCOPED(json) cJSON *tree = parsed(finding.json);
		const cJSON *omitted = json_member(json_member(tree, "event"), "request_parameters_omitted");
		assert_int_equal(cJSON_IsTrue(omitted), rows[i].omitted);
	}
}

static void console_links(void **state)
{
	(void)state;
#define UUID "8a7b1c2d-0000-4000-8000-0000000000ab"
#define PAGE "/cloudtrailv2/home?region="
	static const struct {
		const char *region, *id, *url;
	} rows[] = {
	    {"us-east-1", UUID, "https://us-east-1.console.aws.amazon.com" PAGE "us-east-1#/events/" UUID},
	    {"ap-southeast-12", UUID,
	     "https://ap-southeast-12.console.aws.amazon.com" PAGE "ap-southeast-12#/events/" UUID},
	    {"us-gov-west-1", UUID,
	     "https://us-gov-west-1.console.amazonaws-us-gov.com" PAGE "us-gov-west-1#/events/" UUID},
	    {"cn-north-1", UUID, "https://cn-north-1.console.amazonaws.cn" PAGE "cn-north-1#/events/" UUID},
	    {"us-east-1", "8A7B1C2D-0000-4000-8000-0000000000AB",
	     "https://us-east-1.console.aws.amazon.com" PAGE "us-east-1#/events/8A7B1C2D-0000-4000-8000-0000000000AB"},
	    /* consoles without a public name */
	    {"us-iso-east-1", UUID, ""},
	    {"us-isob-east-1", UUID, ""},
	    {"eu-isoe-west-1", UUID, ""},
	    /* nothing else becomes part of a link */
	    {"", UUID, ""},
	    {"us-east", UUID, ""},
	    {"us-east-", UUID, ""},
	    {"us-1", UUID, ""},
	    {"us-east-123", UUID, ""},
	    {"us--east-1", UUID, ""},
	    {"-us-east-1", UUID, ""},
	    {"US-EAST-1", UUID, ""},
	    {"us-east-1 ", UUID, ""},
	    {"us-east-1.evil.example", UUID, ""},
	    {"evil.example/us-east-1", UUID, ""},
	    {"us-east-1/../x", UUID, ""},
	    {"us-east-1\n", UUID, ""},
	    {"abcdefghij-abcdefghij-ab-1", UUID, ""},
	    {"us-east-1", "", ""},
	    {"us-east-1", "8a7b1c2d-0000-4000-8000-0000000000a", ""},
	    {"us-east-1", UUID "0", ""},
	    {"us-east-1", "8a7b1c2d-0000-4000-8000-0000000000ag", ""},
	    {"us-east-1", "8a7b1c2d0-000-4000-8000-0000000000ab", ""},
	    {"us-east-1", "../../../../console/x?y=aaaaaaaaaaaaa", ""},
	    {"us-east-1", "javascript:alert(1)", ""},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(strbuf) struct strbuf url = STRBUF_INIT(300);
		finding_console_url(rows[i].region, rows[i].id, &url);
		assert_string_equal(strbuf_text(&url), rows[i].url);
	}
}

static void a_drill_says_so_and_passes_every_filter(void **state)
{
	(void)state;
	SCOPED(finding) struct finding finding = {.json = NULL};
	assert_true(finding_drill(RECEIVED_S, zeros, &finding, NULL));
	assert_all_keys(finding.json);
	SCOPED(json) cJSON *tree = parsed(finding.json);
	assert_true(cJSON_IsTrue(json_member(tree, "drill")));
	static const struct {
		const char *name, *value;
	} rows[] = {
	    {"finding_id", "f-01m8383yar0000000000000000"},
	    {"verdict", "anomaly"},
	    {"severity", "critical"},
	    {"actor", "root_user"},
	    {"title", "A drill: this is how an alert about root looks"},
	    {"account", "000000000000"},
	    {"event_id", ""},
	    {"name", "ConsoleLogin"},
	    {"source", "signin.amazonaws.com"},
	    {"console_url", ""},
	    {"time", "2026-11-23T03:45:11Z"},
	    {"received_at", "2026-11-23T03:45:11Z"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_string_equal(text_at(tree, rows[i].name), rows[i].value);
	assert_string_equal(finding.account, "000000000000");
	assert_string_equal(finding.dedupe_key, "d:f-01m8383yar0000000000000000"); /* two drills are two */
	assert_int_equal(finding.severity, SEVERITY_CRITICAL);
	assert_int_equal(cJSON_GetArraySize(json_member(tree, "signals")), 1);
	assert_int_equal(cJSON_GetArraySize(json_member(tree, "steps")), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_whole_of_it),
	    cmocka_unit_test(every_key_is_always_there),
	    cmocka_unit_test(what_is_unknown_says_so),
	    cmocka_unit_test(what_was_explained_names_its_rule),
	    cmocka_unit_test(ids_sort_by_time_and_differ_by_chance),
	    cmocka_unit_test(late_is_later_than_cloudtrail_usually_is),
	    cmocka_unit_test(parameters_are_kept_while_a_person_reads_them),
	    cmocka_unit_test(parameters_do_not_make_a_finding_too_deep),
	    cmocka_unit_test(console_links),
	    cmocka_unit_test(a_drill_says_so_and_passes_every_filter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
