/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FINDING_JSON_H
#define FINDING_JSON_H
/* Pieces of JSON that findings and RESULTs are made of, for finding*.c. */
#include "rootwatch/alert.h"

/* ,"key": (without the comma at the start of an object) */
void finding_put_key(struct strbuf *out, const char *key);

/* A text member, cut to `limit` bytes on a character boundary. */
void finding_put_text(struct strbuf *out, const char *key, const char *text, size_t limit);

/* The member "signals"; a finding's say their technique too. */
void finding_put_signals(struct strbuf *out, const struct alert *alert, bool with_technique);

/* A whole RESULT; see finding_result(). Reads of the alert: event_id, account_id, actor, verdict, severity, title, signals. */
void finding_put_result(struct strbuf *out, const struct alert *alert, const char *finding_id, bool duplicate,
                        const char *const *notify, size_t notify_count);

#endif
