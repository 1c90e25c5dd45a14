/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every series in one table: name, kind, help. Counters are atomics; the few that
 * are labelled by configured names live in a list under a lock. Rendering writes
 * Prometheus' text format 0.0.4:
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
#include "metrics.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "rootwatch/scope.h"
#include "store/store.h"

enum series {
	BUILD_INFO,
	START_TIME,
	READY,
	CONNECTIONS,
	CONNECTIONS_REFUSED,
	DEADLINES,
	REQUESTS,
	REQUEST_SECONDS,
	VERDICTS,
	DUPLICATES,
	COMMITS,
	COMMIT_SECONDS,
	FINDINGS,
	ATTEMPTS,
	ATTEMPT_SECONDS,
	ALERT_SECONDS,
	OUTBOX_DEPTH,
	OUTBOX_OLDEST_SECONDS,
	CERTIFICATE_EXPIRY,
	RELOADS,
	SERIES_COUNT
};

const struct metrics_series metrics_series[] = {
    [BUILD_INFO] = {"rootwatch_build_info", "gauge", "Always 1; the version is a label."},
    [START_TIME] = {"rootwatch_start_time_seconds", "gauge", "When the service started, Unix time."},
    [READY] = {"rootwatch_ready", "gauge", "1 while an event could be accepted, as /readyz says."},
    [CONNECTIONS] = {"rootwatch_connections", "gauge", "Open connections."},
    [CONNECTIONS_REFUSED] = {"rootwatch_connections_refused_total", "counter",
                             "Connections closed at once because a limit was reached."},
    [DEADLINES] = {"rootwatch_deadlines_total", "counter", "Connections cut off because the peer was too slow."},
    [REQUESTS] = {"rootwatch_requests_total", "counter", "Answered requests by route and status."},
    [REQUEST_SECONDS] = {"rootwatch_request_seconds", "histogram", "From a request's header to its answer, by route."},
    [VERDICTS] = {"rootwatch_events_total", "counter", "Judged events by verdict and severity, duplicates included."},
    [DUPLICATES] = {"rootwatch_duplicates_total", "counter", "Events that were known and told nobody again."},
    [COMMITS] = {"rootwatch_commits_total", "counter",
                 "Requests with findings, handed to the store, by result: ok, failed."},
    [COMMIT_SECONDS] = {"rootwatch_commit_seconds", "histogram",
                        "From handing findings to the store until they were durable."},
    [FINDINGS] = {"rootwatch_findings_total", "counter", "Findings made durable."},
    [ATTEMPTS] = {"rootwatch_attempts_total", "counter",
                  "Attempts to tell a notifier by outcome: delivered, retry, dead."},
    [ATTEMPT_SECONDS] = {"rootwatch_attempt_seconds", "histogram", "How long one attempt took, by notifier."},
    [ALERT_SECONDS] = {"rootwatch_alert_seconds", "histogram", "From a finding's commit to its delivery, by notifier."},
    [OUTBOX_DEPTH] = {"rootwatch_outbox_deliveries", "gauge", "Deliveries by notifier and state: waiting, dead."},
    [OUTBOX_OLDEST_SECONDS] = {"rootwatch_outbox_oldest_seconds", "gauge",
                               "Age of the oldest delivery that waits, by notifier."},
    [CERTIFICATE_EXPIRY] = {"rootwatch_certificate_expiry_timestamp_seconds", "gauge",
                            "When the TLS certificate in use expires, Unix time; absent without TLS."},
    [RELOADS] = {"rootwatch_reloads_total", "counter", "Reloads of the configuration by result: ok, refused."},
};
const size_t metrics_series_count = sizeof metrics_series / sizeof *metrics_series;

_Static_assert(sizeof metrics_series / sizeof *metrics_series == SERIES_COUNT, "a row for every series");

static const char *const route_names[METRICS_ROUTE_COUNT] = {
    [ROUTE_EVENTS] = "events",   [ROUTE_HEALTH] = "healthz", [ROUTE_READY] = "readyz",
    [ROUTE_METRICS] = "metrics", [ROUTE_API] = "api",        [ROUTE_UNKNOWN] = "other",
};

/* What the service answers; anything else would be a surprise and is counted as one. */
static const unsigned statuses[] = {200, 400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503};
enum { STATUS_COUNT = sizeof statuses / sizeof *statuses, STATUS_SURPRISE = STATUS_COUNT };

/* Upper bounds in microseconds: a request takes well under a millisecond, a sender gives up after 5 s, a dead letter after 24 h. */
static const int64_t request_bounds_us[] = {250,   500,   1000,   2500,   5000,    10000,
                                            25000, 50000, 100000, 500000, 1000000, 5000000};
static const int64_t delivery_bounds_us[] = {5000,    10000,    50000,    100000,    500000,     1000000,
                                             5000000, 30000000, 60000000, 300000000, 3600000000, 86400000000};
enum { BUCKET_COUNT = 12 };
_Static_assert(sizeof request_bounds_us / sizeof *request_bounds_us == BUCKET_COUNT, "buckets");
_Static_assert(sizeof delivery_bounds_us / sizeof *delivery_bounds_us == BUCKET_COUNT, "buckets");

struct histogram {
	atomic_ullong buckets[BUCKET_COUNT + 1]; /* not cumulative; the last is +Inf */
	atomic_ullong sum_us;
};

enum outcome_index { DELIVERED, RETRIED, DIED, OUTCOME_COUNT };
static const char *const outcome_names[OUTCOME_COUNT] = {
    [DELIVERED] = "delivered",
    [RETRIED] = "retry",
    [DIED] = "dead",
};

struct notifier_metrics {
	char name[NOTIFIER_NAME_BYTES];
	atomic_ullong attempts[OUTCOME_COUNT];
	struct histogram attempt, alert;
	struct notifier_metrics *next;
};

struct metrics {
	atomic_ullong connections_refused, deadlines, duplicates, findings;
	atomic_ullong requests[METRICS_ROUTE_COUNT][STATUS_COUNT + 1];
	struct histogram request[METRICS_ROUTE_COUNT];
	atomic_ullong verdicts[VERDICT_COUNT][SEVERITY_COUNT];
	atomic_ullong commits[2], reloads[2]; /* by success */
	struct histogram commit;
	pthread_mutex_t notifiers_lock; /* guards the list's shape; entries are never removed */
	struct notifier_metrics *notifiers;
};

struct metrics *metrics_open(void)
{
	struct metrics *metrics = calloc(1, sizeof *metrics);
	if (metrics)
		pthread_mutex_init(&metrics->notifiers_lock, NULL);
	return metrics;
}

void metrics_close(struct metrics *metrics)
{
	if (!metrics)
		return;
	while (metrics->notifiers) {
		struct notifier_metrics *next = metrics->notifiers->next;
		free(metrics->notifiers);
		metrics->notifiers = next;
	}
	pthread_mutex_destroy(&metrics->notifiers_lock);
	free(metrics);
}

/* ---- counting ---- */

static void observe(struct histogram *histogram, const int64_t bounds_us[BUCKET_COUNT], int64_t value_us)
{
	size_t bucket = 0;
	while (bucket < BUCKET_COUNT && value_us > bounds_us[bucket])
		bucket++;
	atomic_fetch_add(&histogram->buckets[bucket], 1);
	atomic_fetch_add(&histogram->sum_us, value_us > 0 ? (unsigned long long)value_us : 0);
}

void metrics_request(struct metrics *metrics, enum metrics_route route, unsigned status, int64_t duration_us)
{
	size_t index = 0;
	while (index < STATUS_COUNT && statuses[index] != status)
		index++;
	atomic_fetch_add(&metrics->requests[route][index], 1);
	observe(&metrics->request[route], request_bounds_us, duration_us);
}

void metrics_verdict(struct metrics *metrics, enum verdict verdict, enum severity severity)
{
	atomic_fetch_add(&metrics->verdicts[verdict][severity], 1);
}

void metrics_duplicate(struct metrics *metrics)
{
	atomic_fetch_add(&metrics->duplicates, 1);
}

void metrics_commit(struct metrics *metrics, size_t findings, int64_t duration_us, bool ok)
{
	atomic_fetch_add(&metrics->commits[ok], 1);
	atomic_fetch_add(&metrics->findings, ok ? findings : 0);
	observe(&metrics->commit, request_bounds_us, duration_us);
}

void metrics_connection_refused(struct metrics *metrics)
{
	atomic_fetch_add(&metrics->connections_refused, 1);
}

void metrics_deadline(struct metrics *metrics)
{
	atomic_fetch_add(&metrics->deadlines, 1);
}

void metrics_reload(struct metrics *metrics, bool ok)
{
	atomic_fetch_add(&metrics->reloads[ok], 1);
}

/* The entry of this notifier, made at its first attempt; NULL when out of memory: then one attempt goes uncounted. */
static struct notifier_metrics *notifier_entry(struct metrics *metrics, const char *name)
{
	pthread_mutex_lock(&metrics->notifiers_lock);
	struct notifier_metrics *entry = metrics->notifiers;
	while (entry && strncmp(entry->name, name, sizeof entry->name - 1) != 0)
		entry = entry->next;
	if (!entry && (entry = calloc(1, sizeof *entry))) {
		memcpy(entry->name, name, strnlen(name, sizeof entry->name - 1));
		entry->next = metrics->notifiers;
		metrics->notifiers = entry;
	}
	pthread_mutex_unlock(&metrics->notifiers_lock);
	return entry;
}

void metrics_attempt(struct metrics *metrics, const char *notifier, const char *outcome, int64_t duration_ms,
                     int64_t age_ms)
{
	struct notifier_metrics *entry = notifier_entry(metrics, notifier);
	if (!entry)
		return;
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		if (strcmp(outcome, outcome_names[i]) == 0)
			atomic_fetch_add(&entry->attempts[i], 1);
	observe(&entry->attempt, delivery_bounds_us, duration_ms * 1000);
	if (strcmp(outcome, outcome_names[DELIVERED]) == 0)
		observe(&entry->alert, delivery_bounds_us, age_ms * 1000);
}

/* ---- rendering ---- */

static void head(struct strbuf *out, enum series series)
{
	const struct metrics_series *row = &metrics_series[series];
	strbuf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name, row->type);
}

/* A label value; the format escapes backslash, quote and line feed. */
static void label(struct strbuf *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n')
			strbuf_puts(out, "\\n");
		else if (*value == '"' || *value == '\\')
			strbuf_printf(out, "\\%c", *value);
		else
			strbuf_putc(out, *value);
	}
}

static void plain(struct strbuf *out, enum series series, int64_t value)
{
	head(out, series);
	strbuf_printf(out, "%s %" PRId64 "\n", metrics_series[series].name, value);
}

static void counter(struct strbuf *out, enum series series, atomic_ullong *value)
{
	plain(out, series, (int64_t)atomic_load(value));
}

static void seconds(struct strbuf *out, int64_t us)
{
	strbuf_printf(out, "%" PRId64 ".%06d", us / 1000000, (int)(us % 1000000));
}

static void histogram_rows(struct strbuf *out, enum series series, const char *label_name, const char *label_value,
                           struct histogram *histogram, const int64_t bounds_us[BUCKET_COUNT])
{
	SCOPED(strbuf) struct strbuf labels = STRBUF_INIT(256);
	if (label_name) {
		strbuf_printf(&labels, "%s=\"", label_name);
		label(&labels, label_value);
		strbuf_puts(&labels, "\"");
	}
	const char *name = metrics_series[series].name;
	const char *comma = label_name ? "," : "";
	unsigned long long count = 0;
	for (size_t i = 0; i < BUCKET_COUNT; i++) {
		count += atomic_load(&histogram->buckets[i]);
		strbuf_printf(out, "%s_bucket{%s%sle=\"%g\"} %llu\n", name, strbuf_text(&labels), comma,
		              (double)bounds_us[i] / 1e6, count);
	}
	count += atomic_load(&histogram->buckets[BUCKET_COUNT]);
	strbuf_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", name, strbuf_text(&labels), comma, count);
	strbuf_printf(out, "%s_sum{%s} ", name, strbuf_text(&labels));
	seconds(out, (int64_t)atomic_load(&histogram->sum_us));
	strbuf_printf(out, "\n%s_count{%s} %llu\n", name, strbuf_text(&labels), count);
}

static void render_requests(struct metrics *metrics, struct strbuf *out)
{
	head(out, REQUESTS);
	for (size_t route = 0; route < METRICS_ROUTE_COUNT; route++)
		for (size_t i = 0; i <= STATUS_COUNT; i++) {
			unsigned long long count = atomic_load(&metrics->requests[route][i]);
			if (count == 0)
				continue;
			strbuf_printf(out, "%s{route=\"%s\",status=\"", metrics_series[REQUESTS].name, route_names[route]);
			strbuf_printf(out, i == STATUS_SURPRISE ? "other" : "%u", i == STATUS_SURPRISE ? 0 : statuses[i]);
			strbuf_printf(out, "\"} %llu\n", count);
		}
	head(out, REQUEST_SECONDS);
	for (size_t route = 0; route < METRICS_ROUTE_COUNT; route++)
		histogram_rows(out, REQUEST_SECONDS, "route", route_names[route], &metrics->request[route], request_bounds_us);
}

static void render_verdicts(struct metrics *metrics, struct strbuf *out)
{
	head(out, VERDICTS);
	for (size_t verdict = 0; verdict < VERDICT_COUNT; verdict++)
		for (size_t severity = 0; severity < SEVERITY_COUNT; severity++) {
			unsigned long long count = atomic_load(&metrics->verdicts[verdict][severity]);
			if (count > 0)
				strbuf_printf(out, "%s{verdict=\"%s\",severity=\"%s\"} %llu\n", metrics_series[VERDICTS].name,
				              verdict_name((enum verdict)verdict), severity_name((enum severity)severity), count);
		}
}

static void render_results(struct strbuf *out, enum series series, atomic_ullong counts[2], const char *bad)
{
	head(out, series);
	const char *name = metrics_series[series].name;
	strbuf_printf(out, "%s{result=\"ok\"} %llu\n", name, atomic_load(&counts[true]));
	strbuf_printf(out, "%s{result=\"%s\"} %llu\n", name, bad, atomic_load(&counts[false]));
}

static void notifier_row(struct strbuf *out, enum series series, const char *notifier, const char *key,
                         const char *value, int64_t number)
{
	strbuf_printf(out, "%s{notifier=\"", metrics_series[series].name);
	label(out, notifier);
	strbuf_puts(out, "\"");
	if (key)
		strbuf_printf(out, ",%s=\"%s\"", key, value);
	strbuf_printf(out, "} %" PRId64 "\n", number);
}

static void render_notifiers(struct metrics *metrics, struct strbuf *out)
{
	pthread_mutex_lock(&metrics->notifiers_lock);
	struct notifier_metrics *first = metrics->notifiers;
	pthread_mutex_unlock(&metrics->notifiers_lock);

	head(out, ATTEMPTS);
	for (struct notifier_metrics *entry = first; entry; entry = entry->next)
		for (size_t i = 0; i < OUTCOME_COUNT; i++)
			notifier_row(out, ATTEMPTS, entry->name, "outcome", outcome_names[i],
			             (int64_t)atomic_load(&entry->attempts[i]));
	head(out, ATTEMPT_SECONDS);
	for (struct notifier_metrics *entry = first; entry; entry = entry->next)
		histogram_rows(out, ATTEMPT_SECONDS, "notifier", entry->name, &entry->attempt, delivery_bounds_us);
	head(out, ALERT_SECONDS);
	for (struct notifier_metrics *entry = first; entry; entry = entry->next)
		histogram_rows(out, ALERT_SECONDS, "notifier", entry->name, &entry->alert, delivery_bounds_us);
}

static void render_outbox(const struct metrics_gauges *gauges, struct strbuf *out)
{
	head(out, OUTBOX_DEPTH);
	for (size_t i = 0; i < gauges->depth_count; i++) {
		const struct store_depth *depth = &gauges->depths[i];
		notifier_row(out, OUTBOX_DEPTH, depth->notifier, "state", "waiting", depth->waiting);
		notifier_row(out, OUTBOX_DEPTH, depth->notifier, "state", "dead", depth->dead);
	}
	head(out, OUTBOX_OLDEST_SECONDS);
	for (size_t i = 0; i < gauges->depth_count; i++) {
		const struct store_depth *depth = &gauges->depths[i];
		int64_t age_ms = depth->oldest_waiting_ms > 0 ? gauges->now_ms - depth->oldest_waiting_ms : 0;
		notifier_row(out, OUTBOX_OLDEST_SECONDS, depth->notifier, NULL, NULL, age_ms > 0 ? age_ms / 1000 : 0);
	}
}

void metrics_render(struct metrics *metrics, const struct metrics_gauges *gauges, struct strbuf *out)
{
	head(out, BUILD_INFO);
	strbuf_printf(out, "%s{version=\"%s\"} 1\n", metrics_series[BUILD_INFO].name, ROOTWATCH_VERSION);
	plain(out, START_TIME, gauges->started_s);
	plain(out, READY, gauges->ready);
	plain(out, CONNECTIONS, (int64_t)gauges->connections);
	counter(out, CONNECTIONS_REFUSED, &metrics->connections_refused);
	counter(out, DEADLINES, &metrics->deadlines);
	render_requests(metrics, out);
	render_verdicts(metrics, out);
	counter(out, DUPLICATES, &metrics->duplicates);
	render_results(out, COMMITS, metrics->commits, "failed");
	head(out, COMMIT_SECONDS);
	histogram_rows(out, COMMIT_SECONDS, NULL, NULL, &metrics->commit, request_bounds_us);
	counter(out, FINDINGS, &metrics->findings);
	render_notifiers(metrics, out);
	render_outbox(gauges, out);
	if (gauges->certificate_expires_s != 0)
		plain(out, CERTIFICATE_EXPIRY, gauges->certificate_expires_s);
	render_results(out, RELOADS, metrics->reloads, "refused");
}
