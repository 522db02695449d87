/*
 * A lane claims a batch and dies; then something comes up against its files, before another lane takes over.  What the
 * dead lane has left is looked at, never deleted, and told (docs/decisions/0017).
 *
 * wrap: tomb_claim_take tomb_claim_confirm tomb_store_stat_many tomb_store_delete_many
 */
#include "kill_step.h"
#include "lane.h"
#include "pg_fixture.h"
#include "sql.gen.h"
#include "tombstone/store_look.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The lane that dies counts its steps: around the claim, and around the request to each store. */
enum { COPIES = 2, AFTER_THE_INTENT = 2, AFTER_ONE_COPY = 4, AFTER_BOTH_COPIES = 6 };

static struct {
	int deletes;                  /* requests to stores, of this process */
	int away;                     /* looks that get no answer */
	int refuse_from;              /* the request to delete that gets no answer; 0: none */
	void (*before_confirm)(void); /* happens once */
} now;

#define WRAP(name, params)                                                                                             \
	enum tomb_code __real_##name params;                                                                           \
	enum tomb_code __wrap_##name params;                                                                           \
	enum tomb_code __wrap_##name params

KILL_STEPS_AROUND(enum tomb_code, tomb_claim_take,
	(struct tomb_pg * pg, int64_t id, struct tomb_str owner, int64_t ms, struct tomb_arena *arena,
		struct tomb_claim *out, bool *taken, struct tomb_err *err),
	(pg, id, owner, ms, arena, out, taken, err))

WRAP(tomb_claim_confirm,
	(struct tomb_pg * pg, struct tomb_claim *claim, int64_t ms, struct tomb_arena *arena, struct tomb_err *err))
{
	void (*happens)(void) = now.before_confirm;

	now.before_confirm = NULL;
	if (happens)
		happens();
	return __real_tomb_claim_confirm(pg, claim, ms, arena, err);
}

WRAP(tomb_store_stat_many, (struct tomb_store * store, const struct tomb_look_at *at, struct tomb_arena *arena,
				   struct tomb_seen *out, struct tomb_err *err))
{
	if (now.away > 0 && now.away--)
		return TOMB_FAIL(err, TOMB_NET, "nobody answers");
	return __real_tomb_store_stat_many(store, at, arena, out, err);
}

WRAP(tomb_store_delete_many, (struct tomb_store * store, const struct tomb_target *targets, size_t n,
				     struct tomb_arena *arena, struct tomb_result *results, struct tomb_err *err))
{
	enum tomb_code code = TOMB_OK;

	kill_step();
	now.deletes++;
	if (now.refuse_from > 0 && now.deletes >= now.refuse_from)
		code = TOMB_FAIL(err, TOMB_NET, "nobody answers");
	else
		code = __real_tomb_store_delete_many(store, targets, n, arena, results, err);
	kill_step();
	return code;
}

static bool never(void)
{
	return false;
}

static const struct tomb_lane_options options = {
	.owner = {"a lane", 6},
	.agent = {"tombstone test", 14},
	.lease_ms = 60000,
	.max_attempts = 100,
	.backoff_ms = 1,
	.backoff_max_ms = 1,
};

/* In a process of its own, which is killed at this step. */
static void a_lane_dies(struct tomb_world *w, int64_t batch, long at)
{
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
	assert_true(WIFSIGNALED(status));
	tomb_world_exec("update batch set lease_until = now() - interval '1 second' where state = 'leased'");
}

/* Another lane takes over, once. */
static void a_lane_works(struct tomb_world *w)
{
	struct tomb_log log = {.fd = STDERR_FILENO, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
	struct tomb_lane lane = {&options, &log, tomb_clock_real(), w->worker, w->stores, never};

	now.deletes = 0;
	tomb_world_exec("update batch set due_at = now() where state = 'ready'");
	TOMB_OK_OR_FAIL(tomb_lane_do(&lane, tomb_world_number("select max(id) from batch"), &err));
}

/* An approved file in two stores, whose lane died at this step. */
static int64_t left_by_a_dead_lane(struct tomb_world *w, long at)
{
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, COPIES);

	memset(&now, 0, sizeof now);
	tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_plan(w);
	if (at > 0)
		a_lane_dies(w, tomb_world_number("select max(id) from batch"), at);
	return tomb_world_file(w, "test.edu/bag/data/1");
}

static void hold_file(void)
{
	tomb_world_exec("insert into hold (institution_id, file_id, reason, placed_by) select institution_id, id, "
			"'lawsuit', (select min(id) from user_account) from generic_file");
}

static void hold_object(void)
{
	tomb_world_exec("insert into hold (institution_id, object_id, reason, placed_by) select institution_id, id, "
			"'lawsuit', (select min(id) from user_account) from intellectual_object");
}

static void approver_leaves(void)
{
	tomb_world_exec("update user_account set deactivated_at = now() where email = 'bob@test.edu'");
}

static void assert_copies(const char *status, int n)
{
	assert_int_equal(tomb_world_number("select count(*) from copy where status = '%s'", status), n);
}

static void assert_outcome(const char *outcome, const char *reason)
{
	if (tomb_world_number(
		    "select count(*) from request_file where outcome = '%s' and reason = '%s'", outcome, reason) == 1)
		return;
	tomb_world_exec("do $$ begin raise notice '%%', (select outcome || ': ' || reason from request_file); end $$");
	fail_msg("not %s: %s", outcome, reason);
}

/* Nothing was deleted by the lane that came after, and everything has ended. */
static void assert_end(struct tomb_world *w, const char *state)
{
	assert_int_equal(now.deletes, 0);
	assert_copies("removing", 0);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = '%s'", state), 1);
	assert_int_equal(tomb_world_number("select count(*) from batch where state = 'done'"), 1);
	assert_int_equal(tomb_world_number("select count(*) from deletion where finished_at is not null"), 1);
	assert_int_equal(tomb_world_number("select count(*) from work_item where needs_admin_review"), *state == 'A');
	tomb_world_check(w);
}

static void assert_refused(struct tomb_world *w, int gone, const char *reason)
{
	assert_copies("gone", gone);
	assert_copies("stored", COPIES - gone);
	assert_int_equal(tomb_world_number("select count(*) from copy where verification = 'verified absent'"), gone);
	assert_outcome("refused", reason);
	assert_int_equal(
		tomb_world_number("select count(*) from audit_entry where verb = 'settle batch' and detail like "
				  "'%%(not all with every copy%%'"),
		gone > 0);
	assert_end(w, "A");
}

#define LOSS "; but 1 of its 2 copies had been removed under an earlier claim"

static void copies_that_are_all_there_are_stored_again(void **state)
{
	struct tomb_world *w = *state;
	int64_t file = left_by_a_dead_lane(w, AFTER_THE_INTENT);

	assert_copies("removing", COPIES);
	hold_file();
	a_lane_works(w);
	assert_int_equal(tomb_world_bytes(w, file), COPIES);
	assert_refused(w, 0, "it is under hold: lawsuit");
}

static void a_loss_before_a_hold_is_told(void **state)
{
	struct tomb_world *w = *state;
	int64_t file = left_by_a_dead_lane(w, AFTER_ONE_COPY);

	hold_file();
	a_lane_works(w);
	assert_int_equal(tomb_world_bytes(w, file), 1);
	assert_refused(w, 1, "it is under hold: lawsuit" LOSS);
}

static void a_loss_before_a_hold_on_the_object_is_told(void **state)
{
	left_by_a_dead_lane(*state, AFTER_ONE_COPY);
	hold_object();
	a_lane_works(*state);
	assert_refused(*state, 1, "its object is under hold: lawsuit" LOSS);
}

static void a_loss_before_the_approver_left_is_told(void **state)
{
	left_by_a_dead_lane(*state, AFTER_ONE_COPY);
	approver_leaves();
	a_lane_works(*state);
	assert_refused(*state, 1, "the person who approved is no longer active" LOSS);
}

static void a_hold_that_comes_while_the_next_lane_looks_is_no_different(void **state)
{
	left_by_a_dead_lane(*state, AFTER_ONE_COPY);
	now.before_confirm = hold_file;
	a_lane_works(*state);
	assert_refused(*state, 1, "it is under hold: lawsuit" LOSS);
}

static void a_loss_that_was_settled_before_is_told(void **state)
{
	struct tomb_world *w = *state;

	left_by_a_dead_lane(w, 0);
	now.refuse_from = 2;
	a_lane_works(w);
	assert_copies("gone", 1);
	assert_copies("stored", 1);
	hold_file();
	a_lane_works(w);
	assert_refused(w, 1, "it is under hold: lawsuit" LOSS);
}

static void a_file_whose_every_copy_had_gone_is_deleted(void **state)
{
	struct tomb_world *w = *state;

	left_by_a_dead_lane(w, AFTER_BOTH_COPIES);
	hold_file();
	a_lane_works(w);
	assert_copies("gone", COPIES);
	assert_outcome("deleted",
		"its copies had been removed under an earlier claim, before this: it is under hold: lawsuit");
	assert_int_equal(
		tomb_world_number("select count(*) from premis_event where event_type = 'deletion' and file_id "
				  "is not null and outcome_information like '%%under a claim that was made "
				  "before this: it is under hold: lawsuit.'"),
		1);
	assert_end(w, "D");
}

static void the_old_copies_of_a_file_that_was_stored_again_are_told_apart(void **state)
{
	struct tomb_world *w = *state;
	int64_t file = left_by_a_dead_lane(w, AFTER_ONE_COPY);

	tomb_world_restore(w, file, COPIES);
	a_lane_works(w);
	assert_copies("gone", 1);
	assert_copies("superseded", 1);
	assert_copies("stored", COPIES);
	assert_int_equal(tomb_world_bytes(w, file), 1 + COPIES);
	assert_outcome("refused", "superseded: it was stored again after the request");
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where detail like '%%every copy%%'"), 0);
	assert_end(w, "A");
}

static void a_file_that_was_stored_again_lives_though_all_old_copies_are_gone(void **state)
{
	struct tomb_world *w = *state;
	int64_t file = left_by_a_dead_lane(w, AFTER_BOTH_COPIES);

	tomb_world_restore(w, file, COPIES);
	a_lane_works(w);
	assert_copies("gone", COPIES);
	assert_copies("stored", COPIES);
	assert_int_equal(tomb_world_bytes(w, file), COPIES);
	assert_outcome("refused", "superseded: it was stored again after the request");
	assert_end(w, "A");
}

static void without_an_answer_it_is_asked_again(void **state)
{
	struct tomb_world *w = *state;

	left_by_a_dead_lane(w, AFTER_ONE_COPY);
	hold_file();
	for (int i = 0; i < 2; i++) {
		now.away = 1; /* the first store: the other one answers */
		a_lane_works(w);
		assert_int_equal(now.deletes, 0);
		assert_int_equal(tomb_world_number("select count(*) from batch where state = 'ready' and last_error "
						   "like '%%nobody answers%%'"),
			1);
		assert_outcome("pending", "");
		assert_int_equal(tomb_world_number("select count(*) from copy where status = 'gone'"), 0);
	}
	a_lane_works(w);
	assert_refused(w, 1, "it is under hold: lawsuit" LOSS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, tomb_world_set_up, tomb_world_tear_down)
		TEST(copies_that_are_all_there_are_stored_again),
		TEST(a_loss_before_a_hold_is_told),
		TEST(a_loss_before_a_hold_on_the_object_is_told),
		TEST(a_loss_before_the_approver_left_is_told),
		TEST(a_hold_that_comes_while_the_next_lane_looks_is_no_different),
		TEST(a_loss_that_was_settled_before_is_told),
		TEST(a_file_whose_every_copy_had_gone_is_deleted),
		TEST(the_old_copies_of_a_file_that_was_stored_again_are_told_apart),
		TEST(a_file_that_was_stored_again_lives_though_all_old_copies_are_gone),
		TEST(without_an_answer_it_is_asked_again),
	};

	return cmocka_run_group_tests_name("what dead lanes leave", tests, NULL, NULL);
}
