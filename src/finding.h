/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FINDING_H
#define FINDING_H
/*
 * A finding: a judged event in the form that is stored, listed, answered and told.
 * Its JSON is the one truth (the store keeps it, the API shows it, SNS sends it);
 * the alert that notifiers read and the RESULT that the sender gets are views of it.
 * Pure apart from memory.
 *
 * The JSON, every key always, in this order:
 *   finding_id drill notice verdict severity actor title event_id account account_name who failed explanation
 *   event { name source region id time type read_only mfa source_ip user_agent error_code error_message identity_type
 *           identity_arn access_key_id request_parameters request_parameters_omitted }
 *   signals [{ id severity technique reason }] steps [] console_url received_at received_by late_s
 * Times are RFC 3339 in UTC, "" when unknown; read_only and mfa are null when unknown; request_parameters is null when
 * there are none, or when they are over 4 KiB or nest over 32 levels (then request_parameters_omitted is true).
 */
#include <stdint.h>

#include "detector.h"
#include "rootwatch/alert.h"
#include "rootwatch/err.h"

enum { FINDING_ID_BYTES = 32 };

/* What is known besides the event itself. */
struct receipt {
	int64_t received_s;   /* UTC */
	const char *key_name; /* the API key that posted it */
};

struct finding {
	char id[FINDING_ID_BYTES]; /* "f-" and 26 characters that sort by time of receipt */
	char dedupe_key[80];
	char account[16];
	int64_t event_time_s, received_s;
	enum severity severity;
	enum verdict verdict;
	enum actor actor;
	char *json; /* owned; one line */
};

/* `id_random`: 10 random bytes. False (out of memory) leaves *ret_finding empty. */
bool finding_build(const struct event *event, const struct judgement *judgement, const struct policy *policy,
                   const struct receipt *receipt, const unsigned char id_random[10], struct finding *ret_finding,
                   struct err *err);
void finding_done(struct finding *finding);

/* An alert over a finding's JSON, with the memory it borrows. */
struct finding_alert {
	struct alert alert;
	void *memory;
};
bool finding_alert_read(const char *json, struct finding_alert *ret_alert, struct err *err);
void finding_alert_done(struct finding_alert *alert);
static inline void finding_alert_scope(struct finding_alert *alert)
{
	finding_alert_done(alert);
}

/* Appends the RESULT object (DESIGN 3) of a judged event. finding_id NULL: not stored. notify NULL: the key is left out (scan). */
void finding_result(const struct event *event, const struct judgement *judgement, const char *finding_id,
                    const char *const *notify, size_t notify_count, struct strbuf *out);

/* The same of an event that this scan has seen before: duplicate true, and like there no notify. */
void finding_result_repeated(const struct event *event, const struct judgement *judgement, struct strbuf *out);

/* Appends the RESULT of a repeated event, from the finding stored first: duplicate true, notify []. */
bool finding_result_duplicate(const char *stored_json, struct strbuf *out, struct err *err);

/* The link to this event in the CloudTrail console; "" unless region and event id are of the expected shape. */
void finding_console_url(const char *region, const char *event_id, struct strbuf *out);

/* Something that rootwatch was told, not an event: a finding of severity info and verdict routine about one account. */
struct notice {
	const char *title, *account, *account_name, *who;
	struct alert_signal signals[2];
	const char *step;
	const char *dedupe_key;
	const char *told_by; /* a key's name, or "command line" */
	int64_t at_s;
};
bool finding_notice(const struct notice *notice, const unsigned char id_random[10], struct finding *ret_finding,
                    struct err *err);

/* Its id before it is built: what a notice says may name it. */
void finding_make_id(int64_t time_s, const unsigned char id_random[10], char ret_id[FINDING_ID_BYTES]);

/* The marked DRILL that `notify --test` sends: a finding about account 000000000000. Critical, so that no filter on
 * severity, ours or a subscription's, hides that the way is open; `drill` is true in its JSON. */
bool finding_drill(int64_t now_s, const unsigned char id_random[10], struct finding *ret_finding, struct err *err);

#endif
