/* Deletion requests and work items as people see them (deletion.md P-08, P-10, P-11, P-17, X-05). */
#include "pg_fixture.h"
#include "tombstone/deletion_view.h"
#include "tombstone/work_item.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 22 };

#define ASSERT_TEXT(got, want) assert_true(tomb_str_eq((got), tomb_str_from(want)))

static struct tomb_deletion_view find(struct tomb_world *w, int64_t request, struct tomb_arena *arena)
{
	struct tomb_deletion_view view = {.id = 0};

	TOMB_OK_OR_FAIL(tomb_deletion_view_find(w->registry, &w->carol, request, arena, &view, &err));
	return view;
}

static void p11_a_request_shows_who_asked_who_decided_and_when(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 3, 2);
	int64_t request = tomb_world_request_object(w, object);
	struct tomb_deletion_view view = find(w, request, &arena);
	int64_t deletion = 0;

	ASSERT_TEXT(view.state, "open");
	ASSERT_TEXT(view.state_text, "Awaiting approval");
	ASSERT_TEXT(view.requested_by_email, "alice@test.edu");
	ASSERT_TEXT(view.reason, "a test");
	ASSERT_TEXT(view.first_identifier, "test.edu/bag");
	assert_int_equal(view.named_objects, 1);
	assert_int_equal(view.named_files, 0);
	assert_int_equal(view.file_count, 3);
	assert_int_equal(view.byte_count, 192);
	assert_int_equal(view.list_digest.n, 32);
	assert_true(view.requested_at_us > 0 && view.expires_at_us > view.requested_at_us);
	assert_int_equal(view.decided_by_id, 0);
	assert_int_equal(view.decided_at_us, 0);
	deletion = tomb_world_approve(w, request);
	view = find(w, request, &arena);
	ASSERT_TEXT(view.state_text, "Approved");
	ASSERT_TEXT(view.verdict, "approve");
	ASSERT_TEXT(view.decided_by_email, "bob@test.edu");
	assert_true(view.decided_at_us >= view.requested_at_us);
	assert_int_equal(view.deletion_id, deletion);
	assert_int_equal(view.finished_at_us, 0);
	assert_false(view.as_sole_admin);
	tomb_world_work(w);
	view = find(w, request, &arena);
	assert_true(view.finished_at_us >= view.decided_at_us);
}

static void p08_a_rejected_request_says_so(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	int64_t request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	struct tomb_deletion_view view;
	char token[TOMB_TOKEN_TEXT];
	int64_t deletion = 0;

	tomb_world_token(w, request, &w->bob, token);
	TOMB_OK_OR_FAIL(
		tomb_decision_make(w->registry, &w->bob, request, TOMB_REJECT, tomb_str_from(token), &deletion, &err));
	view = find(w, request, &arena);
	ASSERT_TEXT(view.state_text, "Rejected");
	ASSERT_TEXT(view.verdict, "reject");
	ASSERT_TEXT(view.decided_by_email, "bob@test.edu");
	assert_true(view.closed_at_us > 0);
	assert_int_equal(view.deletion_id, 0);
}

static void an_open_request_whose_time_is_over_is_expired_before_anybody_sweeps(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	int64_t request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	struct tomb_deletion_page found;

	tomb_fixture_pg_exec("update deletion_request set expires_at = now() - interval '1 second'");
	ASSERT_TEXT(find(w, request, &arena).state_text, "Expired");
	TOMB_OK_OR_FAIL(tomb_deletion_view_list(w->registry, &w->alice,
		&(struct tomb_deletion_filter){.state = TOMB_STR("expired")}, &(struct tomb_page){.limit = 1}, &arena,
		&found, &err));
	assert_int_equal(found.n, 1);
	TOMB_OK_OR_FAIL(tomb_deletion_view_list(w->registry, &w->alice,
		&(struct tomb_deletion_filter){.state = TOMB_STR("open")}, &(struct tomb_page){.limit = 1}, &arena,
		&found, &err));
	assert_int_equal(found.n, 0);
}

static void p11_the_list_has_all_requests_of_the_institution(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	const struct tomb_deletion_filter newest = {.newest_first = true};
	struct tomb_deletion_page found = {.next = TOMB_STR("")};
	struct tomb_page page = {.limit = 2};
	int64_t made[5] = {0};
	size_t n = 0;
	int64_t count = 0;

	for (int i = 0; i < 5; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "test.edu/%d", i);
		made[i] = tomb_world_request_object(w, tomb_world_object(w, name, 1, 1));
	}
	do {
		TOMB_OK_OR_FAIL(tomb_deletion_view_list(w->registry, &w->carol, &newest, &page, &arena, &found, &err));
		for (size_t i = 0; i < found.n; i++)
			assert_int_equal(found.p[i].id, made[4 - n++]);
		page.after = found.next;
	} while (found.next.n > 0);
	assert_int_equal(n, 5);
	TOMB_OK_OR_FAIL(tomb_deletion_view_count(w->registry, &w->carol, &newest, &count, &err));
	assert_int_equal(count, 5);
}

static void x05_the_exact_list_shows_the_fate_of_each_file_and_copy(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 5, 2);
	int64_t request = tomb_world_request_object(w, object);
	struct tomb_deletion_files_filter filter = {.request_id = request};
	struct tomb_deletion_files files = {.next = TOMB_STR("")};
	struct tomb_deletion_copies *copies = NULL;
	struct tomb_deletion_progress progress;
	struct tomb_deletion_view view;
	struct tomb_page page = {.limit = 2};
	size_t n = 0;

	(void)tomb_world_approve(w, request);
	tomb_world_restore(w, tomb_world_file(w, "test.edu/bag/data/2"), 1);
	tomb_world_work(w);
	do {
		TOMB_OK_OR_FAIL(tomb_deletion_view_files(w->registry, &w->carol, &filter, &page, &arena, &files, &err));
		n += files.n;
		page.after = files.next;
	} while (files.next.n > 0);
	assert_int_equal(n, 5);
	filter.outcome = TOMB_STR("refused");
	page.after = TOMB_STR("");
	TOMB_OK_OR_FAIL(tomb_deletion_view_files(w->registry, &w->carol, &filter, &page, &arena, &files, &err));
	assert_int_equal(files.n, 1);
	ASSERT_TEXT(files.p[0].identifier, "test.edu/bag/data/2");
	assert_memory_equal(files.p[0].reason.p, "superseded", 10);
	assert_true(files.p[0].settled_at_us > 0);
	view = find(w, request, &arena);
	TOMB_OK_OR_FAIL(tomb_deletion_view_progress(w->registry, &w->carol, &view, &progress, &err));
	assert_int_equal(progress.files_total, 5);
	assert_int_equal(progress.files_done, 4);
	assert_int_equal(progress.files_refused, 1);
	assert_int_equal(progress.bytes_done, 256);
	TOMB_OK_OR_FAIL(tomb_deletion_view_copies(w->registry, &w->carol, &view, &arena, &copies, &n, &err));
	assert_int_equal(n, 2);
	ASSERT_TEXT(copies[0].backend, "local-1");
	ASSERT_TEXT(copies[0].status, "gone");
	ASSERT_TEXT(copies[0].verification, "verified absent");
	assert_int_equal(copies[0].copies, 4);
}

static void p09_p11_what_was_named_leads_to_its_work_item(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	int64_t ids[2] = {0};
	struct tomb_deletion_list list = {.file_ids = {ids, 2}};
	struct tomb_deletion_request made;
	struct tomb_deletion_items items;

	(void)tomb_world_object(w, "test.edu/bag", 3, 1);
	ids[0] = tomb_world_file(w, "test.edu/bag/data/1");
	ids[1] = tomb_world_file(w, "test.edu/bag/data/3");
	TOMB_OK_OR_FAIL(tomb_deletion_request_create(w->registry, &w->alice, &list, TOMB_STR(""), &made, &err));
	TOMB_OK_OR_FAIL(tomb_deletion_view_items(
		w->registry, &w->carol, made.id, &(struct tomb_page){.limit = 1}, &arena, &items, &err));
	assert_int_equal(items.n, 1);
	ASSERT_TEXT(items.p[0].file_identifier, "test.edu/bag/data/1");
	assert_int_equal(items.p[0].work_item_id, 0);
	assert_true(items.p[0].is_open);
	assert_int_equal(find(w, made.id, &arena).named_files, 2);
	(void)tomb_world_approve(w, made.id);
	tomb_world_work(w);
	TOMB_OK_OR_FAIL(tomb_deletion_view_items(w->registry, &w->carol, made.id,
		&(struct tomb_page){.limit = 1, .after = items.next}, &arena, &items, &err));
	assert_int_equal(items.n, 1);
	assert_int_equal(items.next.n, 0);
	ASSERT_TEXT(items.p[0].file_identifier, "test.edu/bag/data/3");
	assert_true(items.p[0].is_deleted);
	assert_false(items.p[0].is_open);
	ASSERT_TEXT(items.p[0].work_status, "Success");
	assert_int_not_equal(items.p[0].work_item_id, 0);
}

static void p17_a_work_item_shows_when_it_was_requested_and_completed_and_by_whom_approved(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 3, 1);
	int64_t request = tomb_world_request_object(w, object);
	struct tomb_work_item_filter of_request = {.request_id = request};
	struct tomb_work_item_page found;
	struct tomb_work_item item;

	(void)tomb_world_approve(w, request);
	TOMB_OK_OR_FAIL(tomb_work_item_list(
		w->registry, &w->carol, &of_request, &(struct tomb_page){.limit = 5}, &arena, &found, &err));
	assert_int_equal(found.n, 1);
	ASSERT_TEXT(found.p[0].status, "Pending");
	assert_int_equal(found.p[0].completed_at_us, 0);
	tomb_world_work(w);
	TOMB_OK_OR_FAIL(tomb_work_item_find(w->registry, &w->carol, found.p[0].id, &arena, &item, &err));
	ASSERT_TEXT(item.action, "Delete");
	ASSERT_TEXT(item.status, "Success");
	ASSERT_TEXT(item.user_email, "alice@test.edu");
	ASSERT_TEXT(item.approver_email, "bob@test.edu");
	assert_int_equal(item.request_id, request);
	assert_int_equal(item.files_done, 3);
	assert_int_equal(item.requested_at_us,
		tomb_fixture_pg_number(
			"select (extract(epoch from requested_at) * 1000000)::bigint from deletion_request"));
	assert_true(item.completed_at_us >= item.started_at_us && item.started_at_us > item.requested_at_us);
}

static void p10_work_items_are_listed_by_what_they_are_about_and_how_they_stand(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	int64_t done = tomb_world_object(w, "test.edu/done", 1, 1);
	int64_t waits = tomb_world_object(w, "test.edu/waits", 2, 1);
	int64_t file = tomb_world_file(w, "test.edu/waits/data/2");
	const struct {
		struct tomb_work_item_filter filter;
		size_t n;
	} cases[] = {
		{{.newest_first = true}, 2},
		{{.action = TOMB_STR("Delete")}, 2},
		{{.action = TOMB_STR("Ingest")}, 0},
		{{.status = TOMB_STR("Success")}, 1},
		{{.status = TOMB_STR("Success"), .newest_first = true}, 1},
		{{.status = TOMB_STR("Pending")}, 1},
		{{.status = TOMB_STR("Failed")}, 0},
		{{.object_id = done}, 1},
		{{.object_id = done, .status = TOMB_STR("Pending")}, 0},
		{{.object_id = waits}, 1},
		{{.file_id = file}, 1},
		{{.file_id = tomb_world_file(w, "test.edu/done/data/1")}, 0},
		{{.request_id = 4711}, 0},
	};

	(void)tomb_world_approve(w, tomb_world_request_object(w, done));
	tomb_world_work(w);
	(void)tomb_world_approve(w, tomb_world_request_file(w, file));
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_work_item_page found;
		int64_t count = 0;

		TOMB_OK_OR_FAIL(tomb_work_item_list(w->registry, &w->carol, &cases[i].filter,
			&(struct tomb_page){.limit = 9}, &arena, &found, &err));
		TOMB_OK_OR_FAIL(tomb_work_item_count(w->registry, &w->carol, &cases[i].filter, &count, &err));
		if (found.n != cases[i].n || count != (int64_t)cases[i].n)
			fail_msg("case %zu: %zu work items of %zu", i, found.n, cases[i].n);
	}
}

/* The words that C keeps beside the schema's check constraints are accepted, and no others. */
static void filters_know_the_words_of_the_schema(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_work_item_filter statuses = {.status = TOMB_STR("")};
	struct tomb_work_item_page items;
	struct tomb_err refusal = {.text = ""};
	const char *check = tomb_fixture_pg_value("select string_agg(m[1], ',') from regexp_matches((select "
						  "pg_get_constraintdef(oid) from pg_constraint where conname = "
						  "'work_item_status_check'), '''([^'']+)''', 'g') m");
	char words[256];
	char *rest = words;

	(void)snprintf(words, sizeof words, "%s", check);
	for (char *word = strsep(&rest, ","); word; word = strsep(&rest, ",")) {
		statuses.status = tomb_str_from(word);
		TOMB_OK_OR_FAIL(tomb_work_item_list(
			w->registry, &w->carol, &statuses, &(struct tomb_page){.limit = 1}, &arena, &items, &err));
	}
	statuses.status = TOMB_STR("Done");
	assert_int_equal(tomb_work_item_list(w->registry, &w->carol, &statuses, &(struct tomb_page){.limit = 1}, &arena,
				 &items, &refusal),
		TOMB_INVAL);
	assert_non_null(strstr(refusal.text, "status \"Done\" is none of \"Pending\""));
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(p11_a_request_shows_who_asked_who_decided_and_when),
		IN_A_WORLD(p08_a_rejected_request_says_so),
		IN_A_WORLD(an_open_request_whose_time_is_over_is_expired_before_anybody_sweeps),
		IN_A_WORLD(p11_the_list_has_all_requests_of_the_institution),
		IN_A_WORLD(x05_the_exact_list_shows_the_fate_of_each_file_and_copy),
		IN_A_WORLD(p09_p11_what_was_named_leads_to_its_work_item),
		IN_A_WORLD(p17_a_work_item_shows_when_it_was_requested_and_completed_and_by_whom_approved),
		IN_A_WORLD(p10_work_items_are_listed_by_what_they_are_about_and_how_they_stand),
		IN_A_WORLD(filters_know_the_words_of_the_schema),
	};
	return cmocka_run_group_tests_name("reading deletions", tests, NULL, NULL);
}
