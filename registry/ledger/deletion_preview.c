#include "tombstone/deletion_preview.h"

#include "deletion_request_internal.h"
#include "sql.gen.h"

static enum tomb_code read_counts(struct tomb_pg *pg, int64_t institution_id, const struct tomb_deletion_list *list,
	struct tomb_arena *arena, struct tomb_deletion_preview *p, struct tomb_err *err)
{
	struct sql_preview_counts_args args = {institution_id, list->object_ids, list->file_ids};
	struct sql_preview_lockable_args of_locks = {institution_id, list->object_ids, list->file_ids};
	struct sql_preview_counts_row *counts = NULL;
	struct sql_preview_lockable_row *lockable = NULL;

	TOMB_TRY(sql_preview_counts(pg, &args, arena, &counts, err));
	TOMB_TRY(sql_preview_lockable(pg, &of_locks, arena, &lockable, err));
	p->objects = counts->objects;
	p->files = counts->files;
	p->bytes = counts->bytes;
	p->deleted = counts->deleted;
	p->pending_files = counts->pending_files;
	p->held_files = counts->held_files;
	p->lockable_copies = lockable->copies;
	return TOMB_OK;
}

static enum tomb_code read_ages(struct tomb_pg *pg, int64_t institution_id, const struct tomb_deletion_list *list,
	struct tomb_arena *arena, struct tomb_deletion_preview *p, struct tomb_err *err)
{
	struct sql_preview_ages_args args = {institution_id, list->object_ids, list->file_ids};
	struct sql_preview_ages_row *rows = NULL;
	size_t n = 0;

	TOMB_TRY(sql_preview_ages(pg, &args, arena, &rows, &n, err));
	p->nages = n < TOMB_PREVIEW_AGES_MAX ? n : TOMB_PREVIEW_AGES_MAX;
	p->ages = TOMB_NEW(arena, struct tomb_preview_age, p->nages);
	if (!p->ages)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu ages of copies", n);
	for (size_t i = 0; i < p->nages; i++)
		p->ages[i] = (struct tomb_preview_age){
			rows[i].storage_option, rows[i].eligible_at, rows[i].copies, rows[i].bytes};
	p->eligible_at_us = n > 0 ? rows[n - 1].eligible_at : 0;
	return TOMB_OK;
}

enum tomb_code tomb_deletion_preview(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_list *list, struct tomb_arena *arena, struct tomb_deletion_preview *out,
	struct tomb_err *err)
{
	int64_t institution_id = actor->institution_id;
	struct tomb_deletion_preview p = {.objects = 0};

	TOMB_TRY(tomb_deletion_list_check(pg, actor, list, arena, err));
	TOMB_TRY(read_counts(pg, institution_id, list, arena, &p, err));
	TOMB_TRY(read_ages(pg, institution_id, list, arena, &p, err));
	TOMB_TRY(tomb_impact_of_list(pg, actor, list, arena, &p.impacts, err));
	TOMB_TRY(tomb_deletion_obstacles(pg, institution_id, list, 0, arena, &p.obstacles, &p.nobstacles, err));
	*out = p;
	return TOMB_OK;
}
