/*
 * Storage options as the ledger knows them: a name, the backends that hold a copy each, and the days that a copy must
 * lie.  Spec: deletion.md P-12.  What a backend is, only storage/ knows: here it is a name.
 */
#ifndef TOMB_STORAGE_OPTION_H
#define TOMB_STORAGE_OPTION_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

struct tomb_storage_option {
	int64_t id;
	struct tomb_str name;
	int32_t min_days;
	struct tomb_strs backends; /* by name, in their order */
	int64_t created_at_us;
};

/* Operators only.  A backend that is known already is fine. */
enum tomb_code tomb_storage_backend_create(
	struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Operators only.  An option that exists with the same days and backends is fine; with others it is CONFLICT, since
 * copies were stored on its word.  NOTFOUND for a backend that is unknown; INVAL for none, one named twice, a bad name
 * or days outside 0 .. 36,500.
 */
enum tomb_code tomb_storage_option_create(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	int32_t min_days, struct tomb_strs backends, struct tomb_err *err) TOMB_MUST_USE;

/* All of them, by name; in the arena. */
enum tomb_code tomb_storage_option_list(struct tomb_pg *pg, struct tomb_arena *arena, struct tomb_storage_option **out,
	size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* All backends, by name; in the arena. */
enum tomb_code tomb_storage_backend_list(
	struct tomb_pg *pg, struct tomb_arena *arena, struct tomb_strs *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
