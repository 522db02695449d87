#include "bulk.h"

#include "pg_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { CHUNK = 1000, SQL_MAX = 1 << 20, ARENA_MAX = 16 << 20 };

struct tomb_str bulk_bytes(int64_t file_id, char bytes[static BULK_FILE_BYTES + 1])
{
	(void)snprintf(bytes, BULK_FILE_BYTES + 1, "%*" PRId64, BULK_FILE_BYTES, file_id);
	return (struct tomb_str){bytes, BULK_FILE_BYTES};
}

/* Where the store would have put it; its URL says so. */
void bulk_write_file(
	void *ctx, struct tomb_str key, struct tomb_str url, struct tomb_str bytes, char etag[static BULK_ETAG])
{
	static const char scheme[] = "file://";
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct tomb_stat stat;
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
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
	TOMB_OK_OR_FAIL(tomb_store_stat(ctx, key, &arena, &stat, &err));
	(void)snprintf(etag, BULK_ETAG, "%.*s", TOMB_STR_ARG(stat.etag));
}

static void add_copy(struct tomb_world *w, int64_t file_id, const struct bulk_place *place, struct tomb_arena *arena,
	struct tomb_buf *rows)
{
	char bytes[BULK_FILE_BYTES + 1];
	char etag[BULK_ETAG];
	char key[64];
	struct tomb_store *store = NULL;
	struct tomb_str url;

	(void)snprintf(key, sizeof key, "file-%" PRId64 "-1", file_id);
	TOMB_OK_OR_FAIL(tomb_stores_find(w->stores, tomb_str_from(place->backend), &store, &err));
	TOMB_OK_OR_FAIL(tomb_store_url(store, tomb_str_from(key), arena, &url, &err));
	place->put(place->ctx, tomb_str_from(key), url, bulk_bytes(file_id, bytes), etag);
	tomb_buf_putf(rows, "%s(%" PRId64 ", '%s', '%.*s', '%s')", rows->n > 0 ? ", " : "", file_id, place->backend,
		TOMB_STR_ARG(url), etag);
}

static void add_copies(struct tomb_world *w, int64_t first, int files, struct bulk_places places)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	TOMB_BUF_AUTO rows = tomb_buf_init(SQL_MAX);
	TOMB_BUF_AUTO sql = tomb_buf_init(SQL_MAX + 1024);
	struct tomb_str text;

	for (int64_t id = first; id < first + files; id++)
		for (size_t i = 0; i < places.n; i++)
			add_copy(w, id, &places.p[i], &arena, &rows);
	TOMB_OK_OR_FAIL(tomb_buf_done(&rows, &text, &err));
	tomb_buf_putf(&sql,
		"insert into copy (file_id, generation, backend_id, storage_option_id, url, etag, size_bytes) "
		"select v.f, 1, b.id, f.storage_option_id, v.u, v.e, f.size_bytes from (values ");
	tomb_buf_put(&sql, text);
	tomb_buf_putf(
		&sql, ") v (f, b, u, e) join storage_backend b on b.name = v.b join generic_file f on f.id = v.f");
	tomb_buf_put(&sql, (struct tomb_str){"", 1}); /* a C string from here */
	TOMB_OK_OR_FAIL(tomb_buf_done(&sql, &text, &err));
	tomb_fixture_pg_exec(text.p);
}

int64_t bulk_object_at(struct tomb_world *w, int64_t institution, int64_t option, const char *identifier, int files,
	struct bulk_places places)
{
	int64_t object = tomb_world_object_in(w, institution, option, identifier, 0, 0);
	int64_t first = 0;

	tomb_world_exec("insert into generic_file (institution_id, object_id, identifier, file_format, size_bytes, "
			"storage_option_id) "
			"select %" PRId64 ", %" PRId64 ", '%s/data/' || n, 'text/plain', %d, %" PRId64
			" from generate_series(1, %d) n order by n",
		institution, object, identifier, BULK_FILE_BYTES, option, files);
	first = tomb_world_number("select min(id) from generic_file where object_id = %" PRId64, object);
	for (int done = 0; done < files; done += CHUNK)
		add_copies(w, first + done, files - done < CHUNK ? files - done : CHUNK, places);
	return object;
}

int64_t bulk_object(struct tomb_world *w, const char *identifier, int files, int copies)
{
	static const char *const names[TOMB_WORLD_COPIES_MAX] = {"local-1", "local-2", "local-3"};
	struct bulk_place places[TOMB_WORLD_COPIES_MAX];

	assert_in_range(copies, 1, TOMB_WORLD_COPIES_MAX);
	for (int i = 0; i < copies; i++) {
		struct tomb_store *store = NULL;

		TOMB_OK_OR_FAIL(tomb_stores_find(w->stores, tomb_str_from(names[i]), &store, &err));
		places[i] = (struct bulk_place){names[i], bulk_write_file, store};
	}
	return bulk_object_at(
		w, w->institution, w->standard, identifier, files, (struct bulk_places){places, (size_t)copies});
}
