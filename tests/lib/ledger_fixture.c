#include "ledger_fixture.h"

#include "sql.gen.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 24 };

int ledger_fixture_set_up(void **state)
{
	struct ledger_fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	tomb_fixture_pg_fresh();
	f->arena = tomb_arena_init(ARENA_BYTES);
	f->program = (struct tomb_actor){.email = TOMB_STR("tombstone"), .via = TOMB_VIA_CLI};
	*state = f;
	OK(f, tomb_pg_open(&f->pg, tomb_fixture_pg_registry(), sql_all, sql_nall, &f->err));
	return 0;
}

int ledger_fixture_tear_down(void **state)
{
	struct ledger_fixture *f = *state;

	tomb_pg_close(f->pg);
	tomb_arena_fini(&f->arena);
	free(f);
	return 0;
}

int64_t ledger_fixture_institution(const char *identifier)
{
	char sql[512];

	(void)snprintf(sql, sizeof sql,
		"insert into institution (identifier, name) values ('%s', 'The %s') returning id", identifier,
		identifier);
	return tomb_fixture_pg_number(sql);
}

struct tomb_actor ledger_fixture_person(
	struct ledger_fixture *f, int64_t institution_id, const char *email, enum tomb_role role)
{
	char sql[512];
	const char *institution = NULL;
	struct tomb_actor actor = {.institution_id = institution_id, .role = role, .via = TOMB_VIA_WEB};

	(void)snprintf(sql, sizeof sql,
		"insert into user_account (institution_id, email, name, role) values (%" PRId64 ", '%s', 'A %s', '%s') "
		"returning id",
		institution_id, email, email, tomb_role_name(role).p);
	actor.user_id = tomb_fixture_pg_number(sql);
	(void)snprintf(sql, sizeof sql, "select identifier from institution where id = %" PRId64, institution_id);
	institution = tomb_fixture_pg_value(sql);
	actor.institution = tomb_arena_str(&f->arena, tomb_str_from(institution));
	actor.email = tomb_arena_str(&f->arena, tomb_str_from(email));
	actor.name = actor.email;
	return actor;
}
