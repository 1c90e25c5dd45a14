/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads policy documents: whom do they let in, do they allow everything? A document
 * that nests, repeats itself or says what IAM's grammar does not know counts as
 * unreadable. Which calls carry one, and what follows, is for the predicates.
 */
#include "signal_documents.h"

#include <string.h>
#include <strings.h>

/* IAM allows 10,240 characters, CloudTrail keeps 100 KB of a request. */
enum { DOCUMENT_BYTES = 256 * 1024 };

/* ---- trees ---- */

static const cJSON *member_of(const cJSON *object, const char *name, size_t length)
{
	for (const cJSON *member = cJSON_IsObject(object) ? object->child : NULL; member; member = member->next)
		if (strncasecmp(member->string, name, length) == 0 && member->string[length] == '\0')
			return member;
	return NULL;
}

const cJSON *json_at(const cJSON *from, const char *path)
{
	for (size_t length; from && *path; path += length + (path[length] == '.')) {
		length = strcspn(path, ".");
		from = member_of(from, path, length);
	}
	return from;
}

struct json_walk json_walk(const cJSON *tree)
{
	return (struct json_walk){.next = tree ? tree->child : NULL};
}

const cJSON *json_walk_next(struct json_walk *walk)
{
	while (!walk->next && walk->depth > 0)
		walk->next = walk->stack[--walk->depth]->next;
	const cJSON *value = walk->next;
	if (!value)
		return NULL;
	if (value->child && walk->depth < JSON_WALK_DEPTH) {
		walk->stack[walk->depth++] = value;
		walk->next = value->child;
	} else {
		walk->next = value->next;
	}
	return value;
}

const char *json_some_text(const cJSON *value, text_fits *fits, const void *context)
{
	const cJSON *item = cJSON_IsArray(value) ? value->child : value;
	for (; item; item = cJSON_IsArray(value) ? item->next : NULL)
		if (cJSON_IsString(item) && fits(item->valuestring, context))
			return item->valuestring;
	return NULL;
}

/* ---- reading ---- */

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;
	return at ? (int)(at - digits) : -1;
}

static void percent_decode(const char *text, struct strbuf *out)
{
	for (; *text; text++) {
		int high = *text == '%' ? hex_digit(text[1]) : -1;
		int low = high >= 0 ? hex_digit(text[2]) : -1;
		strbuf_putc(out, low >= 0 ? (char)(high * 16 + low) : *text);
		text += low >= 0 ? 2 : 0;
	}
}

static cJSON *parse(const char *text)
{
	SCOPED(strbuf) struct strbuf json = STRBUF_INIT(DOCUMENT_BYTES);
	if (text[strspn(text, " \t\r\n")] == '%')
		percent_decode(text, &json);
	else
		strbuf_puts(&json, text);
	cJSON *tree = NULL;
	if (json.overflowed || json_read(strbuf_text(&json), json.length, &tree, NULL) != JSON_OK)
		return NULL;
	return tree;
}

/* Which of two AWS would follow is nothing to guess at. */
static bool says_once(const cJSON *object, const char *name)
{
	size_t times = 0;
	for (const cJSON *member = object->child; member; member = member->next)
		times += strcasecmp(member->string, name) == 0;
	return times <= 1;
}

static bool is_statement(const cJSON *item)
{
	static const char *const names[] = {"Effect",   "Principal",   "NotPrincipal", "Action",
	                                    "Resource", "NotResource", "NotAction",    "Condition"};
	if (!cJSON_IsObject(item))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (!says_once(item, names[i]))
			return false;
	const char *effect = cJSON_GetStringValue(json_at(item, "Effect"));
	return effect && (strcasecmp(effect, "Allow") == 0 || strcasecmp(effect, "Deny") == 0);
}

static bool are_statements(const cJSON *statements)
{
	if (!cJSON_IsArray(statements))
		return is_statement(statements);
	for (const cJSON *item = statements->child; item; item = item->next)
		if (!is_statement(item))
			return false;
	return true;
}

void document_read(const cJSON *item, struct document *ret_document)
{
	*ret_document = (struct document){.parsed = cJSON_IsString(item) ? parse(item->valuestring) : NULL};
	const cJSON *root = cJSON_IsString(item) ? ret_document->parsed : item;
	const cJSON *statements = json_at(root, "Statement");
	if (cJSON_IsObject(root) && says_once(root, "Statement") && are_statements(statements))
		ret_document->statements = statements;
}

static const cJSON *first_statement(const struct document *document)
{
	return cJSON_IsArray(document->statements) ? document->statements->child : document->statements;
}

static const cJSON *next_statement(const struct document *document, const cJSON *statement)
{
	return cJSON_IsArray(document->statements) ? statement->next : NULL;
}

static bool allows(const cJSON *statement)
{
	return strcasecmp(json_at(statement, "Effect")->valuestring, "Allow") == 0;
}

/* ---- everything ---- */

/* "*", "*:*", "**" */
static bool is_everything(const char *text, const void *context)
{
	(void)context;
	return strchr(text, '*') && text[strspn(text, "*:")] == '\0';
}

/* Who may do all of IAM's may give himself the rest. */
static bool is_every_action(const char *text, const void *context)
{
	return is_everything(text, context) || strcasecmp(text, "iam:*") == 0;
}

bool document_grants_all(const struct document *document)
{
	for (const cJSON *at = first_statement(document); at; at = next_statement(document, at)) {
		if (!allows(at))
			continue;
		bool acts = json_some_text(json_at(at, "Action"), is_every_action, NULL) || json_at(at, "NotAction");
		bool on_all = json_some_text(json_at(at, "Resource"), is_everything, NULL) || json_at(at, "NotResource");
		if (acts && on_all)
			return true;
	}
	return false;
}

/* ---- whom ---- */

/* The account of "arn:partition:service:region:ACCOUNT:...", else the whole text. */
static const char *account_in(const char *text, size_t *ret_length)
{
	const char *at = text;
	for (int colons = 0; strncmp(text, "arn:", 4) == 0 && colons < 4; colons++) {
		at = strchr(at, ':');
		if (!at)
			break;
		at++;
	}
	at = at ? at : "";
	*ret_length = strcspn(at, ":");
	return at;
}

static bool is_account(const char *account, const char *text, size_t length)
{
	return account[0] && strlen(account) == length && strncmp(account, text, length) == 0;
}

bool is_own_account(const char *text, const struct event *event)
{
	size_t length;
	const char *account = account_in(text, &length);
	if (strstr(text, ":organizations:")) /* names the account that leads, and means all of them */
		return false;
	return is_account(event->recipient_account, account, length) ||
	       is_account(event->identity.account_id, account, length);
}

static bool is_foreign(const char *text, const void *context)
{
	/* CloudFront's identities are made for one distribution of the same account */
	return !is_own_account(text, context) && !strstr(text, ":iam::cloudfront:");
}

static bool is_foreign_provider(const char *text, const void *context)
{
	return strncmp(text, "arn:", 4) == 0 && is_foreign(text, context);
}

/* Conditions whose one fulfilment keeps others out: values that are all of the own account. */
static bool confines(const cJSON *condition, const struct event *event)
{
	static const char *const keys[] = {"aws:SourceAccount", "aws:SourceOwner",   "aws:PrincipalAccount",
	                                   "aws:SourceArn",     "kms:CallerAccount", "aws:PrincipalArn"};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const cJSON *value = member_of(condition, keys[i], strlen(keys[i]));
		bool has_value = cJSON_IsString(value) || (cJSON_IsArray(value) && value->child);
		if (has_value && !json_some_text(value, is_foreign, event))
			return true;
	}
	return false;
}

/* "...IfExists" and the negated ones let in who does not bring the key. */
static bool is_confined(const cJSON *statement, const struct event *event)
{
	static const char *const operators[] = {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals",
	                                        "ArnLike"};
	const cJSON *condition = json_at(statement, "Condition");
	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
		if (confines(json_at(condition, operators[i]), event))
			return true;
	return false;
}

static const char *foreigner(const cJSON *principal, const struct event *event)
{
	if (cJSON_IsString(principal))
		return is_own_account(principal->valuestring, event) ? NULL : principal->valuestring;
	const char *text = json_some_text(json_at(principal, "AWS"), is_foreign, event);
	text = text ? text : json_some_text(json_at(principal, "CanonicalUser"), is_foreign, event);
	return text ? text : json_some_text(json_at(principal, "Federated"), is_foreign_provider, event);
}

bool document_lets_in(const struct document *document, const struct event *event, struct excerpt *ret_whom)
{
	for (const cJSON *at = first_statement(document); at; at = next_statement(document, at)) {
		if (!allows(at) || is_confined(at, event))
			continue;
		const char *whom = foreigner(json_at(at, "Principal"), event);
		if (!whom && json_at(at, "NotPrincipal"))
			whom = "everybody but NotPrincipal";
		if (!whom)
			continue;
		*ret_whom = excerpt(whom);
		return true;
	}
	return false;
}
