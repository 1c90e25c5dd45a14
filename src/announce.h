/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ANNOUNCE_H
#define ANNOUNCE_H
/*
 * Announces expected root work, and its revocation: kept in the store and told on every
 * configured channel, whatever that filters, in one transaction. For the API and the
 * command alike; a service that runs beside the command sends what it left. Any thread.
 */
#include "config/config.h"
#include "expectation.h"
#include "store/store.h"

enum announced {
	ANNOUNCED,
	ANNOUNCE_UNKNOWN, /* there is no expectation with this id */
	ANNOUNCE_REFUSED, /* too many at a time, or over already: err says which */
	ANNOUNCE_FAILED,  /* the store: err says why, nothing has changed */
};

/* Fills in the id. */
enum announced announce_work(struct store *store, const struct config *config, struct expectation *expectation,
                             struct err *err);

/* *ret_expectation as it stands then; only when ANNOUNCED. */
enum announced announce_revoke(struct store *store, const struct config *config, const char *id, const char *by,
                               int64_t now_s, struct expectation *ret_expectation, struct err *err);

#endif
