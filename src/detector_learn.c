/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a judged event teaches about habits: an intruder must not be able to make his
 * acts usual. What is kept of it is baseline.c's.
 */
#include <stdlib.h>

#include "detector.h"

/* Alarming whatever the past: what is merely new must be able to become usual. */
static bool is_alarming(const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->hit_count; i++)
		if (judgement->hits[i].signal->about != SIGNAL_PAST && judgement->hits[i].severity >= SEVERITY_HIGH)
			return true;
	return false;
}

static enum baseline_lesson lesson_of(const struct judgement *judgement, const struct baseline_facts *facts,
                                      const struct baseline *baseline)
{
	enum { INCIDENT_S = 30 * 60 }; /* acts so soon after an alarming one are taken for the same hand's */
	if (judgement->actor == ACTOR_ASSUMED_ROOT)
		return LESSON_TARGET;
	if (facts->act == BASELINE_SIGN_IN_FAILED)
		return LESSON_COUNTED;
	if (is_alarming(judgement))
		return LESSON_ALARM;
	bool in_incident = baseline->alarm_s > 0 && llabs(facts->time_s - baseline->alarm_s) <= INCIDENT_S;
	return in_incident ? LESSON_ACT : LESSON_HABIT;
}

bool detector_learn(const struct event *event, const struct judgement *judgement, struct baseline *baseline)
{
	struct baseline_facts facts;
	baseline_facts(event, &facts);
	return baseline_learn(baseline, &facts, lesson_of(judgement, &facts, baseline));
}
