#include "tombstone/session.h"

#include "session_internal.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/duty.h"
#include "tombstone/hex.h"
#include "tombstone/password.h"
#include "tombstone/secret.h"
#include "tombstone/tx.h"
#include "tombstone/utf8.h"
#include "totp_use.h"

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

/* What of a text is kept: nothing that could pretend to be something else. */
static struct tomb_str keepable(struct tomb_str text)
{
	size_t n = text.n < TOMB_SESSION_TEXT_MAX ? text.n : TOMB_SESSION_TEXT_MAX;

	while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--; /* not within a character */
	text.n = n;
	return tomb_utf8_is_line(text) ? text : TOMB_STR("");
}

static enum tomb_code insert(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sign_in *in,
	bool is_proven, const struct tomb_token *token, bool *awaits_code, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_people_session_insert_row *row = NULL;
	uint8_t digest[TOMB_SHA256_SIZE];
	struct sql_people_session_insert_args args = {
		.token_sha256 = {(const char *)digest, sizeof digest},
		.user_id = actor->user_id,
		.hours = in->hours,
		.idle_s = in->idle_s > 0 ? in->idle_s : TOMB_SESSION_IDLE_S,
		.half_minutes = TOMB_SESSION_HALF_MINUTES,
		.is_proven = is_proven,
		.address = keepable(in->address),
		.browser = keepable(in->browser),
	};

	tomb_token_digest(token, digest);
	TOMB_TRY(sql_people_session_insert(pg, &args, &arena, &row, err));
	*awaits_code = row->awaits_code;
	return row->awaits_code ? TOMB_OK : audit(pg, actor, "sign in", err);
}

/* Only the password that was checked opens a session: see the statement. */
static enum tomb_code begin_session(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str hash,
	const struct tomb_sign_in *in, const struct tomb_token *token, bool *awaits_code, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_password_lock_row *row = NULL;
	bool awaits = false;
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_people_password_lock(
		pg, &(struct sql_people_password_lock_args){actor->user_id, hash}, &arena, &row, &n, err));
	if (n == 0)
		return refuse_sign_in(err);
	TOMB_TRY(insert(pg, actor, in, false, token, &awaits, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*awaits_code = awaits;
	return TOMB_OK;
}

enum tomb_code tomb_user_sign_in(struct tomb_pg *pg, const struct tomb_sign_in *in, struct tomb_arena *arena,
	struct tomb_actor *out, char token_out[static TOMB_TOKEN_TEXT], bool *awaits_code, struct tomb_err *err)
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
		row->id, row->institution_id, row->institution, row->email, row->name, TOMB_ROLE_MAX, TOMB_VIA_WEB, 0};
	TOMB_TRY(tomb_role_parse(row->role, &actor.role, err));
	TOMB_TRY(begin_session(pg, &actor, row->password_hash, in, &token, awaits_code, err));
	(void)tomb_token_text(&token, token_out);
	*out = actor;
	return TOMB_OK;
}

enum tomb_code tomb_session_digest(struct tomb_str text, uint8_t out[static TOMB_SHA256_SIZE], struct tomb_err *err)
{
	TOMB_TOKEN_AUTO token = {{0}};

	TOMB_TRY(tomb_token_parse(text, &token, err));
	tomb_token_digest(&token, out);
	return TOMB_OK;
}

static enum tomb_code refuse_half(struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "that took too long: sign in again");
}

/* address and browser of the first step are those of the session. */
static enum tomb_code find_half(struct tomb_pg *pg, struct tomb_str token, struct tomb_arena *arena,
	struct tomb_actor *out, struct tomb_sign_in *in, struct tomb_err *err)
{
	struct sql_people_session_half_row *row = NULL;
	struct tomb_actor actor;
	struct tomb_err bad;
	uint8_t digest[TOMB_SHA256_SIZE];
	size_t n = 0;

	if (tomb_session_digest(token, digest, &bad) == TOMB_OK)
		TOMB_TRY(sql_people_session_half(pg,
			&(struct sql_people_session_half_args){{(const char *)digest, sizeof digest}}, arena, &row, &n,
			err));
	if (n == 0)
		return refuse_half(err);
	actor = (struct tomb_actor){row->user_id, row->institution_id, row->institution, row->email, row->name,
		TOMB_ROLE_MAX, TOMB_VIA_WEB, 0};
	TOMB_TRY(tomb_role_parse(row->role, &actor.role, err));
	in->address = row->address;
	in->browser = row->browser;
	*out = actor;
	return TOMB_OK;
}

enum tomb_code tomb_session_half_find(struct tomb_pg *pg, struct tomb_str token, struct tomb_arena *arena,
	struct tomb_actor *out, struct tomb_err *err)
{
	struct tomb_sign_in unused = {.hours = 1};

	return find_half(pg, token, arena, out, &unused, err);
}

/* Makes who ends the person's sessions see the one that follows; before the codes are locked, as all verbs do it. */
static enum tomb_code lock_person(struct tomb_pg *pg, int64_t user_id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_people_user_share_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(sql_people_user_share(pg, &(struct sql_people_user_share_args){user_id}, &arena, &row, &n, err));
	return n == 1 ? TOMB_OK : refuse_half(err);
}

static enum tomb_code end_half(struct tomb_pg *pg, struct tomb_str token, struct tomb_err *err)
{
	uint8_t digest[TOMB_SHA256_SIZE];
	size_t ended = 0;

	TOMB_TRY(tomb_session_digest(token, digest, err));
	TOMB_TRY(sql_people_session_half_end(
		pg, &(struct sql_people_session_half_end_args){{(const char *)digest, sizeof digest}}, &ended, err));
	return ended == 1 ? TOMB_OK : refuse_half(err);
}

enum tomb_code tomb_user_sign_in_code(struct tomb_pg *pg, struct tomb_str token, const struct tomb_sign_in *in,
	const struct tomb_step_up *proof, struct tomb_arena *arena, struct tomb_actor *out,
	char token_out[static TOMB_TOKEN_TEXT], struct tomb_err *err)
{
	TOMB_TOKEN_AUTO fresh = tomb_token_new();
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct tomb_sign_in session = *in;
	struct tomb_totp_answer answer;
	struct tomb_actor actor;
	bool awaits = false;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(find_half(pg, token, arena, &actor, &session, err));
	TOMB_TRY(lock_person(pg, actor.user_id, err));
	TOMB_TRY(tomb_totp_use(pg, &actor, proof, false, "sign in", &answer, err));
	if (answer.verdict != TOMB_TOTP_RIGHT && answer.verdict != TOMB_TOTP_OFF) {
		TOMB_TRY(tomb_tx_commit(&tx, err));
		return tomb_totp_refuse(&answer, err);
	}
	TOMB_TRY(end_half(pg, token, err));
	TOMB_TRY(insert(pg, &actor, &session, true, &fresh, &awaits, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	(void)tomb_token_text(&fresh, token_out);
	*out = actor;
	return TOMB_OK;
}

enum tomb_code tomb_session_renew(
	struct tomb_pg *pg, int64_t user_id, struct tomb_session_renewal *renewal, struct tomb_err *err)
{
	TOMB_TOKEN_AUTO fresh = tomb_token_new();
	uint8_t old[TOMB_SHA256_SIZE];
	uint8_t digest[TOMB_SHA256_SIZE];
	struct sql_account_session_renew_args args = {
		user_id, {(const char *)old, sizeof old}, {(const char *)digest, sizeof digest}};

	tomb_token_digest(&fresh, digest);
	if (renewal)
		TOMB_TRY(tomb_session_digest(renewal->token, old, err));
	else
		args.old_sha256 = TOMB_STR("");
	TOMB_TRY(sql_account_session_renew(pg, &args, NULL, err));
	if (renewal)
		(void)tomb_token_text(&fresh, renewal->fresh);
	return TOMB_OK;
}

enum tomb_code tomb_session_find(struct tomb_pg *pg, struct tomb_str token, enum tomb_via via, struct tomb_arena *arena,
	struct tomb_actor *out, struct tomb_err *err)
{
	struct sql_people_session_find_row *row = NULL;
	struct tomb_actor actor;
	struct tomb_err bad;
	uint8_t digest[TOMB_SHA256_SIZE];
	struct tomb_str key = {(const char *)digest, sizeof digest};
	size_t n = 0;

	if (tomb_session_digest(token, digest, &bad) == TOMB_OK)
		TOMB_TRY(
			sql_people_session_find(pg, &(struct sql_people_session_find_args){key}, arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "the session is over: sign in again");
	actor = (struct tomb_actor){
		row->user_id, row->institution_id, row->institution, row->email, row->name, TOMB_ROLE_MAX, via, 0};
	TOMB_TRY(tomb_role_parse(row->role, &actor.role, err));
	TOMB_TRY(tomb_duty_parse_all(row->duties, &actor.duties, err));
	if (row->is_stale)
		TOMB_TRY(sql_people_session_seen(pg, &(struct sql_people_session_seen_args){key}, NULL, err));
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

	if (tomb_session_digest(token, digest, &bad) != TOMB_OK)
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
