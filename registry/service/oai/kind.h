/* Kinds of things that are harvested: of which system, in which formats, and in which sets that makes them. */
#ifndef TOMB_OAI_KIND_H
#define TOMB_OAI_KIND_H

#include "format.h"
#include "tombstone/arena.h"
#include "tombstone/oai_item.h"

struct tomb_oai_kind {
	const char *name;
	const char *system;
	const char *label;
	unsigned formats; /* bits: 1 << enum tomb_oai_format */
};

/* NULL if there is none, or the policy shows none. */
const struct tomb_oai_kind *tomb_oai_kind_find(const struct tomb_oai_policy *policy, struct tomb_str name);

/* All that the policy shows, one after the other: NULL first, and NULL after the last. */
const struct tomb_oai_kind *tomb_oai_kind_next(const struct tomb_oai_policy *policy, const struct tomb_oai_kind *after);

/* Which items a request is about. */
struct tomb_oai_selection {
	struct tomb_strs kinds;      /* none: the set or the format has no items */
	struct tomb_str institution; /* .p is NULL: of all */
};

/* set .p is NULL: without one.  format FORMAT_MAX: in any.  kinds live in the arena. */
enum tomb_code tomb_oai_kind_select(const struct tomb_oai_policy *policy, enum tomb_oai_format format,
	struct tomb_str set, struct tomb_arena *arena, struct tomb_oai_selection *out,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
