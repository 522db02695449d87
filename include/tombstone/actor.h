/* Who acts, and through which door.  Every verb of the ledger takes one; only tombstone/user.h makes one for a person.
 */
#ifndef TOMB_ACTOR_H
#define TOMB_ACTOR_H

#include "tombstone/str.h"

enum tomb_role { TOMB_ROLE_SYSADMIN, TOMB_ROLE_INST_ADMIN, TOMB_ROLE_INST_USER, TOMB_ROLE_MAX };

enum tomb_via { TOMB_VIA_WEB, TOMB_VIA_API, TOMB_VIA_CLI, TOMB_VIA_DISPATCHER, TOMB_VIA_WORKER, TOMB_VIA_MAX };

struct tomb_actor {
	int64_t user_id;        /* 0: a program, not a person */
	int64_t institution_id; /* 0 for a program */
	struct tomb_str institution;
	struct tomb_str email; /* for a program: its name */
	struct tomb_str name;
	enum tomb_role role;
	enum tomb_via via;
	unsigned duties; /* besides the role: tombstone/duty.h; none as long as somebody is only signing in */
};

struct tomb_str tomb_role_name(enum tomb_role role); /* "sysadmin", "inst_admin", "inst_user": as in the ledger */
struct tomb_str tomb_via_name(enum tomb_via via);

/* INVAL for a name that is no role. */
enum tomb_code tomb_role_parse(struct tomb_str name, enum tomb_role *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
