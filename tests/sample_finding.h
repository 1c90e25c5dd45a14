/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SAMPLE_FINDING_H
#define TESTS_SAMPLE_FINDING_H
/* Findings of the events of sample_event.h, as received 20 s after the fixtures' time. */
#include "finding.h"
#include "sample_judgement.h"

enum { RECEIVED_S = 1795405511 }; /* 2026-11-23T03:45:11Z */

static const unsigned char zeros[10];
static const struct receipt receipt = {.received_s = RECEIVED_S, .key_name = "eventbridge"};

static const struct policy_account sample_accounts[] = {{.id = "111122223333", .name = "prod"}};
static const struct policy named_accounts = {.accounts = sample_accounts, .account_count = 1};

static inline void finding_scope(struct finding *finding)
{
	finding_done(finding);
}

static inline struct finding built(const struct sample *sample, const struct receipt *how)
{
	struct finding finding;
	struct err err = {""};
	if (!finding_build(sample->event, &sample->judgement, &named_accounts, how, zeros, &finding, &err))
		fail_msg("%s", err.text);
	return finding;
}

/* See fixture_with(). */
static inline struct finding finding_of(const char *name, const char *changes)
{
	SCOPED(sample) struct sample sample = judged(name, changes, &no_policy);
	return built(&sample, &receipt);
}

#endif
