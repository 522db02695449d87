/* What hangs on a deletion request: progress, copies, items, the exact list. */
#include "page_internal.h"
#include "sql.gen.h"
#include "tombstone/deletion_view.h"

enum { PROGRESS_ARENA_MAX = 64 * 1024 /* one row of numbers */ };

/* As the ledger's check constraint of request_file.outcome spells them. */
static const struct tomb_str outcomes[] = {{"pending", 7}, {"deleted", 7}, {"refused", 7}, {"failed", 6}};

enum tomb_code tomb_deletion_view_progress(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_view *view, struct tomb_deletion_progress *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(PROGRESS_ARENA_MAX);
	struct sql_read_deletion_progress_args args = {0, view->deletion_id};
	struct sql_read_deletion_progress_row *row = NULL;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_DELETION_READ, 0, &args.scope, err));
	TOMB_TRY(sql_read_deletion_progress(pg, &args, &arena, &row, err));
	*out = (struct tomb_deletion_progress){
		.items = row->items,
		.items_done = row->items_done,
		.items_failed = row->items_failed,
		.files_total = row->files_total,
		.files_done = row->files_done,
		.files_refused = row->files_refused,
		.files_failed = row->files_failed,
		.bytes_total = row->bytes_total,
		.bytes_done = row->bytes_done,
	};
	return TOMB_OK;
}

enum tomb_code tomb_deletion_view_copies(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_view *view, struct tomb_arena *arena, struct tomb_deletion_copies **out, size_t *n,
	struct tomb_err *err)
{
	struct sql_read_deletion_copies_args args = {0, view->deletion_id};
	struct sql_read_deletion_copies_row *rows = NULL;
	struct tomb_deletion_copies *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_DELETION_READ, 0, &args.scope, err));
	TOMB_TRY(sql_read_deletion_copies(pg, &args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_deletion_copies, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu kinds of copies", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = (struct tomb_deletion_copies){rows[i].backend, rows[i].status, rows[i].outcome,
			rows[i].verification, rows[i].copies, rows[i].bytes};
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_deletion_view_recipients(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	struct tomb_arena *arena, struct tomb_deletion_recipient **out, size_t *n, struct tomb_err *err)
{
	struct sql_read_deletion_recipients_args args = {0, request_id};
	struct sql_read_deletion_recipients_row *rows = NULL;
	struct tomb_deletion_recipient *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_DELETION_READ, 0, &args.scope, err));
	TOMB_TRY(sql_read_deletion_recipients(pg, &args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_deletion_recipient, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu recipients", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = (struct tomb_deletion_recipient){
			rows[i].name, rows[i].email, tomb_us_or_0(rows[i].mailed_at_null, rows[i].mailed_at)};
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

/* Is the request there to be seen? */
static enum tomb_code check_request(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_deletion_view view;

	return tomb_deletion_view_find(pg, actor, request_id, arena, &view, err);
}

enum tomb_code tomb_deletion_view_items(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_deletion_items *out, struct tomb_err *err)
{
	struct sql_read_deletion_items_args args = {.request_id = request_id};
	struct sql_read_deletion_items_row *rows = NULL;
	struct tomb_deletion_items found = {.next = TOMB_STR("")};
	struct tomb_range range;
	size_t nrows = 0;

	if (page->skip != 0)
		return TOMB_FAIL(err, TOMB_INVAL, "the items of a request are read page by page");
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_DELETION_READ, 0, &args.scope, err));
	TOMB_TRY(tomb_range_of(page, false, &range, err));
	TOMB_TRY(check_request(pg, actor, request_id, arena, err));
	args.from_id = range.from;
	args.at_most = range.at_most;
	TOMB_TRY(sql_read_deletion_items(pg, &args, arena, &rows, &nrows, err));
	found.n = tomb_page_rows(page, nrows);
	if (nrows > found.n)
		TOMB_TRY(tomb_page_next(rows[found.n - 1].id, arena, &found.next, err));
	found.p = TOMB_NEW(arena, struct tomb_deletion_item, found.n);
	if (!found.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu items", found.n);
	for (size_t i = 0; i < found.n; i++)
		found.p[i] = (struct tomb_deletion_item){
			.id = rows[i].id,
			.object_id = rows[i].object_id,
			.object_identifier = rows[i].object_identifier,
			.file_id = rows[i].file_id,
			.file_identifier = rows[i].file_identifier,
			.is_deleted = rows[i].is_deleted,
			.is_open = rows[i].is_open,
			.work_item_id = rows[i].work_item_id,
			.work_status = rows[i].work_status,
		};
	*out = found;
	return TOMB_OK;
}

enum tomb_code tomb_deletion_view_files(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_files_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_deletion_files *out, struct tomb_err *err)
{
	struct sql_read_deletion_files_args args = {
		.request_id = filter->request_id, .outcome = filter->outcome, .outcome_null = filter->outcome.n == 0};
	struct sql_read_deletion_files_row *rows = NULL;
	struct tomb_deletion_files found = {.next = TOMB_STR("")};
	struct tomb_range range;
	size_t nrows = 0;

	if (page->skip != 0)
		return TOMB_FAIL(err, TOMB_INVAL, "the list of a request is read page by page");
	TOMB_TRY(tomb_filter_word("outcome", filter->outcome, outcomes, TOMB_COUNTOF(outcomes), err));
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_DELETION_READ, 0, &args.scope, err));
	TOMB_TRY(tomb_range_of(page, false, &range, err));
	TOMB_TRY(check_request(pg, actor, filter->request_id, arena, err));
	args.from_id = range.from;
	args.at_most = range.at_most;
	TOMB_TRY(sql_read_deletion_files(pg, &args, arena, &rows, &nrows, err));
	found.n = tomb_page_rows(page, nrows);
	if (nrows > found.n)
		TOMB_TRY(tomb_page_next(rows[found.n - 1].file_id, arena, &found.next, err));
	found.p = TOMB_NEW(arena, struct tomb_deletion_file, found.n);
	if (!found.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files", found.n);
	for (size_t i = 0; i < found.n; i++)
		found.p[i] = (struct tomb_deletion_file){
			.file_id = rows[i].file_id,
			.identifier = rows[i].identifier,
			.generation = rows[i].generation,
			.size_bytes = rows[i].size_bytes,
			.item_id = rows[i].item_id,
			.outcome = rows[i].outcome,
			.reason = rows[i].reason,
			.settled_at_us = tomb_us_or_0(rows[i].settled_at_null, rows[i].settled_at),
		};
	*out = found;
	return TOMB_OK;
}
