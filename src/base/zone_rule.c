/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and applies the TZ string of a time zone. Text comes from a file, so every
 * number is bounded. The take_ functions return where reading goes on, NULL on
 * failure, and let NULL pass, so that a grammar reads as a sequence.
 */
#include "base/zone_rule.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

enum {
	HOUR_S = 3600,
	DAY_S = 24 * HOUR_S,
	OFFSET_HOURS_MAX = 24,         /* POSIX */
	CHANGE_HOURS_MAX = 7 * 24 - 1, /* RFC 8536 3.3.1 widens POSIX's 24 */
	CHANGE_TIME_S = 2 * HOUR_S,    /* when a rule names no time */
};

/* 9999-12-31T23:59:59Z: beyond it nobody changes clocks, and arithmetic stays far from overflow. */
static const int64_t LAST_S = 253402300799;

static const char *take_integer(const char *text, int minimum, int maximum, int *ret_value)
{
	int value = 0;
	const char *digit = text;
	for (; digit && *digit >= '0' && *digit <= '9' && digit < text + 3; digit++)
		value = value * 10 + (*digit - '0');
	if (digit == text || value < minimum || value > maximum)
		return NULL;
	*ret_value = value;
	return digit;
}

static const char *take_character(const char *text, char c)
{
	return text && *text == c ? text + 1 : NULL;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "CEST" or "<+0330>": skipped, we show offsets and no names. */
static const char *take_name(const char *text)
{
	if (!text)
		return NULL;
	if (*text == '<') {
		const char *end = strchr(text, '>');
		return end ? end + 1 : NULL;
	}
	const char *end = text;
	while (is_letter(*end))
		end++;
	return end - text >= 3 ? end : NULL;
}

/* [+-]hh[:mm[:ss]] */
static const char *take_time(const char *text, int hours_max, int32_t *ret_time_s)
{
	if (!text)
		return NULL;
	bool negative = *text == '-';
	text += *text == '-' || *text == '+';
	int hours, minutes = 0, seconds = 0;
	text = take_integer(text, 0, hours_max, &hours);
	if (text && *text == ':')
		text = take_integer(text + 1, 0, 59, &minutes);
	if (text && *text == ':')
		text = take_integer(text + 1, 0, 59, &seconds);
	if (!text)
		return NULL;
	int32_t time_s = hours * HOUR_S + minutes * 60 + seconds;
	*ret_time_s = negative ? -time_s : time_s;
	return text;
}

static const char *take_day(const char *text, struct zone_change *ret_change)
{
	if (*text == 'J') {
		ret_change->kind = ZONE_DAY_JULIAN;
		return take_integer(text + 1, 1, 365, &ret_change->day);
	}
	if (*text != 'M') {
		ret_change->kind = ZONE_DAY_OF_YEAR;
		return take_integer(text, 0, 365, &ret_change->day);
	}
	ret_change->kind = ZONE_DAY_OF_MONTH;
	text = take_integer(text + 1, 1, 12, &ret_change->month);
	text = take_integer(take_character(text, '.'), 1, 5, &ret_change->week);
	return take_integer(take_character(text, '.'), 0, 6, &ret_change->day);
}

/* ",M10.5.0/3" */
static const char *take_change(const char *text, struct zone_change *ret_change)
{
	text = take_character(text, ',');
	if (!text)
		return NULL;
	text = take_day(text, ret_change);
	ret_change->time_s = CHANGE_TIME_S;
	if (text && *text == '/')
		text = take_time(text + 1, CHANGE_HOURS_MAX, &ret_change->time_s);
	return text;
}

bool zone_rule_parse(const char *text, struct zone_rule *ret_rule)
{
	struct zone_rule rule = {0};
	int32_t west_s = 0; /* POSIX counts west of Greenwich as positive */
	text = take_time(take_name(text), OFFSET_HOURS_MAX, &west_s);
	rule.standard_s = -west_s;
	if (text && *text != '\0') {
		rule.has_daylight = true;
		rule.daylight_s = rule.standard_s + HOUR_S;
		text = take_name(text);
		if (text && *text != ',') {
			text = take_time(text, OFFSET_HOURS_MAX, &west_s);
			rule.daylight_s = -west_s;
		}
		text = take_change(take_change(text, &rule.start), &rule.end);
	}
	if (!text || *text != '\0')
		return false;
	*ret_rule = rule;
	return true;
}

static int64_t midnight_s(int year, int month, int day)
{
	struct tm date = {.tm_year = year, .tm_mon = month, .tm_mday = day};
	return timegm(&date);
}

/* Day of the month of "the last Sunday": counted from the first of the month, or back from the next month's first. */
static int64_t weekday_of_month_s(const struct zone_change *change, int year)
{
	bool last = change->week == 5;
	struct tm first = {.tm_year = year, .tm_mon = change->month - 1 + last, .tm_mday = 1};
	int64_t first_s = timegm(&first);
	int days = (change->day - first.tm_wday + 7) % 7;
	return first_s + (days + (last ? -7 : (change->week - 1) * 7)) * DAY_S;
}

/* The moment of change as seconds since the epoch in local time; `year` counts from 1900. */
static int64_t change_local_s(const struct zone_change *change, int year)
{
	switch (change->kind) {
	case ZONE_DAY_OF_MONTH: return weekday_of_month_s(change, year) + change->time_s;
	case ZONE_DAY_OF_YEAR: return midnight_s(year, 0, 1 + change->day) + change->time_s;
	case ZONE_DAY_JULIAN: break;
	}
	/* Days from March on are counted from the first of March: that is day 60 in every year. */
	bool before_march = change->day < 60;
	return midnight_s(year, before_march ? 0 : 2, before_march ? change->day : change->day - 59) + change->time_s;
}

int32_t zone_rule_offset_s(const struct zone_rule *rule, int64_t time_s)
{
	if (!rule->has_daylight || time_s > LAST_S || time_s < -LAST_S)
		return rule->standard_s;
	struct tm local;
	time_t local_s = (time_t)(time_s + rule->standard_s);
	gmtime_r(&local_s, &local);
	int64_t start_s = change_local_s(&rule->start, local.tm_year) - rule->standard_s;
	int64_t end_s = change_local_s(&rule->end, local.tm_year) - rule->daylight_s;
	/* South of the equator daylight saving spans the new year: end comes first. */
	bool saving = start_s < end_s ? time_s >= start_s && time_s < end_s : time_s >= start_s || time_s < end_s;
	return saving ? rule->daylight_s : rule->standard_s;
}
