/* Records created and changed: form, names, places, versions, ties (records.md 2.1, 2.2 R5, R6). */
#include "marc_text.h"
#include "record_box.h"
#include "tombstone/record_write.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 22 };

#define ASSERT_TEXT(got, want) assert_true(tomb_str_eq((got), tomb_str_from(want)))

#define REFUSED_AS(expr, code, says)                                                                                   \
	do {                                                                                                           \
		struct tomb_err err = {.text = ""};                                                                    \
		assert_int_equal((expr), (code));                                                                      \
		if (!strstr(err.text, (says)))                                                                         \
			fail_msg("\"%s\" does not say \"%s\"", err.text, (says));                                      \
	} while (0)

static struct tomb_record_written make(struct tomb_world *w, struct tomb_record_given given)
{
	struct tomb_record_written done = {0};

	TOMB_OK_OR_FAIL(tomb_record_create(w->registry, &w->alice, &given, &done, &err));
	record_box_check();
	return done;
}

static struct tomb_record show(struct tomb_world *w, struct tomb_uuid id, struct tomb_arena *arena)
{
	struct tomb_record r = {0};

	TOMB_OK_OR_FAIL(
		tomb_record_find(w->registry, &w->alice, &(struct tomb_record_name){.id = id}, arena, &r, &err));
	return r;
}

static int64_t audited(const char *verb)
{
	return tomb_world_number("select count(*) from audit_entry where verb = '%s'", verb);
}

static void a_marc_record_brings_title_and_hrid(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_record_written done = make(w, (struct tomb_record_given){
							  .kind = TOMB_RECORD_INSTANCE,
							  .marc = marc_text('n', 'a', "in7", "Herons"),
						  });
	struct tomb_record r = show(w, done.id, &arena);

	assert_true(done.is_new);
	assert_int_equal(done.version, 1);
	assert_int_equal(done.number, r.number);
	ASSERT_TEXT(r.title, "Herons");
	ASSERT_TEXT(r.hrid, "in7");
	ASSERT_TEXT(r.source, "MARC");
	ASSERT_TEXT(r.marc.form, "iso2709");
	ASSERT_TEXT(r.created_by, "alice@test.edu");
	assert_int_equal(r.institution_id, w->institution);
	assert_int_equal(r.marc.bytes.p[r.marc.leader_at + 5], 'n');
	assert_memory_equal(r.marc.bytes.p + r.marc.at_005, "20200102030405.0", 16);
	assert_int_equal(audited("create record"), 1);
}

static void almas_mms_id_is_field_001(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_record_written done = make(w, (struct tomb_record_given){
							  .kind = TOMB_RECORD_ALMA_TITLE,
							  .marc = marc_text('c', 'a', "991", "Herons"),
						  });

	ASSERT_TEXT(show(w, done.id, &arena).local_id, "991");
}

static void mods_brings_the_title(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_record_written done = make(
		w, (struct tomb_record_given){
			   .kind = TOMB_RECORD_MMS_COLLECTION,
			   .mods = TOMB_STR("<mods xmlns=\"http://www.loc.gov/mods/v3\"><titleInfo><title>Maps"
					    "</title></titleInfo></mods>"),
		   });
	struct tomb_record r = show(w, done.id, &arena);

	ASSERT_TEXT(r.title, "Maps");
	ASSERT_TEXT(r.source, "MODS");
	assert_true(r.mods.n > 0);
}

static void what_breaks_a_rule_of_form_is_refused(void **state)
{
	struct tomb_world *w = *state;
	static const bool yes = true;
	static const bool no = false;
	static const struct tomb_str id = {"a", 1};
	static const struct tomb_strs ids = {&id, 1};
	struct tomb_record_given bad[] = {
		{.kind = TOMB_RECORD_INSTANCE},
		{.kind = TOMB_RECORD_INSTANCE, .title = TOMB_STR("two\nlines")},
		{.kind = TOMB_RECORD_INSTANCE, .title = TOMB_STR("t"), .content = TOMB_STR("[]")},
		{.kind = TOMB_RECORD_INSTANCE, .title = TOMB_STR("t"), .content = TOMB_STR("{")},
		{.kind = TOMB_RECORD_INSTANCE, .title = TOMB_STR("t"), .rights = TOMB_STR("{\"name\":\"x\"}")},
		{.kind = TOMB_RECORD_INSTANCE, .title = TOMB_STR("t"), .source = TOMB_STR("DC")},
		{.kind = TOMB_RECORD_INSTANCE, .title = TOMB_STR("t"), .marc = TOMB_STR("nothing")},
		{.kind = TOMB_RECORD_INSTANCE, .title = TOMB_STR("t"), .mods = TOMB_STR("<mods/>")},
		{.kind = TOMB_RECORD_INSTANCE, .title = TOMB_STR("t"), .deleted = &yes, .staff_suppress = &no},
		{.kind = TOMB_RECORD_INSTANCE, .title = TOMB_STR("t"), .capture_ids = &ids},
		{.kind = TOMB_RECORD_MMS_ITEM, .title = TOMB_STR("t"), .work_order = TOMB_STR("Lost")},
		{.kind = TOMB_RECORD_INSTANCE, .institution_id = 999999, .title = TOMB_STR("t")},
	};
	const char *says[] = {"has a title", "one line", "object", "JSON", "kind", "MARC, FOLIO, MODS, NONE", "MARC",
		"has no MODS", "neither flag can be false", "only captures", "Draft, Submitted or Completed",
		"only an operator"};
	enum tomb_code codes[] = {TOMB_INVAL, TOMB_INVAL, TOMB_INVAL, TOMB_INVAL, TOMB_INVAL, TOMB_INVAL, TOMB_INVAL,
		TOMB_INVAL, TOMB_INVAL, TOMB_INVAL, TOMB_INVAL, TOMB_FORBIDDEN};
	struct tomb_record_written done = {.version = 77};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++)
		REFUSED_AS(tomb_record_create(w->registry, &w->alice, &bad[i], &done, &err), codes[i], says[i]);
	bad[0].marc = marc_text('n', 'z', "1", "A heading");
	REFUSED_AS(tomb_record_create(w->registry, &w->alice, &bad[0], &done, &err), TOMB_INVAL, "leader/06");
	assert_int_equal(done.version, 77);
	assert_int_equal(tomb_world_number("select count(*) from record"), 0);
}

static void a_name_that_is_taken_is_refused_and_free_again_after_a_deletion(void **state)
{
	struct tomb_world *w = *state;
	const struct tomb_record_given first = {.kind = TOMB_RECORD_INSTANCE,
		.title = TOMB_STR("t"),
		.hrid = TOMB_STR("in1"),
		.local_id = TOMB_STR("9"),
		.barcode = TOMB_STR("b")};
	struct tomb_record_given again = {.kind = TOMB_RECORD_INSTANCE, .title = TOMB_STR("t")};
	struct tomb_record_written made = make(w, first);
	struct tomb_record_written done = {0};

	again.hrid = first.hrid;
	REFUSED_AS(tomb_record_create(w->registry, &w->alice, &again, &done, &err), TOMB_CONFLICT,
		"\"in1\": there is a record of this kind with this HRID");
	again.hrid = (struct tomb_str){NULL, 0};
	again.marc = marc_text('n', 'a', "in1", "t");
	REFUSED_AS(tomb_record_create(w->registry, &w->alice, &again, &done, &err), TOMB_CONFLICT, "\"in1\": ");
	again.marc = (struct tomb_str){NULL, 0};
	again.local_id = first.local_id;
	REFUSED_AS(tomb_record_create(w->registry, &w->alice, &again, &done, &err), TOMB_CONFLICT,
		"\"9\": there is a record of this kind with this id in its system");
	again.local_id = (struct tomb_str){NULL, 0};
	again.barcode = first.barcode;
	REFUSED_AS(tomb_record_create(w->registry, &w->alice, &again, &done, &err), TOMB_CONFLICT,
		"\"b\": there is a record with this barcode");
	again = first;
	again.has_id = true;
	again.id = made.id;
	again.hrid = again.local_id = again.barcode = (struct tomb_str){NULL, 0};
	REFUSED_AS(tomb_record_create(w->registry, &w->alice, &again, &done, &err), TOMB_CONFLICT, "with this id");
	(void)record_box_delete(w, made.id, TOMB_RECORD_SELF);
	(void)make(w, first);
}

static void a_record_is_put_only_where_its_kind_belongs(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid instance = record_box_new("instance", NULL, "An instance");
	struct tomb_uuid gone = record_box_new("instance", NULL, "Gone");
	struct tomb_record_given given = {.kind = TOMB_RECORD_HOLDINGS};
	struct tomb_record_written done = {0};
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);

	(void)record_box_delete(w, gone, TOMB_RECORD_SELF);
	REFUSED_AS(tomb_record_create(w->registry, &w->alice, &given, &done, &err), TOMB_INVAL, "has a title");
	given.title = TOMB_STR("h");
	REFUSED_AS(tomb_record_create(w->registry, &w->alice, &given, &done, &err), TOMB_UNPROCESSABLE,
		"is in one of kind instance");
	given.has_parent = true;
	given.parent_id.b[0] = 1;
	REFUSED_AS(
		tomb_record_create(w->registry, &w->alice, &given, &done, &err), TOMB_NOTFOUND, "could hold another");
	given.parent_id = gone;
	REFUSED_AS(tomb_record_create(w->registry, &w->alice, &given, &done, &err), TOMB_CONFLICT, "is deleted");
	given.parent_id = instance;
	given.title = (struct tomb_str){NULL, 0};
	done = make(w, given);
	ASSERT_TEXT(show(w, done.id, &arena).title, "An instance");
	given.kind = TOMB_RECORD_ITEM;
	REFUSED_AS(tomb_record_create(w->registry, &w->alice, &given, &done, &err), TOMB_UNPROCESSABLE,
		"cannot be in one of kind instance");
	given.institution_id = w->other_institution;
	REFUSED_AS(
		tomb_record_create(w->registry, &w->oscar, &given, &done, &err), TOMB_NOTFOUND, "could hold another");
}

static void containers_move_but_never_into_themselves(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_uuid top = record_box_new("mms_collection", NULL, "top");
	struct tomb_uuid outer = record_box_new("mms_container", &top, "outer");
	struct tomb_uuid inner = record_box_new("mms_container", &outer, "inner");
	struct tomb_uuid item = record_box_new("mms_item", &inner, "item");
	struct tomb_record_given given = {.has_parent = true, .parent_id = inner};
	struct tomb_record_written done = {0};

	REFUSED_AS(tomb_record_update(w->registry, &w->alice, outer, 0, &given, &done, &err), TOMB_CONFLICT,
		"cannot be put into itself");
	given.parent_id = outer;
	REFUSED_AS(tomb_record_update(w->registry, &w->alice, outer, 0, &given, &done, &err), TOMB_CONFLICT,
		"cannot be put into itself");
	given.parent_id = top;
	TOMB_OK_OR_FAIL(tomb_record_update(w->registry, &w->alice, inner, 0, &given, &done, &err));
	assert_true(tomb_uuid_eq(show(w, inner, &arena).parent_id, top));
	given.parent_id = (struct tomb_uuid){{0}};
	TOMB_OK_OR_FAIL(tomb_record_update(w->registry, &w->alice, item, 0, &given, &done, &err));
	assert_false(show(w, item, &arena).has_parent);
	REFUSED_AS(tomb_record_update(w->registry, &w->alice, inner, 0, &given, &done, &err), TOMB_UNPROCESSABLE,
		"is in one of kind");
	assert_int_equal(audited("change record"), 2);
}

static void records_are_nested_only_so_deep(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid in = record_box_new("mms_collection", NULL, "top");
	struct tomb_record_given given = {
		.kind = TOMB_RECORD_MMS_CONTAINER, .title = TOMB_STR("c"), .has_parent = true};
	struct tomb_record_written done = {0};

	for (int i = 1; i < 32; i++) {
		given.parent_id = in;
		TOMB_OK_OR_FAIL(tomb_record_create(w->registry, &w->alice, &given, &done, &err));
		in = done.id;
	}
	given.parent_id = in;
	TOMB_OK_OR_FAIL(tomb_record_create(w->registry, &w->alice, &given, &done, &err));
	given.parent_id = done.id;
	REFUSED_AS(tomb_record_create(w->registry, &w->alice, &given, &done, &err), TOMB_CONFLICT, "at most 32 deep");
}

static void r6_a_change_made_from_another_version_is_refused(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = record_box_new("instance", NULL, "t");
	const struct tomb_record_given given = {.title = TOMB_STR("u")};
	struct tomb_record_written done = {0};

	TOMB_OK_OR_FAIL(tomb_record_update(w->registry, &w->alice, id, 1, &given, &done, &err));
	assert_int_equal(done.version, 2);
	assert_false(done.is_new);
	REFUSED_AS(tomb_record_update(w->registry, &w->alice, id, 1, &given, &done, &err), TOMB_PRECONDITION,
		"has version 2, not 1");
	TOMB_OK_OR_FAIL(tomb_record_update(w->registry, &w->alice, id, 0, &given, &done, &err));
	assert_int_equal(done.version, 3);
}

static void a_change_touches_what_is_given_and_nothing_else(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	static const bool yes = true;
	const struct tomb_record_written made = make(
		w, (struct tomb_record_given){.kind = TOMB_RECORD_INSTANCE,
			   .marc = marc_text('n', 'a', "in1", "Herons"),
			   .content = TOMB_STR("{\"a\":1}"),
			   .rights = TOMB_STR("{\"name\":\"r\",\"kind\":\"local\"}")});
	struct tomb_record_written done = {0};
	struct tomb_record r;

	TOMB_OK_OR_FAIL(tomb_record_update(w->registry, &w->alice, made.id, 1,
		&(struct tomb_record_given){.barcode = TOMB_STR("b"), .discovery_suppress = &yes}, &done, &err));
	r = show(w, made.id, &arena);
	ASSERT_TEXT(r.barcode, "b");
	ASSERT_TEXT(r.hrid, "in1");
	ASSERT_TEXT(r.title, "Herons");
	ASSERT_TEXT(r.content, "{\"a\": 1}");
	assert_true(r.rights.n > 0);
	assert_true(r.discovery_suppress);
	assert_false(r.staff_suppress);
	assert_true(r.marc.bytes.n > 0);
	TOMB_OK_OR_FAIL(tomb_record_update(w->registry, &w->alice, made.id, 2,
		&(struct tomb_record_given){.rights = TOMB_STR(""), .marc = marc_text('c', 'a', "in1", "Egrets")},
		&done, &err));
	r = show(w, made.id, &arena);
	ASSERT_TEXT(r.title, "Egrets");
	assert_int_equal(r.rights.n, 0);
	assert_int_equal(r.marc.bytes.p[r.marc.leader_at + 5], 'c');
	TOMB_OK_OR_FAIL(tomb_record_update(w->registry, &w->alice, made.id, 3,
		&(struct tomb_record_given){.kind = TOMB_RECORD_ITEM}, &done, &err));
	assert_int_equal(done.version, 3);
	record_box_check();
}

static void i9_another_institutions_records_are_not_there_to_change(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = record_box_new("instance", NULL, "t");
	const struct tomb_record_given given = {.title = TOMB_STR("u")};
	const struct tomb_record_given with_asset = {
		.asset_object_id = tomb_world_object_in(w, w->other_institution, w->standard, "other.edu/a", 0, 0)};
	struct tomb_record_written done = {0};

	REFUSED_AS(tomb_record_update(w->registry, &w->mallory, id, 0, &given, &done, &err), TOMB_NOTFOUND,
		"there is no record");
	REFUSED_AS(tomb_record_update(w->registry, &w->carol, id, 0, &given, &done, &err), TOMB_FORBIDDEN,
		"create and change records");
	REFUSED_AS(tomb_record_update(w->registry, &w->alice, id, 0, &with_asset, &done, &err), TOMB_NOTFOUND,
		"there is no object");
	TOMB_OK_OR_FAIL(tomb_record_update(w->registry, &w->oscar, id, 0, &given, &done, &err));
}

static void an_asset_is_tied_to_a_record_and_taken_away(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_uuid id = record_box_new("mms_item", NULL, "t");
	int64_t object = tomb_world_object(w, "test.edu/a", 1, 1);
	struct tomb_record_given given = {
		.asset_object_id = object, .asset_file_id = tomb_world_file(w, "test.edu/a/data/1")};
	struct tomb_record_written done = {0};

	TOMB_OK_OR_FAIL(tomb_record_update(w->registry, &w->alice, id, 0, &given, &done, &err));
	assert_int_equal(show(w, id, &arena).asset_object_id, object);
	assert_int_equal(show(w, id, &arena).asset_file_id, given.asset_file_id);
	given = (struct tomb_record_given){.asset_object_id = -1};
	TOMB_OK_OR_FAIL(tomb_record_update(w->registry, &w->alice, id, 0, &given, &done, &err));
	assert_int_equal(show(w, id, &arena).asset_object_id, 0);
	assert_int_not_equal(show(w, id, &arena).asset_file_id, 0);
}

static void records_are_tied_and_untied(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid title = record_box_new("alma_title", NULL, "t");
	struct tomb_uuid other = record_box_new("alma_title", NULL, "o");
	struct tomb_uuid collection = record_box_new("alma_collection", NULL, "c");
	const struct tomb_str member = TOMB_STR("member_of");

	TOMB_OK_OR_FAIL(tomb_record_link_add(w->registry, &w->alice, title, collection, member, &err));
	TOMB_OK_OR_FAIL(tomb_record_link_add(w->registry, &w->alice, title, collection, member, &err));
	assert_int_equal(tomb_world_number("select count(*) from record_link"), 1);
	assert_int_equal(audited("tie record"), 1);
	REFUSED_AS(tomb_record_link_add(w->registry, &w->alice, title, other, member, &err), TOMB_UNPROCESSABLE,
		"titles are member_of collections");
	REFUSED_AS(tomb_record_link_add(w->registry, &w->mallory, title, collection, member, &err), TOMB_NOTFOUND,
		"not there");
	TOMB_OK_OR_FAIL(tomb_record_link_remove(w->registry, &w->alice, title, collection, member, &err));
	REFUSED_AS(tomb_record_link_remove(w->registry, &w->alice, title, collection, member, &err), TOMB_NOTFOUND,
		"not tied");
	(void)record_box_delete(w, title, TOMB_RECORD_SELF);
	REFUSED_AS(tomb_record_link_add(w->registry, &w->alice, title, collection, member, &err), TOMB_CONFLICT,
		"is deleted");
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(a_marc_record_brings_title_and_hrid),
		IN_A_WORLD(almas_mms_id_is_field_001),
		IN_A_WORLD(mods_brings_the_title),
		IN_A_WORLD(what_breaks_a_rule_of_form_is_refused),
		IN_A_WORLD(a_name_that_is_taken_is_refused_and_free_again_after_a_deletion),
		IN_A_WORLD(a_record_is_put_only_where_its_kind_belongs),
		IN_A_WORLD(containers_move_but_never_into_themselves),
		IN_A_WORLD(records_are_nested_only_so_deep),
		IN_A_WORLD(r6_a_change_made_from_another_version_is_refused),
		IN_A_WORLD(a_change_touches_what_is_given_and_nothing_else),
		IN_A_WORLD(i9_another_institutions_records_are_not_there_to_change),
		IN_A_WORLD(an_asset_is_tied_to_a_record_and_taken_away),
		IN_A_WORLD(records_are_tied_and_untied),
	};

	return cmocka_run_group_tests_name("records written", tests, NULL, NULL);
}
