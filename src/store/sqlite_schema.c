/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema as steps from one version to the next (PRAGMA user_version). A step
 * that was released is never edited: a change is a new element at the end. The file
 * is marked as ours: https://www.sqlite.org/pragma.html#pragma_application_id
 */
#include "store/sqlite.h"

#include <stdio.h>

enum { APPLICATION_ID = 0x72747774 }; /* "rtwt" */

static const char version_1[] =
    "CREATE TABLE finding ("
    "	number INTEGER PRIMARY KEY," /* order of storing; what pages are cut by */
    "	id TEXT NOT NULL UNIQUE,"
    "	dedupe_key TEXT NOT NULL UNIQUE,"
    "	received_s INTEGER NOT NULL,"
    "	account TEXT NOT NULL,"
    "	verdict TEXT NOT NULL,"
    "	severity TEXT NOT NULL,"
    "	json TEXT NOT NULL" /* last: filters never read its overflow pages */
    ") STRICT;"
    "CREATE INDEX finding_received ON finding (received_s);"

    "CREATE TABLE delivery ("
    "	id INTEGER PRIMARY KEY,"
    "	finding INTEGER NOT NULL REFERENCES finding (number) ON DELETE CASCADE,"
    "	notifier TEXT NOT NULL,"
    "	state INTEGER NOT NULL DEFAULT 0,"
    "	attempts INTEGER NOT NULL DEFAULT 0,"
    "	created_ms INTEGER NOT NULL,"
    "	next_ms INTEGER NOT NULL,"
    "	settled_ms INTEGER NOT NULL DEFAULT 0,"
    "	detail TEXT NOT NULL DEFAULT '',"
    "	resume TEXT NOT NULL DEFAULT ''"
    ") STRICT;"
    "CREATE INDEX delivery_finding ON delivery (finding);"
    "CREATE INDEX delivery_waiting ON delivery (notifier, next_ms, created_ms) WHERE state = 0;"
    "CREATE INDEX delivery_dead ON delivery (notifier) WHERE state = 2;"

    "CREATE TABLE attempt ("
    "	delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,"
    "	number INTEGER NOT NULL,"
    "	at_ms INTEGER NOT NULL,"
    "	outcome INTEGER NOT NULL," /* the state it left the delivery in */
    "	detail TEXT NOT NULL,"
    "	PRIMARY KEY (delivery, number)"
    ") STRICT, WITHOUT ROWID;"

    /* One row, rewritten to see whether a write succeeds: with as much room as a large finding takes. */
    "CREATE TABLE probe (at_ms INTEGER NOT NULL, room BLOB NOT NULL) STRICT;"
    "INSERT INTO probe VALUES (0, x'');";

/* What is usual for root of each account; rewritten whole with the findings that change it. */
static const char version_2[] = "CREATE TABLE baseline (account TEXT NOT NULL PRIMARY KEY, json TEXT NOT NULL) STRICT;";

/* Announced root work; a revoked one stays until it is purged, for who looks back. */
static const char version_3[] = "CREATE TABLE expectation ("
                                "	number INTEGER PRIMARY KEY,"
                                "	id TEXT NOT NULL UNIQUE,"
                                "	account TEXT NOT NULL,"
                                "	reason TEXT NOT NULL,"
                                "	events TEXT NOT NULL,"
                                "	made_by TEXT NOT NULL,"
                                "	from_s INTEGER NOT NULL,"
                                "	until_s INTEGER NOT NULL,"
                                "	revoked_s INTEGER NOT NULL DEFAULT 0,"
                                "	revoked_by TEXT NOT NULL DEFAULT ''"
                                ") STRICT;"
                                "CREATE INDEX expectation_account ON expectation (account, until_s);";

/* Findings that become such at their time, unless what should have followed their event came. */
static const char version_4[] = "CREATE TABLE deferred ("
                                "	id INTEGER PRIMARY KEY,"
                                "	signal TEXT NOT NULL,"
                                "	due_s INTEGER NOT NULL,"
                                "	finding TEXT NOT NULL," /* the id that it will have */
                                "	dedupe_key TEXT NOT NULL UNIQUE,"
                                "	account TEXT NOT NULL,"
                                "	event_time_s INTEGER NOT NULL,"
                                "	received_s INTEGER NOT NULL,"
                                "	severity TEXT NOT NULL,"
                                "	verdict TEXT NOT NULL,"
                                "	actor TEXT NOT NULL,"
                                "	json TEXT NOT NULL"
                                ") STRICT;"
                                "CREATE INDEX deferred_due ON deferred (due_s);"
                                "CREATE INDEX deferred_account ON deferred (account);";

const char *const sqlite_schema[] = {version_1, version_2, version_3, version_4};
const int sqlite_schema_version = sizeof sqlite_schema / sizeof sqlite_schema[0];

static bool read_number(sqlite3 *db, const char *sql, int *ret_number, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	bool ok = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW;
	if (ok)
		*ret_number = sqlite3_column_int(statement, 0);
	else
		sqlite_error(db, err);
	sqlite3_finalize(statement);
	return ok;
}

/* Other programs count versions of their own: what has tables is ours only when it says so. */
static bool refuse_foreign(sqlite3 *db, struct err *err)
{
	int tables = 0, id = 0;
	if (!read_number(db, "SELECT count(*) FROM sqlite_schema", &tables, err) ||
	    !read_number(db, "PRAGMA application_id", &id, err))
		return false;
	return tables == 0 || id == APPLICATION_ID || err_set(err, "it is a database of another program");
}

static bool read_version(sqlite3 *db, int newest, int *ret_version, struct err *err)
{
	int version = 0;
	if (!refuse_foreign(db, err) || !read_number(db, "PRAGMA user_version", &version, err))
		return false;
	if (version > newest)
		return err_set(err,
		               "it was written by a newer rootwatch (schema version %d, this program knows up to %d): "
		               "run that one, or restore a backup",
		               version, newest);
	*ret_version = version;
	return true;
}

static bool run_step(sqlite3 *db, const char *step, int version, struct err *err)
{
	char end[96];
	snprintf(end, sizeof end, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", APPLICATION_ID, version);
	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, step, NULL, NULL, NULL) == SQLITE_OK && sqlite3_exec(db, end, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	sqlite_error(db, err);
	err_prefix(err, "bring the schema to version %d", version);
	if (!sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

bool sqlite_migrate(sqlite3 *db, const char *const *steps, int count, struct err *err)
{
	int version = 0;
	if (!read_version(db, count, &version, err))
		return false;
	for (; version < count; version++)
		if (!run_step(db, steps[version], version + 1, err))
			return false;
	return true;
}

bool sqlite_schema_check(sqlite3 *db, struct err *err)
{
	int version = 0;
	if (!read_version(db, sqlite_schema_version, &version, err))
		return false;
	if (version < sqlite_schema_version)
		return err_set(err, "its schema version %d is older than this program's %d: start `rootwatch serve` once",
		               version, sqlite_schema_version);
	return true;
}
