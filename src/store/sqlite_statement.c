/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SQL, all of it but the schema. `state = 0` (waiting) and `state = 2` (dead)
 * stand literally because only so does SQLite choose the partial indexes.
 */
#include "store/sqlite_statement.h"

#include "store/store.h"

_Static_assert(DELIVERY_WAITING == 0 && DELIVERY_DELIVERED == 1 && DELIVERY_DEAD == 2, "the SQL says them as numbers");

/* What reads a delivery for a listing. */
#define DELIVERY_COLUMNS                                                                                  \
	"SELECT d.id, f.id, d.notifier, d.state, d.attempts, d.created_ms, d.next_ms, d.settled_ms, d.detail" \
	" FROM delivery d JOIN finding f ON f.number = d.finding"

#define EXPECTATION_COLUMNS "id, account, reason, events, made_by, from_s, until_s, revoked_s, revoked_by"

#define DEFERRED_COLUMNS \
	"signal, due_s, finding, dedupe_key, account, event_time_s, received_s, severity, verdict, actor, json"

const struct sqlite_statement_info sqlite_statements[STATEMENT_COUNT] = {
    [STATEMENT_BEGIN] = {SIDE_WRITER, "BEGIN IMMEDIATE"},
    [STATEMENT_COMMIT] = {SIDE_WRITER, "COMMIT"},
    [STATEMENT_ROLLBACK] = {SIDE_WRITER, "ROLLBACK"},

    [STATEMENT_ADD_FINDING] = {SIDE_WRITER,
                               "INSERT INTO finding (id, dedupe_key, received_s, account, verdict, severity, json)"
                               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (dedupe_key) DO NOTHING"},
    [STATEMENT_STORED_FINDING] = {SIDE_WRITER, "SELECT json FROM finding WHERE dedupe_key = ?1"},
    [STATEMENT_ADD_DELIVERY] = {SIDE_WRITER, "INSERT INTO delivery (finding, notifier, created_ms, next_ms)"
                                             " VALUES (?1, ?2, ?3, ?3)"},
    [STATEMENT_KEEP_BASELINE] = {SIDE_WRITER, "INSERT INTO baseline (account, json) VALUES (?1, ?2)"
                                              " ON CONFLICT (account) DO UPDATE SET json = excluded.json"},
    [STATEMENT_ADD_EXPECTATION] = {SIDE_WRITER, "INSERT INTO expectation (" EXPECTATION_COLUMNS ")"
                                                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
    [STATEMENT_REVOKE_EXPECTATION] = {SIDE_WRITER, "UPDATE expectation SET revoked_s = ?8, revoked_by = ?9"
                                                   " WHERE id = ?1 AND revoked_s = 0"},
    [STATEMENT_PURGE_EXPECTATIONS] = {SIDE_WRITER, "DELETE FROM expectation WHERE until_s < ?1"},
    [STATEMENT_ADD_DEFERRED] = {SIDE_WRITER, "INSERT INTO deferred (" DEFERRED_COLUMNS ")"
                                             " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11"
                                             " WHERE (SELECT count(*) FROM deferred WHERE account = ?5) < ?12"
                                             " ON CONFLICT (dedupe_key) DO NOTHING"},
    [STATEMENT_FORGET_DEFERRED] = {SIDE_WRITER, "DELETE FROM deferred WHERE id = ?1"},
    [STATEMENT_PURGE] = {SIDE_WRITER, "DELETE FROM finding WHERE number IN (SELECT f.number FROM finding f"
                                      " WHERE f.received_s < ?1 AND NOT EXISTS"
                                      " (SELECT 1 FROM delivery d WHERE d.finding = f.number AND d.state = 0)"
                                      " ORDER BY f.received_s LIMIT ?2)"},
    [STATEMENT_PROBE] = {SIDE_WRITER, "UPDATE probe SET at_ms = ?1, room = zeroblob(32768)"},

    [STATEMENT_DUE] = {SIDE_WRITER, "SELECT d.id, f.id, d.attempts, d.created_ms, d.next_ms, d.detail, d.resume, f.json"
                                    " FROM delivery d JOIN finding f ON f.number = d.finding"
                                    " WHERE d.notifier = ?1 AND d.state = 0 AND d.next_ms <= ?2"
                                    " AND d.id NOT IN (SELECT delivery FROM lease WHERE until_ms > ?2)"
                                    " ORDER BY d.next_ms, d.created_ms, d.id LIMIT ?3"},
    [STATEMENT_LEASE] = {SIDE_WRITER, "INSERT OR REPLACE INTO lease (delivery, until_ms) VALUES (?1, ?2)"},
    [STATEMENT_RELEASE] = {SIDE_WRITER, "DELETE FROM lease WHERE delivery = ?1"},
    [STATEMENT_NEXT_DUE] = {SIDE_WRITER,
                            "SELECT min(due) FROM ("
                            "SELECT * FROM (SELECT next_ms AS due FROM delivery WHERE notifier = ?1 AND state = 0"
                            " AND id NOT IN (SELECT delivery FROM lease) ORDER BY next_ms LIMIT 1)"
                            " UNION ALL SELECT max(l.until_ms, d.next_ms) FROM lease l JOIN delivery d"
                            " ON d.id = l.delivery WHERE d.notifier = ?1 AND d.state = 0)"},
    [STATEMENT_SETTLE] = {SIDE_WRITER, "UPDATE delivery SET state = ?2, attempts = attempts + 1, next_ms = ?3,"
                                       " settled_ms = ?4, detail = ?5, resume = ?6 WHERE id = ?1"},
    [STATEMENT_ADD_ATTEMPT] = {SIDE_WRITER, "INSERT INTO attempt (delivery, number, at_ms, outcome, detail)"
                                            " SELECT ?1, 1 + ifnull(max(number), 0), ?2, ?3, ?4"
                                            " FROM attempt WHERE delivery = ?1"},
    [STATEMENT_TRIM_ATTEMPTS] = {SIDE_WRITER, "DELETE FROM attempt WHERE delivery = ?1 AND number <="
                                              " (SELECT max(number) FROM attempt WHERE delivery = ?1) - ?2"},
    [STATEMENT_EXPIRE] = {SIDE_WRITER, "UPDATE delivery SET state = 2, settled_ms = ?2, detail ="
                                       " CASE detail WHEN '' THEN 'gave up: no such notifier is configured'"
                                       " ELSE 'gave up, no such notifier is configured; before: ' || detail END"
                                       " WHERE notifier = ?3 AND state = 0 AND created_ms < ?1"
                                       " AND id NOT IN (SELECT delivery FROM lease WHERE until_ms > ?2)"},
    /* What was delivered goes to everybody again; what died goes on with those it did not reach. */
    [STATEMENT_RETRY] = {SIDE_WRITER, "UPDATE delivery SET resume = CASE state WHEN 1 THEN '' ELSE resume END,"
                                      " state = 0, attempts = 0, created_ms = ?2, next_ms = ?2, settled_ms = 0"
                                      " WHERE id = ?1 AND state <> 0"},
    [STATEMENT_RETRY_DEAD] = {SIDE_WRITER, "UPDATE delivery SET state = 0, attempts = 0, created_ms = ?1,"
                                           " next_ms = ?1, settled_ms = 0 WHERE state = 2"},

    [STATEMENT_LIST_FINDINGS] = {SIDE_READER, "SELECT number, json FROM finding WHERE number < ?1"
                                              " AND (?2 IS NULL OR account = ?2) AND (?3 IS NULL OR verdict = ?3)"
                                              " AND (?4 IS NULL OR severity = ?4) ORDER BY number DESC LIMIT ?5"},
    [STATEMENT_LIST_DELIVERIES] = {SIDE_READER, DELIVERY_COLUMNS
                                   " WHERE d.id < ?1 AND (?2 < 0 OR d.state = ?2)"
                                   " AND (?3 IS NULL OR d.notifier = ?3)"
                                   " AND (?4 IS NULL OR d.finding = (SELECT number FROM finding WHERE id = ?4))"
                                   " ORDER BY d.id DESC LIMIT ?5"},
    [STATEMENT_SHOW_FINDING] = {SIDE_READER, "SELECT json FROM finding WHERE id = ?1"},
    [STATEMENT_READ_BASELINE] = {SIDE_READER, "SELECT json FROM baseline WHERE account = ?1"},
    [STATEMENT_READ_DEFERRED] = {SIDE_READER, "SELECT " DEFERRED_COLUMNS ", id FROM deferred WHERE due_s <= ?1"
                                              " ORDER BY due_s, id LIMIT 1"},
    [STATEMENT_EXPECTED] = {SIDE_READER, "SELECT " EXPECTATION_COLUMNS " FROM expectation"
                                         " WHERE account = ?2 AND until_s > ?3 AND from_s <= ?3 AND revoked_s = 0"
                                         " ORDER BY number DESC LIMIT ?4"},
    [STATEMENT_LIST_EXPECTATIONS] = {SIDE_READER, "SELECT " EXPECTATION_COLUMNS " FROM expectation"
                                                  " WHERE (?1 IS NULL OR id = ?1) AND (?2 IS NULL OR account = ?2)"
                                                  " ORDER BY number DESC LIMIT ?4"},
    [STATEMENT_SHOW_DELIVERY] = {SIDE_READER, DELIVERY_COLUMNS " WHERE d.id = ?1"},
    [STATEMENT_HISTORY] = {SIDE_READER,
                           "SELECT at_ms, outcome, detail FROM attempt WHERE delivery = ?1 ORDER BY number"},
    [STATEMENT_DEPTHS] = {SIDE_READER,
                          "SELECT notifier, sum(waiting), sum(dead), max(oldest) FROM ("
                          "SELECT notifier, count(*) AS waiting, 0 AS dead, min(created_ms) AS oldest"
                          " FROM delivery WHERE state = 0 GROUP BY notifier"
                          " UNION ALL SELECT notifier, 0, count(*), 0 FROM delivery WHERE state = 2 GROUP BY notifier)"
                          " GROUP BY notifier ORDER BY notifier LIMIT ?1"},
};
