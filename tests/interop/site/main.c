/*
 * A registry over a small repository in which something of everything has happened, for programs of others to try
 * themselves on.  Writes "port N" and, for each role, "ROLE EMAIL KEY" to standard output; ends when standard input
 * does.
 */
#include "pg_fixture.h"
#include "site.h"
#include "tombstone/api_key.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void say_key(struct site *s, const char *role, const struct tomb_actor *who)
{
	char key[TOMB_API_KEY_TEXT];
	int64_t id = 0;

	TOMB_OK_OR_FAIL(tomb_api_key_create(s->world.registry, who, who->user_id, TOMB_STR("trial"), &id, key, &err));
	(void)printf("%s %.*s %s\n", role, TOMB_STR_ARG(who->email), key);
}

/* Something deleted, something asked for, something held, something too young, something of others. */
static void fill(struct tomb_world *w)
{
	int64_t month = tomb_world_option(w, "Month", 30);
	int64_t held = 0;

	(void)tomb_world_approve(w, tomb_world_request_object(w, tomb_world_object(w, "test.edu/gone", 3, 2)));
	tomb_world_work(w);
	(void)tomb_world_approve(w, tomb_world_request_object(w, tomb_world_object(w, "test.edu/going", 2, 1)));
	tomb_world_plan(w);
	(void)tomb_world_request_object(w, tomb_world_object(w, "test.edu/asked for", 2, 3));
	(void)tomb_world_object_in(w, w->institution, month, "test.edu/young", 2, 1);
	held = tomb_world_object(w, "test.edu/held", 2, 1);
	tomb_world_exec("insert into hold (institution_id, object_id, reason, placed_by) values (%" PRId64 ", %" PRId64
			", 'a lawsuit', %" PRId64 ")",
		w->institution, held, w->alice.user_id);
	(void)tomb_world_object(w, "test.edu/free", 5, 2);
	(void)tomb_world_object_in(w, w->other_institution, w->standard, "other.edu/bag", 2, 1);
	tomb_world_exec("insert into checksum (file_id, generation, algorithm, digest) "
			"select id, generation, 'md5', 'd41d8cd98f00b204e9800998ecf8427e' from generic_file");
}

static void people_of_others_try_it(void **state)
{
	struct site *s = *state;
	char byte = 0;

	fill(&s->world);
	(void)printf("port %u\n", s->port);
	say_key(s, "inst_admin", &s->world.alice);
	say_key(s, "inst_user", &s->world.carol);
	say_key(s, "sysadmin", &s->world.oscar);
	(void)printf("ready\n");
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(people_of_others_try_it, site_set_up, site_tear_down),
	};
	return cmocka_run_group_tests_name("a registry to try", tests, NULL, NULL);
}
