/* SPDX-License-Identifier: Apache-2.0 */
/* What was found and what became of it: findings and deliveries out of the store, page by page. */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "api.h"
#include "base/parse.h"
#include "problem.h"

enum { PAGE_DEFAULT = 100, PAGE_MAX = 1000 };

static bool refuse_value(struct exchange *exchange, const char *name, const char *wanted)
{
	problem(exchange, 400, "The query parameter %s must be %s.", name, wanted);
	return false;
}

static bool read_paging(struct exchange *exchange, struct store_page *page)
{
	const char *limit = exchange_query(exchange, "limit");
	const char *before = exchange_query(exchange, "before");
	int64_t rows = PAGE_DEFAULT;
	if (limit && !parse_integer(limit, 1, PAGE_MAX, &rows))
		return refuse_value(exchange, "limit", "a number from 1 to 1000");
	page->limit = (int)rows;
	if (before && !parse_integer(before, 1, INT64_MAX, &page->before))
		return refuse_value(exchange, "before", "the \"next\" of the page before");
	return true;
}

static bool is_account_id(const char *text)
{
	return strlen(text) == 12 && strspn(text, "0123456789") == 12;
}

static bool read_finding_filters(struct exchange *exchange, struct store_page *page)
{
	enum verdict verdict;
	enum severity severity;
	page->account = exchange_query(exchange, "account");
	page->verdict = exchange_query(exchange, "verdict");
	page->severity = exchange_query(exchange, "severity");
	if (page->account && !is_account_id(page->account))
		return refuse_value(exchange, "account", "an account's twelve digits");
	if (page->verdict && (!verdict_parse(page->verdict, &verdict) || verdict < VERDICT_ROUTINE))
		return refuse_value(exchange, "verdict", "routine or anomaly");
	if (page->severity && !severity_parse(page->severity, &severity))
		return refuse_value(exchange, "severity", "info, low, medium, high or critical");
	return true;
}

static bool read_delivery_filters(struct exchange *exchange, struct store_page *page)
{
	const char *state = exchange_query(exchange, "state");
	enum delivery_state parsed;
	page->notifier = exchange_query(exchange, "notifier");
	page->finding_id = exchange_query(exchange, "finding_id");
	page->state = -1;
	if (!state)
		return true;
	if (!delivery_state_parse(state, &parsed))
		return refuse_value(exchange, "state", "waiting, delivered or dead");
	page->state = (int)parsed;
	return true;
}

static enum handled store_failed(struct exchange *exchange, const struct err *err)
{
	problem(exchange, 503, "The store cannot be read: %s.", err->text);
	return HANDLED;
}

/* {"NAME":[...],"next":N} around what `list` adds. */
static enum handled answer_page(struct exchange *exchange, const char *name, const struct store_page *page,
                                struct store *store,
                                bool (*list)(struct store *store, const struct store_page *page, struct strbuf *out,
                                             int64_t *ret_next, struct err *err))
{
	struct err err = {0};
	int64_t next = 0;
	strbuf_printf(&exchange->answer, "{\"%s\":", name);
	if (!list(store, page, &exchange->answer, &next, &err))
		return store_failed(exchange, &err);
	if (next > 0)
		strbuf_printf(&exchange->answer, ",\"next\":%" PRId64 "}\n", next);
	else
		strbuf_puts(&exchange->answer, ",\"next\":null}\n");
	api_ok(exchange, "application/json");
	return HANDLED;
}

enum handled api_findings_list(struct exchange *exchange, struct api_request *request)
{
	struct store *store = service_store(request->service);
	struct store_page page = {0};
	if (!read_paging(exchange, &page) || !read_finding_filters(exchange, &page))
		return HANDLED;
	return answer_page(exchange, "findings", &page, store, store->ops->list_findings);
}

enum handled api_deliveries_list(struct exchange *exchange, struct api_request *request)
{
	struct store *store = service_store(request->service);
	struct store_page page = {0};
	if (!read_paging(exchange, &page) || !read_delivery_filters(exchange, &page))
		return HANDLED;
	return answer_page(exchange, "deliveries", &page, store, store->ops->list_deliveries);
}

enum handled api_finding_show(struct exchange *exchange, struct api_request *request)
{
	struct store *store = service_store(request->service);
	struct err err = {0};
	bool found = false;
	if (!store->ops->show_finding(store, request->id, &exchange->answer, &found, &err))
		return store_failed(exchange, &err);
	if (!found) {
		problem(exchange, 404, "There is no finding with this id.");
		return HANDLED;
	}
	strbuf_puts(&exchange->answer, "\n");
	api_ok(exchange, "application/json");
	return HANDLED;
}

enum handled api_delivery_retry(struct exchange *exchange, struct api_request *request)
{
	struct store *store = service_store(request->service);
	struct err err = {0};
	int64_t id;
	bool found = false, due = false;
	if (parse_integer(request->id, 1, INT64_MAX, &id)) {
		if (!store->ops->retry(store, id, exchange->received_ms, &due, &err) ||
		    !store->ops->show_delivery(store, id, &exchange->answer, &found, &err))
			return store_failed(exchange, &err);
	}
	if (!found) {
		problem(exchange, 404, "There is no delivery with this id.");
		return HANDLED;
	}
	if (!due) {
		problem(exchange, 409, "This delivery waits already.");
		return HANDLED;
	}
	service_wake_dispatcher(request->service);
	strbuf_puts(&exchange->answer, "\n");
	api_ok(exchange, "application/json");
	return HANDLED;
}
