/* The table in docs/records.md is what folio_matrix.def says.  With --write it makes that part of the page anew. */
#include "tombstone/folio_matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DOCS_MAX = 256 * 1024 };

static const char docs_path[] = TOMB_TESTS_DIR "/../docs/records.md";
static const char begins[] = "<!-- made by build/tests/unit_test_record_docs --write: begin -->\n";
static const char ends[] = "<!-- end -->\n";

static void put_cell(struct tomb_buf *b, enum tomb_folio_cell cell)
{
	tomb_buf_putf(b, " %.*s |", TOMB_STR_ARG(tomb_folio_cell_words(cell)));
}

static void put_table(struct tomb_buf *b)
{
	tomb_buf_put(b, TOMB_STR("| record | deleted by way of | export, seed | harvest, seed | export, consistent | "
				 "harvest, consistent |\n|---|---|---|---|---|---|\n"));
	for (size_t i = 0; i < TOMB_FOLIO_ROWS; i++) {
		const struct tomb_folio_row *row = tomb_folio_row(i);

		tomb_buf_putf(b, "| %.*s | %.*s |", TOMB_STR_ARG(row->what), TOMB_STR_ARG(row->path));
		put_cell(b, row->seed_export);
		put_cell(b, row->seed_harvest);
		put_cell(b, row->export);
		put_cell(b, row->harvest);
		tomb_buf_put(b, TOMB_STR("\n"));
	}
}

static char *read_page(void)
{
	static char page[DOCS_MAX];
	FILE *f = fopen(docs_path, "r");
	size_t n = f ? fread(page, 1, sizeof page - 1, f) : 0;

	if (!f || fclose(f) != 0)
		return NULL;
	page[n] = '\0';
	return page;
}

/* The page with the table as it should be; false if it has no place for it. */
static bool render(const char *page, struct tomb_buf *out)
{
	const char *from = page ? strstr(page, begins) : NULL;
	const char *to = from ? strstr(from, ends) : NULL;

	if (!to)
		return false;
	from += sizeof begins - 1;
	tomb_buf_put(out, (struct tomb_str){page, (size_t)(from - page)});
	put_table(out);
	tomb_buf_put(out, tomb_str_from(to));
	return out->broken == TOMB_OK;
}

static void the_page_has_the_table(void **state)
{
	TOMB_BUF_AUTO wanted = tomb_buf_init(DOCS_MAX);
	const char *page = read_page();

	(void)state;
	if (!render(page, &wanted))
		fail_msg("%s has no place for the table", docs_path);
	if (strcmp(page, wanted.p) != 0)
		fail_msg("%s is not what folio_matrix.def says: make it anew by build/tests/unit_test_record_docs "
			 "--write",
			docs_path);
}

static int write_docs(void)
{
	TOMB_BUF_AUTO text = tomb_buf_init(DOCS_MAX);
	bool is_written = false;
	FILE *f = NULL;

	if (!render(read_page(), &text))
		return 1;
	f = fopen(docs_path, "w");
	is_written = f && fwrite(text.p, 1, text.n, f) == text.n;
	return f && fclose(f) == 0 && is_written ? 0 : 1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_has_the_table),
	};

	if (argc == 2 && strcmp(argv[1], "--write") == 0)
		return write_docs();
	return cmocka_run_group_tests_name("the page on records", tests, NULL, NULL);
}
