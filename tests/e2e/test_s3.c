/*
 * The main job with the operator's command, on a real S3 server (Ceph's gateway) with storage classes: a folder becomes
 * a bag, the bag an object with two copies of each file, the object is deleted by two people, and comes back.  Skipped
 * unless s3_stage.h finds a server.
 */
#include "pg_fixture.h"
#include "s3_stage.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { SKIPPED = 77, PAYLOAD = 3 };

static const struct s3_stage_bucket buckets[] = {
	{.suffix = "", .extra = ""}, {.suffix = "-cold", .extra = "storage_class = GLACIER\n"}};

/* Asks the server itself about every copy that the ledger knows of, in whatever state. */
static void every_copy_answers(struct s3_stage *s, const char *identifier, const char *status, int answer)
{
	char where[512];
	int64_t copies = 0;

	(void)snprintf(where, sizeof where,
		"from copy c join generic_file f on f.id = c.file_id join intellectual_object o on o.id = f.object_id "
		"where o.identifier = '%s' and c.status = '%s'",
		identifier, status);
	copies = tomb_world_number("select count(*) %s", where);
	assert_true(copies >= 2 * (int64_t)PAYLOAD);
	for (int64_t i = 0; i < copies; i++) {
		char sql[1024];
		const char *url = NULL;

		(void)snprintf(sql, sizeof sql, "select c.url %s order by c.id limit 1 offset %" PRId64, where, i);
		url = tomb_fixture_pg_value(sql);
		assert_memory_equal(url, s->raw.endpoint, strlen(s->raw.endpoint));
		assert_int_equal(s3_stage_ask(s, "HEAD", url + strlen(s->raw.endpoint), "", ""), answer);
		if (answer == 200 && strstr(url, "-cold/"))
			assert_true(tomb_str_eq(
				tomb_http_header(&s->raw.answer, "x-amz-storage-class"), TOMB_STR("GLACIER")));
	}
}

static void alice_asks_and_bob_agrees(struct s3_stage *s)
{
	s3_stage_delete(s, true);
	assert_int_equal(tomb_world_number("select count(*) from work_item where action = 'Delete' and "
					   "status <> 'Success'"),
		0);
}

static void p_09_p_19_an_object_on_s3_is_deleted_with_the_command_and_comes_back(void **state)
{
	struct s3_stage stage;
	struct s3_stage *s = &stage;

	(void)state;
	s3_stage_open(s, buckets, TOMB_COUNTOF(buckets), PAYLOAD);
	s3_stage_start(s, "Cold-And-Warm:0=s3,s3-cold");
	/* This server bills nobody for its GLACIER, whatever the class is called. */
	s3_stage_command(s, 0, "storage set s3-cold --retention registry");
	s3_stage_command(s, 0, "storage probe s3-cold");
	s3_stage_ingest(s, "first", "Cold-And-Warm");
	every_copy_answers(s, "test.edu/letters", "stored", 200);
	alice_asks_and_bob_agrees(s);
	every_copy_answers(s, "test.edu/letters", "gone", 404);
	assert_int_equal(tomb_world_number("select count(*) from intellectual_object where state = 'D'"), 1);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'gone' and "
					   "verification <> 'verified absent'"),
		0);
	s3_stage_ingest(s, "second", "Cold-And-Warm");
	every_copy_answers(s, "test.edu/letters", "stored", 200);
	every_copy_answers(s, "test.edu/letters", "gone", 404);
	assert_int_equal(tomb_world_number("select count(*) from intellectual_object where state = 'A'"), 1);
	alice_asks_and_bob_agrees(s);
	every_copy_answers(s, "test.edu/letters", "gone", 404);
	stage_wait(s->stage, 0,
		"select count(*) from audit_entry e where not exists "
		"(select from audit_seal a where a.entry_id = e.id)");
	s3_stage_command(s, 0, "audit verify");
	s3_stage_command(s, 0, "premis test.edu/letters");
	s3_stage_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p_09_p_19_an_object_on_s3_is_deleted_with_the_command_and_comes_back),
	};

	if (!s3_stage_is_possible())
		return SKIPPED;
	return cmocka_run_group_tests_name("the main job on S3", tests, NULL, NULL);
}
