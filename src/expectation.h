/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPECTATION_H
#define EXPECTATION_H
/*
 * Root work that somebody announced: while it lasts, what it names is routine in that
 * account. A temporary rule, made by a command or a request, kept in the store.
 * Values, matching and words alone: pure, any thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "policy.h"
#include "rootwatch/err.h"
#include "rootwatch/strbuf.h"

enum {
	EXPECTATION_ID_BYTES = 32,
	EXPECTATION_REASON_MAX = 160, /* bytes: with who and when it still fits what every channel shows */
	EXPECTATION_EVENTS_MAX = 480, /* bytes of all patterns together */
	EXPECTATION_MAKER_MAX = 63,   /* as long as the name of a key */
	EXPECTATION_LONGEST_S = 7 * 24 * 60 * 60,
	EXPECTATIONS_MAX = 16, /* of one account at a time */
	EXPECTATION_TEXT_BYTES = 320,
};

struct expectation {
	char id[EXPECTATION_ID_BYTES]; /* "x-" and 26 characters */
	char account[16];              /* twelve digits */
	char reason[EXPECTATION_REASON_MAX + 1];
	char events[EXPECTATION_EVENTS_MAX + 1]; /* patterns as of policy_rule, parted by commas; "": any call */
	char made_by[EXPECTATION_MAKER_MAX + 1]; /* the key's name, or "command line" */
	char revoked_by[EXPECTATION_MAKER_MAX + 1];
	int64_t from_s, until_s; /* of the event's own time: from_s <= time < until_s */
	int64_t revoked_s;       /* 0: it was not */
};

/* What somebody asks for, as text. Absent: NULL. */
struct announcement {
	const char *account;        /* id or configured name */
	const char *length, *until; /* one of them: a duration, or RFC 3339 */
	const char *reason;         /* untrusted, one line */
	const char *const *events;  /* borrowed */
	size_t event_count;
	const char *made_by;
};

/* Everything but the id. False, with a sentence for whoever asked: something is missing or out of bounds. */
bool expectation_make(const struct announcement *wanted, const struct policy *policy, int64_t now_s,
                      struct expectation *ret_expectation, struct err *err);

enum expectation_state { EXPECTATION_ACTIVE, EXPECTATION_ENDED, EXPECTATION_REVOKED };
enum expectation_state expectation_state(const struct expectation *expectation, int64_t now_s);
const char *expectation_state_name(enum expectation_state state); /* active ended revoked */

/* NULL when it explains this event, else what does not hold ("events"). A revoked one explains nothing, whenever the
 * event happened. */
const char *expectation_fails(const struct expectation *expectation, const struct event *event);

/* Does an announcement allow this signal of the account's past? It is made for root that was silent for long and for
 * unusual hours; it does not vouch for an address, nor for a password that somebody guesses. */
bool expectation_allows(const char *signal);

/* "work announced by boss: \"quarterly payment\" (x-...)" */
void expectation_describe(const struct expectation *expectation, char ret_text[EXPECTATION_TEXT_BYTES]);

/* {"id","account","from","until","reason","events","made_by","state","revoked_at","revoked_by"} */
void expectation_print(const struct expectation *expectation, int64_t now_s, struct strbuf *out);

#endif
