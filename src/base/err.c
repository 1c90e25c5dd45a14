/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error sentences. Both functions format into a second buffer first, so that an
 * argument may be the very text that is replaced. Never allocates.
 */
#include "rootwatch/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rootwatch/strbuf.h"

/* Room for a whole prefix, ": " and a whole sentence; more than is kept, so that keep() sees what it cuts through. */
enum { DRAFT_BYTES = 2 * ERR_TEXT_BYTES + 2 };

static void keep(struct err *err, const char draft[DRAFT_BYTES])
{
	size_t length = utf8_prefix(draft, strlen(draft), ERR_TEXT_BYTES - 1);
	memcpy(err->text, draft, length);
	err->text[length] = '\0';
}

bool err_set(struct err *err, const char *format, ...)
{
	if (!err)
		return false;
	char draft[DRAFT_BYTES] = "";
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(draft, sizeof draft, format, arguments);
	va_end(arguments);
	keep(err, draft);
	return false;
}

bool err_prefix(struct err *err, const char *format, ...)
{
	if (!err)
		return false;
	char draft[DRAFT_BYTES] = "";
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(draft, sizeof draft, format, arguments);
	va_end(arguments);
	size_t length = strlen(draft);
	snprintf(draft + length, sizeof draft - length, ": %s", err->text);
	keep(err, draft);
	return false;
}
