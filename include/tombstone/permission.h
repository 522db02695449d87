/*
 * Who may do what: role, duties and permission to scope, by permission.def alone.  The gate asks it for each route, the
 * verbs of the ledger ask it again (I7), docs/authorisation.md and the test of all routes are made from it.
 */
#ifndef TOMB_PERMISSION_H
#define TOMB_PERMISSION_H

#include "tombstone/actor.h"
#include "tombstone/duty.h"

enum tomb_permission {
#define TOMB_PERMISSION(name, words, inst_user, inst_admin, sysadmin) TOMB_MAY_##name,
#include "tombstone/permission.def"
	TOMB_MAY_MAX
};

/* In rising order: each holds the one before. */
enum tomb_permission_scope {
	TOMB_SCOPE_NONE, /* never */
	TOMB_SCOPE_SELF, /* one's own account */
	TOMB_SCOPE_OWN,  /* things of one's own institution */
	TOMB_SCOPE_ALL   /* whatever institution's */
};

enum tomb_permission_scope tomb_permission_of_role(enum tomb_role role, enum tomb_permission permission);

/* What a set of duties (tombstone/duty.h) adds: OWN or NONE. */
enum tomb_permission_scope tomb_permission_of_duties(unsigned duties, enum tomb_permission permission);

/* What actor has, as they came in: a person by role and duties, whichever is more; the operator's command has ALL of
 * everything.  Other programs have nothing: what they do asks for no permission. */
enum tomb_permission_scope tomb_permission_of(const struct tomb_actor *actor, enum tomb_permission permission);

/* Does actor's scope hold a thing of institution_id?  SELF does not: whose a thing is, is for the verb to ask. */
bool tomb_permission_covers(
	const struct tomb_actor *actor, enum tomb_permission permission, int64_t institution_id) TOMB_MUST_USE;

/* FORBIDDEN: "only an operator may stop or start the workers"; names the duties that have it, too. */
enum tomb_code tomb_permission_refuse(enum tomb_permission permission, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_str tomb_permission_words(enum tomb_permission permission); /* "stop or start the workers" */

#endif
