#include "tombstone/institution.h"

#include "authority.h"
#include "constraint.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"
#include "tombstone/utf8.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 }; /* a row or two */

/* As the ledger's check constraint spells them. */
static const struct tomb_str policy_names[] = {
	[TOMB_SOLE_ADMIN_SELF] = {"self", 4},
	[TOMB_SOLE_ADMIN_OPERATOR] = {"operator", 8},
};
_Static_assert(TOMB_COUNTOF(policy_names) == TOMB_SOLE_ADMIN_MAX, "policies");

struct tomb_str tomb_sole_admin_name(enum tomb_sole_admin policy)
{
	return policy_names[policy];
}

enum tomb_code tomb_sole_admin_parse(struct tomb_str name, enum tomb_sole_admin *out, struct tomb_err *err)
{
	for (size_t i = 0; i < TOMB_SOLE_ADMIN_MAX; i++)
		if (tomb_str_eq(name, policy_names[i])) {
			*out = (enum tomb_sole_admin)i;
			return TOMB_OK;
		}
	return TOMB_FAIL(err, TOMB_INVAL, "\"%.*s\" is neither self nor operator", TOMB_STR_ARG(name));
}

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb, int64_t id,
	struct tomb_str detail, struct tomb_err *err)
{
	char subject[64];

	(void)snprintf(subject, sizeof subject, "institution %" PRId64, id);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){
			.verb = verb, .institution_id = id, .subject = tomb_str_from(subject), .detail = detail},
		err);
}

enum tomb_code tomb_institution_create(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str identifier,
	struct tomb_str name, int64_t *id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_institution_insert_args args = {identifier, name};
	struct sql_people_institution_insert_row *made = NULL;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_constraint_line(identifier, "an institution's identifier", err));
	TOMB_TRY(tomb_constraint_line(name, "an institution's name", err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_INSTITUTION_WRITE, "create an institution", err));
	code = sql_people_institution_insert(pg, &args, &arena, &made, err);
	TOMB_TRY(tomb_constraint_explain(pg, code, identifier, err));
	TOMB_TRY(audit(pg, actor, "create institution", made->id, identifier, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*id = made->id;
	return TOMB_OK;
}

static enum tomb_code list(struct tomb_pg *pg, const struct sql_people_institution_list_args *args,
	struct tomb_arena *arena, struct tomb_institution **out, size_t *n, struct tomb_err *err)
{
	struct sql_people_institution_list_row *rows = NULL;
	struct tomb_institution *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_people_institution_list(pg, args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_institution, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu institutions", nrows);
	for (size_t i = 0; i < nrows; i++) {
		found[i] = (struct tomb_institution){
			.id = rows[i].id,
			.identifier = rows[i].identifier,
			.name = rows[i].name,
			.admin_days = rows[i].admin_days,
			.require_totp = rows[i].require_totp,
			.admins = rows[i].admins_counted,
			.is_active = rows[i].deactivated_at_null,
			.created_at_us = rows[i].created_at,
		};
		TOMB_TRY(tomb_sole_admin_parse(rows[i].sole_admin, &found[i].sole_admin, err));
	}
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

/* What actor may see: a person without an institution sees none. */
static int64_t visible_id(const struct tomb_actor *actor)
{
	enum tomb_permission_scope scope = tomb_permission_of(actor, TOMB_MAY_INSTITUTION_READ);

	if (scope == TOMB_SCOPE_ALL)
		return 0;
	return scope == TOMB_SCOPE_OWN && actor->institution_id != 0 ? actor->institution_id : -1;
}

enum tomb_code tomb_institution_list(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t after_id,
	struct tomb_arena *arena, struct tomb_institution **out, size_t *n, struct tomb_err *err)
{
	struct sql_people_institution_list_args args = {
		.only_id = visible_id(actor), .after_id = after_id, .at_most = TOMB_INSTITUTION_PAGE_MAX};

	return list(pg, &args, arena, out, n, err);
}

enum tomb_code tomb_institution_find(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str identifier,
	struct tomb_arena *arena, struct tomb_institution *out, struct tomb_err *err)
{
	struct sql_people_institution_list_args args = {
		.only_id = visible_id(actor), .identifier = identifier, .at_most = 1};
	struct tomb_institution *found = NULL;
	size_t n = 0;

	if (identifier.n > 0 && tomb_utf8_is_line(identifier))
		TOMB_TRY(list(pg, &args, arena, &found, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no institution \"%.*s\"", TOMB_STR_ARG(identifier));
	*out = *found;
	return TOMB_OK;
}

enum tomb_code tomb_institution_show(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_arena *arena, struct tomb_institution *out, struct tomb_err *err)
{
	struct sql_people_institution_list_args args = {.only_id = visible_id(actor), .after_id = id - 1, .at_most = 1};
	struct tomb_institution *found = NULL;
	size_t n = 0;

	if (id > 0)
		TOMB_TRY(list(pg, &args, arena, &found, &n, err));
	if (n == 0 || found->id != id)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no institution %" PRId64, id);
	*out = *found;
	return TOMB_OK;
}

enum tomb_code tomb_institution_set(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, int admin_days,
	enum tomb_sole_admin sole_admin, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_institution_set_args args = {id, admin_days, tomb_sole_admin_name(sole_admin)};
	struct sql_people_institution_set_row *row = NULL;
	enum tomb_code code = TOMB_OK;
	char detail[64];
	size_t n = 0;

	(void)snprintf(detail, sizeof detail, "admin_days %d, sole_admin %s", admin_days, args.sole_admin.p);
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_INSTITUTION_WRITE, "change the rules of an institution", err));
	code = sql_people_institution_set(pg, &args, &arena, &row, &n, err);
	TOMB_TRY(tomb_constraint_explain(pg, code, tomb_str_from(detail), err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no institution %" PRId64, id);
	TOMB_TRY(audit(pg, actor, "set institution", id, tomb_str_from(detail), err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_institution_require_totp(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, bool require_totp, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_account_require_totp_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_INSTITUTION_WRITE, "change the rules of an institution", err));
	TOMB_TRY(sql_account_require_totp(
		pg, &(struct sql_account_require_totp_args){id, require_totp}, &arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no institution %" PRId64, id);
	TOMB_TRY(audit(pg, actor, "set institution", id,
		require_totp ? TOMB_STR("require_totp yes") : TOMB_STR("require_totp no"), err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_institution_deactivate(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_institution_deactivate_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_INSTITUTION_WRITE, "deactivate an institution", err));
	TOMB_TRY(sql_people_institution_deactivate(
		pg, &(struct sql_people_institution_deactivate_args){id}, &arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "there is no active institution %" PRId64, id);
	TOMB_TRY(audit(pg, actor, "deactivate institution", id, TOMB_STR(""), err));
	return tomb_tx_commit(&tx, err);
}
