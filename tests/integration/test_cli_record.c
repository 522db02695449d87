/* The operator's command on records. */
#include "cli_run.h"
#include "export_box.h"
#include "tombstone/json_reader.h"

#include "../../registry/cli/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ENV_MAX = 512 };

static struct cli_run run(const char *words)
{
	static char database[ENV_MAX];
	static const char *const env[] = {"TOMBSTONE_CONFIG=/dev/null", database, NULL};

	(void)snprintf(database, sizeof database, "TOMBSTONE_DATABASE=%s", tomb_fixture_pg_registry());
	return cli_run_words(env, words);
}

/* Asserts the exit code and a piece of either of its outputs. */
static struct cli_run expect(const char *words, int code, const char *piece)
{
	struct cli_run r = run(words);

	if (r.exit != code || (!strstr(r.out, piece) && !strstr(r.err, piece)))
		fail_msg("\"%s\" ended with %d, not %d with \"%s\":\n%s%s", words, r.exit, code, piece, r.out, r.err);
	return r;
}

static void keep_output(struct export_box *box, const struct cli_run *r, const char *name)
{
	temp_folder_write(&box->temp, name, r->out, strlen(r->out));
}

static void records_are_exported_and_come_back_by_import(void **state)
{
	struct export_box *box = *state;
	char words[512];
	struct cli_run r;

	export_box_add(box, "instance", "MARC", "in1", "There");
	export_box_add(box, "instance", "MARC", "in2", "Gone");
	export_box_delete("in2", "ui");
	r = expect("record export all --institution test.edu", CLI_OK, "1 live and 1 deleted records");
	keep_output(box, &r, "export.mrc");
	(void)ledger_fixture_institution("other.edu");
	(void)snprintf(words, sizeof words, "record import %s/export.mrc --institution other.edu --kind instance",
		box->temp.path);
	expect(words, CLI_WORK_FAILED, "record 2: ");
	assert_string_equal(
		tomb_fixture_pg_value("select string_agg(r.title || ' ' || r.state, ', ') from record r join "
				      "institution i on i.id = r.institution_id where i.identifier = 'other.edu'"),
		"There active");
	/* Deleted here, the file deletes it there (4.2). */
	tomb_fixture_pg_exec(
		"delete from record r using institution i where i.id = r.institution_id and i.identifier = "
		"'test.edu' and r.hrid = 'in1'");
	r = expect("record export all --institution test.edu --format marcxml", CLI_OK, "0 live and 2 deleted");
	keep_output(box, &r, "export.xml");
	(void)snprintf(words, sizeof words, "record import %s/export.xml --institution other.edu --kind instance",
		box->temp.path);
	expect(words, CLI_WORK_FAILED, "0 changed, 1 deleted, 1 refused");
	expect("record import /nowhere --institution other.edu --kind instance", CLI_FAILED, "/nowhere");
	expect("record import /nowhere --kind instance", CLI_USAGE, "needs --institution and --kind");
	expect("record import /nowhere --institution other.edu --kind thing", CLI_USAGE, "no kind of record");
	expect("record import /nowhere --institution other.edu --kind instance --format pdf", CLI_USAGE, "marcxml");
}

static void exports_are_of_days_kinds_and_lists(void **state)
{
	struct export_box *box = *state;
	char words[512];
	const char *id = NULL;

	export_box_add(box, "instance", "MARC", "in1", "!Without its MARC");
	export_box_add(box, "instance", "MARC", "in2", "Gone");
	export_box_add(box, "authority", "MARC", "a1", "Gone");
	export_box_delete("in2", "ui");
	export_box_delete("a1", "ui");
	expect("record export all", CLI_WORK_FAILED, "there is no MARC record of it");
	expect("record export deleted --from 2020-01-01", CLI_OK, "0 live and 1 deleted");
	expect("record export deleted --to 2020-01-01", CLI_OK, "0 live and 0 deleted");
	expect("record export authority-deleted --format ids", CLI_OK, "0 live and 1 deleted");
	id = tomb_fixture_pg_value("select id::text from record where hrid = 'in2'");
	temp_folder_write(&box->temp, "ids.csv", id, strlen(id));
	(void)snprintf(words, sizeof words, "record export all --format ids --ids-file %s/ids.csv", box->temp.path);
	expect(words, CLI_OK, id);
	expect("record export all --only-live --format ids", CLI_OK, "1 live and 0 deleted");
	expect("record export some", CLI_USAGE, "\"some\"");
	expect("record export all --from 2020-01-01", CLI_USAGE, "--from and --to");
	expect("record export deleted --only-live", CLI_USAGE, "--only-live");
	expect("record export deleted --from 2020-0101", CLI_USAGE, "Invalid date format for payload");
	expect("record export deleted --format pdf", CLI_USAGE, "no format");
	expect("record export all --institution nowhere.edu", CLI_FAILED, "nowhere.edu");
}

static void records_are_shown_deleted_and_restored(void **state)
{
	struct export_box *box = *state;
	const char *id = NULL;
	char words[256];

	export_box_add(box, "instance", "MARC", "in1", "Above");
	export_box_add_in(box, "in1", "holdings", "FOLIO", "ho1", "Within");
	export_box_add_in(box, "ho1", "item", "FOLIO", "it1", "Deep");
	id = tomb_fixture_pg_value("select id::text from record where hrid = 'ho1'");
	expect("record list --kind item", CLI_OK, "Deep");
	expect("record list --kind thing", CLI_USAGE, "no kind");
	(void)snprintf(words, sizeof words, "record show %s", id);
	expect(words, CLI_OK, "active");
	expect("record show 7", CLI_USAGE, "UUID");
	(void)snprintf(words, sizeof words, "record delete %s --mode self --dry-run", id);
	expect(words, CLI_REFUSED, "children");
	(void)snprintf(words, sizeof words, "record delete %s --mode with_contents --dry-run", id);
	expect(words, CLI_OK, "with_contents");
	assert_int_equal(tomb_fixture_pg_number("select count(*) from record where state = 'deleted'"), 0);
	(void)snprintf(words, sizeof words, "record delete %s --mode with_contents --expect 3", id);
	expect(words, CLI_REFUSED, "");
	(void)snprintf(words, sizeof words, "record delete %s --mode with_contents --expect 2", id);
	expect(words, CLI_OK, "2 records are deleted");
	expect(words, CLI_OK, "deleted already");
	(void)snprintf(words, sizeof words, "record delete %s --mode sideways", id);
	expect(words, CLI_USAGE, "no mode");
	expect("record list --state deleted", CLI_OK, "Deep");
	(void)snprintf(words, sizeof words, "record restore %s", id);
	expect(words, CLI_OK, "2 records are back");
	assert_int_equal(tomb_fixture_pg_number("select count(*) from record where state = 'deleted'"), 0);
	assert_true(tomb_fixture_pg_number("select count(*) from audit_entry where via = 'cli'") >= 2);
}

static void the_policy_is_shown_and_set(void **state)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct cli_run r;
	struct tomb_err err;

	(void)state;
	expect("record policy", CLI_OK, "consistent");
	expect("record policy --compat seed --deleted-record transient --holdings no", CLI_OK, "seed");
	assert_string_equal(
		tomb_fixture_pg_value("select concat_ws(' ', compat_folio, deleted_record, expose_holdings, "
				      "suppressed) from oai_policy"),
		"seed transient f flag");
	expect("record policy --compat folio", CLI_USAGE, "compat");
	r = expect("--json record policy", CLI_OK, "\"seed\"");
	assert_int_equal(tomb_json_doc_parse(tomb_str_from(r.out), 1 << 20, &doc, &err), TOMB_OK);
	assert_int_equal(
		tomb_fixture_pg_number("select count(*) from audit_entry where verb = 'set policy of records'"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, export_box_set_up, export_box_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_are_exported_and_come_back_by_import),
		TEST(exports_are_of_days_kinds_and_lists),
		TEST(records_are_shown_deleted_and_restored),
		TEST(the_policy_is_shown_and_set),
	};
	return cmocka_run_group_tests_name("the command on records", tests, NULL, NULL);
}
