#include "authority.h"

#include "deletion_request_internal.h"

/* The operator's command has no account: whoever can run it on the registry's database is the operator. */
static bool is_command(const struct tomb_actor *actor)
{
	return actor->user_id == 0 && actor->via == TOMB_VIA_CLI && actor->email.n > 0;
}

bool tomb_authority_is_operator(const struct tomb_actor *actor)
{
	return is_command(actor) || (actor->user_id != 0 && actor->role == TOMB_ROLE_SYSADMIN);
}

enum tomb_code tomb_authority_operator(
	struct tomb_pg *pg, const struct tomb_actor *actor, const char *what, struct tomb_err *err)
{
	if (is_command(actor))
		return TOMB_OK;
	if (!tomb_authority_is_operator(actor))
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "only an operator may %s", what);
	return tomb_actor_check(pg, actor, err);
}

enum tomb_code tomb_authority_self(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, const char *what, struct tomb_err *err)
{
	if (actor->user_id != 0 && actor->user_id == user_id)
		return tomb_actor_check(pg, actor, err);
	return tomb_authority_operator(pg, actor, what, err);
}

enum tomb_code tomb_authority_people(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	enum tomb_role role, const char *what, struct tomb_err *err)
{
	bool is_own_user = actor->user_id != 0 && actor->role == TOMB_ROLE_INST_ADMIN &&
			   actor->institution_id == institution_id && role == TOMB_ROLE_INST_USER;

	if (is_own_user)
		return tomb_actor_check(pg, actor, err);
	return tomb_authority_operator(pg, actor, what, err);
}
