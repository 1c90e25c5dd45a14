/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Announced root work in the SQLite store: written in the transaction of the notice
 * that tells of it, read by whoever judges an event. What it explains is
 * expectation.c's.
 */
#include <stdio.h>

#include "store/sqlite.h"

/* A new one is added whole; of one that is revoked, when and by whom. */
bool sqlite_keep_expectation(struct sqlite_connection *writer, const struct expectation *expectation, struct err *err)
{
	bool revoked = expectation->revoked_s > 0;
	SCOPED(statement)
	sqlite3_stmt *statement = writer->statements[revoked ? STATEMENT_REVOKE_EXPECTATION : STATEMENT_ADD_EXPECTATION];
	sqlite_bind(statement, 1, expectation->id);
	if (!revoked) {
		sqlite_bind(statement, 2, expectation->account);
		sqlite_bind(statement, 3, expectation->reason);
		sqlite_bind(statement, 4, expectation->events);
		sqlite_bind(statement, 5, expectation->made_by);
		sqlite3_bind_int64(statement, 6, expectation->from_s);
		sqlite3_bind_int64(statement, 7, expectation->until_s);
	}
	sqlite3_bind_int64(statement, 8, expectation->revoked_s);
	sqlite_bind(statement, 9, expectation->revoked_by);
	return sqlite_run(writer, statement, err);
}

#define COPY(place, row, column) snprintf(place, sizeof(place), "%s", sqlite_text(row, column))

static void read_row(sqlite3_stmt *row, struct expectation *ret_expectation)
{
	*ret_expectation = (struct expectation){
	    .from_s = sqlite3_column_int64(row, 5),
	    .until_s = sqlite3_column_int64(row, 6),
	    .revoked_s = sqlite3_column_int64(row, 7),
	};
	COPY(ret_expectation->id, row, 0);
	COPY(ret_expectation->account, row, 1);
	COPY(ret_expectation->reason, row, 2);
	COPY(ret_expectation->events, row, 3);
	COPY(ret_expectation->made_by, row, 4);
	COPY(ret_expectation->revoked_by, row, 8);
}

static bool read_rows(struct sqlite_connection *reader, const struct expectation_query *query,
                      struct expectation *expectations, size_t maximum, size_t *count, struct err *err)
{
	SCOPED(statement)
	sqlite3_stmt *statement = reader->statements[query->at_s > 0 ? STATEMENT_EXPECTED : STATEMENT_LIST_EXPECTATIONS];
	sqlite_bind(statement, 1, query->id);
	sqlite_bind(statement, 2, query->account);
	sqlite3_bind_int64(statement, 3, query->at_s);
	sqlite3_bind_int64(statement, 4, (int64_t)maximum);
	enum sqlite_stepped stepped;
	while ((stepped = sqlite_step(reader, statement, err)) == STEPPED_ROW)
		read_row(statement, &expectations[(*count)++]);
	return stepped == STEPPED_END;
}

bool sqlite_read_expectations(struct store *base, const struct expectation_query *query,
                              struct expectation *ret_expectations, size_t maximum, size_t *ret_count, struct err *err)
{
	struct sqlite_connection *reader = &sqlite_store(base)->reader;
	size_t count = 0;
	pthread_mutex_lock(&reader->mutex);
	bool ok = read_rows(reader, query, ret_expectations, maximum, &count, err);
	pthread_mutex_unlock(&reader->mutex);
	if (ok)
		*ret_count = count;
	return ok;
}
