/* What a request would take and what stands in its way, before it is made (deletion.md P-04, P-12, P-13; I9). */
#include "tombstone/deletion_preview.h"

#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 22 };

#define ASSERT_TEXT(got, want) assert_true(tomb_str_eq((got), tomb_str_from(want)))

static void look(struct tomb_world *w, const struct tomb_deletion_list *list, struct tomb_arena *arena,
	struct tomb_deletion_preview *out)
{
	TOMB_OK_OR_FAIL(tomb_deletion_preview(w->registry, &w->alice, list, arena, out, &err));
}

static void hold(struct tomb_world *w, int64_t object, int64_t file)
{
	tomb_world_exec("insert into hold (institution_id, object_id, file_id, reason, placed_by) "
			"values (%" PRId64 ", nullif(%" PRId64 ", 0), nullif(%" PRId64 ", 0), 'a test', %" PRId64 ")",
		w->institution, object, file, w->alice.user_id);
}

static void whole_objects_and_single_files_are_counted_together(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t object = tomb_world_object(w, "test.edu/a", 3, 2);
	int64_t file = (tomb_world_object(w, "test.edu/b", 2, 1), tomb_world_file(w, "test.edu/b/data/1"));
	struct tomb_deletion_list list = {.object_ids = {&object, 1}, .file_ids = {&file, 1}};
	struct tomb_deletion_preview p;

	look(w, &list, &arena, &p);
	assert_int_equal(p.objects, 1);
	assert_int_equal(p.files, 4);
	assert_int_equal(
		p.bytes, tomb_world_number("select sum(size_bytes) from generic_file where object_id = %" PRId64
					   " or id = %" PRId64,
				 object, file));
	assert_int_equal(p.impacts.n, 2);
	assert_int_equal(p.impacts.p[0].copies, 4);
	assert_int_equal(p.deleted + p.pending_files + p.held_files + p.lockable_copies + p.eligible_at_us, 0);
	assert_int_equal(p.nages, 0);
	assert_int_equal(p.nobstacles, 0);
}

static void what_others_wait_for_is_counted_in_files(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t whole = tomb_world_object(w, "test.edu/a", 3, 1);
	int64_t partly = tomb_world_object(w, "test.edu/b", 5, 1);
	int64_t ids[] = {whole, partly};
	int64_t file = tomb_world_file(w, "test.edu/b/data/2");
	struct tomb_deletion_list objects = {.object_ids = {ids, 2}, .file_ids = {NULL, 0}};
	struct tomb_deletion_list single = {.object_ids = {NULL, 0}, .file_ids = {&file, 1}};
	struct tomb_deletion_preview p;

	(void)tomb_world_request_object(w, whole);
	(void)tomb_world_request_file(w, file);
	look(w, &objects, &arena, &p);
	assert_int_equal(p.files, 8);
	assert_int_equal(p.pending_files, 4);
	assert_int_equal(p.nobstacles, 1);
	ASSERT_TEXT(p.obstacles[0].rule, "pending");
	look(w, &single, &arena, &p);
	assert_int_equal(p.pending_files, 1);
	file = tomb_world_file(w, "test.edu/a/data/1");
	look(w, &single, &arena, &p);
	assert_int_equal(p.pending_files, 1);
	tomb_world_exec("insert into work_item (institution_id, action, object_identifier, user_email, stage) "
			"values (%" PRId64 ", 'Ingest', 'test.edu/b', 'a@test.edu', 'Receive')",
		w->institution);
	look(w, &objects, &arena, &p);
	assert_int_equal(p.pending_files, 8);
}

static void holds_are_counted_in_files(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t a = tomb_world_object(w, "test.edu/a", 3, 1);
	int64_t b = tomb_world_object(w, "test.edu/b", 5, 1);
	int64_t ids[] = {a, b};
	int64_t file = tomb_world_file(w, "test.edu/b/data/2");
	struct tomb_deletion_list objects = {.object_ids = {ids, 2}, .file_ids = {NULL, 0}};
	struct tomb_deletion_list single = {.object_ids = {NULL, 0}, .file_ids = {&file, 1}};
	struct tomb_deletion_preview p;

	hold(w, a, 0);
	hold(w, 0, file);
	look(w, &objects, &arena, &p);
	assert_int_equal(p.held_files, 4);
	assert_true(p.nobstacles > 0);
	look(w, &single, &arena, &p);
	assert_int_equal(p.held_files, 1);
	hold(w, b, 0);
	look(w, &objects, &arena, &p);
	assert_int_equal(p.held_files, 8);
	tomb_world_exec("update hold set lifted_at = now(), lifted_by = %" PRId64 ", lift_approved_by = %" PRId64,
		w->alice.user_id, w->bob.user_id);
	look(w, &objects, &arena, &p);
	assert_int_equal(p.held_files, 0);
	hold(w, 0, 0);
	look(w, &objects, &arena, &p);
	assert_int_equal(p.held_files, 8);
}

static void copies_that_are_too_young_are_told_apart_by_when_they_are_not(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t month = tomb_world_option(w, "Month", 30);
	int64_t a = tomb_world_object_in(w, w->institution, month, "test.edu/a", 2, 2);
	int64_t b = tomb_world_object_in(w, w->institution, month, "test.edu/b", 3, 1);
	int64_t ids[] = {a, b};
	int64_t file = tomb_world_file(w, "test.edu/a/data/1");
	struct tomb_deletion_list objects = {.object_ids = {ids, 2}, .file_ids = {NULL, 0}};
	struct tomb_deletion_list single = {.object_ids = {NULL, 0}, .file_ids = {&file, 1}};
	struct tomb_deletion_preview p;

	tomb_world_exec("update copy set stored_at = stored_at - interval '10 days' where file_id in (select id from "
			"generic_file where object_id = %" PRId64 ")",
		b);
	look(w, &objects, &arena, &p);
	assert_int_equal(p.nages, 2);
	ASSERT_TEXT(p.ages[0].storage_option, "Month");
	assert_int_equal(p.ages[0].copies, 3);
	assert_int_equal(p.ages[1].copies, 4);
	assert_true(p.ages[0].eligible_at_us < p.ages[1].eligible_at_us);
	assert_int_equal(p.eligible_at_us, p.ages[1].eligible_at_us);
	assert_int_equal(p.nobstacles, 1);
	assert_int_equal(p.obstacles[0].eligible_at_us, p.eligible_at_us);
	look(w, &single, &arena, &p);
	assert_int_equal(p.nages, 1);
	assert_int_equal(p.ages[0].copies, 2);
	tomb_world_exec("update copy set stored_at = stored_at - interval '40 days'");
	look(w, &objects, &arena, &p);
	assert_int_equal(p.nages + (size_t)p.eligible_at_us + p.nobstacles, 0);
}

static void copies_where_a_store_can_lock_them_are_counted(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t object = tomb_world_object(w, "test.edu/a", 2, 2);
	int64_t file = tomb_world_file(w, "test.edu/a/data/1");
	struct tomb_deletion_list objects = {.object_ids = {&object, 1}};
	struct tomb_deletion_list single = {.object_ids = {NULL, 0}, .file_ids = {&file, 1}};
	struct tomb_deletion_preview p;

	tomb_world_exec("insert into backend_probe (backend_id, by, place, is_reachable, object_lock, was_examined) "
			"select id, 'a test', '', true, name = 'local-2', false from storage_backend");
	look(w, &objects, &arena, &p);
	assert_int_equal(p.lockable_copies, 2);
	look(w, &single, &arena, &p);
	assert_int_equal(p.lockable_copies, 1);
}

static void a_preview_is_for_who_may_ask_and_of_what_is_there(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t object = tomb_world_object(w, "test.edu/a", 1, 1);
	int64_t twice[] = {object, object};
	struct tomb_deletion_list list = {.object_ids = {&object, 1}};
	struct tomb_deletion_list repeated = {.object_ids = {twice, 2}, .file_ids = {NULL, 0}};
	struct tomb_deletion_list nothing = {.object_ids = {NULL, 0}, .file_ids = {NULL, 0}};
	struct tomb_deletion_preview p;
	struct tomb_err err;

	assert_int_equal(tomb_deletion_preview(w->registry, &w->carol, &list, &arena, &p, &err), TOMB_FORBIDDEN);
	assert_int_equal(tomb_deletion_preview(w->registry, &w->mallory, &list, &arena, &p, &err), TOMB_NOTFOUND);
	assert_int_equal(tomb_deletion_preview(w->registry, &w->alice, &repeated, &arena, &p, &err), TOMB_INVAL);
	assert_int_equal(tomb_deletion_preview(w->registry, &w->alice, &nothing, &arena, &p, &err), TOMB_INVAL);
	(void)tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_work(w);
	look(w, &list, &arena, &p);
	assert_int_equal(p.deleted, 1);
	assert_int_equal(p.files, 0);
	ASSERT_TEXT(p.obstacles[0].rule, "deleted");
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(whole_objects_and_single_files_are_counted_together),
		IN_A_WORLD(what_others_wait_for_is_counted_in_files),
		IN_A_WORLD(holds_are_counted_in_files),
		IN_A_WORLD(copies_that_are_too_young_are_told_apart_by_when_they_are_not),
		IN_A_WORLD(copies_where_a_store_can_lock_them_are_counted),
		IN_A_WORLD(a_preview_is_for_who_may_ask_and_of_what_is_there),
	};
	return cmocka_run_group_tests_name("previews of deletions", tests, NULL, NULL);
}
