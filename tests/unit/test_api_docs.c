/* docs/api.md names every route of the JSON interfaces, and no other. */
#include "../../registry/service/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DOCS_MAX = 256 * 1024 };

static char docs[DOCS_MAX];

static int read_docs(void **state)
{
	char path[1024];
	FILE *f = NULL;
	size_t n = 0;

	(void)state;
	(void)snprintf(path, sizeof path, "%s/../docs/api.md", TOMB_TESTS_DIR);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(docs, 1, sizeof docs - 1, f);
	assert_int_equal(fclose(f), 0);
	assert_in_range(n, 1, sizeof docs - 2);
	return 0;
}

static void every_route_is_in_the_docs(void **state)
{
	struct tomb_routes routes = tomb_registry_routes();

	(void)state;
	for (size_t i = 0; i < routes.n; i++) {
		char row[256];

		if (!tomb_openapi_has(&routes.p[i]))
			continue;
		(void)snprintf(
			row, sizeof row, "| `%s %s` |", tomb_method_name(routes.p[i].method), routes.p[i].pattern);
		if (!strstr(docs, row))
			fail_msg("docs/api.md has no row %s", row);
	}
}

static void every_row_of_the_docs_is_a_route(void **state)
{
	struct tomb_routes routes = tomb_registry_routes();
	size_t rows = 0;
	size_t known = 0;

	(void)state;
	for (const char *p = strstr(docs, "\n| `"); p; p = strstr(p + 1, "\n| `"))
		rows++;
	for (size_t i = 0; i < routes.n; i++)
		known += tomb_openapi_has(&routes.p[i]);
	assert_int_equal(rows, known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route_is_in_the_docs),
		cmocka_unit_test(every_row_of_the_docs_is_a_route),
	};
	return cmocka_run_group_tests_name("API docs", tests, read_docs, NULL);
}
