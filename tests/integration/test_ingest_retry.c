/*
 * Stores that falter while a bag is stored: what may pass is tried again, under another key; what will not ends the
 * ingest.
 *
 * wrap: tomb_store_put
 */
#include "ingest_box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include <cmocka.h>

enum tomb_code __real_tomb_store_put(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
	struct tomb_placed *out, struct tomb_err *err);
enum tomb_code __wrap_tomb_store_put(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
	struct tomb_placed *out, struct tomb_err *err);

/* How many of the next puts fail, how, and whether the bytes are stored all the same. */
static atomic_int failures;
static enum tomb_code failure;
static bool is_stored;

enum tomb_code __wrap_tomb_store_put(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
	struct tomb_placed *out, struct tomb_err *err)
{
	if (atomic_fetch_sub(&failures, 1) <= 0)
		return __real_tomb_store_put(store, put, arena, out, err);
	if (is_stored && __real_tomb_store_put(store, put, arena, out, err) != TOMB_OK)
		return err->code;
	return TOMB_FAIL(err, failure, "the test says so");
}

static enum tomb_code attempt(struct ingest_box *box, int n, enum tomb_code code, bool stored)
{
	atomic_store(&failures, n);
	failure = code;
	is_stored = stored;
	return ingest_box_try(box);
}

static void what_may_pass_is_tried_again_under_another_key(void **state)
{
	static const enum tomb_code passing[] = {TOMB_NET, TOMB_STORE_THROTTLED, TOMB_UNCERTAIN};
	struct ingest_box *box = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(passing); i++) {
		char bytes[8];

		(void)snprintf(bytes, sizeof bytes, "%06zu", i);
		ingest_box_change(box, bytes);
		if (attempt(box, 3, passing[i], false) != TOMB_OK)
			fail_msg("%s", box->err.text);
		ingest_box_check(box);
	}
	assert_int_equal(ingest_box_number("select count(*) from copy where status = 'stored'"), 8);
	/* Every failed put left a promise, and its key was not used again. */
	assert_true(ingest_box_number("select count(*) from promised_put where recorded_at is null") > 0);
	assert_int_equal(ingest_box_number("select count(*) from promised_put where recorded_at is not null"),
		ingest_box_number("select count(*) from copy"));
}

static void a_copy_whose_answer_was_lost_is_known_by_its_promise(void **state)
{
	struct ingest_box *box = *state;

	if (attempt(box, 1, TOMB_UNCERTAIN, true) != TOMB_OK)
		fail_msg("%s", box->err.text);
	assert_int_equal(ingest_box_number("select count(*) from copy where status = 'stored'"), 8);
	assert_true(ingest_box_stored(box) > 8);
	assert_true(ingest_box_stored(box) <= ingest_box_number("select count(*) from promised_put"));
	ingest_box_check(box);
}

static void a_store_that_does_not_come_back_ends_the_ingest(void **state)
{
	struct ingest_box *box = *state;

	assert_int_equal(attempt(box, 1000000, TOMB_NET, false), TOMB_NET);
	assert_string_equal(
		ingest_box_text("select status || ': ' || note from work_item"), "Failed: the test says so");
	assert_int_equal(ingest_box_number("select count(*) from intellectual_object"), 0);
	ingest_box_check(box);
	assert_int_equal(attempt(box, 0, TOMB_NET, false), TOMB_OK);
}

static void what_will_not_pass_ends_the_ingest_at_once(void **state)
{
	static const enum tomb_code lasting[] = {TOMB_STORE_DENIED, TOMB_STORE, TOMB_IO, TOMB_CORRUPT, TOMB_CONFLICT};
	struct ingest_box *box = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(lasting); i++) {
		assert_int_equal(attempt(box, 1, lasting[i], false), lasting[i]);
		assert_int_equal(ingest_box_number("select count(*) from generic_file"), 0);
	}
	assert_int_equal(
		ingest_box_number("select count(*) from work_item where status = 'Failed'"), TOMB_COUNTOF(lasting));
	ingest_box_check(box);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, ingest_box_set_up, ingest_box_tear_down)
	const struct CMUnitTest tests[] = {
		T(what_may_pass_is_tried_again_under_another_key),
		T(a_copy_whose_answer_was_lost_is_known_by_its_promise),
		T(a_store_that_does_not_come_back_ends_the_ingest),
		T(what_will_not_pass_ends_the_ingest_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
