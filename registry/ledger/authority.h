/* Who may do a verb at this moment: the table of permissions, and the account as the ledger has it now.  Inside the
 * caller's transaction. */
#ifndef TOMB_AUTHORITY_H
#define TOMB_AUTHORITY_H

#include "tombstone/permission.h"
#include "tombstone/pg.h"

/* FORBIDDEN, "only an operator may WHAT", unless actor has permission for ALL and is still active in their role. */
enum tomb_code tomb_authority_all(struct tomb_pg *pg, const struct tomb_actor *actor, enum tomb_permission permission,
	const char *what, struct tomb_err *err) TOMB_MUST_USE;

/* The same unless actor's scope holds institution_id; where a duty would do, it is named. */
enum tomb_code tomb_authority_at(struct tomb_pg *pg, const struct tomb_actor *actor, enum tomb_permission permission,
	int64_t institution_id, const char *what, struct tomb_err *err) TOMB_MUST_USE;

/* The same for the account with this id: ACCOUNT. */
enum tomb_code tomb_authority_self(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id,
	const char *what, struct tomb_err *err) TOMB_MUST_USE;

/* The same for accounts with this role at institution_id: USER_WRITE for users, USER_ROLE for all others. */
enum tomb_code tomb_authority_people(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	enum tomb_role role, const char *what, struct tomb_err *err) TOMB_MUST_USE;

#endif
