/* Randomness, comparison, secret files. */
#include "tombstone/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void random_bytes_differ_and_fill_everything(void **state)
{
	uint8_t a[64] = {0};
	uint8_t seen[64] = {0};

	(void)state;
	for (int round = 0; round < 32; round++) {
		tomb_random(a, sizeof a);
		for (size_t i = 0; i < sizeof a; i++)
			seen[i] |= a[i];
	}
	for (size_t i = 0; i < sizeof seen; i++)
		assert_int_not_equal(seen[i], 0); /* 32 zero bytes in a row: once in 2^256 */
}

static void wiping_leaves_zeros(void **state)
{
	char text[] = "swordfish";

	(void)state;
	tomb_wipe(text, sizeof text - 2);
	assert_memory_equal(text, "\0\0\0\0\0\0\0\0h", 10);
}

static void only_equal_bytes_are_equal(void **state)
{
	(void)state;
	assert_true(tomb_secret_eq(TOMB_STR(""), (struct tomb_str){NULL, 0}));
	assert_true(tomb_secret_eq(TOMB_STR("a\0b"), TOMB_STR("a\0b")));
	assert_false(tomb_secret_eq(TOMB_STR("a\0b"), TOMB_STR("a\0c")));
	assert_false(tomb_secret_eq(TOMB_STR("\xff"
					     "bc"),
		TOMB_STR("\x7f"
			 "bc")));
	assert_false(tomb_secret_eq(TOMB_STR("abc"), TOMB_STR("ab")));
}

static void pages_for_secrets_are_zeroed_and_given_back(void **state)
{
	struct tomb_secret_pages pages = {NULL, 0};
	struct tomb_err err;
	unsigned char *p = NULL;

	(void)state;
	assert_int_equal(tomb_secret_pages_map(10000, &pages, &err), TOMB_OK);
	p = pages.p;
	for (size_t i = 0; i < 10000; i++)
		assert_int_equal(p[i], 0);
	memset(p, 1, 10000);
	tomb_secret_pages_fini(&pages);
	assert_null(pages.p);
	tomb_secret_pages_fini(&pages);
	assert_int_equal(tomb_secret_pages_map(SIZE_MAX / 2, &pages, &err), TOMB_NOMEM);
	assert_null(pages.p);
}

/* "dd", do not dump, among the flags of the mapping that holds p. */
static bool is_left_out_of_core_dumps(const void *p)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	char line[512];
	bool here = false;
	bool found = false;

	assert_non_null(maps);
	while (fgets(line, sizeof line, maps)) {
		char *dash = NULL;
		uintptr_t from = strtoul(line, &dash, 16);
		uintptr_t to = *dash == '-' ? strtoul(dash + 1, NULL, 16) : 0;

		if (to)
			here = (uintptr_t)p >= from && (uintptr_t)p < to;
		else if (here && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, " dd") != NULL;
	}
	(void)fclose(maps);
	return found;
}

static void pages_for_secrets_are_in_no_core_dump(void **state)
{
	TOMB_SECRET_PAGES_AUTO pages = {NULL, 0};
	struct tomb_err err;
	int on_the_stack = 0;

	(void)state;
	assert_int_equal(tomb_secret_pages_map(10000, &pages, &err), TOMB_OK);
	assert_true(is_left_out_of_core_dumps(pages.p));
	assert_false(is_left_out_of_core_dumps(&on_the_stack));
}

static void a_hardened_program_leaves_no_core(void **state)
{
	pid_t pid = fork();
	int status = 0;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		tomb_secret_harden();
		_exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

struct file {
	char dir[64];
	char path[128];
};

static int setup(void **state)
{
	static struct file file;

	(void)snprintf(file.dir, sizeof file.dir, "/tmp/tomb-secret-XXXXXX");
	if (!mkdtemp(file.dir))
		return -1;
	(void)snprintf(file.path, sizeof file.path, "%s/password", file.dir);
	*state = &file;
	return 0;
}

static int teardown(void **state)
{
	const struct file *file = *state;

	(void)unlink(file->path);
	return rmdir(file->dir);
}

static void save(const struct file *file, const char *p, size_t n)
{
	FILE *f = fopen(file->path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void a_secret_is_read_without_its_line_end(void **state)
{
	static const char *const forms[] = {"pass word#1", "pass word#1\n", "pass word#1\r\n"};
	const struct file *file = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(forms); i++) {
		TOMB_SECRET_AUTO secret = {.n = 0};
		struct tomb_err err;

		save(file, forms[i], strlen(forms[i]));
		assert_int_equal(tomb_secret_read(file->path, &secret, &err), TOMB_OK);
		assert_string_equal(secret.text, "pass word#1");
		assert_int_equal(secret.n, 11);
	}
}

static void the_longest_secret_fits_and_the_next_does_not(void **state)
{
	const struct file *file = *state;
	char text[TOMB_SECRET_MAX + 3];
	TOMB_SECRET_AUTO secret = {.n = 0};
	struct tomb_err err;

	memset(text, 'x', sizeof text);
	memcpy(text + TOMB_SECRET_MAX, "\r\n", 2);
	save(file, text, TOMB_SECRET_MAX + 2);
	assert_int_equal(tomb_secret_read(file->path, &secret, &err), TOMB_OK);
	assert_int_equal(secret.n, TOMB_SECRET_MAX);
	assert_int_equal(strlen(secret.text), TOMB_SECRET_MAX);
	memset(text, 'x', sizeof text);
	for (size_t n = TOMB_SECRET_MAX + 1; n <= sizeof text; n++) {
		save(file, text, n);
		assert_int_equal(tomb_secret_read(file->path, &secret, &err), TOMB_INVAL);
	}
	assert_int_equal(secret.n, TOMB_SECRET_MAX);
}

static void a_broken_secret_file_is_refused_without_repeating_it(void **state)
{
	const struct tomb_str broken[] = {TOMB_STR(""), TOMB_STR("\n"), TOMB_STR("\r\n"), TOMB_STR("hush\0hush"),
		TOMB_STR("hush\nhush\n"), TOMB_STR("hush\n\n")};
	const struct file *file = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(broken); i++) {
		TOMB_SECRET_AUTO secret = {.text = "old", .n = 3};
		struct tomb_err err;

		save(file, broken[i].p, broken[i].n);
		assert_int_equal(tomb_secret_read(file->path, &secret, &err), TOMB_INVAL);
		assert_string_equal(secret.text, "old");
		assert_non_null(strstr(err.text, file->path));
		assert_null(strstr(err.text, "hush"));
	}
}

static void a_missing_file_or_a_folder_is_named(void **state)
{
	const struct file *file = *state;
	TOMB_SECRET_AUTO secret = {.n = 0};
	struct tomb_err err;

	assert_int_equal(tomb_secret_read("/nonexistent/password", &secret, &err), TOMB_IO);
	assert_non_null(strstr(err.text, "/nonexistent/password"));
	assert_int_equal(tomb_secret_read(file->dir, &secret, &err), TOMB_IO);
	assert_non_null(strstr(err.text, file->dir));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_bytes_differ_and_fill_everything),
		cmocka_unit_test(wiping_leaves_zeros),
		cmocka_unit_test(only_equal_bytes_are_equal),
		cmocka_unit_test(pages_for_secrets_are_zeroed_and_given_back),
		cmocka_unit_test(pages_for_secrets_are_in_no_core_dump),
		cmocka_unit_test(a_hardened_program_leaves_no_core),
		cmocka_unit_test(a_secret_is_read_without_its_line_end),
		cmocka_unit_test(the_longest_secret_fits_and_the_next_does_not),
		cmocka_unit_test(a_broken_secret_file_is_refused_without_repeating_it),
		cmocka_unit_test(a_missing_file_or_a_folder_is_named),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
