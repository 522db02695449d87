/* Batches whose store asks for fewer requests, refuses us as a whole, or refuses one copy: does the attempt count, when
 * are they tried again, and do they end? */
#include "../../worker/lane.h"
#include "pg_fixture.h"
#include "slow_store.h"
#include "tombstone/plan.h"
#include "vault_world.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ATTEMPTS_MAX = 2, BYTES_OF_A_FILE = 64 };

#define THROTTLED S3_HEAD("503 Slow Down", S3_ID, "0")
#define IN_TROUBLE S3_HEAD("500 Internal Server Error", S3_ID, "0")
#define THERE                                                                                                          \
	S3_HEAD("200 OK",                                                                                              \
		S3_ID "Last-Modified: Sun, 06 Nov 2022 08:49:37 GMT\r\nETag: \"e\"\r\nConnection: close\r\n", "64")

/* A world whose copies are in a canned S3 store instead. */
struct place {
	struct tomb_world *w;
	struct slow_store s;
	struct tomb_stores *directories;
};

static void expect(struct place *p, const char *bytes)
{
	slow_store_answer(&p->s, 1, bytes);
}

/* A look is repeated. */
static void expect_thrice(struct place *p, const char *bytes)
{
	slow_store_answer(&p->s, 3, bytes);
}

static void expect_probe(struct place *p)
{
	expect(p, SLOW_STORE_VERSIONING);
	expect(p, S3_NOT_THERE);
}

/* An object of n files, approved and cut; the store is there once the test has said what it answers. */
static void begin(struct place *p, struct tomb_world *w, int files)
{
	int64_t object = tomb_world_object(w, "test.edu/bag", files, 1);

	*p = (struct place){.w = w, .directories = w->stores};
	slow_store_setup(&p->s);
	tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_plan(w);
}

static void open_store(struct place *p)
{
	slow_store_begin(&p->s, 60000);
	tomb_world_exec("update storage_backend set name = 's' where name = 'local-1'");
	tomb_world_exec("update copy set etag = null, url = 'http://127.0.0.1:%d/bucket/file-' || file_id",
		canned_http_port(p->s.server));
	p->w->stores = p->s.stores;
}

static void end(struct place *p)
{
	p->w->stores = p->directories;
	slow_store_end(&p->s);
}

static bool never(void)
{
	return false;
}

/* The one batch is tried now. */
static void work_in(const struct tomb_world *w)
{
	static const struct tomb_lane_options options = {
		.owner = {"test", 4},
		.agent = {"tombstone test", 14},
		.lease_ms = 60000,
		.max_attempts = ATTEMPTS_MAX,
		.backoff_ms = 1000,
		.backoff_max_ms = 300000,
	};
	struct tomb_log log = {.fd = STDERR_FILENO, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
	struct tomb_lane lane = {&options, &log, tomb_clock_real(), w->worker, w->stores, never};

	tomb_world_exec("update batch set due_at = now()");
	TOMB_OK_OR_FAIL(tomb_lane_do(&lane, tomb_world_number("select id from batch"), &err));
}

/* A minute after the time before. */
static void work(struct place *p)
{
	tomb_clock_manual_advance(&p->s.clock, INT64_C(61000000));
	work_in(p->w);
}

static void assert_batch(const char *state, int attempts)
{
	assert_int_equal(tomb_world_number("select count(*) from batch where state = '%s'", state), 1);
	assert_int_equal(tomb_world_number("select attempts from batch"), attempts);
}

static void assert_due_in(int min_s, int max_s)
{
	int64_t s = tomb_world_number("select extract(epoch from due_at - now())::bigint from batch");

	assert_in_range(s, min_s - 1, max_s);
}

static void assert_deleted(struct place *p, int files)
{
	assert_batch("done", 1); /* that which did it */
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), files);
	tomb_world_check(p->w);
}

static void expect_deletion(struct place *p)
{
	expect_probe(p);
	expect(p, THERE);
	expect(p, S3_NO_CONTENT);
	expect(p, S3_NOT_THERE);
	expect_probe(p); /* that it never had versions is asked again */
}

static void a_look_that_is_throttled_costs_no_attempt(void **state)
{
	struct place p;

	begin(&p, *state, 1);
	for (int i = 0; i < 2 * ATTEMPTS_MAX; i++) {
		expect_probe(&p);
		expect_thrice(&p, THROTTLED);
	}
	expect_deletion(&p);
	open_store(&p);
	for (int i = 0; i < 2 * ATTEMPTS_MAX; i++) {
		work(&p);
		assert_batch("ready", 0);
		assert_due_in(32, 65); /* half a minute, and chance */
		assert_int_equal(tomb_world_number("select count(*) from copy where status = 'stored'"), 1);
	}
	work(&p);
	assert_deleted(&p, 1);
	end(&p);
}

static void a_look_that_is_throttled_waits_as_long_as_asked(void **state)
{
	struct place p;

	begin(&p, *state, 1);
	expect_probe(&p);
	expect(&p, S3_HEAD("503 Slow Down", S3_ID "Retry-After: 900\r\n", "0"));
	open_store(&p);
	work(&p);
	assert_batch("ready", 0);
	assert_due_in(900, 900);
	end(&p);
}

static void a_throttled_store_is_not_asked_for_the_rest_of_the_batch(void **state)
{
	struct place p;

	begin(&p, *state, 20);
	expect_probe(&p);
	expect_thrice(&p, THROTTLED);
	open_store(&p);
	work(&p);
	assert_batch("ready", 0);
	assert_int_equal(slow_store_sent(&p.s), 2 + 3);
	end(&p);
}

static void a_delete_that_is_throttled_costs_no_attempt_and_waits_as_long_as_asked(void **state)
{
	struct place p;

	begin(&p, *state, 1);
	expect_probe(&p);
	expect(&p, THERE);
	expect(&p, S3_REFUSAL("503 Slow Down", "Retry-After: 600\r\n", "SlowDown"));
	open_store(&p);
	work(&p);
	assert_batch("ready", 0);
	assert_due_in(600, 600);
	assert_int_equal(
		tomb_world_number("select count(*) from copy where status = 'stored' and outcome = 'failed'"), 1);
	end(&p);
}

static void a_proof_that_is_throttled_costs_no_attempt(void **state)
{
	struct place p;

	begin(&p, *state, 1);
	expect_probe(&p);
	expect(&p, THERE);
	expect(&p, S3_NO_CONTENT);
	expect_thrice(&p, THROTTLED);
	expect_probe(&p);
	expect(&p, S3_NOT_THERE);
	expect(&p, S3_NOT_THERE);
	expect_probe(&p);
	open_store(&p);
	work(&p);
	assert_batch("ready", 0);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'removing'"), 1);
	work(&p);
	assert_deleted(&p, 1);
	end(&p);
}

static void a_store_that_refuses_us_as_a_whole_costs_no_attempt_and_gets_no_request(void **state)
{
	struct place p;

	begin(&p, *state, 3);
	expect(&p, S3_REFUSAL("403 Forbidden", "", "AccountProblem"));
	open_store(&p);
	work(&p);
	assert_batch("ready", 0);
	assert_due_in(60, 65);
	assert_int_equal(tomb_world_number("select count(*) from batch where last_error like '%%AccountProblem%%'"), 1);
	for (int i = 0; i < ATTEMPTS_MAX; i++) {
		p.s.clock.wall_us -= INT64_C(61000000); /* the breaker's minute is not over */
		work(&p);
		assert_batch("ready", 0);
	}
	assert_int_equal(slow_store_sent(&p.s), 1);
	end(&p);
}

static void a_copy_that_is_denied_for_itself_ends_before_a_person(void **state)
{
	struct place p;

	begin(&p, *state, 1);
	for (int i = 0; i < ATTEMPTS_MAX; i++) {
		expect_probe(&p);
		expect(&p, THERE);
		expect(&p, S3_REFUSAL("403 Forbidden", "", "AccessDenied"));
	}
	open_store(&p);
	work(&p);
	assert_batch("ready", 1);
	assert_due_in(1, 2);
	work(&p);
	assert_batch("failed", ATTEMPTS_MAX);
	assert_int_equal(tomb_world_number("select count(*) from request_file where outcome = 'failed'"), 1);
	end(&p);
}

static void at_the_last_attempt_only_what_was_tried_has_failed(void **state)
{
	struct place p;

	begin(&p, *state, 2);
	expect_probe(&p);
	expect_thrice(&p, IN_TROUBLE); /* the first file: it counts */
	expect_thrice(&p, THROTTLED);  /* the second: it does not */
	expect_deletion(&p);
	open_store(&p);
	tomb_world_exec("update batch set attempts = %d", ATTEMPTS_MAX - 1);
	work(&p);
	assert_batch("ready", ATTEMPTS_MAX - 1);
	assert_int_equal(tomb_world_number("select count(*) from request_file where outcome = 'failed'"), 1);
	assert_int_equal(tomb_world_number("select count(*) from request_file where outcome = 'pending'"), 1);
	work(&p);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 1);
	assert_int_equal(tomb_world_number("select count(*) from request_file where outcome = 'deleted'"), 1);
	tomb_world_check(p.w);
	end(&p);
}

static void trouble_beside_a_throttle_costs_an_attempt(void **state)
{
	struct place p;

	begin(&p, *state, 2);
	expect_probe(&p);
	expect_thrice(&p, IN_TROUBLE);
	expect_thrice(&p, THROTTLED);
	open_store(&p);
	work(&p);
	assert_batch("ready", 1);
	end(&p);
}

static void a_probe_in_vain_makes_the_last_one_old(void **state)
{
	struct place p;
	struct tomb_store *store = NULL;
	struct tomb_probe probe;
	struct tomb_err why;
	int64_t age_ms = -1;

	begin(&p, *state, 1);
	expect(&p, S3_REFUSAL("403 Forbidden", "", "AccountProblem"));
	open_store(&p); /* and probe it */
	store = tomb_stores_at(p.s.stores, 0);
	tomb_clock_manual_advance(&p.s.clock, INT64_C(7000000));
	assert_true(tomb_store_last_probe(store, &probe, &age_ms));
	assert_int_equal(age_ms, 7000);
	assert_int_equal(tomb_store_probe(store, &probe, &why), TOMB_STORE_DENIED);
	assert_false(tomb_store_last_probe(store, &probe, &age_ms));
	end(&p);
}

/* Twenty of them are one load of a vault. */
static void a_store_that_throttles_gets_no_further_load(void **state)
{
	static const struct vault_reply replies[] = {
		{.body = "{\"VaultARN\":\"" VAULT_ARN "\",\"LastInventoryDate\":\"2026-01-02T03:04:05Z\"}"},
		{.status = "204 No Content"},
		{.status = "429 Too Many Requests", .body = "{\"code\":\"ThrottlingException\",\"message\":\"m\"}"},
		{.status = "204 No Content"},
	};
	struct vault_world v;
	int64_t object = 0;

	(void)state;
	vault_world_open(&v, replies, TOMB_COUNTOF(replies));
	tomb_stores_set_waiting(v.w.stores, &(struct tomb_waiting){.clock = tomb_clock_real()});
	object = tomb_world_object(&v.w, "test.edu/bag", 25, 1);
	for (int i = 1; i <= 25; i++) {
		char file[64];
		char archive[16];

		(void)snprintf(file, sizeof file, "test.edu/bag/data/%d", i);
		(void)snprintf(archive, sizeof archive, "a%d", i);
		vault_world_add_copy(&v, tomb_world_file(&v.w, file), archive, 400);
	}
	tomb_world_approve(&v.w, tomb_world_request_object(&v.w, object));
	tomb_world_plan(&v.w);
	work_in(&v.w);
	assert_batch("ready", 0);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 1);
	assert_int_equal(tomb_world_number("select count(*) from copy k join storage_backend b on b.id = k.backend_id "
					   "where b.name = 'old-vault' and k.status = 'stored'"),
		24);
	/* Nothing was tried for the second load. */
	assert_int_equal(
		tomb_world_number("select count(*) from copy where status = 'stored' and outcome = 'refused'"), 5);
	canned_http_stop(v.server);
	assert_int_equal(canned_http_requests(v.server), 3);
	vault_world_close(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, tomb_world_set_up, tomb_world_tear_down)
		TEST(a_look_that_is_throttled_costs_no_attempt),
		TEST(a_look_that_is_throttled_waits_as_long_as_asked),
		TEST(a_throttled_store_is_not_asked_for_the_rest_of_the_batch),
		TEST(a_delete_that_is_throttled_costs_no_attempt_and_waits_as_long_as_asked),
		TEST(a_proof_that_is_throttled_costs_no_attempt),
		TEST(a_store_that_refuses_us_as_a_whole_costs_no_attempt_and_gets_no_request),
		TEST(a_copy_that_is_denied_for_itself_ends_before_a_person),
		TEST(at_the_last_attempt_only_what_was_tried_has_failed),
		TEST(trouble_beside_a_throttle_costs_an_attempt),
		TEST(a_probe_in_vain_makes_the_last_one_old),
		cmocka_unit_test(a_store_that_throttles_gets_no_further_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
