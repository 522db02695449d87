/* Institutions: whose things are kept, and how strict the two-person rule is for them.  Spec: deletion.md X-06. */
#ifndef TOMB_INSTITUTION_H
#define TOMB_INSTITUTION_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

enum { TOMB_INSTITUTION_PAGE_MAX = 1000 };

/* What a sole admin's own request needs (the ledger's words: "self", "operator"). */
enum tomb_sole_admin { TOMB_SOLE_ADMIN_SELF, TOMB_SOLE_ADMIN_OPERATOR, TOMB_SOLE_ADMIN_MAX };

struct tomb_institution {
	int64_t id;
	struct tomb_str identifier; /* "example.edu" */
	struct tomb_str name;
	int admin_days; /* how long somebody must be an admin to count as one, and counts after having been one */
	enum tomb_sole_admin sole_admin;
	bool require_totp; /* who approves its deletions proves it with a code */
	int64_t admins;    /* that count now */
	bool is_active;
	int64_t created_at_us;
};

/* Operators only.  INVAL for an identifier that is no domain name in lower case, or an empty or endless name; CONFLICT
 * if the identifier is taken. */
enum tomb_code tomb_institution_create(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str identifier,
	struct tomb_str name, int64_t *id, struct tomb_err *err) TOMB_MUST_USE;

/* Those after after_id: all for operators, the own one for others.  Strings in the arena. */
enum tomb_code tomb_institution_list(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t after_id,
	struct tomb_arena *arena, struct tomb_institution **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* NOTFOUND also for another institution than the actor's, unless the actor is an operator. */
enum tomb_code tomb_institution_find(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str identifier,
	struct tomb_arena *arena, struct tomb_institution *out, struct tomb_err *err) TOMB_MUST_USE;

/* The one with this id.  NOTFOUND as above. */
enum tomb_code tomb_institution_show(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_arena *arena, struct tomb_institution *out, struct tomb_err *err) TOMB_MUST_USE;

/* Sets both rules about admins.  Operators only.  NOTFOUND; INVAL for days outside 0 .. 365. */
enum tomb_code tomb_institution_set(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, int admin_days,
	enum tomb_sole_admin sole_admin, struct tomb_err *err) TOMB_MUST_USE;

/* Demands a second factor of those who approve, or does not.  Operators only.  NOTFOUND. */
enum tomb_code tomb_institution_require_totp(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	bool require_totp, struct tomb_err *err) TOMB_MUST_USE;

/* Its people are out at once: sessions end, keys are revoked.  What it holds stays.  Operators only.
 * CONFLICT if there is no such institution that is active. */
enum tomb_code tomb_institution_deactivate(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_str tomb_sole_admin_name(enum tomb_sole_admin policy);
enum tomb_code tomb_sole_admin_parse(
	struct tomb_str name, enum tomb_sole_admin *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
