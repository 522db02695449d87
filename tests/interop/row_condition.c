/* Deletes that name an ETag, through a backend with conditional_delete = yes. */
#include "act.h"
#include "row.h"

static const char wrong[] = "\"00000000000000000000000000000000\"";

static struct tomb_target target_of(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "conditional");
	struct tomb_placed placed = act_have(b, "conditional", key);

	return (struct tomb_target){
		.key = key, .etag = strcmp(row->arg, "right") == 0 ? placed.etag : tomb_str_from(wrong)};
}

static void want(
	struct bench *b, const struct row *row, const char *what, struct tomb_str key, enum tomb_outcome outcome)
{
	bool is_right = strcmp(row->arg, "right") == 0;

	act_want_outcome(b, what, outcome, is_right ? TOMB_OUTCOME_GONE : TOMB_OUTCOME_CHANGED);
	if (is_right)
		act_want_gone(b, "conditional", key);
	else
		act_want_there(b, "conditional", key);
}

static void single(struct bench *b, const struct row *row)
{
	struct tomb_target target = target_of(b, row);

	want(b, row, "delete", target.key, act_delete(b, "conditional", target).outcome);
}

static void batch(struct bench *b, const struct row *row)
{
	struct tomb_target targets[] = {{.key = bench_key(b, "free")}, target_of(b, row)};
	struct tomb_result results[2];

	(void)act_have(b, "conditional", targets[0].key);
	act_delete_many(b, "conditional", targets, 2, results);
	act_want_outcome(b, "batch", results[0].outcome, TOMB_OUTCOME_GONE);
	want(b, row, "batch", targets[1].key, results[1].outcome);
}

static void absent(struct bench *b, const struct row *row)
{
	struct tomb_target target = {.key = bench_key(b, "never"), .etag = tomb_str_from(wrong)};
	enum tomb_outcome got = act_delete(b, "conditional", target).outcome;

	(void)row;
	bench_want(b, got == TOMB_OUTCOME_ALREADY_ABSENT || got == TOMB_OUTCOME_CHANGED, "delete: %s",
		tomb_outcome_slug(got));
}

static const struct row rows[] = {
	{.name = "condition-right", .expects = "the ETag that is there: gone", .run = single, .arg = "right"},
	{.name = "condition-wrong", .expects = "another ETag: changed; the bytes stay", .run = single, .arg = "wrong"},
	{.name = "condition-absent",
		.expects = "an ETag, and nothing there: already absent (404) or changed (412)",
		.run = absent},
	{.name = "condition-batch-right",
		.expects = "in a batch, the ETag that is there: gone",
		.run = batch,
		.arg = "right"},
	{.name = "condition-batch-wrong",
		.expects = "in a batch, another ETag: changed; the bytes stay",
		.run = batch,
		.arg = "wrong"},
};

const struct row_group row_condition = {"conditional deletes", rows, TOMB_COUNTOF(rows)};
