#include "tombstone/harvest.h"

#include "page_internal.h"
#include "sql.gen.h"

enum { ROW_BYTES_MAX = 4096 };

enum tomb_code tomb_harvest_begin(
	struct tomb_pg *pg, const struct tomb_harvest_chain *chain, int64_t *id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ROW_BYTES_MAX);
	struct sql_harvest_begin_args args = {.remote = chain->remote,
		.user_agent = chain->user_agent,
		.verb = chain->verb,
		.prefix = chain->prefix,
		.set_spec = chain->set,
		.from_at = chain->from_us,
		.from_at_null = chain->from_us == INT64_MIN,
		.until_at = chain->until_us,
		.begun_at = chain->begun_us};
	struct sql_harvest_begin_row *row = NULL;

	TOMB_TRY(sql_harvest_begin(pg, &args, &arena, &row, err));
	*id = row->id;
	return TOMB_OK;
}

enum tomb_code tomb_harvest_page(
	struct tomb_pg *pg, int64_t id, const struct tomb_harvest_page *page, struct tomb_err *err)
{
	struct sql_harvest_page_args args = {
		id, page->returned, page->deleted, page->suppressed, page->failed, page->is_last};
	uint64_t n = 0;

	return sql_harvest_page(pg, &args, &n, err);
}

enum tomb_code tomb_harvest_fail(struct tomb_pg *pg, const struct tomb_harvest_error *error, struct tomb_err *err)
{
	struct sql_harvest_fail_args args = {.item_id = error->item_id,
		.prefix = error->prefix,
		.institution_id = error->institution_id,
		.reason = error->reason,
		.chain_id = error->chain_id,
		.chain_id_null = error->chain_id == 0};
	uint64_t n = 0;

	return sql_harvest_fail(pg, &args, &n, err);
}

enum tomb_code tomb_harvest_forget(struct tomb_pg *pg, struct tomb_err *err)
{
	uint64_t n = 0;

	return sql_harvest_forget(pg, &(struct sql_harvest_forget_args){TOMB_HARVEST_ERROR_DAYS}, &n, err);
}

enum tomb_code tomb_harvest_errors(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct tomb_harvest_error_row **out, size_t *n, struct tomb_err *err)
{
	struct sql_harvest_errors_row *rows = NULL;
	struct tomb_harvest_error_row *all = NULL;
	int64_t scope = 0;
	size_t found = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_HARVEST_READ, 0, &scope, err));
	TOMB_TRY(sql_harvest_errors(
		pg, &(struct sql_harvest_errors_args){scope, TOMB_HARVEST_ROWS}, arena, &rows, &found, err));
	all = TOMB_NEW(arena, struct tomb_harvest_error_row, found + 1);
	if (!all)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu errors", found);
	for (size_t i = 0; i < found; i++)
		all[i] = (struct tomb_harvest_error_row){rows[i].item_id, rows[i].title, rows[i].institution,
			rows[i].prefix, rows[i].reason, rows[i].times, rows[i].first_at, rows[i].last_at};
	*out = all;
	*n = found;
	return TOMB_OK;
}

static struct tomb_harvest_list_row list_of(const struct sql_harvest_lists_row *r)
{
	return (struct tomb_harvest_list_row){
		.id = r->id,
		.harvester = r->harvester,
		.remote = r->remote,
		.user_agent = r->user_agent,
		.verb = r->verb,
		.prefix = r->prefix,
		.set = r->set_spec,
		.from_us = r->from_at_null ? INT64_MIN : r->from_at,
		.until_us = r->until_at,
		.begun_us = r->begun_at,
		.last_us = r->last_at,
		.completed_us = r->completed_at_null ? 0 : r->completed_at,
		.pages = r->pages,
		.returned = r->returned,
		.deleted = r->deleted,
		.suppressed = r->suppressed,
		.failed = r->failed,
	};
}

enum tomb_code tomb_harvest_lists(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct tomb_harvest_list_row **out, size_t *n, struct tomb_err *err)
{
	struct sql_harvest_lists_row *rows = NULL;
	struct tomb_harvest_list_row *all = NULL;
	size_t found = 0;

	if (tomb_permission_of(actor, TOMB_MAY_HARVEST_READ) != TOMB_SCOPE_ALL)
		return tomb_permission_refuse(TOMB_MAY_HARVEST_READ, err);
	TOMB_TRY(sql_harvest_lists(pg, &(struct sql_harvest_lists_args){TOMB_HARVEST_ROWS}, arena, &rows, &found, err));
	all = TOMB_NEW(arena, struct tomb_harvest_list_row, found + 1);
	if (!all)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu lists", found);
	for (size_t i = 0; i < found; i++)
		all[i] = list_of(&rows[i]);
	*out = all;
	*n = found;
	return TOMB_OK;
}
