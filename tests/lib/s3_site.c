#include "s3_site.h"

#include "byte_source.h"
#include "tombstone/clock.h"
#include "tombstone/digest.h"
#include "tombstone/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SITE_ARENA_MAX = 256 << 20, CONF_MAX = 1 << 14 };

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

bool s3_site_is_there(void)
{
	return env("TOMBSTONE_TEST_S3_ENDPOINT")[0] && env("TOMBSTONE_TEST_S3_KEY")[0] &&
	       env("TOMBSTONE_TEST_S3_SECRET")[0];
}

static void write_private(struct s3_site *s, const char *name, const char *text)
{
	char path[256];

	temp_folder_write(&s->temp, name, text, strlen(text));
	(void)snprintf(path, sizeof path, "%s/%s", s->temp.path, name);
	assert_int_equal(chmod(path, 0600), 0);
}

int s3_site_raw(struct s3_site *s, const char *method, const char *key, const char *query, const char *body)
{
	char path[1200];

	(void)snprintf(path, sizeof path, "/%s%s%s", s->bucket, key[0] ? "/" : "", key);
	return s3_raw_send(&s->raw, method, path, query, "", tomb_str_from(body));
}

void s3_site_set_versioning(struct s3_site *s, bool enabled)
{
	char body[128];

	(void)snprintf(body, sizeof body, "<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>",
		enabled ? "Enabled" : "Suspended");
	assert_int_equal(s3_site_raw(s, "PUT", "", "versioning", body), 200);
}

static void make_bucket(struct s3_site *s, enum s3_site_kind kind)
{
	static unsigned count;
	char path[64];
	const char *header = kind == S3_SITE_LOCKING ? "x-amz-bucket-object-lock-enabled: true" : "";

	(void)snprintf(s->bucket, sizeof s->bucket, "v%d-%lld-%u", (int)getpid(),
		(long long)(tomb_clock_wall_us(tomb_clock_real()) / 1000), count++);
	(void)snprintf(path, sizeof path, "/%s", s->bucket);
	assert_int_equal(s3_raw_send(&s->raw, "PUT", path, "", header, TOMB_STR("")), 200);
	if (kind == S3_SITE_VERSIONED || kind == S3_SITE_SUSPENDED)
		s3_site_set_versioning(s, true);
	if (kind == S3_SITE_SUSPENDED)
		s3_site_set_versioning(s, false);
}

void s3_site_reopen(struct s3_site *s, const char *extra)
{
	TOMB_BUF_AUTO conf = tomb_buf_init(CONF_MAX);
	char path[256];

	tomb_stores_close(s->stores);
	s->stores = NULL;
	tomb_buf_putf(&conf,
		"[backend b]\nkind = s3\nregion = us-east-1\nendpoint = %s\nbucket = %s\n"
		"access_key_file = %s/access\nsecret_key_file = %s/secret\n%s",
		s->raw.endpoint, s->bucket, s->temp.path, s->temp.path, extra);
	temp_folder_write(&s->temp, "conf", conf.p, conf.n);
	(void)snprintf(path, sizeof path, "%s/conf", s->temp.path);
	if (tomb_stores_open(path, &s->stores, &s->err) != TOMB_OK)
		fail_msg("%s", s->err.text);
	s->store = tomb_stores_at(s->stores, 0);
}

void s3_site_open(struct s3_site *s, enum s3_site_kind kind, const char *extra)
{
	*s = (struct s3_site){.arena = tomb_arena_init(SITE_ARENA_MAX)};
	temp_folder_make(&s->temp);
	s->raw = (struct s3_raw){.endpoint = env("TOMBSTONE_TEST_S3_ENDPOINT"),
		.access_key = env("TOMBSTONE_TEST_S3_KEY"),
		.secret_key = env("TOMBSTONE_TEST_S3_SECRET"),
		.arena = &s->arena};
	assert_int_equal(tomb_http_new(&s->raw.http, &s->err), TOMB_OK);
	write_private(s, "access", s->raw.access_key);
	write_private(s, "secret", s->raw.secret_key);
	make_bucket(s, kind);
	s3_site_reopen(s, extra);
}

void s3_site_close(struct s3_site *s)
{
	tomb_stores_close(s->stores);
	tomb_http_free(s->raw.http);
	temp_folder_remove(&s->temp);
	tomb_arena_fini(&s->arena);
}

int s3_site_try_lock(struct s3_site *s, const char *key, const char *mode, int64_t seconds)
{
	int64_t until_us = tomb_clock_wall_us(tomb_clock_real()) + seconds * TOMB_US_PER_S;
	char until[TOMB_TIME_TEXT];
	char body[256];

	(void)snprintf(body, sizeof body, "<Retention><Mode>%s</Mode><RetainUntilDate>%s</RetainUntilDate></Retention>",
		mode, tomb_time_format(until_us, TOMB_TIME_S, until));
	return s3_site_raw(s, "PUT", key, "retention", body);
}

void s3_site_lock(struct s3_site *s, const char *key, const char *mode, int64_t seconds)
{
	assert_int_equal(s3_site_try_lock(s, key, mode, seconds), 200);
}

enum tomb_code s3_site_put(struct s3_site *s, struct tomb_str key, struct tomb_str bytes, struct tomb_placed *placed)
{
	struct byte_source source = {.left = bytes};
	struct tomb_put p = {.key = key, .size_bytes = (int64_t)bytes.n, .read = byte_source_read, .arg = &source};

	tomb_sha256(bytes, p.sha256);
	return tomb_store_put(s->store, &p, &s->arena, placed, &s->err);
}

struct tomb_result s3_site_delete(struct s3_site *s, struct tomb_target target)
{
	struct tomb_result result;

	if (tomb_store_delete_one(s->store, &target, &s->arena, &result, &s->err) != TOMB_OK)
		fail_msg("%.*s: %s", TOMB_STR_ARG(target.key), s->err.text);
	return result;
}

struct tomb_verdict s3_site_verify(struct s3_site *s, struct tomb_str key)
{
	struct tomb_verdict verdict;

	if (tomb_store_verify_absent(s->store, key, &s->arena, &verdict, &s->err) != TOMB_OK)
		fail_msg("%.*s: %s", TOMB_STR_ARG(key), s->err.text);
	return verdict;
}
