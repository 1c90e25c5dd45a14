/* SPDX-License-Identifier: Apache-2.0 */
/* The reverse of base/parse.c, policy_window_parse() and the expansion of values. */
#include "config/print.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

enum { IPV4_AT_BYTE = 12, IPV4_AT_BIT = 8 * IPV4_AT_BYTE, HOUR_MIN = 60, DAY_MIN = 24 * HOUR_MIN };

static const struct {
	const char *name;
	int64_t ms;
} units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}, {"d", 24 * 60 * 60 * 1000},
};
enum { UNIT_COUNT = sizeof units / sizeof units[0], UNIT_SECOND = 1 };

/* Code points that YAML takes for a line break or for no character, or that act on a terminal without being seen. */
static bool is_escaped(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
	    {0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c}, {0x200b, 0x200f},
	    {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfffe, 0xffff},
	};
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* The code point of the valid character of `length` bytes at `text`. */
static uint32_t code_point(const char *text, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t code = length == 1 ? bytes[0] : bytes[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++)
		code = code << 6 | (bytes[i] & 0x3fU);
	return code;
}

/* Returns the bytes read. */
static size_t print_character(const char *text, size_t length, struct strbuf *out)
{
	size_t bytes = utf8_character(text, length);
	if (bytes == 0) {
		strbuf_puts(out, "\\ufffd");
		return 1;
	}
	uint32_t code = code_point(text, bytes);
	if (code == '"' || code == '\\')
		strbuf_printf(out, "\\%c", (char)code);
	else if (is_escaped(code))
		strbuf_printf(out, "\\u%04" PRIx32, code);
	else
		strbuf_add(out, text, bytes);
	return bytes;
}

void print_text(const char *text, struct strbuf *out)
{
	strbuf_putc(out, '"');
	for (size_t length = strlen(text), taken; length > 0; text += taken, length -= taken) {
		if (strncmp(text, "${", 2) == 0) /* $${ is a literal ${ */
			strbuf_putc(out, '$');
		taken = print_character(text, length, out);
	}
	strbuf_putc(out, '"');
}

void print_duration(int64_t ms, struct strbuf *out)
{
	size_t unit = UNIT_COUNT - 1;
	while (ms % units[unit].ms != 0)
		unit--;
	strbuf_printf(out, "%" PRId64 "%s", ms / units[unit].ms, units[unit].name);
}

/* parse_rate_ms() rounds the interval up, so a unit fits when rounding up gives it back. */
void print_rate(int64_t interval_ms, struct strbuf *out)
{
	for (size_t unit = UNIT_SECOND; unit < UNIT_COUNT && interval_ms > 0; unit++) {
		int64_t period_ms = units[unit].ms;
		int64_t count = (period_ms + interval_ms - 1) / interval_ms;
		if ((period_ms + count - 1) / count != interval_ms)
			continue;
		strbuf_printf(out, "%" PRId64 "/%s", count, units[unit].name);
		return;
	}
}

void print_cidr(const struct cidr *cidr, struct strbuf *out)
{
	static const unsigned char mapped[IPV4_AT_BYTE] = {[10] = 0xff, [11] = 0xff};
	char text[INET6_ADDRSTRLEN] = "";
	bool ipv4 = cidr->prefix_bits >= IPV4_AT_BIT && memcmp(cidr->address, mapped, sizeof mapped) == 0;
	if (ipv4)
		inet_ntop(AF_INET, cidr->address + IPV4_AT_BYTE, text, sizeof text);
	else
		inet_ntop(AF_INET6, cidr->address, text, sizeof text);
	strbuf_printf(out, "\"%s/%u\"", text, ipv4 ? cidr->prefix_bits - IPV4_AT_BIT : cidr->prefix_bits);
}

void print_window(const struct policy_window *window, struct strbuf *out)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	enum { DAY_COUNT = sizeof days / sizeof days[0], EVERY_DAY = (1 << DAY_COUNT) - 1 };
	bool every_day = window->days == EVERY_DAY;
	const char *before = "";
	strbuf_putc(out, '"');
	for (size_t day = 0; day < DAY_COUNT && !every_day; day++) {
		if (!(window->days >> day & 1))
			continue;
		strbuf_printf(out, "%s%s", before, days[day]);
		before = ",";
	}
	bool whole_day = window->start_min == 0 && window->end_min == DAY_MIN;
	if (every_day || !whole_day)
		strbuf_printf(out, "%s%02d:%02d-%02d:%02d", every_day ? "" : " ", window->start_min / HOUR_MIN,
		              window->start_min % HOUR_MIN, window->end_min / HOUR_MIN, window->end_min % HOUR_MIN);
	strbuf_putc(out, '"');
}
