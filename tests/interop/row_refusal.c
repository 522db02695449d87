/* Wrong keys, clocks, buckets, places: nothing is deleted, and nothing is taken for absent. */
#include "act.h"
#include "row.h"

#include <stdlib.h>

enum { TWENTY_MINUTES_US = 20 * 60 * 1000000 };

/* No verb does anything through the backend row->arg, and no absence is proven through it. */
static void want_shut(struct bench *b, const char *name, struct tomb_str key)
{
	struct tomb_target target = {.key = key};
	struct tomb_result result = {.outcome = TOMB_OUTCOME_FAILED};
	struct tomb_stat st = {.present = false};
	struct tomb_placed placed;
	struct tomb_err err;
	struct tomb_store *store = bench_store(b, name);
	enum tomb_code code = tomb_store_delete_one(store, &target, &b->arena, &result, &err);

	bench_must(b,
		code != TOMB_OK ||
			(result.outcome != TOMB_OUTCOME_GONE && result.outcome != TOMB_OUTCOME_ALREADY_ABSENT),
		"delete: %s", tomb_outcome_slug(result.outcome));
	code = tomb_store_delete_many(store, &target, 1, &b->arena, &result, &err);
	bench_must(b, code != TOMB_OK || result.outcome != TOMB_OUTCOME_GONE, "batch: gone");
	code = act_stat(b, name, key, &st);
	bench_must(b, code != TOMB_OK, "stat: %s", st.present ? "present" : "absent");
	bench_must(b, act_verify(b, name, key) == TOMB_ABSENCE_UNKNOWN, "verify: an answer");
	code = act_put(b, name, bench_key(b, "refused"), "x", &placed);
	bench_must(b, code != TOMB_OK, "put: stored");
}

/* Asked with the wrong secret, and not by our library. */
static bool serves_anybody(struct bench *b)
{
	const char *secret = b->raw.secret_key;
	int status = 0;

	b->raw.secret_key = "wrong";
	status = bench_raw(b, "plain", "GET", TOMB_STR(""), "", "", "");
	b->raw.secret_key = secret;
	return status == 200;
}

static void keys_refused(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "kept");
	struct tomb_probe probe;
	struct tomb_err err;

	(void)act_have(b, "plain", key);
	(void)bench_store(b, row->arg);
	if (serves_anybody(b))
		bench_lacks(b, "signatures: it serves anybody");
	act_want_code(b, "probe", tomb_store_probe(bench_store(b, row->arg), &probe, &err), TOMB_STORE_DENIED);
	want_shut(b, row->arg, key);
	act_want_there(b, "plain", key);
}

static void bucket_missing(struct bench *b, const struct row *row)
{
	struct tomb_probe probe;
	struct tomb_err err;

	act_want_code(b, "probe", tomb_store_probe(bench_store(b, row->arg), &probe, &err), TOMB_STORE);
	want_shut(b, row->arg, bench_key(b, "anything"));
}

static void server_missing(struct bench *b, const struct row *row)
{
	struct tomb_probe probe;
	struct tomb_err err;

	act_want_code(b, "probe", tomb_store_probe(bench_store(b, row->arg), &probe, &err), TOMB_NET);
	want_shut(b, row->arg, bench_key(b, "anything"));
}

/* A bucket policy: the second user may read, write and delete, but not list. */
static void no_list(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "shared");
	struct tomb_str never = bench_key(b, "never");
	TOMB_BUF_AUTO policy = tomb_buf_init(4096);
	struct tomb_stat st = {.present = false};
	int status = 0;

	(void)row;
	if (!getenv("TOMBSTONE_INTEROP_OTHER_ARN"))
		bench_lacks(b, "a second user that a policy can name");
	tomb_buf_putf(&policy,
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
		"[\"%s\"]},\"Action\":[\"s3:GetObject\",\"s3:PutObject\",\"s3:DeleteObject\","
		"\"s3:GetBucketVersioning\"],\"Resource\":[\"arn:aws:s3:::%s%s\",\"arn:aws:s3:::%s%s/*\"]}]}",
		getenv("TOMBSTONE_INTEROP_OTHER_ARN"), b->bucket, bench_suffix("shared"), b->bucket,
		bench_suffix("shared"));
	status = bench_raw(b, "shared", "PUT", TOMB_STR(""), "policy", "", policy.p);
	if (status != 200 && status != 204)
		bench_lacks(b, "bucket policies: PUT ?policy answers %d", status);
	(void)act_have(b, "shared", key);
	bench_want(b, act_stat(b, "reader", never, &st) == TOMB_STORE_DENIED, "stat of an absent key: an answer");
	act_want_absence(b, act_verify(b, "reader", never), TOMB_ABSENCE_UNKNOWN);
	bench_must(b, act_verify(b, "reader", key) != TOMB_ABSENT_VERIFIED, "verify: verified absent");
	if (bench_raw(b, "shared", "DELETE", key, "", "", "") != 204)
		bench_broken("DELETE by the owner");
	act_want_absence(b, act_verify(b, "reader", key), TOMB_ABSENCE_UNKNOWN);
}

static void clock_wrong(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "skewed");
	struct tomb_target target = {.key = key};
	struct tomb_result result = {.outcome = TOMB_OUTCOME_FAILED};
	enum tomb_absence absence = TOMB_ABSENCE_UNKNOWN;
	enum tomb_code put = TOMB_OK;
	struct tomb_placed placed;

	bench_skew(row->arg[0] == '-' ? -(int64_t)TWENTY_MINUTES_US : TWENTY_MINUTES_US);
	bench_want(b, !act_seen(b, "skewed", key).present, "stat: present"); /* a put's bytes are read only once */
	put = act_put(b, "skewed", key, "x", &placed);
	act_want_code(b, "put", put, TOMB_OK);
	result = act_delete(b, "skewed", target);
	act_want_outcome(b, "delete", result.outcome, TOMB_OUTCOME_GONE);
	absence = act_verify(b, "skewed", key);
	act_want_absence(b, absence, TOMB_ABSENT_VERIFIED);
}

static void works_through(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "a b/\xc3\xa9");
	struct tomb_target targets[] = {{.key = key}, {.key = bench_key(b, "other")}};
	struct tomb_result results[2];

	(void)act_have(b, row->arg, key);
	act_want_there(b, row->arg, key);
	bench_want(b, act_seen(b, row->arg, key).present, "stat: absent");
	act_want_outcome(b, "delete", act_delete(b, row->arg, targets[0]).outcome, TOMB_OUTCOME_GONE);
	act_want_absence(b, act_verify(b, row->arg, key), TOMB_ABSENT_VERIFIED);
	(void)act_have(b, row->arg, targets[1].key);
	act_delete_many(b, row->arg, targets, 2, results);
	act_want_outcome(b, "batch", results[1].outcome, TOMB_OUTCOME_GONE);
	act_want_gone(b, row->arg, targets[1].key);
}

static const struct row rows[] = {
	{.name = "wrong-secret",
		.expects = "denied; nothing is deleted or proven",
		.run = keys_refused,
		.is_safety = true,
		.arg = "wrong-secret"},
	{.name = "unknown-key-id",
		.expects = "denied; nothing is deleted or proven",
		.run = keys_refused,
		.is_safety = true,
		.arg = "unknown-key"},
	{.name = "stranger",
		.expects = "another user: denied; nothing is deleted or proven",
		.run = keys_refused,
		.is_safety = true,
		.arg = "stranger"},
	{.name = "no-list",
		.expects = "without the right to list, an absent key is denied, not absent",
		.run = no_list},
	{.name = "missing-bucket",
		.expects = "refused; its 404 proves nothing",
		.run = bucket_missing,
		.is_safety = true,
		.arg = "missing"},
	{.name = "server-away",
		.expects = "not reachable; nothing is proven",
		.run = server_missing,
		.is_safety = true,
		.arg = "closed"},
	{.name = "clock-behind", .expects = "20 minutes behind: repaired, all works", .run = clock_wrong, .arg = "-"},
	{.name = "clock-ahead", .expects = "20 minutes ahead: repaired, all works", .run = clock_wrong, .arg = "+"},
	{.name = "wrong-region",
		.expects = "the region in the signature is not the server's: repaired",
		.run = works_through,
		.arg = "wrong-region"},
	{.name = "virtual-host",
		.expects = "bucket.host instead of host/bucket: all works",
		.run = works_through,
		.arg = "virtual"},
};

const struct row_group row_refusal = {"keys, clocks, places", rows, TOMB_COUNTOF(rows)};
