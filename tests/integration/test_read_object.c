/* Lists and details of objects (deletion.md P-13, P-16). */
#include "pg_fixture.h"
#include "tombstone/object.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 22 };

#define ASSERT_TEXT(got, want) assert_true(tomb_str_eq((got), tomb_str_from(want)))

static void exec(const char *fmt, ...) TOMB_PRINTF(1, 2);
static void exec(const char *fmt, ...)
{
	char sql[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(sql, sizeof sql, fmt, ap);
	va_end(ap);
	tomb_fixture_pg_exec(sql);
}

/* Walks the whole list in pages of limit rows and writes the ids; returns how many. */
static size_t walk(struct tomb_world *w, const struct tomb_object_filter *filter, int32_t limit, int64_t *ids)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_object_page found = {.next = TOMB_STR("")};
	struct tomb_page page = {.limit = limit};
	size_t n = 0;

	do {
		TOMB_OK_OR_FAIL(tomb_object_list(w->registry, &w->alice, filter, &page, &arena, &found, &err));
		assert_true(found.n <= (size_t)limit);
		for (size_t i = 0; i < found.n; i++)
			ids[n++] = found.p[i].id;
		page.after = found.next;
	} while (found.next.n > 0);
	return n;
}

static void pages_of_any_size_give_each_object_once_and_in_order(void **state)
{
	struct tomb_world *w = *state;
	const struct tomb_object_filter by_id = {0};
	const struct tomb_object_filter newest = {.newest_first = true};
	const struct tomb_object_filter by_name = {.by_name = true};
	int64_t made[5] = {0};
	int64_t ids[16] = {0};

	made[0] = tomb_world_object(w, "test.edu/b", 1, 1);
	made[1] = tomb_world_object(w, "test.edu/a", 0, 0);
	made[2] = tomb_world_object(w, "test.edu/d", 0, 0);
	made[3] = tomb_world_object(w, "test.edu/B", 0, 0);
	made[4] = tomb_world_object(w, "test.edu/c", 0, 0);
	exec("update intellectual_object set state = 'D' where id = %" PRId64, made[2]);
	(void)tomb_world_object_in(w, w->other_institution, w->standard, "other.edu/a", 0, 0);
	for (int32_t limit = 1; limit <= 6; limit++) {
		static const size_t names[] = {3, 1, 0, 4, 2};

		assert_int_equal(walk(w, &by_id, limit, ids), 5);
		for (size_t i = 0; i < 5; i++)
			assert_int_equal(ids[i], made[i]);
		assert_int_equal(walk(w, &newest, limit, ids), 5);
		for (size_t i = 0; i < 5; i++)
			assert_int_equal(ids[i], made[4 - i]);
		assert_int_equal(walk(w, &by_name, limit, ids), 5);
		for (size_t i = 0; i < 5; i++)
			assert_int_equal(ids[i], made[names[i]]);
	}
}

static void a_list_is_filtered_by_state_and_prefix(void **state)
{
	struct tomb_world *w = *state;
	int64_t deleted = tomb_world_object(w, "test.edu/photos-1", 0, 0);
	int64_t active = tomb_world_object(w, "test.edu/photos-2", 0, 0);
	int64_t ids[16] = {0};

	(void)tomb_world_object(w, "test.edu/photo", 0, 0);
	(void)tomb_world_object(w, "test.edu/maps", 0, 0);
	exec("update intellectual_object set state = 'D' where id = %" PRId64, deleted);
	assert_int_equal(walk(w, &(struct tomb_object_filter){.prefix = TOMB_STR("test.edu/photos-")}, 1, ids), 2);
	assert_int_equal(ids[0], deleted);
	assert_int_equal(ids[1], active);
	assert_int_equal(walk(w, &(struct tomb_object_filter){.state = TOMB_STR("D")}, 9, ids), 1);
	assert_int_equal(ids[0], deleted);
	assert_int_equal(walk(w, &(struct tomb_object_filter){.state = TOMB_STR("A")}, 9, ids), 3);
	assert_int_equal(
		walk(w, &(struct tomb_object_filter){.state = TOMB_STR("A"), .prefix = TOMB_STR("test.edu/photo")}, 1,
			ids),
		2);
	assert_int_equal(walk(w, &(struct tomb_object_filter){.prefix = TOMB_STR("%")}, 9, ids), 0);
	assert_int_equal(walk(w, &(struct tomb_object_filter){.prefix = TOMB_STR("test.edu/photo_")}, 9, ids), 0);
}

static void a_row_that_appears_or_changes_between_two_pages_neither_repeats_nor_hides_one(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	const struct tomb_object_filter newest = {.newest_first = true};
	struct tomb_object_page found = {.next = TOMB_STR("")};
	struct tomb_page page = {.limit = 2};
	int64_t made[4] = {0};

	for (int i = 0; i < 4; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "test.edu/%d", i);
		made[i] = tomb_world_object(w, name, 0, 0);
	}
	TOMB_OK_OR_FAIL(tomb_object_list(w->registry, &w->alice, &newest, &page, &arena, &found, &err));
	assert_int_equal(found.p[1].id, made[2]);
	(void)tomb_world_object(w, "test.edu/new", 0, 0);
	exec("update intellectual_object set state = 'D' where id = %" PRId64, made[2]);
	page.after = found.next;
	TOMB_OK_OR_FAIL(tomb_object_list(w->registry, &w->alice, &newest, &page, &arena, &found, &err));
	assert_int_equal(found.n, 2);
	assert_int_equal(found.p[0].id, made[1]);
	assert_int_equal(found.p[1].id, made[0]);
	assert_int_equal(found.next.n, 0);
}

static void a_page_may_be_reached_by_its_number_within_limits(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	const struct tomb_object_filter all = {0};
	struct tomb_object_page found = {.next = TOMB_STR("")};
	struct tomb_err refusal = {.text = ""};
	int64_t second = 0;
	int64_t count = 0;

	(void)tomb_world_object(w, "test.edu/1", 0, 0);
	second = tomb_world_object(w, "test.edu/2", 0, 0);
	TOMB_OK_OR_FAIL(tomb_object_list(
		w->registry, &w->alice, &all, &(struct tomb_page){.limit = 1, .skip = 1}, &arena, &found, &err));
	assert_int_equal(found.n, 1);
	assert_int_equal(found.p[0].id, second);
	assert_int_equal(found.next.n, 0);
	TOMB_OK_OR_FAIL(tomb_object_list(
		w->registry, &w->alice, &all, &(struct tomb_page){.limit = 1, .skip = 7}, &arena, &found, &err));
	assert_int_equal(found.n, 0);
	TOMB_OK_OR_FAIL(tomb_object_count(w->registry, &w->alice, &all, &count, &err));
	assert_int_equal(count, 2);
	assert_int_equal(tomb_object_list(w->registry, &w->alice, &all, &(struct tomb_page){.skip = TOMB_COUNT_MAX + 1},
				 &arena, &found, &refusal),
		TOMB_INVAL);
}

static void a_page_or_filter_that_makes_no_sense_is_refused(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	static const struct {
		struct tomb_object_filter filter;
		struct tomb_page page;
		const char *says;
	} bad[] = {
		{.page = {.limit = -1}, .says = "1 to 1000 rows"},
		{.page = {.limit = 1001}, .says = "1 to 1000 rows"},
		{.page = {.after = {"0", 1}}, .says = "not where a page"},
		{.page = {.after = {"-1", 2}}, .says = "not where a page"},
		{.page = {.after = {"9223372036854775808", 19}}, .says = "not where a page"},
		{.page = {.after = {"1 or 1=1", 8}}, .says = "not where a page"},
		{.filter = {.state = {"X", 1}}, .says = "state \"X\" is none of \"A\", \"D\""},
	};
	struct tomb_world *w = *state;
	struct tomb_object_page found = {.n = 77};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		struct tomb_err refusal = {.text = ""};

		assert_int_equal(tomb_object_list(w->registry, &w->alice, &bad[i].filter, &bad[i].page, &arena, &found,
					 &refusal),
			TOMB_INVAL);
		if (!strstr(refusal.text, bad[i].says))
			fail_msg("\"%s\" does not say \"%s\"", refusal.text, bad[i].says);
		assert_int_equal(found.n, 77);
	}
}

static void an_object_is_found_by_id_and_by_identifier_with_what_it_holds(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	int64_t id = tomb_world_object(w, "test.edu/bag", 3, 1);
	struct tomb_object found;

	TOMB_OK_OR_FAIL(tomb_object_find(w->registry, &w->carol, id, TOMB_STR(""), &arena, &found, &err));
	ASSERT_TEXT(found.identifier, "test.edu/bag");
	ASSERT_TEXT(found.institution, "test.edu");
	ASSERT_TEXT(found.storage_option, "Standard");
	assert_false(found.is_deleted);
	assert_int_equal(found.active_files, 3);
	assert_int_equal(found.active_bytes, 192);
	assert_int_equal(found.deleted_files, 0);
	TOMB_OK_OR_FAIL(tomb_object_find(w->registry, &w->carol, 0, TOMB_STR("test.edu/bag"), &arena, &found, &err));
	assert_int_equal(found.id, id);
}

static void p16_a_deleted_object_stays_readable_and_says_how_it_ended(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	int64_t id = tomb_world_object(w, "test.edu/bag", 3, 1);
	int64_t request = tomb_world_request_object(w, id);
	struct tomb_pending pending;
	struct tomb_object found;
	int64_t deletion = 0;

	TOMB_OK_OR_FAIL(tomb_object_pending(w->registry, &w->alice, id, &arena, &pending, &err));
	assert_int_equal(pending.open_request_id, request);
	assert_int_equal(pending.work_item_id, 0);
	assert_int_equal(pending.nobstacles, 1);
	ASSERT_TEXT(pending.obstacles[0].rule, "pending");
	deletion = tomb_world_approve(w, request);
	TOMB_OK_OR_FAIL(tomb_object_pending(w->registry, &w->alice, id, &arena, &pending, &err));
	assert_int_not_equal(pending.work_item_id, 0);
	tomb_world_work(w);
	TOMB_OK_OR_FAIL(tomb_object_find(w->registry, &w->alice, id, TOMB_STR(""), &arena, &found, &err));
	assert_true(found.is_deleted);
	assert_int_equal(found.active_files, 0);
	assert_int_equal(found.deleted_files, 3);
	TOMB_OK_OR_FAIL(tomb_object_pending(w->registry, &w->alice, id, &arena, &pending, &err));
	assert_int_equal(pending.open_request_id, 0);
	assert_int_equal(pending.work_item_id, 0);
	assert_int_equal(pending.deletion_id, deletion);
	assert_int_equal(pending.deletion_request_id, request);
	assert_true(pending.deleted_at_us > 0);
	ASSERT_TEXT(pending.obstacles[0].rule, "deleted");
}

static void p13_an_object_that_is_too_young_says_from_which_day_on_it_may_be_deleted(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	int64_t glacier = tomb_world_option(w, "Glacier-OH", 90);
	int64_t id = tomb_world_object_in(w, w->institution, glacier, "test.edu/bag", 1, 1);
	struct tomb_pending pending;

	TOMB_OK_OR_FAIL(tomb_object_pending(w->registry, &w->alice, id, &arena, &pending, &err));
	assert_int_equal(pending.nobstacles, 1);
	ASSERT_TEXT(pending.obstacles[0].rule, "young");
	assert_int_equal(pending.obstacles[0].eligible_at_us,
		tomb_fixture_pg_number("select (extract(epoch from retention_until(stored_at, 90)) * 1000000)::bigint "
				       "from copy"));
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(pages_of_any_size_give_each_object_once_and_in_order),
		IN_A_WORLD(a_list_is_filtered_by_state_and_prefix),
		IN_A_WORLD(a_row_that_appears_or_changes_between_two_pages_neither_repeats_nor_hides_one),
		IN_A_WORLD(a_page_may_be_reached_by_its_number_within_limits),
		IN_A_WORLD(a_page_or_filter_that_makes_no_sense_is_refused),
		IN_A_WORLD(an_object_is_found_by_id_and_by_identifier_with_what_it_holds),
		IN_A_WORLD(p16_a_deleted_object_stays_readable_and_says_how_it_ended),
		IN_A_WORLD(p13_an_object_that_is_too_young_says_from_which_day_on_it_may_be_deleted),
	};
	return cmocka_run_group_tests_name("reading objects", tests, NULL, NULL);
}
