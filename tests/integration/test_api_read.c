/* Reading by /api/v1 (deletion.md P-10, P-11, P-13, P-16, P-17, X-05). */
#include "api_client.h"
#include "pg_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MANY = 3000 };

static void a_list_is_followed_by_its_next_links_to_the_end(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char path[512] = "/api/v1/objects?state=A&limit=2&order=oldest";
	int64_t last = 0;
	size_t n = 0;

	for (int i = 0; i < 5; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "test.edu/%d & co", i);
		(void)tomb_world_object(&s->world, name, 0, 0);
	}
	while (path[0] != '\0') {
		api_get(s, &s->world.carol, &a, "%s", path);
		API_STATUS(&a, 200);
		assert_string_equal(raw_header(&a, "Content-Type"), "application/json; charset=utf-8");
		for (size_t i = 0; i < api_count(&a, "results"); i++) {
			char at[32];

			(void)snprintf(at, sizeof at, "results.%zu.id", i);
			assert_true(api_number(&a, at) > last);
			last = api_number(&a, at);
			n++;
		}
		path[0] = '\0';
		if (!api_is_null(&a, "next"))
			(void)snprintf(path, sizeof path, "%s", api_text(&a, "next"));
	}
	assert_int_equal(n, 5);
}

static void a_parameter_that_is_unknown_or_wrong_is_refused(void **state)
{
	static const char *const bad[] = {
		"/api/v1/objects?stat=A",
		"/api/v1/objects?state=X",
		"/api/v1/objects?limit=0",
		"/api/v1/objects?limit=1001",
		"/api/v1/objects?limit=2&limit=3",
		"/api/v1/objects?after=x",
		"/api/v1/objects?order=up",
		"/api/v1/events?order=name",
		"/api/v1/events?type=deleted",
		"/api/v1/files?institution_id=0",
		"/api/v1/work-items?status=Done",
		"/api/v1/work-items?object_id=1&file_id=2",
		"/api/v1/deletions?state=pending",
	};
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		api_get(s, &s->world.carol, &a, "%s", bad[i]);
		if (a.status != 400)
			fail_msg("%s: %d %s", bad[i], a.status, a.body);
		assert_string_equal(raw_header(&a, "Content-Type"), "application/problem+json");
		assert_true(strlen(api_text(&a, "detail")) > 0);
	}
}

static void p16_a_deleted_file_is_readable_with_its_checksums_copies_and_events(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 2, 2);
	int64_t file = tomb_world_file(&s->world, "test.edu/bag/data/1");
	int64_t request = 0;

	tomb_world_exec("insert into checksum (file_id, generation, algorithm, digest) values (%" PRId64
			", 1, 'sha256', '00ff')",
		file);
	request = tomb_world_request_object(&s->world, object);
	(void)tomb_world_approve(&s->world, request);
	tomb_world_work(&s->world);
	api_get(s, &s->world.carol, &a, "/api/v1/files/%" PRId64, file);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "D");
	assert_string_equal(api_text(&a, "checksums.0.digest"), "00ff");
	assert_int_equal(api_count(&a, "copies"), 2);
	assert_string_equal(api_text(&a, "copies.0.status"), "gone");
	assert_string_equal(api_text(&a, "copies.1.verification"), "verified absent");
	assert_int_equal(api_number(&a, "deletion_request_id"), request);
	assert_string_equal(api_text(&a, "obstacles.0.rule"), "deleted");
	api_get(s, &s->world.carol, &a, "/api/v1/files/test.edu/bag%%2Fdata/1");
	assert_int_equal(api_number(&a, "id"), file);
	api_get(s, &s->world.carol, &a, "/api/v1/files/%" PRId64 "/events?type=deletion", file);
	assert_int_equal(api_count(&a, "results"), 1);
	assert_string_equal(api_text(&a, "results.0.outcome_detail"), "alice@test.edu");
	api_get(s, &s->world.carol, &a, "/api/v1/events/%" PRId64, api_number(&a, "results.0.id"));
	assert_string_equal(api_text(&a, "file_identifier"), "test.edu/bag/data/1");
	api_get(s, &s->world.carol, &a, "/api/v1/objects/test.edu/bag");
	assert_int_equal(api_number(&a, "deleted_files"), 2);
	assert_int_equal(api_number(&a, "id"), object);
	api_get(s, &s->world.carol, &a, "/api/v1/objects/%" PRId64 "/events?own=true&order=oldest", object);
	assert_int_equal(api_count(&a, "results"), 1);
	api_get(s, &s->world.carol, &a, "/api/v1/objects/%" PRId64 "/files?state=D&limit=1", object);
	assert_int_equal(api_count(&a, "results"), 1);
	assert_false(api_is_null(&a, "next"));
}

static void p11_p17_a_deletion_shows_its_people_progress_list_and_work(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 3, 2);
	int64_t request = tomb_world_request_object(&s->world, object);

	api_get(s, &s->world.carol, &a, "/api/v1/deletions/%" PRId64, request);
	assert_string_equal(api_text(&a, "state_text"), "Awaiting approval");
	assert_true(api_is_null(&a, "decided_by") && api_is_null(&a, "decided_at"));
	(void)tomb_world_approve(&s->world, request);
	tomb_world_work(&s->world);
	api_get(s, &s->world.carol, &a, "/api/v1/deletions/%" PRId64, request);
	assert_string_equal(api_text(&a, "state_text"), "Approved");
	assert_string_equal(api_text(&a, "requested_by.email"), "alice@test.edu");
	assert_string_equal(api_text(&a, "decided_by.email"), "bob@test.edu");
	assert_int_equal(strlen(api_text(&a, "list_digest")), 64);
	assert_int_equal(api_number(&a, "progress.files_done"), 3);
	assert_int_equal(api_number(&a, "progress.bytes_done"), 192);
	api_get(s, &s->world.carol, &a, "/api/v1/deletions/%" PRId64 "/files?outcome=deleted", request);
	assert_int_equal(api_count(&a, "results"), 3);
	api_get(s, &s->world.carol, &a, "/api/v1/deletions/%" PRId64 "/copies", request);
	assert_int_equal(api_count(&a, "results"), 2);
	assert_int_equal(api_number(&a, "results.0.copies"), 3);
	api_get(s, &s->world.carol, &a, "/api/v1/deletions/%" PRId64 "/items", request);
	assert_string_equal(api_text(&a, "results.0.work_status"), "Success");
	api_get(s, &s->world.carol, &a, "/api/v1/work-items/%" PRId64, api_number(&a, "results.0.work_item_id"));
	assert_string_equal(api_text(&a, "approver"), "bob@test.edu");
	assert_true(api_time(&a, "requested_at") < api_time(&a, "completed_at"));
	api_get(s, &s->world.carol, &a, "/api/v1/work-items?request_id=%" PRId64 "&status=Success", request);
	assert_int_equal(api_count(&a, "results"), 1);
	api_get(s, &s->world.carol, &a, "/api/v1/deletions?state=approved");
	assert_int_equal(api_count(&a, "results"), 1);
}

static void x10_the_impact_has_copies_and_what_haste_costs(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 3, 2);
	int64_t file = tomb_world_file(&s->world, "test.edu/bag/data/1");
	int64_t request = 0;

	tomb_world_exec(
		"insert into storage_option_backend (storage_option_id, backend_id, price_nanos, price_currency, "
		"billed_days, billed_bytes) select %" PRId64 ", id, 1500000000, 'EUR', 30, 1 << 30 from "
		"storage_backend where name = 'local-1'",
		s->world.standard);
	api_get(s, &s->world.carol, &a, "/api/v1/objects/%" PRId64 "/impact", object);
	assert_int_equal(api_count(&a, "results"), 2);
	assert_string_equal(api_text(&a, "results.0.backend"), "local-1");
	assert_int_equal(api_number(&a, "results.0.copies"), 3);
	assert_string_equal(api_text(&a, "results.0.early_deletion_fee.amount"), "4.50");
	assert_string_equal(api_text(&a, "results.0.early_deletion_fee.currency"), "EUR");
	assert_true(api_is_null(&a, "results.1.early_deletion_fee"));
	api_get(s, &s->world.carol, &a, "/api/v1/files/%" PRId64 "/impact", file);
	assert_string_equal(api_text(&a, "results.0.early_deletion_fee.amount"), "1.50");
	request = tomb_world_request_object(&s->world, object);
	api_get(s, &s->world.carol, &a, "/api/v1/deletions/%" PRId64 "/impact", request);
	assert_int_equal(api_number(&a, "results.1.bytes"), 192);
	api_get(s, &s->world.mallory, &a, "/api/v1/deletions/%" PRId64 "/impact", request);
	assert_int_equal(a.status, 404);
	api_get(s, &s->world.mallory, &a, "/api/v1/objects/%" PRId64 "/impact", object);
	assert_int_equal(a.status, 404);
	api_get(s, &s->world.mallory, &a, "/api/v1/files/%" PRId64 "/impact", file);
	assert_int_equal(a.status, 404);
}

static void p13_what_is_too_young_says_when_it_will_be_eligible(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t glacier = tomb_world_option(&s->world, "Glacier-OH", 90);
	int64_t object = tomb_world_object_in(&s->world, s->world.institution, glacier, "test.edu/bag", 1, 1);

	api_get(s, &s->world.carol, &a, "/api/v1/objects/%" PRId64, object);
	assert_string_equal(api_text(&a, "obstacles.0.rule"), "young");
	assert_int_equal(api_time(&a, "obstacles.0.eligible_at"),
		tomb_world_number("select (extract(epoch from retention_until(stored_at, 90)) * 1000000)::bigint "
				  "from copy"));
	api_get(s, &s->world.carol, &a, "/api/v1/objects?counts=true");
	assert_int_equal(api_number(&a, "results.0.active_files"), 1);
}

static void a_premis_document_of_any_length_arrives_whole(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", MANY, 0);

	api_get(s, &s->world.carol, &a, "/api/v1/objects/%" PRId64 "/premis.xml", object);
	API_STATUS(&a, 200);
	assert_string_equal(raw_header(&a, "Content-Type"), "application/xml; charset=utf-8");
	assert_int_equal(strtoul(raw_header(&a, "Content-Length"), NULL, 10), a.nbody);
	assert_true(a.nbody > 1024UL * 1024);
	assert_non_null(strstr(a.body, "</premis:premis>\n"));
	api_get(s, &s->world.carol, &a, "/api/v1/files/%" PRId64 "/premis.xml",
		tomb_world_file(&s->world, "test.edu/bag/data/1"));
	API_STATUS(&a, 200);
	assert_true(a.nbody < 10000);
	assert_non_null(strstr(a.body, "xsi:type=\"premis:file\""));
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(a_list_is_followed_by_its_next_links_to_the_end),
		ON_A_SITE(a_parameter_that_is_unknown_or_wrong_is_refused),
		ON_A_SITE(p16_a_deleted_file_is_readable_with_its_checksums_copies_and_events),
		ON_A_SITE(p11_p17_a_deletion_shows_its_people_progress_list_and_work),
		ON_A_SITE(x10_the_impact_has_copies_and_what_haste_costs),
		ON_A_SITE(p13_what_is_too_young_says_when_it_will_be_eligible),
		ON_A_SITE(a_premis_document_of_any_length_arrives_whole),
	};
	return cmocka_run_group_tests_name("reading by the API", tests, NULL, NULL);
}
