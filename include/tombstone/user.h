/*
 * User accounts: who may act, in which role, for which institution.
 *
 * Spec: deletion.md X-06; architecture.md I5.  The two-person rule is worth what the making of people is worth: admins
 * and operators are made, unmade and given passwords by operators alone.  Every verb is one transaction with its audit
 * entry.  "Operator" is a sysadmin who is active now, or the operator's command (a program, via cli).
 */
#ifndef TOMB_USER_H
#define TOMB_USER_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

enum { TOMB_USER_PAGE_MAX = 1000 };

struct tomb_user {
	int64_t id;
	int64_t institution_id;
	struct tomb_str institution; /* its identifier */
	struct tomb_str email;
	struct tomb_str name;
	enum tomb_role role;
	unsigned duties; /* tombstone/duty.h */
	bool is_active;
	bool has_password;
	bool has_totp;
	int64_t admin_since_us; /* 0: never was an admin */
	int64_t created_at_us;
	int64_t signed_in_at_us; /* the last time; 0: never */
};

struct tomb_user_new {
	struct tomb_str institution; /* its identifier */
	struct tomb_str email;
	struct tomb_str name;
	enum tomb_role role;
	struct tomb_str password; /* empty: none yet */
	bool is_welcomed;         /* a mail asks the person to set one */
};

/*
 * Operators make any account; an admin makes accounts of role inst_user, without a password, in the own institution:
 * who knows a colleague's password is two people.  FORBIDDEN otherwise; INVAL for an e-mail address, name or password
 * that breaks a rule; NOTFOUND for an institution; CONFLICT if the address has an account, whoever's it is.
 */
enum tomb_code tomb_user_create(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_user_new *user,
	int64_t *id, struct tomb_err *err) TOMB_MUST_USE;

/* Accounts after after_id, in order of id, of institution_id or (operators only) of all if it is 0.  FORBIDDEN for
 * another institution's.  Strings in the arena. */
enum tomb_code tomb_user_list(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	int64_t after_id, struct tomb_arena *arena, struct tomb_user **out, size_t *n,
	struct tomb_err *err) TOMB_MUST_USE;

/* The account with this e-mail address, in any case of letters.  NOTFOUND also if it is another institution's. */
enum tomb_code tomb_user_find(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str email,
	struct tomb_arena *arena, struct tomb_user *out, struct tomb_err *err) TOMB_MUST_USE;

/* The account with this id.  NOTFOUND as above. */
enum tomb_code tomb_user_show(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id,
	struct tomb_arena *arena, struct tomb_user *out, struct tomb_err *err) TOMB_MUST_USE;

/* Operators only.  Ends the person's sessions.  CONFLICT if the account is not active. */
enum tomb_code tomb_user_set_role(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id,
	enum tomb_role role, struct tomb_err *err) TOMB_MUST_USE;

/* Ends sessions, revokes keys and voids tokens at once.  Operators; admins for inst_users of their institution. */
enum tomb_code tomb_user_deactivate(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, struct tomb_err *err) TOMB_MUST_USE;

/* The account is as it was before, without its sessions, keys and tokens; an admin counts as new.  Who may, as
 * tomb_user_deactivate().  CONFLICT if it is active. */
enum tomb_code tomb_user_activate(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, struct tomb_err *err) TOMB_MUST_USE;

/* Mails the person a link to set a password with.  Who may, as tomb_user_deactivate().  CONFLICT if the account is not
 * active. */
enum tomb_code tomb_user_invite(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, struct tomb_err *err) TOMB_MUST_USE;

/* Operators, and everybody for the own account.  Ends the user's sessions.  CONFLICT if the account is not active. */
enum tomb_code tomb_user_set_password(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id,
	struct tomb_str password, struct tomb_err *err) TOMB_MUST_USE;

#endif
