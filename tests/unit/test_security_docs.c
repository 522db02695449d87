/* Every test that docs/security.md names is there. */
#include "tombstone/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FILE_MAX = 256 * 1024 };

static void read_file(const char *path, char out[static FILE_MAX])
{
	FILE *f = fopen(path, "r");
	size_t n = 0;

	if (!f)
		fail_msg("%s cannot be read", path);
	n = fread(out, 1, FILE_MAX - 1, f);
	assert_int_equal(fclose(f), 0);
	assert_in_range(n, 1, FILE_MAX - 2);
	out[n] = '\0';
}

/* "unit/test_x.c:a_sentence" */
static void expect_test(const char *file, size_t nfile, const char *name, size_t nname)
{
	static char source[FILE_MAX];
	char path[1024];
	char head[512];

	(void)snprintf(path, sizeof path, TOMB_TESTS_DIR "/%.*s", (int)nfile, file);
	(void)snprintf(head, sizeof head, "static void %.*s(void **state)", (int)nname, name);
	read_file(path, source);
	if (!strstr(source, head))
		fail_msg("docs/security.md: %.*s has no test %.*s", (int)nfile, file, (int)nname, name);
}

static void every_test_that_the_docs_name_is_there(void **state)
{
	static char docs[FILE_MAX];
	size_t named = 0;

	(void)state;
	read_file(TOMB_TESTS_DIR "/../docs/security.md", docs);
	for (const char *p = strstr(docs, ".c:"); p; p = strstr(p + 1, ".c:")) {
		const char *file = p;
		const char *name = p + 3;

		while (file > docs && file[-1] != '`')
			file--;
		expect_test(file, (size_t)(p + 2 - file), name, strcspn(name, "`"));
		named++;
	}
	assert_true(named > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_test_that_the_docs_name_is_there),
	};
	return cmocka_run_group_tests_name("the page on security", tests, NULL, NULL);
}
