/* SPDX-License-Identifier: Apache-2.0 */
/* Policy documents: what allows everything, whom they let in, and what is no document that can be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sample_event.h"
#include "signal_documents.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define OWN   "111122223333"
#define OTHER "444455556666"

static const struct event an_event = {
    .recipient_account = OWN,
    .identity = {.account_id = OWN},
};

enum answer { NO, YES, UNREADABLE };

/* Written with ' for "; it stands in the event as a text, then (when it is JSON) as an object. */
static enum answer ask(const char *text, bool as_object, bool (*question)(const struct document *document))
{
	SCOPED(text) char *json = quoted(text);
	SCOPED(json) cJSON *item = as_object ? cJSON_Parse(json) : cJSON_CreateString(json);
	SCOPED(document) struct document document;
	document_read(item, &document);
	if (!document.statements)
		return UNREADABLE;
	return question(&document) ? YES : NO;
}

static void assert_answer(const char *text, enum answer expected, bool (*question)(const struct document *document))
{
	SCOPED(text) char *json = quoted(text);
	SCOPED(json) cJSON *tree = cJSON_Parse(json);
	if (ask(text, false, question) != expected || (tree && ask(text, true, question) != expected))
		fail_msg("not %d: %s", expected, text);
}

#define ALLOW(rest) "{'Version':'2012-10-17','Statement':{'Effect':'Allow'," rest "}}"

static void what_allows_everything(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum answer answer;
	} rows[] = {
	    {ALLOW("'Action':'*','Resource':'*'"), YES},
	    {ALLOW("'Action':'*:*','Resource':'*'"), YES},
	    {ALLOW("'Action':['s3:GetObject','*'],'Resource':['arn:aws:s3:::x','*']"), YES},
	    {"{'Statement':[{'Effect':'Deny','Action':'s3:*','Resource':'*'},{'Effect':'Allow','Action':'*','Resource':'*'}"
	     "]}",
	     YES},
	    {"{'statement':{'effect':'Allow','action':'*','resource':'*'}}", YES},
	    {ALLOW("'NotAction':['iam:*'],'Resource':'*'"), YES},
	    {ALLOW("'Action':'IAM:*','Resource':'*'"), YES},
	    {ALLOW("'Action':'*','NotResource':'arn:aws:s3:::x'"), YES},
	    {ALLOW("'Action':'*','Resource':'arn:aws:s3:::x/*'"), NO},
	    {ALLOW("'Action':'s3:*','Resource':'*'"), NO},
	    {ALLOW("'Action':['iam:Get*','iam:List*'],'Resource':'*'"), NO},
	    {ALLOW("'Action':[],'Resource':'*'"), NO},
	    {ALLOW("'Action':7,'Resource':{}"), NO},
	    {"{'Statement':{'Effect':'Deny','Action':'*','Resource':'*'}}", NO},
	    {"{'Statement':[]}", NO},
	    {"%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22*%22%2C%22Resource%22%3A%22%2A%22%7D%"
	     "7D",
	     YES},
	    {"%7b%22Statement%22:[]%7d", NO},
	    {"", UNREADABLE},
	    {"{", UNREADABLE},
	    {"[]", UNREADABLE},
	    {"{}", UNREADABLE},
	    {"%7B%2", UNREADABLE},
	    {"{'Statement':7}", UNREADABLE},
	    {"{'Statement':['*']}", UNREADABLE},
	    {"{'Statement':{'Action':'*','Resource':'*'}}", UNREADABLE},
	    {"{'Statement':{'Effect':'Perhaps','Action':'*','Resource':'*'}}", UNREADABLE},
	    {"{'Statement':{'Effect':'Deny','Effect':'Allow','Action':'*','Resource':'*'}}", UNREADABLE},
	    {"{'Statement':[],'Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}", UNREADABLE},
	    {"{'Statement':[],'statement':{'Effect':'Allow','Action':'*','Resource':'*'}}", UNREADABLE},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_answer(rows[i].text, rows[i].answer, document_grants_all);
}

static bool lets_in(const struct document *document)
{
	struct excerpt whom;
	return document_lets_in(document, &an_event, &whom);
}

static void whom_a_policy_lets_in(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum answer answer;
	} rows[] = {
	    {ALLOW("'Principal':'*'"), YES},
	    {ALLOW("'Principal':{'AWS':'*'}"), YES},
	    {ALLOW("'Principal':{'AWS':['arn:aws:iam::" OWN ":root','" OTHER "']}"), YES},
	    {ALLOW("'Principal':{'AWS':'arn:aws-cn:iam::" OTHER ":user/x'}"), YES},
	    {ALLOW("'Principal':{'Service':'s3.amazonaws.com','AWS':'" OTHER "'}"), YES},
	    {ALLOW("'Principal':{'CanonicalUser':'79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be'}"),
	     YES},
	    {ALLOW("'Principal':{'Federated':'arn:aws:iam::" OTHER ":saml-provider/x'}"), YES},
	    {ALLOW("'NotPrincipal':{'AWS':'" OWN "'}"), YES},
	    {ALLOW("'Principal':'*','Condition':{'StringEquals':{'aws:PrincipalOrgID':'o-x'}}"), YES},
	    {ALLOW("'Principal':'*','Condition':{'StringEqualsIfExists':{'aws:SourceAccount':'" OWN "'}}"), YES},
	    {ALLOW("'Principal':'*','Condition':{'StringNotEquals':{'aws:SourceAccount':'" OWN "'}}"), YES},
	    {ALLOW("'Principal':'*','Condition':{'StringEquals':{'aws:SourceAccount':['" OWN "','" OTHER "']}}"), YES},
	    {ALLOW("'Principal':'*','Condition':{'StringEquals':{'aws:SourceAccount':[]}}"), YES},
	    {ALLOW("'Principal':'*','Condition':'x'"), YES},
	    {ALLOW("'Principal':{'AWS':'*'},'Condition':{'StringEquals':{'AWS:SourceOwner':'" OWN "'}}"), NO},
	    {ALLOW("'Principal':{'AWS':'*'},'Condition':{'StringEquals':{'kms:CallerAccount':'" OWN "'},'Bool':{'x':'y'}}"),
	     NO},
	    {ALLOW("'Principal':'*','Condition':{'ArnLike':{'aws:SourceArn':'arn:aws:sns:us-east-1:" OWN ":*'}}"), NO},
	    {ALLOW("'Principal':{'AWS':'arn:aws:iam::" OWN ":root'}"), NO},
	    {ALLOW("'Principal':{'AWS':'" OWN "'}"), NO},
	    {ALLOW("'Principal':{'AWS':'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1'}"), NO},
	    {ALLOW("'Principal':{'Service':'cloudtrail.amazonaws.com'}"), NO},
	    {ALLOW("'Principal':{'Federated':'arn:aws:iam::" OWN ":oidc-provider/x'}"), NO},
	    {ALLOW("'Principal':{'Federated':'cognito-identity.amazonaws.com'}"), NO},
	    {ALLOW("'Action':'s3:*','Resource':'*'"), NO},
	    {"{'Statement':{'Effect':'Deny','Principal':'*'}}", NO},
	    {"{'Statement':{'Effect':'Deny','NotPrincipal':{'AWS':'" OWN "'}}}", NO},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_answer(rows[i].text, rows[i].answer, lets_in);
}

static void what_is_no_text_and_no_object_is_unreadable(void **state)
{
	(void)state;
	static const char *const values[] = {"null", "7", "true", "[]", "[{'Statement':[]}]"};
	for (size_t i = 0; i < LENGTH(values); i++)
		assert_int_equal(ask(values[i], true, document_grants_all), UNREADABLE);
	SCOPED(document) struct document document;
	document_read(NULL, &document);
	assert_null(document.statements);
}

/* "[[[[...": the caller frees. */
static char *repeated(const char *begin, const char *piece, size_t times)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(4 << 20);
	strbuf_puts(&text, begin);
	for (size_t i = 0; i < times; i++)
		strbuf_puts(&text, piece);
	assert_false(text.overflowed);
	return strbuf_steal(&text);
}

static void hostile_documents_are_unreadable(void **state)
{
	(void)state;
	SCOPED(text) char *deep = repeated("{'Statement':", "[", 200000);
	SCOPED(text) char *long_one = repeated("{'Statement':[]}", "          ", 100000);
	SCOPED(text) char *percents = repeated("%", "%", 200000);
	const char *const texts[] = {deep, long_one, percents};
	for (size_t i = 0; i < LENGTH(texts); i++)
		assert_int_equal(ask(texts[i], false, document_grants_all), UNREADABLE);
}

static void a_walk_sees_every_value_of_a_real_request(void **state)
{
	(void)state;
	SCOPED(text) char *json = quoted("{'a':{'b':['x',{'c':'y'}],'d':{}},'e':[],'f':'z'}");
	SCOPED(json) cJSON *tree = cJSON_Parse(json);
	char seen[16] = "";
	struct json_walk walk = json_walk(tree);
	for (const cJSON *at; (at = json_walk_next(&walk));)
		if (cJSON_IsString(at))
			seen[strlen(seen)] = at->valuestring[0];
	assert_string_equal(seen, "xyz");
	walk = json_walk(NULL);
	assert_null(json_walk_next(&walk));
}

static void a_walk_ends_in_what_nests_deeper(void **state)
{
	(void)state;
	enum { LEVELS = 900 };
	SCOPED(text) char *open = repeated("", "[", LEVELS);
	SCOPED(text) char *json = repeated(open, "]", LEVELS);
	SCOPED(json) cJSON *tree = cJSON_Parse(json);
	assert_non_null(tree);
	size_t count = 0;
	struct json_walk walk = json_walk(tree);
	while (json_walk_next(&walk))
		count++;
	assert_int_equal(count, JSON_WALK_DEPTH + 1);
}

static void whose_account(void **state)
{
	(void)state;
	assert_true(is_own_account(OWN, &an_event));
	assert_true(is_own_account("arn:aws-us-gov:iam::" OWN ":role/x", &an_event));
	assert_false(is_own_account(OTHER, &an_event));
	assert_false(is_own_account(OWN "4", &an_event));
	assert_false(is_own_account("arn:aws:iam::" OTHER ":user/" OWN, &an_event));
	assert_false(is_own_account("arn:aws:organizations::" OWN ":organization/o-x", &an_event));
	assert_false(is_own_account("arn:aws:iam", &an_event));
	assert_false(is_own_account("*", &an_event));
	assert_false(is_own_account("", &an_event));
	struct event blank;
	event_blank(&blank);
	assert_false(is_own_account("", &blank));
	assert_false(is_own_account(OWN, &blank));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_allows_everything),
	    cmocka_unit_test(whom_a_policy_lets_in),
	    cmocka_unit_test(what_is_no_text_and_no_object_is_unreadable),
	    cmocka_unit_test(hostile_documents_are_unreadable),
	    cmocka_unit_test(a_walk_sees_every_value_of_a_real_request),
	    cmocka_unit_test(a_walk_ends_in_what_nests_deeper),
	    cmocka_unit_test(whose_account),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
