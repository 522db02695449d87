/* Redis is a hint: whatever it forgets, and whenever it is away, nothing is lost (architecture.md I6). */
#include "bulk.h"
#include "moment.h"
#include "two_people.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { OBJECTS = 6, FILES = 100, COPIES = 2 };

static void make_objects(struct stage *s, int64_t objects[static OBJECTS])
{
	for (int i = 0; i < OBJECTS; i++) {
		char name[64];

		(void)snprintf(name, sizeof name, "test.edu/bag-%d", i);
		objects[i] = bulk_object(&s->world, name, FILES, COPIES);
	}
}

static void all_are_deleted(struct stage *s)
{
	stage_check(s);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), OBJECTS * FILES);
}

/* One command without arguments; its answer is one line. */
static void tell_redis(struct stage *s, const char *command, char answer[static 64])
{
	struct tomb_address address = server_address(s->redis);
	int fd = raw_connect_unix(address.name);
	size_t n = 0;

	assert_true(raw_send(fd, tomb_str_from(command)) && raw_send(fd, TOMB_STR("\r\n")));
	while (n < 63 && read(fd, answer + n, 1) == 1 && answer[n] != '\n')
		n++;
	answer[n] = '\0';
	assert_int_equal(close(fd), 0);
}

static void flush_redis(struct stage *s)
{
	char answer[64];

	tell_redis(s, "FLUSHALL", answer);
	assert_string_equal(answer, "+OK\r");
}

static void i6_redis_may_forget_everything_between_approval_and_work(void **state)
{
	struct stage *s = *state;
	int64_t objects[OBJECTS];
	struct two_people people;
	char answer[64];

	make_objects(s, objects);
	stage_start_registry(s);
	two_people_init(&people, s);
	two_people_delete(&people, objects, OBJECTS);
	stage_wait(s, OBJECTS, "select count(*) from batch where announced_at is not null");
	tell_redis(s, "EXISTS tombstone:batches", answer);
	assert_string_equal(answer, ":1\r");
	flush_redis(s);
	program_start(&s->worker);
	all_are_deleted(s);
}

static void i6_redis_may_forget_everything_while_work_goes_on(void **state)
{
	struct stage *s = *state;
	int64_t objects[OBJECTS];
	struct two_people people;
	int flushed = 0;

	make_objects(s, objects);
	stage_start(s);
	two_people_init(&people, s);
	two_people_delete(&people, objects, OBJECTS);
	while (tomb_world_number("select count(*) from deletion where finished_at is null") > 0) {
		flush_redis(s);
		flushed++;
		moment_pass();
	}
	all_are_deleted(s);
	print_message("    forgot everything %d times\n", flushed);
}

static void i6_redis_may_be_away_all_the_time(void **state)
{
	struct stage *s = *state;
	int64_t objects[OBJECTS];
	struct two_people people;

	make_objects(s, objects);
	server_kill(s->redis);
	stage_start(s);
	two_people_init(&people, s);
	two_people_delete(&people, objects, OBJECTS);
	all_are_deleted(s);
	assert_int_equal(program_end(&s->worker), 0);
	assert_int_equal(program_end(&s->registry), 0);
}

static void i6_redis_may_crash_and_come_back_empty(void **state)
{
	struct stage *s = *state;
	int64_t objects[OBJECTS];
	struct two_people people;
	char answer[64];

	make_objects(s, objects);
	stage_start(s);
	two_people_init(&people, s);
	two_people_delete(&people, objects, OBJECTS / 3);
	server_kill(s->redis);
	two_people_delete(&people, objects + OBJECTS / 3, OBJECTS / 3);
	server_start_again(s->redis);
	two_people_delete(&people, objects + 2 * OBJECTS / 3, OBJECTS / 3);
	all_are_deleted(s);
	/* And it is used again. */
	tell_redis(s, "EXISTS tombstone:batches", answer);
	assert_string_equal(answer, ":1\r");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			i6_redis_may_forget_everything_between_approval_and_work, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			i6_redis_may_forget_everything_while_work_goes_on, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(i6_redis_may_be_away_all_the_time, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(i6_redis_may_crash_and_come_back_empty, stage_set_up, stage_tear_down),
	};
	return cmocka_run_group_tests_name("Redis forgets", tests, NULL, NULL);
}
