/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a judgement is called: title, who, next steps. Untrusted values are cut
 * and stripped of control characters; deciding anything is detector.c's.
 */
#include "detector_words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/excerpt.h"

/* More than five things to do are none at 3 a.m. */
enum { STEPS_SHOWN = 5 };
_Static_assert(STEPS_SHOWN <= (int)ALERT_STEPS_MAX, "an alert holds them");

static const char *const subjects[ACTOR_COUNT] = {
    [ACTOR_OTHER] = "Somebody who is not root",          [ACTOR_ROOT_USER] = "Root",
    [ACTOR_ROOT_FEDERATED] = "A session minted by root", [ACTOR_ASSUMED_ROOT] = "An AssumeRoot session",
    [ACTOR_AWS_SERVICE] = "An AWS service, for root,",   [ACTOR_UNAUTHENTICATED] = "Somebody not signed in",
};

static const char *subject(const struct event *event, enum actor actor)
{
	bool opens_session = actor == ACTOR_ASSUMED_ROOT && event->identity.assumed_root != TRISTATE_YES;
	return opens_session ? "Somebody" : subjects[actor];
}

/* Most events by far: no more words than needed. */
static void not_root_title(const struct event *event, const char *call, struct judgement *judgement)
{
	const char *what = event->event_name[0] ? call : event->detail_type;
	snprintf(judgement->title, sizeof judgement->title, "Not root%s%s", what[0] ? ": " : "", excerpt(what).text);
}

void detector_title(const struct event *event, struct judgement *judgement)
{
	const struct signal *worst = judgement->hit_count > 0 ? judgement->hits[0].signal : NULL;
	const char *title = worst ? worst->title : NULL;
	char call[EVENT_CALL_BYTES];
	event_call(event, call);
	if (judgement->verdict == VERDICT_NOT_ROOT) {
		not_root_title(event, call, judgement);
		return;
	}
	/* A sentence of its own says what failed; a verb does not. */
	bool needs_subject = !title || islower((unsigned char)title[0]);
	snprintf(judgement->title, sizeof judgement->title, "%s%s%s%s%s",
	         needs_subject ? subject(event, judgement->actor) : "", needs_subject ? " " : "", title ? title : "called ",
	         title ? "" : excerpt(call).text, needs_subject && event_failed(event) ? " (it failed)" : "");
}

static const char *mfa_words(const struct event *event)
{
	switch (event_mfa(event)) {
	case TRISTATE_YES: return ", with MFA";
	case TRISTATE_NO: return ", no MFA";
	case TRISTATE_UNKNOWN: break;
	}
	return "";
}

/* How root came in: a sign-in, a session, a key. */
static void root_who(const struct event *event, const char *what, char *who, size_t size)
{
	const char *key = event->identity.access_key_id;
	const char *how = "";
	if (event->console_login[0])
		how = ", console sign-in";
	else if (event->from_console == TRISTATE_YES)
		how = ", console session";
	else if (key[0])
		how = strncmp(key, "AKIA", 4) == 0 ? ", access key " : ", temporary credentials ";
	bool names_key = how[0] && how[strlen(how) - 1] == ' ';
	snprintf(who, size, "%s%s%s%s", what, how, names_key ? excerpt_key(key).text : "", mfa_words(event));
}

static void other_who(const struct event *event, const char *prefix, char *who, size_t size)
{
	const struct identity *identity = &event->identity;
	const char *name = identity->arn[0] ? identity->arn : identity->principal_id;
	snprintf(who, size, "%s%s%s%s", prefix, identity->type[0] ? excerpt(identity->type).text : "unknown identity",
	         name[0] ? " " : "", excerpt(name).text);
}

void detector_who(const struct event *event, struct judgement *judgement)
{
	char *who = judgement->who;
	size_t size = sizeof judgement->who;
	const char *service = event->identity.invoked_by[0] ? event->identity.invoked_by : event->source_ip;
	switch (judgement->actor) {
	case ACTOR_ROOT_USER:
		root_who(event, event->identity.present ? "root user" : "root user, as GuardDuty reports", who, size);
		break;
	case ACTOR_ROOT_FEDERATED: root_who(event, "federated session minted by root", who, size); break;
	case ACTOR_ASSUMED_ROOT:
		if (event->identity.assumed_root == TRISTATE_YES)
			root_who(event, "AssumeRoot session", who, size);
		else
			other_who(event, "opening a root session: ", who, size);
		break;
	case ACTOR_AWS_SERVICE: snprintf(who, size, "AWS service %s, for root", excerpt(service).text); break;
	case ACTOR_UNAUTHENTICATED: snprintf(who, size, "somebody not signed in"); break;
	case ACTOR_OTHER: other_who(event, "", who, size); break;
	}
}

static bool has_step(const struct judgement *judgement, const char *step)
{
	for (size_t i = 0; i < judgement->step_count; i++)
		if (strcmp(judgement->steps[i], step) == 0)
			return true;
	return false;
}

void detector_steps(struct judgement *judgement)
{
	judgement->step_count = 0;
	for (size_t i = 0; i < judgement->hit_count; i++) {
		const char *const *steps = judgement->hits[i].signal->steps;
		for (size_t k = 0; k < SIGNAL_STEPS_MAX && steps[k] && judgement->step_count < STEPS_SHOWN; k++)
			if (!has_step(judgement, steps[k]))
				judgement->steps[judgement->step_count++] = steps[k];
	}
}
