/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fingerprints in open-addressed tables. A fingerprint is half a SHA-256, so that
 * nobody can make an event that is taken for another.
 */
#include "commands/scan_seen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"

enum {
	RECENT_MAX = 512 * 1024, /* of each of two generations: 32 MiB in all */
	FIRST_CAPACITY = 1024,   /* a power of two, as all of them */
};

struct fingerprint {
	uint64_t halves[2]; /* both 0: an empty slot */
};

struct table {
	struct fingerprint *slots;
	size_t count, capacity;
};

struct seen {
	struct table lasting, recent, older;
};

struct seen *seen_new(void)
{
	return calloc(1, sizeof(struct seen));
}

void seen_free(struct seen *seen)
{
	if (!seen)
		return;
	free(seen->lasting.slots);
	free(seen->recent.slots);
	free(seen->older.slots);
	free(seen);
}

static bool is_empty(const struct fingerprint *slot)
{
	return slot->halves[0] == 0 && slot->halves[1] == 0;
}

static bool take_fingerprint(const char *key, struct fingerprint *ret_print)
{
	unsigned char digest[SHA256_BYTES];
	if (!crypto_sha256(key, strlen(key), digest))
		return false;
	memcpy(ret_print, digest, sizeof *ret_print);
	return true;
}

/* The slot that holds it, or the one where it belongs. The table is never full. */
static struct fingerprint *slot_of(const struct table *table, struct fingerprint print)
{
	for (size_t i = print.halves[0];; i++) {
		struct fingerprint *slot = &table->slots[i & (table->capacity - 1)];
		if (is_empty(slot) || memcmp(slot, &print, sizeof print) == 0)
			return slot;
	}
}

static bool contains(const struct table *table, struct fingerprint print)
{
	return table->count > 0 && !is_empty(slot_of(table, print));
}

/* At most half full: look-ups stay short. */
static bool make_room(struct table *table)
{
	if (table->count < table->capacity / 2)
		return true;
	struct table larger = {.count = table->count, .capacity = table->capacity ? 2 * table->capacity : FIRST_CAPACITY};
	larger.slots = calloc(larger.capacity, sizeof *larger.slots);
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < table->capacity; i++)
		if (!is_empty(&table->slots[i]))
			*slot_of(&larger, table->slots[i]) = table->slots[i];
	free(table->slots);
	*table = larger;
	return true;
}

static bool add(struct table *table, struct fingerprint print)
{
	if (!make_room(table))
		return false;
	*slot_of(table, print) = print;
	table->count++;
	return true;
}

bool seen_add(struct seen *seen, const char *key, bool for_good, bool *ret_before)
{
	struct fingerprint print;
	if (!take_fingerprint(key, &print))
		return false;
	bool before = contains(&seen->lasting, print) || contains(&seen->recent, print) || contains(&seen->older, print);
	if (!before && !for_good && seen->recent.count == RECENT_MAX) {
		free(seen->older.slots);
		seen->older = seen->recent;
		seen->recent = (struct table){.slots = NULL};
	}
	if (!before && !add(for_good ? &seen->lasting : &seen->recent, print))
		return false;
	*ret_before = before;
	return true;
}
