#include "slow_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

static bool wait_in_vain(void *ctx, int64_t ms)
{
	struct slow_store *f = ctx;

	if (f->told_to_end)
		return false;
	assert_true(ms > 0);
	f->waited_ms += ms;
	f->waits++;
	tomb_clock_manual_advance(&f->clock, ms * TOMB_US_PER_MS);
	return true;
}

void slow_store_say(struct slow_store *f, size_t times, enum canned_manner manner, const char *bytes)
{
	for (size_t i = 0; i < times; i++) {
		assert_true(f->n < SLOW_STORE_SCRIPT_MAX);
		f->script[f->n++] = (struct canned_reply){.manner = manner, .bytes = bytes};
	}
}

void slow_store_answer(struct slow_store *f, size_t times, const char *bytes)
{
	slow_store_say(f, times, strstr(bytes, "Connection: close") ? CANNED_ANSWER_AND_CUT : CANNED_ANSWER, bytes);
}

void slow_store_setup(struct slow_store *f)
{
	*f = (struct slow_store){
		.arena = tomb_arena_init(64 << 20), .clock = tomb_clock_manual(tomb_clock_wall_us(tomb_clock_real()))};
	tomb_clock_manual_advance(&f->clock, INT64_C(1000000000));
	temp_folder_make(&f->temp);
	slow_store_answer(f, 1, SLOW_STORE_VERSIONING);
	slow_store_answer(f, 1, S3_NOT_THERE);
}

static void write_key(struct slow_store *f, const char *name)
{
	char path[256];

	temp_folder_write(&f->temp, name, "AKIDEXAMPLE\n", 12);
	(void)snprintf(path, sizeof path, "%s/%s", f->temp.path, name);
	assert_int_equal(chmod(path, 0400), 0);
}

void slow_store_begin(struct slow_store *f, int64_t longest_ms)
{
	TOMB_BUF_AUTO conf = tomb_buf_init(1 << 12);
	struct tomb_probe probe;
	char path[256];

	f->server = canned_http_start(f->script, f->n);
	write_key(f, "access");
	write_key(f, "secret");
	tomb_buf_putf(&conf,
		"[backend s]\nkind = s3\nendpoint = http://127.0.0.1:%d\nregion = us-east-1\nbucket = bucket\n"
		"requests_in_flight = 1\n" /* the server has one connection at a time */
		"access_key_file = %s/access\nsecret_key_file = %s/secret\n",
		canned_http_port(f->server), f->temp.path, f->temp.path);
	temp_folder_write(&f->temp, "conf", conf.p, conf.n);
	(void)snprintf(path, sizeof path, "%s/conf", f->temp.path);
	if (tomb_stores_open(path, &f->stores, &f->err) != TOMB_OK)
		fail_msg("%s", f->err.text);
	f->store = tomb_stores_at(f->stores, 0);
	tomb_stores_set_waiting(
		f->stores, &(struct tomb_waiting){
				   .clock = &f->clock.clock, .wait = wait_in_vain, .ctx = f, .longest_ms = longest_ms});
	if (tomb_store_probe(f->store, &probe, &f->err) != TOMB_OK)
		fail_msg("%s", f->err.text);
}

void slow_store_end(struct slow_store *f)
{
	tomb_stores_close(f->stores);
	canned_http_free(f->server);
	temp_folder_remove(&f->temp);
	tomb_arena_fini(&f->arena);
}

size_t slow_store_sent(struct slow_store *f)
{
	canned_http_stop(f->server);
	return canned_http_requests(f->server) - SLOW_STORE_PROBE;
}

enum tomb_code slow_store_look(struct slow_store *f)
{
	struct tomb_stat st;

	return tomb_store_stat(f->store, TOMB_STR("k"), &f->arena, &st, &f->err);
}

struct tomb_result slow_store_delete(struct slow_store *f)
{
	struct tomb_target target = {.key = TOMB_STR("k")};
	struct tomb_result result;

	if (tomb_store_delete_one(f->store, &target, &f->arena, &result, &f->err) != TOMB_OK)
		fail_msg("%s", f->err.text);
	return result;
}
