/* Memory for one request: allocate freely, free once. */
#ifndef TOMB_ARENA_H
#define TOMB_ARENA_H

#include "tombstone/str.h"

struct tomb_arena {
	struct tomb_arena_block *head;
	size_t used; /* bytes handed out since the last reset */
	size_t max;  /* bytes; an allocation that would pass it fails */
};

#define TOMB_ARENA_AUTO TOMB_CLEANUP(tomb_arena_fini) struct tomb_arena

static inline struct tomb_arena tomb_arena_init(size_t max)
{
	return (struct tomb_arena){.max = max};
}

void tomb_arena_fini(struct tomb_arena *a);
void tomb_arena_reset(struct tomb_arena *a);

/* The same as tomb_arena_fini(), for an arena that held secrets: overwrites everything first. */
#define TOMB_ARENA_SECRET_AUTO TOMB_CLEANUP(tomb_arena_wipe) struct tomb_arena
void tomb_arena_wipe(struct tomb_arena *a);

/* Zeroed, aligned for any type, owned by the arena.  NULL when out of memory or past max. */
void *tomb_arena_get(struct tomb_arena *a, size_t count, size_t size) TOMB_MUST_USE;

#define TOMB_NEW(a, type, count) ((type *)tomb_arena_get((a), (count), sizeof(type)))

/* A NUL-terminated copy of s; .p is NULL on failure. */
struct tomb_str tomb_arena_str(struct tomb_arena *a, struct tomb_str s) TOMB_MUST_USE;

#endif
