/* SPDX-License-Identifier: Apache-2.0 */
/* What Prometheus would read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "store/store.h"

static char *render(struct metrics *metrics, const struct metrics_gauges *gauges)
{
	struct strbuf out = STRBUF_INIT(1 << 20);
	metrics_render(metrics, gauges, &out);
	return strbuf_steal(&out);
}

static void assert_has(const char *text, const char *line)
{
	if (!strstr(text, line))
		fail_msg("no line \"%s\" in:\n%s", line, text);
}

static void every_series_has_help_and_type_once(void **state)
{
	(void)state;
	struct metrics *metrics = metrics_open();
	struct metrics_gauges gauges = {.certificate_expires_s = 1};
	char *text = render(metrics, &gauges);
	for (size_t i = 0; i < metrics_series_count; i++) {
		char line[256];
		snprintf(line, sizeof line, "# TYPE %s %s\n", metrics_series[i].name, metrics_series[i].type);
		assert_has(text, line);
		assert_null(strstr(strstr(text, line) + 1, line));
		snprintf(line, sizeof line, "# HELP %s ", metrics_series[i].name);
		assert_has(text, line);
	}
	free(text);
	metrics_close(metrics);
}

static void counters_and_histograms_count(void **state)
{
	(void)state;
	struct metrics *metrics = metrics_open();
	metrics_request(metrics, ROUTE_EVENTS, 200, 300);
	metrics_request(metrics, ROUTE_EVENTS, 200, 2000000);
	metrics_request(metrics, ROUTE_EVENTS, 418, 1);
	metrics_verdict(metrics, VERDICT_ANOMALY, SEVERITY_CRITICAL);
	metrics_commit(metrics, 3, 100, true);
	metrics_commit(metrics, 5, 100, false);
	char *text = render(metrics, &(struct metrics_gauges){0});
	assert_has(text, "rootwatch_requests_total{route=\"events\",status=\"200\"} 2\n");
	assert_has(text, "rootwatch_requests_total{route=\"events\",status=\"other\"} 1\n");
	assert_has(text, "rootwatch_request_seconds_bucket{route=\"events\",le=\"0.00025\"} 1\n");
	assert_has(text, "rootwatch_request_seconds_bucket{route=\"events\",le=\"0.0005\"} 2\n");
	assert_has(text, "rootwatch_request_seconds_bucket{route=\"events\",le=\"+Inf\"} 3\n");
	assert_has(text, "rootwatch_request_seconds_sum{route=\"events\"} 2.000301\n");
	assert_has(text, "rootwatch_events_total{verdict=\"anomaly\",severity=\"critical\"} 1\n");
	assert_has(text, "rootwatch_findings_total 3\n");
	assert_has(text, "rootwatch_commits_total{result=\"failed\"} 1\n");
	free(text);
	metrics_close(metrics);
}

static void notifiers_are_told_apart_and_escaped(void **state)
{
	(void)state;
	struct metrics *metrics = metrics_open();
	metrics_attempt(metrics, "soc \"slack\"\\\n", "delivered", 12, 30);
	metrics_attempt(metrics, "mail", "retry", 12, 30);
	metrics_attempt(metrics, "mail", "dead", 12, 30);
	struct store_depth depth = {.notifier = "mail", .waiting = 2, .dead = 1, .oldest_waiting_ms = 1000};
	char *text = render(metrics, &(struct metrics_gauges){.depths = &depth, .depth_count = 1, .now_ms = 61000});
	assert_has(text, "rootwatch_attempts_total{notifier=\"soc \\\"slack\\\"\\\\\\n\",outcome=\"delivered\"} 1\n");
	assert_has(text, "rootwatch_attempts_total{notifier=\"mail\",outcome=\"retry\"} 1\n");
	assert_has(text, "rootwatch_attempts_total{notifier=\"mail\",outcome=\"dead\"} 1\n");
	assert_has(text, "rootwatch_alert_seconds_count{notifier=\"mail\"} 0\n");
	assert_has(text, "rootwatch_outbox_deliveries{notifier=\"mail\",state=\"waiting\"} 2\n");
	assert_has(text, "rootwatch_outbox_oldest_seconds{notifier=\"mail\"} 60\n");
	free(text);
	metrics_close(metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_series_has_help_and_type_once),
	    cmocka_unit_test(counters_and_histograms_count),
	    cmocka_unit_test(notifiers_are_told_apart_and_escaped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
