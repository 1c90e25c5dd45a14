/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METRICS_H
#define METRICS_H
/*
 * Counters and histograms in Prometheus' text format (version 0.0.4). The table in metrics.c
 * names every series, its help and its labels; documentation is generated from it.
 * Any thread; counters are atomic.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rootwatch/alert.h"
#include "rootwatch/strbuf.h"

struct metrics_series {
	const char *name, *type, *help;
};

/* Every series there is, for the documentation. */
extern const struct metrics_series metrics_series[];
extern const size_t metrics_series_count;

struct metrics;

/* NULL when out of memory. */
struct metrics *metrics_open(void);
void metrics_close(struct metrics *metrics);

enum metrics_route { ROUTE_EVENTS, ROUTE_HEALTH, ROUTE_READY, ROUTE_METRICS, ROUTE_API, ROUTE_UNKNOWN };
enum { METRICS_ROUTE_COUNT = 6 };

void metrics_request(struct metrics *metrics, enum metrics_route route, unsigned status, int64_t duration_us);
void metrics_verdict(struct metrics *metrics, enum verdict verdict, enum severity severity);
void metrics_duplicate(struct metrics *metrics);
void metrics_commit(struct metrics *metrics, size_t findings, int64_t duration_us, bool ok);
/* outcome: "delivered", "retry", "dead" */
void metrics_attempt(struct metrics *metrics, const char *notifier, const char *outcome, int64_t duration_ms,
                     int64_t age_ms);
void metrics_connection_refused(struct metrics *metrics); /* over a connection limit */
void metrics_deadline(struct metrics *metrics);           /* a slow peer was cut off */
void metrics_reload(struct metrics *metrics, bool ok);

struct store_depth;
/* What is not counted but read when asked: gauges. */
struct metrics_gauges {
	const struct store_depth *depths;
	size_t depth_count;
	int64_t now_ms;
	int64_t certificate_expires_s; /* 0: no TLS */
	int64_t started_s;
	size_t connections;
	bool ready;
};

void metrics_render(struct metrics *metrics, const struct metrics_gauges *gauges, struct strbuf *out);

#endif
