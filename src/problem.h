/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBLEM_H
#define PROBLEM_H
/*
 * Refusals as RFC 9457 problem+json. Status and title are HTTP's; the detail says
 * what was wrong, where, and what to do.
 */
#include "server/server.h"

/* Fills the answer in; replaces what was there. Statuses 429 and 503 get a Retry-After. */
void problem(struct exchange *exchange, unsigned status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The detail of a refusal made before, for the log; borrowed from the answer's request. */
const char *problem_title(unsigned status);

#endif
