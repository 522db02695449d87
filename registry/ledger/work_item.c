#include "tombstone/work_item.h"

#include "page_internal.h"
#include "rows_internal.h"
#include "sql.gen.h"

#include <inttypes.h>

enum {
	COUNT_ARENA_MAX = 1024 * 1024 /* a count's ids, as in object.c */
};

/* As the ledger's check constraints spell them. */
static const struct tomb_str actions[] = {{"Ingest", 6}, {"Delete", 6}};
static const struct tomb_str statuses[] = {
	{"Pending", 7}, {"Started", 7}, {"Success", 7}, {"Failed", 6}, {"Cancelled", 9}};

static enum tomb_code check_filter(const struct tomb_work_item_filter *filter, struct tomb_err *err)
{
	int subjects = (filter->object_id != 0) + (filter->file_id != 0) + (filter->request_id != 0);

	if (subjects > 1)
		return TOMB_FAIL(
			err, TOMB_INVAL, "work items are listed of an object, a file or a request, not of two");
	TOMB_TRY(tomb_filter_word("action", filter->action, actions, TOMB_COUNTOF(actions), err));
	return tomb_filter_word("status", filter->status, statuses, TOMB_COUNTOF(statuses), err);
}

static struct tomb_strs statuses_of(const struct tomb_work_item_filter *f)
{
	if (f->status.n > 0)
		return (struct tomb_strs){&f->status, 1};
	return (struct tomb_strs){statuses, TOMB_COUNTOF(statuses)};
}

static enum tomb_code count_all(struct tomb_pg *pg, int64_t scope, const struct tomb_work_item_filter *f,
	struct tomb_arena *arena, int64_t *count, struct tomb_err *err)
{
	struct sql_read_work_item_count_args args = {
		scope, statuses_of(f), f->action, f->action.n == 0, TOMB_COUNT_MAX};
	struct sql_read_work_item_count_row *row = NULL;

	TOMB_TRY(sql_read_work_item_count(pg, &args, arena, &row, err));
	*count = row->n;
	return TOMB_OK;
}

static enum tomb_code pick(struct tomb_pg *pg, int64_t scope, const struct tomb_work_item_filter *f,
	struct tomb_range range, struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	struct tomb_strs wanted = statuses_of(f);
	struct sql_read_work_item_pick_args all = {
		scope, wanted, f->action, f->action.n == 0, f->newest_first, range.from, range.at_most};
	struct sql_read_work_item_pick_of_thing_args of_thing = {scope, wanted, f->action, f->action.n == 0,
		f->newest_first, range.from, range.at_most, f->object_id, f->file_id};
	struct sql_read_work_item_pick_of_request_args of_request = {
		scope, wanted, f->action, f->action.n == 0, f->newest_first, range.from, range.at_most, f->request_id};
	struct sql_read_work_item_pick_row *row = NULL;
	struct sql_read_work_item_pick_of_thing_row *row_of_thing = NULL;
	struct sql_read_work_item_pick_of_request_row *row_of_request = NULL;

	if (f->request_id != 0) {
		TOMB_TRY(sql_read_work_item_pick_of_request(pg, &of_request, arena, &row_of_request, err));
		*ids = row_of_request->ids;
	} else if (f->object_id != 0 || f->file_id != 0) {
		TOMB_TRY(sql_read_work_item_pick_of_thing(pg, &of_thing, arena, &row_of_thing, err));
		*ids = row_of_thing->ids;
	} else {
		TOMB_TRY(sql_read_work_item_pick(pg, &all, arena, &row, err));
		*ids = row->ids;
	}
	return TOMB_OK;
}

static struct tomb_work_item work_item_of(const struct sql_read_work_item_rows_row *r)
{
	return (struct tomb_work_item){
		.id = r->id,
		.institution_id = r->institution_id,
		.institution = r->institution,
		.institution_name = r->institution_name,
		.action = r->action,
		.object_id = r->object_id,
		.object_identifier = r->object_identifier,
		.bag_name = r->bag_name,
		.alt_identifier = r->alt_identifier,
		.bag_group_identifier = r->bag_group_identifier,
		.bagit_profile_identifier = r->bagit_profile_identifier,
		.source_organization = r->source_organization,
		.internal_sender_identifier = r->internal_sender_identifier,
		.storage_option = r->storage_option,
		.file_id = r->file_id,
		.file_identifier = r->file_identifier,
		.deletion_id = r->deletion_id,
		.request_id = r->request_id,
		.stage = r->stage,
		.status = r->status,
		.note = r->note,
		.outcome = r->outcome,
		.user_email = r->user_email,
		.approver_email = r->approver_email,
		.files_total = r->files_total,
		.files_done = r->files_done,
		.files_refused = r->files_refused,
		.files_failed = r->files_failed,
		.bytes_total = r->bytes_total,
		.bytes_done = r->bytes_done,
		.needs_admin_review = r->needs_admin_review,
		.requested_at_us = r->requested_at,
		.created_at_us = r->created_at,
		.queued_at_us = tomb_us_or_0(r->queued_at_null, r->queued_at),
		.started_at_us = tomb_us_or_0(r->started_at_null, r->started_at),
		.completed_at_us = tomb_us_or_0(r->completed_at_null, r->completed_at),
		.updated_at_us = r->updated_at,
		.cancelled_at_us = tomb_us_or_0(r->cancelled_at_null, r->cancelled_at),
		.cancelled_by = r->cancelled_by,
		.cancel_reason = r->cancel_reason,
		.name = r->name,
		.etag = r->etag,
		.bucket = r->bucket,
		.bag_date_us = tomb_us_or_0(r->bag_date_null, r->bag_date),
		.date_processed_us = r->date_processed,
		.retry = r->retry,
		.node = r->node,
		.pid = r->pid,
	};
}

static enum tomb_code read_rows(struct tomb_pg *pg, const struct sql_read_work_item_rows_args *args,
	struct tomb_arena *arena, struct tomb_work_item **out, size_t *n, struct tomb_err *err)
{
	struct sql_read_work_item_rows_row *rows = NULL;
	struct tomb_work_item *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_read_work_item_rows(pg, args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_work_item, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu work items", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = work_item_of(&rows[i]);
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_work_item_rows(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids, struct tomb_arena *arena,
	struct tomb_work_item **out, size_t *n, struct tomb_err *err)
{
	return read_rows(pg, &(struct sql_read_work_item_rows_args){.scope = scope, .ids = ids}, arena, out, n, err);
}

enum tomb_code tomb_work_item_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_work_item_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_work_item_page *out, struct tomb_err *err)
{
	struct sql_read_work_item_rows_args rows = {0};
	struct tomb_work_item_page found = {0};
	struct tomb_range range;
	struct tomb_int8s picked = {0};

	TOMB_TRY(check_filter(filter, err));
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_WORK_ITEM_READ, filter->institution_id, &rows.scope, err));
	TOMB_TRY(tomb_range_of(page, filter->newest_first, &range, err));
	TOMB_TRY(pick(pg, rows.scope, filter, range, arena, &picked, err));
	TOMB_TRY(tomb_page_cut(page, picked, arena, &rows.ids, &found.next, err));
	TOMB_TRY(read_rows(pg, &rows, arena, &found.p, &found.n, err));
	*out = found;
	return TOMB_OK;
}

enum tomb_code tomb_work_item_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_work_item_filter *filter, int64_t *count, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(COUNT_ARENA_MAX);
	struct tomb_int8s picked = {0};
	int64_t scope = 0;

	TOMB_TRY(check_filter(filter, err));
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_WORK_ITEM_READ, filter->institution_id, &scope, err));
	if (filter->object_id == 0 && filter->file_id == 0 && filter->request_id == 0)
		return count_all(pg, scope, filter, &arena, count, err);
	TOMB_TRY(pick(pg, scope, filter, tomb_range_to_count(filter->newest_first), &arena, &picked, err));
	*count = tomb_range_count(picked);
	return TOMB_OK;
}

enum tomb_code tomb_work_item_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_arena *arena, struct tomb_work_item *out, struct tomb_err *err)
{
	struct sql_read_work_item_rows_args rows = {.ids = {&id, 1}};
	struct tomb_work_item *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_WORK_ITEM_READ, 0, &rows.scope, err));
	TOMB_TRY(read_rows(pg, &rows, arena, &found, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no work item %" PRId64, id);
	*out = *found;
	return TOMB_OK;
}
