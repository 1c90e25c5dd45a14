/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_ALERT_H
#define ROOTWATCH_ALERT_H
/*
 * What a notifier may say: one finding, ready to be told to a person. Every
 * string is NUL-terminated valid UTF-8 and never NULL ("" when unknown), and
 * everything that came out of an event is UNTRUSTED: escape it for the channel.
 * A value that borrows: it lives as long as the call it was given to.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rootwatch/strbuf.h"

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };
enum { SEVERITY_COUNT = 5 };

enum verdict { VERDICT_NOT_ROOT, VERDICT_SERVICE, VERDICT_ROUTINE, VERDICT_ANOMALY };
enum { VERDICT_COUNT = 4 };

enum actor {
	ACTOR_OTHER,
	ACTOR_ROOT_USER,
	ACTOR_ROOT_FEDERATED,
	ACTOR_ASSUMED_ROOT,
	ACTOR_AWS_SERVICE,
	ACTOR_UNAUTHENTICATED
};
enum { ACTOR_COUNT = 6 };

enum { ALERT_SIGNALS_MAX = 64, ALERT_STEPS_MAX = 8 };

struct alert_signal {
	const char *id;        /* trusted: a row of the signal table */
	const char *technique; /* trusted: MITRE ATT&CK, "T1078.004", or "" */
	const char *reason;
	enum severity severity;
};

struct alert {
	bool drill;             /* a test: say so first, everywhere */
	bool notice;            /* not about an event: something that rootwatch itself was told */
	const char *finding_id; /* trusted: [A-Za-z0-9_-]{1,64} */
	enum verdict verdict;
	enum severity severity;
	enum actor actor;
	const char *title;        /* one line: "Root signed in to the console without MFA" */
	const char *account_id;   /* twelve digits when known */
	const char *account_name; /* trusted: from the configuration; "" when unnamed */
	const char *event_id;
	const char *event_name;   /* ConsoleLogin */
	const char *event_source; /* signin.amazonaws.com */
	const char *region;
	bool failed;            /* the call did not succeed */
	const char *error_code; /* why, when failed */
	const char *error_message;
	const char *who; /* one line: "root user, console session, with MFA", "root user, access key AKIA...4XYZ" */
	const char *source_ip;
	const char *user_agent;
	int64_t event_time_s;                           /* UTC; 0: unknown */
	int64_t received_time_s;                        /* UTC */
	int64_t late_s;                                 /* how much later than usual it arrived; 0: in time */
	const char *explanation;                        /* what made it routine: "routine rule \"yearly drill\"", or "" */
	const char *received_by;                        /* name of the API key that posted it */
	struct alert_signal signals[ALERT_SIGNALS_MAX]; /* worst first */
	size_t signal_count;
	const char *steps[ALERT_STEPS_MAX]; /* trusted: what to do next */
	size_t step_count;
	const char *console_url; /* trusted: https, escaped; "" when the region is unknown */
	const char *json;        /* the whole finding as one JSON object */
};

const char *severity_name(enum severity severity); /* "critical" */
const char *verdict_name(enum verdict verdict);    /* "anomaly" */
const char *actor_name(enum actor actor);          /* "root_user" */
bool severity_parse(const char *name, enum severity *ret_severity);
bool verdict_parse(const char *name, enum verdict *ret_verdict);
bool actor_parse(const char *name, enum actor *ret_actor);

/* One line, at most `limit` bytes, no control characters: "[CRITICAL] prod 111122223333: Root signed in ...". A drill says DRILL first. */
void alert_render_subject(const struct alert *alert, size_t limit, struct strbuf *out);

/* "prod (111122223333)", "111122223333", or "unknown account" */
void alert_render_account(const struct alert *alert, struct strbuf *out);

/* "2026-11-24 03:55:01 UTC" and "2026-11-24 03:55:01 UTC (4 minutes ago)"; "unknown" for 0 */
void alert_render_time(int64_t time_s, struct strbuf *out);
void alert_render_time_ago(int64_t time_s, int64_t now_s, struct strbuf *out);

/* What every channel tells, in this order, each as a label and a value of one line. */
enum alert_fact {
	FACT_DRILL,
	FACT_VERDICT,
	FACT_ACCOUNT,
	FACT_CALL,
	FACT_WHO,
	FACT_FROM,
	FACT_AGENT,
	FACT_WHEN,
	FACT_COUNT
};
enum { FACT_BYTES = 720 };

const char *alert_fact_label(enum alert_fact fact); /* "Verdict" */

/* Nothing when this alert has nothing to say to it, at most FACT_BYTES else. No control characters; still UNTRUSTED: escape it. */
void alert_render_fact(const struct alert *alert, enum alert_fact fact, int64_t now_s, struct strbuf *out);

/* A signal: "critical: ConsoleLogin succeeded and MFAUsed is No (T1078.004)". As above. */
enum { REASON_BYTES = 400 };
void alert_render_reason(const struct alert_signal *signal, struct strbuf *out);

/* How many signals to show; the finding holds them all. */
enum { ALERT_SIGNALS_SHOWN = 6 };
static inline size_t alert_signals_shown(const struct alert *alert)
{
	return alert->signal_count < ALERT_SIGNALS_SHOWN ? alert->signal_count : ALERT_SIGNALS_SHOWN;
}

/* "finding f-..., event 8a7b...": what to look it up by. As above. */
void alert_render_ids(const struct alert *alert, struct strbuf *out);

/* The alert as a person reads it in plain text, lines of at most 100 columns where the content allows, LF line ends.
 * Pure: `now_s` (UTC) is for "how long ago". Control characters in untrusted text become U+FFFD. */
void alert_render_text(const struct alert *alert, int64_t now_s, struct strbuf *out);

#endif
