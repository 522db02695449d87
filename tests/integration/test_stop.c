/*
 * the stop switch, set while a lane is at work: no further request of it deletes anything, its batch is given
 * back as it is, and after the start everything comes to its end.
 *
 * wrap: tomb_store_stat_many tomb_store_delete_many tomb_store_verify_many
 */
#include "lane.h"
#include "pg_fixture.h"
#include "tombstone/plan.h"
#include "tombstone/stop_switch.h"
#include "tombstone/store_look.h"
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILES = 3, COPIES = 2 };

/* At which of its calls a lane finds that work was stopped; and what it has deleted. */
enum moment { NEVER, WHEN_IT_LOOKS, WHEN_IT_HAS_DELETED_ONCE, WHEN_IT_VERIFIES };

static struct {
	struct tomb_world *w;
	enum moment moment;
	int deletes;
} border;

static void stop(bool on)
{
	TOMB_OK_OR_FAIL(tomb_stop_switch_set(
		border.w->registry, &border.w->oscar, on, on ? TOMB_STR("a fire") : TOMB_STR("it is out"), &err));
}

static void arrive(enum moment moment)
{
	if (border.moment != moment)
		return;
	border.moment = NEVER;
	stop(true);
}

enum tomb_code __real_tomb_store_stat_many(struct tomb_store *store, const struct tomb_look_at *at,
	struct tomb_arena *arena, struct tomb_seen *out, struct tomb_err *err);
enum tomb_code __wrap_tomb_store_stat_many(struct tomb_store *store, const struct tomb_look_at *at,
	struct tomb_arena *arena, struct tomb_seen *out, struct tomb_err *err);

enum tomb_code __wrap_tomb_store_stat_many(struct tomb_store *store, const struct tomb_look_at *at,
	struct tomb_arena *arena, struct tomb_seen *out, struct tomb_err *err)
{
	arrive(WHEN_IT_LOOKS);
	return __real_tomb_store_stat_many(store, at, arena, out, err);
}

enum tomb_code __real_tomb_store_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n,
	struct tomb_arena *arena, struct tomb_result *results, struct tomb_err *err);
enum tomb_code __wrap_tomb_store_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n,
	struct tomb_arena *arena, struct tomb_result *results, struct tomb_err *err);

enum tomb_code __wrap_tomb_store_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n,
	struct tomb_arena *arena, struct tomb_result *results, struct tomb_err *err)
{
	enum tomb_code code = __real_tomb_store_delete_many(store, targets, n, arena, results, err);

	border.deletes++;
	arrive(WHEN_IT_HAS_DELETED_ONCE);
	return code;
}

enum tomb_code __real_tomb_store_verify_many(struct tomb_store *store, const struct tomb_look *look,
	struct tomb_arena *arena, struct tomb_verdict *verdicts, struct tomb_err *err);
enum tomb_code __wrap_tomb_store_verify_many(struct tomb_store *store, const struct tomb_look *look,
	struct tomb_arena *arena, struct tomb_verdict *verdicts, struct tomb_err *err);

enum tomb_code __wrap_tomb_store_verify_many(struct tomb_store *store, const struct tomb_look *look,
	struct tomb_arena *arena, struct tomb_verdict *verdicts, struct tomb_err *err)
{
	arrive(WHEN_IT_VERIFIES);
	return __real_tomb_store_verify_many(store, look, arena, verdicts, err);
}

static bool never(void)
{
	return false;
}

/* The first batch, by one lane that is stopped at that moment; what it returns. */
static enum tomb_code work_until(enum moment moment)
{
	static const struct tomb_lane_options options = {.owner = {"test", 4},
		.agent = {"tombstone test", 14},
		.lease_ms = 60000,
		.max_attempts = 3,
		.backoff_ms = 1,
		.backoff_max_ms = 1};
	struct tomb_log log = {.fd = STDERR_FILENO, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
	struct tomb_lane lane = {&options, &log, tomb_clock_real(), border.w->worker, border.w->stores, never};
	struct tomb_err why;

	border.moment = moment;
	return tomb_lane_do(&lane, tomb_world_number("select min(id) from batch"), &why);
}

/* Two deletions, approved and cut into a batch each. */
static void begin(void **state)
{
	border.w = *state;
	border.moment = NEVER;
	border.deletes = 0;
	tomb_world_approve(border.w,
		tomb_world_request_object(border.w, tomb_world_object(border.w, "test.edu/bag-1", FILES, COPIES)));
	tomb_world_approve(border.w,
		tomb_world_request_object(border.w, tomb_world_object(border.w, "test.edu/bag-2", FILES, COPIES)));
	tomb_world_plan(border.w);
}

static int bytes_left(void)
{
	int n = 0;

	for (int bag = 1; bag <= 2; bag++)
		for (int i = 1; i <= FILES; i++) {
			char name[64];

			(void)snprintf(name, sizeof name, "test.edu/bag-%d/data/%d", bag, i);
			n += tomb_world_bytes(border.w, tomb_world_file(border.w, name));
		}
	return n;
}

static void assert_given_back(void)
{
	assert_int_equal(
		tomb_world_number("select count(*) from batch where state = 'ready' and attempts = 0 and deaths "
				  "= 0 and lease_owner is null"),
		2);
	assert_int_equal(work_until(NEVER), TOMB_OK); /* it is not to be had */
	assert_int_equal(tomb_world_number("select count(*) from batch where state = 'ready'"), 2);
}

static void everything_ends_after_the_start(void)
{
	stop(false);
	tomb_world_work(border.w);
	assert_int_equal(bytes_left(), 0);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 2 * FILES);
	assert_int_equal(tomb_world_number("select count(*) from batch where state = 'done' and attempts = 1"), 2);
	tomb_world_check(border.w);
}

static void a_stop_during_the_pre_flight_leaves_every_byte(void **state)
{
	begin(state);
	assert_int_equal(work_until(WHEN_IT_LOOKS), TOMB_STALE);
	assert_int_equal(border.deletes, 0);
	assert_int_equal(bytes_left(), 2 * FILES * COPIES);
	assert_given_back();
	everything_ends_after_the_start();
}

static void a_stop_between_two_backends_leaves_the_second(void **state)
{
	begin(state);
	assert_int_equal(work_until(WHEN_IT_HAS_DELETED_ONCE), TOMB_STALE);
	assert_int_equal(border.deletes, 1);
	assert_int_equal(bytes_left(), 2 * FILES * COPIES - FILES);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'removing'"), FILES * COPIES);
	assert_given_back();
	everything_ends_after_the_start();
}

static void a_stop_when_all_is_deleted_lets_the_batch_be_recorded_and_no_other_begin(void **state)
{
	begin(state);
	assert_int_equal(work_until(WHEN_IT_VERIFIES), TOMB_OK);
	assert_int_equal(border.deletes, COPIES);
	assert_int_equal(bytes_left(), FILES * COPIES);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), FILES);
	assert_int_equal(tomb_world_number("select count(*) from batch where state = 'done'"), 1);
	assert_int_equal(tomb_world_number("select count(*) from batch where state = 'ready' and fence = 0"), 1);
	everything_ends_after_the_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, tomb_world_set_up, tomb_world_tear_down)
		TEST(a_stop_during_the_pre_flight_leaves_every_byte),
		TEST(a_stop_between_two_backends_leaves_the_second),
		TEST(a_stop_when_all_is_deleted_lets_the_batch_be_recorded_and_no_other_begin),
	};

	return cmocka_run_group_tests_name("the stop switch", tests, NULL, NULL);
}
