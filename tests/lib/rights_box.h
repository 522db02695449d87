/*
 * Every route asked by everybody: what a pattern's parameters stand for, who asks, and what the table of permissions
 * says that the answer must be.  A failure fails the test.
 */
#ifndef TOMB_TEST_RIGHTS_BOX_H
#define TOMB_TEST_RIGHTS_BOX_H

#include "../../registry/service/registry.h"
#include "site.h"

enum { RIGHTS_PATH = 512, RIGHTS_PARAMS = 4, RIGHTS_RULES = 64 };

/* Whose the thing is that a parameter names. */
enum rights_owner {
	RIGHTS_INSTITUTION, /* test.edu's */
	RIGHTS_ALICE,       /* Alice's own */
	RIGHTS_NOBODY,      /* of no institution: the same for all */
};

/* All callers; the things belong to test.edu, where Carol and Alice are. */
enum rights_caller {
	RIGHTS_STRANGER,
	RIGHTS_DEACTIVATED, /* was an admin of test.edu, with a session and a key */
	RIGHTS_USER,
	RIGHTS_ADMIN,
	RIGHTS_FOREIGN_USER,
	RIGHTS_FOREIGN_ADMIN,
	RIGHTS_OPERATOR,
	RIGHTS_EDITOR, /* these and the next: users of test.edu with one duty each */
	RIGHTS_COORDINATOR,
	RIGHTS_MANAGER,
	RIGHTS_HARVEST_ADMIN,
	RIGHTS_FOREIGN_DUTIES, /* another institution's user, with all duties */
	RIGHTS_CALLERS
};

enum rights_door { RIGHTS_COOKIE, RIGHTS_KEY };

struct rights_box {
	struct site *site;
	struct tomb_actor callers[RIGHTS_CALLERS]; /* not of the stranger */
	char emails[TOMB_DUTY_MAX][64];            /* of who has a duty */
	struct site_user gone;                     /* the session of who was deactivated */
	char *gone_key;
	const char *values[RIGHTS_RULES]; /* what each rule's statement gave, once asked */
};

/* As cmocka's setup and teardown: *state is the box. */
int rights_set_up(void **state);
int rights_tear_down(void **state);

/* Is the route part of the JSON interfaces? */
bool rights_is_api(const struct tomb_route *route);

/* The pattern with things in the place of its parameters.  Fails the test for one that no rule knows. */
void rights_fill(struct rights_box *box, const struct tomb_route *route, char out[static RIGHTS_PATH],
	enum rights_owner *owner, size_t *nparams);

/* What stands for the parameter at p of the pattern, and whose it is. */
const char *rights_value(struct rights_box *box, const char *pattern, const char *p, enum rights_owner *owner);

/* Asks, with an empty form or an empty JSON object where the method takes a body. */
void rights_ask(struct rights_box *box, const struct tomb_route *route, const char *path, enum rights_caller caller,
	enum rights_door door, struct raw_answer *out);

/* Asks the route as everybody, and fails the test unless every answer is what the table says. */
void rights_check(struct rights_box *box, const struct tomb_route *route);

#endif
