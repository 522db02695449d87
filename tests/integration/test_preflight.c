/*
 * What is looked at before a deletion, by the policy, and how often a backend as a whole is asked.
 *
 * wrap: tomb_store_stat_many tomb_store_probe tomb_store_last_probe
 */
#include "lane.h"
#include "pg_fixture.h"
#include "tombstone/plan.h"
#include "tombstone/store_look.h"
#include "tombstone/store_traffic.h"
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILES = 3, COPIES = 2 };

/* What was asked, and what the probes say on top of what is so. */
static struct {
	size_t looks;
	size_t probes;
	size_t probes_in_vain; /* so many have no answer */
	bool object_lock, compliance;
} border;

enum tomb_code __real_tomb_store_stat_many(struct tomb_store *store, const struct tomb_look_at *at,
	struct tomb_arena *arena, struct tomb_seen *out, struct tomb_err *err);
enum tomb_code __wrap_tomb_store_stat_many(struct tomb_store *store, const struct tomb_look_at *at,
	struct tomb_arena *arena, struct tomb_seen *out, struct tomb_err *err);

enum tomb_code __wrap_tomb_store_stat_many(struct tomb_store *store, const struct tomb_look_at *at,
	struct tomb_arena *arena, struct tomb_seen *out, struct tomb_err *err)
{
	border.looks += at->n;
	return __real_tomb_store_stat_many(store, at, arena, out, err);
}

static void add_to(struct tomb_probe *out)
{
	out->object_lock |= border.object_lock;
	out->compliance |= border.compliance;
}

enum tomb_code __real_tomb_store_probe(struct tomb_store *store, struct tomb_probe *out, struct tomb_err *err);
enum tomb_code __wrap_tomb_store_probe(struct tomb_store *store, struct tomb_probe *out, struct tomb_err *err);

enum tomb_code __wrap_tomb_store_probe(struct tomb_store *store, struct tomb_probe *out, struct tomb_err *err)
{
	border.probes++;
	if (border.probes_in_vain > 0) {
		border.probes_in_vain--;
		return TOMB_FAIL(err, TOMB_NET, "no answer");
	}
	TOMB_TRY(__real_tomb_store_probe(store, out, err));
	add_to(out);
	return TOMB_OK;
}

bool __real_tomb_store_last_probe(const struct tomb_store *store, struct tomb_probe *out, int64_t *age_ms);
bool __wrap_tomb_store_last_probe(const struct tomb_store *store, struct tomb_probe *out, int64_t *age_ms);

bool __wrap_tomb_store_last_probe(const struct tomb_store *store, struct tomb_probe *out, int64_t *age_ms)
{
	if (!__real_tomb_store_last_probe(store, out, age_ms))
		return false;
	add_to(out);
	return true;
}

static bool never(void)
{
	return false;
}

static bool wait_not(void *ctx, int64_t ms)
{
	(void)ctx;
	(void)ms;
	return false;
}

static void work(struct tomb_world *w, enum tomb_preflight_policy policy)
{
	const struct tomb_lane_options options = {.owner = TOMB_STR("test"),
		.agent = TOMB_STR("tombstone test"),
		.lease_ms = 60000,
		.preflight = policy,
		.max_attempts = 3,
		.backoff_ms = 1,
		.backoff_max_ms = 1};
	struct tomb_log log = {.fd = STDERR_FILENO, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
	struct tomb_lane lane = {&options, &log, tomb_clock_real(), w->worker, w->stores, never};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_int8s ids = {NULL, 0};

	tomb_fixture_pg_exec("update batch set due_at = now() where state = 'ready'");
	TOMB_OK_OR_FAIL(tomb_plan_due(w->registry, 0, 100, &arena, &ids, &err));
	assert_true(ids.n > 0);
	for (size_t i = 0; i < ids.n; i++)
		TOMB_OK_OR_FAIL(tomb_lane_do(&lane, ids.p[i], &err));
}

static void approve(struct tomb_world *w, const char *identifier)
{
	tomb_world_approve(w, tomb_world_request_object(w, tomb_world_object(w, identifier, FILES, COPIES)));
	tomb_world_plan(w);
	memset(&border, 0, sizeof border);
}

static void trust_the_ledger(void)
{
	tomb_world_exec("update storage_backend set retention = 'registry'");
}

static void assert_looks(struct tomb_world *w, size_t looks, int by_its_word)
{
	assert_int_equal(border.looks, looks);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'gone'"), FILES * COPIES);
	assert_int_equal(tomb_world_number("select count(*) from copy where outcome_detail = 'deleted by the ledger''s "
					   "word, without a look at it before'"),
		by_its_word);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), FILES);
	tomb_world_check(w);
}

static void every_copy_is_looked_at_unless_told_otherwise(void **state)
{
	struct tomb_world *w = *state;

	approve(w, "test.edu/bag");
	trust_the_ledger();
	work(w, TOMB_PREFLIGHT_ALL);
	assert_looks(w, FILES * COPIES, 0);
}

static void the_ledgers_word_is_enough_where_that_is_the_rule(void **state)
{
	struct tomb_world *w = *state;

	approve(w, "test.edu/bag");
	trust_the_ledger();
	work(w, TOMB_PREFLIGHT_LEDGER);
	assert_looks(w, 0, FILES * COPIES);
	assert_true(border.probes >= COPIES);
}

static void where_a_store_has_a_say_it_is_asked(void **state)
{
	struct tomb_world *w = *state;

	approve(w, "test.edu/bag");
	tomb_world_exec("update storage_backend set retention = 'registry' where name = 'local-1'");
	work(w, TOMB_PREFLIGHT_LEDGER);
	assert_looks(w, FILES, FILES);
}

static void where_copies_can_be_locked_they_are_looked_at(void **state)
{
	struct tomb_world *w = *state;

	approve(w, "test.edu/bag");
	trust_the_ledger();
	border.object_lock = true;
	work(w, TOMB_PREFLIGHT_LEDGER);
	assert_looks(w, FILES * COPIES, 0);
}

static void where_a_bucket_is_in_compliance_mode_they_are_looked_at(void **state)
{
	struct tomb_world *w = *state;

	approve(w, "test.edu/bag");
	trust_the_ledger();
	border.compliance = true;
	work(w, TOMB_PREFLIGHT_LEDGER);
	assert_looks(w, FILES * COPIES, 0);
}

static void what_may_be_gone_already_is_looked_at(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_claim claim;
	bool taken = false;

	approve(w, "test.edu/bag");
	trust_the_ledger();
	TOMB_OK_OR_FAIL(tomb_claim_take(w->worker, tomb_world_number("select id from batch"), TOMB_STR("dead"), 60000,
		&arena, &claim, &taken, &err));
	tomb_fixture_pg_exec("update batch set lease_until = now() - interval '1 second'");
	work(w, TOMB_PREFLIGHT_LEDGER);
	assert_looks(w, FILES * COPIES, 0);
}

static void without_an_answer_of_the_backend_nothing_goes(void **state)
{
	struct tomb_world *w = *state;

	approve(w, "test.edu/bag");
	trust_the_ledger();
	border.probes_in_vain = 1;
	work(w, TOMB_PREFLIGHT_LEDGER);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'stored'"), FILES * COPIES);
	assert_int_equal(tomb_world_bytes(w, tomb_world_file(w, "test.edu/bag/data/1")), COPIES);
}

static void a_probe_is_good_for_ten_seconds(void **state)
{
	static const struct {
		int64_t after_ms;
		size_t probes; /* without those that prove absence */
	} steps[] = {{0, COPIES}, {9999, 0}, {10000, COPIES}};
	struct tomb_world *w = *state;
	struct tomb_clock_manual clock = tomb_clock_manual(INT64_C(1000000000));

	tomb_stores_set_waiting(w->stores, &(struct tomb_waiting){.clock = &clock.clock, .wait = wait_not});
	for (size_t i = 0; i < TOMB_COUNTOF(steps); i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "test.edu/bag-%zu", i);
		approve(w, name);
		tomb_clock_manual_advance(&clock, steps[i].after_ms * TOMB_US_PER_MS);
		work(w, TOMB_PREFLIGHT_ALL);
		assert_int_equal(border.probes, steps[i].probes + COPIES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, tomb_world_set_up, tomb_world_tear_down)
		TEST(every_copy_is_looked_at_unless_told_otherwise),
		TEST(the_ledgers_word_is_enough_where_that_is_the_rule),
		TEST(where_a_store_has_a_say_it_is_asked),
		TEST(where_copies_can_be_locked_they_are_looked_at),
		TEST(where_a_bucket_is_in_compliance_mode_they_are_looked_at),
		TEST(what_may_be_gone_already_is_looked_at),
		TEST(without_an_answer_of_the_backend_nothing_goes),
		TEST(a_probe_is_good_for_ten_seconds),
	};

	return cmocka_run_group_tests_name("pre-flight", tests, NULL, NULL);
}
