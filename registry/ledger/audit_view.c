#include "tombstone/audit_view.h"

#include "page_internal.h"
#include "sql.gen.h"
#include "tombstone/time.h"

/* The filter that leaves least: a thing has few entries, a person more, an action most. */
static struct tomb_str leading_of(const struct tomb_audit_view_filter *filter)
{
	if (filter->subject.n > 0)
		return TOMB_STR("subject");
	if (filter->actor.n > 0)
		return TOMB_STR("actor");
	return filter->verb.n > 0 ? TOMB_STR("verb") : TOMB_STR("");
}

static struct tomb_audit_view view_of(const struct sql_read_audit_rows_row *r)
{
	return (struct tomb_audit_view){
		.id = r->id,
		.at_us = r->at,
		.actor = r->actor,
		.via = r->via,
		.verb = r->verb,
		.institution_id = r->institution_id,
		.institution_name = r->institution_name,
		.subject = r->subject,
		.detail = r->detail,
		.list_digest = r->list_digest,
		.seq = r->seq,
		.hash = r->hash,
	};
}

static enum tomb_code read_rows(struct tomb_pg *pg, const struct sql_read_audit_rows_args *args,
	struct tomb_arena *arena, struct tomb_audit_view **out, size_t *n, struct tomb_err *err)
{
	struct sql_read_audit_rows_row *rows = NULL;
	struct tomb_audit_view *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_read_audit_rows(pg, args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_audit_view, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu audit entries", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = view_of(&rows[i]);
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_audit_view_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_audit_view_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_audit_view_page *out, struct tomb_err *err)
{
	struct sql_read_audit_pick_args args = {
		.leading = leading_of(filter),
		.actor = filter->actor,
		.verb = filter->verb,
		.subject = filter->subject,
		.from_at = filter->from_us ? filter->from_us : TOMB_TIME_MIN,
		.to_at = filter->to_us ? filter->to_us : TOMB_TIME_MAX,
	};
	struct sql_read_audit_pick_row *picked = NULL;
	struct sql_read_audit_rows_args rows = {0};
	struct tomb_audit_view_page found = {0};
	struct tomb_range range;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_AUDIT_READ, filter->institution_id, &args.scope, err));
	TOMB_TRY(tomb_range_of(page, true, &range, err));
	args.before_id = range.from;
	args.at_most = range.at_most;
	TOMB_TRY(sql_read_audit_pick(pg, &args, arena, &picked, err));
	rows.scope = args.scope;
	TOMB_TRY(tomb_page_cut(page, picked->ids, arena, &rows.ids, &found.next, err));
	TOMB_TRY(read_rows(pg, &rows, arena, &found.p, &found.n, err));
	*out = found;
	return TOMB_OK;
}

enum tomb_code tomb_audit_view_chain(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct tomb_audit_chain *out, struct tomb_err *err)
{
	struct sql_read_audit_chain_row *row = NULL;
	int64_t scope = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_AUDIT_READ, 0, &scope, err));
	TOMB_TRY(sql_read_audit_chain(
		pg, &(struct sql_read_audit_chain_args){TOMB_AUDIT_WAITING_MAX}, arena, &row, err));
	*out = (struct tomb_audit_chain){row->seq, row->sealed_at, row->hash, row->waiting};
	return TOMB_OK;
}
