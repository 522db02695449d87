/*
 * The life of copies in a vault that somebody else wrote (moto): delete, inventory, confirmation, contradiction.
 * Skipped unless TOMBSTONE_TEST_VAULT is its endpoint; tests/interop/vault starts one and runs this.
 *
 * What moto does otherwise than Amazon: its inventories are JSON whatever was asked for, and of the moment; an
 * archive's id is the MD5 of its bytes, so that the same bytes get the same id again.
 */
#include "cli_run.h"
#include "pg_fixture.h"
#include "tombstone/http_client.h"
#include "world.h"

#include "../../registry/cli/cli.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { SKIPPED = 77, FILES = 3, RUNS_MAX = 2000 };

struct moto {
	struct tomb_world w;
	const char *endpoint;
	struct tomb_http *http;
	struct tomb_arena arena;
	char archive[FILES + 1][128]; /* the last one is nobody's */
};

/* moto does not check signatures, but finds the service by them. */
static struct tomb_http_answer send_raw(struct moto *m, const char *method, const char *path, const char *body)
{
	const struct tomb_http_header headers[] = {
		{TOMB_STR("x-amz-glacier-version"), TOMB_STR("2012-06-01")},
		{TOMB_STR("x-amz-archive-description"), TOMB_STR("a \"quoted\" one, with \\")},
		{TOMB_STR("Authorization"),
			TOMB_STR("AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/glacier/aws4_request, "
				 "SignedHeaders=host, Signature=0")},
	};
	struct tomb_http_answer answer;
	char url[256];
	struct tomb_http_request request = {.method = method,
		.url = url,
		.headers = headers,
		.nheaders = TOMB_COUNTOF(headers),
		.body = tomb_str_from(body),
		.allow_plain_http = true};

	(void)snprintf(url, sizeof url, "%s%s", m->endpoint, path);
	TOMB_OK_OR_FAIL(tomb_http_run(m->http, &request, &m->arena, &answer, &err));
	return answer;
}

static void upload(struct moto *m, int i)
{
	struct tomb_http_answer answer;
	struct tomb_str id;
	char body[32];

	(void)snprintf(body, sizeof body, "archive number %d", i);
	answer = send_raw(m, "POST", "/-/vaults/old/archives", body);
	assert_int_equal(answer.status, 201);
	id = tomb_http_header(&answer, "x-amz-archive-id");
	assert_in_range(id.n, 1, sizeof m->archive[i] - 1);
	(void)snprintf(m->archive[i], sizeof m->archive[i], "%.*s", TOMB_STR_ARG(id));
}

static void archives_left(struct moto *m, const char *want)
{
	char piece[64];

	(void)snprintf(piece, sizeof piece, "\"NumberOfArchives\": %s,", want);
	assert_non_null(strstr(send_raw(m, "GET", "/-/vaults/old", "").body.p, piece));
}

static void delete_raw(struct moto *m, int i)
{
	char path[256];

	(void)snprintf(path, sizeof path, "/-/vaults/old/archives/%s", m->archive[i]);
	assert_int_equal(send_raw(m, "DELETE", path, "").status, 204);
}

static void write_key(const struct moto *m, const char *name)
{
	char path[128];
	FILE *f = NULL;

	(void)snprintf(path, sizeof path, "%s/%s", m->w.folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs("AKID\n", f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

static int begin(void **state)
{
	struct moto *m = calloc(1, sizeof *m);
	FILE *f = NULL;

	assert_non_null(m);
	*state = m;
	*m = (struct moto){.arena = tomb_arena_init(8 << 20)};
	m->endpoint = getenv("TOMBSTONE_TEST_VAULT"); /* NOLINT(concurrency-mt-unsafe): there is one thread */
	tomb_world_open(&m->w);
	TOMB_OK_OR_FAIL(tomb_http_new(&m->http, &err));
	assert_int_equal(send_raw(m, "PUT", "/-/vaults/old", "").status, 201);
	for (int i = 0; i <= FILES; i++)
		upload(m, i);
	write_key(m, "access");
	write_key(m, "secret");
	f = fopen(m->w.backends_file, "a");
	assert_non_null(f);
	(void)fprintf(f,
		"[backend old-vault]\nkind = glacier\nendpoint = %s\nregion = us-east-1\nvault = old\n"
		"access_key_file = %s/access\nsecret_key_file = %s/secret\n",
		m->endpoint, m->w.folder, m->w.folder);
	assert_int_equal(fclose(f), 0);
	tomb_stores_close(m->w.stores);
	TOMB_OK_OR_FAIL(tomb_stores_open(m->w.backends_file, &m->w.stores, &err));
	tomb_world_exec("insert into storage_backend (name) values ('old-vault')");
	return 0;
}

static int end(void **state)
{
	struct moto *m = *state;

	tomb_http_free(m->http);
	tomb_world_close(&m->w);
	tomb_arena_fini(&m->arena);
	free(m);
	return 0;
}

static void add_copy(struct moto *m, int i)
{
	struct tomb_store *store = NULL;
	struct tomb_str url;

	TOMB_OK_OR_FAIL(tomb_stores_find(m->w.stores, TOMB_STR("old-vault"), &store, &err));
	TOMB_OK_OR_FAIL(tomb_store_url(store, tomb_str_from(m->archive[i]), &m->arena, &url, &err));
	tomb_world_exec(
		"insert into copy (file_id, generation, backend_id, storage_option_id, url, size_bytes, stored_at) "
		"select f.id, f.generation, b.id, f.storage_option_id, '%.*s', f.size_bytes, now() - interval '9 "
		"days' from generic_file f, storage_backend b "
		"where f.identifier = 'test.edu/bag/data/%d' and b.name = 'old-vault'",
		TOMB_STR_ARG(url), i + 1);
}

static struct cli_run inventory(const struct moto *m)
{
	static char text[3][512];
	const char *env[4] = {text[0], text[1], text[2], NULL};

	(void)snprintf(text[0], sizeof text[0], "TOMBSTONE_CONFIG=/dev/null");
	(void)snprintf(text[1], sizeof text[1], "TOMBSTONE_DATABASE=%s", tomb_fixture_pg_registry());
	(void)snprintf(text[2], sizeof text[2], "TOMBSTONE_BACKENDS_FILE=%s", m->w.backends_file);
	return cli_run_words(env, "storage inventory old-vault");
}

/* Starts a job, and comes again until its inventory was read. */
static void expect_inventory(const struct moto *m, int code, const char *says)
{
	struct cli_run r = inventory(m);

	if (r.exit != CLI_OK || !strstr(r.out, "an inventory was asked for"))
		fail_msg("started: %d %s%s", r.exit, r.out, r.err);
	(void)fputs(r.out, stdout);
	for (int i = 0; i < RUNS_MAX; i++) {
		r = inventory(m);
		if (!strstr(r.out, "is not ready yet"))
			break;
	}
	(void)fputs(r.out, stdout);
	if (r.exit != code || !strstr(r.out, says))
		fail_msg("read: %d %s%s", r.exit, r.out, r.err);
}

static void what_was_deleted_is_confirmed_by_the_vaults_inventory(void **state)
{
	struct moto *m = *state;
	int64_t deletion = 0;
	int64_t object = tomb_world_object(&m->w, "test.edu/bag", FILES, 1);

	for (int i = 0; i < FILES; i++)
		add_copy(m, i);
	archives_left(m, "4");
	deletion = tomb_world_approve(&m->w, tomb_world_request_object(&m->w, object));
	tomb_world_work(&m->w);
	archives_left(m, "1");
	assert_int_equal(
		tomb_world_number("select count(*) from copy where verification = 'accepted, not verifiable' and "
				  "deletion_id = %" PRId64,
			deletion),
		FILES);
	upload(m, 0); /* one of them is there again, or still */
	expect_inventory(m, CLI_OK, "0 copies are verified absent, 0 are still there, 3 wait");
	tomb_world_exec("update copy set removed_at = now() - interval '3 days' where verification like 'acc%%'");
	expect_inventory(m, CLI_WORK_FAILED,
		"holds 2 archives; 2 copies are verified absent, 1 are still there, 0 wait for a later inventory");
	delete_raw(m, 0);
	expect_inventory(m, CLI_OK, "holds 1 archives; 1 copies are verified absent, 0 are still there, 0 wait");
	assert_int_equal(
		tomb_world_number("select count(*) from premis_event where event_type = 'deletion verification' and "
				  "outcome = 'Success'"),
		FILES);
	tomb_world_check(&m->w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_deleted_is_confirmed_by_the_vaults_inventory, begin, end),
	};

	if (!getenv("TOMBSTONE_TEST_VAULT")) { /* NOLINT(concurrency-mt-unsafe): there is one thread */
		(void)fputs("TOMBSTONE_TEST_VAULT is not set: see tests/interop/vault\n", stderr);
		return SKIPPED;
	}
	return cmocka_run_group_tests_name("vault_moto", tests, NULL, NULL);
}
