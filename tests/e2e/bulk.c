#include "bulk.h"

#include "pg_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { BYTES_OF_A_FILE = 64, SQL_MAX = 4 << 20, ARENA_MAX = 16 << 20 };

/* Where the store would have put it; its URL says so. */
static void write_file(struct tomb_str url)
{
	static const char scheme[] = "file://";
	char path[512];
	char *slash = NULL;
	FILE *f = NULL;

	assert_in_range(
		snprintf(path, sizeof path, "%.*s", (int)(url.n - (sizeof scheme - 1)), url.p + sizeof scheme - 1), 1,
		sizeof path - 1);
	slash = strrchr(path, '/');
	assert_non_null(slash);
	*slash = '\0';
	(void)mkdir(path, 0700); /* it may be there */
	*slash = '/';
	f = fopen(path, "wxe");
	if (!f)
		fail_msg("%s cannot be written", path);
	assert_true(fprintf(f, "%*d", BYTES_OF_A_FILE, 1) == BYTES_OF_A_FILE);
	assert_int_equal(fclose(f), 0);
}

static void add_copy(struct tomb_world *w, int64_t file_id, int backend, struct tomb_arena *arena, struct tomb_buf *sql)
{
	char key[64];
	char name[16];
	struct tomb_store *store = NULL;
	struct tomb_stat stat;
	struct tomb_str url;

	(void)snprintf(key, sizeof key, "file-%" PRId64 "-1", file_id);
	(void)snprintf(name, sizeof name, "local-%d", backend);
	TOMB_OK_OR_FAIL(tomb_stores_find(w->stores, tomb_str_from(name), &store, &err));
	TOMB_OK_OR_FAIL(tomb_store_url(store, tomb_str_from(key), arena, &url, &err));
	write_file(url);
	TOMB_OK_OR_FAIL(tomb_store_stat(store, tomb_str_from(key), arena, &stat, &err));
	tomb_buf_putf(sql, "%s(%" PRId64 ", 1, '%s', %" PRId64 ", '%.*s', '%.*s', %d)", sql->n > 0 ? ", " : "", file_id,
		name, w->standard, TOMB_STR_ARG(url), TOMB_STR_ARG(stat.etag), BYTES_OF_A_FILE);
}

static void add_copies(struct tomb_world *w, int64_t first, int files, int copies)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	TOMB_BUF_AUTO rows = tomb_buf_init(SQL_MAX);
	TOMB_BUF_AUTO sql = tomb_buf_init(SQL_MAX);
	struct tomb_str text;

	for (int64_t id = first; id < first + files; id++)
		for (int i = 1; i <= copies; i++)
			add_copy(w, id, i, &arena, &rows);
	TOMB_OK_OR_FAIL(tomb_buf_done(&rows, &text, &err));
	tomb_buf_putf(&sql,
		"insert into copy (file_id, generation, backend_id, storage_option_id, url, etag, size_bytes) "
		"select v.f, v.g, b.id, v.o, v.u, v.e, v.s from (values ");
	tomb_buf_put(&sql, text);
	tomb_buf_putf(&sql, ") v (f, g, b, o, u, e, s) join storage_backend b on b.name = v.b");
	tomb_buf_put(&sql, (struct tomb_str){"", 1}); /* a C string from here */
	TOMB_OK_OR_FAIL(tomb_buf_done(&sql, &text, &err));
	tomb_fixture_pg_exec(text.p);
}

int64_t bulk_object(struct tomb_world *w, const char *identifier, int files, int copies)
{
	int64_t object = tomb_world_object(w, identifier, 0, copies);

	tomb_world_exec("insert into generic_file (institution_id, object_id, identifier, file_format, size_bytes, "
			"storage_option_id) "
			"select %" PRId64 ", %" PRId64 ", '%s/data/' || n, 'text/plain', %d, %" PRId64
			" from generate_series(1, %d) n order by n",
		w->institution, object, identifier, BYTES_OF_A_FILE, w->standard, files);
	add_copies(w, tomb_world_number("select min(id) from generic_file where object_id = %" PRId64, object), files,
		copies);
	return object;
}
