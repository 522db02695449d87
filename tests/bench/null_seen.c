#include "null_seen.h"

#include <err.h>
#include <stdlib.h>

enum { FIRST_SLOTS = 1 << 16 };

struct null_seen {
	uint64_t *slots; /* 0: free */
	size_t nslots;   /* a power of two */
	size_t n;
};

static uint64_t *slots_new(size_t n)
{
	uint64_t *slots = calloc(n, sizeof *slots);

	if (!slots)
		err(1, "remembering keys");
	return slots;
}

struct null_seen *null_seen_new(void)
{
	struct null_seen *seen = calloc(1, sizeof *seen);

	if (!seen)
		err(1, "remembering keys");
	seen->nslots = FIRST_SLOTS;
	seen->slots = slots_new(seen->nslots);
	return seen;
}

/* Eight bytes at a time, mixed as splitmix64 does; the bytes that are left over go one by one. */
uint64_t null_seen_hash(uint64_t so_far, struct tomb_str name)
{
	uint64_t h = so_far ^ 0x9e3779b97f4a7c15u;
	size_t i = 0;

	for (; i + 8 <= name.n; i += 8) {
		uint64_t word;

		memcpy(&word, name.p + i, sizeof word);
		h = (h ^ word) * 0xbf58476d1ce4e5b9u;
		h ^= h >> 29;
	}
	for (; i < name.n; i++) {
		h = (h ^ (uint8_t)name.p[i]) * 0x94d049bb133111ebu;
		h ^= h >> 31;
	}
	return h ? h : 1;
}

static size_t slot_of(const struct null_seen *seen, uint64_t hash)
{
	size_t at = (size_t)hash & (seen->nslots - 1);

	while (seen->slots[at] && seen->slots[at] != hash)
		at = (at + 1) & (seen->nslots - 1);
	return at;
}

static void grow(struct null_seen *seen)
{
	struct null_seen larger = {.nslots = 2 * seen->nslots, .n = seen->n};

	larger.slots = slots_new(larger.nslots);
	for (size_t i = 0; i < seen->nslots; i++)
		if (seen->slots[i])
			larger.slots[slot_of(&larger, seen->slots[i])] = seen->slots[i];
	free(seen->slots);
	*seen = larger;
}

void null_seen_add(struct null_seen *seen, uint64_t hash)
{
	size_t at;

	if (2 * seen->n >= seen->nslots)
		grow(seen);
	at = slot_of(seen, hash);
	if (!seen->slots[at]) {
		seen->slots[at] = hash;
		seen->n++;
	}
}

bool null_seen_has(const struct null_seen *seen, uint64_t hash)
{
	return seen->slots[slot_of(seen, hash)] != 0;
}
