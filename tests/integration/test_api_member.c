/*
 * The member API as DART and apt-cmd read it (spec/aptrust.md 3.1, 3.2, 3.5, 3.6; deletion.md P-11, P-16, P-17): names
 * in their order, zero values, pages, slashes.
 */
#include "api_client.h"
#include "pg_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ZERO_TIME "0001-01-01T00:00:00Z"

static int64_t deleted_object(struct site *s)
{
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 2, 2);

	tomb_world_exec("insert into checksum (file_id, generation, algorithm, digest) select id, 1, 'md5', '0af' "
			"from generic_file");
	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, object));
	tomb_world_work(&s->world);
	return object;
}

static void every_kind_has_the_names_of_the_contract_in_their_order(void **state)
{
	static const struct {
		const char *list;
		const char *names;
	} kinds[] = {
		{"objects", "id title description identifier alt_identifier access bag_name institution_id created_at "
			    "updated_at state etag bag_group_identifier storage_option bagit_profile_identifier "
			    "source_organization internal_sender_identifier internal_sender_description "
			    "institution_name institution_identifier institution_type institution_parent_id "
			    "file_count size payload_file_count payload_size "},
		{"files",
			"id file_format size identifier intellectual_object_id object_identifier access state "
			"last_fixity_check institution_id institution_name institution_identifier storage_option uuid "
			"mtime md5 sha1 sha256 sha512 created_at updated_at "},
		{"events", "id agent created_at date_time detail event_type generic_file_id generic_file_identifier "
			   "identifier institution_id institution_name intellectual_object_id "
			   "intellectual_object_identifier object old_uuid outcome outcome_detail outcome_information "
			   "updated_at "},
		{"deletions", "id institution_id institution_name institution_identifier requested_by_id "
			      "requested_by_name requested_by_email requested_at confirmed_by_id confirmed_by_name "
			      "confirmed_by_email confirmed_at cancelled_by_id cancelled_by_name cancelled_by_email "
			      "cancelled_at file_count object_count "},
		{"items", "id name etag institution_id institution_name institution_identifier intellectual_object_id "
			  "object_identifier alt_identifier bag_group_identifier storage_option "
			  "bagit_profile_identifier source_organization internal_sender_identifier generic_file_id "
			  "generic_file_identifier bucket user note action stage status outcome bag_date "
			  "date_processed retry node pid needs_admin_review queued_at size stage_started_at "
			  "aptrust_approver inst_approver deletion_request_id created_at updated_at requested_at "
			  "completed_at "},
	};
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)deleted_object(s);
	for (size_t i = 0; i < TOMB_COUNTOF(kinds); i++) {
		api_get(s, &s->world.carol, &a, "/member-api/v3/%s/?per_page=1", kinds[i].list);
		API_STATUS(&a, 200);
		assert_string_equal(api_names(&a, ""), "count next previous results ");
		assert_string_equal(api_names(&a, "results.0"), kinds[i].names);
		api_get(s, &s->world.carol, &a, "/member-api/v3/%s/show/%" PRId64 "/", kinds[i].list,
			api_number(&a, "results.0.id"));
		API_STATUS(&a, 200);
		if (strcmp(kinds[i].list, "files") != 0)
			assert_string_equal(api_names(&a, ""), kinds[i].names);
	}
}

static void p16_a_deleted_file_keeps_its_record_checksums_and_events(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)deleted_object(s);
	api_get(s, &s->world.carol, &a, "/member-api/v3/files/show/test.edu%%2Fbag%%2Fdata%%2F1");
	API_STATUS(&a, 200);
	assert_string_equal(api_names(&a, ""),
		"id created_at updated_at file_format size identifier intellectual_object_id state last_fixity_check "
		"institution_id storage_option uuid premis_events checksums storage_records mtime ");
	assert_string_equal(api_text(&a, "state"), "D");
	assert_string_equal(api_text(&a, "last_fixity_check"), ZERO_TIME);
	assert_string_equal(api_text(&a, "checksums.0.digest"), "0af");
	assert_string_equal(api_text(&a, "premis_events.0.event_type"), "deletion");
	assert_string_equal(api_text(&a, "premis_events.0.outcome"), "Success");
	assert_string_equal(api_text(&a, "premis_events.0.outcome_detail"), "alice@test.edu");
	assert_int_equal(api_count(&a, "storage_records"), 0);
	api_get(s, &s->world.carol, &a, "/member-api/v3/files?state=D&sort=id");
	assert_int_equal(api_number(&a, "count"), 2);
	assert_string_equal(api_text(&a, "results.0.md5"), "0af");
	api_get(s, &s->world.carol, &a, "/member-api/v3/objects/show/test.edu/bag/");
	assert_string_equal(api_text(&a, "state"), "D");
	assert_int_equal(api_number(&a, "file_count"), 0);
	(void)tomb_world_object(&s->world, "test.edu/kept", 2, 0);
	tomb_world_exec("update generic_file set identifier = 'test.edu/kept/bagit.txt' where identifier = "
			"'test.edu/kept/data/2'");
	api_get(s, &s->world.carol, &a, "/member-api/v3/objects/show/test.edu%%2Fkept");
	assert_int_equal(api_number(&a, "file_count"), 2);
	assert_int_equal(api_number(&a, "payload_file_count"), 1);
	assert_int_equal(api_number(&a, "payload_size"), 64);
	api_get(s, &s->world.carol, &a,
		"/member-api/v3/events?generic_file_identifier=test.edu/bag/data/1&event_type=deletion");
	assert_int_equal(api_number(&a, "count"), 1);
	api_get(s, &s->world.carol, &a, "/member-api/v3/events/show/%s", api_text(&a, "results.0.identifier"));
	API_STATUS(&a, 200);
}

static void p11_a_deletion_names_its_people(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/open", 1, 1));
	(void)deleted_object(s);
	api_get(s, &s->world.carol, &a, "/member-api/v3/deletions");
	assert_int_equal(api_number(&a, "count"), 2);
	assert_string_equal(api_text(&a, "results.0.requested_by_email"), "alice@test.edu");
	assert_string_equal(api_text(&a, "results.0.confirmed_by_email"), "bob@test.edu");
	assert_string_equal(api_text(&a, "results.0.cancelled_by_email"), "");
	assert_string_equal(api_text(&a, "results.0.cancelled_at"), ZERO_TIME);
	assert_int_equal(api_number(&a, "results.0.object_count"), 1);
	assert_string_equal(api_text(&a, "results.1.confirmed_at"), ZERO_TIME);
	assert_int_equal(api_number(&a, "results.1.confirmed_by_id"), 0);
}

static void p17_an_item_tells_when_it_was_requested_and_completed(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)deleted_object(s);
	api_get(s, &s->world.carol, &a, "/member-api/v3/items?per_page=30&action=Delete");
	assert_int_equal(api_number(&a, "count"), 1);
	assert_string_equal(api_text(&a, "results.0.status"), "Success");
	assert_string_equal(api_text(&a, "results.0.user"), "alice@test.edu");
	assert_string_equal(api_text(&a, "results.0.inst_approver"), "bob@test.edu");
	assert_string_equal(api_text(&a, "results.0.bag_date"), ZERO_TIME);
	assert_true(api_time(&a, "results.0.requested_at") > 0);
	assert_true(api_time(&a, "results.0.completed_at") > api_time(&a, "results.0.requested_at"));
	assert_false(api_bool(&a, "results.0.retry"));
}

static void pages_are_followed_forwards_by_next_and_reached_by_number(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char next[512] = "/member-api/v3/objects/?per_page=2&sort=id&state=A";
	int64_t last = 0;
	int pages = 0;

	for (int i = 0; i < 5; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "test.edu/%d", i);
		(void)tomb_world_object(&s->world, name, 0, 0);
	}
	while (next[0] != '\0') {
		api_get(s, &s->world.carol, &a, "%s", next);
		API_STATUS(&a, 200);
		assert_int_equal(api_number(&a, "count"), 5);
		assert_true(api_number(&a, "results.0.id") > last);
		last = api_number(&a, "results.0.id");
		pages++;
		(void)snprintf(next, sizeof next, "%s", api_text(&a, "next"));
	}
	assert_int_equal(pages, 3);
	assert_string_equal(api_text(&a, "previous"), "/member-api/v3/objects/?page=2&per_page=2&sort=id&state=A");
	api_get(s, &s->world.carol, &a, "%s", api_text(&a, "previous"));
	assert_int_equal(api_count(&a, "results"), 2);
	assert_string_equal(api_text(&a, "previous"), "/member-api/v3/objects/?page=1&per_page=2&sort=id&state=A");
	api_get(s, &s->world.carol, &a, "/member-api/v3/objects?page=3&per_page=2");
	assert_int_equal(api_count(&a, "results"), 1);
	assert_string_equal(api_text(&a, "next"), "");
	api_get(s, &s->world.carol, &a, "/member-api/v3/objects?page=9&per_page=2");
	assert_int_equal(api_count(&a, "results"), 0);
	api_get(s, &s->world.carol, &a, "/member-api/v3/objects?per_page=5000");
	assert_int_equal(api_count(&a, "results"), 5);
}

static void what_is_not_understood_is_refused_in_their_form(void **state)
{
	static const struct {
		const char *path;
		int status;
		const char *error;
	} bad[] = {
		{"/member-api/v3/objects?x=1", 400, "Invalid query params: x"},
		{"/member-api/v3/deletions?requested_at=x", 400, "Invalid query params: requested_at"},
		{"/member-api/v3/deletions?requested_at__gteq=x", 400, "Invalid query params: requested_at__gteq"},
		{"/member-api/v3/items?sort=note__asc", 400, "Invalid query params: sort"},
		{"/member-api/v3/items?retry=perhaps", 400, "Invalid query params: retry"},
		{"/member-api/v3/items?status=Failed&status=Success", 400, "Invalid query params: status"},
		{"/member-api/v3/items?name__starts_with=a", 400, "Invalid query params: name__starts_with"},
		{"/member-api/v3/objects?after=@7", 400, "where a page of this list begins"},
		{"/member-api/v3/objects?after=1.x", 400, "where a page of this list begins"},
		{"/member-api/v3/objects?state=X", 400, "state"},
		{"/member-api/v3/objects?page=20000&per_page=1000", 400, "follow \"next\""},
		{"/member-api/v3/objects?page=0", 400, "page"},
		{"/member-api/v3/objects/show/4711", 404, "there is no object 4711"},
		{"/member-api/v3/items/show/4711", 404, "there is no work item 4711"},
		{"/member-api/v3/institutions", 404, ""},
		{"/member-api/v3/objects?institution_id=4711", 403, "institution 4711 is not yours"},
	};
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		api_get(s, &s->world.carol, &a, "%s", bad[i].path);
		API_STATUS(&a, bad[i].status);
		if (bad[i].status == 400) {
			assert_string_equal(api_names(&a, ""), "StatusCode Error ");
			assert_int_equal(api_number(&a, "StatusCode"), bad[i].status);
		} else {
			assert_string_equal(api_names(&a, ""), "error ");
		}
		if (!strstr(api_text(&a, bad[i].status == 400 ? "Error" : "error"), bad[i].error))
			fail_msg("%s: %s", bad[i].path, a.body);
	}
	api_get(s, NULL, &a, "/member-api/v3/items?per_page=1");
	API_STATUS(&a, 401);
	assert_string_equal(api_text(&a, "Error"), "API credentials are missing or invalid.");
	api_ask(s, &s->world.alice, "POST", "{}", &a, "/member-api/v3/objects");
	API_STATUS(&a, 405);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(every_kind_has_the_names_of_the_contract_in_their_order),
		ON_A_SITE(p16_a_deleted_file_keeps_its_record_checksums_and_events),
		ON_A_SITE(p11_a_deletion_names_its_people),
		ON_A_SITE(p17_an_item_tells_when_it_was_requested_and_completed),
		ON_A_SITE(pages_are_followed_forwards_by_next_and_reached_by_number),
		ON_A_SITE(what_is_not_understood_is_refused_in_their_form),
	};
	return cmocka_run_group_tests_name("the member API", tests, NULL, NULL);
}
