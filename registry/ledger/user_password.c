#include "tombstone/user_password.h"

#include "authority.h"
#include "constraint.h"
#include "session_internal.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/common_password.h"
#include "tombstone/password.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024, EMAIL_MAX = 254 /* of an address: RFC 5321, 4.5.3.1 */ };

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb, struct tomb_err *err)
{
	char subject[64];

	(void)snprintf(subject, sizeof subject, "user %" PRId64, actor->user_id);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){
			verb, actor->institution_id, tomb_str_from(subject), actor->email, TOMB_STR("")},
		err);
}

/* In the caller's transaction, in which the account is locked. */
static enum tomb_code set(struct tomb_pg *pg, const struct tomb_actor *actor, const char *hash,
	struct tomb_session_renewal *renewal, const char *how, struct tomb_err *err)
{
	struct sql_account_tell_args mail = {actor->user_id, TOMB_STR("Password Changed"), tomb_str_from(how)};

	TOMB_TRY(sql_account_password_set(
		pg, &(struct sql_account_password_set_args){actor->user_id, tomb_str_from(hash)}, NULL, err));
	TOMB_TRY(tomb_session_renew(pg, actor->user_id, renewal, err));
	TOMB_TRY(sql_account_tell(pg, &mail, NULL, err));
	return audit(pg, actor, "set password", err);
}

static enum tomb_code hash_new(const struct tomb_actor *actor, struct tomb_str password,
	char out[static TOMB_PASSWORD_HASH], struct tomb_err *err)
{
	TOMB_TRY(tomb_common_password_refuse(password, actor->email, actor->name, err));
	return tomb_password_hash(password, out, err);
}

static enum tomb_code check_old(struct tomb_str old, struct tomb_str hash, bool is_null, struct tomb_err *err)
{
	bool rehash = false;
	enum tomb_code code = is_null ? tomb_password_verify_nobody(old, err)
				      : tomb_password_verify(old, hash, &rehash, err);

	if (code == TOMB_UNAUTHENTICATED || code == TOMB_INVAL)
		return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "the password that you have now is not right");
	return code;
}

enum tomb_code tomb_user_password_change(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str old,
	struct tomb_str password, struct tomb_session_renewal *renewal, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_account_lock_row *user = NULL;
	char hash[TOMB_PASSWORD_HASH] = "";
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_self(pg, actor, actor->user_id, "change a password", err));
	TOMB_TRY(sql_account_lock(pg, &(struct sql_account_lock_args){actor->user_id}, &arena, &user, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "only a person has a password");
	TOMB_TRY(check_old(old, user->password_hash, user->password_hash_null, err));
	TOMB_TRY(hash_new(actor, password, hash, err));
	TOMB_TRY(set(pg, actor, hash, renewal, "You changed it yourself, after entering the old one.", err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_user_password_forgotten(struct tomb_pg *pg, struct tomb_str email, struct tomb_err *err)
{
	TOMB_TRY(tomb_constraint_line(email, "an e-mail address", err));
	if (email.n == 0 || email.n > EMAIL_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "an e-mail address has 1 to %d characters", EMAIL_MAX);
	return sql_account_wish(pg, &(struct sql_account_wish_args){email}, NULL, err);
}

enum tomb_code tomb_user_password_grant(struct tomb_pg *pg, int at_most, struct tomb_err *err)
{
	return sql_account_wish_grant(pg, &(struct sql_account_wish_grant_args){at_most}, NULL, err);
}

enum tomb_code tomb_user_password_link(
	struct tomb_pg *pg, int64_t user_id, int minutes, char token[static TOMB_TOKEN_TEXT], struct tomb_err *err)
{
	TOMB_TOKEN_AUTO secret = tomb_token_new();
	uint8_t digest[TOMB_SHA256_SIZE];
	size_t made = 0;

	tomb_token_digest(&secret, digest);
	TOMB_TRY(sql_account_token_insert(pg,
		&(struct sql_account_token_insert_args){{(const char *)digest, sizeof digest}, user_id, minutes}, &made,
		err));
	if (made == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "account %" PRId64 " is not active", user_id);
	(void)tomb_token_text(&secret, token);
	return TOMB_OK;
}

static enum tomb_code refuse_link(struct tomb_err *err)
{
	return TOMB_FAIL(
		err, TOMB_GONE, "this link is no longer valid: it was used, replaced by a newer one, or is too old");
}

enum tomb_code tomb_user_password_reader(struct tomb_pg *pg, struct tomb_str token, struct tomb_arena *arena,
	struct tomb_actor *out, struct tomb_err *err)
{
	struct sql_account_token_find_row *row = NULL;
	struct tomb_actor actor;
	struct tomb_err bad;
	uint8_t digest[TOMB_SHA256_SIZE];
	size_t n = 0;

	if (tomb_session_digest(token, digest, &bad) == TOMB_OK)
		TOMB_TRY(sql_account_token_find(pg,
			&(struct sql_account_token_find_args){{(const char *)digest, sizeof digest}}, arena, &row, &n,
			err));
	if (n == 0 || row->is_over)
		return refuse_link(err);
	actor = (struct tomb_actor){row->user_id, row->institution_id, row->institution, row->email, row->name,
		TOMB_ROLE_MAX, TOMB_VIA_WEB, 0};
	TOMB_TRY(tomb_role_parse(row->role, &actor.role, err));
	*out = actor;
	return TOMB_OK;
}

static enum tomb_code use_link(
	struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str token, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_account_lock_row *user = NULL;
	uint8_t digest[TOMB_SHA256_SIZE];
	size_t n = 0;
	size_t used = 0;

	TOMB_TRY(tomb_session_digest(token, digest, err));
	TOMB_TRY(sql_account_lock(pg, &(struct sql_account_lock_args){actor->user_id}, &arena, &user, &n, err));
	if (n > 0 && user->is_active)
		TOMB_TRY(sql_account_token_use(
			pg, &(struct sql_account_token_use_args){{(const char *)digest, sizeof digest}}, &used, err));
	return used == 1 ? TOMB_OK : refuse_link(err);
}

enum tomb_code tomb_user_password_set(
	struct tomb_pg *pg, struct tomb_str token, struct tomb_str password, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct tomb_actor actor;
	char hash[TOMB_PASSWORD_HASH] = "";

	TOMB_TRY(tomb_user_password_reader(pg, token, &arena, &actor, err));
	TOMB_TRY(hash_new(&actor, password, hash, err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(use_link(pg, &actor, token, err));
	TOMB_TRY(set(pg, &actor, hash, NULL, "It was set with a link from a mail to you.", err));
	return tomb_tx_commit(&tx, err);
}
