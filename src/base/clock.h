/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
/*
 * The only place that asks what time it is. Wall-clock values are for people and
 * for what survives a restart; monotonic values for deadlines inside one process.
 */
#include <stdbool.h>
#include <stdint.h>

enum { CLOCK_UTC_BYTES = sizeof "2026-11-24T03:55:01Z" };

int64_t clock_wall_s(void);
int64_t clock_wall_ms(void);
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);

/* RFC 3339 in UTC, years 0000-9999; "" outside of them. */
void clock_format_utc(int64_t time_s, char ret_text[CLOCK_UTC_BYTES]);

/* Reads RFC 3339 ("2026-11-24T03:55:01Z", fraction and numeric offset allowed). False leaves *ret_time_s alone. */
bool clock_parse_utc(const char *text, int64_t *ret_time_s);

#endif
