#include "tombstone/harvest.h"

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
