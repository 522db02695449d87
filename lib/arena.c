#include "tombstone/arena.h"

#include <stdalign.h>
#include <stdlib.h>

enum { BLOCK = 16 * 1024 };

struct tomb_arena_block {
	struct tomb_arena_block *next;
	size_t n;
	size_t cap;
	alignas(max_align_t) unsigned char bytes[];
};

void tomb_arena_fini(struct tomb_arena *a)
{
	while (a->head) {
		struct tomb_arena_block *next = a->head->next;

		free(a->head);
		a->head = next;
	}
	a->used = 0;
}

void tomb_arena_wipe(struct tomb_arena *a)
{
	for (struct tomb_arena_block *b = a->head; b; b = b->next)
		explicit_bzero(b->bytes, b->n);
	tomb_arena_fini(a);
}

void tomb_arena_reset(struct tomb_arena *a)
{
	tomb_arena_fini(a);
}

void *tomb_arena_get(struct tomb_arena *a, size_t count, size_t size)
{
	struct tomb_arena_block *b = a->head;
	size_t need = 0;
	void *p = NULL;

	if (__builtin_mul_overflow(count, size, &need) || need > a->max - a->used)
		return NULL;
	need = (need + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!b || need > b->cap - b->n) {
		size_t cap = need > BLOCK ? need : BLOCK;

		b = malloc(sizeof *b + cap);
		if (!b)
			return NULL;
		b->next = a->head;
		b->n = 0;
		b->cap = cap;
		a->head = b;
	}
	p = b->bytes + b->n;
	b->n += need;
	a->used += need < a->max - a->used ? need : a->max - a->used;
	return memset(p, 0, need);
}

struct tomb_str tomb_arena_str(struct tomb_arena *a, struct tomb_str s)
{
	char *p = TOMB_NEW(a, char, s.n + 1);

	if (!p)
		return (struct tomb_str){NULL, 0};
	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct tomb_str){p, s.n};
}
