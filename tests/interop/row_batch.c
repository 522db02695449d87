/* Many keys in one call. */
#include "act.h"
#include "row.h"

#include <stdio.h>

struct batch {
	struct tomb_target targets[TOMB_TARGETS_MAX + 1];
	struct tomb_result results[TOMB_TARGETS_MAX + 1];
	size_t n;
};

static struct batch *new_batch(struct bench *b, size_t n)
{
	struct batch *batch = TOMB_NEW(&b->arena, struct batch, 1);

	if (!batch)
		bench_broken("out of memory");
	for (size_t i = 0; i < n; i++) {
		char end[32];

		(void)snprintf(end, sizeof end, "batch %zu <&>", i);
		batch->targets[batch->n++].key = bench_key(b, end);
	}
	return batch;
}

static void want_all_gone(struct bench *b, struct batch *batch)
{
	act_delete_many(b, "plain", batch->targets, batch->n, batch->results);
	for (size_t i = 0; i < batch->n; i++)
		act_want_outcome(b, "batch", batch->results[i].outcome, TOMB_OUTCOME_GONE);
}

/* row->arg: how many of a thousand exist. */
static void some_of_many(struct bench *b, const struct row *row)
{
	bool all = strcmp(row->arg, "all") == 0;
	bool half = strcmp(row->arg, "half") == 0;
	struct batch *batch = new_batch(b, half ? 100 : TOMB_DELETE_MAX);

	for (size_t i = 0; i < batch->n; i++)
		if (all || (half && i % 2 == 0))
			act_write_over(b, "plain", batch->targets[i].key);
	want_all_gone(b, batch);
	for (size_t i = 0; i < batch->n; i += 97)
		act_want_gone(b, "plain", batch->targets[i].key);
	act_want_absence(b, act_verify(b, "plain", batch->targets[batch->n - 1].key), TOMB_ABSENT_VERIFIED);
}

static void one(struct bench *b, const struct row *row)
{
	struct batch *batch = new_batch(b, 1);

	(void)row;
	(void)act_have(b, "plain", batch->targets[0].key);
	want_all_gone(b, batch);
	act_want_gone(b, "plain", batch->targets[0].key);
}

static void neighbours_stay(struct bench *b, const struct row *row)
{
	static const char *const ends[] = {"n", "n/", "n/a", "n0", "n.", "N", "n "};
	struct batch *batch = new_batch(b, 0);
	struct tomb_str keys[TOMB_COUNTOF(ends)];
	char key[64];

	(void)row;
	for (size_t i = 0; i < TOMB_COUNTOF(ends); i++) {
		(void)snprintf(key, sizeof key, "batch-neighbours/%s", ends[i]);
		keys[i] = tomb_arena_str(&b->arena, tomb_str_from(key));
		(void)act_have(b, "plain", keys[i]);
	}
	batch->targets[batch->n++].key = keys[0];
	batch->targets[batch->n++].key = keys[3];
	want_all_gone(b, batch);
	for (size_t i = 0; i < TOMB_COUNTOF(ends); i++)
		if (i == 0 || i == 3)
			act_want_gone(b, "plain", keys[i]);
		else
			act_want_there(b, "plain", keys[i]);
}

static void one_is_unfit(struct bench *b, const struct row *row)
{
	struct batch *batch = new_batch(b, 5);

	batch->targets[2].key = bench_key(b, row->arg);
	for (size_t i = 0; i < batch->n; i++)
		(void)act_have(b, "plain", batch->targets[i].key);
	want_all_gone(b, batch);
	for (size_t i = 0; i < batch->n; i++)
		act_want_gone(b, "plain", batch->targets[i].key);
}

static void refused_by_us(struct bench *b, const struct row *row)
{
	bool twice = strcmp(row->arg, "twice") == 0;
	struct batch *batch = new_batch(b, twice ? 3 : TOMB_TARGETS_MAX + 1);
	struct tomb_err err;

	(void)act_have(b, "plain", batch->targets[1].key);
	if (twice)
		batch->targets[2] = batch->targets[1];
	act_want_code(b, "batch",
		tomb_store_delete_many(
			bench_store(b, "plain"), batch->targets, batch->n, &b->arena, batch->results, &err),
		TOMB_INVAL);
	act_want_there(b, "plain", batch->targets[1].key);
}

static const struct row rows[] = {
	{.name = "batch-one", .expects = "one key in a batch: gone", .run = one},
	{.name = "batch-1000", .expects = "1,000 keys in one request: all gone", .run = some_of_many, .arg = "all"},
	{.name = "batch-1000-absent",
		.expects = "1,000 keys that never were: all gone",
		.run = some_of_many,
		.arg = "none"},
	{.name = "batch-mixed",
		.expects = "100 keys, every second one absent: all gone",
		.run = some_of_many,
		.arg = "half"},
	{.name = "batch-neighbours", .expects = "keys that share the prefix stay", .run = neighbours_stay},
	{.name = "batch-unfit",
		.expects = "one key that XML cannot carry: it goes singly, all gone",
		.run = one_is_unfit,
		.arg = "u\x02x"},
	{.name = "batch-long",
		.expects = "one key that is all escapes: all gone",
		.run = one_is_unfit,
		.arg = "<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&"},
	{.name = "batch-twice",
		.expects = "the same key twice is refused; nothing is deleted",
		.run = refused_by_us,
		.arg = "twice"},
	{.name = "batch-16001",
		.expects = "16,001 keys are refused; nothing is deleted",
		.run = refused_by_us,
		.arg = "many"},
};

const struct row_group row_batch = {"batches", rows, TOMB_COUNTOF(rows)};
