/* The switch that halts all workers within one batch (deletion.md X-12). */
#ifndef TOMB_STOP_SWITCH_H
#define TOMB_STOP_SWITCH_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

struct tomb_stop_switch {
	bool is_on;
	struct tomb_str reason;
	struct tomb_str set_by;
	int64_t set_at_us;
};

/* Strings in the arena. */
enum tomb_code tomb_stop_switch_get(
	struct tomb_pg *pg, struct tomb_arena *arena, struct tomb_stop_switch *out, struct tomb_err *err) TOMB_MUST_USE;

/* FORBIDDEN unless actor is a sysadmin or a program. */
enum tomb_code tomb_stop_switch_set(struct tomb_pg *pg, const struct tomb_actor *actor, bool on, struct tomb_str reason,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
