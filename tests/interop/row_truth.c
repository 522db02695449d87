/* "Verified absent" is never said while a data version of the key exists: at random, in every kind of bucket. */
#include "act.h"
#include "row.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STEPS = 60, KEYS = 3 };

static unsigned seed_of(void)
{
	const char *text = getenv("TOMBSTONE_INTEROP_SEED");

	return text ? (unsigned)strtoul(text, NULL, 10) : (unsigned)time(NULL);
}

/* One thing that an owner, another program or we may do to the key. */
static void step(struct bench *b, const char *name, struct tomb_str key, unsigned dice)
{
	struct tomb_target target = {.key = key};
	struct tomb_result result;
	struct tomb_stat st = {.present = false};

	switch (dice % 6) {
	case 0:
	case 1:
		(void)bench_raw(b, name, "PUT", key, "", "", "random");
		break;
	case 2:
		(void)bench_raw(b, name, "DELETE", key, "", "", "");
		break;
	case 3:
		if (act_stat(b, name, key, &st) == TOMB_OK && st.present)
			target.version_id = st.version_id;
		(void)act_delete(b, name, target);
		break;
	case 4:
		if (act_stat(b, name, key, &st) == TOMB_OK && st.present)
			target.version_id = st.version_id;
		act_delete_many(b, name, &target, 1, &result);
		break;
	default:
		break;
	}
}

static void at_random(struct bench *b, const struct row *row)
{
	static const char *const ends[KEYS] = {"r", "r/", "r\xc3\xa9"};
	struct tomb_str keys[KEYS];
	unsigned seed = seed_of();

	if (strcmp(row->arg, "plain") != 0 && b->lacks_versions[0])
		bench_lacks(b, "%s", b->lacks_versions);
	(void)fprintf(stderr, "    TOMBSTONE_INTEROP_SEED=%u\n", seed);
	for (size_t i = 0; i < KEYS; i++)
		keys[i] = bench_key(b, ends[i]);
	for (int i = 0; i < STEPS; i++) {
		struct tomb_str key = keys[(unsigned)rand_r(&seed) % KEYS];

		step(b, row->arg, key, (unsigned)rand_r(&seed));
		(void)act_verify(b, row->arg, key); /* which compares with the owner's look */
	}
}

static const struct row rows[] = {
	{.name = "truth-never",
		.expects = "60 random steps, a look after each: never a false proof",
		.run = at_random,
		.is_safety = true,
		.arg = "plain"},
	{.name = "truth-enabled",
		.expects = "the same with versions",
		.run = at_random,
		.is_safety = true,
		.arg = "enabled"},
	{.name = "truth-suspended",
		.expects = "the same with versions suspended",
		.run = at_random,
		.is_safety = true,
		.arg = "suspended"},
	{.name = "truth-turning",
		.expects = "the same in a bucket that got versions after the first look",
		.run = at_random,
		.is_safety = true,
		.arg = "turned"},
};

const struct row_group row_truth = {"truth", rows, TOMB_COUNTOF(rows)};
