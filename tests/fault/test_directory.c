/*
 * The directory store when the file system fails under it.
 * wrap: fsync renameat2 write unlinkat
 */
#include "byte_source.h"
#include "temp_folder.h"
#include "tombstone/digest.h"
#include "tombstone/store.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Calls that may still succeed before one fails with the error; none fails if error is 0. */
static struct {
	int left;
	int error;
} fault_fsync, fault_rename, fault_write, fault_unlink;

#define FAULT(name)                                                                                                    \
	do {                                                                                                           \
		if ((name).error && (name).left-- == 0) {                                                              \
			errno = (name).error;                                                                          \
			return -1;                                                                                     \
		}                                                                                                      \
	} while (0)

/* NOLINTBEGIN(readability-identifier-naming): the linker chose these names */
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat2(int from, const char *old, int to, const char *name, unsigned flags);
int __wrap_renameat2(int from, const char *old, int to, const char *name, unsigned flags);
ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __real_unlinkat(int folder, const char *name, int flags);
int __wrap_unlinkat(int folder, const char *name, int flags);

int __wrap_fsync(int fd)
{
	FAULT(fault_fsync);
	return __real_fsync(fd);
}

int __wrap_renameat2(int from, const char *old, int to, const char *name, unsigned flags)
{
	FAULT(fault_rename);
	return __real_renameat2(from, old, to, name, flags);
}

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	FAULT(fault_write);
	return __real_write(fd, p, n);
}

int __wrap_unlinkat(int folder, const char *name, int flags)
{
	FAULT(fault_unlink);
	return __real_unlinkat(folder, name, flags);
}

/* NOLINTEND(readability-identifier-naming) */

struct fixture {
	struct temp_folder temp;
	struct tomb_arena arena;
	struct tomb_err err;
	struct tomb_stores *stores;
	struct tomb_store *store;
};

static void forget_faults(void)
{
	memset(&fault_fsync, 0, sizeof fault_fsync);
	memset(&fault_rename, 0, sizeof fault_rename);
	memset(&fault_write, 0, sizeof fault_write);
	memset(&fault_unlink, 0, sizeof fault_unlink);
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	TOMB_BUF_AUTO conf = tomb_buf_init(4096);
	char path[PATH_MAX];

	f->arena = tomb_arena_init(4 << 20);
	temp_folder_make(&f->temp);
	(void)snprintf(path, sizeof path, "%s/root", f->temp.path);
	assert_int_equal(mkdir(path, 0700), 0);
	tomb_buf_putf(&conf, "[backend local]\nkind = directory\npath = %s/root\n", f->temp.path);
	temp_folder_write(&f->temp, "conf", conf.p, conf.n);
	(void)snprintf(path, sizeof path, "%s/conf", f->temp.path);
	assert_int_equal(tomb_stores_open(path, &f->stores, &f->err), TOMB_OK);
	f->store = tomb_stores_at(f->stores, 0);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	forget_faults();
	tomb_stores_close(f->stores);
	temp_folder_remove(&f->temp);
	tomb_arena_fini(&f->arena);
	free(f);
	return 0;
}

static enum tomb_code put(struct fixture *f, struct tomb_str key)
{
	struct byte_source source = {.left = TOMB_STR("content")};
	struct tomb_put p = {.key = key, .size_bytes = 7, .read = byte_source_read, .arg = &source};
	struct tomb_placed placed;

	tomb_sha256(source.left, p.sha256);
	return tomb_store_put(f->store, &p, &f->arena, &placed, &f->err);
}

static enum tomb_outcome delete_key(struct fixture *f, struct tomb_str key)
{
	struct tomb_target target = {.key = key};
	struct tomb_result result;

	assert_int_equal(tomb_store_delete_one(f->store, &target, &f->arena, &result, &f->err), TOMB_OK);
	return result.outcome;
}

static void a_put_that_cannot_be_made_durable_is_not_ok(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *key;
		int left; /* fsyncs that succeed */
		enum tomb_code code;
		size_t files;
	} cases[] = {
		{"a", 0, TOMB_IO, 0},        /* the file */
		{"b", 1, TOMB_UNCERTAIN, 1}, /* the folder */
		{"c", 2, TOMB_UNCERTAIN, 2}, /* the root, which may have a new folder */
	};

	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		fault_fsync.left = cases[i].left;
		fault_fsync.error = EIO;
		assert_int_equal(put(f, tomb_str_from(cases[i].key)), cases[i].code);
		assert_int_equal(temp_folder_count(&f->temp, "root"), cases[i].files);
	}
	forget_faults();
	assert_int_equal(put(f, TOMB_STR("other")), TOMB_OK);
}

static void a_full_disk_leaves_nothing(void **state)
{
	struct fixture *f = *state;

	fault_write.error = ENOSPC;
	assert_int_equal(put(f, TOMB_STR("k")), TOMB_IO);
	assert_non_null(strstr(f->err.text, "No space left"));
	assert_int_equal(temp_folder_count(&f->temp, "root"), 0);
	forget_faults();
	fault_write.error = EINTR;
	assert_int_equal(put(f, TOMB_STR("k")), TOMB_OK);
}

static void a_file_system_without_renameat2_still_never_overwrites(void **state)
{
	struct fixture *f = *state;

	fault_rename.error = EINVAL;
	assert_int_equal(put(f, TOMB_STR("k")), TOMB_OK);
	assert_int_equal(temp_folder_count(&f->temp, "root"), 1);
	fault_rename.left = 0;
	assert_int_equal(put(f, TOMB_STR("k")), TOMB_CONFLICT);
	assert_int_equal(delete_key(f, TOMB_STR("k")), TOMB_OUTCOME_GONE);
}

static void a_crash_between_the_two_names_is_healed_by_a_delete(void **state)
{
	struct fixture *f = *state;

	fault_rename.error = EINVAL;
	fault_unlink.error = EIO; /* the first name stays */
	assert_int_equal(put(f, TOMB_STR("k")), TOMB_OK);
	forget_faults();
	assert_int_equal(temp_folder_count(&f->temp, "root"), 2);
	assert_int_equal(delete_key(f, TOMB_STR("k")), TOMB_OUTCOME_GONE);
	assert_int_equal(temp_folder_count(&f->temp, "root"), 0);
}

static void every_error_of_a_delete_has_its_outcome(void **state)
{
	static const struct {
		int error;
		enum tomb_outcome outcome;
	} cases[] = {
		{EACCES, TOMB_OUTCOME_DENIED},
		{EPERM, TOMB_OUTCOME_DENIED},
		{EROFS, TOMB_OUTCOME_DENIED},
		{ENOENT, TOMB_OUTCOME_ALREADY_ABSENT},
		{EISDIR, TOMB_OUTCOME_FAILED},
		{EIO, TOMB_OUTCOME_UNCERTAIN},
		{ESTALE, TOMB_OUTCOME_UNCERTAIN},
	};
	struct fixture *f = *state;

	assert_int_equal(put(f, TOMB_STR("k")), TOMB_OK);
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		fault_unlink.left = 0;
		fault_unlink.error = cases[i].error;
		assert_int_equal(delete_key(f, TOMB_STR("k")), cases[i].outcome);
		forget_faults();
	}
	assert_int_equal(temp_folder_count(&f->temp, "root"), 1);
}

static void a_delete_that_is_not_durable_is_uncertain(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(put(f, TOMB_STR("k")), TOMB_OK);
	fault_fsync.error = EIO;
	assert_int_equal(delete_key(f, TOMB_STR("k")), TOMB_OUTCOME_UNCERTAIN);
	fault_fsync.left = 0;
	assert_int_equal(delete_key(f, TOMB_STR("k")), TOMB_OUTCOME_UNCERTAIN);
	forget_faults();
	assert_int_equal(delete_key(f, TOMB_STR("k")), TOMB_OUTCOME_ALREADY_ABSENT);
}

static void a_batch_without_memory_touches_nothing(void **state)
{
	struct fixture *f = *state;
	struct tomb_target targets[] = {{.key = TOMB_STR("a")}, {.key = TOMB_STR("b")}};
	struct tomb_result results[2];
	struct tomb_arena small = tomb_arena_init(128);
	struct tomb_probe probe;

	assert_int_equal(put(f, TOMB_STR("a")), TOMB_OK);
	assert_int_equal(tomb_store_probe(f->store, &probe, &f->err), TOMB_OK);
	assert_int_equal(tomb_store_delete_many(f->store, targets, 2, &small, results, &f->err), TOMB_OK);
	assert_int_equal(results[0].outcome, TOMB_OUTCOME_TRANSIENT);
	assert_int_equal(results[1].outcome, TOMB_OUTCOME_TRANSIENT);
	assert_int_equal(temp_folder_count(&f->temp, "root"), 1);
	tomb_arena_fini(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
		TEST(a_put_that_cannot_be_made_durable_is_not_ok),
		TEST(a_full_disk_leaves_nothing),
		TEST(a_file_system_without_renameat2_still_never_overwrites),
		TEST(a_crash_between_the_two_names_is_healed_by_a_delete),
		TEST(every_error_of_a_delete_has_its_outcome),
		TEST(a_delete_that_is_not_durable_is_uncertain),
		TEST(a_batch_without_memory_touches_nothing),
	};

	return cmocka_run_group_tests_name("directory faults", tests, NULL, NULL);
}
