/* What a pipeline records while a deletion is under way (deletion.md P-20, X-04; I1 to I4). */
#include "lane.h"
#include "outside.h"
#include "pg_fixture.h"
#include "sql.gen.h"
#include "tombstone/claim.h"
#include "tombstone/copy_record.h"
#include "tombstone/file_record.h"
#include "tombstone/object_record.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int set_up(void **state)
{
	assert_int_equal(tomb_world_set_up(state), 0);
	outside_set_up(*state);
	return 0;
}

/* New bytes of the file, in both stores. */
struct news {
	char url[2][OUTSIDE_URL];
	struct tomb_str urls[2];
	char digest[65];
	struct tomb_checksum_given checksum;
	struct tomb_file_given given;
};

static void store_news(struct tomb_world *w, const char *key, struct news *n)
{
	for (int i = 0; i < 2; i++) {
		char name[64];

		(void)snprintf(name, sizeof name, "%s-%d", key, i + 1);
		outside_store(w, i + 1, name, key, n->url[i]);
		n->urls[i] = tomb_str_from(n->url[i]);
	}
	outside_digest(key, n->digest);
	n->checksum = (struct tomb_checksum_given){TOMB_STR("sha256"), tomb_str_from(n->digest)};
	n->given = (struct tomb_file_given){.state = TOMB_STR("A"),
		.size_bytes = -1,
		.checksums = &n->checksum,
		.nchecksums = 1,
		.urls = {n->urls, 2}};
}

static enum tomb_code record(struct tomb_world *w, int64_t file, const struct news *n, struct tomb_err *err)
{
	return tomb_file_record_update(w->registry, &w->oscar, file, &n->given, err);
}

static void news_between_request_and_approval_make_the_request_void(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 2);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/1");
	int64_t request = tomb_world_request_object(w, object);
	char token[TOMB_TOKEN_TEXT];
	struct tomb_err refusal = {.text = ""};
	int64_t deletion = 0;
	struct news n;

	store_news(w, "new", &n);
	TOMB_OK_OR_FAIL(record(w, file, &n, &err));
	tomb_world_token(w, request, &w->bob, token);
	assert_int_equal(tomb_decision_make(w->registry, &w->bob, request, TOMB_APPROVE, tomb_str_from(token),
				 &deletion, &refusal),
		TOMB_CONFLICT);
	assert_int_equal(outside_there(w, "new-*"), 2);
	assert_int_equal(tomb_world_bytes(w, file), 2);
}

static void news_between_approval_and_claim_are_never_reached(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 2, 2);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/1");
	struct news n;

	(void)tomb_world_approve(w, tomb_world_request_object(w, object));
	store_news(w, "new", &n);
	TOMB_OK_OR_FAIL(record(w, file, &n, &err));
	tomb_world_work(w);
	assert_int_equal(outside_there(w, "new-*"), 2);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'A'"), 1);
	assert_int_equal(
		tomb_world_number("select count(*) from request_file where outcome = 'refused' and reason like "
				  "'superseded%%'"),
		1);
	assert_int_equal(tomb_world_number("select count(*) from copy where generation = 2 and status = 'stored'"), 2);
	tomb_world_check(w);
}

/* A claim as a lane makes it, whose lane then dies: its batch is repeated later. */
static void claim_and_die(struct tomb_world *w)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_claim claim;
	int64_t batch = 0;
	bool taken = false;

	tomb_world_plan(w);
	batch = tomb_world_number("select id from batch");
	TOMB_OK_OR_FAIL(tomb_claim_take(w->worker, batch, TOMB_STR("dead"), 60000, &arena, &claim, &taken, &err));
	assert_true(taken);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'removing'"), 2);
	tomb_world_exec("update batch set lease_until = now() - interval '1 second'");
}

static void news_after_the_claim_stay_whatever_becomes_of_the_old_bytes(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 2);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/1");
	struct news n;

	(void)tomb_world_approve(w, tomb_world_request_object(w, object));
	claim_and_die(w);
	store_news(w, "new", &n);
	TOMB_OK_OR_FAIL(record(w, file, &n, &err));
	tomb_world_work(w);
	assert_int_equal(outside_there(w, "new-*"), 2);
	assert_int_equal(
		tomb_world_number("select count(*) from generic_file where state = 'A' and generation = 2"), 1);
	assert_int_equal(tomb_world_number("select count(*) from copy where generation = 2 and status = 'stored'"), 2);
	tomb_world_check(w);
	/* And the next deletion takes everything that is left, of both generations. */
	(void)tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_work(w);
	assert_int_equal(outside_there(w, "new-*") + tomb_world_bytes(w, file), 0);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 1);
	tomb_world_check(w);
}

static void a_claimed_file_takes_no_further_copy_and_other_words_change_nothing(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_err refusal = {.text = ""};
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 1);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/1");
	struct tomb_file_given words = {.file_format = TOMB_STR("text/html"), .size_bytes = -1};
	char url[OUTSIDE_URL];
	int64_t id = 0;

	(void)tomb_world_approve(w, tomb_world_request_object(w, object));
	outside_store(w, 2, "more", "more", url);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			tomb_copy_record_create(w->registry, &w->oscar, 0, file, tomb_str_from(url), &id, &refusal),
			TOMB_CONFLICT);
		TOMB_OK_OR_FAIL(tomb_file_record_update(w->registry, &w->oscar, file, &words, &err));
		TOMB_OK_OR_FAIL(tomb_object_record_update(
			w->registry, &w->oscar, object, &(struct tomb_object_given){.title = TOMB_STR("Other")}, &err));
		tomb_world_plan(w);
	}
	tomb_world_work(w);
	assert_int_equal(
		tomb_world_number("select count(*) from generic_file where state = 'D' and file_format = 'text/html'"),
		1);
	assert_int_equal(tomb_world_bytes(w, file), 0);
	assert_int_equal(outside_there(w, "more"), 1);
	tomb_world_check(w);
}

/* Whoever is second waits for the first, and sees what it did: a claim's locks on the object. */
static void an_update_waits_for_whoever_has_the_object(void **state)
{
	struct tomb_world *w = *state;
	TOMB_TX_AUTO tx = tomb_tx_init(w->worker);
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_err refusal = {.text = ""};
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 2);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/1");
	struct sql_claim_lease_row *leased = NULL;
	TOMB_PG_AUTO *hasty = NULL;
	struct news n;
	size_t found = 0;

	(void)tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_plan(w);
	store_news(w, "new", &n);
	TOMB_OK_OR_FAIL(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &err));
	TOMB_OK_OR_FAIL(sql_claim_lease(w->worker,
		&(struct sql_claim_lease_args){tomb_world_number("select id from batch"), TOMB_STR("lane"), 60000},
		&arena, &leased, &found, &err));
	assert_int_equal(found, 1);
	/* It waits as long as it may, and then nothing was recorded. */
	TOMB_OK_OR_FAIL(tomb_pg_open_with(&hasty, tomb_fixture_pg_registry(),
		&(struct tomb_pg_options){.lock_timeout_ms = 50}, sql_all, sql_nall, &err));
	assert_int_equal(tomb_file_record_update(hasty, &w->oscar, file, &n.given, &refusal), TOMB_DB_RETRY);
	assert_int_equal(tomb_world_number("select generation from generic_file where id = %" PRId64, file), 1);
	tomb_tx_fini(&tx);
	TOMB_OK_OR_FAIL(record(w, file, &n, &err));
	tomb_world_work(w);
	assert_int_equal(outside_there(w, "new-*"), 2);
	tomb_world_check(w);
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(news_between_request_and_approval_make_the_request_void),
		IN_A_WORLD(news_between_approval_and_claim_are_never_reached),
		IN_A_WORLD(news_after_the_claim_stay_whatever_becomes_of_the_old_bytes),
		IN_A_WORLD(a_claimed_file_takes_no_further_copy_and_other_words_change_nothing),
		IN_A_WORLD(an_update_waits_for_whoever_has_the_object),
	};
	return cmocka_run_group_tests_name("recording while a deletion runs", tests, NULL, NULL);
}
