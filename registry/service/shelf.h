/* What a page and an answer of the API about storage options are made of. */
#ifndef TOMB_SERVICE_SHELF_H
#define TOMB_SERVICE_SHELF_H

#include "tombstone/backend.h"
#include "tombstone/dashboard.h"
#include "tombstone/storage_option.h"
#include "tombstone/storage_price.h"

struct tomb_shelf {
	struct tomb_storage_option *options;
	size_t noptions;
	struct tomb_backends backends;
	struct tomb_storage_price *prices;
	size_t nprices;
	struct tomb_dashboard_option *sums; /* of what the actor may see */
	size_t nsums;
	bool is_operator; /* who reads why a backend is not well */
};

/* All in the arena. */
enum tomb_code tomb_shelf_read(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct tomb_shelf *out, struct tomb_err *err) TOMB_MUST_USE;

/* What a copy under this option costs there; NULL if no price was set. */
const struct tomb_storage_price *tomb_shelf_price(
	const struct tomb_shelf *shelf, struct tomb_str option, struct tomb_str backend);

#endif
