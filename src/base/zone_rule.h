/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ZONE_RULE_H
#define BASE_ZONE_RULE_H
/*
 * The POSIX TZ string that ends a TZif file: what holds after its last transition,
 * for ever. Pure. Rules: POSIX.1 "Environment Variables", RFC 8536 3.3.1.
 */
#include <stdbool.h>
#include <stdint.h>

enum zone_day_kind {
	ZONE_DAY_JULIAN,   /* J1-J365, the 29th of February not counted */
	ZONE_DAY_OF_YEAR,  /* 0-365 */
	ZONE_DAY_OF_MONTH, /* M3.5.0: month, week (5: the last), weekday */
};

struct zone_change {
	enum zone_day_kind kind;
	int day; /* of the year, or weekday */
	int week;
	int month;
	int32_t time_s; /* local time of that day, may be negative or beyond a day */
};

struct zone_rule {
	int32_t standard_s; /* seconds east of UTC */
	int32_t daylight_s;
	bool has_daylight;
	struct zone_change start; /* of daylight saving */
	struct zone_change end;
};

/* "CET-1CEST,M3.5.0,M10.5.0/3" */
bool zone_rule_parse(const char *text, struct zone_rule *ret_rule);

int32_t zone_rule_offset_s(const struct zone_rule *rule, int64_t time_s);

#endif
