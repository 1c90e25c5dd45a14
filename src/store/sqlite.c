/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The embedded store: one SQLite file. Opening it, keeping a second server out,
 * and committing findings. Durability is SQLite's: WAL with synchronous=FULL, so
 * COMMIT returns after fsync. Pages that a purge frees are used again by what
 * comes; the file keeps its size and is never rewritten.
 */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	PURGE_BATCH = 1000, /* findings a call: commits wait for it some 10 ms, not seconds */
	STORE_FILE_MODE = 0600,
};

static void sqlite_close(struct store *store);

static const struct store_ops operations = {
    .commit = sqlite_commit,
    .read_baseline = sqlite_read_baseline,
    .read_expectations = sqlite_read_expectations,
    .read_deferred = sqlite_read_deferred,
    .drop_deferred = sqlite_drop_deferred,
    .keep_baselines = sqlite_keep_baselines,
    .lease = sqlite_lease,
    .settle = sqlite_settle,
    .release = sqlite_release,
    .next_due = sqlite_next_due,
    .expire = sqlite_expire,
    .retry = sqlite_retry,
    .retry_dead = sqlite_retry_dead,
    .purge = sqlite_purge,
    .list_findings = sqlite_list_findings,
    .list_deliveries = sqlite_list_deliveries,
    .show_finding = sqlite_show_finding,
    .show_delivery = sqlite_show_delivery,
    .depths = sqlite_depths,
    .probe = sqlite_probe,
    .close = sqlite_close,
};

/* -- opening */

/* A lock on a file of its own beside the database: SQLite's own locks are taken and dropped by every process that reads,
 * and opening the database file a second time to lock it would drop SQLite's when it is closed (POSIX). The kernel
 * drops a flock with its process. The file stays: removing it would let two servers lock two files. */
static bool take_lock(struct sqlite_store *store, const char *path, struct err *err)
{
	SCOPED(text) char *lock_path = NULL;
	if (asprintf(&lock_path, "%s.lock", path) < 0)
		return err_set(err, "out of memory");
	store->lock_fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, STORE_FILE_MODE);
	if (store->lock_fd < 0)
		return err_set(err, "create %s: %s", lock_path, strerrordesc_np(errno));
	if (flock(store->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno == EWOULDBLOCK)
		return err_set(err, "another rootwatch is serving from it");
	return err_set(err, "lock %s: %s", lock_path, strerrordesc_np(errno));
}

/* SQLite would create it readable for all; the files it adds take over the mode of this one. */
static bool create_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, STORE_FILE_MODE);
	if (fd < 0 && errno != EEXIST)
		return err_set(err, "create it: %s", strerrordesc_np(errno));
	if (fd >= 0)
		close(fd);
	return true;
}

static bool check_file(const char *path, struct err *err)
{
	struct stat status;
	if (stat(path, &status) != 0)
		return err_set(err, "%s", strerrordesc_np(errno));
	if (!S_ISREG(status.st_mode))
		return err_set(err, "it is not a file");
	if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0)
		return err_set(err, "it cannot be read and written: %s", strerrordesc_np(errno));
	return true;
}

static bool use_wal(sqlite3 *db, struct err *err)
{
	sqlite3_stmt *statement = NULL;
	bool answered = sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &statement, NULL) == SQLITE_OK &&
	                sqlite3_step(statement) == SQLITE_ROW;
	bool ok = answered && strcmp(sqlite_text(statement, 0), "wal") == 0;
	if (!answered)
		sqlite_error(db, err);
	else if (!ok)
		err_set(err, "its file system does not support write-ahead logging: put it on a local disk");
	sqlite3_finalize(statement);
	return ok;
}

static bool prepare_schema(struct sqlite_store *store, enum store_mode mode, struct err *err)
{
	sqlite3 *db = store->writer.db;
	if (mode == STORE_INSPECT)
		return sqlite_schema_check(db, err);
	return sqlite_migrate(db, sqlite_schema, sqlite_schema_version, err) && use_wal(db, err);
}

/* Leases live with the writer's connection, not in the file: taking one costs no fsync, and a restart ends them all. What a
 * lost lease could do, sending twice, needs the process to have died between send and settle: then it is due anyway. */
static const char lease_table[] =
    "CREATE TEMP TABLE lease (delivery INTEGER PRIMARY KEY, until_ms INTEGER NOT NULL) STRICT";

static bool open_all(struct sqlite_store *store, const char *path, enum store_mode mode, struct err *err)
{
	if (*path == '\0' || *path == ':')
		return err_set(err, "the url names no file");
	if (mode == STORE_SERVE && (!take_lock(store, path, err) || !create_file(path, err)))
		return false;
	if (!check_file(path, err) || !sqlite_connection_open(&store->writer, path, err) ||
	    !prepare_schema(store, mode, err))
		return false;
	if (sqlite3_exec(store->writer.db, lease_table, NULL, NULL, NULL) != SQLITE_OK)
		return sqlite_error(store->writer.db, err);
	return sqlite_connection_prepare(&store->writer, SIDE_WRITER, err) &&
	       sqlite_connection_open(&store->reader, path, err) &&
	       sqlite_connection_prepare(&store->reader, SIDE_READER, err);
}

struct store *sqlite_open(const char *path, enum store_mode mode, struct err *err)
{
	struct sqlite_store *store = calloc(1, sizeof *store);
	if (!store) {
		err_set(err, "out of memory");
		return NULL;
	}
	store->base.ops = &operations;
	store->lock_fd = -1;
	pthread_mutex_init(&store->writer.mutex, NULL);
	pthread_mutex_init(&store->reader.mutex, NULL);
	if (open_all(store, path, mode, err))
		return &store->base;
	err_prefix(err, "open store %s", path);
	sqlite_close(&store->base);
	return NULL;
}

static void sqlite_close(struct store *base)
{
	struct sqlite_store *store = sqlite_store(base);
	sqlite_connection_done(&store->reader);
	sqlite_connection_done(&store->writer);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	free(store);
}

/* -- committing */

static bool add_finding(struct sqlite_connection *writer, const struct finding *finding, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_ADD_FINDING];
	sqlite_bind(statement, 1, finding->id);
	sqlite_bind(statement, 2, finding->dedupe_key);
	sqlite3_bind_int64(statement, 3, finding->received_s);
	sqlite_bind(statement, 4, finding->account);
	sqlite_bind(statement, 5, verdict_name(finding->verdict));
	sqlite_bind(statement, 6, severity_name(finding->severity));
	sqlite_bind(statement, 7, finding->json);
	return sqlite_run(writer, statement, err);
}

static bool add_delivery(struct sqlite_connection *writer, int64_t finding, const char *notifier, int64_t now_ms,
                         struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_ADD_DELIVERY];
	sqlite3_bind_int64(statement, 1, finding);
	sqlite_bind(statement, 2, notifier);
	sqlite3_bind_int64(statement, 3, now_ms);
	return sqlite_run(writer, statement, err);
}

static bool read_stored(struct sqlite_connection *writer, struct store_entry *entry, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_STORED_FINDING];
	sqlite_bind(statement, 1, entry->finding->dedupe_key);
	switch (sqlite_step(writer, statement, err)) {
	case STEPPED_ERROR: return false;
	case STEPPED_END: return err_set(err, "a finding vanished while it was looked up");
	case STEPPED_ROW: break;
	}
	entry->stored_json = strdup(sqlite_text(statement, 0));
	entry->duplicate = true;
	return entry->stored_json || err_set(err, "out of memory");
}

static bool keep_baseline(struct sqlite_connection *writer, const char *account, const char *json, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_KEEP_BASELINE];
	sqlite_bind(statement, 1, account);
	sqlite_bind(statement, 2, json);
	return sqlite_run(writer, statement, err);
}

static bool add_entry(struct sqlite_connection *writer, struct store_entry *entry, int64_t now_ms, struct err *err)
{
	if (!add_finding(writer, entry->finding, err))
		return false;
	bool duplicate = sqlite3_changes(writer->db) == 0;
	int64_t number = sqlite3_last_insert_rowid(writer->db);
	if (entry->baseline && !keep_baseline(writer, entry->finding->account, entry->baseline, err))
		return false;
	if (entry->deferred_id && !sqlite_forget_deferred(writer, entry->deferred_id, err))
		return false;
	if (entry->expectation && !duplicate && !sqlite_keep_expectation(writer, entry->expectation, err))
		return false;
	if (entry->deferred && !duplicate && !sqlite_keep_deferred(writer, entry->deferred, err))
		return false;
	if (duplicate)
		return read_stored(writer, entry, err);
	for (size_t i = 0; i < entry->notifier_count; i++)
		if (!add_delivery(writer, number, entry->notifiers[i], now_ms, err))
			return false;
	return true;
}

static void forget_duplicates(struct store_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(entries[i].stored_json);
		entries[i].stored_json = NULL;
		entries[i].duplicate = false;
	}
}

bool sqlite_commit(struct store *base, struct store_entry *entries, size_t count, struct err *err)
{
	struct sqlite_store *store = sqlite_store(base);
	int64_t now_ms = clock_wall_ms();
	for (size_t i = 0; i < count; i++) {
		entries[i].duplicate = false;
		entries[i].stored_json = NULL;
	}
	if (!sqlite_begin(store, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < count; i++)
		ok = add_entry(&store->writer, &entries[i], now_ms, err);
	if (sqlite_end(store, ok, err))
		return true;
	forget_duplicates(entries, count);
	return false;
}

bool sqlite_keep_baselines(struct store *base, const struct store_baseline *baselines, size_t count, struct err *err)
{
	struct sqlite_store *store = sqlite_store(base);
	if (!sqlite_begin(store, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < count; i++)
		ok = keep_baseline(&store->writer, baselines[i].account, baselines[i].json, err);
	return sqlite_end(store, ok, err);
}

/* -- upkeep */

bool sqlite_purge(struct store *base, int64_t received_before_s, int64_t *ret_count, struct err *err)
{
	struct sqlite_values values = {.first = received_before_s, .second = PURGE_BATCH};
	int64_t expectations;
	return sqlite_change(sqlite_store(base), STATEMENT_PURGE_EXPECTATIONS, &values, &expectations, err) &&
	       sqlite_change(sqlite_store(base), STATEMENT_PURGE, &values, ret_count, err);
}

bool sqlite_probe(struct store *base, struct err *err)
{
	struct sqlite_values values = {.first = clock_wall_ms()};
	int64_t changes = 0;
	return sqlite_change(sqlite_store(base), STATEMENT_PROBE, &values, &changes, err);
}
