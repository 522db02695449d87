/* What every test of the ledger's verbs needs: a connection as the registry, an arena, an error, and the operator's
 * command. */
#ifndef TOMB_TEST_LEDGER_FIXTURE_H
#define TOMB_TEST_LEDGER_FIXTURE_H

#include "pg_fixture.h"
#include "tombstone/actor.h"
#include "tombstone/pg.h"

struct ledger_fixture {
	struct tomb_pg *pg; /* as tombstone_registry, with all statements */
	struct tomb_arena arena;
	struct tomb_err err;
	struct tomb_actor program; /* the operator's command */
};

/* For cmocka's set-up and tear-down of a group or a test: *state is a struct ledger_fixture, on a fresh database. */
int ledger_fixture_set_up(void **state);
int ledger_fixture_tear_down(void **state);

#define OK(f, expr)                                                                                                    \
	do {                                                                                                           \
		if ((expr) != TOMB_OK)                                                                                 \
			fail_msg("%s: %s", #expr, (f)->err.text);                                                      \
	} while (0)

/* Asserts the code and a piece of the text. */
#define REFUSED(f, expr, code, piece)                                                                                  \
	do {                                                                                                           \
		assert_int_equal((expr), (code));                                                                      \
		if (!strstr((f)->err.text, (piece)))                                                                   \
			fail_msg("\"%s\" does not say \"%s\"", (f)->err.text, (piece));                                \
	} while (0)

/* An institution, and an account with a role ("inst_admin") in it; made by SQL, so that only what is tested is used. */
int64_t ledger_fixture_institution(const char *identifier);
struct tomb_actor ledger_fixture_person(
	struct ledger_fixture *f, int64_t institution_id, const char *email, enum tomb_role role);

#endif
