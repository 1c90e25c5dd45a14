/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time, and its one text form. Nothing else in the tree asks libc for the time,
 * and nothing here depends on the process's time zone.
 */
#include "base/clock.h"

#include <string.h>
#include <time.h>

static int64_t milliseconds(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_wall_s(void)
{
	return clock_wall_ms() / 1000;
}

int64_t clock_wall_ms(void)
{
	return milliseconds(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
	return milliseconds(CLOCK_MONOTONIC);
}

int64_t clock_monotonic_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Overwrites `digits` places. By hand: snprintf cannot be told that the parts of a struct tm are small. */
static void put_number(char *place, int digits, int value)
{
	for (int i = digits - 1; i >= 0; i--, value /= 10)
		place[i] = (char)('0' + value % 10);
}

void clock_format_utc(int64_t time_s, char ret_text[CLOCK_UTC_BYTES])
{
	ret_text[0] = '\0';
	time_t time = (time_t)time_s;
	struct tm utc;
	if (!gmtime_r(&time, &utc) || utc.tm_year < -1900 || utc.tm_year > 9999 - 1900)
		return;
	memcpy(ret_text, "0000-00-00T00:00:00Z", CLOCK_UTC_BYTES);
	put_number(ret_text, 4, utc.tm_year + 1900);
	put_number(ret_text + 5, 2, utc.tm_mon + 1);
	put_number(ret_text + 8, 2, utc.tm_mday);
	put_number(ret_text + 11, 2, utc.tm_hour);
	put_number(ret_text + 14, 2, utc.tm_min);
	put_number(ret_text + 17, 2, utc.tm_sec);
}

/* Reads exactly `digits` digits, then `after` ('\0': nothing). NULL text passes through. */
static const char *take_number(const char *text, int digits, char after, int maximum, int *ret_value)
{
	int value = 0;
	for (int i = 0; text && i < digits; i++) {
		if (text[i] < '0' || text[i] > '9')
			return NULL;
		value = value * 10 + (text[i] - '0');
	}
	if (!text || value > maximum)
		return NULL;
	*ret_value = value;
	text += digits;
	if (after == '\0')
		return text;
	return *text == after ? text + 1 : NULL;
}

/* ".123" or nothing. Fractions are dropped: an event's second is what is judged. */
static const char *skip_fraction(const char *text)
{
	if (!text || *text != '.')
		return text;
	size_t digits = strspn(text + 1, "0123456789");
	return digits > 0 ? text + 1 + digits : NULL;
}

/* "Z" or "+02:00", up to the end of the text. */
static bool parse_offset(const char *text, int64_t *ret_offset_s)
{
	if (!text)
		return false;
	if (*text == 'Z' || *text == 'z') {
		*ret_offset_s = 0;
		return text[1] == '\0';
	}
	if (*text != '+' && *text != '-')
		return false;
	int hours, minutes;
	const char *end = take_number(text + 1, 2, ':', 23, &hours);
	end = take_number(end, 2, '\0', 59, &minutes);
	if (!end || *end != '\0')
		return false;
	*ret_offset_s = (*text == '-' ? -60 : 60) * (hours * 60 + minutes);
	return true;
}

bool clock_parse_utc(const char *text, int64_t *ret_time_s)
{
	int year, month, day, hour, minute, second;
	const char *next = take_number(text, 4, '-', 9999, &year);
	next = take_number(next, 2, '-', 12, &month);
	next = take_number(next, 2, '\0', 31, &day);
	if (!next || (*next != 'T' && *next != 't'))
		return false;
	next = take_number(next + 1, 2, ':', 23, &hour);
	next = take_number(next, 2, ':', 59, &minute);
	next = take_number(next, 2, '\0', 60, &second); /* 60: a leap second, which POSIX time calls the next one */
	int64_t offset_s;
	if (!parse_offset(skip_fraction(next), &offset_s))
		return false;

	struct tm utc = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
	time_t midnight = timegm(&utc);
	if (utc.tm_mon != month - 1 || utc.tm_mday != day)
		return false; /* timegm() turned the 30th of February into something else */
	*ret_time_s = (int64_t)midnight + hour * 3600 + minute * 60 + second - offset_s;
	return true;
}
