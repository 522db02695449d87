/*
 * The table of records.md 1.2.1, row by row: after the deletion and after the restore, exported and harvested from
 * before and from after the event, with compat_folio = consistent and = seed.
 */
#include "export_box.h"
#include "tombstone/folio_matrix.h"
#include "tombstone/oai_item.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { DELETED_BIT = 1, SEED_BIT = 2 /* which exports show it as deleted */ };

static const int64_t HOUR_US = INT64_C(3600000000);

/* A deletion of each row, and which exports are to show it: written down here by hand. */
static const struct event {
	size_t row; /* of folio_matrix.def */
	enum tomb_record_kind kind;
	const char *source;
	const char *origin;
	int shown;
	char harvested, harvested_seed; /* d: as deleted, s: as if it were there, -: not by itself */
} events[] = {
	{0, TOMB_RECORD_INSTANCE, "MARC", "sql", DELETED_BIT, 'd', 'd'},
	{0, TOMB_RECORD_INSTANCE, "FOLIO", "sql", DELETED_BIT, 'd', 'd'},
	{0, TOMB_RECORD_HOLDINGS, "MARC", "sql", DELETED_BIT, 'd', 'd'},
	{0, TOMB_RECORD_HOLDINGS, "FOLIO", "sql", DELETED_BIT, 'd', '-'},
	{0, TOMB_RECORD_ITEM, "FOLIO", "sql", 0, '-', '-'},
	{1, TOMB_RECORD_INSTANCE, "MARC", "ui", DELETED_BIT | SEED_BIT, 'd', 'd'},
	{2, TOMB_RECORD_INSTANCE, "MARC", "api", DELETED_BIT, 'd', 'd'},
	{2, TOMB_RECORD_INSTANCE, "MARC", "job", DELETED_BIT, 'd', 'd'},
	{3, TOMB_RECORD_INSTANCE, "MARC", "source_api", DELETED_BIT, 'd', '-'},
	{4, TOMB_RECORD_INSTANCE, "MARC", "leader", DELETED_BIT | SEED_BIT, 'd', 'd'},
	{4, TOMB_RECORD_INSTANCE, "MARC", "import", DELETED_BIT | SEED_BIT, 'd', 'd'},
	{5, TOMB_RECORD_INSTANCE, "FOLIO", "ui", DELETED_BIT | SEED_BIT, 'd', 's'},
	{6, TOMB_RECORD_INSTANCE, "FOLIO", "api", DELETED_BIT, 'd', 'd'},
	{7, TOMB_RECORD_AUTHORITY, "MARC", "ui", DELETED_BIT | SEED_BIT, '-', '-'},
	{8, TOMB_RECORD_AUTHORITY, "MARC", "api", DELETED_BIT | SEED_BIT, '-', '-'},
	{9, TOMB_RECORD_HOLDINGS, "MARC", "ui", DELETED_BIT, 'd', '-'},
	{10, TOMB_RECORD_HOLDINGS, "MARC", "api", DELETED_BIT, 'd', 'd'},
	{11, TOMB_RECORD_HOLDINGS, "MARC", "source_api", DELETED_BIT, 'd', '-'},
	{12, TOMB_RECORD_HOLDINGS, "MARC", "leader", DELETED_BIT | SEED_BIT, 'd', '-'},
	{13, TOMB_RECORD_HOLDINGS, "FOLIO", "ui", DELETED_BIT, 'd', '-'},
	{13, TOMB_RECORD_HOLDINGS, "FOLIO", "api", DELETED_BIT, 'd', '-'},
	{14, TOMB_RECORD_ITEM, "FOLIO", "ui", 0, '-', '-'},
	{14, TOMB_RECORD_ITEM, "FOLIO", "api", 0, '-', '-'},
};

static void make(struct export_box *box, const struct event *e)
{
	const char *kind = tomb_record_kind_info(e->kind)->name.p;

	if (e->kind == TOMB_RECORD_HOLDINGS || e->kind == TOMB_RECORD_ITEM)
		export_box_add(box, "instance", "MARC", "above", "Above");
	if (e->kind == TOMB_RECORD_ITEM)
		export_box_add_in(box, "above", "holdings", "MARC", "between", "Between");
	export_box_add_in(box, e->kind == TOMB_RECORD_ITEM ? "between" : "above", kind, e->source, "it", "The record");
}

static void unmake(void)
{
	tomb_fixture_pg_exec(
		"alter table record disable trigger user; alter table record_tombstone disable trigger user; "
		"delete from record_tombstone; update record set deletion_id = 0 where deletion_id is not null; "
		"alter table record_deletion disable trigger user; delete from record_deletion; "
		"update record set parent_id = null; delete from record; "
		"alter table record enable trigger user; alter table record_tombstone enable trigger user; "
		"alter table record_deletion enable trigger user");
}

/* Which kinds an export of that record's kind asks for: items are none of FOLIO's types, and are asked for as MARC. */
static bool is_shown_as_deleted(struct export_box *box, const struct event *e, int64_t from_us)
{
	struct tomb_record_export_ask ask = export_box_all(&(enum tomb_record_kind){e->kind}, TOMB_RECORD_EXPORT_MARC);

	ask.live = from_us == 0;
	ask.deleted_from_us = from_us;
	export_box_run(box, &ask);
	assert_true(box->done.deleted <= 1);
	return strncmp(export_box_perl(box), "d it", 4) == 0 || strstr(export_box_perl(box), "\nd it") != NULL;
}

static void assert_shown(
	struct export_box *box, const struct event *e, bool is_seed, bool is_shown, int64_t from_us, const char *when)
{
	if (is_shown_as_deleted(box, e, from_us) != is_shown)
		fail_msg("row %zu, %s %s by %s, compat_folio %s, %s: should%s be exported as deleted", e->row,
			tomb_record_kind_info(e->kind)->name.p, e->source, e->origin, is_seed ? "seed" : "consistent",
			when, is_shown ? "" : " not");
}

/* What a harvest shows of it that begins now, if it changed since from_us. */
static char harvested(struct export_box *box, int64_t from_us)
{
	struct tomb_pg *pg = box->f->pg;
	struct tomb_arena *arena = &box->f->arena;
	struct tomb_err *err = &box->f->err;
	struct tomb_oai_policy policy;
	struct tomb_oai_item *items = NULL;
	struct tomb_uuid id;
	int64_t changes = 0;
	size_t n = 0;

	OK(box->f, tomb_oai_item_stamp(pg, &changes, err));
	OK(box->f, tomb_oai_policy_get(pg, &policy, err));
	OK(box->f, tomb_uuid_parse(
			   tomb_str_from(tomb_fixture_pg_value("select id from record where hrid = 'it'")), &id, err));
	OK(box->f, tomb_oai_item_list(pg, (struct tomb_uuids){&id, 1}, (struct tomb_oai_want){.marc = false}, arena,
			   &items, &n, err));
	if (n == 0 || items->datestamp_us < from_us)
		return '-';
	switch (tomb_oai_item_face(&policy, items)) {
	case TOMB_OAI_TOMBSTONE:
		return 'd';
	case TOMB_OAI_LIVE:
		return items->is_deleted ? 's' : 'l';
	case TOMB_OAI_HIDDEN:
		break;
	}
	return '-';
}

static void assert_harvested(
	struct export_box *box, const struct event *e, bool is_seed, char wanted, int64_t from_us, const char *when)
{
	char seen = harvested(box, from_us);

	if (seen != wanted)
		fail_msg("row %zu, %s %s by %s, compat_folio %s, %s: harvested as %c, not %c", e->row,
			tomb_record_kind_info(e->kind)->name.p, e->source, e->origin, is_seed ? "seed" : "consistent",
			when, seen, wanted);
}

static int64_t deleted_at(void)
{
	return tomb_fixture_pg_number(
		"select (extract(epoch from max(deleted_at)) * 1000000)::bigint from record_tombstone");
}

static void every_row_is_exported_and_harvested_as_the_table_says(void **state)
{
	struct export_box *box = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(events); i++) {
		const struct event *e = &events[i];
		int64_t at = 0;

		make(box, e);
		export_box_delete("it", e->origin);
		at = deleted_at();
		for (int seed = 0; seed < 2; seed++) {
			bool is_shown = (e->shown & (seed ? SEED_BIT : DELETED_BIT)) != 0;

			tomb_fixture_pg_exec(seed ? "update oai_policy set compat_folio = 'seed'"
						  : "update oai_policy set compat_folio = 'consistent'");
			assert_shown(box, e, seed, is_shown, 0, "everything");
			assert_shown(box, e, seed, is_shown, at, "from the deletion on");
			assert_shown(box, e, seed, false, at + 1, "from after it on");
			assert_harvested(box, e, seed, seed ? e->harvested_seed : e->harvested, 0, "everything");
			assert_harvested(box, e, seed, '-', at + HOUR_US, "from after it on");
		}
		export_box_restore("it");
		for (int seed = 0; seed < 2; seed++) {
			tomb_fixture_pg_exec(seed ? "update oai_policy set compat_folio = 'seed'"
						  : "update oai_policy set compat_folio = 'consistent'");
			assert_shown(box, e, seed, false, 0, "restored");
			assert_shown(box, e, seed, false, at, "restored, from the deletion on");
			assert_shown(box, e, seed, false, at + 1, "restored, from after it on");
			assert_harvested(box, e, seed, e->harvested == 'd' ? 'l' : '-', 0, "restored");
			assert_harvested(box, e, seed, '-', at + HOUR_US, "restored, from after it on");
		}
		unmake();
	}
}

static void every_row_of_the_table_is_among_the_events(void **state)
{
	bool seen[TOMB_FOLIO_ROWS] = {false};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(events); i++)
		seen[events[i].row] = true;
	for (size_t i = 0; i < TOMB_FOLIO_ROWS; i++)
		if (!seen[i])
			fail_msg("row %zu is not tried", i);
}

/* What harvests see, by hand as well: consistent, then seed. */
static void every_cell_of_harvests_is_as_the_table_says(void **state)
{
	static const struct {
		enum tomb_record_kind kind;
		const char *source;
		enum tomb_record_origin origin;
		enum tomb_folio_cell harvest, seed;
	} rows[] = {
		{TOMB_RECORD_INSTANCE, "MARC", TOMB_RECORD_BY_UI, TOMB_FOLIO_DELETED, TOMB_FOLIO_DELETED},
		{TOMB_RECORD_INSTANCE, "MARC", TOMB_RECORD_BY_API, TOMB_FOLIO_DELETED, TOMB_FOLIO_DELETED},
		{TOMB_RECORD_INSTANCE, "MARC", TOMB_RECORD_BY_SOURCE_API, TOMB_FOLIO_DELETED, TOMB_FOLIO_ABSENT},
		{TOMB_RECORD_INSTANCE, "MARC", TOMB_RECORD_BY_LEADER, TOMB_FOLIO_DELETED, TOMB_FOLIO_DELETED},
		{TOMB_RECORD_INSTANCE, "FOLIO", TOMB_RECORD_BY_UI, TOMB_FOLIO_DELETED, TOMB_FOLIO_SUPPRESSED},
		{TOMB_RECORD_INSTANCE, "FOLIO", TOMB_RECORD_BY_API, TOMB_FOLIO_DELETED, TOMB_FOLIO_DELETED},
		{TOMB_RECORD_AUTHORITY, "MARC", TOMB_RECORD_BY_UI, TOMB_FOLIO_NOT_SHOWN, TOMB_FOLIO_NOT_SHOWN},
		{TOMB_RECORD_AUTHORITY, "MARC", TOMB_RECORD_BY_API, TOMB_FOLIO_NOT_SHOWN, TOMB_FOLIO_NOT_SHOWN},
		{TOMB_RECORD_HOLDINGS, "MARC", TOMB_RECORD_BY_UI, TOMB_FOLIO_WITH_INSTANCE, TOMB_FOLIO_ABSENT},
		{TOMB_RECORD_HOLDINGS, "MARC", TOMB_RECORD_BY_API, TOMB_FOLIO_WITH_INSTANCE, TOMB_FOLIO_DELETED},
		{TOMB_RECORD_HOLDINGS, "MARC", TOMB_RECORD_BY_SOURCE_API, TOMB_FOLIO_WITH_INSTANCE, TOMB_FOLIO_ABSENT},
		{TOMB_RECORD_HOLDINGS, "MARC", TOMB_RECORD_BY_LEADER, TOMB_FOLIO_WITH_INSTANCE, TOMB_FOLIO_UNHEARD},
		{TOMB_RECORD_HOLDINGS, "FOLIO", TOMB_RECORD_BY_UI, TOMB_FOLIO_WITH_INSTANCE, TOMB_FOLIO_INSTANCE_ONLY},
		{TOMB_RECORD_ITEM, "FOLIO", TOMB_RECORD_BY_API, TOMB_FOLIO_INSTANCE_ONLY, TOMB_FOLIO_INSTANCE_ONLY},
		{TOMB_RECORD_INSTANCE, "MARC", TOMB_RECORD_BY_SQL, TOMB_FOLIO_DELETED, TOMB_FOLIO_DELETED},
		{TOMB_RECORD_HOLDINGS, "MARC", TOMB_RECORD_BY_SQL, TOMB_FOLIO_WITH_INSTANCE, TOMB_FOLIO_DELETED},
		{TOMB_RECORD_HOLDINGS, "FOLIO", TOMB_RECORD_BY_SQL, TOMB_FOLIO_WITH_INSTANCE, TOMB_FOLIO_INSTANCE_ONLY},
		{TOMB_RECORD_ITEM, "FOLIO", TOMB_RECORD_BY_SQL, TOMB_FOLIO_INSTANCE_ONLY, TOMB_FOLIO_INSTANCE_ONLY},
		{TOMB_RECORD_ALMA_TITLE, "MARC", TOMB_RECORD_BY_UI, TOMB_FOLIO_DELETED, TOMB_FOLIO_DELETED},
		{TOMB_RECORD_MMS_ITEM, "MODS", TOMB_RECORD_BY_SQL, TOMB_FOLIO_DELETED, TOMB_FOLIO_DELETED},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++)
		for (int seed = 0; seed < 2; seed++) {
			struct tomb_folio_outward seen = tomb_folio_matrix_outward(
				rows[i].kind, tomb_str_from(rows[i].source), rows[i].origin, seed);

			if (seen.harvested != (seed ? rows[i].seed : rows[i].harvest))
				fail_msg("%zu: \"%s\" with %s", i, tomb_folio_cell_words(seen.harvested).p,
					seed ? "seed" : "consistent");
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_row_is_exported_and_harvested_as_the_table_says, export_box_set_up, export_box_tear_down),
		cmocka_unit_test(every_row_of_the_table_is_among_the_events),
		cmocka_unit_test(every_cell_of_harvests_is_as_the_table_says),
	};
	return cmocka_run_group_tests_name("FOLIO's table", tests, NULL, NULL);
}
