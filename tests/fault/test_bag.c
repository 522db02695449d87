/*
 * Every allocation and every call to the system in turn fails while a bag is read or made: it says so, and leaves
 * nothing behind.
 *
 * wrap: malloc calloc realloc read write linkat
 */
#include "alloc_budget.h"
#include "bag_box.h"
#include "tombstone/bag_create.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

/* NOLINTBEGIN(readability-identifier-naming): the linker chose these names */
ssize_t __real_read(int fd, void *buf, size_t n);
ssize_t __wrap_read(int fd, void *buf, size_t n);
ssize_t __real_write(int fd, const void *buf, size_t n);
ssize_t __wrap_write(int fd, const void *buf, size_t n);
int __wrap_linkat(int from, const char *old, int to, const char *name, int flags);

static long calls_left = -1; /* reads and writes that succeed; -1 is no limit */

static bool fails_now(void)
{
	if (calls_left > 0)
		calls_left--;
	else if (calls_left == 0)
		errno = EIO;
	return calls_left == 0 && errno == EIO;
}

ssize_t __wrap_read(int fd, void *buf, size_t n)
{
	errno = 0;
	return fails_now() ? -1 : __real_read(fd, buf, n);
}

ssize_t __wrap_write(int fd, const void *buf, size_t n)
{
	errno = 0;
	return fails_now() ? -1 : __real_write(fd, buf, n);
}

/* As between two file systems: files are copied. */
int __wrap_linkat(int from, const char *old, int to, const char *name, int flags)
{
	(void)from;
	(void)old;
	(void)to;
	(void)name;
	(void)flags;
	errno = EXDEV;
	return -1;
}

/* NOLINTEND(readability-identifier-naming) */

static int setup(void **state)
{
	*state = bag_box_new();
	return 0;
}

static int teardown(void **state)
{
	bag_box_free(*state);
	return 0;
}

static enum tomb_code read_all(
	void *arg, const struct tomb_bag_entry *e, struct tomb_bag_reader *reader, struct tomb_err *err)
{
	char buf[4096];
	size_t n = 0;

	(void)arg;
	(void)e;
	do {
		TOMB_TRY(tomb_bag_read(reader, buf, sizeof buf, &n, err));
	} while (n > 0);
	return TOMB_OK;
}

static enum tomb_code read_bag(const char *path, struct tomb_err *err)
{
	TOMB_BAG_AUTO *bag = NULL;

	TOMB_TRY(tomb_bag_open(path, &bag, err));
	TOMB_TRY(tomb_bag_verify(bag, NULL, NULL, err));
	return tomb_bag_each(bag, read_all, NULL, err);
}

/* Fails the first allocation, then the second, until all were there.  Returns how many failures there were. */
static long starve(const char *path)
{
	struct tomb_err err = {.code = TOMB_OK};
	enum tomb_code code = TOMB_NOMEM;
	long tries = 0;

	for (; code != TOMB_OK; tries++) {
		alloc_budget_set(tries);
		code = read_bag(path, &err);
		alloc_budget_set(-1);
		assert_true(code == TOMB_OK || (code == TOMB_NOMEM && err.code == TOMB_NOMEM));
	}
	return tries - 1;
}

static void a_bag_is_not_read_without_memory(void **state)
{
	const char *tar = bag_box_tar(*state, "pax", NULL);

	assert_true(starve(bag_box_path(*state, "bag")) > 5);
	assert_true(starve(tar) > 5);
}

static void a_bag_is_not_read_past_a_read_that_fails(void **state)
{
	struct tomb_err err = {.code = TOMB_OK};
	enum tomb_code code = TOMB_IO;
	long tries = 0;

	for (; code != TOMB_OK; tries++) {
		calls_left = tries;
		code = read_bag(bag_box_path(*state, "bag"), &err);
		calls_left = -1;
		assert_true(code == TOMB_OK || (code == TOMB_IO && err.code == TOMB_IO));
	}
	assert_true(tries > 20);
}

static enum tomb_code make_bag(struct bag_box *box, struct tomb_err *err)
{
	struct tomb_bag_plan plan = {.folder = bag_box_path(box, "bag/data"), .out = bag_box_path(box, "made")};
	struct tomb_bag_made out = {.files = -1};
	enum tomb_code code = tomb_bag_create(&plan, &out, err);

	if (code != TOMB_OK) {
		assert_int_equal(out.files, -1);
		assert_int_not_equal(access(plan.out, F_OK), 0);
	}
	return code;
}

static void a_bag_is_not_made_without_memory(void **state)
{
	struct tomb_err err = {.code = TOMB_OK};
	enum tomb_code code = TOMB_NOMEM;
	long tries = 0;

	bag_box_write(*state, "data/\xc3\xbc.txt", TOMB_STR("x"));
	for (; code != TOMB_OK; tries++) {
		alloc_budget_set(tries);
		code = make_bag(*state, &err);
		alloc_budget_set(-1);
		assert_true(code == TOMB_OK || (code == TOMB_NOMEM && err.code == TOMB_NOMEM));
	}
	assert_true(tries > 5);
	tomb_bag_close(bag_box_verified(bag_box_path(*state, "made")));
}

static void a_bag_is_not_made_past_a_call_that_fails(void **state)
{
	struct tomb_err err = {.code = TOMB_OK};
	enum tomb_code code = TOMB_IO;
	long tries = 0;

	for (; code != TOMB_OK; tries++) {
		calls_left = tries;
		code = make_bag(*state, &err);
		calls_left = -1;
		assert_true(code == TOMB_OK || (code == TOMB_IO && err.code == TOMB_IO));
	}
	assert_true(tries > 5);
	tomb_bag_close(bag_box_verified(bag_box_path(*state, "made")));
	bag_box_run(*state, (const char *const[]){"sh", "-c", "test \"$(ls)\" = \"$(printf 'bag\\nmade')\"", NULL});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_bag_is_not_read_without_memory),
		TEST(a_bag_is_not_read_past_a_read_that_fails),
		TEST(a_bag_is_not_made_without_memory),
		TEST(a_bag_is_not_made_past_a_call_that_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
