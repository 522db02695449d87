#include "tombstone/alert.h"

#include "page_internal.h"
#include "sql.gen.h"
#include "tombstone/permission.h"

#include <inttypes.h>

enum {
	COUNT_ARENA_MAX = 1024 * 1024 /* a count's ids, as in object.c */
};

/* Whose alerts: wanted's for who may see all, 0 being everybody's; else the actor's own. */
static enum tomb_code whose(const struct tomb_actor *actor, int64_t wanted, int64_t *user_id, struct tomb_err *err)
{
	enum tomb_permission_scope scope = tomb_permission_of(actor, TOMB_MAY_ALERT_READ);

	if (scope == TOMB_SCOPE_ALL) {
		*user_id = wanted;
		return TOMB_OK;
	}
	if (scope == TOMB_SCOPE_NONE || actor->user_id == 0)
		return tomb_permission_refuse(TOMB_MAY_ALERT_READ, err);
	*user_id = actor->user_id;
	return TOMB_OK;
}

static enum tomb_code check_institution(
	const struct tomb_actor *actor, const struct tomb_alert_filter *filter, struct tomb_err *err)
{
	if (filter->institution_id == 0 || filter->institution_id == actor->institution_id ||
		tomb_permission_of(actor, TOMB_MAY_ALERT_READ) == TOMB_SCOPE_ALL)
		return TOMB_OK;
	return TOMB_FAIL(err, TOMB_FORBIDDEN, "institution %" PRId64 " is not yours", filter->institution_id);
}

static enum tomb_code pick(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_alert_filter *f,
	struct tomb_range range, struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_alert_pick_args args = {
		.institution_id = f->institution_id,
		.type = f->type,
		.type_null = f->type.n == 0,
		.since = f->since_us == 0 ? TOMB_PG_NEVER : f->since_us,
		.until = f->until_us == 0 ? TOMB_PG_FOREVER : f->until_us,
		.is_unread = f->is_unread,
		.newest_first = !f->oldest_first,
		.from_id = range.from,
		.at_most = range.at_most,
	};
	struct sql_read_alert_pick_row *row = NULL;

	TOMB_TRY(check_institution(actor, f, err));
	TOMB_TRY(whose(actor, f->user_id, &args.user_id, err));
	TOMB_TRY(sql_read_alert_pick(pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static struct tomb_alert alert_of(const struct sql_read_alert_rows_row *r)
{
	return (struct tomb_alert){
		.id = r->id,
		.institution_id = r->institution_id,
		.institution = r->institution,
		.institution_name = r->institution_name,
		.type = r->type,
		.subject = r->subject,
		.content = r->content,
		.request_id = r->request_id,
		.created_at_us = r->created_at,
		.user_id = r->user_id,
		.user_name = r->user_name,
		.user_email = r->user_email,
		.sent_at_us = tomb_us_or_0(r->sent_at_null, r->sent_at),
		.read_at_us = tomb_us_or_0(r->read_at_null, r->read_at),
	};
}

static enum tomb_code read_rows(struct tomb_pg *pg, int64_t user_id, struct tomb_int8s ids, struct tomb_arena *arena,
	struct tomb_alert **out, size_t *n, struct tomb_err *err)
{
	struct sql_read_alert_rows_args args = {user_id, ids};
	struct sql_read_alert_rows_row *rows = NULL;
	struct tomb_alert *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_read_alert_rows(pg, &args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_alert, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu alerts", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = alert_of(&rows[i]);
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_alert_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_alert_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_alert_page *out, struct tomb_err *err)
{
	struct tomb_alert_page found = {0};
	struct tomb_int8s picked = {0};
	struct tomb_int8s ids = {0};
	struct tomb_range range;
	int64_t user_id = 0;

	TOMB_TRY(tomb_range_of(page, !filter->oldest_first, &range, err));
	TOMB_TRY(pick(pg, actor, filter, range, arena, &picked, err));
	TOMB_TRY(tomb_page_cut(page, picked, arena, &ids, &found.next, err));
	TOMB_TRY(whose(actor, 0, &user_id, err));
	TOMB_TRY(read_rows(pg, user_id, ids, arena, &found.p, &found.n, err));
	*out = found;
	return TOMB_OK;
}

enum tomb_code tomb_alert_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_alert_filter *filter, int64_t *count, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(COUNT_ARENA_MAX);
	struct tomb_int8s picked = {0};

	TOMB_TRY(pick(pg, actor, filter, tomb_range_to_count(!filter->oldest_first), &arena, &picked, err));
	*count = tomb_range_count(picked);
	return TOMB_OK;
}

enum tomb_code tomb_alert_unread(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t *count, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(COUNT_ARENA_MAX);
	struct sql_read_alert_unread_args args = {actor->user_id, TOMB_ALERT_COUNT_MAX};
	struct sql_read_alert_unread_row *row = NULL;

	TOMB_TRY(sql_read_alert_unread(pg, &args, &arena, &row, err));
	*count = row->n;
	return TOMB_OK;
}

enum tomb_code tomb_alert_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_arena *arena,
	struct tomb_alert *out, struct tomb_err *err)
{
	struct tomb_alert *found = NULL;
	int64_t user_id = 0;
	size_t n = 0;

	TOMB_TRY(whose(actor, 0, &user_id, err));
	TOMB_TRY(read_rows(pg, user_id, (struct tomb_int8s){&id, 1}, arena, &found, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no alert %" PRId64, id);
	*out = *found;
	return TOMB_OK;
}

enum tomb_code tomb_alert_mark(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_int8s ids, bool is_read,
	int64_t *changed, struct tomb_err *err)
{
	size_t n = 0;

	if (tomb_permission_of(actor, TOMB_MAY_ALERT_READ) == TOMB_SCOPE_NONE)
		return tomb_permission_refuse(TOMB_MAY_ALERT_READ, err);
	TOMB_TRY(sql_alert_mark(pg, &(struct sql_alert_mark_args){actor->user_id, ids, is_read}, &n, err));
	*changed = (int64_t)n;
	return TOMB_OK;
}

enum tomb_code tomb_alert_mark_all(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t *changed, struct tomb_err *err)
{
	size_t n = 0;

	if (tomb_permission_of(actor, TOMB_MAY_ALERT_READ) == TOMB_SCOPE_NONE)
		return tomb_permission_refuse(TOMB_MAY_ALERT_READ, err);
	TOMB_TRY(sql_alert_mark_all(pg, &(struct sql_alert_mark_all_args){actor->user_id}, &n, err));
	*changed = (int64_t)n;
	return TOMB_OK;
}
