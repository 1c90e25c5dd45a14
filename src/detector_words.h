/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECTOR_WORDS_H
#define DETECTOR_WORDS_H
/* A judgement in words, for detector.c. */
#include "detector.h"

/* "Root signed in to the console without MFA". Reads the hits. */
void detector_title(const struct event *event, struct judgement *judgement);

/* "root user, access key AKIA...4XYZ, no MFA" */
void detector_who(const struct event *event, struct judgement *judgement);

/* The next steps of the worst signals, each once. */
void detector_steps(struct judgement *judgement);

#endif
