/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H
/*
 * Local time in a named zone, daylight saving included, from the system's TZif
 * files (RFC 8536). libc's own zone is process-wide state, so we read the files.
 * A loaded zone is immutable: any thread.
 */
#include <stddef.h>
#include <stdint.h>

#include "rootwatch/err.h"

struct zone;

/* "Europe/Berlin", "UTC". NULL, with err, when there is no such zone on this system. */
struct zone *zone_load(const char *name, struct err *err);

/* The zone that a TZif file of these bytes describes; NULL when they are none (or out of memory). */
struct zone *zone_read(const void *bytes, size_t length);

void zone_free(struct zone *zone); /* NULL is fine */

/* Seconds to add to UTC at this moment; 0 for NULL. */
int32_t zone_offset_s(const struct zone *zone, int64_t time_s);

#endif
