#include "tombstone/session.h"

#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/hex.h"
#include "tombstone/password.h"
#include "tombstone/secret.h"
#include "tombstone/tx.h"
#include "tombstone/utf8.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 }; /* a row or two */

/* One text for every reason: who tries addresses and passwords learns nothing. */
static enum tomb_code refuse_sign_in(struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "the e-mail address or the password is not right");
}

/* stored is NULL for somebody who has none; that takes as long. */
static enum tomb_code check_password(struct tomb_str password, const struct tomb_str *stored, struct tomb_err *err)
{
	bool rehash = false;
	enum tomb_code code = stored ? tomb_password_verify(password, *stored, &rehash, err)
				     : tomb_password_verify_nobody(password, err);

	return code == TOMB_UNAUTHENTICATED || code == TOMB_INVAL ? refuse_sign_in(err) : code;
}

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb, struct tomb_err *err)
{
	char subject[64];

	(void)snprintf(subject, sizeof subject, "user %" PRId64, actor->user_id);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){
			.verb = verb, .institution_id = actor->institution_id, .subject = tomb_str_from(subject)},
		err);
}

/* Only the password that was checked opens a session: see the statement. */
static enum tomb_code begin_session(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str hash, int hours,
	const struct tomb_token *token, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_session_insert_row *row = NULL;
	uint8_t digest[TOMB_SHA256_SIZE];
	size_t n = 0;

	tomb_token_digest(token, digest);
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_people_session_insert(pg,
		&(struct sql_people_session_insert_args){
			{(const char *)digest, sizeof digest}, actor->user_id, hash, hours},
		&arena, &row, &n, err));
	if (n == 0)
		return refuse_sign_in(err);
	TOMB_TRY(audit(pg, actor, "sign in", err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_user_sign_in(struct tomb_pg *pg, const struct tomb_sign_in *in, struct tomb_arena *arena,
	struct tomb_actor *out, char token_out[static TOMB_TOKEN_TEXT], struct tomb_err *err)
{
	TOMB_TOKEN_AUTO token = tomb_token_new();
	struct sql_people_password_find_row *row = NULL;
	struct tomb_actor actor;
	size_t n = 0;

	if (tomb_utf8_is_line(in->email))
		TOMB_TRY(sql_people_password_find(
			pg, &(struct sql_people_password_find_args){in->email}, arena, &row, &n, err));
	TOMB_TRY(check_password(in->password, n > 0 && !row->password_hash_null ? &row->password_hash : NULL, err));
	if (n == 0)
		return refuse_sign_in(err); /* check_password() has refused it already */
	actor = (struct tomb_actor){
		row->id, row->institution_id, row->institution, row->email, row->name, TOMB_ROLE_MAX, TOMB_VIA_WEB};
	TOMB_TRY(tomb_role_parse(row->role, &actor.role, err));
	TOMB_TRY(begin_session(pg, &actor, row->password_hash, in->hours, &token, err));
	(void)tomb_token_text(&token, token_out);
	*out = actor;
	return TOMB_OK;
}

static enum tomb_code digest_of(struct tomb_str text, uint8_t out[static TOMB_SHA256_SIZE], struct tomb_err *err)
{
	TOMB_TOKEN_AUTO token = {{0}};

	TOMB_TRY(tomb_token_parse(text, &token, err));
	tomb_token_digest(&token, out);
	return TOMB_OK;
}

enum tomb_code tomb_session_find(struct tomb_pg *pg, struct tomb_str token, enum tomb_via via, struct tomb_arena *arena,
	struct tomb_actor *out, struct tomb_err *err)
{
	struct sql_people_session_find_row *row = NULL;
	struct tomb_actor actor;
	struct tomb_err bad;
	uint8_t digest[TOMB_SHA256_SIZE];
	size_t n = 0;

	if (digest_of(token, digest, &bad) == TOMB_OK)
		TOMB_TRY(sql_people_session_find(pg,
			&(struct sql_people_session_find_args){{(const char *)digest, sizeof digest}}, arena, &row, &n,
			err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "the session is over: sign in again");
	actor = (struct tomb_actor){
		row->user_id, row->institution_id, row->institution, row->email, row->name, TOMB_ROLE_MAX, via};
	TOMB_TRY(tomb_role_parse(row->role, &actor.role, err));
	*out = actor;
	return TOMB_OK;
}

enum tomb_code tomb_session_end(struct tomb_pg *pg, struct tomb_str token, enum tomb_via via, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_session_end_row *row = NULL;
	struct tomb_err bad;
	uint8_t digest[TOMB_SHA256_SIZE];
	size_t n = 0;

	if (digest_of(token, digest, &bad) != TOMB_OK)
		return TOMB_OK;
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_people_session_end(pg,
		&(struct sql_people_session_end_args){{(const char *)digest, sizeof digest}}, &arena, &row, &n, err));
	if (n > 0)
		TOMB_TRY(audit(pg,
			&(struct tomb_actor){.user_id = row->user_id,
				.institution_id = row->institution_id,
				.email = row->email,
				.via = via},
			"sign out", err));
	return tomb_tx_commit(&tx, err);
}

void tomb_session_csrf(struct tomb_str token, char out[static TOMB_CSRF_TEXT])
{
	uint8_t mac[TOMB_SHA256_SIZE];

	tomb_hmac_sha256(token, TOMB_STR("csrf"), mac);
	(void)tomb_hex_encode(mac, sizeof mac, out);
}

bool tomb_session_csrf_ok(struct tomb_str token, struct tomb_str given)
{
	char right[TOMB_CSRF_TEXT];

	tomb_session_csrf(token, right);
	return tomb_secret_eq(tomb_str_from(right), given);
}
