/* A server that asks for fewer requests: nothing is done, nothing is lost, nothing is proven. */
#include "act.h"
#include "row.h"

#include "tombstone/clock.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	TRIES = 40,
	UPLOADS_MAX = 50 /* one that comes while a delete is on its way is itself asked to come later */
};

static bool never_wait(void *ctx, int64_t ms)
{
	(void)ctx;
	(void)ms;
	return false;
}

/* The body of an upload that does not end before the other side closes its pipe. */
struct upload {
	int end;
	int ready; /* gets a byte when the body is asked for: the request is on its way */
};

static enum tomb_code read_slowly(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	const struct upload *upload = arg;
	ssize_t got = 0;

	if (write(upload->ready, "r", 1) != 1)
		return TOMB_FAIL(err, TOMB_IO, "the pipe");
	got = read(upload->end, buf, cap);
	if (got < 0)
		return TOMB_FAIL(err, TOMB_IO, "the pipe");
	*n = (size_t)got;
	return TOMB_OK;
}

static _Noreturn void upload_slowly(struct bench *b, struct upload *upload)
{
	struct tomb_put put = {.key = bench_key(b, "busy"), .size_bytes = 1 << 20, .read = read_slowly, .arg = upload};
	struct tomb_placed placed;
	struct tomb_err err;

	_exit(tomb_store_put(bench_store(b, "busy"), &put, &b->arena, &placed, &err) == TOMB_OK);
}

/* Another client, in a process of its own, that keeps the server busy until *end is closed. */
static pid_t keep_busy(struct bench *b, int *end)
{
	int body[2];
	int ready[2];
	char byte = 0;
	pid_t pid = 0;

	if (pipe(body) != 0 || pipe(ready) != 0)
		bench_broken("a pipe");
	pid = fork();
	if (pid < 0)
		bench_broken("a process");
	if (pid == 0) {
		(void)close(body[1]);
		(void)close(ready[0]);
		upload_slowly(b, &(struct upload){body[0], ready[1]});
	}
	(void)close(body[0]);
	(void)close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		bench_broken("the upload did not begin");
	(void)close(ready[0]);
	*end = body[1];
	return pid;
}

static bool has_ended(pid_t *pid)
{
	if (*pid == 0 || waitpid(*pid, NULL, WNOHANG) == 0)
		return false;
	*pid = 0;
	return true;
}

/* Deletes what is not there until the server asks for fewer requests; with an upload beside it where it needs one. */
static bool becomes_busy(struct bench *b, pid_t *pid, int *end)
{
	struct tomb_str key = bench_key(b, "never");
	const char *by = getenv("TOMBSTONE_INTEROP_THROTTLED_BY");
	int uploads = by && strcmp(by, "one-at-a-time") == 0 ? UPLOADS_MAX : 0;

	do {
		if (uploads)
			*pid = keep_busy(b, end);
		for (int i = 0; i < TRIES && !has_ended(pid); i++)
			if (act_delete(b, "throttled", (struct tomb_target){.key = key}).outcome ==
				TOMB_OUTCOME_THROTTLED)
				return true;
		if (uploads)
			(void)close(*end);
		if (*pid)
			(void)waitpid(*pid, NULL, 0);
		*pid = 0;
	} while (--uploads > 0);
	return false;
}

static void throttled(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "kept");
	static struct tomb_waiting waiting = {.wait = never_wait}; /* the stores outlive the row */
	struct tomb_store *store = bench_store(b, "throttled");
	enum tomb_outcome got = TOMB_OUTCOME_GONE;
	struct tomb_probe probe;
	struct tomb_err err;
	pid_t pid = 0;
	int end = -1;

	(void)row;
	(void)act_have(b, "plain", key);
	waiting.clock = tomb_clock_real();
	bench_waits(b, "throttled", &waiting);
	act_want_code(b, "probe", tomb_store_probe(store, &probe, &err), TOMB_OK);
	if (becomes_busy(b, &pid, &end))
		got = act_delete(b, "throttled", (struct tomb_target){.key = key}).outcome;
	if (pid) {
		(void)close(end);
		(void)waitpid(pid, NULL, 0);
	}
	act_want_outcome(b, "delete", got, TOMB_OUTCOME_THROTTLED);
	act_want_there(b, "plain", key);
	bench_must(b, act_verify(b, "throttled", key) != TOMB_ABSENT_VERIFIED, "verify: verified absent");
}

static const struct row rows[] = {
	{.name = "throttled", .expects = "throttled, not done; the bytes stay", .run = throttled},
};

const struct row_group row_throttle = {"too many requests", rows, TOMB_COUNTOF(rows)};
