/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/scan_progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	FIRST_AFTER_MS = 500,
	AGAIN_AFTER_MS = 200,
	EVENTS_A_LOOK = 256, /* at the clock */
};

struct scan_progress scan_progress_of(size_t files)
{
	bool wanted = isatty(STDERR_FILENO);
	int64_t next_ms = wanted ? clock_monotonic_ms() + FIRST_AFTER_MS : 0;
	return (struct scan_progress){.wanted = wanted, .next_ms = next_ms, .files = files};
}

static void tell(struct scan_progress *progress, size_t events)
{
	int64_t now_ms = clock_monotonic_ms();
	if (now_ms < progress->next_ms)
		return;
	fprintf(stderr, "\r\x1b[Kfile %zu of %zu, %zu events", progress->file, progress->files, events);
	fflush(stderr);
	progress->shown = true;
	progress->next_ms = now_ms + AGAIN_AFTER_MS;
}

void scan_progress_file(struct scan_progress *progress, size_t events)
{
	progress->file++;
	if (progress->wanted)
		tell(progress, events);
}

void scan_progress_event(struct scan_progress *progress, size_t events)
{
	if (progress->wanted && ++progress->looks % EVENTS_A_LOOK == 0)
		tell(progress, events);
}

void scan_progress_clear(struct scan_progress *progress)
{
	if (progress->shown)
		fputs("\r\x1b[K", stderr);
	progress->shown = false;
}
