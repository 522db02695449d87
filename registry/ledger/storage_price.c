#include "tombstone/storage_price.h"

#include "authority.h"
#include "constraint.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	DETAIL_MAX = 200, /* bytes: a price in words */
	NANOS = 1000 * 1000 * 1000
};

char *tomb_storage_price_text(int64_t nanos, char out[static TOMB_STORAGE_PRICE_TEXT])
{
	size_t n = (size_t)snprintf(
		out, TOMB_STORAGE_PRICE_TEXT, "%" PRId64 ".%09" PRId64, nanos / NANOS, nanos % NANOS);
	size_t least = (size_t)(strchr(out, '.') - out) + sizeof ".00" - 1;

	while (n > least && out[n - 1] == '0')
		out[--n] = '\0';
	return out;
}

enum tomb_code tomb_storage_price_list(
	struct tomb_pg *pg, struct tomb_arena *arena, struct tomb_storage_price **out, size_t *n, struct tomb_err *err)
{
	struct sql_storage_price_list_row *rows = NULL;
	struct tomb_storage_price *list = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_storage_price_list(pg, arena, &rows, &nrows, err));
	list = TOMB_NEW(arena, struct tomb_storage_price, nrows);
	if (!list)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu prices", nrows);
	for (size_t i = 0; i < nrows; i++)
		list[i] = (struct tomb_storage_price){
			.option = rows[i].option,
			.backend = rows[i].backend,
			.min_days = rows[i].min_days,
			.currency = rows[i].price_currency_null ? TOMB_STR("") : rows[i].price_currency,
			.nanos = rows[i].price_nanos_null ? 0 : rows[i].price_nanos,
			.billed_days = rows[i].billed_days,
			.billed_bytes = rows[i].billed_bytes,
		};
	*out = list;
	*n = nrows;
	return TOMB_OK;
}

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str option,
	const struct tomb_storage_price *price, size_t copies, struct tomb_err *err)
{
	char detail[DETAIL_MAX];

	if (price->currency.n == 0)
		(void)snprintf(detail, sizeof detail, "none, on %zu backends", copies);
	else
		(void)snprintf(detail, sizeof detail,
			"%" PRId64 " billionths of %.3s for a GB and month, %" PRId32 " days, %" PRId64
			" bytes at least, on %zu backends",
			price->nanos, price->currency.p, price->billed_days, price->billed_bytes, copies);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){
			.verb = "set storage price", .subject = option, .detail = tomb_str_from(detail)},
		err);
}

enum tomb_code tomb_storage_price_set(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str option,
	struct tomb_strs backends, const struct tomb_storage_price *price, struct tomb_err *err)
{
	bool is_none = price->currency.n == 0;
	struct sql_storage_price_set_args args = {
		.option = option,
		.backends = backends,
		.price_nanos = price->nanos,
		.price_nanos_null = is_none,
		.price_currency = price->currency,
		.price_currency_null = is_none,
		.billed_days = price->billed_days,
		.billed_days_null = is_none || price->billed_days < 0,
		.billed_bytes = is_none ? 0 : price->billed_bytes,
	};
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	enum tomb_code code = TOMB_OK;
	size_t changed = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(
		tomb_authority_all(pg, actor, TOMB_MAY_STORAGE_OPTION_WRITE, "set the price of a storage option", err));
	code = sql_storage_price_set(pg, &args, &changed, err);
	TOMB_TRY(tomb_constraint_explain(pg, code, option, err));
	if (changed == 0 || (backends.n > 0 && changed != backends.n))
		return TOMB_FAIL(err, TOMB_NOTFOUND,
			"there is no storage option \"%.*s\" with a copy on each backend that was named: see tombstone "
			"storage options",
			TOMB_STR_ARG(option));
	TOMB_TRY(audit(pg, actor, option, price, changed, err));
	return tomb_tx_commit(&tx, err);
}
