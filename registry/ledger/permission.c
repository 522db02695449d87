#include "tombstone/permission.h"

#include <stdio.h>

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
};
_Static_assert(TOMB_COUNTOF(table) == TOMB_MAY_MAX, "permissions");

static const struct {
	enum tomb_duty duty;
	enum tomb_permission permission;
} by_duty[] = {
#define TOMB_DUTY_PERMISSION(duty_, permission_) {TOMB_DUTY_##duty_, TOMB_MAY_##permission_},
#include "tombstone/permission.def"
};

enum tomb_permission_scope tomb_permission_of_role(enum tomb_role role, enum tomb_permission permission)
{
	/* Neither comes from outside as a number; what is not in the table has no right. */
	if ((unsigned)role >= TOMB_ROLE_MAX || (unsigned)permission >= TOMB_MAY_MAX)
		return TOMB_SCOPE_NONE;
	return table[permission].scopes[role];
}

enum tomb_permission_scope tomb_permission_of_duties(unsigned duties, enum tomb_permission permission)
{
	for (size_t i = 0; i < TOMB_COUNTOF(by_duty); i++)
		if (by_duty[i].permission == permission && (duties & TOMB_DUTY_BIT(by_duty[i].duty)))
			return TOMB_SCOPE_OWN;
	return TOMB_SCOPE_NONE;
}

/* The operator's command has no account: whoever can run it on the registry's database is the operator. */
static bool is_command(const struct tomb_actor *actor)
{
	return actor->user_id == 0 && actor->via == TOMB_VIA_CLI && actor->email.n > 0;
}

enum tomb_permission_scope tomb_permission_of(const struct tomb_actor *actor, enum tomb_permission permission)
{
	enum tomb_permission_scope by_role = tomb_permission_of_role(actor->role, permission);
	enum tomb_permission_scope besides = tomb_permission_of_duties(actor->duties, permission);

	if (is_command(actor))
		return TOMB_SCOPE_ALL;
	if (actor->user_id == 0)
		return TOMB_SCOPE_NONE;
	return by_role > besides ? by_role : besides;
}

bool tomb_permission_covers(const struct tomb_actor *actor, enum tomb_permission permission, int64_t institution_id)
{
	enum tomb_permission_scope scope = tomb_permission_of(actor, permission);

	if (scope == TOMB_SCOPE_OWN)
		return actor->institution_id != 0 && actor->institution_id == institution_id;
	return scope == TOMB_SCOPE_ALL;
}

enum { WHO_MAX = 200 }; /* bytes of the list of all who may something */

/* Who may, for a sentence: those with a role first. */
static size_t list_who(enum tomb_permission permission, struct tomb_str who[static TOMB_DUTY_MAX + 2])
{
	const struct line *line = &table[permission];
	size_t n = 0;

	if (line->scopes[TOMB_ROLE_INST_ADMIN] != TOMB_SCOPE_NONE)
		who[n++] = TOMB_STR("an institutional admin");
	if (line->scopes[TOMB_ROLE_SYSADMIN] != TOMB_SCOPE_NONE)
		who[n++] = TOMB_STR("an operator");
	for (int d = 0; d < TOMB_DUTY_MAX; d++)
		if (tomb_permission_of_duties(TOMB_DUTY_BIT(d), permission) != TOMB_SCOPE_NONE)
			who[n++] = tomb_duty_one((enum tomb_duty)d);
	return n;
}

enum tomb_code tomb_permission_refuse(enum tomb_permission permission, struct tomb_err *err)
{
	struct tomb_str who[TOMB_DUTY_MAX + 2];
	size_t n = list_who(permission, who);
	char text[WHO_MAX] = "";
	size_t at = 0;

	for (size_t i = 0; i < n && at < sizeof text; i++) {
		const char *before = i == 0 ? "" : i + 1 == n ? " or " : ", ";

		at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s", before, TOMB_STR_ARG(who[i]));
	}
	return TOMB_FAIL(err, TOMB_FORBIDDEN, "only %s may %.*s", text, TOMB_STR_ARG(table[permission].words));
}

struct tomb_str tomb_permission_words(enum tomb_permission permission)
{
	return table[permission].words;
}
