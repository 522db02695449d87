/*
 * Redis away for long, full, read only, or taken over by its copy, while work goes on: every deletion ends, and the log
 * says once that Redis is away and once that it is back.  What it forgets is the subject of test_redis.c.
 */
#include "outage.h"
#include "redis_trio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { LANES = 2 };

static void tell_redis(struct outage *o, const char *command)
{
	char answer[REDIS_TRIO_ANSWER];

	redis_trio_tell(o->stage->redis, NULL, command, answer);
	assert_string_equal(answer, "+OK\r\n");
}

/* Each process has found out once, says why, and has found out once that it is over. */
static void each_said_so_once(struct outage *o, const char *why)
{
	outage_wait_said(&o->stage->registry, "redis-up", "", 1);
	outage_wait_said(&o->stage->worker, "redis-up", "", LANES);
	assert_int_equal(outage_said(&o->stage->registry, "redis-down", why), 1);
	assert_int_equal(outage_said(&o->stage->registry, "redis-up", ""), 1);
	for (int i = 0; i < LANES; i++) {
		char lane[16];

		(void)snprintf(lane, sizeof lane, " lane=%d", i);
		assert_int_equal(outage_said(&o->stage->worker, "redis-down", lane), 1);
		assert_int_equal(outage_said(&o->stage->worker, "redis-up", lane), 1);
	}
}

static void away_for_long_it_is_missed_by_nobody(void **state)
{
	struct outage o;

	outage_begin(&o, state);
	outage_delete(&o, 0);
	server_kill(o.stage->redis);
	outage_delete(&o, 1);
	outage_delete(&o, 2);
	outage_end(&o);
	server_start_again(o.stage->redis);
	each_said_so_once(&o, "Redis at unix:");
}

/* A batch whose lane is dead comes back by its lease alone. */
static void leases_end_also_while_it_is_away(void **state)
{
	struct outage o;

	outage_begin(&o, state);
	server_kill(o.stage->redis);
	for (int i = 0; i < 3; i++)
		outage_delete(&o, i);
	stage_wait(o.stage, 1, "select (count(*) > 0)::int from batch where fence > 0");
	outage_kill_lanes(&o);
	outage_end(&o);
}

static void full_it_takes_no_announcement_and_the_lanes_look_for_themselves(void **state)
{
	struct outage o;

	outage_begin(&o, state);
	outage_delete(&o, 0);
	stage_wait(o.stage, 0, "select count(*) from deletion where finished_at is null");
	tell_redis(&o, "CONFIG SET maxmemory 1");
	outage_delete(&o, 1);
	outage_delete(&o, 2);
	outage_end(&o);
	outage_wait_said(&o.stage->registry, "redis-down", "OOM command not allowed", 1);
	tell_redis(&o, "CONFIG SET maxmemory 0");
	outage_wait_said(&o.stage->registry, "redis-up", "", 1);
	assert_int_equal(outage_said(&o.stage->registry, "redis-down", ""), 1);
	assert_int_equal(outage_said(&o.stage->registry, "redis-up", ""), 1);
}

static void as_a_copy_it_takes_no_writes_until_it_is_the_master_again(void **state)
{
	struct outage o;

	outage_begin(&o, state);
	outage_delete(&o, 0);
	tell_redis(&o, "REPLICAOF 127.0.0.1 1");
	outage_delete(&o, 1);
	outage_delete(&o, 2);
	outage_end(&o);
	tell_redis(&o, "REPLICAOF NO ONE");
	each_said_so_once(&o, "READONLY");
}

static void set_sentinels(struct outage *o, const struct redis_trio *trio)
{
	struct program *programs[] = {&o->stage->registry, &o->stage->worker};
	char settings[1024];
	char path[128];
	FILE *f = NULL;

	(void)snprintf(settings, sizeof settings,
		"redis_sentinels = 127.0.0.1:%d,127.0.0.1:%d\nredis_master = %s\nredis_password_file = %s/redis\n"
		"redis_sentinel_password_file = %s/sentinel\n",
		trio->dead_port, trio->sentinel_port, REDIS_TRIO_MASTER, o->stage->world.folder,
		o->stage->world.folder);
	for (size_t i = 0; i < TOMB_COUNTOF(programs); i++)
		program_set(programs[i], settings);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", o->stage->world.folder, i ? "sentinel" : "redis");
		f = fopen(path, "wxe");
		assert_non_null(f);
		assert_int_equal(fchmod(fileno(f), 0600), 0);
		assert_true(fputs(i ? REDIS_TRIO_SENTINEL_PASSWORD : REDIS_TRIO_PASSWORD, f) >= 0);
		assert_int_equal(fclose(f), 0);
	}
}

static void a_failover_by_sentinel_is_followed(void **state)
{
	struct outage o = {.stage = *state};
	struct redis_trio trio;
	char answer[REDIS_TRIO_ANSWER];

	redis_trio_start(&trio);
	set_sentinels(&o, &trio);
	outage_begin(&o, state);
	outage_delete(&o, 0);
	server_kill(trio.servers[0]);
	outage_delete(&o, 1);
	redis_trio_wait_for_master(&trio, 1);
	/* All of them follow, and what is announced from here on goes to the new master. */
	outage_wait_said(&o.stage->worker, "redis-up", "", LANES);
	redis_trio_tell(trio.servers[1], REDIS_TRIO_PASSWORD, "DEL tombstone:batches", answer);
	outage_delete(&o, 2);
	outage_end(&o);
	outage_wait_said(&o.stage->registry, "redis-up", "", outage_said(&o.stage->registry, "redis-down", ""));
	redis_trio_tell(trio.servers[1], REDIS_TRIO_PASSWORD, "EXISTS tombstone:batches", answer);
	assert_string_equal(answer, ":1\r\n");
	redis_trio_end(&trio);
}

static void sentinels_without_a_masters_name_keep_both_from_starting(void **state)
{
	struct stage *s = *state;
	struct program *programs[] = {&s->registry, &s->worker};

	for (size_t i = 0; i < TOMB_COUNTOF(programs); i++) {
		const char *words[] = {programs[i]->name, "--config", programs[i]->conf, NULL};
		char *out = NULL;

		program_set(programs[i], "redis_sentinels = 127.0.0.1:26379\n");
		assert_int_equal(program_run(words, &out), 1);
		assert_non_null(strstr(out, "Sentinels and the name of their master go together"));
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(away_for_long_it_is_missed_by_nobody, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(leases_end_also_while_it_is_away, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			full_it_takes_no_announcement_and_the_lanes_look_for_themselves, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			as_a_copy_it_takes_no_writes_until_it_is_the_master_again, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(a_failover_by_sentinel_is_followed, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			sentinels_without_a_masters_name_keep_both_from_starting, stage_set_up, stage_tear_down),
	};

	return cmocka_run_group_tests_name("Redis is away", tests, NULL, NULL);
}
