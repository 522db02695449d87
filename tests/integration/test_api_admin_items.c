/* Work items of pipelines outside, by the admin API (aptrust.md 1.2, 2.5, 3.3, 3.6; deletion.md P-14). */
#include "outside_site.h"
#include "tombstone/ingest_record.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static int64_t record_item(struct site *s)
{
	RAW_ANSWER_AUTO a = {0};

	OUTSIDE_ASK(s, "POST",
		"{\"name\":\"bag.tar\",\"etag\":\"0123456789abcdef0123456789abcdef\",\"bucket\":\"receiving\","
		"\"user\":\"someone@test.edu\",\"note\":\"n\",\"action\":\"Ingest\",\"stage\":\"Receive\","
		"\"status\":\"Pending\",\"outcome\":\"o\",\"bag_date\":\"2026-01-02T03:04:05Z\",\"retry\":true,"
		"\"size\":4096,\"queued_at\":\"0001-01-01T00:00:00Z\",\"deletion_request_id\":0,\"pid\":0}",
		&a, "/admin-api/v3/items/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	assert_string_equal(api_text(&a, "action"), "Ingest");
	assert_string_equal(api_text(&a, "object_identifier"), "test.edu/bag");
	return api_number(&a, "id");
}

static void a_pipeline_makes_an_item_drives_it_through_its_stages_and_ends_it(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t id = record_item(s);
	int64_t object = 0;

	assert_int_equal(
		tomb_world_number(
			"select count(*) from work_item where is_outside and name = 'bag.tar' and bucket = "
			"'receiving' and bag_date = '2026-01-02T03:04:05Z' and retry and queued_at is null and "
			"bytes_total = 4096 and object_id is null"),
		1);
	OUTSIDE_ASK(s, "PUT",
		"{\"status\":\"Started\",\"stage\":\"Unpack\",\"node\":\"host-1\",\"pid\":77,\"note\":\"busy\"}", &a,
		"/admin-api/v3/items/update/%" PRId64, id);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "status"), "Started");
	assert_string_equal(api_text(&a, "stage"), "Unpack");
	assert_string_equal(api_text(&a, "note"), "busy");
	assert_int_equal(tomb_world_number("select count(*) from work_item where node = 'host-1' and pid = 77"), 1);
	object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	{
		char json[128];

		(void)snprintf(json, sizeof json,
			"{\"intellectual_object_id\":%" PRId64
			",\"status\":\"Success\",\"stage\":\"Cleanup\",\"node\":\"\"}",
			object);
		OUTSIDE_ASK(s, "PUT", json, &a, "/admin-api/v3/items/update/%" PRId64, id);
	}
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "intellectual_object_id"), object);
	assert_int_equal(
		tomb_world_number("select count(*) from work_item where completed_at is not null and node = ''"), 1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from audit_entry where verb in ('record work item', 'change work item')"),
		3);
	OUTSIDE_ASK(s, "PUT", "{\"status\":\"Started\"}", &a, "/admin-api/v3/items/update/%" PRId64, id);
	outside_refused(&a, 409, "requeue it");
	OUTSIDE_ASK(s, "PUT", NULL, &a, "/admin-api/v3/items/requeue/%" PRId64, id);
	outside_refused(&a, 409, "succeeded");
}

/* P-14: and the reaper of our own ingests leaves it alone. */
static void while_it_is_open_nobody_can_ask_for_the_deletion_of_its_object(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	int64_t id = record_item(s);
	char json[64];
	size_t ended = 9;

	assert_int_equal(tomb_world_number("select object_id from work_item where id = %" PRId64, id), object);
	TOMB_OK_OR_FAIL(tomb_ingest_record_reap(s->world.registry, &ended, &err));
	assert_int_equal(ended, 0);
	(void)snprintf(json, sizeof json, "{\"object_ids\":[%" PRId64 "]}", object);
	api_ask(s, &s->world.alice, "POST", json, &a, "/api/v1/deletions");
	API_STATUS(&a, 409);
	OUTSIDE_ASK(s, "PUT", "{\"status\":\"Failed\"}", &a, "/admin-api/v3/items/update/%" PRId64, id);
	API_STATUS(&a, 200);
	api_ask(s, &s->world.alice, "POST", json, &a, "/api/v1/deletions");
	API_STATUS(&a, 201);
}

static void a_failed_item_is_requeued_at_a_stage(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t id = record_item(s);

	OUTSIDE_ASK(s, "PUT",
		"{\"status\":\"Failed\",\"needs_admin_review\":true,\"retry\":false,\"node\":\"x\",\"pid\":3}", &a,
		"/admin-api/v3/items/update/%" PRId64, id);
	API_STATUS(&a, 200);
	assert_int_equal(tomb_world_number("select count(*) from work_item where needs_admin_review and not retry"), 1);
	OUTSIDE_ASK(s, "PUT", "{\"stage\":\"Nowhere\"}", &a, "/admin-api/v3/items/requeue/%" PRId64, id);
	outside_refused(&a, 400, "Nowhere");
	OUTSIDE_ASK(s, "PUT", "{\"stage\":\"Reingest Check\"}", &a, "/admin-api/v3/items/requeue/%" PRId64, id);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "stage"), "Reingest Check");
	assert_string_equal(api_text(&a, "status"), "Pending");
	assert_int_equal(
		tomb_world_number(
			"select count(*) from work_item where retry and not needs_admin_review and node = '' and "
			"pid = 0 and completed_at is null"),
		1);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'requeue work item'"), 1);
	OUTSIDE_ASK(s, "PUT", NULL, &a, "/admin-api/v3/items/requeue/4711");
	outside_refused(&a, 404, "4711");
}

static void an_item_that_breaks_a_rule_is_refused(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	static const struct {
		const char *json;
		int status;
		const char *says;
	} bad[] = {
		{"{\"action\":\"Ingest\",\"stage\":\"Receive\",\"status\":\"Pending\"}", 400, "name"},
		{"{\"name\":\"a/b\",\"action\":\"Ingest\",\"stage\":\"Receive\",\"status\":\"Pending\"}", 400, "slash"},
		{"{\"name\":\"b\",\"stage\":\"Receive\",\"status\":\"Pending\"}", 400, "action"},
		{"{\"name\":\"b\",\"action\":\"Restore Object\",\"stage\":\"Receive\",\"status\":\"Pending\"}", 400,
			"action"},
		{"{\"name\":\"b\",\"action\":\"Delete\",\"stage\":\"Requested\",\"status\":\"Started\"}", 403,
			"approval"},
		{"{\"name\":\"b\",\"action\":\"Ingest\",\"stage\":\"Receive\",\"status\":\"Pending\","
		 "\"inst_approver\":\"bob@test.edu\"}",
			403, "approval"},
		{"{\"name\":\"b\",\"action\":\"Ingest\",\"stage\":\"Receive\",\"status\":\"Pending\","
		 "\"deletion_request_id\":1}",
			403, "approval"},
		{"{\"name\":\"b\",\"action\":\"Ingest\",\"stage\":\"Party\",\"status\":\"Pending\"}", 400, "Party"},
		{"{\"name\":\"b\",\"action\":\"Ingest\",\"stage\":\"Receive\",\"status\":\"Suspended\"}", 400,
			"Suspended"},
		{"{\"name\":\"b\",\"action\":\"Ingest\",\"stage\":\"Receive\"}", 400, "status"},
		{"{\"name\":\"b\",\"action\":\"Ingest\",\"stage\":\"Receive\",\"status\":\"Pending\","
		 "\"intellectual_object_id\":4711}",
			404, "4711"},
		{"{\"name\":\"b\",\"action\":\"Ingest\",\"stage\":\"Receive\",\"status\":\"Pending\","
		 "\"institution_id\":4711}",
			400, "mismatch"},
		{"{\"name\":\"b\",\"action\":\"Ingest\",\"stage\":\"Receive\",\"status\":\"Pending\",\"bag_date\":"
		 "\"x\"}",
			400, "bag_date"},
		{"{\"name\":\"b\",\"action\":\"Ingest\",\"stage\":\"Receive\",\"status\":\"Pending\","
		 "\"aptrust_approver\":\"x\"}",
			400, "third approval"},
		{"{\"name\":\"b\",\"action\":\"Ingest\",\"stage\":\"Receive\",\"status\":\"Pending\",\"typo\":1}", 400,
			"typo"},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		OUTSIDE_ASK(s, "POST", bad[i].json, &a, "/admin-api/v3/items/create/%" PRId64, s->world.institution);
		outside_refused(&a, bad[i].status, bad[i].says);
	}
	OUTSIDE_ASK(s, "POST", "{\"name\":\"b\",\"action\":\"Ingest\",\"stage\":\"Receive\",\"status\":\"Pending\"}",
		&a, "/admin-api/v3/items/create/4711");
	outside_refused(&a, 404, "4711");
	assert_int_equal(tomb_world_number("select count(*) from work_item"), 0);
}

static void an_update_never_changes_what_an_item_is(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t id = record_item(s);
	int64_t other = tomb_world_object(&s->world, "test.edu/other", 1, 1);
	char json[64];
	static const struct {
		const char *json;
		const char *says;
	} bad[] = {
		{"{\"id\":4711}", "mismatch"},
		{"{\"institution_id\":4711}", "institution id cannot change"},
		{"{\"name\":\"other.tar\"}", "name cannot change"},
		{"{\"etag\":\"x\"}", "etag cannot change"},
		{"{\"action\":\"Delete\"}", "action cannot change"},
		{"{\"user\":\"x@test.edu\"}", "user cannot change"},
		{"{\"inst_approver\":\"bob@test.edu\"}", "inst_approver cannot change"},
		{"{\"deletion_request_id\":1}", "deletion_request_id cannot change"},
		{"{\"generic_file_id\":1}", "generic_file_id cannot change"},
		{"{\"status\":\"Suspended\"}", "Suspended"},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		OUTSIDE_ASK(s, "PUT", bad[i].json, &a, "/admin-api/v3/items/update/%" PRId64, id);
		outside_refused(&a, 400, bad[i].says);
	}
	(void)snprintf(json, sizeof json, "{\"intellectual_object_id\":%" PRId64 "}", other);
	OUTSIDE_ASK(s, "PUT", json, &a, "/admin-api/v3/items/update/%" PRId64, id);
	outside_refused(&a, 400, "test.edu/bag");
	OUTSIDE_ASK(s, "PUT", "{}", &a, "/admin-api/v3/items/update/4711");
	outside_refused(&a, 404, "4711");
}

/* No claim, plan, decision or outcome of a deletion can be forged by its work item. */
static void the_items_of_a_deletion_take_notes_and_nothing_else(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	int64_t item = 0;
	static const char *const moves[] = {"{\"status\":\"Started\"}", "{\"status\":\"Success\"}",
		"{\"status\":\"Cancelled\"}", "{\"stage\":\"Resolve\"}", "{\"outcome\":\"Object deletion complete\"}"};

	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, object));
	item = tomb_world_number("select id from work_item");
	for (size_t i = 0; i < TOMB_COUNTOF(moves); i++) {
		OUTSIDE_ASK(s, "PUT", moves[i], &a, "/admin-api/v3/items/update/%" PRId64, item);
		outside_refused(&a, 409, "only its note, node and pid can be set");
	}
	OUTSIDE_ASK(s, "PUT", "{\"note\":\"seen\",\"node\":\"n\",\"pid\":1,\"needs_admin_review\":true,\"size\":1}", &a,
		"/admin-api/v3/items/update/%" PRId64, item);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "note"), "seen");
	assert_int_equal(
		tomb_world_number(
			"select count(*) from work_item where status = 'Pending' and not needs_admin_review and "
			"bytes_total = 64"),
		1);
	OUTSIDE_ASK(s, "PUT", NULL, &a, "/admin-api/v3/items/requeue/%" PRId64, item);
	outside_refused(&a, 409, "only failed files");
	tomb_world_work(&s->world);
	tomb_world_check(&s->world);
	OUTSIDE_ASK(s, "PUT", "{\"status\":\"Failed\"}", &a, "/admin-api/v3/items/update/%" PRId64, item);
	outside_refused(&a, 409, "only its note");
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(a_pipeline_makes_an_item_drives_it_through_its_stages_and_ends_it),
		ON_A_SITE(while_it_is_open_nobody_can_ask_for_the_deletion_of_its_object),
		ON_A_SITE(a_failed_item_is_requeued_at_a_stage),
		ON_A_SITE(an_item_that_breaks_a_rule_is_refused),
		ON_A_SITE(an_update_never_changes_what_an_item_is),
		ON_A_SITE(the_items_of_a_deletion_take_notes_and_nothing_else),
	};
	return cmocka_run_group_tests_name("work items by the admin API", tests, NULL, NULL);
}
