/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The notices that tell of expected root work. Each is a finding with a delivery for
 * every notifier, so that it is kept, sent again and survives like any alert.
 */
#include "announce.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "finding.h"
#include "rootwatch/scope.h"

enum { ID_RANDOM_BYTES = 10, TITLE_BYTES = 512, SENTENCE_BYTES = 640 };

DEFINE_SCOPE(names, const char *, free)

static void finding_scope(struct finding *finding)
{
	finding_done(finding);
}

static enum announced failed(struct err *err, const char *why)
{
	err_set(err, "%s", why);
	return ANNOUNCE_FAILED;
}

/* Of everybody: who filters by severity or account is told of this all the same. */
static const char **all_notifiers(const struct config *config)
{
	const char **names = calloc(config->notifier_count + 1, sizeof *names);
	for (size_t i = 0; names && i < config->notifier_count; i++)
		names[i] = config->notifiers[i].name;
	return names;
}

/* The notice and the expectation that it tells of, or neither. */
static enum announced commit(struct store *store, const struct config *config, const struct notice *notice,
                             const unsigned char id_random[ID_RANDOM_BYTES], const struct expectation *expectation,
                             struct err *err)
{
	SCOPED(finding) struct finding finding = {.json = NULL};
	SCOPED(names) const char **names = all_notifiers(config);
	if (!names || !finding_notice(notice, id_random, &finding, err))
		return failed(err, "out of memory");
	struct store_entry entry = {
	    .finding = &finding,
	    .notifiers = names,
	    .notifier_count = config->notifier_count,
	    .expectation = expectation,
	};
	if (!store->ops->commit(store, &entry, 1, err))
		return ANNOUNCE_FAILED;
	free(entry.stored_json);
	if (!entry.duplicate)
		return ANNOUNCED;
	err_set(err, "it is revoked already");
	return ANNOUNCE_REFUSED;
}

/* "Root work is expected in prod (111122223333) until 2026-11-24 03:55:01 UTC: REASON" */
static bool make_title(const struct expectation *expectation, const char *account_name, struct strbuf *out)
{
	const struct alert account = {.account_id = expectation->account, .account_name = account_name};
	bool revoked = expectation->revoked_s > 0;
	strbuf_printf(out, "Root work is %s in ", revoked ? "no longer expected" : "expected");
	alert_render_account(&account, out);
	if (!revoked) {
		strbuf_puts(out, " until ");
		alert_render_time(expectation->until_s, out);
	}
	strbuf_printf(out, ": %s", expectation->reason);
	return !out->overflowed;
}

/* The sentences of a notice. */
struct words {
	char why[SENTENCE_BYTES], calls[SENTENCE_BYTES], step[SENTENCE_BYTES];
};

static void say_expected(const struct expectation *expectation, struct words *words)
{
	const char *events = expectation->events;
	snprintf(words->why, SENTENCE_BYTES, "%s announced it: %s", expectation->made_by, expectation->reason);
	snprintf(words->calls, SENTENCE_BYTES, "until then %s%s routine, unless critical or from a network that is new",
	         events[0] ? events : "whatever root does", events[0] ? " are" : " is");
	snprintf(
	    words->step, SENTENCE_BYTES,
	    "If nobody you trust announced this, revoke it (rootwatch expect --revoke %s) and change the key that did.",
	    expectation->id);
}

static void say_revoked(const struct expectation *expectation, struct words *words)
{
	snprintf(words->why, SENTENCE_BYTES, "%s revoked what %s announced: %s", expectation->revoked_by,
	         expectation->made_by, expectation->reason);
	snprintf(words->calls, SENTENCE_BYTES, "from now on nothing is explained by it, whenever it happened");
	snprintf(words->step, SENTENCE_BYTES, "Ask whoever works as root to stop, or to announce it again.");
}

static enum announced tell(struct store *store, const struct config *config, const struct expectation *expectation,
                           const unsigned char id_random[ID_RANDOM_BYTES], struct err *err)
{
	bool revoked = expectation->revoked_s > 0;
	const char *account_name = policy_account_name(&config->policy, expectation->account);
	SCOPED(strbuf) struct strbuf title = STRBUF_INIT(TITLE_BYTES);
	struct words words;
	char key[64];
	if (!make_title(expectation, account_name, &title))
		return failed(err, "out of memory");
	if (revoked)
		say_revoked(expectation, &words);
	else
		say_expected(expectation, &words);
	snprintf(key, sizeof key, "x:%s%s", expectation->id, revoked ? ":end" : "");
	const struct notice notice = {
	    .title = strbuf_text(&title),
	    .account = expectation->account,
	    .account_name = account_name,
	    .who = revoked ? expectation->revoked_by : expectation->made_by,
	    .signals = {{.id = revoked ? "work_revoked" : "work_expected", .technique = "", .reason = words.why},
	                {.id = "expected_calls", .technique = "", .reason = words.calls}},
	    .step = words.step,
	    .dedupe_key = key,
	    .told_by = revoked ? expectation->revoked_by : expectation->made_by,
	    .at_s = revoked ? expectation->revoked_s : expectation->from_s,
	};
	return commit(store, config, &notice, id_random, expectation, err);
}

/* The id is that of its first notice, under a letter of its own. */
enum announced announce_work(struct store *store, const struct config *config, struct expectation *expectation,
                             struct err *err)
{
	struct expectation others[EXPECTATIONS_MAX];
	const struct expectation_query query = {.account = expectation->account, .at_s = expectation->from_s};
	size_t count;
	if (!store->ops->read_expectations(store, &query, others, EXPECTATIONS_MAX, &count, err))
		return ANNOUNCE_FAILED;
	if (count == EXPECTATIONS_MAX) {
		err_set(err, "this account has %d expectations already: revoke one first", EXPECTATIONS_MAX);
		return ANNOUNCE_REFUSED;
	}
	unsigned char random[ID_RANDOM_BYTES];
	if (!crypto_random(random, sizeof random))
		return failed(err, "no randomness for an id");
	char id[FINDING_ID_BYTES];
	finding_make_id(expectation->from_s, random, id);
	snprintf(expectation->id, sizeof expectation->id, "x%s", id + 1);
	return tell(store, config, expectation, random, err);
}

enum announced announce_revoke(struct store *store, const struct config *config, const char *id, const char *by,
                               int64_t now_s, struct expectation *ret_expectation, struct err *err)
{
	struct expectation expectation;
	const struct expectation_query query = {.id = id};
	size_t count;
	if (!store->ops->read_expectations(store, &query, &expectation, 1, &count, err))
		return ANNOUNCE_FAILED;
	if (count == 0)
		return ANNOUNCE_UNKNOWN;
	enum expectation_state state = expectation_state(&expectation, now_s);
	if (state != EXPECTATION_ACTIVE) {
		err_set(err, "it is %s already", expectation_state_name(state));
		return ANNOUNCE_REFUSED;
	}
	unsigned char random[ID_RANDOM_BYTES];
	if (!crypto_random(random, sizeof random))
		return failed(err, "no randomness for an id");
	expectation.revoked_s = now_s;
	snprintf(expectation.revoked_by, sizeof expectation.revoked_by, "%s", by);
	enum announced outcome = tell(store, config, &expectation, random, err);
	if (outcome == ANNOUNCED)
		*ret_expectation = expectation;
	return outcome;
}
