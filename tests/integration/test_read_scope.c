/* I9: an institution never sees another's things, and cannot tell them from what does not exist. */
#include "pg_fixture.h"
#include "sql.gen.h"
#include "tombstone/deletion_view.h"
#include "tombstone/file.h"
#include "tombstone/premis_event.h"
#include "tombstone/work_item.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 22, UNKNOWN = 4711, CROWD = 20000, FEW = 1000 };

/* test.edu has one of everything; mallory, of other.edu, knows all the ids. */
struct scene {
	struct tomb_world world;
	struct tomb_arena arena;
	int64_t object, file, request, item, event;
	struct tomb_str object_name, file_name;
};

static int set_up(void **state)
{
	struct scene *s = calloc(1, sizeof *s);

	assert_non_null(s);
	tomb_world_open(&s->world);
	s->arena = tomb_arena_init(ARENA_MAX);
	s->object = tomb_world_object(&s->world, "test.edu/bag", 2, 1);
	s->file = tomb_world_file(&s->world, "test.edu/bag/data/1");
	s->object_name = TOMB_STR("test.edu/bag");
	s->file_name = TOMB_STR("test.edu/bag/data/1");
	s->request = tomb_world_request_file(&s->world, s->file);
	(void)tomb_world_approve(&s->world, s->request);
	tomb_world_work(&s->world);
	s->item = tomb_fixture_pg_number("select id from work_item");
	s->event = tomb_fixture_pg_number("select id from premis_event");
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;

	tomb_world_close(&s->world);
	tomb_arena_fini(&s->arena);
	free(s);
	return 0;
}

/* One way to ask for one thing; 0 stands for asking by name. */
typedef enum tomb_code ask_fn(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err);

#define MALLORY(s) (s)->world.registry, &(s)->world.mallory

static enum tomb_code ask_object(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_object out;

	return tomb_object_find(MALLORY(s), id, name, &s->arena, &out, err);
}

static enum tomb_code ask_object_pending(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_pending out;

	(void)name;
	return tomb_object_pending(MALLORY(s), id, &s->arena, &out, err);
}

static enum tomb_code ask_files_of_object(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_file_filter filter = {.object_id = id, .identifier = name};
	struct tomb_file_page out;

	return tomb_file_list(MALLORY(s), &filter, &(struct tomb_page){.limit = 1}, &s->arena, &out, err);
}

static enum tomb_code ask_count_of_object(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_file_filter filter = {.object_id = id, .identifier = name};
	int64_t count = 0;

	return tomb_file_count(MALLORY(s), &filter, &count, err);
}

static enum tomb_code ask_file(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_file out;

	return tomb_file_find(MALLORY(s), id, name, &s->arena, &out, err);
}

static enum tomb_code ask_file_pending(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_pending out;

	(void)name;
	return tomb_file_pending(MALLORY(s), id, &s->arena, &out, err);
}

static enum tomb_code ask_events_of_object(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_premis_event_filter filter = {.object_id = id, .with_files = name.n == 0};
	struct tomb_premis_event_page out;

	return tomb_premis_event_list(MALLORY(s), &filter, &(struct tomb_page){.limit = 1}, &s->arena, &out, err);
}

static enum tomb_code ask_events_of_file(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_premis_event_filter filter = {.file_id = id};
	struct tomb_premis_event_page out;

	(void)name;
	return tomb_premis_event_list(MALLORY(s), &filter, &(struct tomb_page){.limit = 1}, &s->arena, &out, err);
}

static enum tomb_code ask_event(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_premis_event out;

	(void)name;
	return tomb_premis_event_find(MALLORY(s), id, (struct tomb_uuid){.b = {0}}, &s->arena, &out, err);
}

static enum tomb_code ask_request(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_deletion_view out;

	(void)name;
	return tomb_deletion_view_find(MALLORY(s), id, &s->arena, &out, err);
}

static enum tomb_code ask_request_items(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_deletion_items out;

	(void)name;
	return tomb_deletion_view_items(MALLORY(s), id, &(struct tomb_page){.limit = 1}, &s->arena, &out, err);
}

static enum tomb_code ask_request_files(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_deletion_files_filter filter = {.request_id = id};
	struct tomb_deletion_files out;

	(void)name;
	return tomb_deletion_view_files(MALLORY(s), &filter, &(struct tomb_page){.limit = 1}, &s->arena, &out, err);
}

static enum tomb_code ask_item(struct scene *s, int64_t id, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_work_item out;

	(void)name;
	return tomb_work_item_find(MALLORY(s), id, &s->arena, &out, err);
}

/* The text with every number and name of the thing taken out. */
static void shape_of(const char *text, struct tomb_str name, int64_t id, char *out, size_t n)
{
	char needle[128];
	const char *at = NULL;

	if (id != 0)
		(void)snprintf(needle, sizeof needle, "%" PRId64, id);
	else
		(void)snprintf(needle, sizeof needle, "%.*s", TOMB_STR_ARG(name));
	at = strstr(text, needle);
	assert_non_null(at);
	(void)snprintf(out, n, "%.*s...%s", (int)(at - text), text, at + strlen(needle));
}

static void refused_alike(struct scene *s, ask_fn *ask, int64_t id, struct tomb_str name, struct tomb_str unknown_name)
{
	struct tomb_err foreign = {.text = ""};
	struct tomb_err unknown = {.text = ""};
	char foreign_shape[600];
	char unknown_shape[600];
	int64_t unknown_id = id == 0 ? 0 : UNKNOWN;

	assert_int_equal(ask(s, id, name, &foreign), TOMB_NOTFOUND);
	assert_int_equal(ask(s, unknown_id, unknown_name, &unknown), TOMB_NOTFOUND);
	shape_of(foreign.text, name, id, foreign_shape, sizeof foreign_shape);
	shape_of(unknown.text, unknown_name, unknown_id, unknown_shape, sizeof unknown_shape);
	assert_string_equal(foreign_shape, unknown_shape);
}

static void i9_a_foreign_thing_is_not_found_in_the_words_for_an_unknown_one(void **state)
{
	struct scene *s = *state;
	const struct {
		ask_fn *ask;
		int64_t id;
	} by_id[] = {
		{ask_object, s->object},
		{ask_object_pending, s->object},
		{ask_files_of_object, s->object},
		{ask_count_of_object, s->object},
		{ask_events_of_object, s->object},
		{ask_file, s->file},
		{ask_file_pending, s->file},
		{ask_events_of_file, s->file},
		{ask_event, s->event},
		{ask_request, s->request},
		{ask_request_items, s->request},
		{ask_request_files, s->request},
		{ask_item, s->item},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(by_id); i++)
		refused_alike(s, by_id[i].ask, by_id[i].id, TOMB_STR(""), TOMB_STR(""));
	refused_alike(s, ask_object, 0, s->object_name, TOMB_STR("test.edu/none"));
	refused_alike(s, ask_file, 0, s->file_name, TOMB_STR("test.edu/none"));
}

static void i9_lists_hold_nothing_of_another_institution(void **state)
{
	struct scene *s = *state;
	const struct tomb_page page = {.limit = 10};
	struct tomb_object_page objects;
	struct tomb_file_page files;
	struct tomb_premis_event_page events;
	struct tomb_deletion_page deletions;
	struct tomb_work_item_page items;
	struct tomb_file_parts parts;
	struct tomb_deletion_view view = {.deletion_id = tomb_fixture_pg_number("select id from deletion")};
	struct tomb_deletion_progress progress;
	struct tomb_deletion_copies *copies = NULL;
	int64_t count = 0;
	size_t n = 0;

	for (int i = 0; i < 2; i++) {
		struct tomb_object_filter of = {.by_name = i == 1};
		struct tomb_file_filter ff = {.by_name = i == 1};
		struct tomb_work_item_filter wf = {.object_id = i == 1 ? s->object : 0};

		TOMB_OK_OR_FAIL(tomb_object_list(MALLORY(s), &of, &page, &s->arena, &objects, &err));
		TOMB_OK_OR_FAIL(tomb_file_list(MALLORY(s), &ff, &page, &s->arena, &files, &err));
		TOMB_OK_OR_FAIL(tomb_work_item_list(MALLORY(s), &wf, &page, &s->arena, &items, &err));
		assert_int_equal(objects.n + files.n + items.n, 0);
		TOMB_OK_OR_FAIL(tomb_object_count(MALLORY(s), &of, &count, &err));
		assert_int_equal(count, 0);
	}
	TOMB_OK_OR_FAIL(tomb_file_list(
		MALLORY(s), &(struct tomb_file_filter){.identifier = s->file_name}, &page, &s->arena, &files, &err));
	TOMB_OK_OR_FAIL(tomb_work_item_list(
		MALLORY(s), &(struct tomb_work_item_filter){.request_id = s->request}, &page, &s->arena, &items, &err));
	TOMB_OK_OR_FAIL(tomb_premis_event_list(
		MALLORY(s), &(struct tomb_premis_event_filter){0}, &page, &s->arena, &events, &err));
	TOMB_OK_OR_FAIL(tomb_deletion_view_list(
		MALLORY(s), &(struct tomb_deletion_filter){0}, &page, &s->arena, &deletions, &err));
	assert_int_equal(files.n + items.n + events.n + deletions.n, 0);
	TOMB_OK_OR_FAIL(tomb_file_parts(MALLORY(s), s->file, &s->arena, &parts, &err));
	assert_int_equal(parts.nchecksums + parts.ncopies, 0);
	TOMB_OK_OR_FAIL(tomb_deletion_view_progress(MALLORY(s), &view, &progress, &err));
	TOMB_OK_OR_FAIL(tomb_deletion_view_copies(MALLORY(s), &view, &s->arena, &copies, &n, &err));
	assert_int_equal(progress.items + (int64_t)n, 0);
}

/* A cursor is an id: of something foreign, it must not tell where its name stands among ours. */
static void i9_a_foreign_cursor_tells_nothing_of_its_name(void **state)
{
	struct scene *s = *state;
	const struct tomb_object_filter by_name = {.by_name = true};
	struct tomb_object_page found;
	char cursor[24];

	(void)tomb_world_object_in(&s->world, s->world.other_institution, s->world.standard, "other.edu/a", 0, 0);
	(void)snprintf(cursor, sizeof cursor, "%" PRId64, s->object);
	TOMB_OK_OR_FAIL(tomb_object_list(
		MALLORY(s), &by_name, &(struct tomb_page){.after = tomb_str_from(cursor)}, &s->arena, &found, &err));
	assert_int_equal(found.n, 1);
}

static void i9_the_filter_by_institution_is_for_ones_own_and_for_operators(void **state)
{
	struct scene *s = *state;
	struct tomb_object_filter filter = {.institution_id = s->world.institution};
	struct tomb_object_page found;
	struct tomb_err foreign = {.text = ""};
	struct tomb_err unknown = {.text = ""};

	assert_int_equal(
		tomb_object_list(MALLORY(s), &filter, &(struct tomb_page){.limit = 1}, &s->arena, &found, &foreign),
		TOMB_FORBIDDEN);
	filter.institution_id = UNKNOWN;
	assert_int_equal(
		tomb_object_list(MALLORY(s), &filter, &(struct tomb_page){.limit = 1}, &s->arena, &found, &unknown),
		TOMB_FORBIDDEN);
	filter.institution_id = 0;
	TOMB_OK_OR_FAIL(tomb_object_list(
		s->world.registry, &s->world.oscar, &filter, &(struct tomb_page){.limit = 9}, &s->arena, &found, &err));
	assert_int_equal(found.n, 1);
	filter.institution_id = s->world.other_institution;
	TOMB_OK_OR_FAIL(tomb_object_list(
		s->world.registry, &s->world.oscar, &filter, &(struct tomb_page){.limit = 9}, &s->arena, &found, &err));
	assert_int_equal(found.n, 0);
}

/*
 * What has been read from tables and indexes so far.  The reader has reported all of it once it is gone; the fixture's
 * own connection, which filled the tables, reports at most once a second unless it is told to.
 */
static int64_t rows_read(void)
{
	tomb_fixture_pg_exec("select pg_stat_force_next_flush()");
	while (tomb_fixture_pg_number("select count(*) from pg_stat_activity where application_name = 'reader'") > 0)
		continue;
	return tomb_fixture_pg_number(
		"select (select sum(idx_tup_read) from pg_stat_user_indexes) + (select sum(seq_tup_read) from "
		"pg_stat_user_tables where relname in ('generic_file', 'premis_event', 'intellectual_object'))");
}

/* The planner knows one crowded institution only; the other one's lists must not walk through the crowd. */
static void a_small_institutions_lists_do_not_read_a_big_ones_rows(void **state)
{
	struct scene *s = *state;
	struct tomb_pg_options options = {.application_name = "reader"};
	const struct tomb_page page = {.limit = 10};
	TOMB_PG_AUTO *pg = NULL;
	int64_t before = 0;

	(void)tomb_world_object(&s->world, "test.edu/crowd", CROWD, 0);
	tomb_fixture_pg_exec("insert into premis_event (institution_id, object_id, file_id, generation, event_type, "
			     "detail, outcome, agent) select institution_id, object_id, id, 1, 'ingestion', 'x', "
			     "'Success', 'x' from generic_file; analyze");
	(void)tomb_world_object_in(&s->world, s->world.other_institution, s->world.standard, "other.edu/a", 1, 0);
	before = rows_read();
	TOMB_OK_OR_FAIL(tomb_pg_open_with(&pg, tomb_fixture_pg_registry(), &options, sql_all, sql_nall, &err));
	for (int i = 0; i < 8; i++) { /* often enough for a generic plan */
		struct tomb_file_filter files = {.newest_first = i % 2 == 0};
		struct tomb_file_filter deleted = {.state = TOMB_STR("D"), .newest_first = i % 2 == 0};
		struct tomb_file_filter named = {.prefix = TOMB_STR("other.edu/")};
		struct tomb_premis_event_filter events = {.newest_first = i % 2 == 0};
		struct tomb_premis_event_filter deletions = {.type = TOMB_STR("deletion"), .newest_first = i % 2 == 0};
		struct tomb_object_filter objects = {.newest_first = i % 2 == 0};
		struct tomb_file_page found_files;
		struct tomb_premis_event_page found_events;
		struct tomb_object_page found_objects;

		TOMB_OK_OR_FAIL(tomb_file_list(pg, &s->world.mallory, &files, &page, &s->arena, &found_files, &err));
		assert_int_equal(found_files.n, 1);
		TOMB_OK_OR_FAIL(tomb_file_list(pg, &s->world.mallory, &deleted, &page, &s->arena, &found_files, &err));
		TOMB_OK_OR_FAIL(tomb_file_list(pg, &s->world.mallory, &named, &page, &s->arena, &found_files, &err));
		TOMB_OK_OR_FAIL(
			tomb_premis_event_list(pg, &s->world.mallory, &events, &page, &s->arena, &found_events, &err));
		TOMB_OK_OR_FAIL(
			tomb_premis_event_list(pg, &s->world.alice, &deletions, &page, &s->arena, &found_events, &err));
		TOMB_OK_OR_FAIL(
			tomb_object_list(pg, &s->world.mallory, &objects, &page, &s->arena, &found_objects, &err));
	}
	tomb_pg_close(TOMB_TAKE(pg));
	assert_in_range(rows_read() - before, 1, FEW);
}

int main(void)
{
#define IN_A_SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_SCENE(i9_a_foreign_thing_is_not_found_in_the_words_for_an_unknown_one),
		IN_A_SCENE(i9_lists_hold_nothing_of_another_institution),
		IN_A_SCENE(i9_a_foreign_cursor_tells_nothing_of_its_name),
		IN_A_SCENE(i9_the_filter_by_institution_is_for_ones_own_and_for_operators),
		IN_A_SCENE(a_small_institutions_lists_do_not_read_a_big_ones_rows),
	};
	return cmocka_run_group_tests_name("reading within one's institution", tests, NULL, NULL);
}
