/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which back end a store's URL means, and what all back ends share. A new back
 * end is a file beside this one and a row in the table.
 */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite.h"

static const struct {
	const char *scheme; /* with its colon */
	struct store *(*open)(const char *place, enum store_mode mode, struct err *err);
} back_ends[] = {
    {.scheme = "sqlite:", .open = sqlite_open},
};

static const char *const state_names[] = {
    [DELIVERY_WAITING] = "waiting",
    [DELIVERY_DELIVERED] = "delivered",
    [DELIVERY_DEAD] = "dead",
};
_Static_assert(sizeof state_names / sizeof state_names[0] == DELIVERY_STATE_COUNT, "a name for every state");

/* The scheme alone may be shown: what follows it may hold a password one day. */
struct store *store_open(const char *url, enum store_mode mode, struct err *err)
{
	for (size_t i = 0; i < sizeof back_ends / sizeof back_ends[0]; i++) {
		size_t length = strlen(back_ends[i].scheme);
		if (strncmp(url, back_ends[i].scheme, length) == 0)
			return back_ends[i].open(url + length, mode, err);
	}
	err_set(err, "open store: the url must look like sqlite:/var/lib/rootwatch/rootwatch.db");
	return NULL;
}

void store_close(struct store *store)
{
	if (store)
		store->ops->close(store);
}

void deferred_name(struct deferred *deferred, const char *signal)
{
	char *key = deferred->finding.dedupe_key;
	size_t length = strlen(key), room = sizeof deferred->finding.dedupe_key;
	snprintf(deferred->signal, sizeof deferred->signal, "%s", signal);
	snprintf(key + length, room - length, "/absent");
}

void deferred_done(struct deferred *deferred)
{
	finding_done(&deferred->finding);
}

void delivery_done(struct delivery *delivery)
{
	free(delivery->finding_json);
	delivery->finding_json = NULL;
}

const char *delivery_state_name(enum delivery_state state)
{
	return state_names[state];
}

bool delivery_state_parse(const char *name, enum delivery_state *ret_state)
{
	for (size_t i = 0; i < DELIVERY_STATE_COUNT; i++)
		if (strcmp(state_names[i], name) == 0) {
			*ret_state = (enum delivery_state)i;
			return true;
		}
	return false;
}
