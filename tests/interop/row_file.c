/* One file under one key. */
#include "act.h"
#include "row.h"

#include "byte_source.h"
#include "tombstone/clock.h"
#include "tombstone/digest.h"

#include <stdlib.h>

enum { LARGE = 6 << 20, AN_HOUR_S = 3600 };

static void probe(struct bench *b, const struct row *row)
{
	struct tomb_probe found;
	struct tomb_err err;

	(void)row;
	act_want_code(b, "probe", tomb_store_probe(bench_store(b, "plain"), &found, &err), TOMB_OK);
}

static void put_and_see(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "file");
	struct tomb_placed placed = {.etag = TOMB_STR("")};
	struct tomb_stat st = {.present = false};

	act_want_code(b, "put", act_put(b, "plain", key, row->arg, &placed), TOMB_OK);
	st = act_seen(b, "plain", key);
	bench_want(b, st.present, "stat: absent");
	bench_want(b, st.size_bytes == (int64_t)strlen(row->arg), "stat: another size");
	bench_want(b, placed.etag.n > 2 && tomb_str_eq(placed.etag, st.etag), "stat: not the ETag that put gave");
	bench_want(b, llabs(st.modified_us - tomb_clock_wall_us(tomb_clock_real())) / TOMB_US_PER_S < AN_HOUR_S,
		"stat: not modified now");
	bench_want(b, tomb_str_eq(st.storage_class, TOMB_STR("STANDARD")), "stat: storage class not STANDARD");
	act_want_there(b, "plain", key);
}

static void put_large(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "large");
	char *bytes = TOMB_NEW(&b->arena, char, LARGE + 1);

	(void)row;
	if (!bytes)
		bench_broken("out of memory");
	memset(bytes, 'l', LARGE);
	act_want_code(b, "put", act_put(b, "plain", key, bytes, &(struct tomb_placed){.etag = TOMB_STR("")}), TOMB_OK);
	bench_want(b, act_seen(b, "plain", key).size_bytes == LARGE, "stat: another size");
	act_want_outcome(
		b, "delete", act_delete(b, "plain", (struct tomb_target){.key = key}).outcome, TOMB_OUTCOME_GONE);
	act_want_absence(b, act_verify(b, "plain", key), TOMB_ABSENT_VERIFIED);
}

static void put_broken(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "broken");
	struct byte_source source = {tomb_str_from(row->arg), false};
	struct tomb_put put = {.key = key, .size_bytes = 10, .read = byte_source_read, .arg = &source};
	struct tomb_placed placed;
	struct tomb_err err;

	tomb_sha256(TOMB_STR("0123456789"), put.sha256);
	act_want_code(b, "put", tomb_store_put(bench_store(b, "plain"), &put, &b->arena, &placed, &err), TOMB_CORRUPT);
	act_want_gone(b, "plain", key);
}

static void put_existing(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "existing");
	struct tomb_placed first = act_have(b, "plain", key);
	struct tomb_placed second = {.etag = TOMB_STR("")};

	act_want_code(b, "put", act_put(b, "plain", key, row->arg, &second), TOMB_CONFLICT);
	bench_must(b, tomb_str_eq(act_seen(b, "plain", key).etag, first.etag), "other bytes than the first");
}

static void stat_absent(struct bench *b, const struct row *row)
{
	(void)row;
	bench_must(b, !act_seen(b, "plain", bench_key(b, "never")).present, "stat: present");
}

static void delete_present(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "file");

	(void)row;
	(void)act_have(b, "plain", key);
	act_want_outcome(
		b, "delete", act_delete(b, "plain", (struct tomb_target){.key = key}).outcome, TOMB_OUTCOME_GONE);
	act_want_gone(b, "plain", key);
	bench_want(b, !act_seen(b, "plain", key).present, "stat: present");
	act_want_absence(b, act_verify(b, "plain", key), TOMB_ABSENT_VERIFIED);
}

static void want_done(struct bench *b, enum tomb_outcome outcome)
{
	bench_want(b, outcome == TOMB_OUTCOME_GONE || outcome == TOMB_OUTCOME_ALREADY_ABSENT, "delete: %s, not gone",
		tomb_outcome_slug(outcome));
}

static void delete_absent(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "never");

	(void)row;
	want_done(b, act_delete(b, "plain", (struct tomb_target){.key = key}).outcome);
	act_want_absence(b, act_verify(b, "plain", key), TOMB_ABSENT_VERIFIED);
}

static void delete_twice(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "file");

	(void)row;
	(void)act_have(b, "plain", key);
	want_done(b, act_delete(b, "plain", (struct tomb_target){.key = key}).outcome);
	want_done(b, act_delete(b, "plain", (struct tomb_target){.key = key}).outcome);
}

static void delete_and_return(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "file");

	(void)row;
	for (int round = 0; round < 3; round++) {
		(void)act_have(b, "plain", key);
		bench_want(b, act_seen(b, "plain", key).present, "stat: absent after put");
		want_done(b, act_delete(b, "plain", (struct tomb_target){.key = key}).outcome);
		act_want_absence(b, act_verify(b, "plain", key), TOMB_ABSENT_VERIFIED);
	}
}

static void url_returns(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "a b/\xc3\xa9+%.txt");
	struct tomb_str url = {NULL, 0};
	struct tomb_err err;

	(void)row;
	act_want_code(b, "url", tomb_store_url(bench_store(b, "plain"), key, &b->arena, &url, &err), TOMB_OK);
	(void)act_have(b, "plain", key);
	bench_want(b, url.n > key.n, "no url");
	/* The public name is the one by which the server itself knows the object. */
	bench_want(b, bench_raw(b, "plain", "HEAD", key, "", "", "") == 200, "HEAD by the owner: absent");
	bench_want(b, strstr(url.p, "/a%20b/%C3%A9%2B%25.txt") != NULL, "url: another encoding");
}

static void verify_present(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "file");

	(void)row;
	(void)act_have(b, "plain", key);
	act_want_absence(b, act_verify(b, "plain", key), TOMB_STILL_THERE);
}

static void verify_never(struct bench *b, const struct row *row)
{
	(void)row;
	act_want_absence(b, act_verify(b, "plain", bench_key(b, "never")), TOMB_ABSENT_VERIFIED);
}

static const struct row rows[] = {
	{.name = "probe", .expects = "the bucket is there", .run = probe},
	{.name = "put", .expects = "stored; size, ETag, date and class read back", .run = put_and_see, .arg = "bytes"},
	{.name = "put-empty", .expects = "a file of no bytes is stored", .run = put_and_see, .arg = ""},
	{.name = "put-large", .expects = "6 MiB in one request; deleted again", .run = put_large},
	{.name = "put-other-bytes",
		.expects = "bytes of another digest are refused; nothing is there",
		.run = put_broken,
		.arg = "012345678X"},
	{.name = "put-too-few",
		.expects = "fewer bytes than promised are refused; nothing is there",
		.run = put_broken,
		.arg = "0123"},
	{.name = "put-too-many",
		.expects = "more bytes than promised are refused; nothing is there",
		.run = put_broken,
		.arg = "0123456789A"},
	{.name = "put-existing", .expects = "conflict; the first bytes stay", .run = put_existing, .arg = "others"},
	{.name = "put-existing-same",
		.expects = "conflict for the same bytes, too",
		.run = put_existing,
		.arg = "some bytes"},
	{.name = "stat-absent", .expects = "absent", .run = stat_absent},
	{.name = "delete", .expects = "gone, verified absent", .run = delete_present},
	{.name = "delete-absent", .expects = "gone or already absent", .run = delete_absent},
	{.name = "delete-twice", .expects = "the second is no error", .run = delete_twice},
	{.name = "delete-return",
		.expects = "three times stored and deleted: each look is fresh",
		.run = delete_and_return},
	{.name = "url", .expects = "the public name is the server's own", .run = url_returns},
	{.name = "verify-present", .expects = "still there", .run = verify_present, .is_safety = true},
	{.name = "verify-never", .expects = "a key that never was is verified absent", .run = verify_never},
};

const struct row_group row_file = {"one file", rows, TOMB_COUNTOF(rows)};
