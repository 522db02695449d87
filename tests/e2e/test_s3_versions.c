/*
 * A deletion from buckets with versions, end to end: exact versions go, what is locked stays and says until when, and a
 * file whose key holds a version that Tombstone did not store is left alone.  Skipped unless s3_stage.h finds a server.
 */
#include "pg_fixture.h"
#include "s3_stage.h"
#include "tombstone/clock.h"
#include "tombstone/time.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { SKIPPED = 77, FREE = 0, GOVERNED, COMPLIANT, ALIEN, LETTERS };

static const struct s3_stage_bucket buckets[] = {{.suffix = "-versioned", .extra = "", .is_versioned = true},
	{.suffix = "-locking", .extra = "", .is_locking = true}};

/* Path and query-free URL of a letter's copy, as the server knows it. */
static void path_of(const struct s3_stage *s, int letter, const char *backend, char out[static 256])
{
	char sql[512];
	const char *url = NULL;

	(void)snprintf(sql, sizeof sql,
		"select c.url from copy c join generic_file f on f.id = c.file_id join storage_backend b on b.id = "
		"c.backend_id where f.identifier like '%%letter %d %%' and b.name = '%s'",
		letter, backend);
	url = tomb_fixture_pg_value(sql);
	assert_memory_equal(url, s->raw.endpoint, strlen(s->raw.endpoint));
	(void)snprintf(out, 256, "%s", url + strlen(s->raw.endpoint));
}

/* How often the list of the bucket's versions says what. */
static size_t count_listed(struct s3_stage *s, const char *suffix, const char *what, const char *path)
{
	char bucket[64];
	const char *key = strrchr(path, '/') + 1;
	struct tomb_str list = {NULL, 0};
	char wanted[128];
	size_t n = 0;

	(void)snprintf(bucket, sizeof bucket, "/%s%s", s->bucket, suffix);
	assert_int_equal(s3_stage_ask(s, "GET", bucket, "versions", ""), 200);
	list = s->raw.answer.body;
	(void)snprintf(wanted, sizeof wanted, "<%s><Key>%s</Key>", what, key);
	for (const char *p = list.p; (p = memmem(p, list.n - (size_t)(p - list.p), wanted, strlen(wanted)));
		p += strlen(wanted))
		n++;
	return n;
}

static void lock_copy(struct s3_stage *s, int letter, const char *mode, const char *until)
{
	char path[256];
	char body[256];

	path_of(s, letter, "s3-locking", path);
	(void)snprintf(body, sizeof body, "<Retention><Mode>%s</Mode><RetainUntilDate>%s</RetainUntilDate></Retention>",
		mode, until);
	assert_int_equal(s3_stage_ask(s, "PUT", path, "retention", body), 200);
}

static void ends_with(int letter, const char *outcome, const char *reason)
{
	char sql[512];
	const char *value = NULL;

	(void)snprintf(sql, sizeof sql,
		"select l.outcome || ': ' || coalesce(l.reason, '') from request_file l join generic_file f on f.id = "
		"l.file_id where f.identifier like '%%letter %d %%'",
		letter);
	value = tomb_fixture_pg_value(sql);
	if (strncmp(value, outcome, strlen(outcome)) != 0 || !strstr(value, reason))
		fail_msg("letter %d: %s", letter, value);
}

static void stays(struct s3_stage *s, int letter, size_t versions)
{
	char path[256];

	path_of(s, letter, "s3-versioned", path);
	assert_int_equal(count_listed(s, "-versioned", "Version", path), versions);
	path_of(s, letter, "s3-locking", path);
	assert_int_equal(count_listed(s, "-locking", "Version", path), 1);
}

static void exact_versions_go_and_what_is_locked_or_alien_stays(void **state)
{
	int64_t until_us = tomb_clock_wall_us(tomb_clock_real()) + INT64_C(86400) * TOMB_US_PER_S;
	char until[TOMB_TIME_TEXT];
	char path[256];
	struct s3_stage stage;
	struct s3_stage *s = &stage;

	(void)state;
	s3_stage_open(s, buckets, TOMB_COUNTOF(buckets), LETTERS);
	s3_stage_start(s, "Versions:0=s3-versioned,s3-locking");
	s3_stage_ingest(s, "first", "Versions");
	assert_int_equal(tomb_world_number("select count(*) from copy where coalesce(version_id, '') = ''"), 0);

	(void)tomb_time_format(until_us, TOMB_TIME_S, until);
	lock_copy(s, GOVERNED, "GOVERNANCE", until);
	lock_copy(s, COMPLIANT, "COMPLIANCE", until);
	path_of(s, ALIEN, "s3-versioned", path);
	assert_int_equal(s3_stage_ask(s, "PUT", path, "", "not ours"), 200);
	/* Somebody's plain delete hides a copy: HEAD says 404, and its bytes are there. */
	path_of(s, FREE, "s3-versioned", path);
	assert_int_equal(s3_stage_ask(s, "DELETE", path, "", ""), 204);
	assert_int_equal(s3_stage_ask(s, "HEAD", path, "", ""), 404);
	assert_int_equal(count_listed(s, "-versioned", "Version", path), 1);
	assert_int_equal(count_listed(s, "-versioned", "DeleteMarker", path), 1);

	s3_stage_delete(s, false);
	stage_wait(s->stage, 0, "select count(*) from work_item where action = 'Delete' and completed_at is null");
	ends_with(FREE, "deleted", "");
	ends_with(GOVERNED, "failed", "governance lock until ");
	ends_with(GOVERNED, "failed", until);
	ends_with(COMPLIANT, "failed", "compliance lock until ");
	ends_with(COMPLIANT, "failed", until);
	ends_with(ALIEN, "refused", "changed: its key has 1 version that Tombstone did not store");
	assert_int_equal(count_listed(s, "-versioned", "Version", path), 0);
	assert_int_equal(count_listed(s, "-versioned", "DeleteMarker", path), 0);
	path_of(s, FREE, "s3-locking", path);
	assert_int_equal(count_listed(s, "-locking", "Version", path), 0);
	stays(s, GOVERNED, 1);
	stays(s, COMPLIANT, 1);
	stays(s, ALIEN, 2);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'gone' and "
					   "verification <> 'verified absent'"),
		0);
	assert_int_equal(tomb_world_number("select count(*) from copy c join generic_file f on f.id = c.file_id "
					   "where c.status = 'stored' and f.state <> 'A'"),
		0);
	s3_stage_close(s);
}

/* The ledger knows of no version ids then: size and ETag have to tell which version is the copy. */
static void copies_from_before_there_were_versions_are_found_by_what_they_are(void **state)
{
	enum { KEPT = 0, OVERWRITTEN, REPLACED, BOTH };
	static const struct s3_stage_bucket plain = {.suffix = "-plain", .extra = ""};
	char bucket[64];
	char path[256];
	struct s3_stage stage;
	struct s3_stage *s = &stage;

	(void)state;
	s3_stage_open(s, &plain, 1, BOTH);
	s3_stage_start(s, "Plain:0=s3-plain");
	s3_stage_ingest(s, "first", "Plain");
	assert_int_equal(tomb_world_number("select count(*) from copy where coalesce(version_id, '') <> ''"), 0);
	(void)snprintf(bucket, sizeof bucket, "/%s-plain", s->bucket);
	assert_int_equal(s3_stage_ask(s, "PUT", bucket, "versioning",
				 "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
		200);
	path_of(s, OVERWRITTEN, "s3-plain", path);
	assert_int_equal(s3_stage_ask(s, "PUT", path, "", "a second version"), 200);
	path_of(s, REPLACED, "s3-plain", path);
	assert_int_equal(s3_stage_ask(s, "DELETE", path, "versionId=null", ""), 204);
	assert_int_equal(s3_stage_ask(s, "PUT", path, "", "another one"), 200);

	s3_stage_delete(s, false);
	stage_wait(s->stage, 0, "select count(*) from work_item where action = 'Delete' and completed_at is null");
	ends_with(KEPT, "deleted", "");
	ends_with(OVERWRITTEN, "refused", "changed: version ");
	ends_with(REPLACED, "refused", "has not the size and ETag that were recorded");
	path_of(s, KEPT, "s3-plain", path);
	assert_int_equal(count_listed(s, "-plain", "Version", path), 0);
	path_of(s, OVERWRITTEN, "s3-plain", path);
	assert_int_equal(count_listed(s, "-plain", "Version", path), 2);
	path_of(s, REPLACED, "s3-plain", path);
	assert_int_equal(count_listed(s, "-plain", "Version", path), 1);
	s3_stage_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_versions_go_and_what_is_locked_or_alien_stays),
		cmocka_unit_test(copies_from_before_there_were_versions_are_found_by_what_they_are),
	};

	if (!s3_stage_is_possible())
		return SKIPPED;
	return cmocka_run_group_tests_name("a deletion from buckets with versions", tests, NULL, NULL);
}
