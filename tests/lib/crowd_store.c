#include "crowd_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { ARENA_MAX = 64 << 20, CLOCK_START_US = 1000 * 1000 * 1000 };

static bool wait_in_vain(void *ctx, int64_t ms)
{
	struct crowd_store *f = ctx;

	if (f->told_to_end)
		return false;
	assert_true(ms > 0);
	f->waited_ms += ms;
	tomb_clock_manual_advance(&f->clock, ms * TOMB_US_PER_MS);
	return true;
}

struct tomb_str crowd_store_key(const struct crowd_request *request)
{
	const char *path = strchr(request->head.p, ' ') + sizeof " /bucket/" - 1;

	return (struct tomb_str){path, strcspn(path, " ?")};
}

const char *crowd_store_say(struct tomb_arena *arena, const char *status, const char *body)
{
	size_t room = strlen(body) + 256;
	char *text = TOMB_NEW(arena, char, room);

	(void)snprintf(
		text, room, "HTTP/1.1 %s\r\n" CROWD_ID "Content-Length: %zu\r\n\r\n%s", status, strlen(body), body);
	return text;
}

/* The probe is answered here, the rest by the test. */
static const char *answer(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	struct crowd_store *f = ctx;

	if (strncmp(request->head.p, "GET /bucket?versioning", 22) == 0)
		return crowd_store_say(arena, "200 OK", "<VersioningConfiguration/>");
	if (strncmp(request->head.p, "HEAD /bucket/tombstone-probe/", 29) == 0)
		return CROWD_NO_BODY("404 Not Found", "");
	return f->answer(f->ctx, request, arena);
}

static void write_key(struct crowd_store *f, const char *name)
{
	char path[256];

	temp_folder_write(&f->temp, name, "AKIDEXAMPLE\n", 12);
	(void)snprintf(path, sizeof path, "%s/%s", f->temp.path, name);
	assert_int_equal(chmod(path, 0400), 0);
}

static void open_store(struct crowd_store *f, const char *more, int64_t longest_ms)
{
	TOMB_BUF_AUTO conf = tomb_buf_init(1 << 12);
	char path[256];

	tomb_buf_putf(&conf,
		"[backend s]\nkind = s3\nendpoint = http://127.0.0.1:%d\nregion = us-east-1\nbucket = bucket\n"
		"access_key_file = %s/access\nsecret_key_file = %s/secret\nrequest_timeout_ms = 60000\n%s",
		crowd_http_port(f->server), f->temp.path, f->temp.path, more);
	temp_folder_write(&f->temp, "conf", conf.p, conf.n);
	(void)snprintf(path, sizeof path, "%s/conf", f->temp.path);
	if (tomb_stores_open(path, &f->stores, &f->err) != TOMB_OK)
		fail_msg("%s", f->err.text);
	f->store = tomb_stores_at(f->stores, 0);
	tomb_stores_set_waiting(
		f->stores, &(struct tomb_waiting){
				   .clock = &f->clock.clock, .wait = wait_in_vain, .ctx = f, .longest_ms = longest_ms});
}

void crowd_store_begin(struct crowd_store *f, const struct crowd_plan *plan, const char *conf, int64_t longest_ms)
{
	struct crowd_plan ours = *plan;
	struct tomb_probe probe;

	*f = (struct crowd_store){.arena = tomb_arena_init(ARENA_MAX),
		.clock = tomb_clock_manual(tomb_clock_wall_us(tomb_clock_real())),
		.answer = plan->answer,
		.ctx = plan->ctx};
	tomb_clock_manual_advance(&f->clock, CLOCK_START_US);
	temp_folder_make(&f->temp);
	write_key(f, "access");
	write_key(f, "secret");
	ours.answer = answer;
	ours.ctx = f;
	ours.alone += CROWD_STORE_PROBE;
	f->server = crowd_http_start(&ours);
	open_store(f, conf, longest_ms);
	if (tomb_store_probe(f->store, &probe, &f->err) != TOMB_OK)
		fail_msg("%s", f->err.text);
}

size_t crowd_store_sent(struct crowd_store *f)
{
	crowd_http_stop(f->server);
	return crowd_http_requests(f->server) - CROWD_STORE_PROBE;
}

void crowd_store_end(struct crowd_store *f)
{
	tomb_stores_close(f->stores);
	crowd_http_free(f->server);
	temp_folder_remove(&f->temp);
	tomb_arena_fini(&f->arena);
}
