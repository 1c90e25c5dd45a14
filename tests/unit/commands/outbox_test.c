/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/commands/outbox.c on a real store: what belongs together on the command line, and what it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "capture.h"
#include "store/store.h"

#define DIRECTORY "/tmp/rootwatch-outbox-XXXXXX"

DEFINE_SCOPE(store, struct store, store_close)

/* A store with deliveries 1 (waiting), 2 (delivered) and 3 (dead), and the configuration that names it. */
struct fixture {
	char directory[sizeof DIRECTORY];
	char config[64], url[64];
};

static void add_delivery(struct store *store, unsigned char number)
{
	const unsigned char random[10] = {number};
	struct finding finding;
	struct err err;
	assert_true(finding_drill(clock_wall_s() - 60, random, &finding, &err));
	struct store_entry entry = {.finding = &finding, .notifiers = (const char *const[]){"chat"}, .notifier_count = 1};
	assert_true(store->ops->commit(store, &entry, 1, &err));
	finding_done(&finding);
}

static void settle(struct store *store, int64_t id, enum delivery_state state, const char *detail)
{
	struct settlement settlement = {
	    .delivery_id = id, .state = state, .at_ms = clock_wall_ms(), .detail = detail, .resume = ""};
	struct err err;
	assert_true(store->ops->settle(store, &settlement, &err));
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	struct err err;
	memcpy(fixture->directory, DIRECTORY, sizeof DIRECTORY);
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->config, sizeof fixture->config, "%s/rootwatch.yaml", fixture->directory);
	snprintf(fixture->url, sizeof fixture->url, "sqlite:%s/rootwatch.db", fixture->directory);
	FILE *file = fopen(fixture->config, "w");
	assert_non_null(file);
	fprintf(file, "store: { url: \"%s\" }\n", fixture->url);
	assert_int_equal(fclose(file), 0);
	SCOPED(store) struct store *store = store_open(fixture->url, STORE_SERVE, &err);
	assert_non_null(store);
	for (unsigned char i = 1; i <= 3; i++)
		add_delivery(store, i);
	settle(store, 2, DELIVERY_DELIVERED, "200 ok");
	settle(store, 3, DELIVERY_DEAD, "404 no_service");
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {"rootwatch.yaml", "rootwatch.db", "rootwatch.db-wal", "rootwatch.db-shm",
	                                    "rootwatch.db.lock"};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[96];
		snprintf(path, sizeof path, "%s/%s", fixture->directory, names[i]);
		unlink(path);
	}
	int status = rmdir(fixture->directory);
	free(fixture);
	return status;
}

/* `outbox` with these words and options, -c behind them. */
static int ask(void **state, struct capture *ret_said, const char *const *words)
{
	const struct fixture *fixture = *state;
	const char *arguments[CAPTURE_ARGUMENTS_MAX + 1] = {"outbox"};
	size_t count = 1;
	while (*words)
		arguments[count++] = *words++;
	arguments[count++] = "-c";
	arguments[count] = fixture->config;
	return capture(command_outbox, arguments, ret_said);
}
#define ASK(said, ...) ask(state, said, (const char *const[]){__VA_ARGS__, NULL})

static void what_does_not_belong_together_is_wrong_usage(void **state)
{
	static const char *const wrong[][5] = {
	    {"list", "1"},
	    {"list", "--dead"},
	    {"list", "--state"},
	    {"list", "--state", "sleeping"},
	    {"list", "--limit"},
	    {"list", "--limit", "0"},
	    {"list", "--limit", "1001"},
	    {"show"},
	    {"show", "0"},
	    {"show", "-1"},
	    {"show", "1", "2"},
	    {"show", "1", "--json"},
	    {"show", "--dead"},
	    {"retry"},
	    {"retry", "1", "--dead"},
	    {"retry", "--dead", "--limit", "1"},
	    {"--dead", "--state", "dead"},
	    {"--json"},
	    {"redrive"},
	    {"list", "--all"},
	};
	struct capture said;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		if (ask(state, &said, wrong[i]) != EXIT_USAGE)
			fail_msg("row %zu is no wrong usage", i);
		assert_string_equal(said.out, "");
		assert_non_null(strstr(said.err, "usage: rootwatch outbox"));
	}
}

static void a_list_is_newest_first(void **state)
{
	struct capture said;
	assert_int_equal(ASK(&said, "list"), EXIT_FINE);
	const char *dead = strstr(said.out, "\n3 "), *delivered = strstr(said.out, "\n2 "),
	           *waiting = strstr(said.out, "\n1 ");
	assert_true(dead && dead < delivered && delivered < waiting);
	assert_string_equal(said.err, "");
}

static void a_list_is_filtered_and_cut(void **state)
{
	struct capture said;
	assert_int_equal(ASK(&said, "list", "--state", "waiting"), EXIT_FINE);
	assert_non_null(strstr(said.out, "\n1 "));
	assert_null(strstr(said.out, "no_service"));
	assert_int_equal(ASK(&said, "--limit", "1", "list"), EXIT_FINE);
	assert_null(strstr(said.out, "\n2 "));
	assert_non_null(strstr(said.err, "older"));
}

static void the_dead_alone_have_a_short_form(void **state)
{
	struct capture said, longer;
	assert_int_equal(ASK(&said, "--dead"), EXIT_FINE);
	assert_int_equal(ASK(&longer, "list", "--state", "dead"), EXIT_FINE);
	assert_string_equal(said.out, longer.out);
	assert_non_null(strstr(said.out, "no_service"));
	assert_null(strstr(said.out, "200 ok"));
}

static void a_list_as_json_is_what_the_api_calls_deliveries(void **state)
{
	struct capture said;
	assert_int_equal(ASK(&said, "list", "--json"), EXIT_FINE);
	SCOPED(json) cJSON *tree = NULL;
	assert_int_equal(json_read(said.out, strlen(said.out), &tree, NULL), JSON_OK);
	assert_int_equal(cJSON_GetArraySize(json_member(tree, "deliveries")), 3);
}

static void nothing_to_list_is_said(void **state)
{
	struct capture said;
	assert_int_equal(ASK(&said, "retry", "--dead"), EXIT_FINE);
	assert_int_equal(ASK(&said, "--dead"), EXIT_FINE);
	assert_string_equal(said.out, "");
	assert_string_equal(said.err, "no deliveries\n");
}

static void a_dead_one_becomes_due_and_a_waiting_one_is_left_alone(void **state)
{
	struct capture said;
	assert_int_equal(ASK(&said, "retry", "3"), EXIT_FINE);
	assert_int_equal(ASK(&said, "show", "3"), EXIT_FINE);
	assert_non_null(strstr(said.out, "state     waiting\n"));
	assert_non_null(strstr(said.out, "dead: 404 no_service\n"));
	assert_int_equal(ASK(&said, "retry", "1"), EXIT_BAD);
	assert_non_null(strstr(said.err, "waits already"));
}

static void an_unknown_id_is_bad(void **state)
{
	struct capture said;
	assert_int_equal(ASK(&said, "show", "4"), EXIT_BAD);
	assert_int_equal(ASK(&said, "retry", "4"), EXIT_BAD);
	assert_non_null(strstr(said.err, "no delivery 4"));
	assert_string_equal(said.out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_does_not_belong_together_is_wrong_usage, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_list_is_newest_first, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_list_is_filtered_and_cut, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_dead_alone_have_a_short_form, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_list_as_json_is_what_the_api_calls_deliveries, setup, teardown),
	    cmocka_unit_test_setup_teardown(nothing_to_list_is_said, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_dead_one_becomes_due_and_a_waiting_one_is_left_alone, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_unknown_id_is_bad, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
