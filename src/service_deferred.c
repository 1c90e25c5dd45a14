/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What should have followed an event, and did not: when its time is over, the finding
 * that waited in the store is told, or dropped because the answer came. The main
 * thread alone runs this file.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "rootwatch/scope.h"
#include "service_parts.h"

DEFINE_SCOPE(names, const char *, free)
DEFINE_SCOPE(config_ref, struct config_ref, config_release)

static void report(struct service *service, const struct finding *finding, int64_t begin_us)
{
	metrics_verdict(service->metrics, finding->verdict, finding->severity);
	metrics_commit(service->metrics, 1, clock_monotonic_us() - begin_us, true);
	log_write(LOG_FINDING, "finding", finding->id, "account", finding->account, "verdict",
	          verdict_name(finding->verdict), "severity", severity_name(finding->severity), "actor",
	          actor_name(finding->actor), NULL);
	service_wake_dispatcher(service);
}

/* It becomes a finding like any other, and waits no more: in one transaction. */
static bool tell(struct service *service, const struct deferred *deferred, struct err *err)
{
	const struct finding *finding = &deferred->finding;
	SCOPED(config_ref) struct config_ref *ref = service_config(service);
	const struct config *config = ref->config;
	const struct judgement judgement = {.verdict = finding->verdict, .severity = finding->severity};
	struct store_entry entry = {.finding = finding, .deferred_id = deferred->id};
	SCOPED(names)
	const char **names = notifiers_wanting(config->notifiers, config->notifier_count, &config->policy, &judgement,
	                                       finding->account, &entry.notifier_count);
	if (!names)
		return err_set(err, "out of memory");
	entry.notifiers = names;
	int64_t begin_us = clock_monotonic_us();
	if (!service->store->ops->commit(service->store, &entry, 1, err))
		return false;
	free(entry.stored_json);
	if (!entry.duplicate)
		report(service, finding, begin_us);
	return true;
}

/* A signal that this program does not know was an older or newer one's: told as it stands. */
static bool settle(struct service *service, const struct deferred *deferred, struct err *err)
{
	const struct absence *absence = absence_find(deferred->signal);
	const struct finding *finding = &deferred->finding;
	bool answered = false;
	if (absence &&
	    !history_is_answered(service->history, absence, finding->account, finding->event_time_s, &answered, err))
		return false;
	if (answered)
		return service->store->ops->drop_deferred(service->store, deferred->id, err);
	return tell(service, deferred, err);
}

void service_settle_deferred(struct service *service)
{
	struct err err = {0};
	for (bool ok = true, found = true; ok && found;) {
		SCOPED(deferred) struct deferred deferred = {.id = 0};
		ok = service->store->ops->read_deferred(service->store, clock_wall_s(), &deferred, &found, &err) &&
		     (!found || settle(service, &deferred, &err));
		if (!ok && !service->deferred_failing) /* it stays, and is looked at again: said once */
			log_write(LOG_STORE_FAILED, "doing", "look for unanswered events", "detail", err.text, NULL);
		service->deferred_failing = !ok;
	}
}
