/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pause before the next attempt. Full jitter spreads the instances of a fleet
 * (and the alerts of one outage) over the whole interval:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
#include "backoff.h"

int64_t backoff_delay_ms(int attempts, uint32_t random)
{
	int64_t bound_ms = BACKOFF_BASE_MS;
	for (int i = 1; i < attempts && bound_ms < BACKOFF_CAP_MS; i++)
		bound_ms *= 2;
	if (bound_ms > BACKOFF_CAP_MS)
		bound_ms = BACKOFF_CAP_MS;
	/* Scales [0, 2^32) to [0, bound]; the product stays below 2^51. */
	int64_t delay_ms = (int64_t)((uint64_t)(bound_ms + 1) * random >> 32);
	return delay_ms > 0 ? delay_ms : 1;
}
