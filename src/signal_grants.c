/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who was given power, or was trusted: administrators' policies attached, documents
 * that allow everything, roles that others may take on. Pure.
 */
#include <string.h>

#include "base/excerpt.h"
#include "base/parse.h"
#include "calls.h"
#include "signal_checks.h"
#include "signal_documents.h"

/* A policy of AWS's own by whose name everything can be reached, in any partition. */
static bool is_administrators(const char *arn)
{
	static const char *const patterns[] = {
	    "arn:aws*:iam::aws:policy/AdministratorAccess",
	    "arn:aws*:iam::aws:policy/IAMFullAccess",
	    "arn:aws*:iam::aws:policy/PowerUserAccess",
	};
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
		if (wildcard_match(patterns[i], arn))
			return true;
	return false;
}

static bool attaches_administrators(const struct act *act, const char *name, struct signal_hit *hit)
{
	const char *arn = event_parameter(act->event, name);
	return is_administrators(arn) && signal_holds(hit, "eventName is %s and requestParameters.%s is \"%s\"",
	                                              excerpt(act->event->event_name).text, name, excerpt(arn).text);
}

static bool writes_administrators(const struct act *act, const char *name, struct signal_hit *hit)
{
	SCOPED(document) struct document document;
	document_read(json_at(act->event->request_parameters, name), &document);
	if (!document.statements)
		return signal_holds(hit, "requestParameters.%s is no policy that can be read: it may allow everything", name);
	return document_grants_all(&document) &&
	       signal_holds(hit, "eventName is %s and requestParameters.%s allows every action on every resource",
	                    excerpt(act->event->event_name).text, name);
}

bool check_admin_granted(const struct act *act, struct signal_hit *hit)
{
	static const struct {
		const char *call, *parameter;
		bool (*grants)(const struct act *act, const char *parameter, struct signal_hit *hit);
	} rows[] = {
	    {"iam:Attach*Policy", "policyArn", attaches_administrators},
	    {"iam:Put*Policy", "policyDocument", writes_administrators},
	    {"iam:CreatePolicy*", "policyDocument", writes_administrators},
	    {"sso:AttachManagedPolicyToPermissionSet", "managedPolicyArn", attaches_administrators},
	    {"sso:PutInlinePolicyToPermissionSet", "inlinePolicy", writes_administrators},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (wildcard_match(rows[i].call, act->call))
			return rows[i].grants(act, rows[i].parameter, hit);
	return false;
}

/* What else changes whom the account trusts says so by its name; a new role only when others may take it on. */
static bool new_role_trusts(const struct act *act, const struct document *document, struct signal_hit *hit)
{
	static const char name[] = "assumeRolePolicyDocument";
	struct excerpt whom;
	if (!json_at(act->event->request_parameters, name))
		return false;
	if (!document->statements)
		return signal_holds(hit, "requestParameters.%s is no policy that can be read: it may trust anybody", name);
	return document_lets_in(document, act->event, &whom) &&
	       signal_holds(hit, "eventName is CreateRole, and requestParameters.%s trusts \"%s\"", name, whom.text);
}

bool check_trust(const struct act *act, struct signal_hit *hit)
{
	bool is_new_role = strcmp(act->event->event_name, "CreateRole") == 0;
	const char *name = is_new_role ? "assumeRolePolicyDocument" : "policyDocument";
	SCOPED(document) struct document document;
	document_read(json_at(act->event->request_parameters, name), &document);
	if (is_new_role)
		return new_role_trusts(act, &document, hit);
	struct excerpt whom;
	if (document.statements && document_lets_in(&document, act->event, &whom))
		signal_holds(hit, "eventName is %s, and requestParameters.%s trusts \"%s\", not of this account",
		             excerpt(act->event->event_name).text, name, whom.text);
	return true;
}
