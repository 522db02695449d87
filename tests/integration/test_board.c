/* What lanes do about backends: leave alone what refused them, and ask the store how old a copy must be.
 * wrap: tomb_store_stat_many tomb_store_set_capability tomb_store_clock_offset_us */
#include "../../worker/board.h"

#include "../../worker/lane.h"
#include "pg_fixture.h"
#include "tombstone/plan.h"
#include "tombstone/store_look.h"
#include "tombstone/store_traffic.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TEN_MINUTES_US INT64_C(600000000)
#define DAY_US (86400 * INT64_C(1000000))

static int64_t now_us(void)
{
	return tomb_clock_wall_us(tomb_clock_real());
}

/* What the stores say of a copy from now on; NULL: what they have. */
static const char *class_said;
static int64_t modified_said_us;

enum tomb_code __real_tomb_store_stat_many(struct tomb_store *store, const struct tomb_look_at *at,
	struct tomb_arena *arena, struct tomb_seen *out, struct tomb_err *err);
enum tomb_code __wrap_tomb_store_stat_many(struct tomb_store *store, const struct tomb_look_at *at,
	struct tomb_arena *arena, struct tomb_seen *out, struct tomb_err *err);

enum tomb_code __wrap_tomb_store_stat_many(struct tomb_store *store, const struct tomb_look_at *at,
	struct tomb_arena *arena, struct tomb_seen *out, struct tomb_err *err)
{
	TOMB_TRY(__real_tomb_store_stat_many(store, at, arena, out, err));
	for (size_t i = 0; class_said && i < at->n; i++) {
		out[i].stat.storage_class = tomb_str_from(class_said);
		out[i].stat.modified_us = modified_said_us;
	}
	return TOMB_OK;
}

/* What the stores were told last that they can do. */
static struct tomb_capability told;

void __wrap_tomb_store_set_capability(struct tomb_store *store, const struct tomb_capability *capability);

void __wrap_tomb_store_set_capability(struct tomb_store *store, const struct tomb_capability *capability)
{
	if (tomb_str_eq(tomb_store_name(store), TOMB_STR("local-1")))
		told = *capability;
}

/* What the store's clock is ahead of ours. */
static int64_t ahead_us;

int64_t __wrap_tomb_store_clock_offset_us(const struct tomb_store *store);

int64_t __wrap_tomb_store_clock_offset_us(const struct tomb_store *store)
{
	return tomb_str_eq(tomb_store_name(store), TOMB_STR("local-1")) ? ahead_us : 0;
}

static int set_up(void **state)
{
	ahead_us = 0;
	class_said = NULL;
	return tomb_world_set_up(state);
}

static bool never(void)
{
	return false;
}

/* Each due batch once. */
static void work_once(struct tomb_world *w)
{
	static const struct tomb_lane_options options = {
		.owner = {"test", 4},
		.agent = {"tombstone test", 14},
		.lease_ms = 60000,
		.max_attempts = 2,
		.backoff_ms = 1,
		.backoff_max_ms = 1,
	};
	struct tomb_log log = {.fd = STDERR_FILENO, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
	struct tomb_lane lane = {&options, &log, tomb_clock_real(), w->worker, w->stores, never};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_int8s ids = {NULL, 0};

	tomb_world_plan(w);
	tomb_fixture_pg_exec("update batch set due_at = now() where state = 'ready'");
	TOMB_OK_OR_FAIL(tomb_plan_due(w->registry, 0, 100, &arena, &ids, &err));
	assert_true(ids.n > 0);
	for (size_t i = 0; i < ids.n; i++)
		TOMB_OK_OR_FAIL(tomb_lane_do(&lane, ids.p[i], &err));
}

static const struct tomb_actor other_lane = {.email = {"tombstone-worker/1 elsewhere", 28}, .via = TOMB_VIA_WORKER};

/* What this lane's store found out by itself. */
static void found_out(struct tomb_world *w, const char *backend, bool open, int64_t since_us, int64_t until_us)
{
	struct tomb_breaker_state state = {.open = open,
		.since_us = since_us,
		.until_us = until_us,
		.reason = "InvalidAccessKeyId: put in new keys"};
	struct tomb_store *store = NULL;

	TOMB_OK_OR_FAIL(tomb_stores_find(w->stores, tomb_str_from(backend), &store, &err));
	tomb_store_breaker_adopt(store, &state);
}

static void a_backend_that_another_lane_was_refused_by_is_left_alone_for_nothing(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 2, 2);
	struct tomb_backend_breaker k = {.since_us = now_us(),
		.until_us = now_us() + TEN_MINUTES_US,
		.reason = TOMB_STR("AccountProblem: call them")};
	bool was_open = false;

	tomb_world_approve(w, tomb_world_request_object(w, object));
	TOMB_OK_OR_FAIL(tomb_backend_breaker_open(w->worker, &other_lane, TOMB_STR("local-2"), &k, &err));
	for (int i = 0; i < 3; i++) /* one more than a batch has attempts */
		work_once(w);
	assert_int_equal(tomb_world_bytes(w, tomb_world_file(w, "test.edu/bag/data/1")), 2);
	assert_int_equal(tomb_world_number(
				 "select count(*) from batch where state = 'ready' and attempts = 0 and due_at > "
				 "now() + interval '30 seconds' and last_error like 'backend local-2: it is left alone "
				 "until 2%%AccountProblem%%'"),
		1);
	assert_int_equal(tomb_world_number("select count(*) from copy where status <> 'stored'"), 0);
	tomb_world_check(w);
	TOMB_OK_OR_FAIL(tomb_backend_breaker_reset(
		w->registry, &w->oscar, TOMB_STR("local-2"), TOMB_STR("they helped"), &was_open, &err));
	work_once(w);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 2);
	tomb_world_check(w);
}

static void a_reset_makes_due_what_was_put_off_because_of_that_backend(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_backend_breaker k = {.since_us = now_us(),
		.until_us = now_us() + TEN_MINUTES_US,
		.reason = TOMB_STR("AccountProblem: call them")};
	int64_t objects[] = {tomb_world_object(w, "test.edu/one", 1, 2), tomb_world_object(w, "test.edu/two", 1, 2)};
	bool was_open = false;

	for (size_t i = 0; i < TOMB_COUNTOF(objects); i++)
		tomb_world_approve(w, tomb_world_request_object(w, objects[i]));
	TOMB_OK_OR_FAIL(tomb_backend_breaker_open(w->worker, &other_lane, TOMB_STR("local-2"), &k, &err));
	work_once(w);
	tomb_fixture_pg_exec("update batch set last_error = replace(last_error, 'local-2', 'local-20') "
			     "where id = (select max(id) from batch)");
	assert_int_equal(tomb_world_number("select count(*) from batch where state = 'ready' and due_at > now()"), 2);
	TOMB_OK_OR_FAIL(
		tomb_backend_breaker_reset(w->registry, &w->oscar, TOMB_STR("local-1"), TOMB_STR(""), &was_open, &err));
	assert_int_equal(tomb_world_number("select count(*) from batch where due_at > now()"), 2);
	TOMB_OK_OR_FAIL(tomb_backend_breaker_reset(
		w->registry, &w->oscar, TOMB_STR("local-2"), TOMB_STR("they helped"), &was_open, &err));
	assert_int_equal(tomb_world_number("select count(*) from batch where due_at <= now()"), 1);
	assert_int_equal(tomb_world_number("select count(*) from batch where due_at > now() and last_error like "
					   "'backend local-20:%%' and id = (select max(id) from batch)"),
		1);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'recall batches' and subject "
					   "= 'local-2' and detail like '1 %%'"),
		1);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'recall batches'"), 1);
}

static void what_a_lane_finds_out_is_written_for_the_others(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 1);

	tomb_world_approve(w, tomb_world_request_object(w, object));
	found_out(w, "local-1", true, now_us(), now_us() + TEN_MINUTES_US);
	work_once(w);
	work_once(w);
	assert_int_equal(tomb_world_number("select count(*) from backend_breaker k join storage_backend b on b.id = "
					   "k.backend_id where b.name = 'local-1' and is_open and set_by = 'tombstone "
					   "test' and reason like 'InvalidAccessKeyId%%'"),
		1);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'open breaker' and via = "
					   "'worker' and subject = 'local-1'"),
		1);
	found_out(w, "local-1", false, now_us(), 0);
	work_once(w);
	assert_int_equal(tomb_world_number("select count(*) from backend_breaker where is_open"), 0);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'close breaker'"), 1);
}

static void a_time_that_is_over_lets_one_batch_try(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 1);
	struct tomb_backend_breaker k = {
		.since_us = now_us() - 2 * DAY_US, .until_us = now_us() - DAY_US, .reason = TOMB_STR("denied")};

	tomb_world_approve(w, tomb_world_request_object(w, object));
	TOMB_OK_OR_FAIL(tomb_backend_breaker_open(w->worker, &other_lane, TOMB_STR("local-1"), &k, &err));
	work_once(w);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 1);
}

static void what_was_proven_is_told_to_the_store_that_it_was_proven_of(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_store *store = NULL;
	struct tomb_backend_probe found = {.is_reachable = true,
		.problem = TOMB_STR(""),
		.versioning = TOMB_STR("never"),
		.was_examined = true,
		.conditional_delete = TOMB_FINDING_YES,
		.conditional_batch = TOMB_FINDING_NO};

	TOMB_OK_OR_FAIL(tomb_stores_find(w->stores, TOMB_STR("local-1"), &store, &err));
	found.place = tomb_store_where(store);
	TOMB_OK_OR_FAIL(tomb_backend_probed(w->registry, &w->oscar, TOMB_STR("local-1"), &found, &err));
	tomb_world_approve(w, tomb_world_request_object(w, tomb_world_object(w, "test.edu/a", 1, 1)));
	work_once(w);
	assert_int_equal(told.conditional_delete, TOMB_ABILITY_PROVEN);
	assert_int_equal(told.conditional_delete_batch, TOMB_ABILITY_MISSING);
	assert_int_equal(told.conditional_put, TOMB_ABILITY_UNKNOWN);
	/* The backend's name leads elsewhere now. */
	found.place = TOMB_STR("https://elsewhere.example/bucket/");
	TOMB_OK_OR_FAIL(tomb_backend_probed(w->registry, &w->oscar, TOMB_STR("local-1"), &found, &err));
	tomb_world_approve(w, tomb_world_request_object(w, tomb_world_object(w, "test.edu/b", 1, 1)));
	work_once(w);
	assert_int_equal(told.conditional_delete, TOMB_ABILITY_UNKNOWN);
	assert_int_equal(told.conditional_delete_batch, TOMB_ABILITY_UNKNOWN);
}

static void a_clock_that_a_store_refused_is_an_alarm(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_backends known;
	char said[4096] = "";
	int pipes[2];
	struct tomb_log log = {.level = TOMB_LOG_WARNING, .clock = tomb_clock_real()};

	assert_int_equal(pipe(pipes), 0);
	log.fd = pipes[1];
	TOMB_OK_OR_FAIL(tomb_board_read(w->worker, w->stores, &arena, &known, &err));
	TOMB_OK_OR_FAIL(tomb_board_write(w->worker, w->stores, &known, TOMB_STR("tombstone test"), &log, &err));
	ahead_us = -INT64_C(1200000000);
	TOMB_OK_OR_FAIL(tomb_board_write(w->worker, w->stores, &known, TOMB_STR("tombstone test"), &log, &err));
	close(pipes[1]);
	assert_true(read(pipes[0], said, sizeof said - 1) > 0);
	close(pipes[0]);
	assert_non_null(strstr(said, "event=backend-clock"));
	assert_non_null(strstr(said, "backend=local-1 ahead_s=-1200"));
	assert_ptr_equal(strchr(said, '\n') + 1, said + strlen(said)); /* once */
}

/* An object of an option with that minimum, approved as soon as its ledger allows it; then the worker's turn. */
static int64_t approved(struct tomb_world *w, const char *option, int days)
{
	int64_t object = tomb_world_object_in(
		w, w->institution, tomb_world_option(w, option, days), "test.edu/bag", 1, 1);

	tomb_world_approve(w, tomb_world_request_object(w, object));
	return object;
}

/* In an option with a minimum of one day, which is over. */
static void approved_a_day_later(struct tomb_world *w)
{
	int64_t object = tomb_world_object_in(w, w->institution, tomb_world_option(w, "Cold", 1), "test.edu/bag", 1, 1);

	tomb_world_exec("update copy set stored_at = stored_at - interval '2 days'");
	tomb_world_approve(w, tomb_world_request_object(w, object));
}

static void assert_refused(struct tomb_world *w, const char *why)
{
	assert_int_equal(tomb_world_number("select count(*) from request_file where outcome = 'refused' and reason "
					   "like '%%%s%%'",
				 why),
		1);
	assert_int_equal(tomb_world_bytes(w, tomb_world_file(w, "test.edu/bag/data/1")), 1);
	tomb_world_check(w);
}

static void assert_deleted(struct tomb_world *w)
{
	assert_int_equal(tomb_world_bytes(w, tomb_world_file(w, "test.edu/bag/data/1")), 0);
	tomb_world_check(w);
}

static void p_12_a_class_that_the_store_still_bills_is_refused_with_the_day(void **state)
{
	struct tomb_world *w = *state;

	approved_a_day_later(w);
	class_said = "GLACIER";
	modified_said_us = now_us() - 89 * DAY_US;
	work_once(w);
	assert_refused(w, "backend local-1: Amazon S3 bills class GLACIER for 90 days at least, for this copy until 2");
}

static void p_12_and_is_deleted_when_its_days_are_over(void **state)
{
	struct tomb_world *w = *state;

	approved_a_day_later(w);
	class_said = "GLACIER";
	modified_said_us = now_us() - 90 * DAY_US - 1;
	work_once(w);
	assert_deleted(w);
}

static void p_12_what_may_go_at_any_time_goes_whatever_its_class(void **state)
{
	struct tomb_world *w = *state;

	(void)approved(w, "Standard", 0);
	class_said = "GLACIER";
	modified_said_us = now_us();
	work_once(w);
	assert_deleted(w);
}

static void p_12_the_registrys_word_alone_pays_for_haste(void **state)
{
	struct tomb_world *w = *state;

	tomb_world_exec("update storage_backend set retention = 'registry'");
	approved_a_day_later(w);
	class_said = "DEEP_ARCHIVE";
	modified_said_us = now_us();
	work_once(w);
	assert_deleted(w);
}

static void p_12_the_stores_word_alone_counts_where_it_has_one(void **state)
{
	struct tomb_world *w = *state;

	tomb_world_exec("update storage_backend set retention = 'store'");
	(void)approved(w, "Wasabi-TX", 90);
	class_said = "STANDARD";
	modified_said_us = now_us();
	work_once(w);
	assert_deleted(w);
}

static void p_12_a_store_that_has_no_word_leaves_it_to_the_ledger(void **state)
{
	struct tomb_world *w = *state;

	tomb_world_exec("update storage_backend set retention = 'store'");
	(void)approved(w, "Wasabi-TX", 90);
	work_once(w);
	assert_refused(w, "minimum retention (90 days) is not over");
}

static void p_12_the_ledger_asks_its_own_rule_unless_the_store_alone_has_the_say(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object_in(
		w, w->institution, tomb_world_option(w, "Wasabi-TX", 90), "test.edu/bag", 1, 1);
	struct tomb_deletion_list list = {.object_ids = {&object, 1}};
	struct tomb_deletion_request made;
	struct tomb_err err;

	tomb_world_exec("update storage_backend set retention = 'registry'");
	assert_int_equal(tomb_deletion_request_create(w->registry, &w->alice, &list, TOMB_STR(""), &made, &err),
		TOMB_UNPROCESSABLE);
	tomb_world_exec("update storage_backend set retention = 'store'");
	(void)tomb_world_approve(w, tomb_world_request_object(w, object));
	/* It is asked again in the claim. */
	tomb_world_exec("update storage_backend set retention = 'strictest'");
	work_once(w);
	assert_refused(w, "minimum retention of Wasabi-TX (90 days) ends on");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		T(a_backend_that_another_lane_was_refused_by_is_left_alone_for_nothing),
		T(a_reset_makes_due_what_was_put_off_because_of_that_backend),
		T(what_a_lane_finds_out_is_written_for_the_others),
		T(what_was_proven_is_told_to_the_store_that_it_was_proven_of),
		T(a_clock_that_a_store_refused_is_an_alarm),
		T(a_time_that_is_over_lets_one_batch_try),
		T(p_12_a_class_that_the_store_still_bills_is_refused_with_the_day),
		T(p_12_what_may_go_at_any_time_goes_whatever_its_class),
		T(p_12_and_is_deleted_when_its_days_are_over),
		T(p_12_the_registrys_word_alone_pays_for_haste),
		T(p_12_the_stores_word_alone_counts_where_it_has_one),
		T(p_12_a_store_that_has_no_word_leaves_it_to_the_ledger),
		T(p_12_the_ledger_asks_its_own_rule_unless_the_store_alone_has_the_say),
	};

	return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
