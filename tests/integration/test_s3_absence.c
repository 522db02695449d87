/*
 * Property: "verified absent" is never said while any version of the key holds bytes, and is said when none does.
 * Random sequences of what people, other programs and we do to a bucket of a real server; an independent raw listing is
 * the judge after each verification.  TOMBSTONE_TEST_SEED repeats a run, TOMBSTONE_TEST_STEPS makes it longer.  Skipped
 * where tests/lib/s3_site.h finds no server.
 */
#include "s3_site.h"
#include "tombstone/clock.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SKIPPED = 77, STEPS = 400, STEPS_PER_BUCKET = 40, IDS_MAX = 256, LOCK_SECONDS = 3600 };

/* The same key for the store, in a path, and in the list's XML. */
static const struct {
	struct tomb_str key;
	const char *path;
	const char *xml;
} keys[] = {
	{{"k", 1}, "k", "k"},
	{{"k/longer", 8}, "k/longer", "k/longer"},
	{{"a b+c", 5}, "a%20b%2Bc", "a b+c"},
};

struct run {
	struct s3_site site;
	struct tomb_stores *old; /* a second handle, which has probed at some other time */
	uint64_t random;
	unsigned verified;
	unsigned still_there;
};

static uint64_t draw(struct run *r, uint64_t below)
{
	r->random ^= r->random << 13;
	r->random ^= r->random >> 7;
	r->random ^= r->random << 17;
	return r->random % below;
}

/* ---- the judge ---- */

struct listed {
	char ids[IDS_MAX][128];
	size_t n;
	size_t with_bytes;
};

static bool takes(const char **p, const char *end, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(end - *p) < n || memcmp(*p, text, n) != 0)
		return false;
	*p += n;
	return true;
}

/* Entries of one kind for one key, read as text: "<Version><Key>k</Key><VersionId>...". */
static void judge_kind(struct run *r, const char *kind, const char *xml, struct listed *out)
{
	struct tomb_str body = r->site.raw.answer.body;
	const char *end = body.p + body.n;
	char head[128];

	(void)snprintf(head, sizeof head, "<%s><Key>%s</Key><VersionId>", kind, xml);
	for (const char *p = body.p; p < end; p++) {
		const char *id = p;
		const char *stop = NULL;

		if (!takes(&id, end, head))
			continue;
		stop = memchr(id, '<', (size_t)(end - id));
		assert_non_null(stop);
		assert_true(out->n < IDS_MAX && (size_t)(stop - id) < sizeof out->ids[0]);
		(void)snprintf(out->ids[out->n++], sizeof out->ids[0], "%.*s", (int)(stop - id), id);
		out->with_bytes += kind[0] == 'V';
	}
}

static void judge(struct run *r, size_t key, struct listed *out)
{
	*out = (struct listed){.n = 0};
	assert_int_equal(s3_site_raw(&r->site, "GET", "", "versions", ""), 200);
	assert_null(memmem(r->site.raw.answer.body.p, r->site.raw.answer.body.n, "<IsTruncated>true",
		strlen("<IsTruncated>true")));
	judge_kind(r, "Version", keys[key].xml, out);
	judge_kind(r, "DeleteMarker", keys[key].xml, out);
}

/* ---- what happens ---- */

static struct tomb_store *some_store(struct run *r)
{
	return draw(r, 2) ? r->site.store : tomb_stores_at(r->old, 0);
}

static void somebody_puts(struct run *r, size_t key)
{
	int status = s3_site_raw(&r->site, "PUT", keys[key].path, "", "bytes");

	assert_true(status == 200);
}

static void we_put(struct run *r, size_t key)
{
	struct tomb_placed placed;
	enum tomb_code code = s3_site_put(&r->site, keys[key].key, TOMB_STR("our bytes"), &placed);

	if (code != TOMB_OK && code != TOMB_CONFLICT)
		fail_msg("%s", r->site.err.text);
}

static void somebody_deletes(struct run *r, size_t key)
{
	assert_int_equal(s3_site_raw(&r->site, "DELETE", keys[key].path, "", ""), 204);
}

static void somebody_deletes_a_version(struct run *r, size_t key)
{
	struct listed all;
	char query[160];
	int status = 0;

	judge(r, key, &all);
	if (all.n == 0)
		return;
	(void)snprintf(query, sizeof query, "versionId=%s", all.ids[draw(r, all.n)]);
	status = s3_site_raw(&r->site, "DELETE", keys[key].path, query, "");
	assert_true(status == 204 || status == 403); /* locked */
}

static void versioning_changes(struct run *r, size_t key)
{
	int status = 0;

	(void)key;
	status = s3_site_raw(&r->site, "PUT", "", "versioning",
		draw(r, 2) ? "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
			   : "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>");
	assert_true(status == 200 || status == 409); /* a locking bucket stays enabled */
}

static void somebody_locks(struct run *r, size_t key)
{
	(void)s3_site_try_lock(&r->site, keys[key].path, draw(r, 2) ? "GOVERNANCE" : "COMPLIANCE", LOCK_SECONDS);
}

static void delete_version(struct run *r, struct tomb_store *store, size_t key, struct tomb_str version_id)
{
	struct tomb_target target = {.key = keys[key].key, .version_id = version_id, .etag = TOMB_STR("")};
	struct tomb_result result;
	struct listed all;

	if (tomb_store_delete_one(store, &target, &r->site.arena, &result, &r->site.err) != TOMB_OK)
		fail_msg("%s", r->site.err.text);
	if (result.outcome != TOMB_OUTCOME_GONE || version_id.n == 0) /* without an id only a look can tell */
		return;
	judge(r, key, &all);
	for (size_t i = 0; i < all.n; i++)
		assert_false(tomb_str_eq(tomb_str_from(all.ids[i]), version_id));
}

static void we_delete_plainly(struct run *r, size_t key)
{
	delete_version(r, some_store(r), key, TOMB_STR(""));
}

static void we_delete_versions(struct run *r, size_t key)
{
	struct tomb_store *store = some_store(r);
	struct tomb_version *list = NULL;
	size_t n = 0;

	if (tomb_store_versions(store, keys[key].key, &r->site.arena, &list, &n, &r->site.err) != TOMB_OK)
		fail_msg("%s", r->site.err.text);
	for (size_t i = 0; i < n; i++)
		delete_version(r, store, key, list[i].version_id);
}

static void we_delete_everything_in_one_request(struct run *r, size_t key)
{
	struct tomb_target targets[TOMB_COUNTOF(keys)];
	struct tomb_result results[TOMB_COUNTOF(keys)];

	(void)key;
	for (size_t i = 0; i < TOMB_COUNTOF(keys); i++)
		targets[i] = (struct tomb_target){.key = keys[i].key, .version_id = TOMB_STR(""), .etag = TOMB_STR("")};
	if (tomb_store_delete_many(some_store(r), targets, TOMB_COUNTOF(keys), &r->site.arena, results, &r->site.err) !=
		TOMB_OK)
		fail_msg("%s", r->site.err.text);
}

static void we_probe(struct run *r, size_t key)
{
	struct tomb_probe probe;

	(void)key;
	if (tomb_store_probe(some_store(r), &probe, &r->site.err) != TOMB_OK)
		fail_msg("%s", r->site.err.text);
}

static void verify(struct run *r, struct tomb_store *store, size_t key)
{
	struct tomb_verdict verdict;
	struct listed all;

	if (tomb_store_verify_absent(store, keys[key].key, &r->site.arena, &verdict, &r->site.err) != TOMB_OK)
		fail_msg("%s", r->site.err.text);
	judge(r, key, &all);
	if (verdict.absence != (all.with_bytes ? TOMB_STILL_THERE : TOMB_ABSENT_VERIFIED))
		fail_msg("%s is %s (%s), and %zu versions of it have bytes", keys[key].xml,
			tomb_absence_slug(verdict.absence), verdict.text.p, all.with_bytes);
	r->verified += verdict.absence == TOMB_ABSENT_VERIFIED;
	r->still_there += verdict.absence == TOMB_STILL_THERE;
}

/* The property, whatever a handle was told before. */
static void we_verify(struct run *r, size_t key)
{
	verify(r, r->site.store, key);
	verify(r, tomb_stores_at(r->old, 0), key);
}

static const struct {
	const char *name;
	void (*happens)(struct run *r, size_t key);
	unsigned weight;
} steps[] = {
	{"put", somebody_puts, 4},
	{"our put", we_put, 2},
	{"plain delete", somebody_deletes, 5},
	{"versioned delete", somebody_deletes_a_version, 4},
	{"versioning", versioning_changes, 2},
	{"lock", somebody_locks, 1},
	{"our plain delete", we_delete_plainly, 3},
	{"our versioned deletes", we_delete_versions, 4},
	{"our batch", we_delete_everything_in_one_request, 2},
	{"probe", we_probe, 1},
};

static size_t choose_step(struct run *r)
{
	uint64_t all = 0;
	uint64_t at = 0;
	size_t i = 0;

	for (i = 0; i < TOMB_COUNTOF(steps); i++)
		all += steps[i].weight;
	at = draw(r, all);
	for (i = 0; at >= steps[i].weight; i++)
		at -= steps[i].weight;
	return i;
}

static void one_bucket(struct run *r, enum s3_site_kind kind)
{
	char conf[256];

	s3_site_open(&r->site, kind, "");
	(void)snprintf(conf, sizeof conf, "%s/conf", r->site.temp.path);
	assert_int_equal(tomb_stores_open(conf, &r->old, &r->site.err), TOMB_OK);
	for (int i = 0; i < STEPS_PER_BUCKET; i++) {
		size_t step = choose_step(r);
		size_t key = (size_t)draw(r, TOMB_COUNTOF(keys));

		if (getenv("TOMBSTONE_TEST_SEED"))
			print_message("%d: %s of %s\n", i, steps[step].name, keys[key].xml);
		steps[step].happens(r, key);
		we_verify(r, (size_t)draw(r, TOMB_COUNTOF(keys)));
	}
	tomb_stores_close(r->old);
	s3_site_close(&r->site);
}

static long number(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : otherwise;
}

static void verified_absent_is_said_if_and_only_if_no_version_has_bytes(void **state)
{
	int64_t now_us = tomb_clock_wall_us(tomb_clock_real());
	struct run r = {.random = (uint64_t)number("TOMBSTONE_TEST_SEED", (long)(now_us % 1000000000) + 1)};
	long n = number("TOMBSTONE_TEST_STEPS", STEPS);

	(void)state;
	print_message("TOMBSTONE_TEST_SEED=%" PRIu64 "\n", r.random);
	for (long i = 0; i < n; i += STEPS_PER_BUCKET)
		one_bucket(&r, draw(&r, 2) ? S3_SITE_PLAIN : (enum s3_site_kind)draw(&r, 4));
	print_message("%u verified absent, %u still there\n", r.verified, r.still_there);
	/* A run that sees one answer only has tested nothing. */
	assert_true(r.verified > 0 && r.still_there > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verified_absent_is_said_if_and_only_if_no_version_has_bytes),
	};

	if (!s3_site_is_there()) {
		(void)fprintf(stderr, "skipped: no S3 server; see deploy/ceph-start\n");
		return SKIPPED;
	}
	return cmocka_run_group_tests_name("absence on S3", tests, NULL, NULL);
}
