#include "bench.h"

#include "tombstone/clock.h"
#include "tombstone/percent.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int64_t skew_us;

const struct tomb_clock *__real_tomb_clock_real(void);
const struct tomb_clock *__wrap_tomb_clock_real(void);

static int64_t skewed_monotonic_us(const struct tomb_clock *clock)
{
	(void)clock;
	return tomb_clock_monotonic_us(__real_tomb_clock_real());
}

static int64_t skewed_wall_us(const struct tomb_clock *clock)
{
	(void)clock;
	return tomb_clock_wall_us(__real_tomb_clock_real()) + skew_us;
}

const struct tomb_clock *__wrap_tomb_clock_real(void)
{
	static const struct tomb_clock skewed = {skewed_monotonic_us, skewed_wall_us};

	return &skewed;
}

void bench_skew(int64_t us)
{
	skew_us = us;
}

void bench_broken(const char *fmt, ...)
{
	va_list ap;

	(void)fputs("interop: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	exit(2);
}

static _Noreturn void stop(struct bench *b, enum bench_status status, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

static _Noreturn void stop(struct bench *b, enum bench_status status, const char *fmt, va_list ap)
{
	b->status = status;
	(void)vsnprintf(b->text, sizeof b->text, fmt, ap);
	longjmp(b->stop, 1);
}

void bench_must(struct bench *b, bool holds, const char *fmt, ...)
{
	va_list ap;

	if (holds)
		return;
	va_start(ap, fmt);
	stop(b, BENCH_UNTRUE, fmt, ap);
}

void bench_want(struct bench *b, bool holds, const char *fmt, ...)
{
	va_list ap;

	if (holds)
		return;
	va_start(ap, fmt);
	stop(b, b->in_safety_row ? BENCH_UNTRUE : BENCH_DIFFERS, fmt, ap);
}

void bench_lacks(struct bench *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	stop(b, BENCH_LACKS, fmt, ap);
}

int bench_raw(struct bench *b, const char *name, const char *method, struct tomb_str key, const char *query,
	const char *headers, const char *body)
{
	TOMB_BUF_AUTO path = tomb_buf_init(4096);
	int64_t skew = skew_us;
	int status = 0;

	tomb_buf_putf(&path, "/%s%s", b->bucket, bench_suffix(name));
	if (key.n)
		tomb_buf_put(&path, TOMB_STR("/"));
	tomb_percent_encode_path(&path, key);
	if (path.broken != TOMB_OK)
		bench_broken("a key of %zu bytes", key.n);
	skew_us = 0;
	status = s3_raw_send(&b->raw, method, path.p, query, headers, tomb_str_from(body));
	skew_us = skew;
	return status;
}

struct tomb_str bench_key(struct bench *b, const char *end)
{
	char text[128];
	int n = snprintf(text, sizeof text, "k%zu/%s", ++b->serial, end);
	struct tomb_str key = tomb_arena_str(&b->arena, (struct tomb_str){text, (size_t)n});

	if (!key.p)
		bench_broken("out of memory");
	return key;
}

static const char *env(const char *name)
{
	const char *value = getenv(name);

	if (!value || !value[0])
		bench_broken("%s is not set: use tests/interop/run", name);
	return value;
}

static void make_bucket(struct bench *b, const char *name, const char *headers)
{
	int status = bench_raw(b, name, "PUT", TOMB_STR(""), "", headers, "");

	if (status != 200)
		bench_broken("bucket %s%s: HTTP %d %.*s", b->bucket, bench_suffix(name), status,
			TOMB_STR_ARG(b->raw.answer.body));
}

static bool answer_has(const struct bench *b, const char *words)
{
	return memmem(b->raw.answer.body.p, b->raw.answer.body.n, words, strlen(words)) != NULL;
}

/* A server may also accept the configuration, and do nothing about it. */
static void configure(struct bench *b, const char *name, const char *status)
{
	char body[128];
	int put = 0;
	int get = 0;

	(void)snprintf(
		body, sizeof body, "<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>", status);
	put = bench_raw(b, name, "PUT", TOMB_STR(""), "versioning", "", body);
	get = bench_raw(b, name, "GET", TOMB_STR(""), "versioning", "", "");
	if (put != 200 || get != 200 || !answer_has(b, status))
		(void)snprintf(b->lacks_versions, sizeof b->lacks_versions, "versioning %s: PUT answers %d, GET %d%s",
			status, put, get, get == 200 && !answer_has(b, status) ? " and not that" : "");
}

static void make_locked(struct bench *b)
{
	int put = bench_raw(b, "locked", "PUT", TOMB_STR(""), "", "x-amz-bucket-object-lock-enabled: true", "");
	int get = put == 200 ? bench_raw(b, "locked", "GET", TOMB_STR(""), "object-lock", "", "") : 0;

	if (put != 200 || get != 200 || !answer_has(b, "Enabled"))
		(void)snprintf(b->lacks_locks, sizeof b->lacks_locks,
			"a bucket with object lock: PUT answers %d, GET ?object-lock %d", put, get);
}

void bench_begin(struct bench *b)
{
	struct tomb_err err;

	*b = (struct bench){.arena = tomb_arena_init(BENCH_ARENA_MAX)};
	b->raw = (struct s3_raw){.endpoint = env("TOMBSTONE_INTEROP_ENDPOINT"),
		.access_key = env("TOMBSTONE_INTEROP_KEY"),
		.secret_key = env("TOMBSTONE_INTEROP_SECRET"),
		.arena = &b->arena};
	temp_folder_make(&b->temp);
	(void)snprintf(b->bucket, sizeof b->bucket, "i%d-%lld", (int)getpid(),
		(long long)(tomb_clock_wall_us(__real_tomb_clock_real()) / TOMB_US_PER_MS));
	if (tomb_http_new(&b->raw.http, &err) != TOMB_OK)
		bench_broken("%s", err.text);
	make_bucket(b, "plain", "");
	make_bucket(b, "shared", "");
	make_bucket(b, "turned", "");
	make_bucket(b, "enabled", "");
	make_bucket(b, "suspended", "");
	configure(b, "enabled", "Enabled");
	if (!b->lacks_versions[0])
		configure(b, "suspended", "Suspended");
	make_locked(b);
}

void bench_end(struct bench *b)
{
	for (size_t i = 0; i < b->nopened; i++)
		tomb_stores_close(b->opened[i].stores);
	tomb_http_free(b->raw.http);
	temp_folder_remove(&b->temp);
	tomb_arena_fini(&b->arena);
}
