/* SPDX-License-Identifier: Apache-2.0 */
/* From nothing to the newest schema, from every older one, and whose databases are left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rootwatch/scope.h"
#include "store/sqlite.h"

enum { BASE = 10 };

DEFINE_SCOPE(database, sqlite3, sqlite3_close)

static sqlite3 *database_open(const char *sql)
{
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	return db;
}

/* The first column of the first row; the caller frees. NULL without a row. */
static char *query_text(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	char *text = sqlite3_step(statement) == SQLITE_ROW ? strdup(sqlite_text(statement, 0)) : NULL;
	sqlite3_finalize(statement);
	return text;
}

static long query_number(sqlite3 *db, const char *sql)
{
	SCOPED(text) char *text = query_text(db, sql);
	assert_non_null(text);
	return strtol(text, NULL, BASE);
}

static char *schema_of(sqlite3 *db)
{
	return query_text(db, "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)");
}

/* ---- our own schema ---- */

static void an_empty_database_gets_everything(void **state)
{
	(void)state;
	SCOPED(database) sqlite3 *db = database_open("");
	assert_true(sqlite_migrate(db, sqlite_schema, sqlite_schema_version, NULL));
	assert_int_equal(query_number(db, "PRAGMA user_version"), sqlite_schema_version);
	assert_int_equal(query_number(db, "SELECT count(*) FROM probe"), 1);
	assert_true(sqlite_schema_check(db, NULL));
	assert_true(sqlite_migrate(db, sqlite_schema, sqlite_schema_version, NULL)); /* nothing left to do */
}

static void every_older_version_becomes_the_newest(void **state)
{
	(void)state;
	SCOPED(database) sqlite3 *fresh = database_open("");
	assert_true(sqlite_migrate(fresh, sqlite_schema, sqlite_schema_version, NULL));
	SCOPED(text) char *expected = schema_of(fresh);
	for (int version = 1; version <= sqlite_schema_version; version++) {
		SCOPED(database) sqlite3 *db = database_open("");
		assert_true(sqlite_migrate(db, sqlite_schema, version, NULL));
		assert_int_equal(sqlite_schema_check(db, NULL), version == sqlite_schema_version);
		assert_true(sqlite_migrate(db, sqlite_schema, sqlite_schema_version, NULL));
		SCOPED(text) char *schema = schema_of(db);
		assert_string_equal(schema, expected);
	}
}

/* ---- steps ---- */

static const char *const steps[] = {
    "CREATE TABLE note (line TEXT); INSERT INTO note VALUES ('kept')",
    "ALTER TABLE note ADD COLUMN author TEXT DEFAULT 'nobody'",
    "CREATE TABLE half (x); INSERT INTO missing VALUES (1)",
};
enum { GOOD_STEPS = 2, ALL_STEPS = 3 };

static void a_step_keeps_what_is_there(void **state)
{
	(void)state;
	SCOPED(database) sqlite3 *db = database_open("");
	assert_true(sqlite_migrate(db, steps, 1, NULL));
	assert_true(sqlite_migrate(db, steps, GOOD_STEPS, NULL));
	SCOPED(text) char *row = query_text(db, "SELECT line || ' by ' || author FROM note");
	assert_string_equal(row, "kept by nobody");
}

static void a_step_that_fails_leaves_the_version_before_it(void **state)
{
	(void)state;
	SCOPED(database) sqlite3 *db = database_open("");
	struct err err = {0};
	assert_false(sqlite_migrate(db, steps, ALL_STEPS, &err));
	assert_string_equal(err.text, "bring the schema to version 3: no such table: missing");
	assert_int_equal(query_number(db, "PRAGMA user_version"), GOOD_STEPS);
	assert_int_equal(query_number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
	assert_true(sqlite3_get_autocommit(db)); /* no transaction is left open */
	assert_true(sqlite_migrate(db, steps, GOOD_STEPS, NULL));
}

/* ---- databases to leave alone ---- */

static void a_newer_schema_is_refused(void **state)
{
	(void)state;
	SCOPED(database) sqlite3 *db = database_open("");
	struct err err = {0};
	assert_true(sqlite_migrate(db, steps, GOOD_STEPS, NULL));
	assert_false(sqlite_migrate(db, steps, 1, &err));
	assert_non_null(strstr(err.text, "newer rootwatch (schema version 2, this program knows up to 1)"));
	assert_int_equal(query_number(db, "PRAGMA user_version"), GOOD_STEPS);

	SCOPED(database) sqlite3 *ours = database_open("");
	assert_true(sqlite_migrate(ours, sqlite_schema, sqlite_schema_version, NULL));
	assert_int_equal(sqlite3_exec(ours, "PRAGMA user_version = 1000", NULL, NULL, NULL), SQLITE_OK);
	assert_false(sqlite_schema_check(ours, &err));
	assert_non_null(strstr(err.text, "newer rootwatch"));
}

static void an_older_schema_is_for_serve_to_bring_up(void **state)
{
	(void)state;
	SCOPED(database) sqlite3 *db = database_open("");
	struct err err = {0};
	assert_false(sqlite_schema_check(db, &err));
	assert_non_null(strstr(err.text, "start `rootwatch serve` once"));
	assert_int_equal(query_number(db, "SELECT count(*) FROM sqlite_schema"), 0);
}

/* Programs number their own schemas with user_version, too, and some of them mark their files. */
static const char *const foreign[] = {
    "CREATE TABLE note (line)",
    "CREATE TABLE note (line); PRAGMA user_version = 1",
    "CREATE TABLE note (line); PRAGMA user_version = 1000",
    "CREATE TABLE note (line); PRAGMA user_version = 1; PRAGMA application_id = 7",
    "CREATE VIEW note AS SELECT 1",
};

static void a_database_of_another_program_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
		SCOPED(database) sqlite3 *db = database_open(foreign[i]);
		SCOPED(text) char *before = schema_of(db);
		struct err migrate = {0}, check = {0};
		assert_false(sqlite_migrate(db, steps, GOOD_STEPS, &migrate));
		assert_false(sqlite_schema_check(db, &check));
		assert_string_equal(migrate.text, "it is a database of another program");
		assert_string_equal(check.text, "it is a database of another program");
		SCOPED(text) char *after = schema_of(db);
		assert_string_equal(after, before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_database_gets_everything),
	    cmocka_unit_test(every_older_version_becomes_the_newest),
	    cmocka_unit_test(a_step_keeps_what_is_there),
	    cmocka_unit_test(a_step_that_fails_leaves_the_version_before_it),
	    cmocka_unit_test(a_newer_schema_is_refused),
	    cmocka_unit_test(an_older_schema_is_for_serve_to_bring_up),
	    cmocka_unit_test(a_database_of_another_program_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
