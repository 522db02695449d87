/*
 * kill -9 of a lane at every step of a deletion (architecture.md §4): whatever was going on, somebody repeats it, with
 * the same result: every approved file deleted once, one event per file, nothing stuck.
 *
 * wrap: tomb_claim_take tomb_claim_confirm tomb_store_probe tomb_store_stat_many
 * wrap: tomb_store_delete_many tomb_store_verify_many tomb_settle tomb_tx_commit unlinkat
 */
#include "kill_step.h"
#include "lane.h"
#include "pg_fixture.h"
#include "sql.gen.h"
#include "tombstone/store_look.h"
#include "tombstone/tx.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILES = 3, COPIES = 2 };

KILL_STEPS_AROUND(enum tomb_code, tomb_claim_take,
	(struct tomb_pg * pg, int64_t id, struct tomb_str owner, int64_t ms, struct tomb_arena *arena,
		struct tomb_claim *out, bool *taken, struct tomb_err *err),
	(pg, id, owner, ms, arena, out, taken, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_claim_confirm,
	(struct tomb_pg * pg, struct tomb_claim *claim, int64_t ms, struct tomb_arena *arena, struct tomb_err *err),
	(pg, claim, ms, arena, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_store_probe,
	(struct tomb_store * store, struct tomb_probe *out, struct tomb_err *err), (store, out, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_store_stat_many,
	(struct tomb_store * store, const struct tomb_look_at *at, struct tomb_arena *arena, struct tomb_seen *out,
		struct tomb_err *err),
	(store, at, arena, out, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_store_delete_many,
	(struct tomb_store * store, const struct tomb_target *targets, size_t n, struct tomb_arena *arena,
		struct tomb_result *results, struct tomb_err *err),
	(store, targets, n, arena, results, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_store_verify_many,
	(struct tomb_store * store, const struct tomb_look *look, struct tomb_arena *arena,
		struct tomb_verdict *verdicts, struct tomb_err *err),
	(store, look, arena, verdicts, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_settle,
	(struct tomb_pg * pg, const struct tomb_claim *claim, const struct tomb_settlement *settlement,
		struct tomb_arena *arena, struct tomb_settle_counts *out, struct tomb_err *err),
	(pg, claim, settlement, arena, out, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_tx_commit, (struct tomb_tx * tx, struct tomb_err *err), (tx, err))
KILL_STEPS_AROUND(int, unlinkat, (int dir, const char *name, int flags), (dir, name, flags))

static bool never(void)
{
	return false;
}

/* A lane process that does one batch and is killed at step at; true if it lived to its end. */
static bool lane_survives(struct tomb_world *w, int64_t batch, long at)
{
	static const struct tomb_lane_options options = {
		.owner = {"doomed", 6},
		.agent = {"tombstone test", 14},
		.lease_ms = 60000,
		.max_attempts = 100,
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
		kill_step_at(at);
		_exit(tomb_lane_do(&lane, batch, &err) == TOMB_OK ? 0 : 3);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFEXITED(status);
}

static void everything_ends_as_if_nothing_had_happened(struct tomb_world *w, int64_t object)
{
	char sql[256];

	/* The dead lane's lease runs out. */
	tomb_fixture_pg_exec("update batch set lease_until = now() - interval '1 second' where state = 'leased'");
	tomb_world_work(w);
	(void)snprintf(sql, sizeof sql, "select count(*) from generic_file where state = 'D' and object_id = %" PRId64,
		object);
	assert_int_equal(tomb_fixture_pg_number(sql), FILES);
	(void)snprintf(sql, sizeof sql,
		"select count(*) from premis_event where event_type = 'deletion' and object_id = %" PRId64, object);
	assert_int_equal(tomb_fixture_pg_number(sql), FILES + 1);
	(void)snprintf(sql, sizeof sql,
		"select count(*) from copy c join generic_file f on f.id = c.file_id where c.verification = 'verified "
		"absent' and f.object_id = %" PRId64,
		object);
	assert_int_equal(tomb_fixture_pg_number(sql), FILES * COPIES);
	(void)snprintf(sql, sizeof sql,
		"select count(*) from work_item where status = 'Success' and object_id = %" PRId64, object);
	assert_int_equal(tomb_fixture_pg_number(sql), 1);
	tomb_world_check(w);
}

static void x_16_a_lane_may_be_killed_at_every_step(void **state)
{
	struct tomb_world *w = *state;
	long at = 0;
	bool survived = false;

	while (!survived) {
		char name[64];
		int64_t object = 0;
		int64_t batch = 0;

		(void)snprintf(name, sizeof name, "test.edu/bag-%ld", ++at);
		object = tomb_world_object(w, name, FILES, COPIES);
		tomb_world_approve(w, tomb_world_request_object(w, object));
		tomb_world_plan(w);
		batch = tomb_fixture_pg_number("select max(id) from batch");
		survived = lane_survives(w, batch, at);
		everything_ends_as_if_nothing_had_happened(w, object);
	}
	print_message("    killed at each of %ld steps\n", at - 1);
	assert_true(at > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			x_16_a_lane_may_be_killed_at_every_step, tomb_world_set_up, tomb_world_tear_down),
	};
	return cmocka_run_group_tests_name("killed lanes", tests, NULL, NULL);
}
