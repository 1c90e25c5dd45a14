/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the embedded store, committing findings to it, forgetting old ones. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "store/sqlite.h"
#include "temporary_store.h"

enum { NOBODY = 65534, PERMISSION_BITS = 0777 };

static const char *const one_notifier[] = {"soc"};

/* ---- helpers ---- */

static void run_sql(sqlite3 *db, const char *sql)
{
	char *message = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
}

static int64_t query_number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	int64_t number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

/* As another process would see it: what is committed. */
static int64_t query_file(const struct temporary_store *place, const char *sql)
{
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open_v2(place->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	int64_t number = query_number(db, sql);
	sqlite3_close(db);
	return number;
}

static mode_t mode_of(const struct temporary_store *place, const char *ending)
{
	char path[sizeof place->path + 16];
	struct stat status;
	snprintf(path, sizeof path, "%s%s", place->path, ending);
	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & PERMISSION_BITS;
}

static void assert_not_opened(const char *url, enum store_mode mode, const char *reason)
{
	struct err err = {0};
	struct store *store = store_open(url, mode, &err);
	assert_null(store);
	if (!strstr(err.text, reason))
		fail_msg("\"%s\" does not say \"%s\"", err.text, reason);
}

static struct store_entry entry_of(const struct finding *finding)
{
	return (struct store_entry){.finding = finding, .notifiers = one_notifier, .notifier_count = 1};
}

static void commit_one(struct store *store, const struct finding *finding)
{
	struct store_entry entry = entry_of(finding);
	assert_true(store->ops->commit(store, &entry, 1, NULL));
	assert_false(entry.duplicate);
}

/* ---- opening ---- */

static void every_commit_is_flushed(void **state)
{
	struct temporary_store *place = *state;
	struct sqlite_store *store = sqlite_store(place->store);
	sqlite3 *const connections[] = {store->writer.db, store->reader.db};
	for (size_t i = 0; i < 2; i++) {
		enum { FULL = 2 };
		sqlite3_stmt *statement = NULL;
		assert_int_equal(query_number(connections[i], "PRAGMA synchronous"), FULL);
		assert_int_equal(query_number(connections[i], "PRAGMA foreign_keys"), 1);
		assert_int_equal(sqlite3_prepare_v2(connections[i], "PRAGMA journal_mode", -1, &statement, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
		assert_string_equal(sqlite_text(statement, 0), "wal");
		sqlite3_finalize(statement);
	}
}

static void only_its_owner_may_read_it(void **state)
{
	struct temporary_store *place = *state;
	store_findings(place->store, 1, "soc");
	assert_int_equal(mode_of(place, ""), 0600);
	assert_int_equal(mode_of(place, "-wal"), 0600);
	assert_int_equal(mode_of(place, "-shm"), 0600);
	assert_int_equal(mode_of(place, ".lock"), 0600);
}

static void a_second_server_is_refused(void **state)
{
	struct temporary_store *place = *state;
	assert_not_opened(place->url, STORE_SERVE, "another rootwatch is serving from it");
	struct store *inspected = store_open(place->url, STORE_INSPECT, NULL);
	assert_non_null(inspected);
	assert_not_opened(place->url, STORE_SERVE, "another rootwatch is serving from it");
	temporary_store_close(place);
	temporary_store_open(place); /* free again, whoever looks at it */
	store_close(inspected);
}

static void what_cannot_be_opened_says_why(void **state)
{
	struct temporary_store *place = *state;
	char url[sizeof place->url + 32];
	assert_not_opened("postgres:somewhere", STORE_SERVE, "the url must look like sqlite:/");
	assert_not_opened("sqlite:", STORE_SERVE, "the url names no file");
	assert_not_opened("sqlite::memory:", STORE_SERVE, "the url names no file");
	snprintf(url, sizeof url, "sqlite:%s", place->directory);
	assert_not_opened(url, STORE_INSPECT, "it is not a file");
	snprintf(url, sizeof url, "sqlite:%s/none.db", place->directory);
	assert_not_opened(url, STORE_INSPECT, "No such file or directory");
	snprintf(url, sizeof url, "sqlite:%s/none/store.db", place->directory);
	assert_not_opened(url, STORE_SERVE, "No such file or directory");
}

static void what_is_no_store_is_left_alone(void **state)
{
	struct temporary_store *place = *state;
	temporary_store_close(place);
	unlink(place->path);
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	run_sql(db, "CREATE TABLE note (line); PRAGMA user_version = 1");
	sqlite3_close(db);
	assert_not_opened(place->url, STORE_SERVE, "open store");
	assert_not_opened(place->url, STORE_SERVE, "it is a database of another program");
	assert_not_opened(place->url, STORE_INSPECT, "it is a database of another program");
	assert_int_equal(query_file(place, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'delete'"), 1);

	FILE *file = fopen(place->path, "w");
	assert_non_null(file);
	fprintf(file, "%01024d", 0);
	fclose(file);
	assert_not_opened(place->url, STORE_SERVE, "file is not a database");
}

/* Root may write to everything: the test becomes nobody for a moment. */
static void without_the_right_to_write_it_is_refused(void **state)
{
	struct temporary_store *place = *state;
	char url[sizeof place->url + 16];
	bool root = geteuid() == 0;
	temporary_store_close(place);
	chmod(place->path, 0444);
	chmod(place->directory, 0555);
	snprintf(url, sizeof url, "sqlite:%s/new.db", place->directory);
	assert_true(!root || seteuid(NOBODY) == 0);
	assert_not_opened(place->url, STORE_INSPECT, "it cannot be read and written: Permission denied");
	assert_not_opened(url, STORE_SERVE, "new.db.lock: Permission denied");
	assert_true(!root || seteuid(0) == 0);
	chmod(place->directory, 0700);
}

/* ---- committing ---- */

static void a_batch_is_stored_whole_or_not_at_all(void **state)
{
	struct temporary_store *place = *state;
	SCOPED(finding) struct finding first = sample_finding(1);
	SCOPED(finding) struct finding second = sample_finding(2);
	SCOPED(finding) struct finding broken = sample_finding(3);
	memcpy(broken.id, first.id, sizeof broken.id); /* an id can be there only once */
	struct store_entry entries[] = {entry_of(&first), entry_of(&first), entry_of(&second), entry_of(&broken)};
	struct err err = {0};
	assert_false(place->store->ops->commit(place->store, entries, 4, &err));
	assert_non_null(strstr(err.text, "UNIQUE constraint failed: finding.id"));
	assert_int_equal(query_file(place, "SELECT count(*) FROM finding"), 0);
	assert_int_equal(query_file(place, "SELECT count(*) FROM delivery"), 0);
	assert_false(entries[1].duplicate); /* of what was not stored after all */
	assert_null(entries[1].stored_json);

	assert_true(place->store->ops->commit(place->store, entries, 3, &err));
	assert_int_equal(query_file(place, "SELECT count(*) FROM finding"), 2);
	assert_int_equal(query_file(place, "SELECT count(*) FROM delivery"), 2);
	free(entries[1].stored_json);
}

static void each_notifier_gets_a_delivery_of_its_own(void **state)
{
	struct temporary_store *place = *state;
	SCOPED(finding) struct finding told = sample_finding(1);
	SCOPED(finding) struct finding quiet = sample_finding(2);
	const char *const notifiers[] = {"soc-slack", "soc-mail"};
	struct store_entry entries[] = {{.finding = &told, .notifiers = notifiers, .notifier_count = 2},
	                                {.finding = &quiet}};
	assert_true(place->store->ops->commit(place->store, entries, 2, NULL));
	assert_int_equal(query_file(place, "SELECT count(*) FROM finding"), 2);
	assert_int_equal(query_file(place, "SELECT count(*) FROM delivery WHERE state = 0 AND finding = 1"), 2);
	assert_int_equal(query_file(place, "SELECT count(*) FROM delivery WHERE notifier = 'soc-mail'"), 1);
}

static void a_repeated_finding_is_the_first_one(void **state)
{
	struct temporary_store *place = *state;
	SCOPED(finding) struct finding first = sample_finding(1);
	SCOPED(finding) struct finding again = sample_finding(2);
	SCOPED(finding) struct finding other = sample_finding(3);
	memcpy(again.dedupe_key, first.dedupe_key, sizeof again.dedupe_key);

	struct store_entry batch[] = {entry_of(&first), entry_of(&other), entry_of(&again)};
	assert_true(place->store->ops->commit(place->store, batch, 3, NULL));
	assert_false(batch[0].duplicate || batch[1].duplicate);
	assert_true(batch[2].duplicate);
	assert_string_equal(batch[2].stored_json, first.json);
	free(batch[2].stored_json);

	temporary_store_close(place);
	temporary_store_open(place);
	struct store_entry later = entry_of(&again);
	assert_true(place->store->ops->commit(place->store, &later, 1, NULL));
	assert_true(later.duplicate);
	assert_string_equal(later.stored_json, first.json);
	free(later.stored_json);
	assert_int_equal(query_file(place, "SELECT count(*) FROM delivery"), 2); /* and nobody is told twice */
}

static void what_is_committed_outlives_the_process(void **state)
{
	struct temporary_store *place = *state;
	store_findings(place->store, 3, "soc");
	temporary_store_close(place);
	assert_int_equal(query_file(place, "SELECT count(*) FROM finding"), 3);
	temporary_store_open(place);
	struct store_depth depth;
	size_t count = 0;
	assert_true(place->store->ops->depths(place->store, &depth, 1, &count, NULL));
	assert_int_equal(count, 1);
	assert_int_equal(depth.waiting, 3);
}

/* ---- upkeep ---- */

static void settle_as(struct store *store, int64_t delivery_id, enum delivery_state outcome)
{
	struct settlement settlement = {
	    .delivery_id = delivery_id, .state = outcome, .at_ms = 1, .next_ms = 1, .detail = "", .resume = ""};
	assert_true(store->ops->settle(store, &settlement, NULL));
}

static void old_findings_go_once_everybody_was_told(void **state)
{
	struct temporary_store *place = *state;
	for (unsigned number = 1; number <= 5; number++) {
		SCOPED(finding) struct finding finding = sample_finding(number);
		finding.received_s = number < 5 ? 100 : 200;
		commit_one(place->store, &finding);
	}
	settle_as(place->store, 1, DELIVERY_DELIVERED);
	settle_as(place->store, 2, DELIVERY_DEAD);
	settle_as(place->store, 3, DELIVERY_WAITING); /* tried, but nobody was told; 4 was never tried; 5 is young */
	settle_as(place->store, 5, DELIVERY_DELIVERED);
	int64_t count = 0;
	assert_true(place->store->ops->purge(place->store, 200, &count, NULL));
	assert_int_equal(count, 2);
	assert_int_equal(query_file(place, "SELECT group_concat(number, '') FROM finding"), 345);
	assert_int_equal(query_file(place, "SELECT count(*) FROM delivery"), 3);
	assert_int_equal(query_file(place, "SELECT count(*) FROM attempt"), 2);
	assert_true(place->store->ops->purge(place->store, 200, &count, NULL));
	assert_int_equal(count, 0);
}

static void a_purge_ends_soon_however_much_there_is(void **state)
{
	struct temporary_store *place = *state;
	enum { MANY = 1001 };
	static struct finding findings[MANY];
	static struct store_entry entries[MANY];
	for (unsigned i = 0; i < MANY; i++) {
		findings[i] = sample_finding(i);
		findings[i].received_s = i;
		entries[i] = (struct store_entry){.finding = &findings[i]};
	}
	assert_true(place->store->ops->commit(place->store, entries, MANY, NULL));
	int64_t count = 0;
	assert_true(place->store->ops->purge(place->store, INT64_MAX, &count, NULL));
	assert_int_equal(count, 1000);
	assert_int_equal(query_file(place, "SELECT received_s FROM finding"), 1000); /* the oldest went first */
	assert_true(place->store->ops->purge(place->store, INT64_MAX, &count, NULL));
	assert_int_equal(count, 1);
	for (unsigned i = 0; i < MANY; i++)
		finding_done(&findings[i]);
}

static void a_store_that_takes_nothing_says_so(void **state)
{
	struct temporary_store *place = *state;
	SCOPED(finding) struct finding finding = sample_finding(1);
	struct store_entry entry = entry_of(&finding);
	struct err err = {0};
	assert_true(place->store->ops->probe(place->store, &err));
	run_sql(sqlite_store(place->store)->writer.db, "PRAGMA query_only = ON");
	assert_false(place->store->ops->probe(place->store, &err));
	assert_non_null(strstr(err.text, "readonly"));
	assert_false(place->store->ops->commit(place->store, &entry, 1, NULL));
	run_sql(sqlite_store(place->store)->writer.db, "PRAGMA query_only = OFF");
	assert_true(place->store->ops->probe(place->store, &err));
	assert_true(place->store->ops->commit(place->store, &entry, 1, NULL));
}

static void a_full_store_takes_again_when_there_is_room(void **state)
{
	struct temporary_store *place = *state;
	sqlite3 *db = sqlite_store(place->store)->writer.db;
	SCOPED(finding) struct finding finding = sample_finding(1);
	free(finding.json);
	assert_true(asprintf(&finding.json, "\"%0*d\"", 64 * 1024, 0) > 0);
	struct store_entry entry = entry_of(&finding);
	struct err err = {0};
	run_sql(db, "PRAGMA max_page_count = 1"); /* that is: no more than there are */
	assert_false(place->store->ops->commit(place->store, &entry, 1, &err));
	assert_non_null(strstr(err.text, "full"));
	assert_true(sqlite3_get_autocommit(db)); /* SQLite had rolled back by itself */
	run_sql(db, "PRAGMA max_page_count = 1000000");
	assert_true(place->store->ops->commit(place->store, &entry, 1, &err));
	assert_int_equal(query_file(place, "SELECT count(*) FROM finding"), 1);
}

static void assert_baseline(struct store *store, const char *account, const char *expected)
{
	SCOPED(strbuf) struct strbuf text = STRBUF_INIT(1024);
	assert_true(store->ops->read_baseline(store, account, &text, NULL));
	assert_string_equal(strbuf_text(&text), expected);
}

static void baselines_are_kept_all_or_none(void **state)
{
	struct temporary_store *place = *state;
	struct store *store = place->store;
	struct err err = {""};
	const struct store_baseline first[] = {{"111122223333", "{\"first\":1}"}, {"444455556666", "{\"first\":2}"}};
	const struct store_baseline second[] = {{"111122223333", "{\"first\":3}"}, {"777788889999", NULL}};
	assert_true(store->ops->keep_baselines(store, first, 2, &err));
	assert_true(store->ops->keep_baselines(store, NULL, 0, &err));
	assert_false(store->ops->keep_baselines(store, second, 2, &err)); /* NULL is no baseline: the second row fails */
	assert_string_not_equal(err.text, "");
	assert_baseline(store, "111122223333", "{\"first\":1}");
	assert_true(store->ops->keep_baselines(store, second, 1, &err));
	assert_baseline(store, "111122223333", "{\"first\":3}");
	assert_baseline(store, "444455556666", "{\"first\":2}");
	assert_baseline(store, "777788889999", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(baselines_are_kept_all_or_none),
	    STORE_TEST(every_commit_is_flushed),
	    STORE_TEST(only_its_owner_may_read_it),
	    STORE_TEST(a_second_server_is_refused),
	    STORE_TEST(what_cannot_be_opened_says_why),
	    STORE_TEST(what_is_no_store_is_left_alone),
	    STORE_TEST(without_the_right_to_write_it_is_refused),
	    STORE_TEST(a_batch_is_stored_whole_or_not_at_all),
	    STORE_TEST(each_notifier_gets_a_delivery_of_its_own),
	    STORE_TEST(a_repeated_finding_is_the_first_one),
	    STORE_TEST(what_is_committed_outlives_the_process),
	    STORE_TEST(old_findings_go_once_everybody_was_told),
	    STORE_TEST(a_purge_ends_soon_however_much_there_is),
	    STORE_TEST(a_store_that_takes_nothing_says_so),
	    STORE_TEST(a_full_store_takes_again_when_there_is_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
