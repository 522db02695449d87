/* What hangs on files: checksums, copies, obstacles to their deletion. */
#include "deletion_request_internal.h"
#include "page_internal.h"
#include "sql.gen.h"
#include "tombstone/file.h"

enum { COPIES_MAX = TOMB_PAGE_MAX * 100 /* of the files of one page: more storage places than anybody has */ };

static enum tomb_code read_checksums(struct tomb_pg *pg, int64_t scope, int64_t id, struct tomb_arena *arena,
	struct tomb_file_parts *out, struct tomb_err *err)
{
	struct sql_read_file_checksums_args args = {scope, id, TOMB_FILE_PARTS_MAX};
	struct sql_read_file_checksums_row *rows = NULL;
	struct tomb_checksum *found = NULL;
	size_t n = 0;

	TOMB_TRY(sql_read_file_checksums(pg, &args, arena, &rows, &n, err));
	found = TOMB_NEW(arena, struct tomb_checksum, n);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu checksums", n);
	for (size_t i = 0; i < n; i++)
		found[i] = (struct tomb_checksum){
			rows[i].id, rows[i].generation, rows[i].algorithm, rows[i].digest, rows[i].created_at};
	out->checksums = found;
	out->nchecksums = n;
	return TOMB_OK;
}

static struct tomb_copy copy_of(const struct sql_read_file_copies_row *r)
{
	return (struct tomb_copy){
		.id = r->id,
		.file_id = r->file_id,
		.generation = r->generation,
		.backend = r->backend,
		.storage_option = r->storage_option,
		.url = r->url,
		.version_id = r->version_id,
		.etag = r->etag,
		.size_bytes = r->size_bytes,
		.stored_at_us = r->stored_at,
		.status = r->status,
		.deletion_id = r->deletion_id,
		.outcome = r->outcome,
		.outcome_detail = r->outcome_detail,
		.provider_request_id = r->provider_request_id,
		.verification = r->verification,
		.removed_at_us = tomb_us_or_0(r->removed_at_null, r->removed_at),
		.verified_at_us = tomb_us_or_0(r->verified_at_null, r->verified_at),
	};
}

static enum tomb_code read_copies(struct tomb_pg *pg, int64_t scope, int64_t id, struct tomb_arena *arena,
	struct tomb_file_parts *out, struct tomb_err *err)
{
	struct sql_read_file_copies_args args = {scope, {&id, 1}, true, TOMB_FILE_PARTS_MAX};
	struct sql_read_file_copies_row *rows = NULL;
	struct tomb_copy *found = NULL;
	size_t n = 0;

	TOMB_TRY(sql_read_file_copies(pg, &args, arena, &rows, &n, err));
	found = TOMB_NEW(arena, struct tomb_copy, n);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu copies", n);
	for (size_t i = 0; i < n; i++)
		found[i] = copy_of(&rows[i]);
	out->copies = found;
	out->ncopies = n;
	return TOMB_OK;
}

enum tomb_code tomb_file_parts(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_arena *arena,
	struct tomb_file_parts *out, struct tomb_err *err)
{
	struct tomb_file_parts found = {0};
	int64_t scope = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_FILE_READ, 0, &scope, err));
	TOMB_TRY(read_checksums(pg, scope, id, arena, &found, err));
	TOMB_TRY(read_copies(pg, scope, id, arena, &found, err));
	*out = found;
	return TOMB_OK;
}

enum tomb_code tomb_file_copies(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_int8s ids,
	struct tomb_arena *arena, struct tomb_copies *out, struct tomb_err *err)
{
	struct sql_read_file_copies_args args = {0, ids, false, COPIES_MAX};
	struct sql_read_file_copies_row *rows = NULL;
	struct tomb_copy *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_FILE_READ, 0, &args.scope, err));
	TOMB_TRY(sql_read_file_copies(pg, &args, arena, &rows, &n, err));
	found = TOMB_NEW(arena, struct tomb_copy, n);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu copies", n);
	for (size_t i = 0; i < n; i++)
		found[i] = copy_of(&rows[i]);
	*out = (struct tomb_copies){found, n};
	return TOMB_OK;
}

enum tomb_code tomb_file_obstacles(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_int8s ids,
	struct tomb_arena *arena, struct tomb_obstacle **out, struct tomb_err *err)
{
	struct sql_read_file_obstacles_args args = {0, ids};
	struct sql_read_file_obstacles_row *rows = NULL;
	struct tomb_obstacle *found = TOMB_NEW(arena, struct tomb_obstacle, ids.n);
	size_t n = 0;

	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "obstacles of %zu files", ids.n);
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_FILE_READ, 0, &args.scope, err));
	TOMB_TRY(sql_read_file_obstacles(pg, &args, arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++)
		if (rows[i].place >= 1 && (size_t)rows[i].place <= ids.n)
			found[rows[i].place - 1] = tomb_obstacle_of(rows[i].rule, rows[i].identifier, rows[i].detail,
				rows[i].eligible_at_null ? 0 : rows[i].eligible_at, rows[i].eligible_day);
	*out = found;
	return TOMB_OK;
}
