/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_MONITOR_H
#define TESTS_MONITOR_H
/*
 * One lock around all that a test's fakes are told by the product's threads, and
 * the way for the test to wait until something is so. Only the test's own thread
 * may assert anything.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

/* Below the 30 s after which a worker looks again without being told: what comes only then has not come. */
enum { MONITOR_PATIENCE_S = 25 };

static pthread_mutex_t monitor_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t monitor_changed = PTHREAD_COND_INITIALIZER;

static inline void monitor_enter(void)
{
	pthread_mutex_lock(&monitor_lock);
}

/* Something may have changed. */
static inline void monitor_leave(void)
{
	pthread_cond_broadcast(&monitor_changed);
	pthread_mutex_unlock(&monitor_lock);
}

static inline void monitor_wait(const struct timespec *until, const char *condition, const char *file, int line)
{
	if (pthread_cond_timedwait(&monitor_changed, &monitor_lock, until) != ETIMEDOUT)
		return;
	pthread_mutex_unlock(&monitor_lock);
	print_error("%s:%d: waited in vain for %s\n", file, line, condition);
	fail();
}

/* Until the condition holds; it is looked at under the lock, whenever a fake has changed. */
#define AWAIT(condition)                                                \
	do {                                                                \
		struct timespec await_until;                                    \
		clock_gettime(CLOCK_REALTIME, &await_until);                    \
		await_until.tv_sec += MONITOR_PATIENCE_S;                       \
		pthread_mutex_lock(&monitor_lock);                              \
		while (!(condition))                                            \
			monitor_wait(&await_until, #condition, __FILE__, __LINE__); \
		pthread_mutex_unlock(&monitor_lock);                            \
	} while (0)

#endif
