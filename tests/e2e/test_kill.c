/*
 * kill -9 of everything, again and again, while deletions are asked for, approved, planned, mailed and done; and a
 * crash of PostgreSQL in the middle (deletion.md X-16).  In the end it must look as if nothing had happened.
 */
#include "bulk.h"
#include "moment.h"
#include "pg_fixture.h"
#include "two_people.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	ROUNDS = 20, /* one object each */
	FILES = 150,
	COPIES = 2,
	LANES_MAX = 8,
	TAKEN_OVER_MIN = 3,    /* batches that another lane had to repeat, before it counts as tried */
	EXTRA_ROUNDS_MAX = 20, /* further ones, for machines on which the lanes are too quick to be caught */
	DELAY_US_MAX = 60 * 1000,
	PAGES = 20,
};

struct ordeal {
	struct stage *stage;
	struct two_people people;
	unsigned seed;
	int64_t objects[ROUNDS + EXTRA_ROUNDS_MAX];
	int made;
	int agreed; /* the first so many objects are approved */
};

static void pass_us(unsigned us)
{
	const struct timespec t = {.tv_nsec = (long)us * 1000};

	(void)nanosleep(&t, NULL);
}

/* Kills from a process of its own, so that it happens in the middle of what this one does; to be waited for. */
static pid_t kill_later(struct ordeal *o, const pid_t *victims, size_t n)
{
	unsigned us = (unsigned)rand_r(&o->seed) % DELAY_US_MAX;
	pid_t killer = fork();

	assert_true(killer >= 0);
	if (killer > 0)
		return killer;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	pass_us(us);
	for (size_t i = 0; i < n; i++)
		(void)kill(victims[i], SIGKILL);
	_exit(0);
}

static void wait_for(pid_t pid)
{
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void make_one(struct ordeal *o)
{
	char name[64];

	(void)snprintf(name, sizeof name, "test.edu/bag-%d", o->made);
	o->objects[o->made++] = bulk_object(&o->stage->world, name, FILES, COPIES);
}

/* Alice asks for the newest object.  Bob approves what he has mail about, in order; Alice repeats what got lost. */
static void ask_and_agree(struct ordeal *o)
{
	(void)two_people_ask(&o->people, o->objects[o->made - 1]);
	while (o->agreed < o->made && two_people_ask(&o->people, o->objects[o->agreed]) &&
		two_people_agree(&o->people, o->objects[o->agreed]))
		o->agreed++;
}

static void kill_the_registry(struct ordeal *o)
{
	struct program *registry = &o->stage->registry;
	pid_t killer = (make_one(o), kill_later(o, &registry->pid, 1));

	ask_and_agree(o);
	wait_for(killer);
	wait_for(registry->pid);
	registry->pid = 0;
	stage_start_registry(o->stage);
}

/* Waits until some lane works, if there is work, and then for a random part of what a batch takes. */
static bool catch_lanes_at_work(struct ordeal *o)
{
	int64_t until = moment_ms() + 1000;

	while (tomb_world_number("select count(*) from batch where state = 'leased' and lease_until > now() + "
				 "interval '4 s'") == 0)
		if (moment_ms() > until)
			return false;
	pass_us((unsigned)rand_r(&o->seed) % (DELAY_US_MAX / 4));
	return true;
}

static void kill_the_lanes(struct ordeal *o)
{
	pid_t lanes[LANES_MAX];
	size_t n = 0;

	make_one(o);
	ask_and_agree(o);
	(void)catch_lanes_at_work(o);
	n = program_children(&o->stage->worker, lanes, LANES_MAX);
	for (size_t i = 0; i < n; i++)
		(void)kill(lanes[i], SIGKILL);
}

static void kill_the_worker(struct ordeal *o)
{
	make_one(o);
	ask_and_agree(o);
	(void)catch_lanes_at_work(o);
	program_kill(&o->stage->worker);
	program_start(&o->stage->worker);
}

static void crash_postgresql(struct ordeal *o)
{
	make_one(o);
	ask_and_agree(o);
	(void)catch_lanes_at_work(o);
	tomb_fixture_pg_restart();
}

static int64_t taken_over(void)
{
	return tomb_world_number("select count(*) from batch where fence > 1");
}

static void x_16_whatever_is_killed_every_file_is_deleted_once(void **state)
{
	typedef void attack_fn(struct ordeal * o);
	static attack_fn *const attacks[] = {
		kill_the_lanes, kill_the_registry, kill_the_lanes, kill_the_worker, crash_postgresql};
	struct ordeal o = {.stage = *state, .seed = (unsigned)moment_ms()};

	print_message("    seed %u\n", o.seed);
	(void)bulk_object(&o.stage->world, "test.edu/bystander", FILES, COPIES);
	stage_start(o.stage);
	two_people_init(&o.people, o.stage);
	for (int i = 0; i < ROUNDS + EXTRA_ROUNDS_MAX && (i < ROUNDS || taken_over() < TAKEN_OVER_MIN); i++)
		attacks[(size_t)i % TOMB_COUNTOF(attacks)](&o);
	while (o.agreed < o.made)
		ask_and_agree(&o);
	stage_check(o.stage);
	print_message("    %d objects, %" PRId64 " of %" PRId64 " batches taken over\n", o.made, taken_over(),
		tomb_world_number("select count(*) from batch"));
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), o.made * FILES);
	assert_int_equal(tomb_world_number("select count(*) from deletion"), o.made);
	assert_true(taken_over() >= TAKEN_OVER_MIN);
	program_must_live(&o.stage->registry);
	program_must_live(&o.stage->worker);
}

static void a_crash_of_postgresql_turns_nobody_away_afterwards(void **state)
{
	struct stage *s = *state;
	struct visitor alice;
	RAW_ANSWER_AUTO a = {0};

	stage_start_registry(s);
	stage_sign_in(s, &s->world.alice, &alice);
	for (int i = 0; i < PAGES; i++) /* every request thread has had a connection to lose */
		assert_int_equal(visitor_get(&alice, &a, "/objects"), 200);
	tomb_fixture_pg_restart();
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(visitor_get(&alice, &a, "/objects"), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			x_16_whatever_is_killed_every_file_is_deleted_once, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			a_crash_of_postgresql_turns_nobody_away_afterwards, stage_set_up, stage_tear_down),
	};

	tomb_fixture_pg_private();
	return cmocka_run_group_tests_name("an ordeal", tests, NULL, NULL);
}
