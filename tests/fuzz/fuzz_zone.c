/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a time zone file: refused, or with an offset of at most a day (and a bit) at any time. */
#include <stdint.h>
#include <stdlib.h>

#include "base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const int64_t times_s[] = {INT64_MIN, -1, 0, 1000, 1782864000, 4118860800, 253402300799, INT64_MAX};
	struct zone *zone = zone_read(bytes, length);
	for (size_t i = 0; zone && i < sizeof times_s / sizeof times_s[0]; i++)
		if (abs(zone_offset_s(zone, times_s[i])) > 26 * 3600)
			abort();
	zone_free(zone);
	return 0;
}
