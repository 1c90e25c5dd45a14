/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people and the API read of the SQLite store, as JSON. Uses the reader's
 * connection alone, so it never waits for a commit and no commit waits for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "store/sqlite.h"

enum { PAGE_ROWS_MAX = 1000 };

/* -- rows */

/* null for 0 */
static void quote_time(int64_t time_ms, struct strbuf *out)
{
	char text[CLOCK_UTC_BYTES];
	clock_format_utc(time_ms / 1000, text);
	strbuf_printf(out, time_ms ? "\"%s\"" : "null", text);
}

static void put_time(const char *name, int64_t time_ms, struct strbuf *out)
{
	strbuf_printf(out, ",\"%s\":", name);
	quote_time(time_ms, out);
}

static void put_text(const char *name, const char *text, struct strbuf *out)
{
	strbuf_printf(out, ",\"%s\":", name);
	json_quote(text, out);
}

static const char *state_name(sqlite3_stmt *row, int column)
{
	int state = sqlite3_column_int(row, column);
	return state >= 0 && state < DELIVERY_STATE_COUNT ? delivery_state_name((enum delivery_state)state) : "unknown";
}

/* A row of DELIVERY_COLUMNS, without the closing brace. */
static void put_delivery(sqlite3_stmt *row, struct strbuf *out)
{
	bool waiting = sqlite3_column_int(row, 3) == DELIVERY_WAITING;
	strbuf_printf(out, "{\"id\":%lld", sqlite3_column_int64(row, 0));
	put_text("finding_id", sqlite_text(row, 1), out);
	put_text("notifier", sqlite_text(row, 2), out);
	put_text("state", state_name(row, 3), out);
	strbuf_printf(out, ",\"attempts\":%d", sqlite3_column_int(row, 4));
	put_time("created", sqlite3_column_int64(row, 5), out);
	put_time("next", waiting ? sqlite3_column_int64(row, 6) : 0, out);
	put_time("settled", sqlite3_column_int64(row, 7), out);
	put_text("detail", sqlite_text(row, 8), out);
}

static void put_delivery_row(sqlite3_stmt *row, struct strbuf *out)
{
	put_delivery(row, out);
	strbuf_putc(out, '}');
}

static void put_finding_row(sqlite3_stmt *row, struct strbuf *out)
{
	strbuf_puts(out, sqlite_text(row, 1));
}

/* -- pages */

/* A page ends where the buffer does: the rows that did not fit are the next page's first. */
struct listing {
	struct strbuf *out;
	int limit, rows;
	int64_t last; /* id of the last row that is in */
	bool more;
};

/* False: the page is full. */
static bool listing_add(struct listing *listing, sqlite3_stmt *row, void (*put)(sqlite3_stmt *, struct strbuf *))
{
	size_t length = listing->out->length;
	if (listing->rows > 0)
		strbuf_putc(listing->out, ',');
	put(row, listing->out);
	size_t room = listing->out->limit - listing->out->length;
	if (listing->rows == listing->limit || listing->out->overflowed || room < 1) {
		strbuf_truncate(listing->out, length);
		listing->out->overflowed = false;
		listing->more = true;
		return false;
	}
	listing->last = sqlite3_column_int64(row, 0);
	listing->rows++;
	return true;
}

static bool list_rows(struct sqlite_connection *reader, sqlite3_stmt *statement,
                      void (*put)(sqlite3_stmt *, struct strbuf *), struct listing *listing, struct err *err)
{
	strbuf_putc(listing->out, '[');
	enum sqlite_stepped stepped;
	while ((stepped = sqlite_step(reader, statement, err)) == STEPPED_ROW)
		if (!listing_add(listing, statement, put))
			break;
	strbuf_putc(listing->out, ']');
	if (stepped == STEPPED_ERROR)
		return false;
	if (listing->out->overflowed || (listing->more && listing->rows == 0))
		return err_set(err, "no room for the listing");
	return true;
}

static void bind_page(sqlite3_stmt *statement, const struct store_page *page, struct listing *listing)
{
	listing->limit = page->limit < 1 || page->limit > PAGE_ROWS_MAX ? PAGE_ROWS_MAX : page->limit;
	sqlite3_bind_int64(statement, 1, page->before > 0 ? page->before : INT64_MAX);
	sqlite3_bind_int(statement, 5, listing->limit + 1); /* one more: is there a next page? */
}

static bool list_findings(struct sqlite_connection *reader, const struct store_page *page, struct listing *listing,
                          struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = reader->statements[STATEMENT_LIST_FINDINGS];
	bind_page(statement, page, listing);
	sqlite_bind(statement, 2, page->account);
	sqlite_bind(statement, 3, page->verdict);
	sqlite_bind(statement, 4, page->severity);
	return list_rows(reader, statement, put_finding_row, listing, err);
}

static bool list_deliveries(struct sqlite_connection *reader, const struct store_page *page, struct listing *listing,
                            struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = reader->statements[STATEMENT_LIST_DELIVERIES];
	bind_page(statement, page, listing);
	sqlite3_bind_int(statement, 2, page->state);
	sqlite_bind(statement, 3, page->notifier);
	sqlite_bind(statement, 4, page->finding_id);
	return list_rows(reader, statement, put_delivery_row, listing, err);
}

typedef bool list_function(struct sqlite_connection *, const struct store_page *, struct listing *, struct err *);

static bool list_page(struct store *base, list_function *list, const struct store_page *page, struct strbuf *out,
                      int64_t *ret_next, struct err *err)
{
	struct sqlite_connection *reader = &sqlite_store(base)->reader;
	struct listing listing = {.out = out};
	pthread_mutex_lock(&reader->mutex);
	bool ok = list(reader, page, &listing, err);
	pthread_mutex_unlock(&reader->mutex);
	if (ok)
		*ret_next = listing.more ? listing.last : 0;
	return ok;
}

bool sqlite_list_findings(struct store *base, const struct store_page *page, struct strbuf *out, int64_t *ret_next,
                          struct err *err)
{
	return list_page(base, list_findings, page, out, ret_next, err);
}

bool sqlite_list_deliveries(struct store *base, const struct store_page *page, struct strbuf *out, int64_t *ret_next,
                            struct err *err)
{
	return list_page(base, list_deliveries, page, out, ret_next, err);
}

/* -- one object */

/* Appends the one text that a statement finds by a name. */
static bool show_text(struct sqlite_connection *reader, enum sqlite_statement which, const char *name,
                      struct strbuf *out, bool *ret_found, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = reader->statements[which];
	sqlite_bind(statement, 1, name);
	enum sqlite_stepped stepped = sqlite_step(reader, statement, err);
	if (stepped == STEPPED_ERROR)
		return false;
	*ret_found = stepped == STEPPED_ROW;
	if (*ret_found)
		strbuf_puts(out, sqlite_text(statement, 0));
	return true;
}

bool sqlite_read_baseline(struct store *base, const char *account, struct strbuf *out, struct err *err)
{
	struct sqlite_connection *reader = &sqlite_store(base)->reader;
	bool found;
	pthread_mutex_lock(&reader->mutex);
	bool ok = show_text(reader, STATEMENT_READ_BASELINE, account, out, &found, err);
	pthread_mutex_unlock(&reader->mutex);
	return ok;
}

static void put_attempt(sqlite3_stmt *row, struct strbuf *out)
{
	strbuf_puts(out, "{\"at\":");
	quote_time(sqlite3_column_int64(row, 0), out);
	put_text("outcome", state_name(row, 1), out);
	put_text("detail", sqlite_text(row, 2), out);
	strbuf_putc(out, '}');
}

static bool put_history(struct sqlite_connection *reader, int64_t id, struct strbuf *out, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = reader->statements[STATEMENT_HISTORY];
	sqlite3_bind_int64(statement, 1, id);
	strbuf_puts(out, ",\"history\":[");
	enum sqlite_stepped stepped;
	for (int rows = 0; (stepped = sqlite_step(reader, statement, err)) == STEPPED_ROW; rows++) {
		if (rows > 0)
			strbuf_putc(out, ',');
		put_attempt(statement, out);
	}
	strbuf_puts(out, "]}");
	return stepped == STEPPED_END;
}

static bool show_delivery(struct sqlite_connection *reader, int64_t id, struct strbuf *out, bool *ret_found,
                          struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = reader->statements[STATEMENT_SHOW_DELIVERY];
	sqlite3_bind_int64(statement, 1, id);
	enum sqlite_stepped stepped = sqlite_step(reader, statement, err);
	if (stepped == STEPPED_ERROR)
		return false;
	*ret_found = stepped == STEPPED_ROW;
	if (!*ret_found)
		return true;
	put_delivery(statement, out);
	return put_history(reader, id, out, err);
}

bool sqlite_show_finding(struct store *base, const char *id, struct strbuf *out, bool *ret_found, struct err *err)
{
	struct sqlite_connection *reader = &sqlite_store(base)->reader;
	pthread_mutex_lock(&reader->mutex);
	bool ok = show_text(reader, STATEMENT_SHOW_FINDING, id, out, ret_found, err);
	pthread_mutex_unlock(&reader->mutex);
	return ok;
}

bool sqlite_show_delivery(struct store *base, int64_t id, struct strbuf *out, bool *ret_found, struct err *err)
{
	struct sqlite_connection *reader = &sqlite_store(base)->reader;
	pthread_mutex_lock(&reader->mutex);
	bool ok = show_delivery(reader, id, out, ret_found, err);
	pthread_mutex_unlock(&reader->mutex);
	return ok;
}

/* -- depths */

static bool read_depths(struct sqlite_connection *reader, struct store_depth *ret_rows, size_t maximum,
                        size_t *ret_count, struct err *err)
{
	SCOPED(statement) sqlite3_stmt *statement = reader->statements[STATEMENT_DEPTHS];
	sqlite3_bind_int64(statement, 1, (int64_t)maximum);
	size_t count = 0;
	enum sqlite_stepped stepped;
	while ((stepped = sqlite_step(reader, statement, err)) == STEPPED_ROW) {
		struct store_depth *row = &ret_rows[count++];
		snprintf(row->notifier, sizeof row->notifier, "%s", sqlite_text(statement, 0));
		row->waiting = sqlite3_column_int64(statement, 1);
		row->dead = sqlite3_column_int64(statement, 2);
		row->oldest_waiting_ms = sqlite3_column_int64(statement, 3);
	}
	if (stepped == STEPPED_END)
		*ret_count = count;
	return stepped == STEPPED_END;
}

bool sqlite_depths(struct store *base, struct store_depth *ret_rows, size_t maximum, size_t *ret_count, struct err *err)
{
	struct sqlite_connection *reader = &sqlite_store(base)->reader;
	pthread_mutex_lock(&reader->mutex);
	bool ok = read_depths(reader, ret_rows, maximum, ret_count, err);
	pthread_mutex_unlock(&reader->mutex);
	return ok;
}
