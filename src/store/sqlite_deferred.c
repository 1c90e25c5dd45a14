/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings that wait for what should follow their event: kept in the transaction of
 * the event's own finding, gone in that of the one that is told. Whether the answer
 * came is not known here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite.h"

bool sqlite_keep_deferred(struct sqlite_connection *writer, const struct deferred *deferred, struct err *err)
{
	const struct finding *finding = &deferred->finding;
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_ADD_DEFERRED];
	sqlite_bind(statement, 1, deferred->signal);
	sqlite3_bind_int64(statement, 2, deferred->due_s);
	sqlite_bind(statement, 3, finding->id);
	sqlite_bind(statement, 4, finding->dedupe_key);
	sqlite_bind(statement, 5, finding->account);
	sqlite3_bind_int64(statement, 6, finding->event_time_s);
	sqlite3_bind_int64(statement, 7, finding->received_s);
	sqlite_bind(statement, 8, severity_name(finding->severity));
	sqlite_bind(statement, 9, verdict_name(finding->verdict));
	sqlite_bind(statement, 10, actor_name(finding->actor));
	sqlite_bind(statement, 11, finding->json);
	sqlite3_bind_int(statement, 12, DEFERRED_MAX);
	return sqlite_run(writer, statement, err);
}

bool sqlite_forget_deferred(struct sqlite_connection *writer, int64_t deferred_id, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_FORGET_DEFERRED];
	sqlite3_bind_int64(statement, 1, deferred_id);
	return sqlite_run(writer, statement, err);
}

bool sqlite_drop_deferred(struct store *base, int64_t deferred_id, struct err *err)
{
	const struct sqlite_values values = {.first = deferred_id};
	int64_t changes;
	return sqlite_change(sqlite_store(base), STATEMENT_FORGET_DEFERRED, &values, &changes, err);
}

#define COPY(place, row, column) snprintf(place, sizeof(place), "%s", sqlite_text(row, column))

static bool read_row(sqlite3_stmt *row, struct deferred *ret_deferred, struct err *err)
{
	struct deferred deferred = {.id = sqlite3_column_int64(row, 11), .due_s = sqlite3_column_int64(row, 1)};
	struct finding *finding = &deferred.finding;
	COPY(deferred.signal, row, 0);
	COPY(finding->id, row, 2);
	COPY(finding->dedupe_key, row, 3);
	COPY(finding->account, row, 4);
	finding->event_time_s = sqlite3_column_int64(row, 5);
	finding->received_s = sqlite3_column_int64(row, 6);
	if (!severity_parse(sqlite_text(row, 7), &finding->severity) ||
	    !verdict_parse(sqlite_text(row, 8), &finding->verdict) || !actor_parse(sqlite_text(row, 9), &finding->actor))
		return err_set(err, "a deferred finding has no known severity, verdict or actor");
	finding->json = strdup(sqlite_text(row, 10));
	if (!finding->json)
		return err_set(err, "out of memory");
	*ret_deferred = deferred;
	return true;
}

static bool read_due(struct sqlite_connection *reader, int64_t now_s, struct deferred *ret_deferred, bool *ret_found,
                     struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = reader->statements[STATEMENT_READ_DEFERRED];
	sqlite3_bind_int64(statement, 1, now_s);
	enum sqlite_stepped stepped = sqlite_step(reader, statement, err);
	if (stepped == STEPPED_ERROR || (stepped == STEPPED_ROW && !read_row(statement, ret_deferred, err)))
		return false;
	*ret_found = stepped == STEPPED_ROW;
	return true;
}

bool sqlite_read_deferred(struct store *base, int64_t now_s, struct deferred *ret_deferred, bool *ret_found,
                          struct err *err)
{
	struct sqlite_connection *reader = &sqlite_store(base)->reader;
	pthread_mutex_lock(&reader->mutex);
	bool ok = read_due(reader, now_s, ret_deferred, ret_found, err);
	pthread_mutex_unlock(&reader->mutex);
	return ok;
}
