#include "tombstone/oai_holding.h"

#include "sql.gen.h"

static struct tomb_oai_holding holding_of(const struct sql_oai_holdings_row *r)
{
	return (struct tomb_oai_holding){
		.title_id = r->title_id,
		.institution = r->institution,
		.campus = r->campus,
		.library = r->library,
		.location = r->location,
		.location_name = r->location_name,
		.call_number = r->call_number,
		.call_number_prefix = r->call_number_prefix,
		.call_number_suffix = r->call_number_suffix,
		.call_number_type = r->call_number_type,
		.material_type = r->material_type,
		.volume = r->volume,
		.enumeration = r->enumeration,
		.chronology = r->chronology,
		.barcode = r->barcode,
		.copy_number = r->copy_number,
		.loan_type = r->loan_type,
		.ill_policy = r->ill_policy,
		.is_suppressed = r->is_suppressed,
	};
}

enum tomb_code tomb_oai_holding_list(struct tomb_pg *pg, struct tomb_uuids title_ids, bool hides_suppressed,
	struct tomb_arena *arena, struct tomb_oai_holding **out, size_t *n, struct tomb_err *err)
{
	struct sql_oai_holdings_args args = {title_ids, hides_suppressed, TOMB_OAI_HOLDINGS_MAX};
	struct sql_oai_holdings_row *rows = NULL;
	struct tomb_oai_holding *all = NULL;
	size_t found = 0;

	TOMB_TRY(sql_oai_holdings(pg, &args, arena, &rows, &found, err));
	all = TOMB_NEW(arena, struct tomb_oai_holding, found + 1);
	if (!all)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu holdings", found);
	for (size_t i = 0; i < found; i++)
		all[i] = holding_of(&rows[i]);
	*out = all;
	*n = found;
	return TOMB_OK;
}

enum tomb_code tomb_oai_holding_access(struct tomb_pg *pg, struct tomb_uuids title_ids, bool hides_suppressed,
	struct tomb_arena *arena, struct tomb_oai_access **out, size_t *n, struct tomb_err *err)
{
	struct sql_oai_access_args args = {title_ids, hides_suppressed, TOMB_OAI_HOLDINGS_MAX};
	struct sql_oai_access_row *rows = NULL;
	struct tomb_oai_access *all = NULL;
	size_t found = 0;

	TOMB_TRY(sql_oai_access(pg, &args, arena, &rows, &found, err));
	all = TOMB_NEW(arena, struct tomb_oai_access, found + 1);
	if (!all)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu addresses", found);
	for (size_t i = 0; i < found; i++)
		all[i] = (struct tomb_oai_access){rows[i].title_id, rows[i].uri, rows[i].link_text, rows[i].materials,
			rows[i].public_note, rows[i].is_suppressed};
	*out = all;
	*n = found;
	return TOMB_OK;
}
