/* Records imported: found again by what they are called (records.md 1.2 FC-3; N-03, A-18). */
#include "marc_text.h"
#include "pg_fixture.h"
#include "record_box.h"
#include "sql.gen.h"
#include "tombstone/record_write.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define REFUSED_AS(expr, code, says)                                                                                   \
	do {                                                                                                           \
		struct tomb_err err = {.text = ""};                                                                    \
		assert_int_equal((expr), (code));                                                                      \
		if (!strstr(err.text, (says)))                                                                         \
			fail_msg("\"%s\" does not say \"%s\"", err.text, (says));                                      \
	} while (0)

/* By the operator's command, which may restore. */
static struct tomb_record_written import(struct tomb_world *w, struct tomb_record_given given)
{
	const struct tomb_actor command = record_box_command();
	struct tomb_record_written done = {0};

	given.institution_id = w->institution;
	given.origin = TOMB_RECORD_BY_IMPORT;
	TOMB_OK_OR_FAIL(tomb_record_import(w->registry, &command, &given, &done, &err));
	record_box_check();
	return done;
}

static struct tomb_record_written import_marc(struct tomb_world *w, char status, const char *id, const char *title)
{
	return import(
		w, (struct tomb_record_given){.kind = TOMB_RECORD_INSTANCE, .marc = marc_text(status, 'a', id, title)});
}

static int64_t records_titled(const char *title)
{
	return tomb_world_number("select count(*) from record where title = '%s'", title);
}

static void a_record_is_created_once_and_updated_by_its_001(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_record_written first = import_marc(w, 'n', "in1", "Herons");
	struct tomb_record_written again = import_marc(w, 'c', "in1", "Egrets");

	assert_true(first.is_new);
	assert_false(again.is_new);
	assert_true(tomb_uuid_eq(first.id, again.id));
	assert_int_equal(again.version, 2);
	assert_int_equal(records_titled("Egrets"), 1);
	assert_int_equal(tomb_world_number("select count(*) from record"), 1);
}

static void a_record_is_known_by_its_id_before_its_hrid(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_record_given given = {.kind = TOMB_RECORD_ALMA_TITLE,
		.title = TOMB_STR("t"),
		.local_id = TOMB_STR("99"),
		.hrid = TOMB_STR("a")};
	struct tomb_record_written first = import(w, given);

	given.hrid = TOMB_STR("b");
	assert_true(tomb_uuid_eq(import(w, given).id, first.id));
	assert_int_equal(tomb_world_number("select count(*) from record where hrid = 'b'"), 1);
	given.local_id = (struct tomb_str){NULL, 0};
	assert_true(tomb_uuid_eq(import(w, given).id, first.id));
}

static void almas_titles_are_found_by_their_mms_id_in_001(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_record_written first = import(
		w, (struct tomb_record_given){
			   .kind = TOMB_RECORD_ALMA_TITLE, .title = TOMB_STR("t"), .local_id = TOMB_STR("99")});
	struct tomb_record_written again = import(w, (struct tomb_record_given){.kind = TOMB_RECORD_ALMA_TITLE,
							     .marc = marc_text('n', 'a', "99", "Herons")});

	assert_true(tomb_uuid_eq(first.id, again.id));
}

static void one_that_comes_deleted_deletes_the_one_that_is_there(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_record_written first = import_marc(w, 'n', "in1", "Herons");
	struct tomb_record_written gone = import_marc(w, 'd', "in1", "Herons");
	struct tomb_record_written again = import_marc(w, 'd', "in1", "Herons");

	assert_true(gone.deletion_id > 0);
	assert_true(record_box_is_deleted(first.id));
	assert_string_equal(tomb_fixture_pg_value("select origin from record_deletion"), "import");
	assert_int_equal(again.deletion_id, 0);
	assert_int_equal(again.version, gone.version);
}

static void one_that_comes_deleted_and_is_not_there_is_a_conflict(void **state)
{
	struct tomb_world *w = *state;
	const struct tomb_actor command = record_box_command();
	const struct tomb_record_given given = {.institution_id = w->institution,
		.kind = TOMB_RECORD_INSTANCE,
		.marc = marc_text('d', 'a', "in1", "Herons")};
	struct tomb_record_written done = {0};

	REFUSED_AS(
		tomb_record_import(w->registry, &command, &given, &done, &err), TOMB_CONFLICT, "none here to delete");
	assert_int_equal(tomb_world_number("select count(*) from record"), 0);
}

static void fc_03_one_that_comes_back_is_restored_and_stays_suppressed(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_record_written first = import_marc(w, 'n', "in1", "Herons");
	struct tomb_record_written back;

	(void)import_marc(w, 'd', "in1", "Herons");
	back = import_marc(w, 'n', "in1", "Egrets");
	assert_true(tomb_uuid_eq(first.id, back.id));
	assert_true(back.restoration_id > 0);
	assert_false(back.is_new);
	assert_int_equal(
		tomb_world_number("select count(*) from record where state = 'active' and title = 'Egrets' and "
				  "discovery_suppress and staff_suppress"),
		1);
	(void)record_box_delete(w, first.id, TOMB_RECORD_SELF);
	back = import(w, (struct tomb_record_given){
				 .kind = TOMB_RECORD_INSTANCE, .hrid = TOMB_STR("in1"), .title = TOMB_STR("Ibises")});
	assert_true(back.restoration_id > 0);
	assert_false(record_box_is_deleted(first.id));
}

static void n_03_metadata_that_is_reimported_into_mms_makes_a_new_record(void **state)
{
	struct tomb_world *w = *state;
	const struct tomb_record_given given = {
		.kind = TOMB_RECORD_MMS_ITEM, .title = TOMB_STR("t"), .local_id = TOMB_STR("b1")};
	struct tomb_record_written first = import(w, given);
	struct tomb_record_written again;

	(void)record_box_delete(w, first.id, TOMB_RECORD_SELF);
	again = import(w, given);
	assert_true(again.is_new);
	assert_false(tomb_uuid_eq(first.id, again.id));
	assert_true(record_box_is_deleted(first.id));
}

static void one_that_has_no_name_is_refused(void **state)
{
	struct tomb_world *w = *state;
	const struct tomb_record_given given = {.kind = TOMB_RECORD_INSTANCE, .title = TOMB_STR("t")};
	struct tomb_record_written done = {0};

	REFUSED_AS(tomb_record_import(w->registry, &w->alice, &given, &done, &err), TOMB_INVAL, "it has none");
	REFUSED_AS(tomb_record_import(w->registry, &w->carol, &given, &done, &err), TOMB_FORBIDDEN,
		"create and change records");
}

enum { IMPORTERS = 3, ROUNDS = 20 };

struct importer {
	pthread_t thread;
	pthread_barrier_t *turn; /* before each round, so that they meet */
	int64_t institution;
	bool is_done;
	struct tomb_err err;
};

static enum tomb_code import_all(struct importer *me)
{
	TOMB_PG_AUTO *pg = NULL;
	const struct tomb_actor command = record_box_command();
	enum tomb_code code = tomb_pg_open(&pg, tomb_fixture_pg_registry(), sql_all, sql_nall, &me->err);

	for (int i = 0; i < ROUNDS; i++) {
		char name[16];
		struct tomb_record_written done = {0};
		const struct tomb_record_given given = {.institution_id = me->institution,
			.kind = TOMB_RECORD_INSTANCE,
			.title = TOMB_STR("t"),
			.hrid = {name, (size_t)snprintf(name, sizeof name, "in%d", i)}};

		(void)pthread_barrier_wait(me->turn); /* also who has failed: the others wait for all */
		if (code == TOMB_OK)
			code = tomb_record_import(pg, &command, &given, &done, &me->err);
	}
	return code;
}

static void *run(void *arg)
{
	struct importer *me = arg;

	me->is_done = import_all(me) == TOMB_OK;
	return NULL;
}

static void imports_of_the_same_records_at_once_make_each_one_once(void **state)
{
	const struct tomb_world *w = *state;
	struct importer importers[IMPORTERS] = {0};
	pthread_barrier_t turn;

	assert_int_equal(pthread_barrier_init(&turn, NULL, IMPORTERS), 0);
	for (size_t i = 0; i < IMPORTERS; i++) {
		importers[i].turn = &turn;
		importers[i].institution = w->institution;
		assert_int_equal(pthread_create(&importers[i].thread, NULL, run, &importers[i]), 0);
	}
	for (size_t i = 0; i < IMPORTERS; i++) {
		assert_int_equal(pthread_join(importers[i].thread, NULL), 0);
		if (!importers[i].is_done)
			fail_msg("%s", importers[i].err.text);
	}
	(void)pthread_barrier_destroy(&turn);
	assert_int_equal(tomb_world_number("select count(*) from record"), ROUNDS);
	assert_int_equal(tomb_world_number("select sum(version) from record"), ROUNDS * IMPORTERS);
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(a_record_is_created_once_and_updated_by_its_001),
		IN_A_WORLD(a_record_is_known_by_its_id_before_its_hrid),
		IN_A_WORLD(almas_titles_are_found_by_their_mms_id_in_001),
		IN_A_WORLD(one_that_comes_deleted_deletes_the_one_that_is_there),
		IN_A_WORLD(one_that_comes_deleted_and_is_not_there_is_a_conflict),
		IN_A_WORLD(fc_03_one_that_comes_back_is_restored_and_stays_suppressed),
		IN_A_WORLD(n_03_metadata_that_is_reimported_into_mms_makes_a_new_record),
		IN_A_WORLD(one_that_has_no_name_is_refused),
		IN_A_WORLD(imports_of_the_same_records_at_once_make_each_one_once),
	};

	return cmocka_run_group_tests_name("records imported", tests, NULL, NULL);
}
