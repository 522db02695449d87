/* Lists and details of files, their checksums, copies and events (deletion.md P-03, P-15, P-16, X-05). */
#include "pg_fixture.h"
#include "tombstone/file.h"
#include "tombstone/premis_event.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 22 };

#define ASSERT_TEXT(got, want) assert_true(tomb_str_eq((got), tomb_str_from(want)))

static size_t walk(struct tomb_world *w, const struct tomb_file_filter *filter, int32_t limit, int64_t *ids)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_file_page found = {.next = TOMB_STR("")};
	struct tomb_page page = {.limit = limit};
	size_t n = 0;

	do {
		TOMB_OK_OR_FAIL(tomb_file_list(w->registry, &w->alice, filter, &page, &arena, &found, &err));
		assert_true(found.n <= (size_t)limit);
		for (size_t i = 0; i < found.n; i++)
			ids[n++] = found.p[i].id;
		page.after = found.next;
	} while (found.next.n > 0);
	return n;
}

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

static void pages_of_any_size_give_each_file_once_and_in_order(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/a", 3, 0);
	int64_t ids[16] = {0};

	(void)tomb_world_object(w, "test.edu/b", 2, 0);
	(void)tomb_world_object_in(w, w->other_institution, w->standard, "other.edu/a", 2, 0);
	exec("update generic_file set state = 'D' where object_id = %" PRId64 " and identifier like '%%2'", object);
	for (int32_t limit = 1; limit <= 6; limit++) {
		assert_int_equal(walk(w, &(struct tomb_file_filter){0}, limit, ids), 5);
		for (size_t i = 1; i < 5; i++)
			assert_true(ids[i] > ids[i - 1]);
		assert_int_equal(walk(w, &(struct tomb_file_filter){.newest_first = true}, limit, ids), 5);
		for (size_t i = 1; i < 5; i++)
			assert_true(ids[i] < ids[i - 1]);
		assert_int_equal(walk(w, &(struct tomb_file_filter){.object_id = object}, limit, ids), 3);
		assert_int_equal(ids[1], tomb_world_file(w, "test.edu/a/data/2"));
		assert_int_equal(
			walk(w, &(struct tomb_file_filter){.object_id = object, .state = TOMB_STR("A")}, limit, ids),
			2);
		assert_int_equal(ids[1], tomb_world_file(w, "test.edu/a/data/3"));
	}
}

static void p03_files_are_found_by_a_part_of_their_identifier_or_all_of_it(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/a", 12, 0);
	int64_t file = tomb_world_file(w, "test.edu/a/data/11");
	int64_t ids[16] = {0};

	(void)tomb_world_object(w, "test.edu/b", 1, 0);
	assert_int_equal(walk(w, &(struct tomb_file_filter){.prefix = TOMB_STR("test.edu/a/data/1")}, 3, ids), 4);
	assert_int_equal(ids[2], file);
	assert_int_equal(
		walk(w, &(struct tomb_file_filter){.prefix = TOMB_STR("test.edu/a/data/1"), .object_id = object}, 3,
			ids),
		4);
	assert_int_equal(walk(w, &(struct tomb_file_filter){.identifier = TOMB_STR("test.edu/a/data/11")}, 1, ids), 1);
	assert_int_equal(ids[0], file);
	assert_int_equal(walk(w,
				 &(struct tomb_file_filter){.identifier = TOMB_STR("test.edu/a/data/11"),
					 .newest_first = true,
					 .by_name = true,
					 .object_id = object},
				 1, ids),
		1);
	assert_int_equal(walk(w,
				 &(struct tomb_file_filter){
					 .identifier = TOMB_STR("test.edu/a/data/11"), .state = TOMB_STR("D")},
				 1, ids),
		0);
	assert_int_equal(walk(w, &(struct tomb_file_filter){.identifier = TOMB_STR("test.edu/a/data/")}, 1, ids), 0);
}

static void files_of_an_object_that_is_not_there_are_not_found(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_file_page found;
	struct tomb_err refusal = {.text = ""};

	assert_int_equal(tomb_file_list(w->registry, &w->alice, &(struct tomb_file_filter){.object_id = 4711},
				 &(struct tomb_page){.limit = 0}, &arena, &found, &refusal),
		TOMB_NOTFOUND);
	assert_string_equal(refusal.text, "there is no object 4711");
}

static void p16_a_deleted_file_keeps_its_record_checksums_copies_and_events(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 2, 2);
	int64_t id = tomb_world_file(w, "test.edu/bag/data/1");
	struct tomb_premis_event_filter of_file = {.file_id = id, .newest_first = true};
	struct tomb_premis_event_page events;
	struct tomb_file_parts parts;
	struct tomb_pending pending;
	struct tomb_file file;
	int64_t deletion = 0;

	exec("insert into checksum (file_id, generation, algorithm, digest) values (%" PRId64 ", 1, 'sha256', '00ff')",
		id);
	exec("insert into premis_event (institution_id, object_id, file_id, generation, event_type, detail, "
	     "outcome, agent) select institution_id, object_id, id, 1, 'ingestion', 'was stored', 'Success', 'x' "
	     "from generic_file where id = %" PRId64,
		id);
	deletion = tomb_world_approve(w, tomb_world_request_file(w, id));
	tomb_world_work(w);
	TOMB_OK_OR_FAIL(tomb_file_find(w->registry, &w->carol, id, TOMB_STR(""), &arena, &file, &err));
	assert_true(file.is_deleted);
	assert_int_equal(file.object_id, object);
	ASSERT_TEXT(file.identifier, "test.edu/bag/data/1");
	ASSERT_TEXT(file.sha256, "00ff");
	ASSERT_TEXT(file.md5, "");
	TOMB_OK_OR_FAIL(tomb_file_parts(w->registry, &w->carol, id, &arena, &parts, &err));
	assert_int_equal(parts.nchecksums, 1);
	assert_int_equal(parts.ncopies, 2);
	for (size_t i = 0; i < 2; i++) {
		ASSERT_TEXT(parts.copies[i].status, "gone");
		ASSERT_TEXT(parts.copies[i].outcome, "removed");
		ASSERT_TEXT(parts.copies[i].verification, "verified absent");
		assert_int_equal(parts.copies[i].deletion_id, deletion);
		assert_true(parts.copies[i].url.n > 0);
		assert_true(parts.copies[i].removed_at_us > 0 && parts.copies[i].verified_at_us > 0);
	}
	TOMB_OK_OR_FAIL(tomb_premis_event_list(
		w->registry, &w->carol, &of_file, &(struct tomb_page){.limit = 9}, &arena, &events, &err));
	assert_int_equal(events.n, 2);
	/* P-15: date, time and the e-mail of the requester. */
	assert_int_equal(events.p[0].type, TOMB_PREMIS_DELETION);
	ASSERT_TEXT(events.p[0].outcome_detail, "alice@test.edu");
	assert_true(events.p[0].at_us > 0);
	assert_int_equal(events.p[0].deletion_id, deletion);
	assert_int_equal(events.p[1].type, TOMB_PREMIS_INGESTION);
	TOMB_OK_OR_FAIL(tomb_file_pending(w->registry, &w->carol, id, &arena, &pending, &err));
	assert_int_equal(pending.deletion_id, deletion);
	assert_int_equal(pending.open_request_id, 0);
	TOMB_OK_OR_FAIL(tomb_file_pending(
		w->registry, &w->carol, tomb_world_file(w, "test.edu/bag/data/2"), &arena, &pending, &err));
	assert_int_equal(pending.nobstacles, 0);
	assert_int_equal(pending.deletion_id, 0);
}

static void every_generation_of_checksums_and_copies_is_shown_newest_first(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_file_parts parts;
	struct tomb_file file;
	int64_t id = 0;

	(void)tomb_world_object(w, "test.edu/bag", 1, 1);
	id = tomb_world_file(w, "test.edu/bag/data/1");
	exec("insert into checksum (file_id, generation, algorithm, digest) select %" PRId64
	     ", g, a, 'a' || g from (values (1), (2)) g (g), (values ('md5'), ('sha512')) a (a)",
		id);
	tomb_world_restore(w, id, 1);
	TOMB_OK_OR_FAIL(
		tomb_file_find(w->registry, &w->alice, 0, TOMB_STR("test.edu/bag/data/1"), &arena, &file, &err));
	assert_int_equal(file.generation, 2);
	ASSERT_TEXT(file.md5, "a2");
	ASSERT_TEXT(file.sha512, "a2");
	TOMB_OK_OR_FAIL(tomb_file_parts(w->registry, &w->alice, id, &arena, &parts, &err));
	assert_int_equal(parts.nchecksums, 4);
	assert_int_equal(parts.checksums[0].generation, 2);
	assert_int_equal(parts.checksums[3].generation, 1);
	assert_int_equal(parts.ncopies, 2);
	ASSERT_TEXT(parts.copies[0].status, "stored");
	ASSERT_TEXT(parts.copies[1].status, "superseded");
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(pages_of_any_size_give_each_file_once_and_in_order),
		IN_A_WORLD(p03_files_are_found_by_a_part_of_their_identifier_or_all_of_it),
		IN_A_WORLD(files_of_an_object_that_is_not_there_are_not_found),
		IN_A_WORLD(p16_a_deleted_file_keeps_its_record_checksums_copies_and_events),
		IN_A_WORLD(every_generation_of_checksums_and_copies_is_shown_newest_first),
	};
	return cmocka_run_group_tests_name("reading files", tests, NULL, NULL);
}
