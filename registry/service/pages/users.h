/* What the pages about people's accounts share. */
#ifndef TOMB_USERS_H
#define TOMB_USERS_H

#include "tombstone/institution.h"
#include "tombstone/user.h"
#include "view.h"

/* In the order in which forms offer them: the least first. */
static const enum tomb_role tomb_users_roles[] = {TOMB_ROLE_INST_USER, TOMB_ROLE_INST_ADMIN, TOMB_ROLE_SYSADMIN};

/* Who may look after everybody: admins and operators, too, of whatever institution. */
bool tomb_users_is_operator(const struct tomb_view *v);

/* The page of one person; problem, if there is one, is about the field with this id. */
enum tomb_code tomb_users_show(struct tomb_view *v, const struct tomb_user *user, const char *id,
	const struct tomb_err *problem, struct tomb_err *err) TOMB_MUST_USE;

#endif
