/*
 * A file that ends every lane which touches it: it alone is Failed, after a bounded number of claims, and the rest is
 * deleted.  The lanes are processes, killed at the moment when the bytes of that file would go.
 *
 * wrap: unlinkat
 */
#include "lane.h"
#include "pg_fixture.h"
#include "sql.gen.h"
#include "tombstone/batch_split.h"
#include "tombstone/plan.h"
#include "tombstone/work_item.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS_MAX = 200, KEY_BYTES = 64 };

static char poison[KEY_BYTES]; /* a key; "": there is none */

int __real_unlinkat(int dir, const char *name, int flags);
int __wrap_unlinkat(int dir, const char *name, int flags);

int __wrap_unlinkat(int dir, const char *name, int flags)
{
	if (poison[0] && strcmp(name, poison) == 0)
		(void)kill(getpid(), SIGKILL);
	return __real_unlinkat(dir, name, flags);
}

static bool never(void)
{
	return false;
}

/* A lane process that does these batches; true if it lived to their end. */
static bool lane_survives(const struct tomb_world *w, struct tomb_int8s batches)
{
	static const struct tomb_lane_options options = {
		.owner = {"doomed", 6},
		.agent = {"tombstone test", 14},
		.lease_ms = 60000,
		.max_attempts = 2,
		.backoff_ms = 1,
		.backoff_max_ms = 1,
	};
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		struct tomb_log log = {.fd = STDERR_FILENO, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
		struct tomb_lane lane = {&options, &log, tomb_clock_real(), NULL, NULL, never};
		struct tomb_err err;

		if (tomb_pg_open(&lane.pg, tomb_fixture_pg_worker(), sql_all, sql_nall, &err) != TOMB_OK ||
			tomb_stores_open(w->backends_file, &lane.stores, &err) != TOMB_OK)
			_exit(2);
		for (size_t i = 0; i < batches.n; i++)
			if (tomb_lane_do(&lane, batches.p[i], &err) != TOMB_OK)
				_exit(3);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFEXITED(status);
}

/* One lane after the other, until nothing is due; how many died. */
static int work(struct tomb_world *w)
{
	int deaths = 0;

	for (int round = 0; round < ROUNDS_MAX; round++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
		struct tomb_int8s ids = {NULL, 0};

		tomb_fixture_pg_exec(
			"update batch set lease_until = now() - interval '1 second' where state = 'leased'");
		TOMB_OK_OR_FAIL(tomb_plan_due(w->registry, 0, 100, &arena, &ids, &err));
		if (ids.n == 0)
			return deaths;
		deaths += !lane_survives(w, ids);
	}
	fail_msg("it does not end");
	return 0;
}

/* The deletion of an object of so many files, approved and cut into batches; the n-th file is poison. */
static int64_t begin(struct tomb_world *w, int files, int n)
{
	int64_t object = tomb_world_object(w, "test.edu/bag", files, 1);
	char name[64];
	int64_t file = 0;

	(void)snprintf(name, sizeof name, "test.edu/bag/data/%d", n);
	file = tomb_world_file(w, name);
	(void)snprintf(poison, sizeof poison, "file-%" PRId64 "-1", file);
	tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_plan(w);
	return file;
}

/* As tombstone/batch_split.h promises. */
static int claims_at_most(int files)
{
	int cuts = 0;

	for (; files > 1; files = (files + 1) / 2)
		cuts++;
	return 4 * cuts + 4;
}

static void assert_only_the_poison_failed(struct tomb_world *w, int files, int64_t file)
{
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), files - 1);
	assert_int_equal(tomb_world_number("select count(*) from request_file where outcome = 'deleted'"), files - 1);
	assert_int_equal(tomb_world_number("select file_id from request_file where outcome = 'failed' and reason like "
					   "'every lane that took it alone ended%%'"),
		file);
	assert_int_equal(tomb_world_bytes(w, file), 1);
	assert_int_equal(tomb_world_number("select count(*) from work_item where status = 'Failed' and "
					   "needs_admin_review and files_done = %d and files_failed = 1",
				 files - 1),
		1);
	assert_int_equal(tomb_world_number("select count(*) from batch where state not in ('done', 'failed')"), 0);
	assert_int_equal(tomb_world_number("select count(*) from deletion where finished_at is not null"), 1);
	tomb_world_check(w);
}

static void one_file_of_a_thousand_that_ends_its_lanes_is_found(void **state)
{
	struct tomb_world *w = *state;
	int64_t file = begin(w, TOMB_BATCH_FILES, 617);
	int deaths = work(w);
	int64_t claims = tomb_world_number("select sum(fence) from batch");

	print_message("    %d deaths, %" PRId64 " claims\n", deaths, claims);
	assert_only_the_poison_failed(w, TOMB_BATCH_FILES, file);
	assert_in_range(claims, 1, claims_at_most(TOMB_BATCH_FILES));
	assert_int_equal(deaths, 10 * TOMB_SPLIT_DEATHS + TOMB_SPLIT_DEATHS_OF_ONE);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'split batch' and via = "
					   "'worker' and detail like '2 lanes ended%%'"),
		10);
	/* Every file is in one batch still. */
	assert_int_equal(
		tomb_world_number("select count(distinct f) from batch, unnest(file_ids) f"), TOMB_BATCH_FILES);
	assert_int_equal(tomb_world_number("select sum(cardinality(file_ids)) from batch"), TOMB_BATCH_FILES);
}

static void a_file_that_ended_its_lanes_can_be_requeued(void **state)
{
	struct tomb_world *w = *state;
	int64_t file = begin(w, 3, 1);

	(void)work(w);
	assert_only_the_poison_failed(w, 3, file);
	poison[0] = '\0';
	TOMB_OK_OR_FAIL(tomb_work_item_requeue(
		w->registry, &w->oscar, tomb_world_number("select id from work_item where status = 'Failed'"), &err));
	assert_int_equal(work(w), 0);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 3);
	assert_int_equal(tomb_world_number("select count(*) from work_item where status = 'Success'"), 1);
	tomb_world_check(w);
}

static void deaths_are_no_attempts(void **state)
{
	struct tomb_world *w = *state;

	(void)begin(w, 1, 1);
	for (int i = 1; i < TOMB_SPLIT_DEATHS_OF_ONE; i++) {
		assert_false(lane_survives(
			w, (struct tomb_int8s){&(int64_t){tomb_world_number("select id from batch")}, 1}));
		tomb_fixture_pg_exec("update batch set lease_until = now() - interval '1 second'");
	}
	poison[0] = '\0'; /* in time */
	assert_int_equal(work(w), 0);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 1);
	assert_int_equal(tomb_world_number("select attempts from batch where deaths = 0 and state = 'done'"), 1);
}

static void a_claim_that_is_lost_cuts_nothing(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_claim claim;
	struct tomb_err why;
	int64_t other = -1;
	bool taken = false;

	(void)begin(w, 4, 1);
	TOMB_OK_OR_FAIL(tomb_claim_take(w->worker, tomb_world_number("select id from batch"), TOMB_STR("one"), 60000,
		&arena, &claim, &taken, &err));
	assert_true(taken);
	tomb_fixture_pg_exec("update batch set fence = fence + 1");
	assert_int_equal(tomb_batch_split_cut(w->worker, &claim, &other, &why), TOMB_STALE);
	assert_int_equal(other, -1);
	assert_int_equal(tomb_world_number("select count(*) from batch where cardinality(file_ids) = 4"), 1);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'split batch'"), 0);
	claim.file_ids.n = 1;
	assert_int_equal(tomb_batch_split_cut(w->worker, &claim, &other, &why), TOMB_INVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, tomb_world_set_up, tomb_world_tear_down)
		TEST(one_file_of_a_thousand_that_ends_its_lanes_is_found),
		TEST(a_file_that_ended_its_lanes_can_be_requeued),
		TEST(deaths_are_no_attempts),
		TEST(a_claim_that_is_lost_cuts_nothing),
	};

	return cmocka_run_group_tests_name("poison", tests, NULL, NULL);
}
