/* The admin API's reads (spec/aptrust.md 3.3, 3.6): for operators only, whole records, the same lists. */
#include "api_client.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define FILE_NAMES                                                                                                     \
	"id created_at updated_at file_format size identifier intellectual_object_id state last_fixity_check "         \
	"institution_id storage_option uuid premis_events checksums storage_records mtime "

static void fill(struct site *s)
{
	(void)tomb_world_object(&s->world, "test.edu/a", 2, 2);
	(void)tomb_world_object_in(&s->world, s->world.other_institution, s->world.standard, "other.edu/b", 1, 1);
	tomb_world_exec("insert into checksum (file_id, generation, algorithm, digest) select id, 1, a, '0a' from "
			"generic_file, unnest(array['md5', 'sha256']) a");
	tomb_world_exec(
		"insert into premis_event (institution_id, object_id, file_id, generation, event_type, date_time, "
		"detail, outcome, agent) select f.institution_id, f.object_id, f.id, 1, t, now() - case t when "
		"'ingestion' then interval '1 day' else '1 hour' end, 'x', 'Success', 'x' from generic_file f, "
		"unnest(array['fixity check', 'ingestion']) t");
}

static void files_come_whole_and_each_with_its_own(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	fill(s);
	api_get(s, &s->world.oscar, &a, "/admin-api/v3/files?sort=identifier");
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "count"), 3);
	for (int i = 0; i < 3; i++) {
		char at[64];
		int64_t id = 0;

		(void)snprintf(at, sizeof at, "results.%d", i);
		assert_string_equal(api_names(&a, at), FILE_NAMES);
		(void)snprintf(at, sizeof at, "results.%d.id", i);
		id = api_number(&a, at);
		(void)snprintf(at, sizeof at, "results.%d.premis_events", i);
		assert_int_equal(api_count(&a, at), 2);
		(void)snprintf(at, sizeof at, "results.%d.premis_events.0.event_type", i);
		assert_string_equal(api_text(&a, at), "fixity check");
		(void)snprintf(at, sizeof at, "results.%d.premis_events.1.generic_file_id", i);
		assert_int_equal(api_number(&a, at), id);
		(void)snprintf(at, sizeof at, "results.%d.checksums.1.generic_file_id", i);
		assert_int_equal(api_number(&a, at), id);
		(void)snprintf(at, sizeof at, "results.%d.storage_records", i);
		assert_int_equal(api_count(&a, at), i == 0 ? 1 : 2);
	}
	api_get(s, &s->world.oscar, &a, "/admin-api/v3/files/show/test.edu%%2Fa%%2Fdata%%2F1");
	assert_string_equal(api_names(&a, ""), FILE_NAMES);
	api_get(s, &s->world.oscar, &a, "/admin-api/v3/storage_records?generic_file_id=%" PRId64, api_number(&a, "id"));
	assert_int_equal(api_number(&a, "count"), 2);
	assert_string_equal(api_names(&a, "results.0"), "id generic_file_id url ");
	assert_true(api_number(&a, "results.0.id") > api_number(&a, "results.1.id"));
	api_get(s, &s->world.oscar, &a, "/admin-api/v3/storage_records/show/%" PRId64, api_number(&a, "results.0.id"));
	assert_string_equal(api_names(&a, ""), "id generic_file_id url ");
	api_get(s, &s->world.oscar, &a, "/admin-api/v3/storage_records");
	API_STATUS(&a, 400);
}

static void a_deletion_comes_with_its_people_and_what_was_named(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t request = 0;

	fill(s);
	request = tomb_world_request_file(&s->world, tomb_world_file(&s->world, "test.edu/a/data/1"));
	(void)tomb_world_approve(&s->world, request);
	api_get(s, &s->world.oscar, &a, "/admin-api/v3/deletions/show/%" PRId64, request);
	API_STATUS(&a, 200);
	assert_string_equal(api_names(&a, ""),
		"id institution_id requested_at confirmed_at cancelled_at requested_by confirmed_by cancelled_by "
		"generic_files intellectual_objects ");
	assert_string_equal(api_names(&a, "requested_by"), "id name email ");
	assert_string_equal(api_text(&a, "confirmed_by.email"), "bob@test.edu");
	assert_true(api_is_null(&a, "cancelled_by"));
	assert_int_equal(api_count(&a, "intellectual_objects"), 0);
	assert_string_equal(api_names(&a, "generic_files.0"), FILE_NAMES);
	assert_string_equal(api_text(&a, "generic_files.0.identifier"), "test.edu/a/data/1");
	api_get(s, &s->world.oscar, &a, "/admin-api/v3/deletions/show/4711");
	API_STATUS(&a, 404);
	api_get(s, &s->world.oscar, &a, "/admin-api/v3/alerts?user_id=%" PRId64, s->world.bob.user_id);
	assert_true(api_number(&a, "count") > 0);
}

static void institutions_are_listed_by_name_and_found_by_both(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	api_get(s, &s->world.oscar, &a, "/admin-api/v3/institutions?per_page=1");
	API_STATUS(&a, 200);
	assert_true(api_number(&a, "count") >= 2);
	assert_string_equal(api_text(&a, "next"), "/admin-api/v3/institutions?page=2&per_page=1");
	api_get(s, &s->world.oscar, &a, "/admin-api/v3/institutions?identifier=test.edu");
	assert_int_equal(api_number(&a, "count"), 1);
	assert_int_equal(api_number(&a, "results.0.id"), s->world.institution);
	api_get(s, &s->world.oscar, &a, "/admin-api/v3/institutions/show/%" PRId64, s->world.institution);
	assert_string_equal(api_text(&a, "identifier"), "test.edu");
	api_get(s, &s->world.oscar, &a, "/admin-api/v3/institutions/show/other.edu");
	assert_int_equal(api_number(&a, "id"), s->world.other_institution);
	api_get(s, &s->world.oscar, &a, "/admin-api/v3/institutions/show/4711");
	API_STATUS(&a, 404);
}

static void nobody_else_is_let_in(void **state)
{
	static const char *const lists[] = {"objects", "files", "events", "checksums", "storage_records", "deletions",
		"items", "alerts", "institutions"};
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(lists); i++) {
		api_get(s, &s->world.alice, &a, "/admin-api/v3/%s", lists[i]);
		API_STATUS(&a, 403);
		api_get(s, NULL, &a, "/admin-api/v3/%s", lists[i]);
		API_STATUS(&a, 401);
	}
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(files_come_whole_and_each_with_its_own),
		ON_A_SITE(a_deletion_comes_with_its_people_and_what_was_named),
		ON_A_SITE(institutions_are_listed_by_name_and_found_by_both),
		ON_A_SITE(nobody_else_is_let_in),
	};
	return cmocka_run_group_tests_name("reads of the admin API", tests, NULL, NULL);
}
