/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_RECORD_H
#define EVENT_RECORD_H
/* The fields of one CloudTrail record, and of the envelope around it, into a struct event. For event.c. */
#include "base/json.h"
#include "event.h"

/* Fills *ret_event except for its dedupe_key. Texts are borrowed from the trees, in which account numbers that came as
 * numbers become texts. `envelope` NULL: a bare record. Both NULL: every field empty. */
void event_record_read(cJSON *envelope, cJSON *record, struct event *ret_event);

/* Notes why the event cannot be trusted to mean one thing; what was noted first stays. */
void event_doubt(struct event *event, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Does some name stand twice in `object`? Then the event is in doubt. `what` names the object. */
void event_doubt_duplicates(struct event *event, const cJSON *object, const char *what);

#endif
