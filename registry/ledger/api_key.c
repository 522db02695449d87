#include "tombstone/api_key.h"

#include "authority.h"
#include "constraint.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/duty.h"
#include "tombstone/token.h"
#include "tombstone/tx.h"
#include "tombstone/utf8.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 }; /* a row or two */

#define PREFIX "tomb_"
_Static_assert(TOMB_API_KEY_TEXT == sizeof PREFIX - 1 + TOMB_TOKEN_TEXT, "length of a key");

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb, int64_t institution,
	int64_t key_id, struct tomb_str email, struct tomb_err *err)
{
	char subject[64];

	(void)snprintf(subject, sizeof subject, "api key %" PRId64, key_id);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){.verb = verb,
			.institution_id = institution,
			.subject = tomb_str_from(subject),
			.detail = email},
		err);
}

static enum tomb_code insert(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct sql_people_key_insert_args *args, int64_t *id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_people_user_lock_row *user = NULL;
	struct sql_people_key_insert_row *made = NULL;
	enum tomb_code code = TOMB_OK;
	size_t n = 0;

	TOMB_TRY(tomb_authority_self(pg, actor, args->user_id, "make an API key for somebody else", err));
	TOMB_TRY(sql_people_user_lock(pg, &(struct sql_people_user_lock_args){args->user_id}, &arena, &user, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no account %" PRId64, args->user_id);
	if (!user->is_active)
		return TOMB_FAIL(err, TOMB_CONFLICT, "the account of %.*s is not active", TOMB_STR_ARG(user->email));
	code = sql_people_key_insert(pg, args, &arena, &made, err);
	TOMB_TRY(tomb_constraint_explain(pg, code, args->name, err));
	TOMB_TRY(audit(pg, actor, "create api key", user->institution_id, made->id, user->email, err));
	*id = made->id;
	return TOMB_OK;
}

enum tomb_code tomb_api_key_create(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id,
	struct tomb_str name, int64_t *id, char key_out[static TOMB_API_KEY_TEXT], struct tomb_err *err)
{
	TOMB_TOKEN_AUTO token = tomb_token_new();
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	uint8_t digest[TOMB_SHA256_SIZE];
	int64_t made = 0;

	TOMB_TRY(tomb_constraint_line(name, "the name of an API key", err));
	tomb_token_digest(&token, digest);
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(insert(pg, actor,
		&(struct sql_people_key_insert_args){user_id, name, {(const char *)digest, sizeof digest}}, &made,
		err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	memcpy(key_out, PREFIX, sizeof PREFIX - 1);
	(void)tomb_token_text(&token, key_out + sizeof PREFIX - 1);
	*id = made;
	return TOMB_OK;
}

/* May actor touch the keys of other people? */
static bool is_for_all(const struct tomb_actor *actor)
{
	return tomb_permission_of(actor, TOMB_MAY_ACCOUNT) == TOMB_SCOPE_ALL;
}

enum tomb_code tomb_api_key_revoke(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t key_id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_key_lock_row *key = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_people_key_lock(pg, &(struct sql_people_key_lock_args){key_id}, &arena, &key, &n, err));
	if (n == 0 || (key->user_id != actor->user_id && !is_for_all(actor)))
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no API key %" PRId64, key_id);
	TOMB_TRY(tomb_authority_self(pg, actor, key->user_id, "revoke somebody else's API key", err));
	if (key->is_revoked)
		return TOMB_FAIL(err, TOMB_CONFLICT, "API key %" PRId64 " is revoked already", key_id);
	TOMB_TRY(sql_people_key_revoke(pg, &(struct sql_people_key_revoke_args){key_id}, NULL, err));
	TOMB_TRY(audit(pg, actor, "revoke api key", key->institution_id, key_id, key->email, err));
	return tomb_tx_commit(&tx, err);
}

static enum tomb_code list(struct tomb_pg *pg, const struct sql_people_key_list_args *args, struct tomb_arena *arena,
	struct tomb_api_key **out, size_t *n, struct tomb_err *err)
{
	struct sql_people_key_list_row *rows = NULL;
	struct tomb_api_key *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_people_key_list(pg, args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_api_key, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu API keys", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = (struct tomb_api_key){
			.id = rows[i].id,
			.user_id = rows[i].user_id,
			.email = rows[i].email,
			.name = rows[i].name,
			.is_revoked = !rows[i].revoked_at_null,
			.created_at_us = rows[i].created_at,
			.last_used_at_us = rows[i].last_used_at_null ? 0 : rows[i].last_used_at,
		};
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_api_key_list(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, int64_t after_id,
	struct tomb_arena *arena, struct tomb_api_key **out, size_t *n, struct tomb_err *err)
{
	struct sql_people_key_list_args args = {user_id, after_id, TOMB_API_KEY_PAGE_MAX};
	bool is_own = user_id != 0 && user_id == actor->user_id;

	if (!is_own && !is_for_all(actor))
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "only an operator may list other people's API keys");
	return list(pg, &args, arena, out, n, err);
}

enum tomb_code tomb_api_key_show(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t key_id,
	struct tomb_arena *arena, struct tomb_api_key *out, struct tomb_err *err)
{
	bool sees_all = is_for_all(actor);
	struct sql_people_key_list_args args = {sees_all ? 0 : actor->user_id, key_id - 1, 1};
	struct tomb_api_key *found = NULL;
	size_t n = 0;

	if (key_id > 0 && (sees_all || actor->user_id != 0))
		TOMB_TRY(list(pg, &args, arena, &found, &n, err));
	if (n == 0 || found->id != key_id)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no API key %" PRId64, key_id);
	*out = *found;
	return TOMB_OK;
}

/* The token inside a key's text. */
static enum tomb_code parse_key(struct tomb_str key, struct tomb_token *out, struct tomb_err *err)
{
	struct tomb_str prefix = TOMB_STR(PREFIX);

	if (key.n < prefix.n || memcmp(key.p, prefix.p, prefix.n) != 0)
		return TOMB_FAIL(err, TOMB_INVAL, "an API key begins with " PREFIX);
	return tomb_token_parse((struct tomb_str){key.p + prefix.n, key.n - prefix.n}, out, err);
}

enum tomb_code tomb_api_key_find(struct tomb_pg *pg, struct tomb_str email, struct tomb_str key, enum tomb_via via,
	struct tomb_arena *arena, struct tomb_actor *out, struct tomb_err *err)
{
	TOMB_TOKEN_AUTO token = {{0}};
	struct sql_people_key_find_row *row = NULL;
	struct tomb_actor actor;
	struct tomb_err bad;
	uint8_t digest[TOMB_SHA256_SIZE];
	size_t n = 0;

	if (parse_key(key, &token, &bad) == TOMB_OK && tomb_utf8_is_line(email)) {
		tomb_token_digest(&token, digest);
		TOMB_TRY(sql_people_key_find(pg,
			&(struct sql_people_key_find_args){email, {(const char *)digest, sizeof digest}}, arena, &row,
			&n, err));
	}
	if (n == 0)
		return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "the API key is not valid for this e-mail address");
	actor = (struct tomb_actor){
		row->user_id, row->institution_id, row->institution, row->email, row->name, TOMB_ROLE_MAX, via, 0};
	TOMB_TRY(tomb_role_parse(row->role, &actor.role, err));
	TOMB_TRY(tomb_duty_parse_all(row->duties, &actor.duties, err));
	if (row->is_stale)
		TOMB_TRY(sql_people_key_used(pg, &(struct sql_people_key_used_args){row->key_id}, NULL, err));
	*out = actor;
	return TOMB_OK;
}
