/* A deletion, copy by copy. */
#include "page_internal.h"
#include "sql.gen.h"
#include "tombstone/deletion_view.h"

static struct tomb_deletion_copy copy_of(const struct sql_read_deletion_file_copies_row *r)
{
	return (struct tomb_deletion_copy){
		.file_id = r->file_id,
		.generation = r->generation,
		.backend = r->backend,
		.url = r->url,
		.size_bytes = r->size_bytes,
		.sha256 = r->sha256,
		.status = r->status,
		.outcome = r->outcome,
		.detail = r->detail,
		.verification = r->verification,
		.stored_at_us = r->stored_at,
		.removed_at_us = tomb_us_or_0(r->removed_at_null, r->removed_at),
		.verified_at_us = tomb_us_or_0(r->verified_at_null, r->verified_at),
	};
}

enum tomb_code tomb_deletion_view_file_copies(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	struct tomb_int8s file_ids, struct tomb_arena *arena, struct tomb_deletion_copy **out, size_t *n,
	struct tomb_err *err)
{
	struct sql_read_deletion_file_copies_args args = {.request_id = request_id, .file_ids = file_ids};
	struct sql_read_deletion_file_copies_row *rows = NULL;
	struct tomb_deletion_copy *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_DELETION_READ, 0, &args.scope, err));
	TOMB_TRY(sql_read_deletion_file_copies(pg, &args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_deletion_copy, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu copies", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = copy_of(&rows[i]);
	*out = found;
	*n = nrows;
	return TOMB_OK;
}
