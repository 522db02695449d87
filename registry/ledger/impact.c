#include "tombstone/impact.h"

#include "page_internal.h"
#include "sql.gen.h"

static enum tomb_code read_named(struct tomb_pg *pg, const struct sql_read_impact_of_list_args *args,
	struct tomb_arena *arena, struct tomb_impacts *out, struct tomb_err *err)
{
	struct sql_read_impact_of_list_row *rows = NULL;
	struct tomb_impact *found = NULL;
	size_t n = 0;

	TOMB_TRY(sql_read_impact_of_list(pg, args, arena, &rows, &n, err));
	found = TOMB_NEW(arena, struct tomb_impact, n);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu places of copies", n);
	for (size_t i = 0; i < n; i++) {
		found[i] = (struct tomb_impact){
			rows[i].storage_option, rows[i].min_days, rows[i].backend, rows[i].copies, rows[i].bytes, {0}};
		if (!rows[i].price_nanos_null)
			found[i].fee = (struct tomb_impact_fee){
				rows[i].byte_days, rows[i].price_nanos, rows[i].price_currency};
	}
	*out = (struct tomb_impacts){found, n};
	return TOMB_OK;
}

static enum tomb_code read_listed(struct tomb_pg *pg, const struct sql_read_impact_of_request_args *args,
	struct tomb_arena *arena, struct tomb_impacts *out, struct tomb_err *err)
{
	struct sql_read_impact_of_request_row *rows = NULL;
	struct tomb_impact *found = NULL;
	size_t n = 0;

	TOMB_TRY(sql_read_impact_of_request(pg, args, arena, &rows, &n, err));
	found = TOMB_NEW(arena, struct tomb_impact, n);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu places of copies", n);
	for (size_t i = 0; i < n; i++) {
		found[i] = (struct tomb_impact){
			rows[i].storage_option, rows[i].min_days, rows[i].backend, rows[i].copies, rows[i].bytes, {0}};
		if (!rows[i].price_nanos_null)
			found[i].fee = (struct tomb_impact_fee){
				rows[i].byte_days, rows[i].price_nanos, rows[i].price_currency};
	}
	*out = (struct tomb_impacts){found, n};
	return TOMB_OK;
}

enum tomb_code tomb_impact_of_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_list *list, struct tomb_arena *arena, struct tomb_impacts *out, struct tomb_err *err)
{
	struct sql_read_impact_of_list_args args = {0, list->object_ids, list->file_ids};

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_OBJECT_READ, 0, &args.scope, err));
	return read_named(pg, &args, arena, out, err);
}

enum tomb_code tomb_impact_of_request(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	struct tomb_arena *arena, struct tomb_impacts *out, struct tomb_err *err)
{
	struct sql_read_impact_named_row *named = NULL;
	int64_t scope = 0;
	size_t n = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_OBJECT_READ, 0, &scope, err));
	TOMB_TRY(sql_read_impact_named(
		pg, &(struct sql_read_impact_named_args){scope, request_id}, arena, &named, &n, err));
	if (n > 0 && named->is_whole)
		return read_named(pg, &(struct sql_read_impact_of_list_args){scope, named->object_ids, named->file_ids},
			arena, out, err);
	return read_listed(pg, &(struct sql_read_impact_of_request_args){scope, request_id}, arena, out, err);
}

enum tomb_code tomb_impact_named(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	struct tomb_arena *arena, struct tomb_deletion_list *out, struct tomb_err *err)
{
	struct sql_read_impact_named_row *named = NULL;
	int64_t scope = 0;
	size_t n = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_OBJECT_READ, 0, &scope, err));
	TOMB_TRY(sql_read_impact_named(
		pg, &(struct sql_read_impact_named_args){scope, request_id}, arena, &named, &n, err));
	*out = (struct tomb_deletion_list){.reason_code = {0}};
	if (n > 0) {
		out->object_ids = named->object_ids;
		out->file_ids = named->file_ids;
	}
	return TOMB_OK;
}
