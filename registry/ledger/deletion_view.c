#include "tombstone/deletion_view.h"

#include "deletion_view_internal.h"
#include "page_internal.h"
#include "sql.gen.h"

#include <inttypes.h>

enum {
	COUNT_ARENA_MAX = 1024 * 1024 /* a count's ids, as in object.c */
};

/* The ledger's words (check constraint of deletion_request.state), and people's. */
static const struct tomb_str states[] = {{"open", 4}, {"approved", 8}, {"rejected", 8}, {"expired", 7}, {"void", 4}};
static const struct tomb_str state_texts[] = {
	{"Awaiting approval", 17}, {"Approved", 8}, {"Rejected", 8}, {"Expired", 7}, {"Void", 4}};
_Static_assert(TOMB_COUNTOF(states) == TOMB_COUNTOF(state_texts), "states of requests");

struct tomb_str tomb_deletion_view_state_text(struct tomb_str state)
{
	for (size_t i = 0; i < TOMB_COUNTOF(states); i++)
		if (tomb_str_eq(state, states[i]))
			return state_texts[i];
	return state;
}

static enum tomb_code pick(struct tomb_pg *pg, int64_t scope, const struct tomb_deletion_filter *filter,
	struct tomb_range range, struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	bool of_all = filter->requester.n == 0;
	bool ever = filter->since_us == 0;
	bool still = filter->until_us == 0;
	struct sql_read_deletion_pick_args args = {scope, filter->state, filter->state.n == 0, filter->newest_first,
		range.from, range.at_most, filter->requester, of_all, filter->since_us, ever, filter->until_us, still};
	struct sql_read_deletion_pick_of_object_args of_object = {scope, filter->state, filter->state.n == 0,
		filter->newest_first, range.from, range.at_most, filter->object_id, filter->requester, of_all,
		filter->since_us, ever, filter->until_us, still};
	struct sql_read_deletion_pick_row *row = NULL;
	struct sql_read_deletion_pick_of_object_row *row_of_object = NULL;

	if (filter->object_id != 0) {
		TOMB_TRY(sql_read_deletion_pick_of_object(pg, &of_object, arena, &row_of_object, err));
		*ids = row_of_object->ids;
		return TOMB_OK;
	}
	TOMB_TRY(sql_read_deletion_pick(pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static struct tomb_deletion_view view_of(const struct sql_read_deletion_rows_row *r)
{
	return (struct tomb_deletion_view){
		.id = r->id,
		.institution_id = r->institution_id,
		.institution = r->institution,
		.institution_name = r->institution_name,
		.requested_by_id = r->requested_by_id,
		.requested_by_name = r->requested_by_name,
		.requested_by_email = r->requested_by_email,
		.requested_via = r->requested_via,
		.requested_at_us = r->requested_at,
		.reason = r->reason,
		.reason_code = r->reason_code,
		.state = r->state,
		.state_text = tomb_deletion_view_state_text(r->state),
		.expires_at_us = r->expires_at,
		.closed_at_us = tomb_us_or_0(r->closed_at_null, r->closed_at),
		.closed_note = r->closed_note,
		.list_digest = r->list_digest,
		.named_objects = r->object_count,
		.named_files = r->named_files,
		.file_count = r->file_count,
		.byte_count = r->byte_count,
		.first_identifier = r->first_identifier,
		.verdict = r->verdict,
		.decided_by_id = r->decided_by_id,
		.decided_by_name = r->decided_by_name,
		.decided_by_email = r->decided_by_email,
		.decided_via = r->decided_via,
		.decided_at_us = tomb_us_or_0(r->decided_at_null, r->decided_at),
		.as_sole_admin = r->as_sole_admin,
		.deletion_id = r->deletion_id,
		.planned_at_us = tomb_us_or_0(r->planned_at_null, r->planned_at),
		.finished_at_us = tomb_us_or_0(r->finished_at_null, r->finished_at),
	};
}

static enum tomb_code read_rows(struct tomb_pg *pg, const struct sql_read_deletion_rows_args *args,
	struct tomb_arena *arena, struct tomb_deletion_view **out, size_t *n, struct tomb_err *err)
{
	struct sql_read_deletion_rows_row *rows = NULL;
	struct tomb_deletion_view *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_read_deletion_rows(pg, args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_deletion_view, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu deletion requests", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = view_of(&rows[i]);
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_deletion_view_rows(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids,
	struct tomb_arena *arena, struct tomb_deletion_view **out, size_t *n, struct tomb_err *err)
{
	return read_rows(pg, &(struct sql_read_deletion_rows_args){scope, ids}, arena, out, n, err);
}

enum tomb_code tomb_deletion_view_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_deletion_page *out, struct tomb_err *err)
{
	struct sql_read_deletion_rows_args rows = {0};
	struct tomb_deletion_page found = {0};
	struct tomb_range range;
	struct tomb_int8s picked = {0};

	TOMB_TRY(tomb_filter_word("state", filter->state, states, TOMB_COUNTOF(states), err));
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_DELETION_READ, filter->institution_id, &rows.scope, err));
	TOMB_TRY(tomb_range_of(page, filter->newest_first, &range, err));
	TOMB_TRY(pick(pg, rows.scope, filter, range, arena, &picked, err));
	TOMB_TRY(tomb_page_cut(page, picked, arena, &rows.ids, &found.next, err));
	TOMB_TRY(read_rows(pg, &rows, arena, &found.p, &found.n, err));
	*out = found;
	return TOMB_OK;
}

enum tomb_code tomb_deletion_view_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_filter *filter, int64_t *count, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(COUNT_ARENA_MAX);
	struct tomb_int8s picked = {0};
	int64_t scope = 0;

	TOMB_TRY(tomb_filter_word("state", filter->state, states, TOMB_COUNTOF(states), err));
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_DELETION_READ, filter->institution_id, &scope, err));
	TOMB_TRY(pick(pg, scope, filter, tomb_range_to_count(filter->newest_first), &arena, &picked, err));
	*count = tomb_range_count(picked);
	return TOMB_OK;
}

enum tomb_code tomb_deletion_view_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_arena *arena, struct tomb_deletion_view *out, struct tomb_err *err)
{
	struct sql_read_deletion_rows_args rows = {.ids = {&id, 1}};
	struct tomb_deletion_view *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_DELETION_READ, 0, &rows.scope, err));
	TOMB_TRY(read_rows(pg, &rows, arena, &found, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no deletion request %" PRId64, id);
	*out = *found;
	return TOMB_OK;
}
