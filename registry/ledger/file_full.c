#include "tombstone/file_full.h"

#include "page_internal.h"
#include "rows_internal.h"
#include "sql.gen.h"

#include <inttypes.h>

static enum tomb_code add_checksums(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids, struct tomb_arena *arena,
	struct tomb_file_fulls *all, struct tomb_err *err)
{
	struct sql_read_file_full_checksums_args args = {scope, ids};
	struct sql_read_file_full_checksums_row *rows = NULL;
	struct tomb_checksum *found = NULL;
	size_t n = 0;
	size_t at = 0;

	TOMB_TRY(sql_read_file_full_checksums(pg, &args, arena, &rows, &n, err));
	found = TOMB_NEW(arena, struct tomb_checksum, n);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu checksums", n);
	for (size_t i = 0; i < n; i++)
		found[i] = (struct tomb_checksum){
			rows[i].id, rows[i].generation, rows[i].algorithm, rows[i].digest, rows[i].created_at};
	for (size_t i = 0; i < all->n; i++) {
		all->p[i].checksums = found + at;
		while (at < n && rows[at].file_id == all->p[i].file.id) {
			all->p[i].nchecksums++;
			at++;
		}
	}
	return TOMB_OK;
}

static enum tomb_code add_copies(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_int8s ids,
	struct tomb_arena *arena, struct tomb_file_fulls *all, struct tomb_err *err)
{
	struct tomb_copies found = {0};
	size_t at = 0;

	TOMB_TRY(tomb_file_copies(pg, actor, ids, arena, &found, err));
	for (size_t i = 0; i < all->n; i++) {
		all->p[i].copies = found.p + at;
		while (at < found.n && found.p[at].file_id == all->p[i].file.id) {
			all->p[i].ncopies++;
			at++;
		}
	}
	return TOMB_OK;
}

static enum tomb_code add_events(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids, struct tomb_arena *arena,
	struct tomb_file_fulls *all, struct tomb_err *err)
{
	struct sql_read_file_full_events_args args = {scope, ids, TOMB_FILE_FULL_EVENTS};
	struct sql_read_file_full_events_row *row = NULL;
	struct tomb_premis_event *found = NULL;
	size_t n = 0;
	size_t at = 0;

	TOMB_TRY(sql_read_file_full_events(pg, &args, arena, &row, err));
	TOMB_TRY(tomb_premis_event_rows(pg, scope, row->ids, arena, &found, &n, err));
	for (size_t i = 0; i < all->n; i++) {
		all->p[i].events = found + at;
		while (at < n && found[at].file_id == all->p[i].file.id) {
			all->p[i].nevents++;
			at++;
		}
	}
	return TOMB_OK;
}

enum tomb_code tomb_file_full(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_int8s ids,
	struct tomb_arena *arena, struct tomb_file_fulls *out, struct tomb_err *err)
{
	struct tomb_file_fulls all = {0};
	struct tomb_file *files = NULL;
	int64_t *seen = NULL;
	int64_t scope = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_FILE_READ, 0, &scope, err));
	TOMB_TRY(tomb_file_rows(pg, scope, ids, arena, &files, &all.n, err));
	all.p = TOMB_NEW(arena, struct tomb_file_full, all.n);
	seen = TOMB_NEW(arena, int64_t, all.n);
	if (!all.p || !seen)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files", all.n);
	for (size_t i = 0; i < all.n; i++) {
		all.p[i].file = files[i];
		seen[i] = files[i].id;
	}
	ids = (struct tomb_int8s){seen, all.n};
	TOMB_TRY(add_checksums(pg, scope, ids, arena, &all, err));
	TOMB_TRY(add_copies(pg, actor, ids, arena, &all, err));
	TOMB_TRY(add_events(pg, scope, ids, arena, &all, err));
	*out = all;
	return TOMB_OK;
}

enum tomb_code tomb_copy_place(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_arena *arena,
	struct tomb_copy_place *out, struct tomb_err *err)
{
	struct sql_read_copy_place_args args = {.id = id};
	struct sql_read_copy_place_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_STORAGE_RECORD_READ, 0, &args.scope, err));
	TOMB_TRY(sql_read_copy_place(pg, &args, arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no storage record %" PRId64, id);
	*out = (struct tomb_copy_place){row->id, row->file_id, row->url};
	return TOMB_OK;
}
