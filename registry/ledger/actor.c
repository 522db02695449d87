#include "tombstone/actor.h"

/* As the ledger's check constraints spell them. */
static const struct tomb_str role_names[] = {
	[TOMB_ROLE_SYSADMIN] = {"sysadmin", 8},
	[TOMB_ROLE_INST_ADMIN] = {"inst_admin", 10},
	[TOMB_ROLE_INST_USER] = {"inst_user", 9},
};
_Static_assert(TOMB_COUNTOF(role_names) == TOMB_ROLE_MAX, "roles");

static const struct tomb_str via_names[] = {
	[TOMB_VIA_WEB] = {"web", 3},
	[TOMB_VIA_API] = {"api", 3},
	[TOMB_VIA_CLI] = {"cli", 3},
	[TOMB_VIA_DISPATCHER] = {"dispatcher", 10},
	[TOMB_VIA_WORKER] = {"worker", 6},
};
_Static_assert(TOMB_COUNTOF(via_names) == TOMB_VIA_MAX, "vias");

struct tomb_str tomb_role_name(enum tomb_role role)
{
	return role_names[role];
}

struct tomb_str tomb_via_name(enum tomb_via via)
{
	return via_names[via];
}

enum tomb_code tomb_role_parse(struct tomb_str name, enum tomb_role *out, struct tomb_err *err)
{
	for (size_t i = 0; i < TOMB_ROLE_MAX; i++)
		if (tomb_str_eq(name, role_names[i])) {
			*out = (enum tomb_role)i;
			return TOMB_OK;
		}
	return TOMB_FAIL(
		err, TOMB_INVAL, "role \"%.*s\" is none of sysadmin, inst_admin, inst_user", TOMB_STR_ARG(name));
}
