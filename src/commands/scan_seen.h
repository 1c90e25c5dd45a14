/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SCAN_SEEN_H
#define COMMANDS_SCAN_SEEN_H
/*
 * Which events a scan has met before, by dedupe key, in bounded memory: those that
 * matter are never forgotten, of all others at least the last half a million are
 * known. Two trails, two regions and overlapping copies bring the same event close in time.
 */
#include <stdbool.h>
#include <stddef.h>

struct seen; /* opaque; not for two threads at a time */

struct seen *seen_new(void); /* NULL: out of memory */
void seen_free(struct seen *seen);

/* Has this key come before? It has from now on. `for_good`: it is never forgotten. False, with nothing remembered: out of memory. */
bool seen_add(struct seen *seen, const char *key, bool for_good, bool *ret_before);

#endif
