/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_H
#define EVENT_H
/*
 * Untrusted JSON -> struct event: only what is judged. Reads the shapes that
 * senders really post (EventBridge envelope, bare CloudTrail record, arrays,
 * {"Records":[...]}, an SQS record whose `body` is a JSON string, a CloudEvents `data`, the {"Events":[{"CloudTrailEvent":
 * "..."}]} of `aws cloudtrail lookup-events`) and survives
 * CloudTrail's wobbling types. Says nothing about root: that is the detector's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rootwatch/err.h"

struct cJSON;

enum tristate { TRISTATE_UNKNOWN, TRISTATE_NO, TRISTATE_YES };

/* userIdentity. Every text is NUL-terminated, "" when absent or null, borrowed from the batch. */
struct identity {
	bool present; /* there is a userIdentity object */
	const char *type, *arn, *account_id, *principal_id, *access_key_id, *user_name, *invoked_by;
	const char *issuer_type, *issuer_arn, *issuer_account_id; /* sessionContext.sessionIssuer */
	enum tristate mfa_authenticated;                          /* sessionContext.attributes.mfaAuthenticated */
	enum tristate assumed_root;                               /* sessionContext.assumedRoot */
};

/* One event. Every text as above. */
struct event {
	bool enveloped; /* an EventBridge envelope was around the record */
	const char *envelope_id, *detail_type, *envelope_source, *envelope_account, *replay_name;
	const char *detail_kind; /* detail.type: GuardDuty's finding type */
	struct identity identity;
	const char *event_id, *event_name, *event_source, *event_type, *region, *recipient_account;
	const char *source_ip, *user_agent, *error_code, *error_message;
	const char *event_time; /* as written */
	int64_t time_s;         /* UTC; 0 when absent or unreadable */
	enum tristate read_only;
	enum tristate from_console; /* sessionCredentialFromConsole */
	enum tristate mfa_used;     /* additionalEventData.MFAUsed, any letter case */
	const char *console_login;  /* responseElements.ConsoleLogin: Success, Failure */
	const struct cJSON *request_parameters, *response_elements,
	    *additional_data; /* borrowed; NULL when absent or null */
	/* Why the event cannot be trusted to mean one thing (nesting too deep, a name given twice, a wrong type or a broken
	 * text where the verdict hangs on it), one sentence without untrusted text longer than 64 bytes; "" when all is well. The rest is filled as far as it was readable. */
	char unreadable[160];
	char dedupe_key
	    [80]; /* FACTS: eventID/recipientAccountId, else envelope id, else sha256 of the element: "e:...", "v:...", "h:..."; long ids hashed */
};

struct event_batch {
	struct event *events;
	size_t count;
	void *trees; /* internal */
};

enum event_status {
	EVENT_OK,
	EVENT_NOT_JSON,     /* 400: err says where */
	EVENT_NOT_AN_EVENT, /* 422: err says which element and what is missing */
	EVENT_NO_MEMORY,    /* 503 */
};

/* Reads a request body (or a file): all elements or none. On EVENT_OK the caller owns the batch. */
enum event_status event_batch_read(const char *body, size_t length, struct event_batch *ret_batch, struct err *err);
void event_batch_done(struct event_batch *batch);
static inline void event_batch_scope(struct event_batch *batch)
{
	event_batch_done(batch);
}

/* An event that says nothing: every text "". */
void event_blank(struct event *ret_event);

/* "service:EventName" as policies and the tables of calls write it; cut when it does not fit. */
enum { EVENT_CALL_BYTES = 192 };
void event_call(const struct event *event, char ret_call[EVENT_CALL_BYTES]);

/* Did the call not succeed: an errorCode, or a sign-in page that answered Failure. */
bool event_failed(const struct event *event);

/* Was a second factor there? A long-lived key never has one. NO when the fields disagree. */
enum tristate event_mfa(const struct event *event);

/* requestParameters.NAME as text, "" when absent or no string. */
const char *event_parameter(const struct event *event, const char *name);

/* The twelve digits this event belongs to: recipientAccountId, else userIdentity.accountId, else the envelope's; or "". */
const char *event_account(const struct event *event);

#endif
