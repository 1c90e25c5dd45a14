/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a record: CloudTrail's wobbling types are survived, and what cannot mean one thing is in doubt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sample_event.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define TEXT(literal) (literal), sizeof(literal) - 1
#define FFFD          "\xef\xbf\xbd"

static void every_field_is_read(void **state)
{
	(void)state;
	SCOPED(event_batch)
	struct event_batch batch = events_of(
	    "{'id':'v','detail-type':'t','source':'aws.s','account':'111122223333','replay-name':'r','region':'eu-west-1',"
	    "'time':'2026-11-24T03:55:02Z','extra':[1],'detail':{'eventID':'e','eventName':'n','eventSource':'s',"
	    "'eventType':'y','awsRegion':'us-east-1','recipientAccountId':'444455556666','sourceIPAddress':'203.0.113.7',"
	    "'userAgent':'curl','errorCode':'c','errorMessage':'m','eventTime':'2026-11-24T03:55:01Z','type':'k',"
	    "'requestParameters':{'userName':'alice'},'responseElements':{'ConsoleLogin':'Success'},"
	    "'additionalEventData':{'MFAUsed':'Yes'},'userIdentity':{'type':'Root','arn':'a','accountId':'555566667777',"
	    "'principalId':'p','accessKeyId':'AKIA','userName':'alias','invokedBy':'i','sessionContext':{'sessionIssuer':{"
	    "'type':'Role','arn':'ia','accountId':'888899990000'}}}}}");
	const struct event *event = &batch.events[0];
	const struct {
		const char *read, *expected;
	} texts[] = {
	    {event->envelope_id, "v"},
	    {event->detail_type, "t"},
	    {event->envelope_source, "aws.s"},
	    {event->envelope_account, "111122223333"},
	    {event->replay_name, "r"},
	    {event->detail_kind, "k"},
	    {event->event_id, "e"},
	    {event->event_name, "n"},
	    {event->event_source, "s"},
	    {event->event_type, "y"},
	    {event->region, "us-east-1"},
	    {event->recipient_account, "444455556666"},
	    {event->source_ip, "203.0.113.7"},
	    {event->user_agent, "curl"},
	    {event->error_code, "c"},
	    {event->error_message, "m"},
	    {event->event_time, "2026-11-24T03:55:01Z"},
	    {event->console_login, "Success"},
	    {event_parameter(event, "userName"), "alice"},
	    {event->identity.type, "Root"},
	    {event->identity.arn, "a"},
	    {event->identity.account_id, "555566667777"},
	    {event->identity.principal_id, "p"},
	    {event->identity.access_key_id, "AKIA"},
	    {event->identity.user_name, "alias"},
	    {event->identity.invoked_by, "i"},
	    {event->identity.issuer_type, "Role"},
	    {event->identity.issuer_arn, "ia"},
	    {event->identity.issuer_account_id, "888899990000"},
	    {event->unreadable, ""},
	};
	for (size_t i = 0; i < LENGTH(texts); i++)
		assert_string_equal(texts[i].read, texts[i].expected);
	assert_int_equal(event->time_s, 1795492501);
	assert_true(event->identity.present && event->enveloped);
}

/* What a value says wherever a yes or no is read. */
static void booleans_wobble(void **state)
{
	(void)state;
	static const struct {
		const char *value;
		enum tristate read;
	} rows[] = {
	    {"true", TRISTATE_YES},    {"'true'", TRISTATE_YES},     {"'True'", TRISTATE_YES},
	    {"'Yes'", TRISTATE_YES},   {"'YES'", TRISTATE_YES},      {"'yes'", TRISTATE_YES},
	    {"false", TRISTATE_NO},    {"'false'", TRISTATE_NO},     {"'FALSE'", TRISTATE_NO},
	    {"'No'", TRISTATE_NO},     {"'NO'", TRISTATE_NO},        {"null", TRISTATE_UNKNOWN},
	    {"''", TRISTATE_UNKNOWN},  {"0", TRISTATE_UNKNOWN},      {"1", TRISTATE_UNKNOWN},
	    {"'1'", TRISTATE_UNKNOWN}, {"'yes '", TRISTATE_UNKNOWN}, {"'maybe'", TRISTATE_UNKNOWN},
	    {"{}", TRISTATE_UNKNOWN},  {"[true]", TRISTATE_UNKNOWN},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(strbuf) struct strbuf text = STRBUF_INIT(2000);
		const char *value = rows[i].value;
		strbuf_printf(&text,
		              "{'readOnly':%s,'sessionCredentialFromConsole':%s,'additionalEventData':{'MFAUsed':%s},"
		              "'userIdentity':{'sessionContext':{'assumedRoot':%s,'attributes':{'mfaAuthenticated':%s}}}}",
		              value, value, value, value, value);
		SCOPED(event_batch) struct event_batch batch = events_of(strbuf_text(&text));
		const struct event *event = &batch.events[0];
		const enum tristate read[] = {event->read_only, event->from_console, event->mfa_used,
		                              event->identity.assumed_root, event->identity.mfa_authenticated};
		for (size_t k = 0; k < LENGTH(read); k++)
			if (read[k] != rows[i].read)
				fail_msg("%s is read as %d by the %zu. field", value, (int)read[k], k + 1);
		assert_string_equal(event->unreadable, "");
	}
}

static void accounts_may_be_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *value, *account;
	} rows[] = {
	    {"'111122223333'", "111122223333"},
	    {"111122223333", "111122223333"},
	    {"1.11122223333e11", "111122223333"},
	    {"999999999999", "999999999999"},
	    {"12345", "000000012345"}, /* an id that begins with zeros */
	    {"0", "000000000000"},
	    {"1000000000000", ""},
	    {"-1", ""},
	    {"12345.5", ""},
	    {"1e999", ""},
	    {"null", ""},
	    {"true", ""},
	    {"['111122223333']", ""},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(strbuf) struct strbuf text = STRBUF_INIT(2000);
		const char *value = rows[i].value;
		strbuf_printf(&text,
		              "{'account':%s,'detail':{'recipientAccountId':%s,'userIdentity':{'accountId':%s,"
		              "'sessionContext':{'sessionIssuer':{'accountId':%s}}}}}",
		              value, value, value, value);
		SCOPED(event_batch) struct event_batch batch = events_of(strbuf_text(&text));
		const struct event *event = &batch.events[0];
		assert_string_equal(event->envelope_account, rows[i].account);
		assert_string_equal(event->recipient_account, rows[i].account);
		assert_string_equal(event->identity.account_id, rows[i].account);
		assert_string_equal(event->identity.issuer_account_id, rows[i].account);
	}
}

static void absent_null_and_empty_are_the_same(void **state)
{
	(void)state;
	static const char *const bodies[] = {
	    "{'eventID':'e','eventName':'n'}",
	    "{'eventID':'e','eventName':'n','userIdentity':null,'requestParameters':null,'responseElements':null,"
	    "'additionalEventData':null,'readOnly':null,'errorCode':null,'eventSource':null,'eventType':null}",
	    "{'eventID':'e','eventName':'n','userIdentity':{},'errorCode':'','eventSource':''}",
	    "{'eventID':'e','eventName':'n','userIdentity':{'type':null,'arn':null,'accessKeyId':null,'invokedBy':null,"
	    "'sessionContext':null}}",
	    "{'eventID':'e','eventName':'n','userIdentity':{'sessionContext':{'sessionIssuer':null,'attributes':null}}}",
	    "{'eventID':'e','eventName':'n','userIdentity':{'sessionContext':{'sessionIssuer':{},'attributes':{}}}}",
	};
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		SCOPED(event_batch) struct event_batch batch = events_of(bodies[i]);
		const struct event *event = &batch.events[0];
		assert_string_equal(event->unreadable, "");
		assert_string_equal(event->identity.type, "");
		assert_string_equal(event->identity.invoked_by, "");
		assert_string_equal(event->identity.access_key_id, "");
		assert_string_equal(event->identity.issuer_type, "");
		assert_string_equal(event->error_code, "");
		assert_string_equal(event_parameter(event, "userName"), "");
		assert_null(event->request_parameters);
		assert_int_equal(event->read_only, TRISTATE_UNKNOWN);
		assert_int_equal(event->identity.present, i >= 2);
	}
}

/* Nothing decides who acted by these, or the louder reading is taken: a wrong type is as good as absent. */
static void odd_types_elsewhere_are_no_doubt(void **state)
{
	(void)state;
	static const char *const members[] = {
	    "'userAgent':{'a':1}",
	    "'sourceIPAddress':7",
	    "'eventID':[]",
	    "'errorCode':5",
	    "'eventTime':1795492501",
	    "'requestParameters':'text'",
	    "'requestParameters':[1,{'userName':'x'}]",
	    "'responseElements':true",
	    "'additionalEventData':'MFAUsed'",
	    "'awsRegion':{}",
	};
	for (size_t i = 0; i < LENGTH(members); i++) {
		SCOPED(strbuf) struct strbuf text = STRBUF_INIT(2000);
		strbuf_printf(&text, "{'userIdentity':{'type':'Root','accessKeyId':9,'invokedBy':{}},%s}", members[i]);
		SCOPED(event_batch) struct event_batch batch = events_of(strbuf_text(&text));
		const struct event *event = &batch.events[0];
		assert_string_equal(event->unreadable, "");
		assert_string_equal(event->identity.type, "Root");
		assert_string_equal(event->user_agent, "");
		assert_string_equal(event_parameter(event, "userName"), "");
		assert_int_equal(event->time_s, 0);
	}
}

#define IN_IDENTITY(members) "{'userIdentity':{" members "}}"
#define IN_SESSION(members)  IN_IDENTITY("'sessionContext':{" members "}")

static void what_decides_must_be_text(void **state)
{
	(void)state;
	static const struct {
		const char *body, *doubt;
	} rows[] = {
	    {"{'userIdentity':'Root'}", "userIdentity is no object"},
	    {"{'userIdentity':['Root']}", "userIdentity is no object"},
	    {"{'userIdentity':7}", "userIdentity is no object"},
	    {IN_IDENTITY("'type':7"), "userIdentity.type is not text"},
	    {IN_IDENTITY("'type':['Root']"), "userIdentity.type is not text"},
	    {IN_IDENTITY("'type':{'Root':1}"), "userIdentity.type is not text"},
	    {IN_IDENTITY("'arn':7"), "userIdentity.arn is not text"},
	    {IN_IDENTITY("'sessionContext':'x'"), "userIdentity.sessionContext is no object"},
	    {IN_SESSION("'sessionIssuer':[]"), "sessionContext.sessionIssuer is no object"},
	    {IN_SESSION("'sessionIssuer':{'type':false}"), "sessionIssuer.type is not text"},
	    {"{'userIdentity':{},'eventName':5}", "the record.eventName is not text"},
	    {"{'userIdentity':{},'eventSource':{}}", "the record.eventSource is not text"},
	    {"{'userIdentity':{},'eventType':[]}", "the record.eventType is not text"},
	    {"{'detail-type':'t','source':'s'}", "detail is missing"},
	    {"{'detail-type':'t','source':'s','detail':null}", "detail is missing"},
	    {"{'detail-type':'t','source':'s','detail':'x'}", "detail is no object"},
	    {"{'detail-type':'t','source':'s','detail':[{'userIdentity':{}}]}", "detail is no object"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(event_batch) struct event_batch batch = events_of(rows[i].body);
		assert_string_equal(batch.events[0].unreadable, rows[i].doubt);
	}
}

/* `place` with the bytes where it says %s. */
static struct event_batch events_with(const char *place, const char *bytes, size_t length)
{
	SCOPED(text) char *json = quoted(place);
	const char *gap = strstr(json, "%s");
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(2000);
	strbuf_add(&text, json, (size_t)(gap - json));
	strbuf_add(&text, bytes, length);
	strbuf_puts(&text, gap + 2);
	return events_of_bytes(text.data, text.length);
}

/* cJSON ends a text at a NUL: "Root\0x" would be Root. Nor may it pass for somebody else who is known to be harmless. */
static void what_decides_must_be_unbroken(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t length;
	} spellings[] = {
	    {TEXT("Root\\u0000x")}, {TEXT("Root\\u0000")}, {TEXT("\\u0000Root")}, {TEXT("Root\0x")},   {TEXT("Root\0")},
	    {TEXT("Ro\xffot")},     {TEXT("Root\xc3")},    {TEXT("Root\\ud800")}, {TEXT("Root" FFFD)},
	};
	static const char *const places[] = {
	    IN_IDENTITY("'type':'%s'"),
	    IN_IDENTITY("'arn':'%s'"),
	    IN_SESSION("'sessionIssuer':{'type':'%s'}"),
	    "{'userIdentity':{},'eventName':'%s'}",
	    "{'userIdentity':{},'eventSource':'%s'}",
	    "{'userIdentity':{},'eventType':'%s'}",
	};
	for (size_t i = 0; i < LENGTH(places); i++)
		for (size_t k = 0; k < LENGTH(spellings); k++) {
			SCOPED(event_batch)
			struct event_batch batch = events_with(places[i], spellings[k].bytes, spellings[k].length);
			if (!strstr(batch.events[0].unreadable, " holds a NUL or broken UTF-8"))
				fail_msg("\"%s\" at %s: \"%s\"", spellings[k].bytes, places[i], batch.events[0].unreadable);
			assert_string_not_equal(batch.events[0].identity.type, "Root");
		}
}

static void escapes_that_say_root_are_root(void **state)
{
	(void)state;
	static const char *const bodies[] = {
	    IN_IDENTITY("'type':'\\u0052oot'"),
	    IN_IDENTITY("'\\u0074ype':'Root'"),
	    "{'userIdentit\\u0079':{'type':'\\u0052\\u006f\\u006F\\u0074'}}",
	};
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		SCOPED(event_batch) struct event_batch batch = events_of(bodies[i]);
		assert_string_equal(batch.events[0].identity.type, "Root");
		assert_string_equal(batch.events[0].unreadable, "");
	}
	SCOPED(event_batch) struct event_batch batch = events_of(IN_IDENTITY("'type':'\\\\u0052oot'"));
	assert_string_equal(batch.events[0].identity.type, "\\u0052oot");
}

static void names_match_by_letter_case(void **state)
{
	(void)state;
	static const char *const bodies[] = {
	    "{'UserIdentity':{'type':'Root'},'eventID':'a','eventName':'b'}",
	    "{'useridentity':{'type':'Root'},'eventID':'a','eventName':'b'}",
	    IN_IDENTITY("'Type':'Root'"),
	    "{'Detail':{'userIdentity':{'type':'Root'}},'detail':{}}",
	};
	for (size_t i = 0; i < LENGTH(bodies); i++) {
		SCOPED(event_batch) struct event_batch batch = events_of(bodies[i]);
		assert_string_equal(batch.events[0].identity.type, "");
		assert_string_equal(batch.events[0].unreadable, "");
	}
}

static void names_given_twice_are_doubted_and_hide_no_root(void **state)
{
	(void)state;
	static const char root[] = "Root";
	static const struct {
		const char *body, *what, *type;
	} rows[] = {
	    {IN_IDENTITY("'type':'Root','type':'IAMUser'"), "userIdentity holds the name \"type\"", root},
	    {IN_IDENTITY("'type':'IAMUser','type':'Root'"), "userIdentity holds the name \"type\"", root},
	    {IN_IDENTITY("'type':7,'type':'Root'"), "userIdentity holds the name \"type\"", root},
	    {IN_IDENTITY("'type':'IAMUser','type':'AssumedRole'"), "userIdentity holds the name \"type\"", "IAMUser"},
	    {IN_IDENTITY("'type':'Root','invokedBy':'a','invokedBy':'b'"), "holds the name \"invokedBy\"", root},
	    {"{'userIdentity':{'type':'Root'},'userIdentity':{}}", "the record holds the name \"userIdentity\"", root},
	    {"{'userIdentity':{},'userIdentity':{'type':'Root'}}", "the record holds the name \"userIdentity\"", root},
	    {"{'userIdentity':null,'userIdentity':{'type':'Root'}}", "the record holds the name \"userIdentity\"", root},
	    {"{'userIdentity':{'type':'Root'},'eventName':'a','eventName':'b'}", "holds the name \"eventName\"", root},
	    {"{'detail':{},'detail':{'userIdentity':{'type':'Root'}}}", "the event holds the name \"detail\"", root},
	    {"{'detail':{'userIdentity':{'type':'Root'}},'detail':{}}", "the event holds the name \"detail\"", root},
	    {"{'detail':{'userIdentity':{'type':'Root'}},'id':1,'id':2}", "the event holds the name \"id\"", root},
	    {IN_SESSION("'assumedRoot':true,'assumedRoot':false"), "sessionContext holds the name \"assumedRoot\"", ""},
	    {IN_SESSION("'sessionIssuer':{'type':'Root','type':'Role'}"), "sessionIssuer holds the name \"type\"", ""},
	    {IN_SESSION("'attributes':{'mfaAuthenticated':'true','mfaAuthenticated':'false'}"), "attributes holds", ""},
	    {"{'userIdentity':{},'requestParameters':{'a':1,'a':2}}", "requestParameters holds the name \"a\"", ""},
	    {"{'userIdentity':{},'responseElements':{'a':1,'a':2}}", "responseElements holds the name \"a\"", ""},
	    {"{'userIdentity':{},'additionalEventData':{'a':1,'a':2}}", "additionalEventData holds the name \"a\"", ""},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(event_batch) struct event_batch batch = events_of(rows[i].body);
		if (!strstr(batch.events[0].unreadable, rows[i].what))
			fail_msg("\"%s\" of %s", batch.events[0].unreadable, rows[i].body);
		assert_string_equal(batch.events[0].identity.type, rows[i].type);
	}
}

static void the_first_doubt_stays_and_is_short(void **state)
{
	(void)state;
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(SIZE_MAX);
	strbuf_puts(&text, "{'userIdentity':7,'");
	for (size_t i = 0; i < 100000; i++)
		strbuf_puts(&text, i % 2 ? "\xc3\xa4" : "\\n");
	SCOPED(text) char *name = strdup(strchr(strbuf_text(&text), '\\'));
	strbuf_printf(&text, "':1,'%s':2}", name);
	SCOPED(event_batch) struct event_batch batch = events_of(strbuf_text(&text));
	const char *doubt = batch.events[0].unreadable;
	static const char start[] = "the record holds the name \"?\xc3\xa4?";
	assert_memory_equal(doubt, start, sizeof start - 1);
	assert_non_null(strstr(doubt, "...\" more than once"));
	assert_null(strchr(doubt, '\n'));
	assert_in_range(strlen(doubt), 60, 130);
}

static void times_and_places_of_the_envelope_fill_gaps(void **state)
{
	(void)state;
	enum { EVENT_S = 1795492501, ENVELOPE_S = 1795492800 };
	static const struct {
		const char *body;
		int64_t time_s;
		const char *region;
	} rows[] = {
	    {"{'time':'2026-11-24T04:00:00Z','region':'eu-west-1','detail':{'eventTime':'2026-11-24T03:55:01Z',"
	     "'awsRegion':'us-east-1'}}",
	     EVENT_S, "us-east-1"},
	    {"{'time':'2026-11-24T04:00:00Z','region':'eu-west-1','detail':{}}", ENVELOPE_S, "eu-west-1"},
	    {"{'time':'2026-11-24T04:00:00Z','region':'eu-west-1','detail':{'eventTime':'yesterday','awsRegion':7}}",
	     ENVELOPE_S, "eu-west-1"},
	    {"{'time':'2026-11-24T04:00:00Z','detail':{'eventTime':'2026-11-24T04:55:01.123+01:00'}}", EVENT_S, ""},
	    {"{'time':'later','detail':{}}", 0, ""},
	    {"{'eventTime':'2026-11-24T03:55:01Z','userIdentity':{},'time':'2026-11-24T04:00:00Z','region':'x'}", EVENT_S,
	     ""},
	    {"{'userIdentity':{},'time':'2026-11-24T04:00:00Z'}", 0, ""},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(event_batch) struct event_batch batch = events_of(rows[i].body);
		assert_int_equal(batch.events[0].time_s, rows[i].time_s);
		assert_string_equal(batch.events[0].region, rows[i].region);
	}
	SCOPED(event_batch) struct event_batch batch = events_of(rows[1].body);
	assert_string_equal(batch.events[0].event_time, "2026-11-24T04:00:00Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_field_is_read),
	    cmocka_unit_test(booleans_wobble),
	    cmocka_unit_test(accounts_may_be_numbers),
	    cmocka_unit_test(absent_null_and_empty_are_the_same),
	    cmocka_unit_test(odd_types_elsewhere_are_no_doubt),
	    cmocka_unit_test(what_decides_must_be_text),
	    cmocka_unit_test(what_decides_must_be_unbroken),
	    cmocka_unit_test(escapes_that_say_root_are_root),
	    cmocka_unit_test(names_match_by_letter_case),
	    cmocka_unit_test(names_given_twice_are_doubted_and_hide_no_root),
	    cmocka_unit_test(the_first_doubt_stays_and_is_short),
	    cmocka_unit_test(times_and_places_of_the_envelope_fill_gaps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
