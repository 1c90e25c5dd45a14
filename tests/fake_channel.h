/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FAKE_CHANNEL_H
#define TESTS_FAKE_CHANNEL_H
/* A notifier that answers what a test says, hangs when told to, and remembers what it was sent. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "finding.h"
#include "monitor.h"
#include "notifier.h"

enum { CHANNEL_SENDS_MAX = 16, CHANNEL_TIMEOUT_MS = 5000 };

struct fake_channel {
	struct notifier_config config;
	struct notifier_instance instance;
	struct outcome outcomes[CHANNEL_SENDS_MAX]; /* of each send in turn; beyond those `said`: delivered */
	size_t said;

	/* Under the monitor's lock. */
	bool held;          /* sends hang while it is set */
	size_t begun, sent; /* sends so far */
	struct {
		int64_t begin_ms; /* monotonic */
		char finding_id[FINDING_ID_BYTES];
		char resume[OUTCOME_RESUME_BYTES];
	} sends[CHANNEL_SENDS_MAX];
};

static inline struct outcome fake_channel_send(void *self, const struct alert *alert, const char *resume)
{
	struct fake_channel *channel = self;
	monitor_enter();
	size_t turn = channel->begun++;
	if (turn < CHANNEL_SENDS_MAX) {
		channel->sends[turn].begin_ms = clock_monotonic_ms();
		snprintf(channel->sends[turn].finding_id, FINDING_ID_BYTES, "%s", alert->finding_id);
		snprintf(channel->sends[turn].resume, OUTCOME_RESUME_BYTES, "%s", resume);
	}
	pthread_cond_broadcast(&monitor_changed);
	while (channel->held)
		pthread_cond_wait(&monitor_changed, &monitor_lock);
	channel->sent++;
	struct outcome outcome = turn < channel->said ? channel->outcomes[turn] : outcome_delivered("200 ok");
	monitor_leave();
	return outcome;
}

static const struct notifier_type fake_channel_type = {.name = "fake", .send = fake_channel_send};

static inline void fake_channel_init(struct fake_channel *channel, const char *name)
{
	*channel = (struct fake_channel){
	    .config = {.name = name, .type = &fake_channel_type, .timeout_ms = CHANNEL_TIMEOUT_MS},
	    .instance = {.self = channel, .config = &channel->config},
	};
}

/* What the next send that has no answer yet is answered. Before it is sent. */
static inline struct outcome *fake_channel_say(struct fake_channel *channel, struct outcome outcome)
{
	assert_true(channel->said < CHANNEL_SENDS_MAX);
	channel->outcomes[channel->said] = outcome;
	return &channel->outcomes[channel->said++];
}

static inline void fake_channel_hold(struct fake_channel *channel, bool held)
{
	monitor_enter();
	channel->held = held;
	monitor_leave();
}

#endif
