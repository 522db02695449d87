/* Storage classes: asked for by the backend, read back by the look. */
#include "act.h"
#include "row.h"

static void kept(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "class");

	(void)act_have(b, row->name, key);
	bench_want(b, tomb_str_eq(act_seen(b, row->name, key).storage_class, tomb_str_from(row->arg)),
		"stat: not storage class %s", row->arg);
	act_want_outcome(
		b, "delete", act_delete(b, row->name, (struct tomb_target){.key = key}).outcome, TOMB_OUTCOME_GONE);
	act_want_absence(b, act_verify(b, row->name, key), TOMB_ABSENT_VERIFIED);
}

static void unknown(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "class");
	struct tomb_placed placed;

	act_want_code(b, "put", act_put(b, row->name, key, "x", &placed), TOMB_STORE);
	act_want_gone(b, row->name, key);
}

static const struct row rows[] = {
	{.name = "class-ia", .expects = "STANDARD_IA is kept and told", .run = kept, .arg = "STANDARD_IA"},
	{.name = "class-glacier", .expects = "GLACIER is kept and told", .run = kept, .arg = "GLACIER"},
	{.name = "class-deep", .expects = "DEEP_ARCHIVE is kept and told", .run = kept, .arg = "DEEP_ARCHIVE"},
	{.name = "class-none", .expects = "an unknown class is refused; nothing is there", .run = unknown},
};

const struct row_group row_class = {"storage classes", rows, TOMB_COUNTOF(rows)};
