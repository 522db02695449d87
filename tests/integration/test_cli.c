/* The operator's command against a real ledger and real stores. */
#include "cli_run.h"
#include "ingest_box.h"
#include "pg_fixture.h"
#include "tombstone/audit.h"
#include "tombstone/json_reader.h"

#include "../../registry/cli/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ENV_MAX = 512 };

/* Settings for every run, and an API key if it is not NULL. */
static const char *const *env_of(struct ingest_box *box, const char *key)
{
	static char text[5][ENV_MAX];
	static const char *list[6];

	(void)snprintf(text[0], ENV_MAX, "TOMBSTONE_CONFIG=/dev/null");
	(void)snprintf(text[1], ENV_MAX, "TOMBSTONE_DATABASE=%s", tomb_fixture_pg_registry());
	(void)snprintf(text[2], ENV_MAX, "TOMBSTONE_DATABASE_OWNER=%s", tomb_fixture_pg_admin());
	(void)snprintf(text[3], ENV_MAX, "TOMBSTONE_BACKENDS_FILE=%s", box->w.backends_file);
	(void)snprintf(text[4], ENV_MAX, "TOMBSTONE_API_KEY=%s", key ? key : "");
	for (size_t i = 0; i < 5; i++)
		list[i] = text[i];
	list[key ? 5 : 4] = NULL;
	return list;
}

/* Runs words, and asserts the exit code and a piece of what it says: on stdout if it did as told, else on stderr. */
static struct cli_run expect(struct ingest_box *box, const char *key, const char *words, int code, const char *piece)
{
	struct cli_run r = cli_run_words(env_of(box, key), words);
	bool is_answer = code == CLI_OK || code == CLI_WORK_FAILED;

	if (r.exit != code || !strstr(is_answer ? r.out : r.err, piece))
		fail_msg("\"%s\" ended with %d, not %d with \"%s\":\n%s%s", words, r.exit, code, piece, r.out, r.err);
	if (!is_answer)
		assert_ptr_equal(strchr(r.err, '\n'), r.err + strlen(r.err) - 1);
	return r;
}

/* A new key of that person. */
static const char *key_of(struct ingest_box *box, const char *email)
{
	char words[128];
	struct cli_run r;
	struct tomb_str key;

	(void)snprintf(words, sizeof words, "api-key create %s", email);
	r = expect(box, NULL, words, CLI_OK, "tomb_");
	assert_int_equal(strlen(r.out), 70);
	key = tomb_arena_str(&box->arena, (struct tomb_str){r.out, 69});
	assert_non_null(key.p);
	return key.p;
}

static void a_new_ledger_is_migrated_set_up_and_used(void **state)
{
	struct ingest_box *box = *state;
	struct cli_run r;

	tomb_fixture_pg_exec(
		"drop schema public cascade; create schema public; grant usage on schema public to public");
	expect(box, NULL, "institution list", CLI_FAILED, "migrate");
	r = expect(box, NULL, "migrate", CLI_OK, "migrations applied");
	assert_non_null(strstr(r.err, "0001_people.sql"));
	expect(box, NULL, "migrate", CLI_OK, "up to date");
	expect(box, NULL, "institution create new.edu Newtown", CLI_OK, "new.edu is number");
	expect(box, NULL, "institution create new.edu Newtown", CLI_REFUSED, "there is an institution");
	expect(box, NULL, "institution list", CLI_OK, "Newtown");
	expect(box, NULL, "storage setup --defaults", CLI_OK,
		"Wasabi-TX          90       3  local-1, local-2, local-3");
	expect(box, NULL, "storage setup --defaults", CLI_OK, "Glacier-Deep-VA");
	expect(box, NULL, "storage setup --option Standard=local-1", CLI_REFUSED, "stays as it is");
	expect(box, NULL, "storage setup --option Cheap:30=local-1,local-3", CLI_OK, "Cheap");
	expect(box, NULL, "storage setup --option Cheap=local-1", CLI_USAGE, "Cheap:30=");
	expect(box, NULL, "storage setup --option Glacier-OH:89=local-1", CLI_USAGE, "90 days at least");
	expect(box, NULL, "storage setup --option Odd:1=local-9", CLI_FAILED, "unknown");
	assert_string_equal(
		ingest_box_text("select string_agg(name || ' ' || min_days, ', ' order by name) from storage_option "
				"where name in ('Standard', 'Glacier-OH', 'Glacier-Deep-OH', 'Wasabi-TX', 'Cheap')"),
		"Cheap 30, Glacier-Deep-OH 180, Glacier-OH 90, Standard 0, Wasabi-TX 90");
}

static void accounts_are_made_changed_and_ended(void **state)
{
	static const char *const create[] = {"user", "create", "dora@test.edu", "--institution", "test.edu", "--name",
		"Dora D.", "--role", "inst_user", "--password-file", "-", NULL};
	static const char *const password[] = {"user", "set-password", "dora@test.edu", NULL};
	struct ingest_box *box = *state;
	struct cli_run r = cli_run(create, env_of(box, NULL), "correct horse battery\n");

	assert_int_equal(r.exit, CLI_OK);
	expect(box, NULL, "user list --institution test.edu", CLI_OK, "Dora D.");
	expect(box, NULL, "user set-role dora@test.edu inst_admin", CLI_OK, "new role");
	expect(box, NULL, "user set-role dora@test.edu boss", CLI_USAGE, "a role is");
	expect(box, NULL, "user set-role nobody@test.edu inst_user", CLI_FAILED, "no account");
	expect(box, NULL, "user duty dora@test.edu --give editor --give harvest_admin", CLI_OK, "new duties");
	expect(box, NULL, "user list --institution test.edu", CLI_OK, "editor,harvest_admin");
	expect(box, NULL, "user duty dora@test.edu --take harvest_admin --give editor", CLI_OK, "new duties");
	r = expect(box, NULL, "user list --institution test.edu", CLI_OK, "editor");
	assert_null(strstr(r.out, "harvest_admin"));
	expect(box, NULL, "user duty dora@test.edu", CLI_USAGE, "--give or --take");
	expect(box, NULL, "user duty dora@test.edu --give king", CLI_USAGE, "a duty is");
	expect(box, NULL, "user duty dora@test.edu --give editor --take editor", CLI_FAILED, "at once");
	expect(box, NULL, "user duty nobody@test.edu --give editor", CLI_FAILED, "no account");
	r = cli_run(password, env_of(box, NULL), "short");
	assert_int_equal(r.exit, CLI_FAILED);
	r = cli_run(password, env_of(box, NULL), "another password");
	assert_int_equal(r.exit, CLI_OK);
	expect(box, NULL, "user deactivate dora@test.edu", CLI_OK, "deactivated");
	expect(box, NULL, "user deactivate dora@test.edu", CLI_REFUSED, "not active");
	expect(box, NULL, "institution set test.edu --admin-days 9 --sole-admin operator", CLI_OK, "admin days 9");
	expect(box, NULL, "institution set test.edu", CLI_USAGE, "needs");
	expect(box, NULL, "institution set test.edu --admin-days 400", CLI_USAGE, "0 to 365");
	expect(box, NULL, "institution deactivate other.edu", CLI_OK, "deactivated");
	assert_int_equal(ingest_box_number("select count(*) from audit_entry where via = 'cli' and actor <> ''"), 9);
}

static void lists_are_json_for_programs(void **state)
{
	static const char *const lists[] = {"institution list", "user list", "api-key list", "storage list",
		"storage options", "storage status", "storage prices", "status"};
	struct ingest_box *box = *state;

	(void)key_of(box, "alice@test.edu");
	for (size_t i = 0; i < TOMB_COUNTOF(lists); i++) {
		TOMB_JSON_DOC_AUTO *doc = NULL;
		char words[64];
		struct cli_run r;

		(void)snprintf(words, sizeof words, "--json %s", lists[i]);
		r = expect(box, NULL, words, CLI_OK, "[");
		TOMB_OK_OR_FAIL(tomb_json_doc_parse(tomb_str_from(r.out), 1 << 20, &doc, &err));
		if (strcmp(lists[i], "status") != 0)
			assert_true(tomb_json_value_count(tomb_json_doc_root(doc)) > 0);
	}
}

static void a_folder_becomes_a_bag_and_the_bag_an_object(void **state)
{
	struct ingest_box *box = *state;
	const char *bag = bag_box_path(box->bag, "made");
	char words[512];
	struct cli_run r;

	(void)snprintf(words, sizeof words,
		"bag %s %s --title Letters --access Consortia --info Source-Organization:Here",
		bag_box_path(box->bag, "bag/data"), bag);
	expect(box, NULL, words, CLI_OK, "2 files, 11 bytes");
	expect(box, NULL, words, CLI_REFUSED, "made");
	(void)snprintf(words, sizeof words, "ingest %s --institution test.edu", bag);
	r = expect(box, NULL, words, CLI_OK, "test.edu/made: 4 files stored");
	/* No terminal here: plain lines, and nothing to move a cursor. */
	assert_non_null(strstr(r.err, "Storing: 100 %, 4 of 4 files"));
	assert_null(strchr(r.err, '\r'));
	assert_null(strchr(r.err, '\033'));
	expect(box, NULL, words, CLI_OK, "0 files stored (0 bytes), 4 unchanged");
	(void)snprintf(words, sizeof words, "ingest %s --institution test.edu --json", bag);
	expect(box, NULL, words, CLI_OK, "\"files_unchanged\":4");
	assert_string_equal(
		ingest_box_text("select concat_ws('|', title, access, source_organization) from intellectual_object"),
		"Letters|consortia|Here");
}

static void a_bad_bag_fails_with_one_line(void **state)
{
	struct ingest_box *box = *state;
	char words[512];
	struct cli_run r;

	bag_box_write(box->bag, "data/a.txt", TOMB_STR("ALPHA\n"));
	(void)snprintf(words, sizeof words, "ingest %s --institution test.edu", box->order.bag);
	r = cli_run_words(env_of(box, NULL), words);
	assert_int_equal(r.exit, CLI_FAILED);
	assert_non_null(strstr(r.err, "tombstone: "));
	assert_non_null(strstr(r.err, "data/a.txt"));
	(void)snprintf(words, sizeof words, "ingest %s", box->order.bag);
	expect(box, NULL, words, CLI_USAGE, "--institution");
	(void)snprintf(words, sizeof words, "ingest %s --institution test.edu --threads 0", box->order.bag);
	expect(box, NULL, words, CLI_USAGE, "1 to 64");
	assert_int_equal(ingest_box_number("select count(*) from work_item"), 0);
}

/* Alice's request for the object, by the command. */
static void request_by_alice(struct ingest_box *box)
{
	static const char *const argv[] = {"request", "--user", "alice@test.edu", "--object", "test.edu/bag",
		"--reason", "no longer needed", "--reason-code", "withdrawn", NULL};
	struct cli_run r = cli_run(argv, env_of(box, key_of(box, "alice@test.edu")), NULL);

	if (r.exit != CLI_OK)
		fail_msg("request: %s", r.err);
	assert_non_null(strstr(r.out, "Deletion request 1: 4 files"));
}

static void two_people_delete_an_object_by_the_command(void **state)
{
	struct ingest_box *box = *state;
	char token[TOMB_TOKEN_TEXT];
	char words[256];
	const char *bob = NULL;

	ingest_box_send(box);
	request_by_alice(box);
	expect(box, NULL, "status 1", CLI_OK, "Awaiting approval");
	tomb_world_token(&box->w, 1, &box->w.bob, token);
	bob = key_of(box, "bob@test.edu");
	(void)snprintf(words, sizeof words, "approve 1 --user bob@test.edu --token %s", token);
	expect(box, bob, words, CLI_OK, "Request 1 is approved: deletion 1 begins.");
	expect(box, bob, words, CLI_REFUSED, "bob@test.edu");
	expect(box, NULL, "status 1", CLI_OK, "Deleting");
	tomb_world_work(&box->w);
	expect(box, NULL, "status 1 --follow", CLI_OK, "Deleted");
	expect(box, NULL, "status --work-item 2 --json", CLI_OK, "\"state\":\"Success\"");
	assert_string_equal(ingest_box_text("select state from intellectual_object"), "D");
	assert_string_equal(
		ingest_box_text(
			"select requested_via || ' ' || decided_via || ' ' || reason_code from deletion_request r "
			"join decision d on d.request_id = r.id"),
		"cli cli withdrawn");
	ingest_box_check(box);
}

static void i7_the_command_is_no_back_door(void **state)
{
	struct ingest_box *box = *state;
	char token[TOMB_TOKEN_TEXT];
	char words[256];
	const char *alice = key_of(box, "alice@test.edu");
	const char *carol = key_of(box, "carol@test.edu");
	const char *mallory = key_of(box, "mallory@other.edu");
	const char *bob = key_of(box, "bob@test.edu");

	ingest_box_send(box);
	expect(box, NULL, "request --object 1", CLI_USAGE, "--user");
	expect(box, NULL, "request --object 1 --user alice@test.edu", CLI_USAGE, "API key");
	expect(box, alice, "request --object 1 --user bob@test.edu", CLI_REFUSED, "not valid for this e-mail");
	expect(box, carol, "request --object 1 --user carol@test.edu", CLI_REFUSED, "only an institutional admin");
	expect(box, mallory, "request --object 1 --user mallory@other.edu", CLI_FAILED, "of 1 objects named, 0");
	expect(box, mallory, "request --object test.edu/bag --user mallory@other.edu", CLI_FAILED, "no object");
	expect(box, alice, "request --user alice@test.edu", CLI_USAGE, "--object or --file");
	expect(box, alice, "request --object 1 --user alice@test.edu --reason-code whim", CLI_FAILED, "no reason_code");
	expect(box, alice, "request --object 1 --user alice@test.edu --reason-code other", CLI_FAILED, "reason");
	request_by_alice(box);
	tomb_world_token(&box->w, 1, &box->w.bob, token);
	(void)snprintf(words, sizeof words, "approve 1 --user alice@test.edu --token %s", token);
	expect(box, alice, words, CLI_REFUSED, "another admin");
	(void)snprintf(words, sizeof words, "approve 1 --user mallory@other.edu --token %s", token);
	expect(box, mallory, words, CLI_REFUSED, "admin of the institution");
	(void)snprintf(words, sizeof words, "approve 1 --user bob@test.edu --token %.60s0000", token);
	expect(box, bob, words, CLI_REFUSED, "token");
	expect(box, bob, "approve 1 --user bob@test.edu", CLI_USAGE, "--token");
	assert_int_equal(ingest_box_number("select count(*) from decision"), 0);
}

static void a_rejected_request_is_work_that_did_not_succeed(void **state)
{
	struct ingest_box *box = *state;
	const char *file = bag_box_path(box->bag, "token");
	char token[TOMB_TOKEN_TEXT];
	char words[256];
	FILE *f = NULL;

	ingest_box_send(box);
	request_by_alice(box);
	tomb_world_token(&box->w, 1, &box->w.bob, token);
	f = fopen(file, "we");
	assert_non_null(f);
	assert_true(fprintf(f, "%s\n", token) > 0);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(words, sizeof words, "reject 1 --user bob@test.edu --token-file %s", file);
	expect(box, key_of(box, "bob@test.edu"), words, CLI_OK, "Request 1 is rejected; nothing is deleted.");
	expect(box, NULL, "status 1 --follow", CLI_WORK_FAILED, "Rejected");
	expect(box, NULL, "status 1 --json", CLI_WORK_FAILED, "\"has_failed\":true");
	expect(box, NULL, "status 2", CLI_FAILED, "no deletion request 2");
	expect(box, NULL, "status 1 --work-item 1", CLI_USAGE, "not both");
	expect(box, NULL, "status --follow", CLI_USAGE, "--follow needs");
	expect(box, NULL, "status one", CLI_USAGE, "no number");
}

static void failed_work_is_queued_again(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	(void)tomb_world_approve(&box->w, tomb_world_request_object(&box->w, box->done.object_id));
	expect(box, NULL, "requeue 2", CLI_REFUSED, "only failed files");
	tomb_fixture_pg_exec("update request_file set outcome = 'failed', settled_at = now();"
			     "update request_item set is_open = false;"
			     "update deletion set planned_at = now(), finished_at = now();"
			     "update work_item set status = 'Failed', completed_at = now(), files_failed = files_total "
			     "where action = 'Delete'");
	expect(box, NULL, "status --work-item 2", CLI_WORK_FAILED, "Failed");
	expect(box, NULL, "status 1", CLI_WORK_FAILED, "Incomplete");
	expect(box, NULL, "requeue 2", CLI_OK, "Work item 2 is queued again.");
	expect(box, NULL, "requeue 99", CLI_FAILED, "no deletion work item 99");
	tomb_world_work(&box->w);
	expect(box, NULL, "status --work-item 2", CLI_OK, "Success");
}

static void a_work_item_is_cancelled_with_a_reason(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	(void)tomb_world_approve(&box->w, tomb_world_request_object(&box->w, box->done.object_id));
	expect(box, NULL, "work-item cancel 2", CLI_USAGE, "--reason");
	expect(box, NULL, "work-item cancel two --reason x", CLI_USAGE, "no number");
	expect(box, NULL, "work-item cancel 99 --reason x", CLI_FAILED, "no deletion work item 99");
	expect(box, NULL, "work-item cancel 2 --reason called-off", CLI_OK, "Work item 2 is cancelled");
	expect(box, NULL, "work-item cancel 2 --reason again", CLI_REFUSED, "cancelled before");
	tomb_world_work(&box->w);
	expect(box, NULL, "status --work-item 2", CLI_WORK_FAILED, "Cancelled");
	assert_int_equal(ingest_box_number("select count(*) from generic_file where state = 'D'"), 0);
	assert_string_equal(
		ingest_box_text(
			"select cancel_reason || ' ' || status || ' ' || (cancelled_by = actor) || ' ' || detail "
			"from work_item, audit_entry where action = 'Delete' and verb = 'cancel work item'"),
		"called-off Cancelled true called-off");
}

static void the_switch_stops_and_starts_the_workers(void **state)
{
	static const char *const stop[] = {"stop", "--reason", "fire in the hall", NULL};
	struct ingest_box *box = *state;
	struct cli_run r;

	expect(box, NULL, "stop", CLI_USAGE, "--reason");
	r = cli_run(stop, env_of(box, NULL), NULL);
	assert_int_equal(r.exit, CLI_OK);
	assert_string_equal(ingest_box_text("select is_on || ' ' || reason from stop_switch"), "true fire in the hall");
	r = expect(box, NULL, "status", CLI_OK, "");
	assert_non_null(strstr(r.err, "fire in the hall"));
	expect(box, NULL, "start", CLI_OK, "work again");
	assert_string_equal(ingest_box_text("select is_on::text from stop_switch"), "false");
}

static void x18_a_broken_audit_log_is_found_and_named(void **state)
{
	struct ingest_box *box = *state;
	struct cli_run r;
	size_t sealed = 0;
	size_t all = 0;

	ingest_box_send(box);
	/* Entries are sealed once every older transaction of the cluster has ended, and other tests have theirs. */
	for (; all < 2; all += sealed)
		TOMB_OK_OR_FAIL(tomb_audit_seal(box->w.registry, 1000, &sealed, &err));
	expect(box, NULL, "audit verify", CLI_OK, "Entries");
	tomb_fixture_pg_exec("alter table audit_entry disable trigger all; update audit_entry set detail = 'nothing' "
			     "where id = (select entry_id from audit_seal where seq = 2); alter table audit_entry "
			     "enable trigger all");
	r = cli_run_words(env_of(box, NULL), "audit verify --json");
	assert_int_equal(r.exit, CLI_FAILED);
	assert_non_null(strstr(r.out, "\"bad_seq\":2"));
	assert_non_null(strstr(r.out, "is not what was sealed"));
}

static void an_object_and_a_file_are_printed_as_premis(void **state)
{
	struct ingest_box *box = *state;
	struct cli_run r;

	ingest_box_send(box);
	r = expect(box, NULL, "premis test.edu/bag", CLI_OK, "test.edu/bag/data/sub/b.txt");
	assert_int_equal(strncmp(r.out, "<?xml", 5), 0);
	expect(box, NULL, "premis test.edu/bag/data/a.txt", CLI_OK, "ingestion");
	expect(box, NULL, "premis test.edu/nothing", CLI_FAILED, "no object and no file");
}

static void a_ledger_that_is_not_there_fails_with_one_line(void **state)
{
	struct ingest_box *box = *state;

	expect(box, NULL, "--database host=/nowhere user list", CLI_FAILED, "connecting to the database");
	expect(box, NULL, "--database password=x user list", CLI_USAGE, "password");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, ingest_box_set_up, ingest_box_tear_down)
	const struct CMUnitTest tests[] = {
		T(a_new_ledger_is_migrated_set_up_and_used),
		T(accounts_are_made_changed_and_ended),
		T(lists_are_json_for_programs),
		T(a_folder_becomes_a_bag_and_the_bag_an_object),
		T(a_bad_bag_fails_with_one_line),
		T(two_people_delete_an_object_by_the_command),
		T(i7_the_command_is_no_back_door),
		T(a_rejected_request_is_work_that_did_not_succeed),
		T(failed_work_is_queued_again),
		T(a_work_item_is_cancelled_with_a_reason),
		T(the_switch_stops_and_starts_the_workers),
		T(x18_a_broken_audit_log_is_found_and_named),
		T(an_object_and_a_file_are_printed_as_premis),
		T(a_ledger_that_is_not_there_fails_with_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
