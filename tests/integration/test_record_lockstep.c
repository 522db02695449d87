/* MARC and inventory say the same at every moment, whoever writes (records.md 1.2: F-01, F-02, F-12, F-32, FC-2, FC-3,
 * FC-9; H-9; R2, R7). */
#include "marc_text.h"
#include "pg_fixture.h"
#include "record_box.h"
#include "tombstone/record_write.h"

#include <inttypes.h>
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

static const bool yes = true;
static const bool no = false;

static struct tomb_record_written update(
	struct tomb_world *w, const struct tomb_actor *actor, struct tomb_uuid id, struct tomb_record_given given)
{
	struct tomb_record_written done = {0};

	if (given.marc.p)
		given.origin = TOMB_RECORD_BY_LEADER;
	TOMB_OK_OR_FAIL(tomb_record_update(w->registry, actor, id, 0, &given, &done, &err));
	record_box_check();
	return done;
}

/* Status in the leader, flags, state: "d true true deleted". */
static void assert_record(struct tomb_uuid id, const char *want)
{
	char sql[512];

	(void)snprintf(sql, sizeof sql,
		"select concat_ws(' ', chr(get_byte(marc, marc_leader_at + 5)), discovery_suppress::text, "
		"staff_suppress::text, state) from record where id = '%s'",
		record_box_text(id));
	assert_string_equal(tomb_fixture_pg_value(sql), want);
}

static struct tomb_uuid create(struct tomb_world *w, enum tomb_record_kind kind, struct tomb_str marc)
{
	struct tomb_record_written done = {0};
	const struct tomb_record_given given = {.kind = kind, .marc = marc, .title = TOMB_STR("t")};

	TOMB_OK_OR_FAIL(tomb_record_create(w->registry, &w->alice, &given, &done, &err));
	record_box_check();
	return done.id;
}

static void f_12_setting_leader_05_to_d_deletes_the_instance(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = create(w, TOMB_RECORD_INSTANCE, marc_text('n', 'a', "in1", "Herons"));
	struct tomb_record_written done = update(
		w, &w->alice, id, (struct tomb_record_given){.marc = marc_text('d', 'a', "in1", "Egrets")});

	assert_record(id, "d true true deleted");
	assert_true(done.deletion_id > 0);
	assert_int_equal(done.restoration_id, 0);
	assert_int_equal(done.version, 3); /* the edit, and the deletion */
	assert_string_equal(tomb_fixture_pg_value("select origin || ' ' || mode || ' ' || actor from record_deletion"),
		"leader self alice@test.edu");
	assert_string_equal(tomb_fixture_pg_value("select chr(get_byte(marc, marc_leader_at + 5)) || ' ' || title from "
						  "record_tombstone"),
		"n Egrets");
}

static void f_32_setting_leader_05_to_d_deletes_the_holdings(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid instance = record_box_new("instance", NULL, "t");
	struct tomb_uuid id = record_box_marc("holdings", &instance, "h");

	(void)update(w, &w->alice, id, (struct tomb_record_given){.marc = marc_text('d', 'y', "ho1", "")});
	assert_record(id, "d true true deleted");
	assert_false(record_box_is_deleted(instance));
}

static void f_32_holdings_with_items_are_not_deleted_by_their_leader_and_stay_as_they_were(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid instance = record_box_new("instance", NULL, "t");
	struct tomb_uuid id = record_box_marc("holdings", &instance, "h");
	const struct tomb_record_given given = {.title = TOMB_STR("u"), .marc = marc_text('d', 'y', "ho1", "")};
	struct tomb_record_written done = {0};

	(void)record_box_new("item", &id, "i");
	REFUSED_AS(tomb_record_update(w->registry, &w->alice, id, 0, &given, &done, &err), TOMB_CONFLICT,
		"1 record is in it");
	assert_record(id, "n false false active");
	assert_int_equal(tomb_world_number("select count(*) from record where title = 'u' or version > 1"), 0);
}

static void fc_09_authorities_go_by_d_s_and_x_and_bibs_by_d_alone(void **state)
{
	struct tomb_world *w = *state;
	static const char statuses[] = {'d', 's', 'x'};

	for (size_t i = 0; i < sizeof statuses; i++) {
		struct tomb_uuid id = create(w, TOMB_RECORD_AUTHORITY, marc_text('n', 'z', "", "A heading"));

		(void)update(w, &w->alice, id,
			(struct tomb_record_given){.marc = marc_text(statuses[i], 'z', "", "A heading")});
		assert_record(id, "d true true deleted");
	}
	struct tomb_uuid bib = create(w, TOMB_RECORD_INSTANCE, marc_text('n', 'a', "", "A bib"));

	(void)update(w, &w->alice, bib, (struct tomb_record_given){.marc = marc_text('x', 'a', "", "A bib")});
	assert_false(record_box_is_deleted(bib));
}

static void fc_02_deleted_with_a_flag_that_is_false_is_refused(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = create(w, TOMB_RECORD_INSTANCE, marc_text('n', 'a', "in1", "Herons"));
	struct tomb_record_given bad[] = {
		{.deleted = &yes, .discovery_suppress = &no},
		{.deleted = &yes, .discovery_suppress = &yes, .staff_suppress = &no},
		{.marc = marc_text('d', 'a', "in1", "Herons"), .staff_suppress = &no},
	};
	struct tomb_record_written done = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++)
		REFUSED_AS(tomb_record_update(w->registry, &w->alice, id, 0, &bad[i], &done, &err), TOMB_INVAL,
			"neither flag can be false");
	assert_record(id, "n false false active");
	(void)update(w, &w->alice, id,
		(struct tomb_record_given){.deleted = &yes, .discovery_suppress = &yes, .staff_suppress = &yes});
	assert_record(id, "d true true deleted");
	bad[0] = (struct tomb_record_given){.staff_suppress = &no};
	REFUSED_AS(tomb_record_update(w->registry, &w->alice, id, 0, &bad[0], &done, &err), TOMB_INVAL,
		"stays suppressed until it is restored");
	bad[0] = (struct tomb_record_given){.deleted = &no, .marc = marc_text('d', 'a', "in1", "Herons")};
	REFUSED_AS(tomb_record_update(w->registry, &w->alice, id, 0, &bad[0], &done, &err), TOMB_INVAL,
		"say different things");
}

static void fc_03_another_leader_brings_a_deleted_record_back_and_leaves_it_suppressed(void **state)
{
	struct tomb_world *w = *state;
	const struct tomb_actor command = record_box_command();
	struct tomb_uuid id = create(w, TOMB_RECORD_INSTANCE, marc_text('n', 'a', "in1", "Herons"));
	struct tomb_record_written done;

	(void)record_box_delete(w, id, TOMB_RECORD_SELF);
	done = update(w, &command, id, (struct tomb_record_given){.marc = marc_text('n', 'a', "in1", "Egrets")});
	assert_true(done.restoration_id > 0);
	assert_int_equal(done.deletion_id, 0);
	assert_record(id, "c true true active");
	assert_int_equal(tomb_world_number("select count(*) from record where title = 'Egrets'"), 1);
	(void)record_box_delete(w, id, TOMB_RECORD_SELF);
	(void)update(w, &command, id, (struct tomb_record_given){.deleted = &no, .staff_suppress = &no});
	assert_record(id, "c true false active");
}

static void a_01_who_may_not_restore_does_not_by_a_leader_either(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = create(w, TOMB_RECORD_INSTANCE, marc_text('n', 'a', "in1", "Herons"));
	const struct tomb_record_given given = {.marc = marc_text('n', 'a', "in1", "Egrets")};
	struct tomb_record_written done = {0};

	(void)record_box_delete(w, id, TOMB_RECORD_SELF);
	REFUSED_AS(tomb_record_update(w->registry, &w->alice, id, 0, &given, &done, &err), TOMB_FORBIDDEN,
		"restore deleted records");
	assert_record(id, "d true true deleted");
	assert_int_equal(tomb_world_number("select count(*) from record where title = 'Egrets'"), 0);
}

static void h_09_a_deleted_record_that_is_edited_stays_deleted(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = create(w, TOMB_RECORD_INSTANCE, marc_text('n', 'a', "in1", "Herons"));
	struct tomb_record_written done;

	(void)record_box_delete(w, id, TOMB_RECORD_SELF);
	done = update(w, &w->alice, id, (struct tomb_record_given){.title = TOMB_STR("u"), .barcode = TOMB_STR("b")});
	assert_int_equal(done.deletion_id, 0);
	assert_record(id, "d true true deleted");
	done = update(w, &w->alice, id, (struct tomb_record_given){.marc = marc_text('d', 'a', "in1", "Egrets")});
	assert_int_equal(done.deletion_id, 0);
	assert_int_equal(done.restoration_id, 0);
	assert_record(id, "d true true deleted");
	assert_int_equal(tomb_world_number("select count(*) from record_tombstone"), 1);
	assert_int_equal(tomb_world_number("select count(*) from record where title = 'Egrets' and barcode = 'b'"), 1);
}

static void r7_what_is_deleted_already_is_not_deleted_again(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = create(w, TOMB_RECORD_INSTANCE, marc_text('n', 'a', "in1", "Herons"));
	struct tomb_record_written first = update(w, &w->alice, id, (struct tomb_record_given){.deleted = &yes});
	struct tomb_record_written again = update(w, &w->alice, id, (struct tomb_record_given){.deleted = &yes});

	assert_true(first.deletion_id > 0);
	assert_int_equal(again.deletion_id, 0);
	assert_int_equal(again.version, first.version);
}

static void a_record_that_is_created_deleted_has_its_tombstone(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = create(w, TOMB_RECORD_INSTANCE, marc_text('d', 'a', "in1", "Herons"));

	assert_record(id, "d true true deleted");
	assert_int_equal(tomb_world_number("select count(*) from record_tombstone"), 1);
}

static void n_02_mms_records_are_not_deleted_by_a_flag(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = record_box_new("mms_item", NULL, "t");
	const struct tomb_record_given given = {.deleted = &yes, .title = TOMB_STR("u")};
	struct tomb_record_written done = {0};

	REFUSED_AS(tomb_record_update(w->registry, &w->alice, id, 0, &given, &done, &err), TOMB_INVAL, "reason");
	assert_int_equal(tomb_world_number("select count(*) from record where title = 'u'"), 0);
}

/* By the superuser, too. */
static void refused(const char *sql)
{
	tomb_world_exec("do $do$ begin begin %s; exception when check_violation or array_subscript_error or sqlstate "
			"'TB409' then return; end; "
			"raise exception 'it went through'; end $do$",
		sql);
}

static void a_statement_that_would_break_lockstep_is_refused(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = create(w, TOMB_RECORD_INSTANCE, marc_text('n', 'a', "in1", "Herons"));

	refused("update record set marc = set_byte(marc, marc_leader_at + 5, 100)");
	refused("update record set state = 'deleted'");
	refused("update record set state = 'deleted', deleted_at = now(), deletion_id = 1, "
		"discovery_suppress = true, staff_suppress = true, marc = set_byte(marc, marc_leader_at "
		"+ 5, 100)");
	refused("update record set marc_leader_at = 100000");
	(void)record_box_delete(w, id, TOMB_RECORD_SELF);
	refused("update record set marc = set_byte(marc, marc_leader_at + 5, 99)");
	refused("update record set staff_suppress = false");
	refused("update record set state = 'active', deleted_at = null, deletion_id = null, marc = "
		"set_byte(marc, marc_leader_at + 5, 99)");
	record_box_check();
}

enum { RECORDS = 4, STEPS = 80 };

/* What the test knows of a record by itself. */
struct model {
	struct tomb_uuid id;
	bool has_marc;
	bool is_deleted;
	int64_t deletions;
};

static uint32_t draw(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525U + 1013904223U;
	return (*seed >> 16) % n;
}

static void set_status(struct tomb_world *w, struct model *m, char status)
{
	const struct tomb_actor command = record_box_command();
	bool dies = status == 'd';

	(void)update(w, &command, m->id,
		(struct tomb_record_given){.marc = marc_text(status, 'a', "", status == 'd' ? "gone" : "here")});
	m->deletions += dies && !m->is_deleted;
	m->is_deleted = dies;
	m->has_marc = true;
}

static void set_deleted(struct tomb_world *w, struct model *m, bool deleted)
{
	const struct tomb_actor command = record_box_command();

	(void)update(w, &command, m->id, (struct tomb_record_given){.deleted = deleted ? &yes : &no});
	m->deletions += deleted && !m->is_deleted;
	m->is_deleted = deleted;
}

static void do_something(struct tomb_world *w, struct model *m, uint32_t what)
{
	static const char statuses[] = {'n', 'c', 'd', 'a', 'd'};

	if (what < sizeof statuses) {
		set_status(w, m, statuses[what]);
		return;
	}
	switch (what - sizeof statuses) {
	case 0:
	case 1:
		set_deleted(w, m, what == sizeof statuses);
		break;
	case 2:
		(void)update(w, &w->alice, m->id, (struct tomb_record_given){.title = TOMB_STR("other words")});
		break;
	case 3:
		(void)record_box_delete(w, m->id, TOMB_RECORD_SELF);
		m->deletions += !m->is_deleted;
		m->is_deleted = true;
		break;
	case 4:
		(void)record_box_restore(w, m->id);
		m->is_deleted = false;
		break;
	default:
		tomb_world_exec("delete from record where id = '%s'", record_box_text(m->id));
		m->deletions += !m->is_deleted;
		m->is_deleted = true;
		break;
	}
}

static void whatever_is_done_in_whatever_order_the_sides_agree(void **state)
{
	struct tomb_world *w = *state;
	struct model models[RECORDS] = {0};
	uint32_t seed = 20240229;

	for (size_t i = 0; i < RECORDS; i++) {
		models[i].has_marc = i % 2 == 0;
		models[i].id = i % 2 == 0 ? create(w, TOMB_RECORD_INSTANCE, marc_text('n', 'a', "", "t"))
					  : record_box_new("instance", NULL, "t");
	}
	for (int step = 0; step < STEPS; step++) {
		struct model *m = &models[draw(&seed, RECORDS)];

		do_something(w, m, draw(&seed, 11));
		record_box_check();
		for (size_t i = 0; i < RECORDS; i++) {
			assert_int_equal(record_box_is_deleted(models[i].id), models[i].is_deleted);
			assert_int_equal(
				tomb_world_number("select count(*) from record_tombstone where record_id = '%s'",
					record_box_text(models[i].id)),
				models[i].deletions);
			assert_int_equal(tomb_world_number("select count(*) from record where id = '%s' and marc is "
							   "not null",
						 record_box_text(models[i].id)),
				models[i].has_marc);
		}
	}
	assert_true(tomb_world_number("select count(*) from record_restoration") > 5);
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(f_12_setting_leader_05_to_d_deletes_the_instance),
		IN_A_WORLD(f_32_setting_leader_05_to_d_deletes_the_holdings),
		IN_A_WORLD(f_32_holdings_with_items_are_not_deleted_by_their_leader_and_stay_as_they_were),
		IN_A_WORLD(fc_09_authorities_go_by_d_s_and_x_and_bibs_by_d_alone),
		IN_A_WORLD(fc_02_deleted_with_a_flag_that_is_false_is_refused),
		IN_A_WORLD(fc_03_another_leader_brings_a_deleted_record_back_and_leaves_it_suppressed),
		IN_A_WORLD(a_01_who_may_not_restore_does_not_by_a_leader_either),
		IN_A_WORLD(h_09_a_deleted_record_that_is_edited_stays_deleted),
		IN_A_WORLD(r7_what_is_deleted_already_is_not_deleted_again),
		IN_A_WORLD(a_record_that_is_created_deleted_has_its_tombstone),
		IN_A_WORLD(n_02_mms_records_are_not_deleted_by_a_flag),
		IN_A_WORLD(a_statement_that_would_break_lockstep_is_refused),
		IN_A_WORLD(whatever_is_done_in_whatever_order_the_sides_agree),
	};

	return cmocka_run_group_tests_name("records in lockstep", tests, NULL, NULL);
}
