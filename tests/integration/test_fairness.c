/*
 * Who has one batch waits for a few, however many somebody else has: counted in claims, not in time.  The batches have
 * no files, since only their order is asked for.
 */
#include "lane.h"
#include "pg_fixture.h"
#include "servers.h"
#include "sql.gen.h"
#include "tombstone/plan.h"
#include "tombstone/redis.h"
#include "tombstone/stop_switch.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY = 1000, LOOK = 16, A_FEW = 4, ARENA_BYTES = 1 << 20 };

/* n batches of somebody's deletion number d. */
static void add_batches(int64_t institution, int64_t deletion, int n)
{
	tomb_world_exec("insert into batch (deletion_id, institution_id, request_id, file_ids) select id, %" PRId64
			", request_id, '{}' from deletion, generate_series(1, %d) where id = %" PRId64,
		institution, n, deletion);
}

/* An approved deletion, planned, without batches of its own. */
static int64_t deletion(struct tomb_world *w, const char *name)
{
	int64_t id = tomb_world_approve(w, tomb_world_request_object(w, tomb_world_object(w, name, 1, 1)));

	tomb_world_plan(w);
	tomb_world_exec("delete from batch where deletion_id = %" PRId64, id);
	return id;
}

static bool never(void)
{
	return false;
}

/* Does the first batch of those that are due, as a lane that looks into the ledger; its id. */
static int64_t take_one(struct tomb_world *w, uint64_t turn)
{
	static const struct tomb_lane_options options = {
		.owner = {"test", 4}, .agent = {"tombstone test", 14}, .lease_ms = 60000, .max_attempts = 3};
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	struct tomb_log log = {.fd = STDERR_FILENO, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
	struct tomb_lane lane = {&options, &log, tomb_clock_real(), w->worker, w->stores, never};
	struct tomb_int8s ids = {NULL, 0};
	bool taken = false;

	TOMB_OK_OR_FAIL(tomb_plan_due_in_turn(w->worker,
		&(struct tomb_plan_turn){.at_most = LOOK, .per_institution = LOOK, .turn = turn}, &arena, &ids, &err));
	assert_true(ids.n > 0);
	TOMB_OK_OR_FAIL(tomb_lane_try(&lane, ids.p[0], &taken, &err));
	assert_true(taken);
	return ids.p[0];
}

static int64_t newest_batch(void)
{
	return tomb_fixture_pg_number("select max(id) from batch");
}

/* In how many claims from now on is the newest batch's turn, for a lane that has reached this turn? */
static int claims_until_newest(struct tomb_world *w, uint64_t turn)
{
	int64_t wanted = newest_batch();
	int claims = 1;

	while (take_one(w, turn++) != wanted)
		claims++;
	return claims;
}

static void a_newcomer_is_soon_found_by_a_lane_that_looks_into_the_ledger(void **state)
{
	struct tomb_world *w = *state;
	int64_t d = deletion(w, "test.edu/bag");

	add_batches(w->institution, d, MANY);
	for (uint64_t turn = 0; turn < 4; turn++) {
		add_batches(w->other_institution, d, 1);
		assert_in_range(claims_until_newest(w, turn), 1, A_FEW);
	}
}

static void a_newcomer_of_the_same_institution_is_soon_found_too(void **state)
{
	struct tomb_world *w = *state;
	int64_t big = deletion(w, "test.edu/big");
	int64_t small = deletion(w, "test.edu/small");

	add_batches(w->institution, big, MANY);
	add_batches(w->other_institution, big, MANY);
	for (uint64_t turn = 0; turn < 4; turn++) {
		add_batches(w->institution, small, 1);
		assert_in_range(claims_until_newest(w, turn), 1, A_FEW);
	}
}

static void turns_go_round(void **state)
{
	struct tomb_world *w = *state;
	int64_t d = deletion(w, "test.edu/bag");
	int64_t of[2];

	add_batches(w->institution, d, MANY);
	add_batches(w->other_institution, d, MANY);
	for (uint64_t turn = 0; turn < 10; turn++)
		(void)take_one(w, turn);
	of[0] = tomb_world_number(
		"select count(*) from batch where state = 'done' and institution_id = %" PRId64, w->institution);
	of[1] = tomb_world_number(
		"select count(*) from batch where state = 'done' and institution_id = %" PRId64, w->other_institution);
	assert_int_equal(of[0], 5);
	assert_int_equal(of[1], 5);
}

/* What the dispatcher would announce now. */
static struct tomb_int8s announce(struct tomb_world *w, int per_institution, uint64_t turn, struct tomb_arena *arena)
{
	struct tomb_int8s ids = {NULL, 0};

	TOMB_OK_OR_FAIL(tomb_plan_due_in_turn(w->registry,
		&(struct tomb_plan_turn){
			.again_after_s = 5, .at_most = MANY, .per_institution = per_institution, .turn = turn},
		arena, &ids, &err));
	if (ids.n > 0)
		TOMB_OK_OR_FAIL(tomb_plan_announced(w->registry, ids, &err));
	return ids;
}

static void few_announcements_of_an_institution_are_out_at_a_time(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	int64_t d = deletion(w, "test.edu/bag");
	struct tomb_int8s ids;

	add_batches(w->institution, d, MANY);
	assert_int_equal(announce(w, 8, 0, &arena).n, 8);
	assert_int_equal(announce(w, 8, 1, &arena).n, 0);
	add_batches(w->other_institution, d, 1);
	ids = announce(w, 8, 2, &arena);
	assert_int_equal(ids.n, 1);
	assert_int_equal(ids.p[0], newest_batch());
	/* What is taken makes room; what nobody took for long is announced again. */
	tomb_fixture_pg_exec("update batch set state = 'done' where id in (select id from batch where announced_at is "
			     "not null order by id limit 3)");
	assert_int_equal(announce(w, 8, 3, &arena).n, 3);
	tomb_fixture_pg_exec(
		"update batch set announced_at = announced_at - interval '6 seconds' where state = 'ready'");
	assert_int_equal(announce(w, 8, 4, &arena).n, 9);
}

static void what_is_announced_is_taken_in_turns_from_the_stream(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	TOMB_REDIS_AUTO *redis = NULL;
	const struct tomb_redis_queue queue = {.stream = TOMB_STR("fairness"),
		.group = TOMB_STR("workers"),
		.consumer = TOMB_STR("test"),
		.length_max = MANY};
	int64_t d = deletion(w, "test.edu/bag");
	struct tomb_redis_entries entries = {NULL, 0};
	struct tomb_int8s ids;
	struct server *server = redis_server_start();
	int behind = 0;

	TOMB_OK_OR_FAIL(tomb_redis_open(&redis, &(struct tomb_redis_options){.address = server_address(server)}, &err));
	TOMB_OK_OR_FAIL(tomb_redis_join(redis, &queue, &err));
	add_batches(w->institution, d, MANY);
	ids = announce(w, 8, 0, &arena);
	TOMB_OK_OR_FAIL(tomb_redis_announce(redis, &queue, ids.p, ids.n, &err));
	add_batches(w->other_institution, d, 1);
	ids = announce(w, 8, 1, &arena);
	TOMB_OK_OR_FAIL(tomb_redis_announce(redis, &queue, ids.p, ids.n, &err));
	for (;;) {
		TOMB_OK_OR_FAIL(tomb_redis_read(redis, &queue, 1, 0, &arena, &entries, &err));
		assert_int_equal(entries.n, 1);
		if (entries.v[0].batch_id == newest_batch())
			break;
		behind++;
	}
	assert_int_equal(behind, 8);
	server_end(server);
}

static void while_everything_is_stopped_nothing_is_due(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);

	add_batches(w->institution, deletion(w, "test.edu/bag"), 3);
	TOMB_OK_OR_FAIL(tomb_stop_switch_set(w->registry, &w->oscar, true, TOMB_STR("a fire"), &err));
	assert_int_equal(announce(w, 8, 0, &arena).n, 0);
	TOMB_OK_OR_FAIL(tomb_stop_switch_set(w->registry, &w->oscar, false, TOMB_STR("it is out"), &err));
	assert_int_equal(announce(w, 8, 0, &arena).n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, tomb_world_set_up, tomb_world_tear_down)
		TEST(a_newcomer_is_soon_found_by_a_lane_that_looks_into_the_ledger),
		TEST(a_newcomer_of_the_same_institution_is_soon_found_too),
		TEST(turns_go_round),
		TEST(few_announcements_of_an_institution_are_out_at_a_time),
		TEST(what_is_announced_is_taken_in_turns_from_the_stream),
		TEST(while_everything_is_stopped_nothing_is_due),
	};

	return cmocka_run_group_tests_name("fairness", tests, NULL, NULL);
}
