/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BACKOFF_H
#define BACKOFF_H
/* When to try again: pure arithmetic. */
#include <stdint.h>

enum {
	BACKOFF_BASE_MS = 1000,
	BACKOFF_CAP_MS = 5 * 60 * 1000,
};

/* Exponential with full jitter: uniform in [0, min(cap, base * 2^(attempts-1))], at least 1. `attempts` made so far (>= 1); `random` any 32 bits. */
int64_t backoff_delay_ms(int attempts, uint32_t random);

#endif
