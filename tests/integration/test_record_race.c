/* Deletions and restorations of records that meet (records.md R6, T5; T-R 11). */
#include "expect.h"
#include "pg_fixture.h"
#include "record_box.h"
#include "sql.gen.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUNDS = 12, ITEMS = 40 };

/* One of two who act at once, each with a connection of its own. */
struct side {
	struct tomb_world *w;
	pthread_barrier_t *start;
	struct tomb_uuid id;
	enum tomb_record_mode mode;
	bool restores;
	enum tomb_code code;
	int64_t records; /* that this side has changed */
	struct tomb_err err;
};

static enum tomb_code act(struct side *s, struct tomb_pg *pg)
{
	const struct tomb_record_deletion_ask ask = record_box_ask(&s->id, s->mode);
	const struct tomb_record_restore_ask back = {.ids = &s->id, .nids = 1};
	const struct tomb_actor command = record_box_command();
	struct tomb_record_restored restored = {0};
	struct tomb_record_deleted deleted = {0};
	enum tomb_code code = TOMB_OK;

	(void)pthread_barrier_wait(s->start);
	if (s->restores)
		code = tomb_record_restore(pg, &command, &back, &restored, &s->err);
	else
		code = tomb_record_delete(pg, &s->w->alice, &ask, &deleted, &s->err);
	s->records = restored.records + deleted.records;
	return code;
}

static void *run(void *arg)
{
	struct side *s = arg;
	TOMB_PG_AUTO *pg = NULL;

	s->code = tomb_pg_open(&pg, tomb_fixture_pg_registry(), sql_all, sql_nall, &s->err);
	if (s->code != TOMB_OK) {
		(void)pthread_barrier_wait(s->start);
		return NULL;
	}
	s->code = act(s, pg);
	return NULL;
}

static void meet(struct side *a, struct side *b)
{
	pthread_barrier_t start;
	pthread_t other;

	a->start = b->start = &start;
	assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
	assert_int_equal(pthread_create(&other, NULL, run, b), 0);
	(void)run(a);
	assert_int_equal(pthread_join(other, NULL), 0);
	(void)pthread_barrier_destroy(&start);
}

static void check_code(const struct side *s)
{
	if (s->code != TOMB_OK)
		fail_msg("%s", s->err.text);
}

static void r_6_a_collection_and_its_container_are_deleted_at_once(void **state)
{
	struct tomb_world *w = *state;

	for (int i = 0; i < ROUNDS; i++) {
		struct tomb_uuid collection = record_box_new("mms_collection", NULL, "Maps");
		struct tomb_uuid container = record_box_new("mms_container", &collection, "Box");
		struct side a = {.w = w, .id = collection, .mode = TOMB_RECORD_WITH_CONTENTS};
		struct side b = {.w = w, .id = container, .mode = TOMB_RECORD_WITH_CHILDREN};

		tomb_world_exec("insert into record (institution_id, kind, parent_id, title, created_by) select "
				"institution_id, 'mms_item', id, 'Item', 'test' from record cross join "
				"generate_series(1, %d) where id = '%s'",
			ITEMS, record_box_text(container));
		meet(&a, &b);
		check_code(&a);
		check_code(&b);
		assert_int_equal(a.records + b.records, ITEMS + 2);
	}
	assert_int_equal(tomb_world_number("select count(*) from record where state = 'active'"), 0);
	record_box_check();
}

static void t_r_11_of_two_restorations_one_wins_and_the_other_finds_nothing(void **state)
{
	struct tomb_world *w = *state;

	for (int i = 0; i < ROUNDS; i++) {
		struct tomb_uuid id = record_box_marc("instance", NULL, "A book");
		struct side a = {.w = w, .id = id, .restores = true};
		struct side b = a;

		(void)record_box_delete(w, id, TOMB_RECORD_SELF);
		meet(&a, &b);
		check_code(&a);
		check_code(&b);
		assert_int_equal(a.records + b.records, 1);
	}
	record_box_check();
}

static void t_r_11_a_deletion_and_a_restoration_leave_one_or_the_other(void **state)
{
	struct tomb_world *w = *state;

	for (int i = 0; i < ROUNDS; i++) {
		struct tomb_uuid id = record_box_marc("instance", NULL, "A book");
		struct side a = {.w = w, .id = id, .restores = true};
		struct side b = {.w = w, .id = id, .mode = TOMB_RECORD_SELF};

		(void)record_box_delete(w, id, TOMB_RECORD_SELF);
		meet(&a, &b);
		check_code(&a);
		check_code(&b);
		record_box_check();
	}
}

/* Adds an item to the container until it is told that it cannot. */
static void *add(void *arg)
{
	struct side *s = arg;
	TOMB_PG_AUTO *pg = NULL;

	s->code = tomb_pg_open(&pg, tomb_fixture_pg_admin(), NULL, 0, &s->err);
	(void)pthread_barrier_wait(s->start);
	while (s->code == TOMB_OK) {
		char id[TOMB_UUID_TEXT];
		char sql[512];

		(void)snprintf(sql, sizeof sql,
			"insert into record (institution_id, kind, parent_id, title, created_by) select "
			"institution_id, "
			"'mms_item', id, 'Item', 'test' from record where id = '%s'",
			tomb_uuid_text(s->id, id));
		s->code = tomb_pg_script(pg, tomb_str_from(sql), &s->err);
	}
	return NULL;
}

static void t_4_nothing_is_left_alive_in_what_was_deleted_while_things_came(void **state)
{
	struct tomb_world *w = *state;

	for (int i = 0; i < ROUNDS; i++) {
		struct tomb_uuid collection = record_box_new("mms_collection", NULL, "Maps");
		struct tomb_uuid container = record_box_new("mms_container", &collection, "Box");
		struct side a = {.w = w, .id = collection, .mode = TOMB_RECORD_WITH_CONTENTS};
		struct side b = {.w = w, .id = container};
		pthread_barrier_t start;
		pthread_t other;

		a.start = b.start = &start;
		assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
		assert_int_equal(pthread_create(&other, NULL, add, &b), 0);
		(void)run(&a);
		assert_int_equal(pthread_join(other, NULL), 0);
		(void)pthread_barrier_destroy(&start);
		check_code(&a);
		assert_non_null(strstr(b.err.text, "nothing can be put into it"));
	}
	assert_int_equal(tomb_world_number("select count(*) from record where state = 'active'"), 0);
	record_box_check();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tomb_world_set_up, tomb_world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(t_4_nothing_is_left_alive_in_what_was_deleted_while_things_came),
		TEST(r_6_a_collection_and_its_container_are_deleted_at_once),
		TEST(t_r_11_of_two_restorations_one_wins_and_the_other_finds_nothing),
		TEST(t_r_11_a_deletion_and_a_restoration_leave_one_or_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
