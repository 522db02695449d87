/* The operator's command on backends: what they are, what was found, how they are treated, what copies cost. */
#include "cli_run.h"
#include "pg_fixture.h"
#include "tombstone/backend.h"
#include "tombstone/json_reader.h"
#include "world.h"

#include "../../registry/cli/cli.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { ENV_MAX = 512 };

/* Settings for every run; without a backends file if file is NULL. */
static const char *const *env_of(const char *file)
{
	static char text[3][ENV_MAX];
	static const char *list[4];

	(void)snprintf(text[0], ENV_MAX, "TOMBSTONE_CONFIG=/dev/null");
	(void)snprintf(text[1], ENV_MAX, "TOMBSTONE_DATABASE=%s", tomb_fixture_pg_registry());
	(void)snprintf(text[2], ENV_MAX, "TOMBSTONE_BACKENDS_FILE=%s", file ? file : "");
	for (size_t i = 0; i < 3; i++)
		list[i] = text[i];
	return list;
}

/* Runs words, and asserts the exit code and a piece of what it prints, or of its one-line error if it prints nothing.
 */
static struct cli_run expect_with(const char *file, const char *words, int code, const char *piece)
{
	struct cli_run r = cli_run_words(env_of(file), words);
	const char *said = r.out[0] ? r.out : r.err;

	if (r.exit != code || !strstr(said, piece))
		fail_msg("\"%s\" ended with %d, not %d with \"%s\":\n%s%s", words, r.exit, code, piece, r.out, r.err);
	return r;
}

static struct cli_run expect(struct tomb_world *w, const char *words, int code, const char *piece)
{
	return expect_with(w->backends_file, words, code, piece);
}

static int set_up(void **state)
{
	struct tomb_world *w = NULL;

	if (tomb_world_set_up(state) != 0)
		return -1;
	w = *state;
	expect(w, "storage setup --option Cold:30=local-1,local-2", CLI_OK, "Cold");
	return 0;
}

/* A file of the world's folder that only its owner may read, as keys are kept. */
static void put_file(struct tomb_world *w, const char *name, const char *text)
{
	char path[160];
	FILE *f = NULL;

	(void)snprintf(path, sizeof path, "%s/%s", w->folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	assert_int_equal(fclose(f), 0);
}

static void the_list_says_what_and_where_backends_are(void **state)
{
	struct tomb_world *w = *state;
	struct cli_run r = expect(w, "storage list", CLI_OK, "BACKEND  KIND       WHERE");
	char where[160];

	(void)snprintf(where, sizeof where, "local-1  directory  file://%s/local-1/", w->folder);
	assert_non_null(strstr(r.out, where));
	assert_non_null(strstr(r.out, "strictest"));
	assert_non_null(strstr(r.out, "Cold"));
	r = expect_with(NULL, "storage list", CLI_OK, "(no backends file)");
	assert_non_null(strstr(r.out, "local-3"));
}

static void the_list_names_what_only_one_side_knows(void **state)
{
	struct tomb_world *w = *state;
	char text[256];
	char file[128];
	struct cli_run r;

	(void)snprintf(text, sizeof text, "[backend new]\nkind = directory\npath = %s\n", w->folder);
	put_file(w, "other", text);
	(void)snprintf(file, sizeof file, "%s/other", w->folder);
	r = expect_with(file, "storage list", CLI_OK, "(not in the backends file)");
	assert_non_null(strstr(r.out, "(not in the ledger: run storage setup)"));
	expect_with(file, "storage probe new", CLI_FAILED, "storage setup");
	expect_with(file, "storage probe local-1", CLI_FAILED, "no backend is named local-1");
	expect_with(NULL, "storage probe local-1", CLI_USAGE, "backends_file");
}

static void a_probe_is_printed_and_kept_for_the_status(void **state)
{
	struct tomb_world *w = *state;
	struct cli_run r = expect(w, "storage probe local-1", CLI_OK, "usable");

	assert_non_null(strstr(r.out, "never\n"));
	assert_non_null(strstr(r.out, "Delete if same   not known"));
	assert_non_null(strstr(r.out, "not known\n"));
	expect(w, "storage status", CLI_OK, "never probed");
	/* A folder does what it says; the probe is kept all the same. */
	expect(w, "storage probe local-2 --examine", CLI_FAILED, "needs no examination");
	assert_int_equal(tomb_world_number("select count(*) from backend_probe where was_examined"), 0);
	assert_int_equal(tomb_world_number("select count(*) from backend_probe p join storage_backend b on b.id = "
					   "p.backend_id where b.name = 'local-1' and is_reachable and "
					   "versioning = 'never' and by <> ''"),
		1);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'probe storage backend'"), 2);
}

static void a_backend_that_cannot_be_used_is_a_finding_and_a_failure(void **state)
{
	struct tomb_world *w = *state;
	char text[512];
	char file[128];

	put_file(w, "id", "AKIAEXAMPLE");
	put_file(w, "secret", "not-a-secret-at-all");
	(void)snprintf(text, sizeof text,
		"[backend local-1]\nkind = s3\nendpoint = http://127.0.0.1:1\nregion = r\nbucket = bucket\n"
		"access_key_file = %s/id\nsecret_key_file = %s/secret\nconnect_timeout_ms = 1000\n",
		w->folder, w->folder);
	put_file(w, "away", text);
	(void)snprintf(file, sizeof file, "%s/away", w->folder);
	expect_with(file, "storage probe local-1", CLI_FAILED, "http://127.0.0.1:1/bucket/");
	expect(w, "storage status", CLI_OK, "127.0.0.1");
	assert_int_equal(
		tomb_world_number("select count(*) from backend_probe where not is_reachable and problem <> '' "
				  "and versioning is null and can_look is null"),
		1);
	assert_int_equal(tomb_world_number("select count(*) from backend_probe where problem like '%%secret%%'"), 0);
}

static void a_breaker_is_seen_and_reset_by_hand(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_actor lane = {.email = TOMB_STR("tombstone-worker/1 host"), .via = TOMB_VIA_WORKER};
	struct tomb_backend_breaker k = {
		.since_us = 1000000, .until_us = INT64_C(4000000000000000), .reason = TOMB_STR("InvalidAccessKeyId")};
	struct cli_run r;

	expect(w, "storage status", CLI_OK, "use it");
	TOMB_OK_OR_FAIL(tomb_backend_breaker_open(w->worker, &lane, TOMB_STR("local-2"), &k, &err));
	r = expect(w, "storage status", CLI_WORK_FAILED, "leave it alone");
	assert_non_null(strstr(r.out, "InvalidAccessKeyId"));
	assert_non_null(strstr(r.out, "1970-01-01T00:00:01Z"));
	expect(w, "storage reset local-2 --reason rotated", CLI_OK, "from their next batch on");
	expect(w, "storage status", CLI_OK, "use it");
	expect(w, "storage reset local-2", CLI_OK, "already");
	expect(w, "storage reset local-9", CLI_FAILED, "knows no backend");
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'close breaker' and via = "
					   "'cli' and detail = 'rotated'"),
		1);
}

static void whose_minimum_counts_is_set_per_backend(void **state)
{
	struct tomb_world *w = *state;

	expect(w, "storage set local-1", CLI_USAGE, "--retention");
	expect(w, "storage set local-1 --retention lax", CLI_USAGE, "strictest");
	expect(w, "storage set local-9 --retention store", CLI_FAILED, "storage setup");
	expect(w, "storage set local-1 --retention store", CLI_OK, "class that the store reports");
	expect(w, "storage set local-2 --retention registry", CLI_OK, "storage option alone");
	expect(w, "storage list", CLI_OK, "registry");
	assert_int_equal(tomb_world_number("select count(*) from storage_backend where retention = 'store'"), 1);
}

static void prices_are_set_shown_and_taken_away(void **state)
{
	struct tomb_world *w = *state;
	struct cli_run r;

	expect(w, "storage price Cold 0.0036 USD --days 90 --backend local-2", CLI_OK, "0.0036 USD");
	r = expect(w, "storage price Cold 12 EUR --backend local-1 --bytes 131072", CLI_OK, "12.00 EUR");
	assert_non_null(strstr(r.out, "131072"));
	assert_non_null(strstr(r.out, "0.0036 USD             90"));
	expect(w, "storage price Cold none --backend local-1", CLI_OK, "Cold");
	assert_int_equal(tomb_world_number("select count(price_nanos) from storage_option_backend"), 1);
	expect(w, "storage price Cold none EUR", CLI_USAGE, "no currency");
	expect(w, "storage price Cold 1,5 EUR", CLI_USAGE, "is no price");
	expect(w, "storage price Cold 1", CLI_USAGE, "currency");
	expect(w, "storage price Cold 1 eur", CLI_FAILED, "capital letters");
	expect(w, "storage price Cold 1 EUR --days 36501", CLI_USAGE, "36500");
	expect(w, "storage price Warm 1 EUR", CLI_FAILED, "no storage option");
	expect(w, "storage price Cold 1 EUR --backend local-3", CLI_FAILED, "each backend");
}

static void everything_is_json_for_programs(void **state)
{
	static const char *const commands[] = {"storage list", "storage status", "storage prices",
		"storage probe local-1", "storage reset local-1", "storage set local-1 --retention strictest",
		"storage price Cold 0.5 EUR"};
	struct tomb_world *w = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(commands); i++) {
		TOMB_JSON_DOC_AUTO *doc = NULL;
		char words[96];
		struct cli_run r;

		(void)snprintf(words, sizeof words, "--json %s", commands[i]);
		r = expect(w, words, CLI_OK, "local-1");
		TOMB_OK_OR_FAIL(tomb_json_doc_parse(tomb_str_from(r.out), 1 << 20, &doc, &err));
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		T(the_list_says_what_and_where_backends_are),
		T(the_list_names_what_only_one_side_knows),
		T(a_probe_is_printed_and_kept_for_the_status),
		T(a_backend_that_cannot_be_used_is_a_finding_and_a_failure),
		T(a_breaker_is_seen_and_reset_by_hand),
		T(whose_minimum_counts_is_set_per_backend),
		T(prices_are_set_shown_and_taken_away),
		T(everything_is_json_for_programs),
	};

	return cmocka_run_group_tests_name("cli_storage", tests, NULL, NULL);
}
