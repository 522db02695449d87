#include "bag_table.h"

#include "tombstone/uuid.h"

__extension__ typedef unsigned __int128 wide;

static const uint64_t prime = (UINT64_C(1) << 61) - 1;

/*
 * The name as a polynomial at a secret point, modulo a prime: two names of n bytes collide for at most n of 2^61
 * points, so that nobody can prepare a bag whose names do.
 */
static uint64_t hash_of(const struct tomb_bag_table *t, struct tomb_str key)
{
	uint64_t h = key.n;

	for (size_t i = 0; i < key.n; i++) {
		wide x = (wide)h * t->seed + (unsigned char)key.p[i];

		h = (uint64_t)(x & prime) + (uint64_t)(x >> 61);
		h = h >= prime ? h - prime : h;
	}
	return h;
}

enum tomb_code tomb_bag_table_init(struct tomb_bag_table *t, struct tomb_err *err)
{
	struct tomb_uuid random;

	TOMB_TRY(tomb_uuid_random(&random, err));
	*t = (struct tomb_bag_table){.slots = 0};
	memcpy(&t->seed, random.b + sizeof random.b - sizeof t->seed, sizeof t->seed);
	t->seed = t->seed % (prime - 2) + 2;
	return TOMB_OK;
}

static struct tomb_bag_file **slot_of(const struct tomb_bag_table *t, struct tomb_str key, uint64_t hash)
{
	size_t at = (size_t)hash & (t->slots - 1);

	while (t->slot[at] && (t->slot[at]->hash != hash || !tomb_str_eq(t->slot[at]->key, key)))
		at = (at + 1) & (t->slots - 1);
	return &t->slot[at];
}

struct tomb_bag_file *tomb_bag_table_find(const struct tomb_bag_table *t, struct tomb_str key)
{
	return t->slots ? *slot_of(t, key, hash_of(t, key)) : NULL;
}

/* Keeps the table at most half full.  The old slots stay in the arena: together they are no more than the new ones. */
static enum tomb_code grow(struct tomb_bag_table *t, struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_bag_table bigger = *t;

	bigger.slots = t->slots ? t->slots * 2 : 64;
	bigger.slot = TOMB_NEW(arena, struct tomb_bag_file *, bigger.slots);
	if (!bigger.slot)
		return TOMB_FAIL(err, TOMB_NOMEM, "listing the bag, after %zu files", t->n);
	for (size_t i = 0; i < t->slots; i++) {
		if (t->slot[i])
			*slot_of(&bigger, t->slot[i]->key, t->slot[i]->hash) = t->slot[i];
	}
	*t = bigger;
	return TOMB_OK;
}

enum tomb_code tomb_bag_table_add(
	struct tomb_bag_table *t, struct tomb_arena *arena, struct tomb_bag_file *file, struct tomb_err *err)
{
	if (t->n >= t->slots / 2)
		TOMB_TRY(grow(t, arena, err));
	file->hash = hash_of(t, file->key);
	*slot_of(t, file->key, file->hash) = file;
	t->n++;
	return TOMB_OK;
}
