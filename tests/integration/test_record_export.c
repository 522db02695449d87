/*
 * Exports of records (records.md 4, F-44 to F-48, E-1 to E-14), as perl's MARC::Record reads them.
 */
#include "export_box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define INSTANCE (&(enum tomb_record_kind){TOMB_RECORD_INSTANCE})
#define HOLDINGS (&(enum tomb_record_kind){TOMB_RECORD_HOLDINGS})
#define AUTHORITY (&(enum tomb_record_kind){TOMB_RECORD_AUTHORITY})

static void seed(void)
{
	tomb_fixture_pg_exec("update oai_policy set compat_folio = 'seed'");
}

static size_t count(const struct tomb_buf *text, const char *needle)
{
	size_t n = 0;

	for (const char *p = text->p; (p = memmem(p, (size_t)(text->p + text->n - p), needle, strlen(needle))); p++)
		n++;
	return n;
}

/* The file as perl reads it. */
static void assert_file(struct export_box *box, const struct tomb_record_export_ask *ask, const char *lines)
{
	export_box_run(box, ask);
	assert_string_equal(export_box_perl(box), lines);
}

static void f_44_an_instance_of_marc_is_deleted_when_its_leader_says_so(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_MARC);

	export_box_add(box, "instance", "MARC", "in1", "Gone");
	export_box_add(box, "instance", "MARC", "in2", "There");
	assert_file(box, &ask, "n in1 Gone\nn in2 There\n");
	export_box_delete("in1", "ui");
	assert_file(box, &ask, "n in2 There\nd in1 Gone\n");
	export_box_restore("in1");
	assert_file(box, &ask, "c in1 Gone\nn in2 There\n");
}

static void f_45_and_e_09_the_day_of_a_deletion_is_that_of_field_005(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_MARC);

	export_box_add(box, "instance", "MARC", "in1", "Gone");
	export_box_delete("in1", "leader");
	export_box_run(box, &ask);
	assert_int_equal(count(&box->file, tomb_fixture_pg_value("select to_char(deleted_at at time zone 'UTC', "
								 "'YYYYMMDDHH24MISS\".0\"') from record")),
		1);
	ask.live = false;
	ask.deleted_from_us = tomb_fixture_pg_number(
		"select (extract(epoch from deleted_at) * 1000000)::bigint from record");
	ask.deleted_until_us = ask.deleted_from_us + 1;
	assert_file(box, &ask, "d in1 Gone\n");
	ask.deleted_until_us = ask.deleted_from_us;
	ask.deleted_from_us -= 86400 * INT64_C(1000000);
	assert_file(box, &ask, "");
	ask.deleted_from_us = ask.deleted_until_us + 1;
	ask.deleted_until_us = 0;
	assert_file(box, &ask, "");
}

static void f_46_holdings_of_marc_go_by_the_same_rules(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(HOLDINGS, TOMB_RECORD_EXPORT_MARC);

	export_box_add(box, "instance", "MARC", "in1", "Above");
	export_box_add_in(box, "in1", "holdings", "MARC", "ho1", "Here");
	export_box_add_in(box, "in1", "holdings", "MARC", "ho2", "Not here");
	export_box_delete("ho2", "leader");
	assert_file(box, &ask, "n ho1 Here\nd ho2 Not here\n");
}

static void f_47_and_e_10_being_suppressed_twice_is_a_deletion_for_the_seed_only(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_MARC);

	export_box_add(box, "instance", "FOLIO", "in1", "Hidden twice");
	export_box_add(box, "instance", "FOLIO", "in2", "Hidden once");
	export_box_add(box, "instance", "MARC", "in3", "Hidden, of MARC");
	tomb_fixture_pg_exec("update record set discovery_suppress = true, staff_suppress = hrid <> 'in2'");
	assert_file(box, &ask, "");
	ask.suppressed = true;
	assert_file(box, &ask, "n in1 Hidden twice\nn in2 Hidden once\nn in3 Hidden, of MARC\n");
	seed();
	assert_file(box, &ask, "n in2 Hidden once\nn in3 Hidden, of MARC\nd in1 Hidden twice\n");
	ask.suppressed = false;
	assert_file(box, &ask, "d in1 Hidden twice\n");
	ask.deleted = false;
	ask.suppressed = true;
	assert_file(box, &ask, "n in2 Hidden once\nn in3 Hidden, of MARC\n");
}

static void f_48_holdings_without_marc_are_deleted_while_their_tombstone_says_so(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(HOLDINGS, TOMB_RECORD_EXPORT_MARC);

	export_box_add(box, "instance", "FOLIO", "in1", "Above");
	export_box_add_in(box, "in1", "holdings", "FOLIO", "ho1", "Here");
	export_box_delete("ho1", "api");
	assert_file(box, &ask, "d ho1 \n");
	assert_int_equal(count(&box->file, "in1"), 1); /* field 004 */
	export_box_restore("ho1");
	assert_file(box, &ask, "n ho1 \n");
}

static void e_01_and_e_02_days_are_included_at_both_ends(void **state)
{
	static const int64_t day = INT64_C(86400000000);
	struct tomb_err err;
	int64_t from = 0;
	int64_t until = 0;

	(void)state;
	/* 2024-04-26 is the 19839th day. */
	assert_int_equal(
		tomb_record_export_days(TOMB_STR("2024-04-26"), TOMB_STR("2024-04-26"), 0, &from, &until, &err),
		TOMB_OK);
	assert_int_equal(from, 19839 * day);
	assert_int_equal(until, 19840 * day);
	assert_int_equal(
		tomb_record_export_days(TOMB_STR(""), TOMB_STR("2024-04-26"), 0, &from, &until, &err), TOMB_OK);
	assert_int_equal(from, 0);
	assert_int_equal(until, 19840 * day);
	assert_int_equal(
		tomb_record_export_days(TOMB_STR("2024-04-26"), TOMB_STR(""), 0, &from, &until, &err), TOMB_OK);
	assert_int_equal(from, 19839 * day);
	assert_int_equal(until, 0);
	assert_int_equal(
		tomb_record_export_days(TOMB_STR(""), TOMB_STR(""), 19840 * day + 5, &from, &until, &err), TOMB_OK);
	assert_int_equal(from, 19839 * day);
	assert_int_equal(until, 19840 * day);
	assert_int_equal(
		tomb_record_export_days(TOMB_STR("2024-0426"), TOMB_STR(""), 0, &from, &until, &err), TOMB_INVAL);
	assert_string_equal(err.text, "Invalid date format for payload");
	assert_int_equal(
		tomb_record_export_days(TOMB_STR(""), TOMB_STR("2024-04-26r"), 0, &from, &until, &err), TOMB_INVAL);
	assert_int_equal(
		tomb_record_export_days(TOMB_STR("2024-02-30"), TOMB_STR("2024-04-26"), 0, &from, &until, &err),
		TOMB_INVAL);
	assert_int_equal(
		tomb_record_export_days(TOMB_STR("2024-04-27"), TOMB_STR("2024-04-26"), 0, &from, &until, &err),
		TOMB_INVAL);
	assert_string_equal(err.text, "Invalid date range for payload: date 'from' cannot be after date 'to'.");
}

static void e_03_nothing_found_is_an_empty_file_that_others_can_read(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_MARC);

	assert_file(box, &ask, "");
	assert_int_equal(box->done.live + box->done.deleted + box->done.failed, 0);
	ask.format = TOMB_RECORD_EXPORT_MARCXML;
	export_box_run(box, &ask);
	export_box_judge(box, "empty.xml", "xmllint --nonet --noout %s");
}

static void e_04_deleted_authorities_come_page_by_page(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(AUTHORITY, TOMB_RECORD_EXPORT_MARC);

	export_box_add(box, "authority", "MARC", "a1", "One");
	export_box_add(box, "authority", "MARC", "a2", "Two");
	export_box_add(box, "authority", "MARC", "a3", "Three");
	export_box_delete("a1", "ui");
	export_box_delete("a2", "api");
	export_box_delete("a3", "ui");
	ask.live = false;
	ask.at_most = 2;
	assert_file(box, &ask, "d a1 One\nd a2 Two\n");
	ask.skip = 2;
	assert_file(box, &ask, "d a3 Three\n");
	assert_int_equal(box->done.deleted, 1);
}

static void e_05_profiles_refuse_authorities_of_the_other_kind(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(AUTHORITY, TOMB_RECORD_EXPORT_MARC);

	export_box_add(box, "authority", "MARC", "a1", "There");
	export_box_add(box, "authority", "MARC", "a2", "Gone");
	export_box_delete("a2", "ui");
	ask.profile = TOMB_RECORD_EXPORT_ORDINARY;
	assert_file(box, &ask, "n a1 There\n");
	assert_non_null(strstr(box->problems.p, " is set for deletion and cannot be exported using this profile\n"));
	ask.profile = TOMB_RECORD_EXPORT_DELETED_AUTHORITIES;
	assert_file(box, &ask, "d a2 Gone\n");
	assert_non_null(strstr(
		box->problems.p, "This profile can only be used to export authority records set for deletion\n"));
	assert_int_equal(box->done.failed, 1);
}

static void e_06_deleted_records_come_once_or_not_at_all_whatever_is_suppressed(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_MARC);

	export_box_add(box, "instance", "MARC", "in1", "Gone");
	export_box_add(box, "instance", "FOLIO", "in2", "Gone too");
	export_box_add(box, "instance", "MARC", "in3", "Hidden");
	export_box_add(box, "instance", "MARC", "in4", "There");
	export_box_delete("in1", "ui");
	export_box_delete("in2", "sql");
	tomb_fixture_pg_exec("update record set discovery_suppress = true where hrid = 'in3'");
	assert_file(box, &ask, "n in4 There\nd in1 Gone\nd in2 Gone too\n");
	assert_int_equal(box->done.live, 1);
	assert_int_equal(box->done.deleted, 2);
	ask.suppressed = true;
	assert_file(box, &ask, "n in3 Hidden\nn in4 There\nd in1 Gone\nd in2 Gone too\n");
	ask.deleted = false;
	assert_file(box, &ask, "n in3 Hidden\nn in4 There\n");
	ask.deleted = true;
	ask.live = false;
	assert_file(box, &ask, "d in1 Gone\nd in2 Gone too\n");
}

static void e_07_every_deleted_record_says_d_also_one_that_is_made_for_it(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_MARC);
	char id[64];

	export_box_add(box, "instance", "FOLIO", "in1", "G\xc3\xb6ne");
	export_box_delete("in1", "ui");
	assert_file(box, &ask, "d in1 G\xc3\xb6ne\n");
	(void)snprintf(id, sizeof id, "i%s\x1fs-", tomb_fixture_pg_value("select id::text from record"));
	assert_int_equal(count(&box->file, id), 1); /* 999 ff $i, $s */
	assert_int_equal(box->file.p[9], 'a');
	export_box_add(box, "authority", "MARC", "a1", "Split");
	tomb_fixture_pg_exec(
		"update record set marc = set_byte(marc, marc_leader_at + 5, ascii('n')) where hrid = 'a1'");
	export_box_delete("a1", "leader");
	tomb_fixture_pg_exec(
		"update record set marc = set_byte(marc, marc_leader_at + 5, ascii('s')) where hrid = 'a1'");
	ask.kinds = AUTHORITY;
	assert_file(box, &ask, "d a1 Split\n");
}

static void e_08_only_the_last_state_of_a_record_is_exported(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_MARC);

	export_box_add(box, "instance", "MARC", "in1", "Twice gone");
	export_box_delete("in1", "ui");
	export_box_restore("in1");
	export_box_delete("in1", "api");
	assert_file(box, &ask, "d in1 Twice gone\n");
}

/* Longer than ISO 2709 can say. */
static const char *long_title(struct export_box *box)
{
	enum { LONG = 120000 };
	char *title = tomb_arena_get(&box->f->arena, 1, LONG + 1);

	assert_non_null(title);
	memset(title, 'x', LONG);
	return title;
}

static void e_11_a_record_too_long_for_iso_2709_is_a_problem_there_and_none_in_marcxml(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_MARC);

	export_box_add(box, "instance", "MARC", "in1", "Short");
	export_box_add(box, "instance", "MARC", "in2", long_title(box));
	export_box_add(box, "instance", "MARC", "in3", "Short too");
	assert_string_equal(tomb_fixture_pg_value("select marc_form from record where hrid = 'in2'"), "marcxml");
	export_box_delete("in2", "ui");
	assert_file(box, &ask, "n in1 Short\nn in3 Short too\n");
	assert_int_equal(box->done.failed, 1);
	assert_non_null(
		strstr(box->problems.p, tomb_fixture_pg_value("select id::text from record where hrid = 'in2'")));
	ask.format = TOMB_RECORD_EXPORT_MARCXML;
	export_box_run(box, &ask);
	assert_int_equal(box->done.failed, 0);
	assert_int_equal(count(&box->file, "<record"), 3);
	assert_int_equal(count(&box->file, "xxxxxxxxxx"), 120000 - 9);
}

static void e_12_a_record_whose_marc_is_missing_is_a_problem_and_the_rest_goes_on(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_MARC);

	export_box_add(box, "instance", "MARC", "in1", "!Missing");
	export_box_add(box, "instance", "MARC", "in2", "There");
	assert_file(box, &ask, "n in2 There\n");
	assert_int_equal(box->done.failed, 1);
	assert_non_null(strstr(box->problems.p, "there is no MARC record of it"));
}

/* Deletes and restores on other connections while the file is being written. */
static enum tomb_code meddle(void *ctx, struct tomb_str piece, struct tomb_err *err)
{
	struct export_box *box = ctx;
	struct tomb_str all;

	if (box->file.n == 0) {
		export_box_delete("in5999", "ui");
		export_box_restore("in0");
	}
	tomb_buf_put(&box->file, piece);
	return tomb_buf_done(&box->file, &all, err);
}

static enum tomb_code no_problem(void *ctx, const struct tomb_record_export_problem *problem, struct tomb_err *err)
{
	(void)ctx;
	return TOMB_FAIL(err, TOMB_BUG, "%.*s", TOMB_STR_ARG(problem->text));
}

static void e_13_what_is_deleted_or_restored_during_an_export_is_in_it_once(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_IDS);
	struct tomb_record_export_sink sink = {meddle, no_problem, box};

	export_box_add(box, "instance", "MARC", "in", "Model");
	tomb_fixture_pg_exec(
		"insert into record (institution_id, kind, source, hrid, title, created_by, marc, marc_form, "
		"marc_leader_at, marc_005_at) select institution_id, kind, source, 'in' || n, 'No. ' || n, "
		"'test', marc, marc_form, marc_leader_at, marc_005_at from record, generate_series(0, 5999) n");
	export_box_delete("in0", "ui");
	tomb_buf_reset(&box->file);
	OK(box->f, tomb_record_export(box->f->pg, &box->editor, &ask, &sink, &box->done, &box->f->err));
	assert_true(box->done.bytes > 128 * 1024); /* the meddling was long before the end */
	assert_int_equal(box->done.live, 6000);
	assert_int_equal(box->done.deleted, 1);
	assert_string_equal(tomb_fixture_pg_value("select state from record where hrid = 'in5999'"), "deleted");
	assert_int_equal(
		count(&box->file, tomb_fixture_pg_value("select id::text from record where hrid = 'in5999'")), 1);
	assert_int_equal(count(&box->file, tomb_fixture_pg_value("select id::text from record where hrid = 'in0'")), 1);
}

static void e_14_records_are_named_in_a_file_as_folio_takes_it(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_MARC);
	const char *gone = NULL;
	const char *there = NULL;
	struct tomb_uuids ids;
	char text[512];

	export_box_add(box, "instance", "MARC", "in1", "There");
	export_box_add(box, "instance", "MARC", "in2", "Gone");
	export_box_add(box, "instance", "MARC", "in3", "Not named");
	export_box_delete("in2", "ui");
	there = tomb_fixture_pg_value("select id::text from record where hrid = 'in1'");
	gone = tomb_fixture_pg_value("select upper(id::text) from record where hrid = 'in2'");
	(void)snprintf(text, sizeof text, "\xef\xbb\xbf%s\r\n\r\n\"%s\"\n%s\n00000000-0000-4000-8000-000000000000",
		gone, there, gone);
	OK(box->f, tomb_record_export_read_ids(tomb_str_from(text), &box->f->arena, &ids, &box->f->err));
	assert_int_equal(ids.n, 4);
	ask.ids = ids.p;
	ask.nids = ids.n;
	assert_file(box, &ask, "n in1 There\nd in2 Gone\n");
	assert_string_equal(box->problems.p, "00000000-0000-4000-8000-000000000000 there is no such record\n");
	REFUSED(box->f,
		tomb_record_export_read_ids(
			TOMB_STR("00000000-0000-4000-8000-000000000000\nin1\n"), &box->f->arena, &ids, &box->f->err),
		TOMB_INVAL, "line 2 is no UUID");
}

static void only_those_who_may_export_do_and_only_what_is_theirs(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_MARC);
	struct tomb_record_export_sink sink = {meddle, no_problem, box};
	struct tomb_actor user = ledger_fixture_person(box->f, box->institution, "u@test.edu", TOMB_ROLE_INST_USER);
	int64_t other = ledger_fixture_institution("other.edu");
	struct tomb_actor stranger = ledger_fixture_person(box->f, other, "s@other.edu", TOMB_ROLE_INST_ADMIN);

	export_box_add(box, "instance", "MARC", "in1", "There");
	REFUSED(box->f, tomb_record_export(box->f->pg, &user, &ask, &sink, &box->done, &box->f->err), TOMB_FORBIDDEN,
		"export");
	ask.institution_id = other;
	REFUSED(box->f, tomb_record_export(box->f->pg, &box->editor, &ask, &sink, &box->done, &box->f->err),
		TOMB_FORBIDDEN, "not yours");
	ask.institution_id = 0;
	box->editor = stranger;
	assert_file(box, &ask, "");
	box->editor = box->f->program;
	assert_file(box, &ask, "n in1 There\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, export_box_set_up, export_box_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(f_44_an_instance_of_marc_is_deleted_when_its_leader_says_so),
		TEST(f_45_and_e_09_the_day_of_a_deletion_is_that_of_field_005),
		TEST(f_46_holdings_of_marc_go_by_the_same_rules),
		TEST(f_47_and_e_10_being_suppressed_twice_is_a_deletion_for_the_seed_only),
		TEST(f_48_holdings_without_marc_are_deleted_while_their_tombstone_says_so),
		cmocka_unit_test(e_01_and_e_02_days_are_included_at_both_ends),
		TEST(e_03_nothing_found_is_an_empty_file_that_others_can_read),
		TEST(e_04_deleted_authorities_come_page_by_page),
		TEST(e_05_profiles_refuse_authorities_of_the_other_kind),
		TEST(e_06_deleted_records_come_once_or_not_at_all_whatever_is_suppressed),
		TEST(e_07_every_deleted_record_says_d_also_one_that_is_made_for_it),
		TEST(e_08_only_the_last_state_of_a_record_is_exported),
		TEST(e_11_a_record_too_long_for_iso_2709_is_a_problem_there_and_none_in_marcxml),
		TEST(e_12_a_record_whose_marc_is_missing_is_a_problem_and_the_rest_goes_on),
		TEST(e_13_what_is_deleted_or_restored_during_an_export_is_in_it_once),
		TEST(e_14_records_are_named_in_a_file_as_folio_takes_it),
		TEST(only_those_who_may_export_do_and_only_what_is_theirs),
	};
	return cmocka_run_group_tests_name("exports of records", tests, NULL, NULL);
}
