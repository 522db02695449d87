#include "tombstone/permission.h"

struct line {
	struct tomb_str words;
	enum tomb_permission_scope scopes[TOMB_ROLE_MAX];
};

static const struct line table[] = {
#define TOMB_PERMISSION(name_, words_, inst_user_, inst_admin_, sysadmin_)                                             \
	[TOMB_MAY_##name_] = {.words = {(words_), sizeof(words_) - 1},                                                 \
		.scopes = {[TOMB_ROLE_INST_USER] = TOMB_SCOPE_##inst_user_,                                            \
			[TOMB_ROLE_INST_ADMIN] = TOMB_SCOPE_##inst_admin_,                                             \
			[TOMB_ROLE_SYSADMIN] = TOMB_SCOPE_##sysadmin_}},
#include "tombstone/permission.def"
#undef TOMB_PERMISSION
};
_Static_assert(TOMB_COUNTOF(table) == TOMB_MAY_MAX, "permissions");

enum tomb_permission_scope tomb_permission_of_role(enum tomb_role role, enum tomb_permission permission)
{
	/* Neither comes from outside as a number; what is not in the table has no right. */
	if ((unsigned)role >= TOMB_ROLE_MAX || (unsigned)permission >= TOMB_MAY_MAX)
		return TOMB_SCOPE_NONE;
	return table[permission].scopes[role];
}

/* The operator's command has no account: whoever can run it on the registry's database is the operator. */
static bool is_command(const struct tomb_actor *actor)
{
	return actor->user_id == 0 && actor->via == TOMB_VIA_CLI && actor->email.n > 0;
}

enum tomb_permission_scope tomb_permission_of(const struct tomb_actor *actor, enum tomb_permission permission)
{
	if (is_command(actor))
		return TOMB_SCOPE_ALL;
	return actor->user_id == 0 ? TOMB_SCOPE_NONE : tomb_permission_of_role(actor->role, permission);
}

bool tomb_permission_covers(const struct tomb_actor *actor, enum tomb_permission permission, int64_t institution_id)
{
	enum tomb_permission_scope scope = tomb_permission_of(actor, permission);

	if (scope == TOMB_SCOPE_OWN)
		return actor->institution_id != 0 && actor->institution_id == institution_id;
	return scope == TOMB_SCOPE_ALL;
}

enum tomb_code tomb_permission_refuse(enum tomb_permission permission, struct tomb_err *err)
{
	const struct line *line = &table[permission];
	bool has_admin = line->scopes[TOMB_ROLE_INST_ADMIN] != TOMB_SCOPE_NONE;
	bool has_operator = line->scopes[TOMB_ROLE_SYSADMIN] != TOMB_SCOPE_NONE;
	const char *who = "an operator";

	if (has_admin)
		who = has_operator ? "an institutional admin or an operator" : "an institutional admin";
	return TOMB_FAIL(err, TOMB_FORBIDDEN, "only %s may %.*s", who, TOMB_STR_ARG(line->words));
}

struct tomb_str tomb_permission_words(enum tomb_permission permission)
{
	return table[permission].words;
}
