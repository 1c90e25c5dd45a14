/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/events: read, judge, hand what matters to the outbox, and answer once it
 * is durable. Events that are not root's touch no disk.
 */
#include "api_events.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "detector.h"
#include "event.h"
#include "problem.h"
#include "rootwatch/scope.h"

enum { RESULTS_LIMIT_BYTES = 32 * 1024 * 1024, ID_RANDOM_BYTES = 10 };

void event_post_free(struct event_post *post)
{
	if (!post)
		return;
	for (size_t i = 0; i < post->count; i++) {
		finding_done(&post->findings[i]);
		finding_done(&post->deferred[i].finding);
		free((void *)(uintptr_t)post->entries[i].notifiers);
		free(post->entries[i].stored_json);
	}
	free(post->ticket.finding_ids);
	free(post->findings);
	free(post->deferred);
	free(post->entries);
	free(post->slots);
	strbuf_done(&post->results);
	free(post);
}

static struct event_post *event_post_new(struct exchange *exchange, struct api_request *request, size_t events)
{
	struct event_post *post = calloc(1, sizeof *post);
	if (!post)
		return NULL;
	post->exchange = exchange;
	post->request = request;
	post->results = STRBUF_INIT(RESULTS_LIMIT_BYTES);
	post->findings = calloc(events + 1, sizeof *post->findings);
	post->entries = calloc(events + 1, sizeof *post->entries);
	post->deferred = calloc(events + 1, sizeof *post->deferred);
	post->slots = calloc(events + 1, sizeof *post->slots);
	if (post->findings && post->deferred && post->entries && post->slots)
		return post;
	event_post_free(post);
	return NULL;
}

/* ---- judging ---- */

static bool build_finding(const struct event_post *post, const struct event *event, const struct judgement *judgement,
                          struct finding *ret_finding, struct err *err)
{
	const struct receipt receipt = {
	    .received_s = post->exchange->received_ms / 1000,
	    .key_name = post->request->key->name,
	};
	unsigned char random[ID_RANDOM_BYTES];
	if (!crypto_random(random, sizeof random))
		return err_set(err, "no randomness for a finding's id");
	return finding_build(event, judgement, &post->request->config->config->policy, &receipt, random, ret_finding, err);
}

static bool add_finding(struct event_post *post, const struct event *event, const struct judgement *judgement,
                        const char **names, size_t name_count, struct err *err)
{
	struct finding *finding = &post->findings[post->count];
	if (!build_finding(post, event, judgement, finding, err))
		return false;
	post->entries[post->count] = (struct store_entry){
	    .finding = finding,
	    .notifiers = names,
	    .notifier_count = name_count,
	};
	post->count++;
	return true;
}

/* When something should follow the event that was just added: what is told if it does not. */
static bool add_deferred(struct event_post *post, const struct inquiry *inquiry, struct err *err)
{
	struct judgement judgement;
	const struct absence *absence;
	if (!history_judge_absence(service_history(post->request->service), inquiry, &judgement, &absence, err))
		return false;
	if (!absence)
		return true;
	struct deferred *deferred = &post->deferred[post->count - 1];
	if (!build_finding(post, inquiry->event, &judgement, &deferred->finding, err))
		return false;
	deferred_name(deferred, absence->signal);
	deferred->due_s = absence_due_s(absence, inquiry->event->time_s, inquiry->received_s);
	post->entries[post->count - 1].deferred = deferred;
	return true;
}

/* Judges one element, counts it, and writes its RESULT; `keep`: as a finding, when it is one. */
static bool add_event(struct event_post *post, const struct event *event, bool keep, struct err *err)
{
	struct api_request *request = post->request;
	const struct config *config = request->config->config;
	struct judgement judgement;
	const struct inquiry inquiry = {
	    .event = event,
	    .policy = &config->policy,
	    .received_s = post->exchange->received_ms / 1000,
	    .learn = keep,
	};
	if (!history_judge(service_history(request->service), &inquiry, &judgement, err))
		return false;
	metrics_verdict(service_metrics(request->service), judgement.verdict, judgement.severity);

	struct result_slot *slot = &post->slots[post->slot_count++];
	const char **names = NULL;
	size_t name_count = 0;
	bool is_finding = judgement_is_finding(&judgement);
	if (is_finding && !(names = notifiers_wanting(config->notifiers, config->notifier_count, &config->policy,
	                                              &judgement, event_account(event), &name_count)))
		return err_set(err, "out of memory");
	slot->stored = is_finding && keep;
	slot->entry = post->count;
	if (slot->stored && !add_finding(post, event, &judgement, names, name_count, err)) {
		free(names);
		return false;
	}
	if (slot->stored && !add_deferred(post, &inquiry, err))
		return false;
	slot->begin = post->results.length;
	finding_result(event, &judgement, slot->stored ? post->findings[slot->entry].id : NULL,
	               names ? names : (const char *[]){NULL}, name_count, &post->results);
	slot->end = post->results.length;
	if (!slot->stored)
		free(names);
	return !post->results.overflowed || err_set(err, "out of memory");
}

/* ---- answering ---- */

static bool add_result(struct event_post *post, const struct result_slot *slot, struct strbuf *out, struct err *err)
{
	const struct store_entry *entry = &post->entries[slot->entry];
	if (slot->stored && entry->duplicate)
		return finding_result_duplicate(entry->stored_json, out, err);
	strbuf_add(out, strbuf_text(&post->results) + slot->begin, slot->end - slot->begin);
	return true;
}

static void answer_results(struct event_post *post)
{
	struct exchange *exchange = post->exchange;
	struct err err = {0};
	strbuf_reset(&exchange->answer);
	strbuf_puts(&exchange->answer, "{\"results\":[");
	for (size_t i = 0; i < post->slot_count; i++) {
		if (i > 0)
			strbuf_putc(&exchange->answer, ',');
		if (!add_result(post, &post->slots[i], &exchange->answer, &err)) {
			problem(exchange, 503, "What is stored of this event cannot be read: %s.", err.text);
			return;
		}
	}
	strbuf_puts(&exchange->answer, "]}\n");
	api_ok(exchange, "application/json");
}

static void report_findings(struct event_post *post)
{
	for (size_t i = 0; i < post->count; i++) {
		const struct finding *finding = &post->findings[i];
		if (post->entries[i].duplicate)
			metrics_duplicate(service_metrics(post->request->service));
		else
			log_write(LOG_FINDING, "finding", finding->id, "account", finding->account, "verdict",
			          verdict_name(finding->verdict), "severity", severity_name(finding->severity), "actor",
			          actor_name(finding->actor), "key", post->request->key->name, NULL);
	}
}

/* In a thread of the server, after the commit (and the wait for a channel) has ended. */
static void finish(struct exchange *exchange)
{
	struct event_post *post = ((struct api_request *)exchange->state)->post;
	if (!post->committed) {
		problem(exchange, 503, "The store could not keep it: %s. Nothing is lost as long as it is sent again.",
		        post->err.text);
		return;
	}
	report_findings(post);
	if (post->undelivered)
		problem(exchange, 503,
		        "It is kept and will be told, but no channel took it within %d ms; send it again to be sure.",
		        ACK_DEADLINE_MS);
	else
		answer_results(post);
}

/* What was learned of these findings is not kept. */
static void unlearn(struct event_post *post)
{
	for (size_t i = 0; i < post->count; i++)
		history_forget(service_history(post->request->service), post->findings[i].account);
}

static size_t count_new(const struct event_post *post)
{
	size_t count = 0;
	for (size_t i = 0; i < post->count; i++)
		count += !post->entries[i].duplicate;
	return count;
}

/* In the outbox's thread. */
static void on_durable(struct outbox_job *job, bool committed, const struct err *err)
{
	struct event_post *post = (struct event_post *)job;
	post->committed = committed;
	if (!committed)
		post->err = *err;
	metrics_commit(service_metrics(post->request->service), count_new(post), clock_monotonic_us() - post->submitted_us,
	               committed);
	if (committed) {
		delivered_await(post);
		return;
	}
	unlearn(post);
	delivered_drop(post);
	server_resume(post->exchange);
}

static enum handled submit(struct event_post *post)
{
	struct exchange *exchange = post->exchange;
	post->job = (struct outbox_job){.entries = post->entries, .count = post->count, .done = on_durable};
	post->submitted_us = clock_monotonic_us();
	exchange->finish = finish;
	if (!delivered_watch(post)) {
		problem(exchange, 503, "Out of memory; send it again later.");
		return HANDLED;
	}
	if (outbox_submit(service_outbox(post->request->service), &post->job))
		return PENDING;
	unlearn(post);
	delivered_drop(post);
	problem(exchange, 503, "%s; send it again later.",
	        service_stopping(post->request->service) ? "Shutting down" : "Too much waits for the store already");
	return HANDLED;
}

/* ---- the request ---- */

static bool refuse_batch(struct exchange *exchange, enum event_status status, const struct err *err)
{
	switch (status) {
	case EVENT_OK: return false;
	case EVENT_NOT_JSON: problem(exchange, 400, "The body is no JSON object or array: %s.", err->text); break;
	case EVENT_NOT_AN_EVENT:
		problem(exchange, 422, "This is neither an EventBridge event nor a CloudTrail record: %s.", err->text);
		break;
	case EVENT_NO_MEMORY: problem(exchange, 503, "Out of memory; send it again later."); break;
	}
	return true;
}

static bool read_dry_run(struct exchange *exchange, bool *ret_dry_run)
{
	const char *value = exchange_query(exchange, "dry_run");
	*ret_dry_run = value && strcmp(value, "true") == 0;
	if (!value || *ret_dry_run || strcmp(value, "false") == 0)
		return true;
	problem(exchange, 400, "The query parameter dry_run must be true or false.");
	return false;
}

enum handled api_events_post(struct exchange *exchange, struct api_request *request)
{
	bool dry_run;
	if (!read_dry_run(exchange, &dry_run))
		return HANDLED;
	SCOPED(event_batch) struct event_batch batch = {0};
	struct err err = {0};
	if (refuse_batch(exchange, event_batch_read(exchange->body, exchange->body_length, &batch, &err), &err))
		return HANDLED;
	request->post = event_post_new(exchange, request, batch.count);
	for (size_t i = 0; request->post && i < batch.count; i++) {
		if (add_event(request->post, &batch.events[i], !dry_run, &err))
			continue;
		problem(exchange, 503, "%s; send it again later.", err.text);
		return HANDLED;
	}
	if (!request->post) {
		problem(exchange, 503, "Out of memory; send it again later.");
		return HANDLED;
	}
	if (request->post->count > 0)
		return submit(request->post);
	answer_results(request->post);
	return HANDLED;
}
