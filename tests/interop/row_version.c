/* Buckets with versions: only an exact version is deleted, and a hidden key is not an absent one. */
#include "act.h"
#include "row.h"

static struct tomb_str version_of(struct bench *b, const char *name, struct tomb_str key)
{
	struct tomb_str id = act_seen(b, name, key).version_id;

	bench_want(b, id.n > 0, "stat: no version id");
	return id;
}

static void probe_tells(struct bench *b, const struct row *row)
{
	enum tomb_versioning want = strcmp(row->arg, "enabled") == 0     ? TOMB_VERSIONING_ENABLED
				    : strcmp(row->arg, "suspended") == 0 ? TOMB_VERSIONING_SUSPENDED
									 : TOMB_VERSIONING_NEVER;
	struct tomb_probe probe = {.can_look = false};
	struct tomb_err err;

	if (want != TOMB_VERSIONING_NEVER)
		act_need_versions(b);
	act_want_code(b, "probe", tomb_store_probe(bench_store(b, row->arg), &probe, &err), TOMB_OK);
	bench_want(b, probe.versioning == want, "probe: another state");
	bench_want(b, probe.can_look, "probe: cannot look");
	bench_want(b, !probe.object_lock, "probe: object lock");
}

/* A put into a bucket whose versions are suspended does not say that it made the version "null". */
static struct tomb_str placed_version(struct bench *b, const char *name, struct tomb_str key)
{
	struct tomb_placed placed = act_have(b, name, key);
	struct act_list list = act_list(b, name, key);

	bench_want(b, list.n == 1 && list.versions[0].version_id.n > 0, "versions: not one with an id");
	bench_want(b, placed.version_id.n == 0 || tomb_str_eq(placed.version_id, list.versions[0].version_id),
		"put: another version id than the list's");
	return list.versions[0].version_id;
}

static void exact(struct bench *b, const struct row *row)
{
	struct tomb_target target = {.key = bench_key(b, "exact")};

	act_need_versions(b);
	target.version_id = placed_version(b, row->arg, target.key);
	if (strcmp(row->arg, "suspended") == 0)
		bench_want(b, tomb_str_eq(target.version_id, TOMB_STR("null")), "versions: not null");
	act_want_outcome(b, "delete", act_delete(b, row->arg, target).outcome, TOMB_OUTCOME_GONE);
	act_want_gone(b, row->arg, target.key);
	bench_want(b, !act_seen(b, row->arg, target.key).present, "stat: present");
	act_want_absence(b, act_verify(b, row->arg, target.key), TOMB_ABSENT_VERIFIED);
}

static void without_id(struct bench *b, const struct row *row)
{
	struct tomb_target targets[] = {{.key = bench_key(b, "whole")}, {.key = bench_key(b, "whole")}};
	struct tomb_result results[2];

	act_need_versions(b);
	(void)act_have(b, row->arg, targets[0].key);
	(void)act_have(b, row->arg, targets[1].key);
	act_want_outcome(b, "delete", act_delete(b, row->arg, targets[0]).outcome, TOMB_OUTCOME_FAILED);
	act_delete_many(b, row->arg, targets, 2, results);
	act_want_outcome(b, "batch", results[0].outcome, TOMB_OUTCOME_FAILED);
	act_want_outcome(b, "batch", results[1].outcome, TOMB_OUTCOME_FAILED);
	act_want_there(b, row->arg, targets[0].key);
	bench_must(b, act_look(b, row->arg, targets[0].key).markers == 0, "a marker was made");
}

static void older(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "older");
	struct tomb_str first = {NULL, 0};

	(void)row;
	act_need_versions(b);
	first = act_have(b, "enabled", key).version_id;
	act_write_over(b, "enabled", key);
	act_want_outcome(b, "delete",
		act_delete(b, "enabled", (struct tomb_target){.key = key, .version_id = first}).outcome,
		TOMB_OUTCOME_GONE);
	bench_must(b, act_look(b, "enabled", key).versions == 1, "not the one that was named");
	bench_want(b, act_seen(b, "enabled", key).size_bytes == 12, "stat: not the newer one");
}

static void twice(struct bench *b, const struct row *row)
{
	struct tomb_target target = {.key = bench_key(b, "twice")};
	enum tomb_outcome got = TOMB_OUTCOME_FAILED;

	(void)row;
	act_need_versions(b);
	target.version_id = act_have(b, "enabled", target.key).version_id;
	act_want_outcome(b, "delete", act_delete(b, "enabled", target).outcome, TOMB_OUTCOME_GONE);
	got = act_delete(b, "enabled", target).outcome;
	bench_want(b, got == TOMB_OUTCOME_GONE || got == TOMB_OUTCOME_ALREADY_ABSENT, "delete: %s, not gone",
		tomb_outcome_slug(got));
	act_want_gone(b, "enabled", target.key);
	bench_want(b, act_look(b, "enabled", target.key).markers == 0, "a marker was made");
}

/* row->arg: a version id that is no version of it */
static void foreign_id(struct bench *b, const struct row *row)
{
	struct tomb_target target = {.key = bench_key(b, "foreign"), .version_id = tomb_str_from(row->arg)};
	struct tomb_result result = {.outcome = TOMB_OUTCOME_FAILED};

	act_need_versions(b);
	(void)act_have(b, "enabled", target.key);
	if (!row->arg)
		target.version_id = act_have(b, "enabled", bench_key(b, "another")).version_id;
	result = act_delete(b, "enabled", target);
	act_want_there(b, "enabled", target.key);
	bench_want(b, result.outcome != TOMB_OUTCOME_UNCERTAIN && result.outcome != TOMB_OUTCOME_TRANSIENT,
		"delete: %s", tomb_outcome_slug(result.outcome));
}

static void batch(struct bench *b, const struct row *row)
{
	struct tomb_target targets[4] = {{.key = bench_key(b, "batch")}};
	struct tomb_result results[4];

	(void)row;
	act_need_versions(b);
	targets[0].version_id = act_have(b, "enabled", targets[0].key).version_id;
	act_write_over(b, "enabled", targets[0].key);
	targets[1] = (struct tomb_target){
		.key = targets[0].key, .version_id = version_of(b, "enabled", targets[0].key)};
	act_write_over(b, "enabled", targets[0].key);
	targets[2].key = bench_key(b, "batch\xc3\xa9 <");
	targets[2].version_id = act_have(b, "enabled", targets[2].key).version_id;
	targets[3] = (struct tomb_target){.key = bench_key(b, "batch-without")};
	(void)act_have(b, "enabled", targets[3].key);
	act_delete_many(b, "enabled", targets, 4, results);
	for (size_t i = 0; i < 3; i++)
		act_want_outcome(b, "batch", results[i].outcome, TOMB_OUTCOME_GONE);
	act_want_outcome(b, "batch", results[3].outcome, TOMB_OUTCOME_FAILED);
	bench_must(b, act_look(b, "enabled", targets[0].key).versions == 1, "not the two that were named");
	act_want_there(b, "enabled", targets[3].key);
}

static void hidden(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "hidden");

	act_need_versions(b);
	act_write_over(b, row->arg, key);
	if (strcmp(row->arg, "suspended") == 0) { /* the marker would take the null version's place */
		struct act_look before = {0, 0};

		key = bench_key(b, "hidden-null");
		act_write_over(b, row->arg, key);
		before = act_look(b, row->arg, key);
		act_hide(b, row->arg, key);
		bench_want(b, before.versions == 1 && act_look(b, row->arg, key).versions == 0,
			"a marker over the null version leaves it there");
		(void)act_verify(b, row->arg, key);
		return;
	}
	act_hide(b, row->arg, key);
	bench_want(b, !act_seen(b, row->arg, key).present, "stat: present");
	act_want_there(b, row->arg, key);
	bench_must(b, act_verify(b, row->arg, key) != TOMB_ABSENT_VERIFIED, "verify: verified absent");
}

static void became(struct bench *b, const struct row *row)
{
	struct tomb_target target = {.key = bench_key(b, "became")};
	struct tomb_probe probe;
	struct tomb_err err;
	enum tomb_outcome got = TOMB_OUTCOME_FAILED;

	(void)row;
	act_need_versions(b);
	(void)act_have(b, "turned", target.key);
	act_want_code(b, "probe", tomb_store_probe(bench_store(b, "turned"), &probe, &err), TOMB_OK);
	if (bench_raw(b, "turned", "PUT", TOMB_STR(""), "versioning", "",
		    "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>") != 200)
		bench_broken("versioning by the owner");
	got = act_delete(b, "turned", target).outcome;
	bench_must(b, got != TOMB_OUTCOME_GONE || act_look(b, "turned", target.key).versions == 0,
		"delete: gone, and the bytes are there");
	bench_must(b,
		act_verify(b, "turned", target.key) != TOMB_ABSENT_VERIFIED ||
			act_look(b, "turned", target.key).versions == 0,
		"verify: verified absent");
}

static const struct row rows[] = {
	{.name = "version-probe-never",
		.expects = "a bucket that never had versions is told",
		.run = probe_tells,
		.arg = "plain"},
	{.name = "version-probe-enabled",
		.expects = "a bucket with versions is told",
		.run = probe_tells,
		.arg = "enabled"},
	{.name = "version-probe-suspended",
		.expects = "a bucket whose versions are suspended is told",
		.run = probe_tells,
		.arg = "suspended"},
	{.name = "version-exact",
		.expects = "an exact version goes, no marker is made",
		.run = exact,
		.arg = "enabled"},
	{.name = "version-exact-null",
		.expects = "suspended: the null version goes by its name",
		.run = exact,
		.arg = "suspended"},
	{.name = "version-no-id",
		.expects = "a delete without a version id sends nothing",
		.run = without_id,
		.arg = "enabled"},
	{.name = "version-no-id-suspended",
		.expects = "suspended: a delete without a version id sends nothing",
		.run = without_id,
		.arg = "suspended"},
	{.name = "version-older", .expects = "an older version goes, the newer stays", .run = older},
	{.name = "version-twice", .expects = "the second delete of a version is no error", .run = twice},
	{.name = "version-foreign", .expects = "another key's version id deletes nothing", .run = foreign_id},
	{.name = "version-malformed",
		.expects = "a malformed version id deletes nothing",
		.run = foreign_id,
		.arg = "no-such-version"},
	{.name = "version-batch", .expects = "exact versions in a batch; one without id is refused", .run = batch},
	{.name = "version-hidden",
		.expects = "a key behind a marker is not verified absent",
		.run = hidden,
		.is_safety = true,
		.arg = "enabled"},
	{.name = "version-hidden-suspended",
		.expects = "suspended: a marker replaces the null version",
		.run = hidden,
		.arg = "suspended"},
	{.name = "version-became",
		.expects = "versions that came after the probe are noticed",
		.run = became,
		.is_safety = true},
};

const struct row_group row_version = {"versions", rows, TOMB_COUNTOF(rows)};
