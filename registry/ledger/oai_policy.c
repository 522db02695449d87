#include "tombstone/oai_policy.h"

#include "sql.gen.h"

enum { ROW_BYTES_MAX = 4096 };

/* As the ledger's check constraint spells them. */
static const char *const names[] = {
	[TOMB_OAI_PERSISTENT] = "persistent",
	[TOMB_OAI_TRANSIENT] = "transient",
	[TOMB_OAI_NO] = "no",
};

_Static_assert(TOMB_COUNTOF(names) == TOMB_OAI_DELETED_RECORD_MAX, "a name for each policy");

const char *tomb_oai_deleted_record_name(enum tomb_oai_deleted_record policy)
{
	return names[policy];
}

enum tomb_code tomb_oai_policy_get(struct tomb_pg *pg, struct tomb_oai_policy *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ROW_BYTES_MAX);
	struct sql_oai_policy_row *row = NULL;
	int found = 0;

	TOMB_TRY(sql_oai_policy(pg, &arena, &row, err));
	while (found < TOMB_OAI_DELETED_RECORD_MAX && !tomb_str_eq(row->deleted_record, tomb_str_from(names[found])))
		found++;
	if (found == TOMB_OAI_DELETED_RECORD_MAX)
		return TOMB_FAIL(
			err, TOMB_BUG, "oai_policy.deleted_record \"%.*s\"", TOMB_STR_ARG(row->deleted_record));
	*out = (struct tomb_oai_policy){
		.deleted_record = (enum tomb_oai_deleted_record)found,
		.deleted_record_since_us = row->deleted_record_since,
		.shows_holdings = row->expose_holdings,
		.shows_objects = row->expose_objects,
		.hides_suppressed = tomb_str_eq(row->suppressed, TOMB_STR("skip")),
		.is_as_seed = tomb_str_eq(row->compat_folio, TOMB_STR("seed")),
	};
	return TOMB_OK;
}

enum tomb_code tomb_oai_policy_key(struct tomb_pg *pg, uint8_t out[static TOMB_OAI_KEY], struct tomb_err *err)
{
	TOMB_ARENA_SECRET_AUTO arena = tomb_arena_init(ROW_BYTES_MAX);
	struct sql_oai_token_key_row *row = NULL;

	TOMB_TRY(sql_oai_token_key(pg, &arena, &row, err));
	if (row->key.n != TOMB_OAI_KEY)
		return TOMB_FAIL(err, TOMB_BUG, "oai_token_key has %zu bytes", row->key.n);
	memcpy(out, row->key.p, TOMB_OAI_KEY);
	return TOMB_OK;
}
