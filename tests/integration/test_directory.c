/* The directory store on a real file system. */
#include "byte_source.h"
#include "temp_folder.h"
#include "tombstone/digest.h"
#include "tombstone/hex.h"
#include "tombstone/store_look.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	struct temp_folder temp;
	struct tomb_arena arena;
	struct tomb_err err;
	struct tomb_stores *stores;
	struct tomb_store *store;
	char path[PATH_MAX]; /* of the last at() */
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	TOMB_BUF_AUTO conf = tomb_buf_init(4096);

	f->arena = tomb_arena_init(16 << 20);
	temp_folder_make(&f->temp);
	(void)snprintf(f->path, sizeof f->path, "%s/root", f->temp.path);
	assert_int_equal(mkdir(f->path, 0700), 0);
	tomb_buf_putf(&conf, "[backend local]\nkind = directory\npath = %s/root\n", f->temp.path);
	temp_folder_write(&f->temp, "conf", conf.p, conf.n);
	(void)snprintf(f->path, sizeof f->path, "%s/conf", f->temp.path);
	assert_int_equal(tomb_stores_open(f->path, &f->stores, &f->err), TOMB_OK);
	f->store = tomb_stores_at(f->stores, 0);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	tomb_stores_close(f->stores);
	temp_folder_remove(&f->temp);
	tomb_arena_fini(&f->arena);
	free(f);
	return 0;
}

/* A name in the folder in which key lies; the key's own file for NULL. */
static char *at(struct fixture *f, struct tomb_str key, const char *name)
{
	uint8_t sha256[TOMB_SHA256_SIZE];
	char hex[2 * TOMB_SHA256_SIZE + 1];

	tomb_sha256(key, sha256);
	tomb_hex_encode(sha256, sizeof sha256, hex);
	if (name && strcmp(name, ".partial") == 0)
		(void)snprintf(f->path, sizeof f->path, "%s/root/%.2s/.partial-%s", f->temp.path, hex, hex);
	else
		(void)snprintf(f->path, sizeof f->path, "%s/root/%.2s/%s", f->temp.path, hex, name ? name : key.p);
	return f->path;
}

static enum tomb_code put(struct fixture *f, struct tomb_str key, struct tomb_str bytes)
{
	struct byte_source source = {.left = bytes};
	struct tomb_put p = {.key = key, .size_bytes = (int64_t)bytes.n, .read = byte_source_read, .arg = &source};
	struct tomb_placed placed;

	tomb_sha256(bytes, p.sha256);
	return tomb_store_put(f->store, &p, &f->arena, &placed, &f->err);
}

static enum tomb_outcome delete_key(struct fixture *f, struct tomb_str key)
{
	struct tomb_target target = {.key = key};
	struct tomb_result result;

	assert_int_equal(tomb_store_delete_one(f->store, &target, &f->arena, &result, &f->err), TOMB_OK);
	return result.outcome;
}

static enum tomb_absence verify(struct fixture *f, struct tomb_str key)
{
	struct tomb_verdict verdict;

	assert_int_equal(tomb_store_verify_absent(f->store, key, &f->arena, &verdict, &f->err), TOMB_OK);
	return verdict.absence;
}

static bool is_present(struct fixture *f, struct tomb_str key)
{
	struct tomb_stat st;

	assert_int_equal(tomb_store_stat(f->store, key, &f->arena, &st, &f->err), TOMB_OK);
	return st.present;
}

static void what_is_put_is_there_until_it_is_deleted(void **state)
{
	struct fixture *f = *state;
	struct tomb_str key = TOMB_STR("0b9d1c1e-5b9d-4b57-9f0c-2f0c0a1d2e3f");
	struct byte_source source = {.left = TOMB_STR("content")};
	struct tomb_put p = {.key = key, .size_bytes = 7, .read = byte_source_read, .arg = &source};
	struct tomb_placed placed;
	struct tomb_stat st;
	struct stat on_disk;

	tomb_sha256(source.left, p.sha256);
	assert_int_equal(tomb_store_put(f->store, &p, &f->arena, &placed, &f->err), TOMB_OK);
	assert_int_equal(tomb_store_stat(f->store, key, &f->arena, &st, &f->err), TOMB_OK);
	assert_true(st.present);
	assert_int_equal(st.size_bytes, 7);
	assert_true(st.etag.n > 0 && tomb_str_eq(st.etag, placed.etag));
	assert_int_equal(st.lock, TOMB_LOCK_NONE);
	assert_int_equal(stat(at(f, key, NULL), &on_disk), 0);
	assert_int_equal(on_disk.st_mode & 07777, 0640);
	assert_true(st.modified_us == (int64_t)on_disk.st_mtim.tv_sec * 1000000 + on_disk.st_mtim.tv_nsec / 1000);
	assert_int_equal(verify(f, key), TOMB_STILL_THERE);

	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_GONE);
	assert_int_equal(verify(f, key), TOMB_ABSENT_VERIFIED);
	assert_false(is_present(f, key));
	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_ALREADY_ABSENT);
	assert_int_equal(temp_folder_count(&f->temp, "root"), 0);
}

static void an_empty_file_and_a_large_one_are_stored_whole(void **state)
{
	struct fixture *f = *state;
	TOMB_BUF_AUTO large = tomb_buf_init(1 << 22);
	struct tomb_str key = TOMB_STR("large");
	struct stat st;

	for (int i = 0; i < 300000; i++)
		tomb_buf_putf(&large, "%d ", i);
	assert_int_equal(put(f, TOMB_STR("empty"), TOMB_STR("")), TOMB_OK);
	assert_int_equal(put(f, key, (struct tomb_str){large.p, large.n}), TOMB_OK);
	assert_int_equal(stat(at(f, key, NULL), &st), 0);
	assert_int_equal(st.st_size, large.n);
	assert_true(is_present(f, TOMB_STR("empty")));
}

/* Every kind of key that has ever broken a store. */
static const struct tomb_str odd_keys[] = {
	{"a//b", 4},
	{"/lead", 5},
	{"trail/", 6},
	{".", 1},
	{"..", 2},
	{"../../etc/passwd", 16},
	{"...", 3},
	{".partial-x", 10},
	{"a b", 3},
	{"a+b", 3},
	{"a%20b", 5},
	{"%2E", 3},
	{"%2e", 3},
	{"=x", 2},
	{"A", 1},
	{"a", 1},
	{"caf\xc3\xa9", 5},  /* NFC */
	{"cafe\xcc\x81", 6}, /* NFD */
	{"\xff\xfe", 2},
	{"a\r\nb", 4},
	{"a\nb", 3},
	{"&<>\"'", 5},
	{"\x01", 1},
	{"nul\0nul", 7},
	{"nul", 3},
	{"q?x=1#f", 7},
	{"~user", 5},
	{"-rf", 3},
	{"\xf0\x9f\x98\x80", 4},
};

static void odd_keys_are_all_different_and_stay_below_the_root(void **state)
{
	struct fixture *f = *state;
	size_t n = TOMB_COUNTOF(odd_keys);

	for (size_t i = 0; i < n; i++)
		assert_int_equal(put(f, odd_keys[i], odd_keys[i]), TOMB_OK);
	assert_int_equal(temp_folder_count(&f->temp, "root"), n);
	assert_int_equal(temp_folder_count(&f->temp, "."), n + 1); /* and the configuration */
	for (size_t i = 0; i < n; i++) {
		assert_true(is_present(f, odd_keys[i]));
		assert_int_equal(delete_key(f, odd_keys[i]), TOMB_OUTCOME_GONE);
		assert_int_equal(verify(f, odd_keys[i]), TOMB_ABSENT_VERIFIED);
		for (size_t j = i + 1; j < n; j++)
			assert_true(is_present(f, odd_keys[j]));
	}
}

static void long_keys_have_their_own_files(void **state)
{
	struct fixture *f = *state;
	char key[TOMB_KEY_MAX + 1];

	memset(key, '/', sizeof key); /* each one is three characters in a name */
	for (size_t n = 60; n <= 1024; n += 4)
		assert_int_equal(put(f, (struct tomb_str){key, n}, TOMB_STR("x")), TOMB_OK);
	memset(key, 'x', sizeof key);
	for (size_t n = 190; n <= 1024; n += 2)
		assert_int_equal(put(f, (struct tomb_str){key, n}, TOMB_STR("x")), TOMB_OK);
	assert_int_equal(temp_folder_count(&f->temp, "root"), 242 + 418);
	assert_int_equal(delete_key(f, (struct tomb_str){key, 1024}), TOMB_OUTCOME_GONE);
	assert_true(is_present(f, (struct tomb_str){key, 1022}));
	assert_int_equal(put(f, (struct tomb_str){key, 1025}, TOMB_STR("x")), TOMB_INVAL);
	assert_int_equal(put(f, TOMB_STR(""), TOMB_STR("x")), TOMB_INVAL);
}

static void a_url_leads_back_to_its_store_and_key(void **state)
{
	struct fixture *f = *state;
	char long_key[TOMB_KEY_MAX];

	memset(long_key, '%', sizeof long_key);
	for (size_t i = 0; i <= TOMB_COUNTOF(odd_keys); i++) {
		struct tomb_str key = i < TOMB_COUNTOF(odd_keys) ? odd_keys[i]
								 : (struct tomb_str){long_key, sizeof long_key};
		struct tomb_store *store = NULL;
		struct tomb_str url = {NULL, 0};
		struct tomb_str back = {NULL, 0};

		assert_int_equal(tomb_store_url(f->store, key, &f->arena, &url, &f->err), TOMB_OK);
		assert_int_equal(tomb_stores_route(f->stores, url, &f->arena, &store, &back, &f->err), TOMB_OK);
		assert_ptr_equal(store, f->store);
		assert_true(tomb_str_eq(back, key));
	}
}

static void a_url_says_where_the_bytes_lie(void **state)
{
	struct fixture *f = *state;
	struct tomb_str key = TOMB_STR("0b9d1c1e-5b9d-4b57-9f0c-2f0c0a1d2e3f");
	struct tomb_str url = {NULL, 0};

	assert_int_equal(tomb_store_url(f->store, key, &f->arena, &url, &f->err), TOMB_OK);
	assert_memory_equal(url.p, "file:///", 8);
	assert_string_equal(url.p + 7, at(f, key, NULL));
}

static void foreign_urls_belong_to_nobody(void **state)
{
	struct fixture *f = *state;
	struct tomb_str real = {NULL, 0};
	struct tomb_store *store = NULL;
	struct tomb_str key = {NULL, 0};
	TOMB_BUF_AUTO bad = tomb_buf_init(1 << 16);
	static const char *const formats[] = {
		"",
		"file://%s/root",
		"file://%s/root/",
		"file://%s/root2/ab/x",
		"file://%s/root/x",
		"file://%s/root/00/x",
		"file://%s/root/../root/2d/x",
		"FILE://%s/root/2d/x",
		"http://%s/root/2d/x",
		"file://%s/root/2d/x#x",
		"file://%s/root/2d/%%78",
		"file://%s/root/2d/x/",
		"file://%s/root/2d/%%zz",
		"file://%s/root/2d/",
		"file://%s/root/#",
	};

	assert_int_equal(tomb_store_url(f->store, TOMB_STR("x"), &f->arena, &real, &f->err), TOMB_OK);
	assert_non_null(strstr(real.p, "/root/2d/x"));
	for (size_t i = 0; i < TOMB_COUNTOF(formats); i++) {
		tomb_buf_reset(&bad);
		for (const char *p = formats[i]; *p; p++)
			if (strncmp(p, "%s", 2) == 0) {
				tomb_buf_put(&bad, tomb_str_from(f->temp.path));
				p++;
			} else if (strncmp(p, "%%", 2) == 0) {
				tomb_buf_put(&bad, TOMB_STR("%"));
				p++;
			} else {
				tomb_buf_put(&bad, (struct tomb_str){p, 1});
			}
		assert_int_equal(
			tomb_stores_route(f->stores, (struct tomb_str){bad.p, bad.n}, &f->arena, &store, &key, &f->err),
			TOMB_NOTFOUND);
	}
	assert_null(store);
}

static void a_key_that_exists_is_a_conflict_and_stays(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(put(f, TOMB_STR("k"), TOMB_STR("first")), TOMB_OK);
	assert_int_equal(put(f, TOMB_STR("k"), TOMB_STR("second!")), TOMB_CONFLICT);
	assert_int_equal(stat(at(f, TOMB_STR("k"), NULL), &st), 0);
	assert_int_equal(st.st_size, 5);
	assert_int_equal(temp_folder_count(&f->temp, "root"), 1);
}

static void bytes_other_than_promised_leave_nothing(void **state)
{
	static const struct {
		const char *bytes;
		int64_t size;
		bool breaks;
		enum tomb_code code;
	} cases[] = {
		{"abc", 4, false, TOMB_CORRUPT},
		{"abc", 2, false, TOMB_CORRUPT},
		{"abd", 3, false, TOMB_CORRUPT},
		{"", 3, false, TOMB_CORRUPT},
		{"abc", 3, true, TOMB_IO},
		{"abc", -1, false, TOMB_INVAL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct byte_source source = {tomb_str_from(cases[i].bytes), cases[i].breaks};
		struct tomb_put p = {
			.key = TOMB_STR("k"), .size_bytes = cases[i].size, .read = byte_source_read, .arg = &source};
		struct tomb_placed placed;

		tomb_sha256(TOMB_STR("abc"), p.sha256);
		assert_int_equal(tomb_store_put(f->store, &p, &f->arena, &placed, &f->err), cases[i].code);
		assert_int_equal(temp_folder_count(&f->temp, "root"), 0);
	}
	assert_int_equal(put(f, TOMB_STR("k"), TOMB_STR("abc")), TOMB_OK);
}

static void what_a_crashed_upload_left_is_replaced_or_deleted(void **state)
{
	struct fixture *f = *state;
	struct tomb_str key = TOMB_STR("k");
	int fd = -1;

	assert_int_equal(put(f, key, TOMB_STR("x")), TOMB_OK);
	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_GONE);
	fd = open(at(f, key, ".partial"), O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0 && write(fd, "half of the by", 14) == 14 && close(fd) == 0);
	assert_int_equal(verify(f, key), TOMB_STILL_THERE);
	assert_int_equal(put(f, key, TOMB_STR("whole")), TOMB_OK);
	assert_int_equal(temp_folder_count(&f->temp, "root"), 1);

	fd = open(at(f, key, ".partial"), O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0 && close(fd) == 0);
	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_GONE);
	assert_int_equal(verify(f, key), TOMB_ABSENT_VERIFIED);
	assert_int_equal(temp_folder_count(&f->temp, "root"), 0);
}

static void an_upload_that_is_running_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct tomb_str key = TOMB_STR("k");
	int fd = -1;

	assert_int_equal(put(f, key, TOMB_STR("x")), TOMB_OK);
	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_GONE);
	fd = open(at(f, key, ".partial"), O_CREAT | O_RDWR, 0600);
	assert_true(fd >= 0 && flock(fd, LOCK_EX) == 0);
	assert_int_equal(put(f, key, TOMB_STR("y")), TOMB_CONFLICT);
	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_TRANSIENT);
	assert_int_equal(temp_folder_count(&f->temp, "root"), 1);
	assert_int_equal(close(fd), 0);
	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_ALREADY_ABSENT);
}

static void a_linked_folder_leads_nowhere(void **state)
{
	static const char *const places[] = {"outside", "root/inside"}; /* neither above the root nor below it */
	struct fixture *f = *state;
	struct tomb_str key = TOMB_STR("k");

	for (size_t i = 0; i < TOMB_COUNTOF(places); i++) {
		char place[PATH_MAX];
		char file[64];
		struct tomb_stat st;

		(void)snprintf(place, sizeof place, "%s/%s", f->temp.path, places[i]);
		assert_int_equal(mkdir(place, 0700), 0);
		(void)snprintf(file, sizeof file, "%s/k", places[i]);
		temp_folder_write(&f->temp, file, "precious", 8);
		*strrchr(at(f, key, NULL), '/') = '\0';
		assert_int_equal(symlink(i == 0 ? place : "inside", f->path), 0);

		assert_int_equal(put(f, key, TOMB_STR("x")), TOMB_STORE);
		assert_int_equal(tomb_store_stat(f->store, key, &f->arena, &st, &f->err), TOMB_STORE);
		assert_int_equal(delete_key(f, key), TOMB_OUTCOME_FAILED);
		assert_int_equal(verify(f, key), TOMB_ABSENCE_UNKNOWN);
		assert_int_equal(temp_folder_count(&f->temp, places[i]), 1);
		assert_int_equal(unlink(f->path), 0);
	}
}

static void a_link_a_folder_and_a_second_name_are_not_deleted(void **state)
{
	struct fixture *f = *state;
	struct tomb_str key = TOMB_STR("k");
	char other[PATH_MAX];
	struct tomb_stat st;

	assert_int_equal(put(f, key, TOMB_STR("x")), TOMB_OK);
	(void)snprintf(other, sizeof other, "%s/other", f->temp.path);

	assert_int_equal(link(at(f, key, NULL), other), 0);
	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_FAILED);
	assert_true(is_present(f, key));

	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(symlink(other, f->path), 0);
	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_FAILED);
	assert_int_equal(tomb_store_stat(f->store, key, &f->arena, &st, &f->err), TOMB_STORE);
	assert_int_equal(verify(f, key), TOMB_ABSENCE_UNKNOWN);
	assert_int_equal(put(f, key, TOMB_STR("y")), TOMB_CONFLICT);

	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(mkdir(f->path, 0700), 0);
	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_FAILED);
	assert_int_equal(verify(f, key), TOMB_ABSENCE_UNKNOWN);
	assert_int_equal(access(other, F_OK), 0);
}

static void a_missing_folder_is_not_absence(void **state)
{
	struct fixture *f = *state;
	struct tomb_str key = TOMB_STR("never stored");
	struct tomb_stat st;

	assert_int_equal(tomb_store_stat(f->store, key, &f->arena, &st, &f->err), TOMB_STORE);
	assert_non_null(strstr(f->err.text, "mounted"));
	assert_int_equal(verify(f, key), TOMB_ABSENCE_UNKNOWN);
	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_TRANSIENT);
}

static void another_etag_than_expected_is_changed(void **state)
{
	struct fixture *f = *state;
	struct tomb_target target = {.key = TOMB_STR("k")};
	struct tomb_result result;
	struct tomb_stat st;

	assert_int_equal(put(f, target.key, TOMB_STR("x")), TOMB_OK);
	target.etag = TOMB_STR("\"1-2.3\"");
	assert_int_equal(tomb_store_delete_one(f->store, &target, &f->arena, &result, &f->err), TOMB_OK);
	assert_int_equal(result.outcome, TOMB_OUTCOME_CHANGED);
	assert_int_equal(tomb_store_stat(f->store, target.key, &f->arena, &st, &f->err), TOMB_OK);
	target.etag = st.etag;
	assert_int_equal(tomb_store_delete_one(f->store, &target, &f->arena, &result, &f->err), TOMB_OK);
	assert_int_equal(result.outcome, TOMB_OUTCOME_GONE);
}

static void an_immutable_file_is_locked(void **state)
{
	struct fixture *f = *state;
	struct tomb_str key = TOMB_STR("k");
	struct tomb_stat st;
	int flags = FS_IMMUTABLE_FL;
	int fd = -1;

	assert_int_equal(put(f, key, TOMB_STR("x")), TOMB_OK);
	fd = open(at(f, key, NULL), O_RDONLY);
	assert_true(fd >= 0);
	if (ioctl(fd, FS_IOC_SETFLAGS, &flags) != 0) {
		print_message("skipped: this user or file system cannot make a file immutable: %s\n", strerror(errno));
		assert_int_equal(close(fd), 0);
		skip();
	}
	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_LOCKED);
	assert_int_equal(tomb_store_stat(f->store, key, &f->arena, &st, &f->err), TOMB_OK);
	assert_true(st.legal_hold);
	flags = 0;
	assert_int_equal(ioctl(fd, FS_IOC_SETFLAGS, &flags), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(delete_key(f, key), TOMB_OUTCOME_GONE);
}

static void a_thousand_keys_go_in_one_call(void **state)
{
	struct fixture *f = *state;
	struct tomb_target targets[TOMB_DELETE_MAX + 1] = {0};
	struct tomb_result results[TOMB_DELETE_MAX + 1];

	for (size_t i = 0; i < TOMB_DELETE_MAX + 1; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "key-%zu", i);
		targets[i].key = tomb_arena_str(&f->arena, tomb_str_from(name));
		assert_int_equal(put(f, targets[i].key, TOMB_STR("x")), TOMB_OK);
	}
	assert_int_equal(tomb_store_delete_many(f->store, targets, TOMB_TARGETS_MAX + 1, &f->arena, results, &f->err),
		TOMB_INVAL);
	assert_int_equal(delete_key(f, targets[7].key), TOMB_OUTCOME_GONE);
	assert_int_equal(
		tomb_store_delete_many(f->store, targets, TOMB_DELETE_MAX, &f->arena, results, &f->err), TOMB_OK);
	for (size_t i = 0; i < TOMB_DELETE_MAX; i++) {
		assert_int_equal(results[i].outcome, i == 7 ? TOMB_OUTCOME_ALREADY_ABSENT : TOMB_OUTCOME_GONE);
		assert_int_equal(verify(f, targets[i].key), TOMB_ABSENT_VERIFIED);
	}
	assert_true(is_present(f, targets[TOMB_DELETE_MAX].key));
}

static void one_bad_key_keeps_the_whole_batch(void **state)
{
	struct fixture *f = *state;
	struct tomb_target targets[] = {{.key = TOMB_STR("a")}, {.key = TOMB_STR("b")}, {.key = TOMB_STR("a")}};
	struct tomb_result results[3];

	assert_int_equal(put(f, TOMB_STR("a"), TOMB_STR("x")), TOMB_OK);
	assert_int_equal(tomb_store_delete_many(f->store, targets, 3, &f->arena, results, &f->err), TOMB_INVAL);
	assert_non_null(strstr(f->err.text, "twice"));
	targets[2].key = TOMB_STR("");
	assert_int_equal(tomb_store_delete_many(f->store, targets, 3, &f->arena, results, &f->err), TOMB_INVAL);
	assert_true(is_present(f, TOMB_STR("a")));
	assert_int_equal(tomb_store_delete_many(f->store, targets, 0, &f->arena, results, &f->err), TOMB_OK);
	targets[0].version_id = TOMB_STR("v");
	assert_int_equal(tomb_store_delete_many(f->store, targets, 1, &f->arena, results, &f->err), TOMB_OK);
	assert_int_equal(results[0].outcome, TOMB_OUTCOME_FAILED);
}

static void a_removed_root_fails_the_probe(void **state)
{
	struct fixture *f = *state;
	struct tomb_probe probe;

	assert_int_equal(tomb_store_probe(f->store, &probe, &f->err), TOMB_OK);
	assert_int_equal(probe.versioning, TOMB_VERSIONING_NEVER);
	assert_true(probe.can_look && !probe.object_lock);
	(void)snprintf(f->path, sizeof f->path, "%s/root", f->temp.path);
	assert_int_equal(rmdir(f->path), 0);
	assert_int_equal(tomb_store_probe(f->store, &probe, &f->err), TOMB_STORE);
	assert_int_equal(put(f, TOMB_STR("k"), TOMB_STR("x")), TOMB_IO);
}

static void a_set_that_cannot_be_opened_says_which_line(void **state)
{
	struct fixture *f = *state;
	struct tomb_stores *stores = NULL;
	struct tomb_store *store = NULL;
	static const char conf[] = "[backend a]\nkind = directory\npath = /nonexistent/folder\n";

	temp_folder_write(&f->temp, "bad", conf, sizeof conf - 1);
	(void)snprintf(f->path, sizeof f->path, "%s/bad", f->temp.path);
	assert_int_equal(tomb_stores_open(f->path, &stores, &f->err), TOMB_IO);
	assert_non_null(strstr(f->err.text, "/bad:1: backend a: /nonexistent/folder"));
	assert_int_equal(tomb_stores_open("/nonexistent", &stores, &f->err), TOMB_IO);
	assert_null(stores);
	assert_int_equal(tomb_stores_find(f->stores, TOMB_STR("local"), &store, &f->err), TOMB_OK);
	assert_ptr_equal(store, f->store);
	assert_true(tomb_str_eq(tomb_store_name(store), TOMB_STR("local")));
	assert_int_equal(tomb_stores_find(f->stores, TOMB_STR("loca"), &store, &f->err), TOMB_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
		TEST(what_is_put_is_there_until_it_is_deleted),
		TEST(an_empty_file_and_a_large_one_are_stored_whole),
		TEST(odd_keys_are_all_different_and_stay_below_the_root),
		TEST(long_keys_have_their_own_files),
		TEST(a_url_leads_back_to_its_store_and_key),
		TEST(a_url_says_where_the_bytes_lie),
		TEST(foreign_urls_belong_to_nobody),
		TEST(a_key_that_exists_is_a_conflict_and_stays),
		TEST(bytes_other_than_promised_leave_nothing),
		TEST(what_a_crashed_upload_left_is_replaced_or_deleted),
		TEST(an_upload_that_is_running_is_left_alone),
		TEST(a_linked_folder_leads_nowhere),
		TEST(a_link_a_folder_and_a_second_name_are_not_deleted),
		TEST(a_missing_folder_is_not_absence),
		TEST(another_etag_than_expected_is_changed),
		TEST(an_immutable_file_is_locked),
		TEST(a_thousand_keys_go_in_one_call),
		TEST(one_bad_key_keeps_the_whole_batch),
		TEST(a_removed_root_fails_the_probe),
		TEST(a_set_that_cannot_be_opened_says_which_line),
	};

	return cmocka_run_group_tests_name("directory", tests, NULL, NULL);
}
