/* SPDX-License-Identifier: Apache-2.0 */
/* Group commit against a store that can be held up and made to fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "outbox.h"

enum { JOBS = 20 };

struct fake_store {
	struct store store; /* first */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int commits, entries; /* so far */
	size_t largest;       /* entries of one commit */
	bool entered;         /* a commit is under way or over */
	bool held;            /* commits wait while it is set */
	bool fails;
};

static bool fake_commit(struct store *store, struct store_entry *entries, size_t count, struct err *err)
{
	struct fake_store *fake = (struct fake_store *)store;
	pthread_mutex_lock(&fake->lock);
	fake->entered = true;
	pthread_cond_broadcast(&fake->changed);
	while (fake->held)
		pthread_cond_wait(&fake->changed, &fake->lock);
	fake->commits++;
	fake->entries += (int)count;
	fake->largest = count > fake->largest ? count : fake->largest;
	for (size_t i = 0; i < count; i++)
		entries[i].duplicate = entries[i].notifier_count == 0; /* something for each to find again */
	bool ok = !fake->fails;
	pthread_mutex_unlock(&fake->lock);
	return ok || err_set(err, "disk full");
}

static const struct store_ops fake_ops = {.commit = fake_commit};

struct job {
	struct outbox_job job; /* first */
	struct store_entry entry;
	int done;
	bool committed;
	char reason[32];
};

static void done(struct outbox_job *outbox_job, bool committed, const struct err *err)
{
	struct job *job = (struct job *)outbox_job;
	job->done++;
	job->committed = committed;
	snprintf(job->reason, sizeof job->reason, "%.*s", (int)sizeof job->reason - 1, err->text);
}

static void count_call(void *context)
{
	++*(int *)context;
}

static void prepare(void *context, struct store_entry *entries, size_t count)
{
	(void)context;
	for (size_t i = 0; i < count; i++) {
		assert_null(entries[i].baseline);
		entries[i].baseline = strdup("{}");
	}
}

static struct outbox *open_outbox(struct fake_store *fake, int *wakes)
{
	const struct outbox_hooks hooks = {.prepare = prepare, .committed = count_call, .context = wakes};
	struct outbox *outbox = outbox_open(&fake->store, &hooks, NULL);
	assert_non_null(outbox);
	return outbox;
}

static struct job *submit(struct outbox *outbox, struct job *job)
{
	job->job = (struct outbox_job){.entries = &job->entry, .count = 1, .done = done};
	assert_true(outbox_submit(outbox, &job->job));
	return job;
}

static void setup(struct fake_store *fake, bool held, bool fails)
{
	*fake = (struct fake_store){.store.ops = &fake_ops,
	                            .lock = PTHREAD_MUTEX_INITIALIZER,
	                            .changed = PTHREAD_COND_INITIALIZER,
	                            .held = held,
	                            .fails = fails};
}

static void await_commit(struct fake_store *fake)
{
	pthread_mutex_lock(&fake->lock);
	while (!fake->entered)
		pthread_cond_wait(&fake->changed, &fake->lock);
	pthread_mutex_unlock(&fake->lock);
}

static void let_go(struct fake_store *fake)
{
	pthread_mutex_lock(&fake->lock);
	fake->held = false;
	pthread_cond_broadcast(&fake->changed);
	pthread_mutex_unlock(&fake->lock);
}

static void what_waits_while_the_disk_is_busy_shares_one_commit(void **state)
{
	(void)state;
	struct fake_store fake;
	int wakes = 0;
	struct job jobs[JOBS] = {0};
	setup(&fake, true, false);
	struct outbox *outbox = open_outbox(&fake, &wakes);
	submit(outbox, &jobs[0]);
	await_commit(&fake);
	for (int i = 1; i < JOBS; i++)
		submit(outbox, &jobs[i]);
	let_go(&fake);
	outbox_close(outbox);
	assert_int_equal(fake.commits, 2);
	assert_int_equal(fake.entries, JOBS);
	assert_int_equal(wakes, 2);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(jobs[i].done, 1);
		assert_true(jobs[i].committed);
		assert_true(jobs[i].entry.duplicate);
	}
}

static void a_failed_commit_is_told_to_everyone(void **state)
{
	(void)state;
	struct fake_store fake;
	int wakes = 0;
	struct job job = {0};
	setup(&fake, false, true);
	struct outbox *outbox = open_outbox(&fake, &wakes);
	submit(outbox, &job);
	outbox_close(outbox);
	assert_int_equal(job.done, 1);
	assert_false(job.committed);
	assert_string_equal(job.reason, "disk full");
	assert_int_equal(wakes, 0);
}

static void many_submit(struct outbox *outbox, struct job *jobs, struct store_entry *entries, const size_t *counts)
{
	for (; *counts > 0; entries += *counts, counts++, jobs++) {
		jobs->job = (struct outbox_job){.entries = entries, .count = *counts, .done = done};
		assert_true(outbox_submit(outbox, &jobs->job));
	}
}

static void everyone_gets_the_answers_to_his_own(void **state)
{
	(void)state;
	enum { ENTRIES = 7 };
	struct fake_store fake;
	int wakes = 0;
	struct job jobs[4] = {0};
	struct store_entry entries[ENTRIES] = {0};
	for (size_t i = 0; i < ENTRIES; i++)
		entries[i].notifier_count = i % 3;
	setup(&fake, true, false);
	struct outbox *outbox = open_outbox(&fake, &wakes);
	many_submit(outbox, jobs, entries, (const size_t[]){1, 0});
	await_commit(&fake);
	many_submit(outbox, jobs + 1, entries + 1, (const size_t[]){3, 1, 2, 0});
	let_go(&fake);
	outbox_close(outbox);
	assert_int_equal(fake.commits, 2);
	for (size_t i = 0; i < ENTRIES; i++)
		assert_int_equal(entries[i].duplicate, i % 3 == 0);
}

static void a_batch_is_bounded_but_no_job_is_cut(void **state)
{
	(void)state;
	enum { BATCH = 4096, LARGE = 10000 };
	struct fake_store fake;
	int wakes = 0;
	struct job jobs[5] = {0};
	static struct store_entry entries[1 + BATCH + LARGE + 1];
	setup(&fake, true, false);
	struct outbox *outbox = open_outbox(&fake, &wakes);
	many_submit(outbox, jobs, entries, (const size_t[]){1, 0});
	await_commit(&fake);
	many_submit(outbox, jobs + 1, entries + 1, (const size_t[]){3000, BATCH - 3000, LARGE, 1, 0});
	let_go(&fake);
	outbox_close(outbox);
	assert_int_equal(fake.commits, 4);
	assert_int_equal(fake.largest, LARGE);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(jobs[i].done, 1);
}

static void a_full_outbox_refuses(void **state)
{
	(void)state;
	enum { MANY = 16384 };
	struct fake_store fake;
	int wakes = 0;
	static struct job jobs[MANY + 1], one_more;
	setup(&fake, true, false);
	struct outbox *outbox = open_outbox(&fake, &wakes);
	submit(outbox, &jobs[0]);
	await_commit(&fake); /* taken off the queue: the queue itself is empty */
	for (int i = 1; i <= MANY; i++)
		submit(outbox, &jobs[i]);
	assert_false(outbox_has_room(outbox));
	assert_false(outbox_submit(outbox, &one_more.job));
	let_go(&fake);
	outbox_stop(outbox);
	assert_int_equal(fake.entries, MANY + 1);
	assert_false(outbox_submit(outbox, &one_more.job)); /* stopped: refuses too, and loses nothing */
	outbox_close(outbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_waits_while_the_disk_is_busy_shares_one_commit),
	    cmocka_unit_test(a_failed_commit_is_told_to_everyone),
	    cmocka_unit_test(everyone_gets_the_answers_to_his_own),
	    cmocka_unit_test(a_batch_is_bounded_but_no_job_is_cut),
	    cmocka_unit_test(a_full_outbox_refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
