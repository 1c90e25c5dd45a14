/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SAMPLE_JUDGEMENT_H
#define TESTS_SAMPLE_JUDGEMENT_H
/* Events of sample_event.h with what the detector says of them. */
#include "detector.h"
#include "sample_event.h"

static const struct policy no_policy;

/* A batch and the judgement of its first event. */
struct sample {
	struct event_batch batch;
	const struct event *event;
	struct judgement judgement;
};

static inline void sample_scope(struct sample *sample)
{
	event_batch_done(&sample->batch);
}

static inline struct sample judged_batch(struct event_batch batch, const struct policy *policy)
{
	struct sample sample = {.batch = batch, .event = batch.events};
	assert_true(batch.count > 0);
	memset(&sample.judgement, 0x55, sizeof sample.judgement); /* whatever was there before ... */
	sample.judgement.hits[0].severity = SEVERITY_CRITICAL;    /* ... must not matter */
	detector_judge(sample.event, policy, NULL, NULL, &sample.judgement);
	return sample;
}

/* See fixture_with(). */
static inline struct sample judged(const char *name, const char *changes, const struct policy *policy)
{
	return judged_batch(fixture_with(name, changes), policy);
}

/* "console_login_no_mfa:critical console_login:medium" */
static inline void signals_of(const struct judgement *judgement, struct strbuf *out)
{
	for (size_t i = 0; i < judgement->hit_count; i++)
		strbuf_printf(out, "%s%s:%s", i > 0 ? " " : "", judgement->hits[i].signal->id,
		              severity_name(judgement->hits[i].severity));
}

static inline const struct signal_hit *hit_of(const struct judgement *judgement, const char *id)
{
	for (size_t i = 0; i < judgement->hit_count; i++)
		if (strcmp(judgement->hits[i].signal->id, id) == 0)
			return &judgement->hits[i];
	return NULL;
}

#endif
