#include "tombstone/user_totp.h"

#include "authority.h"
#include "session_internal.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/password.h"
#include "tombstone/secret.h"
#include "tombstone/tx.h"
#include "totp_use.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 }; /* a row or two */

enum tomb_code tomb_user_totp_status(
	struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_user_totp *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_account_totp_status_row *row = NULL;

	TOMB_TRY(sql_account_totp_status(
		pg, &(struct sql_account_totp_status_args){actor->user_id, actor->institution_id}, &arena, &row, err));
	*out = (struct tomb_user_totp){
		.is_on = !row->on_since_null,
		.is_begun = row->is_begun,
		.is_required = row->is_required,
		.on_since_us = row->on_since_null ? 0 : row->on_since,
		.codes_left = row->codes_left,
	};
	return TOMB_OK;
}

enum tomb_code tomb_user_totp_need(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	enum tomb_step_up_need *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_account_totp_status_row *row = NULL;

	TOMB_TRY(sql_account_totp_status(
		pg, &(struct sql_account_totp_status_args){actor->user_id, institution_id}, &arena, &row, err));
	if (!row->on_since_null)
		*out = TOMB_STEP_UP_CODE;
	else
		*out = row->is_required ? TOMB_STEP_UP_MISSING : TOMB_STEP_UP_NONE;
	return TOMB_OK;
}

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb, int64_t institution,
	int64_t user_id, struct tomb_str email, struct tomb_err *err)
{
	char subject[64];

	(void)snprintf(subject, sizeof subject, "user %" PRId64, user_id);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){verb, institution, tomb_str_from(subject), email, TOMB_STR("")}, err);
}

/* Locks the actor's own account. */
static enum tomb_code lock_self(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct sql_account_lock_row **out, struct tomb_err *err)
{
	size_t n = 0;

	TOMB_TRY(tomb_authority_self(pg, actor, actor->user_id, "change somebody else's second factor", err));
	TOMB_TRY(sql_account_lock(pg, &(struct sql_account_lock_args){actor->user_id}, arena, out, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "only a person has a second factor");
	return TOMB_OK;
}

static enum tomb_code check_password(
	const struct sql_account_lock_row *user, struct tomb_str password, struct tomb_err *err)
{
	bool rehash = false;
	enum tomb_code code = user->password_hash_null
				      ? tomb_password_verify_nobody(password, err)
				      : tomb_password_verify(password, user->password_hash, &rehash, err);

	if (code == TOMB_UNAUTHENTICATED || code == TOMB_INVAL)
		return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "the password is not right");
	return code;
}

enum tomb_code tomb_user_totp_begin(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_envelope_key *key, struct tomb_str password, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_account_lock_row *user = NULL;
	struct sql_account_totp_begin_row *made = NULL;
	uint8_t secret[TOMB_TOTP_SECRET];
	uint8_t sealed[TOMB_TOTP_SECRET + TOMB_ENVELOPE_EXTRA];
	char place[64];
	size_t n = 0;

	if (!key)
		return TOMB_FAIL(err, TOMB_UNPROCESSABLE,
			"a second factor cannot be turned on here: the operator has to set secrets_key_file");
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(lock_self(pg, actor, &arena, &user, err));
	TOMB_TRY(check_password(user, password, err));
	tomb_random(secret, sizeof secret);
	(void)snprintf(place, sizeof place, "totp %" PRId64, actor->user_id);
	tomb_envelope_close(key, tomb_str_from(place), (struct tomb_str){(const char *)secret, sizeof secret}, sealed);
	tomb_wipe(secret, sizeof secret);
	TOMB_TRY(sql_account_totp_begin(pg,
		&(struct sql_account_totp_begin_args){actor->user_id, {(const char *)sealed, sizeof sealed}}, &arena,
		&made, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "your second factor is on already");
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_user_totp_secret(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_envelope_key *key, uint8_t out[static TOMB_TOTP_SECRET], struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_account_totp_lock_row *row = NULL;
	char place[64];
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(
		sql_account_totp_lock(pg, &(struct sql_account_totp_lock_args){actor->user_id}, &arena, &row, &n, err));
	if (n == 0 || row->is_on || !key)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no second factor that waits for its first code");
	(void)snprintf(place, sizeof place, "totp %" PRId64, actor->user_id);
	return tomb_envelope_open(key, tomb_str_from(place), row->sealed, out, TOMB_TOTP_SECRET, err);
}

/* Four groups of six. */
static void write_code(const char *plain, char out[static TOMB_BACKUP_CODE_TEXT])
{
	(void)snprintf(out, TOMB_BACKUP_CODE_TEXT, "%.6s-%.6s-%.6s-%.6s", plain, plain + 6, plain + 12, plain + 18);
}

/* New ones in the place of the old ones. */
static enum tomb_code make_codes(
	struct tomb_pg *pg, int64_t user_id, struct tomb_backup_codes *out, struct tomb_err *err)
{
	uint8_t digests[TOMB_BACKUP_CODES][TOMB_SHA256_SIZE];
	struct tomb_str list[TOMB_BACKUP_CODES];

	for (size_t i = 0; i < TOMB_BACKUP_CODES; i++) {
		uint8_t random[TOMB_BACKUP_CODE_SIZE];
		char plain[TOMB_BACKUP_CODE_TEXT];

		tomb_random(random, sizeof random);
		(void)tomb_totp_base32(random, sizeof random, plain);
		tomb_sha256(tomb_str_from(plain), digests[i]);
		write_code(plain, out->code[i]);
		tomb_wipe(random, sizeof random);
		tomb_wipe(plain, sizeof plain);
		list[i] = (struct tomb_str){(const char *)digests[i], TOMB_SHA256_SIZE};
	}
	TOMB_TRY(sql_account_backup_clear(pg, &(struct sql_account_backup_clear_args){user_id}, NULL, err));
	return sql_account_backup_insert(
		pg, &(struct sql_account_backup_insert_args){user_id, {list, TOMB_BACKUP_CODES}}, NULL, err);
}

/* Uses the code; what was wrong with it is committed, and refused. */
static enum tomb_code step_up(struct tomb_pg *pg, struct tomb_tx *tx, const struct tomb_actor *actor,
	const struct tomb_step_up *proof, bool is_begun, const char *purpose, struct tomb_err *err)
{
	struct tomb_totp_answer answer;

	TOMB_TRY(tomb_totp_use(pg, actor, proof, is_begun, purpose, &answer, err));
	if (answer.verdict == TOMB_TOTP_RIGHT)
		return TOMB_OK;
	TOMB_TRY(tomb_tx_commit(tx, err));
	return tomb_totp_refuse(&answer, err);
}

static enum tomb_code tell(struct tomb_pg *pg, int64_t user_id, const char *what, struct tomb_err *err)
{
	return sql_account_tell(pg,
		&(struct sql_account_tell_args){user_id, TOMB_STR("Second Factor Changed"), tomb_str_from(what)}, NULL,
		err);
}

enum tomb_code tomb_user_totp_confirm(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_step_up *proof, struct tomb_session_renewal *renewal, struct tomb_backup_codes *codes,
	struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_account_lock_row *user = NULL;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(lock_self(pg, actor, &arena, &user, err));
	TOMB_TRY(step_up(pg, &tx, actor, proof, true, "turn second factor on", err));
	TOMB_TRY(sql_account_totp_confirm(pg, &(struct sql_account_totp_confirm_args){actor->user_id}, NULL, err));
	TOMB_TRY(make_codes(pg, actor->user_id, codes, err));
	TOMB_TRY(tomb_session_renew(pg, actor->user_id, renewal, err));
	TOMB_TRY(tell(pg, actor->user_id, "It was turned on.", err));
	TOMB_TRY(audit(pg, actor, "turn second factor on", user->institution_id, actor->user_id, user->email, err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_user_totp_codes(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_step_up *proof, struct tomb_backup_codes *codes, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_account_lock_row *user = NULL;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(lock_self(pg, actor, &arena, &user, err));
	TOMB_TRY(step_up(pg, &tx, actor, proof, false, "make backup codes", err));
	TOMB_TRY(make_codes(pg, actor->user_id, codes, err));
	TOMB_TRY(tell(pg, actor->user_id, "New backup codes were made; the old ones are of no use any more.", err));
	TOMB_TRY(audit(pg, actor, "make backup codes", user->institution_id, actor->user_id, user->email, err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_user_totp_off(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str password,
	const struct tomb_step_up *proof, struct tomb_session_renewal *renewal, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_account_lock_row *user = NULL;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(lock_self(pg, actor, &arena, &user, err));
	TOMB_TRY(check_password(user, password, err));
	TOMB_TRY(step_up(pg, &tx, actor, proof, false, "turn second factor off", err));
	TOMB_TRY(sql_account_totp_off(pg, &(struct sql_account_totp_off_args){actor->user_id}, NULL, err));
	TOMB_TRY(tomb_session_renew(pg, actor->user_id, renewal, err));
	TOMB_TRY(tell(pg, actor->user_id, "It was turned off, with the password and a code.", err));
	TOMB_TRY(audit(pg, actor, "turn second factor off", user->institution_id, actor->user_id, user->email, err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_user_totp_reset(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_account_lock_row *user = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_USER_ROLE, "take somebody's second factor away", err));
	TOMB_TRY(sql_account_lock(pg, &(struct sql_account_lock_args){user_id}, &arena, &user, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no account %" PRId64, user_id);
	TOMB_TRY(sql_account_totp_off(pg, &(struct sql_account_totp_off_args){user_id}, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "%.*s has no second factor", TOMB_STR_ARG(user->email));
	TOMB_TRY(tomb_session_renew(pg, user_id, NULL, err));
	TOMB_TRY(
		tell(pg, user_id, "An operator turned it off, so that you can sign in with your password alone.", err));
	TOMB_TRY(audit(pg, actor, "reset second factor", user->institution_id, user_id, user->email, err));
	return tomb_tx_commit(&tx, err);
}
