#include "tombstone/holdings.h"

#include "sql.gen.h"

enum { ARENA_BYTES_MAX = 4096 }; /* one row of one number */

enum tomb_code tomb_holdings_fold(struct tomb_pg *pg, int32_t at_most, int64_t *things, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_holdings_fold_row *row = NULL;

	TOMB_TRY(sql_holdings_fold(pg, &(struct sql_holdings_fold_args){at_most}, &arena, &row, err));
	*things = row->things;
	return TOMB_OK;
}
