/* Descriptive records by /api/v1: what there is, deletions, and what brings records back (records.md 2.4 to 2.8). */
#include "api_client.h"
#include "record_box.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define SHAPE                                                                                                          \
	"id number institution_id institution kind system parent_id source state version title local_id hrid "         \
	"barcode discovery_suppress staff_suppress capture_ids capture_status work_order image_id asset_object_id "    \
	"asset_file_id has_asset created_by created_at updated_at deleted_at deletion_id "

enum { BODY = 1024 };

/* A title with two holdings, and an item in one of them. */
struct book {
	struct tomb_uuid title, stacks, attic, item;
};

static struct book shelve(void)
{
	struct book b = {.title = record_box_marc("alma_title", NULL, "A book")};

	b.stacks = record_box_new("alma_holding", &b.title, "Stacks");
	b.attic = record_box_new("alma_holding", &b.title, "Attic");
	b.item = record_box_new("alma_item", &b.stacks, "Copy 1");
	return b;
}

static const char *path_of(struct tomb_uuid id)
{
	static char path[64];

	(void)snprintf(path, sizeof path, "/api/v1/records/%s", record_box_text(id));
	return path;
}

static const char *order_of(struct tomb_uuid id, const char *more)
{
	static char body[BODY];

	(void)snprintf(body, sizeof body, "{\"ids\":[\"%s\"]%s}", record_box_text(id), more);
	return body;
}

/* Carol, as long as the test runs. */
static const struct tomb_actor *carol_as(struct site *s, enum tomb_duty duty)
{
	tomb_world_duties(&s->world.carol, TOMB_DUTY_BIT(duty));
	return &s->world.carol;
}

static void lists_are_filtered_and_paged(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	struct book b = shelve();
	char next[256];

	tomb_world_exec("update record set barcode = 'b 1', local_id = 'i1' where id = '%s'", record_box_text(b.item));
	api_get(s, &s->world.carol, &a, "/api/v1/records?order=oldest");
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 4);
	assert_string_equal(api_names(&a, "results.0"), SHAPE);
	assert_string_equal(api_text(&a, "results.0.title"), "A book");
	assert_true(api_is_null(&a, "results.0.parent_id"));
	api_get(s, &s->world.carol, &a, "/api/v1/records?kind=alma_holding&limit=1&order=oldest");
	assert_string_equal(api_text(&a, "results.0.title"), "Stacks");
	(void)snprintf(next, sizeof next, "%s", api_text(&a, "next"));
	api_get(s, &s->world.carol, &a, "%s", next);
	assert_string_equal(api_text(&a, "results.0.title"), "Attic");
	assert_true(api_is_null(&a, "next"));
	api_get(s, &s->world.carol, &a, "/api/v1/records?barcode=b%%201");
	assert_string_equal(api_text(&a, "results.0.id"), record_box_text(b.item));
	api_get(s, &s->world.carol, &a, "/api/v1/records?local_id=i1&kind=alma_item&state=active");
	assert_int_equal(api_count(&a, "results"), 1);
	api_get(s, &s->world.carol, &a, "/api/v1/records?title=A%%20b");
	assert_int_equal(api_count(&a, "results"), 1);
	api_get(s, &s->world.carol, &a, "/api/v1/records?parent=%s", record_box_text(b.title));
	assert_int_equal(api_count(&a, "results"), 2);
	api_get(s, &s->world.carol, &a, "%s/children?order=oldest", path_of(b.title));
	assert_string_equal(api_text(&a, "results.0.title"), "Stacks");
	api_get(s, &s->world.carol, &a, "%s/path", path_of(b.item));
	assert_int_equal(api_count(&a, "results"), 2);
	assert_string_equal(api_text(&a, "results.1.title"), "A book");
	api_get(s, &s->world.carol, &a, "/api/v1/records?kind=book");
	API_STATUS(&a, 400);
	api_get(s, &s->world.carol, &a, "/api/v1/records?parent=4711");
	API_STATUS(&a, 400);
	api_get(s, &s->world.mallory, &a, "/api/v1/records");
	assert_int_equal(api_count(&a, "results"), 0);
	api_get(s, &s->world.mallory, &a, "%s/children", path_of(b.title));
	API_STATUS(&a, 404);
	api_get(s, &s->world.carol, &a, "/api/v1/records/00000000-0000-0000-0000-000000000000");
	API_STATUS(&a, 404);
}

static void what_is_deleted_is_gone_and_says_what_anybody_may_know(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	struct book b = shelve();

	api_get(s, &s->world.carol, &a, "%s", path_of(b.title));
	API_STATUS(&a, 200);
	assert_non_null(strstr(api_text(&a, "marc"), "A book"));
	assert_string_equal(api_text(&a, "marc_form"), "iso2709");
	assert_int_equal(api_count(&a, "content"), 0);
	(void)record_box_delete(&s->world, b.title, TOMB_RECORD_WITH_CONTENTS);
	api_get(s, &s->world.carol, &a, "%s", path_of(b.title));
	API_STATUS(&a, 410);
	assert_string_equal(api_text(&a, "state"), "deleted");
	assert_string_equal(api_text(&a, "title"), "A book");
	assert_false(api_is_null(&a, "deleted_at"));
	assert_true(api_is_null(&a, "record"));
	assert_null(strstr(a.body, "marc\""));
	api_get(s, carol_as(s, TOMB_DUTY_DIGITIZATION_COORDINATOR), &a, "%s", path_of(b.title));
	API_STATUS(&a, 410);
	assert_non_null(strstr(api_text(&a, "record.marc"), "A book"));
	api_get(s, &s->world.mallory, &a, "%s", path_of(b.title));
	API_STATUS(&a, 404);
}

/* N-30, F-06: the record as it was, for those who may read it. */
static void f_06_tombstones_hold_the_record_as_it_was(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	struct book b = shelve();

	api_get(s, &s->world.alice, &a, "%s/tombstones", path_of(b.title));
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 0);
	(void)record_box_delete(&s->world, b.title, TOMB_RECORD_WITH_CONTENTS);
	api_get(s, &s->world.carol, &a, "%s/tombstones", path_of(b.title));
	API_STATUS(&a, 403);
	api_get(s, carol_as(s, TOMB_DUTY_REPOSITORY_MANAGER), &a, "%s/tombstones", path_of(b.title));
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 1);
	assert_string_equal(api_text(&a, "results.0.was.state"), "active");
	assert_non_null(strstr(api_text(&a, "results.0.was.marc"), "A book"));
	assert_int_equal(api_count(&a, "results.0.children"), 2);
	assert_string_equal(api_text(&a, "results.0.deletion.actor"), "alice@test.edu");
	assert_true(api_is_null(&a, "results.0.restored_at"));
}

static void r_4_a_deletion_is_previewed_counted_and_carried_out_once(void **state)
{
	struct site *s = *state;
	const struct tomb_actor *editor = carol_as(s, TOMB_DUTY_EDITOR);
	RAW_ANSWER_AUTO a = {0};
	struct book b = shelve();
	char where[128];
	int64_t deletion = 0;

	api_ask(s, editor, "POST", order_of(b.title, ""), &a, "/api/v1/records/deletions/preview");
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "records"), 4);
	assert_int_equal(api_number(&a, "by_kind.alma_holding"), 2);
	assert_string_equal(api_text(&a, "mode"), "with_contents");
	assert_int_equal(api_count(&a, "blockers"), 0);
	assert_true(api_bool(&a, "restorable"));
	api_ask(s, editor, "POST", order_of(b.title, ",\"expect_count\":3"), &a, "/api/v1/records/deletions");
	API_STATUS(&a, 409);
	assert_false(record_box_is_deleted(b.item));
	api_ask(s, editor, "POST", order_of(b.title, ",\"expect_count\":4,\"reason\":\"worn\""), &a,
		"/api/v1/records/deletions");
	API_STATUS(&a, 201);
	deletion = api_number(&a, "deletion_id");
	assert_int_equal(api_number(&a, "records"), 4);
	(void)snprintf(where, sizeof where, "%s", raw_header(&a, "Location"));
	assert_true(record_box_is_deleted(b.item));
	api_get(s, editor, &a, "%s", where);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "origin"), "api");
	assert_string_equal(api_text(&a, "reason"), "worn");
	assert_string_equal(api_text(&a, "actor"), "carol@test.edu");
	api_ask(s, editor, "POST", order_of(b.title, ""), &a, "/api/v1/records/deletions"); /* R7 */
	API_STATUS(&a, 200);
	assert_true(api_bool(&a, "was_deleted"));
	assert_int_equal(api_number(&a, "deletion_id"), deletion);
	record_box_check();
}

static void r_6_a_record_that_changed_since_it_was_seen_is_not_deleted(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	struct book b = shelve();
	char seen[API_HEADER];

	api_get(s, &s->world.alice, &a, "%s", path_of(b.item));
	api_header(&a, "ETag", "If-Match", seen);
	api_ask(s, &s->world.alice, "DELETE", "{\"version\":2}", &a, "%s", path_of(b.item));
	API_STATUS(&a, 412);
	tomb_world_exec("update record set title = 'Copy 2', version = 2 where id = '%s'", record_box_text(b.item));
	api_ask_with(s, &s->world.alice, "DELETE", seen, NULL, &a, "%s", path_of(b.item));
	API_STATUS(&a, 412);
	assert_false(record_box_is_deleted(b.item));
	api_get(s, &s->world.alice, &a, "%s", path_of(b.item));
	api_header(&a, "ETag", "If-Match", seen);
	api_ask_with(s, &s->world.alice, "DELETE", seen, "{\"mode\":\"self\"}", &a, "%s", path_of(b.item));
	API_STATUS(&a, 200);
	assert_true(record_box_is_deleted(b.item));
	assert_false(record_box_is_deleted(b.stacks));
}

static void n_03_n_05_mms_wants_its_reasons_and_confirmations(void **state)
{
	static const char confirmed[] = ",\"reason_code\":\"remediation\",\"confirmations\":{"
					"\"not_needed_for_reference\":true,\"metadata_replicated\":true,"
					"\"rights_not_needed\":true,\"rights_replicated\":true}";
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	struct tomb_uuid item = record_box_new("mms_item", NULL, "A map");

	api_ask(s, &s->world.alice, "POST", order_of(item, ""), &a, "/api/v1/records/deletions/preview");
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "warning"), "Deleted records cannot be restored within MMS");
	api_ask(s, &s->world.alice, "POST", order_of(item, ""), &a, "/api/v1/records/deletions");
	API_STATUS(&a, 400);
	api_ask(s, &s->world.alice, "POST", order_of(item, ",\"reason_code\":\"harmful_content\""), &a,
		"/api/v1/records/deletions");
	API_STATUS(&a, 422);
	assert_false(record_box_is_deleted(item));
	api_ask(s, &s->world.alice, "POST", order_of(item, confirmed), &a, "/api/v1/records/deletions");
	API_STATUS(&a, 201);
	assert_true(record_box_is_deleted(item));
}

static void a_body_that_is_no_order_is_refused(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	struct book b = shelve();
	static const char *const bad[] = {"{}", "{\"ids\":[]}", "{\"ids\":[\"x\"]}", "[]",
		"{\"ids\":[\"zzzzzzzz-0000-4000-8000-000000000000\"]}"};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		api_ask(s, &s->world.alice, "POST", bad[i], &a, "/api/v1/records/deletions");
		API_STATUS(&a, 400);
	}
	api_ask(s, &s->world.alice, "POST", order_of(b.item, ",\"mode\":\"all\""), &a, "/api/v1/records/deletions");
	API_STATUS(&a, 400);
	api_ask(s, &s->world.alice, "POST", order_of(b.item, ",\"confirmations\":{\"sure\":true}"), &a,
		"/api/v1/records/deletions");
	API_STATUS(&a, 400);
	api_ask(s, &s->world.mallory, "POST", order_of(b.item, ""), &a, "/api/v1/records/deletions");
	API_STATUS(&a, 404);
	api_ask(s, &s->world.carol, "POST", order_of(b.item, ""), &a, "/api/v1/records/deletions");
	API_STATUS(&a, 403);
	assert_false(record_box_is_deleted(b.item));
}

static void a_01_only_a_repository_manager_restores(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	struct book b = shelve();

	(void)record_box_delete(&s->world, b.title, TOMB_RECORD_WITH_CONTENTS);
	api_ask(s, &s->world.alice, "POST", order_of(b.title, ""), &a, "/api/v1/records/restorations");
	API_STATUS(&a, 403);
	assert_non_null(strstr(a.body, "only a repository manager may restore deleted records"));
	api_ask(s, &s->world.oscar, "POST", order_of(b.title, ""), &a, "/api/v1/records/restorations");
	API_STATUS(&a, 403);
	assert_true(record_box_is_deleted(b.title));
	api_ask(s, carol_as(s, TOMB_DUTY_REPOSITORY_MANAGER), "POST", order_of(b.title, ""), &a,
		"/api/v1/records/restorations");
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "records"), 4); /* */
	assert_false(record_box_is_deleted(b.item));
	api_get(s, &s->world.carol, &a, "%s", path_of(b.title));
	API_STATUS(&a, 200);
	api_ask(s, &s->world.carol, "POST", order_of(b.title, ""), &a, "/api/v1/records/restorations");
	API_STATUS(&a, 200);
	assert_true(api_is_null(&a, "restoration_id"));
	assert_int_equal(api_number(&a, "already_active"), 1);
	record_box_check();
}

static void a_07_an_item_comes_back_with_what_it_is_in_alone(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	struct book b = shelve();

	(void)record_box_delete(&s->world, b.title, TOMB_RECORD_WITH_CONTENTS);
	api_ask(s, carol_as(s, TOMB_DUTY_REPOSITORY_MANAGER), "POST", order_of(b.item, ""), &a,
		"/api/v1/records/restorations");
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "records"), 3);
	assert_true(record_box_is_deleted(b.attic));
	record_box_check();
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		T(lists_are_filtered_and_paged),
		T(what_is_deleted_is_gone_and_says_what_anybody_may_know),
		T(f_06_tombstones_hold_the_record_as_it_was),
		T(r_4_a_deletion_is_previewed_counted_and_carried_out_once),
		T(r_6_a_record_that_changed_since_it_was_seen_is_not_deleted),
		T(n_03_n_05_mms_wants_its_reasons_and_confirmations),
		T(a_body_that_is_no_order_is_refused),
		T(a_01_only_a_repository_manager_restores),
		T(a_07_an_item_comes_back_with_what_it_is_in_alone),
	};
	return cmocka_run_group_tests_name("records by /api/v1", tests, NULL, NULL);
}
