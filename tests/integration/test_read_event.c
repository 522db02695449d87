/* Lists of PREMIS events, and their types. */
#include "pg_fixture.h"
#include "tombstone/premis_event.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 22, MANY = 1203 };

static size_t walk(struct tomb_world *w, const struct tomb_premis_event_filter *filter, int32_t limit, int64_t *ids)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_premis_event_page found = {.next = TOMB_STR("")};
	struct tomb_page page = {.limit = limit};
	size_t n = 0;

	do {
		TOMB_OK_OR_FAIL(tomb_premis_event_list(w->registry, &w->alice, filter, &page, &arena, &found, &err));
		assert_true(found.n <= (size_t)limit);
		for (size_t i = 0; i < found.n; i++)
			ids[n++] = found.p[i].id;
		page.after = found.next;
	} while (found.next.n > 0);
	return n;
}

/* Two events of each file, in the order of files, and one of each object. */
static void add_events(void)
{
	tomb_fixture_pg_exec(
		"insert into premis_event (institution_id, object_id, file_id, generation, event_type, "
		"detail, outcome, agent) select f.institution_id, f.object_id, f.id, 1, t, 'x', 'Success', "
		"'x' from generic_file f, (values ('ingestion'), ('fixity check')) t (t) order by f.id, t; "
		"insert into premis_event (institution_id, object_id, generation, event_type, detail, outcome, "
		"agent) select institution_id, id, 1, 'ingestion', 'x', 'Success', 'x' from "
		"intellectual_object order by id");
}

static void events_are_listed_of_everything_of_an_object_and_of_a_file(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/a", 2, 0);
	int64_t file = tomb_world_file(w, "test.edu/a/data/1");
	int64_t ids[32] = {0};

	(void)tomb_world_object(w, "test.edu/b", 1, 0);
	(void)tomb_world_object_in(w, w->other_institution, w->standard, "other.edu/a", 1, 0);
	add_events();
	for (int32_t limit = 1; limit < 9; limit++) {
		const struct tomb_premis_event_filter own = {.object_id = object};
		const struct tomb_premis_event_filter whole = {.object_id = object, .with_files = true};
		const struct tomb_premis_event_filter one = {.file_id = file, .newest_first = true};
		const struct tomb_premis_event_filter fixity = {.type = TOMB_STR("fixity check"), .newest_first = true};

		assert_int_equal(walk(w, &(struct tomb_premis_event_filter){0}, limit, ids), 8);
		for (size_t i = 1; i < 8; i++)
			assert_true(ids[i] > ids[i - 1]);
		assert_int_equal(walk(w, &own, limit, ids), 1);
		assert_int_equal(walk(w, &whole, limit, ids), 5);
		assert_int_equal(walk(w, &one, limit, ids), 2);
		assert_true(ids[0] > ids[1]);
		assert_int_equal(walk(w, &fixity, limit, ids), 3);
		assert_true(ids[0] > ids[1]);
		assert_int_equal(
			walk(w, &(struct tomb_premis_event_filter){.type = TOMB_STR("deletion")}, limit, ids), 0);
	}
}

struct tally {
	int64_t n;
	int64_t last_id;
	int64_t stop_at;
};

static enum tomb_code count_event(void *ctx, const struct tomb_premis_event *event, struct tomb_err *err)
{
	struct tally *t = ctx;

	assert_true(event->id > t->last_id);
	t->last_id = event->id;
	if (++t->n == t->stop_at)
		return TOMB_FAIL(err, TOMB_IO, "nobody listens any more");
	return TOMB_OK;
}

static void a_stream_gives_every_event_once_and_stops_when_it_is_told(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_premis_event_filter whole = {
		.object_id = tomb_world_object(w, "test.edu/a", MANY, 0), .with_files = true};
	struct tally t = {.stop_at = -1};
	struct tomb_err refusal = {.text = ""};

	add_events();
	TOMB_OK_OR_FAIL(tomb_premis_event_each(w->registry, &w->alice, &whole, count_event, &t, &err));
	assert_int_equal(t.n, 2 * MANY + 1);
	t = (struct tally){.stop_at = 700};
	assert_int_equal(tomb_premis_event_each(w->registry, &w->alice, &whole, count_event, &t, &refusal), TOMB_IO);
	assert_int_equal(t.n, 700);
}

static void an_event_is_found_by_id_and_by_identifier(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	struct tomb_premis_event first;
	struct tomb_premis_event again;
	int64_t id = 0;

	(void)tomb_world_object(w, "test.edu/a", 1, 0);
	add_events();
	id = tomb_fixture_pg_number("select min(id) from premis_event");
	TOMB_OK_OR_FAIL(
		tomb_premis_event_find(w->registry, &w->alice, id, (struct tomb_uuid){.b = {0}}, &arena, &first, &err));
	TOMB_OK_OR_FAIL(tomb_premis_event_find(w->registry, &w->alice, 0, first.identifier, &arena, &again, &err));
	assert_int_equal(again.id, id);
	assert_true(tomb_str_eq(again.file_identifier, TOMB_STR("test.edu/a/data/1")));
}

static void an_unknown_type_or_two_subjects_are_refused(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	static const struct tomb_premis_event_filter bad[] = {
		{.type = {"ingest", 6}},
		{.object_id = 1, .file_id = 1},
	};
	struct tomb_world *w = *state;
	struct tomb_premis_event_page found;

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		struct tomb_err refusal = {.text = ""};

		assert_int_equal(tomb_premis_event_list(w->registry, &w->alice, &bad[i],
					 &(struct tomb_page){.limit = 1}, &arena, &found, &refusal),
			TOMB_INVAL);
	}
}

/* The lists of words that C keeps beside the schema's check constraints: constraint, and what it must name. */
static void the_event_types_are_those_of_the_schema(void **state)
{
	const char *check = tomb_fixture_pg_value("select pg_get_constraintdef(oid) from pg_constraint "
						  "where conname = 'premis_event_event_type_check'");
	size_t quotes = 0;

	(void)state;
	for (const char *p = check; *p; p++)
		quotes += *p == '\'';
	assert_int_equal(quotes, 2 * TOMB_PREMIS_EVENT_MAX);
	for (int i = 0; i < TOMB_PREMIS_EVENT_MAX; i++) {
		char quoted[64];

		(void)snprintf(quoted, sizeof quoted, "'%.*s'",
			TOMB_STR_ARG(tomb_premis_event_info((enum tomb_premis_event_type)i)->name));
		assert_non_null(strstr(check, quoted));
	}
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(events_are_listed_of_everything_of_an_object_and_of_a_file),
		IN_A_WORLD(a_stream_gives_every_event_once_and_stops_when_it_is_told),
		IN_A_WORLD(an_event_is_found_by_id_and_by_identifier),
		IN_A_WORLD(an_unknown_type_or_two_subjects_are_refused),
		IN_A_WORLD(the_event_types_are_those_of_the_schema),
	};
	return cmocka_run_group_tests_name("reading events", tests, NULL, NULL);
}
