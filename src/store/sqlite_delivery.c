/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a delivery in the SQLite store: leased, settled, given up, sent
 * again. Decides nothing: when and how often is the dispatcher's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite.h"

enum {
	/* Attempts kept of one delivery. A channel that is down for a day takes some 600. */
	HISTORY_ROWS = 50,
};

static void copy_text(char *place, size_t size, const char *text)
{
	size_t length = utf8_prefix(text, strlen(text), size - 1);
	memcpy(place, text, length);
	place[length] = '\0';
}

/* -- leasing */

static bool read_due(sqlite3_stmt *row, const char *notifier, struct delivery *delivery, struct err *err)
{
	*delivery = (struct delivery){
	    .id = sqlite3_column_int64(row, 0),
	    .state = DELIVERY_WAITING,
	    .attempts = sqlite3_column_int(row, 2),
	    .created_ms = sqlite3_column_int64(row, 3),
	    .next_ms = sqlite3_column_int64(row, 4),
	    .finding_json = strdup(sqlite_text(row, 7)),
	};
	copy_text(delivery->notifier, sizeof delivery->notifier, notifier);
	copy_text(delivery->finding_id, sizeof delivery->finding_id, sqlite_text(row, 1));
	copy_text(delivery->detail, sizeof delivery->detail, sqlite_text(row, 5));
	copy_text(delivery->resume, sizeof delivery->resume, sqlite_text(row, 6));
	return delivery->finding_json || err_set(err, "out of memory");
}

/* *count: as many as were read, also on failure. */
static bool read_all_due(struct sqlite_connection *writer, const char *notifier, int64_t now_ms, size_t maximum,
                         struct delivery *deliveries, size_t *count, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_DUE];
	sqlite_bind(statement, 1, notifier);
	sqlite3_bind_int64(statement, 2, now_ms);
	sqlite3_bind_int64(statement, 3, (int64_t)maximum);
	enum sqlite_stepped stepped;
	while ((stepped = sqlite_step(writer, statement, err)) == STEPPED_ROW)
		if (!read_due(statement, notifier, &deliveries[(*count)++], err))
			return false;
	return stepped == STEPPED_END;
}

static bool write_lease(struct sqlite_connection *writer, int64_t delivery_id, int64_t until_ms, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_LEASE];
	sqlite3_bind_int64(statement, 1, delivery_id);
	sqlite3_bind_int64(statement, 2, until_ms);
	return sqlite_run(writer, statement, err);
}

static bool drop_lease(struct sqlite_connection *writer, int64_t delivery_id, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_RELEASE];
	sqlite3_bind_int64(statement, 1, delivery_id);
	return sqlite_run(writer, statement, err);
}

/* No transaction: the mutex makes it one step for every other lease, and the file is only read. */
bool sqlite_lease(struct store *base, const char *notifier, int64_t now_ms, int64_t until_ms, size_t maximum,
                  struct delivery *ret_deliveries, size_t *ret_count, struct err *err)
{
	struct sqlite_connection *writer = &sqlite_store(base)->writer;
	size_t count = 0, leased = 0;
	pthread_mutex_lock(&writer->mutex);
	bool ok = read_all_due(writer, notifier, now_ms, maximum, ret_deliveries, &count, err);
	for (; ok && leased < count; leased++)
		ok = write_lease(writer, ret_deliveries[leased].id, until_ms, err);
	for (size_t i = 0; !ok && i < leased; i++)
		drop_lease(writer, ret_deliveries[i].id, NULL);
	pthread_mutex_unlock(&writer->mutex);
	if (ok)
		*ret_count = count;
	for (size_t i = 0; !ok && i < count; i++)
		delivery_done(&ret_deliveries[i]);
	return ok;
}

bool sqlite_release(struct store *base, int64_t delivery_id, struct err *err)
{
	struct sqlite_connection *writer = &sqlite_store(base)->writer;
	pthread_mutex_lock(&writer->mutex);
	bool ok = drop_lease(writer, delivery_id, err);
	pthread_mutex_unlock(&writer->mutex);
	return ok;
}

static bool read_next_due(struct sqlite_connection *writer, const char *notifier, int64_t *ret_ms, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_NEXT_DUE];
	sqlite_bind(statement, 1, notifier);
	if (sqlite_step(writer, statement, err) != STEPPED_ROW)
		return false;
	bool none = sqlite3_column_type(statement, 0) == SQLITE_NULL;
	*ret_ms = none ? INT64_MAX : sqlite3_column_int64(statement, 0);
	return true;
}

bool sqlite_next_due(struct store *base, const char *notifier, int64_t *ret_ms, struct err *err)
{
	struct sqlite_connection *writer = &sqlite_store(base)->writer;
	pthread_mutex_lock(&writer->mutex);
	bool ok = read_next_due(writer, notifier, ret_ms, err);
	pthread_mutex_unlock(&writer->mutex);
	return ok;
}

/* -- settling */

static bool write_outcome(struct sqlite_connection *writer, const struct settlement *settlement, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_SETTLE];
	sqlite3_bind_int64(statement, 1, settlement->delivery_id);
	sqlite3_bind_int(statement, 2, (int)settlement->state);
	sqlite3_bind_int64(statement, 3, settlement->next_ms);
	sqlite3_bind_int64(statement, 4, settlement->state == DELIVERY_WAITING ? 0 : settlement->at_ms);
	sqlite_bind(statement, 5, settlement->detail);
	sqlite_bind(statement, 6, settlement->resume);
	return sqlite_run(writer, statement, err);
}

static bool add_attempt(struct sqlite_connection *writer, const struct settlement *settlement, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_ADD_ATTEMPT];
	sqlite3_bind_int64(statement, 1, settlement->delivery_id);
	sqlite3_bind_int64(statement, 2, settlement->at_ms);
	sqlite3_bind_int(statement, 3, (int)settlement->state);
	sqlite_bind(statement, 4, settlement->detail);
	return sqlite_run(writer, statement, err);
}

static bool trim_attempts(struct sqlite_connection *writer, int64_t delivery_id, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = writer->statements[STATEMENT_TRIM_ATTEMPTS];
	sqlite3_bind_int64(statement, 1, delivery_id);
	sqlite3_bind_int(statement, 2, HISTORY_ROWS);
	return sqlite_run(writer, statement, err);
}

/* A delivery that is gone has nothing left to settle: that is no failure. */
static bool settle_row(struct sqlite_connection *writer, const struct settlement *settlement, struct err *err)
{
	if (!write_outcome(writer, settlement, err))
		return false;
	if (sqlite3_changes(writer->db) == 0)
		return drop_lease(writer, settlement->delivery_id, err);
	return add_attempt(writer, settlement, err) && trim_attempts(writer, settlement->delivery_id, err) &&
	       drop_lease(writer, settlement->delivery_id, err);
}

bool sqlite_settle(struct store *base, const struct settlement *settlement, struct err *err)
{
	struct sqlite_store *store = sqlite_store(base);
	if (!sqlite_begin(store, err))
		return false;
	return sqlite_end(store, settle_row(&store->writer, settlement, err), err);
}

/* -- giving up, sending again */

bool sqlite_expire(struct store *base, const char *notifier, int64_t created_before_ms, int64_t now_ms,
                   int64_t *ret_count, struct err *err)
{
	struct sqlite_values values = {.first = created_before_ms, .second = now_ms, .text = notifier};
	return sqlite_change(sqlite_store(base), STATEMENT_EXPIRE, &values, ret_count, err);
}

bool sqlite_retry(struct store *base, int64_t delivery_id, int64_t now_ms, bool *ret_found, struct err *err)
{
	struct sqlite_values values = {.first = delivery_id, .second = now_ms};
	int64_t changes = 0;
	if (!sqlite_change(sqlite_store(base), STATEMENT_RETRY, &values, &changes, err))
		return false;
	*ret_found = changes > 0;
	return true;
}

bool sqlite_retry_dead(struct store *base, int64_t now_ms, int64_t *ret_count, struct err *err)
{
	struct sqlite_values values = {.first = now_ms};
	return sqlite_change(sqlite_store(base), STATEMENT_RETRY_DEAD, &values, ret_count, err);
}
