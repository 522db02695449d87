#include "authority.h"

#include "deletion_request_internal.h"

/* A person is looked up once more: role and account may have changed since they came in.  The command has none. */
static enum tomb_code check_now(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_err *err)
{
	return actor->user_id == 0 ? TOMB_OK : tomb_actor_check(pg, actor, err);
}

static enum tomb_code refuse(const char *what, struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_FORBIDDEN, "only an operator may %s", what);
}

enum tomb_code tomb_authority_all(struct tomb_pg *pg, const struct tomb_actor *actor, enum tomb_permission permission,
	const char *what, struct tomb_err *err)
{
	if (tomb_permission_of(actor, permission) != TOMB_SCOPE_ALL)
		return refuse(what, err);
	return check_now(pg, actor, err);
}

enum tomb_code tomb_authority_at(struct tomb_pg *pg, const struct tomb_actor *actor, enum tomb_permission permission,
	int64_t institution_id, const char *what, struct tomb_err *err)
{
	if (tomb_permission_of_duties(TOMB_DUTY_ALL, permission) != TOMB_SCOPE_NONE &&
		tomb_permission_of(actor, permission) == TOMB_SCOPE_NONE)
		return tomb_permission_refuse(permission, err); /* more than operators may */
	if (!tomb_permission_covers(actor, permission, institution_id))
		return refuse(what, err);
	return check_now(pg, actor, err);
}

enum tomb_code tomb_authority_self(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, const char *what, struct tomb_err *err)
{
	enum tomb_permission_scope scope = tomb_permission_of(actor, TOMB_MAY_ACCOUNT);
	bool is_own = actor->user_id != 0 && actor->user_id == user_id;

	if (scope != TOMB_SCOPE_ALL && !(is_own && scope != TOMB_SCOPE_NONE))
		return refuse(what, err);
	return check_now(pg, actor, err);
}

enum tomb_code tomb_authority_people(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	enum tomb_role role, const char *what, struct tomb_err *err)
{
	enum tomb_permission permission = role == TOMB_ROLE_INST_USER ? TOMB_MAY_USER_WRITE : TOMB_MAY_USER_ROLE;

	return tomb_authority_at(pg, actor, permission, institution_id, what, err);
}
