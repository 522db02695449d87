/* Lists, counts, paths and contents of records (records.md 2.1, 2.2). */
#include "pg_fixture.h"
#include "record_raw.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 22, MANY = 16 };

#define ASSERT_TEXT(got, want) assert_true(tomb_str_eq((got), tomb_str_from(want)))

/* Walks the whole list in pages of limit rows and writes the numbers; returns how many.  A count says the same. */
static size_t walk(struct tomb_world *w, const struct tomb_actor *actor, const struct tomb_record_filter *filter,
	int32_t limit, int64_t numbers[static MANY])
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_record_page found = {.next = TOMB_STR("")};
	struct tomb_page page = {.limit = limit};
	int64_t count = 0;
	size_t n = 0;

	do {
		TOMB_OK_OR_FAIL(tomb_record_list(w->registry, actor, filter, &page, &arena, &found, &err));
		assert_true(found.n <= (size_t)limit);
		for (size_t i = 0; i < found.n; i++) {
			assert_true(n < MANY);
			assert_null(found.p[i].marc.bytes.p);
			assert_null(found.p[i].content.p);
			numbers[n++] = found.p[i].number;
		}
		page.after = found.next;
	} while (found.next.n > 0);
	TOMB_OK_OR_FAIL(tomb_record_count(w->registry, actor, filter, &count, &err));
	assert_int_equal(count, n);
	return n;
}

static void assert_list(
	struct tomb_world *w, const struct tomb_record_filter *filter, const struct tomb_uuid *want, size_t nwant)
{
	for (int32_t limit = 1; limit <= (int32_t)nwant + 1; limit++) {
		int64_t got[MANY] = {0};

		assert_int_equal(walk(w, &w->carol, filter, limit, got), nwant);
		for (size_t i = 0; i < nwant; i++)
			assert_int_equal(got[i], record_raw_number(want[i]));
	}
}

#define LISTS(w, filter, ...)                                                                                          \
	assert_list((w), &(struct tomb_record_filter)filter, (const struct tomb_uuid[]){__VA_ARGS__},                  \
		TOMB_COUNTOF(((const struct tomb_uuid[]){__VA_ARGS__})))
#define WHERE(...)                                                                                                     \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}

static int64_t listed(struct tomb_world *w, const struct tomb_actor *actor, const struct tomb_record_filter *filter)
{
	int64_t numbers[MANY] = {0};

	return (int64_t)walk(w, actor, filter, 3, numbers);
}

static void pages_of_any_size_give_each_record_once_and_in_order(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid b = record_raw_add(w->institution, TOMB_RECORD_INSTANCE, NULL, "b");
	struct tomb_uuid a = record_raw_add(w->institution, TOMB_RECORD_ALMA_TITLE, NULL, "a");
	struct tomb_uuid up = record_raw_add(w->institution, TOMB_RECORD_MMS_COLLECTION, NULL, "B");
	struct tomb_uuid in = record_raw_add(w->institution, TOMB_RECORD_MMS_ITEM, &up, "c");
	struct tomb_uuid gone = record_raw_add(w->institution, TOMB_RECORD_INSTANCE, NULL, "gone");

	record_raw_delete(gone);
	(void)record_raw_add(w->other_institution, TOMB_RECORD_INSTANCE, NULL, "another");
	LISTS(w, WHERE(0), b, a, up, in, gone);
	LISTS(w, WHERE(.newest_first = true), gone, in, up, a, b);
	LISTS(w, WHERE(.state = TOMB_STR("deleted")), gone);
	LISTS(w, WHERE(.state = TOMB_STR("active"), .newest_first = true), in, up, a, b);
	LISTS(w, WHERE(.has_kind = true, .kind = TOMB_RECORD_INSTANCE), b, gone);
	LISTS(w, WHERE(.system = TOMB_STR("mms")), up, in);
}

static void records_are_listed_by_the_beginning_of_their_title_in_its_order(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid b = record_raw_add(w->institution, TOMB_RECORD_INSTANCE, NULL, "Maps, b");
	struct tomb_uuid a = record_raw_add(w->institution, TOMB_RECORD_ALMA_TITLE, NULL, "Maps, a");
	struct tomb_uuid twin = record_raw_add(w->institution, TOMB_RECORD_INSTANCE, NULL, "Maps, b");
	struct tomb_uuid item = record_raw_add(w->institution, TOMB_RECORD_MMS_ITEM, NULL, "Maps, c");

	(void)record_raw_add(w->institution, TOMB_RECORD_INSTANCE, NULL, "maps");
	(void)record_raw_add(w->institution, TOMB_RECORD_INSTANCE, NULL, "Map");
	LISTS(w, WHERE(.title = TOMB_STR("Maps")), a, b, twin, item);
	LISTS(w, WHERE(.title = TOMB_STR("Maps"), .newest_first = true), a, b, twin, item);
	LISTS(w, WHERE(.title = TOMB_STR("Maps"), .has_kind = true, .kind = TOMB_RECORD_INSTANCE), b, twin);
	LISTS(w, WHERE(.title = TOMB_STR("Maps, c"), .only_top = true), item);
	assert_int_equal(listed(w, &w->carol, &(struct tomb_record_filter){.title = TOMB_STR("Map%")}), 0);
}

static void titles_that_begin_alike_for_longer_than_the_index_looks_are_all_listed(void **state)
{
	struct tomb_world *w = *state;

	for (int i = 0; i < 3; i++)
		record_raw_set(record_raw_add(w->institution, TOMB_RECORD_INSTANCE, NULL, "t"),
			"title = left('xx' || (select string_agg(md5(g::text), '') from generate_series(1, 124) g) || "
			"number, 4000)");
	assert_int_equal(listed(w, &w->carol, &(struct tomb_record_filter){.title = TOMB_STR("xx")}), 3);
}

static void records_are_listed_in_what_they_are_in(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid top = record_raw_add(w->institution, TOMB_RECORD_MMS_COLLECTION, NULL, "top");
	struct tomb_uuid box = record_raw_add(w->institution, TOMB_RECORD_MMS_CONTAINER, &top, "box");
	struct tomb_uuid item = record_raw_add(w->institution, TOMB_RECORD_MMS_ITEM, &top, "item");
	struct tomb_uuid inner = record_raw_add(w->institution, TOMB_RECORD_MMS_ITEM, &box, "inner");
	struct tomb_uuid alone = record_raw_add(w->institution, TOMB_RECORD_MMS_ITEM, NULL, "alone");

	record_raw_delete(item);
	LISTS(w, WHERE(.has_parent = true, .parent_id = top), box, item);
	LISTS(w, WHERE(.has_parent = true, .parent_id = top, .newest_first = true), item, box);
	LISTS(w, WHERE(.has_parent = true, .parent_id = top, .state = TOMB_STR("active")), box);
	LISTS(w, WHERE(.has_parent = true, .parent_id = top, .has_kind = true, .kind = TOMB_RECORD_MMS_ITEM), item);
	LISTS(w, WHERE(.has_parent = true, .parent_id = box), inner);
	LISTS(w, WHERE(.only_top = true), top, alone);
	LISTS(w, WHERE(.only_top = true, .newest_first = true), alone, top);
	LISTS(w, WHERE(.only_top = true, .has_kind = true, .kind = TOMB_RECORD_MMS_ITEM), alone);
	assert_int_equal(listed(w, &w->mallory, &(struct tomb_record_filter){.has_parent = true, .parent_id = top}), 0);
}

static void records_are_listed_by_what_they_are_called_deleted_ones_too(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid first = record_raw_add(w->institution, TOMB_RECORD_INSTANCE, NULL, "first");
	struct tomb_uuid second = record_raw_add(w->institution, TOMB_RECORD_INSTANCE, NULL, "second");
	struct tomb_uuid title = record_raw_add(w->institution, TOMB_RECORD_ALMA_TITLE, NULL, "title");

	record_raw_set(first, "hrid = 'in1', local_id = '99', barcode = 'b1'");
	record_raw_delete(first);
	record_raw_set(second, "hrid = 'in1', local_id = '99', barcode = 'b1'");
	record_raw_set(title, "hrid = 'in1', local_id = '99'");
	LISTS(w, WHERE(.hrid = TOMB_STR("in1")), first, second, title);
	LISTS(w, WHERE(.local_id = TOMB_STR("99"), .newest_first = true), title, second, first);
	LISTS(w, WHERE(.barcode = TOMB_STR("b1")), first, second);
	LISTS(w, WHERE(.hrid = TOMB_STR("in1"), .barcode = TOMB_STR("b1"), .state = TOMB_STR("active")), second);
	LISTS(w, WHERE(.hrid = TOMB_STR("in1"), .system = TOMB_STR("alma"), .title = TOMB_STR("t")), title);
	assert_int_equal(listed(w, &w->carol, &(struct tomb_record_filter){.hrid = TOMB_STR("in2")}), 0);
	assert_int_equal(listed(w, &w->mallory, &(struct tomb_record_filter){.hrid = TOMB_STR("in1")}), 0);
	assert_int_equal(listed(w, &w->oscar, &(struct tomb_record_filter){.hrid = TOMB_STR("in1")}), 3);
}

static void a_filter_that_makes_no_sense_is_refused(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	const struct {
		struct tomb_record_filter filter;
		enum tomb_code code;
		const char *says;
	} bad[] = {
		{{.state = TOMB_STR("D")}, TOMB_INVAL, "state \"D\" is none of \"active\", \"deleted\""},
		{{.system = TOMB_STR("marc")}, TOMB_INVAL, "system \"marc\" is none of"},
		{{.has_kind = true, .kind = TOMB_RECORD_ITEM, .system = TOMB_STR("alma")}, TOMB_INVAL,
			"of system folio"},
		{{.has_kind = true, .kind = TOMB_RECORD_KIND_MAX}, TOMB_INVAL, "there is no kind"},
		{{.has_parent = true, .only_top = true}, TOMB_INVAL, "not at the top"},
		{{.has_parent = true, .title = TOMB_STR("x")}, TOMB_INVAL, "no order of titles"},
		{{.institution_id = w->other_institution}, TOMB_FORBIDDEN, "is not yours"},
	};
	struct tomb_record_page found = {.n = 77};
	int64_t count = 77;

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		struct tomb_err refusal = {.text = ""};

		assert_int_equal(tomb_record_list(w->registry, &w->carol, &bad[i].filter, &(struct tomb_page){0},
					 &arena, &found, &refusal),
			bad[i].code);
		if (!strstr(refusal.text, bad[i].says))
			fail_msg("\"%s\" does not say \"%s\"", refusal.text, bad[i].says);
		assert_int_equal(
			tomb_record_count(w->registry, &w->carol, &bad[i].filter, &count, &refusal), bad[i].code);
	}
	assert_int_equal(found.n, 77);
	assert_int_equal(count, 77);
}

static void a_record_knows_what_it_is_in_nearest_first(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_uuid top = record_raw_add(w->institution, TOMB_RECORD_MMS_COLLECTION, NULL, "top");
	struct tomb_uuid box = record_raw_add(w->institution, TOMB_RECORD_MMS_CONTAINER, &top, "box");
	struct tomb_uuid item = record_raw_add(w->institution, TOMB_RECORD_MMS_ITEM, &box, "item");
	struct tomb_record *path = NULL;
	struct tomb_err refusal = {.text = ""};
	size_t n = 0;

	TOMB_OK_OR_FAIL(tomb_record_path(w->registry, &w->carol, item, &arena, &path, &n, &err));
	assert_int_equal(n, 2);
	ASSERT_TEXT(path[0].title, "box");
	ASSERT_TEXT(path[1].title, "top");
	TOMB_OK_OR_FAIL(tomb_record_path(w->registry, &w->carol, top, &arena, &path, &n, &err));
	assert_int_equal(n, 0);
	assert_int_equal(tomb_record_path(w->registry, &w->mallory, item, &arena, &path, &n, &refusal), TOMB_NOTFOUND);
}

static void a_record_knows_how_many_are_in_it_at_any_depth(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid top = record_raw_add(w->institution, TOMB_RECORD_MMS_COLLECTION, NULL, "top");
	struct tomb_uuid box = record_raw_add(w->institution, TOMB_RECORD_MMS_CONTAINER, &top, "box");
	struct tomb_uuid item = record_raw_add(w->institution, TOMB_RECORD_MMS_ITEM, &box, "item");
	struct tomb_uuid gone = record_raw_add(w->institution, TOMB_RECORD_MMS_ITEM, &box, "gone");
	struct tomb_record_contents in;
	struct tomb_err refusal = {.text = ""};

	(void)record_raw_add(w->institution, TOMB_RECORD_MMS_CAPTURE, &item, "capture");
	(void)record_raw_add(w->institution, TOMB_RECORD_MMS_CAPTURE, &item, "capture");
	record_raw_delete(gone);
	TOMB_OK_OR_FAIL(tomb_record_contents(w->registry, &w->carol, top, &in, &err));
	assert_int_equal(in.n[TOMB_RECORD_MMS_COLLECTION], 0);
	assert_int_equal(in.n[TOMB_RECORD_MMS_CONTAINER], 1);
	assert_int_equal(in.n[TOMB_RECORD_MMS_ITEM], 1);
	assert_int_equal(in.n[TOMB_RECORD_MMS_CAPTURE], 2);
	assert_int_equal(tomb_record_contents(w->registry, &w->mallory, top, &in, &refusal), TOMB_NOTFOUND);
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(pages_of_any_size_give_each_record_once_and_in_order),
		IN_A_WORLD(records_are_listed_by_the_beginning_of_their_title_in_its_order),
		IN_A_WORLD(titles_that_begin_alike_for_longer_than_the_index_looks_are_all_listed),
		IN_A_WORLD(records_are_listed_in_what_they_are_in),
		IN_A_WORLD(records_are_listed_by_what_they_are_called_deleted_ones_too),
		IN_A_WORLD(a_filter_that_makes_no_sense_is_refused),
		IN_A_WORLD(a_record_knows_what_it_is_in_nearest_first),
		IN_A_WORLD(a_record_knows_how_many_are_in_it_at_any_depth),
	};

	return cmocka_run_group_tests_name("lists of records", tests, NULL, NULL);
}
