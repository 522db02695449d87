/* Second factors: turned on and off, used once, lost and found. */
#include "ledger_fixture.h"
#include "sql.gen.h"
#include "tombstone/hex.h"
#include "tombstone/user.h"
#include "tombstone/user_totp.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define PASSWORD "correct horse battery"
enum { RACERS = 4 };

static const struct tomb_envelope_key key = {{7, 7, 7}};

struct ann {
	struct tomb_actor actor;
	uint8_t secret[TOMB_TOTP_SECRET];
	struct tomb_backup_codes codes;
};

static int64_t step_now(void)
{
	return tomb_totp_step(tomb_fixture_pg_number("select floor(extract(epoch from clock_timestamp()))::bigint"));
}

/* A code that fits now, off steps away. */
static struct tomb_step_up code_of(const struct ann *ann, int64_t off, char out[static TOMB_TOTP_CODE])
{
	return (struct tomb_step_up){&key, tomb_str_from(tomb_totp_code(ann->secret, step_now() + off, out))};
}

/* As if all codes so far had been used long ago. */
static void forget_steps(void)
{
	tomb_fixture_pg_exec("update user_totp set last_step = 0, wrong_count = 0, locked_until = null");
}

static struct ann person(struct ledger_fixture *f)
{
	struct ann ann = {.actor = ledger_fixture_person(
				  f, ledger_fixture_institution("test.edu"), "ann@test.edu", TOMB_ROLE_INST_ADMIN)};

	OK(f, tomb_user_set_password(f->pg, &f->program, ann.actor.user_id, TOMB_STR(PASSWORD), &f->err));
	return ann;
}

static struct ann person_with_codes(struct ledger_fixture *f)
{
	struct ann ann = person(f);
	char code[TOMB_TOTP_CODE];
	struct tomb_step_up proof;

	OK(f, tomb_user_totp_begin(f->pg, &ann.actor, &key, TOMB_STR(PASSWORD), &f->err));
	OK(f, tomb_user_totp_secret(f->pg, &ann.actor, &key, ann.secret, &f->err));
	proof = code_of(&ann, 0, code);
	OK(f, tomb_user_totp_confirm(f->pg, &ann.actor, &proof, NULL, &ann.codes, &f->err));
	forget_steps();
	return ann;
}

static enum tomb_code sign_in(struct ledger_fixture *f, char token[static TOMB_TOKEN_TEXT], bool *awaits_code)
{
	struct tomb_sign_in in = {.email = TOMB_STR("ann@test.edu"),
		.password = TOMB_STR(PASSWORD),
		.hours = 8,
		.address = TOMB_STR("192.0.2.7"),
		.browser = TOMB_STR("Mozilla/5.0")};
	struct tomb_actor who;

	return tomb_user_sign_in(f->pg, &in, &f->arena, &who, token, awaits_code, &f->err);
}

static enum tomb_code second_step(struct ledger_fixture *f, const char *token, const struct tomb_step_up *proof,
	char fresh[static TOMB_TOKEN_TEXT])
{
	struct tomb_sign_in in = {.hours = 8};
	struct tomb_actor who;

	return tomb_user_sign_in_code(f->pg, tomb_str_from(token), &in, proof, &f->arena, &who, fresh, &f->err);
}

static enum tomb_code find(struct ledger_fixture *f, const char *token)
{
	struct tomb_actor who;

	return tomb_session_find(f->pg, tomb_str_from(token), TOMB_VIA_WEB, &f->arena, &who, &f->err);
}

static void turning_on_asks_for_a_first_code(void **state)
{
	struct ledger_fixture *f = *state;
	struct ann ann = person(f);
	struct tomb_step_up wrong = {&key, TOMB_STR("000000")};
	struct tomb_step_up proof;
	struct tomb_user_totp status;
	char code[TOMB_TOTP_CODE];

	REFUSED(f, tomb_user_totp_begin(f->pg, &ann.actor, NULL, TOMB_STR(PASSWORD), &f->err), TOMB_UNPROCESSABLE,
		"secrets_key_file");
	REFUSED(f, tomb_user_totp_begin(f->pg, &ann.actor, &key, TOMB_STR("something else"), &f->err),
		TOMB_UNAUTHENTICATED, "password");
	REFUSED(f, tomb_user_totp_secret(f->pg, &ann.actor, &key, ann.secret, &f->err), TOMB_NOTFOUND, "no second");
	OK(f, tomb_user_totp_begin(f->pg, &ann.actor, &key, TOMB_STR(PASSWORD), &f->err));
	OK(f, tomb_user_totp_secret(f->pg, &ann.actor, &key, ann.secret, &f->err));
	OK(f, tomb_user_totp_status(f->pg, &ann.actor, &status, &f->err));
	assert_true(status.is_begun && !status.is_on);
	REFUSED(f, tomb_user_totp_confirm(f->pg, &ann.actor, &wrong, NULL, &ann.codes, &f->err), TOMB_STEP_UP,
		"not right");
	proof = code_of(&ann, 0, code);
	OK(f, tomb_user_totp_confirm(f->pg, &ann.actor, &proof, NULL, &ann.codes, &f->err));
	OK(f, tomb_user_totp_status(f->pg, &ann.actor, &status, &f->err));
	assert_true(status.is_on && !status.is_begun);
	assert_int_equal(status.codes_left, TOMB_BACKUP_CODES);
	REFUSED(f, tomb_user_totp_begin(f->pg, &ann.actor, &key, TOMB_STR(PASSWORD), &f->err), TOMB_CONFLICT,
		"on already");
	REFUSED(f, tomb_user_totp_secret(f->pg, &ann.actor, &key, ann.secret, &f->err), TOMB_NOTFOUND, "no second");
	assert_int_equal(tomb_fixture_pg_number("select count(*) from outbox"), 1);
}

static void the_ledger_keeps_neither_secret_nor_backup_code(void **state)
{
	struct ledger_fixture *f = *state;
	struct ann ann = person_with_codes(f);
	char hex[2 * TOMB_TOTP_SECRET + 1];
	char sql[256];

	(void)snprintf(sql, sizeof sql, "select count(*) from user_totp t where t::text like '%%%s%%'",
		tomb_hex_encode(ann.secret, TOMB_TOTP_SECRET, hex));
	assert_int_equal(tomb_fixture_pg_number(sql), 0);
	(void)snprintf(sql, sizeof sql,
		"select count(*) from backup_code where code_sha256 = sha256(replace('%s', '-', '')::bytea)",
		ann.codes.code[0]);
	assert_int_equal(tomb_fixture_pg_number(sql), 1);
	assert_int_equal(
		tomb_fixture_pg_number("select count(*) from information_schema.role_table_grants where grantee = "
				       "'tombstone_worker' and table_name in ('user_totp', 'backup_code', "
				       "'account_token', 'password_wish', 'session')"),
		0);
}

static void half_a_session_is_good_for_the_code_only(void **state)
{
	struct ledger_fixture *f = *state;
	struct ann ann = person_with_codes(f);
	struct tomb_step_up wrong = {&key, TOMB_STR("000000")};
	struct tomb_step_up proof;
	char half[TOMB_TOKEN_TEXT];
	char whole[TOMB_TOKEN_TEXT];
	char again[TOMB_TOKEN_TEXT] = "untouched";
	char code[TOMB_TOTP_CODE];
	bool awaits = false;

	OK(f, sign_in(f, half, &awaits));
	assert_true(awaits);
	REFUSED(f, find(f, half), TOMB_UNAUTHENTICATED, "over");
	REFUSED(f, second_step(f, half, &wrong, again), TOMB_STEP_UP, "not right");
	REFUSED(f, second_step(f, half, &(struct tomb_step_up){&key, TOMB_STR("")}, again), TOMB_STEP_UP,
		"needs a code");
	proof = code_of(&ann, 0, code);
	OK(f, second_step(f, half, &proof, whole));
	OK(f, find(f, whole));
	assert_string_not_equal(half, whole);
	REFUSED(f, find(f, half), TOMB_UNAUTHENTICATED, "over");
	REFUSED(f, second_step(f, half, &proof, again), TOMB_UNAUTHENTICATED, "sign in again");
	REFUSED(f, second_step(f, whole, &proof, again), TOMB_UNAUTHENTICATED, "sign in again");
	assert_string_equal(again, "untouched");
	assert_string_equal(tomb_fixture_pg_value("select address || ' ' || browser from session where not awaits_code "
						  "and ended_at is null"),
		"192.0.2.7 Mozilla/5.0");
	assert_string_equal(tomb_fixture_pg_value("select string_agg(verb || ' ' || detail, ', ' order by id) from "
						  "audit_entry where verb in ('sign in', 'refuse code')"),
		"refuse code sign in, sign in ");
}

static void the_second_step_does_not_wait_for_ever(void **state)
{
	struct ledger_fixture *f = *state;
	struct ann ann = person_with_codes(f);
	struct tomb_step_up proof;
	char half[TOMB_TOKEN_TEXT];
	char code[TOMB_TOTP_CODE];
	bool awaits = false;

	OK(f, sign_in(f, half, &awaits));
	assert_int_equal(tomb_fixture_pg_number("select count(*) from session where expires_at <= now() + interval "
						"'10 minutes'"),
		1);
	tomb_fixture_pg_exec("update session set expires_at = now()");
	proof = code_of(&ann, 0, code);
	REFUSED(f, second_step(f, half, &proof, half), TOMB_UNAUTHENTICATED, "sign in again");
	OK(f, sign_in(f, half, &awaits));
	OK(f, tomb_user_deactivate(f->pg, &f->program, ann.actor.user_id, &f->err));
	REFUSED(f, second_step(f, half, &proof, half), TOMB_UNAUTHENTICATED, "sign in again");
}

static void a_step_of_time_is_used_once_and_no_older_one_after_it(void **state)
{
	struct ledger_fixture *f = *state;
	struct ann ann = person_with_codes(f);
	struct tomb_backup_codes codes;
	char code[TOMB_TOTP_CODE];
	struct tomb_step_up proof = code_of(&ann, 0, code);

	OK(f, tomb_user_totp_codes(f->pg, &ann.actor, &proof, &codes, &f->err));
	REFUSED(f, tomb_user_totp_codes(f->pg, &ann.actor, &proof, &codes, &f->err), TOMB_STEP_UP, "used before");
	tomb_fixture_pg_exec("update user_totp set wrong_count = 0");
	tomb_fixture_pg_exec("update user_totp set last_step = last_step + 5");
	proof = code_of(&ann, 1, code);
	REFUSED(f, tomb_user_totp_codes(f->pg, &ann.actor, &proof, &codes, &f->err), TOMB_STEP_UP, "used before");
}

static void a_backup_code_is_used_once_however_it_is_typed(void **state)
{
	struct ledger_fixture *f = *state;
	struct ann ann = person_with_codes(f);
	struct tomb_backup_codes codes;
	struct tomb_step_up proof = {&key, tomb_str_from(ann.codes.code[3])};
	char typed[TOMB_BACKUP_CODE_TEXT] = "";
	size_t n = 0;

	OK(f, tomb_user_totp_codes(f->pg, &ann.actor, &proof, &codes, &f->err));
	proof.code = tomb_str_from(ann.codes.code[4]);
	REFUSED(f, tomb_user_totp_codes(f->pg, &ann.actor, &proof, &codes, &f->err), TOMB_STEP_UP, "not right");
	for (const char *c = codes.code[0]; *c; c++)
		if (*c != '-')
			typed[n++] = (char)(*c >= 'A' ? *c + 'a' - 'A' : *c);
	proof.code = tomb_str_from(typed);
	OK(f, tomb_user_totp_off(f->pg, &ann.actor, TOMB_STR(PASSWORD), &proof, NULL, &f->err));
	assert_int_equal(tomb_fixture_pg_number("select count(*) from backup_code"), 0);
	assert_int_equal(tomb_fixture_pg_number("select count(*) from user_totp"), 0);
}

static void wrong_codes_bring_a_pause_even_for_right_ones(void **state)
{
	struct ledger_fixture *f = *state;
	struct ann ann = person_with_codes(f);
	struct tomb_backup_codes codes;
	struct tomb_step_up proof = {&key, TOMB_STR("000000")};
	char code[TOMB_TOTP_CODE];

	for (int i = 0; i < TOMB_TOTP_TRIES; i++)
		REFUSED(f, tomb_user_totp_codes(f->pg, &ann.actor, &proof, &codes, &f->err), TOMB_STEP_UP, "not right");
	proof = code_of(&ann, 0, code);
	REFUSED(f, tomb_user_totp_codes(f->pg, &ann.actor, &proof, &codes, &f->err), TOMB_RATE_LIMITED, "15 min");
	assert_int_equal(
		tomb_fixture_pg_number("select count(*) from audit_entry where verb = 'refuse code'"), TOMB_TOTP_TRIES);
	tomb_fixture_pg_exec("update user_totp set locked_until = now() - interval '1 second'");
	proof = code_of(&ann, 0, code);
	OK(f, tomb_user_totp_codes(f->pg, &ann.actor, &proof, &codes, &f->err));
	assert_int_equal(tomb_fixture_pg_number("select wrong_count from user_totp"), 0);
}

static void turning_off_asks_for_password_and_code(void **state)
{
	struct ledger_fixture *f = *state;
	struct ann ann = person_with_codes(f);
	struct tomb_step_up wrong = {&key, TOMB_STR("000000")};
	struct tomb_step_up proof;
	char code[TOMB_TOTP_CODE];

	proof = code_of(&ann, 0, code);
	REFUSED(f, tomb_user_totp_off(f->pg, &ann.actor, TOMB_STR("something else"), &proof, NULL, &f->err),
		TOMB_UNAUTHENTICATED, "password");
	REFUSED(f, tomb_user_totp_off(f->pg, &ann.actor, TOMB_STR(PASSWORD), &wrong, NULL, &f->err), TOMB_STEP_UP,
		"not right");
	OK(f, tomb_user_totp_off(f->pg, &ann.actor, TOMB_STR(PASSWORD), &proof, NULL, &f->err));
	REFUSED(f, tomb_user_totp_off(f->pg, &ann.actor, TOMB_STR(PASSWORD), &proof, NULL, &f->err), TOMB_CONFLICT,
		"no second factor");
}

static void only_the_operator_resets_and_the_person_hears_of_it(void **state)
{
	struct ledger_fixture *f = *state;
	struct ann ann = person_with_codes(f);
	struct tomb_actor admin = ledger_fixture_person(
		f, ann.actor.institution_id, "bob@test.edu", TOMB_ROLE_INST_ADMIN);
	char token[TOMB_TOKEN_TEXT];
	bool awaits = false;

	REFUSED(f, tomb_user_totp_reset(f->pg, &admin, ann.actor.user_id, &f->err), TOMB_FORBIDDEN, "only an operator");
	REFUSED(f, tomb_user_totp_reset(f->pg, &ann.actor, ann.actor.user_id, &f->err), TOMB_FORBIDDEN,
		"only an operator");
	OK(f, tomb_user_totp_reset(f->pg, &f->program, ann.actor.user_id, &f->err));
	REFUSED(f, tomb_user_totp_reset(f->pg, &f->program, ann.actor.user_id, &f->err), TOMB_CONFLICT, "no second");
	OK(f, sign_in(f, token, &awaits));
	assert_false(awaits);
	assert_int_equal(tomb_fixture_pg_number("select count(*) from alert a join outbox x on x.alert_id = a.id where "
						"type = 'Second Factor Changed' and content like 'An operator%'"),
		1);
	assert_int_equal(
		tomb_fixture_pg_number("select count(*) from audit_entry where verb = 'reset second factor'"), 1);
}

static void a_change_ends_all_sessions_but_goes_on_in_this_one(void **state)
{
	struct ledger_fixture *f = *state;
	struct ann ann = person(f);
	char here[TOMB_TOKEN_TEXT];
	char there[TOMB_TOKEN_TEXT];
	char code[TOMB_TOTP_CODE];
	struct tomb_session_renewal renewal = {.token = tomb_str_from(here)};
	struct tomb_step_up proof;
	bool awaits = false;

	OK(f, sign_in(f, here, &awaits));
	OK(f, sign_in(f, there, &awaits));
	renewal.token = tomb_str_from(here);
	OK(f, tomb_user_totp_begin(f->pg, &ann.actor, &key, TOMB_STR(PASSWORD), &f->err));
	OK(f, tomb_user_totp_secret(f->pg, &ann.actor, &key, ann.secret, &f->err));
	OK(f, find(f, there));
	proof = code_of(&ann, 0, code);
	OK(f, tomb_user_totp_confirm(f->pg, &ann.actor, &proof, &renewal, &ann.codes, &f->err));
	REFUSED(f, find(f, here), TOMB_UNAUTHENTICATED, "over");
	REFUSED(f, find(f, there), TOMB_UNAUTHENTICATED, "over");
	OK(f, find(f, renewal.fresh));
	OK(f, tomb_user_set_role(f->pg, &f->program, ann.actor.user_id, TOMB_ROLE_INST_USER, &f->err));
	REFUSED(f, find(f, renewal.fresh), TOMB_UNAUTHENTICATED, "over");
}

static void a_secret_is_bound_to_its_owner_and_its_key(void **state)
{
	static const struct tomb_envelope_key other = {{8}};
	struct ledger_fixture *f = *state;
	struct ann ann = person_with_codes(f);
	struct tomb_actor eve = ledger_fixture_person(f, ann.actor.institution_id, "eve@test.edu", TOMB_ROLE_INST_USER);
	struct tomb_backup_codes codes;
	char code[TOMB_TOTP_CODE];
	struct tomb_step_up proof = code_of(&ann, 0, code);

	proof.key = &other;
	REFUSED(f, tomb_user_totp_codes(f->pg, &ann.actor, &proof, &codes, &f->err), TOMB_CORRUPT, "secrets_key_file");
	proof.key = NULL;
	REFUSED(f, tomb_user_totp_codes(f->pg, &ann.actor, &proof, &codes, &f->err), TOMB_UNPROCESSABLE,
		"secrets_key_file");
	proof.key = &key;
	tomb_fixture_pg_exec("insert into user_totp (user_id, sealed, confirmed_at) select u.id, t.sealed, now() from "
			     "user_totp t, user_account u where u.email = 'eve@test.edu'");
	REFUSED(f, tomb_user_totp_codes(f->pg, &eve, &proof, &codes, &f->err), TOMB_CORRUPT, "totp");
}

/* ---- the same code, several times at once ---- */

struct racer {
	pthread_t thread;
	pthread_barrier_t *start;
	struct tomb_actor actor;
	struct tomb_step_up proof;
	enum tomb_code code;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	struct tomb_backup_codes codes;
	struct tomb_pg *pg = NULL;
	struct tomb_err err;

	r->code = tomb_pg_open(&pg, tomb_fixture_pg_registry(), sql_all, sql_nall, &err);
	(void)pthread_barrier_wait(r->start);
	if (r->code == TOMB_OK)
		r->code = tomb_user_totp_codes(pg, &r->actor, &r->proof, &codes, &err);
	tomb_pg_close(pg);
	return NULL;
}

static void one_of_many_wins(const struct ann *ann, struct tomb_step_up proof)
{
	struct racer racers[RACERS];
	pthread_barrier_t start;
	int won = 0;
	int lost = 0;

	assert_int_equal(pthread_barrier_init(&start, NULL, RACERS), 0);
	for (size_t i = 0; i < RACERS; i++) {
		racers[i] = (struct racer){.start = &start, .actor = ann->actor, .proof = proof};
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
	}
	for (size_t i = 0; i < RACERS; i++) {
		assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
		won += racers[i].code == TOMB_OK;
		lost += racers[i].code == TOMB_STEP_UP;
	}
	assert_int_equal(pthread_barrier_destroy(&start), 0);
	assert_int_equal(won, 1);
	assert_int_equal(lost, RACERS - 1);
}

static void the_same_code_at_the_same_time_works_once(void **state)
{
	struct ledger_fixture *f = *state;
	struct ann ann = person_with_codes(f);
	char code[TOMB_TOTP_CODE];

	one_of_many_wins(&ann, code_of(&ann, 1, code));
}

static void the_same_backup_code_at_the_same_time_works_once(void **state)
{
	struct ledger_fixture *f = *state;
	struct ann ann = person_with_codes(f);

	one_of_many_wins(&ann, (struct tomb_step_up){&key, tomb_str_from(ann.codes.code[9])});
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, ledger_fixture_set_up, ledger_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		T(turning_on_asks_for_a_first_code),
		T(the_ledger_keeps_neither_secret_nor_backup_code),
		T(half_a_session_is_good_for_the_code_only),
		T(the_second_step_does_not_wait_for_ever),
		T(a_step_of_time_is_used_once_and_no_older_one_after_it),
		T(a_backup_code_is_used_once_however_it_is_typed),
		T(wrong_codes_bring_a_pause_even_for_right_ones),
		T(turning_off_asks_for_password_and_code),
		T(only_the_operator_resets_and_the_person_hears_of_it),
		T(a_change_ends_all_sessions_but_goes_on_in_this_one),
		T(a_secret_is_bound_to_its_owner_and_its_key),
		T(the_same_code_at_the_same_time_works_once),
		T(the_same_backup_code_at_the_same_time_works_once),
	};

	return cmocka_run_group_tests_name("second factors", tests, NULL, NULL);
}
