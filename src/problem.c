/* SPDX-License-Identifier: Apache-2.0 */
/* https://www.rfc-editor.org/rfc/rfc9457 */
#include "problem.h"

#include <stdarg.h>

#include "base/json.h"

enum {
	DETAIL_LIMIT_BYTES = 1024,
	RETRY_AFTER_S = 5, /* positive: a negative one stops EventBridge's retries for good */
};

static const struct {
	unsigned status;
	const char *title;
} titles[] = {
    {400, "Bad Request"},         {401, "Unauthorized"},          {403, "Forbidden"},
    {404, "Not Found"},           {405, "Method Not Allowed"},    {409, "Conflict"},
    {413, "Content Too Large"},   {422, "Unprocessable Content"}, {429, "Too Many Requests"},
    {503, "Service Unavailable"},
};

const char *problem_title(unsigned status)
{
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Internal Server Error";
}

void problem(struct exchange *exchange, unsigned status, const char *format, ...)
{
	SCOPED(strbuf) struct strbuf detail = STRBUF_INIT(DETAIL_LIMIT_BYTES);
	va_list arguments;
	va_start(arguments, format);
	strbuf_vprintf(&detail, format, arguments);
	va_end(arguments);

	exchange->status = status;
	exchange->content_type = "application/problem+json";
	if (status == 429 || status == 503)
		exchange->retry_after_s = RETRY_AFTER_S;
	strbuf_reset(&exchange->answer);
	strbuf_printf(&exchange->answer,
	              "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%u,\"detail\":", problem_title(status),
	              status);
	json_quote(strbuf_text(&detail), &exchange->answer);
	strbuf_puts(&exchange->answer, "}\n");
}
