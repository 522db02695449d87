#include "tombstone/dashboard.h"

#include "deletion_view_internal.h"
#include "page_internal.h"
#include "sql.gen.h"

/* One more was asked for than is shown: it tells whether there are more. */
static enum tomb_code read_requests(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids, uint32_t at_most,
	struct tomb_arena *arena, struct tomb_dashboard_requests *out, struct tomb_err *err)
{
	struct tomb_dashboard_requests found = {.has_more = ids.n > at_most};

	if (found.has_more)
		ids.n = at_most;
	TOMB_TRY(tomb_deletion_view_rows(pg, scope, ids, arena, &found.p, &found.n, err));
	*out = found;
	return TOMB_OK;
}

enum tomb_code tomb_dashboard_to_decide(struct tomb_pg *pg, const struct tomb_actor *actor, uint32_t at_most,
	struct tomb_arena *arena, struct tomb_dashboard_requests *out, struct tomb_err *err)
{
	bool is_operator = actor->role == TOMB_ROLE_SYSADMIN;
	struct sql_read_dashboard_to_decide_args args = {0, actor->user_id, is_operator, (int32_t)at_most + 1};
	struct sql_read_dashboard_to_decide_row *row = NULL;

	if (tomb_permission_of(actor, TOMB_MAY_DELETION_DECIDE) == TOMB_SCOPE_NONE || actor->user_id == 0) {
		*out = (struct tomb_dashboard_requests){0};
		return TOMB_OK;
	}
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_DELETION_DECIDE, 0, &args.scope, err));
	TOMB_TRY(sql_read_dashboard_to_decide(pg, &args, arena, &row, err));
	return read_requests(pg, args.scope, row->ids, at_most, arena, out, err);
}

enum tomb_code tomb_dashboard_own(struct tomb_pg *pg, const struct tomb_actor *actor, uint32_t at_most,
	struct tomb_arena *arena, struct tomb_dashboard_requests *out, struct tomb_err *err)
{
	struct sql_read_dashboard_own_args args = {actor->institution_id, actor->user_id, (int32_t)at_most + 1};
	struct sql_read_dashboard_own_row *row = NULL;

	TOMB_TRY(sql_read_dashboard_own(pg, &args, arena, &row, err));
	return read_requests(pg, actor->institution_id, row->ids, at_most, arena, out, err);
}

enum tomb_code tomb_dashboard_running(struct tomb_pg *pg, const struct tomb_actor *actor, uint32_t at_most,
	struct tomb_arena *arena, struct tomb_dashboard_running **out, size_t *n, struct tomb_err *err)
{
	struct sql_read_dashboard_running_args args = {0, (int32_t)at_most};
	struct sql_read_dashboard_running_row *rows = NULL;
	struct tomb_dashboard_running *found = NULL;
	struct tomb_deletion_view *requests = NULL;
	size_t nrows = 0;
	size_t nrequests = 0;
	int64_t *ids = NULL;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_DELETION_READ, 0, &args.scope, err));
	TOMB_TRY(sql_read_dashboard_running(pg, &args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_dashboard_running, nrows);
	ids = TOMB_NEW(arena, int64_t, nrows);
	if (!found || !ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu running deletions", nrows);
	for (size_t i = 0; i < nrows; i++)
		ids[i] = rows[i].request_id;
	TOMB_TRY(tomb_deletion_view_rows(
		pg, args.scope, (struct tomb_int8s){ids, nrows}, arena, &requests, &nrequests, err));
	if (nrequests != nrows)
		return TOMB_FAIL(err, TOMB_BUG, "%zu deletions of %zu requests", nrows, nrequests);
	for (size_t i = 0; i < nrows; i++)
		found[i] = (struct tomb_dashboard_running){requests[i], rows[i].files, rows[i].settled, rows[i].failed};
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_dashboard_options(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct tomb_dashboard_option **out, size_t *n, struct tomb_err *err)
{
	struct sql_read_dashboard_options_args args = {0};
	struct sql_read_dashboard_options_row *rows = NULL;
	struct tomb_dashboard_option *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_FILE_READ, 0, &args.scope, err));
	TOMB_TRY(sql_read_dashboard_options(pg, &args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_dashboard_option, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu storage options", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = (struct tomb_dashboard_option){
			rows[i].storage_option, rows[i].min_days, rows[i].files, rows[i].bytes};
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_dashboard_eligible(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct tomb_dashboard_eligible **out, size_t *n, struct tomb_err *err)
{
	struct sql_read_dashboard_eligible_args args = {0};
	struct sql_read_dashboard_eligible_row *rows = NULL;
	struct tomb_dashboard_eligible *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_FILE_READ, 0, &args.scope, err));
	TOMB_TRY(sql_read_dashboard_eligible(pg, &args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_dashboard_eligible, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu months", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = (struct tomb_dashboard_eligible){
			rows[i].month, rows[i].storage_option, rows[i].files, rows[i].bytes};
	*out = found;
	*n = nrows;
	return TOMB_OK;
}
