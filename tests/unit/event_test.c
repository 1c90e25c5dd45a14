/* SPDX-License-Identifier: Apache-2.0 */
/* From a body to events: every shape that senders post, all or nothing, no depth to hide in, and what is the same event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sample_event.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define RECORD(id)   "{'eventID':'" id "','eventName':'GetUser','userIdentity':{'type':'Root'}}"
#define ENVELOPE(id) "{'detail-type':'t','source':'aws.iam','detail':" RECORD(id) "}"

#define IN_DATA(inner) "{'data':" inner "}"

#define ROOT    "'userIdentity':{'type':'Root'}"
#define ACCOUNT "'recipientAccountId':'111122223333'"
#define ID_63   "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopq"

/* The ids of the events, joined; '-' for one without. */
static void ids_of(const struct event_batch *batch, struct strbuf *out)
{
	for (size_t i = 0; i < batch->count; i++)
		strbuf_printf(out, "%s%s", i > 0 ? " " : "", batch->events[i].event_id[0] ? batch->events[i].event_id : "-");
}

static void every_shape_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *body, *ids;
	} rows[] = {
	    {ENVELOPE("a"), "a"},
	    {RECORD("a"), "a"},
	    {" \n" RECORD("a") "\r\n", "a"},
	    {"[]", ""},
	    {"[" RECORD("a") "]", "a"},
	    {"[" RECORD("a") "," ENVELOPE("b") "," RECORD("c") "]", "a b c"},
	    {"{'Records':[" RECORD("a") "," RECORD("b") "]}", "a b"},
	    {"{'Records':[]}", ""},
	    /* aws cloudtrail lookup-events */
	    {"{'Events':[{'EventId':'x','EventName':'X','CloudTrailEvent':'{\\\"eventID\\\":\\\"a\\\",\\\"eventName\\\":"
	     "\\\"X\\\"}'},"
	     "{'CloudTrailEvent':" RECORD("b") "}],'NextToken':'t'}",
	     "a b"},
	    {"{'EventId':'x','CloudTrailEvent':" RECORD("a") "}", "a"},
	    {"{'Events':[]}", ""},
	    {"{'messageId':'m','body':" ENVELOPE("a") ",'eventSource':'aws:sqs'}", "a"},
	    {"{'Records':[{'body':" RECORD("a") "},{'body':" RECORD("b") "}]}", "a b"},
	    {"{'specversion':'1.0','id':'x','type':'y','source':'aws.iam','data':" ENVELOPE("a") "}", "a"},
	    {"{'data':[" RECORD("a") "," RECORD("b") "]}", "a b"},
	    /* an envelope: by its detail, or by the names beside it */
	    {"{'detail':" RECORD("a") "}", "a"},
	    {"{'detail-type':'t','source':'s','detail':{}}", "-"},
	    {"{'detail-type':'t','source':'s','detail':{},'data':" RECORD("a") ",'Records':[]}", "-"},
	    /* a record: by its identity, even null, or by any two of its marks */
	    {"{'userIdentity':{}}", "-"},
	    {"{'userIdentity':null}", "-"},
	    {"{'eventID':'a','eventName':'x'}", "a"},
	    {"{'eventVersion':'1','recipientAccountId':'1'}", "-"},
	    {"{'eventType':'x','eventTime':'x'}", "-"},
	    {"{'eventSource':'x','eventVersion':null}", "-"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(event_batch) struct event_batch batch = events_of(rows[i].body);
		SCOPED(strbuf) struct strbuf ids = STRBUF_INIT(100);
		ids_of(&batch, &ids);
		if (strcmp(strbuf_text(&ids), rows[i].ids) != 0)
			fail_msg("\"%s\" from %s", strbuf_text(&ids), rows[i].body);
		for (size_t k = 0; k < batch.count; k++)
			assert_string_equal(batch.events[k].unreadable, "");
	}
}

static void what_is_no_event_is_refused_and_named(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		enum event_status status;
		const char *says;
	} rows[] = {
	    {"", EVENT_NOT_JSON, "empty: no JSON"},
	    {"{'eventID'", EVENT_NOT_JSON, "no JSON: reading stopped at byte 10"},
	    {"{} {}", EVENT_NOT_JSON, "no JSON: reading stopped at byte 3"},
	    {"5", EVENT_NOT_JSON, "JSON, but neither an object nor an array"},
	    {"'text'", EVENT_NOT_JSON, "JSON, but neither an object nor an array"},
	    {"null", EVENT_NOT_JSON, "JSON, but neither an object nor an array"},
	    {"{}", EVENT_NOT_AN_EVENT, "neither an EventBridge event (it has no detail object"},
	    {"{'hello':'world'}", EVENT_NOT_AN_EVENT, "neither an EventBridge event"},
	    {"{'detail':'text'}", EVENT_NOT_AN_EVENT, "neither an EventBridge event"},
	    {"{'source':'aws.iam'}", EVENT_NOT_AN_EVENT, "neither an EventBridge event"},
	    {"{'Detail':{},'UserIdentity':{'type':'Root'}}", EVENT_NOT_AN_EVENT, "neither an EventBridge event"},
	    {"{'eventID':'a'}", EVENT_NOT_AN_EVENT, "nor two of eventID"},
	    {"{'EventID':'a','EventName':'b'}", EVENT_NOT_AN_EVENT, "nor two of eventID"},
	    {"{'Records':5}", EVENT_NOT_AN_EVENT, "neither an EventBridge event"},
	    {"{'Events':5}", EVENT_NOT_AN_EVENT, "neither an EventBridge event"},
	    {"{'Events':[{'EventName':'X'}]}", EVENT_NOT_AN_EVENT, "Events: element 1: neither"},
	    {"{'Events':[{'CloudTrailEvent':'{'}]}", EVENT_NOT_AN_EVENT, "Events: element 1: CloudTrailEvent: no JSON"},
	    /* all or nothing: the element is named, however deep */
	    {"[" RECORD("a") ",{}]", EVENT_NOT_AN_EVENT, "element 2: neither an EventBridge event"},
	    {"[5," RECORD("a") "]", EVENT_NOT_AN_EVENT, "element 1: not an object"},
	    {"[" RECORD("a") "," RECORD("b") ",[" RECORD("c") "]]", EVENT_NOT_AN_EVENT, "element 3: not an object"},
	    {"[null]", EVENT_NOT_AN_EVENT, "element 1: not an object"},
	    {"{'Records':[" RECORD("a") ",{'x':1}]}", EVENT_NOT_AN_EVENT, "Records: element 2: neither"},
	    {"{'Records':[{'body':'{'}]}", EVENT_NOT_AN_EVENT, "Records: element 1: body: no JSON: reading stopped"},
	    {"{'body':''}", EVENT_NOT_AN_EVENT, "body: empty: no JSON"},
	    {"{'body':'5'}", EVENT_NOT_AN_EVENT, "body: not an object"},
	    {"{'body':'[{}]'}", EVENT_NOT_AN_EVENT, "body: element 1: neither"},
	    {"{'data':{'hello':1}}", EVENT_NOT_AN_EVENT, "data: neither"},
	    {IN_DATA(IN_DATA(IN_DATA(IN_DATA(IN_DATA(RECORD("a")))))), EVENT_NOT_AN_EVENT, "wrapped more than 4 times"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(text) char *body = quoted(rows[i].body);
		struct event_batch batch = {.count = 77};
		struct err err = {""};
		enum event_status status = event_batch_read(body, strlen(body), &batch, &err);
		if (status != rows[i].status || !strstr(err.text, rows[i].says))
			fail_msg("%s: %d, \"%s\"", body, (int)status, err.text);
		assert_int_equal(batch.count, 77);
	}
}

static void four_wrappers_are_opened(void **state)
{
	(void)state;
	static const char *const bodies[] = {
	    IN_DATA(IN_DATA(IN_DATA(IN_DATA(RECORD("a"))))),
	    IN_DATA("{'body':'{\\u0022data\\u0022:{\\u0022data\\u0022:{\\u0022eventID\\u0022:\\u0022a\\u0022,"
	            "\\u0022userIdentity\\u0022:{}}}}'}"),
	};
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		SCOPED(event_batch) struct event_batch batch = events_of(bodies[i]);
		assert_int_equal(batch.count, 1);
		assert_string_equal(batch.events[0].event_id, "a");
	}
}

/* `text` as a JSON string in which nothing needs to be written with ' for ". */
static struct event_batch in_sqs_body(const char *text)
{
	SCOPED(strbuf) struct strbuf body = STRBUF_INIT(SIZE_MAX);
	strbuf_puts(&body, "{\"body\":");
	json_quote(text, &body);
	strbuf_puts(&body, "}");
	return events_of_bytes(body.data, body.length);
}

/* A root's record whose requestParameters make the whole nest `levels` deep. */
static char *deep_record(size_t levels)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(SIZE_MAX);
	strbuf_puts(&text, "{\"userIdentity\":{\"type\":\"Root\"},\"eventID\":\"a\",\"requestParameters\":");
	for (size_t i = 1; i < levels; i++)
		strbuf_putc(&text, '[');
	for (size_t i = 1; i < levels; i++)
		strbuf_putc(&text, ']');
	strbuf_putc(&text, '}');
	return strbuf_steal(&text);
}

static void depth_is_judged_up_to_the_limit_and_told_beyond(void **state)
{
	(void)state;
	static const struct {
		size_t levels;
		const char *unreadable, *type;
	} rows[] = {
	    {999, "", "Root"},
	    {1000, "", "Root"},
	    {1001, "the JSON nests deeper than 1,000 levels", ""},
	    {100000, "the JSON nests deeper than 1,000 levels", ""},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(text) char *record = deep_record(rows[i].levels);
		SCOPED(event_batch) struct event_batch bare = events_of_bytes(record, strlen(record));
		SCOPED(event_batch) struct event_batch wrapped = in_sqs_body(record);
		assert_int_equal(bare.count, 1);
		assert_int_equal(wrapped.count, 1);
		assert_string_equal(bare.events[0].unreadable, rows[i].unreadable);
		assert_string_equal(bare.events[0].identity.type, rows[i].type);
		assert_string_equal(wrapped.events[0].unreadable, rows[i].unreadable);
		assert_string_equal(wrapped.events[0].dedupe_key, bare.events[0].dedupe_key);
	}
}

static void deep_events_that_differ_are_two(void **state)
{
	(void)state;
	SCOPED(text) char *one = deep_record(1001);
	SCOPED(text) char *other = deep_record(1002);
	SCOPED(event_batch) struct event_batch first = events_of_bytes(one, strlen(one));
	SCOPED(event_batch) struct event_batch second = events_of_bytes(other, strlen(other));
	assert_string_not_equal(first.events[0].dedupe_key, second.events[0].dedupe_key);
}

static void a_wrapper_that_says_two_things_hides_neither(void **state)
{
	(void)state;
	static const char *const bodies[] = {
	    "{'data':" RECORD("a") ",'data':" RECORD("b") "}",
	    "{'Records':[],'Records':[" RECORD("b") "]}",
	    "{'Records':[{'body':" RECORD("a") ",'body':" RECORD("b") "}]}",
	    "{'data':" RECORD("a") ",'id':1,'id':2}",
	};
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		SCOPED(event_batch) struct event_batch batch = events_of(bodies[i]);
		assert_true(batch.count > 0);
		const struct event *told = &batch.events[batch.count - 1];
		if (!strstr(told->unreadable, "what is around the event holds the name \""))
			fail_msg("not told: %s", bodies[i]);
		/* or whoever has seen the first event knows this one, too */
		assert_memory_equal(told->dedupe_key, "h:", 2);
	}
}

static void what_is_the_same_event(void **state)
{
	(void)state;
	static const struct {
		const char *body, *key;
	} rows[] = {
	    {"{'eventID':'a'," ACCOUNT "," ROOT "}", "e:a/111122223333"},
	    {"{'eventID':'a','recipientAccountId':111122223333," ROOT "}", "e:a/111122223333"},
	    {"{'eventID':'a'," ROOT "}", "e:a"},
	    {"{'eventID':'" ID_63 "'," ROOT "}", "e:" ID_63},
	    {"{'id':'v','detail':{'eventID':'a'," ACCOUNT "}}", "e:a/111122223333"},
	    {"{'id':'v','detail':{'eventID':''," ACCOUNT "}}", "v:v"},
	    {"{'id':'v','account':'111122223333','detail':{'eventID':7}}", "v:v"},
	    /* SHA-256 of {"detail":{"eventID":""}}, of {"userIdentity":{"type":"Root"}}, and of two digests: the id's, the account's */
	    {"{'detail' : {'eventID':''}}", "h:dd8766438d3605586057e8d81af345a333dc58abbb9e33c1194c0484c74832e9"},
	    {"{" ROOT "}", "h:16fe8353a7961477419d4c9185ae423fbeb6239167744848e9362808994a4de9"},
	    {"{'eventID':'" ID_63 "r'," ROOT "}", "e:016e3372ebb0776d975d87ca120ad03fe9d55153a777e41cb6b97bd7afc96a67"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(event_batch) struct event_batch batch = events_of(rows[i].body);
		assert_string_equal(batch.events[0].dedupe_key, rows[i].key);
	}
}

static void what_is_another_event(void **state)
{
	(void)state;
	static const struct {
		const char *one, *other;
	} rows[] = {
	    /* one call across accounts is two records with ids of their own; also when only the account differs */
	    {"{'eventID':'a'," ACCOUNT "}", "{'eventID':'a','recipientAccountId':'444455556666'}"},
	    {"{'eventID':'a'," ACCOUNT "}", "{'eventID':'b'," ACCOUNT "}"},
	    {"{'eventID':'" ID_63 "r'," ACCOUNT "}", "{'eventID':'" ID_63 "s'," ACCOUNT "}"},
	    {"{'eventID':'" ID_63 "r'," ACCOUNT "}", "{'eventID':'" ID_63 "r','recipientAccountId':'444455556666'}"},
	    {"{" ROOT "}", "{'userIdentity':{'type':'IAMUser'}}"},
	    {"{'id':'v','detail':{}}", "{'id':'w','detail':{}}"},
	    /* an id is not another kind of id, and who can be misread is not who he says */
	    {"{'id':'a','detail':{}}", "{'eventID':'a'," ROOT "}"},
	    {"{'eventID':'a'," ACCOUNT "}", "{'eventID':'a'," ACCOUNT ",'userIdentity':7}"},
	    {"{'id':'v','detail':{}}", "{'id':'v','detail':{'userIdentity':7}}"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(text) char *body = malloc(1000);
		snprintf(body, 1000, "[%s,%s]", rows[i].one, rows[i].other);
		SCOPED(event_batch) struct event_batch batch = {.count = 0};
		SCOPED(text) char *json = quoted(body);
		struct err err;
		enum event_status status = event_batch_read(json, strlen(json), &batch, &err);
		assert_int_equal(status, EVENT_OK);
		assert_string_not_equal(batch.events[0].dedupe_key, batch.events[1].dedupe_key);
	}
}

static void the_same_event_in_any_wrapper_has_one_key(void **state)
{
	(void)state;
	static const char *const names[] = {"array", "cloudevents", "sqs_record", "root_console_login_no_mfa"};
	for (size_t i = 0; i < LENGTH(names); i++) {
		SCOPED(event_batch) struct event_batch batch = fixture(names[i]);
		assert_string_equal(batch.events[0].dedupe_key, "e:e62b25c4-12f3-5727-87ac-eb422cb25448/111122223333");
	}
}

static void calls_are_named_by_service(void **state)
{
	(void)state;
	static const struct {
		const char *source, *name, *call;
	} rows[] = {
	    {"iam.amazonaws.com", "CreateUser", "iam:CreateUser"},
	    {"aws-marketplace.amazonaws.com", "X", "aws-marketplace:X"},
	    {"signin", "ConsoleLogin", "signin:ConsoleLogin"},
	    {"", "", ":"},
	};
	struct event event;
	event_blank(&event);
	char call[EVENT_CALL_BYTES];
	for (size_t i = 0; i < LENGTH(rows); i++) {
		event.event_source = rows[i].source;
		event.event_name = rows[i].name;
		event_call(&event, call);
		assert_string_equal(call, rows[i].call);
	}
	SCOPED(text) char *endless = calloc(1, 100001);
	memset(endless, 'x', 100000);
	event.event_source = event.event_name = endless;
	event_call(&event, call);
	assert_int_equal(strlen(call), EVENT_CALL_BYTES - 1);
}

static void whether_it_failed(void **state)
{
	(void)state;
	static const struct {
		const char *name, *changes;
		bool failed;
	} rows[] = {
	    {"root_console_login_failed", NULL, true},
	    {"root_console_login_failed", "{'responseElements.ConsoleLogin':'Success'}", false},
	    {"root_console_login_failed", "{'eventName':'CheckMfa'}", false}, /* the answer to another question */
	    {"root_console_login_failed", "{'eventName':'CheckMfa','responseElements':{'CheckMfa':'Failure'}}", true},
	    {"root_console_login_mfa", NULL, false},
	    {"stop_logging", NULL, false},
	    {"stop_logging_denied", NULL, true},
	    {"stop_logging_denied", "{'-errorCode':0}", false},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(event_batch) struct event_batch batch = fixture_with(rows[i].name, rows[i].changes);
		if (event_failed(&batch.events[0]) != rows[i].failed)
			fail_msg("%s with %s", rows[i].name, rows[i].changes);
	}
}

static void whether_a_second_factor_was_there(void **state)
{
	(void)state;
	enum { ABSENT = TRISTATE_UNKNOWN, NO = TRISTATE_NO, YES = TRISTATE_YES };
	static const struct {
		int used, session;
		const char *key;
		int mfa;
	} rows[] = {
	    {ABSENT, ABSENT, "", ABSENT},
	    {ABSENT, ABSENT, "ASIAIOSFODNN7EXAMPLE", ABSENT},
	    {ABSENT, ABSENT, "AKIAIOSFODNN7EXAMPLE", NO}, /* a long-lived key has none */
	    {YES, ABSENT, "", YES},
	    {NO, ABSENT, "", NO},
	    {ABSENT, YES, "ASIAIOSFODNN7EXAMPLE", YES},
	    {ABSENT, NO, "ASIAIOSFODNN7EXAMPLE", NO},
	    {YES, NO, "", NO}, /* when they disagree, none */
	    {NO, YES, "", NO},
	    {YES, YES, "", YES},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct event event;
		event_blank(&event);
		event.mfa_used = (enum tristate)rows[i].used;
		event.identity.mfa_authenticated = (enum tristate)rows[i].session;
		event.identity.access_key_id = rows[i].key;
		assert_int_equal(event_mfa(&event), rows[i].mfa);
	}
}

static void whose_account_it_is(void **state)
{
	(void)state;
	static const struct {
		const char *recipient, *identity, *envelope, *account;
	} rows[] = {
	    {"111111111111", "222222222222", "333333333333", "111111111111"},
	    {"", "222222222222", "333333333333", "222222222222"},
	    {"", "", "333333333333", "333333333333"},
	    {"", "", "", ""},
	    {"<script>", "222222222222", "", "222222222222"},
	    {"11111111111", "2222222222222", "33333333333a", ""}, /* twelve digits or nothing */
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct event event;
		event_blank(&event);
		event.recipient_account = rows[i].recipient;
		event.identity.account_id = rows[i].identity;
		event.envelope_account = rows[i].envelope;
		assert_string_equal(event_account(&event), rows[i].account);
	}
}

static void a_blank_event_says_nothing(void **state)
{
	(void)state;
	struct event event;
	event_blank(&event);
	assert_string_equal(event.identity.type, "");
	assert_string_equal(event.identity.issuer_account_id, "");
	assert_string_equal(event.replay_name, "");
	assert_string_equal(event.console_login, "");
	assert_string_equal(event.unreadable, "");
	assert_false(event.enveloped || event.identity.present || event_failed(&event));
	assert_int_equal(event_mfa(&event), TRISTATE_UNKNOWN);
	assert_string_equal(event_account(&event), "");
	assert_string_equal(event_parameter(&event, "name"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_shape_is_read),
	    cmocka_unit_test(what_is_no_event_is_refused_and_named),
	    cmocka_unit_test(four_wrappers_are_opened),
	    cmocka_unit_test(depth_is_judged_up_to_the_limit_and_told_beyond),
	    cmocka_unit_test(deep_events_that_differ_are_two),
	    cmocka_unit_test(a_wrapper_that_says_two_things_hides_neither),
	    cmocka_unit_test(what_is_the_same_event),
	    cmocka_unit_test(what_is_another_event),
	    cmocka_unit_test(the_same_event_in_any_wrapper_has_one_key),
	    cmocka_unit_test(calls_are_named_by_service),
	    cmocka_unit_test(whether_it_failed),
	    cmocka_unit_test(whether_a_second_factor_was_there),
	    cmocka_unit_test(whose_account_it_is),
	    cmocka_unit_test(a_blank_event_says_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
