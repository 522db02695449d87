#include "shelf.h"

#include "tombstone/permission.h"

enum tomb_code tomb_shelf_read(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct tomb_shelf *out, struct tomb_err *err)
{
	struct tomb_shelf s = {
		.is_operator = tomb_permission_of(actor, TOMB_MAY_STORAGE_OPTION_WRITE) == TOMB_SCOPE_ALL};

	TOMB_TRY(tomb_storage_option_list(pg, arena, &s.options, &s.noptions, err));
	TOMB_TRY(tomb_backend_list(pg, arena, &s.backends, err));
	TOMB_TRY(tomb_storage_price_list(pg, arena, &s.prices, &s.nprices, err));
	TOMB_TRY(tomb_dashboard_options(pg, actor, arena, &s.sums, &s.nsums, err));
	*out = s;
	return TOMB_OK;
}

const struct tomb_storage_price *tomb_shelf_price(
	const struct tomb_shelf *shelf, struct tomb_str option, struct tomb_str backend)
{
	for (size_t i = 0; i < shelf->nprices; i++) {
		const struct tomb_storage_price *p = &shelf->prices[i];

		if (p->currency.n > 0 && tomb_str_eq(p->option, option) && tomb_str_eq(p->backend, backend))
			return p;
	}
	return NULL;
}
