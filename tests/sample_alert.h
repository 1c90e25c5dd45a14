/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SAMPLE_ALERT_H
#define TESTS_SAMPLE_ALERT_H
/* An alert as the service makes them, and one whose every untrusted value is an attack. */
#include "rootwatch/alert.h"

enum { SAMPLE_TIME_S = 1795492501 }; /* 2026-11-24 03:55:01 UTC */

static inline struct alert sample_alert(void)
{
	return (struct alert){
	    .finding_id = "f-01JDEXAMPLE000000000000000",
	    .verdict = VERDICT_ANOMALY,
	    .severity = SEVERITY_CRITICAL,
	    .actor = ACTOR_ROOT_USER,
	    .title = "Root signed in to the console without MFA",
	    .account_id = "111122223333",
	    .account_name = "prod",
	    .event_id = "8a7b1c2d-0000-4000-8000-000000000001",
	    .event_name = "ConsoleLogin",
	    .event_source = "signin.amazonaws.com",
	    .region = "us-east-1",
	    .error_code = "",
	    .error_message = "",
	    .who = "root user, console session, without MFA",
	    .source_ip = "203.0.113.7",
	    .user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
	    .event_time_s = SAMPLE_TIME_S,
	    .received_time_s = SAMPLE_TIME_S + 20,
	    .explanation = "",
	    .received_by = "eventbridge",
	    .signals = {{"console_login_no_mfa", "T1078.004",
	                 "ConsoleLogin succeeded and additionalEventData.MFAUsed is \"No\"", SEVERITY_CRITICAL},
	                {"console_login", "T1078.004", "responseElements.ConsoleLogin is \"Success\"", SEVERITY_HIGH}},
	    .signal_count = 2,
	    .steps = {"Ask the people who hold root's password whether this was them, on another channel than e-mail.",
	              "If it was not: reset root's password, then look at every event of this session."},
	    .step_count = 2,
	    .console_url = "https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events/"
	                   "8a7b1c2d-0000-4000-8000-000000000001",
	    .json = "{\"id\":\"f-01JDEXAMPLE000000000000000\",\"severity\":\"critical\"}",
	};
}

/* Every value that comes out of an event is `text`. */
static inline struct alert hostile_alert(const char *text)
{
	struct alert alert = sample_alert();
	alert.title = alert.account_id = alert.event_id = alert.event_name = alert.event_source = alert.region = text;
	alert.error_code = alert.error_message = alert.who = alert.source_ip = alert.user_agent = text;
	alert.explanation = alert.received_by = text;
	alert.failed = true;
	alert.signal_count = ALERT_SIGNALS_MAX;
	for (size_t i = 0; i < ALERT_SIGNALS_MAX; i++)
		alert.signals[i] = (struct alert_signal){"root_activity", "T1078.004", text, SEVERITY_HIGH};
	return alert;
}

#endif
