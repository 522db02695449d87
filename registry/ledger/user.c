#include "tombstone/user.h"

#include "authority.h"
#include "constraint.h"
#include "session_internal.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/common_password.h"
#include "tombstone/duty.h"
#include "tombstone/institution.h"
#include "tombstone/password.h"
#include "tombstone/tx.h"
#include "tombstone/utf8.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 }; /* a row or two */

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb, int64_t institution,
	int64_t id, struct tomb_str email, struct tomb_str role, struct tomb_err *err)
{
	char subject[64];
	char detail[300];

	(void)snprintf(subject, sizeof subject, "user %" PRId64, id);
	(void)snprintf(detail, sizeof detail, "%.*s, %.*s", TOMB_STR_ARG(email), TOMB_STR_ARG(role));
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){
			verb, institution, tomb_str_from(subject), tomb_str_from(detail), TOMB_STR("")},
		err);
}

/* A mail whose link lets its reader set a password. */
static enum tomb_code send_link(struct tomb_pg *pg, int64_t user_id, const char *type, struct tomb_err *err)
{
	return sql_account_tell(
		pg, &(struct sql_account_tell_args){user_id, tomb_str_from(type), TOMB_STR("")}, NULL, err);
}

static enum tomb_code insert(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_user_new *user,
	struct tomb_str hash, struct tomb_arena *arena, int64_t *id, struct tomb_err *err)
{
	struct sql_people_user_insert_row *made = NULL;
	struct tomb_institution home;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_institution_find(pg, actor, user->institution, arena, &home, err));
	TOMB_TRY(tomb_authority_people(pg, actor, home.id, user->role, "create accounts of admins and operators", err));
	if (!home.is_active)
		return TOMB_FAIL(err, TOMB_CONFLICT, "institution %.*s is not active", TOMB_STR_ARG(user->institution));
	if (hash.n > 0)
		TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_ACCOUNT, "give a password to somebody else", err));
	code = sql_people_user_insert(pg,
		&(struct sql_people_user_insert_args){
			.institution_id = home.id,
			.email = user->email,
			.name = user->name,
			.role = tomb_role_name(user->role),
			.password_hash = hash,
			.password_hash_null = hash.n == 0,
		},
		arena, &made, err);
	TOMB_TRY(tomb_constraint_explain(pg, code, user->email, err));
	TOMB_TRY(audit(pg, actor, "create user", home.id, made->id, user->email, tomb_role_name(user->role), err));
	if (user->is_welcomed)
		TOMB_TRY(send_link(pg, made->id, "Welcome New User", err));
	*id = made->id;
	return TOMB_OK;
}

enum tomb_code tomb_user_create(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_user_new *user,
	int64_t *id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	char hash[TOMB_PASSWORD_HASH] = "";
	int64_t made = 0;

	TOMB_TRY(tomb_constraint_line(user->email, "an e-mail address", err));
	TOMB_TRY(tomb_constraint_line(user->name, "a person's name", err));
	if (user->password.n > 0)
		TOMB_TRY(tomb_common_password_refuse(user->password, user->email, user->name, err));
	if (user->password.n > 0)
		TOMB_TRY(tomb_password_hash(user->password, hash, err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(insert(pg, actor, user, tomb_str_from(hash), &arena, &made, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*id = made;
	return TOMB_OK;
}

static enum tomb_code list(struct tomb_pg *pg, const struct sql_people_user_list_args *args, struct tomb_arena *arena,
	struct tomb_user **out, size_t *n, struct tomb_err *err)
{
	struct sql_people_user_list_row *rows = NULL;
	struct tomb_user *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_people_user_list(pg, args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_user, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu accounts", nrows);
	for (size_t i = 0; i < nrows; i++) {
		found[i] = (struct tomb_user){
			.id = rows[i].id,
			.institution_id = rows[i].institution_id,
			.institution = rows[i].institution,
			.email = rows[i].email,
			.name = rows[i].name,
			.is_active = rows[i].deactivated_at_null,
			.has_password = rows[i].has_password,
			.has_totp = rows[i].has_totp,
			.admin_since_us = rows[i].admin_since_null ? 0 : rows[i].admin_since,
			.created_at_us = rows[i].created_at,
			.signed_in_at_us = rows[i].signed_in_at_null ? 0 : rows[i].signed_in_at,
		};
		TOMB_TRY(tomb_role_parse(rows[i].role, &found[i].role, err));
		TOMB_TRY(tomb_duty_parse_all(rows[i].duties, &found[i].duties, err));
	}
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_user_list(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	int64_t after_id, struct tomb_arena *arena, struct tomb_user **out, size_t *n, struct tomb_err *err)
{
	struct sql_people_user_list_args args = {
		.institution_id = institution_id, .after_id = after_id, .at_most = TOMB_USER_PAGE_MAX};

	if (tomb_permission_of(actor, TOMB_MAY_USER_READ) == TOMB_SCOPE_NONE)
		return tomb_permission_refuse(TOMB_MAY_USER_READ, err);
	if (!tomb_permission_covers(actor, TOMB_MAY_USER_READ, institution_id))
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "only an operator may list the people of other institutions");
	return list(pg, &args, arena, out, n, err);
}

enum tomb_code tomb_user_find(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str email,
	struct tomb_arena *arena, struct tomb_user *out, struct tomb_err *err)
{
	enum tomb_permission_scope scope = tomb_permission_of(actor, TOMB_MAY_USER_READ);
	bool sees_all = scope == TOMB_SCOPE_ALL;
	bool sees_some = sees_all || (scope == TOMB_SCOPE_OWN && actor->institution_id != 0);
	struct sql_people_user_list_args args = {
		.institution_id = sees_all ? 0 : actor->institution_id, .email = email, .at_most = 1};
	struct tomb_user *found = NULL;
	size_t n = 0;

	if (email.n > 0 && sees_some && tomb_utf8_is_line(email))
		TOMB_TRY(list(pg, &args, arena, &found, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no account with the e-mail address \"%.*s\"",
			TOMB_STR_ARG(email));
	*out = *found;
	return TOMB_OK;
}

enum tomb_code tomb_user_show(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id,
	struct tomb_arena *arena, struct tomb_user *out, struct tomb_err *err)
{
	bool sees_all = tomb_permission_of(actor, TOMB_MAY_USER_READ) == TOMB_SCOPE_ALL;
	struct sql_people_user_list_args args = {
		.institution_id = sees_all ? 0 : actor->institution_id, .after_id = user_id - 1, .at_most = 1};
	struct tomb_user *found = NULL;
	size_t n = 0;

	if (user_id > 0 && tomb_permission_covers(actor, TOMB_MAY_USER_READ, args.institution_id))
		TOMB_TRY(list(pg, &args, arena, &found, &n, err));
	if (n == 0 || found->id != user_id)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no account %" PRId64, user_id);
	*out = *found;
	return TOMB_OK;
}

/* Locks the account that a verb is about to change. */
static enum tomb_code lock(struct tomb_pg *pg, int64_t id, struct tomb_arena *arena,
	struct sql_people_user_lock_row **out, struct tomb_err *err)
{
	struct sql_people_user_lock_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(sql_people_user_lock(pg, &(struct sql_people_user_lock_args){id}, arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no account %" PRId64, id);
	*out = row;
	return TOMB_OK;
}

static enum tomb_code refuse_inactive(const struct sql_people_user_lock_row *user, struct tomb_err *err)
{
	if (!user->is_active)
		return TOMB_FAIL(err, TOMB_CONFLICT, "the account of %.*s is not active", TOMB_STR_ARG(user->email));
	return TOMB_OK;
}

enum tomb_code tomb_user_set_role(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, enum tomb_role role, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_user_set_role_args args = {user_id, tomb_role_name(role)};
	struct sql_people_user_lock_row *user = NULL;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_USER_ROLE, "change somebody's role", err));
	TOMB_TRY(lock(pg, user_id, &arena, &user, err));
	TOMB_TRY(refuse_inactive(user, err));
	TOMB_TRY(sql_people_user_set_role(pg, &args, NULL, err));
	TOMB_TRY(audit(pg, actor, "set role", user->institution_id, user_id, user->email, args.role, err));
	return tomb_tx_commit(&tx, err);
}

/* Locks an account that actor may manage: operators any, admins those of the inst_users of their institution. */
static enum tomb_code lock_managed(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id,
	const char *what, struct tomb_arena *arena, struct sql_people_user_lock_row **out, struct tomb_err *err)
{
	enum tomb_role role = TOMB_ROLE_MAX;

	TOMB_TRY(lock(pg, user_id, arena, out, err));
	TOMB_TRY(tomb_role_parse((*out)->role, &role, err));
	return tomb_authority_people(pg, actor, (*out)->institution_id, role, what, err);
}

enum tomb_code tomb_user_deactivate(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_user_lock_row *user = NULL;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(lock_managed(pg, actor, user_id, "deactivate accounts of admins and operators", &arena, &user, err));
	TOMB_TRY(refuse_inactive(user, err));
	TOMB_TRY(sql_people_user_deactivate(pg, &(struct sql_people_user_deactivate_args){user_id}, NULL, err));
	TOMB_TRY(audit(pg, actor, "deactivate user", user->institution_id, user_id, user->email, user->role, err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_user_activate(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_user_lock_row *user = NULL;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(lock_managed(pg, actor, user_id, "activate accounts of admins and operators", &arena, &user, err));
	if (user->is_active)
		return TOMB_FAIL(
			err, TOMB_CONFLICT, "the account of %.*s is active already", TOMB_STR_ARG(user->email));
	TOMB_TRY(sql_account_activate(pg, &(struct sql_account_activate_args){user_id}, NULL, err));
	TOMB_TRY(audit(pg, actor, "activate user", user->institution_id, user_id, user->email, user->role, err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_user_invite(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_user_lock_row *user = NULL;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(lock_managed(pg, actor, user_id, "send links to admins and operators", &arena, &user, err));
	TOMB_TRY(refuse_inactive(user, err));
	TOMB_TRY(send_link(pg, user_id, user->has_password ? "Password Reset" : "Welcome New User", err));
	TOMB_TRY(audit(pg, actor, "send password link", user->institution_id, user_id, user->email, user->role, err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_user_set_password(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id,
	struct tomb_str password, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_user_lock_row *user = NULL;
	char hash[TOMB_PASSWORD_HASH] = "";

	TOMB_TRY(tomb_password_hash(password, hash, err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_self(pg, actor, user_id, "set somebody else's password", err));
	TOMB_TRY(lock(pg, user_id, &arena, &user, err));
	TOMB_TRY(refuse_inactive(user, err));
	TOMB_TRY(tomb_common_password_refuse(password, user->email, TOMB_STR(""), err));
	TOMB_TRY(sql_account_password_set(
		pg, &(struct sql_account_password_set_args){user_id, tomb_str_from(hash)}, NULL, err));
	TOMB_TRY(tomb_session_renew(pg, user_id, NULL, err));
	TOMB_TRY(audit(pg, actor, "set password", user->institution_id, user_id, user->email, user->role, err));
	return tomb_tx_commit(&tx, err);
}
