/*
 * The formats of exports of records (records.md 4.2).  Others read them: yaz-marcdump, and xmllint with the schemas of
 * $TOMBSTONE_TEST_DATA or ../shared/data, which are skipped where these are not.
 */
#include "export_box.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define INSTANCE (&(enum tomb_record_kind){TOMB_RECORD_INSTANCE})

static size_t count(const struct tomb_buf *text, const char *needle)
{
	size_t n = 0;

	for (const char *p = text->p; (p = memmem(p, (size_t)(text->p + text->n - p), needle, strlen(needle))); p++)
		n++;
	return n;
}

static enum tomb_code no_problem(void *ctx, const struct tomb_record_export_problem *problem, struct tomb_err *err)
{
	(void)ctx;
	return TOMB_FAIL(err, TOMB_BUG, "%.*s", TOMB_STR_ARG(problem->text));
}

/* What is allocated at its most while pieces come. */
static enum tomb_code weigh(void *ctx, struct tomb_str piece, struct tomb_err *err)
{
	size_t *most = ctx;
	size_t now = mallinfo2().uordblks;

	(void)piece;
	(void)err;
	*most = now > *most ? now : *most;
	return TOMB_OK;
}

static void tables_name_the_deletion_and_hold_no_formula(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_IDS);
	char wanted[512];

	export_box_add(box, "instance", "MARC", "in1", "Gone");
	export_box_delete("in1", "ui");
	export_box_run(box, &ask);
	(void)snprintf(wanted, sizeof wanted, "%s\n", tomb_fixture_pg_value("select id::text from record"));
	assert_string_equal(box->file.p, wanted);
	ask.format = TOMB_RECORD_EXPORT_CSV;
	export_box_run(box, &ask);
	(void)snprintf(wanted, sizeof wanted, "id,kind,hrid,deleted_at,deleted_by,op_id,reason\r\n%s\r\n",
		tomb_fixture_pg_value(
			"select format('\"%s\",\"instance\",\"in1\",\"%s\",\"''=alice@test.edu\",%s,\"twice, "
			"\"\"really\"\"\"', "
			"id, to_char(deleted_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), deletion_id) "
			"from "
			"record"));
	assert_string_equal(box->file.p, wanted);
}

static void tombstones_are_json_line_by_line(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_TOMBSTONES);
	struct tomb_record_export_sink sink = {weigh, no_problem, &(size_t){0}};

	export_box_add(box, "instance", "MARC", "in1", "Gone");
	export_box_add(box, "instance", "FOLIO", "in2", "Gone\ntoo");
	export_box_delete("in1", "ui");
	export_box_delete("in2", "api");
	REFUSED(box->f, tomb_record_export(box->f->pg, &box->editor, &ask, &sink, &box->done, &box->f->err), TOMB_INVAL,
		"for deleted records only");
	ask.live = false;
	export_box_run(box, &ask);
	export_box_judge(box, "t.jsonl",
		"python3 -c 'import base64, json; a, b = map(json.loads, open(\"%s\")); assert a[\"hrid\"] == \"in1\"; "
		"assert "
		"base64.b64decode(a[\"marc_base64\"])[5:6] == b\"n\"; assert a[\"deletion\"][\"origin\"] == \"ui\"; "
		"assert "
		"b[\"title\"] == \"Gone\\ntoo\" and b[\"marc_base64\"] is None'");
}

static void judge_schema(struct export_box *box, const char *name, const char *schema)
{
	char command[1600];

	if (box->data[0] == '\0')
		skip();
	(void)snprintf(command, sizeof command,
		"XML_CATALOG_FILES='%s/catalog.xml' xmllint --nonet --noout --schema '%s/schemas/%s' %%s", box->data,
		box->data, schema);
	export_box_judge(box, name, command);
}

static void others_read_the_marc(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_MARC);

	export_box_add(box, "instance", "MARC", "in1", "Gone & <\xc3\xbc>");
	export_box_add(box, "instance", "FOLIO", "in2", "Made & <\xc3\xbc>");
	export_box_delete("in1", "ui");
	export_box_delete("in2", "ui");
	export_box_run(box, &ask);
	export_box_judge(box, "export.mrc", "test \"$(yaz-marcdump -i marc %s | grep -c '^[0-9]*dam a')\" = 2");
	ask.format = TOMB_RECORD_EXPORT_MARCXML;
	export_box_run(box, &ask);
	export_box_judge(box, "export.xml", "test \"$(yaz-marcdump -i marcxml %s | grep -c '^[0-9]*dam a')\" = 2");
	judge_schema(box, "export.xml", "MARC21slim.xsd");
}

static void deletions_are_premis_that_the_schema_takes(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, TOMB_RECORD_EXPORT_PREMIS);

	ask.live = false;
	export_box_run(box, &ask);
	judge_schema(box, "empty.xml", "premis-v3-0.xsd");
	export_box_add(box, "instance", "MARC", "in1", "Gone & <\xc3\xbc>");
	export_box_add(box, "instance", "FOLIO", "in2", "Gone");
	export_box_delete("in1", "ui");
	export_box_delete("in2", "sql");
	export_box_run(box, &ask);
	assert_int_equal(box->done.deleted, 2);
	assert_int_equal(count(&box->file, "eventType/dea\""), 2);
	assert_int_equal(count(&box->file, "<premis:agent>"), 2);
	assert_int_equal(
		count(&box->file, tomb_fixture_pg_value("select event_id::text from record_tombstone limit 1")), 2);
	judge_schema(box, "premis.xml", "premis-v3-0.xsd");
}

static void mms_records_are_mods_that_the_schema_takes(void **state)
{
	struct export_box *box = *state;
	struct tomb_record_export_ask ask = export_box_all(
		&(enum tomb_record_kind){TOMB_RECORD_MMS_ITEM}, TOMB_RECORD_EXPORT_MODS);

	export_box_add(box, "mms_item", "MODS", "m1", "There");
	export_box_add(box, "mms_item", "MODS", "m2", "Gone");
	export_box_add(box, "mms_item", "NONE", "m3", "Without");
	tomb_fixture_pg_exec("update record set mods = '<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<mods "
			     "xmlns=\"http://www.loc.gov/mods/v3\" version=\"3.8\"><titleInfo><title>' || title || "
			     "'</title></titleInfo></mods>' where hrid <> 'm3'");
	export_box_delete("m2", "ui");
	export_box_run(box, &ask);
	assert_int_equal(count(&box->file, "<mods "), 2);
	assert_int_equal(count(&box->file, "<?xml"), 1);
	assert_non_null(strstr(box->problems.p, "no MODS"));
	export_box_judge(box, "mods.xml", "xmllint --nonet --noout %s");
	judge_schema(box, "mods.xml", "dpres/mods-3-8.xsd");
}

static size_t weigh_export(struct export_box *box, enum tomb_record_export_format format)
{
	struct tomb_record_export_ask ask = export_box_all(INSTANCE, format);
	size_t most = 0;
	struct tomb_record_export_sink sink = {weigh, no_problem, &most};

	ask.live = !(format == TOMB_RECORD_EXPORT_PREMIS || format == TOMB_RECORD_EXPORT_TOMBSTONES);
	OK(box->f, tomb_record_export(box->f->pg, &box->editor, &ask, &sink, &box->done, &box->f->err));
	return most;
}

static void memory_does_not_grow_with_the_file(void **state)
{
	struct export_box *box = *state;
	size_t few[TOMB_RECORD_EXPORT_FORMAT_MAX];

	export_box_add(box, "instance", "MARC", "in", "Model");
	tomb_fixture_pg_exec("update record set mods = '<mods/>'");
	export_box_delete("in", "ui");
	export_box_restore("in");
	tomb_fixture_pg_exec(
		"create function test_more(a int, b int) returns void language sql as $$"
		"insert into record (institution_id, kind, source, hrid, title, created_by, mods, marc, marc_form, "
		"marc_leader_at, marc_005_at) select institution_id, kind, source, 'in' || n, 'No. ' || n, "
		"'test', mods, marc, marc_form, marc_leader_at, marc_005_at from record, generate_series(a, b) n "
		"where hrid = 'in'; "
		"select test_delete('in' || n, 'ui') from generate_series(a, b, 4) n $$");
	tomb_fixture_pg_exec("select test_more(0, 1999)");
	for (int i = 0; i < TOMB_RECORD_EXPORT_FORMAT_MAX; i++)
		few[i] = weigh_export(box, (enum tomb_record_export_format)i);
	tomb_fixture_pg_exec("select test_more(2000, 9999)");
	for (int i = 0; i < TOMB_RECORD_EXPORT_FORMAT_MAX; i++) {
		size_t many = weigh_export(box, (enum tomb_record_export_format)i);

		if (many > few[i] + 256 * 1024)
			fail_msg("format %d: %zu bytes for many records, %zu for few", i, many, few[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, export_box_set_up, export_box_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tables_name_the_deletion_and_hold_no_formula),
		TEST(tombstones_are_json_line_by_line),
		TEST(others_read_the_marc),
		TEST(deletions_are_premis_that_the_schema_takes),
		TEST(mms_records_are_mods_that_the_schema_takes),
		TEST(memory_does_not_grow_with_the_file),
	};
	return cmocka_run_group_tests_name("formats of exports", tests, NULL, NULL);
}
