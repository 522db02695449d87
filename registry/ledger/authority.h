/* Who may manage people and storage.  Inside the caller's transaction. */
#ifndef TOMB_AUTHORITY_H
#define TOMB_AUTHORITY_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

/* True for the operator's command and for people whose role is sysadmin, as they came in. */
bool tomb_authority_is_operator(const struct tomb_actor *actor);

/* FORBIDDEN, "only an operator may WHAT", unless actor is an operator at this moment. */
enum tomb_code tomb_authority_operator(
	struct tomb_pg *pg, const struct tomb_actor *actor, const char *what, struct tomb_err *err) TOMB_MUST_USE;

/* FORBIDDEN unless actor is an operator at this moment, or the person with this id. */
enum tomb_code tomb_authority_self(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id,
	const char *what, struct tomb_err *err) TOMB_MUST_USE;

/* FORBIDDEN unless actor is an operator, or an admin of institution_id and role is inst_user. */
enum tomb_code tomb_authority_people(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	enum tomb_role role, const char *what, struct tomb_err *err) TOMB_MUST_USE;

#endif
