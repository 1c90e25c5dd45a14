/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H
/*
 * The inside of the SQLite back end, shared by its files and store.c.
 *
 * Two connections, each under its own mutex: the writer for all that changes or
 * leases, the reader for listings, so that a long listing never delays a commit
 * (WAL lets them run side by side).
 */
#include <pthread.h>
#include <sqlite3.h>

#include "rootwatch/scope.h"
#include "store/sqlite_statement.h"
#include "store/store.h"

struct sqlite_connection {
	sqlite3 *db;
	pthread_mutex_t mutex; /* around every use of db and its statements */
	sqlite3_stmt *statements[STATEMENT_COUNT];
};

struct sqlite_store {
	struct store base;
	int lock_fd; /* STORE_SERVE: holds the lock that keeps a second server out; else -1 */
	struct sqlite_connection writer, reader;
};

/* `path` as in the url. NULL, with err, on failure. */
struct store *sqlite_open(const char *path, enum store_mode mode, struct err *err);

static inline struct sqlite_store *sqlite_store(struct store *store)
{
	return (struct sqlite_store *)store;
}

/* -- sqlite_schema.c */

/* One element leads from a schema version to the next: SQL, run in a transaction of its own. */
extern const char *const sqlite_schema[];
extern const int sqlite_schema_version; /* elements of sqlite_schema */

/* Brings an empty or older database to version `count`; refuses a newer one and a database that is not ours. */
bool sqlite_migrate(sqlite3 *db, const char *const *steps, int count, struct err *err);

/* True when the database has exactly this program's version. */
bool sqlite_schema_check(sqlite3 *db, struct err *err);

/* -- sqlite_connection.c */

/* The connection's last error as a sentence, with the operating system's reason where there is one. Returns false. */
bool sqlite_error(sqlite3 *db, struct err *err);

/* Opens an existing file, sets it up and prepares the statements of this side. sqlite_connection_done() also after a failure. */
bool sqlite_connection_open(struct sqlite_connection *connection, const char *path, struct err *err);
bool sqlite_connection_prepare(struct sqlite_connection *connection, enum sqlite_side side, struct err *err);
void sqlite_connection_done(struct sqlite_connection *connection);

/* Locks the writer and begins a transaction; on false nothing is held. sqlite_end() must follow a true. */
bool sqlite_begin(struct sqlite_store *store, struct err *err);

/* Commits when `ok`, else rolls back; unlocks. True when it was committed; err is set only by a failing commit. */
bool sqlite_end(struct sqlite_store *store, bool ok, struct err *err);

/* Runs a statement to its end, which must yield no rows. */
bool sqlite_run(struct sqlite_connection *connection, sqlite3_stmt *statement, struct err *err);

enum sqlite_stepped { STEPPED_ROW, STEPPED_END, STEPPED_ERROR };
enum sqlite_stepped sqlite_step(struct sqlite_connection *connection, sqlite3_stmt *statement, struct err *err);

/* The parameters of a change, in their order; the statement takes as many as it has. */
struct sqlite_values {
	int64_t first, second;
	const char *text;
};

/* One statement in a transaction of its own; *ret_changes rows were changed. */
bool sqlite_change(struct sqlite_store *store, enum sqlite_statement which, const struct sqlite_values *values,
                   int64_t *ret_changes, struct err *err);

/* Bound text must outlive the statement's use: it is not copied. NULL binds NULL. Binding such values cannot fail. */
static inline void sqlite_bind(sqlite3_stmt *statement, int place, const char *text)
{
	sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC);
}

/* A column's text, "" for NULL; borrowed until the next step. */
const char *sqlite_text(sqlite3_stmt *statement, int column);

/* SCOPED(statement): gives a kept statement back, ready for its next use. */
static inline void statement_scope(sqlite3_stmt **statement)
{
	sqlite3_reset(*statement);
	sqlite3_clear_bindings(*statement);
}

/* -- the operations, by file */

bool sqlite_commit(struct store *store, struct store_entry *entries, size_t count, struct err *err);
bool sqlite_keep_baselines(struct store *store, const struct store_baseline *baselines, size_t count, struct err *err);
bool sqlite_read_baseline(struct store *store, const char *account, struct strbuf *out, struct err *err);
bool sqlite_keep_expectation(struct sqlite_connection *writer, const struct expectation *expectation, struct err *err);
bool sqlite_read_expectations(struct store *store, const struct expectation_query *query,
                              struct expectation *ret_expectations, size_t maximum, size_t *ret_count, struct err *err);
bool sqlite_keep_deferred(struct sqlite_connection *writer, const struct deferred *deferred, struct err *err);
bool sqlite_forget_deferred(struct sqlite_connection *writer, int64_t deferred_id, struct err *err);
bool sqlite_read_deferred(struct store *store, int64_t now_s, struct deferred *ret_deferred, bool *ret_found,
                          struct err *err);
bool sqlite_drop_deferred(struct store *store, int64_t deferred_id, struct err *err);
bool sqlite_purge(struct store *store, int64_t received_before_s, int64_t *ret_count, struct err *err);
bool sqlite_probe(struct store *store, struct err *err);

bool sqlite_lease(struct store *store, const char *notifier, int64_t now_ms, int64_t until_ms, size_t maximum,
                  struct delivery *ret_deliveries, size_t *ret_count, struct err *err);
bool sqlite_settle(struct store *store, const struct settlement *settlement, struct err *err);
bool sqlite_release(struct store *store, int64_t delivery_id, struct err *err);
bool sqlite_next_due(struct store *store, const char *notifier, int64_t *ret_ms, struct err *err);
bool sqlite_expire(struct store *store, const char *notifier, int64_t created_before_ms, int64_t now_ms,
                   int64_t *ret_count, struct err *err);
bool sqlite_retry(struct store *store, int64_t delivery_id, int64_t now_ms, bool *ret_found, struct err *err);
bool sqlite_retry_dead(struct store *store, int64_t now_ms, int64_t *ret_count, struct err *err);

bool sqlite_list_findings(struct store *store, const struct store_page *page, struct strbuf *out, int64_t *ret_next,
                          struct err *err);
bool sqlite_list_deliveries(struct store *store, const struct store_page *page, struct strbuf *out, int64_t *ret_next,
                            struct err *err);
bool sqlite_show_finding(struct store *store, const char *id, struct strbuf *out, bool *ret_found, struct err *err);
bool sqlite_show_delivery(struct store *store, int64_t id, struct strbuf *out, bool *ret_found, struct err *err);
bool sqlite_depths(struct store *store, struct store_depth *ret_rows, size_t maximum, size_t *ret_count,
                   struct err *err);

#endif
