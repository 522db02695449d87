/*
 * Impact: which stored copies a deletion takes, for those who ask for it and those who decide.
 * Spec: deletion.md X-10; I9.
 *
 * Strings and who may see what: as in tombstone/object.h.  Both read every copy: for the pages before a request and
 * before a decision, not for lists.
 */
#ifndef TOMB_IMPACT_H
#define TOMB_IMPACT_H

#include "tombstone/deletion_request.h"

/* What their provider would still bill, were they deleted now; see tombstone/retention_fee.h.  An estimate. */
struct tomb_impact_fee {
	int64_t byte_days;
	int64_t price_nanos;
	struct tomb_str currency; /* "": no price is set, so nothing can be said */
};

/* Copies that lie in one place under one storage option. */
struct tomb_impact {
	struct tomb_str storage_option;
	int32_t min_days; /* that the option keeps them at least */
	struct tomb_str backend;
	int64_t copies;
	int64_t bytes;
	struct tomb_impact_fee fee;
};

struct tomb_impacts {
	struct tomb_impact *p;
	size_t n;
};

/* Of what list names and the actor may see; what is deleted, or not there, takes nothing. */
enum tomb_code tomb_impact_of_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_list *list, struct tomb_arena *arena, struct tomb_impacts *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* Of the exact list of a request, as it is now.  Nothing for a request that is another institution's. */
enum tomb_code tomb_impact_of_request(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	struct tomb_arena *arena, struct tomb_impacts *out, struct tomb_err *err) TOMB_MUST_USE;

/* What an open request names: *out is in the arena, and empty for one that is closed or another institution's. */
enum tomb_code tomb_impact_named(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	struct tomb_arena *arena, struct tomb_deletion_list *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
