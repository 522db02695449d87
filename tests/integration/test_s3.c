/*
 * The S3 store against a real server: Ceph's gateway, as deploy/ceph-start makes it.  Skipped unless
 * TOMBSTONE_TEST_S3_ENDPOINT, _KEY, _SECRET, _OTHER_KEY and _OTHER_SECRET say where it is.
 */
#include "byte_source.h"
#include "s3_raw.h"
#include "temp_folder.h"
#include "tombstone/clock.h"
#include "tombstone/digest.h"
#include "tombstone/store_look.h"
#include "tombstone/store_traffic.h"
#include "tombstone/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SKIPPED = 77 };

static struct {
	struct temp_folder temp;
	struct tomb_arena arena;
	struct tomb_err err;
	struct s3_raw raw;
	struct tomb_stores *stores;
	char bucket[32]; /* and this name with -v, -s, -l: versioned, suspended, locked */
} t;

/* One backend per bucket, storage class and pair of keys. */
static const struct {
	const char *name;
	const char *bucket; /* after the common part */
	const char *extra;
	const char *secret;
} backends[] = {
	{"plain", "", "", "secret"},
	{"versioned", "-v", "", "secret"},
	{"suspended", "-s", "", "secret"},
	{"locked", "-l", "", "secret"},
	{"missing", "-none", "", "secret"},
	{"glacier", "-g", "storage_class = GLACIER\n", "secret"},
	{"deep", "-d", "storage_class = DEEP_ARCHIVE\n", "secret"},
	{"noclass", "-n", "storage_class = NOSUCH\n", "secret"},
	{"badsecret", "-w", "", "wrong"},
	{"stranger", "-x", "", "other-secret"},
};

/* main() has seen that it is set. */
static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static void write_private(const char *name, const char *text)
{
	char path[256];

	temp_folder_write(&t.temp, name, text, strlen(text));
	(void)snprintf(path, sizeof path, "%s/%s", t.temp.path, name);
	assert_int_equal(chmod(path, 0600), 0);
}

static int raw(const char *method, const char *suffix, const char *key, const char *query, const char *body)
{
	char path[128];

	(void)snprintf(path, sizeof path, "/%s%s%s", t.bucket, suffix, key);
	return s3_raw_send(&t.raw, method, path, query, "", tomb_str_from(body));
}

static void make_buckets(void)
{
	static const char *const plain[] = {"", "-v", "-s", "-g", "-d", "-n", "-w", "-x"};
	char path[64];

	for (size_t i = 0; i < TOMB_COUNTOF(plain); i++)
		assert_int_equal(raw("PUT", plain[i], "", "", ""), 200);
	assert_int_equal(raw("PUT", "-v", "", "versioning",
				 "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
		200);
	assert_int_equal(raw("PUT", "-s", "", "versioning",
				 "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"),
		200);
	(void)snprintf(path, sizeof path, "/%s-l", t.bucket);
	assert_int_equal(
		s3_raw_send(&t.raw, "PUT", path, "", "x-amz-bucket-object-lock-enabled: true", TOMB_STR("")), 200);
}

static void open_stores(void)
{
	TOMB_BUF_AUTO conf = tomb_buf_init(1 << 16);
	char path[256];

	write_private("access", env("TOMBSTONE_TEST_S3_KEY"));
	write_private("secret", env("TOMBSTONE_TEST_S3_SECRET"));
	write_private("other-access", env("TOMBSTONE_TEST_S3_OTHER_KEY"));
	write_private("other-secret", env("TOMBSTONE_TEST_S3_OTHER_SECRET"));
	write_private("wrong", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n");
	for (size_t i = 0; i < TOMB_COUNTOF(backends); i++) {
		bool other = strcmp(backends[i].name, "stranger") == 0;

		tomb_buf_putf(&conf, "[backend %s]\nkind = s3\nregion = us-east-1\nendpoint = %s\nbucket = %s%s\n",
			backends[i].name, t.raw.endpoint, t.bucket, backends[i].bucket);
		tomb_buf_putf(&conf, "access_key_file = %s/%s\nsecret_key_file = %s/%s\n", t.temp.path,
			other ? "other-access" : "access", t.temp.path, backends[i].secret);
		tomb_buf_put(&conf, tomb_str_from(backends[i].extra));
	}
	temp_folder_write(&t.temp, "conf", conf.p, conf.n);
	(void)snprintf(path, sizeof path, "%s/conf", t.temp.path);
	if (tomb_stores_open(path, &t.stores, &t.err) != TOMB_OK)
		fail_msg("%s", t.err.text);
}

static int begin(void **state)
{
	(void)state;
	t.arena = tomb_arena_init(256 << 20);
	temp_folder_make(&t.temp);
	(void)snprintf(t.bucket, sizeof t.bucket, "t%d-%lld", (int)getpid(),
		(long long)(tomb_clock_wall_us(tomb_clock_real()) / 1000));
	t.raw = (struct s3_raw){getenv("TOMBSTONE_TEST_S3_ENDPOINT"), getenv("TOMBSTONE_TEST_S3_KEY"),
		getenv("TOMBSTONE_TEST_S3_SECRET"), NULL, &t.arena, {0}};
	assert_int_equal(tomb_http_new(&t.raw.http, &t.err), TOMB_OK);
	make_buckets();
	open_stores();
	return 0;
}

static int end(void **state)
{
	(void)state;
	tomb_stores_close(t.stores);
	tomb_http_free(t.raw.http);
	temp_folder_remove(&t.temp);
	tomb_arena_fini(&t.arena);
	return 0;
}

static struct tomb_store *store(const char *name)
{
	struct tomb_store *found = NULL;

	assert_int_equal(tomb_stores_find(t.stores, tomb_str_from(name), &found, &t.err), TOMB_OK);
	return found;
}

static enum tomb_code put_in(
	const char *backend, struct tomb_str key, struct tomb_str bytes, struct tomb_placed *placed)
{
	struct byte_source source = {.left = bytes};
	struct tomb_put p = {.key = key, .size_bytes = (int64_t)bytes.n, .read = byte_source_read, .arg = &source};

	tomb_sha256(bytes, p.sha256);
	return tomb_store_put(store(backend), &p, &t.arena, placed, &t.err);
}

static void put(struct tomb_str key)
{
	struct tomb_placed placed;

	if (put_in("plain", key, TOMB_STR("content"), &placed) != TOMB_OK)
		fail_msg("%.*s: %s", TOMB_STR_ARG(key), t.err.text);
}

static struct tomb_stat stat_in(const char *backend, struct tomb_str key)
{
	struct tomb_stat st;

	if (tomb_store_stat(store(backend), key, &t.arena, &st, &t.err) != TOMB_OK)
		fail_msg("%.*s: %s", TOMB_STR_ARG(key), t.err.text);
	return st;
}

static struct tomb_result delete_in(const char *backend, struct tomb_target target)
{
	struct tomb_result result;

	assert_int_equal(tomb_store_delete_one(store(backend), &target, &t.arena, &result, &t.err), TOMB_OK);
	return result;
}

static struct tomb_verdict verify_in(const char *backend, struct tomb_str key)
{
	struct tomb_verdict verdict;

	assert_int_equal(tomb_store_verify_absent(store(backend), key, &t.arena, &verdict, &t.err), TOMB_OK);
	return verdict;
}

static void what_is_put_is_there_until_it_is_deleted(void **state)
{
	struct tomb_str key = TOMB_STR("0b9d1c1e-5b9d-4b57-9f0c-2f0c0a1d2e3f");
	int64_t before_us = tomb_clock_wall_us(tomb_clock_real());
	struct tomb_placed placed;
	struct tomb_stat st;
	struct tomb_result gone;

	(void)state;
	assert_int_equal(put_in("plain", key, TOMB_STR("content"), &placed), TOMB_OK);
	assert_string_equal(placed.etag.p, "\"9a0364b9e99bb480dd25e1f0284c8555\""); /* MD5 of "content" */
	assert_int_equal(placed.version_id.n, 0);
	assert_true(placed.request_id.n > 0);
	st = stat_in("plain", key);
	assert_true(st.present);
	assert_int_equal(st.size_bytes, 7);
	assert_true(tomb_str_eq(st.etag, placed.etag));
	assert_true(tomb_str_eq(st.storage_class, TOMB_STR("STANDARD")));
	assert_true(st.modified_us > before_us - 5000000 && st.modified_us < before_us + 60000000);
	assert_int_equal(st.lock, TOMB_LOCK_NONE);
	assert_false(st.legal_hold);
	assert_int_equal(verify_in("plain", key).absence, TOMB_STILL_THERE);

	gone = delete_in("plain", (struct tomb_target){.key = key});
	assert_int_equal(gone.outcome, TOMB_OUTCOME_GONE);
	assert_true(gone.request_id.n > 0);
	assert_false(stat_in("plain", key).present);
	assert_int_equal(verify_in("plain", key).absence, TOMB_ABSENT_VERIFIED);
	assert_true(verify_in("plain", key).request_id.n > 0);
	gone = delete_in("plain", (struct tomb_target){.key = key});
	assert_true(gone.outcome == TOMB_OUTCOME_GONE || gone.outcome == TOMB_OUTCOME_ALREADY_ABSENT);
}

static void a_large_file_and_an_empty_one_are_stored_whole(void **state)
{
	TOMB_BUF_AUTO large = tomb_buf_init(1 << 23);
	struct tomb_placed placed;

	(void)state;
	for (int i = 0; i < 700000; i++)
		tomb_buf_putf(&large, "%d ", i);
	assert_int_equal(put_in("plain", TOMB_STR("large"), (struct tomb_str){large.p, large.n}, &placed), TOMB_OK);
	assert_int_equal(stat_in("plain", TOMB_STR("large")).size_bytes, large.n);
	assert_int_equal(put_in("plain", TOMB_STR("empty"), TOMB_STR(""), &placed), TOMB_OK);
	assert_true(stat_in("plain", TOMB_STR("empty")).present);
}

static void bytes_other_than_promised_leave_nothing(void **state)
{
	static const struct {
		const char *bytes;
		int64_t size;
		bool breaks;
		enum tomb_code code;
	} cases[] = {
		{"abd", 3, false, TOMB_CORRUPT}, /* the server finds out */
		{"abc", 4, false, TOMB_CORRUPT},
		{"abc", 2, false, TOMB_CORRUPT},
		{"ab", 3, true, TOMB_IO},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct byte_source source = {tomb_str_from(cases[i].bytes), cases[i].breaks};
		struct tomb_put p = {.key = TOMB_STR("broken"),
			.size_bytes = cases[i].size,
			.read = byte_source_read,
			.arg = &source};
		struct tomb_placed placed;

		tomb_sha256(TOMB_STR("abc"), p.sha256);
		assert_int_equal(tomb_store_put(store("plain"), &p, &t.arena, &placed, &t.err), cases[i].code);
		assert_false(stat_in("plain", TOMB_STR("broken")).present);
	}
}

static void a_key_that_exists_is_a_conflict_and_stays(void **state)
{
	struct tomb_placed placed;

	(void)state;
	put(TOMB_STR("twice"));
	assert_int_equal(put_in("plain", TOMB_STR("twice"), TOMB_STR("second!"), &placed), TOMB_CONFLICT);
	assert_true(tomb_str_eq(
		stat_in("plain", TOMB_STR("twice")).etag, TOMB_STR("\"9a0364b9e99bb480dd25e1f0284c8555\"")));
}

static char long_key[TOMB_KEY_MAX + 1];

static const struct tomb_str odd_keys[] = {
	{"a//b", 4},
	{"/lead", 5},
	{"trail/", 6},
	{"dir/.", 5},
	{"dir/..", 6},
	{"./x", 3},
	{"../x", 4},
	{"a/../b", 6},
	{"a b", 3},
	{" x ", 3},
	{"a+b", 3},
	{"a%20b", 5},
	{"%", 1},
	{"q?x=1&y", 7},
	{"h#1", 3},
	{"caf\xc3\xa9", 5},  /* NFC */
	{"cafe\xcc\x81", 6}, /* NFD */
	{"a\r\nb", 4},
	{"a\nb", 3},
	{"a\rb", 3},
	{"a\tb", 3},
	{"\n", 1},
	{"&<>\"'", 5},
	{"]]>", 3},
	{"&amp;", 5},
	{"&#10;", 5},
	{"\x01"
	 "c",
		2},
	{"\xef\xbf\xbf", 3}, /* U+FFFF */
	{"\xf0\x9f\x98\x80", 4},
	{"A", 1},
	{"a", 1},
	{long_key, TOMB_KEY_MAX},
	{"a=b;c,d:@!$()*", 14},
};

static void odd_keys_are_deleted_one_by_one_and_nothing_else_is(void **state)
{
	size_t n = TOMB_COUNTOF(odd_keys);

	(void)state;
	for (size_t i = 0; i < n; i++)
		put(odd_keys[i]);
	for (size_t i = 0; i < n; i++) {
		struct tomb_result r = delete_in("plain", (struct tomb_target){.key = odd_keys[i]});

		if (r.outcome != TOMB_OUTCOME_GONE)
			fail_msg("%.*s: %s", TOMB_STR_ARG(odd_keys[i]), r.text.p);
		assert_int_equal(verify_in("plain", odd_keys[i]).absence, TOMB_ABSENT_VERIFIED);
		for (size_t j = i + 1; j < n; j++)
			assert_true(stat_in("plain", odd_keys[j]).present);
	}
}

static void odd_keys_are_deleted_in_a_batch_and_nothing_else_is(void **state)
{
	struct tomb_target targets[TOMB_COUNTOF(odd_keys)] = {0};
	struct tomb_result results[TOMB_COUNTOF(odd_keys)];
	size_t n = TOMB_COUNTOF(odd_keys);

	(void)state;
	for (size_t i = 0; i < n; i++)
		put(odd_keys[i]);
	put(TOMB_STR("bystander"));
	/* Every second one, then the others. */
	for (size_t from = 0; from < 2; from++) {
		size_t count = 0;

		for (size_t i = from; i < n; i += 2)
			targets[count++].key = odd_keys[i];
		assert_int_equal(
			tomb_store_delete_many(store("plain"), targets, count, &t.arena, results, &t.err), TOMB_OK);
		for (size_t i = 0; i < count; i++) {
			if (results[i].outcome != TOMB_OUTCOME_GONE)
				fail_msg("%.*s: %s", TOMB_STR_ARG(targets[i].key), results[i].text.p);
			assert_int_equal(verify_in("plain", targets[i].key).absence, TOMB_ABSENT_VERIFIED);
		}
		for (size_t i = 1; i < n && from == 0; i += 2)
			assert_true(stat_in("plain", odd_keys[i]).present);
	}
	assert_true(stat_in("plain", TOMB_STR("bystander")).present);
}

static void a_thousand_keys_go_in_one_call(void **state)
{
	static struct tomb_target targets[TOMB_DELETE_MAX + 1];
	static struct tomb_result results[TOMB_DELETE_MAX + 1];

	(void)state;
	for (size_t i = 0; i <= TOMB_DELETE_MAX; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "many/%zu", i);
		targets[i].key = tomb_arena_str(&t.arena, tomb_str_from(name));
		if (i % 100 == 0)
			put(targets[i].key);
	}
	assert_int_equal(
		tomb_store_delete_many(store("plain"), targets, TOMB_TARGETS_MAX + 1, &t.arena, results, &t.err),
		TOMB_INVAL);
	assert_int_equal(
		tomb_store_delete_many(store("plain"), targets, TOMB_DELETE_MAX, &t.arena, results, &t.err), TOMB_OK);
	for (size_t i = 0; i < TOMB_DELETE_MAX; i++) {
		assert_int_equal(results[i].outcome, TOMB_OUTCOME_GONE);
		assert_true(results[i].request_id.n > 0);
		if (i % 100 == 0)
			assert_int_equal(verify_in("plain", targets[i].key).absence, TOMB_ABSENT_VERIFIED);
	}
	assert_true(stat_in("plain", targets[TOMB_DELETE_MAX].key).present);
}

static void a_url_leads_back_to_its_store_and_key(void **state)
{
	struct tomb_store *found = NULL;
	struct tomb_str key = {NULL, 0};
	struct tomb_str url = {NULL, 0};
	char bad[256];

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(odd_keys); i++) {
		assert_int_equal(tomb_store_url(store("glacier"), odd_keys[i], &t.arena, &url, &t.err), TOMB_OK);
		assert_int_equal(tomb_stores_route(t.stores, url, &t.arena, &found, &key, &t.err), TOMB_OK);
		assert_ptr_equal(found, store("glacier"));
		assert_true(tomb_str_eq(key, odd_keys[i]));
	}
	(void)snprintf(bad, sizeof bad, "%s/%s/a", t.raw.endpoint, t.bucket);
	assert_int_equal(tomb_stores_route(t.stores, tomb_str_from(bad), &t.arena, &found, &key, &t.err), TOMB_OK);
	assert_ptr_equal(found, store("plain"));
	(void)snprintf(bad, sizeof bad, "%s/%s-gg/a", t.raw.endpoint, t.bucket);
	assert_int_equal(
		tomb_stores_route(t.stores, tomb_str_from(bad), &t.arena, &found, &key, &t.err), TOMB_NOTFOUND);
	(void)snprintf(bad, sizeof bad, "%s/%s/a%%2fb", t.raw.endpoint, t.bucket);
	assert_int_equal(
		tomb_stores_route(t.stores, tomb_str_from(bad), &t.arena, &found, &key, &t.err), TOMB_NOTFOUND);
}

static void storage_classes_are_kept(void **state)
{
	struct tomb_placed placed;

	(void)state;
	assert_int_equal(put_in("glacier", TOMB_STR("g"), TOMB_STR("x"), &placed), TOMB_OK);
	assert_true(tomb_str_eq(stat_in("glacier", TOMB_STR("g")).storage_class, TOMB_STR("GLACIER")));
	assert_int_equal(put_in("deep", TOMB_STR("d"), TOMB_STR("x"), &placed), TOMB_OK);
	assert_true(tomb_str_eq(stat_in("deep", TOMB_STR("d")).storage_class, TOMB_STR("DEEP_ARCHIVE")));
	assert_int_equal(put_in("noclass", TOMB_STR("n"), TOMB_STR("x"), &placed), TOMB_STORE);
	assert_int_equal(delete_in("deep", (struct tomb_target){.key = TOMB_STR("d")}).outcome, TOMB_OUTCOME_GONE);
}

static void a_probe_tells_what_is_wrong(void **state)
{
	struct tomb_probe probe;

	(void)state;
	assert_int_equal(tomb_store_probe(store("plain"), &probe, &t.err), TOMB_OK);
	assert_int_equal(probe.versioning, TOMB_VERSIONING_NEVER);
	assert_true(probe.can_look && !probe.object_lock);
	assert_int_equal(tomb_store_probe(store("versioned"), &probe, &t.err), TOMB_OK);
	assert_int_equal(probe.versioning, TOMB_VERSIONING_ENABLED);
	assert_false(probe.object_lock);
	assert_int_equal(tomb_store_probe(store("suspended"), &probe, &t.err), TOMB_OK);
	assert_int_equal(probe.versioning, TOMB_VERSIONING_SUSPENDED);
	assert_int_equal(tomb_store_probe(store("locked"), &probe, &t.err), TOMB_OK);
	assert_int_equal(probe.versioning, TOMB_VERSIONING_ENABLED);
	assert_true(probe.object_lock);
	assert_int_equal(tomb_store_probe(store("missing"), &probe, &t.err), TOMB_STORE);
	assert_non_null(strstr(t.err.text, "NoSuchBucket"));
	assert_int_equal(tomb_store_probe(store("badsecret"), &probe, &t.err), TOMB_STORE_DENIED);
	assert_non_null(strstr(t.err.text, "SignatureDoesNotMatch"));
	assert_null(strstr(t.err.text, "wJalr"));
	assert_int_equal(tomb_store_probe(store("stranger"), &probe, &t.err), TOMB_STORE_DENIED);
}

static void without_a_good_probe_nothing_is_deleted_or_proven(void **state)
{
	static const char *const bad[] = {"missing", "badsecret", "stranger"};
	struct tomb_target target = {.key = TOMB_STR("k")};
	struct tomb_result result;
	struct tomb_verdict verdict;
	struct tomb_stat st;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		assert_int_not_equal(tomb_store_delete_one(store(bad[i]), &target, &t.arena, &result, &t.err), TOMB_OK);
		assert_int_not_equal(
			tomb_store_delete_many(store(bad[i]), &target, 1, &t.arena, &result, &t.err), TOMB_OK);
		assert_int_not_equal(
			tomb_store_verify_absent(store(bad[i]), target.key, &t.arena, &verdict, &t.err), TOMB_OK);
		assert_int_not_equal(tomb_store_stat(store(bad[i]), target.key, &t.arena, &st, &t.err), TOMB_OK);
	}
}

static void in_a_versioned_bucket_only_versions_are_deleted(void **state)
{
	static const char *const names[] = {"versioned", "suspended"};
	struct tomb_placed placed;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(names); i++) {
		struct tomb_target targets[] = {{.key = TOMB_STR("k")}, {.key = TOMB_STR("l")}};
		struct tomb_result results[2];

		assert_int_equal(put_in(names[i], targets[0].key, TOMB_STR("x"), &placed), TOMB_OK);
		assert_int_equal(delete_in(names[i], targets[0]).outcome, TOMB_OUTCOME_FAILED);
		assert_int_equal(
			tomb_store_delete_many(store(names[i]), targets, 2, &t.arena, results, &t.err), TOMB_OK);
		assert_int_equal(results[0].outcome, TOMB_OUTCOME_FAILED);
		assert_int_equal(results[1].outcome, TOMB_OUTCOME_FAILED);
		assert_true(stat_in(names[i], targets[0].key).present);
		assert_int_equal(verify_in(names[i], targets[0].key).absence, TOMB_STILL_THERE);
	}
	assert_int_equal(put_in("versioned", TOMB_STR("m"), TOMB_STR("x"), &placed), TOMB_OK);
	assert_true(placed.version_id.n > 0);
	assert_int_equal(
		delete_in("versioned", (struct tomb_target){.key = TOMB_STR("m"), .version_id = placed.version_id})
			.outcome,
		TOMB_OUTCOME_GONE);
	assert_false(stat_in("versioned", TOMB_STR("m")).present);
	assert_int_equal(verify_in("versioned", TOMB_STR("m")).absence, TOMB_ABSENT_VERIFIED);
}

static void a_bucket_that_became_versioned_is_noticed_by_the_delete(void **state)
{
	struct tomb_target targets[] = {{.key = TOMB_STR("k")}, {.key = TOMB_STR("l")}, {.key = TOMB_STR("m")}};
	struct tomb_result results[3];
	struct tomb_probe probe;
	struct tomb_placed placed;
	struct tomb_breaker_state helped = {.since_us = tomb_clock_wall_us(tomb_clock_real())};

	(void)state;
	assert_int_equal(raw("PUT", "-none", "", "", ""), 200);
	tomb_store_breaker_adopt(store("missing"), &helped); /* while there was none, requests were stopped */
	assert_int_equal(tomb_store_probe(store("missing"), &probe, &t.err), TOMB_OK);
	assert_int_equal(probe.versioning, TOMB_VERSIONING_NEVER);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(put_in("missing", targets[i].key, TOMB_STR("x"), &placed), TOMB_OK);
	assert_int_equal(raw("PUT", "-none", "", "versioning",
				 "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
		200);
	assert_int_equal(tomb_store_delete_many(store("missing"), targets, 2, &t.arena, results, &t.err), TOMB_OK);
	assert_int_equal(results[0].outcome, TOMB_OUTCOME_UNCERTAIN);
	assert_int_equal(results[1].outcome, TOMB_OUTCOME_UNCERTAIN);
	/* It has learned: the third is not even hidden. */
	assert_int_equal(delete_in("missing", targets[2]).outcome, TOMB_OUTCOME_FAILED);
	assert_true(stat_in("missing", targets[2].key).present);
	assert_int_equal(verify_in("missing", targets[0].key).absence, TOMB_STILL_THERE);
}

/* Locks the newest version of key. */
static void lock_key(const char *key, const char *what, const char *body)
{
	char path[128];

	(void)snprintf(path, sizeof path, "/%s-l/%s", t.bucket, key);
	assert_int_equal(s3_raw_send(&t.raw, "PUT", path, what, "", tomb_str_from(body)), 200);
}

static void a_locked_version_is_locked_and_says_until_when(void **state)
{
	struct tomb_target targets[3] = {
		{.key = TOMB_STR("compliance")}, {.key = TOMB_STR("hold")}, {.key = TOMB_STR("free")}};
	int64_t until_us = tomb_clock_wall_us(tomb_clock_real()) / 1000000 * 1000000 + INT64_C(86400000000);
	char until[TOMB_TIME_TEXT];
	char body[256];
	struct tomb_result results[3];
	struct tomb_stat st;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct tomb_placed placed;

		assert_int_equal(put_in("locked", targets[i].key, TOMB_STR("x"), &placed), TOMB_OK);
		targets[i].version_id = placed.version_id;
	}
	(void)snprintf(body, sizeof body,
		"<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>%s</RetainUntilDate></Retention>",
		tomb_time_format(until_us, TOMB_TIME_S, until));
	lock_key("compliance", "retention", body);
	lock_key("hold", "legal-hold", "<LegalHold><Status>ON</Status></LegalHold>");

	st = stat_in("locked", targets[0].key);
	assert_int_equal(st.lock, TOMB_LOCK_COMPLIANCE);
	assert_true(st.locked_until_us == until_us);
	assert_true(stat_in("locked", targets[1].key).legal_hold);

	results[0] = delete_in("locked", targets[0]);
	assert_int_equal(results[0].outcome, TOMB_OUTCOME_LOCKED);
	assert_true(results[0].locked_until_us == until_us);
	assert_string_equal(results[0].code.p, "AccessDenied");
	assert_non_null(strstr(results[0].text.p, until));
	assert_int_equal(delete_in("locked", targets[1]).outcome, TOMB_OUTCOME_LOCKED);

	assert_int_equal(tomb_store_delete_many(store("locked"), targets, 3, &t.arena, results, &t.err), TOMB_OK);
	assert_int_equal(results[0].outcome, TOMB_OUTCOME_LOCKED);
	assert_int_equal(results[1].outcome, TOMB_OUTCOME_LOCKED);
	assert_int_equal(results[2].outcome, TOMB_OUTCOME_GONE);
	assert_true(stat_in("locked", targets[0].key).present);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_there_until_it_is_deleted),
		cmocka_unit_test(a_large_file_and_an_empty_one_are_stored_whole),
		cmocka_unit_test(bytes_other_than_promised_leave_nothing),
		cmocka_unit_test(a_key_that_exists_is_a_conflict_and_stays),
		cmocka_unit_test(odd_keys_are_deleted_one_by_one_and_nothing_else_is),
		cmocka_unit_test(odd_keys_are_deleted_in_a_batch_and_nothing_else_is),
		cmocka_unit_test(a_thousand_keys_go_in_one_call),
		cmocka_unit_test(a_url_leads_back_to_its_store_and_key),
		cmocka_unit_test(storage_classes_are_kept),
		cmocka_unit_test(a_probe_tells_what_is_wrong),
		cmocka_unit_test(without_a_good_probe_nothing_is_deleted_or_proven),
		cmocka_unit_test(in_a_versioned_bucket_only_versions_are_deleted),
		cmocka_unit_test(a_bucket_that_became_versioned_is_noticed_by_the_delete),
		cmocka_unit_test(a_locked_version_is_locked_and_says_until_when),
	};

	if (!getenv("TOMBSTONE_TEST_S3_ENDPOINT") || !getenv("TOMBSTONE_TEST_S3_KEY") ||
		!getenv("TOMBSTONE_TEST_S3_SECRET") || !getenv("TOMBSTONE_TEST_S3_OTHER_KEY") ||
		!getenv("TOMBSTONE_TEST_S3_OTHER_SECRET")) {
		(void)fprintf(stderr, "skipped: no S3 server; see deploy/ceph-start\n");
		return SKIPPED;
	}
	memset(long_key, 'x', sizeof long_key);
	return cmocka_run_group_tests_name("s3", tests, begin, end);
}
