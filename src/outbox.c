/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One writer thread. While it commits a batch the next one gathers, so that the
 * cost of one flush to disk is shared by everyone who waits for it. Must not know
 * what is in a finding.
 */
#include "outbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rootwatch/scope.h"

enum {
	/* A sender gives up after 5 s: what could not be committed by then had better be refused. */
	WAITING_FINDINGS_MAX = 16384,
	/* One transaction: large enough to share a flush among all connections, small enough to stay below 100 ms. */
	BATCH_FINDINGS_MAX = 4096,
};

DEFINE_SCOPE(entries, struct store_entry, free)

struct outbox {
	struct store *store;
	struct outbox_hooks hooks;
	pthread_t writer;
	bool joined;

	pthread_mutex_t lock;
	pthread_cond_t work;
	struct outbox_job *first, **last; /* waiting, oldest first */
	size_t waiting_findings;
	bool stopping;
};

/* ---- the queue ---- */

static bool has_room(const struct outbox *outbox)
{
	return !outbox->stopping && outbox->waiting_findings < WAITING_FINDINGS_MAX;
}

bool outbox_has_room(struct outbox *outbox)
{
	pthread_mutex_lock(&outbox->lock);
	bool room = has_room(outbox);
	pthread_mutex_unlock(&outbox->lock);
	return room;
}

bool outbox_submit(struct outbox *outbox, struct outbox_job *job)
{
	job->next = NULL;
	pthread_mutex_lock(&outbox->lock);
	bool room = has_room(outbox);
	if (room) {
		*outbox->last = job;
		outbox->last = &job->next;
		outbox->waiting_findings += job->count;
		pthread_cond_signal(&outbox->work);
	}
	pthread_mutex_unlock(&outbox->lock);
	return room;
}

/* Takes whole jobs off the front, as many as fit a batch and at least one; NULL when stopping and nothing waits. */
static struct outbox_job *take_batch(struct outbox *outbox, size_t *ret_findings)
{
	pthread_mutex_lock(&outbox->lock);
	while (!outbox->first && !outbox->stopping)
		pthread_cond_wait(&outbox->work, &outbox->lock);
	struct outbox_job *batch = outbox->first;
	struct outbox_job **end = &outbox->first;
	size_t findings = 0;
	while (*end && (findings == 0 || findings + (*end)->count <= BATCH_FINDINGS_MAX)) {
		findings += (*end)->count;
		end = &(*end)->next;
	}
	if (batch) {
		struct outbox_job *rest = *end;
		*end = NULL;
		outbox->first = rest;
		if (!rest)
			outbox->last = &outbox->first;
	}
	outbox->waiting_findings -= findings;
	pthread_mutex_unlock(&outbox->lock);
	*ret_findings = findings;
	return batch;
}

/* ---- the writer ---- */

static size_t gather(const struct outbox_job *batch, struct store_entry *entries)
{
	size_t count = 0;
	for (const struct outbox_job *job = batch; job; job = job->next) {
		memcpy(entries + count, job->entries, job->count * sizeof *entries);
		count += job->count;
	}
	return count;
}

static void scatter(const struct outbox_job *batch, const struct store_entry *entries)
{
	for (const struct outbox_job *job = batch; job; job = job->next) {
		memcpy(job->entries, entries, job->count * sizeof *entries);
		entries += job->count;
	}
}

static bool commit(struct outbox *outbox, struct outbox_job *batch, size_t findings, struct err *err)
{
	SCOPED(entries) struct store_entry *entries = calloc(findings > 0 ? findings : 1, sizeof *entries);
	if (!entries)
		return err_set(err, "out of memory");
	size_t count = gather(batch, entries);
	outbox->hooks.prepare(outbox->hooks.context, entries, count);
	bool ok = outbox->store->ops->commit(outbox->store, entries, count, err);
	for (size_t i = 0; i < count; i++) {
		free(entries[i].baseline);
		entries[i].baseline = NULL;
	}
	if (ok)
		scatter(batch, entries);
	return ok;
}

static void *write_batches(void *argument)
{
	struct outbox *outbox = argument;
	pthread_setname_np(pthread_self(), "outbox");
	size_t findings;
	for (struct outbox_job *batch; (batch = take_batch(outbox, &findings));) {
		struct err err = {0};
		bool ok = commit(outbox, batch, findings, &err);
		if (ok)
			outbox->hooks.committed(outbox->hooks.context);
		else
			log_write(LOG_STORE_FAILED, "doing", "commit findings", "detail", err.text, NULL);
		while (batch) {
			struct outbox_job *job = batch;
			batch = job->next; /* done() may free the job */
			job->done(job, ok, &err);
		}
	}
	return NULL;
}

/* ---- life ---- */

struct outbox *outbox_open(struct store *store, const struct outbox_hooks *hooks, struct err *err)
{
	struct outbox *outbox = calloc(1, sizeof *outbox);
	if (!outbox) {
		err_set(err, "out of memory");
		return NULL;
	}
	outbox->store = store;
	outbox->hooks = *hooks;
	outbox->last = &outbox->first;
	pthread_mutex_init(&outbox->lock, NULL);
	pthread_cond_init(&outbox->work, NULL);
	int failure = pthread_create(&outbox->writer, NULL, write_batches, outbox);
	if (failure == 0)
		return outbox;
	err_set(err, "start a thread: %s", strerror(failure));
	free(outbox);
	return NULL;
}

void outbox_stop(struct outbox *outbox)
{
	pthread_mutex_lock(&outbox->lock);
	outbox->stopping = true;
	pthread_cond_signal(&outbox->work);
	pthread_mutex_unlock(&outbox->lock);
	if (!outbox->joined)
		pthread_join(outbox->writer, NULL);
	outbox->joined = true;
}

void outbox_close(struct outbox *outbox)
{
	if (!outbox)
		return;
	outbox_stop(outbox);
	pthread_cond_destroy(&outbox->work);
	pthread_mutex_destroy(&outbox->lock);
	free(outbox);
}
