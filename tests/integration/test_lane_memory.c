/*
 * What a lane has in memory at most does not grow with the batches that it has done, and stays under 32 MiB, also with
 * full batches of two copies.  By the kernel's own mark (VmHWM), in a process of its own.  The batches are done again
 * and again: what would end them, the deletes and the settlement's commit, has no effect.
 *
 * wrap: tomb_store_delete_many tomb_store_verify_many tomb_settle tomb_tx_commit
 */
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
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	COPIES = 2,
	SMALL = 50,
	FULL_ROUNDS = 3,    /* of a full batch, after which every kind of memory was used */
	SMALL_ROUNDS = 250, /* after these, and then a full one again */
	LIMIT_KB = 32 * 1024,
	GROWTH_KB = 512, /* what the allocator may lose to fragments */
};

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifndef HAS_ASAN
#define HAS_ASAN 0
#endif

static bool is_settling;

enum tomb_code __wrap_tomb_store_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n,
	struct tomb_arena *arena, struct tomb_result *results, struct tomb_err *err);

enum tomb_code __wrap_tomb_store_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n,
	struct tomb_arena *arena, struct tomb_result *results, struct tomb_err *err)
{
	(void)store;
	(void)targets;
	(void)err;
	for (size_t i = 0; i < n; i++)
		results[i] = (struct tomb_result){.outcome = TOMB_OUTCOME_GONE,
			.code = TOMB_STR(""),
			.request_id = tomb_arena_str(
				arena, TOMB_STR("tx00000a1b2c3d4e5f60718-0067f0a1b2-1234-default")),
			.text = TOMB_STR("")};
	return TOMB_OK;
}

enum tomb_code __wrap_tomb_store_verify_many(struct tomb_store *store, const struct tomb_look *look,
	struct tomb_arena *arena, struct tomb_verdict *verdicts, struct tomb_err *err);

enum tomb_code __wrap_tomb_store_verify_many(struct tomb_store *store, const struct tomb_look *look,
	struct tomb_arena *arena, struct tomb_verdict *verdicts, struct tomb_err *err)
{
	(void)store;
	(void)arena;
	(void)err;
	for (size_t i = 0; i < look->n; i++)
		verdicts[i] = (struct tomb_verdict){
			.absence = TOMB_ABSENT_VERIFIED, .request_id = TOMB_STR(""), .text = TOMB_STR("")};
	return TOMB_OK;
}

enum tomb_code __real_tomb_settle(struct tomb_pg *pg, const struct tomb_claim *claim, const struct tomb_settlement *s,
	struct tomb_arena *arena, struct tomb_settle_counts *out, struct tomb_err *err);
enum tomb_code __wrap_tomb_settle(struct tomb_pg *pg, const struct tomb_claim *claim, const struct tomb_settlement *s,
	struct tomb_arena *arena, struct tomb_settle_counts *out, struct tomb_err *err);

enum tomb_code __wrap_tomb_settle(struct tomb_pg *pg, const struct tomb_claim *claim, const struct tomb_settlement *s,
	struct tomb_arena *arena, struct tomb_settle_counts *out, struct tomb_err *err)
{
	enum tomb_code code = TOMB_OK;

	is_settling = true;
	code = __real_tomb_settle(pg, claim, s, arena, out, err);
	is_settling = false;
	return code;
}

enum tomb_code __real_tomb_tx_commit(struct tomb_tx *tx, struct tomb_err *err);
enum tomb_code __wrap_tomb_tx_commit(struct tomb_tx *tx, struct tomb_err *err);

enum tomb_code __wrap_tomb_tx_commit(struct tomb_tx *tx, struct tomb_err *err)
{
	if (is_settling)
		return TOMB_FAIL(err, TOMB_STALE, "undone by the test");
	return __real_tomb_tx_commit(tx, err);
}

static bool never(void)
{
	return false;
}

static long high_water_kb(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	long kb = -1;

	while (f && fgets(line, sizeof line, f))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	if (f)
		(void)fclose(f);
	return kb;
}

/* Up to its settlement, which is undone; the lane gives it back then. */
static bool do_again(struct tomb_lane *lane, int64_t batch, int times)
{
	for (int i = 0; i < times; i++) {
		struct tomb_err err;
		bool taken = false;

		if (tomb_lane_try(lane, batch, &taken, &err) != TOMB_STALE || !taken ||
			strcmp(err.text, "undone by the test") != 0)
			return false;
	}
	return true;
}

/* What it has at most after the first batches, and at the end. */
static bool lane_main(const struct tomb_world *w, const int64_t batch[2], long kb[2])
{
	static const struct tomb_lane_options options = {
		.owner = {"test", 4}, .agent = {"tombstone test", 14}, .lease_ms = 60000, .max_attempts = 3};
	struct tomb_log log = {.fd = STDERR_FILENO, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
	struct tomb_lane lane = {&options, &log, tomb_clock_real(), NULL, NULL, never};
	struct tomb_err err;

	if (tomb_pg_open(&lane.pg, tomb_fixture_pg_worker(), sql_all, sql_nall, &err) != TOMB_OK ||
		tomb_stores_open(w->backends_file, &lane.stores, &err) != TOMB_OK ||
		!do_again(&lane, batch[0], FULL_ROUNDS))
		return false;
	kb[0] = high_water_kb();
	if (!do_again(&lane, batch[1], SMALL_ROUNDS) || !do_again(&lane, batch[0], 1))
		return false;
	kb[1] = high_water_kb();
	tomb_stores_close(lane.stores);
	tomb_pg_close(lane.pg);
	return true;
}

static int64_t batch_of(struct tomb_world *w, const char *name, int files)
{
	tomb_world_approve(w, tomb_world_request_object(w, tomb_world_object(w, name, files, COPIES)));
	tomb_world_plan(w);
	return tomb_fixture_pg_number("select max(id) from batch");
}

static void the_memory_of_a_lane_stays_flat_and_small(void **state)
{
	struct tomb_world *w = *state;
	const int64_t batch[2] = {batch_of(w, "test.edu/full", 1000), batch_of(w, "test.edu/small", SMALL)};
	long kb[2] = {-1, -1};
	int status = -1;
	int ends[2];
	pid_t pid = -1;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		bool done = lane_main(w, batch, kb);

		_exit(done && write(ends[1], kb, sizeof kb) == (ssize_t)sizeof kb ? 0 : 1);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(read(ends[0], kb, sizeof kb), sizeof kb);
	(void)close(ends[0]);
	(void)close(ends[1]);
	print_message("    at most %ld KiB after %d full batches, %ld KiB after %d more\n", kb[0], FULL_ROUNDS, kb[1],
		SMALL_ROUNDS + 1);
	if (HAS_ASAN) /* which keeps what was freed */
		skip();
	assert_in_range(kb[0], 1, LIMIT_KB);
	assert_in_range(kb[1], kb[0], kb[0] + GROWTH_KB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_memory_of_a_lane_stays_flat_and_small, tomb_world_set_up, tomb_world_tear_down),
	};

	return cmocka_run_group_tests_name("the memory of a lane", tests, NULL, NULL);
}
