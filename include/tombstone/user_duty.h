/* Who gives and takes duties: operators all of them; an admin those that only concern records, to the people of the own
 * institution.  Both, and each in the audit trail by itself. */
#ifndef TOMB_USER_DUTY_H
#define TOMB_USER_DUTY_H

#include "tombstone/actor.h"
#include "tombstone/duty.h"
#include "tombstone/pg.h"

/* Might actor give this one to people of institution_id? */
bool tomb_user_duty_may_give(const struct tomb_actor *actor, enum tomb_duty duty, int64_t institution_id) TOMB_MUST_USE;

/*
 * Gives and takes sets of duties: all of it, or nothing.  What the person has already, or has not, is left as it is.
 * Ends no session.  FORBIDDEN for a duty that actor may not give or take there; NOTFOUND; CONFLICT if the account is
 * not active; INVAL for a duty in both sets.
 */
enum tomb_code tomb_user_duty_change(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, unsigned give,
	unsigned take, struct tomb_err *err) TOMB_MUST_USE;

enum { TOMB_USER_DUTY_PEOPLE_MAX = 1000 };

struct tomb_user_named {
	int64_t id;
	struct tomb_str name;
	struct tomb_str email;
};

/* The active people of institution_id who have this duty, by name, up to TOMB_USER_DUTY_PEOPLE_MAX: for whoever deletes
 * records there, and has to name one.  FORBIDDEN.  Strings in the arena. */
enum tomb_code tomb_user_duty_people(struct tomb_pg *pg, const struct tomb_actor *actor, enum tomb_duty duty,
	int64_t institution_id, struct tomb_arena *arena, struct tomb_user_named **out, size_t *n,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
