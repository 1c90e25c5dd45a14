/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SCAN_PROGRESS_H
#define COMMANDS_SCAN_PROGRESS_H
/* A line on standard error that says how far a long scan is, when a person may be looking: on a terminal alone. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan_progress {
	bool wanted;
	bool shown;         /* the line is there */
	int64_t next_ms;    /* monotonic: not again before */
	size_t file, files; /* which one is read, from 1; of so many */
	size_t looks;
};

/* Of so many files. The first line comes only after some time: a short scan needs none. */
struct scan_progress scan_progress_of(size_t files);

/* The next file begins; after so many events. */
void scan_progress_file(struct scan_progress *progress, size_t events);

/* One more event is done. Cheap. */
void scan_progress_event(struct scan_progress *progress, size_t events);

/* Takes the line away, before anything else is written to the terminal. */
void scan_progress_clear(struct scan_progress *progress);

#endif
