/* SPDX-License-Identifier: Apache-2.0 */
/* A list of tickets, and one thread that ends those whose time is over. */
#include "ack.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

struct ack {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct ack_ticket *tickets;
	pthread_t thread;
	bool stopping, joined;
};

static void unlink_ticket(struct ack_ticket *ticket)
{
	*ticket->place = ticket->next;
	if (ticket->next)
		ticket->next->place = ticket->place;
}

static void remove_id(struct ack_ticket *ticket, const char *finding_id)
{
	for (size_t i = 0; i < ticket->count; i++)
		if (strcmp(ticket->finding_ids[i], finding_id) == 0)
			memmove(ticket->finding_ids[i--], ticket->finding_ids[--ticket->count], FINDING_ID_BYTES);
}

/* Takes every armed ticket that is delivered, or (`now_ms` past its deadline) given up, off the list into another. */
static struct ack_ticket *take_ended(struct ack *ack, int64_t now_ms)
{
	struct ack_ticket *ended = NULL;
	for (struct ack_ticket *ticket = ack->tickets, *next; ticket; ticket = next) {
		next = ticket->next;
		if (!ticket->armed || (ticket->count > 0 && now_ms < ticket->deadline_ms && !ack->stopping))
			continue;
		unlink_ticket(ticket);
		ticket->next = ended;
		ended = ticket;
	}
	return ended;
}

/* Outside the lock: done() may do as it likes, and frees the ticket. */
static void tell(struct ack_ticket *ended)
{
	while (ended) {
		struct ack_ticket *ticket = ended;
		ended = ticket->next;
		ticket->done(ticket, ticket->count == 0);
	}
}

static int64_t next_deadline_ms(const struct ack *ack)
{
	int64_t earliest_ms = INT64_MAX;
	for (const struct ack_ticket *ticket = ack->tickets; ticket; ticket = ticket->next)
		if (ticket->armed && ticket->deadline_ms < earliest_ms)
			earliest_ms = ticket->deadline_ms;
	return earliest_ms;
}

static void await_change(struct ack *ack)
{
	int64_t until_ms = next_deadline_ms(ack);
	if (until_ms == INT64_MAX) {
		pthread_cond_wait(&ack->changed, &ack->lock);
		return;
	}
	struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
	pthread_cond_timedwait(&ack->changed, &ack->lock, &until);
}

static void *end_waits(void *argument)
{
	struct ack *ack = argument;
	pthread_setname_np(pthread_self(), "ack");
	pthread_mutex_lock(&ack->lock);
	while (!ack->stopping) {
		struct ack_ticket *ended = take_ended(ack, clock_monotonic_ms());
		if (!ended) {
			await_change(ack);
			continue;
		}
		pthread_mutex_unlock(&ack->lock);
		tell(ended);
		pthread_mutex_lock(&ack->lock);
	}
	pthread_mutex_unlock(&ack->lock);
	return NULL;
}

struct ack *ack_open(struct err *err)
{
	struct ack *ack = calloc(1, sizeof *ack);
	if (!ack) {
		err_set(err, "out of memory");
		return NULL;
	}
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&ack->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&ack->lock, NULL);
	int failure = pthread_create(&ack->thread, NULL, end_waits, ack);
	if (failure == 0)
		return ack;
	err_set(err, "start a thread: %s", strerror(failure));
	free(ack);
	return NULL;
}

void ack_watch(struct ack *ack, struct ack_ticket *ticket)
{
	pthread_mutex_lock(&ack->lock);
	ticket->armed = false;
	ticket->next = ack->tickets;
	ticket->place = &ack->tickets;
	if (ticket->next)
		ticket->next->place = &ticket->next;
	ack->tickets = ticket;
	pthread_mutex_unlock(&ack->lock);
}

void ack_rename(struct ack *ack, struct ack_ticket *ticket, const char *finding_id, const char *new_id)
{
	pthread_mutex_lock(&ack->lock);
	for (size_t i = 0; i < ticket->count; i++)
		if (strcmp(ticket->finding_ids[i], finding_id) == 0)
			snprintf(ticket->finding_ids[i], FINDING_ID_BYTES, "%s", new_id);
	pthread_mutex_unlock(&ack->lock);
}

void ack_excuse(struct ack *ack, struct ack_ticket *ticket, const char *finding_id)
{
	pthread_mutex_lock(&ack->lock);
	remove_id(ticket, finding_id);
	pthread_mutex_unlock(&ack->lock);
}

void ack_arm(struct ack *ack, struct ack_ticket *ticket)
{
	pthread_mutex_lock(&ack->lock);
	ticket->armed = true;
	struct ack_ticket *ended = take_ended(ack, clock_monotonic_ms());
	pthread_cond_signal(&ack->changed);
	pthread_mutex_unlock(&ack->lock);
	tell(ended);
}

void ack_drop(struct ack *ack, struct ack_ticket *ticket)
{
	pthread_mutex_lock(&ack->lock);
	unlink_ticket(ticket);
	pthread_mutex_unlock(&ack->lock);
}

void ack_settled(struct ack *ack, const char *finding_id)
{
	pthread_mutex_lock(&ack->lock);
	for (struct ack_ticket *ticket = ack->tickets; ticket; ticket = ticket->next)
		remove_id(ticket, finding_id);
	struct ack_ticket *ended = take_ended(ack, clock_monotonic_ms());
	pthread_mutex_unlock(&ack->lock);
	tell(ended);
}

void ack_stop(struct ack *ack)
{
	pthread_mutex_lock(&ack->lock);
	ack->stopping = true;
	struct ack_ticket *ended = take_ended(ack, clock_monotonic_ms());
	pthread_cond_signal(&ack->changed);
	pthread_mutex_unlock(&ack->lock);
	tell(ended);
	if (!ack->joined)
		pthread_join(ack->thread, NULL);
	ack->joined = true;
}

void ack_close(struct ack *ack)
{
	if (!ack)
		return;
	ack_stop(ack);
	pthread_cond_destroy(&ack->changed);
	pthread_mutex_destroy(&ack->lock);
	free(ack);
}
