/* One record: how it is found, and what of it is shown to whom (records.md 2.2, 2.7, N-30). */
#include "pg_fixture.h"
#include "record_raw.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 22 };

#define ASSERT_TEXT(got, want) assert_true(tomb_str_eq((got), tomb_str_from(want)))

/* Leader and field 005 at their places; nobody reads the rest here. */
#define MARC_COLUMNS                                                                                                   \
	"marc = '00042nam a2200000 a 450020200101000000.0'::bytea, marc_form = 'iso2709', marc_leader_at = 0, "        \
	"marc_005_at = 24, source = 'MARC', content = '{\"a\":1}', mods = '<mods/>'"

static enum tomb_code find(struct tomb_world *w, const struct tomb_actor *actor, const struct tomb_record_name *name,
	struct tomb_arena *arena, struct tomb_record *out)
{
	struct tomb_err refusal = {.text = ""};

	return tomb_record_find(w->registry, actor, name, arena, out, &refusal);
}

static void a_record_is_found_with_its_payloads_by_id_number_and_names(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_uuid id = record_raw_add(w->institution, TOMB_RECORD_INSTANCE, NULL, "A title");
	const struct tomb_record_name names[] = {
		{.id = id},
		{.kind = TOMB_RECORD_INSTANCE, .number = record_raw_number(id)},
		{.kind = TOMB_RECORD_INSTANCE, .hrid = TOMB_STR("in1")},
		{.kind = TOMB_RECORD_INSTANCE, .local_id = TOMB_STR("991"), .institution_id = w->institution},
	};

	record_raw_set(id, MARC_COLUMNS ", hrid = 'in1', local_id = '991'");
	for (size_t i = 0; i < TOMB_COUNTOF(names); i++) {
		struct tomb_record r = {0};

		assert_int_equal(find(w, &w->carol, &names[i], &arena, &r), TOMB_OK);
		assert_true(tomb_uuid_eq(r.id, id));
		ASSERT_TEXT(r.title, "A title");
		ASSERT_TEXT(r.institution, "test.edu");
		ASSERT_TEXT(r.source, "MARC");
		ASSERT_TEXT(r.marc.form, "iso2709");
		assert_int_equal(r.marc.bytes.n, 40);
		assert_int_equal(r.marc.at_005, 24);
		ASSERT_TEXT(r.content, "{\"a\": 1}");
		ASSERT_TEXT(r.mods, "<mods/>");
		assert_int_equal(r.version, 1);
		assert_false(r.has_parent);
		assert_false(r.is_deleted);
		assert_int_equal(r.deleted_at_us, 0);
	}
}

static void a_name_of_another_kind_or_institution_finds_nothing(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_uuid title = record_raw_add(w->institution, TOMB_RECORD_ALMA_TITLE, NULL, "t");
	struct tomb_uuid id = record_raw_add(w->institution, TOMB_RECORD_ALMA_HOLDING, &title, "h");
	struct tomb_record r = {0};
	const struct tomb_record_name names[] = {
		{.kind = TOMB_RECORD_ALMA_TITLE, .number = record_raw_number(id)},
		{.kind = TOMB_RECORD_ALMA_TITLE, .local_id = TOMB_STR("22")},
		{.kind = TOMB_RECORD_ALMA_HOLDING, .local_id = TOMB_STR("2")},
	};

	record_raw_set(id, "local_id = '22'");
	for (size_t i = 0; i < TOMB_COUNTOF(names); i++)
		assert_int_equal(find(w, &w->carol, &names[i], &arena, &r), TOMB_NOTFOUND);
	assert_int_equal(find(w, &w->mallory, &(struct tomb_record_name){.id = id}, &arena, &r), TOMB_NOTFOUND);
	assert_int_equal(find(w, &w->mallory,
				 &(struct tomb_record_name){.institution_id = w->institution,
					 .kind = TOMB_RECORD_ALMA_HOLDING,
					 .local_id = TOMB_STR("22")},
				 &arena, &r),
		TOMB_FORBIDDEN);
	assert_int_equal(find(w, &w->oscar, &(struct tomb_record_name){.id = id}, &arena, &r), TOMB_OK);
	assert_int_equal(
		find(w, &w->carol, &(struct tomb_record_name){.kind = TOMB_RECORD_ITEM}, &arena, &r), TOMB_INVAL);
}

static void the_active_one_goes_before_the_one_that_was_deleted_last(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	const struct tomb_record_name name = {.kind = TOMB_RECORD_INSTANCE, .hrid = TOMB_STR("in1")};
	struct tomb_uuid made[3];
	struct tomb_record r = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(made); i++) {
		made[i] = record_raw_add(w->institution, TOMB_RECORD_INSTANCE, NULL, "t");
		record_raw_set(made[i], "hrid = 'in1'");
		assert_int_equal(find(w, &w->carol, &name, &arena, &r), TOMB_OK);
		assert_true(tomb_uuid_eq(r.id, made[i]));
		record_raw_delete(made[i]);
	}
	assert_int_equal(find(w, &w->carol, &name, &arena, &r), TOMB_OK);
	assert_true(tomb_uuid_eq(r.id, made[2]));
}

static void n_30_what_a_deleted_record_said_is_shown_to_admins_only(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_uuid id = record_raw_add(w->institution, TOMB_RECORD_INSTANCE, NULL, "A title");
	const struct tomb_record_name name = {.id = id};
	struct tomb_record r = {0};

	record_raw_set(id, MARC_COLUMNS);
	record_raw_delete(id);
	assert_int_equal(find(w, &w->carol, &name, &arena, &r), TOMB_OK);
	assert_true(r.is_deleted);
	assert_true(r.deleted_at_us > 0);
	assert_true(r.deletion_id > 0);
	ASSERT_TEXT(r.title, "A title");
	assert_int_equal(r.marc.bytes.n, 0);
	assert_int_equal(r.marc.form.n, 0);
	assert_int_equal(r.mods.n, 0);
	assert_int_equal(r.content.n, 0);
	assert_int_equal(find(w, &w->alice, &name, &arena, &r), TOMB_OK);
	assert_int_equal(r.marc.bytes.n, 40);
	assert_int_equal(r.marc.bytes.p[5], 'd');
	ASSERT_TEXT(r.mods, "<mods/>");
	assert_int_equal(find(w, &w->oscar, &name, &arena, &r), TOMB_OK);
	assert_int_equal(r.marc.bytes.n, 40);
}

static void n_10_a_capture_has_an_asset_whatever_its_status_says(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_uuid item = record_raw_add(w->institution, TOMB_RECORD_MMS_ITEM, NULL, "item");
	struct tomb_uuid id = record_raw_add(w->institution, TOMB_RECORD_MMS_CAPTURE, &item, "capture");
	struct tomb_record r = {0};

	(void)tomb_world_object(w, "test.edu/scan", 1, 1);
	record_raw_set(id, "capture_ids = '{a,b}', image_id = 'test.edu/none', capture_status = 'Captured'");
	assert_int_equal(find(w, &w->carol, &(struct tomb_record_name){.id = id}, &arena, &r), TOMB_OK);
	assert_false(r.has_asset);
	assert_int_equal(r.capture_ids.n, 2);
	assert_true(tomb_uuid_eq(r.parent_id, item));
	record_raw_set(id, "image_id = 'test.edu/scan', capture_status = 'Not captured yet'");
	assert_int_equal(find(w, &w->carol, &(struct tomb_record_name){.id = id}, &arena, &r), TOMB_OK);
	assert_true(r.has_asset);
}

static void the_ledger_and_the_program_know_the_same_kinds(void **state)
{
	char list[2048] = "";
	size_t n = 0;

	(void)state;
	for (int i = 0; i < TOMB_RECORD_KIND_MAX; i++) {
		const struct tomb_record_kind_info *k = tomb_record_kind_info((enum tomb_record_kind)i);
		enum tomb_record_kind again = TOMB_RECORD_KIND_MAX;

		TOMB_OK_OR_FAIL(tomb_record_kind_parse(k->name, &again, &err));
		assert_int_equal(again, i);
		n += (size_t)snprintf(
			list + n, sizeof list - n, "%s%s %s %s", i > 0 ? ", " : "", k->name.p, k->system.p, k->label.p);
	}
	assert_string_equal(list, tomb_fixture_pg_value("select string_agg(format('%s %s %s', name, system, label), "
							"', ' order by array_position(array['mms', 'folio', 'alma'], "
							"system), ctid) from record_kind"));
	assert_string_equal("alma_collection, mms_item",
		tomb_fixture_pg_value("select string_agg(name, ', ' order by name) from record_kind where parents <> "
				      "'{}' and not needs_parent"));
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(a_record_is_found_with_its_payloads_by_id_number_and_names),
		IN_A_WORLD(a_name_of_another_kind_or_institution_finds_nothing),
		IN_A_WORLD(the_active_one_goes_before_the_one_that_was_deleted_last),
		IN_A_WORLD(n_30_what_a_deleted_record_said_is_shown_to_admins_only),
		IN_A_WORLD(n_10_a_capture_has_an_asset_whatever_its_status_says),
		IN_A_WORLD(the_ledger_and_the_program_know_the_same_kinds),
	};

	return cmocka_run_group_tests_name("one record", tests, NULL, NULL);
}
