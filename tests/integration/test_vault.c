/* Copies in a vault: what is accepted, what an inventory proves, and what it does not. */
#include "cli_run.h"
#include "pg_fixture.h"
#include "tombstone/copy.h"
#include "tombstone/inventory.h"
#include "vault_world.h"

#include "../../registry/cli/cli.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define DESCRIBED "{\"VaultARN\":\"" VAULT_ARN "\",\"LastInventoryDate\":\"2026-01-02T03:04:05Z\"}"
#define JOB(status)                                                                                                    \
	"{\"Action\":\"InventoryRetrieval\",\"StatusCode\":\"" status "\",\"VaultARN\":\"" VAULT_ARN                   \
	"\",\"StatusMessage\":\"said\"}"
#define HASH "6b9d4cf8697bd3af6aa1b590a0b27b337da5b18988dbcc619a3e608a554a1e62"
#define TITLES "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n"

static const struct vault_reply described = {.body = DESCRIBED};
static const struct vault_reply accepted = {.status = "204 No Content"};

/* An object of n files, with a copy in a folder and one in the vault ("a1", "a2", ...) each. */
static int64_t vault_object(struct vault_world *v, int n, int days)
{
	int64_t object = tomb_world_object(&v->w, "test.edu/bag", n, 1);

	for (int i = 1; i <= n; i++) {
		char file[64];
		char archive[16];

		(void)snprintf(file, sizeof file, "test.edu/bag/data/%d", i);
		(void)snprintf(archive, sizeof archive, "a%d", i);
		vault_world_add_copy(v, tomb_world_file(&v->w, file), archive, days);
	}
	return object;
}

/* A world with n files deleted, whose vault copies were accepted so many hours ago, and stored so many days ago. */
static int64_t begin_deleted(struct vault_world *v, int n, int hours, int days)
{
	struct vault_reply replies[VAULT_REPLIES_MAX];
	int64_t deletion = 0;

	replies[0] = described;
	for (int i = 1; i <= n; i++)
		replies[i] = accepted;
	vault_world_open(v, replies, (size_t)n + 1);
	deletion = tomb_world_approve(&v->w, tomb_world_request_object(&v->w, vault_object(v, n, days)));
	tomb_world_work(&v->w);
	tomb_world_exec("update copy set removed_at = now() - interval '%d hours' where verification = 'accepted, not "
			"verifiable'",
		hours);
	return deletion;
}

static int64_t copies(const char *verification)
{
	return tomb_world_number("select count(*) from copy where verification = '%s'", verification);
}

static int64_t now_us(void)
{
	return tomb_clock_wall_us(tomb_clock_real());
}

/* Starts and ends an inventory of that age that holds one archive, or none if it is NULL. */
static struct tomb_inventory_outcome read_inventory(struct vault_world *v, int64_t hours_ago, const char *archive)
{
	static int jobs = 0;
	struct tomb_inventory_reading reading = {.archives = 5,
		.bytes = 7,
		.as_of_us = now_us() - hours_ago * 3600 * 1000000,
		.agent = TOMB_STR("test")};
	struct tomb_inventory_outcome outcome;
	char job[32];
	int64_t id = 0;

	(void)snprintf(job, sizeof job, "job-%d", ++jobs);
	TOMB_OK_OR_FAIL(tomb_inventory_start(
		v->w.registry, &v->w.oscar, TOMB_STR("old-vault"), tomb_str_from(job), 0, &id, &err));
	if (archive) {
		struct tomb_str urls[2] = {vault_world_url(v, archive), vault_world_url(v, "foreign")};

		TOMB_OK_OR_FAIL(tomb_inventory_hold(v->w.registry, id, (struct tomb_strs){urls, 2}, &err));
		TOMB_OK_OR_FAIL(tomb_inventory_hold(v->w.registry, id, (struct tomb_strs){urls, 2}, &err));
	}
	TOMB_OK_OR_FAIL(tomb_inventory_end(v->w.registry, &v->w.oscar, id, &reading, &v->arena, &outcome, &err));
	return outcome;
}

static void what_a_vault_accepts_is_deleted_and_recorded_as_accepted(void **state)
{
	struct vault_world v;
	int64_t deletion = 0;

	(void)state;
	deletion = begin_deleted(&v, 2, 0, 400);
	canned_http_stop(v.server);
	assert_int_equal(canned_http_requests(v.server), 3);
	assert_ptr_equal(strstr(canned_http_request(v.server, 1)->head.p, "DELETE /-/vaults/old/archives/a1 "),
		canned_http_request(v.server, 1)->head.p);
	assert_int_equal(copies("accepted, not verifiable"), 2);
	assert_int_equal(copies("verified absent"), 2);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 2);
	assert_int_equal(tomb_world_number("select count(*) from premis_event where event_type = 'deletion' and detail "
					   "like '%%1 of 2 accepted, not verifiable' and deletion_id = %" PRId64,
				 deletion),
		2);
	assert_int_equal(
		tomb_world_number("select count(*) from copy where outcome_detail like '%%only an inventory%%' "
				  "and outcome = 'removed' and provider_request_id = 'req-1' and "
				  "verified_at is null"),
		2);
	tomb_world_check(&v.w);
	vault_world_close(&v);
}

static void a_vault_that_refuses_keeps_the_file(void **state)
{
	static const struct vault_reply replies[] = {
		{.body = DESCRIBED}, {.status = "403 Forbidden",
					     .body = "{\"code\":\"AccessDeniedException\",\"message\":\"denied by "
						     "glacier:ArchiveAgeInDays\",\"type\":\"Client\"}"}};
	struct vault_world v;

	(void)state;
	vault_world_open(&v, replies, TOMB_COUNTOF(replies));
	tomb_world_approve(&v.w, tomb_world_request_object(&v.w, vault_object(&v, 1, 10)));
	tomb_world_work(&v.w);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'A'"), 1);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'stored' and outcome_detail like "
					   "'%%keeps archives to an age%%'"),
		1);
	assert_int_equal(copies("accepted, not verifiable"), 0);
	vault_world_close(&v);
}

static void an_inventory_verifies_what_it_does_not_hold(void **state)
{
	struct tomb_inventory_outcome o;
	struct vault_world v;
	int64_t deletion = 0;

	(void)state;
	deletion = begin_deleted(&v, 3, 50, 400);
	o = read_inventory(&v, 1, "a2");
	assert_int_equal(o.confirmed, 2);
	assert_int_equal(o.files, 2);
	assert_int_equal(o.contradicted, 1);
	assert_int_equal(o.open, 1);
	assert_int_equal(o.nshown, 1);
	assert_true(tomb_str_eq(o.shown[0].url, vault_world_url(&v, "a2")));
	assert_true(tomb_str_eq(o.shown[0].file_identifier, TOMB_STR("test.edu/bag/data/2")));
	assert_int_equal(o.shown[0].deletion_id, deletion);
	assert_int_equal(copies("accepted, not verifiable"), 1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from copy where verified_at is not null and inventory_id is not null"),
		2);
	assert_int_equal(
		tomb_world_number("select count(*) from premis_event where event_type = 'deletion "
				  "verification' and outcome = 'Success' and detail like 'Verified absent by the "
				  "inventory of backend old-vault of 20%%' and deletion_id = %" PRId64,
			deletion),
		2);
	assert_int_equal(tomb_world_number("select count(*) from premis_event where event_type = 'deletion "
					   "verification' and outcome = 'Failure' and file_id = %" PRId64,
				 tomb_world_file(&v.w, "test.edu/bag/data/2")),
		1);
	assert_int_equal(tomb_world_number("select count(*) from work_item where needs_admin_review and note like "
					   "'%%an inventory still holds%%'"),
		1);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb in ('verify deletion', "
					   "'contradict deletion') and octet_length(list_digest) = 32 and "
					   "institution_id = %" PRId64,
				 v.w.institution),
		2);
	assert_int_equal(
		tomb_world_number("select count(*) from audit_entry where verb = 'read inventory' and detail = "
				  "'5 archives, 2 copies verified, 1 still there, 1 open'"),
		1);
	/* the next one does not hold it any more; what is verified stays as it is */
	o = read_inventory(&v, 0, NULL);
	assert_int_equal(o.confirmed, 1);
	assert_int_equal(o.contradicted, 0);
	assert_int_equal(o.open, 0);
	assert_int_equal(tomb_world_number("select count(distinct inventory_id) from copy"), 2);
	tomb_world_check(&v.w);
	vault_world_close(&v);
}

static void an_inventory_that_is_too_old_or_of_no_date_proves_nothing(void **state)
{
	struct tomb_inventory_outcome o;
	struct vault_world v;

	(void)state;
	begin_deleted(&v, 2, 10, 400);
	o = read_inventory(&v, 10, "a2"); /* as old as the deletion */
	assert_int_equal(o.confirmed + o.contradicted, 0);
	assert_int_equal(o.open, 2);
	o = read_inventory(&v, now_us() / 3600000000, NULL); /* 1970: no date */
	assert_int_equal(o.confirmed, 0);
	tomb_world_exec("update copy set removed_at = now() - interval '47 hours' where verification like 'acc%%'");
	o = read_inventory(&v, 0, "a2"); /* not yet a contradiction: inventories are of a state up to two days old */
	assert_int_equal(o.confirmed, 1);
	assert_int_equal(o.contradicted, 0);
	assert_int_equal(o.open, 1);
	vault_world_close(&v);
}

static void an_inventory_proves_nothing_of_what_was_stored_just_before_it(void **state)
{
	struct tomb_inventory_outcome o;
	struct vault_world v;

	(void)state;
	begin_deleted(&v, 1, 3, 1);
	o = read_inventory(&v, 0, NULL);
	assert_int_equal(o.confirmed, 0);
	assert_int_equal(o.open, 1);
	tomb_world_exec("update copy set stored_at = now() - interval '50 hours'");
	assert_int_equal(read_inventory(&v, 0, NULL).confirmed, 1);
	vault_world_close(&v);
}

static void only_copies_of_its_own_backend_are_verified(void **state)
{
	struct vault_world v;

	(void)state;
	begin_deleted(&v, 1, 50, 400);
	tomb_world_exec("alter table copy disable trigger user");
	tomb_world_exec("update copy set verification = 'accepted, not verifiable', verified_at = null, removed_at = "
			"now() - interval '50 hours', stored_at = now() - interval '9 days' where status = 'gone'");
	tomb_world_exec("alter table copy enable trigger user");
	assert_int_equal(copies("accepted, not verifiable"), 2);
	assert_int_equal(read_inventory(&v, 1, NULL).confirmed, 1);
	assert_int_equal(copies("accepted, not verifiable"), 1);
	vault_world_close(&v);
}

static void an_inventory_ends_once_and_one_waits_at_a_time(void **state)
{
	const struct tomb_inventory_reading reading = {.as_of_us = 1, .agent = TOMB_STR("test")};
	struct tomb_inventory_outcome outcome;
	struct tomb_inventory waiting;
	struct tomb_err why = {.text = ""};
	struct vault_world v;
	bool found = true;
	int64_t id = 0;
	int64_t other = 0;

	(void)state;
	vault_world_open(&v, NULL, 0);
	TOMB_OK_OR_FAIL(tomb_inventory_waiting(v.w.registry, TOMB_STR("old-vault"), &v.arena, &waiting, &found, &err));
	assert_false(found);
	assert_int_equal(
		tomb_inventory_start(v.w.registry, &v.w.alice, TOMB_STR("old-vault"), TOMB_STR("j"), 0, &id, &why),
		TOMB_FORBIDDEN);
	assert_int_equal(
		tomb_inventory_start(v.w.registry, &v.w.oscar, TOMB_STR("nobody"), TOMB_STR("j"), 0, &id, &why),
		TOMB_NOTFOUND);
	assert_int_equal(
		tomb_inventory_start(v.w.registry, &v.w.oscar, TOMB_STR("old-vault"), TOMB_STR("j"), 77, &id, &why),
		TOMB_OK);
	assert_int_equal(
		tomb_inventory_start(v.w.registry, &v.w.oscar, TOMB_STR("old-vault"), TOMB_STR("k"), 0, &other, &why),
		TOMB_CONFLICT);
	TOMB_OK_OR_FAIL(tomb_inventory_waiting(v.w.registry, TOMB_STR("old-vault"), &v.arena, &waiting, &found, &err));
	assert_true(found && waiting.id == id && waiting.as_of_us == 77);
	assert_true(tomb_str_eq(waiting.job_id, TOMB_STR("j")));
	assert_int_equal(tomb_inventory_lose(v.w.registry, &v.w.alice, id, TOMB_STR("why"), &why), TOMB_FORBIDDEN);
	assert_int_equal(tomb_inventory_lose(v.w.registry, &v.w.oscar, id, TOMB_STR("why"), &why), TOMB_OK);
	assert_int_equal(tomb_inventory_lose(v.w.registry, &v.w.oscar, id, TOMB_STR("why"), &why), TOMB_STALE);
	assert_int_equal(
		tomb_inventory_end(v.w.registry, &v.w.oscar, id, &reading, &v.arena, &outcome, &why), TOMB_STALE);
	assert_int_equal(
		tomb_inventory_start(v.w.registry, &v.w.oscar, TOMB_STR("old-vault"), TOMB_STR("k"), 0, &other, &why),
		TOMB_OK);
	assert_int_equal(tomb_inventory_end(v.w.registry, &v.w.alice, other, &reading, &v.arena, &outcome, &why),
		TOMB_FORBIDDEN);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from audit_entry where verb in ('start inventory', 'lose inventory')"),
		3);
	vault_world_close(&v);
}

/* A statement as the registry logs in; its SQLSTATE's beginning, or "" if it went through. */
static void registry_may_not(const char *sql)
{
	char wrapped[1024];

	(void)snprintf(wrapped, sizeof wrapped,
		"do $$ begin set local role tombstone_registry; begin %s; raise exception 'went through' using errcode "
		"= "
		"'XX001'; exception when sqlstate 'TB409' or sqlstate 'TB403' or insufficient_privilege then null; "
		"end; "
		"end $$",
		sql);
	tomb_fixture_pg_exec(wrapped);
}

static void nobody_verifies_a_copy_without_an_inventory(void **state)
{
	struct vault_world v;

	(void)state;
	begin_deleted(&v, 1, 50, 400);
	registry_may_not(
		"update copy set verification = 'verified absent', verified_at = now() where verification like "
		"'acc%'");
	registry_may_not("update copy set verified_at = null where status = 'gone'");
	registry_may_not("delete from store_inventory_copy");
	tomb_world_exec(
		"insert into store_inventory (backend_id, job_id, started_by, as_of) select id, 'j', 'x', now() from "
		"storage_backend where name = 'old-vault'");
	registry_may_not(
		"update copy set verification = 'verified absent', verified_at = now(), inventory_id = (select "
		"max(id) from store_inventory) where verification like 'acc%'");
	assert_int_equal(copies("accepted, not verifiable"), 1);
	vault_world_close(&v);
}

static const char *const *env_of(const struct vault_world *v)
{
	static char text[3][512];
	static const char *list[4];

	(void)snprintf(text[0], sizeof text[0], "TOMBSTONE_CONFIG=/dev/null");
	(void)snprintf(text[1], sizeof text[1], "TOMBSTONE_DATABASE=%s", tomb_fixture_pg_registry());
	(void)snprintf(text[2], sizeof text[2], "TOMBSTONE_BACKENDS_FILE=%s", v->w.backends_file);
	for (size_t i = 0; i < 3; i++)
		list[i] = text[i];
	return list;
}

static void expect(const struct vault_world *v, const char *words, int code, const char *piece)
{
	struct cli_run r = cli_run_words(env_of(v), words);

	if (r.exit != code || !strstr(code == CLI_OK || code == CLI_WORK_FAILED ? r.out : r.err, piece))
		fail_msg("\"%s\" ended with %d, not %d with \"%s\":\n%s%s", words, r.exit, code, piece, r.out, r.err);
}

static void the_command_starts_waits_reads_and_says_what_it_did(void **state)
{
	static const struct vault_reply replies[] = {
		{.body = DESCRIBED}, {.status = "204 No Content"}, {.status = "204 No Content"}, /* the deletion */
		{.body = DESCRIBED}, {.status = "202 Accepted", .headers = "x-amz-job-id: job-1\r\n"}, /* started */
		{.body = JOB("InProgress")},                                                           /* waits */
		{.body = JOB("Failed")}, {.body = DESCRIBED},
		{.status = "202 Accepted", .headers = "x-amz-job-id: job-2\r\n"}, /* lost, and started again */
		{.body = JOB("Succeeded")}, {.body = TITLES "a1,x,2012-05-15T17:19:46.700Z,5\n"}, /* not whole */
		{.body = JOB("Succeeded")}, {.body = TITLES "a1,x,2012-05-15T17:19:46.700Z,5," HASH "\n"}, /* read */
	};
	struct vault_world v;

	(void)state;
	vault_world_open(&v, replies, TOMB_COUNTOF(replies));
	tomb_world_approve(&v.w, tomb_world_request_object(&v.w, vault_object(&v, 2, 400)));
	tomb_world_work(&v.w);
	vault_world_hang_up(&v);
	/* the vault's last inventory is of January 2026 */
	tomb_world_exec("update copy set removed_at = '2025-12-01Z', stored_at = '2024-01-01Z' where verification like "
			"'acc%%'");
	expect(&v, "storage inventory old-vault", CLI_OK, "an inventory was asked for (job job-1)");
	expect(&v, "storage inventory old-vault", CLI_OK, "is not ready yet (job job-1)");
	expect(&v, "storage inventory old-vault", CLI_OK, "an inventory was asked for (job job-2)");
	expect(&v, "storage inventory old-vault", CLI_FAILED, "line 2 of the inventory is not an archive's");
	assert_int_equal(copies("accepted, not verifiable"), 2);
	expect(&v, "--json storage inventory old-vault", CLI_WORK_FAILED,
		"\"archives\":1,\"copies_verified\":1,\"copies_still_there\":1,\"copies_open\":1");
	assert_int_equal(copies("accepted, not verifiable"), 1);
	expect(&v, "storage inventory local-1", CLI_FAILED, "has no inventory");
	expect(&v, "storage inventory nobody", CLI_FAILED, "nobody");
	canned_http_stop(v.server);
	assert_int_equal(canned_http_requests(v.server), TOMB_COUNTOF(replies));
	vault_world_close(&v);
}

static void an_archive_becomes_a_copy_on_an_operators_word(void **state)
{
	static const struct vault_reply replies[] = {{.body = DESCRIBED}, {.body = DESCRIBED}, {.body = DESCRIBED},
		{.body = DESCRIBED}, {.body = DESCRIBED}, {.body = DESCRIBED}, {.body = DESCRIBED},
		{.status = "204 No Content"}};
	struct vault_world v;
	int64_t object = 0;

	(void)state;
	vault_world_open(&v, replies, TOMB_COUNTOF(replies));
	object = tomb_world_object(&v.w, "test.edu/bag", 1, 1);
	tomb_world_object(&v.w, "test.edu/other", 1, 1);
	expect(&v, "storage register old-vault a1 test.edu/bag/data/1 --stored 2024-01-02T03:04:05Z", CLI_OK,
		"vaults/old/archives/a1 is known as a copy of test.edu/bag/data/1. Its bytes were not read.");
	assert_int_equal(tomb_world_number("select count(*) from copy where url like '%%/archives/a1' and stored_at = "
					   "'2024-01-02T03:04:05Z' and status = 'stored' and size_bytes = 64"),
		1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from premis_event where event_type = 'replication' and "
			"outcome_information like '%%as stored at 2024-01-02T03:04:05Z; its bytes were not read.'"),
		1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from audit_entry where verb = 'register copy' and via = 'cli' and detail "
			"like '%%/a1, stored 2024-01-02T03:04:05Z' and "
			"institution_id = %" PRId64,
			v.w.institution),
		1);
	expect(&v, "storage register old-vault a1 test.edu/other/data/1", CLI_REFUSED, "is known already");
	expect(&v, "storage register old-vault a2 test.edu/bag/data/1", CLI_REFUSED,
		"has another copy on that backend");
	expect(&v, "storage register old-vault a/b test.edu/bag/data/1", CLI_FAILED, "is not an archive's id");
	expect(&v, "storage register old-vault a2 test.edu/bag/data/9", CLI_FAILED, "there is no file");
	expect(&v, "storage register old-vault a2 test.edu/other/data/1 --stored 2999-01-01T00:00:00Z", CLI_FAILED,
		"yet to come");
	expect(&v, "storage register old-vault a2 test.edu/other/data/1 --stored yesterday", CLI_USAGE, "--stored");
	expect(&v, "storage register local-1 a2 test.edu/other/data/1", CLI_FAILED, "gets its copies by ingest");
	/* and from then on it is deleted with its file */
	tomb_world_approve(&v.w, tomb_world_request_object(&v.w, object));
	tomb_world_work(&v.w);
	assert_int_equal(copies("accepted, not verifiable"), 1);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 1);
	vault_world_close(&v);
}

static void a_copy_is_not_registered_for_a_file_that_is_going(void **state)
{
	struct tomb_copy_found found = {.file_identifier = TOMB_STR("test.edu/bag/data/1"),
		.backend = TOMB_STR("old-vault"),
		.agent = TOMB_STR("test")};
	struct tomb_err why = {.text = ""};
	struct vault_world v;
	int64_t object = 0;
	int64_t request = 0;
	int64_t id = 0;

	(void)state;
	vault_world_open(&v, NULL, 0);
	object = tomb_world_object(&v.w, "test.edu/bag", 1, 1);
	found.url = vault_world_url(&v, "a1");
	request = tomb_world_request_object(&v.w, object);
	assert_int_equal(tomb_copy_register(v.w.registry, &v.w.oscar, &found, &id, &why), TOMB_CONFLICT);
	assert_non_null(strstr(why.text, "is asked to be deleted"));
	tomb_world_approve(&v.w, request);
	assert_int_equal(tomb_copy_register(v.w.registry, &v.w.oscar, &found, &id, &why), TOMB_CONFLICT);
	tomb_world_work(&v.w);
	assert_int_equal(tomb_copy_register(v.w.registry, &v.w.oscar, &found, &id, &why), TOMB_CONFLICT);
	assert_non_null(strstr(why.text, "is deleted"));
	assert_int_equal(tomb_copy_register(v.w.registry, &v.w.alice, &found, &id, &why), TOMB_FORBIDDEN);
	found.backend = TOMB_STR("nobody");
	tomb_world_object(&v.w, "test.edu/other", 1, 1);
	found.file_identifier = TOMB_STR("test.edu/other/data/1");
	assert_int_equal(tomb_copy_register(v.w.registry, &v.w.oscar, &found, &id, &why), TOMB_NOTFOUND);
	vault_world_close(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_vault_accepts_is_deleted_and_recorded_as_accepted),
		cmocka_unit_test(a_vault_that_refuses_keeps_the_file),
		cmocka_unit_test(an_inventory_verifies_what_it_does_not_hold),
		cmocka_unit_test(an_inventory_that_is_too_old_or_of_no_date_proves_nothing),
		cmocka_unit_test(an_inventory_proves_nothing_of_what_was_stored_just_before_it),
		cmocka_unit_test(only_copies_of_its_own_backend_are_verified),
		cmocka_unit_test(an_inventory_ends_once_and_one_waits_at_a_time),
		cmocka_unit_test(nobody_verifies_a_copy_without_an_inventory),
		cmocka_unit_test(the_command_starts_waits_reads_and_says_what_it_did),
		cmocka_unit_test(an_archive_becomes_a_copy_on_an_operators_word),
		cmocka_unit_test(a_copy_is_not_registered_for_a_file_that_is_going),
	};

	return cmocka_run_group_tests_name("vault", tests, NULL, NULL);
}
