/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a request body, all the way to a judgement, traced. Whoever posts
 * may make it wrong, never make it crash, and never make it say nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "detector.h"
#include "event.h"
#include "rootwatch/scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void expect(bool fact)
{
	if (!fact)
		abort();
}

static void expect_utf8(const char *text)
{
	expect(text != NULL);
	for (size_t length = strlen(text), taken; length > 0; text += taken, length -= taken) {
		taken = utf8_character(text, length);
		expect(taken > 0);
	}
}

static void check_event(const struct event *event)
{
	expect_utf8(event->event_id);
	expect_utf8(event->event_name);
	expect_utf8(event->source_ip);
	expect_utf8(event->unreadable);
	expect_utf8(event_account(event));
	expect_utf8(event_parameter(event, "userName"));
	expect(event->dedupe_key[0] != '\0');
}

static void check_judgement(const struct event *event, const struct judgement *judgement)
{
	expect((int)judgement->verdict < VERDICT_COUNT && (int)judgement->severity < SEVERITY_COUNT);
	expect(judgement->hit_count <= ALERT_SIGNALS_MAX && judgement->step_count <= ALERT_STEPS_MAX);
	expect_utf8(judgement->title);
	expect_utf8(judgement->who);
	for (size_t i = 0; i < judgement->hit_count; i++)
		expect_utf8(judgement->hits[i].reason);
	/* What cannot be read must not be a way to hide. */
	expect(event->unreadable[0] == '\0' || judgement_is_finding(judgement));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const struct policy policy;
	struct event_batch batch = {0};
	struct err err = {""};
	enum event_status status = event_batch_read((const char *)bytes, length, &batch, &err);
	expect(status == EVENT_OK || err.text[0] != '\0');
	expect_utf8(err.text);
	for (size_t i = 0; status == EVENT_OK && i < batch.count; i++) {
		struct judgement judgement;
		SCOPED(strbuf) struct strbuf trace = STRBUF_INIT(64 * 1024);
		check_event(&batch.events[i]);
		detector_judge(&batch.events[i], &policy, NULL, &trace, &judgement);
		check_judgement(&batch.events[i], &judgement);
		expect_utf8(strbuf_text(&trace));
	}
	if (status == EVENT_OK)
		event_batch_done(&batch);
	return 0;
}
