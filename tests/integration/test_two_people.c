/*
 * Requests and decisions: who may, what is refused, and that one of two wins (deletion.md P-01 to P-09, X-06 to X-09).
 *
 * wrap: sql_request_lock_row
 */
#include "expect.h"
#include "pg_fixture.h"
#include "sql.gen.h"
#include "world.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static bool ends_after_lock; /* the registry's session, once, when the request is locked */

enum tomb_code __real_sql_request_lock_row(struct tomb_pg *pg, const struct sql_request_lock_row_args *args,
	struct tomb_arena *arena, struct sql_request_lock_row_row **out, size_t *n, struct tomb_err *err);
enum tomb_code __wrap_sql_request_lock_row(struct tomb_pg *pg, const struct sql_request_lock_row_args *args,
	struct tomb_arena *arena, struct sql_request_lock_row_row **out, size_t *n, struct tomb_err *err);

enum tomb_code __wrap_sql_request_lock_row(struct tomb_pg *pg, const struct sql_request_lock_row_args *args,
	struct tomb_arena *arena, struct sql_request_lock_row_row **out, size_t *n, struct tomb_err *err)
{
	enum tomb_code code = __real_sql_request_lock_row(pg, args, arena, out, n, err);

	if (!ends_after_lock)
		return code;
	ends_after_lock = false;
	assert_int_equal(
		tomb_fixture_pg_number("select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity "
				       "where usename = 'tombstone_registry' and datname = current_database()"),
		1);
	return code;
}

static enum tomb_code ask(
	struct tomb_world *w, const struct tomb_actor *who, int64_t object, int64_t file, struct tomb_err *err)
{
	struct tomb_deletion_list list = {.object_ids = {&object, object != 0}, .file_ids = {&file, file != 0}};
	struct tomb_deletion_request made;

	return tomb_deletion_request_create(w->registry, who, &list, TOMB_STR(""), &made, err);
}

static enum tomb_code decide(struct tomb_world *w, const struct tomb_actor *who, int64_t request,
	enum tomb_verdict_kind verdict, const char *token, struct tomb_err *err)
{
	int64_t deletion = 0;

	return tomb_decision_make(w->registry, who, request, verdict, tomb_str_from(token), &deletion, err);
}

static void p_01_only_an_institutional_admin_may_request(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 1);

	TOMB_EXPECT(TOMB_FORBIDDEN, "institutional admin", ask(w, &w->carol, object, 0, &err));
	TOMB_EXPECT(TOMB_FORBIDDEN, "institutional admin", ask(w, &w->oscar, object, 0, &err));
	TOMB_EXPECT(
		TOMB_UNAUTHENTICATED, "signed in", ask(w, &(struct tomb_actor){.via = TOMB_VIA_CLI}, object, 0, &err));
	assert_int_equal(tomb_fixture_pg_number("select count(*) from deletion_request"), 0);
}

static void p_04_mail_goes_to_the_other_admins(void **state)
{
	struct tomb_world *w = *state;
	int64_t request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));

	assert_int_equal(
		tomb_world_number(
			"select count(*) from alert where type = 'Deletion Requested' and request_id = %" PRId64,
			request),
		1);
	assert_int_equal(
		tomb_world_number("select user_id from alert where request_id = %" PRId64, request), w->bob.user_id);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from outbox x join alert a on a.id = x.alert_id where a.request_id = %" PRId64,
			request),
		1);
}

static void p_04_a_sole_admin_gets_the_mail_and_may_confirm(void **state)
{
	struct tomb_world *w = *state;
	int64_t request = 0;
	char token[TOMB_TOKEN_TEXT];

	tomb_world_exec("update user_account set role = 'inst_user' where id = %" PRId64, w->bob.user_id);
	request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	assert_int_equal(
		tomb_world_number("select user_id from alert where request_id = %" PRId64, request), w->alice.user_id);
	tomb_world_token(w, request, &w->alice, token);
	TOMB_EXPECT(TOMB_OK, "", decide(w, &w->alice, request, TOMB_APPROVE, token, &err));
	assert_int_equal(
		tomb_world_number(
			"select count(*) from decision where as_sole_admin and request_id = %" PRId64, request),
		1);
}

static void p_06_i5_the_requester_cannot_approve(void **state)
{
	struct tomb_world *w = *state;
	int64_t request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	char token[TOMB_TOKEN_TEXT];

	tomb_world_token(w, request, &w->alice, token);
	TOMB_EXPECT(
		TOMB_FORBIDDEN, "another admin must decide", decide(w, &w->alice, request, TOMB_APPROVE, token, &err));
	assert_int_equal(tomb_fixture_pg_number("select count(*) from deletion"), 0);
	TOMB_EXPECT(TOMB_OK, "", decide(w, &w->alice, request, TOMB_REJECT, token, &err));
}

static void p_07_a_stranger_with_the_token_gets_403_and_learns_nothing(void **state)
{
	struct tomb_world *w = *state;
	int64_t request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/secret-name", 1, 1));
	const struct tomb_actor *strangers[] = {&w->mallory, &w->carol, &w->oscar};
	char token[TOMB_TOKEN_TEXT];

	tomb_world_token(w, request, &w->bob, token);
	for (size_t i = 0; i < TOMB_COUNTOF(strangers); i++) {
		struct tomb_err foreign = {.text = ""};
		struct tomb_err unknown = {.text = ""};
		char same[64];

		assert_int_equal(decide(w, strangers[i], request, TOMB_APPROVE, token, &foreign), TOMB_FORBIDDEN);
		assert_int_equal(decide(w, strangers[i], request, TOMB_REJECT, token, &foreign), TOMB_FORBIDDEN);
		assert_int_equal(decide(w, strangers[i], 999999, TOMB_APPROVE, token, &unknown), TOMB_FORBIDDEN);
		(void)snprintf(same, sizeof same, "decide deletion request %" PRId64, request);
		assert_non_null(strstr(foreign.text, same));
		assert_null(strstr(foreign.text, "secret-name"));
		assert_non_null(strstr(unknown.text, "decide deletion request 999999"));
	}
	TOMB_EXPECT(TOMB_OK, "", decide(w, &w->bob, request, TOMB_APPROVE, token, &err));
}

static void p_12_i10_what_is_too_young_is_refused_with_the_day(void **state)
{
	struct tomb_world *w = *state;
	int64_t wasabi = tomb_world_option(w, "Wasabi-TX", 90);
	int64_t object = tomb_world_object_in(w, w->institution, wasabi, "test.edu/young", 2, 1);
	int64_t file = tomb_world_file(w, "test.edu/young/data/2");
	char day[16];

	(void)snprintf(day, sizeof day, "%s",
		tomb_fixture_pg_value("select to_char((now() at time zone 'UTC') + interval '90 days', 'YYYY-MM-DD')"));
	TOMB_EXPECT(TOMB_UNPROCESSABLE, day, ask(w, &w->alice, object, 0, &err));
	TOMB_EXPECT(TOMB_UNPROCESSABLE, "Wasabi-TX is kept at least 90 days", ask(w, &w->alice, 0, file, &err));
	/* One old file does not make the object old enough: each copy counts from its own day. */
	tomb_world_exec("update copy set stored_at = now() - interval '91 days' where file_id = %" PRId64, file);
	TOMB_EXPECT(TOMB_UNPROCESSABLE, "data/1", ask(w, &w->alice, object, 0, &err));
	TOMB_EXPECT(TOMB_OK, "", ask(w, &w->alice, 0, file, &err));
}

static void p_12_the_minimum_is_asked_again_at_the_approval(void **state)
{
	struct tomb_world *w = *state;
	int64_t request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	char token[TOMB_TOKEN_TEXT];

	tomb_world_token(w, request, &w->bob, token);
	tomb_fixture_pg_exec("update storage_option set min_days = 30");
	TOMB_EXPECT(
		TOMB_UNPROCESSABLE, "cannot be deleted yet", decide(w, &w->bob, request, TOMB_APPROVE, token, &err));
	tomb_fixture_pg_exec("update storage_option set min_days = 0");
	TOMB_EXPECT(TOMB_OK, "", decide(w, &w->bob, request, TOMB_APPROVE, token, &err));
}

static void a_thing_is_on_one_open_request_at_a_time(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 2, 1);
	int64_t first = tomb_world_file(w, "test.edu/bag/data/1");
	int64_t second = tomb_world_file(w, "test.edu/bag/data/2");

	tomb_world_request_file(w, first);
	TOMB_EXPECT(TOMB_CONFLICT, "is open for it", ask(w, &w->bob, 0, first, &err));
	TOMB_EXPECT(TOMB_CONFLICT, "one of its files", ask(w, &w->bob, object, 0, &err));
	TOMB_EXPECT(TOMB_OK, "", ask(w, &w->bob, 0, second, &err));
}

static void i9_another_institutions_things_are_not_there(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object_in(w, w->other_institution, w->standard, "other.edu/bag", 1, 1);
	struct tomb_err foreign = {.text = ""};
	struct tomb_err unknown = {.text = ""};

	assert_int_equal(ask(w, &w->alice, object, 0, &foreign), TOMB_NOTFOUND);
	assert_int_equal(ask(w, &w->alice, 999999, 0, &unknown), TOMB_NOTFOUND);
	assert_string_equal(foreign.text, unknown.text);
	TOMB_EXPECT(TOMB_NOTFOUND, "", ask(w, &w->alice, 0, tomb_world_file(w, "other.edu/bag/data/1"), &err));
}

static void what_is_deleted_cannot_be_asked_for_again(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 1);

	tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_work(w);
	TOMB_EXPECT(TOMB_CONFLICT, "deleted already", ask(w, &w->alice, object, 0, &err));
	TOMB_EXPECT(TOMB_CONFLICT, "deleted already",
		ask(w, &w->alice, 0, tomb_world_file(w, "test.edu/bag/data/1"), &err));
}

static void x_06_a_peer_who_was_deactivated_today_leaves_nobody_sole(void **state)
{
	struct tomb_world *w = *state;
	int64_t request = 0;
	char token[TOMB_TOKEN_TEXT];

	tomb_world_exec("update institution set admin_days = 7 where id = %" PRId64, w->institution);
	tomb_world_exec("update user_account set deactivated_at = now() where id = %" PRId64, w->bob.user_id);
	request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	tomb_world_token(w, request, &w->alice, token);
	TOMB_EXPECT(
		TOMB_FORBIDDEN, "another admin must decide", decide(w, &w->alice, request, TOMB_APPROVE, token, &err));
}

static void x_06_an_admin_who_was_made_today_cannot_approve(void **state)
{
	struct tomb_world *w = *state;
	int64_t request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	char token[TOMB_TOKEN_TEXT];

	tomb_world_exec("update institution set admin_days = 7 where id = %" PRId64, w->institution);
	tomb_world_token(w, request, &w->bob, token);
	TOMB_EXPECT(TOMB_FORBIDDEN, "7 days after you became an admin",
		decide(w, &w->bob, request, TOMB_APPROVE, token, &err));
}

static void x_06_a_sole_admin_may_need_the_operator(void **state)
{
	struct tomb_world *w = *state;
	int64_t request = 0;
	char token[TOMB_TOKEN_TEXT];

	tomb_world_exec("update user_account set role = 'inst_user' where id = %" PRId64, w->bob.user_id);
	tomb_world_exec("update institution set sole_admin = 'operator' where id = %" PRId64, w->institution);
	request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	assert_int_equal(tomb_world_number("select count(*) from alert where request_id = %" PRId64, request), 2);
	tomb_world_token(w, request, &w->alice, token);
	TOMB_EXPECT(
		TOMB_FORBIDDEN, "an operator must approve", decide(w, &w->alice, request, TOMB_APPROVE, token, &err));
	TOMB_EXPECT(TOMB_OK, "", decide(w, &w->oscar, request, TOMB_APPROVE, token, &err));
}

static void x_06_a_requester_who_was_deactivated_takes_the_request_along(void **state)
{
	struct tomb_world *w = *state;
	int64_t request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	char token[TOMB_TOKEN_TEXT];

	tomb_world_token(w, request, &w->bob, token);
	tomb_world_exec("update user_account set deactivated_at = now() where id = %" PRId64, w->alice.user_id);
	TOMB_EXPECT(TOMB_CONFLICT, "no longer an active admin", decide(w, &w->bob, request, TOMB_APPROVE, token, &err));
	TOMB_EXPECT(TOMB_OK, "", decide(w, &w->bob, request, TOMB_REJECT, token, &err));
}

static void x_07_a_list_that_changed_makes_the_approval_void(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 2, 1);
	int64_t request = tomb_world_request_object(w, object);
	char token[TOMB_TOKEN_TEXT];

	tomb_world_token(w, request, &w->bob, token);
	tomb_world_restore(w, tomb_world_file(w, "test.edu/bag/data/1"), 1);
	TOMB_EXPECT(TOMB_CONFLICT, "it is void", decide(w, &w->bob, request, TOMB_APPROVE, token, &err));
	assert_int_equal(
		tomb_world_number(
			"select count(*) from deletion_request where state = 'void' and id = %" PRId64, request),
		1);
	assert_int_equal(tomb_fixture_pg_number("select count(*) from deletion"), 0);
	TOMB_EXPECT(TOMB_OK, "", ask(w, &w->alice, object, 0, &err));
}

static void x_08_tokens_expire_rotate_and_belong_to_one_request(void **state)
{
	struct tomb_world *w = *state;
	int64_t one = tomb_world_request_object(w, tomb_world_object(w, "test.edu/one", 1, 1));
	int64_t two = tomb_world_request_object(w, tomb_world_object(w, "test.edu/two", 1, 1));
	char first[TOMB_TOKEN_TEXT];
	char second[TOMB_TOKEN_TEXT];

	tomb_world_token(w, one, &w->bob, first);
	TOMB_EXPECT(TOMB_FORBIDDEN, "does not belong", decide(w, &w->bob, two, TOMB_APPROVE, first, &err));
	TOMB_EXPECT(TOMB_FORBIDDEN, "not a token", decide(w, &w->bob, one, TOMB_APPROVE, "xyz", &err));
	TOMB_EXPECT(TOMB_FORBIDDEN, "not a token", decide(w, &w->bob, one, TOMB_APPROVE, "", &err));
	TOMB_OK_OR_FAIL(tomb_approval_token_resend(w->registry, &w->bob, one, &err));
	TOMB_EXPECT(TOMB_GONE, "newer token", decide(w, &w->bob, one, TOMB_APPROVE, first, &err));
	tomb_world_token(w, one, &w->bob, second);
	tomb_fixture_pg_exec(
		"update approval_token set expires_at = now() - interval '1 second' where rotated_at is null");
	TOMB_EXPECT(TOMB_GONE, "expired", decide(w, &w->bob, one, TOMB_APPROVE, second, &err));
	assert_int_equal(
		tomb_world_number("select count(*) from approval_token where octet_length(token_sha256) = 32 and "
				  "request_id = %" PRId64,
			one),
		2);
}

static void x_08_a_request_that_nobody_decides_ends(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 1);
	int64_t request = tomb_world_request_object(w, object);
	char token[TOMB_TOKEN_TEXT];
	size_t ended = 0;

	tomb_world_token(w, request, &w->bob, token);
	tomb_fixture_pg_exec("update deletion_request set expires_at = now() - interval '1 second'");
	TOMB_EXPECT(TOMB_GONE, "has expired", decide(w, &w->bob, request, TOMB_APPROVE, token, &err));
	TOMB_OK_OR_FAIL(tomb_deletion_request_expire(w->registry, 10, &ended, &err));
	assert_int_equal(ended, 1);
	TOMB_EXPECT(TOMB_GONE, "has expired", decide(w, &w->bob, request, TOMB_REJECT, token, &err));
	TOMB_EXPECT(TOMB_OK, "", ask(w, &w->alice, object, 0, &err));
}

/* A wrong token counts as an attempt of somebody who guesses, and 403 says so: a lost database is neither. */
static void that_nobody_could_be_asked_is_no_refusal(void **state)
{
	struct tomb_world *w = *state;
	int64_t request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	char token[TOMB_TOKEN_TEXT];

	tomb_world_token(w, request, &w->bob, token);
	ends_after_lock = true;
	TOMB_EXPECT(TOMB_DB_DOWN, "", decide(w, &w->bob, request, TOMB_APPROVE, token, &err));
	TOMB_OK_OR_FAIL(tomb_pg_reset(w->registry, &err));
	ends_after_lock = true;
	TOMB_EXPECT(TOMB_DB_DOWN, "", tomb_decision_check(w->registry, &w->bob, request, tomb_str_from(token), &err));
	TOMB_OK_OR_FAIL(tomb_pg_reset(w->registry, &err));
	ends_after_lock = true;
	TOMB_EXPECT(TOMB_DB_DOWN, "", tomb_approval_token_resend(w->registry, &w->bob, request, &err));
	TOMB_OK_OR_FAIL(tomb_pg_reset(w->registry, &err));
	TOMB_EXPECT(TOMB_OK, "", decide(w, &w->bob, request, TOMB_APPROVE, token, &err));
}

static void p_08_nothing_can_be_approved_after_a_rejection(void **state)
{
	struct tomb_world *w = *state;
	int64_t request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	char token[TOMB_TOKEN_TEXT];

	tomb_world_token(w, request, &w->bob, token);
	TOMB_EXPECT(TOMB_OK, "", decide(w, &w->bob, request, TOMB_REJECT, token, &err));
	TOMB_EXPECT(TOMB_CONFLICT, "already rejected by bob@test.edu",
		decide(w, &w->bob, request, TOMB_APPROVE, token, &err));
	assert_int_equal(tomb_fixture_pg_number("select count(*) from deletion"), 0);
}

/* One of two who decide at the same time. */
struct race {
	struct tomb_world *w;
	const struct tomb_actor *who;
	int64_t request;
	enum tomb_verdict_kind verdict;
	char token[TOMB_TOKEN_TEXT];
	pthread_barrier_t *start;
	enum tomb_code code;
};

static void *run_race(void *arg)
{
	struct race *r = arg;
	TOMB_PG_AUTO *pg = NULL;
	struct tomb_err err;
	int64_t deletion = 0;

	if (tomb_pg_open(&pg, tomb_fixture_pg_registry(), sql_all, sql_nall, &err) != TOMB_OK)
		return NULL;
	(void)pthread_barrier_wait(r->start);
	r->code = tomb_decision_make(pg, r->who, r->request, r->verdict, tomb_str_from(r->token), &deletion, &err);
	return NULL;
}

static void x_09_of_two_decisions_at_once_exactly_one_wins(void **state)
{
	struct tomb_world *w = *state;

	for (int round = 0; round < 6; round++) {
		pthread_barrier_t start;
		struct race racers[4];
		pthread_t threads[4];
		char name[64];
		int64_t request = 0;
		int won = 0;

		(void)snprintf(name, sizeof name, "test.edu/race-%d", round);
		request = tomb_world_request_object(w, tomb_world_object(w, name, 1, 1));
		assert_int_equal(pthread_barrier_init(&start, NULL, 4), 0);
		for (int i = 0; i < 4; i++) {
			racers[i] = (struct race){w, &w->bob, request, (i + round) % 2 ? TOMB_APPROVE : TOMB_REJECT, "",
				&start, TOMB_BUG};
			tomb_world_token(w, request, &w->bob, racers[i].token);
			assert_int_equal(pthread_create(&threads[i], NULL, run_race, &racers[i]), 0);
		}
		for (int i = 0; i < 4; i++) {
			assert_int_equal(pthread_join(threads[i], NULL), 0);
			won += racers[i].code == TOMB_OK;
			assert_true(racers[i].code == TOMB_OK || racers[i].code == TOMB_CONFLICT);
		}
		assert_int_equal(won, 1);
		assert_int_equal(
			tomb_world_number("select count(*) from decision where request_id = %" PRId64, request), 1);
		assert_int_equal(
			tomb_world_number(
				"select count(*) from deletion_request r join decision d on d.request_id = r.id where "
				"(r.state = 'approved') = (d.verdict = 'approve') and r.id = %" PRId64,
				request),
			1);
		(void)pthread_barrier_destroy(&start);
	}
	tomb_world_check(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tomb_world_set_up, tomb_world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(p_01_only_an_institutional_admin_may_request),
		TEST(p_04_mail_goes_to_the_other_admins),
		TEST(p_04_a_sole_admin_gets_the_mail_and_may_confirm),
		TEST(p_06_i5_the_requester_cannot_approve),
		TEST(p_07_a_stranger_with_the_token_gets_403_and_learns_nothing),
		TEST(that_nobody_could_be_asked_is_no_refusal),
		TEST(p_08_nothing_can_be_approved_after_a_rejection),
		TEST(p_12_i10_what_is_too_young_is_refused_with_the_day),
		TEST(p_12_the_minimum_is_asked_again_at_the_approval),
		TEST(a_thing_is_on_one_open_request_at_a_time),
		TEST(i9_another_institutions_things_are_not_there),
		TEST(what_is_deleted_cannot_be_asked_for_again),
		TEST(x_06_a_peer_who_was_deactivated_today_leaves_nobody_sole),
		TEST(x_06_an_admin_who_was_made_today_cannot_approve),
		TEST(x_06_a_sole_admin_may_need_the_operator),
		TEST(x_06_a_requester_who_was_deactivated_takes_the_request_along),
		TEST(x_07_a_list_that_changed_makes_the_approval_void),
		TEST(x_08_tokens_expire_rotate_and_belong_to_one_request),
		TEST(x_08_a_request_that_nobody_decides_ends),
		TEST(x_09_of_two_decisions_at_once_exactly_one_wins),
	};
	return cmocka_run_group_tests_name("two people", tests, NULL, NULL);
}
