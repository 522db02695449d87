/* SIGTERM: the programs finish or give back what they have begun, and end with 0. */
#include "bulk.h"
#include "moment.h"
#include "two_people.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 5, FILES = 400, COPIES = 2, READERS = 4 };

static void x_16_a_worker_that_is_told_to_end_leaves_no_batch_behind(void **state)
{
	struct stage *s = *state;
	struct two_people people;

	stage_start(s);
	two_people_init(&people, s);
	for (int i = 0; i < ROUNDS; i++) {
		char name[64];
		int64_t object = 0;

		(void)snprintf(name, sizeof name, "test.edu/bag-%d", i);
		object = bulk_object(&s->world, name, FILES, COPIES);
		two_people_delete(&people, &object, 1);
		stage_wait(s, 1,
			"select count(*) from batch where fence > 0 and deletion_id = (select max(id) from deletion)");
		for (int moment = 0; moment < i; moment++)
			moment_pass();
		assert_int_equal(program_end(&s->worker), 0);
		assert_int_equal(tomb_world_number("select count(*) from batch where state = 'leased'"), 0);
		program_start(&s->worker);
	}
	stage_check(s);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), ROUNDS * FILES);
	assert_int_equal(program_end(&s->worker), 0);
}

/* Somebody who reads page after page until there is no service any more; ends with 0 if nothing else went wrong. */
static pid_t start_reader(struct visitor *v)
{
	RAW_ANSWER_AUTO a = {0};
	pid_t pid = fork();
	int pages = 0;

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (visitor_get(v, &a, "/objects") == 200)
		pages++;
	if ((a.status == 0 || a.status == 503) && pages > 0)
		_exit(0);
	(void)fprintf(stderr, "a reader: %d after %d pages\n%s%s\n", a.status, pages, a.head, a.body ? a.body : "");
	_exit(1);
}

static void a_registry_that_is_told_to_end_answers_those_who_asked(void **state)
{
	struct stage *s = *state;
	struct two_people people;
	pid_t readers[READERS];
	char *log = NULL;
	int64_t object = bulk_object(&s->world, "test.edu/bag", FILES, COPIES);

	stage_start(s);
	two_people_init(&people, s);
	for (int i = 0; i < READERS; i++)
		readers[i] = start_reader(&people.alice);
	two_people_delete(&people, &object, 1);
	assert_int_equal(program_end(&s->registry), 0);
	for (int i = 0; i < READERS; i++) {
		int status = 0;

		assert_int_equal(waitpid(readers[i], &status, 0), readers[i]);
		assert_int_equal(status, 0);
	}
	log = program_log(&s->registry);
	assert_non_null(strstr(log, "event=stopped"));
	assert_null(strstr(log, "event=request-failed"));
	free(log);
	stage_start_registry(s);
	stage_check(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			x_16_a_worker_that_is_told_to_end_leaves_no_batch_behind, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			a_registry_that_is_told_to_end_answers_those_who_asked, stage_set_up, stage_tear_down),
	};
	return cmocka_run_group_tests_name("told to end", tests, NULL, NULL);
}
