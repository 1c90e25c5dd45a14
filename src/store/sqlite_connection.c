/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections to the SQLite file: settings, kept statements, transactions and
 * error sentences. Knows no table.
 */
#include <string.h>

#include "store/sqlite.h"

enum {
	/* Another process (`rootwatch outbox retry`) may hold the write lock for a moment; senders wait 5 s in all. */
	BUSY_TIMEOUT_MS = 3000,
};

/* The log file shrinks to 64 MiB after a burst made it larger. A lease must never cost disk: temporary tables in memory. */
static const char settings[] = "PRAGMA synchronous = FULL;"
                               "PRAGMA foreign_keys = ON;"
                               "PRAGMA temp_store = MEMORY;"
                               "PRAGMA journal_size_limit = 67108864;"
                               "PRAGMA trusted_schema = OFF;";

bool sqlite_error(sqlite3 *db, struct err *err)
{
	int primary = sqlite3_errcode(db) & 0xff;
	int system = sqlite3_system_errno(db);
	const char *reason = strerrordesc_np(system);
	bool by_system = primary == SQLITE_IOERR || primary == SQLITE_FULL || primary == SQLITE_CANTOPEN;
	if (by_system && system != 0 && reason)
		return err_set(err, "%s (%s)", sqlite3_errmsg(db), reason);
	return err_set(err, "%s", sqlite3_errmsg(db));
}

bool sqlite_connection_open(struct sqlite_connection *connection, const char *path, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	if (sqlite3_open_v2(path, &connection->db, flags, NULL) != SQLITE_OK)
		return connection->db ? sqlite_error(connection->db, err) : err_set(err, "out of memory");
	sqlite3_extended_result_codes(connection->db, 1);
	sqlite3_busy_timeout(connection->db, BUSY_TIMEOUT_MS);
	return sqlite3_exec(connection->db, settings, NULL, NULL, NULL) == SQLITE_OK || sqlite_error(connection->db, err);
}

bool sqlite_connection_prepare(struct sqlite_connection *connection, enum sqlite_side side, struct err *err)
{
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		if (sqlite_statements[i].side == side &&
		    sqlite3_prepare_v3(connection->db, sqlite_statements[i].sql, -1, SQLITE_PREPARE_PERSISTENT,
		                       &connection->statements[i], NULL) != SQLITE_OK)
			return sqlite_error(connection->db, err);
	return true;
}

void sqlite_connection_done(struct sqlite_connection *connection)
{
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(connection->statements[i]);
	sqlite3_close(connection->db);
	pthread_mutex_destroy(&connection->mutex);
}

enum sqlite_stepped sqlite_step(struct sqlite_connection *connection, sqlite3_stmt *statement, struct err *err)
{
	switch (sqlite3_step(statement)) {
	case SQLITE_ROW: return STEPPED_ROW;
	case SQLITE_DONE: return STEPPED_END;
	default: sqlite_error(connection->db, err); return STEPPED_ERROR;
	}
}

bool sqlite_run(struct sqlite_connection *connection, sqlite3_stmt *statement, struct err *err)
{
	return sqlite_step(connection, statement, err) == STEPPED_END;
}

const char *sqlite_text(sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	return text ? (const char *)text : "";
}

static bool run_plain(struct sqlite_connection *connection, enum sqlite_statement which, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = connection->statements[which];
	return sqlite_run(connection, statement, err);
}

bool sqlite_begin(struct sqlite_store *store, struct err *err)
{
	pthread_mutex_lock(&store->writer.mutex);
	if (run_plain(&store->writer, STATEMENT_BEGIN, err))
		return true;
	pthread_mutex_unlock(&store->writer.mutex);
	return false;
}

bool sqlite_end(struct sqlite_store *store, bool ok, struct err *err)
{
	bool committed = ok && run_plain(&store->writer, STATEMENT_COMMIT, err);
	/* Some errors (a full disk) have already rolled back. */
	if (!committed && !sqlite3_get_autocommit(store->writer.db))
		run_plain(&store->writer, STATEMENT_ROLLBACK, NULL);
	pthread_mutex_unlock(&store->writer.mutex);
	return committed;
}

static bool run_change(struct sqlite_connection *writer, enum sqlite_statement which,
                       const struct sqlite_values *values, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[which];
	int places = sqlite3_bind_parameter_count(statement);
	if (places >= 1)
		sqlite3_bind_int64(statement, 1, values->first);
	if (places >= 2)
		sqlite3_bind_int64(statement, 2, values->second);
	if (places >= 3)
		sqlite_bind(statement, 3, values->text);
	return sqlite_run(writer, statement, err);
}

bool sqlite_change(struct sqlite_store *store, enum sqlite_statement which, const struct sqlite_values *values,
                   int64_t *ret_changes, struct err *err)
{
	if (!sqlite_begin(store, err))
		return false;
	bool ok = run_change(&store->writer, which, values, err);
	int64_t changes = sqlite3_changes64(store->writer.db);
	if (!sqlite_end(store, ok, err))
		return false;
	*ret_changes = changes;
	return true;
}
