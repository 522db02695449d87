/* Buckets with versions on a real server (Ceph's gateway): what is listed, locked, proven and examined.  Skipped where
 * tests/lib/s3_site.h finds no server. */
#include "s3_site.h"
#include "tombstone/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { SKIPPED = 77 };

static size_t list_versions(struct s3_site *s, struct tomb_str key, struct tomb_version **list)
{
	size_t n = 42;

	if (tomb_store_versions(s->store, key, &s->arena, list, &n, &s->err) != TOMB_OK)
		fail_msg("%.*s: %s", TOMB_STR_ARG(key), s->err.text);
	return n;
}

static bool is_present(struct s3_site *s, struct tomb_str key, struct tomb_str version_id)
{
	struct tomb_stat st;

	assert_int_equal(tomb_store_stat_version(s->store, key, version_id, &s->arena, &st, &s->err), TOMB_OK);
	return st.present;
}

static void versions_and_markers_are_listed_for_exactly_one_key(void **state)
{
	struct tomb_str key = TOMB_STR("list/a b+c");
	struct tomb_version *list = NULL;
	struct tomb_placed placed;
	struct s3_site s;

	(void)state;
	s3_site_open(&s, S3_SITE_VERSIONED, "");
	assert_int_equal(list_versions(&s, key, &list), 0);
	assert_int_equal(s3_site_put(&s, TOMB_STR("list/a b+c/longer"), TOMB_STR("x"), &placed), TOMB_OK);
	assert_int_equal(s3_site_put(&s, TOMB_STR("list/a b"), TOMB_STR("x"), &placed), TOMB_OK);
	assert_int_equal(s3_site_put(&s, key, TOMB_STR("first"), &placed), TOMB_OK);
	assert_int_equal(s3_site_raw(&s, "PUT", "list/a%20b%2Bc", "", "second!"), 200);
	assert_int_equal(s3_site_raw(&s, "DELETE", "list/a%20b%2Bc", "", ""), 204);
	assert_int_equal(list_versions(&s, key, &list), 3);
	assert_true(list[0].is_marker && list[0].is_latest && list[0].size_bytes == 0);
	assert_int_equal(list[1].size_bytes, 7);
	assert_int_equal(list[2].size_bytes, 5);
	assert_false(list[1].is_marker || list[2].is_marker || list[1].is_latest);
	assert_true(tomb_str_eq(list[2].version_id, placed.version_id));
	assert_true(tomb_str_eq(list[2].etag, placed.etag));
	assert_true(tomb_str_eq(list[2].storage_class, TOMB_STR("STANDARD")));

	assert_true(is_present(&s, key, list[2].version_id));
	assert_false(is_present(&s, key, list[0].version_id)); /* the marker */
	for (size_t i = 2; i > 0; i--) {
		assert_int_equal(s3_site_verify(&s, key).absence, TOMB_STILL_THERE);
		assert_int_equal(
			s3_site_delete(&s, (struct tomb_target){.key = key, .version_id = list[i].version_id}).outcome,
			TOMB_OUTCOME_GONE);
	}
	assert_int_equal(s3_site_verify(&s, key).absence, TOMB_ABSENT_VERIFIED);
	assert_non_null(strstr(s3_site_verify(&s, key).text.p, "1 delete marker"));
	s3_site_close(&s);
}

static void odd_keys_are_found_in_lists(void **state)
{
	static const struct tomb_str keys[] = {{"a//b", 4}, {"/lead", 5}, {"trail/", 6}, {"dir/..", 6}, {"./x", 3},
		{"a b", 3}, {"a+b", 3}, {" x ", 3}, {"a%20b", 5}, {"%", 1}, {"q?x=1&y", 7}, {"h#1", 3},
		{"caf\xc3\xa9", 5}, {"cafe\xcc\x81", 6}, {"a\r\nb", 4}, {"a\rb", 3}, {"\n", 1}, {"&<>\"'", 5},
		{"&amp;", 5}, {"&#10;", 5}, {"\x01y", 2}, {"\xef\xbf\xbf", 3}, {"\xf0\x9f\x98\x80", 4}, {"A", 1},
		{"a", 1}, {"a=b;c,d:@!$()*", 14}};
	struct tomb_version *list = NULL;
	struct tomb_placed placed;
	struct s3_site s;

	(void)state;
	s3_site_open(&s, S3_SITE_VERSIONED, "");
	for (size_t i = 0; i < TOMB_COUNTOF(keys); i++)
		assert_int_equal(s3_site_put(&s, keys[i], TOMB_STR("odd"), &placed), TOMB_OK);
	for (size_t i = 0; i < TOMB_COUNTOF(keys); i++) {
		if (list_versions(&s, keys[i], &list) != 1 || list[0].size_bytes != 3)
			fail_msg("%.*s", TOMB_STR_ARG(keys[i]));
		assert_int_equal(s3_site_verify(&s, keys[i]).absence, TOMB_STILL_THERE);
		assert_int_equal(
			s3_site_delete(&s, (struct tomb_target){.key = keys[i], .version_id = list[0].version_id})
				.outcome,
			TOMB_OUTCOME_GONE);
		assert_int_equal(s3_site_verify(&s, keys[i]).absence, TOMB_ABSENT_VERIFIED);
	}
	s3_site_close(&s);
}

static void a_long_list_is_read_to_its_end(void **state)
{
	enum { OFTEN = 450, OTHERS = 250 };
	struct tomb_version *list = NULL;
	struct s3_site s;

	(void)state;
	s3_site_open(&s, S3_SITE_VERSIONED, "");
	for (int i = 0; i < OFTEN; i++)
		assert_int_equal(s3_site_raw(&s, "PUT", "often", "", "x"), 200);
	for (int i = 0; i < OTHERS; i++) {
		char key[32];

		(void)snprintf(key, sizeof key, "often-%d", i);
		assert_int_equal(s3_site_raw(&s, "PUT", key, "", "x"), 200);
	}
	assert_int_equal(list_versions(&s, TOMB_STR("often"), &list), OFTEN);
	for (size_t i = 1; i < OFTEN; i++)
		assert_false(tomb_str_eq(list[i].version_id, list[0].version_id));
	s3_site_close(&s);
}

/* A 404 of HEAD is proof only while nothing was ever versioned: the store has not probed since. */
static void bytes_hidden_since_the_last_probe_are_still_there(void **state)
{
	struct tomb_str key = TOMB_STR("k");
	struct tomb_placed placed;
	struct tomb_probe probe;
	struct s3_site s;

	(void)state;
	s3_site_open(&s, S3_SITE_PLAIN, "");
	assert_int_equal(tomb_store_probe(s.store, &probe, &s.err), TOMB_OK);
	assert_int_equal(probe.versioning, TOMB_VERSIONING_NEVER);
	assert_int_equal(s3_site_put(&s, key, TOMB_STR("x"), &placed), TOMB_OK);
	s3_site_set_versioning(&s, true);
	assert_int_equal(s3_site_raw(&s, "DELETE", "k", "", ""), 204);
	assert_int_equal(s3_site_raw(&s, "HEAD", "k", "", ""), 404);
	assert_int_equal(s3_site_verify(&s, key).absence, TOMB_STILL_THERE);
	assert_int_equal(s3_site_delete(&s, (struct tomb_target){.key = key, .version_id = TOMB_STR("null")}).outcome,
		TOMB_OUTCOME_GONE);
	assert_int_equal(s3_site_verify(&s, key).absence, TOMB_ABSENT_VERIFIED);
	s3_site_close(&s);
}

static void a_governance_lock_is_lifted_only_where_the_backend_allows_it(void **state)
{
	struct tomb_target target = {.key = TOMB_STR("governed")};
	struct tomb_placed placed;
	struct tomb_result result;
	struct s3_site s;

	(void)state;
	s3_site_open(&s, S3_SITE_LOCKING, "");
	assert_int_equal(s3_site_put(&s, target.key, TOMB_STR("x"), &placed), TOMB_OK);
	target.version_id = placed.version_id;
	s3_site_lock(&s, "governed", "GOVERNANCE", 3600);
	result = s3_site_delete(&s, target);
	assert_int_equal(result.outcome, TOMB_OUTCOME_LOCKED);
	assert_non_null(strstr(result.text.p, "governance lock until 2"));

	target.bypass_governance = true;
	assert_int_equal(s3_site_delete(&s, target).outcome, TOMB_OUTCOME_FAILED);
	assert_int_equal(tomb_store_delete_many(s.store, &target, 1, &s.arena, &result, &s.err), TOMB_OK);
	assert_int_equal(result.outcome, TOMB_OUTCOME_FAILED);
	assert_true(is_present(&s, target.key, target.version_id));

	s3_site_reopen(&s, "allow_governance_bypass = yes\n");
	target.bypass_governance = false;
	assert_int_equal(s3_site_delete(&s, target).outcome, TOMB_OUTCOME_LOCKED);
	target.bypass_governance = true;
	assert_int_equal(s3_site_delete(&s, target).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(s3_site_verify(&s, target.key).absence, TOMB_ABSENT_VERIFIED);
	s3_site_close(&s);
}

static void no_lock_whose_date_is_over_is_one(void **state)
{
	int64_t now_us = tomb_clock_wall_us(tomb_clock_real());
	struct tomb_placed placed;
	struct tomb_stat st;
	struct s3_site s;

	(void)state;
	s3_site_open(&s, S3_SITE_LOCKING, "");
	assert_int_equal(s3_site_put(&s, TOMB_STR("k"), TOMB_STR("x"), &placed), TOMB_OK);
	s3_site_lock(&s, "k", "COMPLIANCE", 3600);
	assert_int_equal(
		tomb_store_stat_version(s.store, TOMB_STR("k"), placed.version_id, &s.arena, &st, &s.err), TOMB_OK);
	assert_int_equal(st.lock, TOMB_LOCK_COMPLIANCE);
	assert_true(tomb_stat_is_locked(&st, now_us));
	assert_false(tomb_stat_is_locked(&st, now_us + INT64_C(7200) * TOMB_US_PER_S));
	st.locked_until_us = 0;
	assert_true(tomb_stat_is_locked(&st, now_us));
	s3_site_close(&s);
}

/* What the bucket holds under the examination's prefix, in whatever version. */
static void no_sentinel_is_left(struct s3_site *s)
{
	assert_int_equal(s3_site_raw(s, "GET", "", "versions", ""), 200);
	assert_non_null(memmem(s->raw.answer.body.p, s->raw.answer.body.n, "ListVersionsResult", 18));
	assert_null(memmem(s->raw.answer.body.p, s->raw.answer.body.n, "tombstone-probe/", 16));
}

static void an_examination_proves_what_the_server_does_and_leaves_nothing(void **state)
{
	static const enum s3_site_kind kinds[] = {S3_SITE_PLAIN, S3_SITE_VERSIONED, S3_SITE_SUSPENDED, S3_SITE_LOCKING};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(kinds); i++) {
		/* Ceph 16 ignores If-Match on a delete, and If-None-Match where there are versions. */
		enum tomb_ability condition = kinds[i] == S3_SITE_PLAIN ? TOMB_ABILITY_MISSING : TOMB_ABILITY_UNKNOWN;
		struct tomb_capability c;
		struct s3_site s;

		s3_site_open(&s, kinds[i], "");
		if (tomb_store_examine(s.store, &c, &s.err) != TOMB_OK)
			fail_msg("%s", s.err.text);
		assert_int_equal(c.read_back, TOMB_ABILITY_PROVEN);
		assert_int_equal(c.list_versions, TOMB_ABILITY_PROVEN);
		assert_int_equal(c.conditional_put, kinds[i] == S3_SITE_PLAIN || kinds[i] == S3_SITE_SUSPENDED
							    ? TOMB_ABILITY_PROVEN
							    : TOMB_ABILITY_MISSING);
		assert_int_equal(c.conditional_delete, condition);
		assert_int_equal(c.conditional_delete_batch, condition);
		no_sentinel_is_left(&s);
		s3_site_close(&s);
	}
}

static void a_bucket_that_locks_what_is_put_is_not_examined(void **state)
{
	struct tomb_capability c;
	struct s3_site s;

	(void)state;
	s3_site_open(&s, S3_SITE_LOCKING, "");
	assert_int_equal(s3_site_raw(&s, "PUT", "", "object-lock",
				 "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>"
				 "<DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule>"
				 "</ObjectLockConfiguration>"),
		200);
	assert_int_equal(tomb_store_examine(s.store, &c, &s.err), TOMB_UNPROCESSABLE);
	no_sentinel_is_left(&s);
	s3_site_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_and_markers_are_listed_for_exactly_one_key),
		cmocka_unit_test(odd_keys_are_found_in_lists),
		cmocka_unit_test(a_long_list_is_read_to_its_end),
		cmocka_unit_test(bytes_hidden_since_the_last_probe_are_still_there),
		cmocka_unit_test(a_governance_lock_is_lifted_only_where_the_backend_allows_it),
		cmocka_unit_test(no_lock_whose_date_is_over_is_one),
		cmocka_unit_test(an_examination_proves_what_the_server_does_and_leaves_nothing),
		cmocka_unit_test(a_bucket_that_locks_what_is_put_is_not_examined),
	};

	if (!s3_site_is_there()) {
		(void)fprintf(stderr, "skipped: no S3 server; see deploy/ceph-start\n");
		return SKIPPED;
	}
	return cmocka_run_group_tests_name("versions on S3", tests, NULL, NULL);
}
