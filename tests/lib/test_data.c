#include "test_data.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *folder(void)
{
	const char *data = getenv("TOMBSTONE_TEST_DATA");

	return data ? data : TOMB_TESTS_DIR "/../../shared/data";
}

const char *test_data_folder(const char *file)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", folder(), file);
	if (access(path, R_OK) == 0)
		return folder();
	print_message("skipped: no %s in $TOMBSTONE_TEST_DATA or ../shared/data\n", file);
	return NULL;
}

struct tomb_str test_file_read(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *p = NULL;
	long n = 0;

	if (!f)
		fail_msg("%s cannot be read", path);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	n = ftell(f);
	assert_true(n >= 0);
	assert_int_equal(fseek(f, 0, SEEK_SET), 0);
	p = malloc((size_t)n + 1);
	assert_non_null(p);
	assert_int_equal(fread(p, 1, (size_t)n, f), (size_t)n);
	p[n] = '\0';
	assert_int_equal(fclose(f), 0);
	return (struct tomb_str){p, (size_t)n};
}

struct tomb_str test_data_read(const char *file)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", folder(), file);
	return test_file_read(path);
}
